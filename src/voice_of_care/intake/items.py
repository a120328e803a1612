"""What intake holds of one comment until ids are given: its place, what identifies its record, and what it says."""

from __future__ import annotations

import datetime  # noqa: TC003 (used in a dataclass)
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.globs import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voice_of_care.settings import Group, Settings


class Identity(NamedTuple):
    """What tells a record from others, before it is keyed.

    table: the table's header signature, or the session of notes.
    cells: digest of all the record's cells.
    response: the response's id as the source gives it.
    respondent: the respondent's id as the source gives it, or the speaker.
    answers_once: whether a respondent's id stands for the response.
    session: the session as the source gives it; the notes' own where there is none.
    is_telling: whether the cells say enough to know the record again in another file.
    """

    table: str
    cells: str
    response: str | None = None
    respondent: str | None = None
    answers_once: bool = False
    session: str | None = None
    is_telling: bool = True
    is_notes: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One comment, or one that is set aside with a reason."""

    source: str
    place: int
    position: int
    source_ref: str
    identity: Identity
    slot: str
    text: str
    reason: str | None
    respondent_group: Group = "unknown"
    service: str | None = None
    site: str | None = None
    question: str | None = None
    score: float | None = None
    received_on: datetime.date | None = None
    may_quote: bool | None = None
    people_present: int | None = None


class Defaults(NamedTuple):
    """What the settings say of a file's comments where no column tells."""

    respondent_group: Group | None = None
    service: str | None = None
    site: str | None = None
    date: datetime.date | None = None
    people_present: int | None = None
    question: str | None = None


@dataclass(frozen=True)
class Facts:
    """What was seen while a source was read: counts and closed values, no respondent's words."""

    records: int = 0
    date_formats: Mapping[str, int] = field(default_factory=dict)
    impossible_dates: tuple[str, ...] = ()
    either_dates: int = 0
    groups: Mapping[str, int] = field(default_factory=Counter)
    unknown_groups: Mapping[str, int] = field(default_factory=Counter)
    scores: Mapping[str, int] = field(default_factory=Counter)
    people_present: int | None = None


def find_defaults(name: str, settings: Settings) -> Defaults:
    """Return what the settings say of a file; where several entries hold, later ones go before earlier ones."""
    known: Defaults = Defaults()
    for entry in settings.sources:
        if matches(entry.files, name):
            known = Defaults(
                respondent_group=entry.respondent_group or known.respondent_group,
                service=entry.service or known.service,
                site=entry.site or known.site,
                date=entry.date or known.date,
                people_present=entry.people_present or known.people_present,
                question=entry.question or known.question,
            )
    return known
