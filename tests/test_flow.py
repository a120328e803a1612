"""The whole flow on a small folder: nothing vanishes, the same bytes twice, decisions survive, clear refusals."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import duckdb
import pandas as pd
import pytest
from openpyxl import load_workbook
from sklearn.metrics import adjusted_mutual_info_score, homogeneity_score

from voice_of_care import Settings, analyse
from voice_of_care.cli import run
from voice_of_care.decisions import Decision, record_decisions
from voice_of_care.store import Store

ROOT = Path(__file__).resolve().parents[1]
KEY = "ab" * 32
PLACES = (
    "the day ward",
    "the clinic",
    "maternity",
    "the Antrim clinic",
    "outpatients",
    "the unit",
    "ward two",
    "physio",
)
SAID = {
    "kindness": (
        "The nurses at {} were so kind and gentle with my granny.",
        "Staff in {} showed real compassion and listened.",
        "Everyone at {} was warm, caring and patient with us.",
        "The healthcare assistant in {} was lovely and kind.",
    ),
    "waiting": (
        "I waited five hours to be seen at {} with no explanation.",
        "The waiting list for {} is far too long, nearly a year.",
        "Another two hour wait past my appointment time at {}.",
        "Long delays again at {}, the queue never moved.",
    ),
    "parking": (
        "There was nowhere to park near {} and I missed my slot.",
        "Parking at {} is a disgrace, the car park is always full.",
        "Could not find a disabled parking space at {}.",
        "The parking charges at {} are very dear.",
    ),
    "food": (
        "The food in {} was cold and tasteless every day.",
        "Dinner at {} came late and the meals were poor.",
        "Lovely meals and plenty of tea at {}.",
        "My father could not eat the food he was given in {}.",
    ),
}


def make_folder(folder, *, reverse=False):
    """Write feedback of 128 respondents and the notes of a workshop."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for sayings in SAID.values():
        for place in PLACES:
            rows += [
                {"Feedback ID": f"F{len(rows) + number}", "Date": "14/03/2024", "Comment": saying.format(place)}
                for number, saying in enumerate(sayings, start=1)
            ]
    rows[5]["Comment"] += " Thank you to Siobhan Quill, ring me on 07700 900123."
    rows += [
        {"Feedback ID": "F900", "Date": "15/03/2024", "Comment": "n/a"},
        {"Feedback ID": "F901", "Date": "15/03/2024", "Comment": ""},
    ]
    frame = pd.DataFrame(rows[::-1] if reverse else rows)
    frame.to_csv(folder / "feedback.csv", index=False, encoding="utf-8")
    notes = docx.Document()
    notes.add_heading("What do we need to do well?", level=1)
    for point in ("Staff need to listen to families.", "Several people said the wait for a bed is too long."):
        notes.add_paragraph(point, style="List Bullet")
    notes.save(str(folder / "workshop.docx"))
    return folder


def make_project(folder):
    """Make a project folder with a key everybody may know."""
    folder.mkdir()
    (folder / "project.key").write_text(KEY + "\n", encoding="ascii")
    return folder


