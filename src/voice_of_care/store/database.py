"""The database of a project: tables as they stand and as they stood, runs, decisions, vectors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import duckdb
import numpy as np
import pandas as pd

from voice_of_care.errors import StoreError
from voice_of_care.store.folder import DATABASE_FILE
from voice_of_care.store.layout import COMPUTED, KEPT, STORED, VERSIONED, bring_up_to_date
from voice_of_care.store.places import places_for, steady
from voice_of_care.store.refusals import store_errors
from voice_of_care.tables import EVALUATIONS, EVENTS, EXAMPLES, RUNS, Table, conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

_OF_NO_RUN = 0
_CONNECTION_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


class Store:
    """The database of a project, open for one writer. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE_FILE
        with store_errors(self._path):
            self._connection = duckdb.connect(str(self._path), config=_CONNECTION_SETTINGS)
            self._path.chmod(0o600)
            self._remove_unfinished()
            with self._transaction():
                if not bring_up_to_date(self._connection):
                    msg = f"{folder}: made by a newer version of voice-of-care. Update voice-of-care first."
                    raise StoreError(msg)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        with store_errors(self._path):
            self._connection.close()

    def read(self, name: str, *, as_of: int | None = None) -> pd.DataFrame:
        """Return a table in the order it was written.

        Args:
            name: the table; one that is never stored is empty.
            as_of: the table as this run left it; by default as it stands. What is of no run (decisions, evaluations) is
                always as it stands, and of the runs those up to this one that stand are given.

        Raises:
            StoreError: there is no such run, it was undone, or what it left is no longer known.
        """
        if name in COMPUTED:
            return COMPUTED[name].empty()
        table = STORED[name]
        if as_of is not None:
            self._refuse_unknown(as_of)
        if name == RUNS.name:
            runs = self._fetch(table, "" if as_of is None else f"WHERE undone_at IS NULL AND run_id <= {as_of:d}")
            return runs.sort_values("run_id", ignore_index=True)
        if name in KEPT:
            return self._fetch(table, "")
        then = (
            "to_run IS NULL" if as_of is None else f"from_run <= {as_of:d} AND (to_run IS NULL OR to_run > {as_of:d})"
        )
        return self._fetch(table, f"WHERE {then} ORDER BY place")

    def standing_runs(self) -> pd.DataFrame:
        """Return the runs that were not undone, as declared in `tables.RUNS`, oldest first."""
        runs = self.read(RUNS.name)
        return runs[runs["undone_at"].isna()].reset_index(drop=True)

    def last_run(self) -> pd.Series | None:
        """Return the last run that stands; none where there is none."""
        standing = self.standing_runs()
        return None if standing.empty else standing.iloc[-1]

    def run_before(self) -> int | None:
        """Return the run before the last that stands, where what it left is still known."""
        standing = self.standing_runs()["run_id"].astype(int).tolist()
        before = standing[-2] if len(standing) > 1 else None
        return None if before is None or before < self._known_from() else before

    def next_run_id(self) -> int:
        """Return the number of the next run; that of an undone run is not used again."""
        numbers = self.read(RUNS.name)["run_id"]
        return int(numbers.max()) + 1 if len(numbers) else 1

    def last_theme_number(self) -> int:
        """Return the highest number a theme was ever given, in undone runs too."""
        numbers = self.read(RUNS.name)["last_theme_number"]
        return int(numbers.max()) if len(numbers) else 0

    def write_run(self, tables: Mapping[str, pd.DataFrame], run: pd.DataFrame) -> None:
        """Write what is different in these tables since the run before, and this run's row, all in one transaction.

        Args:
            tables: whole tables by name, as they are to stand; those left out stay as they are. Tables that are of no
                run or never stored are passed over.
            run: one row, with a number above those of all runs before it.

        Raises:
            StoreError: the run's number was used before, or the database can't be written.
        """
        checked = {name: conform(frame, VERSIONED[name]) for name, frame in tables.items() if name in VERSIONED}
        row = conform(run, RUNS)
        number = int(row["run_id"].iloc[0])
        if number < self.next_run_id():
            msg = f"{self._path.parent}: there was a run {number} before. Run it again."
            raise StoreError(msg)
        with store_errors(self._path), self._transaction():
            for name, frame in checked.items():
                self._write_difference(VERSIONED[name], frame, run_id=number)
            self._insert(RUNS, row)

    def undo_run(self, *, at_utc: str, run_id: int | None = None) -> pd.DataFrame:
        """Take back the last run that stands; decisions, evaluations and remembered vectors stay.

        Args:
            at_utc: the time of day, kept beside the run.
            run_id: take back this run and all later ones instead.

        Returns:
            The runs undone, as declared in `tables.RUNS`, newest first.

        Raises:
            StoreError: there is no such run, or what stood before it is no longer known.
        """
        standing = self.standing_runs()
        if standing.empty:
            msg = f"{self._path.parent}: there is no run to undo."
            raise StoreError(msg)
        first = int(standing["run_id"].iloc[-1]) if run_id is None else run_id
        self._refuse_unknown(first)
        if first <= self._known_from():
            msg = (
                f"{self._path.parent}: run {first} can't be undone: what stood before it was not kept or was forgotten."
            )
            raise StoreError(msg)
        with store_errors(self._path), self._transaction():
            for name in VERSIONED:
                self._connection.execute(f"DELETE FROM {name} WHERE from_run >= ?", [first])  # noqa: S608
                self._connection.execute(f"UPDATE {name} SET to_run = NULL WHERE to_run >= ?", [first])  # noqa: S608
            self._connection.execute(
                "UPDATE runs SET undone_at = ? WHERE run_id >= ? AND undone_at IS NULL", [at_utc, first]
            )
        undone = standing[standing["run_id"] >= first].assign(undone_at=at_utc)
        return conform(undone.iloc[::-1], RUNS)

    def forget_history(self) -> int:
        """Drop all rows that no longer stand, and all remembered vectors, from the file itself; return how many rows.

        Words that were withdrawn are then gone from the project, also where a reviewer's decision made an example of
        them. No run before this can be undone any more.
        """
        gone = 0
        with store_errors(self._path), self._transaction():
            for name in VERSIONED:
                rows = self._connection.execute(f"DELETE FROM {name} WHERE to_run IS NOT NULL RETURNING 1")  # noqa: S608
                gone += len(rows.fetchall())
            rows = self._connection.execute(
                "DELETE FROM examples WHERE origin = 'reviewer' AND NOT EXISTS"
                " (SELECT 1 FROM safe_comments AS said"
                " WHERE said.to_run IS NULL AND contains(said.text, examples.text))"
                " RETURNING 1"
            )
            gone += len(rows.fetchall())
            self._connection.execute("DELETE FROM embeddings")
            self._connection.execute(
                "UPDATE history SET known_from = (SELECT coalesce(max(run_id), 0) FROM runs WHERE undone_at IS NULL)"
            )
        self._write_file_anew()
        return gone

    def append_events(self, events: pd.DataFrame) -> None:
        """Append reviewers' decisions; events are never changed or deleted."""
        checked = conform(events, EVENTS)
        with store_errors(self._path), self._transaction():
            self._insert(EVENTS, checked)

    def write_evaluation(self, evaluations: pd.DataFrame) -> None:
        """Keep an evaluation instead of the framework's last one."""
        checked = conform(evaluations, EVALUATIONS)
        with store_errors(self._path), self._transaction():
            for framework_id in sorted(set(checked["framework_id"])):
                self._connection.execute("DELETE FROM evaluations WHERE framework_id = ?", [framework_id])
            self._insert(EVALUATIONS, checked)

    def keep_examples(self, examples: pd.DataFrame) -> None:
        """Replace the examples outside of a run; those that are new are of no run, and undoing a run leaves them."""
        checked = conform(examples, EXAMPLES)
        with store_errors(self._path), self._transaction():
            self._write_difference(EXAMPLES, checked, run_id=_OF_NO_RUN)
            same = " AND ".join(f"old.{name} IS NOT DISTINCT FROM kept.{name}" for name in EXAMPLES.key)
            self._connection.execute(  # when a run is undone such a row would come back beside the one just kept
                "DELETE FROM examples AS old USING (SELECT * FROM examples WHERE to_run IS NULL) AS kept"  # noqa: S608
                f" WHERE old.to_run IS NOT NULL AND {same}"
            )

    def find_vectors(self, model: str, text_hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the cached vectors among these text hashes: float32, as they were remembered."""
        wanted = pd.DataFrame({"text_hash": pd.Series(list(text_hashes), dtype="object")})
        with store_errors(self._path):
            self._connection.register("wanted", wanted)
            rows = self._connection.execute(
                "SELECT text_hash, vector FROM embeddings SEMI JOIN wanted USING (text_hash) WHERE model = ?", [model]
            ).fetchall()
            self._connection.unregister("wanted")
        return {text_hash: np.frombuffer(vector, dtype="<f4") for text_hash, vector in rows}

    def remember_vectors(self, model: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Cache vectors by text hash."""
        frame = pd.DataFrame(
            {
                "model": model,
                "text_hash": pd.Series(list(vectors), dtype="object"),
                "vector": pd.Series([v.astype("<f4").tobytes() for v in vectors.values()], dtype="object"),
            }
        )
        with store_errors(self._path), self._transaction():
            self._connection.register("remembered", frame)
            self._connection.execute("INSERT OR IGNORE INTO embeddings SELECT model, text_hash, vector FROM remembered")
            self._connection.unregister("remembered")

    def _fetch(self, table: Table, which: str) -> pd.DataFrame:
        with store_errors(self._path):
            frame = self._connection.execute(f"SELECT {_names(table)} FROM {table.name} {which}").df()  # noqa: S608
        return conform(frame, table)

    def _write_difference(self, table: Table, frame: pd.DataFrame, *, run_id: int) -> None:
        """Write the rows that are new or stand elsewhere, and close those that no longer stand.

        Rows that are the same, in the same order, are not touched: so a small change costs little.
        """
        self._load(table, frame)
        same = " AND ".join(f'old."{name}" IS NOT DISTINCT FROM fresh."{name}"' for name in table.columns)
        met = self._connection.execute(
            f"SELECT old.rowid AS old_row, old.place, fresh_row FROM {table.name} AS old JOIN fresh ON {same}"  # noqa: S608
            " WHERE old.to_run IS NULL ORDER BY fresh_row"
        ).fetchnumpy()
        old_rows, rows, places = (np.asarray(met[name]) for name in ("old_row", "fresh_row", "place"))
        stays = steady(places)
        made = places_for(len(frame), kept=rows[stays], places=places[stays])
        if made is None:
            stays[:], made = False, np.arange(len(frame), dtype=float)
        new = np.setdiff1d(np.arange(len(frame)), rows[stays])
        self._connection.register("staying", pd.DataFrame({"old_row": old_rows[stays]}))
        self._connection.register("placed", pd.DataFrame({"fresh_row": new, "place": made[new]}))
        gone = "WHERE to_run IS NULL AND rowid NOT IN (SELECT old_row FROM staying)"
        if run_id == _OF_NO_RUN:
            self._connection.execute(f"DELETE FROM {table.name} {gone}")  # noqa: S608
        else:
            self._connection.execute(f"UPDATE {table.name} SET to_run = {run_id:d} {gone}")  # noqa: S608
        self._connection.execute(
            f"INSERT INTO {table.name} BY NAME SELECT {_names(table)}, {run_id:d} AS from_run, place"  # noqa: S608
            " FROM fresh JOIN placed USING (fresh_row) ORDER BY fresh_row"
        )
        self._connection.unregister("staying")
        self._connection.unregister("placed")
        self._connection.execute("DROP TABLE fresh")

    def _load(self, table: Table, frame: pd.DataFrame) -> None:
        """Make the frame a table in memory, in the database's types."""
        self._connection.register("handed", frame.assign(fresh_row=np.arange(len(frame))))
        self._connection.execute(f"CREATE TEMP TABLE fresh AS SELECT {_casts(table)}, fresh_row FROM handed")  # noqa: S608
        self._connection.unregister("handed")

    def _insert(self, table: Table, frame: pd.DataFrame) -> None:
        self._connection.register("handed", frame)
        self._connection.execute(f"INSERT INTO {table.name} BY NAME SELECT {_casts(table)} FROM handed")  # noqa: S608
        self._connection.unregister("handed")

    def _known_from(self) -> int:
        """Return the first run whose tables are known; it can't be undone unless it is 0."""
        with store_errors(self._path):
            return int(self._connection.execute("SELECT known_from FROM history").fetchall()[0][0])

    def _refuse_unknown(self, run_id: int) -> None:
        """Refuse a run that isn't there, was undone, or was followed by a run that left no history."""
        standing = set(self.standing_runs()["run_id"].astype(int))
        if run_id not in standing:
            msg = f"{self._path.parent}: there is no run {run_id} that stands. See 'voice-of-care runs'."
            raise StoreError(msg)
        if run_id < self._known_from():
            msg = (
                f"{self._path.parent}: what run {run_id} left was not kept or was forgotten. See 'voice-of-care runs'."
            )
            raise StoreError(msg)

    def _write_file_anew(self) -> None:
        """Copy the database into a new file and put that in its place: deleted words stay in the old file's gaps."""
        with store_errors(self._path):
            self._remove_unfinished()
            target = str(self._unfinished).replace("'", "''")
            here = str(self._connection.execute("SELECT current_database()").fetchall()[0][0]).replace('"', '""')
            try:
                self._connection.execute(f"ATTACH '{target}' AS unfinished")
                self._unfinished.chmod(0o600)
                self._connection.execute(f'COPY FROM DATABASE "{here}" TO unfinished')
                self._connection.execute("DETACH unfinished")
                self._connection.close()
                self._unfinished.replace(self._path)
            finally:
                self._remove_unfinished()
            self._connection = duckdb.connect(str(self._path), config=_CONNECTION_SETTINGS)

    @property
    def _unfinished(self) -> Path:
        return self._path.with_name(f"{self._path.name}.unfinished")

    def _remove_unfinished(self) -> None:
        """Remove what a killed copy left: it holds words."""
        self._unfinished.unlink(missing_ok=True)
        self._unfinished.with_name(f"{self._unfinished.name}.wal").unlink(missing_ok=True)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()


def write_parquet(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Write one declared table as a Parquet file."""
    with store_errors(path), duckdb.connect(config=_CONNECTION_SETTINGS) as connection:
        connection.register("handed", frame)
        target = str(path).replace("'", "''")
        connection.execute(f"COPY (SELECT {_casts(table)} FROM handed) TO '{target}' (FORMAT parquet)")  # noqa: S608


def _names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.columns)


def _casts(table: Table) -> str:
    return ", ".join(f'CAST("{name}" AS {column.sql_type}) AS "{name}"' for name, column in table.columns.items())
