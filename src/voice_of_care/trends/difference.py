"""Has it made a difference? For each action what was measured before and after it, as far as one can go.

Never what caused it. See docs/methods/difference.md for the ladder of words and what it rests on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.trend_tables import DIFFERENCE_CAUTIONS, DIFFERENCE_POINTS, DIFFERENCES
from voice_of_care.trends.afterwards import speak_of
from voice_of_care.trends.before_after import AFTER, BEFORE, RESEMBLING_FROM, excess_of
from voice_of_care.trends.charting import BETTER
from voice_of_care.trends.judging import judge_side, lay_timeline
from voice_of_care.trends.periods import WIDER, lay_periods
from voice_of_care.trends.regression import fit_segments
from voice_of_care.trends.sides import take_sides

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voice_of_care.declaring import Table
    from voice_of_care.heard import Heard
    from voice_of_care.settings import Measure, PeriodKind, TrendSettings
    from voice_of_care.trends.judging import Judged, Timeline
    from voice_of_care.trends.regression import Segments
    from voice_of_care.trends.sides import Counts, Side
    from voice_of_care.trends.spc import ControlPoint

    Numbers = NDArray[np.float64]

MUCH = 0.1
"""Share of those heard after (before) that is much to come from services and channels not heard before (after)."""
YEAR_DAYS = 365
CLOSE_DAYS = 90
"""Actions in the same services that start within so many days of each other can't be told apart."""
_MEASURES: tuple[Measure, ...] = ("negative", "raised", "sentiment", "fft")
_OVERALL: tuple[Measure, ...] = ("negative", "sentiment", "fft")


class DifferencesJudged(NamedTuple):
    """The tables of what was different after actions, as declared in `trend_tables.py`."""

    differences: pd.DataFrame
    difference_points: pd.DataFrame
    action_segments: pd.DataFrame


class _Around(NamedTuple):
    """One measure about one action, on both sides; `elsewhere` is None where the action was everywhere."""

    action: pd.Series
    measure: Measure
    touched: Judged
    elsewhere: Judged | None
    segments: Segments | None
    side: Side


def judge_differences(
    heard: Heard,
    actions: pd.DataFrame,
    *,
    segments: pd.DataFrame,
    settings: TrendSettings,
    report_date: datetime.date | None,
) -> DifferencesJudged:
    """Judge for each action and measure whether things were different after its first day.

    Args:
        heard: what was heard (`heard.gather_heard`); what has no date is left out.
        actions: the table of that name.
        segments: the table of that name, for what was said after each action (`afterwards.speak_of`).
        settings: length of the periods; they are widened where too few are counted in each.
        report_date: up to when comments could have come; none for the newest date among them.

    Returns:
        A row for each action and measure, and the periods of each: shares are fractions in `differences`, per cent in
        `difference_points`. What has too little to go by is there too, and says so.
    """
    calendar = _calendar(heard.comments["received_on"], settings, report_date)
    rows: list[dict[str, object]] = []
    points: list[dict[str, object]] = []
    for _, action in actions.iterrows():
        judged = _judge_action(heard, action, calendar)
        for around in judged:
            rows.append(_row(around, _cautions(around, actions)))
            points += _points(around)
        if not judged:
            rows.append(_nothing(action, settings.period))
    said = speak_of(heard, actions, segments)
    return DifferencesJudged(_frame(rows, DIFFERENCES), _frame(points, DIFFERENCE_POINTS), said)


def _frame(rows: list[dict[str, object]], table: Table) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=list(table.columns)), table) if rows else table.empty()


def _calendar(
    days: pd.Series, settings: TrendSettings, report_date: datetime.date | None
) -> dict[PeriodKind, pd.DataFrame]:
    """Return the periods asked for, and the wider ones, shortest first."""
    kinds: list[PeriodKind] = [settings.period]
    while (wider := WIDER.get(kinds[-1])) is not None:
        kinds.append(wider)
    return {
        kind: lay_periods(days, kind=kind, year_starts_in=settings.year_starts_in, report_date=report_date)
        for kind in kinds
    }


def _judge_action(heard: Heard, action: pd.Series, calendar: dict[PeriodKind, pd.DataFrame]) -> list[_Around]:
    """Return each measure about an action; nothing where nobody spoke of what it is aimed at."""
    touched, elsewhere = take_sides(heard, action)
    said = touched.about.told
    if said.empty:
        return []
    starts_on = action["starts_on"]
    timelines = [lay_timeline(kind, periods, starts_on) for kind, periods in calendar.items()]
    first = min(timelines[-1].periods["starts_on"].min(), starts_on - pd.Timedelta(days=1))
    windows = pd.DataFrame({"starts_on": [first, starts_on]})
    of_touched = _tally(touched, timelines, windows)
    of_others = _tally(elsewhere, timelines, windows) if elsewhere and len(elsewhere.everyone.told) else None
    measures = _OVERALL if action["scope"] == "overall" else _MEASURES
    found = []
    for measure in measures if said["is_scored"].any() else measures[:-1]:
        judged = of_touched.judge(measure, timelines)
        own = next(place for place, each in enumerate(timelines) if each.kind == judged.timeline.kind)
        beside = of_others.only(own).judge(measure, [judged.timeline]) if of_others else None
        found.append(_Around(action, measure, judged, beside, _regress(judged, measure), touched))
    return found


