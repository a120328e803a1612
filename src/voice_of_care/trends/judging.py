"""One measure on one side of an action: its periods, limits frozen before, and what can be said of what came after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from voice_of_care.trend_tables import P_ASKED
from voice_of_care.trends.before_after import AFTER, BEFORE, Scatter, compare_means, compare_shares, scatter_of
from voice_of_care.trends.charting import BETTER, FEWEST_IN_POINT, Line, needs_wider
from voice_of_care.trends.spc import PROVISIONAL, RUN_CHART, chart_p_prime, chart_xmr, choose_method

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from voice_of_care.settings import Measure, PeriodKind
    from voice_of_care.trends.before_after import Change
    from voice_of_care.trends.sides import Counts
    from voice_of_care.trends.spc import ControlPoint

    Numbers = NDArray[np.float64]

Ground = Literal["limits", "before_after", "none"]

FEWEST_BEFORE, FEWEST_AFTER = RUN_CHART, 3
"""Points before from which limits are drawn, and after from which they are held against them."""
FEWEST_TO_JUDGE_BY = PROVISIONAL
"""Points before from which limits are judged by; those of fewer are drawn alone, as series of fewer have none."""
FEWEST_UNITS = 20
"""Units on each side of the day from which before and after are compared."""
_PENDING, _BEFORE, _AFTER = -1, BEFORE, AFTER


class Timeline(NamedTuple):
    """The periods of one kind about an action's first day.

    Attributes:
        periods: as `lay_periods` gives them.
        window: of each period, 0 where it lies wholly before the day, 1 wholly after; -1 for the period that the action
            began within and for one that is not complete: these are drawn and not judged.
    """

    kind: PeriodKind
    periods: pd.DataFrame
    window: NDArray[np.int64]

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Return which periods count."""
        is_judged: NDArray[np.bool_] = self.window != _PENDING
        return is_judged

    @property
    def first_after(self) -> int:
        """Return the number of the first period wholly after, or one past the last."""
        after = np.flatnonzero(self.window == _AFTER)
        return int(after[0]) if len(after) else len(self.window)


class Judged(NamedTuple):
    """One measure on one side.

    Attributes:
        timeline: the periods it is charted in.
        counts: in these periods.
        windows: the same before the day and from it on.
        points: of the chart, one for each period; without limits where there are none.
        change: before against after.
        ground: what it is judged on.
        move: 1 or -1 where there is a signal upwards or downwards, else 0.
        scatter: how its periods scatter.
    """

    timeline: Timeline
    counts: Counts
    windows: Counts
    points: tuple[ControlPoint | None, ...]
    change: Change
    ground: Ground
    move: int
    scatter: Scatter

    def points_in(self, window: int) -> int:
        """Return how many periods before (0) or after (1) have units enough to be a point."""
        return int(((self.timeline.window == window) & (self.counts.whole >= FEWEST_IN_POINT)).sum())


def lay_timeline(kind: PeriodKind, periods: pd.DataFrame, starts_on: pd.Timestamp) -> Timeline:
    """Return the periods with the window of each."""
    is_before = (periods["ends_on"] < starts_on).to_numpy()
    is_after = (periods["starts_on"] >= starts_on).to_numpy()
    window = np.select([is_before, is_after], [_BEFORE, _AFTER], _PENDING)
    window[~periods["is_complete"].to_numpy(dtype=bool)] = _PENDING
    return Timeline(kind, periods, window.astype(np.int64))


def judge_side(
    measure: Measure,
    *,
    timelines: Sequence[Timeline],
    counts: Sequence[Counts],
    around: Counts,
    clustering: float,
) -> Judged:
    """Judge one measure on one side of an action.

    Args:
        measure: what is measured.
        timelines: the periods asked for and wider ones, shortest first; the first thick enough for limits is taken.
        counts: who counts in the periods of each.
        around: who counts before the action's first day and from it on.
        clustering: how many units a unit's session has on average.
    """
    chosen, is_thick = _choose(measure, timelines, counts)
    timeline, counted = timelines[chosen], counts[chosen]
    scatter = _scatter(counted, timeline, measure)
    inflation = max(scatter.inflation, clustering)
    if measure == "sentiment":
        change = compare_means(around.parts, around.squares, around.wholes, inflation=inflation)
    else:
        change = compare_shares(around.parts, around.wholes, inflation=inflation)
    points = _points(counted, timeline, measure) if is_thick else (None,) * len(timeline.window)
    ground = _ground(points, timeline, counted, change)
    move = _move(points, timeline, change, ground, measure)
    return Judged(timeline, counted, around, points, change, ground, move, scatter)


