"""Actions and rebases from the command line: what is meant is found, mistakes are told, nothing is lost."""

import dataclasses
import datetime
import json

import pandas as pd
import pytest

from tests.small import small_analysis
from tests.test_store import run_row
from voice_of_care.cli import run
from voice_of_care.cli.aims import Aim, find_aim, find_day, find_services, find_start, warn_of_day
from voice_of_care.errors import InputError
from voice_of_care.raw import COMMENTS, REPEATS
from voice_of_care.settings import TrendSettings, settings_template
from voice_of_care.store import Store, open_project
from voice_of_care.tables import SAFE_COMMENTS, conform

WHO = ("--who", "Head of estates")


def dated():
    """Return the small analysis with services and dates."""
    analysis = small_analysis()
    comments = analysis.safe_comments.assign(
        service=["Outpatients", "Maternity"] * 3, received_on=pd.date_range("2024-01-15", periods=6, freq="30D")
    )
    return dataclasses.replace(analysis, safe_comments=conform(comments, SAFE_COMMENTS))


@pytest.fixture
def folder(tmp_path):
    project = open_project(tmp_path, settings_text=settings_template())
    with Store(project.folder) as store:
        tables = {**dated().tables(), "comments": COMMENTS.empty(), "repeats": REPEATS.empty()}
        store.write_run(tables, run_row().assign(frameworks=[["hsc-values"]]))
    return tmp_path


def call(capsys, folder, *arguments):
    code = run([*arguments, "--project", str(folder)])
    told = capsys.readouterr()
    return code, told.out, told.err


def add(capsys, folder, *arguments, start="2024-04-01", what="Car park opened"):
    return call(capsys, folder, "action", "add", "--what", what, "--start", start, *WHO, *arguments)


def listed(capsys, folder, kind="action"):
    return json.loads(call(capsys, folder, kind, "list", "--json")[1])


@pytest.mark.parametrize(
    ("named", "aim"),
    [
        ({"theme": "parking"}, Aim("theme", "T03")),
        ({"theme": " T03 "}, Aim("theme", "T03")),
        ({"parent": "care", "theme": None}, Aim("parent", "T01")),
        ({"priority": "hsc-values/Compassion"}, Aim("priority", "hsc-values/compassion")),
        ({"service": "maternity"}, Aim("service", "Maternity")),
        ({"respondent_group": "service_user"}, Aim("respondent_group", "service_user")),
        ({}, Aim("overall", "")),
    ],
)
def test_what_is_meant_is_found_whatever_its_capitals(named, aim):
    assert find_aim(dated(), named) == aim


