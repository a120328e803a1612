"""What a person should know before trusting a chart of one series: odd values, limits past what can be, a new level."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from typing import TYPE_CHECKING

from voice_of_care.trends.rules import RUN
from voice_of_care.trends.spc import SCREEN_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.trends.spc import ControlChart, ControlPoint

_FAR = 20.0
_MOST_OUTSIDE = 3  # one in so many points
_MOST_FAR = 10  # one in so many points: more of them are a level of their own


def doubts(charted: ControlChart, periods: Sequence[str], *, is_share: bool, is_few: bool) -> list[str]:
    """Return the lines to say beside a chart.

    Args:
        charted: the chart.
        periods: of its points, as printed.
        is_share: whether values are shares in per cent.
        is_few: whether the limits rest on so few points that a new level can't be told.
    """
    points = charted.points
    far = _far_points(points)
    lines = [
        f"Check the value of {periods[place]}: it lies more than {_FAR:.0f} times as far from the median as "
        "neighbouring periods lie from each other, and the limits rest on it."
        for place in far
    ]
    if not far and _is_mostly_outside(points):
        lines += _outside_line(charted, periods)
    if is_share and _leaves_what_can_be(points):
        lines.append(
            "The limits leave 0 to 100%, where no share can lie: they are printed as computed, and drawn cut off."
        )
    start = _start_of_shift(points)
    if start is not None and not far and not is_few:
        lines.append(
            f"From {periods[start]} on all points lie on one side of the centre: if the cause is known and it is to "
            f"last, see --rebase {_quoted(periods[start])}."
        )
    return lines


def _quoted(period: str) -> str:
    return f'"{period}"' if " " in period else period


def _known(points: Sequence[ControlPoint]) -> list[float]:
    return [point.value for point in points if math.isfinite(point.value)]


def _far_points(points: Sequence[ControlPoint]) -> list[int]:
    """Return the few points that are more than 20 average moving ranges, screened once, away from the median."""
    ranges = [
        abs(later.value - earlier.value)
        for earlier, later in pairwise(points)
        if math.isfinite(later.value - earlier.value)
    ]
    if not ranges:
        return []
    limit = SCREEN_LIMIT * statistics.fmean(ranges)
    kept = [each for each in ranges if each < limit]
    usual = statistics.fmean(kept) if kept else 0.0
    middle = statistics.median(_known(points))
    far = [place for place, point in enumerate(points) if usual and abs(point.value - middle) > _FAR * usual]
    return far if len(far) <= max(1, len(_known(points)) // _MOST_FAR) else []


def _is_mostly_outside(points: Sequence[ControlPoint]) -> bool:
    outside = sum(point.rule == "astronomical" for point in points)
    return outside * _MOST_OUTSIDE > len(_known(points))


def _outside_line(charted: ControlChart, periods: Sequence[str]) -> list[str]:
    told = "more than a third of the points lie outside of the limits"
    if charted.method == "p":
        return [f"With a plain p chart {told}: where many are counted, months always differ so. See --chart p-prime."]
    values = [point.value for point in charted.points]
    middle = statistics.median(_known(charted.points))
    there = [place for place, value in enumerate(values) if math.isfinite(value)]
    furthest = max(there, key=lambda place: abs(values[place] - middle))
    return [
        f"Check the value of {periods[furthest]}: {told}, as they do where one value is wrong, or where the series has "
        "more than one level."
    ]


def _leaves_what_can_be(points: Sequence[ControlPoint]) -> bool:
    return any(point.lower_limit < 0 or point.upper_limit > 100 for point in points)


def _start_of_shift(points: Sequence[ControlPoint]) -> int | None:
    """Return the first point of a shift that still goes on; None without one, or where it is the whole phase."""
    side = _side(points[-1])
    start = len(points)
    while start > 0 and side and points[start - 1].phase == points[-1].phase and _side(points[start - 1]) == side:
        start -= 1
    is_whole_phase = start == 0 or (start < len(points) and points[start - 1].phase != points[start].phase)
    return start if len(points) - start >= RUN and not is_whole_phase else None


def _side(point: ControlPoint) -> int:
    return (point.value > point.centre) - (point.value < point.centre)
