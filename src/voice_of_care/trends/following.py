"""Everything that is followed over time: series, their control charts, and places beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.tables import conform
from voice_of_care.trend_tables import CHARTS, CONTROL_POINTS, FUNNELS, MEASURES, SCOPES, SERIES
from voice_of_care.trends.charting import BETTER, Charted, Line, chart_line, choose_line, needs_wider
from voice_of_care.trends.funnels import lay_funnels
from voice_of_care.trends.measures import follow_measures, tabulate
from voice_of_care.trends.periods import WIDER
from voice_of_care.trends.series import lay_rows

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

    from voice_of_care.heard import Heard
    from voice_of_care.settings import PeriodKind, TargetSettings, TrendSettings
    from voice_of_care.trends.measures import Followed
    from voice_of_care.trends.series import Rows
    from voice_of_care.trends.spc import ControlChart

    Key = tuple[str, str, str]


class SeriesFollowed(NamedTuple):
    """The tables of what is followed over time, as declared in `trend_tables.py`."""

    series: pd.DataFrame
    control_points: pd.DataFrame
    charts: pd.DataFrame
    funnels: pd.DataFrame


def follow_series(
    heard: Heard,
    *,
    settings: TrendSettings,
    targets: Sequence[TargetSettings],
    rebases: pd.DataFrame,
    report_date: datetime.date | None,
) -> SeriesFollowed:
    """Return all series with their charts, and the funnels of places (docs/methods/series.md).

    Args:
        heard: comments and mentions; those without a date are left out of series.
        settings: periods and baseline.
        targets: for assurance; of several for one series the last holds.
        rebases: where people decided that limits start anew, as in the table of that name.
        report_date: up to when comments could have come; none for the newest date among them.
    """
    rows = lay_rows(heard)
    if rows.told.empty:
        funnels = lay_funnels(heard.comments, up_to=None)
        return SeriesFollowed(SERIES.empty(), CONTROL_POINTS.empty(), CHARTS.empty(), funnels)
    kinds = [follow_measures(rows, kind=settings.period, settings=settings, report_date=report_date)]
    charted: dict[Key, tuple[Charted, int]] = {}
    starts = _starts_of(rebases)
    target_of: dict[Key, float] = {(each.scope, each.item_id, each.measure): each.value for each in targets}
    while (wider := WIDER.get(kinds[-1].kind)) and _any_needs_wider(rows, kinds[-1]):
        kinds.append(follow_measures(rows, kind=wider, settings=settings, report_date=report_date))
    for key, number in _keys(rows, kinds[0]):
        lines = [_line(each, key, number, starts.get(key, ())) for each in kinds]
        line, standing = choose_line(lines)
        charted[key] = (chart_line(line, standing=standing, target=target_of.get(key)), number)
    complete = kinds[0].periods.loc[kinds[0].periods["is_complete"], "ends_on"]
    return SeriesFollowed(
        _series(rows, kinds, charted),
        _control_points(kinds, charted),
        _charts(kinds, charted, target_of),
        lay_funnels(heard.comments, up_to=complete.max()) if len(complete) else FUNNELS.empty(),
    )


def _keys(rows: Rows, followed: Followed) -> list[tuple[Key, int]]:
    """Return scope, item and measure of every series, with the number of the item, in the order of the tables."""
    names = list(rows.items.itertuples(index=False, name=None))
    numbers = [(number, rank) for rank, measure in enumerate(MEASURES) for number in followed.measures[measure].items]
    return [((*names[number], MEASURES[rank]), int(number)) for number, rank in sorted(numbers)]


def _any_needs_wider(rows: Rows, followed: Followed) -> bool:
    return any(needs_wider(_line(followed, key, number, ())) for key, number in _keys(rows, followed))


def _line(followed: Followed, key: Key, number: int, days: Sequence[pd.Timestamp]) -> Line:
    """Return one series in the complete periods of a kind."""
    measured = followed.measures[key[2]]
    complete = followed.periods["is_complete"].to_numpy()
    ends = followed.periods["ends_on"].to_numpy()
    starts = tuple(int(np.searchsorted(ends, day.to_datetime64())) for day in days)
    return Line(
        followed.kind,
        measured.measure,
        measured.part[number][complete],
        measured.whole[number][complete],
        measured.held.standardised[number][complete],
        starts,
    )


def _starts_of(rebases: pd.DataFrame) -> dict[Key, tuple[pd.Timestamp, ...]]:
    starts: dict[Key, tuple[pd.Timestamp, ...]] = {}
    ordered = rebases.sort_values(["scope", "item_id", "measure", "starts_on"])
    for scope, item_id, measure, day in zip(
        ordered["scope"], ordered["item_id"], ordered["measure"], pd.DatetimeIndex(ordered["starts_on"]), strict=True
    ):
        key = (scope, item_id, measure)
        starts[key] = (*starts.get(key, ()), day.normalize())
    return starts


def _series(rows: Rows, kinds: Sequence[Followed], charted: Mapping[Key, tuple[Charted, int]]) -> pd.DataFrame:
    """Return every series in the periods asked for, and those charted in wider ones in these too."""
    parts = []
    for followed in kinds:
        is_asked = followed.kind == kinds[0].kind
        for measure, measured in followed.measures.items():
            chosen = [
                number
                for key, (chart, number) in charted.items()
                if key[2] == measure and (is_asked or chart.line.kind == followed.kind)
            ]
            if chosen:
                parts.append(tabulate(followed, rows.items, measured, np.array(chosen)))
    series = pd.concat(parts, ignore_index=True)
    ranks = [
        series["scope"].map(SCOPES.index),
        series["item_id"],
        series["measure"].map(MEASURES.index),
        series["period_kind"].map([followed.kind for followed in kinds].index),
        series["starts_on"],
    ]
    order = (
        pd.concat(ranks, axis=1, keys=[str(rank) for rank in range(len(ranks))])
        .sort_values([str(rank) for rank in range(len(ranks))])
        .index
    )
    return conform(series.loc[order], SERIES)


def _control_points(kinds: Sequence[Followed], charted: Mapping[Key, tuple[Charted, int]]) -> pd.DataFrame:
    periods_of = {followed.kind: followed.periods[followed.periods["is_complete"]] for followed in kinds}
    parts = []
    for key, (chart, _) in charted.items():
        variants = {"main": chart.main, "whole": chart.whole, "standardised": chart.standardised}
        shown = periods_of[chart.line.kind].iloc[chart.line.extent]
        parts += [_points_of(key, name, each, shown) for name, each in variants.items() if each is not None]
    if not parts:
        return CONTROL_POINTS.empty()
    columns = {name: [value for part in parts for value in part[name]] for name in CONTROL_POINTS.columns}
    return conform(pd.DataFrame(columns), CONTROL_POINTS)


def _points_of(key: Key, variant: str, chart: ControlChart, periods: pd.DataFrame) -> dict[str, list[object]]:
    points = chart.points
    count = len(points)
    columns: dict[str, list[object]] = {
        "scope": [key[0]] * count,
        "item_id": [key[1]] * count,
        "measure": [key[2]] * count,
        "variant": [variant] * count,
        "period": periods["period"].tolist(),
        "starts_on": periods["starts_on"].tolist(),
    }
    for name in ("value", "centre", "lower_limit", "upper_limit", "phase", "rule", "point_type"):
        columns[name] = [getattr(point, name) for point in points]
    return columns


def _charts(
    kinds: Sequence[Followed], charted: Mapping[Key, tuple[Charted, int]], target_of: Mapping[Key, float]
) -> pd.DataFrame:
    asked = kinds[0].kind
    followed_of = {followed.kind: followed for followed in kinds}
    found = [
        _chart_row(key, chart, number, followed_of[chart.line.kind], asked) | {"target": target_of.get(key)}
        for key, (chart, number) in charted.items()
    ]
    return conform(pd.DataFrame(found), CHARTS)


def _chart_row(key: Key, chart: Charted, number: int, followed: Followed, asked: PeriodKind) -> dict[str, object]:
    measure = chart.line.measure
    changes = followed.measures[measure].changes
    line, main = chart.line, chart.main
    counted = line.whole[line.is_point] if line.is_point.any() else line.whole[line.whole > 0]
    return {
        "scope": key[0],
        "item_id": key[1],
        "measure": measure,
        "period_kind": line.kind,
        "is_widened": line.kind != asked,
        "method": chart.method,
        "standing": chart.standing,
        "points": line.points_in_last_phase,
        "smallest": int(counted.min()) if len(counted) else 0,
        "largest": int(counted.max()) if len(counted) else 0,
        "direction": BETTER[measure],
        "variation": main.variation if main is not None else None,
        "assurance": main.assurance if main is not None else None,
        "last_rule": main.points[-1].rule if main is not None and not line.is_silent else "none",
        "mix": chart.mix,
        "joined": changes.joined.get(number, []),
        "left": changes.left.get(number, []),
        "last_heard": _last_point(line, followed.periods) if line.is_silent else None,
    }


def _last_point(line: Line, periods: pd.DataFrame) -> str:
    """Return the label of the last period that is a point."""
    return str(periods.loc[periods["is_complete"], "period"].iloc[line.extent.stop - 1])
