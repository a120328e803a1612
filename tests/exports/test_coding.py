"""The coding workbook: what it offers, that it comes back as it was filled in, and that its bytes are the same."""

from __future__ import annotations

import openpyxl
import pytest

from tests.small import small_analysis
from voice_of_care.errors import InputError, StoreError
from voice_of_care.exports.coding import is_coding_workbook, read_coding_workbook, write_coding_workbook
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.measuring import coded_sheet
from voice_of_care.settings import Settings

STEEEP = find_framework("steeep")
CODES = [element.id for element in STEEEP.elements]


def write(path, analysis):
    sample = analysis.safe_comments[["comment_id"]].assign(coder_1=True, coder_2=[True, False] * 3)
    return write_coding_workbook(sample, analysis.safe_comments, path, framework=STEEEP, codes=CODES)


def test_a_sheet_a_coder_with_drop_downs_and_the_codebook(tmp_path):
    assert write(tmp_path / "code.xlsx", small_analysis()) == 2
    workbook = openpyxl.load_workbook(tmp_path / "code.xlsx")
    assert workbook.sheetnames == ["Start", "Codebook", "Coder 1", "Coder 2", "Lists"]
    assert workbook["Coder 1"].max_row == 7
    assert workbook["Coder 2"].max_row == 4
    assert workbook["Codebook"]["A2"].value == STEEEP.elements[0].label
    lists = [validation.formula1 for validation in workbook["Coder 1"].data_validations.dataValidation]
    assert f"=Lists!$A$1:$A${len(CODES) + 2}" in lists
    assert all(cell.data_type != "f" for row in workbook["Coder 1"].iter_rows() for cell in row)


def test_our_own_coding_is_not_in_it(tmp_path):
    analysis = small_analysis()
    write(tmp_path / "code.xlsx", analysis)
    sheet = openpyxl.load_workbook(tmp_path / "code.xlsx")["Coder 1"]
    assert {sheet.cell(row, column).value for row in range(2, 8) for column in range(4, 10)} == {None}


def test_the_same_sample_gives_the_same_bytes(tmp_path):
    for folder in (tmp_path / "one", tmp_path / "two"):  # the file's name stands in it
        folder.mkdir()
        write(folder / "code.xlsx", small_analysis())
    assert (tmp_path / "one" / "code.xlsx").read_bytes() == (tmp_path / "two" / "code.xlsx").read_bytes()


def test_what_coders_fill_in_comes_back(tmp_path):
    write(tmp_path / "code.xlsx", small_analysis())
    workbook = openpyxl.load_workbook(tmp_path / "code.xlsx")
    sheet = workbook["Coder 1"]
    sheet["D2"], sheet["E2"], sheet["H2"] = "Safe", "Timely", "Mixed"
    sheet["D3"] = "Can't be coded"
    workbook.save(tmp_path / "filled.xlsx")
    assert is_coding_workbook(tmp_path / "filled.xlsx")
    read = read_coding_workbook(tmp_path / "filled.xlsx")
    assert read.framework_id == "steeep"
    assert len(read.cells) == 9
    first, second = read.cells.iloc[0], read.cells.iloc[1]
    assert (first["code 1"], first["code 2"], first["sentiment"], first["coder"]) == ("Safe", "Timely", "Mixed", "1")
    assert (second["code 1"], second["not coded"]) == ("", "1")


def test_a_lost_column_is_named(tmp_path):
    write(tmp_path / "code.xlsx", small_analysis())
    workbook = openpyxl.load_workbook(tmp_path / "code.xlsx")
    workbook["Coder 2"]["D1"] = "my codes"
    workbook.save(tmp_path / "changed.xlsx")
    with pytest.raises(InputError, match="sheet Coder 2 has no column 'code 1'"):
        read_coding_workbook(tmp_path / "changed.xlsx")


def test_other_files_are_no_coding_workbooks(tmp_path):
    (tmp_path / "a.csv").write_text("text,codes\n", encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    openpyxl.Workbook().save(tmp_path / "c.xlsx")
    assert not any(is_coding_workbook(tmp_path / name) for name in ("a.csv", "b.xlsx", "c.xlsx", "none.xlsx"))


def test_a_workbook_somebody_filled_in_is_never_written_over_and_an_untouched_one_is(tmp_path):
    path = tmp_path / "code.xlsx"
    write(path, small_analysis())
    first = path.read_bytes()
    openpyxl.load_workbook(path).save(path)  # opened and saved, nothing filled in
    write(path, small_analysis())
    assert path.read_bytes() == first
    workbook = openpyxl.load_workbook(path)
    workbook["Coder 1"]["I2"] = "a remark"
    workbook.save(path)
    filled = path.read_bytes()
    with pytest.raises(StoreError, match="would be lost"):
        write(path, small_analysis())
    assert path.read_bytes() == filled
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(StoreError, match="would be lost"):
        write(tmp_path / "other.xlsx", small_analysis())
    with pytest.raises(StoreError, match="no folder"):
        write(tmp_path / "none" / "code.xlsx", small_analysis())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["code.xlsx", "other.xlsx"]


def test_a_coders_sheet_under_another_name_is_named_and_not_passed_over(tmp_path):
    write(tmp_path / "code.xlsx", small_analysis())
    workbook = openpyxl.load_workbook(tmp_path / "code.xlsx")
    workbook["Coder 2"].title = "Bob"
    workbook.save(tmp_path / "changed.xlsx")
    with pytest.raises(InputError, match="sheet 'Bob' has another name"):
        read_coding_workbook(tmp_path / "changed.xlsx")


def test_a_workbook_is_known_without_the_name_of_its_first_sheet(tmp_path):
    write(tmp_path / "code.xlsx", small_analysis())
    workbook = openpyxl.load_workbook(tmp_path / "code.xlsx")
    workbook["Start"].title = "Read me"
    workbook.save(tmp_path / "renamed.xlsx")
    assert is_coding_workbook(tmp_path / "renamed.xlsx")
    assert read_coding_workbook(tmp_path / "renamed.xlsx").framework_id == "steeep"
    del workbook["Read me"]
    workbook.save(tmp_path / "without.xlsx")
    assert is_coding_workbook(tmp_path / "without.xlsx")
    read = read_coding_workbook(tmp_path / "without.xlsx")
    assert (read.framework_id, len(read.cells)) == ("", 9)


def test_one_coders_sheet_is_not_taken_for_the_whole_workbook(tmp_path):
    write(tmp_path / "code.xlsx", small_analysis())
    with pytest.raises(InputError, match="a sheet for each coder"):
        coded_sheet(tmp_path / "code.xlsx", framework=STEEEP, settings=Settings())
