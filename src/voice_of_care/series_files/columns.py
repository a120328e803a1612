"""The rows and columns of a file of one series: where its header stands, and what each column is.

Messages name lines and columns, never what stands in a cell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import InputError, SettingsError
from voice_of_care.intake.readers.content import CannotReadError
from voice_of_care.intake.readers.delimited import read_delimited
from voice_of_care.series_files.numbers import are_numbers
from voice_of_care.series_files.periods import read_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ROLES = {
    "period": (
        *("period", "date", "month", "week", "quarter", "year", "time", "day", "reporting period", "period start"),
        *("start date", "period ending", "month ending", "week ending", "month starting", "week starting", "starts on"),
    ),
    "value": ("value", "measure", "result", "percent", "percentage", "%", "rate", "score", "share", "mean", "average"),
    "numerator": ("numerator", "count", "events", "number", "num", "r", "k", "cases", "successes"),
    "denominator": ("denominator", "n", "total", "denom", "den", "base", "of", "population", "responses", "sample"),
}
_PERIODS = frozenset(_ROLES["period"])
KNOWN_HEADERS = frozenset(name for names in _ROLES.values() for name in names)
"""Headers told apart by name, as `plain_name` writes them: the only ones that may be printed of a file of any kind."""
_MOST_TITLES = 20
OR_SAY = ", or say which it is: --{role} COLUMN"
"""How a person at the command line may tell a column that is not found."""


class Row(NamedTuple):
    """Cells of one line."""

    line: int
    cells: tuple[str, ...]


class Named(NamedTuple):
    """Headers of the columns that a person named, empty where none was."""

    period: str = ""
    value: str = ""
    numerator: str = ""
    denominator: str = ""


class Table(NamedTuple):
    """A header, its line, the rows under it, and the lines above it that are passed over."""

    header: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    titles: tuple[int, ...]


class Roles(NamedTuple):
    """Places of the columns, and of those not used."""

    period: int
    value: int | None
    numerator: int | None
    denominator: int | None
    ignored: tuple[int, ...]


def read_table(path: Path, named: Named) -> Table:
    """Read the header and the rows under it.

    Raises:
        InputError: there is no such file, or no rows in it.
    """
    rows = [row for row in _read_rows(path) if any(row.cells)]
    place = _header_place(rows, named)
    header = rows[place].cells if rows else ()
    under = rows[place + 1 :]
    if not under:
        msg = f"{path}: holds no rows under a header. Give a CSV file with the columns period and value."
        raise InputError(msg)
    for row in under:
        if any(row.cells[len(header) :]):
            msg = f"{path}, line {row.line}: has more cells than the header. Put quotes around numbers with commas."
            raise InputError(msg)
    blank = ("",) * len(header)
    return Table(
        header,
        rows[place].line,
        tuple(Row(row.line, (*row.cells, *blank)[: len(header)]) for row in under),
        tuple(row.line for row in rows[:place]),
    )


def _read_rows(path: Path) -> list[Row]:
    try:
        grid = read_delimited(path.read_bytes()).grids[0]
    except FileNotFoundError:
        msg = f"{path}: there is no such file. Check the name."
        raise InputError(msg) from None
    except (OSError, ValueError) as error:
        msg = f"{path}: can't be read ({getattr(error, 'strerror', None) or 'no name of a file'}). Give one CSV file."
        raise InputError(msg) from None
    except (CannotReadError, IndexError) as error:
        msg = f"{path}: {error}" if isinstance(error, CannotReadError) else f"{path}: holds no rows. Give a CSV file."
        raise InputError(msg) from None
    return [
        Row(number, tuple("" if cell is None else str(cell).strip() for cell in row))
        for number, row in enumerate(grid.rows, start=grid.first_row)
    ]


def _header_place(rows: Sequence[Row], named: Named) -> int:
    """Return which row is the header: the last above the figures that names the columns asked for, or the period."""
    above = []
    for row in rows[:_MOST_TITLES]:
        if _holds_figures(row):
            break
        above.append({plain_name(cell) for cell in row.cells if cell})
    asked = {plain_name(each) for each in named if each}
    wide = [place for place, cells in enumerate(above) if len(cells) > 1]
    places = [place for place in wide if asked and asked <= above[place]]
    places = places or [place for place in wide if _PERIODS & above[place]]
    if places:
        return places[-1]
    if len(above) < len(rows) and len(above) < _MOST_TITLES:
        return max(len(above) - 1, 0)
    return wide[0] if wide else 0


def _holds_figures(row: Row) -> bool:
    """Return whether a row holds a number beside a date or another number, as no title does."""
    numbers = sum(are_numbers([cell]) for cell in row.cells)
    dates = sum(
        day is not None and not are_numbers([cell]) for cell, day in zip(row.cells, read_days(row.cells), strict=True)
    )
    return numbers > 0 and numbers + dates > 1


def find_roles(table: Table, named: Named, path: Path, *, or_say: str = OR_SAY) -> Roles:
    """Tell which column is the period and which the value, or numerator and denominator.

    Args:
        table: header and rows.
        named: headers of columns the person named.
        path: as errors call the file.
        or_say: what else than naming its columns a person may do, with {role}.

    Raises:
        InputError: a column named is not there, or it can't be told.
    """
    header = table.header
    names = [plain_name(each) for each in header]
    asked = {role: _named_place(role, text, table, path) for role, text in named._asdict().items() if text}
    _refuse_contradiction(asked, path)
    exact = _places_by_name(names, asked)
    if len(header) == 2 and not exact["period"]:
        exact["period"] = [0]
    period = _only("period", exact["period"], header, path)
    if period is None:
        msg = f"{path}: no column is the period. Name one of its columns period{or_say.format(role='period')}."
        raise InputError(msg)
    rest = [place for place in range(len(header)) if place != period]
    is_plain = "value" in asked
    denominator = _only("denominator", exact["denominator"], header, path) if len(rest) > 1 and not is_plain else None
    numerator = _only("numerator", exact["numerator"], header, path) if denominator is not None else None
    if denominator is not None and numerator is not None:
        used = {period, denominator, numerator}
        return Roles(period, None, numerator, denominator, tuple(sorted(set(rest) - used)))
    if asked.keys() & {"numerator", "denominator"}:
        lacks = "numerator" if "denominator" in asked else "denominator"
        msg = f"{path}: no column is the {lacks}. Say which it is: --{lacks} COLUMN."
        raise InputError(msg)
    value = _value_place(exact["value"], rest, table, path, or_say)
    return Roles(period, value, None, None, tuple(place for place in rest if place != value))


def _places_by_name(names: Sequence[str], asked: Mapping[str, int]) -> dict[str, list[int]]:
    """Return the columns that could have each role; one that was named has its own and no other."""
    taken = set(asked.values())
    found: dict[str, list[int]] = {
        role: [place for place, name in enumerate(names) if name in synonyms and place not in taken]
        for role, synonyms in _ROLES.items()
    }
    exact = {role: [place for place in places if names[place] == role] or places for role, places in found.items()}
    return {**_tell_n_of_total(exact, names), **{role: [place] for role, place in asked.items()}}


def _value_place(places: Sequence[int], rest: Sequence[int], table: Table, path: Path, or_say: str) -> int:
    value = _only("value", places, table.header, path)
    if value is None:
        numeric = [place for place in rest if are_numbers([row.cells[place] for row in table.rows])]
        value = (numeric if len(rest) > 1 else rest)[0] if len(numeric) == 1 or len(rest) == 1 else None
    if value is None:
        msg = (
            f"{path}: no column is the value. Name the columns period and value, or period, numerator and denominator"
            f"{or_say.format(role='value')}."
        )
        raise InputError(msg)
    if are_numbers([table.header[value]]):
        msg = f"{path}: the first line holds figures. Put the headers period and value above them."
        raise InputError(msg)
    return value


def _named_place(role: str, text: str, table: Table, path: Path) -> int:
    """Return the place of a column that the person named."""
    exact = [place for place, name in enumerate(table.header) if name == text.strip()]
    places = exact or [
        place for place, name in enumerate(table.header) if name and plain_name(name) == plain_name(text)
    ]
    if len(places) == 1:
        return places[0]
    found = "no column of this name" if not places else f"{len(places)} columns of this name"
    msg = f"--{role} {text}: {path} has {found}. Write it as in the header, line {table.header_line}."
    raise SettingsError(msg)


def _refuse_contradiction(asked: Mapping[str, int], path: Path) -> None:
    if "value" in asked and asked.keys() & {"numerator", "denominator"}:
        msg = "--value goes without --numerator and --denominator: a series is one or the other. Leave one out."
        raise SettingsError(msg)
    if len(set(asked.values())) < len(asked):
        msg = f"{path}: {' and '.join(f'--{role}' for role in asked)} name one column twice. Give each its own."
        raise SettingsError(msg)


def plain_name(name: str) -> str:
    """Return a header as it is compared: case, spaces and signs are of no account."""
    return " ".join(re.sub(r"(?:[^\w%]|_)+", " ", name.casefold()).split())


def _tell_n_of_total(found: dict[str, list[int]], names: Sequence[str]) -> dict[str, list[int]]:
    """Take n for the numerator where another column is the total, for the denominator else."""
    wholes = found["denominator"]
    counts = [place for place in wholes if names[place] == "n"]
    if found["numerator"] or len(wholes) < 2 or len(counts) != 1:
        return found
    return {**found, "numerator": counts, "denominator": [place for place in wholes if place not in counts]}


def _only(role: str, places: Sequence[int], header: Sequence[str], path: Path) -> int | None:
    if len(places) > 1:
        named = " and ".join(f"{header[place]!r}" for place in places)
        msg = f"{path}: the columns {named} could each be the {role}. Name the one that is meant {role}."
        raise InputError(msg)
    return places[0] if places else None
