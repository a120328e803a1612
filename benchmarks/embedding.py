"""Print how fast sentences are embedded, and whether order, company and threads change a bit.

Usage: python benchmarks/embedding.py FILE.csv --column "FFT answer"
"""

from __future__ import annotations

import argparse
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd

from voice_of_care.embedding import OnnxEmbedder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", default="FFT answer")
    options = parser.parse_args()
    texts = pd.read_csv(options.file, dtype=str, encoding="utf-8")[options.column].dropna()
    sentences = list(dict.fromkeys(part for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text) if part))
    rng = np.random.default_rng(1)
    reference = None
    for threads in (2, 1):
        order = rng.permutation(len(sentences))
        embedder = OnnxEmbedder(threads=threads)
        start = time.perf_counter()
        vectors = embedder.embed([sentences[i] for i in order])
        seconds = time.perf_counter() - start
        print(f"{threads} threads: {len(sentences)} different sentences, {len(sentences) / seconds:.0f} a second")
        restored = np.empty_like(vectors)
        restored[order] = vectors
        if reference is not None:
            print("rows that differ between orders and thread counts:", int((restored != reference).any(axis=1).sum()))
        reference = restored
    alone = OnnxEmbedder(threads=1)
    sample = rng.choice(len(sentences), size=min(500, len(sentences)), replace=False)
    differ = sum(not np.array_equal(alone.embed([sentences[i]])[0], reference[i]) for i in sample)
    print(f"rows that differ when embedded alone: {differ} of {len(sample)}")


if __name__ == "__main__":
    main()
