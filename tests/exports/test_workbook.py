"""The decisions workbook: list, fill in, read back."""

from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from tests.small import TEXTS, small_analysis
from voice_of_care.counting import units
from voice_of_care.decisions import Decision, apply_decisions, record_decisions
from voice_of_care.errors import InputError, StoreError
from voice_of_care.exports import list_decisions, read_decisions
from voice_of_care.exports.checking import segments_to_check
from voice_of_care.exports.reading_decisions import count_as_made
from voice_of_care.insight.reading import read_segments
from voice_of_care.insight_tables import RARE_ARGUMENTS, SAFETY_LIST
from voice_of_care.tables import EVENTS, SAFE_COMMENTS, SEGMENT_LINKS, SEGMENTS, conform


def fill(path, sheet, row, *, who="Ann", **answers):
    """Fill in one row, as a person would."""
    workbook = load_workbook(path)
    target = workbook[sheet]
    column_of = {cell.value: cell.column for cell in target[1]}
    for name, value in {**answers, "who": who}.items():
        target.cell(row, column_of[name.replace("_", " ") if name not in column_of else name]).value = value
    workbook.save(path)


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "decisions.xlsx"
    analysis = small_analysis()
    waiting = list_decisions(analysis, path)
    return analysis, path, waiting


def test_what_waits_is_listed(listed):
    _analysis, _path, waiting = listed
    counts = {
        "Themes": 3,
        "Merges": 1,
        "Links": 1,
        "Segments": 6,
        "Quotes": 2,
        "Severity": 3,
        "Read": 0,
        "Redactions": 1,
    }
    assert waiting == counts


def test_an_untouched_list_decides_nothing(listed):
    analysis, path, _waiting = listed
    assert read_decisions(analysis, path) == []


def test_every_kind_of_decision_comes_back_with_who_and_why_and_survives(listed):
    analysis, path, _waiting = listed
    fill(path, "Themes", 3, decision="rename", new_name="Being kind", why="their words")
    fill(path, "Merges", 2, decision="merge", why="one matter")
    fill(path, "Links", 2, decision="confirm")
    fill(path, "Quotes", 2, decision="approve")
    fill(path, "Quotes", 3, decision="withhold", why="names a neighbour")
    fill(path, "Severity", 4, decision=2, why="a fall")
    fill(path, "Redactions", 2, decision="take out", words_to_take_out="Zebedee Quill")
    decisions = read_decisions(analysis, path)
    assert [decision.action for decision in decisions] == [
        "theme.rename",
        "theme.merge",
        "mapping.set",
        "quote.approve",
        "quote.withdraw",
        "severity.set",
        "deid.redact",
    ]
    assert {decision.actor for decision in decisions} == {"Ann"}
    assert decisions[1].reason == "one matter"
    events = record_decisions(analysis.events, decisions, at_utc="2024-01-01T00:00:00+00:00")
    after = apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))
    assert after.theme_links["status"].tolist() == ["confirmed"]
    assert after.quotes["status"].tolist() == ["approved", "withheld"]
    assert "Zebedee" not in after.safe_comments.to_csv()


def test_applying_the_same_list_twice_adds_nothing(listed):
    analysis, path, _waiting = listed
    fill(path, "Links", 2, decision="confirm")
    fill(path, "Themes", 3, decision="agree")
    fill(path, "Merges", 2, decision="merge", why="one matter")
    fill(path, "Redactions", 2, decision="take out", words_to_take_out="Zebedee Quill")
    workbook_decisions = read_decisions(analysis, path)
    events = record_decisions(analysis.events, workbook_decisions, at_utc="2024-01-01T00:00:00+00:00")
    after = apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))
    assert read_decisions(after, path) == []


@pytest.mark.parametrize(
    ("sheet", "row", "answers", "problem"),
    [
        ("Merges", 2, {"decision": "merge"}, "reason"),
        ("Themes", 2, {"decision": "dance"}, "one of agree, rename, retire"),
        ("Themes", 2, {"decision": "rename"}, "new name"),
        ("Themes", 3, {"decision": "rename", "new_name": "Parking"}, "already another"),
        ("Severity", 2, {"decision": "9", "why": "x"}, "one of 0, 1, 2, 3"),
        ("Redactions", 2, {"decision": "take out", "words_to_take_out": "Zebedee Squill"}, "letter for letter"),
        ("Links", 2, {"decision": "confirm", "who": ""}, "who decided"),
    ],
)
def test_a_row_that_cannot_be_understood_is_named_and_nothing_is_applied(listed, sheet, row, answers, problem):
    analysis, path, _waiting = listed
    fill(path, "Quotes", 2, decision="approve")
    fill(path, sheet, row, **answers)
    with pytest.raises(InputError, match=problem) as caught:
        read_decisions(analysis, path)
    assert f"sheet {sheet}, row {row}" in str(caught.value)
    assert "Squill" not in str(caught.value)


