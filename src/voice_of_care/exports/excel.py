"""Excel files that come out the same byte for byte, and in which no text can act as a formula."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl.cell import WriteOnlyCell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.styles import Font

_FIXED_DATE = (2000, 1, 1, 0, 0, 0)
_NOT_IN_EXCEL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_CELL = 32_767


def append_row(sheet: Any, values: Sequence[object], *, font: Font | None = None) -> None:  # noqa: ANN401
    """Append a row to a write-only sheet; texts stay texts, whatever they begin with."""
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value=plain_value(value))
        if isinstance(value, str):
            cell.data_type = "s"
        if font is not None:
            cell.font = font
        cells.append(cell)
    sheet.append(cells)


def plain_value(value: Any) -> Any:  # noqa: ANN401 (a cell holds many kinds)
    """Return what Excel can hold of a value: dates without a time, texts without control characters, cut to a cell."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, str):
        return _NOT_IN_EXCEL.sub("", value)[:_LONGEST_CELL]
    return value


def save_workbook(workbook: Workbook, path: Path) -> None:
    """Save a workbook with no time of day in it, so that the same content gives the same bytes."""
    fixed = datetime.datetime(*_FIXED_DATE)
    workbook.properties.created = fixed
    workbook.properties.modified = fixed
    made = io.BytesIO()
    workbook.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, _FIXED_DATE), content, zipfile.ZIP_DEFLATED)
