"""What nobody raised, or next to nobody, and how common it could be all the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.counting import upper_bound
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
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
    """Return what the table `unraised` holds, by framework and priority, as a profile lets it out."""
    found = {}
    for row in records(facts.analysis.unraised):
        asked, people = discloser.count(int(row.respondents_asked)), discloser.count(int(row.respondents))
        found[str(row.framework_id), str(row.priority_id)] = Silence(
            asked, people, _below(0, asked.value), "" if people.value is None else _below(people.value, asked.value)
        )
    return found


def _below(number: int, asked: int | None) -> str:
    """Return the bound in per cent, rounded up so that it still holds."""
    return f"{math.ceil(round(1000 * upper_bound(number, asked), 6)) / 10:g}%" if asked else ""
