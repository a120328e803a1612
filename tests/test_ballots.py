"""Ballots end to end: made, filled in, read back, closed; kept through renames, merges and new runs."""

import dataclasses
import datetime
import json
import shutil

import pandas as pd
import pytest
from openpyxl import load_workbook

from tests import made_ballots as made
from tests.small import TEXTS, small_analysis
from tests.store.made import run_row
from voice_of_care.ballots import (
    LARGEST,
    agreement_word,
    contending,
    mark_of,
    pick_contenders,
    read_decision,
    read_rounds,
    still_in_the_running,
    tidy_role,
)
from voice_of_care.cli import run
from voice_of_care.cli.app import now
from voice_of_care.counting import units
from voice_of_care.decisions import apply_decisions, find_idle, is_chain_whole, record_decisions
from voice_of_care.errors import InputError
from voice_of_care.insight_tables import RANKING
from voice_of_care.raw import RAW_TABLES
from voice_of_care.settings import settings_template
from voice_of_care.store import Store, find_project, open_project
from voice_of_care.tables import ASSIGNMENTS, THEMES, conform


def six_themes():
    """Return the small analysis with six themes, each raised by five of its comments."""
    analysis = small_analysis()
    labels = {"T02": "Kindness", "T03": "Parking", "T04": "Waiting", "T05": "Food", "T06": "Phones", "T07": "Letters"}
    themes = made.themes(tuple(made.LABELS))
    themes = themes[themes["theme_id"].isin(labels)].assign(label=list(labels.values()), size=5)
    segments = analysis.segments["segment_id"].tolist()
    rows = [
        (segment, theme, 0.9, "model")
        for place, theme in enumerate(labels)
        for segment in segments[:place] + segments[place + 1 :]
    ]
    return dataclasses.replace(
        analysis,
        themes=conform(themes, THEMES),
        assignments=conform(pd.DataFrame(rows, columns=list(ASSIGNMENTS.columns)), ASSIGNMENTS),
        theme_vectors=analysis.theme_vectors.iloc[:0],
        theme_links=analysis.theme_links.iloc[:0],
        quotes=analysis.quotes.iloc[:0],
    )


