"""Has it made a difference? For each action what was measured before and after it, as far as one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import followed, trend_words, words
from voice_of_care.reporting.disclosure import FEWEST_FOR_A_MEAN, Count, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.quotes import quote_segments
from voice_of_care.trend_tables import P_ASKED

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.followed import Items
    from voice_of_care.reporting.quotes import Quote
    from voice_of_care.settings import Settings

MEASURE_ORDER = ("negative", "raised", "sentiment", "fft")
BEGAN, NOT_COMPLETE = "the action began", "not complete yet"


@dataclass(frozen=True)
class Span:
    """What was measured over a span of time; `text` is a star where it may not be shown."""

    text: str
    people: Count
    periods: int


@dataclass(frozen=True)
class AfterPoint:
    """One period of the chart of an action; `unjudged` says why it is not judged, where it is not."""

    name: str
    short: str
    is_after: bool
    numerator: Count
    denominator: Count
    value: float | None
    text: str
    centre: float | None
    lower: float | None
    upper: float | None
    counterfactual: float | None
    rule: str
    point_type: str
    unjudged: str


@dataclass(frozen=True)
class Measured:
    """One measure before and after an action; `unsure` says what changed and why that is no signal."""

    measure: str
    anchor: str
    before: Span
    after: Span
    change: str
    unsure: str
    elsewhere_before: str
    elsewhere_after: str
    excess: str
    signal: str
    elsewhere: str
    regression: tuple[str, ...]
    cautions: tuple[str, ...]
    ground: str
    verdict: str
    period_kind: str
    points: tuple[AfterPoint, ...]
    is_withheld: bool

    @property
    def word(self) -> str:
        """Return how far one can go, in a few words."""
        return trend_words.LADDER[self.verdict]

    @property
    def sentence(self) -> str:
        """Return how far one can go, and on which ground, in a sentence or two."""
        said = self.unsure or trend_words.LADDER_SAYS[self.verdict]
        ground = trend_words.GROUNDS_SAY.get(self.ground, "") if self.verdict != "too_little" else ""
        return f"{said} {ground}".strip()


@dataclass(frozen=True)
class ActionView:
    """One action and what was measured around it; nothing where it starts after the newest comment."""

    action_id: str
    anchor: str
    what: str
    where: str
    day: str
    who: str
    aimed_at: str
    has_begun: bool
    measures: tuple[Measured, ...]
    quotes: tuple[Quote, ...]


def view_actions(facts: Facts, items: Items, *, discloser: Discloser, settings: Settings) -> tuple[ActionView, ...]:
    """Return each action, as a profile lets it out; the newest first."""
    actions = facts.analysis.actions.sort_values(["starts_on", "action_id"], ascending=[False, True], kind="stable")
    given = facts.analysis.action_segments
    said = {str(action): rows.assign(strength=-rows["rank"]) for action, rows in given.groupby("action_id", sort=True)}
    quotes = quote_segments(said, facts, discloser=discloser, settings=settings)
    return tuple(_action(row, facts, items, quotes.get(str(row.action_id), ()), discloser) for row in records(actions))


def _action(row: Any, facts: Facts, items: Items, quotes: tuple[Quote, ...], discloser: Discloser) -> ActionView:  # noqa: ANN401 (a row)
    item = items.get(row.scope, row.item_id)
    differences = facts.analysis.differences
    mine = differences[differences["action_id"] == row.action_id]
    points = facts.analysis.difference_points
    starts_on = row.starts_on
    has_begun = facts.newest is None or starts_on.date() <= facts.newest
    measures = [_measured(each, points, starts_on, discloser) for each in records(mine) if has_begun]
    measures.sort(key=lambda each: MEASURE_ORDER.index(each.measure))
    return ActionView(
        action_id=str(row.action_id),
        anchor=f"action-{words.slug(str(row.action_id))}",
        what=str(row.what),
        where=words.join_words([str(name) for name in row.services]) or "All services",
        day=words.long_date(row.starts_on.date()),
        who=str(row.who),
        aimed_at=item.label if item else "A theme that is no longer there",
        has_begun=has_begun,
        measures=tuple(measures),
        quotes=quotes,
    )


def _measured(row: Any, points: pd.DataFrame, began: pd.Timestamp, discloser: Discloser) -> Measured:  # noqa: ANN401 (a row)
    mine = points[(points["action_id"] == row.action_id) & (points["measure"] == row.measure)]
    touched = mine[mine["part"] == "touched"].sort_values("starts_on", kind="stable")
    elsewhere = mine[mine["part"] == "comparator"]
    before = _span(row.before, int(row.units_before), int(row.points_before), row.measure, discloser)
    after = _span(row.after, int(row.units_after), int(row.points_after), row.measure, discloser)
    is_open = before.text != "*" and after.text != "*"
    shown = _points(touched, row, began, discloser)
    others = [
        _elsewhere(value, elsewhere[elsewhere["is_after"] == is_after], row.measure, discloser)
        for value, is_after in ((row.comparator_before, False), (row.comparator_after, True))
    ]
    return Measured(
        measure=row.measure,
        anchor=f"difference-{words.slug(str(row.action_id))}-{row.measure}",
        before=before,
        after=after,
        change=_change(row.change, row.change_low, row.change_high, row.measure) if is_open else "",
        unsure=_unsure(row) if is_open else "",
        elsewhere_before=others[0],
        elsewhere_after=others[1],
        excess=_change(row.excess, row.excess_low, row.excess_high, row.measure)
        if is_open and "*" not in others
        else "",
        signal="" if pd.isna(row.signal) else row.signal,
        elsewhere="" if pd.isna(row.comparator_signal) else row.comparator_signal,
        regression=_regression(row) if is_open else (),
        cautions=tuple(trend_words.difference_caution(code) for code in row.cautions),
        ground=row.ground,
        verdict=row.verdict,
        period_kind=row.period_kind,
        points=shown,
        is_withheld=len(touched) > len(shown),
    )


def _span(value: float, units: int, periods: int, measure: str, discloser: Discloser) -> Span:
    people = discloser.count(units)
    if pd.isna(value):
        return Span("nobody heard" if units == 0 else "–", people, periods)
    if measure == "sentiment":
        is_open = discloser.is_internal or units >= max(FEWEST_FOR_A_MEAN, discloser.fewest_shown)
        return Span(trend_words.tone(value) if is_open else "*", people, periods)
    if discloser.is_internal:
        return Span(trend_words.percent(round(100 * value, 1)), people, periods)
    part = round(value * units)
    rest = discloser.count(units - part)
    text = "*" if rest.is_suppressed else share_of(discloser.count(part), people).text
    return Span(text, people, periods)


def _elsewhere(value: float, points: pd.DataFrame, measure: str, discloser: Discloser) -> str:
    """Return what was measured in services that were not touched."""
    units = int(points["denominator"].sum())
    return "" if pd.isna(value) or not units else _span(value, units, len(points), measure, discloser).text


def _change(value: float, low: float, high: float, measure: str) -> str:
    """Return a difference with its interval; in percentage points for shares."""
    if pd.isna(value):
        return ""
    told, below, above = (_gap(each, measure) for each in (value, low, high))
    return f"{told} ({below} to {above})" if not pd.isna(low) else told


def _unsure(row: Any) -> str:  # noqa: ANN401 (a row)
    """Return how far a measure changed where its interval leaves out nought and there is no signal all the same."""
    is_apart = row.change_low > 0 or row.change_high < 0
    if row.verdict != "no_signal" or not is_apart:
        return ""
    unit = "" if row.measure == "sentiment" else " percentage points"
    change = _gap(row.change, row.measure)
    interval = f"(95% interval {_gap(row.change_low, row.measure)} to {_gap(row.change_high, row.measure)})"
    likely = P_ASKED[row.ground]
    why = "mix" if "mix" in row.cautions else "chance" if row.p_value > likely else "rules"
    told = f", p = {row.p_value:.2g}; below {likely:g} is asked for" if why == "chance" else ""
    return f"It changed by {change}{unit} {interval}, {trend_words.CHANGED_SAYS[why]}{told}."


def _regression(row: Any) -> tuple[str, ...]:  # noqa: ANN401 (a row)
    """Return what the segmented regression gives, in sentences; none where there were too few points."""
    said = []
    if not pd.isna(row.level_change):
        said.append(
            f"Level at the start of the action: odds {row.level_change:.2f} times those before"
            f" (95% interval {row.level_low:.2f} to {row.level_high:.2f})."
        )
    if not pd.isna(row.gap):
        gap, low, high = (_gap(value, row.measure) for value in (row.gap, row.gap_low, row.gap_high))
        unit = "" if row.measure == "sentiment" else " percentage points"
        against = f"{gap}{unit} against the trend before going on"
        said.append(f"In the last {row.period_kind}, {against} (95% interval {low} to {high}).")
    return tuple(said)


def _gap(value: float, measure: str) -> str:
    if measure == "sentiment":
        return trend_words.tone(value)
    return trend_words.points(value)


def _points(
    touched: pd.DataFrame,
    row: Any,  # noqa: ANN401 (a row)
    began: pd.Timestamp,
    discloser: Discloser,
) -> tuple[AfterPoint, ...]:
    """Return the points of the chart; none where too many of them may not be shown."""
    rows = touched.assign(
        period_kind=row.period_kind,
        is_complete=touched["is_judged"],
        value=touched["value"] if row.measure == "sentiment" else touched["value"] / 100,
    )
    shown = followed.show_points(rows, kind=row.period_kind, measure=row.measure, discloser=discloser)
    if not followed.may_draw(shown):
        return ()
    digits = 2 if row.measure == "sentiment" else 1 if discloser.is_internal else 0
    pairs = zip(shown, records(rows), strict=True)
    return tuple(_point(point, each, _unjudged(each, began), digits) for point, each in pairs)


def _unjudged(row: Any, began: pd.Timestamp) -> str:  # noqa: ANN401 (a row)
    """Return why a period is not judged; empty where it is."""
    if row.is_judged:
        return ""
    return BEGAN if row.is_after and row.starts_on < began else NOT_COMPLETE


def _point(shown: followed.ShownPoint, row: Any, unjudged: str, digits: int) -> AfterPoint:  # noqa: ANN401 (a row)
    centre, lower, upper, counterfactual = (
        None if pd.isna(value) else round(float(value), digits)
        for value in (row.centre, row.lower_limit, row.upper_limit, row.counterfactual)
    )
    if shown.is_withheld:  # limits that follow the number of people would tell it
        lower = upper = None
    return AfterPoint(
        shown.name,
        shown.short,
        bool(row.is_after),
        shown.numerator,
        shown.denominator,
        shown.value,
        shown.text,
        centre,
        lower,
        upper,
        counterfactual,
        row.rule,
        row.point_type,
        unjudged,
    )
