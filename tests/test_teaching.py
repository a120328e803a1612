"""Teaching a project by a coded file: kept de-identified, learnt from at once; nothing to learn is said in one line."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest

from tests.test_learning import MUSIC, OTHERS, PETS
from voice_of_care.cli import run
from voice_of_care.priorities.learning import read_lessons
from voice_of_care.projects import read_analysis
from voice_of_care.store import Store, find_project
from voice_of_care.tables import EXAMPLES, conform

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
        ([("The dog came", "aim-nine")], "our-aims", "none of the 1 codes is a priority of our-aims"),
        ([("The dog came", "aim-nine")], "our-aims", "Did you mean 'Aim one' (aim-one)?"),
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


def test_a_mistyped_project_file_or_framework_makes_nothing(tmp_path, capsys):
    coded = write(tmp_path / "coded.csv", ["comment", "codes"], [("The dog came", "food")])
    command = ["learn", str(coded), "--framework", "qdc", "--project", str(tmp_path / "typo")]
    assert run([*command, "-q"]) == 2
    assert "no project here" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()
    (tmp_path / "typo").mkdir()
    assert run([*command, "-q"]) == 2
    assert not list((tmp_path / "typo").iterdir())
    assert run(["init", str(tmp_path / "made")]) == 0
    before = sorted(path.name for path in (tmp_path / "made").iterdir())
    capsys.readouterr()
    for file, framework, said in ((coded, "qdd", "qdd"), (tmp_path / "none.csv", "qdc", "no such file")):
        told = run(["learn", str(file), "--framework", framework, "--project", str(tmp_path / "made"), "-q"])
        assert told == 2
        assert said in capsys.readouterr().err
        assert sorted(path.name for path in (tmp_path / "made").iterdir()) == before


def learn_told(folder, coded, capsys, *options, framework="our-aims"):
    capsys.readouterr()
    assert run(["learn", str(coded), "--framework", framework, "--project", str(folder), *options]) == 0
    return capsys.readouterr().out


def test_rows_left_out_are_told_with_reason_and_row_and_priorities_with_their_labels(project, capsys):
    folder, _comments = project
    rows = [("The dog came", "aim-one"), ("", "aim-one"), ("A cat sat", ""), ("A bird sang", ""), ("Tea came", "none")]
    told = learn_told(folder, write(folder / "gaps.csv", ["comment", "codes"], rows), capsys)
    assert "2 coded texts kept" in told
    assert "left out, 1: no text (row 3)" in told
    assert "left out, 2: not coded: no code, and no 0 or 'none' to say that none applies (rows 4, 5)" in told
    assert "Aim one (aim-one)" in told


def test_what_coders_disagree_on_is_set_aside_and_what_they_agree_on_is_kept(project, capsys):
    folder, _comments = project
    text = "The harp and the spaniel came on the same morning"
    rows = [(text, "Ann", "1", "1"), (text, "Bob", "1", "")]
    coded = write(folder / "two.csv", ["comment", "coder", "Aim one", "Aim two"], rows)
    told = learn_told(folder, coded, capsys)
    assert "1 texts were coded more than once: what all agree on was taken, 1 codes they disagree on" in told
    _, analysis = links_of(folder)
    mine = analysis.examples[analysis.examples["text"] == text]
    found = set(zip(mine["priority_id"], mine["is_example"], mine["origin"], strict=True))
    assert found == {("aim-one", True, "coded"), ("aim-two", False, "disputed")}
    lessons = read_lessons(mine, next(each for each in analysis.frameworks if each.id == "our-aims"))
    assert [(each.id, float(count)) for each, count in zip(lessons.elements, lessons.counts[0], strict=True)] == [
        ("aim-one", 1.0)
    ]
    again = write(folder / "again.csv", ["comment", "codes"], [(text, "aim-two")])
    learn_told(folder, again, capsys)
    _, analysis = links_of(folder)
    mine = analysis.examples[analysis.examples["text"] == text]
    assert list(zip(mine["priority_id"], mine["origin"], strict=True)) == [("aim-two", "coded")]


def test_a_disputed_priority_counts_neither_way_beside_one_that_is_shown(project):
    folder, _comments = project
    _, analysis = links_of(folder)
    framework = next(each for each in analysis.frameworks if each.id == "our-aims")
    rows = [("a", "aim-one", True, "coded"), ("a", "aim-two", False, "disputed"), ("b", "aim-two", True, "coded")]
    examples = pd.DataFrame(rows, columns=["text", "priority_id", "is_example", "origin"]).assign(
        framework_id="our-aims", framework_version="1"
    )
    lessons = read_lessons(conform(examples, EXAMPLES), framework)
    assert lessons.counts.tolist() == [[1.0, 0.0], [1.0, 1.0]]


def test_a_row_without_any_mark_speaks_of_none(project, capsys):
    folder, _comments = project
    rows = [("The dog was here again", "x", ""), ("The soup was cold on Monday", "", "")]
    told = learn_told(folder, write(folder / "marks.csv", ["comment", "aim-one", "aim-two"], rows), capsys)
    assert "2 coded texts kept as examples of our-aims, 0 rows left out" in told
    assert "1 rows without any mark count as speaking of none" in told
    _, analysis = links_of(folder)
    mine = analysis.examples[analysis.examples["text"] == "The soup was cold on Monday"]
    assert mine["priority_id"].isna().all()
    assert len(mine) == 1


def test_a_framework_may_be_a_file_and_where_it_is_not_mapped_the_next_step_is_told(project, capsys):
    folder, _comments = project
    coded = write(folder / "few.csv", ["comment", "codes"], [("The dog came back", "aim-one")])
    assert "linked anew" in learn_told(folder, coded, capsys, framework=str(folder / "own.yaml"))
    other = folder / "other.yaml"
    other.write_text(OWN.replace("id: our-aims", "id: their-aims"), encoding="utf-8")
    told = learn_told(folder, coded, capsys, framework=str(other))
    step = "Add their-aims to [priorities] frameworks (and the file to files) in voice-of-care.toml, then analyse."
    assert step in told
    told = json.loads(learn_told(folder, coded, capsys, "--json", "-q", framework=str(other)))
    assert (told["is_mapped"], told["left_out"]) == (False, [])
