"""Control charts: limits, the rule and type of each point, and what the chart says of change and of a target.

XmR charts are computed as NHSRplotthedots 0.2.2 does (docs/methods/spc.md). Values come in time order, NaN for a period
without one; positions count from 0.
"""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from voice_of_care.trends.proportions import p_limits
from voice_of_care.trends.rules import Limits, judge_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.trends.rules import Numbers

Direction = Literal["increase", "decrease", "neutral"]
Method = Literal["xmr", "p_prime", "p"]
Standing = Literal["full", "provisional", "run_chart", "table_only"]

XMR_LIMIT = 2.66
"""Mean moving ranges from the centre to a limit: 3/1.128, rounded as the reference rounds it."""
SCREEN_LIMIT = 3.267
"""Moving ranges of this many times their mean or more are left out of it."""
FULL, PROVISIONAL, RUN_CHART = 20, 12, 8
"""Points from which a chart stands in full, with provisional limits, or as a run chart."""
_MANY_UNITS, _UNEVEN = 50, 2.0
_EXPECTED = 5.0


class ControlPoint(NamedTuple):
    """One point: numbers are NaN where there are none; phases count from 1."""

    value: float
    centre: float
    lower_limit: float
    upper_limit: float
    phase: int
    rule: str
    point_type: str


class ControlChart(NamedTuple):
    """A chart, ready to draw.

    Attributes:
        points: one for each value, in time order.
        method: kind of limits.
        direction: which way is better.
        target: in the units of the values; None without one.
        variation: what the last point shows; None without points.
        assurance: whether the target is met as things are; None without a target or a better direction.
        sigma_z: for p', how much wider the periods scatter than chance alone in the last phase, before the floor of 1.
    """

    points: tuple[ControlPoint, ...]
    method: Method
    direction: Direction
    target: float | None
    variation: str | None
    assurance: str | None
    sigma_z: float | None = None

    @property
    def has_limits(self) -> bool:
        """Return whether the last phase has limits: they lack where nothing varies or there are too few points."""
        return bool(self.points) and math.isfinite(_last_limited(self.points).upper_limit)

    @property
    def limits_at_end(self) -> tuple[float, float, float]:
        """Return centre, lower and upper limit at the last point of the last phase that has them, NaN without."""
        last = _last_limited(self.points)
        return last.centre, last.lower_limit, last.upper_limit


def chart_xmr(
    values: Sequence[float],
    *,
    direction: Direction,
    target: float | None = None,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
    is_screened: bool = True,
) -> ControlChart:
    """Return the XmR chart of a series.

    Args:
        values: in time order, NaN where there is none.
        direction: which way is better.
        target: in the units of the values.
        rebase_at: positions, from 0, of points at which a new phase starts.
        fix_after: compute each phase's limits from its first points alone, this many (missing ones count).
        is_screened: leave extreme moving ranges out of the limits, once.
    """
    numbers = np.asarray(values, dtype=np.float64)
    phases = _phases(len(numbers), rebase_at)
    limits = [_xmr_limits(numbers[phase], fix_after, is_screened=is_screened) for phase in phases]
    return _chart(numbers, phases, limits, method="xmr", direction=direction, target=target)


def chart_p_prime(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    direction: Direction,
    target: float | None = None,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
) -> ControlChart:
    """Return Laney's p' chart of shares, in per cent; its limits differ from point to point.

    Args:
        numerators: counted in each period, NaN where there is none.
        denominators: of how many.
        direction: which way is better.
        target: in per cent.
        rebase_at: positions, from 0, of points at which a new phase starts.
        fix_after: compute each phase's limits from its first points alone, this many.
    """
    return _chart_shares(numerators, denominators, "p_prime", direction, target, (rebase_at, fix_after))


def chart_p(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    direction: Direction,
    target: float | None = None,
    rebase_at: Sequence[int] = (),
    fix_after: int | None = None,
) -> ControlChart:
    """Return a plain p chart of shares, in per cent, for comparison: it cries wolf where periods truly differ."""
    return _chart_shares(numerators, denominators, "p", direction, target, (rebase_at, fix_after))


def choose_method(denominators: Sequence[float]) -> Literal["xmr", "p_prime"]:
    """Return how to chart shares: p' where many are heard and how many differs more than twofold, else XmR."""
    heard = [float(number) for number in denominators if math.isfinite(number) and number > 0]
    if not heard:
        return "xmr"
    is_uneven = max(heard) / min(heard) > _UNEVEN
    return "p_prime" if is_uneven and statistics.median(heard) >= _MANY_UNITS else "xmr"


def standing_of(points: int) -> Standing:
    """Return what a chart of so many points is good for."""
    if points >= FULL:
        return "full"
    if points >= PROVISIONAL:
        return "provisional"
    return "run_chart" if points >= RUN_CHART else "table_only"


