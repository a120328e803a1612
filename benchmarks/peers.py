"""What others would do with the same comments: stock BERTopic, NMF, LDA, k-means, and pxtextmining's classifier.

Stock BERTopic runs in an environment of its own (`make quality` builds `.venv-peers` from
`benchmarks/requirements-peers.lock`); what it found is kept in `benchmarks/.cache`.

The published classifier follows the parameters that pxtextmining gives for its merged labels (NHS England, MIT; in its
repository `current_best_model/final_svc/final_svc_summary.txt`): text in lower case without punctuation and digits;
tf-idf of words; for each label a support vector machine of its own with a radial kernel, C = 15, balanced classes, at
most 1,000 iterations; a comment without any label is given its likeliest. (Those it gives for the unmerged labels, with
pairs of words and the question, do worse here.) It publishes none for sentiment with such a machine: ours has the same
parameters, and the kind of question beside the words. The linear machine is scikit-learn's `LinearSVC` with balanced
classes on its plain tf-idf, which does better on these comments: the peer to beat is the better of the two.
"""

from __future__ import annotations

import hashlib
import re
import string
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from sides import CACHE, ROOT
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC, LinearSVC

from voice_of_care.heads import question_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENVIRONMENT = ROOT / ".venv-peers"
SVC_COST = 15
SVC_ITERATIONS = 1000
MOST_DOCUMENTS = 0.9


class StockJob(NamedTuple):
    """A run of stock BERTopic on some of the texts."""

    rows: np.ndarray
    seed: int
    most: int = 0  # topics to reduce to; 0 leaves it to BERTopic


class StockTopics(NamedTuple):
    """Topics of a job's rows, -1 for none: those it finds by itself, and reduced."""

    own: np.ndarray
    reduced: np.ndarray


def peers_python(given: Path | None = None) -> Path | None:
    """Return the Python of the peers' environment, if it was built to the end."""
    if given is None and not (ENVIRONMENT / "ready").is_file():
        return None
    places = [given] if given else [ENVIRONMENT / "bin" / "python", ENVIRONMENT / "Scripts" / "python.exe"]
    return next((path for path in places if path.is_file()), None)


def stock_topics(
    texts: Sequence[str], vectors: np.ndarray, jobs: Sequence[StockJob], *, python: Path
) -> list[StockTopics]:
    """Run stock BERTopic, each job once: what it found before is read again."""
    folder = CACHE / "stock"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{_digest(texts, vectors, job)}.npz" for job in jobs]
    missing = [place for place, path in enumerate(paths) if not path.is_file()]
    if missing:
        _run_stock(texts, vectors, [jobs[place] for place in missing], [paths[place] for place in missing], python)
    found = []
    for path in paths:
        with np.load(path) as stored:
            found.append(StockTopics(stored["own"], stored["reduced"]))
    return found


def _digest(texts: Sequence[str], vectors: np.ndarray, job: StockJob) -> str:
    digest = hashlib.sha256("\x1f".join(texts[row] for row in job.rows).encode())
    digest.update(np.ascontiguousarray(vectors[job.rows]).tobytes())
    digest.update(f"{job.seed} {job.most}".encode())
    digest.update((ROOT / "benchmarks" / "stock.py").read_bytes())
    return digest.hexdigest()[:32]


def _run_stock(
    texts: Sequence[str], vectors: np.ndarray, jobs: Sequence[StockJob], paths: Sequence[Path], python: Path
) -> None:
    given: dict[str, np.ndarray] = {"texts": np.array(list(texts)), "vectors": vectors}
    for number, job in enumerate(jobs):
        given |= {
            f"job{number:04d}.rows": job.rows,
            f"job{number:04d}.seed": np.array(job.seed),
            f"job{number:04d}.most": np.array(job.most),
        }
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "jobs.npz", Path(folder) / "topics.npz"
        np.savez(asked, **given)
        script = ROOT / "benchmarks" / "stock.py"
        subprocess.run([str(python), str(script), str(asked), str(answered)], check=True)  # noqa: S603
        with np.load(answered) as topics:
            for number, path in enumerate(paths):
                job = f"job{number:04d}"
                np.savez(path, own=topics[f"{job}.own"], reduced=topics[f"{job}.reduced"])


