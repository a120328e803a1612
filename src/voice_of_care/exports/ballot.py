"""The ballot as a workbook: one sheet that prints on one page, a yellow cell for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from voice_of_care.exports.excel import plain_value, refuse_lost_work, write_to_fill_in

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from voice_of_care.ballots import Ballot

SHEET, TOOL_SHEET = "Ballot", "For the tool"
ROLE_LABEL = "Your role (not your name)"
DISSENT_LABEL = "I dissent because"
THEME_HEADER, RANK_HEADER, WHY_HEADER, ID_HEADER = "Theme", "Your rank", "Why", "theme_id"
MARK_LABEL, ROUND_LABEL = "Project mark", "Round"
KIND = "ballot"
_HEADERS = (
    ("", 4),
    (THEME_HEADER, 30),
    ("What it is about", 44),
    ("Respondents", 13),
    ("Share", 12),
    ("Rank by score", 16),
    (RANK_HEADER, 10),
    (WHY_HEADER, 46),
    (ID_HEADER, 9),
)
_HOW = (
    "Write 1 beside the theme to improve first, 2 beside the next, and so on. What you leave empty counts as the mean"
    " of the ranks left. Say why in a few words where you can; name nobody."
)
_HEADER_FILL = PatternFill("solid", fgColor="12436D")
_ANSWER_FILL = PatternFill("solid", fgColor="FFF7D6")
_LINE = Side(style="thin", color="D8DDE0")
_TOP = Alignment(wrap_text=True, vertical="top")
_FIRST_ROW = 7


def write_ballot(ballot: Ballot, path: Path) -> None:
    """Write a ballot to fill in; it is its owner's alone until they hand it out.

    Raises:
        StoreError: it can't be written there, or would be written over what somebody filled in.
    """
    refuse_lost_work(path, KIND, instead="Give another folder with --to FOLDER.")
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet = workbook.create_sheet(SHEET)
    _write_head(sheet, ballot)
    last = _write_contenders(sheet, ballot)
    _write_dissent(sheet, last + 2)
    _set_page(sheet, last + 2)
    _write_mark(workbook.create_sheet(TOOL_SHEET), ballot)
    write_to_fill_in(workbook, path, kind=KIND)


def _write_head(sheet: Worksheet, ballot: Ballot) -> None:
    asked = f"What should be improved first? Ballot, round {ballot.round}"
    about = f"{ballot.title}{f', {ballot.organisation}' if ballot.organisation else ''}. {ballot.heard}"
    for row, text in enumerate((asked, about, _HOW), start=1):
        _put(sheet, row, 1, text)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=8)
        sheet.cell(row, 1).alignment = _TOP
    sheet["A1"].font = Font(bold=True, size=16, color="0C2F4E")
    sheet.row_dimensions[1].height = 24
    sheet.row_dimensions[3].height = 32
    _put(sheet, 5, 2, ROLE_LABEL)
    sheet["B5"].font = Font(bold=True)
    _make_answer(sheet, 5, 3)


def _write_contenders(sheet: Worksheet, ballot: Ballot) -> int:
    """Write a row for each theme and return the last one's number."""
    for column, (name, width) in enumerate(_HEADERS, start=1):
        cell = sheet.cell(_FIRST_ROW - 1, column, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADER_FILL
        cell.alignment = _TOP
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.column_dimensions[get_column_letter(len(_HEADERS))].hidden = True
    for row, each in enumerate(ballot.contenders, start=_FIRST_ROW):
        shown = (each.letter, each.label, each.description, each.people, each.share, each.by_score)
        for column, value in enumerate(shown, start=1):
            _put(sheet, row, column, value)
            sheet.cell(row, column).border = Border(bottom=_LINE)
        _put(sheet, row, len(_HEADERS), each.theme_id)
        sheet.cell(row, 2).font = Font(bold=True)
        sheet.row_dimensions[row].height = 32
        for column in (7, 8):
            _make_answer(sheet, row, column)
    last = _FIRST_ROW + len(ballot.contenders) - 1
    allowed = DataValidation(type="whole", operator="between", formula1="1", formula2=str(len(ballot.contenders)))
    allowed.allow_blank = True
    allowed.error = f"Write a whole number from 1 to {len(ballot.contenders)}, or leave the cell empty."
    sheet.add_data_validation(allowed)
    allowed.add(f"G{_FIRST_ROW}:G{last}")
    return last


def _write_dissent(sheet: Worksheet, row: int) -> None:
    _put(sheet, row, 2, DISSENT_LABEL)
    sheet.cell(row, 2).font = Font(bold=True)
    _make_answer(sheet, row, 3)
    sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=8)
    sheet.row_dimensions[row].height = 48


def _set_page(sheet: Worksheet, last_row: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_area = f"A1:H{last_row}"
    sheet.freeze_panes = f"C{_FIRST_ROW}"
    sheet.protection.sheet = True  # no password: it keeps slips from what isn't yellow, not people


def _write_mark(sheet: Worksheet, ballot: Ballot) -> None:
    """Write what tells this ballot from those of another round or project."""
    sheet.append([MARK_LABEL, ballot.mark])
    sheet.append([ROUND_LABEL, ballot.round])
    sheet.sheet_state = "hidden"


def _make_answer(sheet: Worksheet, row: int, column: int) -> None:
    cell = sheet.cell(row, column)
    cell.fill = _ANSWER_FILL
    cell.alignment = _TOP
    cell.border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    cell.protection = Protection(locked=False)


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    cell = sheet.cell(row, column, plain_value(text))
    cell.data_type = "s"
    cell.alignment = _TOP
