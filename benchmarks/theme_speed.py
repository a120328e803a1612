"""Time the step that finds themes, vectors known beforehand: on a file of coded comments, and on 50,000 comments.

    python benchmarks/theme_speed.py PATH/nhs_patient_feedback.csv

How good the themes are stands in docs/quality.md.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sides import answers, held, made_on_all, read_coded, sentiments_of
from stability import themes_of
from threadpoolctl import threadpool_limits

from voice_of_care.embedding import text_hash
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sides import Held

    from voice_of_care.embedding import Embedder

LARGE = 50_000
NEAR = 0.02  # standard deviation of what sets the vectors of varied texts apart


class Varied:
    """Vectors of texts that differ from known ones by a number at their end: near the known one's, never the same."""

    def __init__(self, known: Embedder) -> None:
        self._known = known
        self.name, self.dimensions = known.name, known.dimensions

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text, the same for the same text."""
        vectors = self._known.embed([text.rsplit(" ", 1)[0] for text in texts]).astype(np.float64)
        for row, text in enumerate(texts):
            vectors[row] += NEAR * np.random.default_rng(int(text_hash(text)[:12], 16)).standard_normal(self.dimensions)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def varied(given: Held) -> Held:
    """Return 50,000 comments: the file's own over and over, each with a number at its end."""
    rows = np.resize(np.arange(len(given.comments)), LARGE)
    comments = given.comments.iloc[rows].reset_index(drop=True)
    texts = [f"{text} {place // len(given.comments)}" for place, text in enumerate(comments["text"])]
    ids = [f"C{place:06d}" for place in range(LARGE)]
    people = [f"{person} {place // len(given.comments)}" for place, person in enumerate(comments["respondent_id"])]
    return given._replace(comments=comments.assign(comment_id=ids, text=texts, respondent_id=people), level_of={})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    coded = read_coded(parser.parse_args().data)
    made = made_on_all()
    small = held(coded, answers(coded, np.arange(len(coded.comments))))
    for given, embedder in ((small, made.embedders.both), (varied(small), Varied(made.embedders.both))):
        segments = split_segments(given.comments).segments
        sentiments = sentiments_of(given, made)
        embedder.embed(segments["text"].tolist())
        start = time.perf_counter()
        found = themes_of(given.comments, sentiments, embedder)
        seconds = time.perf_counter() - start
        different = segments["text"].nunique()
        print(
            f"{len(given.comments)} comments, {len(segments)} segments, {different} different: {seconds:.0f} seconds,"
            f" {len(found.theme_vectors)} themes"
        )


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
