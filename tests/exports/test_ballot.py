"""The ballot as a workbook: out, filled in, back; and every way a ballot can be wrong told in one line."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests import made_ballots as made
from voice_of_care.ballots import Ballot, Contender, read_rounds
from voice_of_care.errors import InputError, StoreError
from voice_of_care.exports.ballot import DISSENT_LABEL, RANK_HEADER, ROLE_LABEL, SHEET, TOOL_SHEET, write_ballot
from voice_of_care.exports.reading_ballots import read_ballots

MARK = "0123456789ab"
FIRST_ROW = 7


def ballot(number=1, mark=MARK, theme_ids=tuple(made.LABELS)):
    lines = tuple(
        Contender(theme_id, "ABCDEFG"[place], made.LABELS[theme_id], "", "20", "10%", 0.1, "1st to 3rd")
        for place, theme_id in enumerate(theme_ids)
    )
    return Ballot(number, mark, "What people told us", "A trust", "200 respondents were heard.", lines)


def rounds(*numbers):
    """Return rounds of which all but the last are closed."""
    decisions = []
    for number in numbers or (1,):
        decisions += [made.opened(number), made.closed(number=number)]
    return read_rounds(made.events(*decisions[:-1]), made.themes())


@pytest.fixture
def blank(tmp_path):
    path = tmp_path / "ballot-1.xlsx"
    write_ballot(ballot(), path)
    return path


def filled(blank, name="filled.xlsx", *, ranks=(), reasons=None, role="", dissent="", change=None):
    """Return a ballot that somebody filled in; ranks in the order of the rows."""
    path = blank.with_name(name)
    workbook = load_workbook(blank)
    sheet = workbook[SHEET]
    for row, rank in enumerate(ranks, start=FIRST_ROW):
        sheet.cell(row, 7).value = rank
    for row, reason in (reasons or {}).items():
        sheet.cell(row, 8).value = reason
    for cells in sheet.iter_rows(min_col=2, max_col=3):
        if cells[0].value == ROLE_LABEL and role:
            cells[1].value = role
        if cells[0].value == DISSENT_LABEL and dissent:
            cells[1].value = dissent
    if change is not None:
        change(workbook)
    workbook.save(path)
    return path


def read(*paths, of=None, mark=MARK):
    return read_ballots(list(paths), rounds=of or rounds(), mark=mark)


def test_a_filled_in_ballot_comes_back_as_it_was_filled_in(blank):
    path = filled(blank, ranks=(2, 1, 3), reasons={FIRST_ROW: "  slow  "}, role="Ward manager", dissent="not these")
    [cast] = read(path).casts
    assert cast[:4] == ("Ward manager", {"T01": 2, "T02": 1, "T03": 3}, {"T01": "slow"}, "not these")


@pytest.mark.parametrize(
    "written", [1, 1.0, "1", " 1 ", "1st", "first", "FIRST", "1.", "1)", "no. 1", "#1", "1.0", "one", "\u00a01"]
)
def test_ranks_are_read_however_they_are_written(blank, written):
    assert read(filled(blank, ranks=(written,))).casts[0].ranks == {"T01": 1}


@pytest.mark.parametrize("written", [None, "", " ", "-", "–"])
def test_what_is_left_empty_is_unranked(blank, written):
    assert read(filled(blank, ranks=(written, 1))).casts[0].ranks == {"T02": 1}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (0, "row 7: the rank 0 is none of 1 to 7"),
        (8, "row 7: the rank 8 is none of 1 to 7"),
        ("13th", "row 7: the rank 13 is none of 1 to 7"),
        (-1, "row 7: the rank is no whole number from 1 to 7"),
        (1.5, "no whole number"),
        ("high", "no whole number"),
        ("1 or 2", "no whole number"),
        ("#N/A", "no whole number"),
        (True, "no whole number"),
        ("=1+1", "cell G7 holds a formula"),
    ],
)
def test_what_is_no_rank_is_refused_in_one_line_that_quotes_nobody(blank, written, told):
    with pytest.raises(InputError, match=told) as caught:
        read(filled(blank, ranks=(written,)))
    assert str(caught.value).startswith("filled.xlsx: ")
    assert "\n" not in str(caught.value)
    assert "high" not in str(caught.value)


def test_ties_and_gaps_are_taken_and_told(blank):
    told = read(filled(blank, ranks=(1, 1, 2)))
    assert told.casts[0].ranks == {"T01": 1, "T02": 1, "T03": 2}
    assert told.remarks == (
        "filled.xlsx: gives rank 1 more than once: these themes count as tied.",
        "filled.xlsx: leaves 4 of 7 unranked: they count as the mean of the ranks left.",
    )


def test_a_file_read_twice_counts_once(blank, tmp_path):
    path = filled(blank, ranks=(1,))
    copy = tmp_path / "copy.xlsx"
    shutil.copy(path, copy)
    told = read(path, path, copy)
    assert len(told.casts) == 1
    assert told.remarks[-1] == "copy.xlsx: 1 ballot was read before, counted once."
    events = made.events(made.opened(), made.cast("B01", {"T01": 1}))
    known = read_rounds(events, made.themes())
    known[0].casts["B01"] = known[0].casts["B01"]._replace(digest=told.casts[0].digest)
    assert read(path, of=known).casts == ()


def test_a_folder_gives_its_ballots_and_what_is_none_is_passed_over(blank, tmp_path):
    filled(blank, "b.xlsx", ranks=(1,))
    filled(blank, "a.xlsx", ranks=(None, 1))
    (tmp_path / "notes.csv").write_text("comment\nhello\n")
    (tmp_path / "~$a.xlsx").write_bytes(b"lock")
    (tmp_path / "readme.txt").write_text("hello")
    Workbook().save(tmp_path / "other.xlsx")
    told = read(tmp_path)
    assert [cast.ranks for cast in told.casts] == [{"T02": 1}, {"T01": 1}]
    passed = [remark for remark in told.remarks if "passed over" in remark]
    assert [remark.split(":")[0] for remark in passed] == ["ballot-1.xlsx", "notes.csv", "other.xlsx"]


def test_the_ballot_of_another_round_or_project_is_refused(blank, tmp_path):
    path = filled(blank, ranks=(1,))
    with pytest.raises(InputError, match=r"is a ballot of round 1, and round 2 is open\. No ballot was taken"):
        read(path, of=rounds(1, 2))
    with pytest.raises(InputError, match="another project"):
        read(path, mark="ba9876543210")
    with pytest.raises(InputError, match="round 1, and round 2"):
        read(tmp_path, of=rounds(1, 2))


def _unsheet(workbook):
    workbook[SHEET].title = "Sheet1"


def _unmark(workbook):
    del workbook[TOOL_SHEET]


def _unhead(workbook):
    workbook[SHEET].cell(FIRST_ROW - 1, 7).value = "rank"


def _unknown(workbook):
    workbook[SHEET].cell(FIRST_ROW, 9).value = "T77"


def _double(workbook):
    workbook[SHEET].cell(FIRST_ROW, 9).value = "T02"


def _join(workbook):
    workbook[SHEET].merge_cells(start_row=FIRST_ROW, end_row=FIRST_ROW + 2, start_column=7, end_column=7)


def _unrole(workbook):
    workbook[SHEET]["B5"].value = None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_unsheet, "no sheet 'Ballot'"),
        (_unmark, "is no ballot"),
        (_unhead, f"the column '{RANK_HEADER}' is gone"),
        (_unknown, "row 7: a theme that is not on the ballot of round 1"),
        (_double, "a theme that this ballot has ranked before"),
        (_join, "cells G7:G9 were made one"),
        (_unrole, "is gone. Fill in a fresh ballot"),
    ],
)
def test_a_workbook_that_was_changed_is_refused(blank, change, told):
    with pytest.raises(InputError, match=told):
        read(filled(blank, ranks=(1, 2, 3), change=change))


def test_rows_may_be_sorted_and_rows_added_above(blank):
    def move(workbook):
        sheet = workbook[SHEET]
        one, other = ([cell.value for cell in sheet[row]] for row in (FIRST_ROW, FIRST_ROW + 1))
        for row, values in ((FIRST_ROW, other), (FIRST_ROW + 1, one)):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column).value = value
        sheet.insert_rows(4)

    assert read(filled(blank, ranks=(1, 2), role="Porter", change=move)).casts[0][:2] == (
        "Porter",
        {"T02": 2, "T01": 1},
    )


def test_an_empty_ballot_is_refused_where_it_was_named(blank):
    with pytest.raises(InputError, match="nobody has filled it in"):
        read(blank)
    with pytest.raises(InputError, match="nobody has filled it in"):
        read(filled(blank, role="Nurse"))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", b"", "is empty"),
        ("a.csv", b" \n ", "is empty"),
        ("a.xlsx", b"PK\x03\x04 cut short", "is damaged"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 a password", "can't be read as an Excel workbook"),
        ("a.xlsx", b"role,theme,rank\nNurse,A,1\n", "can't be read as an Excel workbook"),
        ("a.csv", b"role,theme\nNurse,A\n", "has no column 'rank'"),
        ("a.csv", b"role,theme,rank\n", "holds no ballot"),
        ("a.csv", b"role,theme,rank\nNurse,H,1\n", "line 2: no such theme.*A to G"),
        ("a.csv", b"role,theme,rank\nNurse,A,8\n", "line 2: the rank 8 is none of 1 to 7"),
        ("a.csv", b"role,theme,rank\nNurse,A,\n", "line 2: the ballot that starts here ranks nothing"),
        ("a.csv", b"role,theme,rank,round\nNurse,A,1,2\n", "is a ballot of round 2, and round 1 is open"),
        ("a.csv", b"role,theme,rank\nNurse,,1\n", "line 2: a theme that is not on the ballot"),
        ("a.csv", b"ballot,role,theme,rank\n1,Nurse,A,1\n1,Nurse,Waiting,2\n", "line 3: a theme that this ballot"),
    ],
)
def test_files_that_are_no_ballots_are_refused_in_one_line(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as caught:
        read(path)
    assert "\n" not in str(caught.value)


PAPER = "ballot,role,theme,rank,reason,dissent\n"


def paper(tmp_path, rows, *, head=PAPER):
    path = tmp_path / "paper.csv"
    path.write_text(head + rows, encoding="utf-8")
    return path


def test_rows_of_a_numbered_ballot_may_stand_anywhere(tmp_path):
    by_ballot = "1,Nurse,A,1,,\n1,Nurse,B,2,,\n2,Carer,A,2,,\n2,Carer,B,1,,\n3,Nurse,A,1,,\n3,,B,2,,\n"
    by_theme = "1,Nurse,A,1,,\n2,Carer,A,2,,\n3,Nurse,A,1,,\n1,Nurse,B,2,,\n2,carer,B,1,,\n3,,B,2,,\n"
    told, again = (read(paper(tmp_path, rows)).casts for rows in (by_ballot, by_theme))
    assert [cast.ranks for cast in again] == [{"T01": 1, "T02": 2}, {"T01": 2, "T02": 1}, {"T01": 1, "T02": 2}]
    assert again == told  # sorted otherwise it is known again


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("1,Nurse,A,1,,\n2,Carer,A,1,,\n1,Porter,B,2,,\n", "line 4: ballot 1 has another role above"),
        ("Ann,Nurse,A,1,,\nAnn,Porter,B,2,,\n", "line 3: the ballot at line 2 has another role above"),
        ("1,Nurse,A,1,,\n2,Carer,A,1,,\n1,Nurse,B,2,,\n,,B,2,,\n", "line 5: no number stands in the column 'ballot'"),
        ("1,Nurse,A,1,full, by nine,\n", "line 2 has more cells than the header: put quotes around text with commas"),
        ("1,Nurse,A,1,x,\n1,Nurse,B,2,a,b,c,d\n", "line 3 has more cells than the header"),
        ('1,Nurse,A,1,"full\n2,Carer,B,1,x,\n', "line 2: a quotation mark is never closed"),
        ('1,Nurse,A,1,x,\n\n1,Nurse,B,2,"full\n2,Carer,B,1,"x",\n', "line 4: a quotation mark is never closed"),
        ('1,Nurse,A,1,"full\n2,Carer,B,first,"\n', "line 2: a quotation mark is not closed, so that the rows below"),
    ],
)
def test_rows_that_run_into_each_other_are_refused_in_one_line(tmp_path, rows, told):
    with pytest.raises(InputError) as caught:
        read(paper(tmp_path, rows))
    assert str(caught.value).startswith(f"paper.csv: {told}")
    assert str(caught.value).endswith(". No ballot was taken.")
    assert "\n" not in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_quoted_text_may_hold_commas_quotes_and_line_breaks(tmp_path):
    [cast] = read(paper(tmp_path, '1,Nurse,A,1,"full, by ""nine"",\nand cold, damp, 2 of us", "no, no"\n')).casts
    assert cast.reasons == {"T01": 'full, by "nine",\nand cold, damp, 2 of us'}
    assert cast.dissent == "no, no"


def test_marks_that_turn_text_around_are_not_kept(blank, tmp_path):
    told = read(
        filled(blank, ranks=(1,), reasons={FIRST_ROW: "a\u202eb"}, role="\u2066Nurse\u2069", dissent="\u202ano\u202c"),
        paper(tmp_path, "1,\u202dPorter,A,1,\u2067c,\u2068d\n"),
    ).casts
    assert [(cast.role, cast.reasons["T01"], cast.dissent) for cast in told] == [
        ("Nurse", "ab", "no"),
        ("Porter", "c", "d"),
    ]


def test_a_reason_or_role_that_reads_as_a_label_is_no_label(blank):
    reasons = {FIRST_ROW: DISSENT_LABEL, FIRST_ROW + 1: ROLE_LABEL}
    [cast] = read(filled(blank, ranks=(1, 2), reasons=reasons, role=DISSENT_LABEL, dissent="not these")).casts
    assert (cast.role, cast.dissent) == (DISSENT_LABEL, "not these")
    assert cast.reasons == {"T01": DISSENT_LABEL, "T02": ROLE_LABEL}


@pytest.mark.parametrize("cell", ["K1048576", "XFD1048576", "XFD9"])
def test_a_stray_cell_far_away_takes_no_time_and_changes_nothing(blank, cell):
    def stray(workbook):
        workbook[SHEET][cell] = "x"
        workbook[TOOL_SHEET][cell] = "x"

    path = filled(blank, ranks=(1,), dissent="no", change=stray)
    began = time.perf_counter()
    assert read(path).casts[0][1:4] == ({"T01": 1}, {}, "no")
    with pytest.raises(StoreError):
        write_ballot(ballot(), path)
    assert time.perf_counter() - began < 5


def test_an_answer_far_below_the_ballot_is_refused(blank):
    def stray(workbook):
        workbook[SHEET]["G90000"] = 3

    with pytest.raises(InputError, match="cell G90000 is far below the ballot"):
        read(filled(blank, ranks=(1,), change=stray))


def test_remarks_say_which_ballot_and_many_are_summed_up(tmp_path):
    rows = "".join(f"{number},Nurse,A,1,,\n" for number in range(1, 6))
    told = read(paper(tmp_path, f"{rows}x,Nurse,A,1,,\nx,Nurse,B,1,,\n")).remarks
    assert told == (
        "6 ballots leave themes unranked: they count as the mean of the ranks left.",
        "paper.csv: the ballot at line 7 gives rank 1 more than once: these themes count as tied.",
    )
    assert read(paper(tmp_path, rows)).remarks[4] == (
        "paper.csv: ballot 5 leaves 6 of 7 unranked: they count as the mean of the ranks left."
    )


def test_a_path_that_cannot_be_looked_at_is_told_in_one_short_line(tmp_path, blank):
    with pytest.raises(InputError, match="can't be read") as caught:
        read(tmp_path / f"{'x' * 5000}.xlsx")
    assert len(str(caught.value)) < 400
    link = tmp_path / "linked.xlsx"
    link.symlink_to(filled(blank, ranks=(99,)))
    with pytest.raises(InputError, match=r"^linked\.xlsx: row 7"):
        read(link)


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="the superuser may read everything")
def test_a_folder_without_permission_is_told_in_one_line(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    for path in (folder, folder / "a.xlsx"):
        with pytest.raises(InputError, match=r"can't be read \(Permission denied\)"):
            read(path)


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as Unix does")
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing_behind(tmp_path):
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom tests.exports.test_ballot import ballot, write_ballot\n"
        "from voice_of_care.errors import StoreError\nresource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))\n"
        "try:\n    write_ballot(ballot(), Path(sys.argv[1]))\nexcept StoreError as error:\n    print(error)\n"
    )
    path = tmp_path / "b.xlsx"
    command = [sys.executable, "-B", "-c", code, path]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)  # noqa: S603
    assert done.stdout.startswith(f"{path}: can't write the workbook (")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_missing_files_and_empty_folders_are_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="there is no ballot in it"):
        read(tmp_path)


def test_a_workbook_renamed_csv_is_read_as_what_it_is(blank):
    path = filled(blank, ranks=(1,))
    assert read(path.rename(path.with_suffix(".csv"))).casts[0].ranks == {"T01": 1}


ROWS = (
    ("Role", "Theme", "Rank", "Dissent"),
    ("Carer", "B", "1", "not these"),
    ("", "waiting", "2nd", ""),
    ("Nurse", "t02", "first", ""),
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_paper_ballots_are_typed_into_a_csv_of_any_make(tmp_path, delimiter, encoding):
    path = tmp_path / "paper.csv"
    path.write_bytes("\r\n".join(delimiter.join(row) for row in ROWS).encode(encoding))
    told = read(path).casts
    assert [cast[:2] for cast in told] == [("Carer", {"T02": 1, "T01": 2}), ("Nurse", {"T02": 1})]
    assert [cast.dissent for cast in told] == ["not these", ""]


def test_a_csv_tells_ballots_apart_by_number_role_or_a_theme_that_comes_again(tmp_path):
    path = tmp_path / "paper.csv"
    path.write_text("role,theme,rank\nNurse,A,1\nNurse,B,2\nNurse,A,1\nNurse,B,2\nCarer,A,1\n")
    assert [cast.role for cast in read(path).casts] == ["Nurse", "Nurse", "Carer"]  # two nurses may rank alike
    path.write_text("ballot,role,theme,rank\n1,Nurse,A,1\n,,B,2\n2,Nurse,C,1\n")
    assert [cast.ranks for cast in read(path).casts] == [{"T01": 1, "T02": 2}, {"T03": 1}]


def test_a_csv_that_grew_gives_what_is_new(tmp_path):
    path = tmp_path / "paper.csv"
    path.write_text("role,theme,rank\nNurse,A,1\n")
    first = read(path).casts
    known = rounds()
    known[0].casts["B01"] = first[0]
    path.write_text("role,theme,rank\nNurse,A,1\nNurse,A,1\n")
    told = read(path, of=known)
    assert len(told.casts) == 1
    assert "1 ballot was read before" in told.remarks[0]


def test_the_csv_of_an_earlier_round_is_refused_unless_it_names_this_one(tmp_path):
    path = tmp_path / "paper.csv"
    path.write_text("role,theme,rank\nNurse,A,1\n")
    both = rounds(1, 2)
    both[0].casts["B01"] = read(path).casts[0]
    with pytest.raises(InputError, match="holds the ballots of round 1, and round 2 is open"):
        read(path, of=both)
    path.write_text("role,theme,rank,round\nNurse,A,1,2\n")
    assert len(read(path, of=both).casts) == 1


def test_one_bad_ballot_among_many_takes_none(blank):
    good, bad = filled(blank, "a.xlsx", ranks=(1,)), filled(blank, "b.xlsx", ranks=(99,))
    with pytest.raises(InputError, match=r"b\.xlsx: row 7.*No ballot was taken"):
        read(good, bad)


def test_the_same_ballot_is_the_same_bytes(blank, tmp_path):
    again = tmp_path / "again.xlsx"
    write_ballot(ballot(), again)
    assert again.read_bytes() == blank.read_bytes()


def test_a_blank_ballot_is_written_again_and_a_filled_in_one_never(blank):
    write_ballot(ballot(), blank)
    filled(blank, blank.name, ranks=(1,))
    before = blank.read_bytes()
    with pytest.raises(StoreError, match=r"was filled in.*Give another folder with --to FOLDER\.$"):
        write_ballot(ballot(), blank)
    assert blank.read_bytes() == before


def test_no_label_acts_as_a_formula_and_the_page_is_one_sheet_of_a4(tmp_path):
    made_up = ballot()
    nasty = made_up.contenders[0]._replace(label="=HYPERLINK(1)")
    path = tmp_path / "b.xlsx"
    write_ballot(made_up._replace(contenders=(nasty, *made_up.contenders[1:])), path)
    workbook = load_workbook(path)
    sheet = workbook[SHEET]
    assert sheet.cell(FIRST_ROW, 2).data_type == "s"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 1)
    assert workbook[TOOL_SHEET].sheet_state == "hidden"
    assert sheet.cell(FIRST_ROW, 7).protection.locked is False
    assert sheet.cell(FIRST_ROW, 2).protection.locked is True