class _Tallied(NamedTuple):
    """Who counts on a side: in the periods of each kind, and before and after."""

    counts: list[dict[Measure, Counts]]
    around: dict[Measure, Counts]
    clustering: float

    def only(self, place: int) -> _Tallied:
        """Return the same with one kind of periods."""
        return self._replace(counts=[self.counts[place]])

    def judge(self, measure: Measure, timelines: Sequence[Timeline]) -> Judged:
        """Judge one measure."""
        return judge_side(
            measure,
            timelines=timelines,
            counts=[each[measure] for each in self.counts],
            around=self.around[measure],
            clustering=self.clustering,
        )


def _tally(side: Side, timelines: Sequence[Timeline], windows: pd.DataFrame) -> _Tallied:
    counts = [side.tally(timeline.periods) for timeline in timelines]
    return _Tallied(counts, side.tally(windows), side.clustering)


def _regress(judged: Judged, measure: Measure) -> Segments | None:
    """Return the segmented regression of a share that has points enough."""
    if measure == "sentiment":
        return None
    used = _in_regression(judged)
    times = np.flatnonzero(used).astype(np.float64)
    counts = judged.counts
    return fit_segments(counts.part[used], counts.whole[used], times, starts_at=judged.timeline.first_after)


def _in_regression(judged: Judged) -> NDArray[np.bool_]:
    return judged.timeline.is_judged & (judged.counts.whole > 0)


def _row(around: _Around, cautions: list[str]) -> dict[str, object]:
    touched, elsewhere, segments = around.touched, around.elsewhere, around.segments
    excess = excess_of(touched.change, elsewhere.change) if elsewhere else (math.nan,) * 3
    units = touched.windows.whole
    row = {
        "action_id": around.action["action_id"],
        "measure": around.measure,
        "period_kind": touched.timeline.kind,
        "points_before": touched.points_in(BEFORE),
        "points_after": touched.points_in(AFTER),
        "units_before": int(units[BEFORE]),
        "units_after": int(units[AFTER]),
        "before": touched.change.before,
        "after": touched.change.after,
        "signal": _signal(touched, around.measure),
        "comparator_signal": _signal(elsewhere, around.measure) if elsewhere else None,
        "comparator_before": elsewhere.change.before if elsewhere else math.nan,
        "comparator_after": elsewhere.change.after if elsewhere else math.nan,
        **dict(zip(("level_change", "level_low", "level_high"), _of(segments, "level"), strict=True)),
        **dict(zip(("gap", "gap_low", "gap_high"), _of(segments, "gap"), strict=True)),
        "verdict": verdict_of(touched, elsewhere),
        "ground": touched.ground,
        "change": touched.change.change,
        "change_low": touched.change.low,
        "change_high": touched.change.high,
        "p_value": touched.change.p_value,
        **dict(zip(("excess", "excess_low", "excess_high"), excess, strict=True)),
        "autocorrelation": segments.autocorrelation if segments else touched.scatter.autocorrelation,
        "cautions": cautions,
    }
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}


def _of(segments: Segments | None, name: str) -> tuple[float, float, float]:
    return getattr(segments, name) if segments else (math.nan, math.nan, math.nan)


def _nothing(action: pd.Series, kind: PeriodKind) -> dict[str, object]:
    """Return the row of an action whose aim nobody speaks of, or is gone."""
    blank: dict[str, object] = dict.fromkeys(DIFFERENCES.columns)
    counts = dict.fromkeys(("points_before", "points_after", "units_before", "units_after"), 0)
    known = {"action_id": action["action_id"], "measure": "negative", "period_kind": kind}
    return {**blank, **counts, **known, "verdict": "too_little", "ground": "none", "cautions": []}


def _signal(judged: Judged, measure: Measure) -> str | None:
    if judged.ground == "none":
        return None
    if not judged.move:
        return "none"
    direction = BETTER[measure]
    if direction == "neutral":
        return "neutral"
    return "improvement" if (judged.move > 0) == (direction == "increase") else "concern"


