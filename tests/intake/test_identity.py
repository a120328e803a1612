"""Ids: the same record has the same one whatever the order; two respondents never share one."""

from __future__ import annotations

import itertools

import pytest

from voice_of_care.intake.identity import keyed_id, keyed_ids

HEADER = ["Response ID", "Date", "Comments"]
FORM = ["Date", "Site", "Comments"]
LONG = "They could not have been kinder to my father in his last few days here"


def ids_by_text(read):
    return read.comments.groupby("raw_text")["comment_id"].agg(lambda ids: tuple(sorted(ids))).to_dict()


def test_an_id_is_ten_letters_that_are_not_misread():
    assert keyed_id("VOC-", "one", key=b"k") == keyed_id("VOC-", "one", key=b"k")
    assert keyed_id("VOC-", "one", key=b"k") != keyed_id("VOC-", "one", key=b"l")
    letters = keyed_id("VOC-", "one", key=b"k").removeprefix("VOC-")
    assert len(letters) == 10
    assert not set(letters) & set("ILOU")


def test_ids_of_many_records_are_distinct_and_do_not_depend_on_order():
    names = [f"record {i}" for i in range(20_000)]
    forward, backward = keyed_ids("VOC-", names, key=b"k"), keyed_ids("VOC-", reversed(names), key=b"k")
    assert forward == backward
    assert len(set(forward.values())) == len(names)


def test_two_records_that_share_an_id_are_told_apart(monkeypatch):
    monkeypatch.setattr("voice_of_care.intake.identity._LENGTH", 2)
    names = [f"record {i}" for i in range(600)]
    ids = keyed_ids("VOC-", names, key=b"k")
    assert len(set(ids.values())) == len(names)
    assert ids == keyed_ids("VOC-", reversed(names), key=b"k")


def test_ids_do_not_depend_on_the_order_of_rows_columns_or_files(folder, tmp_path_factory):
    rows = [["1", "05/03/2024", LONG], ["2", "06/03/2024", "Grand"], ["3", "06/03/2024", "Grand"]]
    folder.table("a.csv", [HEADER, *rows])
    before = ids_by_text(folder.read())
    folder.table("a.csv", [HEADER, *reversed(rows)])
    assert ids_by_text(folder.read()) == before
    folder.table("a.csv", [[row[2], row[0], row[1]] for row in [HEADER, *rows]])
    assert ids_by_text(folder.read()) == before
    (folder.path / "a.csv").rename(folder.path / "renamed.csv")
    assert ids_by_text(folder.read()) == before


def test_another_key_gives_other_ids(folder):
    folder.table("a.csv", [HEADER, ["1", "05/03/2024", LONG]])
    assert ids_by_text(folder.read()) != ids_by_text(folder.read(key=b"another key, thirty-two bytes in"))


def test_a_copy_of_a_file_is_read_once(folder):
    rows = [HEADER, ["1", "05/03/2024", LONG], ["2", "06/03/2024", "n/a"], ["3", "06/03/2024", "Grand"]]
    folder.table("a.csv", rows)
    folder.table("copy/of a.csv", rows)
    read = folder.read()
    assert set(read.comments["source"]) == set(read.sources["source"]) == {"a.csv"}
    assert (len(read.comments), len(read.repeats)) == (2, 0)
    assert [(file.name, file.was) for file in read.seen] == [("copy/of a.csv", "a.csv")]


def test_the_same_row_twice_with_its_response_id_is_one_record(folder):
    row = ["1", "05/03/2024", LONG]
    folder.table("a.csv", [HEADER, row, row])
    read = folder.read()
    assert len(read.comments) == 2
    assert read.repeats["duplicate_of"].tolist() == [read.comments["comment_id"].iloc[0]]


def test_rows_alike_in_a_table_without_ids_are_two_people(folder):
    row = ["05/03/2024", "Hillview", LONG]
    folder.table("a.csv", [FORM, row, row])
    read = folder.read()
    assert read.repeats.empty
    assert read.comments["comment_id"].nunique() == read.comments["response_id"].nunique() == 2


def test_a_copy_of_a_table_without_ids_brings_no_occurrence_anew(folder):
    rows = [FORM, *[["05/03/2024", "Hillview", LONG]] * 2, ["05/03/2024", "Hillview", "Grand"]]
    folder.table("a.csv", rows)
    folder.table("b.csv", [FORM, *reversed(rows[1:])])
    read = folder.read()
    assert (len(read.comments), len(read.repeats), read.already) == (3, 0, 3)
    assert read.comments["response_id"].nunique() == 3


def test_the_same_short_words_in_two_exports_are_two_people(folder):
    folder.table(
        "may.csv", [["Score", "Comments"], ["5", "Grand"], ["4", "Long wait that day"], ["1", "Cold tea again"]]
    )
    folder.table(
        "june.csv", [["Score", "Comments"], ["5", "Grand"], ["3", "Nowhere to park"], ["2", "Rude at the desk"]]
    )
    read = folder.read()
    assert read.repeats.empty
    assert read.comments["response_id"].nunique() == 6


def test_two_exports_that_count_from_one_are_not_mixed(folder):
    folder.table("may.csv", [HEADER, ["1", "05/05/2024", "Cold tea"], ["2", "05/05/2024", "Kind staff"]])
    folder.table("june.csv", [HEADER, ["1", "05/06/2024", "Nowhere to park"], ["2", "05/06/2024", "Kind staff"]])
    read = folder.read()
    assert read.repeats.empty
    assert read.comments["response_id"].nunique() == 4
    assert read.comments["comment_id"].nunique() == 4


def test_a_later_export_that_holds_the_earlier_one_brings_only_the_rest(folder):
    folder.table("may.csv", [HEADER, ["1", "05/05/2024", "Cold tea"]])
    folder.table("june.csv", [HEADER, ["1", "05/05/2024", "Cold tea"], ["2", "05/06/2024", "Kind staff"]])
    read = folder.read()
    assert (len(read.comments), len(read.repeats)) == (2, 0)
    assert read.comments["response_id"].nunique() == 2


def test_answers_of_one_row_are_one_response_also_without_an_id(folder):
    folder.table("a.csv", [
        ["What worked well?", "What could we do better?"],
        ["The staff were kind", "Ring us before you come out"], ["Nothing", "Nothing"],
    ])  # fmt: skip
    comments = folder.read().comments
    assert comments.groupby("source_ref")["response_id"].nunique().tolist() == [1, 1]
    assert comments["response_id"].nunique() == 2
    assert comments["comment_id"].nunique() == 4


def test_a_long_table_keeps_one_response_over_its_questions(folder):
    header = ["Response ID", "Question", "Answer"]
    asked = ("What was good?", "What was not?")
    said = ("The nurses were kind", "nothing", "nothing", "Waited six hours for a bed")
    rows = [[number, question, said[i]] for i, (number, question) in enumerate(itertools.product("78", asked))]
    folder.table("long.csv", [header, *rows])
    read = folder.read()
    assert read.comments.groupby("response_id").size().tolist() == [2, 2]
    assert set(read.comments["question"]) == {"What was good?", "What was not?"}
    assert read.repeats.empty


@pytest.mark.parametrize("name", ["comment_id", "response_id"])
def test_ids_carry_nothing_of_the_source(folder, name):
    folder.table("a.csv", [HEADER, ["SECRET77", "05/03/2024", LONG]])
    assert not folder.read().comments[name].str.contains("SECRET77").any()
