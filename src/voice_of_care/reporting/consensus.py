"""The record of the decision: ballots, lists after each round, dissent, what was dropped.

Whoever votes is a person too. Where a profile may not show how many ballots a round had, it shows nothing that is
reckoned from them either: no place, no mean rank, no agreement. What voters wrote stays in the team, and so do single
ranks. What was chosen and dropped, by which role and why, is the decision itself and stands in every copy.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.ballots import agreement_word, far_from, read_rounds
from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.ballots import Cast, Round
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview

DECISIONS = {"chosen": ("✓", "Chosen"), "dropped": ("✕", "Dropped"), "open": ("…", "Went on")}
_ORDER = tuple(DECISIONS)


@dataclass(frozen=True)
class Named:
    """A theme by the name it has now; without an anchor where it is gone."""

    label: str
    anchor: str
    reason: str = ""
    printed_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """What a ballot says of a theme, and whose it is by role."""

    role: str
    text: str


@dataclass(frozen=True)
class Line:
    """A theme on a round's list; without a place where the ballots are too few to show."""

    theme: Named
    decision: str
    place: int | None
    mean_rank: str
    spread: str
    said: tuple[Said, ...]

    @property
    def sign(self) -> str:
        """Return what stands for the decision."""
        return DECISIONS[self.decision][0]

    @property
    def word(self) -> str:
        """Return the decision in words."""
        return DECISIONS[self.decision][1]


@dataclass(frozen=True)
class Agreement:
    """Kendall's W, in hundredths, with what it is called; without an interval where none can be told."""

    w: int
    low: int | None
    high: int | None
    word: str
    at_least: str
    at_most: str

    @property
    def spans_words(self) -> bool:
        """Return whether the interval holds more than one word."""
        return self.low is not None and self.at_least != self.at_most


@dataclass(frozen=True)
class Apart:
    """A theme that a ballot ranks far from where the list has it."""

    label: str
    rank: int
    place: int


@dataclass(frozen=True)
class Dissent:
    """Who dissents, and how: for the team alone."""

    ballot_id: str
    role: str
    because: str
    apart: tuple[Apart, ...]


@dataclass(frozen=True)
class RoundView:
    """A round as a profile lets it out; `ballots` is what may be shown of how many there were."""

    number: int
    closed: str
    ballots: Count
    roles: tuple[tuple[str, Count], ...]
    has_other_roles: bool
    lines: tuple[Line, ...]
    agreement: Agreement | None
    dissenting: Count
    dissents: tuple[Dissent, ...]
    decided_by: str
    reason: str

    @property
    def is_counted(self) -> bool:
        """Return whether places and mean ranks may be shown."""
        return any(line.place is not None for line in self.lines)

    @property
    def has_spread(self) -> bool:
        """Return whether lowest and highest ranks are shown."""
        return any(line.spread for line in self.lines)

    @property
    def has_reasons(self) -> bool:
        """Return whether what voters wrote of themes is shown."""
        return any(line.said for line in self.lines)


@dataclass(frozen=True)
class Consensus:
    """What was decided over all rounds, and each round."""

    rounds: tuple[RoundView, ...]
    chosen: tuple[Named, ...]
    dropped: tuple[Named, ...]
    running: tuple[Named, ...]

    @property
    def closed(self) -> int:
        """Return how many rounds are closed."""
        return sum(bool(each.closed) for each in self.rounds)


def view_consensus(facts: Facts, overview: Overview, *, discloser: Discloser) -> Consensus | None:
    """Return it as a profile lets it out; None where there is nothing to tell.

    A round that is not closed yet is the team's alone.
    """
    analysis = facts.analysis
    anchors = {theme.theme_id: theme.anchor for theme in overview.themes}
    rounds = [
        each
        for each in read_rounds(analysis.events, analysis.themes)
        if each.closing is not None or (each.casts and discloser.is_internal)
    ]
    if not rounds:
        return None
    last = _last_decisions(rounds)
    named = {theme_id: _named(rounds, theme_id, anchors, reason) for theme_id, (_, reason) in last.items()}
    by_decision = {
        name: tuple(named[key] for key, (decision, _) in last.items() if decision == name) for name in _ORDER
    }
    return Consensus(
        rounds=tuple(_round(each, facts, anchors, discloser) for each in rounds),
        chosen=by_decision["chosen"],
        dropped=by_decision["dropped"],
        running=tuple(sorted(by_decision["open"], key=lambda theme: (theme.label.casefold(), theme.anchor))),
    )


def _last_decisions(rounds: Sequence[Round]) -> dict[str, tuple[str, str]]:
    """Return what was decided of each theme last, and why it was dropped, in the order it was decided."""
    last: dict[str, tuple[str, str]] = {}
    for each in rounds:
        for theme_id in each.themes:
            last.setdefault(theme_id, ("open", ""))
        if each.closing is not None:
            told = {theme: ("chosen", "") for theme in each.closing.chosen}
            told |= {theme: ("dropped", reason) for theme, reason in each.closing.dropped.items()}
            told |= {theme: ("open", "") for theme in each.in_the_running}
            for theme_id, decided in told.items():
                last.pop(theme_id, None)
                last[theme_id] = decided
    return last


