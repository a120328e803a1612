from __future__ import annotations

import csv
from pathlib import Path

import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings

SHARED = Path(__file__).parents[4] / "shared" / "data" / "nhs_patient_feedback.csv"
ROWS = "id,comment,score\n1,Lovely café staff,5\n2,The nurse said “wait”,2\n3,It cost £3,1\n"


def read(tmp_path, data: bytes, name: str = "a.csv") -> ReadFile:
    path = tmp_path / name
    path.write_bytes(data)
    return read_file(path, name, settings=IntakeSettings())


def refusal(tmp_path, data: bytes, name: str = "a.csv") -> str:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{name}: ")
    return message


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"]
)
def test_common_encodings_give_the_same_words(tmp_path, encoding):
    grid = read(tmp_path, ROWS.encode(encoding)).grids[0]
    assert [row[1] for row in grid.rows] == ["comment", "Lovely café staff", "The nurse said “wait”", "It cost £3"]


def test_cyrillic_in_an_old_encoding(tmp_path):
    text = "id;отзыв\n" + "".join(f"{n};Медсестра была очень добра и внимательна\n" for n in range(20))
    assert read(tmp_path, text.encode("cp1251")).grids[0].rows[1][1] == "Медсестра была очень добра и внимательна"


def test_a_file_that_mixes_encodings_is_read_line_by_line(tmp_path):
    data = "id,text\n1,naïve\n".encode() + "2,it’s café\n".encode("cp1252")
    assert [row[1] for row in read(tmp_path, data).grids[0].rows] == ["text", "naïve", "it’s café"]


def test_mojibake_is_mended_and_nothing_else(tmp_path):
    wrong = "It’s £5 — “fine”".encode().decode("sloppy-windows-1252")
    fine = "Séamus & Niamh ﬁrst “quoted” ½ … &amp; fáilte"
    rows = read(tmp_path, f"id|text\n1|{wrong}\n2|{fine}\n".encode()).grids[0].rows
    assert [row[1] for row in rows] == ["text", "It’s £5 — “fine”", fine]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_despite_punctuation_in_comments(tmp_path, delimiter):
    text = 'id{0}when{0}comment\n1{0}2024-01-02{0}"Good, but; slow | really"\n2{0}2024-01-03{0}Fine\n'
    rows = read(tmp_path, text.format(delimiter).encode()).grids[0].rows
    assert [len(row) for row in rows] == [3, 3, 3]
    assert rows[1][2] == "Good, but; slow | really"


def test_one_column_of_unquoted_comments_stays_one_column(tmp_path):
    text = "comment\nKind, warm, quick\nNone\nLong wait, no food\nStaff were great\nLovely; ta\n"
    rows = read(tmp_path, text.encode()).grids[0].rows
    assert [row[0] for row in rows] == text.splitlines()


def test_lines_of_title_above_the_header_do_not_hide_the_columns(tmp_path):
    text = "Report: FFT\nMade: 01/02/2024\n\nDate,Comment,Score\n01/02/2024,Good,5\n02/02/2024,Bad,1\n"
    rows = read(tmp_path, text.encode()).grids[0].rows
    assert rows[3:] == (("Date", "Comment", "Score"), ("01/02/2024", "Good", "5"), ("02/02/2024", "Bad", "1"))


def test_the_line_that_tells_excel_the_delimiter(tmp_path):
    rows = read(tmp_path, b"sep=;\nid;text\n1;a, b\n").grids[0].rows
    assert rows == (("id", "text"), ("1", "a, b"))


def test_quoted_newlines_blank_and_ragged_records_keep_their_numbers(tmp_path):
    data = b'id,text,score\r\n1,"first\r\nsecond",5\r\n\r\n3,short\r\n4,stray,comma,5\r\n5,fine,4\r\n6,ok,3\r\n\r\n'
    found = read(tmp_path, data)
    grid = found.grids[0]
    assert grid.first_row == 1
    assert grid.rows[1] == ("1", "first\nsecond", "5")
    assert grid.rows[2] == ()
    assert len(grid.rows) == 7
    assert found.problems == (
        "a.csv: 2 of 7 records have more or fewer columns than the others (record 4, 5); they are read as they stand."
        " Check for stray delimiters.",
    )


def test_a_quotation_mark_never_closed_does_not_swallow_the_rest(tmp_path):
    lines = [f"{n},comment number {n},4" for n in range(1, 30)]
    lines[4] = '5,"I never closed this,4'
    found = read(tmp_path, ("id,text,score\n" + "\n".join(lines) + "\n").encode())
    rows = found.grids[0].rows
    assert len(rows) == 30
    assert rows[5] == ("5", '"I never closed this', "4")
    assert rows[29] == ("29", "comment number 29", "4")
    assert found.problems[0].startswith("a.csv: record 6: a quotation mark is opened and not closed")


def test_doubled_carriage_returns_are_one_line_end(tmp_path):
    assert len(read(tmp_path, b"id,text\r\r\n1,a\r\r\n2,b\r\r\n").grids[0].rows) == 3


def test_a_cell_of_a_million_characters_and_zero_bytes(tmp_path):
    limit = csv.field_size_limit()
    data = b"id,text\n1," + b"word " * 200_000 + b"\n2,fine\x00 here\n"
    rows = read(tmp_path, data).grids[0].rows
    assert len(str(rows[1][1])) > 999_990
    assert rows[2][1] == "fine here"
    assert csv.field_size_limit() == limit


def test_empty_and_binary_files_are_refused_in_one_line(tmp_path):
    assert refusal(tmp_path, b"") == "a.csv: empty. Check that the export finished, and add it again."
    assert "empty" in refusal(tmp_path, b"\xef\xbb\xbf\r\n,,,\r\n")
    assert "a zip file or an Office document" in refusal(tmp_path, b"PK\x03\x04" + bytes(500))
    assert "a picture" in refusal(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    assert "binary data" in refusal(tmp_path, bytes(range(256)) * 40)


def test_the_real_export_has_all_its_records(tmp_path):
    if not SHARED.exists():
        pytest.skip("the shared data is not here")
    found = read_file(SHARED, "feedback.csv", settings=IntakeSettings())
    assert len(found.grids[0].rows) == 4759
    assert {len(row) for row in found.grids[0].rows} == {61}
    assert found.problems == ()
