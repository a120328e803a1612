"""The project folder and its database: the one place where a project is kept, and the only SQL.

A project is a folder with `voice-of-care.toml` (settings), `project.key` (the key that ids and pseudonyms are made
with) and `project.duckdb` (all tables). A run is written in one transaction: after a crash, a full disk or a kill the
project is as it was before.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

import duckdb
import numpy as np
import pandas as pd

from voice_of_care.errors import StoreError
from voice_of_care.raw import COMMENTS, REPEATS
from voice_of_care.settings import SETTINGS_FILE, Settings, load_settings
from voice_of_care.tables import EVALUATIONS, EVENTS, EXAMPLES, RUNS, TABLES, Table, conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

KEY_FILE = "project.key"
DATABASE_FILE = "project.duckdb"
_KEY_BYTES = 32
_KEPT = (RUNS.name, EVENTS.name, EVALUATIONS.name)  # a run replaces all other tables
_STORED: Mapping[str, Table] = {COMMENTS.name: COMMENTS, REPEATS.name: REPEATS, **TABLES}

_MIGRATIONS: tuple[str, ...] = (
    "CREATE TABLE embeddings (model VARCHAR, text_hash VARCHAR, vector BLOB, PRIMARY KEY (model, text_hash))",
    "SELECT 'statements, examples, evaluations and seeds'",
)
"""What was done to databases, by number. Declared tables and columns are added without a statement here; yet whoever
declares new ones adds a line that names them, so that older code says that a newer one made the project."""

_DAMAGED = ("not a valid duckdb", "corrupt", "checksum", "deserializ", "read enough bytes")  # as the database says it
_CONNECTION_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}


class Project(NamedTuple):
    """A project folder, its settings and its key."""

    folder: Path
    settings: Settings
    key: bytes


def open_project(folder: Path, *, settings_text: str) -> Project:
    """Return the project in a folder; make the folder, the settings file and the key where there are none.

    Args:
        folder: the project folder; it is readable by its owner only.
        settings_text: what a new settings file holds.

    Raises:
        StoreError: the folder can't be made, or its key is damaged.
        SettingsError: its settings file is not as it should be.
    """
    settings_file = folder / SETTINGS_FILE
    key_file = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if not settings_file.exists():
            _write_whole(settings_file, settings_text)
        if not key_file.exists():
            if (folder / DATABASE_FILE).exists():
                msg = f"{folder}: {KEY_FILE} is missing, so ids can't be made as before. Put the file back."
                raise StoreError(msg)
            _write_whole(key_file, secrets.token_hex(_KEY_BYTES) + "\n")
        key_text = key_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        msg = f"{folder}: the project folder can't be used ({reason}). Check its place and your rights there."
        raise StoreError(msg) from None
    return Project(folder, load_settings(settings_file), _parse_key(key_text, folder))


def find_project(folder: Path) -> Project:
    """Return a project that has been analysed before.

    Raises:
        StoreError: there is none in this folder.
    """
    if not (folder / DATABASE_FILE).is_file():
        msg = f"{folder}: no analysed project here. Run 'voice-of-care analyse PATH --project {folder}' first."
        raise StoreError(msg)
    return open_project(folder, settings_text="")


def _write_whole(path: Path, text: str) -> None:
    """Write a file of its owner's whole or not at all: a full disk or a kill must not leave half a key."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _parse_key(key_text: str, folder: Path) -> bytes:
    try:
        key = bytes.fromhex(key_text)
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        msg = f"{folder}: {KEY_FILE} is damaged. Put back a copy of it; without it ids can't be made as before."
        raise StoreError(msg)
    return key


