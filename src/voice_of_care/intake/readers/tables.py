"""Tables within documents: which row and column only label, and the cells that hold statements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.readers.content import Passage
from voice_of_care.intake.readers.outline import is_attendees_label, strip_bullet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_LABEL = 80
_MOST_LABEL_WORDS = 12
_ENDED = re.compile(r"(?<!\bno)(?<!\bNo)[.!]$")
_COLUMN_NAME = re.compile(
    r"^(?:#|no\.?|number|ref\.?|(?:table|group|item|question)(?: (?:no\.?|number))?|themes?|topics?|areas?|service"
    r"|site|ward|who|name|role|date|comments?|feedback|issues?|response|answer|actions?|statement|quote|notes?"
    r"|ideas?|suggestions?|priority|leads?|owners?|status|timescales?|by when|votes?"
    r"|who (?:could|can|will|should|would|to) .+|(?:what|how|key) .+)$",
    re.IGNORECASE,
)


class TableRow(NamedTuple):
    """A row: for each cell its paragraphs, and what its layout says."""

    cells: tuple[tuple[str, ...], ...]
    is_header: bool = False
    is_bold: bool = False


class Table(NamedTuple):
    """A table of a document, from top to bottom."""

    rows: tuple[TableRow, ...]


def table_passages(table: Table, place: str, headings: tuple[str, ...]) -> Iterator[Passage]:
    """Give each paragraph of each cell as a passage under its column's and its row's label."""
    header = _header(table)
    rows = table.rows[1:] if header else table.rows
    labelled = _has_labels(rows)
    offset = len(table.rows) - len(rows)
    for number, row in enumerate(rows, start=1 + offset):
        where = f"{place} row {number}"
        label = " ".join(row.cells[0]) if labelled and row.cells and row.cells[0] else ""
        under = (*headings, label) if label else headings
        filled = [cell for cell in row.cells if cell]
        if len(filled) == 1 and label:
            yield Passage(label, where, "cell", headings)  # a label with nothing beside it may be all that was said
            continue
        for column, cell in enumerate(row.cells):
            if label and column == 0:
                continue
            # A two-column form's own header ("Question | Answer") says less than its labels do.
            title = header[column] if column < len(header) and header[column] else ""
            for text in cell:
                words, _ = strip_bullet(text)
                kind = "attendees" if label and is_attendees_label(label) else "cell"
                if words:
                    yield Passage(words, where, kind, (*under, title) if title else under)  # type: ignore[arg-type]


def _header(table: Table) -> tuple[str, ...]:
    """Return the column labels of the first row, none where it holds statements or a single line of labels."""
    if len(table.rows) < 2 or not any(table.rows[0].cells):
        return ()
    first = table.rows[0]
    texts = tuple(" ".join(cell) for cell in first.cells)
    filled = [text for text in texts if text]
    short = all(_is_label(text) for text in filled)
    if first.is_header or (first.is_bold and short and not table.rows[1].is_bold):
        return texts
    if not short or len(texts) < 2 or not len(filled) == len(texts) == len(set(filled)):
        return ()
    rest = [" ".join(cell) for row in table.rows[1:] for cell in row.cells if cell]
    named = sum(bool(_COLUMN_NAME.match(text)) for text in texts[1:])
    asks = any(text.endswith("?") for text in texts) and not any(text.endswith("?") for text in rest)
    numbered = all("".join(row.cells[0]).strip(".").isdigit() for row in table.rows[1:] if row.cells)
    if named * 2 >= len(texts[1:]) or asks or (numbered and not texts[0].isdigit()):
        return texts
    below = [" ".join(cell) for row in table.rows[1:] for cell in row.cells[1:] if cell]
    return texts if below and _mean_length(below) > 2 * _mean_length(texts[1:]) else ()


def _has_labels(rows: tuple[TableRow, ...]) -> bool:
    """Tell whether the first column only labels: short in every row, with much longer text beside it."""
    filled = [row for row in rows if row.cells and row.cells[0]]
    if not filled or any(len(row.cells) < 2 for row in filled):
        return False
    labels = [" ".join(row.cells[0]) for row in filled]
    beside = [" ".join(cell) for row in filled for cell in row.cells[1:] if cell]
    if not beside or not all(_is_label(label) for label in labels):
        return False
    if any(is_attendees_label(label) for label in labels):
        return True
    return _mean_length(beside) > 2 * _mean_length(labels)


def _mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts)


def _is_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and len(text.split()) <= _MOST_LABEL_WORDS and not _ENDED.search(text)
