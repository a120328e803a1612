"""Segmented regression of shares: the level at a day, the trends before and after it, and what had been without it.

logit p = b0 + b1 t + b2 after + b3 (t - T0) after, quasi-binomial (Wagner et al. 2002; McCullagh and Nelder 1989).
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats
from scipy.special import expit

from voice_of_care.trends.before_after import autocorrelation_of, resemblance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

FEWEST_POINTS = 8
"""Periods on each side from which a regression is made."""
_TREND, _LEVEL = 1, 2
_COVERAGE = 0.975


class Segments(NamedTuple):
    """A fitted segmented regression; shares are fractions, intervals 95%.

    Attributes:
        level: change of level at the start, as an odds ratio, with its interval.
        gap: share at the last period less what would have been had the trend before gone on, with its interval.
        trend_before: odds ratio of one period to the next before, with its interval.
        fitted: what the regression gives for each period.
        counterfactual: what it gives had the trend before gone on; NaN before the start.
        autocorrelation: of neighbouring residuals. Above 0.3 the intervals are widened as for an AR(1) series.
    """

    level: tuple[float, float, float]
    gap: tuple[float, float, float]
    trend_before: tuple[float, float, float]
    fitted: Numbers
    counterfactual: Numbers
    autocorrelation: float | None


def fit_segments(parts: Numbers, wholes: Numbers, times: Numbers, *, starts_at: float) -> Segments | None:
    """Fit a segmented quasi-binomial regression; nothing where points are too few or it does not settle.

    Args:
        parts: units that do, in each period.
        wholes: units in all, above 0.
        times: number of each period.
        starts_at: number of the first period after the start.
    """
    after = times >= starts_at
    if min(after.sum(), (~after).sum()) < FEWEST_POINTS or not _can_be_fitted(parts, wholes, after):
        return None
    design = np.column_stack([np.ones(len(times)), times - starts_at, after, (times - starts_at) * after])
    model = _fit(parts, wholes, design)
    if model is None:
        return None
    beta, covariance, residuals, degrees = model
    autocorrelation = autocorrelation_of(residuals)
    covariance = covariance * resemblance(autocorrelation)
    reach = float(stats.t.ppf(_COVERAGE, degrees))
    unchanged = design * np.array([1.0, 1.0, 0.0, 0.0])
    return Segments(
        level=_odds(beta, covariance, _LEVEL, reach),
        gap=_gap(beta, covariance, design[-1], unchanged[-1], reach),
        trend_before=_odds(beta, covariance, _TREND, reach),
        fitted=expit(design @ beta),
        counterfactual=np.where(after, expit(unchanged @ beta), math.nan),
        autocorrelation=autocorrelation,
    )


def _can_be_fitted(parts: Numbers, wholes: Numbers, after: NDArray[np.bool_]) -> bool:
    """Tell whether there are some who do, and some who do not, on either side."""
    return all(0 < parts[side].sum() < wholes[side].sum() for side in (after, ~after))


def _fit(parts: Numbers, wholes: Numbers, design: Numbers) -> tuple[Numbers, Numbers, Numbers, int] | None:
    """Return coefficients, their covariance, Pearson residuals and residual degrees of freedom."""
    # imported here, as statsmodels takes longer to load than most projects without actions take to be read
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = GLM(np.column_stack([parts, wholes - parts]), design, family=Binomial()).fit(scale="X2")
        except (Warning, ValueError, np.linalg.LinAlgError):
            return None
    if not result.converged or result.scale <= 0:
        return None
    covariance = np.asarray(result.cov_params()) * max(1.0, 1.0 / result.scale)  # never surer than chance allows
    return np.asarray(result.params), covariance, np.asarray(result.resid_pearson), int(result.df_resid)


def _odds(beta: Numbers, covariance: Numbers, place: int, reach: float) -> tuple[float, float, float]:
    half = reach * math.sqrt(covariance[place, place])
    return math.exp(beta[place]), math.exp(beta[place] - half), math.exp(beta[place] + half)


def _gap(
    beta: Numbers, covariance: Numbers, changed: Numbers, unchanged: Numbers, reach: float
) -> tuple[float, float, float]:
    """Return the gap of two fitted shares with its interval by the delta method."""
    shares = expit(changed @ beta), expit(unchanged @ beta)
    slope = shares[0] * (1 - shares[0]) * changed - shares[1] * (1 - shares[1]) * unchanged
    gap, half = float(shares[0] - shares[1]), reach * math.sqrt(float(slope @ covariance @ slope))
    return gap, max(-1.0, gap - half), min(1.0, gap + half)
