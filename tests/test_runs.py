"""The commands on runs: listed in line, undone with what stands then said, forgotten on request."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.store.made import all_tables, run_row
from voice_of_care.cli import run
from voice_of_care.decisions import Decision, record_decisions
from voice_of_care.store import Store, find_project, open_project


@pytest.fixture
def folder(tmp_path):
    project = open_project(tmp_path / "p", settings_text="")
    tables = all_tables()
    with Store(project.folder) as store:
        for number in (1, 2, 3):
            row = run_row(number).assign(finished_at=f"2026-01-0{number}T10:20:30+00:00", code_version="0.2.0")
            store.write_run({**tables, "safe_comments": tables["safe_comments"].head(number)}, row)
    return str(project.folder)


def test_runs_are_listed_with_what_they_did(folder, capsys):
    assert run(["undo", "--project", folder]) == 0
    capsys.readouterr()
    assert run(["runs", "--project", folder]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["run", "when", "what", "new", "changed", "gone", "themes", "code"]
    assert lines[1].split() == ["1", "2026-01-01", "10:20", "analyse", "1", "1", "1", "version", "1", "0.2.0"]
    assert "undone" in lines[3]
    assert run(["runs", "--project", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["undone_at"] is None for each in told] == [True, True, False]


def test_undo_says_what_was_undone_and_what_stands(folder, capsys):
    assert run(["undo", "--project", folder, "--run", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Run 3 undone (add, 2026-01-03 10:20).",
        "Run 2 undone (add, 2026-01-02 10:20).",
        "The project stands as after run 1 of 2026-01-01 10:20: 1 comment.",
    ]
    assert run(["undo", "--project", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["undone"][0]["run_id"], told["last_run"], told["comments"]) == (1, None, 0)


def test_what_cant_be_undone_is_refused_in_one_line(folder, capsys):
    assert run(["undo", "--project", folder, "--run", "7"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["undo", "--project", folder, "--run", "1"]) == 0
    assert run(["undo", "--project", folder]) == 2
    assert "no run to undo" in capsys.readouterr().err
    assert run(["report", "--project", folder, "--to", folder + "/r.html"]) == 2
    assert "no analysed project" in capsys.readouterr().err


def test_forgetting_is_said_and_ends_undoing(folder, capsys):
    assert run(["runs", "--project", folder, "--forget-history"]) == 0
    assert "can't be undone any more" in capsys.readouterr().out
    assert run(["undo", "--project", folder]) == 2
    assert "forgotten" in capsys.readouterr().err


def test_undo_says_how_many_decisions_about_themes_have_nothing_to_apply_to(folder, capsys):
    project = find_project(Path(folder))
    with Store(project.folder) as store:
        themes = store.read("themes")
        candidate = themes.head(1).assign(theme_id="T77", status="candidate")
        tables = {**all_tables(), "themes": pd.concat([themes, candidate], ignore_index=True)}
        store.write_run(tables, run_row(4).assign(finished_at="2026-01-04T10:20:30+00:00"))
        named = Decision("theme.rename", {"theme_id": "T77", "label": "Zorblatt"}, {}, "ann")
        events = record_decisions(store.read("events"), [named], at_utc="2026-01-05T00:00:00+00:00")
        store.append_events(events)
    assert run(["undo", "--project", folder]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "1 decision about candidate themes, or others that came with it, has nothing to apply to now."
