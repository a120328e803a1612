"""What nobody raised, or next to nobody, and how common it could be all the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.counting import upper_bound
from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.reporting.facts import records
from voice_of_care.tables import standing

if TYPE_CHECKING:
    from voice_of_care.frameworks import Framework
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts


@dataclass(frozen=True)
class Silence:
    """One priority of the table `unraised`: who could have raised it, and the bounds as "1.7%".

    `people` are those whom the computer alone links to it; `below` bounds how common it is where none of them raised
    it, `below_if_right` where all did. Bounds are taken from the figures as shown, and are empty where these are not.
    """

    asked: Count
    people: Count
    below: str
    below_if_right: str

    @property
    def is_nobody(self) -> bool:
        """Return whether nobody at all is linked to it."""
        return self.people.value == 0


def view_silences(facts: Facts, *, discloser: Discloser) -> dict[tuple[str, str], Silence]:
    """Return what the table `unraised` holds, by framework and priority, as a profile lets it out.

    Outside the team all priorities are added that so few are linked to, by the computer alone, that no number may be
    shown: were they those of the table alone, to be listed, or not, would tell more of how many they are.
    """
    found = {}
    asked_of: dict[str, Count] = {}
    for row in records(facts.analysis.unraised):
        asked, people = discloser.count(int(row.respondents_asked)), discloser.count(int(row.respondents))
        asked_of[str(row.framework_id)] = asked
        found[str(row.framework_id), str(row.priority_id)] = _silence(asked, people)
    for framework in () if discloser.is_internal else facts.analysis.frameworks:
        linked = _linked_by_computer(facts, framework)
        asked = asked_of.get(framework.id) or discloser.count(_asked(facts, framework))
        for priority_id, number in linked.items():
            people = discloser.count(number)
            if people.is_suppressed and asked.value != 0:
                found.setdefault((framework.id, priority_id), _silence(asked, people))
    return found


def _silence(asked: Count, people: Count) -> Silence:
    below = "" if people.value is None else _below(people.value, asked.value)
    return Silence(asked, people, _below(0, asked.value), below)


def _linked_by_computer(facts: Facts, framework: Framework) -> dict[str, int]:
    """Return the people whom the computer alone links to each priority of a framework that no theme is linked to."""
    if framework.id == FOUR_QUESTIONS:
        return {}
    links, segment_links = facts.analysis.theme_links, facts.analysis.segment_links
    stands = (links["status"] != "rejected") & links["theme_id"].isin(standing(facts.analysis.themes)["theme_id"])
    mine = segment_links[segment_links["framework_id"] == framework.id]
    held = set(links.loc[stands & (links["framework_id"] == framework.id), "priority_id"])
    held |= set(mine.loc[mine["origin"] == "reviewer", "priority_id"])
    comment_of = facts.analysis.segments[["segment_id", "comment_id"]]
    spoken = mine.merge(comment_of, on="segment_id", validate="many_to_one")
    people = spoken.assign(unit=spoken["comment_id"].map(facts.unit_of)).groupby("priority_id")["unit"].nunique()
    searched = [element.id for element in framework.elements if element.include_cues and element.id not in held]
    return {priority_id: int(people.get(priority_id, 0)) for priority_id in searched}


def _asked(facts: Facts, framework: Framework) -> int:
    """Return the respondents of the groups a framework is made for."""
    groups = {"staff": ("staff",), "service_user": ("service_user", "carer")}.get(framework.audience)
    comments = facts.comments
    heard = comments if groups is None else comments[comments["respondent_group"].isin(groups)]
    return int(heard["unit"].nunique())


def _below(number: int, asked: int | None) -> str:
    """Return the bound in per cent, rounded up so that it still holds."""
    return f"{math.ceil(round(1000 * upper_bound(number, asked), 6)) / 10:g}%" if asked else ""
