"""Shares of places drawn towards all: the posterior of a hierarchical beta-binomial model, on a grid.

Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, section 5.3. Of n respondents of place i, x raise a theme:
x ~ Bin(n, p_i), p_i ~ Beta(mu k, (1 - mu) k). The share of the variation in who raises it that lies between places is
rho = 1 / (1 + k), the intraclass correlation of the 0/1 outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import betaln, expit, logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 4000
SPREAD_SCALE = 0.25
"""Scale of the half-normal prior of s = k^(-1/2): rho is under .06 in two cases of three, over .19 in one of twenty."""
_STEPS = np.linspace(-1.0, 1.0, 81)
_OFFSETS, _OFFSET_WIDTHS = 0.02 * np.sinh(6.7 * _STEPS), np.cosh(6.7 * _STEPS)
"""Log odds of mu from those of all places together: fine near none, where many respondents put it, out to 8."""
_SPREADS = 0.02 * np.sinh(np.linspace(0.1, 4.8, 48))
_SPREAD_WIDTHS = np.hypot(_SPREADS, 0.02)
"""Values of s from .002 to 1.2, and what each stands for."""


class Shrunken(NamedTuple):
    """The posterior of one theme over places.

    `means` are the posterior means of the places' shares, `draws` draws of them all together (places across),
    `variation` the posterior mean of rho with the ends of its 90% interval.
    """

    means: NDArray[np.float64]
    draws: NDArray[np.float64]
    variation: tuple[float, float, float]

    def interval(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the ends of each place's 95% credible interval."""
        low, high = np.quantile(self.draws, (0.025, 0.975), axis=0)
        return low, high


def shrink_shares(raised: NDArray[np.int64], heard: NDArray[np.int64], *, seed: int) -> Shrunken:
    """Return what is known of each place's share, given all places.

    The prior is Beta(1/2, 1/2) for mu, and half-normal for s = k^(-1/2) (Gelman 2006: a weakly informative prior on the
    scale of a standard deviation, flat near none). Both are integrated over, so that what is not known of rho counts.

    Args:
        raised: how many raise it, by place.
        heard: how many were heard there, at least 1.
        seed: of the draws.
    """
    pooled = (raised.sum() + 0.5) / (heard.sum() + 1)
    mean = expit(logit(pooled) + _OFFSETS)
    first = (mean[:, None] / _SPREADS**2).ravel()
    second = ((1 - mean)[:, None] / _SPREADS**2).ravel()
    weights = _posterior(raised, heard, first, second)
    rho = np.broadcast_to(_SPREADS**2 / (1 + _SPREADS**2), (len(mean), len(_SPREADS))).ravel()
    means = ((first[:, None] + raised) / ((first + second)[:, None] + heard)).T @ weights
    # Cells in proportion to their weights, by systematic sampling: only the shares within a cell are left to chance.
    cells = np.searchsorted(np.cumsum(weights), (np.arange(DRAWS) + 0.5) / DRAWS).clip(max=len(weights) - 1)
    rng = np.random.default_rng(seed)
    draws = rng.beta(first[cells, None] + raised, second[cells, None] + heard - raised)
    return Shrunken(means, draws, (float(weights @ rho), *_ends(rho, weights)))


def _posterior(
    raised: NDArray[np.int64], heard: NDArray[np.int64], first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weight of each cell of the grid."""
    mean = first / (first + second)
    widths = np.log(np.outer(_OFFSET_WIDTHS, _SPREAD_WIDTHS)) - 0.5 * (_SPREADS / SPREAD_SCALE) ** 2
    prior = widths.ravel() + 0.5 * (np.log(mean) + np.log1p(-mean))
    logs = prior - len(raised) * betaln(first, second)
    pairs, times = np.unique(np.stack([raised, heard]), axis=1, return_counts=True)
    for (count, total), number in zip(pairs.T, times, strict=True):
        logs += number * betaln(first + count, second + total - count)
    weights: NDArray[np.float64] = np.exp(logs - logs.max())
    weights /= weights.sum()
    return weights


def _ends(rho: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    order = np.argsort(rho, kind="stable")
    ends = np.searchsorted(np.cumsum(weights[order]), (0.05, 0.95)).clip(max=len(rho) - 1)
    return float(rho[order[ends[0]]]), float(rho[order[ends[1]]])
