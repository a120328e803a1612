"""PDFs with a text layer: lines put together to paragraphs, running headers and page numbers left out."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import pdfplumber

from voice_of_care.intake.readers.content import CannotReadError, Content, Passage
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.outline import (
    Heading,
    descend,
    heading_texts,
    is_numbered_title,
    mark_attendees,
    strip_bullet,
)
from voice_of_care.intake.readers.plain import join_wrapped
from voice_of_care.intake.readers.tables import Table, TableRow, table_passages
from voice_of_care.intake.readers.transcripts import is_transcript, read_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PAGE_NUMBER = re.compile(r"^(?:page\s*|[-–—]\s*)?\d{1,4}(?:\s*(?:of|/|\|)\s*\d{1,4})?(?:\s*[-–—])?$", re.IGNORECASE)
_ENDED = re.compile(r"[.!?:;]['\"”’)]*$")
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_EDGE_SHARE = 0.12
_BOLD_LEVEL = 8
_MOST_HEADING_WORDS = 14


class _Line(NamedTuple):
    page: int
    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    bold: bool
    edge: bool


class _TableAt(NamedTuple):
    page: int
    top: float
    table: Table


class _Layout(NamedTuple):
    """What is usual in a document: size of its letters, distance of its lines, right end of its lines."""

    size: float
    leading: float
    right: float


def read_pdf(data: bytes) -> Content:
    """Read a PDF's text layer page by page.

    Raises:
        CannotReadError: damaged, password-protected, or without a text layer.
    """
    if b"%PDF" not in data[:2000]:
        msg = "damaged, or not a PDF. Open it in its program and save it as PDF again."
        raise CannotReadError(msg)
    lines: list[_Line] = []
    tables: list[_TableAt] = []
    bare: list[int] = []
    with _opened(data) as document:
        has_fields = "AcroForm" in document.doc.catalog
        for number, page in enumerate(document.pages, start=1):
            found, at = _read_page(page, number)
            lines += found
            tables += at
            if not found and not at and page.images:
                bare.append(number)
            page.close()
    problems = []
    if not lines and not tables:
        msg = "no text layer (a scan). Run it through OCR, or type up the notes, and add the result."
        raise CannotReadError(msg)
    if sum(len(_UNMAPPED.findall(line.text)) for line in lines) > 0.2 * sum(len(line.text) for line in lines) / 8:
        msg = "its letters can't be told from its font. Run it through OCR, or add the document it was made from."
        raise CannotReadError(msg)
    if bare:
        shown = ", ".join(map(str, bare[:10])) + (" ..." if len(bare) > 10 else "")
        problems.append(f"{len(bare)} pages have no text layer (page {shown}). Run them through OCR.")
    if has_fields:
        problems.append(
            "holds form fields, which may not have been read. Print it to PDF and add that if any is missing."
        )
    return Content("pdf", passages=_passages(lines, tables), problems=tuple(problems))


def _opened(data: bytes) -> Any:  # noqa: ANN401 (pdfplumber declares no types)
    try:
        return pdfplumber.open(io.BytesIO(data))
    except Exception as error:
        if "Password" in repr(error) or "Encryption" in repr(error):
            msg = "password-protected. Open it with its password, print it to a new PDF, and add that."
            raise CannotReadError(msg) from None
        raise


def _read_page(page: Any, number: int) -> tuple[list[_Line], list[_TableAt]]:  # noqa: ANN401
    tables, boxes = [], []
    for table in page.find_tables() if page.lines or page.rects else []:
        rows = table.extract()
        if len(rows) >= 2 and max(len(row) for row in rows) >= 2:
            boxes.append(table.bbox)
            tables.append(_TableAt(number, table.bbox[1], _table(rows)))
    rest = page.filter(lambda item: not _within(item, boxes)) if boxes else page
    lines = []
    for part in _columns(rest):
        for line in part.extract_text_lines(strip=True, return_chars=True):
            text = " ".join(mend_text(line["text"]).split())
            if text:
                lines.append(_line(line, text, page, number))
    return lines, tables


def _line(line: Any, text: str, page: Any, number: int) -> _Line:  # noqa: ANN401
    letters = [letter for letter in line["chars"] if letter["text"].strip()] or line["chars"]
    bold = sum("bold" in letter["fontname"].lower() or "black" in letter["fontname"].lower() for letter in letters)
    return _Line(
        page=number,
        text=text,
        left=line["x0"],
        right=line["x1"],
        top=line["top"],
        bottom=line["bottom"],
        size=median(letter["size"] for letter in letters),
        bold=bold > 0.9 * len(letters),
        edge=line["bottom"] < page.height * _EDGE_SHARE or line["top"] > page.height * (1 - _EDGE_SHARE),
    )


def _within(item: Any, boxes: list[tuple[float, float, float, float]]) -> bool:  # noqa: ANN401
    across, down = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return any(left <= across <= right and top <= down <= bottom for left, top, right, bottom in boxes)


def _columns(page: Any) -> list[Any]:  # noqa: ANN401
    """Split a page set in two columns, told by a gap in the middle that nearly no word crosses."""
    words = page.extract_words()
    middle = [page.bbox[0] + page.width * share / 100 for share in range(42, 59)]
    if len(words) < 60:
        return [page]
    gap = min(middle, key=lambda x: (sum(word["x0"] < x < word["x1"] for word in words), abs(x - middle[8])))
    crossing = sum(word["x0"] - 4 < gap < word["x1"] + 4 for word in words)
    rows = Counter(round(word["top"] / 3) for word in words if word["x1"] < gap)
    others = Counter(round(word["top"] / 3) for word in words if word["x0"] > gap)
    both = len(rows.keys() & others.keys())
    if crossing > 0.02 * len(words) or min(len(rows), len(others)) < 8 or both < 0.5 * min(len(rows), len(others)):
        return [page]
    left, top, right, bottom = page.bbox
    return [page.crop((left, top, gap, bottom)), page.crop((gap, top, right, bottom))]


def _table(rows: list[list[str | None]]) -> Table:
    return Table(tuple(TableRow(tuple(_cell_paragraphs(cell or "") for cell in row)) for row in rows))


def _cell_paragraphs(text: str) -> tuple[str, ...]:
    """Join a cell's lines; a typed bullet starts a new paragraph."""
    paragraphs: list[str] = []
    for line in mend_text(text).split("\n"):
        words, bullet = strip_bullet(line)
        if not words:
            continue
        if paragraphs and not bullet:
            paragraphs[-1] = join_wrapped(paragraphs[-1], words)
        else:
            paragraphs.append(words)
    return tuple(paragraphs)


