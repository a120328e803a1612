"""What a reader hands on: tables as grids of cells, texts as passages, each with its place in the file."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Cell = str | int | float | bool | datetime.datetime | datetime.date | None
PassageKind = Literal["heading", "paragraph", "bullet", "cell", "speech", "attendees"]


@dataclass(frozen=True)
class Grid:
    """A table as it stands in the file, header rows included.

    Row i is record number `first_row + i` of the file. `sheet` is empty where a format has no sheets.
    Rows may differ in length; an empty cell is None.
    """

    sheet: str
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int = 1


@dataclass(frozen=True)
class Passage:
    """A piece of running text; `headings` are those it stands under, outermost first."""

    text: str
    place: str
    kind: PassageKind
    headings: tuple[str, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True)
class ReadFile:
    """The content of one file; `name` is its path relative to the folder given, with forward slashes."""

    path: Path
    name: str
    format: str
    grids: tuple[Grid, ...]
    passages: tuple[Passage, ...]
    sha256: str
    problems: tuple[str, ...] = ()


class Content(NamedTuple):
    """What the reader of one format found in a file's bytes; problems come without the file's name."""

    format: str
    grids: tuple[Grid, ...] = ()
    passages: tuple[Passage, ...] = ()
    problems: tuple[str, ...] = ()


class CannotReadError(Exception):
    """A file can't be read: what is wrong and what to do, without the file's name and without its content."""