def test_a_list_older_than_another_persons_decision_is_refused(listed):
    analysis, path, _waiting = listed
    fill(path, "Links", 2, decision="reject", why="no")
    ids = {"theme_id": "T02", "framework_id": "hsc-values", "priority_id": "compassion"}
    meanwhile = Decision("mapping.set", {**ids, "status": "confirmed"}, {"status": "proposed"}, "Bob")
    events = record_decisions(analysis.events, [meanwhile], at_utc="2024-01-01T00:00:00+00:00")
    after = apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))
    with pytest.raises(InputError, match="somebody else decided"):
        read_decisions(after, path)


def test_texts_stay_texts_and_the_same_list_gives_the_same_bytes(listed, tmp_path):
    analysis, path, _waiting = listed
    again = tmp_path / "again.xlsx"
    list_decisions(analysis, again)
    assert again.read_bytes() == path.read_bytes()
    for sheet in load_workbook(path):
        assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_a_file_that_is_no_list_is_refused_in_one_line(tmp_path):
    text = tmp_path / "notes.xlsx"
    text.write_text("not a workbook", encoding="utf-8")
    with pytest.raises(InputError, match="decide --list"):
        read_decisions(small_analysis(), text)
    other = tmp_path / "other.xlsx"
    Workbook().save(other)
    with pytest.raises(InputError, match="no sheet"):
        read_decisions(small_analysis(), other)


def rename_sheet(workbook):
    workbook["Themes"].title = "Themes (2)"


def drop_first_row(workbook):
    workbook["Themes"].delete_rows(1)


def misspell_decision(workbook):
    sheet = workbook["Themes"]
    next(cell for cell in sheet[1] if cell.value == "decision").value = "Decison"


@pytest.mark.parametrize("spoil", [rename_sheet, drop_first_row, misspell_decision])
def test_decisions_are_never_passed_over_in_silence(listed, spoil):
    analysis, path, _waiting = listed
    fill(path, "Themes", 3, decision="agree")
    workbook = load_workbook(path)
    spoil(workbook)
    workbook.save(path)
    with pytest.raises(InputError, match=r"Themes.*Nothing was applied"):
        read_decisions(analysis, path)


def test_words_on_segments_come_back_once(listed, tmp_path):
    analysis, path, _waiting = listed
    fill(path, "Segments", 2, another_priority="hsc-values: compassion")
    decisions = read_decisions(analysis, path)
    assert [(each.action, each.payload["priority_id"], each.payload["status"]) for each in decisions] == [
        ("link.set", "compassion", "confirmed")
    ]
    events = record_decisions(analysis.events, decisions, at_utc="2024-01-01T00:00:00+00:00")
    after = apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))
    listing = list_decisions(after, tmp_path / "again.xlsx")
    assert listing["Segments"] == 5
    assert len(after.examples) == 1


def with_links(analysis, rows):
    links = pd.DataFrame(rows, columns=["row", "priority_id", "strength"])
    links = links.assign(
        segment_id=links["row"].map(lambda row: analysis.segments["segment_id"].iloc[row]),
        framework_id="hsc-values",
        origin="model",
    )
    return replace(analysis, segment_links=conform(links.drop(columns="row"), SEGMENT_LINKS))


def test_the_same_text_is_asked_about_once_and_a_campaign_is_one_text():
    analysis = with_links(small_analysis(), [(0, "compassion", 0.6), (1, "compassion", 0.7), (0, "excellence", 0.5)])
    texts = ["The nurses were kind.", "THE NURSES WERE KIND!", "No parking near door 4.", "No parking near door 7.",
             "Give us our ward back now.", "We ask: give us our ward back."]  # fmt: skip
    comments = analysis.safe_comments.assign(campaign_id=[None] * 4 + ["K1"] * 2)
    analysis = replace(
        analysis,
        segments=analysis.segments.assign(text=texts),
        safe_comments=conform(comments.assign(text=texts), SAFE_COMMENTS),
    )
    rows = segments_to_check(analysis)
    listed = [row[4] for row in rows]
    assert len(listed) == 3
    assert sum("nurses" in text.lower() for text in listed) == 1
    assert sum("parking" in text for text in listed) == 1
    assert sum("ward back" in text for text in listed) == 1


def test_what_no_priority_covers_is_taken_from_every_theme_in_turn():
    listed = [row[4] for row in segments_to_check(small_analysis())]
    theme_of = ["T02" if text in TEXTS[:3] else "T03" for text in listed[:4]]
    assert theme_of == ["T02", "T03", "T02", "T03"]


