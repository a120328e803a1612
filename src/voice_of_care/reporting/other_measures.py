"""Other measures beside the themes, and what goes with the score people give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.metric_series import (
    FEWEST_PERIODS,
    MONTHS_OF_A_QUARTER,
    last_complete_day,
    metric_series,
    names_of_nothing,
    theme_course,
)
from voice_of_care.reporting import charts, trend_words, words
from voice_of_care.reporting.drivers import view_drivers
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.measure_charts import courses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.metric_series import MetricSeries
    from voice_of_care.reporting.charts import Drawing, Row
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.drivers import Drivers
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.settings import Settings

VERDICTS = {
    "agree": "Agree",
    "disagree": "Disagree",
    "cannot_tell": "Can\u2019t tell",
    "no_measure": "No measure",
    "withheld": "Too few to show",
}
SIGNS = {"agree": "=", "disagree": "\u2260", "cannot_tell": "?", "no_measure": "\u2013", "withheld": "*"}
MOST_PANELS = 14
FEWEST_POINTS = 4
_KINDS = {1: "month", MONTHS_OF_A_QUARTER: "quarter"}
_SCORE = "Own score: share who gave one of the two best"


@dataclass(frozen=True)
class Line:
    """One theme beside one measure, or beside none."""

    theme: ThemeView
    metric: str
    verdict: str
    why: str = ""
    earlier: ShownShare | None = None
    later: ShownShare | None = None
    change: str = ""
    metric_change: str = ""
    better: str = ""
    rho: str = ""

    @property
    def word(self) -> str:
        """Return the verdict in a word or two."""
        return VERDICTS[self.verdict]

    @property
    def sign(self) -> str:
        """Return its sign."""
        return SIGNS[self.verdict]


class Cell(NamedTuple):
    """One value of a course: its first day, and the value, None where it may not be shown or is not known."""

    start: pd.Timestamp
    value: float | None
    text: str


@dataclass(frozen=True)
class Panel:
    """One course: what the chart draws of it, and its figures."""

    label: str
    kind: str
    months: int
    cells: tuple[Cell, ...]
    is_share: bool

    @property
    def known(self) -> list[tuple[Cell, float]]:
        """Return the cells with a value to draw."""
        return [(cell, cell.value) for cell in self.cells if cell.value is not None]

    @property
    def can_be_drawn(self) -> bool:
        """Return whether most values may be shown: noughts alone, which are never withheld, would mislead."""
        return len(self.known) >= FEWEST_POINTS and 2 * len(self.known) > len(self.cells)


class Figures(NamedTuple):
    """Panels' figures as a table: their names, and a row for each period."""

    kind: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class OtherMeasures:
    """What its section shows."""

    lines: tuple[Line, ...]
    without: tuple[ThemeView, ...]
    apart: tuple[str, ...]
    averaged: tuple[str, ...]
    has_metrics: bool
    drawing: Drawing | None
    has_score: bool
    undrawn: int
    tables: tuple[Figures, ...]
    drivers: Drivers | None
    unknown: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Return what is drawn."""
        drawn = (self.drawing, self.drivers.drawing if self.drivers else None)
        return tuple(drawing for drawing in drawn if drawing is not None)


def view_other_measures(
    facts: Facts, overview: Overview, *, discloser: Discloser, settings: Settings | None = None
) -> OtherMeasures | None:
    """Return it as a profile lets it out; None where there is nothing to tell.

    Measures are the organisation's own figures and are shown as they were given. What is counted of respondents passes
    the discloser: shares by period, and those of the earlier and the later half. With `settings`, the team is told
    which of the names in them no theme or priority has.
    """
    drivers = view_drivers(facts, overview, discloser=discloser)
    table = facts.analysis.triangulation
    measured = {series.name: series for series in metric_series(facts.analysis.metrics)}
    themes = {theme.theme_id: theme for theme in overview.themes}
    named = {key for key, theme in themes.items() if discloser.is_internal or theme.share.percent is not None}
    rows: list[Row] = [row._asdict() for row in records(table) if row.theme_id in named]
    if not measured and drivers is None:
        return None
    told = [row for row in rows if row["metric"] in measured]
    by_metric = _courses(facts, told, measured)
    lines = tuple(_line(row, themes[row["theme_id"]], measured[row["metric"]], by_metric, discloser) for row in told)
    panels, undrawn = _panels(facts, lines, measured, by_metric, discloser)
    return OtherMeasures(
        lines=lines,
        without=tuple(themes[row["theme_id"]] for row in rows if row["verdict"] == "no_measure"),
        apart=tuple(name for name in measured if name not in {row["metric"] for row in told}),
        averaged=tuple(f"{each.name} ({each.of_services})" for each in measured.values() if each.of_services),
        has_metrics=bool(measured),
        drawing=_draw(panels, lines),
        has_score=any(panel.kind == "score" for panel in panels),
        undrawn=undrawn,
        tables=_tables(panels),
        drivers=drivers,
        unknown=_unknown(facts, settings) if settings and discloser.is_internal else (),
    )


def _unknown(facts: Facts, settings: Settings) -> tuple[str, ...]:
    """Return the names in the settings that are of nothing, each with what is wrong in a sentence."""
    return tuple(
        f"The settings name a {'priority' if each.is_priority else 'theme'} there is none of: "
        f"\u2018{each.name}\u2019 (for {each.metric}). "
        + ("Priorities are called framework/priority." if each.is_priority else "Themes are called by id or name.")
        for each in names_of_nothing(facts.analysis, settings.metrics)
    )


def _courses(
    facts: Facts, rows: Sequence[Row], measured: Mapping[str, MetricSeries]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return each theme's true counts in the periods of each measure set beside it."""
    comments = facts.comments.assign(weight=1.0)
    voices = facts.voices.assign(weight=1.0, received_on=facts.voices["month"].dt.to_timestamp())
    until = last_complete_day(
        facts.analysis.series, newest=comments["received_on"].max(), report_date=facts.report_date
    )
    found = {}
    for row in rows:
        series = measured[row["metric"]]
        if not series.course.empty:
            said = voices[voices["theme_id"] == row["theme_id"]]
            grid = series.course.index[0]
            found[row["theme_id"], row["metric"]] = theme_course(
                comments, said, months=series.months, grid=grid, until=until
            )
    return found


