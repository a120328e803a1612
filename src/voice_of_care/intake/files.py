"""Find the files to read: recursively, each once, in an order that does not depend on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class FoundFile(NamedTuple):
    """A file to read, and the name it goes by: its path below the folder given, with forward slashes."""

    path: Path
    name: str


class Unreadable(NamedTuple):
    """A file or folder that can't be read, and why in one line that begins with its name."""

    path: Path
    name: str
    reason: str


class FoundFiles(NamedTuple):
    """The files to read, ordered by name, and what could not be looked into."""

    files: tuple[FoundFile, ...]
    problems: tuple[Unreadable, ...]


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """Find the files to read under folders and files given.

    Raises:
        InputError: a path given does not exist.
    """
    raise InputError
