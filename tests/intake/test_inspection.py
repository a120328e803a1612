"""What would be read is shown without a respondent's words."""

from __future__ import annotations

import json

WORDS = "The consultant never once looked up from the screen"
ROWS = [["Date", "Role", "What could we do better?", "Name"], ["05/03/2024", "Carer", WORDS, "Aoife Example"],
        ["31/02/2024", "Beekeeper", "nothing", "Brian Sample"], ["06/03/2024", "Staff", "", "Ciara Inven"]]  # fmt: skip


def test_an_inspection_shows_columns_dates_groups_and_problems(folder):
    folder.table("survey.csv", ROWS)
    source = folder.inspect().sources[0]
    assert (source.records, source.comments, source.header_row) == (3, 2, 1)
    assert source.set_aside == {"Empty: nothing was written.": 1}
    assert source.dates == {"day/month/year": 2, "not a date": 1}
    assert source.groups == {"carer": 1, "staff": 1, "unknown": 1}
    assert source.unknown_groups == {"Beekeeper": 1}
    assert [column.role for column in source.columns] == ["date", "respondent group", "comment", "not read"]
    assert len(source.problems) == 3


def test_it_holds_no_words_of_a_comment_and_no_name(folder):
    folder.table("survey.csv", ROWS)
    folder.write("notes/workshop.md", f"# Workshop\n\n- {WORDS}\n")
    shown = folder.inspect().as_json()
    assert json.loads(shown)["sources"][0]["source"] == "notes/workshop.md"
    assert WORDS not in shown
    assert "Aoife" not in shown


def test_settings_are_suggested_from_names_and_headings_and_can_be_pasted(folder):
    import tomllib

    from voice_of_care.settings import parse_settings

    text = "# Maternity team, Hillview Health Centre\n\nPresent: A. Example, B. Sample\n\n- Not enough midwives\n"
    folder.write("staff workshops/2024-03-12 notes.md", text)
    suggestion = folder.inspect().suggestions
    assert len(suggestion) == 1
    source = parse_settings(tomllib.loads(suggestion[0])).sources[0]
    assert (source.respondent_group, str(source.date), source.site) == ("staff", "2024-03-12", "Hillview Health Centre")
    assert (source.service, source.people_present) == ("Maternity team", 2)
    again = folder.inspect(tomllib.loads(suggestion[0]))
    assert not again.suggestions or "respondent_group" not in again.suggestions[0]
    assert folder.read(tomllib.loads(suggestion[0])).comments["respondent_group"].tolist() == ["staff"]


def test_the_service_after_a_colon_and_the_venue_are_suggested(folder):
    text = (
        "# Listening workshop with carers: Home Care\n\nVenue: Loughside Hub\n\n## What works\n\n- They come on time\n"
    )
    folder.write("2024-03-06.md", text)
    suggestion = folder.inspect().suggestions[0]
    assert 'service = "Home Care"' in suggestion
    assert 'site = "Loughside Hub"' in suggestion
    assert 'respondent_group = "carer"' in suggestion


def test_a_mixed_group_and_a_room_are_not_suggested(folder):
    text = (
        "# Renal unit patients and carers conversation\n\nVenue: Seminar Room 2, Hillview House\n\n"
        "## Getting here\n\n- Nowhere to park\n"
    )
    folder.write("talk.md", text)
    suggestion = folder.inspect().suggestions[0]
    assert "respondent_group" not in suggestion
    assert 'service = "Renal unit"' in suggestion
    assert 'site = "Hillview House"' in suggestion


def test_an_unreadable_file_is_shown_as_a_problem(folder):
    folder.write("broken.xlsx", b"no zip at all")
    source = folder.inspect().sources[0]
    assert source.records == 0
    assert len(source.problems) == 1
