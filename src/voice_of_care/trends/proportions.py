"""Limits of shares and counts: p and Laney's p', Byar's interval. Shares are fractions here.

Wilson's interval of one share and the exact limits of funnels are in `counting`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from voice_of_care.trends.rules import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.trends.rules import Numbers

_RANGE_TO_SIGMA = 1.128
"""Mean moving range of two by the standard deviation, for normal values (d2)."""


class ShareLimits(NamedTuple):
    """Limits of a phase of shares.

    Attributes:
        limits: centre, limits and near limits of each point, NaN where nobody was heard or nothing can vary.
        sigma_z: standard deviation of the shares' z values from their moving ranges; 1 where chance alone is at work.
            The limits use it only where it is above 1.
    """

    limits: Limits
    sigma_z: float


def p_prime(numerators: Sequence[float], denominators: Sequence[float]) -> ShareLimits:
    """Return Laney's p' limits (Laney 2002), with sigma_z never below 1."""
    parts, wholes = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    return p_limits(parts, wholes, fix_after=None, is_prime=True)


def p_limits(parts: Numbers, wholes: Numbers, *, fix_after: int | None, is_prime: bool) -> ShareLimits:
    """Return limits of one phase of shares, p' or plain p, from its first points alone where that is asked for."""
    is_there = np.isfinite(parts) & (wholes > 0)
    base = np.flatnonzero(is_there[:fix_after])
    heard = math.fsum(wholes[base])
    centre = math.fsum(parts[base]) / heard if heard else math.nan
    variance = centre * (1 - centre)
    deviations = np.sqrt(np.divide(variance, wholes, out=np.full(len(parts), math.nan), where=is_there))
    deviations[deviations == 0] = math.nan
    z = (parts[base] / wholes[base] - centre) / deviations[base]
    ranges = np.abs(np.diff(z))
    sigma_z = math.fsum(ranges) / len(ranges) / _RANGE_TO_SIGMA if len(ranges) else math.nan
    widening = np.fmax(1.0, sigma_z) if is_prime else 1.0
    distances = 3 * deviations * (widening if len(ranges) else math.nan)
    near = distances * 2 / 3
    centres = np.full(len(parts), centre)
    limits = Limits(centres, centres - distances, centres + distances, centres - near, centres + near)
    return ShareLimits(limits, sigma_z)


def normal_funnel_limits(denominators: Sequence[int], centre: float, *, coverage: float) -> tuple[Numbers, Numbers]:
    """Return the limits by the normal approximation, which published funnels often use, for comparison."""
    z = float(stats.norm.ppf((1 + coverage) / 2))
    distances = z * np.sqrt(centre * (1 - centre) / np.asarray(denominators, dtype=np.float64))
    return centre - distances, centre + distances


def byar_interval(count: int, *, coverage: float = 0.95) -> tuple[float, float]:
    """Return Byar's interval of a count of Poisson events (Breslow and Day 1987)."""
    z = float(stats.norm.ppf((1 + coverage) / 2))

    def end(number: int, sign: int) -> float:
        return number * (1 - 1 / (9 * number) + sign * z / (3 * math.sqrt(number))) ** 3 if number else 0.0

    return end(count, -1), end(count + 1, 1)
