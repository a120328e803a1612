"""What the database says when it can't, in one line that names the file and never a value."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from voice_of_care.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAMAGED = ("not a valid duckdb", "corrupt", "checksum", "deserializ", "read enough bytes")  # as the database says it


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
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
