"""Known exports are recognised by their columns and read by what these mean."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "nhs_patient_feedback.csv"
NAMES = ("Aoife Example", "Brian Sample", "Ciara Invented")


def workbook(rows, *, title="Sheet1", more=()):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, other in more:
        extra = book.create_sheet(name)
        for row in other:
            extra.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def uses(inspected):
    return {column.header: column.role for column in inspected.columns}


def test_microsoft_forms_gives_one_comment_for_each_answer_and_reads_no_name(folder):
    start = datetime.datetime(2024, 3, 5, 9, 30)
    asked = ("What worked well?\xa0", "What could we do better?")
    rows = [["ID", "Start time", "Completion time", "Email", "Name", "I am a...", "Which service did you use?", *asked]]
    said = (
        ("The nurse took her time with me", "nothing"),
        ("Parking was fine", None),
        ("Tea and toast after", "Ring us back"),
    )
    for number, (name, group) in enumerate(zip(NAMES, ("Service user", "Carer", "Staff"), strict=True), start=1):
        rows.append([number, start, start, f"{number}@example.org", name, group, "Maternity", *said[number - 1]])
    folder.write("forms.xlsx", workbook(rows))
    read = folder.read()
    inspected = folder.inspect().sources[0]
    assert inspected.preset == "microsoft-forms"
    assert uses(inspected)["Name"] == uses(inspected)["Email"] == "not read"
    assert read.sources.loc[0, ["records", "comments", "set_aside"]].tolist() == [3, 5, 1]
    assert sorted(read.comments["question"].unique()) == ["What could we do better?", "What worked well?"]
    assert set(read.comments["respondent_group"]) == {"service_user", "carer", "staff"}
    assert set(read.comments["service"]) == {"Maternity"}
    assert read.comments["response_id"].nunique() == 3
    assert set(read.comments["received_on"]) == {pd.Timestamp("2024-03-05")}
    assert "nothing" in set(read.comments["raw_text"])
    assert not any(name in value for name in NAMES for value in read.comments.to_csv().splitlines())


def test_qualtrics_has_three_header_rows_and_asks_in_the_second(folder):
    texts = [
        "Start Date",
        "Response ID",
        "Recorded Date",
        "IP Address",
        "What went well on the ward?",
        "Anything else?",
    ]
    names = ["StartDate", "ResponseId", "RecordedDate", "IPAddress", "Q1", "Q2"]
    ids = [json.dumps({"ImportId": name}) for name in names]
    body = [
        [
            "2024-03-05 09:00:00",
            f"R_{i}",
            "2024-03-05 09:10:00",
            "192.0.2.1",
            f"Number {i} was kind to me",
            "More seats please",
        ]
        for i in range(3)
    ]
    folder.table("qualtrics.csv", [names, texts, ids, *body])
    read = folder.read()
    assert read.sources["preset"].tolist() == ["qualtrics"]
    assert read.sources["records"].tolist() == [3]
    assert sorted(read.comments["question"].unique()) == ["Anything else?", "What went well on the ward?"]
    assert read.comments["source_ref"].tolist()[0] == "4"
    assert not read.comments["raw_text"].str.contains("192.0").any()


def test_citizen_space_numbers_its_questions(folder):
    header = ["Response ID", "Date Submitted", "1. What is your name?", "2. What is your email address?",
              "3. In what capacity are you responding?", "4. Do you agree with the proposal?",
              "5. Please tell us why you gave that answer.", "Other, please specify"]  # fmt: skip
    body = [
        [f"ANON-{i}", "05/03/2024", NAMES[i % 3], "a@example.org", "Carer", "Yes" if i % 2 else "No",
         f"Reason {i}: it is too far for my mother to go", "my sister Mary"] for i in range(4)
    ]  # fmt: skip
    folder.table("citizen.csv", [header, *body])
    inspected = folder.inspect().sources[0]
    assert inspected.preset == "citizen-space"
    assert inspected.questions == ("5. Please tell us why you gave that answer.",)
    assert uses(inspected)["Other, please specify"] == "not read"
    assert uses(inspected)["4. Do you agree with the proposal?"] == "closed answer"
    assert folder.read().comments["respondent_group"].tolist() == ["carer"] * 4


def test_care_opinion_reads_story_and_tags_under_their_questions(folder):
    stories = [
        {"id": 100 + i, "title": "A title", "story": f"Story {i} of a long night in the emergency department",
         "whatWasGood": "friendly staff", "whatCouldBeImproved": "", "howDidYouFeel": "relieved",
         "authorRole": "a relative", "service": "Emergency Department", "publicationDate": "2024-03-05",
         "username": "bluebird7", "criticality": 2} for i in range(3)
    ]  # fmt: skip
    folder.write("stories.json", json.dumps(stories))
    read = folder.read()
    assert read.sources["preset"].tolist() == ["care-opinion"]
    assert read.sources.loc[0, ["records", "comments", "set_aside"]].tolist() == [3, 9, 3]
    assert set(read.comments["respondent_group"]) == {"carer"}
    assert set(read.comments["service"]) == {"Emergency Department"}
    assert not read.comments["raw_text"].str.contains("bluebird|A title").any()


@pytest.mark.parametrize(
    ("asked", "scores"),
    [
        ("Overall, how was your experience of our service?", ["Very good", "Poor", "Don't know"]),
        ("FFT score", [1, 4, 6]),
    ],
)
def test_the_friends_and_family_test_is_known_by_its_question(folder, asked, scores):
    header = [asked, "Please tell us why you gave this answer", "Ward", "Date received"]
    said = ["They all knew my name", "Waited and nobody came near us", "Hard to say really"]
    rows = [header, *([score, text, "Ward 4", "05/03/2024"] for score, text in zip(scores, said, strict=True))]
    folder.table("fft.csv", rows)
    comments = folder.read().comments
    assert folder.inspect().sources[0].preset == "friends-and-family-test"
    assert comments["score"].fillna(0).tolist() == [5, 2, 0]
    assert set(comments["service"]) == {"Ward 4"}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_the_public_file_is_read_by_its_columns():
    from voice_of_care.intake import inspect_paths, read_comments
    from voice_of_care.settings import Settings

    read = read_comments([SHARED], settings=Settings(), key=b"k" * 32)
    comments = read.comments
    inspected = inspect_paths([SHARED], settings=Settings()).sources[0]
    assert inspected.preset == "friends-and-family-test"
    assert (inspected.records, inspected.comments + sum(inspected.set_aside.values())) == (4758, 4758)
    assert inspected.dates == {"day/month/year": 4585, "month/day/year": 173}
    assert inspected.scores == {"1": 264, "2": 193, "3": 217, "4": 767, "5": 3040, "unknown": 277}
    assert comments["response_id"].nunique() == comments["respondent_id"].nunique()
    assert comments["question"].nunique() == 5
    assert comments["received_on"].notna().all()
    assert read.repeats.empty


def test_a_header_below_titles_is_found_and_sheets_that_hold_no_comments_are_named(folder):
    rows = [
        ["Ward feedback, exported on request"], [], ["Date", "Site", "Comments", "Score"],
        ["05/03/2024", "Hillview", "The wait was long but they explained it", 4],
        ["06/03/2024", "Hillview", "Grand", 5],
    ]  # fmt: skip
    folder.write("feedback.xlsx", workbook(rows, more=[("Codes", [["Code", "Meaning"], [1, "Yes"], [2, "No"]])]))
    read = folder.read()
    assert read.comments["source_ref"].tolist() == ["2", "3"]
    assert read.comments["score"].tolist() == [4, 5]
    assert read.comments["site"].tolist() == ["Hillview"] * 2
    assert read.comments["question"].isna().all()
    assert any("Codes" in problem for problem in read.sources.loc[0, "problems"])
    assert folder.inspect().sources[0].header_row == 3


def test_several_sheets_of_comments_are_sources_of_their_own(folder):
    rows = [["Comments"], ["The food was cold by the time it came"], ["Staff had no time to talk"]]
    folder.write("two.xlsx", workbook(rows, title="May", more=[("June", rows)]))
    assert folder.read().sources["source"].tolist() == ["two.xlsx [June]", "two.xlsx [May]"]


@pytest.mark.parametrize("width", [1, 2])
def test_a_table_without_a_header_row_is_a_problem_and_no_record_is_taken_for_one(folder, width):
    said = ["Staff were lovely and kind to my mum", "Waited six hours", "Good", "More parking please", "Better food"]
    folder.table("bare.csv", [["05/03/2024", text][-width:] for text in said])
    read = folder.read()
    assert read.comments.empty
    assert "No header row" in read.sources.loc[0, "problems"][0]


def test_a_table_without_comments_is_a_problem_that_says_what_to_do(folder):
    folder.table("numbers.csv", [["Ward", "Beds"], ["A", 12], ["B", 14]])
    read = folder.read()
    assert read.comments.empty
    assert "[mapping]" in read.sources.loc[0, "problems"][0]
    assert read.set_aside["item_id"].tolist() == ["numbers.csv"]


def test_closed_answers_and_codes_are_no_comments(folder):
    header = ["Ref", "Age band", "How satisfied are you?", "Did staff listen?", "Postcode", "What mattered to you?"]
    body = [
        [i, ("18-30", "31-50")[i % 2], ("Very satisfied", "Dissatisfied")[i % 2], ("Yes", "No")[i % 2], "BT1 1AA",
         f"What mattered was person {i} sitting down with me"] for i in range(30)
    ]  # fmt: skip
    folder.table("wide.csv", [header, *body])
    inspected = folder.inspect().sources[0]
    assert inspected.questions == ("What mattered to you?",)
    assert uses(inspected)["Age band"] == uses(inspected)["Did staff listen?"] == "closed answer"
    assert uses(inspected)["Postcode"] == "not read"
