"""TXT and Markdown: notes, transcripts, captions, or a table saved as text."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.readers.content import CannotReadError, Content, Passage
from voice_of_care.intake.readers.decoding import decode_text, mend_text
from voice_of_care.intake.readers.delimited import read_delimited_text
from voice_of_care.intake.readers.outline import (
    Heading,
    descend,
    heading_texts,
    is_numbered_title,
    mark_attendees,
    strip_bullet,
)
from voice_of_care.intake.readers.transcripts import is_transcript, read_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HASHES = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,})\s*$")
_RULE = re.compile(r"^\s*(?:[-*_=~]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_NARROWEST_WRAP, _WIDEST_WRAP = 50, 130
_LONGEST_MARKED = 10_000  # the search for a closing mark takes long on longer lines


class _Line(NamedTuple):
    text: str
    heading: int = 0
    bullet: bool = False
    blank: bool = False
    joins: bool = False


def read_plain(data: bytes) -> Content:
    """Read a text as a table where it clearly is one, as turns where it is a transcript, else as paragraphs.

    Raises:
        CannotReadError: empty or no text.
    """
    raw = decode_text(data)
    text = mend_text(raw)
    if not text.strip():
        msg = "empty. Check that the right file was added."
        raise CannotReadError(msg)
    lines = [line.rstrip() for line in text.split("\n")]
    if is_transcript(lines):
        return Content("txt", passages=mark_attendees(read_turns(lines)))
    table = read_delimited_text(raw)
    if table is not None:
        return table
    return Content("txt", passages=mark_attendees(read_paragraphs(lines)))


def read_paragraphs(lines: Sequence[str]) -> tuple[Passage, ...]:
    """Read lines as headings, bullets and paragraphs; lines wrapped by hand are joined."""
    passages: list[Passage] = []
    headings: tuple[Heading, ...] = ()
    table_header: list[str] | None = None
    for line in _joined(_classified(lines)):
        place = f"paragraph {len(passages) + 1}"
        if line.heading:
            headings = descend(headings, Heading(line.heading, line.text))
            passages.append(Passage(line.text, place, "heading", heading_texts(headings[:-1])))
            continue
        if line.text.startswith("|") and line.text.count("|") > 2:
            cells = [cell.strip() for cell in line.text.strip("|").split("|")]
            if table_header is None:
                table_header = cells
                continue
            passages += _table_cells(cells, table_header, headings, len(passages))
            continue
        table_header = None
        passages.append(Passage(line.text, place, "bullet" if line.bullet else "paragraph", heading_texts(headings)))
    return tuple(passages)


def _table_cells(cells: list[str], header: list[str], headings: tuple[Heading, ...], before: int) -> Iterator[Passage]:
    for column, cell in enumerate(cells):
        if cell:
            label = (header[column],) if column < len(header) and header[column] else ()
            before += 1
            yield Passage(cell, f"paragraph {before}", "cell", (*heading_texts(headings), *label))


def _classified(lines: Sequence[str]) -> list[_Line]:
    wrap = _wrap_width(lines)
    found: list[_Line] = []
    for number, raw in enumerate(lines):
        line = raw.strip() if len(raw) > _LONGEST_MARKED else _EMPHASIS.sub(r"\2", raw.strip())
        following = lines[number + 1] if number + 1 < len(lines) else ""
        previous = lines[number - 1].strip() if number else ""
        if not line or _RULE.match(line) or _TABLE_RULE.match(line):
            found.append(_Line("", blank=True))
            continue
        hashes = _HASHES.match(line)
        if hashes:
            found.append(_Line(hashes[2], heading=len(hashes[1])))
            continue
        line = re.sub(r"^(?:>\s?)+", "", line)
        text, bullet = strip_bullet(line)
        level = 0 if bullet else _heading_level(line, following, _next_filled(lines, number))
        around = (_last_filled(lines, number), _next_filled(lines, number))
        if bullet and not strip_bullet(previous)[1] and is_numbered_title(line, *around):
            found.append(_Line(text, heading=3))
            continue
        if not level and not bullet and not previous and _introduces(line, following):
            level = 3
        if level:
            found.append(_Line(line.rstrip(":").strip(), heading=level))
            continue
        goes_on = line[:1].islower() or not re.search(r"[.!?:]['\"”’)]?$", previous)
        joins = wrap > 0 and bool(previous) and not bullet and goes_on and _is_full(lines[number - 1], line, wrap)
        in_bullet = bool(found) and (found[-1].bullet or found[-1].joins)
        joins = joins or (in_bullet and not bullet and raw.startswith(("  ", "\t")))
        found.append(_Line(text, bullet=bullet, joins=joins and not line.startswith("|")))
    return found


def _joined(lines: list[_Line]) -> list[_Line]:
    joined: list[_Line] = []
    open_line = False
    for line in lines:
        if line.blank:
            open_line = False
        elif line.joins and open_line:
            before = joined[-1]
            joined[-1] = before._replace(text=join_wrapped(before.text, line.text))
        elif line.text:
            joined.append(line)
            open_line = not line.heading
    return joined


def join_wrapped(before: str, after: str) -> str:
    """Join two lines of a paragraph; a word divided at the line's end is put together."""
    if re.search(r"[^\W\d_]{2}[-\u00ad\u2010]$", before) and after[:1].islower():
        return before[:-1] + after
    return f"{before} {after}"


def _wrap_width(lines: Sequence[str]) -> int:
    """Return the width a text was wrapped at by hand, 0 where its lines are whole paragraphs.

    Wrapped text is told by its lines ending where the next word would not have fitted.
    """
    lengths = sorted(len(line) for line in lines if line.strip())
    widest = lengths[int(0.95 * (len(lengths) - 1))] if lengths else 0
    if not _NARROWEST_WRAP <= widest <= _WIDEST_WRAP:
        return 0
    pairs = [(a, b) for a, b in pairwise(lines) if a.strip() and b.strip() and not strip_bullet(b)[1]]
    full = sum(_is_full(before, after, widest) for before, after in pairs)
    return widest if pairs and full >= 0.7 * len(pairs) else 0


def _is_full(before: str, after: str, width: int) -> bool:
    return len(before) + 1 + len(after.split(maxsplit=1)[0]) > width


def _last_filled(lines: Sequence[str], number: int) -> str:
    return next((line.strip() for line in reversed(lines[max(0, number - 3) : number]) if line.strip()), "")


def _next_filled(lines: Sequence[str], number: int) -> str:
    return next((line.strip() for line in lines[number + 1 : number + 4] if line.strip()), "")


def _introduces(line: str, following: str) -> bool:
    """Tell a short line that stands right above a list."""
    short = len(line.split()) <= 8 and not line.endswith((".", "!", ",", ";"))
    return short and strip_bullet(following)[1]


def _heading_level(line: str, following: str, filled: str) -> int:
    """Return a line's level as a heading, 0 if none; an unmarked line counts only where the next speaks for it."""
    words = len(line.split())
    underlined = _UNDERLINE.match(following)
    if underlined and words <= 15:
        return 1 if underlined[1].startswith("=") else 2
    if not filled or words > 15 or line.startswith("|"):
        return 0
    if line.isupper() and words <= 8 and len(line) > 3 and not filled.isupper() and not re.search(r"[.!]$", line):
        return 2
    if line.endswith((":", "?")) and strip_bullet(filled)[1]:
        return 3
    return 0