def _passages(lines: list[_Line], tables: list[_TableAt]) -> tuple[Passage, ...]:
    kept = _without_running(lines)
    if not tables and is_transcript([line.text for line in kept]):
        return mark_attendees(_spoken(kept))
    found: list[Passage] = []
    headings: tuple[Heading, ...] = ()
    layout = _layout(kept)
    levels = _levels(kept, layout)
    pending = list(enumerate(tables, start=1))
    groups = _paragraphs(kept, layout, tables)
    for before, group, after in zip([[], *groups], groups, [*groups[1:], []], strict=False):
        first = group[0]
        while pending and (pending[0][1].page, pending[0][1].top) < (first.page, first.top):
            found += _read_table(*pending.pop(0), headings)
        text = group[0].text
        for line in group[1:]:
            text = join_wrapped(text, line.text)
        words, bullet = strip_bullet(text)
        level = 0 if bullet and not _is_larger(first, layout) else _level(first, text, layout, levels)
        place = f"page {first.page}"
        if bullet and not level and is_numbered_title(text, _start(before), _start(after)):
            level, text = _BOLD_LEVEL + 1, words
        if level:
            headings = descend(headings, Heading(level, text))
            found.append(Passage(text, place, "heading", heading_texts(headings[:-1])))
        elif words:
            found.append(Passage(words, place, "bullet" if bullet else "paragraph", heading_texts(headings)))
    for number, at in pending:
        found += _read_table(number, at, headings)
    return mark_attendees(found)


def _start(group: list[_Line]) -> str:
    return group[0].text if group else ""