def test_an_answer_to_a_plain_question_covers_no_segment():
    analysis = small_analysis()
    ids = analysis.segments["segment_id"]
    links = pd.DataFrame(
        {
            "segment_id": [ids[0], ids[2]],
            "framework_id": ["four-questions", "hsc-values"],
            "priority_id": ["how-do-we-do-it-better", "compassion"],
            "strength": 0.9,
            "origin": "model",
        }
    )
    linked = replace(analysis, segment_links=conform(links, SEGMENT_LINKS))
    bare = {row[0] for row in segments_to_check(linked) if row[5] == "no priority found"}
    assert ids[0] in bare
    assert ids[2] not in bare


READ = pd.DataFrame(
    {
        "segment_id": ["VOC-0000000002.1", "VOC-0000000004.1"],
        "rank": [1, 2],
        "theme_id": ["T02", None],
        "likeness": [0.12, None],
        "reason": ["far", "no_theme"],
        "is_read": False,
        "note": None,
    }
)


def with_lists(analysis):
    """Return the analysis with two rare arguments and one segment to be read for safety."""
    safety = pd.DataFrame(
        {
            "segment_id": ["VOC-0000000002.1"],
            "kind": "delay",
            "triggers": [["five hours"]],
            "starts": [[9.0]],
            "theme_ids": [["T02"]],
            "is_read": False,
        }
    )
    return replace(analysis, safety_list=conform(safety, SAFETY_LIST), rare_arguments=conform(READ, RARE_ARGUMENTS))


def ticked(analysis, decisions):
    """Return the analysis with its lists as they stand after these decisions, by who read what."""
    events = record_decisions(analysis.events, decisions, at_utc="2026-01-01T00:00:00+00:00")
    decided = replace(analysis, events=conform(pd.concat([analysis.events, events]), EVENTS))
    read = {of: read_segments(decided.events, decided.segments, of=of) for of in ("safety", "rare")}
    rare = decided.rare_arguments.assign(
        is_read=decided.rare_arguments["segment_id"].isin(read["rare"]),
        note=decided.rare_arguments["segment_id"].map(read["rare"]),
    )
    safety = decided.safety_list.assign(is_read=decided.safety_list["segment_id"].isin(read["safety"]))
    return replace(
        decided, rare_arguments=conform(rare, RARE_ARGUMENTS), safety_list=conform(safety, SAFETY_LIST)
    ), read


def test_what_is_to_be_read_is_ticked_off_with_a_note_and_taken_back(tmp_path):
    analysis, path = with_lists(small_analysis()), tmp_path / "decisions.xlsx"
    assert list_decisions(analysis, path)["Read"] == 3
    fill(path, "Read", 2, decision="read")
    fill(path, "Read", 4, note="Nobody else asks for it; told the estates team.")
    decisions = read_decisions(analysis, path)
    assert [(each.action, each.payload["list"]) for each in decisions] == [
        ("segment.read", "safety"),
        ("segment.read", "rare"),
    ]
    later, read = ticked(analysis, decisions)
    assert read["safety"] == {"VOC-0000000002.1": ""}
    assert read["rare"] == {"VOC-0000000004.1": "Nobody else asks for it; told the estates team."}
    assert read_decisions(later, path) == []

    again = tmp_path / "again.xlsx"
    assert list_decisions(later, again)["Read"] == 1
    fill(again, "Read", 3, segment_id="VOC-0000000004.1", list="rare", decision="not read")
    _, read = ticked(later, read_decisions(later, again))
    assert read["rare"] == {}
    assert len(read["safety"]) == 1


def test_a_text_is_read_once_wherever_it_stands_on_a_list(tmp_path):
    analysis, path = small_analysis(), tmp_path / "decisions.xlsx"
    segments = analysis.segments.assign(text=["Same words." if n in {2, 4} else f"Text {n}" for n in range(6)])
    analysis = replace(with_lists(analysis), segments=conform(segments, SEGMENTS))
    assert list_decisions(analysis, path)["Read"] == 2
    fill(path, "Read", 3, decision="read")
    decisions = read_decisions(analysis, path)
    assert [each.payload["segment_id"] for each in decisions] == READ["segment_id"].tolist()
    assert count_as_made(decisions) == 1


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"decision": "later"}, "must be one of read, not read"),
        ({"decision": "read", "list": "other"}, "must hold safety or rare"),
        ({"decision": "read", "segment_id": "VOC-0000000001.1"}, "not on the list"),
    ],
)
def test_what_cannot_be_ticked_off_is_named(tmp_path, answers, problem):
    analysis, path = with_lists(small_analysis()), tmp_path / "decisions.xlsx"
    list_decisions(analysis, path)
    fill(path, "Read", 3, **answers)
    with pytest.raises(InputError, match=problem):
        read_decisions(analysis, path)


