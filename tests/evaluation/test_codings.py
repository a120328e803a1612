"""Reading of coded files: columns by any sensible header, codes by label or id, and nothing dropped in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from voice_of_care.errors import InputError
from voice_of_care.evaluation.codings import NO_PRIORITY, NO_TEXT, NOT_CODED, NOT_POSSIBLE, Codings, read_codings
from voice_of_care.evaluation.columns import Columns, find_columns, qdc_feedback, simplified
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.intake.coded import NO, YES, CodedComments, open_coded, read_coded
from voice_of_care.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32


def read(folder: Path, table: str, framework_id: str = "steeep") -> tuple[Columns, CodedComments, Codings]:
    path = folder / "coded.csv"
    path.write_text(table, encoding="utf-8")
    framework = find_framework(framework_id)
    (sheet,) = open_coded(path, settings=Settings())
    columns = find_columns(sheet.headers, marked=sheet.marked, framework=framework, name=path.name)
    found = read_coded(sheet, columns=columns.roles, wanted=columns.wanted, settings=Settings(), key=KEY)
    return columns, found, read_codings(found.codings, columns=columns, framework=framework, yes=YES, no=NO,
                                         texts=found.texts)  # fmt: skip


def given(codings: Codings) -> list[list[str]]:
    return [[label for label, is_given in zip(codings.labels, row, strict=True) if is_given] for row in codings.given]


@pytest.mark.parametrize(
    "header", ["Person-centred", "person centred", "PERSON-CENTRED", "person-centred ", "Person–centred"]
)
def test_a_priority_heads_a_column_by_label_or_id(tmp_path, header):
    _, _, codings = read(tmp_path, f"Comment,Safe,{header}\nKind and gentle staff,,1\nI fell on the wet floor,x,\n")
    assert given(codings) == [["person-centred"], ["safe"]]


@pytest.mark.parametrize("mark", ["1", "1.0", "x", "X", "yes", "TRUE", "✓"])
def test_marks_of_many_kinds_are_read(tmp_path, mark):
    _, _, codings = read(tmp_path, f"text,safe,timely\nI fell on the wet floor,{mark},0\n")
    assert given(codings) == [["safe"]]


def test_codes_in_one_column_are_separated_by_semicolons(tmp_path):
    _, _, codings = read(tmp_path, "Free text;Codes\nI fell on the wet floor;Safe\n".replace(";", "\t"))
    assert given(codings) == [["safe"]]
    _, _, codings = read(tmp_path, "text,codes\nI waited on a wet floor,safe; TIMELY\nAll was fine with me,none\n")
    assert given(codings) == [["safe", "timely"], []]
    assert set(codings.rows["status"]) == {"coded"}


def test_what_is_not_known_is_told_and_not_counted(tmp_path):
    columns, _, codings = read(
        tmp_path,
        "text,safe,bogus column,codes,sentiment\nI fell on the wet floor,1,1,nonsense,lovely\n"
        "Nobody helped me up,perhaps,,efficent,negative\n",
    )
    assert columns.unknown == ("bogus column",)
    told = "\n".join(codings.remarks)
    for said in ("'bogus column'", "'nonsense'", "Did you mean efficient?", "neither 1 nor blank", "no level"):
        assert said in told
    assert codings.rows["level"].tolist() == [0, 4]


def test_every_row_is_judged_or_left_out_with_a_reason(tmp_path):
    _, found, codings = read(tmp_path, "text,codes,n\nI fell on the wet floor,safe,a\n,safe,b\nWe were all well,,c\n")
    assert codings.rows["status"].tolist() == ["coded", NO_TEXT, NOT_CODED]
    assert found.codings["comment_id"].isna().tolist() == [False, True, False]


def test_a_row_that_a_run_would_set_aside_is_read_and_told_apart(tmp_path):
    _, found, _ = read(tmp_path, "text,codes\nI fell on the wet floor,safe\nNo comment,none\n")
    assert len(found.read.comments) == 2
    assert found.aside["reason"].tolist() == ["Non-answer: says that there is no answer."]


def test_a_comment_two_people_coded_stands_once(tmp_path):
    _, found, codings = read(
        tmp_path,
        "id,text,codes,coder\n1,I fell on the wet floor,safe,Ann\n1,I fell on the wet floor,timely,Bob\n"
        "2,I fell on the wet floor,safe,Ann\n",
    )
    assert len(found.read.comments) == 2
    assert codings.rows["coder"].tolist() == [1, 2, 1]
    assert codings.rows["comment_id"].nunique() == 2


def test_no_text_or_no_codes_is_one_line_that_names_what_was_found(tmp_path):
    with pytest.raises(InputError, match=r"no column of texts .* 'a', 'b'"):
        read(tmp_path, "a,b\nx y z,1\n")
    with pytest.raises(InputError, match=r"no codes were found.*'text', 'b'"):
        read(tmp_path, "text,b\nx y z,4\n")
    with pytest.raises(InputError, match="stands twice"):
        read(tmp_path, "text,b,b\nx y z,4,5\n")


QDC = (
    "Comment ID,Respondent ID,FFT question,FFT answer,Comment sentiment,Labelling not possible,Not assigned,"
    "Staff responsiveness,Number & deployment of staff,Transport to/ from services,Parking\n"
)


def test_the_public_file_is_read_as_it_is(tmp_path):
    columns, _, codings = read(
        tmp_path,
        QDC
        + "a,r1,Why?,They came when I rang,1,,,1,1,,\nb,r2,Why?,Parked far away,4,,,,,1,1\n"
        + "c,r3,Why?,Hm hm hm,3,1,,,,,\nd,r4,Why?,It was as it was,3,,1,,,,\ne,r5,Why?,It was so so,3,,,,,,\n",
        "qdc",
    )
    assert columns.preset == "qdc-feedback"
    assert len(codings.labels) == 31
    assert given(codings)[:2] == [["staffing-levels-responsiveness"], ["transport-to-from-services", "parking"]]
    assert codings.rows["status"].tolist() == ["coded", "coded", NOT_POSSIBLE, NO_PRIORITY, NO_PRIORITY]
    assert codings.rows["level"].tolist() == [1, 4, 3, 3, 3]
    assert not codings.remarks


def test_the_declared_labels_are_those_of_the_framework():
    names = {simplified(element.label) for element in find_framework("qdc").elements if element.include_cues}
    assert {simplified(label) for label in qdc_feedback()["labels"]} == names
    assert set(qdc_feedback()["merged"].values()) <= set(qdc_feedback()["labels"])


OWN = "Ref,What they wrote,Verdict,Mood,Initials\n1,I fell on the wet floor,safe,negative,AB\n"


def test_columns_can_be_named_where_headers_say_little(tmp_path):
    path = tmp_path / "coded.csv"
    path.write_text(OWN, encoding="utf-8")
    (sheet,) = open_coded(path, settings=Settings())
    named = {"text": ["what they wrote"], "codes": ["Verdict"], "sentiment": ["Mood"], "coder": ["Initials"]}
    columns = find_columns(sheet.headers, marked=(), framework=find_framework("steeep"), name="coded.csv", named=named)
    assert columns.codes == ("Verdict",)
    assert columns.roles == {
        "text": "What they wrote", "sentiment": "Mood", "coder": "Initials", "id": "Ref"
    }  # fmt: skip
    for wrong, said in (({"text": ["Words"]}, r"no column 'Words' \(--text\)\. Found: 'Ref'"),
                        ({"text": ["Mood"], "sentiment": ["Mood"]}, "named twice")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            find_columns(sheet.headers, marked=(), framework=find_framework("steeep"), name="coded.csv", named=wrong)


def test_everyday_headers_are_found(tmp_path):
    columns, _, codings = read(
        tmp_path, "Ref,What they said,Our codes,Tone,Coded by\n1,I fell on the wet floor,safe,negative,AB\n"
    )
    assert set(columns.roles) == {"id", "text", "sentiment", "coder"}
    assert given(codings) == [["safe"]]


@pytest.mark.parametrize(
    "cell", ["safe; timely", "safe|timely", '"safe\nTimely"', '"Safe, timely"', '"safe;\ntimely,"']
)
def test_codes_of_one_cell_are_told_apart(tmp_path, cell):
    _, _, codings = read(tmp_path, f"text,codes\nI waited on a wet floor,{cell}\n")
    assert given(codings) == [["safe", "timely"]]
    assert (codings.codes, codings.unknown_codes) == (2, 0)


def test_a_label_may_hold_a_line_break_or_a_comma_of_its_own(tmp_path):
    _, _, codings = read(tmp_path, 'text,codes\nKind and gentle staff,"Person\ncentred"\nAll of it,"safe, and so on"\n')
    assert given(codings) == [["person-centred"], []]
    assert codings.unknown_codes == 1


def test_words_that_may_be_a_respondents_are_never_shown(tmp_path):
    said = ["Zebedee Quill was rude", "ring 028 9012 3456", "I waited for Zebedee Quill a whole long morning"]
    table = "text,codes\nZebedee Quill was rude,safe\nWe were all well,mispelt\n"
    _, _, codings = read(tmp_path, table + "".join(f"Comment {cell[:3]},{cell}\n" for cell in said))
    told = "\n".join(codings.remarks)
    assert "'mispelt'" in told
    assert "3 cells in column 'codes' name no priority (first: row 4)" in told
    assert not any(word in told for word in ("Zebedee", "028", "morning"))


def test_few_lines_are_told_however_many_codes_are_not_known(tmp_path):
    codes = [f"wrong{letter}" for letter in "abcdefghijklmno"]
    _, _, codings = read(tmp_path, "text,codes\n" + "".join(f"I said {code},{code}\n" for code in codes))
    assert len(codings.remarks) == 11
    assert codings.remarks[-1] == "5 more codes are not known."
