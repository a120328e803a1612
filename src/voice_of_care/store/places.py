"""The order of a table's rows, kept by numbers that need not change when rows come between."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np


def steady(places: np.ndarray) -> np.ndarray:
    """Say which rows may keep their places: as many as stand in the same order as before.

    Args:
        places: places that rows had, in the order they stand in now.
    """
    if bool((np.diff(places) > 0).all()):
        return np.ones(len(places), dtype=bool)
    ends: list[float] = []  # ends[k]: least last place of a rising sequence of k + 1 rows
    rows: list[int] = []
    before = np.full(len(places), -1)
    for row, place in enumerate(places.tolist()):
        length = bisect_left(ends, place)
        if length:
            before[row] = rows[length - 1]
        ends[length : length + 1] = [place]
        rows[length : length + 1] = [row]
    kept = np.zeros(len(places), dtype=bool)
    row = rows[-1] if rows else -1
    while row >= 0:
        kept[row] = True
        row = int(before[row])
    return kept


def places_for(count: int, *, kept: np.ndarray, places: np.ndarray) -> np.ndarray | None:
    """Return a place for each of a table's rows: those kept as they are, those between them at even steps.

    Args:
        count: how many rows there are.
        kept: which of them keep their places, rising.
        places: their places, rising.

    Returns:
        None where there is no number left between two rows: then all are to be numbered anew.
    """
    rows = np.arange(count, dtype=float)
    if not len(kept):
        return rows
    made = np.interp(rows, kept, places)
    made[: kept[0]] = places[0] - np.arange(kept[0], 0, -1)
    made[kept[-1] + 1 :] = places[-1] + np.arange(1, count - kept[-1])
    made[kept] = places
    return made if bool((np.diff(made) > 0).all()) else None
