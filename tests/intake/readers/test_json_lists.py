from __future__ import annotations

import json

import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import Grid, ReadFile, read_file
from voice_of_care.settings import IntakeSettings

STORIES = [
    {"id": 1, "story": "Kind staff", "author": {"role": "carer"}, "tags": ["ward", "food"], "when": None},
    {"id": 2, "story": "Late\r\nagain", "author": {"role": "patient", "site": "A"}, "ok": True, "when": "2024-03-01"},
]
ROWS = (
    ("id", "story", "author.role", "tags", "when", "author.site", "ok"),
    (1, "Kind staff", "carer", "ward; food", None, None, None),
    (2, "Late\nagain", "patient", None, "2024-03-01", "A", True),
)


def read(tmp_path, text: str, name: str = "a.json") -> ReadFile:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_file(path, name, settings=IntakeSettings())


@pytest.mark.parametrize("content", [STORIES, {"total": 2, "stories": STORIES}, {"data": {"items": STORIES, "n": [1]}}])
def test_a_list_of_objects_wherever_it_is_wrapped(tmp_path, content):
    assert read(tmp_path, json.dumps(content)).grids == (Grid("", ROWS),)


def test_one_object_a_line(tmp_path):
    lines = "\n".join(json.dumps(story) for story in STORIES)
    assert read(tmp_path, lines + "\n", "a.jsonl").grids == (Grid("", ROWS),)
    found = read(tmp_path, lines + "\n{broken\n", "a.jsonl")
    assert found.grids == (Grid("", ROWS),)
    assert found.problems == ("a.jsonl: 1 lines are not valid JSON and were left out (line 3).",)


@pytest.mark.parametrize("text", ["{not json", "[]", "[" * 100_000, '{"a": ' * 50_000, "   "])
def test_what_holds_no_records_is_refused_in_one_line(tmp_path, text):
    with pytest.raises(InputError, match=r"^a\.json: [^\n]+$"):
        read(tmp_path, text)


def test_lone_surrogates_and_not_a_number_do_no_harm(tmp_path):
    rows = read(tmp_path, '[{"a": "x\\ud800y", "b": NaN, "c": 123456789012345678901234567890}]').grids[0].rows
    assert rows[1] == ("x\ufffdy", None, "123456789012345678901234567890")


def test_a_named_thing_in_a_list_is_told_by_its_name(tmp_path):
    story = {"body": "Kind", "services": [{"name": "Hillview", "code": "ZZ1"}, {"code": "A1"}]}
    assert read(tmp_path, json.dumps([story])).grids[0].rows[1] == ("Kind", "Hillview; A1")
