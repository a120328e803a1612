"""Notes of meetings: statements under headings, speakers, and who was in the room."""

from __future__ import annotations

import datetime

from voice_of_care.intake.cleaning import FACILITATOR
from voice_of_care.intake.items import Defaults
from voice_of_care.intake.notes import question_of, read_notes, service_of
from voice_of_care.intake.readers import Passage
from voice_of_care.intake.statements import count_people, find_statements, is_about_meeting
from voice_of_care.settings import IntakeSettings


def read(passages, **known):
    return read_notes(passages, source="notes.docx", defaults=Defaults(**known), settings=IntakeSettings())


def bullet(text, *headings, place="paragraph 1"):
    return Passage(text, place, "bullet", headings)


def said(speaker, text):
    return Passage(text, "line 1", "speech", (), speaker)


def test_headings_are_questions_or_services_and_no_comments():
    headings = ("Listening workshop", "Ward 4 North", "What works well?")
    notes = read([Passage("Listening workshop", "paragraph 1", "heading"), bullet("Kind staff at night", *headings)])
    assert notes.facts.records == len(notes.items) == 1
    assert (notes.items[0].question, notes.items[0].service) == ("What works well?", "Ward 4 North")


def test_what_asks_something_is_no_service():
    assert service_of(("Communication between services and staff",)) is None
    assert service_of(("Which team helped you?",)) is None
    assert service_of(("Physiotherapy clinic",)) == "Physiotherapy clinic"
    assert question_of(("Notes", "Emergency Department")) == "Notes"
    assert question_of(()) is None


def test_settings_say_who_where_and_when():
    day = datetime.date(2024, 3, 12)
    notes = read([bullet("Nowhere to park")], respondent_group="carer", service="Dialysis", date=day, people_present=9)
    item = notes.items[0]
    assert (item.respondent_group, item.service, item.received_on, item.people_present) == ("carer", "Dialysis", day, 9)
    assert read([bullet("Nowhere to park")]).items[0].respondent_group == "unknown"


def test_attendees_are_counted_and_are_no_comments():
    attendees = Passage("Present: Aoife Example, Brian Sample (chair), Ciara Invented and Dan Madeup", "p", "attendees")
    notes = read([attendees, bullet("Nowhere to park")])
    assert len(notes.items) == 1
    assert notes.items[0].people_present == notes.facts.people_present == 4
    assert count_people([Passage("12 people attended", "p", "attendees")]) == 12
    assert count_people([bullet("Nowhere to park")]) is None
    assert find_statements([paragraph("Transcript. 6 people took part."), bullet("Nowhere to park")]).people == 6


def test_turns_of_speech_have_a_respondent_each_and_the_facilitators_question():
    notes = read([
        said("Facilitator", "Welcome. What matters most to you on the ward?"), said("Carer 1", "Being rung back."),
        said("Nurse (Ward 4)", "More hands at night."), said("Carer 1", "And somewhere to sit."),
        said("Facilitator", "So people feel that nobody rings back."),
    ])  # fmt: skip
    asked, *answers, paraphrase = notes.items
    assert asked.reason == FACILITATOR
    assert [item.question for item in answers] == ["What matters most to you on the ward?"] * 3
    assert [item.respondent_group for item in answers] == ["carer", "staff", "carer"]
    respondents = [item.identity.respondent for item in answers]
    assert respondents[0] == respondents[2] != respondents[1]
    assert paraphrase.reason == FACILITATOR
    assert paraphrase.identity.respondent is None


def test_sessions_in_one_file_are_told_by_dated_headings():
    notes = read([bullet("Kind staff", "Workshop 1, 5 March 2024"), bullet("Kind staff", "Workshop 2, 6 March 2024")])
    assert len({item.identity.session for item in notes.items}) == 2
    one = read([bullet("Kind staff", "Workshop 1, 5 March 2024"), bullet("Cold tea", "Workshop 1, 5 March 2024")])
    assert len({item.identity.session for item in one.items}) == 1


def test_the_same_words_in_two_workshops_are_no_repeat_and_a_copy_of_the_notes_is_read_once(folder):
    folder.write("one.md", "# Workshop\n\n- Nowhere to park\n- Kind staff on the night shift\n")
    folder.write("two.md", "# Workshop\n\n- Nowhere to park\n- Long waits for a bed\n")
    assert folder.read().repeats.empty
    folder.write("copy/one.md", "# Workshop\n\n- Nowhere to park\n- Kind staff on the night shift\n")
    read = folder.read()
    assert (len(read.comments), len(read.repeats), len(read.seen)) == (4, 0, 1)
    assert read.comments["session_id"].nunique() == 2
    assert read.comments["response_id"].isna().all()