def test_a_correction_counts_as_the_one_decision_it_was(listed):
    analysis = with_links(small_analysis(), [(0, "compassion", 0.6)])
    _analysis, path, _waiting = listed
    list_decisions(analysis, path)
    fill(path, "Segments", 2, decision="no", another_priority="hsc-values: excellence")
    fill(path, "Themes", 3, new_name="Being kind", new_description="Kindness.")
    decisions = read_decisions(analysis, path)
    assert (len(decisions), count_as_made(decisions)) == (4, 2)


def test_a_priority_that_is_not_in_use_is_named(listed):
    analysis, path, _waiting = listed
    fill(path, "Segments", 2, another_priority="hsc-values: kindness")
    with pytest.raises(InputError, match="no such priority is in use"):
        read_decisions(analysis, path)


def test_a_list_somebody_filled_in_is_never_written_over_and_an_untouched_one_is(listed):
    analysis, path, _waiting = listed
    list_decisions(analysis, path)
    fill(path, "Themes", 2, decision="agree")
    filled = path.read_bytes()
    with pytest.raises(StoreError, match="would be lost"):
        list_decisions(analysis, path)
    assert path.read_bytes() == filled


COMPASSION = {"framework_id": "hsc-values", "priority_id": "compassion"}


def copy_row(path, sheet, row, **answers):
    """Add a row below that repeats another with other answers."""
    workbook = load_workbook(path)
    target = workbook[sheet]
    last = next(number for number in range(row + 1, 99) if target.cell(number, 1).value is None)
    for cell in target[row]:
        target.cell(last, cell.column).value = cell.value
    workbook.save(path)
    fill(path, sheet, last, **answers)
    return last


@pytest.mark.parametrize(
    ("sheet", "one", "other"),
    [
        ("Quotes", {"decision": "approve"}, {"decision": "withhold", "why": "a name"}),
        ("Links", {"decision": "confirm"}, {"decision": "reject", "why": "no"}),
        ("Segments", {"decision": "yes", **COMPASSION}, {"decision": "no"}),
        ("Severity", {"decision": 1, "why": "a"}, {"decision": 2, "why": "a"}),
        ("Themes", {"new_name": "Being kind"}, {"new_name": "Being cruel"}),
        ("Merges", {"decision": "merge", "why": "one"}, {"decision": "keep apart"}),
    ],
)
def test_two_decisions_on_one_item_name_both_rows(listed, sheet, one, other):
    analysis, path, _waiting = listed
    fill(path, sheet, 2, **one)
    last = copy_row(path, sheet, 2, **other)
    with pytest.raises(InputError, match=f"sheet {sheet}, row {last}: row 2 decides otherwise"):
        read_decisions(analysis, path)


def test_another_priority_must_be_named(listed):
    analysis, path, _waiting = listed
    fill(path, "Segments", 2, decision="another")
    with pytest.raises(InputError, match="Segments, row 2: which other"):
        read_decisions(analysis, path)


@pytest.mark.parametrize(("sheet", "header"), [("Segments", "another priority"), ("Quotes", "segment_id")])
def test_a_header_that_is_needed_is_missed(listed, sheet, header):
    analysis, path, _waiting = listed
    workbook = load_workbook(path)
    next(cell for cell in workbook[sheet][1] if cell.value == header).value = "mine"
    workbook.save(path)
    with pytest.raises(InputError, match=f"sheet {sheet} has no column '{header}'"):
        read_decisions(analysis, path)


def test_a_formula_is_no_decision(listed):
    analysis, path, _waiting = listed
    fill(path, "Quotes", 3, decision='=IF(1,"approve","")')
    with pytest.raises(InputError, match="sheet Quotes, row 3: there is a formula"):
        read_decisions(analysis, path)


@pytest.mark.parametrize(
    ("answers", "action"),
    [
        ({"decision": "agree"}, "theme.confirm"),
        ({"decision": "rename", "new_name": "Car park"}, "theme.rename"),
        ({"decision": "retire", "why": "no matter of its own"}, "theme.retire"),
    ],
)
def test_candidates_are_listed_first_for_naming_and_nowhere_else(tmp_path, answers, action):
    small = small_analysis()
    analysis = replace(small, themes=small.themes.assign(status=["proposed", "proposed", "candidate"]))
    path = tmp_path / "decisions.xlsx"
    waiting = list_decisions(analysis, path)
    assert (waiting["Themes"], waiting["Merges"], waiting["Severity"]) == (3, 0, 2)
    sheet = load_workbook(path)["Themes"]
    assert [cell.value for cell in sheet["A"]][1:4] == ["T03", "T01", "T02"]
    fill(path, "Themes", 2, **answers)
    assert [decision.action for decision in read_decisions(analysis, path)] == [action]
