"""Excel workbooks: XLSX and XLSM by openpyxl, XLS by xlrd."""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import xlrd
from openpyxl.utils import range_boundaries
from openpyxl.utils.escape import unescape

from voice_of_care.intake.readers.content import CannotReadError, Content, Grid
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.packages import ole_streams, open_package

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable

    from voice_of_care.intake.readers.content import Cell
    from voice_of_care.settings import IntakeSettings

_MOST_CELLS = 50_000_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_LONGEST_SPREAD = 80
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


class _Sheet(NamedTuple):
    title: str
    rows: list[tuple[Cell, ...]]
    merged: list[tuple[int, int, int, int]]


def read_workbook(data: bytes, *, settings: IntakeSettings) -> Content:
    """Read each visible sheet of an XLSX or XLSM file; values only, no formula or macro is run.

    Raises:
        CannotReadError: damaged, password-protected, a zip bomb, or without a filled sheet.
    """
    if not data.startswith(b"PK") and {"Workbook", "Book"} & ole_streams(data):
        return read_old_workbook(data)
    package = open_package(data, settings=settings)
    problems = []
    if any(item.filename.lower().endswith("vbaproject.bin") for item in package.infolist()):
        problems.append("holds macros, which were not run; the cells were read.")
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            problems.append(f"sheet '{sheet.title}' is hidden and was left out. Unhide it if it should be read.")
            continue
        sheet.reset_dimensions()  # what a file says of its size is often wrong
        rows = _rows((tuple(_cell(value) for value in row)) for row in sheet.iter_rows(values_only=True))
        sheets.append(_Sheet(sheet.title, rows, _merged_ranges(package, sheet)))
    book.close()
    return _content("xlsx", sheets, problems)


def read_old_workbook(data: bytes) -> Content:
    """Read each visible sheet of an XLS file.

    Raises:
        CannotReadError: damaged, password-protected or without a filled sheet.
    """
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=False, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        protected = "encrypted" in str(error).lower() or "password" in str(error).lower()
        msg = (
            "password-protected. Open it with its password, save a copy without one, and add that."
            if protected
            else "damaged, or not an Excel workbook. Open it in Excel and save it as .xlsx."
        )
        raise CannotReadError(msg) from None
    problems, sheets = [], []
    for sheet in book.sheets():
        if sheet.visibility:
            problems.append(f"sheet '{sheet.name}' is hidden and was left out. Unhide it if it should be read.")
            continue
        rows = _rows(tuple(_old_cell(cell, book.datemode) for cell in row) for row in sheet.get_rows())
        sheets.append(_Sheet(sheet.name, rows, []))
    return _content("xls", sheets, problems)


def _content(kind: str, sheets: list[_Sheet], problems: list[str]) -> Content:
    grids = []
    for sheet in sheets:
        rows = _spread_merged(sheet)
        empty = next((number for number, row in enumerate(rows) if row), len(rows))
        if rows[empty:]:
            grids.append(Grid(sheet=sheet.title, rows=tuple(rows[empty:]), first_row=empty + 1))
        if rows != sheet.rows:
            problems.append(f"sheet '{sheet.title}' has merged cells; short values were read into each row they span.")
    if not grids:
        msg = "empty: no visible sheet holds a value. Check that the export finished, and add it again."
        raise CannotReadError(msg)
    return Content(kind, grids=tuple(grids), problems=tuple(problems))


def _rows(rows: Iterable[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Collect rows without the empty cells at their ends and the empty rows at the end."""
    kept: list[tuple[Cell, ...]] = []
    cells = 0
    for row in rows:
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        kept.append(row[:width])
        cells += width
        if cells > _MOST_CELLS:
            msg = f"a sheet of more than {_MOST_CELLS:,} cells. Split it, or save the columns needed as CSV."
            raise CannotReadError(msg)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        if value in _ERRORS:
            return None
        return mend_text(unescape(value)) or None
    if value is None or isinstance(value, (bool, int, float, datetime.datetime, datetime.date)):
        return value
    return str(value)


def _old_cell(cell: Any, datemode: int) -> Cell:  # noqa: ANN401 (xlrd declares no types)
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return mend_text(cell.value) or None
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)  # type: ignore[no-any-return]
        except (ValueError, OverflowError, xlrd.XLDateError):
            return float(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return int(cell.value) if float(cell.value).is_integer() else float(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None


def _merged_ranges(package: zipfile.ZipFile, sheet: Any) -> list[tuple[int, int, int, int]]:  # noqa: ANN401
    """Return merged ranges that span rows, which openpyxl does not tell when it streams a sheet."""
    try:
        part = package.open(str(sheet._worksheet_path).lstrip("/"))
    except (KeyError, AttributeError):
        return []
    ranges, tail = [], b""
    with part:
        while chunk := part.read(1_000_000):
            text = tail + chunk
            ranges += _MERGED.findall(text)
            cut = max(text.rfind(b">") + 1, len(text) - 1000)  # so that no element is found twice or cut in two
            tail = text[cut:]
    found = sorted({tuple(int(edge or 1) for edge in range_boundaries(area.decode())) for area in ranges})
    return [(left, top, right, bottom) for left, top, right, bottom in found if bottom > top]


def _spread_merged(sheet: _Sheet) -> list[tuple[Cell, ...]]:
    """Read a value merged down several rows into each; a comment stays one, so long texts are not repeated."""
    rows = list(sheet.rows)
    for left, top, _, bottom in sheet.merged:
        if top > len(rows) or len(rows[top - 1]) < left:
            continue
        value = rows[top - 1][left - 1]
        if value is None or (isinstance(value, str) and len(value) > _LONGEST_SPREAD):
            continue
        for number in range(top, min(bottom, len(rows))):
            row = rows[number]
            if row and (len(row) < left or row[left - 1] is None):
                rows[number] = (*row[: left - 1], *[None] * (left - 1 - len(row)), value, *row[left:])
    return rows
