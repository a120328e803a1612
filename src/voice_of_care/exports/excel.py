"""Excel files that come out the same byte for byte, and in which no text can act as a formula."""

from __future__ import annotations

import datetime
import errno
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from lxml.etree import SerialisationError  # type: ignore[import-untyped]
from openpyxl import load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from voice_of_care.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.styles import Font

_FIXED_DATE = (2000, 1, 1, 0, 0, 0)
_NOT_IN_EXCEL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST_CELL = 32_767
_AS_MADE = "voice of care: as made"
"""The workbook's property that tells whether a person has changed it since."""


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


def write_to_fill_in(workbook: Workbook, path: Path, *, kind: str) -> None:
    """Write a workbook that a person fills in, for its owner's eyes only.

    It says what it is and what stands in it, so that `refuse_lost_work` can tell later what was filled in.

    Raises:
        StoreError: it can't be written there.
    """
    workbook.custom_doc_props.append(StringProperty(name=_AS_MADE, value=f"{kind} {_digest(workbook)}"))  # type: ignore[attr-defined]
    try:
        save_workbook(workbook, path)
        path.chmod(0o600)
    except OSError as error:
        msg = f"{path}: can't write the workbook ({error.strerror}). "
        msg += "Close it if it is open, and check free space and your rights there."
        raise StoreError(msg) from None


def refuse_lost_work(path: Path, kind: str, *, instead: str = "Give another name.") -> None:
    """Refuse to write a workbook where a person's work, or another file, would be lost.

    Raises:
        StoreError: there is no such folder, or a file that isn't one of ours of this kind, untouched.
    """
    if not path.parent.is_dir():
        msg = f"{path}: there is no folder {path.parent}. Make it first, or give another."
        raise StoreError(msg)
    if path.exists() and not (path.is_file() and _is_untouched(path, kind)):
        msg = f"{path}: is there already, and was filled in or is another file: it would be lost. {instead}"
        raise StoreError(msg)


def _is_untouched(path: Path, kind: str) -> bool:
    try:
        workbook = load_workbook(path)
        sealed = [each.value for each in workbook.custom_doc_props.props if each.name == _AS_MADE]  # type: ignore[attr-defined]
        return sealed == [f"{kind} {_digest(workbook)}"]
    except Exception:  # openpyxl raises many kinds of error for a file that is no workbook: it is another's
        return False


def _digest(workbook: Workbook) -> str:
    """Return what tells the cells of a workbook, as any program would save them again, from others."""
    found = hashlib.sha256()
    for sheet in workbook.worksheets:
        found.update(f"{sheet.title}\0".encode())
        for _, cell in sorted(sheet._cells.items()):  # `iter_rows` walks through a million rows to a stray cell
            shown = _shown(cell.value)
            if shown:
                found.update(f"{cell.coordinate}\0{shown}\0".encode())
    return found.hexdigest()[:32]


def _shown(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(round(float(value), 9))
    return "" if value is None else " ".join(str(value).split())


class _Writer(ExcelWriter):
    """openpyxl's writer, but sheets in memory take no temporary file: on a full disk its errors can't all be caught."""

    _archive: zipfile.ZipFile

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 (its stubs don't know all that it needs)
        is_streamed = isinstance(ws, WriteOnlyWorksheet)
        if is_streamed:
            super().write_worksheet(ws)
            return
        content = io.BytesIO()
        writer: Any = WorksheetWriter(ws, content)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], content.getvalue())
        self.manifest.append(ws)


def save_workbook(workbook: Workbook, path: Path) -> None:
    """Save a workbook with no time of day in it, so that the same content gives the same bytes.

    Raises:
        OSError: it can't be written; then what stood there before is as it was.
    """
    fixed = datetime.datetime(*_FIXED_DATE)
    workbook.properties.created = fixed
    workbook.properties.modified = fixed
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(made, "w") as archive:
            _Writer(workbook, archive).write_data()
    except SerialisationError:  # lxml's word for a disk that takes no more
        raise OSError(errno.ENOSPC, "no room for temporary files") from None
    beside = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(zipfile.ZipInfo(name, _FIXED_DATE), source.read(name), zipfile.ZIP_DEFLATED)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