def nmf_topics(texts: Sequence[str], count: int) -> np.ndarray:
    """Return each text's strongest component of a non-negative factorisation of its tf-idf; -1 where it has none."""
    words = TfidfVectorizer(stop_words="english", min_df=2, max_df=MOST_DOCUMENTS).fit_transform(texts)
    weights = NMF(count, init="nndsvda", random_state=0, max_iter=400).fit_transform(words)
    return np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)


def lda_topics(texts: Sequence[str], count: int) -> np.ndarray:
    """Return each text's likeliest topic by latent Dirichlet allocation; -1 for texts without a counted word."""
    words = CountVectorizer(stop_words="english", min_df=2, max_df=MOST_DOCUMENTS).fit_transform(texts)
    weights = LatentDirichletAllocation(count, random_state=0, learning_method="online").fit_transform(words)
    return np.where(np.asarray(words.sum(axis=1)).ravel() > 0, weights.argmax(axis=1), -1)


def kmeans_topics(vectors: np.ndarray, count: int) -> np.ndarray:
    """Return the k-means cluster of each text in the space of the packaged encoder."""
    return KMeans(count, n_init=10, random_state=0).fit_predict(vectors)


def _cleaned(text: str) -> str:
    spaced = re.sub(r"[,.\-\s]", " ", text)
    kept = "".join(char for char in spaced if not char.isdigit() and char not in string.punctuation)
    return " ".join(kept.lower().split())


class TfidfFeatures:
    """tf-idf of words as pxtextmining cleans and counts them, or scikit-learn's own; the kind of question beside it."""

    def __init__(self, *, as_published: bool, with_question: bool) -> None:
        self._words = TfidfVectorizer(preprocessor=_cleaned if as_published else None)
        self._kinds = OneHotEncoder(handle_unknown="ignore")
        self._with_question = with_question

    def fit(self, texts: Sequence[str], questions: Sequence[str]) -> sparse.csr_matrix:
        """Learn the vocabulary, and return the features."""
        self._words.fit(texts)
        self._kinds.fit([[question_kind(question)] for question in questions])
        return self.transform(texts, questions)

    def transform(self, texts: Sequence[str], questions: Sequence[str]) -> sparse.csr_matrix:
        """Return the features."""
        words = self._words.transform(texts)
        if not self._with_question:
            return words
        kinds = self._kinds.transform([[question_kind(question)] for question in questions])
        return sparse.csr_matrix(sparse.hstack([kinds, words]))


def _published() -> SVC:
    return SVC(C=SVC_COST, class_weight="balanced", max_iter=SVC_ITERATIONS, cache_size=1000)


def _linear() -> LinearSVC:
    return LinearSVC(class_weight="balanced", random_state=0)


def svc_labels(trained_on: sparse.csr_matrix, labels: np.ndarray, judged: sparse.csr_matrix) -> np.ndarray:
    """Return the labels of each judged row, by a radial machine for each label."""
    return _labels(_published, trained_on, labels, judged)


def linear_labels(trained_on: sparse.csr_matrix, labels: np.ndarray, judged: sparse.csr_matrix) -> np.ndarray:
    """Return the labels of each judged row, by a linear machine for each label."""
    return _labels(_linear, trained_on, labels, judged)


def svc_levels(trained_on: sparse.csr_matrix, levels: np.ndarray, judged: sparse.csr_matrix) -> np.ndarray:
    """Return the level of each judged row, by the radial machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _published().fit(trained_on, levels).predict(judged)


def linear_levels(trained_on: sparse.csr_matrix, levels: np.ndarray, judged: sparse.csr_matrix) -> np.ndarray:
    """Return the level of each judged row, by the linear machine."""
    return _linear().fit(trained_on, levels).predict(judged)


def _labels(
    machine: Callable[[], SVC | LinearSVC], trained_on: sparse.csr_matrix, labels: np.ndarray, judged: sparse.csr_matrix
) -> np.ndarray:
    """Fit a machine for each label seen in training; a row without any label is given its likeliest."""
    scores = np.full((judged.shape[0], labels.shape[1]), -np.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # as published: it stops after 1,000 iterations
        for column in range(labels.shape[1]):
            if labels[:, column].any():
                scores[:, column] = machine().fit(trained_on, labels[:, column]).decision_function(judged)
    given = scores > 0
    without = np.flatnonzero(~given.any(axis=1))
    given[without, scores[without].argmax(axis=1)] = True
    return given