def exported(project, folder):
    """Return the exported tables as bytes, without the times of the runs."""
    assert run(["tables", "--project", str(project), "--to", str(folder)]) == 0
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name not in {"runs.csv", "events.csv"}}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Analyse the small folder once for all tests that only look."""
    base = tmp_path_factory.mktemp("flow")
    folder = make_folder(base / "in")
    project = make_project(base / "project")
    code = run(["analyse", str(folder), "--project", str(project), "--report", str(base / "r.html"), "--quiet"])
    assert code == 0
    return base


def test_every_comment_is_analysed_or_set_aside_with_a_reason(done, tmp_path):
    exported(done / "project", tmp_path / "t")
    read = {name: pd.read_csv(tmp_path / "t" / f"{name}.csv") for name in ("safe_comments", "set_aside", "sources")}
    ledger = read["sources"].set_index("source")
    assert ledger["comments"].to_dict() == {"feedback.csv": 128, "workshop.docx": 2}
    assert ledger["set_aside"]["feedback.csv"] == 2
    assert len(read["safe_comments"]) == 130
    at_intake = read["set_aside"][read["set_aside"]["step"] == "intake"]
    assert len(at_intake) == 2
    assert at_intake["reason"].notna().all()


def test_planted_themes_are_found_and_told_apart(done, tmp_path):
    exported(done / "project", tmp_path / "t")
    tables = {name: pd.read_csv(tmp_path / "t" / f"{name}.csv") for name in ("assignments", "segments", "themes")}
    best = tables["assignments"].sort_values("strength", ascending=False).drop_duplicates("segment_id")
    coded = tables["segments"].merge(best, on="segment_id", validate="one_to_one")
    frames = {
        topic: "|".join(re.escape(saying.split("{}")[0 if saying.index("{}") else 1].strip()) for saying in sayings)
        for topic, sayings in SAID.items()
    }
    planted = pd.Series([None] * len(coded), dtype="object")
    for topic, pattern in frames.items():
        planted[coded["text"].str.contains(pattern)] = topic
    known = planted.notna()
    assert known.sum() >= 120
    assert homogeneity_score(planted[known], coded.loc[known, "theme_id"]) > 0.9
    assert adjusted_mutual_info_score(planted[known], coded.loc[known, "theme_id"]) > 0.5
    assert tables["themes"]["label"].is_unique


def test_no_identifier_and_no_raw_text_gets_past_the_wall(done, tmp_path):
    bytes_of = exported(done / "project", tmp_path / "t")
    for content in [*bytes_of.values(), (done / "r.html").read_bytes()]:
        text = content.decode("utf-8")
        assert "Siobhan" not in text
        assert "Quill" not in text
        assert "900123" not in text
    assert b"[STAFF_1]" in bytes_of["safe_comments.csv"] or b"[PERSON_1]" in bytes_of["safe_comments.csv"]


def test_the_same_comments_in_another_order_give_the_same_bytes(done, tmp_path):
    folder = make_folder(tmp_path / "other", reverse=True)
    project = make_project(tmp_path / "project")
    paths = [str(folder / "workshop.docx"), str(folder / "feedback.csv")]
    assert run(["analyse", *paths, "--project", str(project), "--report", str(tmp_path / "r.html"), "--quiet"]) == 0
    one, other = exported(done / "project", tmp_path / "a"), exported(project, tmp_path / "b")
    for name in ("themes.csv", "assignments.csv", "theme_links.csv", "sentiments.csv", "segments.csv", "quotes.csv"):
        assert other[name] == one[name], name
    assert (tmp_path / "r.html").read_bytes() == (done / "r.html").read_bytes()


def test_without_network_with_one_thread_and_another_hash_seed_the_bytes_are_the_same(done, tmp_path):
    project = make_project(tmp_path / "project")
    command = [sys.executable, "-m", "voice_of_care", "analyse", str(done / "in"), "--project", str(project), "--quiet"]
    if shutil.which("unshare") and subprocess.run(["unshare", "-rn", "true"], check=False).returncode == 0:  # noqa: S607
        command = ["unshare", "-rn", *command]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    env = {**os.environ, **threads, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    subprocess.run([*command, "--report", str(tmp_path / "r.html")], check=True, env=env)  # noqa: S603
    assert exported(project, tmp_path / "b") == exported(done / "project", tmp_path / "a")
    assert (tmp_path / "r.html").read_bytes() == (done / "r.html").read_bytes()


def test_decisions_survive_a_second_run_with_another_encoder(done, tmp_path, capsys):
    shutil.copytree(done / "project", tmp_path / "project")
    project, book = str(tmp_path / "project"), tmp_path / "decisions.xlsx"
    assert run(["decide", "--project", project, "--list", str(book)]) == 0
    workbook = load_workbook(book)
    workbook["Start here"]["B2"] = "Ann"
    sheet = workbook["Quotes"]
    header = {cell.value: cell.column for cell in sheet[1]}
    quote = sheet.cell(2, header["quote"]).value
    sheet.cell(2, header["decision"]).value = "approve"
    themes = workbook["Themes"]
    header = {cell.value: cell.column for cell in themes[1]}
    renamed = themes.cell(2, header["theme_id"]).value
    themes.cell(2, header["new name"]).value = "What Ann calls it"
    workbook.save(book)
    assert run(["decide", "--project", project, "--apply", str(book)]) == 0
    with duckdb.connect(str(tmp_path / "project" / "project.duckdb")) as connection:  # as if another encoder made them
        connection.execute("UPDATE theme_vectors SET model = 'older-1', vector = [0.6, 0.8]")
    capsys.readouterr()
    assert run(["analyse", str(done / "in"), "--project", project]) == 0
    assert "nothing to apply to" not in capsys.readouterr().out
    exported(Path(project), tmp_path / "t")
    after = pd.read_csv(tmp_path / "t" / "themes.csv").set_index("theme_id")
    assert after["label"][renamed] == "What Ann calls it"
    assert after["status"][renamed] == "confirmed"
    quotes = pd.read_csv(tmp_path / "t" / "quotes.csv")
    assert (quotes["status"] == "approved").sum() >= 1
    assert run(["report", "--project", project, "--to", str(tmp_path / "after.html")]) == 0
    html = (tmp_path / "after.html").read_text(encoding="utf-8")
    assert "What Ann calls it" in html
    assert quote[:40] in html
    assert quote[:40] not in (done / "r.html").read_text(encoding="utf-8")


def test_a_damaged_file_is_one_line_and_the_rest_goes_on(done, tmp_path, capsys):
    folder = tmp_path / "in"
    shutil.copytree(done / "in", folder)
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 not a document")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "picture.csv").write_bytes(bytes(range(256)) * 50)
    assert run(["analyse", str(folder), "--project", str(tmp_path / "p"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    problems = [problem for source in summary["sources"] for problem in source["problems"]]
    for name in ("broken.docx", "empty.csv", "picture.csv"):
        assert len([problem for problem in problems if name in problem]) == 1
    assert summary["comments_analysed"] == 130


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["analyse", "nowhere", "--project", "{}"], "nowhere"),
        (["report", "--project", "{}", "--to", "r.html"], "no analysed project"),
        (["frameworks", "show", "steep"], "Did you mean steeep"),
        (["redact", "nowhere.docx"], "nowhere.docx"),
        (["inspect", "nowhere"], "nowhere"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_2(tmp_path, capsys, arguments, says):
    assert run([argument.replace("{}", str(tmp_path / "p")) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_disk_that_fills_up_leaves_the_project_as_it_was(done, tmp_path, monkeypatch, capsys):
    import duckdb

    shutil.copytree(done / "project", tmp_path / "project")
    before = exported(tmp_path / "project", tmp_path / "before")
    load = Store._load

    def full(self, table, frame):
        if table.name == "sentiments":
            raise duckdb.IOException("IO Error: No space left on device")
        load(self, table, frame)

    monkeypatch.setattr(Store, "_load", full)
    more = tmp_path / "more.csv"
    more.write_text("Feedback ID,Date,Comment\nF950,16/03/2024,The car park at Alder House was full.\n", "utf-8")
    assert run(["add", str(more), "--project", str(tmp_path / "project"), "--quiet"]) == 2
    assert "space" in capsys.readouterr().err
    monkeypatch.undo()
    assert exported(tmp_path / "project", tmp_path / "after") == before


def test_redact_shows_safe_text_and_where_words_were_taken_out(done, capsys):
    assert run(["redact", str(done / "in" / "feedback.csv"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 128
    redacted = [line for line in lines if line["redactions"]]
    assert len(redacted) == 1
    assert {"PERSON", "PHONE"} & {redaction["kind"].split("_")[0] for redaction in redacted[0]["redactions"]}
    assert "Quill" not in redacted[0]["safe_text"]


def test_inspect_stores_nothing(done, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["inspect", str(done / "in"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []


def test_too_few_comments_are_said(tmp_path, capsys):
    (tmp_path / "one.csv").write_text("Date,Comment\n14/03/2024,The food was cold and late\n", encoding="utf-8")
    assert run(["analyse", str(tmp_path / "one.csv"), "--project", str(tmp_path / "p")]) == 2
    assert "Too little data" in capsys.readouterr().err


def test_the_page_about_python_runs(done, tmp_path, monkeypatch):
    shutil.copytree(done / "in", tmp_path / "notes")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "guide" / "python.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL))
    exec(compile(code, "python.md", "exec"), {})  # noqa: S102


def test_the_python_interface_stores_nothing(done, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    analysis = analyse([done / "in"], Settings(), key=bytes.fromhex(KEY))
    assert len(analysis.safe_comments) == 130
    assert list(tmp_path.iterdir()) == []


def test_people_in_file_names_are_taken_out_wherever_the_name_stands(done, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(done / "in", folder)
    (folder / "workshop.docx").rename(folder / "2024-03-14 Siobhan Quill.docx")
    (folder / "Aoife Brannigan.docx").write_bytes(b"no document")
    project = make_project(tmp_path / "project")
    assert run(["analyse", str(folder), "--project", str(project), "--report", str(tmp_path / "r.html"), "-q"]) == 0
    everything = b"".join([*exported(project, tmp_path / "t").values(), (tmp_path / "r.html").read_bytes()])
    for name in (b"Siobhan", b"Quill", b"Aoife", b"Brannigan"):
        assert name not in everything
    assert b"2024-03-14 [PERSON_" in everything


def test_decisions_changed_from_outside_are_noticed(done, tmp_path, capsys):
    shutil.copytree(done / "project", tmp_path / "project")
    decision = Decision("theme.confirm", {"theme_id": "T01"}, {"status": "proposed"}, "Ann")
    with Store(tmp_path / "project") as store:
        events = record_decisions(store.read("events"), [decision], at_utc="2024-01-01T00:00:00+00:00")
        store.append_events(events.assign(actor="Bob"))
    assert run(["report", "--project", str(tmp_path / "project"), "--to", str(tmp_path / "r.html")]) == 2
    assert "changed from outside" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_what_nobody_has_approved_is_its_owners_alone(done, tmp_path):
    project = str(done / "project")
    assert run(["decide", "--project", project, "--list", str(tmp_path / "list.xlsx")]) == 0
    assert run(["report", "--project", project, "--to", str(tmp_path / "in.html"), "--profile", "internal"]) == 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "list.xlsx", tmp_path / "in.html")} == {0o600}


def test_explain_marks_words_in_safe_text_and_knows_its_ids(done, tmp_path, capsys):
    exported(done / "project", tmp_path / "t")
    segments = pd.read_csv(tmp_path / "t" / "segments.csv")
    capsys.readouterr()
    segment = segments[segments["text"].str.split().str.len() > 4].iloc[0]
    assert run(["explain", segment["segment_id"], "--project", str(done / "project"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["text"] for each in told["segments"]] == [segment["text"]]
    assert {"kind", "voice", "sentiment"} <= {reason["about"] for reason in told["segments"][0]["reasons"]}
    assert run(["explain", "VOC-NONE", "--project", str(done / "project")]) == 2
    error = capsys.readouterr().err
    assert "No comment or segment of this project has that id" in error
    assert error.count("\n") == 1
