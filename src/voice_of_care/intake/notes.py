"""From notes of a meeting to comments: paragraphs, bullets, cells and turns of speech, each under its headings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.cleaning import ABOUT_MEETING, FACILITATOR, clean_text, find_reason
from voice_of_care.intake.dates import find_date
from voice_of_care.intake.identity import digest_of
from voice_of_care.intake.items import Defaults, Facts, Identity, Item
from voice_of_care.intake.statements import Statement, find_statements
from voice_of_care.intake.vocabulary import find_group, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.intake.readers import Passage
    from voice_of_care.settings import Group, IntakeSettings

_SERVICE = re.compile(
    r"\b(ward|clinics?|departments?|unit|services?|team|maternity|outpatients?|inpatients?|theatres?"
    r"|day (centre|hospital)"
    r"|emergency department|community nursing|district nursing|camhs|radiology|pharmacy|home care|domiciliary care)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(what|why|how|who|when|which|where|worked|working|well|better|improve\w*|change|matters?|good|feedback|comments?"
    r"|issues?|concerns?|discussion|actions?|notes|minutes|between|experiences?|themes?|questions?|about)\b",
    re.IGNORECASE,
)
_SESSION = re.compile(r"\b(session|workshop|meeting|focus group|listening event|drop-?in)\b", re.IGNORECASE)
_FACILITATOR = re.compile(
    r"\b(facilitators?|interviewer|chair(person|man|woman)?|moderator|host|researcher|note ?taker)\b|^(int|fac|mod|q)$",
    re.IGNORECASE,
)
_LONGEST_QUESTION = 200


class NotesRead(NamedTuple):
    """The comments of a file's notes and what was seen on the way."""

    items: tuple[Item, ...]
    facts: Facts


def read_notes(passages: Sequence[Passage], *, source: str, defaults: Defaults, settings: IntakeSettings) -> NotesRead:
    """Read the comments of notes; headings and lists of attendees are none."""
    found = find_statements(passages)
    people = defaults.people_present or found.people
    whole = digest_of("notes", *(part for passage in passages for part in _content(passage)))
    sessions = _sessions([statement.passage for statement in found.statements])
    reader = _NotesReader(source, defaults, settings, people, whole, len(set(sessions)) > 1)
    items: list[Item] = []
    question: str | None = None
    session_before: str | None = None
    for place, (statement, session) in enumerate(zip(found.statements, sessions, strict=True), start=1):
        if session != session_before:
            question, session_before = None, session
        item = reader.read(statement, place, session, question)
        if item.reason == FACILITATOR:
            question = last_question(item.text) or question
        items.append(item)
    facts = Facts(records=len(items), groups=Counter(item.respondent_group for item in items), people_present=people)
    return NotesRead(tuple(items), facts)


def last_question(text: str) -> str | None:
    """Return the last question of a turn of speech, shortened to one line."""
    asked = re.findall(r"[^.?!\n]*\?", text)
    line = " ".join(asked[-1].split()) if asked else ""
    return line if 3 <= len(line) <= _LONGEST_QUESTION else None


def service_of(headings: Sequence[str]) -> str | None:
    """Return the nearest heading that names a service rather than asks something."""
    for heading in reversed(headings):
        line = " ".join(heading.split())
        if len(line.split()) <= 8 and _SERVICE.search(line) and not _ASKS.search(line) and not _SESSION.search(line):
            return line
    return None


def question_of(headings: Sequence[str]) -> str | None:
    """Return the last heading that is not the name of a service."""
    service = service_of(headings)
    for heading in reversed(headings):
        line = " ".join(heading.split()).strip(" #*:")
        if line and line != service:
            return line
    return None


def _content(passage: Passage) -> tuple[str, ...]:
    return ("\x1e".join(passage.headings), passage.speaker or "", " ".join(passage.text.split()))


def _sessions(passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the session each passage stands in: the heading that names a session with a date or number.

    Where no more than one such heading stands, the file is one session.
    """
    named = tuple(next((heading for heading in passage.headings if _is_session(heading)), "") for passage in passages)
    return named if len(set(named) - {""}) > 1 else ("",) * len(named)


def _is_session(heading: str) -> bool:
    return bool(_SESSION.search(heading)) and (find_date(heading) is not None or bool(re.search(r"\d", heading)))


class _NotesReader:
    """Read passages of one file; counts how often the same words stood there before."""

    def __init__(
        self,
        source: str,
        defaults: Defaults,
        settings: IntakeSettings,
        people: int | None,
        whole: str,
        has_sessions: bool,
    ) -> None:
        self.source, self.defaults, self.settings = source, defaults, settings
        self.people = None if has_sessions and defaults.people_present is None else people
        self.whole = whole

    def read(self, statement: Statement, place: int, session: str, question: str | None) -> Item:
        passage = statement.passage
        text = clean_text(passage.text)
        asked = question or question_of(passage.headings) or self.defaults.question
        key = digest_of(self.whole, session)
        identity = Identity(
            table=key,
            cells=digest_of(*_content(passage)),
            respondent=_participant(passage.speaker),
            session=key,
            is_notes=True,
        )
        item = Item(
            source=self.source,
            place=place,
            position=0,
            source_ref=passage.place,
            identity=identity,
            slot="",
            text=text,
            reason=find_reason(passage.text, text, has_question=asked is not None, settings=self.settings),
            respondent_group=self._group(passage.speaker),
            service=self.defaults.service or service_of(passage.headings),
            site=self.defaults.site,
            question=asked,
            received_on=self.defaults.date,
            people_present=self.people,
        )
        if item.reason is None and statement.is_about_meeting:
            return replace(item, reason=ABOUT_MEETING)
        if item.reason is None and passage.speaker is not None and _FACILITATOR.search(passage.speaker):
            return replace(item, reason=FACILITATOR)
        return item

    def _group(self, speaker: str | None) -> Group:
        if speaker and not _FACILITATOR.search(speaker):
            found = find_group(re.sub(r"\d+", " ", speaker), self.settings.group_words)
            if found:
                return found
        return self.defaults.respondent_group or "unknown"


def _participant(speaker: str | None) -> str | None:
    if speaker is None or _FACILITATOR.search(speaker):
        return None
    name = plain(speaker)
    return None if name in {"", "all", "several", "group", "various", "unknown", "unidentified"} else name
