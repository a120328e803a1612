"""How many times as often something is raised of late as before: exact comparison of two windows within strata.

Given how often it was raised in both windows together, how many of these fall into the recent one is binomial in each
stratum, with odds of the rate ratio times the odds of being heard of late. Over strata the sum is a convolution of
binomials; it is all that the data tell of a rate ratio common to them. For one stratum this is the binomial test, and
the interval is that of Clopper and Pearson (1934).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, gammaincinv, gammaln, ndtr, ndtri, xlog1py, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_RATIO = 1.5
"""Rate ratio from which a rise is spoken of; a fall from one by it."""
FEWEST_RAISED = 5
"""Fewest sessions and respondents that a rise rests on."""
POWER = 0.8
"""How often the smallest rise is to be flagged."""
FURTHEST = 30.0  # natural logarithm of the rate ratio beyond which no bound is looked for
_PRECISION = 1e-9  # of its logarithm
_LEAST = 1e-300  # probability, so that it has a logarithm
_HALF = 0.5  # a case added to each window, so that the ratio can be told where one has none


class Windows(NamedTuple):
    """What was counted in each stratum: who raised it, and who was heard, of late and before."""

    recent_raised: NDArray[np.int64]
    recent_heard: NDArray[np.int64]
    before_raised: NDArray[np.int64]
    before_heard: NDArray[np.int64]


class RateRatio(NamedTuple):
    """A rate ratio with its 95% interval, the inner 80% one, and the mid-p of a rise and of a fall.

    A high end without a bound is infinite.
    """

    ratio: float
    low: float
    high: float
    low_80: float
    high_80: float
    p_rise: float
    p_fall: float


def compare_windows(counted: Windows, *, dispersion: float = 1.0) -> RateRatio:
    """Return how many times as often it is raised of late.

    Args:
        counted: what was counted; every stratum was heard in both windows, and it was raised at least once.
        dispersion: variance by that of the binomial; above 1 the test is quasi-binomial.
    """
    totals = counted.recent_raised + counted.before_raised
    raised = int(counted.recent_raised.sum())
    ratio = pooled_ratio(counted)
    mid_p = _mid_p(_distribution(totals, _shares(counted, 1.0)), raised)
    near = _distribution(totals, _shares(counted, ratio))
    bounds = [_bounds(near, raised, around=math.log(ratio), level=level) for level in (0.95, 0.8)]
    widen = math.sqrt(dispersion)
    low, high, low_80, high_80 = (_widened(bound, ratio, widen) for pair in bounds for bound in pair)
    p_rise, p_fall = _tempered(mid_p, widen)
    return RateRatio(ratio, low, high, low_80, high_80, float(p_rise), float(p_fall))


def pooled_ratio(counted: Windows) -> float:
    """Return the rate ratio of Mantel and Haenszel, with half a case more in each window.

    For one stratum it is ((s1 + 0.5) / n1) / ((s0 + 0.5) / n0).
    """
    weight = counted.recent_heard * counted.before_heard / (counted.recent_heard + counted.before_heard)
    late = float((weight * counted.recent_raised / counted.recent_heard).sum() + _HALF * _per(weight, counted[1]))
    early = float((weight * counted.before_raised / counted.before_heard).sum() + _HALF * _per(weight, counted[3]))
    return late / early


def expected_recent(counted: Windows) -> float:
    """Return how many would have raised it of late, were it raised as before."""
    return float(counted.recent_raised.sum() + _HALF) / pooled_ratio(counted)


def smallest_rise(
    expected: float, before_raised: int, *, most: int, significance: float, dispersion: float = 1.0
) -> float | None:
    """Return the least rate ratio that is flagged in four of five cases, or nothing where none can be.

    What was raised before is taken as it is. The least count that is flagged is exact for one stratum (strata are
    taken as one with the same expectation); of late it is raised as Poisson counts are, spread by the dispersion.

    Args:
        expected: how many would have raised it of late, were it raised as before.
        before_raised: how many raised it before.
        most: how many were heard of late.
        significance: mid-p at or under which it is flagged.
        dispersion: variance by that of the binomial.
    """
    odds = expected / (before_raised + _HALF)
    counts = np.arange(FEWEST_RAISED, most + 1)
    counts = counts[(counts + _HALF) / expected >= LEAST_RATIO]
    share = odds / (1 + odds)
    at_least = betainc(counts, before_raised + 1, share)
    more = betainc(counts + 1, before_raised, share) if before_raised else 0.0
    flagged = counts[_tempered((at_least + more) / 2, math.sqrt(dispersion)) <= significance]
    if not len(flagged):
        return None
    mean = dispersion * float(gammaincinv(flagged[0] / dispersion, POWER))
    return mean / expected if mean <= most else None


def _per(weight: NDArray[np.float64], heard: NDArray[np.int64]) -> float:
    return float(weight.sum() / heard.sum())


def _shares(counted: Windows, ratio: float) -> NDArray[np.float64]:
    """Return, by stratum, the probability that one raised in either window was raised of late."""
    late = ratio * counted.recent_heard
    return np.asarray(late / (late + counted.before_heard), dtype=np.float64)


def _distribution(totals: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distribution of a sum of binomials, from 0 to the sum of the totals."""
    found = np.ones(1)
    for total, share in zip(totals, shares, strict=True):
        if total:
            taken = np.arange(total + 1)
            ways = gammaln(total + 1) - gammaln(taken + 1) - gammaln(total - taken + 1)
            found = np.convolve(found, np.exp(ways + xlogy(taken, share) + xlog1py(total - taken, -share)))
    return np.asarray(found / found.sum(), dtype=np.float64)


def _mid_p(pmf: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the mid-p of a count as high and as low as this."""
    half = pmf[count] / 2
    tails = np.array([pmf[count + 1 :].sum() + half, pmf[:count].sum() + half])
    return np.asarray(np.minimum(tails, 1.0), dtype=np.float64)


def _bounds(pmf: NDArray[np.float64], count: int, *, around: float, level: float) -> tuple[float, float]:
    """Return the exact interval of the rate ratio, tilting the distribution that holds at exp(around)."""
    tail = (1 - level) / 2
    with np.errstate(divide="ignore"):
        log_pmf = np.log(pmf)
    values = np.arange(len(pmf))

    def above(log_ratio: float, counted: slice) -> float:
        """Return the logarithm of a tail's probability less that of the level's."""
        tilted = log_pmf + values * (log_ratio - around)
        weights = np.exp(tilted - tilted.max())
        return math.log(max(float(weights[counted].sum() / weights.sum()), _LEAST) / tail)

    reach = (around - FURTHEST, around + FURTHEST)
    low, high = 0.0, math.inf
    if count > 0:
        low = math.exp(brentq(above, *reach, args=(slice(count, None),), xtol=_PRECISION))
    if count < len(pmf) - 1:
        high = math.exp(brentq(above, *reach, args=(slice(count + 1),), xtol=_PRECISION))
    return low, high


def _widened(bound: float, ratio: float, factor: float) -> float:
    """Return a bound moved away from the ratio, on the logarithmic scale."""
    if factor == 1.0 or bound in (0.0, math.inf):
        return bound
    return ratio * math.pow(bound / ratio, factor)


def _tempered(p_values: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return one-sided p-values with their normal deviates divided by a factor."""
    return p_values if factor == 1.0 else np.asarray(ndtr(ndtri(p_values) / factor), dtype=np.float64)