def test_the_same_words_twice_in_one_workshop_are_two_statements(folder):
    folder.write("one.md", "# Workshop\n\n- Nowhere to park\n- Nowhere to park\n")
    read = folder.read()
    assert len(read.comments) == 2
    assert read.repeats.empty


def paragraph(text, *headings):
    return Passage(text, "page 1", "paragraph", headings)


def test_minutes_number_their_items_and_quote_what_was_said():
    passages = [
        paragraph("An invented trust"), Passage("Minutes", "page 1", "heading"),
        paragraph("Thursday 8 February 2024, Hillview Hospital", "Minutes"),
        Passage("Present: A. Example, B. Sample and C. Invented", "page 1", "attendees", ("Minutes",)),
        bullet("Welcome", "Minutes"), paragraph("The chair welcomed everyone.", "Minutes"),
        bullet("What members told us", "Minutes"), paragraph("2.1 “Cold tea again.”", "Minutes"),
        paragraph("2.2 Parking was raised. 2.3 \"Nobody rings back.\" 2.4 It took 2.5 hours.", "Minutes"),
    ]  # fmt: skip
    found = find_statements(passages)
    said = [statement.passage for statement in found.statements if not statement.is_about_meeting]
    assert [passage.text for passage in said] == [
        "Cold tea again.", "Parking was raised.", "Nobody rings back.", "It took 2.5 hours."
    ]  # fmt: skip
    assert {passage.headings for passage in said} == {("Minutes", "What members told us")}
    assert [statement.passage.text for statement in found.statements if statement.is_about_meeting] == [
        "An invented trust", "Thursday 8 February 2024, Hillview Hospital", "The chair welcomed everyone."
    ]  # fmt: skip
    assert found.people == 3


def test_people_who_came_without_being_named_are_counted():
    def came(text):
        return count_people([Passage(text, "paragraph 1", "attendees")])

    assert came("Attendees: Aoife Example (sister), Brian Sample, and 14 others") == 16
    assert came("Present: Aoife Example (Chair), Brian Sample, plus 6 members") == 8
    assert came("Present: Aoife Example, Brian Sample, and others.") == 2
    assert came("Present: 9 staff") == 9
    assert came("Present: Aoife Example, Brian Sample Apologies: Cathal Example, Dara Example") == 2
    present = Passage("Present: Aoife Example, Brian Sample and others", "paragraph 1", "attendees")
    assert find_statements([present, paragraph("11 people attended.")]).people == 11


def test_cells_that_only_plan_are_no_statements():
    def cell(title):
        return find_statements([Passage("High", "table 1 row 2", "cell", ("Ideas", title))]).statements[0]

    for title in ("Priority", "Who could lead", "Who?", "Owner", "By when", "Status", "Lead officer"):
        assert cell(title).is_about_meeting
    for title in ("Idea", "What matters?", "Who matters to you?", "Leadership", "Priorities for patients"):
        assert not cell(title).is_about_meeting


def test_the_title_above_a_transcript_is_no_statement():
    title = Passage("Carers focus group", "paragraph 1", "paragraph")
    found = find_statements([title, said("Carer 1", "Lonely"), said("Carer 2", "So it is")])
    assert [statement.is_about_meeting for statement in found.statements] == [True, False, False]


def test_names_under_a_heading_of_those_present_are_counted_and_not_read():
    names = paragraph("Aoife Example (nurse), Brian Sample (porter)", "Workshop", "Present (12)")
    found = find_statements([names, bullet("Kind staff", "Workshop")])
    assert [statement.passage.text for statement in found.statements] == ["Kind staff"]
    assert found.people == 12


def test_what_people_say_of_meetings_is_a_statement():
    for text in (
        "The ward should meet families weekly",
        "On 5 March 2024 nobody came",
        "Date night is gone since he took ill",
        "The group felt that kindness suffers when the ward is short",
        "Service users said the wait was long",
    ):
        assert not is_about_meeting(text)
    for text in (
        "Venue: Hillview",
        "Date: Tuesday 5 March 2024",
        "The next meeting will be announced",
        "5 March 2024",
        "Next meeting 11 April 2024 at 2pm",
        "Aoife to circulate notes.",
    ):
        assert is_about_meeting(text)


def test_bullets_of_a_list_are_statements_and_no_agenda():
    found = find_statements([bullet("Kind staff"), bullet("Cold tea"), paragraph("Several people said so.")])
    assert len(found.statements) == 3
    found = find_statements([paragraph("Said on the day."), bullet("Kind staff"), paragraph("Several people said so.")])
    assert len(found.statements) == 3
