from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(tmp_path, data: bytes, name: str = "a.xlsx") -> ReadFile:
    path = tmp_path / name
    path.write_bytes(data)
    return read_file(path, name, settings=IntakeSettings())


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            if item.filename != name:
                after.writestr(item.filename, before.read(item))
        after.writestr(name, content)
    return out.getvalue()


def test_sheets_are_read_with_types_and_record_numbers(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Responses"
    sheet["A3"], sheet["B3"], sheet["C3"] = "When", "Comment", "Score"
    sheet["A4"], sheet["B4"], sheet["C4"] = datetime.datetime(2024, 3, 5), "It_x000D_\nhelped", 4
    sheet["A6"], sheet["B6"], sheet["C6"] = 45356, "Later", True
    other = book.create_sheet("Second")
    other.append(["Comment"])
    other.append(["Kind"])
    book.create_sheet("Empty")
    lists = book.create_sheet("Lists")
    lists.append(["not for reading"])
    lists.sheet_state = "hidden"
    found = read(tmp_path, saved(book))
    assert [grid.sheet for grid in found.grids] == ["Responses", "Second"]
    first = found.grids[0]
    assert first.first_row == 3
    assert first.rows[1] == (datetime.datetime(2024, 3, 5), "It\nhelped", 4)
    assert first.rows[2] == ()
    assert first.rows[3] == (45356, "Later", True)
    assert found.problems == ("a.xlsx: sheet 'Lists' is hidden and was left out. Unhide it if it should be read.",)


def test_short_merged_values_reach_each_row_and_comments_do_not(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    long = "They told us nothing for hours and then everybody came at once, which was frightening for my mother."
    for row in (("Service", "Comment"), ("Cardiology", long), (None, None), (None, "Clean"), ("Eye clinic", "Fast")):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("B2:B3")
    rows = read(tmp_path, saved(book)).grids[0].rows
    assert rows[1:4] == (("Cardiology", long), (), ("Cardiology", "Clean"))


def test_macros_are_told_and_the_cells_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Comment"])
    found = read(tmp_path, with_member(saved(book), "xl/vbaProject.bin", b"macro"), "a.xlsm")
    assert found.grids[0].rows == (("Comment",),)
    assert found.problems == ("a.xlsm: holds macros, which were not run; the cells were read.",)


def test_a_new_workbook_named_xls_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Comment"])
    assert read(tmp_path, saved(book), "a.xls").grids[0].rows == (("Comment",),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><table><tr><td>x</td></tr></table>", "a web page named .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    ],
)
def test_other_things_named_xls(tmp_path, data, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, data, "a.xls")


def test_an_empty_workbook_and_an_entity_bomb_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.xlsx: empty"):
        read(tmp_path, saved(openpyxl.Workbook()))
    book = openpyxl.Workbook()
    book.active.append(["Comment"])
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{entities}]><sst>&a9;</sst>'
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(InputError, match="XML declarations"):
            read(tmp_path, with_member(saved(book), "xl/sharedStrings.xml", bomb.encode(encoding)))


def test_a_far_away_cell_does_not_fill_the_memory(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A100000"] = "Comment", "Far below"
    grid = read(tmp_path, saved(book)).grids[0]
    assert len(grid.rows) == 100_000
    assert grid.rows[-1] == ("Far below",)
