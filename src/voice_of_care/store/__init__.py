"""The project folder and its database: the one place where a project is kept, and the only SQL.

A project is a folder with `voice-of-care.toml` (settings), `project.key` (the key that ids and pseudonyms are made
with) and `project.duckdb` (all tables). A run is written in one transaction: after a crash, a full disk or a kill the
project is as it was before. A run writes what is different since the run before, so that it can be taken back.
"""

from __future__ import annotations

from voice_of_care.store.database import Store, write_parquet
from voice_of_care.store.folder import Project, find_project, open_project

__all__ = ["Project", "Store", "find_project", "open_project", "write_parquet"]