def _line(
    row: Row,
    theme: ThemeView,
    series: MetricSeries,
    by_metric: Mapping[tuple[str, str], pd.DataFrame],
    discloser: Discloser,
) -> Line:
    """Return a theme beside a measure; nothing of it that rests on fewer people than may be shown."""
    kind = _KINDS[series.months]
    if pd.isna(row["theme_change"]):
        why = f"Both are known in {trend_words.periods(int(row['periods']), kind)}; {FEWEST_PERIODS} are needed."
        return Line(theme, row["metric"], "cannot_tell", why)
    course = by_metric[row["theme_id"], row["metric"]]
    common = course.loc[course.index.intersection(series.course.index)]
    half = len(common) // 2
    halves = [common.head(half), common.tail(half)]
    bad = discloser.vector([int(each["bad"].sum()) for each in halves])
    earlier, later = (discloser.share(int(each["bad"].sum()), int(each["heard"].sum())) for each in halves)
    metric_change = f"{_signed(row['metric_change'])} ({_signed(row['metric_low'])} to {_signed(row['metric_high'])})"
    if not half or any(count.is_suppressed for count in bad) or None in (earlier.percent, later.percent):
        return Line(theme, row["metric"], "withheld", metric_change=metric_change, better=series.better)
    change = float(row["theme_change"])
    # Outside the team the interval stands about the change of the shares shown.
    shift = 0.0 if discloser.is_internal else later.length - earlier.length - change
    points = [trend_words.points(each + shift) for each in (change, float(row["theme_low"]), float(row["theme_high"]))]
    return Line(
        theme,
        row["metric"],
        row["verdict"],
        _why(row, series.better),
        earlier,
        later,
        f"{points[0]} ({points[1]} to {points[2]})",
        metric_change,
        series.better,
        _rho(row, kind),
    )


def _why(row: Row, better: str) -> str:
    """Return what stands behind a verdict, in a sentence."""
    theme = int(row["theme_low"] > 0) - int(row["theme_high"] < 0)
    metric = int(row["metric_low"] > 0) - int(row["metric_high"] < 0)
    worse = metric if better == "lower" else -metric
    sides = {1: "worse", -1: "better"}
    if theme and worse == theme:
        return f"Both are {sides[theme]} than before."
    if theme and worse:
        return f"What people say is {sides[theme]} than before, the measure {sides[worse]}."
    still = [name for name, moves in (("what people say", theme), ("the measure", worse)) if not moves]
    return f"{words.capitalise(words.join_words(still))} {words.plural(len(still), 'does', 'do')} not clearly move."


def _rho(row: Row, kind: str) -> str:
    if pd.isna(row["rho"]):
        return ""
    lag = int(row["lag"])
    when = "in the same " + kind if not lag else f"the measure {trend_words.periods(lag, kind)} later"
    return f"{trend_words.tone(float(row['rho']))}, {when}"


def _panels(
    facts: Facts,
    lines: Sequence[Line],
    measured: Mapping[str, MetricSeries],
    by_metric: Mapping[tuple[str, str], pd.DataFrame],
    discloser: Discloser,
) -> tuple[tuple[Panel, ...], int]:
    """Return the courses to draw, each theme above the measures set beside it, and how many find no room."""
    groups: dict[str, list[Panel]] = {}
    for line in lines:
        course = by_metric.get((line.theme.theme_id, line.metric))
        if course is None or course.empty:
            continue
        series = measured[line.metric]
        mine = groups.setdefault(f"{line.theme.theme_id}/{series.months}", [])
        if not mine:
            mine.append(_theme_panel(line.theme, course, series.months, discloser))
        mine.append(_metric_panel(series, course))
    drawn = [panels for panels in groups.values() if panels[0].can_be_drawn]
    score = _score_panel(facts, {panel.months for panels in drawn for panel in panels}, discloser)
    kept = [*([score] if score and drawn else [])]
    undrawn = len(groups) - len(drawn)
    for panels in drawn:
        if len(kept) + len(panels) <= MOST_PANELS:
            kept += panels
        else:
            undrawn += 1
    return tuple(kept), undrawn


