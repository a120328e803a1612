"""Read comments that people have coded: the comments as ever, and beside them the cells of the code columns.

Every coded row with text is read, also those that a run would set aside; these are told apart. Of the other columns
only those asked for come back, and the words of the comment never among them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.errors import InputError
from voice_of_care.intake.cleaning import EMPTY, TOO_LONG, UNREADABLE, clean_text
from voice_of_care.intake.items import find_defaults
from voice_of_care.intake.layout import clean_header, find_layout
from voice_of_care.intake.ledger import comments_of
from voice_of_care.intake.readers import read_file
from voice_of_care.intake.reading import ReadComments
from voice_of_care.intake.records import read_table
from voice_of_care.intake.repeats import give_ids
from voice_of_care.raw import REPEATS
from voice_of_care.settings import MappingSettings
from voice_of_care.tables import SET_ASIDE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from voice_of_care.intake.items import Item
    from voice_of_care.intake.readers import Cell, Grid
    from voice_of_care.intake.repeats import Ids
    from voice_of_care.settings import Settings

YES = frozenset(("1", "1.0", "x", "yes", "y", "true", "t", "✓", "✔", "☑", "ticked"))
NO = frozenset(("0", "0.0", "no", "n", "false", "f", "-", "☐"))
_UNUSABLE = frozenset((EMPTY, UNREADABLE, TOO_LONG))
_SEARCHED_ROWS = 15
_FEWEST_MARKS = 1


class CodedSheet(NamedTuple):
    """A table as it stands in a file, and which of its columns hold nothing but marks such as 1 or x."""

    name: str
    sheet: str
    headers: tuple[str, ...]
    marked: frozenset[str]
    grid: Grid
    header_row: int


class CodedComments(NamedTuple):
    """Coded comments as read.

    Args:
        read: the comments; one that two coders coded stands once.
        aside: comment_id and the reason, for those that a run would set aside.
        codings: one row a coded row: record, comment_id (none where there is no text), and the cells asked for.
        texts: all words that stand in the column of texts, casefolded: what no message may show.
    """

    read: ReadComments
    aside: pd.DataFrame
    codings: pd.DataFrame
    texts: frozenset[str]


def open_coded(path: Path, *, settings: Settings) -> tuple[CodedSheet, ...]:
    """Return the tables of a file of coded comments.

    Raises:
        InputError: the file can't be read, or holds no table.
    """
    content = read_file(path, path.name, settings=settings.intake)
    sheets = []
    for grid in content.grids:
        row = _header_row(grid)
        if row is None:
            continue
        headers = tuple(clean_header(cell) for cell in grid.rows[row])
        twice = sorted(header for header, count in Counter(headers).items() if header and count > 1)
        if twice:
            msg = f"{path.name}: the column '{twice[0][:60]}' stands twice. Give one another header, or delete it."
            raise InputError(msg)
        body = grid.rows[row + 1 :]
        marked = frozenset(header for place, header in enumerate(headers) if header and _holds_marks(body, place))
        sheets.append(CodedSheet(path.name, grid.sheet, headers, marked, grid, row))
    if not sheets:
        msg = f"{path.name}: no table with a header row was found in it. Give CSV or Excel, one comment a row."
        raise InputError(msg)
    return tuple(sheets)


def read_coded(
    sheet: CodedSheet, *, columns: Mapping[str, str], wanted: Sequence[str], settings: Settings, key: bytes
) -> CodedComments:
    """Read the comments of a table and the cells of the columns asked for.

    Args:
        sheet: as `open_coded` gives it.
        columns: header by role: text, and where there are such columns id, question, respondent and coder.
        wanted: headers of further columns whose cells come back as plain text.
        settings: how files are read.
        key: the project's, for ids.
    """
    layout = find_layout(sheet.grid, name=sheet.name, settings=_mapped(columns, settings))
    if layout is None:
        msg = f"{sheet.name}: there is no record below the header."
        raise InputError(msg)
    defaults = find_defaults(sheet.name, settings)
    items = read_table(sheet.grid, layout, source=sheet.name, defaults=defaults, settings=settings.intake).items
    ids = give_ids(items, key=key)
    place_of = {header: place for place, header in enumerate(sheet.headers)}
    first: dict[tuple[str, ...], Ids] = {}
    kept: list[tuple[Item, Ids]] = []
    rows: list[dict[str, object]] = []
    for item, own in zip(items, ids, strict=True):
        cells = sheet.grid.rows[item.place]
        found: dict[str, object] = {
            header: (_plain if header in columns.values() else _lines)(cells, place_of[header]) for header in wanted
        }
        comment_id = None
        if item.reason not in _UNUSABLE:
            comment = _comment_of(item, own, cells, columns, place_of)
            if comment not in first:
                first[comment] = own
                kept.append((item, own))
            comment_id = first[comment].comment_id
        rows.append({"record": item.source_ref, "comment_id": comment_id, **found})
    aside = [(own.comment_id, item.reason) for item, own in kept if item.reason is not None]
    return CodedComments(
        ReadComments(comments_of(kept), REPEATS.empty(), SET_ASIDE.empty(), SOURCES.empty(), ()),
        pd.DataFrame(aside, columns=["comment_id", "reason"], dtype="str"),
        pd.DataFrame(rows, columns=["record", "comment_id", *wanted]).astype({"record": "str"}),
        frozenset(" ".join(item.text.casefold().split()) for item in items),
    )


def _comment_of(
    item: Item, own: Ids, cells: Sequence[Cell], columns: Mapping[str, str], place_of: Mapping[str, int]
) -> tuple[str, ...]:
    """Return what tells a comment from others: its record; its id, question and words where coders are named."""
    if "coder" not in columns:
        return (own.comment_id,)
    given = _plain(cells, place_of[columns["id"]]) if "id" in columns else ""
    return (given, " ".join((item.question or "").split()), " ".join(item.text.split()))


def _mapped(columns: Mapping[str, str], settings: Settings) -> Settings:
    """Return the settings with the columns named, so that nothing is guessed."""
    mapping = MappingSettings(
        comment=(columns["text"],),
        respondent_id=columns.get("respondent", ""),
        question=columns.get("question", ""),
    )
    return settings.model_copy(update={"mapping": (mapping,)})


def _header_row(grid: Grid) -> int | None:
    """Return the first row that has as many cells as most rows below it, none of them a number."""
    filled = [sum(cell is not None and str(cell).strip() != "" for cell in row) for row in grid.rows]
    for row, count in enumerate(filled[:_SEARCHED_ROWS]):
        below = sorted(number for number in filled[row + 1 :] if number)
        if count > 1 and below and count >= 0.6 * below[len(below) // 2] and _is_header(grid.rows[row]):
            return row
    return None


def _is_header(cells: Sequence[Cell]) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in cells) and not any(
        re.fullmatch(r"[\d.,/:-]+", str(cell).strip()) for cell in cells if cell is not None
    )


def _holds_marks(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    values = {_plain(cells, place).casefold() for cells in rows} - {""}
    return len(values) >= _FEWEST_MARKS and values <= (YES | NO)


def _plain(cells: Sequence[Cell], place: int) -> str:
    return " ".join(clean_text(cells[place]).split()) if place < len(cells) else ""


def _lines(cells: Sequence[Cell], place: int) -> str:
    """Return a cell as plain text in which line breaks still stand."""
    lines = clean_text(cells[place]).splitlines() if place < len(cells) else []
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())
