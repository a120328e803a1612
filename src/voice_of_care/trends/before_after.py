"""What came before a day against what came after: shares and means, within strata, with their intervals.

Units are independent within a window, save what `Scatter` finds to the contrary: where periods differ among themselves
by more than chance, or resemble their neighbours, tests are tempered and intervals widened.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from voice_of_care.counting import Z_95, wilson_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

RESEMBLING_FROM = 0.3
"""Autocorrelation of neighbouring periods above which they are not taken for independent."""
_FEWEST_DEGREES = 4
_FEWEST_NEIGHBOURS = 7
_LARGEST_EXACT = 4_000  # outcomes up to which the exact distribution is worth its while
BEFORE, AFTER = 0, 1


class Scatter(NamedTuple):
    """How periods scatter about their window: by chance alone where `dispersion` is 1 and `autocorrelation` 0."""

    dispersion: float
    autocorrelation: float | None

    @property
    def inflation(self) -> float:
        """Return what the variance of a window's value is multiplied by, never below 1."""
        return max(1.0, self.dispersion) * resemblance(self.autocorrelation)


class Change(NamedTuple):
    """A value before and after a day; numbers are NaN where there is nobody.

    Attributes:
        before: value over all units before.
        after: value over all units after.
        change: after less before.
        low: lower end of its 95% interval.
        high: upper end.
        p_value: two-sided, within strata.
        move: which way it went within strata: 1 up, -1 down, 0 neither.
        fewest: units on the side with fewer, in the strata heard on both.
    """

    before: float
    after: float
    change: float
    low: float
    high: float
    p_value: float
    move: int
    fewest: int


def resemblance(autocorrelation: float | None) -> float:
    """Return what a variance is multiplied by where neighbours resemble each other (as for an AR(1) series)."""
    if autocorrelation is None or autocorrelation <= RESEMBLING_FROM:
        return 1.0
    return (1 + min(autocorrelation, 0.9)) / (1 - min(autocorrelation, 0.9))


def compare_shares(parts: Numbers, wholes: Numbers, *, inflation: float) -> Change:
    """Return the change of a share.

    The test is exact given the margins of each stratum (the sum of hypergeometrics, mid-p, both sides), by the normal
    law of Mantel and Haenszel where that is too many outcomes; the interval is Newcombe's for all units together.

    Args:
        parts: units that do, a row for each stratum, columns before and after.
        wholes: units in all, likewise.
        inflation: what their variance is multiplied by.
    """
    p_value, move, fewest = _test_shares(parts, wholes)
    z = Z_95 * math.sqrt(inflation)
    before, after = (wilson_share(int(parts[:, w].sum()), int(wholes[:, w].sum()), z=z) for w in (BEFORE, AFTER))
    change = after.share - before.share
    low = change - math.hypot(after.share - after.low, before.high - before.share)
    high = change + math.hypot(after.high - after.share, before.share - before.low)
    return Change(before.share, after.share, change, low, high, _tempered(p_value, inflation), move, fewest)


def compare_means(sums: Numbers, squares: Numbers, wholes: Numbers, *, inflation: float) -> Change:
    """Return the change of a mean, by the normal law.

    Strata weigh as much as they tell, n0 n1 / (n0 + n1); units are taken to scatter alike in all of them.

    Args:
        sums: of the units' values, a row for each stratum, columns before and after.
        squares: of the squares of their values.
        wholes: units in all.
        inflation: what their variance is multiplied by.
    """
    means, variances = _moments(sums.sum(axis=0), squares.sum(axis=0), wholes.sum(axis=0))
    change = means[AFTER] - means[BEFORE]
    half = Z_95 * math.sqrt(inflation * variances.sum())
    both = (wholes > 0).all(axis=1)
    heard = wholes[both]
    weights = heard.prod(axis=1) / heard.sum(axis=1)
    averages = sums[both] / heard
    within = math.fsum(weights * (averages[:, AFTER] - averages[:, BEFORE]))
    degrees = (heard - 1).sum()
    scatter = math.fsum((squares[both] - heard * averages**2).ravel()) / degrees if degrees > 0 else math.nan
    spread = math.sqrt(max(scatter, 0.0) * math.fsum(weights))
    p_value = float(2 * stats.norm.sf(abs(within) / spread)) if spread > 0 else math.nan
    fewest = int(heard.sum(axis=0).min()) if len(heard) else 0
    return Change(
        before=float(means[BEFORE]),
        after=float(means[AFTER]),
        change=float(change),
        low=float(change - half),
        high=float(change + half),
        p_value=_tempered(p_value, inflation),
        move=int(np.sign(round(within, 12))),
        fewest=fewest,
    )


