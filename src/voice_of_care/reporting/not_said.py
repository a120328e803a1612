"""What was not said: unraised priorities, unheard groups, rare arguments, the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.unraised import view_silences

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.reporting.unraised import Silence

MOST_ARGUMENTS = 100
"""So many rare arguments are listed in the page; all of them stand in the workbook and in the table."""

_NO_GROUP = "unknown"
_LEVELS = {"service": "Services", "site": "Sites", "respondent_group": "Groups"}


@dataclass(frozen=True)
class SilentFramework:
    """One framework's priorities that nobody raised, and those that next to nobody did."""

    name: str
    nobody: tuple[tuple[str, Silence], ...]
    few: tuple[tuple[str, Silence], ...]

    @property
    def bound(self) -> Silence:
        """Return whom the framework is made for and the bound, the same for all of its priorities."""
        return (*self.nobody, *self.few)[0][1]


@dataclass(frozen=True)
class UnheardPlace:
    """A service, site or group that was not heard, or hardly."""

    level: str
    name: str
    is_expected: bool
    is_heard: bool
    people: Count


@dataclass(frozen=True)
class Argument:
    """One segment to be read, for the internal profile alone."""

    segment_id: str
    text: str
    theme: ThemeView | None
    fits_no_theme: bool
    likeness: str
    is_read: bool
    note: str


@dataclass(frozen=True)
class RareArguments:
    """How many segments lie far from all themes, how many of them somebody has read, and the list.

    `all_read` is true where every one of them was. `is_whole` is false where some segments' themes were found before it
    was kept how far they lie.
    """

    listed: Count
    read: Count
    arguments: tuple[Argument, ...]
    left_out: int
    all_read: bool
    is_whole: bool


@dataclass(frozen=True)
class Went:
    """One line of the ledger: how many comments went where, and why."""

    outcome: str
    reason: str
    count: Count


@dataclass(frozen=True)
class NotSaid:
    """What its section shows."""

    silent: tuple[SilentFramework, ...]
    unheard: tuple[UnheardPlace, ...]
    rare: RareArguments
    came_in: Count
    ledger: tuple[Went, ...]

    def places(self, *, heard: bool) -> tuple[tuple[str, tuple[UnheardPlace, ...]], ...]:
        """Return kinds of places in words, with those that were not heard or only hardly."""
        found = [
            (word, tuple(place for place in self.unheard if place.level == level and place.is_heard == heard))
            for level, word in _LEVELS.items()
        ]
        return tuple((word, places) for word, places in found if places)


def view_not_said(facts: Facts, overview: Overview, *, discloser: Discloser) -> NotSaid:
    """Return it as a profile lets it out."""
    came_in, ledger = _ledger(facts, discloser)
    return NotSaid(
        silent=_silent(facts, discloser),
        unheard=_unheard(facts, discloser),
        rare=_rare(facts, overview, discloser),
        came_in=came_in,
        ledger=ledger,
    )


def _silent(facts: Facts, discloser: Discloser) -> tuple[SilentFramework, ...]:
    silences = view_silences(facts, discloser=discloser)
    found = []
    for framework in facts.analysis.frameworks:
        told = [
            (element.label, silences[framework.id, element.id])
            for element in framework.elements
            if (framework.id, element.id) in silences
        ]
        if told:
            nobody = tuple(pair for pair in told if pair[1].is_nobody)
            found.append(SilentFramework(framework.name, nobody, tuple(pair for pair in told if not pair[1].is_nobody)))
    return tuple(found)


def _unheard(facts: Facts, discloser: Discloser) -> tuple[UnheardPlace, ...]:
    """Return who was not heard, or hardly: outside the team, all of whom so few were that no number may be shown.

    Were they those of the table alone, to be named, or not, would tell more of how many they are.
    """
    table = facts.analysis.unheard
    told = {
        (str(row.level), str(row.place)): UnheardPlace(
            level=str(row.level),
            name=_place_name(str(row.level), str(row.place)),
            is_expected=bool(row.is_expected) and (discloser.is_internal or row.verdict == "not_heard"),
            is_heard=row.verdict == "hardly_heard",
            people=discloser.count(int(row.respondents)),
        )
        for row in records(table)
    }
    is_looked_for = len(facts.analysis.ledger) > 0  # found with the table, and never empty
    for level in _LEVELS if is_looked_for and not discloser.is_internal else ():
        known = facts.comments[facts.comments[level].notna() & (facts.comments[level] != _NO_GROUP)]
        for _, rows in known.groupby(known[level].astype(str).str.casefold()):  # names are the same in any letter case
            place, count = str(rows[level].min()), discloser.count(int(rows["unit"].nunique()))
            if count.is_suppressed:
                told.setdefault((level, place), UnheardPlace(level, _place_name(level, place), False, True, count))
    return tuple(told[key] for key in sorted(told)) if not discloser.is_internal else tuple(told.values())


def _place_name(level: str, place: str) -> str:
    return words.GROUPS.get(place, place) if level == "respondent_group" else place


def _rare(facts: Facts, overview: Overview, discloser: Discloser) -> RareArguments:
    frame = facts.analysis.rare_arguments
    arguments = _arguments(facts, overview) if discloser.is_internal else ()
    is_known = facts.voices["segment_id"].isin(facts.analysis.nearness["segment_id"])
    return RareArguments(
        listed=discloser.count(len(frame)),
        read=discloser.count(int(frame["is_read"].sum())),
        arguments=arguments[:MOST_ARGUMENTS],
        left_out=max(0, len(arguments) - MOST_ARGUMENTS),
        all_read=bool(frame["is_read"].all()),
        is_whole=bool(is_known.all()),
    )


def _arguments(facts: Facts, overview: Overview) -> tuple[Argument, ...]:
    """Return the list, what nobody has read yet first."""
    texts = facts.analysis.segments.set_index("segment_id")["text"]
    themes = {theme.theme_id: theme for theme in overview.themes}
    frame = facts.analysis.rare_arguments.sort_values(["is_read", "rank"], kind="stable")
    return tuple(
        Argument(
            segment_id=str(row.segment_id),
            text=str(texts[row.segment_id]),
            theme=None if pd.isna(row.theme_id) else themes.get(str(row.theme_id)),
            fits_no_theme=row.reason == "no_theme",
            likeness="" if pd.isna(row.likeness) else f"{row.likeness:.2f}",
            is_read=bool(row.is_read),
            note="" if pd.isna(row.note) else str(row.note),
        )
        for row in records(frame)
    )


def _ledger(facts: Facts, discloser: Discloser) -> tuple[Count, tuple[Went, ...]]:
    """Return how many items came in, and where they went: each outcome, then its reasons."""
    ledger = facts.analysis.ledger
    outcomes = ("themed", "without_theme", "set_aside")
    numbers = [int((ledger["outcome"] == outcome).sum()) for outcome in outcomes]
    lines = []
    for outcome, count in zip(outcomes, discloser.vector(numbers), strict=True):
        lines.append(Went(outcome, "", count))
        reasons = ledger.loc[ledger["outcome"] == outcome, "reason"].dropna().value_counts()
        shown = discloser.vector([int(number) for number in reasons])
        told = [
            Went(outcome, words.sentence_case(str(reason)), each)
            for reason, each in zip(reasons.index, shown, strict=True)
        ]
        lines += sorted(told, key=lambda line: (-line.count.rank, line.reason))
    return discloser.count(len(ledger)), tuple(lines)
