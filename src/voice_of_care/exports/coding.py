"""The workbook that people code in: one sheet a coder, with drop-downs and the codebook, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from voice_of_care.errors import InputError
from voice_of_care.exports.excel import plain_value, refuse_lost_work, write_to_fill_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from voice_of_care.frameworks import Framework, FrameworkElement

START_SHEET, CODEBOOK_SHEET, LISTS_SHEET = "Start", "Codebook", "Lists"
CODER_SHEET = "Coder "
_KIND = "comments to code"
TITLE = "Comments to code"
FRAMEWORK_LABEL = "Framework"
CODE_COLUMNS = 4
NONE_OF_THESE = "None of these"
CANT_BE_CODED = "Can't be coded"
SENTIMENTS = ("Very positive", "Positive", "Neutral", "Mixed", "Negative", "Very negative")
CELLS = ["record", "comment_id", "coder", "sentiment", *(f"code {n}" for n in range(1, CODE_COLUMNS + 1)), "not coded"]

_HEADER_FILL = PatternFill("solid", fgColor="12436D")
_ANSWER_FILL = PatternFill("solid", fgColor="FFF7D6")
_COLUMNS = (("comment_id", 17), ("question", 34), ("comment", 84))
_ANSWERS = (*((f"code {number}", 34) for number in range(1, CODE_COLUMNS + 1)), ("sentiment", 15), ("remark", 30))
_INSTRUCTIONS = (
    "Each sheet 'Coder 1', 'Coder 2' .. is one person's. Code alone: don't compare before both are done.",
    "Read the whole comment with its question, then choose what it speaks of: code 1 to code 4, in any order.",
    f"Choose '{NONE_OF_THESE}' where no priority fits, and '{CANT_BE_CODED}' where the words can't be understood.",
    "Choose the sentiment of the comment as a whole: 'Mixed' where praise and concern stand side by side.",
    "Leave a row empty to leave it out: empty cells count as not coded yet.",
    "The sheet 'Codebook' says what each priority means. Don't change comment_id, and keep the file inside the team.",
)


class CodedCells(NamedTuple):
    """What stands in a coded workbook: the framework's id, and the rows' cells (`CELLS`)."""

    framework_id: str
    cells: pd.DataFrame


def write_coding_workbook(
    sample: pd.DataFrame,
    safe_comments: pd.DataFrame,
    path: Path,
    *,
    framework: Framework,
    codes: Sequence[str],
    command: str = "",
) -> int:
    """Write the workbook, its owner's alone, and return how many sheets of a coder it has.

    Args:
        sample: comment_id and coder_1 .. coder_n, in the order to be shown.
        safe_comments: the project's; only de-identified words are written.
        path: the .xlsx file.
        framework: the codebook.
        codes: the priorities offered.
        command: what to run when it is filled in; by default as for a framework that is known by its id.
    """
    refuse_lost_work(path, _KIND)
    elements = [framework.element(code) for code in codes]
    shown = sample.merge(safe_comments[["comment_id", "question", "text"]], on="comment_id", how="left", validate="1:1")
    coders = [column for column in sample.columns if column.startswith("coder_")]
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _write_start(
        workbook.create_sheet(START_SHEET),
        framework,
        len(shown),
        len(coders),
        command or _command(framework),
    )
    _write_codebook(workbook.create_sheet(CODEBOOK_SHEET), elements)
    for number, coder in enumerate(coders, start=1):
        rows = shown[shown[coder].astype(bool)]
        _write_coder(workbook.create_sheet(f"{CODER_SHEET}{number}"), rows, len(elements) + 2)
    lists = workbook.create_sheet(LISTS_SHEET)
    for row, label in enumerate([*(element.label for element in elements), NONE_OF_THESE, CANT_BE_CODED], start=1):
        lists.cell(row, 1, plain_value(label)).data_type = "s"
    lists.sheet_state = "hidden"
    write_to_fill_in(workbook, path, kind=_KIND)
    return len(coders)


def is_coding_workbook(path: Path) -> bool:
    """Say whether a file is a workbook that `write_coding_workbook` made."""
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return False
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
        is_ours = _start_of(workbook) is not None or (
            CODEBOOK_SHEET in workbook.sheetnames and any(map(_is_coders, workbook.worksheets))
        )
        workbook.close()
    except Exception:  # openpyxl raises many kinds of error for a file that is no workbook; reading it will say so
        return False
    return is_ours


def read_coding_workbook(path: Path) -> CodedCells:
    """Read what the coders filled in.

    Raises:
        InputError: the file can't be read, or its sheets lost a column.
    """
    try:
        workbook = load_workbook(path, data_only=True)
    except Exception:  # openpyxl raises many kinds of error for a file that is no workbook
        msg = f"{path.name}: can't be read as an Excel workbook. Give the .xlsx file that was coded in."
        raise InputError(msg) from None
    start = _start_of(workbook)
    facts = {} if start is None else {row[0].value: row[1].value for row in start.iter_rows(1, 12, 1, 2)}
    rows: list[list[Any]] = []
    for sheet in workbook.worksheets:
        if sheet.title.startswith(CODER_SHEET):
            rows += _read_coder(sheet, path.name)
        elif _is_coders(sheet):
            msg = f"{path.name}: sheet '{sheet.title}' has another name than it had. Name it '{CODER_SHEET}1' or so."
            raise InputError(msg)
    if not rows:
        msg = f"{path.name}: it has no sheet of a coder. Give the workbook that sample-for-coding wrote."
        raise InputError(msg)
    return CodedCells(str(facts.get(FRAMEWORK_LABEL) or ""), pd.DataFrame(rows, columns=CELLS, dtype="str"))


def _start_of(workbook: Workbook) -> Worksheet | None:
    """Return the first sheet, whatever it is called now."""
    return next((sheet for sheet in workbook.worksheets if sheet["A1"].value == TITLE), None)


def _is_coders(sheet: Worksheet) -> bool:
    header = {str(value or "").strip().casefold() for value in next(sheet.iter_rows(1, 1, values_only=True), ())}
    return "comment_id" in header


def _read_coder(sheet: Worksheet, name: str) -> list[list[Any]]:
    header = [str(cell.value or "").strip().casefold() for cell in sheet[1]]
    wanted = ["comment_id", "sentiment", *(column for column, _ in _ANSWERS[:CODE_COLUMNS])]
    missing = [column for column in wanted if column not in header]
    if missing:
        msg = f"{name}: sheet {sheet.title} has no column '{missing[0]}'. Put its header back."
        raise InputError(msg)
    place = {column: header.index(column) for column in wanted}
    found = []
    for number, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
        values = {column: _cell(row[at] if at < len(row) else None) for column, at in place.items()}
        if not values["comment_id"]:
            continue
        codes = [values[column] for column, _ in _ANSWERS[:CODE_COLUMNS]]
        cant = any(code.casefold() == CANT_BE_CODED.casefold() for code in codes)
        codes = ["" if code.casefold() == CANT_BE_CODED.casefold() else code for code in codes]
        coder = sheet.title.removeprefix(CODER_SHEET)
        found.append([f"{sheet.title}, row {number}", values["comment_id"], coder, values["sentiment"], *codes,
                      "1" if cant else ""])  # fmt: skip
    return found


def _cell(value: object) -> str:
    lines = [] if value is None else str(value).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _command(framework: Framework) -> str:
    return f"voice-of-care evaluate THIS-FILE.xlsx --project DIR --framework {framework.id}"


def _write_start(sheet: Worksheet, framework: Framework, comments: int, coders: int, command: str) -> None:
    for values in (
        [TITLE],
        [FRAMEWORK_LABEL, framework.id],
        ["Name", plain_value(framework.name)],
        ["Version", framework.version],
        ["Comments", comments],
        ["Coders", coders],
        [],
    ):
        sheet.append(values)
    sheet["A1"].font = Font(bold=True, size=16)
    for line in _INSTRUCTIONS:
        sheet.append([line])
    sheet.append(["Then run:", plain_value(command)])
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 100


def _write_codebook(sheet: Worksheet, elements: Sequence[FrameworkElement]) -> None:
    columns = (("priority", 44), ("meaning", 70), ("people say", 60), ("not this", 50), ("under", 30))
    _write_header(sheet, columns)
    for row, element in enumerate(elements, start=2):
        values = (
            element.label,
            element.definition,
            "; ".join(element.include_cues),
            "; ".join(element.exclude_cues),
            element.group or "",
        )
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row, column, plain_value(value))
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write_coder(sheet: Worksheet, rows: pd.DataFrame, choices: int) -> None:
    _write_header(sheet, (*_COLUMNS, *_ANSWERS))
    last = len(rows) + 1
    for number, row in enumerate(rows.itertuples(index=False), start=2):
        for column, value in enumerate((row.comment_id, row.question, row.text), start=1):
            cell = sheet.cell(number, column, plain_value(value if isinstance(value, str) else None))
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        for column in range(len(_COLUMNS) + 1, len(_COLUMNS) + len(_ANSWERS) + 1):
            sheet.cell(number, column).fill = _ANSWER_FILL
            sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
    first = len(_COLUMNS) + 1
    codes = DataValidation(type="list", formula1=f"={LISTS_SHEET}!$A$1:$A${choices}", allow_blank=True)
    codes.error = "Choose a priority from the list, or leave the cell empty."
    tone = DataValidation(type="list", formula1=f'"{",".join(SENTIMENTS)}"', allow_blank=True)
    tone.error = "Choose one of: " + "; ".join(SENTIMENTS)
    for validation in (codes, tone):
        sheet.add_data_validation(validation)
    codes.add(f"{get_column_letter(first)}2:{get_column_letter(first + CODE_COLUMNS - 1)}{last}")
    tone.add(f"{get_column_letter(first + CODE_COLUMNS)}2:{get_column_letter(first + CODE_COLUMNS)}{last}")
    sheet.freeze_panes = "D2"


def _write_header(sheet: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    for number, (name, width) in enumerate(columns, start=1):
        cell = sheet.cell(1, number, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADER_FILL
        sheet.column_dimensions[get_column_letter(number)].width = width