def is_counted_enough(numerators: Sequence[float], denominators: Sequence[float]) -> bool:
    """Return whether a period has on average at least five who do and five who do not; else widen the periods."""
    pairs = [
        (float(part), float(whole))
        for part, whole in zip(numerators, denominators, strict=True)
        if math.isfinite(part) and math.isfinite(whole) and whole > 0
    ]
    if not pairs:
        return False
    counted = math.fsum(part for part, _ in pairs) / len(pairs)
    heard = math.fsum(whole for _, whole in pairs) / len(pairs)
    return min(counted, heard - counted) >= _EXPECTED


def assure(
    target: float | None, *, lower_limit: float, upper_limit: float, direction: Direction
) -> Literal["consistent_pass", "consistent_fail", "inconsistent"] | None:
    """Return whether a target is met as things are: always, never or by chance; None where nothing is better."""
    if target is None or direction == "neutral":
        return None
    if target > upper_limit:
        return "consistent_fail" if direction == "increase" else "consistent_pass"
    if target < lower_limit:
        return "consistent_pass" if direction == "increase" else "consistent_fail"
    return "inconsistent"


def _chart_shares(
    numerators: Sequence[float],
    denominators: Sequence[float],
    method: Literal["p_prime", "p"],
    direction: Direction,
    target: float | None,
    phasing: tuple[Sequence[int], int | None],
) -> ControlChart:
    parts, wholes = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    is_there = np.isfinite(parts) & (wholes > 0)
    shares = np.divide(100 * parts, wholes, out=np.full(len(parts), math.nan), where=is_there)
    rebase_at, fix_after = phasing
    phases = _phases(len(parts), rebase_at)
    found = [
        p_limits(parts[phase], wholes[phase], fix_after=fix_after, is_prime=method == "p_prime") for phase in phases
    ]
    limits = [Limits(*(100 * part for part in each.limits)) for each in found]
    chart = _chart(shares, phases, limits, method=method, direction=direction, target=target)
    return chart._replace(sigma_z=found[-1].sigma_z if method == "p_prime" and found else None)


def _phases(points: int, rebase_at: Sequence[int]) -> list[slice]:
    starts = sorted({0, *(int(place) for place in rebase_at)})
    if starts[0] < 0 or starts[-1] >= max(points, 1):
        msg = f"New phases start at points from 0 to {points - 1}, not at {starts}."
        raise ValueError(msg)
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], points], strict=True)]


def _xmr_limits(values: Numbers, fix_after: int | None, *, is_screened: bool) -> Limits:
    baseline = values if fix_after is None else values[: max(fix_after, 0)]
    centre = _mean(baseline)
    ranges = np.abs(np.diff(baseline))
    spread = _mean(ranges)
    if is_screened:
        spread = _mean(ranges[ranges < SCREEN_LIMIT * spread])
    distances = (XMR_LIMIT * spread, 2 * (XMR_LIMIT / 3) * spread)
    levels = (centre, centre - distances[0], centre + distances[0], centre - distances[1], centre + distances[1])
    return Limits(*(np.full(len(values), level) for level in levels))


def _mean(values: Numbers) -> float:
    """Return the mean of what is there, rounded once at the end, so that a constant series lies on its mean."""
    there = values[np.isfinite(values)].tolist()
    return statistics.mean(there) if there else math.nan


def _chart(
    values: Numbers,
    phases: Sequence[slice],
    limits: Sequence[Limits],
    *,
    method: Method,
    direction: Direction,
    target: float | None,
) -> ControlChart:
    points: list[ControlPoint] = []
    for number, (phase, each) in enumerate(zip(phases, limits, strict=True), start=1):
        judged = judge_points(values[phase], each)
        rows = zip(values[phase], each.centre, each.lower, each.upper, judged.rules, judged.moves, strict=True)
        points += [
            ControlPoint(
                float(value), float(centre), float(lower), float(upper), number, rule, _point_type(move, direction)
            )
            for value, centre, lower, upper, rule, move in rows
        ]
    if not points:
        return ControlChart((), method, direction, target, None, None)
    limited = _last_limited(points)
    assurance = assure(target, lower_limit=limited.lower_limit, upper_limit=limited.upper_limit, direction=direction)
    return ControlChart(tuple(points), method, direction, target, _variation(points[-1], direction), assurance)


def _last_limited(points: Sequence[ControlPoint]) -> ControlPoint:
    """Return the last point of the last phase that has limits, which a share of nobody has not, else the last one."""
    mine = [point for point in points if point.phase == points[-1].phase]
    return next((point for point in reversed(mine) if math.isfinite(point.upper_limit)), points[-1])


def _point_type(move: int, direction: Direction) -> str:
    if not move:
        return "common_cause"
    if direction == "neutral":
        return "special_cause_neutral_high" if move > 0 else "special_cause_neutral_low"
    is_better = (move > 0) == (direction == "increase")
    return "special_cause_improvement" if is_better else "special_cause_concern"


def _variation(last: ControlPoint, direction: Direction) -> str:
    kind = last.point_type.removeprefix("special_cause_")
    if kind not in ("improvement", "concern"):
        return kind
    is_high = (kind == "improvement") == (direction == "increase")
    return f"{kind}_{'high' if is_high else 'low'}"
