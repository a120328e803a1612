"""One series read from a CSV file of any making: its periods in order, and a value or a share for each.

Messages name lines and columns, never what stands in a cell: a file given by mistake may hold what respondents said.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.errors import InputError
from voice_of_care.reporting.words import join_words, short_month
from voice_of_care.series_files.columns import Named, find_roles, read_table
from voice_of_care.series_files.numbers import has_decimal_comma, to_number
from voice_of_care.series_files.periods import as_text, date_key, put_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voice_of_care.series_files.columns import Roles, Row, Table
    from voice_of_care.series_files.periods import Order

_FIRST_OF_MONTH = re.compile(r"^\d{4}-\d{2}-01$")
_WEEK_OR_QUARTER = re.compile("[qw]", re.IGNORECASE)
_LONGEST_LABEL = 12
_FEWEST = 2
_SUMS = frozenset(("total", "sum", "all", "average", "mean", "grand total", "totals", "overall", "subtotal"))


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
        texts = [as_text(each) for each in self.periods]
        if as_text(period) in texts:
            return texts.index(as_text(period))
        key = date_key(period)
        return self.keys.index(key) if key is not None and key in self.keys else None


def read_series(path: Path, named: Named | None = None) -> SeriesFile:
    """Read a series.

    Args:
        path: the file.
        named: headers of columns the person named.

    Raises:
        InputError: the file can't be read as a series; the message says where and what to do.
        SettingsError: a column that was named is not there.
    """
    named = named or Named()
    table = read_table(path, named)
    roles = find_roles(table, named, path)
    rows, header, told = _leave_out(table, roles.period), table.header, _left_out_lines(table, roles.period)
    order = put_in_order([row.cells[roles.period] for row in rows], [row.line for row in rows], path)
    columns = {
        name: read_numbers(rows, place, header[place], path)
        for name, place in (("value", roles.value), ("numerator", roles.numerator), ("denominator", roles.denominator))
        if place is not None
    }
    remarks = (*_title_lines(table), *told, *_remarks(header, roles, order))
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
        read_share(row, part, whole, path)
        for row, part, whole in zip(rows, columns["numerator"], columns["denominator"], strict=True)
    ]
    parts, wholes = (tuple(shares[place][side] for place in sort) for side in (0, 1))
    values = tuple(100 * part / whole for part, whole in zip(parts, wholes, strict=True))
    _need(values, path)
    return SeriesFile(periods, keys, values, parts, wholes, header[roles.numerator], True, remarks)


def read_numbers(rows: Sequence[Row], place: int, name: str, path: Path) -> list[float]:
    """Return the numbers of a column, NaN for a cell without one.

    Args:
        rows: under the header.
        place: of the column.
        name: what errors call the column: its header, or its number where no cell may be told.
        path: as errors call the file.

    Raises:
        InputError: a cell holds something else.
    """
    is_decimal_comma = has_decimal_comma([row.cells[place] for row in rows])
    numbers = [to_number(row.cells[place], is_decimal_comma=is_decimal_comma) for row in rows]
    for row, number in zip(rows, numbers, strict=True):
        if number is None or math.isinf(number):
            msg = (
                f"{path}, line {row.line}, column {name}: this is no number. Leave the cell empty where there is none."
            )
            raise InputError(msg)
    return [number for number in numbers if number is not None]


def read_share(row: Row, part: float, whole: float, path: Path) -> tuple[float, float]:
    """Return numerator and denominator, both NaN where either is missing or nobody was counted."""
    if math.isnan(part) or math.isnan(whole):
        return math.nan, math.nan
    if part < 0 or part > whole:
        msg = f"{path}, line {row.line}: the numerator is not between 0 and the denominator. Check both columns."
        raise InputError(msg)
    return (part, whole) if whole else (math.nan, math.nan)


def _remarks(header: Sequence[str], roles: Roles, order: Order) -> tuple[str, ...]:
    lines = []
    if roles.ignored:
        names = ", ".join(header[place] or f"number {place + 1}" for place in roles.ignored)
        lines.append(f"Columns that are not used: {names}.")
    if order.is_file_order:
        lines.append("The periods are neither all dates nor all numbers: they stay in the order of the file.")
    if order.gaps:
        lines.append(f"There is no row for {order.gaps}: the points on either side are drawn next to each other.")
    return tuple(lines)


def is_sum(cell: str) -> bool:
    """Return whether a cell says that its row sums up others."""
    return as_text(cell).strip(" :") in _SUMS


def _leave_out(table: Table, period: int) -> list[Row]:
    """Return the rows that are periods, without those that sum them up."""
    return [row for row in table.rows if not is_sum(row.cells[period])]


def _left_out_lines(table: Table, period: int) -> list[str]:
    return [
        f"Line {row.line} is a total or an average, no period: left out."
        for row in table.rows
        if is_sum(row.cells[period])
    ]


def _title_lines(table: Table) -> list[str]:
    if not table.titles:
        return []
    lines = [str(line) for line in table.titles]
    return [
        f"Line {lines[0]} above the header is passed over."
        if len(lines) == 1
        else f"Lines {join_words(lines)} above the header are passed over."
    ]


def _need(values: Sequence[float], path: Path) -> None:
    have = sum(math.isfinite(value) for value in values)
    if have < _FEWEST:
        found = "no value" if not have else "one value alone"
        msg = f"{path}: holds {found}. A chart needs {_FEWEST} at least, and limits worth reading need 12."
        raise InputError(msg)