def _theme_panel(theme: ThemeView, course: pd.DataFrame, months: int, discloser: Discloser) -> Panel:
    bad = discloser.vector([int(each) for each in course["bad"]])
    cells = []
    for start, count, heard in zip(course.index, bad, course["heard"], strict=True):
        share = discloser.share(count.value or 0, int(heard))
        is_shown = not count.is_suppressed and share.percent is not None
        cells.append(Cell(start, float(share.percent or 0) if is_shown else None, share.text if is_shown else "*"))
    return Panel(f"{theme.label}: share with something bad to say", "theme", months, tuple(cells), is_share=True)


def _metric_panel(series: MetricSeries, course: pd.DataFrame) -> Panel:
    """Return a measure over the months that its theme is known in."""
    inside = series.course[(series.course.index >= course.index[0]) & (series.course.index <= course.index[-1])]
    cells = tuple(Cell(start, float(value), figure(float(value))) for start, value in inside.items())
    return Panel(f"{series.name} ({series.better} is better)", "measure", series.months, cells, is_share=False)


def _score_panel(facts: Facts, months: set[int], discloser: Discloser) -> Panel | None:
    """Return the project's own score; it is the same people's, and so no measure to agree with."""
    series = facts.analysis.series
    kinds = [_KINDS[each] for each in sorted(months)]
    is_mine = (series["scope"] == "overall") & (series["measure"] == "fft") & series["period_kind"].isin(kinds[:1])
    rows = series[is_mine & series["is_complete"].fillna(value=False).astype(bool) & (series["denominator"] > 0)]
    cells = []
    for row in records(rows.sort_values("starts_on")):
        share = discloser.share(int(row.numerator), int(row.denominator))
        value = None if share.percent is None else float(share.percent)
        cells.append(Cell(row.starts_on, value, share.text))
    panel = Panel(_SCORE, "score", min(months, default=1), tuple(cells), is_share=True)
    return panel if panel.can_be_drawn else None


def _draw(panels: Sequence[Panel], lines: Sequence[Line]) -> Drawing | None:
    if not panels:
        return None
    rows = [_chart_row(place, panel) for place, panel in enumerate(panels)]
    agree = [line for line in lines if line.verdict == "agree"]
    other = [line for line in lines if line.verdict == "disagree"]
    if agree:
        title = f"\u2018{agree[0].theme.label}\u2019 and {agree[0].metric} moved the same way"
    elif other:
        title = f"\u2018{other[0].theme.label}\u2019 and {other[0].metric} moved opposite ways"
    else:
        title = "No theme and measure clearly moved together"
    description = (
        f"{len(panels)} lines one under the other on one time axis, each with its own scale: "
        f"{'; '.join(panel.label for panel in panels)}. All figures are in the table below."
    )
    return charts.draw("other-measures", title, description, spec=courses, rows=rows)


def _chart_row(place: int, panel: Panel) -> Row:
    values = [value for _, value in panel.known]
    low, high = (0.0, max(10.0, 10 * math.ceil(max(values) / 10))) if panel.is_share else (min(values), max(values))
    points, run, before = [], 0, None
    for cell, value in panel.known:
        month = 12 * cell.start.year + cell.start.month - 1
        run += before is not None and month - before > panel.months
        points.append({"month": month + (panel.months - 1) / 2, "value": value, "run": run})
        before = month
    ends: Row = {"low_text": f"{low:g}%", "high_text": f"{high:g}%"}
    if not panel.is_share:
        ends = {"low_text": figure(low), "high_text": "" if low == high else figure(high)}
    return {
        "order": place,
        "label": panel.label,
        "kind": panel.kind,
        "low": low,
        "high": high,
        **ends,
        "points": points,
    }


def _tables(panels: Sequence[Panel]) -> tuple[Figures, ...]:
    """Return the figures of the chart: a table for months, one for quarters."""
    found = []
    for months, kind in _KINDS.items():
        mine = list(dict.fromkeys(panel for panel in panels if panel.months == months))
        if not mine:
            continue
        starts = sorted({cell.start for panel in mine for cell in panel.cells})
        texts = [{cell.start: cell.text for cell in panel.cells} for panel in mine]
        rows = tuple((_period(start, kind), tuple(each.get(start, "\u2013") for each in texts)) for start in starts)
        found.append(Figures(kind, tuple(panel.label for panel in mine), rows))
    return tuple(found)


def _period(start: pd.Timestamp, kind: str) -> str:
    month = words.long_month(start.year, start.month)
    return month if kind == "month" else f"Quarter from {month}"


def figure(value: float) -> str:
    """Return a measure's value to about three figures."""
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return (text if float(text.replace(",", "")) else "0").replace("-", trend_words.MINUS)


def _signed(value: float) -> str:
    text = figure(float(value))
    return text if text == "0" or value < 0 else f"+{text}"
