"""How each series is charted: in which periods, with which limits and phases, and what stands with the mix held."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.trends.spc import (
    PROVISIONAL,
    RUN_CHART,
    ControlChart,
    ControlPoint,
    chart_p_prime,
    chart_xmr,
    choose_method,
    is_counted_enough,
    standing_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from voice_of_care.settings import PeriodKind
    from voice_of_care.trends.spc import Direction, Standing

    Numbers = NDArray[np.float64]

FEWEST_IN_POINT = 5
"""Units that a period needs to be a point of a chart."""
_LEAST_EXPECTED = 1.0  # on average, who do and who do not, for a run chart
_RECENT = 7
_SILENT = 2  # newest complete periods without a point from which nothing is said of the last one there is
_MOST_UNTOLD = 0.2  # share of points without a value with the mix held, above which nothing is said of it
_REMAINS = 0.5  # share of a movement left with the mix held, from which the mix can't be said to explain it
BETTER: Mapping[str, Direction] = {
    "raised": "neutral",
    "negative": "decrease",
    "sentiment": "increase",
    "fft": "increase",
}


class Line(NamedTuple):
    """One series in the complete periods of one kind, oldest first.

    Attributes:
        part: units counted, or the sum of polarities.
        whole: units.
        standardised: value with the mix held, NaN where it can't be told.
        starts: positions at which a person let limits start anew.
    """

    kind: PeriodKind
    measure: str
    part: Numbers
    whole: NDArray[np.int64]
    standardised: Numbers
    starts: tuple[int, ...]

    @property
    def is_share(self) -> bool:
        """Return whether values are shares, charted in per cent."""
        return self.measure != "sentiment"

    @property
    def is_point(self) -> NDArray[np.bool_]:
        """Return which periods have units enough to be a point."""
        return self.whole >= FEWEST_IN_POINT

    @property
    def extent(self) -> slice:
        """Return the periods from the first point to the last."""
        places = np.flatnonzero(self.is_point)
        return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)

    @property
    def phase_starts(self) -> list[int]:
        """Return where phases after the first start, counted from the first point."""
        extent = self.extent
        return sorted({start - extent.start for start in self.starts if extent.start < start < extent.stop})

    @property
    def is_silent(self) -> bool:
        """Return whether the newest periods are no points, so that the last point is an old one."""
        return bool(0 < self.extent.stop <= len(self.whole) - _SILENT)

    @property
    def points_in_last_phase(self) -> int:
        """Return how many points the last phase has."""
        first = self.extent.start + max(self.phase_starts, default=0)
        return int(self.is_point[first:].sum())


class Charted(NamedTuple):
    """A series as it is charted; the charts are None where there are none to show."""

    line: Line
    method: str
    standing: Standing
    main: ControlChart | None
    whole: ControlChart | None
    standardised: ControlChart | None
    mix: str


def choose_line(lines: Sequence[Line]) -> tuple[Line, Standing]:
    """Return the periods to chart a series in, and what the chart is good for.

    Args:
        lines: the series in the periods asked for, and in wider ones, the shortest first.
    """
    for line in lines:
        if _is_chartable(line) and int(line.is_point.sum()) >= RUN_CHART:
            is_short = line.points_in_last_phase < RUN_CHART  # as limits started anew: what was there stays drawn
            return line, "run_chart" if is_short else standing_of(line.points_in_last_phase)
    asked = lines[0]
    is_worth_a_line = int(asked.is_point.sum()) >= RUN_CHART and _expects(asked) >= _LEAST_EXPECTED
    return asked, "run_chart" if is_worth_a_line else "table_only"


def needs_wider(line: Line) -> bool:
    """Return whether a series has too few units in its periods to be charted in them."""
    return not _is_chartable(line)


def chart_line(line: Line, *, standing: Standing, target: float | None) -> Charted:
    """Return the charts of a series: as it is, without rebasing, and with the mix held."""
    extent = line.extent
    if standing == "table_only" or extent.stop == 0:
        return Charted(line, "none", standing, None, None, None, "none")
    part = np.where(line.is_point, line.part, math.nan)[extent]
    whole = line.whole[extent]
    value = np.divide(part, whole, out=np.full(len(part), math.nan), where=whole > 0)
    held = np.where(np.isfinite(value), line.standardised[extent], math.nan)
    method = "xmr" if not line.is_share else choose_method(whole[np.isfinite(value)].tolist())
    drawn = _Drawn(line, whole, method, target, is_thin=needs_wider(line))
    main = _chart(value, line.phase_starts, drawn)
    unbroken = _chart(value, [], drawn) if line.phase_starts else None
    if line.is_silent:
        main = main._replace(variation=None, assurance=None)
    if standing not in ("full", "provisional"):
        has_limits = any(_has_limits(chart) for chart in (main, unbroken) if chart is not None)
        return Charted(line, method if has_limits else "none", standing, main, unbroken, None, "none")
    has_changed = bool(np.nan_to_num(np.abs(held - value)).max() > 0)
    steady = _chart(held, line.phase_starts, drawn) if has_changed else None
    mix = "none" if line.is_silent else _judge_mix(main, steady, held)
    return Charted(line, method, standing, main, unbroken, steady, mix)


def _has_limits(chart: ControlChart) -> bool:
    return any(math.isfinite(point.upper_limit) for point in chart.points)


class _Drawn(NamedTuple):
    """What all charts of a series have in common."""

    line: Line
    whole: NDArray[np.int64]
    method: str
    target: float | None
    is_thin: bool


def _chart(values: Numbers, starts: Sequence[int], drawn: _Drawn) -> ControlChart:
    """Return the chart of values, phases that are too short for limits without them."""
    direction = BETTER[drawn.line.measure]
    if drawn.method == "p_prime":
        chart = chart_p_prime(
            (values * drawn.whole).tolist(),
            drawn.whole.tolist(),
            direction=direction,
            target=drawn.target,
            rebase_at=starts,
        )
    else:
        scale = 100 if drawn.line.is_share else 1
        chart = chart_xmr((values * scale).tolist(), direction=direction, target=drawn.target, rebase_at=starts)
    points: list[ControlPoint] = []
    for phase in sorted({point.phase for point in chart.points}):
        mine = [point for point in chart.points if point.phase == phase]
        there = [point.value for point in mine if math.isfinite(point.value)]
        is_short = drawn.is_thin or len(there) < PROVISIONAL
        points += _without_limits(mine, there) if is_short else mine
    if math.isfinite(points[-1].upper_limit):
        return chart._replace(points=tuple(points))
    return chart._replace(points=tuple(points), variation=None, assurance=None)


def _without_limits(points: Sequence[ControlPoint], there: Sequence[float]) -> list[ControlPoint]:
    """Return points as a run chart has them: about their median where there are enough, and nothing said of them."""
    centre = float(np.median(there)) if len(there) >= RUN_CHART else math.nan
    return [
        ControlPoint(point.value, centre, math.nan, math.nan, point.phase, "none", "common_cause") for point in points
    ]


class _Signal(NamedTuple):
    """The last signal of a chart: where, by which rule, which way (1 or -1), and how far the values moved."""

    place: int
    rule: str
    way: int
    movement: float


def _judge_mix(main: ControlChart, steady: ControlChart | None, held: Numbers) -> str:
    """Return whether the signal of a chart stands with the mix held; `steady` is None where that changes nothing."""
    signal = _find_signal(main)
    if signal is None:
        return "none"
    first = next(place for place, point in enumerate(main.points) if point.phase == main.points[-1].phase)
    charted = np.isfinite([point.value for point in main.points])
    untold = charted & ~np.isfinite(held)
    if untold[first:].sum() > _MOST_UNTOLD * charted[first:].sum() or untold[-1] or untold[signal.place]:
        return "not_judged"
    if steady is None:
        return "stands"
    still = _find_signal(steady)
    if still is not None and still.way == signal.way:
        return "stands"
    remains = _movement(steady, signal.place, signal.rule) * signal.way
    return "mix" if remains < _REMAINS * abs(signal.movement) else "not_judged"


def _find_signal(chart: ControlChart) -> _Signal | None:
    """Return the signal of the last point, else of a shift within the last seven."""
    points = chart.points
    last = len(points) - 1
    recent = [place for place in range(last, max(last - _RECENT, -1), -1) if points[place].rule == "shift"]
    places = [last] if points[last].rule != "none" else recent
    if not places:
        return None
    point = points[places[0]]
    kind = point.point_type
    is_up = kind.endswith("_high") or kind.endswith("improvement") == (chart.direction == "increase")
    way = -1 if kind.endswith("_low") or not is_up else 1
    return _Signal(places[0], point.rule, way, _movement(chart, places[0], point.rule))


def _movement(chart: ControlChart, place: int, rule: str) -> float:
    """Return how far the values that make a signal lie from the centre; for a trend, how far it went."""
    points = chart.points[max(place - _RECENT + 1, 0) : place + 1]
    if rule == "trend":
        return points[-1].value - points[0].value
    spans = {"astronomical": 1, "two_in_three": 3, "shift": _RECENT}
    away = [point.value - point.centre for point in points[-spans[rule] :]]
    return float(np.nanmean(away))


def _is_chartable(line: Line) -> bool:
    is_heard = line.whole > 0
    if line.is_share:
        return is_counted_enough(line.part[is_heard].tolist(), line.whole[is_heard].tolist())
    return bool(is_heard.any()) and float(line.whole[is_heard].mean()) >= FEWEST_IN_POINT


def _expects(line: Line) -> float:
    """Return how many units are counted, or are not, in a period on average, whichever are fewer."""
    heard = line.whole[line.whole > 0]
    if not len(heard):
        return 0.0
    counted = float(line.part[line.whole > 0].mean())
    return min(counted, float(heard.mean()) - counted) if line.is_share else float(heard.mean())
