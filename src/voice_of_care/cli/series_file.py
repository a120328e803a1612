"""One series read from a CSV file of any making: its periods in order, and a value or a share for each.

Messages name lines and columns, never what stands in a cell: a file given by mistake may hold what respondents said.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import InputError
from voice_of_care.intake.dates import parse_date, read_dates
from voice_of_care.intake.readers.content import CannotReadError
from voice_of_care.intake.readers.delimited import read_delimited
from voice_of_care.reporting.words import short_month

if TYPE_CHECKING:
    from collections.abc import Sequence
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
_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "\u2013", "\u2014"))
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$", re.IGNORECASE)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+$")
_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019]+")
_WEEK = re.compile(
    r"^(\d{4})[\s-]*w(?:eek|k)?[\s-]*(\d{1,2})$|^w(?:eek|k)?[\s-]*(\d{1,2})[\s,/-]+(\d{4})$", re.IGNORECASE
)
_YEAR = r"(\d{4})(?:[/-](\d{2}|\d{4}))?"
_YEAR_QUARTER = re.compile(rf"^{_YEAR}[\s,:-]*q(?:tr|uarter)?\.?\s*([1-4])$", re.IGNORECASE)
_QUARTER_YEAR = re.compile(rf"^q(?:tr|uarter)?\.?\s*([1-4])[\s,:/-]*{_YEAR}$", re.IGNORECASE)
_YEARS = re.compile(r"^(\d{4})[/-](\d{2}|\d{4})$")
_FIRST_OF_MONTH = re.compile(r"^\d{4}-\d{2}-01$")
_WEEK_OR_QUARTER = re.compile("[qw]", re.IGNORECASE)
_LONGEST_LABEL = 12
_APRIL = 4
_FEWEST = 2


@dataclass(frozen=True)
class SeriesFile:
    """A series in order.

    Attributes:
        periods: as printed in the file.
        keys: what each period is known by, to find one of them again.
        values: in the units of the file, NaN where there is none; per cent for shares.
        numerators, denominators: of shares, NaN where there is none; empty for plain values.
        value_name: header of the value, or of the numerator.
        is_percent: whether values are in per cent.
        remarks: lines to tell about how the file was read.
    """

    periods: tuple[str, ...]
    keys: tuple[str, ...]
    values: tuple[float, ...]
    numerators: tuple[float, ...]
    denominators: tuple[float, ...]
    value_name: str
    is_percent: bool
    remarks: tuple[str, ...]

    @property
    def is_share(self) -> bool:
        """Return whether the file gives numerators and denominators."""
        return bool(self.denominators)

    def label(self, place: int) -> str:
        """Return a period for the axis of a chart: its month where all are months, else as it stands, shortened."""
        is_monthly = all(_FIRST_OF_MONTH.match(key) for key in self.keys) and len({key[5:7] for key in self.keys}) > 1
        if is_monthly and not any(_WEEK_OR_QUARTER.search(period) for period in self.periods):
            year, month, _ = self.keys[place].split("-")
            return short_month(int(year), int(month))
        return self.periods[place][:_LONGEST_LABEL]

    def find(self, period: str) -> int | None:
        """Return the position of a period, written as in the file or another way."""
        texts = [_as_text(each) for each in self.periods]
        if _as_text(period) in texts:
            return texts.index(_as_text(period))
        key = _date_key(period)
        return self.keys.index(key) if key is not None and key in self.keys else None


class _Row(NamedTuple):
    line: int
    cells: tuple[str, ...]


class _Roles(NamedTuple):
    period: int
    value: int | None
    numerator: int | None
    denominator: int | None
    ignored: tuple[int, ...]


class _Order(NamedTuple):
    keys: tuple[str, ...]
    places: tuple[int, ...]
    is_file_order: bool


def read_series(path: Path) -> SeriesFile:
    """Read a series.

    Raises:
        InputError: the file can't be read as a series; the message says where and what to do.
    """
    header, rows = _read_rows(path)
    roles = _find_roles(header, path)
    order = _put_in_order([row.cells[roles.period] for row in rows], rows, path)
    columns = {
        name: _read_numbers(rows, place, header[place], path)
        for name, place in (("value", roles.value), ("numerator", roles.numerator), ("denominator", roles.denominator))
        if place is not None
    }
    remarks = _remarks(header, roles, order)
    sort = order.places
    periods = tuple(rows[place].cells[roles.period] for place in sort)
    keys = tuple(order.keys[place] for place in sort)
    if roles.denominator is None or roles.numerator is None:
        values = tuple(columns["value"][place] for place in sort)
        _need(values, path)
        name = header[roles.value or 0]
        has_sign = (
            any("%" in row.cells[roles.value or 0] for row in rows) or "%" in name or "percent" in name.casefold()
        )
        return SeriesFile(periods, keys, values, (), (), name, has_sign, remarks)
    shares = [
        _share(row, part, whole, path)
        for row, part, whole in zip(rows, columns["numerator"], columns["denominator"], strict=True)
    ]
    parts, wholes = (tuple(shares[place][side] for place in sort) for side in (0, 1))
    values = tuple(100 * part / whole for part, whole in zip(parts, wholes, strict=True))
    _need(values, path)
    return SeriesFile(periods, keys, values, parts, wholes, header[roles.numerator], True, remarks)


def read_number(text: str) -> float | None:
    """Return a number as a person writes it on the command line, None where it is none."""
    number = _to_number(
        text, is_decimal_comma=_DECIMAL_COMMA.match(_bare(text)) is not None and not _GROUPED.match(_bare(text))
    )
    return number if number is not None and math.isfinite(number) else None


def _read_rows(path: Path) -> tuple[tuple[str, ...], list[_Row]]:
    try:
        grid = read_delimited(path.read_bytes()).grids[0]
    except FileNotFoundError:
        msg = f"{path}: there is no such file. Check the name."
        raise InputError(msg) from None
    except OSError as error:
        msg = f"{path}: can't be read ({error.strerror}). Give one CSV file."
        raise InputError(msg) from None
    except (CannotReadError, IndexError) as error:
        msg = f"{path}: {error}" if isinstance(error, CannotReadError) else f"{path}: holds no rows. Give a CSV file."
        raise InputError(msg) from None
    rows = [
        _Row(number, tuple("" if cell is None else str(cell).strip() for cell in row))
        for number, row in enumerate(grid.rows, start=grid.first_row)
    ]
    rows = [row for row in rows if any(row.cells)]
    if len(rows) < 2:
        msg = f"{path}: holds no rows under a header. Give a CSV file with the columns period and value."
        raise InputError(msg)
    header = rows[0].cells
    for row in rows[1:]:
        if any(row.cells[len(header) :]):
            msg = f"{path}, line {row.line}: has more cells than the header. Put quotes around numbers with commas."
            raise InputError(msg)
    blank = ("",) * len(header)
    return header, [_Row(row.line, (*row.cells, *blank)[: len(header)]) for row in rows[1:]]


def _find_roles(header: Sequence[str], path: Path) -> _Roles:
    names = [" ".join(re.sub(r"[^a-z0-9%]+", " ", each.casefold()).split()) for each in header]
    found: dict[str, list[int]] = {
        role: [place for place, name in enumerate(names) if name in synonyms] for role, synonyms in _ROLES.items()
    }
    exact = {role: [place for place in places if names[place] == role] or places for role, places in found.items()}
    if len(header) == 2 and not exact["period"]:
        exact["period"] = [0]
    period = _only("period", exact["period"], header, path)
    if period is None:
        msg = f"{path}: no column is the period. Name one of its columns period."
        raise InputError(msg)
    rest = [place for place in range(len(header)) if place != period]
    exact = _tell_n_of_total(exact, names)
    denominator = _only("denominator", exact["denominator"], header, path) if len(rest) > 1 else None
    numerator = _only("numerator", exact["numerator"], header, path) if denominator is not None else None
    if denominator is not None and numerator is not None:
        used = {period, denominator, numerator}
        return _Roles(period, None, numerator, denominator, tuple(sorted(set(rest) - used)))
    value = _only("value", exact["value"], header, path)
    value = rest[0] if value is None and len(rest) == 1 else value
    if value is None:
        msg = (
            f"{path}: no column is the value. Name the columns period and value, or period, numerator and denominator."
        )
        raise InputError(msg)
    if _to_number(header[value], is_decimal_comma=False) is not None:
        msg = f"{path}: the first line holds figures. Put the headers period and value above them."
        raise InputError(msg)
    return _Roles(period, value, None, None, tuple(place for place in rest if place != value))


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


def _read_numbers(rows: Sequence[_Row], place: int, name: str, path: Path) -> list[float]:
    bare = [_bare(row.cells[place]) for row in rows]
    is_decimal_comma = any(_DECIMAL_COMMA.match(text) and not _GROUPED.match(text) for text in bare)
    numbers = [_to_number(row.cells[place], is_decimal_comma=is_decimal_comma) for row in rows]
    for row, number in zip(rows, numbers, strict=True):
        if number is None or math.isinf(number):
            msg = (
                f"{path}, line {row.line}, column {name}: this is no number. Leave the cell empty where there is none."
            )
            raise InputError(msg)
    return [number for number in numbers if number is not None]


def _bare(text: str) -> str:
    return _SPACES.sub("", text.replace("%", "").replace("\u2212", "-"))


def _to_number(text: str, *, is_decimal_comma: bool) -> float | None:
    """Return a number, NaN for a cell without one, None for text."""
    bare = _bare(text)
    if bare.casefold() in _MISSING:
        return math.nan
    if is_decimal_comma:
        bare = bare.replace(".", "").replace(",", ".") if "," in bare else bare
    elif _GROUPED.match(bare):
        bare = bare.replace(",", "")
    return float(bare) if _NUMBER.match(bare) else None


def _share(row: _Row, part: float, whole: float, path: Path) -> tuple[float, float]:
    """Return numerator and denominator, both NaN where either is missing or nobody was counted."""
    if math.isnan(part) or math.isnan(whole):
        return math.nan, math.nan
    if part < 0 or part > whole:
        msg = f"{path}, line {row.line}: the numerator is not between 0 and the denominator. Check both columns."
        raise InputError(msg)
    return (part, whole) if whole else (math.nan, math.nan)


def _put_in_order(cells: Sequence[str], rows: Sequence[_Row], path: Path) -> _Order:
    for row, cell in zip(rows, cells, strict=True):
        if not cell:
            msg = f"{path}, line {row.line}: has no period. Fill it in, or take the line out."
            raise InputError(msg)
    numbers = [float(_bare(cell)) if _NUMBER.match(_bare(cell)) else None for cell in cells]
    days = _read_days(cells)
    keys: list[str]
    if all(number is not None for number in numbers):
        keys = [repr(number) for number in numbers]
        places = sorted(range(len(cells)), key=lambda place: numbers[place] or 0.0)
    elif all(day is not None for day in days):
        keys = [str(day) for day in days]
        places = sorted(range(len(cells)), key=lambda place: keys[place])
    else:
        keys = [_as_text(cell) for cell in cells]
        places = list(range(len(cells)))
    first: dict[str, int] = {}
    for row, key in zip(rows, keys, strict=True):
        if key in first:
            msg = f"{path}, lines {first[key]} and {row.line}: are the same period. Leave one line for each period."
            raise InputError(msg)
        first[key] = row.line
    is_known = all(number is not None for number in numbers) or all(day is not None for day in days)
    return _Order(tuple(keys), tuple(places), not is_known)


def _read_days(cells: Sequence[str]) -> list[datetime.date | None]:
    """Return the first day of each period; slashed dates are day first unless the others show otherwise."""
    own = [_of_calendar(cell) for cell in cells]
    plain = read_dates([cell if day is None else None for cell, day in zip(cells, own, strict=True)], day_first=True)
    return [mine or other or _of_years(cell) for mine, other, cell in zip(own, plain.days, cells, strict=True)]


def _of_calendar(cell: str) -> datetime.date | None:
    """Read a week or a quarter; quarters of a year such as 2023/24 start in April."""
    week = _WEEK.match(cell)
    if week:
        year, number = int(week[1] or week[4]), int(week[2] or week[3])
        return _monday(year, number)
    quarter = _YEAR_QUARTER.match(cell)
    if quarter:
        return _quarter(int(quarter[1]), quarter[2], int(quarter[3]))
    quarter = _QUARTER_YEAR.match(cell)
    return _quarter(int(quarter[2]), quarter[3], int(quarter[1])) if quarter else None


def _monday(year: int, week: int) -> datetime.date | None:
    try:
        return datetime.date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _quarter(year: int, second: str | None, number: int) -> datetime.date | None:
    month = 3 * (number - 1) + (1 if second is None else _APRIL)
    return datetime.date(year + (month > 12), (month - 1) % 12 + 1, 1)


def _of_years(cell: str) -> datetime.date | None:
    years = _YEARS.match(cell)
    return (
        datetime.date(int(years[1]), _APRIL, 1) if years and int(years[2]) % 100 == (int(years[1]) + 1) % 100 else None
    )


def _as_text(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def _date_key(period: str) -> str | None:
    day = _of_calendar(period.strip()) or parse_date(period).day or _of_years(period.strip())
    return None if day is None else str(day)


def _remarks(header: Sequence[str], roles: _Roles, order: _Order) -> tuple[str, ...]:
    lines = []
    if roles.ignored:
        names = ", ".join(header[place] or f"number {place + 1}" for place in roles.ignored)
        lines.append(f"Columns that are not used: {names}.")
    if order.is_file_order:
        lines.append("The periods are neither all dates nor all numbers: they stay in the order of the file.")
    return tuple(lines)


def _need(values: Sequence[float], path: Path) -> None:
    have = sum(math.isfinite(value) for value in values)
    if have < _FEWEST:
        found = "no value" if not have else "one value alone"
        msg = f"{path}: holds {found}. A chart needs {_FEWEST} at least, and limits worth reading need 12."
        raise InputError(msg)
