"""Tables as files: CSV, Parquet or Excel, one file a table, full precision and unsuppressed, for the team alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font

from voice_of_care.errors import StoreError
from voice_of_care.exports.excel import append_row, save_workbook
from voice_of_care.tables import NUMBER_LIST, TABLES, TEXT_LIST, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voice_of_care.analysis import Analysis

TableFormat = Literal["csv", "parquet", "xlsx"]
_EXCEL_ROWS = 1_048_576


def write_tables(
    analysis: Analysis,
    folder: Path,
    *,
    table_format: TableFormat,
    write_parquet: Callable[[pd.DataFrame, Table, Path], None],
) -> list[Path]:
    """Write every table into a folder, named as the table, and return the files.

    Lists become one cell: texts joined with "; ", numbers as JSON. In CSV a text that a spreadsheet would take for a
    formula gets an apostrophe in front.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [
            _write(frame, TABLES[name], folder / f"{name}.{table_format}", write_parquet)
            for name, frame in analysis.tables().items()
        ]
    except OSError as error:
        msg = f"{folder}: can't write the tables ({error.strerror}). Check free space and your rights there."
        raise StoreError(msg) from None


def _write(
    frame: pd.DataFrame, table: Table, path: Path, write_parquet: Callable[[pd.DataFrame, Table, Path], None]
) -> Path:
    if path.suffix == ".parquet":
        write_parquet(frame, table, path)
    elif path.suffix == ".xlsx":
        _write_excel(_flat(frame, table), path)
    else:
        safe = _flat(frame, table).map(_no_formula)
        safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n", date_format="%Y-%m-%d")
    return path


def _flat(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    columns = {}
    for name, column in table.columns.items():
        values = frame[name]
        if column.kind == TEXT_LIST:
            values = pd.Series(["; ".join(value) for value in values], dtype="str")
        elif column.kind == NUMBER_LIST:
            values = pd.Series([json.dumps(value) for value in values], dtype="str")
        columns[name] = values
    return pd.DataFrame(columns)


def _no_formula(value: object) -> object:
    if isinstance(value, str) and (value[:1] in "=+@\t\r" or (value[:1] == "-" and value[1:2] not in " -")):
        return f"'{value}" if value else value
    return value


def _write_excel(frame: pd.DataFrame, path: Path) -> None:
    if len(frame) >= _EXCEL_ROWS:
        msg = f"{path.name}: too many rows for Excel ({len(frame)}). Choose --format csv or parquet."
        raise StoreError(msg)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(path.stem[:31])
    sheet.freeze_panes = "A2"
    append_row(sheet, list(frame.columns), font=Font(bold=True))
    for row in frame.itertuples(index=False, name=None):
        append_row(sheet, [None if pd.isna(value) else value for value in row])
    save_workbook(workbook, path)
