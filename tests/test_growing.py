"""Projects that grow: batches join what is there, corrections replace rows, a refit says what became of each theme."""

import json
import shutil

import duckdb
import pandas as pd
import pytest

from tests.test_flow import exported, make_folder, make_project
from tests.test_kill import write_batch
from voice_of_care.cli import run


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Analyse the small folder once, and export its tables."""
    folder = tmp_path_factory.mktemp("growing")
    project = make_project(folder / "project")
    assert run(["analyse", str(make_folder(folder / "in")), "--project", str(project), "--quiet"]) == 0
    exported(project, folder / "tables")
    write_batch(folder / "april.csv")
    return folder


@pytest.fixture
def project(base, tmp_path):
    """Copy the analysed project."""
    shutil.copytree(base / "project", tmp_path / "project")
    return tmp_path / "project"


def told(capsys, *words):
    """Run a command and return what it prints as JSON."""
    capsys.readouterr()
    code = run([str(word) for word in (*words, "--json")])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return json.loads(captured.out)


def tables_of(project, folder):
    """Return the exported tables by name."""
    exported(project, folder)
    return {file.stem: pd.read_csv(file, encoding="utf-8-sig", dtype=str) for file in folder.glob("*.csv")}


def test_what_was_read_before_is_passed_over_whatever_its_name(base, project, tmp_path, capsys):
    before = exported(project, tmp_path / "before")
    shutil.copy(base / "in" / "feedback.csv", tmp_path / "renamed.csv")
    for command in ("add", "analyse"):
        summary = told(capsys, command, base / "in", tmp_path / "renamed.csv", "--project", project)
        assert summary["kind"] == "nothing_new"
        assert summary["comments_added"] == 0
        assert len(summary["files_seen"]) == 3
    assert exported(project, tmp_path / "after") == before


def test_a_batch_joins_the_themes_there_are(base, project, tmp_path, capsys):
    before = tables_of(project, tmp_path / "before")
    summary = told(capsys, "add", base / "april.csv", "--project", project)
    assert (summary["kind"], summary["comments_added"], summary["comments_analysed"]) == ("add", 24, 154)
    after = tables_of(project, tmp_path / "after")
    frozen = ["theme_id", "label", "description", "keywords", "parent_id"]
    standing = after["themes"][after["themes"]["status"] != "candidate"]
    pd.testing.assert_frame_equal(standing[frozen].reset_index(drop=True), before["themes"][frozen])
    kept = after["assignments"].merge(before["assignments"], how="inner")
    assert len(kept) == len(before["assignments"])
    new = after["safe_comments"].loc[after["safe_comments"]["run_id"] == "2", "comment_id"]
    assert len(new) == 24
    everything = [*after["assignments"]["segment_id"], *after["set_aside"]["item_id"]]
    segments = after["segments"]
    assert set(segments.loc[segments["comment_id"].isin(new), "segment_id"]) <= set(everything)
    assert set(after["sentiments"]["segment_id"]) == set(segments["segment_id"])
    assert len(after["series"]) > len(before["series"])


def test_a_corrected_file_replaces_its_rows_and_nothing_vanishes(base, project, tmp_path, capsys):
    rows = pd.read_csv(base / "in" / "feedback.csv", keep_default_na=False)
    rows.loc[3, "Comment"] = "The nurses listened to us and explained the plan for my granny."
    corrected = tmp_path / "feedback.csv"
    rows.drop(index=[10, 11]).to_csv(corrected, index=False)
    before = tables_of(project, tmp_path / "before")
    summary = told(capsys, "add", corrected, "--project", project)
    counts = ("comments_added", "comments_changed", "comments_removed", "comments_analysed")
    assert tuple(summary[name] for name in counts) == (0, 1, 2, 128)
    after = tables_of(project, tmp_path / "after")
    gone = set(before["safe_comments"]["comment_id"]) - set(after["safe_comments"]["comment_id"])
    assert len(gone) == 2
    assert gone <= set(after["set_aside"]["item_id"])
    assert not gone & set(after["segments"]["comment_id"])
    assert after["safe_comments"]["text"].str.contains("explained the plan").sum() == 1
    assert run(["undo", "--project", str(project)]) == 0
    assert exported(project, tmp_path / "undone") == exported(base / "project", tmp_path / "base")


def test_names_given_later_are_taken_out_of_what_is_there(base, project, tmp_path, capsys):
    assert tables_of(project, tmp_path / "before")["safe_comments"]["text"].str.contains("Alder").sum() == 0
    settings = project / "voice-of-care.toml"
    settings.write_text('[deidentify]\nnames = ["granny"]\n', encoding="utf-8")
    for command in (["report", "--to", str(tmp_path / "r.html")], ["tables", "--to", str(tmp_path / "t")]):
        assert run([*command, "--project", str(project)]) == 2
        assert "take out has changed" in capsys.readouterr().err
    assert told(capsys, "add", base / "in", "--project", project)["kind"] == "add"
    after = tables_of(project, tmp_path / "after")
    for name, frame in after.items():
        words = frame.astype(str).apply(lambda column: column.str.contains("granny", case=False)).to_numpy()
        assert not words.any(), name
    assert set(after["sentiments"]["segment_id"]) == set(after["segments"]["segment_id"])


def test_a_refit_keeps_ids_says_what_became_of_each_theme_and_can_be_undone(base, project, tmp_path, capsys):
    assert run(["add", str(base / "april.csv"), "--project", str(project), "--quiet"]) == 0
    before = tables_of(project, tmp_path / "before")
    summary = told(capsys, "refit", "--project", project)
    assert (summary["kind"], summary["theme_version"], summary["comments_analysed"]) == ("refit", 2, 154)
    after = tables_of(project, tmp_path / "after")
    leaves = set(after["theme_vectors"]["theme_id"])
    lineage = after["lineage"]
    assert set(lineage["new_theme_id"].dropna()) == leaves
    assert set(lineage["relation"]) <= {"kept", "split", "merged", "part", "gone", "new"}
    assert (lineage["relation"] == "kept").sum() >= len(leaves) / 2
    assert told(capsys, "runs", "--project", project)[-1]["theme_version"] == 2
    assert run(["undo", "--project", str(project)]) == 0
    undone = tables_of(project, tmp_path / "undone")
    for name, frame in before.items():
        pd.testing.assert_frame_equal(undone[name], frame)


def test_a_project_that_kept_no_records_is_analysed_once_more_first(base, project, capsys):
    with duckdb.connect(str(project / "project.duckdb")) as connection:
        connection.execute("DELETE FROM records")
    assert run(["add", str(base / "april.csv"), "--project", str(project)]) == 2
    assert "older version" in capsys.readouterr().err
    summary = told(capsys, "analyse", base / "in", "--project", project)
    assert (summary["kind"], summary["comments_analysed"]) == ("analyse", 130)
    assert told(capsys, "add", base / "april.csv", "--project", project)["comments_added"] == 24


def test_comments_of_other_models_are_not_mixed(base, project, capsys):
    with duckdb.connect(str(project / "project.duckdb")) as connection:
        connection.execute("""UPDATE runs SET parts = replace(parts, '"models": "', '"models": "other')""")
    assert run(["add", str(base / "april.csv"), "--project", str(project)]) == 2
    assert "refit" in capsys.readouterr().err
    assert told(capsys, "refit", "--project", project)["kind"] == "refit"
    assert told(capsys, "add", base / "april.csv", "--project", project)["kind"] == "add"


def test_add_needs_a_project_that_was_analysed(tmp_path, capsys):
    (tmp_path / "more.csv").write_text("Date,Comment\n14/03/2024,The food was cold\n", encoding="utf-8")
    for command in (["add", str(tmp_path / "more.csv")], ["refit"], ["undo"], ["runs"]):
        assert run([*command, "--project", str(tmp_path / "none")]) == 2
        assert "analyse" in capsys.readouterr().err


def test_a_file_that_comes_again_under_another_header_is_told_of(base, project, tmp_path, capsys):
    rows = pd.read_csv(base / "in" / "feedback.csv", keep_default_na=False)
    rows.assign(Extra="").to_csv(tmp_path / "again.csv", index=False)
    summary = told(capsys, "add", tmp_path / "again.csv", base / "april.csv", "--project", project)
    problems = {each["source"]: " ".join(each["problems"]) for each in summary["sources"]}
    assert "128 of 128 comments have the words and the date" in problems["again.csv"]
    assert "words and the date" not in problems["april.csv"]
