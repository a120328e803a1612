"""Two groups' shares set side by side, many items at once: the gap, how sure it is, and what can be said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy import stats

from voice_of_care.counting import Share, share_difference, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GapVerdict = Literal["differ", "agree", "unclear", "too_few"]
FEWEST_COMPARED = 20
"""Units heard of a group below which it is not compared."""
FEWEST_RAISED = 5
"""Units of both groups together who raise a thing below which it is not tested."""
FURTHEST_APART, LEAST_APART, PART_APART = 0.15, 0.05, 0.5
"""What two groups may differ by and agree: half of the share of both together, at least .05, at most .15."""


class Sides(NamedTuple):
    """How many of two groups raise each item, and how many were heard.

    Whole numbers where each unit is one and stands alone; effective numbers where units weigh unlike or come in
    clusters.
    """

    raised_a: Floats
    heard_a: Floats
    raised_b: Floats
    heard_b: Floats

    def take(self, rows: NDArray[np.bool_]) -> Sides:
        """Return the items of these rows."""
        return Sides(*(each[rows] for each in self))


class Judged(NamedTuple):
    """Of each item: the difference of the shares (a less b) with its 95% interval, p, q (both may be NaN), verdict."""

    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats
    q_value: Floats
    verdict: tuple[GapVerdict, ...]


def judge_sides(sides: Sides, *, false_discovery: float) -> Judged:
    """Judge the gaps of one family of items between the same two groups.

    The interval is Newcombe's (1998, method 10). An item is tested where both groups have `FEWEST_COMPARED` and
    together `FEWEST_RAISED` raise it; q is p after Benjamini and Hochberg (1995) over those tested.

    Args:
        sides: of a family: all themes, or all priorities of one framework.
        false_discovery: share of the gaps called different that may be chance.
    """
    gaps = [_gap(*each) for each in zip(*sides, strict=True)]
    difference, low, high = (np.array([gap[place] for gap in gaps], dtype=np.float64) for place in range(3))
    is_tested = (
        (np.minimum(sides.heard_a, sides.heard_b) >= FEWEST_COMPARED)
        & (sides.raised_a + sides.raised_b >= FEWEST_RAISED)
        & np.isfinite(difference)
    )
    p_value = np.full(len(gaps), np.nan)
    q_value = np.full(len(gaps), np.nan)
    if is_tested.any():
        p_value[is_tested] = p_values(sides.take(is_tested))
        q_value[is_tested] = stats.false_discovery_control(p_value[is_tested])
    is_gap = (q_value <= false_discovery) & ((low > 0) | (high < 0))
    within = _may_differ_by(sides)
    is_close = (low >= -within) & (high <= within)
    verdict = np.select([~is_tested, is_gap, is_close], ["too_few", "differ", "agree"], "unclear")
    return Judged(difference, low, high, p_value, q_value, tuple(verdict.tolist()))


def p_values(sides: Sides) -> Floats:
    """Return two-sided p of no difference.

    For whole numbers the mid-p of Fisher's exact test, twice the smaller tail (Lancaster 1961; Hwang and Yang 2001):
    near its level also where few raise a thing, where the exact test is far below it. For effective numbers, which have
    no exact distribution, the chi-squared of N - 1 (Campbell 2007), on counts divided by their design effect as Rao and
    Scott (1992) do.
    """
    counts = np.stack(sides)
    is_whole = (np.abs(counts - np.rint(counts)) < 1e-9).all(axis=0)
    return np.where(is_whole, _mid_p(sides), _score_p(sides))


def _mid_p(sides: Sides) -> Floats:
    raised_a, heard_a, raised_b, heard_b = (np.rint(each) for each in sides)
    drawn = stats.hypergeom(heard_a + heard_b, raised_a + raised_b, heard_a)
    half = drawn.pmf(raised_a) / 2
    tails = np.minimum(drawn.sf(raised_a) + half, drawn.cdf(raised_a - 1) + half)
    smallest: Floats = np.minimum(1.0, 2 * tails)
    return smallest


def _score_p(sides: Sides) -> Floats:
    heard = sides.heard_a + sides.heard_b
    pooled = (sides.raised_a + sides.raised_b) / heard
    variance = pooled * (1 - pooled) * (1 / sides.heard_a + 1 / sides.heard_b) * heard / (heard - 1)
    apart = np.abs(sides.raised_a / sides.heard_a - sides.raised_b / sides.heard_b)
    deviate = np.divide(apart, np.sqrt(variance), out=np.zeros_like(apart), where=variance > 0)
    twice: Floats = 2 * stats.norm.sf(deviate)
    return twice


def _gap(raised_a: float, heard_a: float, raised_b: float, heard_b: float) -> tuple[float, float, float]:
    if min(heard_a, heard_b) <= 0:
        return np.nan, np.nan, np.nan
    middle, low, high = share_difference(_share(raised_a, heard_a), _share(raised_b, heard_b))
    return middle, max(-1.0, low), min(1.0, high)


def _share(raised: float, heard: float) -> Share:
    share = min(1.0, raised / heard)
    return Share(round(raised), round(heard), share, *wilson_interval(share, heard))


def _may_differ_by(sides: Sides) -> Floats:
    heard = np.maximum(sides.heard_a + sides.heard_b, 1)
    apart: Floats = np.clip(PART_APART * (sides.raised_a + sides.raised_b) / heard, LEAST_APART, FURTHEST_APART)
    return apart
