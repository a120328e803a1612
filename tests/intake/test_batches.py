"""Further batches: what was read before is not read again, corrected files replace their rows, ids never change."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.conftest import KEY, Folder
from voice_of_care.errors import InputError
from voice_of_care.intake import read_comments
from voice_of_care.intake.channels import stem_of
from voice_of_care.intake.known import Known
from voice_of_care.raw import FILES, LAYOUTS, PEOPLE, RECORDS
from voice_of_care.safe_reading import read_safely_named
from voice_of_care.settings import load_settings, parse_settings
from voice_of_care.tables import conform

CORPORA = Path(__file__).parents[2] / "corpora"
EXERCISE = CORPORA / "synthetic" / "listening-exercise"
WITH_ID = ["Response ID", "Date", "Service", "Comments"]
WITHOUT = ["Date", "Service", "Comments"]
SAID = ("kind", "slow", "gentle", "late", "clear", "rude", "warm", "cold", "calm", "loud")


class Project:
    """A project in memory: what a caller keeps of each batch, with every promise checked each time."""

    def __init__(self, content=None):
        self.settings = parse_settings(content or {})
        self.known, self.runs = None, 0
        self.comments, self.aside, self.repeats = {}, {}, {}

    def add(self, *paths):
        self.runs += 1
        read = read_comments(list(paths), settings=self.settings, key=KEY, known=self.known, run_id=self.runs)
        for comment_id in read.gone:
            del self.comments[comment_id]
            self.repeats.pop(comment_id, None)
        for item_id in read.aside_gone:
            del self.aside[item_id]
        for row in read.comments.to_dict("records"):
            assert (row["comment_id"] in self.comments) == (row["comment_id"] in read.changed)
            assert row["run_id"] == self.runs
            self.comments[row["comment_id"]] = row
        for row in read.set_aside.to_dict("records"):
            assert row["item_id"] not in self.aside
            self.aside[row["item_id"]] = row
        self.repeats.update(dict(read.repeats.itertuples(index=False)))
        sources = read.sources
        if self.known is not None:
            kept = self.known.sources[~self.known.sources["source"].isin(read.sources_gone)]
            sources = pd.concat([kept, read.sources], ignore_index=True)
        self.known = Known(read.records, read.files, read.people, sources, read.layouts)
        self.check()
        return read

    def check(self):
        assert not set(self.comments) & set(self.aside)
        assert set(self.repeats) | set(self.repeats.values()) <= set(self.comments) | set(self.aside)
        tables = (RECORDS, FILES, PEOPLE, LAYOUTS)
        frames = (self.known.records, self.known.files, self.known.people, self.known.layouts)
        for frame, table in zip(frames, tables, strict=True):
            pd.testing.assert_frame_equal(conform(frame, table), frame)
        comments = Counter(row["source"] for row in self.comments.values())
        aside = Counter(row["source"] for row in self.aside.values())
        assert self.known.sources["source"].is_unique
        for row in self.known.sources.itertuples():
            assert (row.comments, row.set_aside) == (comments[row.source], aside[row.source])

    def texts(self):
        return Counter(row["raw_text"] for row in self.comments.values())

    def source(self, name):
        return self.known.sources.set_index("source").loc[name]


def rows(first, last, *, month=3, with_id=True):
    said = [
        f"They were {SAID[i % 10]} to person {i} and the wait at the desk was {i} minutes" for i in range(first, last)
    ]
    dated = [
        [f"{i % 27 + 1:02}/{month:02}/2024", "Hillview", text] for i, text in zip(range(first, last), said, strict=True)
    ]
    return [[str(i), *row] for i, row in zip(range(first, last), dated, strict=True)] if with_id else dated


def header(with_id):
    return WITH_ID if with_id else WITHOUT


either = pytest.mark.parametrize("with_id", [True, False], ids=["with ids", "without ids"])


# --- the same file ---------------------------------------------------------------------------------------------------


def test_the_same_file_is_skipped_whatever_its_name_or_folder(folder):
    project = Project()
    project.add(folder.table("a/may.csv", [WITH_ID, *rows(1, 9)]))
    moved = folder.path / "b" / "other name.csv"
    moved.parent.mkdir()
    shutil.copy(folder.path / "a" / "may.csv", moved)
    read = project.add(moved)
    assert [(file.name, file.was, file.run_id) for file in read.seen] == [("other name.csv", "may.csv", 1)]
    assert len(read.comments) == len(read.set_aside) == len(read.sources) == 0
    assert project.add(folder.path).already == 0


def test_other_settings_read_it_anew_and_correct_its_rows_in_place(folder):
    project = Project()
    path = folder.table("a.csv", [WITHOUT, *rows(1, 9, with_id=False)])
    ids = list(project.add(path).comments["comment_id"])
    project.settings = parse_settings(
        {"sources": [{"files": "a.csv", "site": "Main hospital", "respondent_group": "carer"}]}
    )
    read = project.add(path)
    assert sorted(read.changed) == sorted(ids) == sorted(project.comments)
    assert {row["site"] for row in project.comments.values()} == {"Main hospital"}
    assert list(project.known.sources["source"]) == ["a.csv"]
    assert project.add(path).seen


def test_settings_that_say_nothing_of_the_file_change_nothing(folder):
    project = Project()
    path = folder.table("a.csv", [WITH_ID, *rows(1, 9)])
    project.add(path)
    project.settings = parse_settings({"sources": [{"files": "workshops/*", "site": "Main hospital"}]})
    assert project.add(path).seen


def test_a_moved_file_keeps_what_the_settings_say_of_its_old_name(folder):
    project = Project({"sources": [{"files": "forms/*", "site": "Main hospital"}]})
    folder.table("forms/a.csv", [WITH_ID, *rows(1, 9)])
    project.add(folder.path)
    assert project.add(folder.path / "forms" / "a.csv").seen
    assert {row["site"] for row in project.comments.values()} == {"Main hospital"}


def test_a_mapping_that_reads_another_column_adds_and_takes_away_in_place(folder):
    project = Project()
    asked = ["Ref number", "What was good?", "What was bad?"]
    said = [[str(i), f"The ward was {SAID[i]} on day {i}", f"The food was {SAID[-i]} on day {i}"] for i in range(1, 9)]
    path = folder.table("a.csv", [asked, *said])
    assert len(project.add(path).comments) == 16
    project.settings = parse_settings({"mapping": [{"comment": ["What was bad?"], "response_id": "Ref number"}]})
    read = project.add(path)
    assert len(read.gone) == 8
    assert set(read.set_aside["reason"]) == {"No longer read, as the settings have it."}
    assert project.texts() == Counter(row[2] for row in said)
    project.settings = parse_settings({"mapping": [{"comment": asked[1:], "response_id": "Ref number"}]})
    project.add(path)
    assert project.texts() == Counter(text for row in said for text in row[1:])


def test_a_file_that_could_not_be_read_gives_way_to_the_mended_one(folder):
    project = Project()
    path = folder.write("a.csv", b"")
    project.add(path)
    project.add(path)
    assert list(project.known.sources["source"]) == list(project.aside) == ["a.csv"]
    folder.table("a.csv", [WITH_ID, *rows(1, 4)])
    project.add(path)
    assert list(project.known.sources["source"]) == ["a.csv"]
    assert (len(project.comments), len(project.aside)) == (3, 0)


def test_a_path_that_is_not_there_is_an_error(folder):
    with pytest.raises(InputError):
        Project().add(folder.path / "nowhere.csv")


# --- later exports ---------------------------------------------------------------------------------------------------


@either
def test_a_later_export_brings_its_new_rows_only(folder, with_id):
    project = Project()
    first, second = rows(1, 31, month=1, with_id=with_id), rows(31, 41, month=2, with_id=with_id)
    before = set(project.add(folder.table("january.csv", [header(with_id), *first])).comments["comment_id"])
    read = project.add(folder.table("to february.csv", [header(with_id), *first, *second]))
    assert (len(read.comments), read.already, len(read.changed), len(read.gone)) == (10, 30, 0, 0)
    assert before < set(project.comments)
    row = project.source("to february.csv")
    assert (row.records, row.comments, row.set_aside, row.elsewhere) == (40, 10, 0, 30)


@either
def test_months_added_one_by_one_have_the_ids_they_have_at_once(folder, with_id):
    months = {
        f"{month:02}.csv": rows(20 * month, 20 * month + 20, month=month, with_id=with_id) for month in range(1, 7)
    }
    paths = [folder.table(name, [header(with_id), *content]) for name, content in months.items()]
    at_once, one_by_one = Project(), Project()
    at_once.add(folder.path)
    for path in paths:
        one_by_one.add(path)
    assert set(one_by_one.comments) == set(at_once.comments)
    assert len(set(one_by_one.known.sources["channel"])) == 1


@either
def test_a_rolling_window_takes_nothing_away(folder, with_id):
    project = Project()
    months = {month: rows(20 * month, 20 * month + 20, month=month, with_id=with_id) for month in range(1, 6)}
    for last in (3, 4, 5):
        content = [row for month in range(last - 2, last + 1) for row in months[month]]
        assert not project.add(folder.table("export.csv", [header(with_id), *content])).gone
    assert len(project.comments) == 100


@either
def test_a_month_saved_under_the_name_of_the_month_before_is_new(folder, with_id):
    project = Project()
    project.add(folder.table("export.csv", [header(with_id), *rows(1, 21, month=1, with_id=with_id)]))
    read = project.add(folder.table("export.csv", [header(with_id), *rows(21, 41, month=2, with_id=with_id)]))
    assert (len(read.comments), len(read.gone)) == (20, 0)
    assert list(read.sources["source"]) == ["export.csv (2)"]


def test_an_extract_takes_nothing_away(folder):
    project = Project()
    content = rows(1, 41)
    project.add(folder.table("all.csv", [WITH_ID, *content]))
    read = project.add(folder.table("one ward.csv", [WITH_ID, *content[:30:2], *content[30:]]))
    assert (len(read.comments), len(read.gone), read.already) == (0, 0, 25)


def test_the_same_short_words_next_month_are_other_people(folder):
    project = Project()
    asked = ["Score", "Comments"]
    project.add(folder.table("may.csv", [asked, ["5", "Grand"], ["4", "Long wait that day"], ["1", "Cold tea again"]]))
    read = project.add(
        folder.table("june.csv", [asked, ["5", "Grand"], ["3", "Nowhere to park"], ["2", "Rude at the desk"]])
    )
    assert len(read.comments) == 3
    assert project.texts()["Grand"] == 2


def test_a_small_file_is_read_as_the_large_one_before_it(folder):
    asked = ["Ref", "Date", "Rating", "Your experience", "Anything else?"]
    large = [
        [str(i), f"{i % 27 + 1:02}/03/2024", str(i % 11), f"The ward was {SAID[i % 10]} on day {i}", "yes"]
        for i in range(60)
    ]
    project = Project()
    first = project.add(folder.table("year.csv", [asked, *large]))
    read = project.add(folder.table("month.csv", [asked, ["60", "04/02/2024", "5", "The ward was calm", ""]]))
    assert len(read.comments) + len(read.set_aside) == len(first.comments) / 60
    assert read.comments["score"].tolist() == [3.0]
    alone = Project().add(folder.path / "month.csv")
    assert alone.comments["score"].tolist() == [5.0]


def test_files_of_the_same_columns_are_read_alike_in_one_batch(folder):
    asked = ["Ref", "Date", "Rating", "Your experience", "Tell us about the food"]
    large = [[str(i), "", str(i % 11), f"The ward was {SAID[i % 10]} on day {i}", "no"] for i in range(60)]
    folder.table("a.csv", [asked, ["60", "", "5", "The ward was calm", ""]])
    folder.table("b.csv", [asked, *large])
    read = Project().add(folder.path)
    assert len(read.comments) + len(read.set_aside) == 61
    assert read.comments["score"].tolist()[0] == 3.0
    inspected = folder.inspect().sources
    assert [column.role for column in inspected[0].columns] == [column.role for column in inspected[1].columns]


# --- two exports that both count from one ----------------------------------------------------------------------------


def test_only_the_newcomer_is_told_apart_where_two_exports_count_from_one(folder):
    project = Project()
    before = set(project.add(folder.table("may.csv", [WITH_ID, *rows(1, 9, month=5)])).comments["comment_id"])
    other = [[str(i), f"{i:02}/06/2024", "Hillview", f"Parking was {SAID[i]} that day"] for i in range(1, 9)]
    read = project.add(folder.table("june.csv", [WITH_ID, *other]))
    assert (len(read.comments), len(read.changed), len(read.gone)) == (8, 0, 0)
    assert before < set(project.comments)
    again = project.add(folder.table("both.csv", [WITH_ID, *other, *rows(1, 9, month=5)]))
    assert (len(again.comments), again.already) == (0, 16)


def test_a_name_used_again_for_an_export_that_counts_from_one_corrects_nothing(folder):
    project = Project()
    project.add(folder.table("export.csv", [WITH_ID, *rows(1, 9, month=5)]))
    other = [[str(i), f"{i:02}/06/2024", "Hillview", f"Parking was {SAID[i]} that day"] for i in range(1, 9)]
    assert not project.add(folder.table("export.csv", [WITH_ID, *other])).changed
    assert len(project.comments) == 16


# --- corrected files -------------------------------------------------------------------------------------------------


@either
@pytest.mark.parametrize("name", ["feedback.csv", "other/feedback corrected.csv"])
def test_a_corrected_file_replaces_its_rows_in_place_and_says_how_many(folder, with_id, name):
    project = Project()
    content = rows(1, 61, with_id=with_id)
    ids = set(project.add(folder.table("feedback.csv", [header(with_id), *content])).comments["comment_id"])
    for place in range(3, 53, 5):
        content[place] = [*content[place][:-1], f"What I wrote about day {place} has been put right"]
    read = project.add(folder.table(name, [header(with_id), *content]))
    assert (len(read.comments), len(read.changed), len(read.gone), read.already) == (10, 10, 0, 50)
    assert set(project.comments) == ids
    assert project.texts() == Counter(row[-1] for row in content)
    stood = project.source("feedback.csv")
    assert (stood.records, stood.comments, stood.set_aside, stood.elsewhere) == (60, 50, 0, 10)


@either
def test_rows_that_a_corrected_file_no_longer_has_are_set_aside(folder, with_id):
    project = Project()
    content = rows(1, 61, with_id=with_id)
    project.add(folder.table("feedback.csv", [header(with_id), *content]))
    read = project.add(folder.table("feedback.csv", [header(with_id), *content[:20], *content[23:]]))
    assert (len(read.comments), len(read.gone)) == (0, 3)
    assert set(read.set_aside["item_id"]) == set(read.gone)
    assert set(read.set_aside["reason"]) == {"No longer in the corrected file."}
    back = project.add(folder.table("mended.csv", [header(with_id), *content, *rows(90, 91, with_id=with_id)]))
    assert set(back.comments["comment_id"]) > set(read.gone)
    assert project.texts() == Counter(row[-1] for row in [*content, *rows(90, 91, with_id=with_id)])


@either
def test_another_score_or_service_corrects_the_comment_too(folder, with_id):
    project = Project()
    content = rows(1, 31, with_id=with_id)
    ids = set(project.add(folder.table("feedback.csv", [header(with_id), *content])).comments["comment_id"])
    content[7] = [*content[7][:-2], "Maternity", content[7][-1]]
    read = project.add(folder.table("feedback.csv", [header(with_id), *reversed(content)]))
    assert (len(read.changed), len(read.gone), set(project.comments)) == (1, 0, ids)
    assert project.comments[read.changed[0]]["service"] == "Maternity"


def test_a_column_that_is_not_read_corrects_nothing(folder):
    project = Project()
    content = [[*row, "new"] for row in rows(1, 31)]
    project.add(folder.table("feedback.csv", [[*WITH_ID, "Workflow status code"], *content]))
    later = [[*row[:-1], "closed"] for row in content]
    read = project.add(folder.table("feedback.csv", [[*WITH_ID, "Workflow status code"], *later]))
    assert (len(read.comments), len(read.gone), read.already) == (0, 0, 30)


def test_an_answer_taken_back_is_set_aside_and_one_given_later_is_new(folder):
    project = Project()
    content = rows(1, 31)
    content[4][-1] = ""
    project.add(folder.table("feedback.csv", [WITH_ID, *content]))
    content[4][-1], content[9][-1] = "Now I have something to say", ""
    read = project.add(folder.table("feedback.csv", [WITH_ID, *content]))
    assert (len(read.comments), len(read.changed), len(read.gone), len(read.aside_gone)) == (1, 0, 1, 1)
    assert project.texts() == Counter(row[-1] for row in content if row[-1])


def test_a_correction_of_a_correction_and_the_first_file_again(folder):
    project = Project()
    content = rows(1, 31)
    first = folder.table("1.csv", [WITH_ID, *content])
    project.add(first)
    for number in (2, 3):
        for place in (3, 4, 5):
            content[place][-1] = f"Put right for the time number {number}, in row {place}"
        read = project.add(folder.table(f"{number}.csv", [WITH_ID, *content]))
        assert (len(read.changed), len(read.gone), len(read.comments)) == (3, 0, 3)
    assert project.add(first).seen
    project.settings = parse_settings({"sources": [{"files": "1.csv", "site": "Main hospital"}]})
    project.add(first)
    assert project.texts() == Counter(row[-1] for row in content)
    assert Counter(row["site"] for row in project.comments.values())["Main hospital"] == 27


def test_copies_of_a_corrected_record_do_not_stay_behind(folder):
    project = Project()
    content = rows(1, 61)
    folder.table("a/feedback.csv", [WITH_ID, *content])
    folder.table("b/some of feedback.csv", [WITH_ID, *content[:5]])
    project.add(folder.path / "a", folder.path / "b")
    assert len(project.repeats) == 5
    content[4][-1] = "What I wrote has been put right"
    project.add(folder.table("c/feedback.csv", [WITH_ID, *content]))
    assert len(project.repeats) == 4
    assert len(project.comments) == 64
    assert "No longer" not in "".join(row["reason"] for row in project.aside.values())


# --- notes -----------------------------------------------------------------------------------------------------------


def notes(said):
    return "\n\n".join(["# What matters to you?", *(f"- {text}" for text in said)])


def test_corrected_notes_keep_their_session_and_the_passages_that_stay(folder):
    project = Project()
    said = [f"Staff on the ward were {word} to my mother" for word in SAID]
    project.add(folder.write("workshop.md", notes(said)))
    before = dict(project.comments)
    said[3] = "The wait for an ambulance was four hours"
    read = project.add(folder.write("later/workshop v2.md", notes([*said, "Parking is too dear for carers"])))
    assert (len(read.comments), len(read.changed), len(read.gone), read.already) == (2, 0, 1, 9)
    assert set(before) - set(project.comments) == set(read.gone)
    assert len({row["session_id"] for row in project.comments.values()}) == 1
    assert set(project.known.sources["channel"]) == {"notes"}


def test_other_notes_of_the_same_name_are_another_session(folder):
    project = Project()
    project.add(folder.write("may/notes.md", notes([f"Staff were {word} to my mother" for word in SAID])))
    read = project.add(folder.write("june/notes.md", notes([f"The food was {word} that day" for word in SAID])))
    assert (len(read.comments), len(read.gone)) == (10, 0)
    assert len({row["session_id"] for row in project.comments.values()}) == 2


def test_people_named_in_earlier_notes_are_still_looked_for(folder):
    project = Project()
    text = "# Meeting\n\nPresent: Mary Oakshott, Peter Lindqvist\n\n# What matters?\n\n- " + "\n- ".join(
        f"Staff were {word} to my mother" for word in SAID
    )
    first = project.add(folder.write("a.md", text))
    second = project.add(folder.table("b.csv", [WITH_ID, *rows(1, 4)]))
    assert first.names == second.names == tuple(project.known.people["name"])


@pytest.mark.parametrize("kind", ["notes", "table"])
def test_a_corrected_file_given_by_itself_keeps_what_the_settings_say_of_it(folder, kind):
    project = Project({"sources": [{"files": "workshops/*", "service": "Maternity", "respondent_group": "carer"}]})
    said = [f"Staff on the ward were {word} to my mother" for word in SAID]

    def write(name):
        if kind == "notes":
            return folder.write(f"{name}.md", notes(said))
        return folder.table(f"{name}.csv", [["Date", "Comments"], *[["01/03/2024", text] for text in said]])

    write("workshops/one")
    project.add(folder.path)
    said[3] = "The wait for an ambulance was four hours"
    path = write("workshops/one")
    read = project.add(path)
    assert (len(read.comments), len(read.gone), read.already) == (1, kind == "notes", 9)
    assert {(row["service"], row["respondent_group"]) for row in project.comments.values()} == {("Maternity", "carer")}
    assert project.add(path).seen


# --- whatever comes --------------------------------------------------------------------------------------------------


def test_channels_stay_and_are_named_for_the_columns_not_the_file(folder):
    project = Project()
    project.add(folder.table("forms/Feedback export 2024-01 v2.csv", [WITH_ID, *rows(1, 9)]))
    project.add(folder.table("Something else.csv", [WITH_ID, *rows(9, 19)]), folder.write("n.md", notes(SAID)))
    other = [["When", "How was it for you?"], *[[row[1], row[-1]] for row in rows(20, 30)]]
    project.add(folder.table("feedback export march.csv", other))
    channels = project.known.sources.set_index("source")["channel"].to_dict()
    assert channels["Feedback export 2024-01 v2.csv"] == channels["Something else.csv"] == "feedback export"
    assert channels["feedback export march.csv"] == "feedback export (2)"
    assert channels["n.md"] == "notes"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("surveys/2024-03 Staff Survey FINAL v3.xlsx", "staff survey"),
        ("export_20240301.csv", "export"),
        ("fft/2024-05.csv", "fft"),
        ("2024.csv", "table"),
    ],
)
def test_a_channel_is_named_without_dates_numbers_and_versions(name, stem):
    assert stem_of(name) == stem


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 12), st.integers(0, 9)), min_size=1, max_size=12), min_size=2, max_size=4
    ),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_whatever_is_added_is_accounted_for_and_adding_it_again_changes_nothing(tables, with_id, rng):
    with tempfile.TemporaryDirectory() as place:
        folder, project = Folder(Path(place)), Project()
        for number, table in enumerate(tables):
            said = [f"They were {SAID[what]} to person {who} and the wait was {what} minutes" for who, what in table]
            dated = [[f"{who:02}/03/2024", "Hillview", text] for (who, _), text in zip(table, said, strict=True)]
            content = [[str(who), *row] for (who, _), row in zip(table, dated, strict=True)] if with_id else dated
            project.add(folder.table(f"{number}.csv", [header(with_id), *content]))
            rows_of = project.known.sources
            assert (rows_of["records"] == rows_of["comments"] + rows_of["set_aside"] + rows_of["elsewhere"]).all()
        before = dict(project.comments)
        again = [header(with_id), *rng.sample(content, len(content))]
        read = project.add(folder.table("again.csv", again))
        assert (len(read.comments), len(read.gone)) == (0, 0)
        assert project.comments == before


def test_a_copy_of_a_table_that_was_taken_for_a_version_of_another_removes_nothing(folder):
    project = Project()
    project.add(folder.table("first.csv", [WITHOUT, *rows(1, 3, with_id=False)]))
    later = [*rows(1, 2, with_id=False), *rows(3, 13, with_id=False)]
    project.add(folder.table("later.csv", [WITHOUT, *later]))
    before = dict(project.comments)
    read = project.add(folder.table("again.csv", [WITHOUT, *reversed(later)]))
    assert (len(read.comments), len(read.gone)) == (0, 0)
    assert project.comments == before


def test_the_order_of_files_within_a_batch_makes_no_difference(folder):
    rng = random.Random(3)
    first = [
        folder.table(f"a/{month}.csv", [WITH_ID, *rows(20 * month, 20 * month + 25, month=month)])
        for month in range(1, 4)
    ]
    later = [
        folder.table(f"b/{month}.csv", [WITH_ID, *rows(20 * month, 20 * month + 25, month=month)])
        for month in range(3, 7)
    ]
    found = []
    for _ in range(3):
        project = Project()
        project.add(*rng.sample(first, len(first)))
        read = project.add(*rng.sample(later, len(later)))
        found.append((read, project))
    for read, _ in found[1:]:
        for name in ("comments", "repeats", "set_aside", "sources", "records", "files", "layouts"):
            pd.testing.assert_frame_equal(getattr(read, name), getattr(found[0][0], name))


def test_no_word_of_a_respondent_stands_in_what_is_kept(folder):
    project = Project()
    project.add(
        folder.table("a.csv", [WITH_ID, ["SECRET77", "05/03/2024", "Hillview", "Zanzibar was never like this ward"]])
    )
    for frame in (project.known.records, project.known.files, project.known.layouts):
        assert not frame.astype("str").apply(lambda column: column.str.contains("SECRET77|Zanzibar")).to_numpy().any()


def test_names_of_people_in_file_names_are_taken_out_and_files_still_known_again(folder):
    said = notes([f"Staff on the ward were {word} to my mother" for word in SAID])
    path = folder.write("Interview with Mary Oakshott.md", said)
    rules = parse_settings({"deidentify": {"names": ["Mary Oakshott"]}})
    first = read_safely_named([path], settings=rules, key=KEY)
    known = Known(first.records, first.files, first.people, first.sources, first.layouts)
    corrected = folder.write("b/Interview with Mary Oakshott.md", said.replace("rude", "curt"))
    second = read_safely_named([path, corrected], settings=rules, key=KEY, known=known, run_id=2)
    assert (len(second.comments), len(second.gone), len(second.seen)) == (1, 1, 1)
    shown = [*second.sources["source"], *second.set_aside["source"], *second.records["source"], *second.files["shown"]]
    shown += [*second.records["family"], *(name for listed in second.files["sources"] for name in listed)]
    assert not any("Oakshott" in name for name in [*shown, second.seen[0].name, second.seen[0].was])
    assert set(second.comments["source"]) | set(first.sources["source"]) == set(second.sources["source"])
    assert set(second.records["source"]) == set(second.sources["source"])


@pytest.mark.skipif(not EXERCISE.exists(), reason="the synthetic exercise is not here")
def test_the_exercise_in_two_batches_has_the_ids_it_has_at_once(tmp_path):
    files = sorted(path for path in EXERCISE.rglob("*") if path.is_file())
    early = [
        path for path in files if "2023" in str(path.relative_to(EXERCISE)) or "2024" in str(path.relative_to(EXERCISE))
    ]
    for name, chosen in (("early", early), ("late", [path for path in files if path not in early])):
        for path in chosen:
            target = tmp_path / name / path.relative_to(EXERCISE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    batches, at_once = Project(), Project()
    batches.settings = at_once.settings = load_settings(EXERCISE.with_suffix(".toml"))
    at_once.add(EXERCISE)
    batches.add(tmp_path / "early")
    batches.add(tmp_path / "late")
    assert set(batches.comments) == set(at_once.comments)
    assert len(batches.add(EXERCISE).seen) == len(files)