def verdict_of(touched: Judged, elsewhere: Judged | None) -> str:
    """Return how far up the ladder one can go; `elsewhere` is None where the action was everywhere.

    "Not in the comparator" asks that the services not touched have enough to be judged by, show no such signal, and
    changed by less than the others beyond what chance makes of it.
    """
    if touched.ground == "none":
        return "too_little"
    if not touched.move:
        return "no_signal"
    if elsewhere is None or elsewhere.ground == "none" or elsewhere.move == touched.move:
        return "signal_after"
    _, low, high = excess_of(touched.change, elsewhere.change)
    return "signal_not_in_comparator" if (low > 0 if touched.move > 0 else high < 0) else "signal_after"


def _points(around: _Around) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for part, judged in (("touched", around.touched), ("comparator", around.elsewhere)):
        if judged is None:
            continue
        fitted = _fitted(judged, around.segments if part == "touched" else None)
        periods = judged.timeline.periods
        scale = 1 if around.measure == "sentiment" else 100
        whole, part_of = judged.counts.whole, judged.counts.part
        for place in _extent(whole):
            point, size = judged.points[place], whole[place]
            rows.append(
                {
                    "action_id": around.action["action_id"],
                    "measure": around.measure,
                    "part": part,
                    "period": periods["period"].iloc[place],
                    "starts_on": periods["starts_on"].iloc[place],
                    "is_after": bool(periods["ends_on"].iloc[place] >= around.action["starts_on"]),
                    "numerator": part_of[place] if size else math.nan,
                    "denominator": int(size),
                    "value": round(scale * part_of[place] / size, 9) if size else math.nan,
                    **_limits(point),
                    "fitted": fitted[0][place],
                    "counterfactual": fitted[1][place],
                    "is_judged": bool(judged.timeline.is_judged[place]),
                }
            )
    return rows


def _extent(whole: Numbers) -> Sequence[int]:
    """Return the periods from the first in which anybody was heard to the last."""
    heard = np.flatnonzero(whole > 0)
    return range(int(heard[0]), int(heard[-1]) + 1) if len(heard) else ()


def _limits(point: ControlPoint | None) -> dict[str, object]:
    if point is None:
        bare = dict.fromkeys(("centre", "lower_limit", "upper_limit"), math.nan)
        return {**bare, "rule": "none", "point_type": "common_cause"}
    return {
        "centre": round(point.centre, 9),
        "lower_limit": round(point.lower_limit, 9),
        "upper_limit": round(point.upper_limit, 9),
        "rule": point.rule,
        "point_type": point.point_type,
    }


def _fitted(judged: Judged, segments: Segments | None) -> tuple[Numbers, Numbers]:
    """Return what the regression gives for each period, and what it gives had the trend before gone on; in per cent."""
    fitted, counterfactual = np.full((2, len(judged.timeline.window)), math.nan)
    if segments is not None:
        used = _in_regression(judged)
        fitted[used] = np.round(100 * segments.fitted, 9)
        counterfactual[used] = np.round(100 * segments.counterfactual, 9)
    return fitted, counterfactual


def _cautions(around: _Around, actions: pd.DataFrame) -> list[str]:
    """Return the codes of what else could be behind a difference, in the order they are declared."""
    touched, elsewhere = around.touched, around.elsewhere
    if touched.ground == "none" and around.segments is None:
        return []
    days = around.side.about.told["received_on"]
    starts_on = around.action["starts_on"]
    resembling = around.segments.autocorrelation if around.segments else touched.scatter.autocorrelation
    found = {
        "autocorrelation": resembling is not None and resembling > RESEMBLING_FROM,
        "trend_before": _has_trend_before(around),
        "mix": touched.change.move != 0 and np.sign(touched.change.change) != touched.change.move,
        "new_source": around.side.joined >= MUCH,
        "source_gone": around.side.left >= MUCH,
        "season": min((starts_on - days.min()).days, (days.max() - starts_on).days) < YEAR_DAYS,
        "other_action": _has_company(around.action, actions),
        "no_comparator": elsewhere is None,
        "comparator_too_little": elsewhere is not None and elsewhere.ground == "none",
    }
    return [code for code in DIFFERENCE_CAUTIONS if found[code]]


def _has_trend_before(around: _Around) -> bool:
    """Tell whether things were on the move before the action: a run in the chart, or a slope in the regression."""
    window = around.touched.timeline.window
    before = [point for point, when in zip(around.touched.points, window, strict=True) if when == BEFORE and point]
    if any(point.rule in ("trend", "shift") for point in before):
        return True
    return around.segments is not None and not around.segments.trend_before[1] <= 1 <= around.segments.trend_before[2]


def _has_company(action: pd.Series, actions: pd.DataFrame) -> bool:
    """Tell whether another action started at about the same time in some of the same services."""
    others = actions[actions["action_id"] != action["action_id"]]
    near = others[(others["starts_on"] - action["starts_on"]).abs() <= pd.Timedelta(days=CLOSE_DAYS)]
    mine = set(action["services"])
    return any(not mine or not len(services) or mine & set(services) for services in near["services"])
