"""Sentences of the section on groups: how people are counted, what may be chance, how tone is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.reporting import words

if TYPE_CHECKING:
    from voice_of_care.reporting.gaps import Gaps

_NOTES = {
    "once": "Notes of a session count as one respondent, however many were present.",
    "people_present": "Notes of a session weigh as many respondents as were present.",
    "left_out": "Notes of sessions are left out of this comparison.",
}
MUCH_MORE = 1.25
_NAMES = {"staff": "staff", "service_user": "service users"}
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 10: "ten", 20: "twenty"}


def counting(gaps: Gaps) -> str:
    """Return how notes of many voices count, and what follows."""
    told = [
        f"{count.text} of the {total.text} {_NAMES[group]} are such notes"
        for group, count, total in (
            ("staff", gaps.sessions["staff"], gaps.staff),
            ("service_user", gaps.sessions["service_user"], gaps.service_users),
        )
        if count.value and gaps.notes == "once"
    ]
    mixed = f" {words.capitalise(words.join_words(told))}." if told else ""
    more = (
        " One note holds what many said, so that a group heard in notes seems to raise more themes."
        if gaps.notes != "left_out" and any(count.value != 0 for count in gaps.sessions.values())
        else ""
    )
    return f"{_NOTES[gaps.notes]}{mixed}{more}{_who_says_more(gaps)}"


def _who_says_more(gaps: Gaps) -> str:
    """Return which group gave more comments each, where that is by a quarter or more: it will raise more themes too."""
    staff, users = gaps.comments_each.get("staff", 0), gaps.comments_each.get("service_user", 0)
    if not gaps.can_compare or max(staff, users) < MUCH_MORE * min(staff, users):
        return ""
    first, second = ("staff", "service_user") if staff > users else ("service_user", "staff")
    return (
        f" {words.capitalise(_NAMES[first])} gave {gaps.comments_each[first]} comments each on average, "
        f"{_NAMES[second]} {gaps.comments_each[second]}: whoever says more raises more themes."
    )


def by_chance(gaps: Gaps) -> str:
    """Return how many of the gaps called different may be chance."""
    number = len(gaps.of("differ"))
    part = round(1 / gaps.false_discovery)
    about = f"about one in {_NUMBERS.get(part, str(part))} may be chance"
    return f"Of the {number} gaps called different, {about}." if number > 1 else f"Of gaps called different, {about}."


def tone(value: float) -> str:
    """Return a mean tone with its sign."""
    return "0.0" if value == 0 else f"{value:+.1f}".replace("-", "\u2212")