def excess_of(touched: Change, comparator: Change) -> tuple[float, float, float]:
    """Return how much more one changed than the other, with its 95% interval from the intervals of both (MOVER)."""
    excess = touched.change - comparator.change
    low = excess - math.hypot(touched.change - touched.low, comparator.high - comparator.change)
    high = excess + math.hypot(touched.high - touched.change, comparator.change - comparator.low)
    return excess, low, high


def scatter_of(residuals: Numbers, windows: NDArray[np.int64]) -> Scatter:
    """Return how periods scatter about their window's value.

    Args:
        residuals: each period's, in time order, divided by their standard deviation under chance alone; NaN where there
            is none.
        windows: the window of each period.
    """
    is_there = np.isfinite(residuals)
    degrees = int(is_there.sum()) - len(set(windows[is_there].tolist()))
    dispersion = math.fsum(residuals[is_there] ** 2) / degrees if degrees >= _FEWEST_DEGREES else 1.0
    are_neighbours = is_there[:-1] & is_there[1:] & (windows[:-1] == windows[1:])
    return Scatter(dispersion, _autocorrelation(residuals, are_neighbours))


def autocorrelation_of(residuals: Numbers) -> float | None:
    """Return the correlation of residuals with the next ones; nothing where they are too few."""
    return _autocorrelation(residuals, np.ones(max(len(residuals) - 1, 0), dtype=np.bool_))


def _autocorrelation(residuals: Numbers, are_neighbours: NDArray[np.bool_]) -> float | None:
    square = math.fsum(residuals[np.isfinite(residuals)] ** 2)
    if are_neighbours.sum() < _FEWEST_NEIGHBOURS or square <= 0:
        return None
    return math.fsum((residuals[:-1] * residuals[1:])[are_neighbours]) / square


def _test_shares(parts: Numbers, wholes: Numbers) -> tuple[float, int, int]:
    """Return the two-sided p-value within strata, which way it points, and the units on the side with fewer."""
    both = (wholes > 0).all(axis=1)
    if not both.any():
        return math.nan, 0, 0
    sizes, done = wholes[both], parts[both].sum(axis=1)
    whole, after = sizes.sum(axis=1), sizes[:, AFTER]
    observed, expected = parts[both, AFTER].sum(), math.fsum(done * after / whole)
    fewest = int(sizes.sum(axis=0).min())
    move = int(np.sign(round(observed - expected, 9)))
    lowest = np.maximum(0, after + done - whole)
    outcomes = np.minimum(done, after) - lowest
    if outcomes.sum() > _LARGEST_EXACT:
        variance = math.fsum(done * (whole - done) * after * (whole - after) / (whole**2 * np.maximum(whole - 1, 1)))
        return float(2 * stats.norm.sf(abs(observed - expected) / math.sqrt(variance))), move, fewest
    law = np.ones(1)
    for size, marked, drawn, low, more in zip(whole, done, after, lowest, outcomes, strict=True):
        law = np.convolve(law, stats.hypergeom.pmf(np.arange(low, low + more + 1), size, marked, drawn))
    place = int(observed - lowest.sum())
    tails = (math.fsum(law[:place]) + law[place] / 2, math.fsum(law[place + 1 :]) + law[place] / 2)
    return min(1.0, 2 * float(min(tails))), move, fewest


def _moments(sums: Numbers, squares: Numbers, wholes: Numbers) -> tuple[Numbers, Numbers]:
    """Return means and the variances of the means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / wholes
        variances = np.maximum(squares / wholes - means**2, 0) / (wholes - 1)
    return means, np.where(wholes > 1, variances, math.nan)


def _tempered(p_value: float, inflation: float) -> float:
    """Return a two-sided p-value with its normal deviate divided by the root of the inflation."""
    if math.isnan(p_value) or inflation <= 1:
        return p_value
    return float(2 * stats.norm.sf(stats.norm.isf(p_value / 2) / math.sqrt(inflation)))