def write_run(folder, analysis, number=1):
    with Store(folder) as store:
        tables = {**analysis.tables(), **{table.name: table.empty() for table in RAW_TABLES}}
        store.write_run(tables, run_row(number).assign(frameworks=[["hsc-values"]]))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Return a project in which a ballot was made."""
    project = open_project(tmp_path_factory.mktemp("made") / "listening", settings_text=settings_template())
    write_run(project.folder, six_themes())
    assert run(["ballot", "--project", str(project.folder)]) == 0
    return project.folder


@pytest.fixture
def folder(made_once, tmp_path):
    return shutil.copytree(made_once, tmp_path / "listening")


def call(capsys, folder, *arguments):
    code = run(["ballot", *arguments, "--project", str(folder)])
    told = capsys.readouterr()
    return code, told.out, told.err


def fill_in(folder, name, ranks, *, number=1, role="", why="", dissent=""):
    """Fill in a ballot, ranks by theme_id, as a person would."""
    workbook = load_workbook(folder / f"ballot-{number}.xlsx")
    sheet = workbook["Ballot"]
    for row in sheet.iter_rows(min_row=7):
        if row[8].value in ranks:
            row[6].value = ranks[row[8].value]
            row[7].value = why or None
        if row[1].value == "I dissent because":
            row[2].value = dissent or None
    sheet["C5"] = role
    path = folder.parent / f"{name}.xlsx"
    workbook.save(path)
    return path


ORDER = ("T03", "T04", "T06", "T02", "T05", "T07")


def ranks(order):
    return {theme_id: place for place, theme_id in enumerate(order, start=1)}


def events(folder):
    with Store(folder) as store:
        return store.read("events")


def listed(capsys, folder):
    return json.loads(call(capsys, folder, "list", "--json")[1])


def test_a_round_from_ballot_to_record(capsys, folder):
    paths = [
        fill_in(folder, "a", ranks(ORDER), role="ward manager"),
        fill_in(folder, "b", ranks(ORDER), role="Ward manager"),
        fill_in(folder, "c", ranks(ORDER[::-1]), role="Finance", dissent="Letters first."),
    ]
    code, out, _ = call(capsys, folder, "read", *map(str, paths))
    assert code == 0
    assert "3 ballots read." in out
    assert "Round 1, open: 3 ballots (2 Ward manager, 1 Finance)." in out
    assert "Kendall's W 0.11" in out
    assert "  1  Parking (T03)  mean rank 2.7, ranked 1 to 6" in out
    assert 'Dissent: B03 (Finance) says "Letters first."; ranks Parking 6, the list has it 1; Letters 1' in out
    code, out, _ = call(
        capsys, folder, "close", "--choose", "Parking", "--choose", "T04", "--drop", "letters=a new system comes",
        "--who", "Quality committee", "--reason", "first on two of three",
    )  # fmt: skip
    assert code == 0
    assert "dropped: a new system comes" in out
    assert "Decided by Quality committee: first on two of three" in out
    [found] = listed(capsys, folder)
    decided = {row["theme_id"]: row["decision"] for row in found["list"]}
    assert decided == {"T03": "chosen", "T04": "chosen", "T06": "open", "T02": "open", "T05": "open", "T07": "dropped"}
    assert found["roles"] == {"Finance": 1, "Ward manager": 2}
    assert found["agreement"]["w"] == pytest.approx(1 / 9, abs=1e-6)
    assert is_chain_whole(events(folder))
    _, out, _ = call(capsys, folder)
    assert "Round 2, 3 themes" in out
    assert (folder / "ballot-2.xlsx").exists()
    code, _, err = call(capsys, folder, "read", str(paths[0]))
    assert code == 2
    assert err.strip() == "voice-of-care: a.xlsx: is a ballot of round 1, and round 2 is open. No ballot was taken."


def test_names_are_taken_out_of_roles_reasons_and_dissent(capsys, folder):
    path = fill_in(
        folder,
        "a",
        ranks(ORDER[:1]),
        role="Dr Mary Smith, Porter",
        why="Ask Mary Smith.",
        dissent="Ring 028 9012 3456.",
    )
    call(capsys, folder, "read", str(path), str(fill_in(folder, "b", ranks(ORDER), role="Mary Smith")))
    told = " ".join(events(folder)["payload_json"]) + " ".join(events(folder)["actor"])
    assert "Smith" not in told
    assert "9012 3456" not in told
    assert "not given" in told


def test_the_open_round_is_made_again_but_never_over_what_was_filled_in(capsys, folder, tmp_path):
    files = [folder / "ballot-1.xlsx", folder / "ballot-1.html"]
    before = [path.read_bytes() for path in files]
    code, again, _ = call(capsys, folder, "make")
    assert code == 0
    assert "Round 1, 6 themes (the same as before):\n  A  Food (T05)\n  B  Kindness (T02)" in again
    assert [path.read_bytes() for path in files] == before
    assert len(events(folder)) == 1
    fill_in(folder, "a", ranks(ORDER)).replace(files[0])
    code, _, err = call(capsys, folder)
    assert code == 2
    assert "was filled in" in err
    elsewhere = tmp_path / "ballots"
    assert call(capsys, folder, "--to", str(elsewhere))[0] == 2
    elsewhere.mkdir()
    (elsewhere / "ballot-1.html").write_text("mine")
    code, _, err = call(capsys, folder, "--to", str(elsewhere))
    assert code == 2
    assert "is no ballot of ours" in err
    assert (elsewhere / "ballot-1.html").read_text() == "mine"


def test_a_ballot_needs_no_other_file_and_holds_no_comment(folder):
    page = (folder / "ballot-1.html").read_text(encoding="utf-8")
    assert not any(text in page for text in TEXTS)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("choose", "drop", "told"),
    [
        (("Parkin",), (), "'Parkin' is no theme on the ballot of round 1. There are A Waiting, B Phones"),
        ((), ("Parking",), "gives no reason"),
        ((), ("Parking= ",), "gives no reason"),
        (("E",), ("parking=no",), "Parking is decided on twice"),
        ((), ("T05=no", "T05=never"), "Parking is decided on twice"),
    ],
)
def test_mistakes_in_deciding_are_told_in_one_line(choose, drop, told):
    [found] = read_rounds(made.events(made.opened(), made.in_order("B01", ["T01"])), made.themes())
    with pytest.raises(InputError) as caught:
        read_decision(found, choose, drop)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_themes_are_decided_on_by_letter_id_or_name():
    [found] = read_rounds(made.events(made.opened(), made.in_order("B01", ["T01"])), made.themes())
    decided_on = read_decision(found, ("a", "T02", "waiting"), ("HEATING = a = b",))
    assert decided_on == (("T01", "T02"), {"T06": "a = b"})


def test_a_round_may_end_without_a_ballot_and_nothing_is_read_before_the_next(capsys, folder, tmp_path):
    (tmp_path / "a.csv").write_text("role,theme,rank\nNurse,A,1\n")
    why = ("--who", "Board", "--reason", "so")
    code, _, err = call(capsys, folder, "close", "--choose", "A", *why)
    assert code == 2
    assert "No ballot of round 1 was read yet" in err
    assert "--who is empty" in call(capsys, folder, "close", "--who", " ", "--reason", "so")[2]
    assert call(capsys, folder, "close", *why)[0] == 0
    code, _, err = call(capsys, folder, "read", str(tmp_path / "a.csv"))
    assert code == 2
    assert "No round of ballots is open" in err


def test_a_round_is_closed_on_a_day_that_was(capsys, folder):
    why = ("--who", "Board", "--reason", "so")
    later = (datetime.date.fromisoformat(now()[:10]) + datetime.timedelta(days=2)).isoformat()
    code, _, err = call(capsys, folder, "close", "--on", later, *why)
    assert code == 2
    assert err.startswith(f"voice-of-care: --on {later} is yet to come (today is 2")
    assert err.count("\n") == 1
    assert call(capsys, folder, "close", "--on", now()[:10], *why)[0] == 0
    call(capsys, folder, "--anew")
    code, _, err = call(capsys, folder, "close", "--on", "2001-01-01", *why)
    assert code == 2
    assert "--on 2001-01-01 is before round 1 was closed" in err


def test_options_stand_after_the_command_and_the_project_is_needed(capsys, folder):
    assert run(["ballot"]) == 2
    assert run(["ballot", "--project", str(folder), "list"]) == 2
    assert "write the options after 'list'" in capsys.readouterr().err


def test_a_ballot_read_by_mistake_is_taken_back_and_its_id_not_given_again(capsys, folder):
    path = fill_in(folder, "a", ranks(ORDER))
    call(capsys, folder, "read", str(path))
    why = ("--who", "Facilitator", "--reason", "typed in twice")
    assert "No ballot B07" in call(capsys, folder, "remove", "B07", *why)[2]
    assert call(capsys, folder, "remove", "b01", *why)[0] == 0
    assert "1 ballot read." in call(capsys, folder, "read", str(path))[1]
    assert events(folder)["payload_json"].str.contains('"B02"').any()


def test_all_is_decided_until_it_is_begun_anew(capsys, folder):
    call(capsys, folder, "read", str(fill_in(folder, "a", ranks(ORDER))))
    assert "Round 1 is open" in call(capsys, folder, "--anew")[2]
    drops = [part for letter in "ABCDE" for part in ("--drop", f"{letter}=no")]
    call(capsys, folder, "close", *drops, "--who", "Board", "--reason", "so")
    code, _, err = call(capsys, folder)
    assert code == 2
    assert "1 theme is in the running, and a ballot needs two. To start again with all contenders, add --anew." in err
    assert "Round 2, 6 themes" in call(capsys, folder, "--anew")[1]


def test_ballots_survive_a_new_run_that_keeps_ids_and_a_theme_that_is_gone(capsys, folder):
    call(capsys, folder, "read", str(fill_in(folder, "a", ranks(ORDER))))
    analysis = six_themes()
    kept = analysis.themes[analysis.themes["theme_id"] != "T07"].assign(label=lambda frame: frame["label"] + " now")
    write_run(folder, dataclasses.replace(analysis, themes=conform(kept, THEMES)), number=2)
    [found] = listed(capsys, folder)
    assert [row["theme_id"] for row in found["list"]] == list(ORDER)
    assert found["list"][0]["label"] == "Parking now"
    assert found["list"][-1]["label"] == "Letters"
    late = fill_in(folder, "b", ranks(ORDER), role="Porter")  # handed out before
    assert "2 ballots (1 Porter, 1 not given)" in call(capsys, folder, "read", str(late))[1]


def decided(*decisions):
    analysis = six_themes()
    analysis = dataclasses.replace(analysis, events=record_decisions(analysis.events, decisions, at_utc=made.AT))
    return analysis, apply_decisions(analysis, unit_of=units(analysis.safe_comments))


def test_ballots_edit_no_table_and_are_never_idle():
    told = (made.opened(), made.in_order("B01", ["T02", "T77"]), made.closed(["T02"], {"T77": "gone"}))
    analysis, after = decided(*told)
    assert find_idle(analysis) == []
    for name, frame in analysis.tables().items():
        pd.testing.assert_frame_equal(getattr(after, name), frame)


def test_a_decision_on_a_theme_stays_with_the_theme_it_was_merged_into():
    _, after = decided(
        made.opened(theme_ids=("T02", "T03", "T04")),
        made.in_order("B01", ["T03", "T04", "T02"]),
        made.closed(["T03"], {"T04": "later"}),
        made.merged("T04", "T02"),
    )
    [found] = read_rounds(after.events, after.themes)
    assert found.themes == ("T02", "T03")
    assert found.closing.dropped == {"T02": "later"}
    assert found.in_the_running == ()
    assert [each.label for each in contending(found)] == ["Kindness", "Parking", "Food"]
    assert found.letters == {"A": "T02", "B": "T03", "C": "T02"}
    assert found.printed_as("T02") == ("Food",)
    assert found.printed_as("T03") == ()


def ranking(rows):
    frame = pd.DataFrame(
        [
            {
                "theme_id": theme_id,
                "scope": "overall",
                "score": 0.5,
                "reach": 0.5,
                "concern": 0.5,
                "median_rank": rank,
                "rank_low": rank,
                "rank_high": rank,
                "p_top_five": 0.5,
                "verdict": verdict,
                "rank": rank,
                "is_listed": is_listed,
                "respondents": 9,
                "heard": 99,
                "negative": 3,
                "preset_ranks": [],
            }
            for theme_id, rank, verdict, is_listed in rows
        ],
        columns=list(RANKING.columns),
    )
    return conform(frame, RANKING)


def test_contenders_are_in_the_running_or_listed_and_come_in_the_alphabets_order():
    analysis = six_themes()
    rows = [("T04", 1, "secure", True), ("T07", 2, "contender", False), ("T02", 3, "unlikely", False)]
    rows += [("T05", 4, "unlikely", True), ("T99", 5, "likely", False)]
    found = pick_contenders(ranking(rows), analysis.themes, analysis.assignments)
    assert found == ("T05", "T07", "T04")  # Food, Letters, Waiting
    assert pick_contenders(RANKING.empty(), analysis.themes, analysis.assignments) == (
        "T05", "T02", "T07", "T03", "T06", "T04",
    )  # fmt: skip


def test_at_most_twelve_stand_on_a_ballot_and_what_is_listed_always_does():
    ids = [f"T{number:02d}" for number in range(1, 31)]
    themes = made.themes(("T01",)).loc[[0] * 30].assign(theme_id=ids, label=ids, size=range(30, 0, -1))
    rows = [(theme_id, place, "contender", theme_id == "T30") for place, theme_id in enumerate(ids, start=1)]
    assignments = pd.DataFrame({"theme_id": ids})
    found = pick_contenders(ranking(rows), themes, assignments)
    assert found == (*ids[:11], "T30")
    assert pick_contenders(RANKING.empty(), themes, assignments) == tuple(ids[:LARGEST])
    themes = themes.assign(label=["Other concerns", *ids[1:]])
    assert "T01" not in pick_contenders(RANKING.empty(), themes, assignments)


def test_a_theme_retired_since_is_not_in_the_next_round():
    rounds = read_rounds(made.events(made.opened(), made.closed(["T01"])), made.themes(T02="retired"))
    assert still_in_the_running(rounds, made.themes(T02="retired")) == ("T04", "T06", "T03", "T07", "T05")


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("  ward   manager ", "Ward manager"),
        ("", "not given"),
        ("Not given", "Not given"),
        ("TRUE", "not given"),
        ("3.0", "not given"),
        ("[PERSON_1]", "not given"),
        ("[PERSON_1], 12", "not given"),
        ("Dr [STAFF_1], porter", "Dr [STAFF_1], porter"),
        ("x" * 300, "X" + "x" * 79),
    ],
)
def test_roles_are_tidied(typed, role):
    assert tidy_role(typed) == role


def test_the_mark_tells_projects_apart_and_holds_nothing_of_the_key(folder):
    key = find_project(folder).key
    assert mark_of(key) == mark_of(key) != mark_of(b"another key")
    assert mark_of(key) not in key.hex()


@pytest.mark.parametrize(
    ("w", "word"), [(0, "hardly any"), (0.3, "weak"), (0.69, "moderate"), (0.7, "strong"), (1, "very strong")]
)
def test_agreement_has_a_word(w, word):
    assert agreement_word(w) == word
