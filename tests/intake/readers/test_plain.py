from __future__ import annotations

import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings


def read(tmp_path, text: str, name: str = "notes.txt") -> ReadFile:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return read_file(path, name, settings=IntakeSettings())


def shown(found: ReadFile) -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in found.passages]


def test_markdown_headings_bullets_quotes_and_tables(tmp_path):
    text = (
        "# Maternity\r\n\r\n## What went well?\r\n\r\n- **Midwives** were kind\r\n* Clean\r\n1. Quick\r\n\r\n"
        "> Could not fault it\r\n\r\n---\r\n\r\nSite\r\n====\r\n\r\n"
        "| Who | Said |\r\n|---|---|\r\n| Mum | Loud at night |\r\n"
    )
    found = read(tmp_path, text, "notes.md")
    assert shown(found) == [
        ("heading", "Maternity"),
        ("heading", "What went well?"),
        ("bullet", "Midwives were kind"),
        ("bullet", "Clean"),
        ("bullet", "Quick"),
        ("paragraph", "Could not fault it"),
        ("heading", "Site"),
        ("cell", "Mum"),
        ("cell", "Loud at night"),
    ]
    assert found.passages[2].headings == ("Maternity", "What went well?")
    assert found.passages[8].headings == ("Site", "Said")
    assert [p.place for p in found.passages[:2]] == ["paragraph 1", "paragraph 2"]


def test_lines_wrapped_by_hand_are_joined_and_statements_are_not(tmp_path):
    wrapped = (
        "The first thing that people at the table raised was the wait for\n"
        "a letter, which for some had taken as long as eleven weeks, inter-\n"
        "rupted by calls.\n\nA second point.\n"
    )
    assert [text for _, text in shown(read(tmp_path, wrapped))] == [
        "The first thing that people at the table raised was the wait for a letter, which for some had taken as long as"
        " eleven weeks, interrupted by calls.",
        "A second point.",
    ]
    statements = "Good staff\nParking is awful, cost me £8\nNothing\nMy appointment was moved three times\n"
    assert [text for _, text in shown(read(tmp_path, statements))] == statements.splitlines()


def test_headings_in_plain_text_need_what_follows(tmp_path):
    text = (
        "WARD FEEDBACK\n\nWhat could be better?\n- Noise\n- Food\n\n"
        "Present: Una Kelly, Tom Ward\n\nGREAT STAFF!\n\nNo parking\n"
    )
    assert shown(read(tmp_path, text)) == [
        ("heading", "WARD FEEDBACK"),
        ("heading", "What could be better?"),
        ("bullet", "Noise"),
        ("bullet", "Food"),
        ("attendees", "Present: Una Kelly, Tom Ward"),
        ("paragraph", "GREAT STAFF!"),
        ("paragraph", "No parking"),
    ]


def test_turns_of_a_transcript(tmp_path):
    text = (
        "Focus group, 3 May\n\n[00:00:05] Facilitator: What matters most?\n\n"
        "[00:00:09] Mary (carer): Time. At 10:30 they came\n"
        "and one thing: nobody told me.\n\n"
        "Speaker 2 00:01:10\nI agree with that.\n\nFacilitator: Thank you.\nSpeaker 2: Grand.\n"
    )
    assert [(p.kind, p.speaker, p.text) for p in read(tmp_path, text).passages] == [
        ("paragraph", None, "Focus group, 3 May"),
        ("speech", "Facilitator", "What matters most?"),
        ("speech", "Mary (carer)", "Time. At 10:30 they came and one thing: nobody told me."),
        ("speech", "Speaker 2", "I agree with that."),
        ("speech", "Facilitator", "Thank you."),
        ("speech", "Speaker 2", "Grand."),
    ]


def test_who_led_is_not_taken_for_words_spoken(tmp_path):
    text = "Carers, Omagh\nFacilitator: Siobhan\n\nFacilitator: How was it?\nP1: Grand.\nFacilitator: And?\nP1: Slow.\n"
    found = [(p.kind, p.text) for p in read(tmp_path, text).passages]
    assert found[:3] == [
        ("paragraph", "Carers, Omagh"),
        ("attendees", "Facilitator: Siobhan"),
        ("speech", "How was it?"),
    ]
    assert len(found) == 6


def test_a_short_line_right_above_a_list_is_its_heading(tmp_path):
    found = read(
        tmp_path, "Notes from Larne\n\nStaff\n- short staffed: nights\n* waiting\n  for hours\n\nLovely place\n"
    )
    assert [(p.kind, p.text, p.headings) for p in found.passages] == [
        ("paragraph", "Notes from Larne", ()),
        ("heading", "Staff", ()),
        ("bullet", "short staffed: nights", ("Staff",)),
        ("bullet", "waiting for hours", ("Staff",)),
        ("paragraph", "Lovely place", ("Staff",)),
    ]


def test_numbered_titles_of_minutes_and_numbered_lists(tmp_path):
    text = (
        "1. Welcome\nAll were welcomed.\n\n2. Food\nPeople said:\n1. Cold\n2. Late\nThat was all.\n"
        '3. AOB\n- None\n\n3.1 "Cold."\n3.2 Late\n2.5 hours there\n'
    )
    assert shown(read(tmp_path, text)) == [
        ("heading", "Welcome"),
        ("paragraph", "All were welcomed."),
        ("heading", "Food"),
        ("heading", "People said"),
        ("bullet", "Cold"),
        ("bullet", "Late"),
        ("paragraph", "That was all."),
        ("heading", "AOB"),
        ("bullet", "None"),
        ("bullet", '"Cold."'),
        ("bullet", "Late"),
        ("paragraph", "2.5 hours there"),
    ]


def test_captions(tmp_path):
    text = (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Nuala>It was a long wait</v>\n\n"
        "2\n00:00:04.000 --> 00:00:06.000\n"
        "<v Nuala>but they were kind.</v>\n\n3\n00:00:06.000 --> 00:00:08.000\n<v Host>Thanks.</v>\n"
    )
    assert [(p.speaker, p.text) for p in read(tmp_path, text, "call.vtt").passages] == [
        ("Nuala", "It was a long wait but they were kind."),
        ("Host", "Thanks."),
    ]


def test_a_table_saved_as_text_is_a_grid_and_prose_with_commas_is_not(tmp_path):
    table = "When\tComment\tScore\n2024-01-02\tFine, thanks\t4\n2024-01-03\tLate\t2\n"
    assert read(tmp_path, table).grids[0].rows[1] == ("2024-01-02", "Fine, thanks", "4")
    prose = "They were kind, quick, calm\nWe waited, sat, left\nThe food, the noise, the heat\n"
    found = read(tmp_path, prose + "But all in all, a good place\n")
    assert found.grids == ()
    assert len(found.passages) == 4


def test_an_empty_text_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^notes\.txt: empty"):
        read(tmp_path, " \n\n")
