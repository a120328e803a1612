"""Over time: which series moved, how sure that is, and a card for each that matters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import followed, trend_words, words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.sentences import FEWEST_IN_POINT
from voice_of_care.reporting.silence import find_silent
from voice_of_care.trend_tables import MEASURES, SCOPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.followed import Item, Items, Key, ShownPoint
    from voice_of_care.reporting.overview import Overview
    from voice_of_care.reporting.silence import Silent

MOST_CARDS = 18
MOST_EXPLAINED = 3
LARGEST_THEMES = 5
FLAGGED_BY_CHANCE = 0.017
"""Chance that the last point of a chart is flagged although nothing changed; docs/methods/spc.md has its source."""
MEASURE_ORDER = ("fft", "negative", "sentiment", "raised")
WHOLE_FAMILIES = ("service", "site", "respondent_group")
NEARLY_ALL = 0.95
"""Share of respondents from which a place or a group moves as all of them do, so that it is not charted beside them."""


@dataclass(frozen=True)
class Line:
    """One series: its newest value, and what its chart says."""

    key: Key
    anchor: str
    item: Item
    last: ShownPoint | None
    period_kind: str
    is_widened: bool
    method: str
    standing: str
    people: str
    variation: str | None
    assurance: str | None
    last_rule: str
    direction: str
    target: float | None
    mix: str
    joined: tuple[str, ...]
    left: tuple[str, ...]
    last_heard: str
    points: int
    counted: int
    heard: int
    is_rebased: bool
    can_be_drawn: bool
    has_card: bool = False

    @property
    def scope(self) -> str:
        """Return the kind of thing followed."""
        return self.key[0]

    @property
    def measure(self) -> str:
        """Return the measure."""
        return self.key[2]

    @property
    def name(self) -> str:
        """Return what is followed, in words."""
        return trend_words.series_name(self.item.label, self.measure)

    @property
    def is_explained(self) -> bool:
        """Return whether a change of mix explains its movement, so that it is no trend."""
        return self.mix == "mix"

    @property
    def shows_signal(self) -> bool:
        """Return whether its last point is a signal that a change of mix does not explain."""
        return trend_words.is_signal(self.variation) and not self.is_explained

    @property
    def state(self) -> str:
        """Return its row in the grid of icons."""
        if self.variation is None:
            return "silent" if self.last_heard else "no_limits"
        return "explained" if self.is_explained and trend_words.is_signal(self.variation) else self.variation


@dataclass(frozen=True)
class Point:
    """One period of a card: the figures, its limits and what it shows."""

    shown: ShownPoint
    centre: float | None
    lower: float | None
    upper: float | None
    phase: int
    rule: str
    point_type: str
    is_charted: bool


@dataclass(frozen=True)
class Rebase:
    """Where a person decided that limits start anew."""

    day: str
    reason: str
    who: str
    is_reached: bool


@dataclass(frozen=True)
class Card:
    """One series with its points; `points` is empty where they may not be shown."""

    line: Line
    points: tuple[Point, ...]
    whole: tuple[Point, ...]
    rebases: tuple[Rebase, ...]
    coarser: tuple[ShownPoint, ...] = ()

    @property
    def is_withheld(self) -> bool:
        """Return whether the points rest on numbers too small for this copy."""
        return not self.points


@dataclass(frozen=True)
class OverTime:
    """All series, those that have a card, and why there is none."""

    lines: tuple[Line, ...]
    cards: tuple[Card, ...]
    missing: str
    silent: tuple[Silent, ...] = ()

    @property
    def charted(self) -> tuple[Line, ...]:
        """Return the series that have a chart, with limits or without."""
        return tuple(line for line in self.lines if line.standing != "table_only")

    @property
    def with_limits(self) -> tuple[Line, ...]:
        """Return the series whose charts have limits, which alone can tell a signal."""
        return tuple(line for line in self.lines if line.variation is not None)

    @property
    def signals(self) -> tuple[Line, ...]:
        """Return the series whose last point is a signal that stands."""
        return tuple(line for line in self.lines if line.shows_signal)

    @property
    def explained(self) -> tuple[Line, ...]:
        """Return the series whose signal a change of mix explains."""
        return tuple(line for line in self.lines if line.state == "explained")

    @property
    def joined(self) -> tuple[str, ...]:
        """Return what joined in and explains a movement."""
        return tuple(dict.fromkeys(name for line in self.explained for name in line.joined))

    @property
    def expected(self) -> str:
        """Return how many charts chance would flag."""
        return f"{FLAGGED_BY_CHANCE * len(self.with_limits):.1f}"

    def cell(self, state: str, assurance: str) -> tuple[Line, ...]:
        """Return the series of one cell of the grid; an empty assurance is that of series without a target."""
        return tuple(line for line in self.lines if line.state == state and (line.assurance or "") == assurance)

    def states(self) -> tuple[str, ...]:
        """Return the rows of the grid that hold a series."""
        held = {line.state for line in self.with_limits}
        return tuple(state for state in trend_words.STATES if state in held)

    def assurances(self) -> tuple[str, ...]:
        """Return the columns of the grid that hold a series."""
        held = {line.assurance or "" for line in self.lines if line.variation is not None}
        return tuple(each for each in ("consistent_pass", "inconsistent", "consistent_fail", "") if each in held)


def view_over_time(facts: Facts, overview: Overview, items: Items, *, discloser: Discloser) -> OverTime:
    """Return what moved, as a profile lets it out."""
    analysis = facts.analysis
    series = followed.series_by_key(analysis.series)
    order = {theme.theme_id: place for place, theme in enumerate(overview.themes)}
    found: list[Line] = []
    rebased = _rebased(analysis.control_points)
    for row in records(analysis.charts):
        key = (str(row.scope), str(row.item_id), str(row.measure))
        if items.get(key[0], key[1]) is not None:
            line = _line(row, key, items, series.get(key, analysis.series.iloc[:0]), discloser)
            found.append(replace(line, is_rebased=key in rebased))
    nearly_all = _nearly_all(facts)
    found = [line for line in _without_lone_gaps(found, discloser) if line.key[:2] not in nearly_all]
    found.sort(key=lambda line: _order(line, order))
    carded = _worth_a_card(found, [theme.theme_id for theme in overview.subjects])
    lines = tuple(replace(line, has_card=line.key in carded) for line in found)
    cards = tuple(_card(line, facts, series[line.key], discloser) for line in lines if line.has_card)
    return OverTime(lines, cards, _missing(facts, lines), find_silent(facts, items))


def _rebased(control_points: pd.DataFrame) -> set[Key]:
    """Return the series whose limits start anew within what is charted."""
    whole = control_points[control_points["variant"] == "whole"]
    return set(zip(whole["scope"], whole["item_id"], whole["measure"], strict=True))


def _nearly_all(facts: Facts) -> set[tuple[str, str]]:
    """Return the services, sites and groups that hold nearly all respondents."""
    least = NEARLY_ALL * facts.people()
    found = set()
    for scope, column in followed.ITEM_COLUMNS.items():
        people = facts.comments.dropna(subset=[column]).groupby(column, sort=True)["unit"].nunique()
        found |= {(scope, str(name)) for name in people.index[people >= least]}
    return found


def _line(row: Any, key: Key, items: Items, rows: pd.DataFrame, discloser: Discloser) -> Line:  # noqa: ANN401 (a row)
    item = items.named[key[:2]]
    points = followed.show_points(rows, kind=row.period_kind, measure=key[2], discloser=discloser)
    complete = [point for point in points if point.is_complete]
    told = rows.loc[rows["is_complete"] & rows["period_kind"].eq(row.period_kind), "denominator"]
    return Line(
        key=key,
        anchor="-".join(part for part in ("series", key[0], item.slug, key[2]) if part).replace("_", "-"),
        item=item,
        last=complete[-1] if complete else None,
        period_kind=row.period_kind,
        is_widened=bool(row.is_widened),
        method=row.method,
        standing=row.standing,
        people=_people(int(row.smallest), int(row.largest), row.period_kind, discloser),
        variation=None if pd.isna(row.variation) else row.variation,
        assurance=None if pd.isna(row.assurance) else row.assurance,
        last_rule=row.last_rule,
        direction=row.direction,
        target=None if pd.isna(row.target) else float(row.target),
        mix=row.mix,
        joined=_may_be_named(row.joined, items),
        left=_may_be_named(row.left, items),
        last_heard="" if pd.isna(row.last_heard) else str(row.last_heard),
        points=int(row.points),
        counted=int((told >= FEWEST_IN_POINT).sum()),
        heard=int((told > 0).sum()),
        is_rebased=False,
        can_be_drawn=followed.may_draw(points),
    )


def _may_be_named(told: Sequence[str], items: Items) -> tuple[str, ...]:
    """Return who joined or left; a service only where its people may be counted."""
    kept = []
    for name in told:
        kind, _, place = str(name).partition(": ")
        if kind != "service" or items.get("service", place) is not None:
            kept.append(f"the {kind} ‘{place}’" if place else str(name))
    return tuple(kept)


def _people(smallest: int, largest: int, kind: str, discloser: Discloser) -> str:
    low, high = discloser.count(smallest), discloser.count(largest)
    if high.is_suppressed:
        return f"fewer than {discloser.fewest_shown} a {kind}"
    if low.is_suppressed:
        return f"at most {high.text} a {kind}"
    return f"{low.text} a {kind}" if low.text == high.text else f"{low.text} to {high.text} a {kind}"


def _without_lone_gaps(lines: list[Line], discloser: Discloser) -> list[Line]:
    """Hold back a second series wherever one alone of a whole is: else it could be had by taking the others away.

    Rounding does that work in the profile for publishing.
    """
    if discloser.profile not in {"threshold5", "threshold10"}:
        return lines
    also: set[Key] = set()
    for scope in WHOLE_FAMILIES:
        for measure in MEASURES:
            family = [line for line in lines if line.scope == scope and line.measure == measure]
            open_ones = [line for line in family if line.can_be_drawn]
            if len(family) - len(open_ones) == 1 and open_ones:
                also.add(
                    min(open_ones, key=lambda line: (line.last.denominator.rank if line.last else 0, line.key)).key
                )
    return [replace(line, can_be_drawn=line.can_be_drawn and line.key not in also) for line in lines]


def _order(line: Line, themes: dict[str, int]) -> tuple[bool, int, int, str, int]:
    return (
        line.item.is_catch_all,
        SCOPES.index(line.scope),
        themes.get(line.key[1], 0) if line.scope == "theme" else 0,
        line.item.label.casefold(),
        MEASURE_ORDER.index(line.measure),
    )


def _worth_a_card(lines: list[Line], largest: Sequence[str]) -> set[Key]:
    """Return the series that get a card: overall, those with a signal, a few the mix explains, the largest themes."""
    subjects = [line for line in lines if not line.item.is_catch_all]
    wanted = [line.key for line in lines if line.scope == "overall"]
    wanted += [line.key for line in subjects if line.shows_signal]
    wanted += [line.key for line in subjects if line.state == "explained"][:MOST_EXPLAINED]
    wanted += [line.key for line in subjects if line.is_rebased]
    limited = {line.key for line in lines if line.variation is not None}
    for theme in largest[:LARGEST_THEMES]:
        spoken_of, raised = ("theme", theme, "negative"), ("theme", theme, "raised")
        wanted.append(raised if raised in limited and spoken_of not in limited else spoken_of)
    known = {line.key for line in lines}
    return set([key for key in dict.fromkeys(wanted) if key in known][:MOST_CARDS])


def _card(line: Line, facts: Facts, rows: pd.DataFrame, discloser: Discloser) -> Card:
    points = followed.show_points(rows, kind=line.period_kind, measure=line.measure, discloser=discloser)
    scope, item_id, measure = line.key
    limits = facts.analysis.control_points
    mine = limits[(limits["scope"] == scope) & (limits["item_id"] == item_id) & (limits["measure"] == measure)]
    variants = {
        name: {str(row.period): row for row in records(mine[mine["variant"] == name])} for name in ("main", "whole")
    }
    rebases = facts.analysis.rebases
    decided = rebases[(rebases["scope"] == scope) & (rebases["item_id"] == item_id) & (rebases["measure"] == measure)]
    shown = points if line.can_be_drawn else ()
    over = rows.loc[rows["is_complete"] & rows["period_kind"].eq(line.period_kind), "ends_on"].max()
    return Card(
        line,
        points=tuple(_point(point, variants["main"].get(point.period), line, discloser) for point in shown),
        whole=tuple(_point(point, variants["whole"].get(point.period), line, discloser) for point in shown)
        if variants["whole"]
        else (),
        rebases=tuple(
            Rebase(words.long_date(row.starts_on.date()), str(row.reason), str(row.who), bool(row.starts_on <= over))
            for row in records(decided.sort_values("starts_on"))
        ),
        coarser=() if line.can_be_drawn else _coarser(line, rows, discloser),
    )


def _coarser(line: Line, rows: pd.DataFrame, discloser: Discloser) -> tuple[ShownPoint, ...]:
    """Return the quarters of a series whose shorter periods may not be shown, where they may."""
    if line.period_kind == "quarter":
        return ()
    quarters = rows[rows["period_kind"] == "quarter"]
    points = followed.show_points(quarters, kind="quarter", measure=line.measure, discloser=discloser)
    return points if followed.may_draw(points) else ()


def _point(shown: ShownPoint, row: Any, line: Line, discloser: Discloser) -> Point:  # noqa: ANN401 (a row)
    if row is None:
        return Point(shown, None, None, None, 1, "none", "common_cause", is_charted=False)
    digits = 2 if line.measure == "sentiment" else 1 if discloser.is_internal else 0
    centre, lower, upper = (
        None if pd.isna(limit) else round(float(limit), digits)
        for limit in (row.centre, row.lower_limit, row.upper_limit)
    )
    if shown.is_withheld and line.method == "p_prime":  # such limits tell how many were heard
        lower = upper = None
    kind = row.point_type
    if line.is_explained and kind != "common_cause":  # no trend, so neither better nor worse
        kind = f"special_cause_neutral_{'high' if row.value > row.centre else 'low'}"
    return Point(shown, centre, lower, upper, int(row.phase), row.rule, kind, is_charted=True)


def _missing(facts: Facts, lines: Sequence[Line]) -> str:
    """Return in words why nothing can be followed; empty where something can."""
    if facts.newest is None:
        return "No comment carries a date: nothing can be followed over time."
    months = facts.comments["month"].nunique()
    heard = f"Dated comments come from {trend_words.periods(months, 'month')}"
    if not lines:
        return f"{heard}: too few to follow anything over time."
    if all(line.standing == "table_only" for line in lines):
        return f"{heard}. A chart needs 8 periods at least: until then there are figures alone, and no signal is told."
    if all(line.variation is None for line in lines):
        return f"{heard}. Limits need 12 periods at least: until then no signal is told."
    return ""
