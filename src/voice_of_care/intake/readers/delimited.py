"""CSV, TSV and other delimited text."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.readers.content import CannotReadError, Content, Grid
from voice_of_care.intake.readers.decoding import decode_text, mend_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_of_care.intake.readers.content import Cell

_DELIMITERS = (",", ";", "\t", "|")
_ONE_COLUMN = "\x1f"
_SAMPLE_RECORDS = 200
_MOST_MENDED_QUOTES = 50


class _Records(NamedTuple):
    rows: list[list[str]]
    unclosed: list[int]


def read_delimited(data: bytes) -> Content:
    """Read a delimited file as one grid, blank records kept so that numbers stay those a spreadsheet shows.

    Raises:
        CannotReadError: the file is empty or no text.
    """
    return _read_text(decode_text(data), None)


def read_delimited_text(text: str) -> Content | None:
    """Read a text as a table if it clearly is one, else return None."""
    with _long_fields():
        delimiter = _find_delimiter(text)
        rows = [row for row in islice(_reader(text, delimiter), _SAMPLE_RECORDS) if row]
    if delimiter == _ONE_COLUMN or len(rows) < 2:
        return None
    header = rows[0]
    width = len(header)
    alike = sum(len(row) == width for row in rows) / len(rows)
    labels = [cell.strip() for cell in header]
    is_header = all(labels) and len(set(labels)) == width and all(len(label) <= 80 for label in labels)
    spoken = sum(row[0].strip().endswith(":") for row in rows) > 0.5 * len(rows)
    fewest = 3 if delimiter == "," else 2
    if alike < 0.9 or width < fewest or not is_header or spoken:
        return None
    return _read_text(text, delimiter)


def _read_text(text: str, delimiter: str | None) -> Content:
    text, told = _separator_line(text.replace("\r\r\n", "\r\n"))
    if not text.strip(' \t\r\n\0,;|"'):
        msg = "empty: it holds no records. Check that the export finished, and add it again."
        raise CannotReadError(msg)
    with _long_fields():
        records = _read_records(text, delimiter or told or _find_delimiter(text))
    rows = [tuple(_cell(cell) for cell in row) for row in records.rows]
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    problems = [
        f"record {number}: a quotation mark is opened and not closed; the line is read as it stands."
        for number in records.unclosed[:5]
    ]
    problems += _ragged(rows)
    return Content("csv", grids=(Grid(sheet="", rows=tuple(rows)),), problems=tuple(problems))


def _cell(text: str) -> Cell:
    return mend_text(text) or None


def _separator_line(text: str) -> tuple[str, str | None]:
    """Take off the line `sep=;` that tells Excel the delimiter."""
    line, _, rest = text.partition("\n")
    line = line.strip('\ufeff\r" ')
    if len(line) == 5 and line.lower().startswith("sep="):
        return rest, line[4]
    return text, None


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t")


def _find_delimiter(text: str) -> str:
    """Choose the delimiter that gives most records one same number of columns; commas in free text don't."""
    best, delimiter = (0.0, 0), _ONE_COLUMN
    start = text[:2_000_000]
    for candidate in _DELIMITERS:
        widths = [len(row) for row in islice(_reader(start, candidate), _SAMPLE_RECORDS) if any(row)]
        counted = Counter(width for width in widths if width > 1)
        if not counted:
            continue
        width = max(counted, key=lambda width: (counted[width], width))
        alike = counted[width] / len(widths)
        if alike < (0.4 if widths[0] == width else 0.7) and not _has_preamble(start, candidate, widths, width):
            continue
        score = (round(alike, 1), width)
        if score > best:
            best, delimiter = score, candidate
    return delimiter


def _has_preamble(text: str, delimiter: str, widths: list[int], width: int) -> bool:
    """Tell a table under some lines of title: its header's labels have no space after the delimiter, as prose has."""
    table = widths[widths.index(width) :]
    if width < 3 or len(table) < 3 or table.count(width) < 0.9 * len(table):
        return False
    bare = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(row for row in bare if len(row) == width)
    return all(header) and len(set(header)) == width and not any(cell.startswith(" ") for cell in header)


def _read_records(text: str, delimiter: str) -> _Records:
    """Read all records; where a quotation mark is never closed, take that one line as it stands and go on."""
    rows: list[list[str]] = []
    unclosed: list[int] = []
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=delimiter, skipinitialspace=delimiter != "\t", strict=False)
        strict = _ends_inside_quotes(lines[start:], delimiter) if len(unclosed) < _MOST_MENDED_QUOTES else None
        if strict is None:
            rows.extend(reader)
            break
        rows.extend(islice(reader, strict.records))
        bare = lines[start + strict.lines].rstrip("\r\n")
        rows.append(next(csv.reader([bare], delimiter=delimiter, quoting=csv.QUOTE_NONE)))
        unclosed.append(len(rows))
        start += strict.lines + 1
    return _Records(rows, unclosed)


class _Whole(NamedTuple):
    records: int
    lines: int


def _ends_inside_quotes(lines: list[str], delimiter: str) -> _Whole | None:
    """Return how many records and lines are whole before a quotation mark that is never closed, if there is one."""
    if sum(line.count('"') for line in lines) % 2 == 0:
        return None
    ended = False

    def fed() -> Iterator[str]:
        nonlocal ended
        yield from lines
        ended = True

    reader = csv.reader(fed(), delimiter=delimiter, skipinitialspace=delimiter != "\t")
    before = 0
    for records, _ in enumerate(reader):
        if ended:
            return _Whole(records, before)
        before = reader.line_num
    return None


def _ragged(rows: list[tuple[Cell, ...]]) -> list[str]:
    widths = Counter(len(row) for row in rows if row)
    usual = max(widths, key=lambda width: (widths[width], width))
    odd = [
        number
        for number, row in enumerate(rows, start=1)
        if row and (len(row) < usual or any(cell is not None for cell in row[usual:]))
    ]
    if not odd:
        return []
    shown = ", ".join(str(number) for number in odd[:5]) + (" ..." if len(odd) > 5 else "")
    return [
        f"{len(odd)} of {len(rows)} records have more or fewer columns than the others (record {shown}); they are read"
        " as they stand. Check for stray delimiters."
    ]


@contextmanager
def _long_fields() -> Iterator[None]:
    """Lift the csv module's limit on a field's length, which is global, and put it back."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
