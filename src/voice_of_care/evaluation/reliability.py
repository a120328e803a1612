"""Krippendorff's alpha: agreement between coders beyond chance, for any distance between codes.

Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability; for sets of codes with the distance MASI:
Passonneau, R. (2006), Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation, LREC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Coincidences(NamedTuple):
    """What alpha is made of, a row a unit, so that sums over units (or over resampled ones) give alpha.

    Args:
        disagreement: observed disagreement within each unit.
        given: how often each code was given to each unit; units coded once count nowhere.
        distance: between codes, 0 on the diagonal.
    """

    disagreement: Floats
    given: Floats
    distance: Floats


def krippendorff_alpha(coded: Sequence[Sequence[object]], distance: Floats, codes: Sequence[object]) -> float:
    """Return alpha of units that any number of coders coded; NaN where the codes do not vary.

    Args:
        coded: for each unit the codes it was given, None where a coder gave none.
        distance: between the codes, shape (len(codes), len(codes)).
        codes: every code that may stand in `coded`.
    """
    place = {code: number for number, code in enumerate(codes)}
    values = np.zeros((len(coded), len(codes)))
    for row, given in enumerate(coded):
        for code in given:
            if code is not None:
                values[row, place[code]] += 1
    found = coincidences(values, distance)
    return float(alpha_of(found.disagreement.sum(keepdims=True), found.given.sum(axis=0)[None], distance)[0])


def coincidences(values: Floats, distance: Floats) -> Coincidences:
    """Return observed disagreement by unit, and the codes of units that two or more coders coded."""
    coders = values.sum(axis=1)
    paired = values * (coders >= 2)[:, None]
    few = sparse.csr_matrix(paired)  # a unit has few codes, sets there may be thousands of
    observed = np.asarray(few.multiply(few @ distance).sum(axis=1)).ravel()
    return Coincidences(observed / np.maximum(coders - 1, 1), paired, distance)


def alpha_of(disagreement: Floats, values: Floats, distance: Floats) -> Floats:
    """Return alpha of totals, one a row: 1 - observed / expected disagreement; NaN where none is expected."""
    total = values.sum(axis=1)
    expected = ((values @ distance) * values).sum(axis=1)
    alpha = np.full(len(total), np.nan)
    has = expected > 0
    alpha[has] = 1 - disagreement[has] * (total[has] - 1) / expected[has]
    return alpha


def nominal_distance(count: int) -> Floats:
    """Return the distance of codes that are the same or not."""
    return 1.0 - np.eye(count)


def masi_distance(sets: NDArray[np.bool_]) -> Floats:
    """Return 1 - MASI between sets, a row each: Jaccard's share, less where one is no part of the other."""
    numbers = sets.astype(np.float64)
    both = numbers @ numbers.T
    sizes = numbers.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - both
    jaccard = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    smaller = np.minimum(sizes[:, None], sizes[None, :])
    monotone = np.where(both == 0, 0.0, np.where(both < smaller, 1 / 3, 2 / 3))
    same = both == either
    return 1.0 - np.where(same, 1.0, jaccard * monotone)