class Store:
    """The database of a project, open for one writer. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DATABASE_FILE
        with _store_errors(self._path):
            self._connection = duckdb.connect(str(self._path), config=_CONNECTION_SETTINGS)
            self._path.chmod(0o600)
            self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        with _store_errors(self._path):
            self._connection.close()

    def read(self, name: str) -> pd.DataFrame:
        """Return a table in the order it was written."""
        table = _STORED[name]
        with _store_errors(self._path):
            frame = self._connection.execute(f"SELECT {_names(table)} FROM {table.name}").df()  # noqa: S608
        return conform(frame, table)

    def write_run(self, tables: Mapping[str, pd.DataFrame], run: pd.DataFrame) -> None:
        """Replace the tables of the last run and append this run's row, all in one transaction."""
        checked = {name: conform(frame, _STORED[name]) for name, frame in tables.items() if name not in _KEPT}
        row = conform(run, RUNS)
        with _store_errors(self._path), self._transaction():
            for name, frame in checked.items():
                self._connection.execute(f"DELETE FROM {name}")  # noqa: S608
                self._insert(_STORED[name], frame)
            self._insert(RUNS, row)

    def append_events(self, events: pd.DataFrame) -> None:
        """Append reviewers' decisions; events are never changed or deleted."""
        checked = conform(events, EVENTS)
        with _store_errors(self._path), self._transaction():
            self._insert(EVENTS, checked)

    def write_evaluation(self, evaluations: pd.DataFrame) -> None:
        """Keep an evaluation instead of the framework's last one."""
        checked = conform(evaluations, EVALUATIONS)
        with _store_errors(self._path), self._transaction():
            for framework_id in sorted(set(checked["framework_id"])):
                self._connection.execute("DELETE FROM evaluations WHERE framework_id = ?", [framework_id])
            self._insert(EVALUATIONS, checked)

    def keep_examples(self, examples: pd.DataFrame) -> None:
        """Replace the examples: in a project that has not been analysed yet."""
        checked = conform(examples, EXAMPLES)
        with _store_errors(self._path), self._transaction():
            self._connection.execute("DELETE FROM examples")
            self._insert(EXAMPLES, checked)

    def find_vectors(self, model: str, text_hashes: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the cached vectors among these text hashes: float32, as they were remembered."""
        wanted = pd.DataFrame({"text_hash": pd.Series(list(text_hashes), dtype="object")})
        with _store_errors(self._path):
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
        with _store_errors(self._path), self._transaction():
            self._connection.register("fresh", frame)
            self._connection.execute("INSERT OR IGNORE INTO embeddings SELECT model, text_hash, vector FROM fresh")
            self._connection.unregister("fresh")

    def _insert(self, table: Table, frame: pd.DataFrame) -> None:
        plain = pd.DataFrame({name: _plain(frame[name]) for name in frame.columns})
        self._connection.register("fresh", plain)
        self._connection.execute(f"INSERT INTO {table.name} BY NAME SELECT {_casts(table)} FROM fresh")  # noqa: S608
        self._connection.unregister("fresh")

    def _migrate(self) -> None:
        with self._transaction():
            self._connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
            row = self._connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
            done = int(row[0]) if row else 0
            if done > len(_MIGRATIONS):
                msg = f"{self._path.parent}: made by a newer version of voice-of-care. Update voice-of-care first."
                raise StoreError(msg)
            for number, statement in enumerate(_MIGRATIONS[done:], start=done + 1):
                self._connection.execute(statement)
                self._connection.execute("INSERT INTO migrations VALUES (?)", [number])
            for table in _STORED.values():
                columns = ", ".join(f'"{name}" {column.sql_type}' for name, column in table.columns.items())
                self._connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({columns})")
                self._add_new_columns(table)

    def _add_new_columns(self, table: Table) -> None:
        """Add what the table has gained since the project was made; such columns are empty until the next run."""
        there = {row[0] for row in self._connection.execute(f"SHOW {table.name}").fetchall()}
        for name, column in table.columns.items():
            if name not in there:
                self._connection.execute(f'ALTER TABLE {table.name} ADD COLUMN "{name}" {column.sql_type}')

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
    with _store_errors(path), duckdb.connect(config=_CONNECTION_SETTINGS) as connection:
        connection.register("fresh", pd.DataFrame({name: _plain(frame[name]) for name in frame.columns}))
        target = str(path).replace("'", "''")
        connection.execute(f"COPY (SELECT {_casts(table)} FROM fresh) TO '{target}' (FORMAT parquet)")  # noqa: S608


def _plain(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_float_dtype(values):
        return values
    return pd.Series(
        [value if isinstance(value, list) or not pd.isna(value) else None for value in values], dtype="object"
    )


def _names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.columns)


def _casts(table: Table) -> str:
    return ", ".join(f'CAST("{name}" AS {column.sql_type}) AS "{name}"' for name, column in table.columns.items())


@contextmanager
def _store_errors(path: Path) -> Iterator[None]:
    """Turn the database's errors into one line that names the file and never a value."""
    try:
        yield
    except duckdb.Error as error:
        raise StoreError(f"{path}: {_refusal(error, path)}") from None
    except OSError as error:
        msg = f"{path}: {error.strerror}. Check free space on the disk and your rights to the folder."
        raise StoreError(msg) from None


def _refusal(error: duckdb.Error, path: Path) -> str:
    said = str(error).lower().replace(str(path).lower(), "")
    if any(sign in said for sign in _DAMAGED):
        return "the database is damaged. Put back a copy of the file, or analyse into a new project folder."
    if "set lock" in said or "being used by another process" in said:
        return "the project is open in another program. Close it there, then try again."
    if isinstance(error, duckdb.IOException) or "failed to commit" in said or "no space" in said:
        return "can't be read or written. Check free space on the disk and your rights to the folder."
    what = type(error).__name__
    return f"the database refused ({what}). The project is as it was; if it is damaged put back a copy."
