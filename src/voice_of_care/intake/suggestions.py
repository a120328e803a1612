"""Suggest [[sources]] entries for what names, headings and the opening lines of a file tell, ready to paste."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from voice_of_care.intake.cleaning import ABOUT_MEETING
from voice_of_care.intake.dates import find_date
from voice_of_care.intake.items import find_defaults
from voice_of_care.intake.notes import service_of
from voice_of_care.intake.vocabulary import find_group

if TYPE_CHECKING:
    import datetime

    from voice_of_care.intake.reading import SourceRead
    from voice_of_care.settings import Settings

_SITE = re.compile(
    r"\b((?:[A-Z][\w'’]+ (?:(?:and|of|the|&) )?){1,5}"
    r"(?:Hospital|Health Cent(?:re|er)|Centre|House|Lodge|Campus|Site|Clinic|Hub))\b"
)
_VENUE = re.compile(r"^(?:venue|location|place|where|site)\s*[:–]\s*([^;.]{3,80})", re.IGNORECASE)
_ROOM = re.compile(r"\b(?:room|boardroom|suite|floor|online|zoom|(?:ms|microsoft) teams)\b|^teams$", re.IGNORECASE)
_AFTER_COLON = re.compile(r"[:–|]\s*([^:–|]{3,60})$")
_OPENING = 6  # lines about the meeting that are looked at
_NO_SERVICE = re.compile(
    r"\b(\d{4}-\d{2}(-\d{2})?|\d+|staff|service users?|carers?|patients?|famil(y|ies)|relatives?|members?"
    r"|public|notes?|minutes"
    r"|workshops?|meetings?|sessions?|focus groups?|listening|events?|forums?|engagement"
    r"|feedback|surveys?|transcripts?|conversations?|discussions?|with|for|of the)\b",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"^(?:\W+|(?:and|of|in|at|the|on)\b)+|(?:\W+|\b(?:and|of|in|at|the|on))+$", re.IGNORECASE)


def suggest_settings(source: SourceRead, settings: Settings) -> str | None:
    """Return a [[sources]] entry for what a file tells and no setting or column does; None where there is nothing."""
    if source.file is None or not source.is_read:
        return None
    known = find_defaults(source.file.name, settings)
    has = set() if source.layout is None else {column.use for column in source.layout.columns}
    headings, names = _headings(source), _names(source.file.name)
    opening = [item.text for item in source.items if item.reason == ABOUT_MEETING][:_OPENING]
    found: dict[str, str | int | datetime.date | None] = {}
    if known.respondent_group is None and "respondent_group" not in has:
        found["respondent_group"] = _group((*headings, *names), settings)
    if known.service is None and "service" not in has:
        found["service"] = _service(headings, names)
    if known.site is None and "site" not in has:
        found["site"] = _site((*opening, *headings, *names))
    if known.date is None and "date" not in has:
        found["date"] = next((day for text in (*names, *headings, *opening) if (day := find_date(text))), None)
    if known.people_present is None and source.facts.people_present:
        found["people_present"] = source.facts.people_present
    lines = [f"{name} = {_toml(value)}" for name, value in found.items() if value is not None]
    return "\n".join(["[[sources]]", f"files = {_toml(source.file.name)}", *lines]) if lines else None


def _group(texts: tuple[str, ...], settings: Settings) -> str | None:
    """Return the group that the first text with any names; none where it names several."""
    for text in texts:
        parts = (find_group(part, settings.intake.group_words) for part in re.split(r"\band\b|[&/,+]", text))
        named = {group for group in parts if group not in (None, "unknown")}
        if named:
            return named.pop() if len(named) == 1 else None
    return None


def _service(headings: list[str], names: list[str]) -> str | None:
    for heading in headings:
        after = _AFTER_COLON.search(heading)
        if after and find_date(after[1]) is None and _SITE.search(after[1]) is None:
            return after[1].strip()
    for text in (*headings, *names[:1]):
        for part in re.split(r"[,|]", _NO_SERVICE.sub("|", text)):
            bare = " ".join(_LOOSE.sub("", " ".join(part.split())).split())
            service = service_of((bare,)) if bare else None
            if service and _SITE.search(service) is None:
                return service[:1].upper() + service[1:]
    return None


def _site(texts: tuple[str, ...]) -> str | None:
    venues = (part.strip() for text in texts if (match := _VENUE.match(text)) for part in match[1].split(","))
    venue = next((part for part in venues if len(part) >= 3 and not _ROOM.search(part)), None)
    return venue or next((match[1] for text in texts if (match := _SITE.search(text))), None)


def _headings(source: SourceRead) -> list[str]:
    if source.file is None:
        return []
    own = [passage.text for passage in source.file.passages if passage.kind == "heading"][:1]
    above = [passage.headings[0] for passage in source.file.passages if passage.headings][:1]
    return [" ".join(text.split()) for text in own or above]


def _names(name: str) -> list[str]:
    """Return the names of a file and its folders as words, the file's first."""
    parts = name.rsplit(".", 1)[0].split("/")
    words = (re.sub(r"_+|(?<!\d)-+|-+(?!\d)", " ", part) for part in reversed(parts))
    return [" ".join(text.split()) for text in words if text.strip()]


def _toml(value: str | int | datetime.date | None) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, int)) else f"{value:%Y-%m-%d}"
