"""Which theme is which when comments are analysed again: ids are kept by matching centroids, and never reused."""

from __future__ import annotations

import re

import numpy as np
from scipy.optimize import linear_sum_assignment

SAME_THEME = 0.75
"""A centroid this near to a known theme's centroid is the same theme."""

_ID = re.compile(r"T(\d+)$")


def match_known(centroids: np.ndarray, known_ids: list[str], known_vectors: np.ndarray) -> list[str | None]:
    """Return the known id of each centroid, or None: the one-to-one matching with the greatest sum of cosines."""
    found: list[str | None] = [None] * len(centroids)
    if not known_ids or not len(centroids):
        return found
    cosines = np.round(centroids @ known_vectors.T, 6)
    rows, columns = linear_sum_assignment(-np.where(cosines >= SAME_THEME, cosines, 0.0))
    for row, column in zip(rows, columns, strict=True):
        if cosines[row, column] >= SAME_THEME:
            found[row] = known_ids[column]
    return found


def number_new(found: list[str | None], order: list[int], *, highest: int) -> list[str]:
    """Give new ids to what has none, in the order given, after the highest ever used."""
    ids = list(found)
    following = highest
    for place in order:
        if ids[place] is None:
            following += 1
            ids[place] = f"T{following:02d}"
    return [name for name in ids if name is not None]


def highest_number(ids: list[str]) -> int:
    """Return the highest number among theme ids, 0 where there is none."""
    numbers = [int(match.group(1)) for match in map(_ID.match, ids) if match]
    return max(numbers, default=0)