def is_up(point: ControlPoint, measure: Measure) -> bool:
    """Tell whether a point that breaks a rule points upwards."""
    kind = point.point_type.removeprefix("special_cause_")
    if kind.startswith("neutral"):
        return kind == "neutral_high"
    return (kind == "improvement") == (BETTER[measure] == "increase")


def _choose(measure: Measure, timelines: Sequence[Timeline], counts: Sequence[Counts]) -> tuple[int, bool]:
    """Return which are the shortest periods in which enough are counted for limits, and whether there are any.

    What came before decides, as limits rest on it alone: what all but ends after an action must not end its chart.
    """
    for place, (timeline, counted) in enumerate(zip(timelines, counts, strict=True)):
        before = timeline.window == _BEFORE
        whole = counted.whole[before].astype(np.int64)
        line = Line(timeline.kind, measure, counted.part[before], whole, np.full(len(whole), math.nan), ())
        if not needs_wider(line) and _has_limits(timeline, counted):
            return place, True
    return 0, False


def _has_limits(timeline: Timeline, counts: Counts) -> bool:
    is_point = counts.whole >= FEWEST_IN_POINT
    before, after = (int((is_point & (timeline.window == window)).sum()) for window in (_BEFORE, _AFTER))
    return before >= FEWEST_BEFORE and after >= FEWEST_AFTER


def _points(counts: Counts, timeline: Timeline, measure: Measure) -> tuple[ControlPoint | None, ...]:
    """Return the points of the chart, limits frozen before; a gap keeps runs from reaching over the action's start."""
    before, after = (np.flatnonzero(timeline.window == window) for window in (_BEFORE, _AFTER))
    order = [*before.tolist(), None, *after.tolist()]
    part, whole = counts.part, counts.whole
    is_point = whole >= FEWEST_IN_POINT
    parts = [math.nan if place is None or not is_point[place] else float(part[place]) for place in order]
    wholes = [0.0 if place is None else float(whole[place]) for place in order]
    direction = BETTER[measure]
    heard = [size for size, counted in zip(wholes, parts, strict=True) if math.isfinite(counted)]
    if measure != "sentiment" and choose_method(heard) == "p_prime":
        chart = chart_p_prime(parts, wholes, direction=direction, fix_after=len(before))
    else:
        scale = 1 if measure == "sentiment" else 100
        values = [scale * one / size if size else math.nan for one, size in zip(parts, wholes, strict=True)]
        chart = chart_xmr(values, direction=direction, fix_after=len(before))
    drawn = {place: point for place, point in zip(order, chart.points, strict=True) if place is not None}
    return tuple(drawn.get(place) for place in range(len(timeline.window)))


def _ground(points: tuple[ControlPoint | None, ...], timeline: Timeline, counts: Counts, change: Change) -> Ground:
    if change.fewest < FEWEST_UNITS or math.isnan(change.p_value):
        return "none"
    has_limits = any(point is not None and math.isfinite(point.upper_limit) for point in points)
    before = int(((timeline.window == _BEFORE) & (counts.whole >= FEWEST_IN_POINT)).sum())
    return "limits" if has_limits and before >= FEWEST_TO_JUDGE_BY else "before_after"


def _move(
    points: tuple[ControlPoint | None, ...], timeline: Timeline, change: Change, ground: Ground, measure: Measure
) -> int:
    """Return which way the signal after the start points; 0 where there is none.

    The comparison must bear it out within strata and over all units alike, and where there are limits a point after the
    start must break a rule the same way.
    """
    needed = P_ASKED.get(ground, -1.0)
    if not change.p_value <= needed or np.sign(change.change) != change.move:
        return 0
    if ground == "before_after":
        return change.move
    after = [point for point, window in zip(points, timeline.window, strict=True) if window == _AFTER and point]
    ways = {1 if is_up(point, measure) else -1 for point in after if point.rule != "none"}
    return change.move if change.move in ways else 0


def _scatter(counts: Counts, timeline: Timeline, measure: Measure) -> Scatter:
    """Return how the periods scatter about the value of their window."""
    part, whole, square = counts.part, counts.whole, np.round(counts.squares.sum(axis=0), 9)
    residuals = np.full(len(part), math.nan)
    for window in (_BEFORE, _AFTER):
        mine = (timeline.window == window) & (whole > 0)
        heard = float(whole[mine].sum())
        if heard <= 1:
            continue
        mean = math.fsum(part[mine]) / heard
        variance = math.fsum(square[mine]) / heard - mean**2  # of one unit; p (1 - p) for a share
        variance = variance * heard / (heard - 1) if measure == "sentiment" else variance
        if variance > 0:
            residuals[mine] = (part[mine] - whole[mine] * mean) / np.sqrt(whole[mine] * variance)
    return scatter_of(residuals, timeline.window)
