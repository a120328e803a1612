"""Teaching a project by a coded file: kept de-identified, learnt from at once; nothing to learn is said in one line."""

from __future__ import annotations

import csv
import json

import pytest

from tests.test_learning import MUSIC, OTHERS, PETS
from voice_of_care.cli import run
from voice_of_care.projects import read_analysis
from voice_of_care.store import Store, find_project

OWN = """
id: our-aims
version: "1"
name: Our aims
elements:
  - id: aim-one
    label: Aim one
    definition: The first of our aims.
    include_cues: [our first aim]
  - id: aim-two
    label: Aim two
    definition: The second of our aims.
    include_cues: [our second aim]
"""


def write(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def coded_rows():
    pets = [(text, "aim-one") for text in PETS[4:]]
    return [*pets, *((text, "Aim two") for text in MUSIC[4:]), *((text, "none") for text in OTHERS[:8])]


def links_of(folder):
    opened = find_project(folder)
    with Store(opened.folder) as store:
        analysis = read_analysis(opened, store)
    text_of = analysis.segments.set_index("segment_id")["text"]
    own = analysis.segment_links[analysis.segment_links["framework_id"] == "our-aims"]
    return set(zip(own["segment_id"].map(text_of), own["priority_id"], strict=True)), analysis


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a project that was analysed, taught and analysed again."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    (folder / "voice-of-care.toml").write_text(
        '[priorities]\nfiles = ["own.yaml"]\nframeworks = []\n', encoding="utf-8"
    )
    comments = write(folder / "comments.csv", ["Comment"], [(text,) for text in [*PETS[:4], *MUSIC[:4], *OTHERS[8:]]])
    assert run(["analyse", str(comments), "--project", str(folder), "-q"]) == 0
    return folder, comments


def test_a_coded_file_is_learnt_from_at_once_and_again_at_the_next_analysis(project, capsys):
    folder, comments = project
    before, _ = links_of(folder)
    rows = [
        *coded_rows(),
        ("The dog made Bernadette McAnulty of 12 Castle Street smile, ring 028 9012 3456", "aim-one"),
    ]
    coded = write(folder / "coded.csv", ["comment", "codes"], rows)
    capsys.readouterr()
    assert run(["learn", str(coded), "--framework", "our-aims", "--project", str(folder), "--json", "-q"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"aim-one": 9, "aim-two": 8}
    assert told["agreement"][1] > told["agreement"][0]
    after, analysis = links_of(folder)
    assert len(after) > len(before)
    assert not {pair for pair in after if pair[0] in OTHERS}
    assert not analysis.examples["text"].str.contains("Bernadette|028 9012").any()
    assert run(["analyse", str(comments), "--project", str(folder), "-q"]) == 0
    assert links_of(folder)[0] == after


def test_teaching_the_same_file_in_another_order_changes_nothing(project):
    folder, _comments = project
    _, one = links_of(folder)
    rows = [
        *coded_rows(),
        ("The dog made Bernadette McAnulty of 12 Castle Street smile, ring 028 9012 3456", "aim-one"),
    ]
    coded = write(folder / "other.csv", ["comment", "codes"], rows[::-1])
    assert run(["learn", str(coded), "--framework", "our-aims", "--project", str(folder), "-q"]) == 0
    _, other = links_of(folder)
    assert one.segment_links.equals(other.segment_links)
    assert len(one.examples) == len(other.examples)


@pytest.mark.parametrize(
    ("rows", "framework", "said"),
    [
        ([("The dog came", "none")], "our-aims", "nothing to learn"),
        ([("The dog came", "aim-nine")], "our-aims", "no priority has this name"),
        ([("The dog came", "aim-one")], "our-aim", "No framework has the id our-aim"),
    ],
)
def test_what_cannot_be_learnt_is_said_in_one_line(project, capsys, rows, framework, said):
    folder, _comments = project
    coded = write(folder / "bad.csv", ["comment", "codes"], rows)
    capsys.readouterr()
    assert run(["learn", str(coded), "--framework", framework, "--project", str(folder), "-q"]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error
