"""The project folder and its database: private, whole or not at all, one line when something is wrong."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.store.made import all_tables, run_row
from voice_of_care.errors import StoreError
from voice_of_care.store import Store, find_project, open_project
from voice_of_care.store.layout import MIGRATIONS, STORED
from voice_of_care.store.refusals import store_errors

POSIX = os.name == "posix"


def test_tables_come_back_as_they_were_written(tmp_path):
    tables = all_tables()
    with Store(tmp_path) as store:
        store.write_run(tables, run_row())
    with Store(tmp_path) as store:
        for name, frame in tables.items():
            if name != "runs":
                pd.testing.assert_frame_equal(store.read(name), frame)
        assert store.read("runs")["frameworks"].tolist() == [["steeep"]]


def test_a_second_run_replaces_the_tables_and_adds_a_row(tmp_path):
    tables = all_tables()
    with Store(tmp_path) as store:
        store.write_run(tables, run_row(1))
        store.write_run({**tables, "themes": tables["themes"].head(1)}, run_row(2))
        assert len(store.read("themes")) == 1
        assert store.read("runs")["run_id"].tolist() == [1, 2]


def test_a_project_made_before_a_column_was_declared_gains_it_and_keeps_its_rows(tmp_path):
    tables = all_tables()
    with Store(tmp_path) as store:
        store.write_run(tables, run_row(1))
    with duckdb.connect(str(tmp_path / "project.duckdb")) as connection:
        connection.execute("ALTER TABLE themes DROP COLUMN size")
    with Store(tmp_path) as store:
        store.write_run(tables, run_row(2))
        pd.testing.assert_frame_equal(store.read("themes"), tables["themes"])


def test_a_run_that_fails_half_way_leaves_the_project_as_it_was(tmp_path, monkeypatch):
    tables = all_tables()
    with Store(tmp_path) as store:
        store.write_run(tables, run_row(1))
        write, count = Store._write_difference, []

        def fail_in_the_middle(self, table, frame, *, run_id):
            count.append(table.name)
            if len(count) == 5:
                raise KeyboardInterrupt
            write(self, table, frame, run_id=run_id)

        monkeypatch.setattr(Store, "_write_difference", fail_in_the_middle)
        with pytest.raises(KeyboardInterrupt):
            store.write_run({name: frame.head(0) for name, frame in tables.items()}, run_row(2))
        monkeypatch.undo()
        pd.testing.assert_frame_equal(store.read("themes"), tables["themes"])
        assert len(store.read("runs")) == 1


def test_vectors_come_back_to_the_bit_and_by_model(tmp_path):
    vector = np.linspace(-1, 1, 7, dtype="f4")
    with Store(tmp_path) as store:
        store.remember_vectors("m", {"a": vector})
        assert store.find_vectors("other", ["a"]) == {}
        found = store.find_vectors("m", ["a", "b"])
    assert list(found) == ["a"]
    assert found["a"].tobytes() == vector.tobytes()


@pytest.mark.skipif(not POSIX, reason="file modes are POSIX")
def test_a_project_is_its_owners_alone(tmp_path):
    folder = tmp_path / "project"
    open_project(folder, settings_text="")
    with Store(folder):
        pass
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "project.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "project.duckdb").stat().st_mode) == 0o600


def test_a_project_keeps_its_key(tmp_path):
    first = open_project(tmp_path / "p", settings_text="")
    assert open_project(tmp_path / "p", settings_text="").key == first.key
    assert open_project(tmp_path / "q", settings_text="").key != first.key


def test_a_lost_or_damaged_key_is_said(tmp_path):
    folder = tmp_path / "p"
    open_project(folder, settings_text="")
    with Store(folder):
        pass
    (folder / "project.key").write_text("short", encoding="ascii")
    with pytest.raises(StoreError, match="damaged"):
        open_project(folder, settings_text="")
    (folder / "project.key").unlink()
    with pytest.raises(StoreError, match="missing"):
        open_project(folder, settings_text="")


def test_no_project_and_no_database_are_said_in_one_line(tmp_path):
    with pytest.raises(StoreError, match="no analysed project"):
        find_project(tmp_path / "nowhere")
    (tmp_path / "project.duckdb").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError) as caught:
        Store(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_project_open_in_another_program_is_said(tmp_path):
    code = (
        "import sys; from pathlib import Path; from voice_of_care.store import Store\n"
        "store = Store(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout.readline().strip() == b"open"
    try:
        with pytest.raises(StoreError, match="open in another program"):
            Store(tmp_path)
    finally:
        other.communicate(b"")


def test_a_newer_project_is_refused(tmp_path):
    with Store(tmp_path) as store:
        store._connection.execute("INSERT INTO migrations VALUES (99)")
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path)


def test_columns_are_declared_together_with_a_migrations_number():
    declared = sorted(
        f"{table.name}.{name} {column.sql_type}" for table in STORED.values() for name, column in table.columns.items()
    )
    digest = hashlib.sha256("\n".join(declared).encode()).hexdigest()[:12]
    assert (len(MIGRATIONS), digest) == (4, "d58879ce5cd2"), "add a line to MIGRATIONS, then this number and digest"


def test_a_full_disk_leaves_no_half_key_and_no_half_settings(tmp_path, monkeypatch):
    whole = Path.write_text

    def full(path, text, **named):
        whole(path, text[:3], **named)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="No space left"):
        open_project(tmp_path / "p", settings_text="[project]\n")
    monkeypatch.undo()
    assert list((tmp_path / "p").iterdir()) == []
    assert len(open_project(tmp_path / "p", settings_text="").key) == 32


def test_a_commit_that_fails_says_disk_and_a_damaged_database_says_so(tmp_path):
    with pytest.raises(StoreError, match="free space"), store_errors(tmp_path):
        raise duckdb.TransactionException("TransactionContext Error: Failed to commit: Could not write file")
    (tmp_path / "project.duckdb").write_bytes(b"garbage" * 2000)
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path)
