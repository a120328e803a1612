"""What running text looks like: bullets, headings one under another, lists of those present."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voice_of_care.intake.readers.content import Passage

_BULLET = re.compile(
    r"^\s*(?:[•●▪▫◦‣⁃·∙○■□◆➢➤►✓✔❖\uf0b7\uf0a7\uf0d8\uf076\uf0fc]\s*|[*+\-–—]\s+|o\s+(?=[A-Z\"“‘'])"
    r"|\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\.?\s+(?=[A-Z\"“‘'])|\(?\d{1,2}[.)]\s+|\(?[a-z]\)\s+|\(?[ivx]{1,4}\)\s+|(?:i{2,3}|iv|vi{1,3}|ix)\.\s+)(?=\S)"
)
_NUMBER = re.compile(r"^\s*\(?\d{1,2}(?:\.\d{1,2})*[.)]?\s+")
_NUMBERED = re.compile(r"^\s*\(?\d{1,2}(?:\.\d{1,2})*[.)]\s")
_TITLE = re.compile(r"^\s*\d{1,2}(?:\.\d{1,2})*[.)]\s+[A-Z]")
_WHO_CAME = (
    r"(?:(?:those|members|staff|also|people|others)\s+)?(?:present|attending)|attendees|attendance(?: list)?"
    r"|in attendance|list of attendees|attended by|who (?:attended|was there|came)|participants"
    r"|apologies(?:\s+for\s+absence|\s+received|\s+from)?"
)
_WHO_LED = r"facilitators?|co-facilitators?|facilitated by|led by|chair(?:person|ed by)?|note[\s-]?takers?" + (
    r"|(?:notes?|minutes)\s+(?:taken\s+)?by|scribe|minute[\s-]?taker"
)
_ALONE = re.compile(rf"^(?:{_WHO_CAME}|{_WHO_LED})\s*(?:\([^)]*\)|\d+)?\s*[:.\-–—]?$", re.IGNORECASE)
_CAME = re.compile(rf"^(?:{_WHO_CAME})\s*(?:\([^)]*\))?\s*[:\-–—]\s*\S", re.IGNORECASE)
_APOLOGIES = re.compile(r"^apologies\s+(?:were|had been|have been|for absence were|received)\b", re.IGNORECASE)
_LED = re.compile(rf"^(?:{_WHO_LED})\s*[:\-–—]\s*(?P<names>\S.*)$", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?]$")
_LONGEST_NAMES = 160
_FIRST_LINES = 6


class Heading(NamedTuple):
    """A heading and its level, 1 the outermost."""

    level: int
    text: str


def strip_bullet(text: str) -> tuple[str, bool]:
    """Take off a typed bullet or number; tell whether there was one."""
    found = _BULLET.match(text)
    return (text[found.end() :].strip(), True) if found else (text.strip(), False)


def is_numbered_title(text: str, before: str, after: str) -> bool:
    """Tell `2. Transport` above a paragraph from an item of a numbered list, which has others beside it."""
    alone = bool(after) and not _NUMBERED.match(after) and not _NUMBERED.match(before)
    ends = text.endswith((".", "!", ",", ";", ":"))
    return alone and bool(_TITLE.match(text)) and len(text.split()) <= 12 and not ends


def descend(headings: Sequence[Heading], heading: Heading) -> tuple[Heading, ...]:
    """Return the headings a text stands under after this one."""
    return (*(outer for outer in headings if outer.level < heading.level), heading)


def heading_texts(headings: Iterable[Heading]) -> tuple[str, ...]:
    """Return the words of headings, outermost first."""
    return tuple(heading.text for heading in headings)


def is_attendees_label(text: str) -> bool:
    """Tell whether a text only announces who was there."""
    return bool(_ALONE.match(_NUMBER.sub("", text.strip())))


def mark_attendees(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Mark what lists the people present or excused, so that names are not taken for statements."""
    marked: list[Passage] = []
    listing = False
    for passage in passages:
        text = passage.text.strip()
        if passage.kind == "speech":
            marked.append(_as_leader(passage) if len(marked) < _FIRST_LINES else passage)
            continue
        alone = is_attendees_label(text)
        if passage.kind == "heading":
            listing = alone
            marked.append(replace(passage, kind="attendees") if _names_people(text) else passage)
            continue
        if alone or _names_people(text) or (passage.headings and is_attendees_label(passage.headings[-1])):
            listing = alone or (listing and _could_be_names(text))
            kind = "attendees" if alone or _names_people(text) or _could_be_names(text) else passage.kind
            marked.append(replace(passage, kind=kind))
            continue
        listing = listing and _could_be_names(text)
        marked.append(replace(passage, kind="attendees") if listing else passage)
    return tuple(marked)


def _as_leader(passage: Passage) -> Passage:
    """Take `Facilitator: Siobhan` at the top of a transcript for who led it, not for words spoken."""
    line = f"{passage.speaker}: {passage.text}"
    named = _names_people(line) and not _SENTENCE.search(passage.text)
    return replace(passage, text=line, kind="attendees", speaker=None) if named else passage


def _names_people(text: str) -> bool:
    text = _NUMBER.sub("", text)
    led = _LED.match(text)
    return bool(_CAME.match(text) or _APOLOGIES.match(text) or (led and _mostly_capitals(led["names"])))


def _could_be_names(text: str) -> bool:
    return len(text) <= _LONGEST_NAMES and not (_SENTENCE.search(text) and len(text.split()) > 6) and "?" not in text


def _mostly_capitals(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word.lower() not in {"and", "of", "the", "ni", "mac"}]
    capitals = sum(word[0].isupper() for word in words)
    return bool(words) and len(text) <= _LONGEST_NAMES and "?" not in text and capitals >= 0.7 * len(words)
