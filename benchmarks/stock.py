"""Stock BERTopic in an environment of its own: reads jobs, writes the topic of each text.

    .venv-peers/bin/python benchmarks/stock.py JOBS.npz TOPICS.npz

Its defaults (UMAP to 5 dimensions, HDBSCAN with at least 10 a cluster), the sentence vectors given. A job is a seed,
the rows it may see and the number of topics to reduce to (0: its own). UMAP draws by chance and BERTopic gives it no
seed: a seed here only makes a run repeatable.
"""

from __future__ import annotations

import os
import sys
import time
import warnings

os.environ["TOKENIZERS_PARALLELISM"] = "false"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from bertopic import BERTopic  # noqa: E402
from bertopic.backend import BaseEmbedder  # noqa: E402
from umap import UMAP  # noqa: E402


def fit(texts: list[str], vectors: np.ndarray, seed: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the topics it finds by itself, -1 for none, and those reduced to `most`."""
    reducer = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed)
    model = BERTopic(embedding_model=BaseEmbedder(), umap_model=reducer)
    own, _ = model.fit_transform(texts, vectors)
    own = np.array(own)
    if not most or own.max() + 1 <= most:
        return own, own
    model.reduce_topics(texts, nr_topics=most + 1)
    return own, np.array(model.topics_)


def main() -> None:
    given = np.load(sys.argv[1], allow_pickle=False)
    texts, vectors = given["texts"].tolist(), given["vectors"]
    found = {}
    jobs = sorted({name.split(".")[0] for name in given.files if name.startswith("job")})
    for done, job in enumerate(jobs, start=1):
        start = time.perf_counter()
        rows, seed, most = given[f"{job}.rows"], int(given[f"{job}.seed"]), int(given[f"{job}.most"])
        own, reduced = fit([texts[row] for row in rows], vectors[rows], seed, most)
        found[f"{job}.own"], found[f"{job}.reduced"] = own, reduced
        seconds = time.perf_counter() - start
        print(f"  stock BERTopic {done} of {len(jobs)}: {own.max() + 1} topics, {seconds:.0f} s", flush=True)
    np.savez(sys.argv[2], **found)


if __name__ == "__main__":
    main()
