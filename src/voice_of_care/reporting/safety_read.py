"""The safety list: single sentences to be read inside the team, with the words that brought them up marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup, escape

from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView

KINDS = {
    "self_harm": "Self-harm, suicide, crisis",
    "abuse": "Abuse, rough handling, theft",
    "neglect": "Left alone, unanswered, unfed or unclean",
    "medicines": "Medicines: wrong, late, missed, allergy",
    "diagnosis_and_treatment": "Diagnosis and treatment: wrong, missed, delayed",
    "deterioration": "Getting worse unnoticed, or dying",
    "falls_and_injury": "Falls and injury",
    "pressure_sores": "Pressure sores and skin",
    "infection": "Infection and hygiene",
    "choking": "Choking and swallowing",
    "unsafe_staffing": "Too few staff, or not trained",
    "unsafe_discharge": "Unsafe discharge",
    "identity_and_records": "Mix-ups of people, records and letters",
    "consent_and_restraint": "Consent and restraint",
    "equipment": "Equipment that fails or is not there",
    "violence": "Violence, and feeling unsafe",
    "danger_named": "Said to be unsafe, risky or an incident",
    "flagged": "Flagged when de-identified; no word tells why",
}


@dataclass(frozen=True)
class ToRead:
    """One sentence, its triggers marked, and what is known of it."""

    segment_id: str
    text: Markup
    about: str
    themes: tuple[ThemeView, ...]
    is_read: bool
    times: int = 1


@dataclass(frozen=True)
class KindToRead:
    """The sentences of one kind, those not yet read first; what was said in the same words stands once."""

    name: str
    to_read: tuple[ToRead, ...]

    @property
    def unread(self) -> int:
        """Return how many nobody has read yet."""
        return sum(each.times for each in self.to_read if not each.is_read)

    @property
    def read(self) -> int:
        """Return how many a person has read."""
        return sum(each.times for each in self.to_read if each.is_read)


@dataclass(frozen=True)
class SafetyList:
    """How many are listed and read; the sentences themselves within the team alone."""

    listed: Count
    read: Count
    of: Count
    kinds: tuple[KindToRead, ...]


def view_safety(facts: Facts, overview: Overview, *, discloser: Discloser) -> SafetyList | None:
    """Return the list as a profile lets it out; None where none was made."""
    listed = facts.analysis.safety_list
    if listed.empty:
        return None
    kinds = _kinds(listed, facts, overview) if discloser.is_internal else ()
    number, read, everything = len(listed), int(listed["is_read"].sum()), len(facts.analysis.segments)
    return SafetyList(
        listed=discloser.vector([number, max(0, everything - number)])[0],
        read=discloser.vector([read, number - read])[0],
        of=discloser.count(everything),
        kinds=kinds,
    )


def _kinds(listed: pd.DataFrame, facts: Facts, overview: Overview) -> tuple[KindToRead, ...]:
    about = facts.comments[["comment_id", "respondent_group", "service", "month"]]
    segments = facts.analysis.segments[["segment_id", "comment_id", "text"]]
    rows = listed.merge(segments, on="segment_id", validate="one_to_one").merge(
        about, on="comment_id", how="left", validate="many_to_one"
    )
    views = {theme.theme_id: theme for theme in overview.themes}
    found: dict[str, dict[tuple[bool, str], ToRead]] = {}
    for row in records(rows):
        of_kind, said = found.setdefault(row.kind, {}), (bool(row.is_read), row.text)
        before = of_kind.get(said)
        of_kind[said] = replace(before, times=before.times + 1) if before else _to_read(row, views)
    return tuple(
        KindToRead(name, tuple(sorted(found[kind].values(), key=lambda each: each.is_read)))
        for kind, name in KINDS.items()
        if kind in found
    )


def _to_read(row: Any, views: dict[str, ThemeView]) -> ToRead:  # noqa: ANN401 (a row)
    group = words.GROUP_ONE.get(row.respondent_group, "")
    month = "" if pd.isna(row.month) else words.long_month(row.month.year, row.month.month)
    service = "" if pd.isna(row.service) else row.service
    return ToRead(
        segment_id=row.segment_id,
        text=mark_triggers(row.text, starts=row.starts, triggers=row.triggers),
        about=" · ".join(part for part in (group, service, month) if part),
        themes=tuple(views[theme] for theme in row.theme_ids if theme in views),
        is_read=bool(row.is_read),
    )


def mark_triggers(text: str, *, starts: list[float], triggers: list[str]) -> Markup:
    """Return the text, safe to show, with each trigger that still stands where it was found marked."""
    marked, end = Markup(""), 0
    for start, trigger in zip(map(int, starts), triggers, strict=True):
        if start < end or text[start : start + len(trigger)] != trigger:
            continue
        marked += escape(words.printable(text[end:start])) + Markup("<mark>{}</mark>").format(words.printable(trigger))
        end = start + len(trigger)
    return marked + escape(words.printable(text[end:]))
