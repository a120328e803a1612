"""Are themes few and distinct: how alike each pair is, and whether an odd one out can be told in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

EXEMPLARS = 6
"""An intruder is put among so many of a theme's most central texts, as people are asked to (Chang et al. 2009)."""


def pair_overlap(assignments: pd.DataFrame, theme_vectors: pd.DataFrame) -> pd.DataFrame:
    """Return all pairs of leaf themes: cosine of their centroids, and evidence shared, most alike first.

    `shared` is the number of segments that carry both over that of the theme with fewer.

    Args:
        assignments: theme_id and segment_id of the leaves.
        theme_vectors: unit centroids; those of themes without assignments are left out.
    """
    held = {str(theme): frozenset(rows) for theme, rows in assignments.groupby("theme_id")["segment_id"]}
    vectors = {
        str(theme): np.asarray(vector, dtype=np.float64)
        for theme, vector in zip(theme_vectors["theme_id"], theme_vectors["vector"], strict=True)
        if theme in held
    }
    ids = sorted(vectors)
    rows = [
        {
            "theme_id": first,
            "other_id": second,
            "cosine": round(float(vectors[first] @ vectors[second]), 4),
            "shared": round(len(held[first] & held[second]) / min(len(held[first]), len(held[second])), 4),
        }
        for place, first in enumerate(ids)
        for second in ids[place + 1 :]
    ]
    pairs = pd.DataFrame(rows, columns=["theme_id", "other_id", "cosine", "shared"])
    return pairs.sort_values(
        ["cosine", "shared", "theme_id", "other_id"], ascending=[False, False, True, True], ignore_index=True
    )


def intruders_told(exemplars: Sequence[np.ndarray]) -> list[float]:
    """Return for each theme how often an intruder is told from the theme's exemplars, 0.5 by chance to 1.

    A trial puts one exemplar of another theme among a theme's own and compares its mean likeness to the others with
    that of one of them: told where it is less, half told where equal. Every exemplar of every other theme has its turn
    against every one of the theme's, so nothing hangs on chance. A theme alone, or of one exemplar, is told.

    Args:
        exemplars: for each theme the unit vectors of its exemplars, by meaning or by words; shape (texts, dimensions).
    """
    told = []
    for place, own in enumerate(exemplars):
        others = [vectors for number, vectors in enumerate(exemplars) if number != place and len(vectors)]
        if len(own) < 2 or not others:
            told.append(1.0)
            continue
        near = own @ own.T
        of_members = (near.sum(axis=1) - near.diagonal()) / (len(own) - 1)
        of_intruders = (np.vstack(others) @ own.T).mean(axis=1)
        less = np.round(of_members[None, :] - of_intruders[:, None], 6)
        told.append(round(float(((less > 0) + 0.5 * (less == 0)).mean()), 4))
    return told


def exemplar_rows(members: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the rows of a theme's most central texts, the most central first.

    Args:
        members: rows of the theme's texts.
        vectors: unit vectors of all texts.
    """
    centroid = vectors[members].astype(np.float64).mean(axis=0)
    near = np.round(vectors[members].astype(np.float64) @ centroid, 6)
    chosen: np.ndarray = members[np.lexsort((members, -near))][:EXEMPLARS]
    return chosen


def word_vectors(words: sparse.csr_matrix, rows: np.ndarray) -> np.ndarray:
    """Return the rows of a unit tf-idf matrix as an array, for an intruder test by words in common."""
    found: np.ndarray = words[rows].toarray()
    return found
