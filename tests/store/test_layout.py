"""A project of older code: it opens, reads as it did, is added to, and says what it can't know."""

import duckdb
import pandas as pd
import pytest

from tests.store.made import all_tables, run_row
from voice_of_care.errors import StoreError
from voice_of_care.raw import RAW_TABLES
from voice_of_care.store import Store
from voice_of_care.store.layout import COMPUTED, KEPT, MIGRATIONS, STORED, VERSIONED
from voice_of_care.tables import TABLES

NEW_TABLES = ("theme_prototypes", "lineage", "nearness", *(table.name for table in RAW_TABLES[2:]), "history")
NEW_COLUMNS = {
    "runs": (
        *("kind", "theme_version", "comments_added", "comments_changed", "comments_removed"),
        *("last_theme_number", "parts", "undone_at"),
    ),
    "sources": ("channel", "run_id"),
    "comments": ("run_id",),
    "safe_comments": ("run_id",),
}
OLD = sorted(set(STORED) - set(NEW_TABLES))


def make_old(folder, *, runs=1):
    """Make a database as code of the second layout left it, after as many runs."""
    with Store(folder) as store:
        store.write_run(all_tables(), run_row())
    with duckdb.connect(str(folder / "project.duckdb")) as connection:
        for number in range(2, runs + 1):
            connection.execute("INSERT INTO runs SELECT * REPLACE (? AS run_id) FROM runs WHERE run_id = 1", [number])
        connection.execute("DELETE FROM migrations WHERE number > 2")
        for name in NEW_TABLES:
            connection.execute(f"DROP TABLE {name}")
        for name in OLD:
            hidden = ("from_run", "to_run", "place") if name in VERSIONED else ()
            for column in (*NEW_COLUMNS.get(name, ()), *hidden):
                connection.execute(f"ALTER TABLE {name} DROP COLUMN {column}")


def test_every_table_is_of_a_run_or_kept_or_computed():
    assert not set(VERSIONED) & set(KEPT)
    assert not set(STORED) & set(COMPUTED)
    assert set(TABLES) <= set(STORED) | set(COMPUTED)


def test_a_project_of_older_code_reads_as_it_did(tmp_path):
    make_old(tmp_path)
    with Store(tmp_path) as store:
        for name, frame in all_tables().items():
            if name not in {"runs", "sources", "comments", "safe_comments"}:
                pd.testing.assert_frame_equal(store.read(name), frame)
        assert store.read("sources")["channel"].tolist() == ["csv"]
        last = store.last_run()
        assert (last["kind"], last["theme_version"], last["last_theme_number"]) == ("analyse", 1, 3)
        assert store._connection.execute("SELECT max(number) FROM migrations").fetchone() == (len(MIGRATIONS),)


def test_a_project_of_older_code_is_added_to_and_the_addition_is_undone(tmp_path):
    make_old(tmp_path)
    with Store(tmp_path) as store:
        before = store.read("themes")
        store.write_run({"themes": before.head(1)}, run_row(store.next_run_id()))
        assert len(store.read("themes")) == 1
        store.undo_run(at_utc="2026-01-01T00:00:00+00:00")
        pd.testing.assert_frame_equal(store.read("themes"), before)


def test_what_older_code_replaced_is_not_brought_back(tmp_path):
    make_old(tmp_path, runs=3)
    with Store(tmp_path) as store:
        assert store.next_run_id() == 4
        with pytest.raises(StoreError, match="not kept"):
            store.undo_run(at_utc="2026-01-01T00:00:00+00:00")
        with pytest.raises(StoreError, match="not kept"):
            store.read("themes", as_of=2)
        assert len(store.read("themes", as_of=3)) == 3