def _read_table(number: int, at: _TableAt, headings: tuple[Heading, ...]) -> Iterator[Passage]:
    return table_passages(at.table, f"page {at.page} table {number}", heading_texts(headings))


def _spoken(lines: list[_Line]) -> tuple[Passage, ...]:
    pages = sorted({line.page for line in lines})
    spoken: list[Passage] = []
    for page in pages:
        for passage in read_turns(line.text for line in lines if line.page == page):
            speaker = passage.speaker or (spoken[-1].speaker if spoken else None)
            kind = "speech" if speaker else passage.kind
            spoken.append(Passage(passage.text, f"page {page}", kind, (), speaker))
    return tuple(spoken)


def _without_running(lines: list[_Line]) -> list[_Line]:
    """Leave out page numbers and what most pages repeat, but for its digits, from their outermost line inwards."""
    by_page: dict[int, list[_Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    seen = Counter(pattern for page in by_page.values() for pattern in {_pattern(line) for line in page if line.edge})
    running: set[_Line] = set()
    for page in by_page.values():
        ordered = sorted(page, key=lambda line: line.top)
        for inwards in (ordered, ordered[::-1]):
            running.update(takewhile(lambda line: _is_running(line, seen, len(by_page)), inwards))
    return [line for line in lines if line not in running]


def _is_running(line: _Line, seen: Counter[str], pages: int) -> bool:
    repeated = pages > 1 and seen[_pattern(line)] >= max(2, 0.6 * pages)
    return line.edge and (repeated or bool(_PAGE_NUMBER.match(line.text)))


def _pattern(line: _Line) -> str:
    return re.sub(r"\d+", "#", line.text).casefold()


def _layout(lines: Iterable[_Line]) -> _Layout:
    lines = list(lines)
    if not lines:
        return _Layout(10, 12, 500)
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    size = max(sizes, key=lambda one: (sizes[one], one))
    steps = [
        after.top - before.top
        for before, after in pairwise(lines)
        if before.page == after.page and 0 < after.top - before.top < 2.2 * size
    ]
    rights = sorted(line.right for line in lines)
    return _Layout(size, median(steps) if steps else 1.3 * size, rights[int(0.9 * (len(rights) - 1))])


def _is_larger(line: _Line, layout: _Layout) -> bool:
    return line.size >= 1.12 * layout.size


def _levels(lines: list[_Line], layout: _Layout) -> dict[float, int]:
    larger = sorted({round(line.size, 1) for line in lines if _is_larger(line, layout)}, reverse=True)
    return {size: min(level, _BOLD_LEVEL - 1) for level, size in enumerate(larger, start=1)}


def _level(line: _Line, text: str, layout: _Layout, levels: dict[float, int]) -> int:
    if _is_larger(line, layout) and len(text.split()) <= 25:
        return levels[round(line.size, 1)]
    short = len(text.split()) <= _MOST_HEADING_WORDS and not text.endswith((".", "!", ";", ","))
    return _BOLD_LEVEL if line.bold and short else 0


def _paragraphs(lines: list[_Line], layout: _Layout, tables: list[_TableAt]) -> list[list[_Line]]:
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line, layout) and not _table_between(groups[-1][-1], line, tables):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _table_between(before: _Line, line: _Line, tables: list[_TableAt]) -> bool:
    return any((before.page, before.top) < (at.page, at.top) < (line.page, line.top) for at in tables)


def _goes_on(group: list[_Line], line: _Line, layout: _Layout) -> bool:
    """Tell whether a line continues a paragraph."""
    before, first = group[-1], group[0]
    if strip_bullet(line.text)[1] or line.bold != before.bold or abs(line.size - before.size) > 0.05 * before.size:
        return False
    if line.page != before.page or line.top < before.top:  # the next page or column
        return not _ENDED.search(before.text) and line.text[:1].islower()
    if line.top - before.top > 1.35 * layout.leading * max(1.0, line.size / layout.size):
        return False
    if _is_larger(line, layout):
        return True
    in_bullet = strip_bullet(first.text)[1]
    if in_bullet and line.left < first.left - 2:
        return False
    short = before.right < layout.right - 0.2 * (layout.right - before.left)
    return not (short and (_ENDED.search(before.text) or line.text[:1].isupper()))