def _named(rounds: Sequence[Round], theme_id: str, anchors: Mapping[str, str], reason: str = "") -> Named:
    label = next(each.labels[theme_id] for each in reversed(rounds) if theme_id in each.labels)
    printed = (name for each in rounds if theme_id in each.labels for name in each.printed_as(theme_id))
    return Named(label, anchors.get(theme_id, ""), reason, tuple(dict.fromkeys(printed)))


def _round(found: Round, facts: Facts, anchors: Mapping[str, str], discloser: Discloser) -> RoundView:
    ballots = discloser.count(len(found.casts))
    dissents = _dissents(found, facts)
    roles = Counter(cast.role for cast in found.casts.values())
    ordered = sorted(roles.items(), key=lambda each: (-each[1], each[0].casefold(), each[0]))
    shown = zip((role for role, _ in ordered), discloser.vector([number for _, number in ordered]), strict=True)
    told = [] if ballots.is_suppressed else [(role, count) for role, count in shown if count.rank > 0]
    told.sort(key=lambda each: (-each[1].rank, each[0].casefold(), each[0]))
    closing = found.closing
    return RoundView(
        number=found.number,
        closed=_day(closing.on) if closing else "",
        ballots=ballots,
        roles=tuple(told),
        has_other_roles=len(told) < len(ordered),
        lines=_lines(found, facts, anchors, discloser),
        agreement=None if ballots.is_suppressed else _agreement(facts, found.number),
        dissenting=discloser.vector([len(dissents), len(found.casts) - len(dissents)])[0],
        dissents=dissents if discloser.is_internal else (),
        decided_by=closing.by if closing else "",
        reason=closing.reason if closing else "",
    )


def _day(text: str) -> str:
    return words.long_date(datetime.date.fromisoformat(text))


def _lines(found: Round, facts: Facts, anchors: Mapping[str, str], discloser: Discloser) -> tuple[Line, ...]:
    """Return the list after a round: in its order, or where that may not be shown by what was decided and the name."""
    mine = facts.analysis.consensus
    is_shown = not discloser.count(len(found.casts)).is_suppressed
    lines = []
    for row in records(mine[mine["round"] == found.number].sort_values("place")):
        theme = _named([found], str(row.theme_id), anchors, "" if pd.isna(row.reason) else str(row.reason))
        has_spread = discloser.is_internal and not pd.isna(row.spread_low)
        lines.append(
            Line(
                theme=theme,
                decision=str(row.decision),
                place=int(row.place) if is_shown else None,
                mean_rank=f"{row.mean_rank:.1f}" if is_shown else "",
                spread=_span(int(row.spread_low), int(row.spread_high)) if has_spread else "",
                said=_said(found.casts, str(row.theme_id)) if discloser.is_internal else (),
            )
        )
    if not is_shown:
        lines.sort(key=lambda line: (_ORDER.index(line.decision), line.theme.label.casefold(), line.theme.anchor))
    return tuple(lines)


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _said(casts: Mapping[str, Cast], theme_id: str) -> tuple[Said, ...]:
    return tuple(Said(cast.role, cast.reasons[theme_id]) for cast in casts.values() if theme_id in cast.reasons)


def _agreement(facts: Facts, number: int) -> Agreement | None:
    frame = facts.analysis.agreements
    mine = frame[(frame["comparison"] == f"ballots/{number}") & frame["kendall_w"].notna()]
    if mine.empty:
        return None
    w, low, high = (float(mine[name].iloc[0]) for name in ("kendall_w", "low", "high"))
    has_interval = not (pd.isna(low) or pd.isna(high))
    return Agreement(
        w=round(100 * w),
        low=round(100 * low) if has_interval else None,
        high=round(100 * high) if has_interval else None,
        word=agreement_word(w),
        at_least=agreement_word(low) if has_interval else "",
        at_most=agreement_word(high) if has_interval else "",
    )


def _dissents(found: Round, facts: Facts) -> tuple[Dissent, ...]:
    """Return who dissents: said so, or ranks a theme five places or more from the list."""
    mine = facts.analysis.consensus
    mine = mine[mine["round"] == found.number].sort_values("place")
    places = {str(theme_id): int(place) for theme_id, place in zip(mine["theme_id"], mine["place"], strict=True)}
    dissents = []
    for ballot_id, cast in found.casts.items():
        apart = tuple(Apart(found.labels[each], cast.ranks[each], places[each]) for each in far_from(cast, places))
        if apart or cast.dissent:
            dissents.append(Dissent(ballot_id, cast.role, cast.dissent, apart))
    return tuple(dissents)