@pytest.mark.parametrize(
    ("named", "hint"),
    [
        ({"theme": "parkin"}, "Did you mean Parking?"),
        ({"theme": "zebra"}, "There are Kindness, Parking."),
        ({"theme": "kind"}, "it is a word of Kindness (T02)"),
        ({"parent": "Parking"}, "There are Care"),
        ({"service": "Maternty"}, "Did you mean Maternity?"),
        ({"priority": "hsc-values/compasion"}, "Did you mean hsc-values/compassion"),
        ({"theme": "T02", "parent": "T01"}, "--theme and --parent were given: give one of them"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(named, hint):
    with pytest.raises(InputError) as told:
        find_aim(dated(), named)
    assert hint in str(told.value)
    assert "\n" not in str(told.value)


def test_two_themes_of_one_name_need_an_id():
    analysis = dated()
    twice = dataclasses.replace(analysis, themes=analysis.themes.assign(label="Care"))
    with pytest.raises(InputError, match=r"2 themes are called 'care'.*T02, T03"):
        find_aim(twice, {"theme": "care"})
    assert find_aim(twice, {"theme": "T02"}) == Aim("theme", "T02")


def test_services_come_sorted_and_once():
    assert find_services(dated(), ["outpatients", "MATERNITY", "Outpatients"]) == ["Maternity", "Outpatients"]


@pytest.mark.parametrize("text", ["2024-04-01", "01/04/2024", "1 April 2024", "2024-04", "April 2024"])
def test_days_are_read_day_first(text):
    assert find_day(text) == datetime.date(2024, 4, 1)


@pytest.mark.parametrize("text", ["soon", "45000", "31/02/2024", ""])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(InputError, match="is no date"):
        find_day(text)


@pytest.mark.parametrize("text", ["2024-25 q1", "2024-04", "1/4/2024"])
def test_a_phase_may_start_with_a_period(text):
    assert find_start(dated(), text, settings=TrendSettings()) == datetime.date(2024, 4, 1)


def test_days_outside_of_the_data_are_warned_of():
    assert "after the newest" in warn_of_day(dated(), datetime.date(2030, 1, 1))
    assert "before the oldest" in warn_of_day(dated(), datetime.date(2020, 1, 1))
    assert "no comment has a date" in warn_of_day(small_analysis(), datetime.date(2020, 1, 1))
    assert not warn_of_day(dated(), datetime.date(2024, 4, 1))


def test_an_action_is_recorded_listed_and_taken_back_and_its_id_stays_taken(capsys, folder):
    code, told, _ = add(capsys, folder, "--theme", "parking", "--service", "outpatients")
    assert (code, told) == (0, "A1: Car park opened, from 2024-04-01, Outpatients, aimed at Parking (T03).\n")
    row = listed(capsys, folder)[0]
    assert (row["item_id"], row["services"], row["starts_on"]) == ("T03", ["Outpatients"], "2024-04-01")
    assert {each["verdict"] for each in row["differences"]} == {"too_little"}
    told = call(capsys, folder, "action", "list")[1]
    assert "A1  2024-04-01  Car park opened (Head of estates): Outpatients, aimed at Parking (T03)" in told
    assert "    negative   too little to say" in told
    gone = call(capsys, folder, "action", "remove", "a1", "--reason", "twice", *WHO)
    assert (gone[0], gone[1]) == (0, "A1 is taken back.\n")
    assert call(capsys, folder, "action", "remove", "A1", "--reason", "twice", *WHO)[0] == 2
    later = add(capsys, folder, start="2030-01-01")
    assert later[1].splitlines()[0].startswith("A2: ")
    assert "after the newest" in later[1].splitlines()[1]


def test_a_mistake_records_nothing(capsys, folder):
    assert add(capsys, folder, "--theme", "zebra")[0] == 2
    assert add(capsys, folder, what=" ")[0] == 2
    assert "No action is recorded" in call(capsys, folder, "action", "list")[1]


def test_a_rebase_is_recorded_by_period_or_day_and_taken_back_by_either(capsys, folder):
    series = ("--measure", "negative", "--theme", "parking")
    why = ("--reason", "bays", *WHO)
    code, told, _ = call(capsys, folder, "rebase", "add", *series, "--start", "2024-25 Q1", *why)
    assert (code, told) == (0, "Limits of 'negative' of Parking (T03) start anew on 2024-04-01.\n")
    assert listed(capsys, folder, "rebase") == [
        {
            "scope": "theme",
            "item_id": "T03",
            "measure": "negative",
            "starts_on": "2024-04-01",
            "reason": "bays",
            "who": "Head of estates",
        }
    ]
    assert "negative of Parking (T03): bays" in call(capsys, folder, "rebase", "list")[1]
    assert call(capsys, folder, "rebase", "remove", *series, "--start", "2024-05", *why)[0] == 2
    assert call(capsys, folder, "rebase", "remove", *series, "--start", "1/4/2024", *why)[0] == 0
    assert listed(capsys, folder, "rebase") == []


def test_what_places_and_groups_raise_is_not_followed(capsys, folder):
    of = ("--measure", "raised", "--group", "service_user", "--start", "2024-03", "--reason", "new ward", *WHO)
    raised = call(capsys, folder, "rebase", "add", *of)
    assert raised[0] == 2
    assert "'raised' is followed for themes" in raised[2]


def test_without_a_project_one_line_says_so(capsys, tmp_path):
    code, _, told = call(capsys, tmp_path / "none", "action", "list")
    assert code == 2
    assert "no analysed project" in told
