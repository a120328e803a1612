"""The check from file to figures, and from a project's sample back to its report."""

from __future__ import annotations

import csv
import json
import random
from typing import TYPE_CHECKING

import openpyxl
import pytest

from voice_of_care.cli import run
from voice_of_care.store import Store, find_project

if TYPE_CHECKING:
    from pathlib import Path

SAID = (
    ("The nurses on {} were kind and listened to what mattered to me", "person-centred", "positive"),
    ("I was treated with dignity and respect in {}", "Person-centred", "very positive"),
    ("I waited five hours in {} and was seen far too late", "timely", "negative"),
    ("There are long delays for an appointment at {}", "timely", "negative"),
    ("I fell on the wet floor in {} and felt unsafe", "safe", "very negative"),
    ("A mistake was made with my tablets in {}, it was not safe", "safe", "very negative"),
)
PLACES = ("ward two", "the clinic", "outpatients", "the day unit", "maternity", "physio", "the hub", "the annexe")


def rows() -> list[list[str]]:
    return [
        [said.format(place), codes, tone, f"R{(number + len(place)) % 20}"]
        for number, (said, codes, tone) in enumerate(SAID)
        for place in PLACES
    ]


def write(path: Path, content: list[list[str]], header: str = "text,codes,sentiment,respondent") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(content)
    return path


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert run(["evaluate", *arguments, "--json", "--resamples", "40", "--theme-runs", "0"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_file_is_compared_the_same_in_any_order_and_under_any_key(tmp_path, capsys):
    content = [*rows(), ["No comment", "", "", "R1"], ["", "safe", "", "R2"]]
    one = evaluated(capsys, str(write(tmp_path / "coded.csv", content)), "--framework", "steeep")
    random.Random(3).shuffle(content)
    other = evaluated(capsys, str(write(tmp_path / "shuffled.csv", content)), "--framework", "steeep")
    assert one == other
    assert one["rows"]["read"] == 50
    assert one["rows"]["judged"] == 48
    assert sum(one["rows"]["left_out"].values()) + one["rows"]["judged"] == one["rows"]["read"]
    assert one["rows"]["set_aside_by_a_run"] == {"Non-answer: says that there is no answer.": 1}
    assert one["priorities"]["all"]["f1_micro"] > 0.6
    low, high = one["priorities"]["all"]["intervals"]["f1_micro"]
    assert low <= one["priorities"]["all"]["f1_micro"] <= high
    assert one["sentiment"]["all"]["three_levels"]["accuracy"] > 0.7
    by_id = {item["priority_id"]: item for item in one["priorities"]["all"]["per_priority"]}
    assert by_id["timely"]["is_enough"]
    assert not by_id["equitable"]["is_enough"]


def test_a_framework_of_ones_own_and_few_comments(tmp_path, capsys):
    own = tmp_path / "ours.yaml"
    own.write_text(
        "id: ours\nversion: 1\nname: Ours\nelements:\n"
        "  - {id: waiting, label: Waiting times, definition: How long people wait., include_cues: [long wait]}\n"
        "  - {id: parking, label: Parking, definition: Room for cars., include_cues: [nowhere to park]}\n"
        "  - {id: other, label: Other, definition: All else.}\n",
        encoding="utf-8",
    )
    file = write(
        tmp_path / "coded.csv",
        [["There was nowhere to park at all", "", "1", ""], ["A very long wait to be seen", "x", "", "1"]],
        "comment,Waiting times,parking,other",
    )
    assert run(["evaluate", str(file), "--framework", str(own), "--quick", "--to", str(tmp_path / "f.csv")]) == 0
    out = capsys.readouterr().out
    assert "Themes were not compared. Too little data" in out
    assert "Priority other: only a person can give it" in out
    assert "too few to say" in out
    assert (tmp_path / "f.csv").read_text(encoding="utf-8").startswith("about,judged_on,between,item,measure,value")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\nx,y\n", "no column of texts was found"),
        ("text,b\nI waited far too long,y\n", "no codes were found"),
        ("text,codes\nI waited far too long,\n", "Too little data for a comparison"),
        ("text,codes\nI waited far too long,slow\n", "none of the 1 codes is a priority of steeep; see"),
        ("", "empty"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path, capsys, content, said):
    (tmp_path / "bad.csv").write_text(content, encoding="utf-8")
    assert run(["evaluate", str(tmp_path / "bad.csv"), "--framework", "steeep"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_sample_is_drawn_coded_and_read_back_into_the_report(tmp_path, capsys):
    project, book = tmp_path / "p", tmp_path / "code.xlsx"
    said = write(tmp_path / "said.csv", [[text, respondent] for text, _, _, respondent in rows()], "comment,respondent")
    assert run(["analyse", str(said), "--project", str(project), "--framework", "steeep", "--quiet"]) == 0
    arguments = ["sample-for-coding", "--project", str(project), "--framework", "steeep", "--to", str(book)]
    assert run(arguments) == 0
    told = capsys.readouterr().out
    assert "Drawn from 1 file" in told
    assert "Codes to expect, if people" in told
    assert run([*arguments[:3], "--framework", "people-promise", *arguments[5:]]) == 0
    assert "not known: this project does not map to people-promise" in capsys.readouterr().out
    assert run([*arguments, "--json"]) == 0
    drawn = json.loads(capsys.readouterr().out)
    assert drawn["comments"] == 43
    assert run(["evaluate", str(book), "--project", str(project), "--framework", "steeep"]) == 2
    assert "nobody has coded in it yet" in capsys.readouterr().err
    workbook = openpyxl.load_workbook(book)
    command = f'voice-of-care evaluate "code.xlsx" --project "{project}" --framework "steeep"'
    assert command in [cell.value for cell in workbook["Start"]["B"]]
    label = {text: codes.capitalize() for text, codes, _, _ in rows()}
    for number in (1, 2):
        for row in workbook[f"Coder {number}"].iter_rows(min_row=2):
            row[3].value, row[7].value = label[row[2].value], "Positive"
    workbook["Coder 1"]["D2"] = "Nonsense"
    workbook.save(book)
    found = evaluated(capsys, str(book), "--project", str(project), "--framework", "steeep")
    assert found["coders"][0]["priorities"]["f1_micro"] > 0.97
    assert found["priorities"]["all"]["comments"] == 43
    assert any("'Nonsense'" in remark for remark in found["remarks"])
    with Store(find_project(project).folder) as store:
        kept = store.read("evaluations")
    assert set(kept["framework_id"]) == {"steeep"}
    assert run(["report", "--project", str(project), "--to", str(tmp_path / "r.html"), "--profile", "publish"]) == 0
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Priorities: F1" in html
    assert "The check was made with other models" not in html


def test_the_terminal_speaks_in_sentences_first_and_repeats_nothing(tmp_path, capsys):
    twice = [
        [text, codes, tone.removeprefix("very "), coder] for text, codes, tone, _ in rows() for coder in ("Ann", "Bob")
    ]
    file = write(tmp_path / "coded.csv", twice, "What they said,Our codes,Tone,Coded by")
    assert run(["evaluate", str(file), "--framework", "steeep", "--quick", "--resamples", "20"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Of 100 links to priorities that the program made, people made ")
    assert lines[1].startswith("Coder 1 and coder 2, on 48 comments: of 100 links")
    assert lines[2].startswith("People gave enough codes")
    assert "96 rows read. Judged on priorities: 48 comments, 48 of them coded by two people or more" in lines[4]
    said = "\n".join(lines)
    assert "as a run analyses them" not in said
    assert "texts that stand once (" not in said
    assert said.count("3 levels") == 1
    assert "5 levels" not in said


def test_codes_the_models_were_made_from_are_told_first(tmp_path, capsys):
    file = write(tmp_path / "coded.csv", [["There was nowhere to park at all", "parking"]], "text,codes")
    assert run(["evaluate", str(file), "--framework", "qdc", "--quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Read first: these comments may be among those that the models were made from")
    assert lines[2] == "Priorities: too few to say: 1 comment with too few codes."
    found = evaluated(capsys, str(file), "--framework", "qdc")
    assert found["remarks"][0] == lines[0]
