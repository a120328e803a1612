"""From the passages of notes to statements: agenda items become headings, lists of names are counted, the rest is said.

Minutes number their items ("3.1 ..."), put quotation marks round what was said, and open with date, place and names.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from voice_of_care.intake.readers import Passage

_MOST_TITLE_WORDS = 12
_NUMBER = re.compile(r"^\(?(\d{1,2})\.(\d{1,2})(?:\.\d{1,2})?[.)]?\s+(?=\S)")
_OUTER_QUOTES = re.compile(r'^(?:"([^"]+)"|“([^“”]+)”|‘([^‘’]+)’)$', re.DOTALL)
_ENDS = re.compile(r"[.!?…:;,][\"'”’)]*$")
_NAMES = re.compile(
    r"^(?:(?:those|members|staff|people|also)\s+)?(?:present|attending|attendees|attendance|in attendance|participants)"
    r"\b[^.]{0,15}$",
    re.IGNORECASE,
)
_UNCOUNTED = re.compile(r"^\W*(?:facilitat|chair|note|minute|apolog|scribe|host|led by|recorded)", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(\d{1,3})\s*(?:people|persons|participants|attendees|present|attended|staff|service users|carers)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"(?:\b(?:and|plus|with)|[&+,])\s*(\d{1,3})\s+(?:others?|more|members?|further)\b", re.IGNORECASE)
_ABSENT = re.compile(r"\bapologies\b", re.IGNORECASE)
_UNNAMED = re.compile(r"^\s*(?:others?|more|et al\.?)\W*$", re.IGNORECASE)
_PLANNING = re.compile(
    r"^(?:(?:who|to|could|can|will|should|would) )*(?:leads?|owners?|responsib(?:le|ility))"
    r"(?: (?:this|it|person|officer))?$"
    r"|^(?:who|name|by when|due(?: date)?|deadline|timescales?|target date|priority|rag(?: rating| status)?|status"
    r"|votes?)$",
    re.IGNORECASE,
)
_TOOK_PART = re.compile(r"\b(\d{1,3}) people (?:took part|attended|were present)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:date|time|venue|location|place|where|when|facilitat\w+|chair\w*|apologies|present|in attendance|attendees"
    r"|(?:minutes|notes)(?: taken)? by|note ?taker|recorded by|duration|group|session|site|service|ward)\s*[:–]\s*\S",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"\bchair(?:person|man|woman)? (?:welcomed|opened|closed|thanked)"
    r"|\bthanked (?:them|everyone|all) for (?:coming|attending)"
    r"|\b(?:minutes|notes) of the (?:last|previous) meeting\b|\b(?:date of )?(?:the )?next meeting (?:will|is|:)"
    r"|\bnext meeting (?:on )?\W?\d|\bto circulate (?:the )?(?:notes|minutes)\b"
    r"|\bmeeting (?:closed|ended|opened|began|started) at\b|\b\d+ people (?:took part|attended|were present)\b"
    r"|^apologies\b|^none? (?:were )?(?:raised|noted|recorded)\b|^there was no other business\b",
    re.IGNORECASE,
)


class Statement(NamedTuple):
    """A passage that may be a comment; `is_about_meeting` where it only says when, where or how people met."""

    passage: Passage
    is_about_meeting: bool


class Statements(NamedTuple):
    """What was said in notes, and how many people the lists of names count."""

    statements: tuple[Statement, ...]
    people: int | None


def find_statements(passages: Sequence[Passage]) -> Statements:
    """Return the statements of notes, each under its headings, numbering and outer quotation marks taken off."""
    has_numbers = any(_NUMBER.match(passage.text) for passage in passages)
    outlined = tuple(_with_agenda(passages)) if has_numbers else tuple(passages)
    has_frame = any(passage.kind == "heading" or passage.headings or passage.speaker for passage in outlined)
    statements: list[Statement] = []
    for passage in outlined:
        if passage.kind in {"heading", "attendees"} or is_list_of_names(passage):
            continue
        for part in _split_numbered(passage):
            opening = has_frame and not part.headings and not part.speaker and not _ENDS.search(part.text.rstrip())
            is_short = len(part.text.split()) <= _MOST_TITLE_WORDS
            about = is_about_meeting(part.text) or _plans(part)
            about = about or (opening and is_short and not statements_said(statements))
            statements.append(Statement(replace(part, text=strip_marks(part.text)), about))
    told = [_TOOK_PART.search(statement.passage.text) for statement in statements if statement.is_about_meeting]
    people = next((int(found[1]) for found in told if found), 0)
    return Statements(tuple(statements), max(count_people(outlined) or 0, people) or None)


def _plans(passage: Passage) -> bool:
    """Say whether a cell only says who does something, by when, or how pressing it is."""
    title = " ".join(passage.headings[-1].split()).rstrip("?: ") if passage.headings else ""
    return passage.kind == "cell" and _PLANNING.match(title) is not None


def statements_said(statements: Iterable[Statement]) -> bool:
    """Say whether anything but the meeting itself was spoken of yet."""
    return any(not statement.is_about_meeting for statement in statements)


def is_list_of_names(passage: Passage) -> bool:
    """Say whether a passage stands under a heading such as "Present (12)"."""
    return bool(passage.headings) and _NAMES.match(passage.headings[-1].strip()) is not None


def is_about_meeting(text: str) -> bool:
    """Say whether a passage only says when, where or how people met."""
    line = " ".join(text.split())
    if len(line) > 300:
        return False
    first = re.split(r",(?!\s*\d)|\s[-–|]\s", line, maxsplit=1)[0]
    is_date = len(line.split()) <= _MOST_TITLE_WORDS and parse_date(first).day is not None
    return is_date or _LABEL.match(line) is not None or _MEETING.search(line) is not None


def strip_marks(text: str) -> str:
    """Return a statement without its number and the quotation marks round the whole of it."""
    bare = _NUMBER.sub("", text.strip()).strip()
    quoted = _OUTER_QUOTES.match(bare)
    return next(part for part in quoted.groups() if part).strip() if quoted else bare


def count_people(passages: Sequence[Passage]) -> int | None:
    """Return how many people the lists of names count or name, None where there is no such list."""
    counted, named = 0, 0
    for passage in passages:
        heading = passage.headings[-1] if is_list_of_names(passage) else ""
        if passage.kind != "attendees" and not heading:
            continue
        if _UNCOUNTED.match(passage.text):
            continue
        listed = _ABSENT.split(passage.text, maxsplit=1)[0]
        others = _OTHERS.findall(listed)
        told = re.findall(r"\b(\d{1,3})\b", heading) or ([] if others else _COUNT.findall(listed))
        if told:
            counted = max(counted, sum(int(number) for number in told))
            continue
        names = re.split(r"[,;\n•]|\band\b", _OTHERS.sub(",", re.sub(r"^[^:(]{0,40}:", "", listed)))
        named += sum(map(int, others)) + sum(bool(re.search(r"\w", name)) for name in names if not _UNNAMED.match(name))
    return counted or named or None


def _with_agenda(passages: Sequence[Passage]) -> Iterator[Passage]:
    """Yield the passages with agenda items as headings: a numbered title on its own with text below it."""
    item: tuple[tuple[str, ...], str] | None = None
    for place, passage in enumerate(passages):
        if item is not None and passage.headings != item[0]:
            item = None
        if _is_agenda_item(passages, place):
            item = (passage.headings, strip_marks(passage.text))
            yield replace(passage, kind="heading")
        elif item is not None and passage.kind not in {"heading", "attendees"}:
            yield replace(passage, headings=(*passage.headings, item[1]))
        else:
            yield passage


def _is_agenda_item(passages: Sequence[Passage], place: int) -> bool:
    passage = passages[place]
    if passage.kind != "bullet" or _ENDS.search(passage.text.rstrip().rstrip("?")) is not None:
        return False
    if len(passage.text.split()) > _MOST_TITLE_WORDS or place + 1 >= len(passages):
        return False
    before = passages[place - 1].kind if place else "heading"
    return before != "bullet" and passages[place + 1].kind in {"paragraph", "attendees"}


def _split_numbered(passage: Passage) -> Iterator[Passage]:
    """Yield the items of a passage in which several numbered items run together."""
    start = _NUMBER.match(passage.text)
    if start is None:
        yield passage
        return
    chapter, number, rest = int(start[1]), int(start[2]), passage.text
    while True:
        number += 1
        following = re.search(rf"(?<=[.!?…\"”’)])\s+{chapter}\.{number}[.)]?\s+(?=[\"“‘(]?[^\W\d_a-z])", rest)
        if following is None:
            break
        yield replace(passage, text=rest[: following.start()])
        rest = rest[following.start() :].strip()
    yield replace(passage, text=rest)
