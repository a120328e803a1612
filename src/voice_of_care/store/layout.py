"""What the database holds: which tables a run writes, and how a project of older code is brought up to date."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from voice_of_care.insight_tables import INSIGHT_TABLES
from voice_of_care.raw import RAW_TABLES
from voice_of_care.tables import EVALUATIONS, EVENTS, RUNS, TABLES, Table
from voice_of_care.trend_tables import TREND_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

COMPUTED: Mapping[str, Table] = MappingProxyType({table.name: table for table in (*TREND_TABLES, *INSIGHT_TABLES)})
"""Never stored: made from the others each time an analysis is read, after all decisions."""

KEPT: Mapping[str, Table] = MappingProxyType({table.name: table for table in (RUNS, EVENTS, EVALUATIONS)})
"""Stored, and of no run: runs, what people decided, how far people agreed. Taking back a run leaves them."""

VERSIONED: Mapping[str, Table] = MappingProxyType(
    {
        **{table.name: table for table in RAW_TABLES},
        **{name: table for name, table in TABLES.items() if name not in COMPUTED and name not in KEPT},
    }
)
"""Written by runs: each row with the run that brought it, the run that took it away, and its place in the order."""

STORED: Mapping[str, Table] = MappingProxyType({**VERSIONED, **KEPT})

_HIDDEN = MappingProxyType({"from_run": "BIGINT", "to_run": "BIGINT", "place": "DOUBLE"})

_ROWS_OF_THE_LAST_RUN = ";".join(
    f"UPDATE {name} SET place = rowid, from_run = (SELECT coalesce(max(run_id), 0) FROM runs)"  # noqa: S608 (ours)
    for name in VERSIONED
)

MIGRATIONS: tuple[str, ...] = (
    "CREATE TABLE embeddings (model VARCHAR, text_hash VARCHAR, vector BLOB, PRIMARY KEY (model, text_hash))",
    "SELECT 'statements, examples, evaluations and seeds'",
    f"""{_ROWS_OF_THE_LAST_RUN};
    UPDATE examples SET from_run = 0;
    UPDATE comments SET run_id = from_run;
    UPDATE safe_comments SET run_id = from_run;
    UPDATE sources SET run_id = from_run, channel = coalesce(preset, format);
    UPDATE runs SET kind = 'analyse', theme_version = 1, parts = '{{}}',
        comments_changed = 0, comments_removed = 0,
        comments_added = CASE WHEN run_id < (SELECT max(run_id) FROM runs) THEN 0
            ELSE (SELECT count(*) FROM comments) END,
        last_theme_number = (
            SELECT coalesce(max(try_cast(regexp_extract(theme_id, '[0-9]+$') AS BIGINT)), 0) FROM themes);
    CREATE TABLE history (known_from BIGINT);
    INSERT INTO history SELECT CASE WHEN count(*) > 1 THEN max(run_id) ELSE 0 END FROM runs""",  # noqa: S608 (ours)
    "SELECT 'nearness'",
)
"""What is done to databases, by number, once all declared tables and columns are there. Whoever declares new ones adds
a line, so that older code says that a newer one made the project; where a new column is required, the line fills it."""


def bring_up_to_date(connection: duckdb.DuckDBPyConnection) -> bool:
    """Make the tables and columns that are missing, and fill in what older code left out.

    Returns:
        False where newer code made the database, which is then left alone.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
    done = int(connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchall()[0][0])
    if done > len(MIGRATIONS):
        return False
    for table in STORED.values():
        _make(connection, table)
    for number, statements in enumerate(MIGRATIONS[done:], start=done + 1):
        connection.execute(statements)
        connection.execute("INSERT INTO migrations VALUES (?)", [number])
    return True


def _make(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make a table, or add what it has gained since the project was made; such columns are empty until filled."""
    types = {name: column.sql_type for name, column in table.columns.items()}
    if table.name in VERSIONED:
        types |= _HIDDEN
    columns = ", ".join(f'"{name}" {sql_type}' for name, sql_type in types.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table.name} ({columns})")
    there = {row[0] for row in connection.execute(f"SHOW {table.name}").fetchall()}
    for name, sql_type in types.items():
        if name not in there:
            connection.execute(f'ALTER TABLE {table.name} ADD COLUMN "{name}" {sql_type}')
