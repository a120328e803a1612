"""Other measures beside what people say: read from the CSV files that the settings name.

Messages name files, lines and columns, never what stands in a cell: a file given by mistake may hold what respondents
said.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.errors import InputError, SettingsError
from voice_of_care.insight_tables import METRICS
from voice_of_care.metric_series import MONTHS_OF_A_QUARTER, months_of_periods
from voice_of_care.series_files.columns import Named, Table, find_roles, plain_name, read_table
from voice_of_care.series_files.numbers import are_numbers
from voice_of_care.series_files.periods import as_text, read_days
from voice_of_care.series_files.reading import is_sum, read_numbers, read_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.series_files.columns import Row
    from voice_of_care.settings import MetricSettings

_NAMES = {
    "metric": ("measure", "metric", "indicator", "measure name", "metric name", "kpi"),
    "service": ("service", "ward", "department", "team", "directorate", "division", "specialty"),
    "better": ("better", "better is", "direction"),
}
_WHOLE = frozenset(("organisation", "whole organisation", "trust", "whole trust"))
_BETTER = {"higher": "higher", "up": "higher", "increase": "higher"}
_BETTER |= {"lower": "lower", "down": "lower", "decrease": "lower"}
_TWELVE = 12
_NAMING_A_MEASURE = "Give the file a column measure, or the entry a name"


class _Reading(NamedTuple):
    """One row of a file as it was read; the value is per cent for numerators and denominators."""

    line: int
    metric: str
    service: str | None
    better: str
    day: datetime.date
    value: float
    parts: tuple[float, float] | None


class _Figures(NamedTuple):
    numbers: list[float]
    parts: list[tuple[float, float]] | None


def load_metrics(entries: Sequence[MetricSettings], *, folder: Path | None, year_starts_in: int = 4) -> pd.DataFrame:
    """Return the measures, as declared in `insight_tables.METRICS`.

    A file holds one measure, or several told apart by a column measure or by their own columns. An entry with a name
    takes the one of that name; an entry without takes all that no other entry of the file names. Shares given as
    numerators and denominators by service alone are summed up to the whole organisation's.

    Args:
        entries: the settings' `[[metrics]]`.
        folder: where their files lie; the current folder if not given.
        year_starts_in: first month of the financial year, for the names of quarters.

    Raises:
        SettingsError: a file is not there, or an entry's measure is not in it.
        InputError: a file can't be read; the message says where and what to do.
    """
    readings = _read_entries(entries, folder or Path())
    rows = []
    for (path, name), mine in readings.items():
        starts, months = _starts(mine, path)
        rows += [
            {
                "metric": name,
                "period": _period_name(start, months, year_starts_in),
                "starts_on": pd.Timestamp(start),
                "service": service,
                "value": value,
                "better": mine[0].better,
            }
            for start, service, value in _with_organisation(mine, starts)
        ]
    if not rows:
        return METRICS.empty()
    found = pd.DataFrame(rows)
    order = found.assign(place=found["service"].fillna("")).sort_values(["metric", "place", "starts_on"]).index
    return conform(found.loc[order, list(METRICS.columns)], METRICS)


def _read_entries(entries: Sequence[MetricSettings], folder: Path) -> dict[tuple[Path, str], list[_Reading]]:
    """Return the readings of each measure, under the name that the report calls it."""
    found: dict[tuple[Path, str], list[_Reading]] = {}
    taken: dict[str, Path] = {}
    for entry in sorted(entries, key=lambda entry: not entry.name):
        path = folder / entry.file
        if not path.is_file():
            msg = f"metrics.file: {entry.file} is not there. Put it beside the settings, or mend the name."
            raise SettingsError(msg)
        others = {as_text(each.name) for each in entries if each.name and each.file == entry.file}
        for name, rows in _read_file(path, entry, others=others).items():
            if as_text(name) in taken:
                msg = f"metrics: {taken[as_text(name)].name} and {path.name} give the same measure. Leave one of them."
                raise SettingsError(msg)
            taken[as_text(name)] = path
            found[path, name] = rows
    return found


def _read_file(path: Path, entry: MetricSettings, *, others: set[str]) -> dict[str, list[_Reading]]:
    table = read_table(path, Named())
    places = {role: _place_of(role, table) for role in _NAMES}
    metric = places["metric"]
    if metric is not None and not entry.name:
        rows = [row for row in table.rows if as_text(row.cells[metric]) not in others]
    elif metric is not None:
        rows = [row for row in table.rows if as_text(row.cells[metric]) == as_text(entry.name)]
        if not rows:
            msg = (
                f"metrics.name: {path.name} has no row of this name in the column {table.header[metric]}. Write the "
                "entry's name as it stands there."
            )
            raise SettingsError(msg)
    elif entry.name:
        rows = list(table.rows)
    else:
        msg = f"metrics.name: {path.name} does not say what it measures. {_NAMING_A_MEASURE}."
        raise SettingsError(msg)
    by_name: dict[str, list[_Reading]] = defaultdict(list)
    spelt: dict[str, str] = {}
    for reading in _read_rows(table._replace(rows=tuple(rows)), places, entry, path):
        name = spelt.setdefault(as_text(reading.metric), reading.metric)
        by_name[name].append(reading)
    return by_name


def _place_of(role: str, table: Table) -> int | None:
    """Return the column of a role that holds words; `measure` may also be the name of a column of numbers."""
    for name in _NAMES[role]:
        for place, header in enumerate(table.header):
            cells = [row.cells[place] for row in table.rows]
            if plain_name(header) == name and any(cells) and not are_numbers(cells):
                return place
    return None


def _read_rows(table: Table, places: Mapping[str, int | None], entry: MetricSettings, path: Path) -> list[_Reading]:
    metric, service, better = (places[role] for role in ("metric", "service", "better"))
    used = {place for place in places.values() if place is not None}
    kept = [place for place in range(len(table.header)) if place not in used]
    narrow = table._replace(
        header=tuple(table.header[place] for place in kept),
        rows=tuple(row._replace(cells=tuple(row.cells[place] for place in kept)) for row in table.rows),
    )
    own = [name for name in narrow.header if entry.name and plain_name(name) == plain_name(entry.name)]
    roles = find_roles(narrow, Named(value=own[0] if own and metric is None else ""), path, or_say="")
    pairs = [pair for pair in zip(table.rows, narrow.rows, strict=True) if not is_sum(pair[1].cells[roles.period])]
    rows = [row for _, row in pairs]
    header = narrow.header[roles.period]
    days = _read_periods(rows, roles.period, header, path)
    figures = _read_figures(rows, narrow, (roles.value, roles.numerator, roles.denominator), path)
    return [
        _Reading(
            full.line,
            entry.name or _named(full, metric, table, path),
            None if service is None else _service(full.cells[service]),
            entry.better if better is None else _better(full, better, table, path) or entry.better,
            day,
            figures.numbers[number],
            figures.parts[number] if figures.parts is not None else None,
        )
        for number, ((full, _), day) in enumerate(zip(pairs, days, strict=True))
    ]


def _read_periods(rows: Sequence[Row], place: int, header: str, path: Path) -> list[datetime.date]:
    days = read_days([row.cells[place] for row in rows])
    for row, day in zip(rows, days, strict=True):
        if day is None:
            msg = (
                f"{path}, line {row.line}, column {header}: is no month or quarter. Write it as 2024-04 or 2024-25 Q1."
            )
            raise InputError(msg)
    return [day for day in days if day is not None]


def _read_figures(
    rows: Sequence[Row], table: Table, places: tuple[int | None, int | None, int | None], path: Path
) -> _Figures:
    value, numerator, denominator = places
    if numerator is None or denominator is None:
        place = value or 0
        return _Figures(read_numbers(rows, place, table.header[place], path), None)
    parts, wholes = (read_numbers(rows, place, table.header[place], path) for place in (numerator, denominator))
    shares = [read_share(row, part, whole, path) for row, part, whole in zip(rows, parts, wholes, strict=True)]
    return _Figures([100 * part / whole for part, whole in shares], shares)


def _named(row: Row, place: int | None, table: Table, path: Path) -> str:
    name = "" if place is None else " ".join(row.cells[place].split())
    if not name:
        column = "" if place is None else f", column {table.header[place]}"
        msg = f"{path}, line {row.line}{column}: does not say what it measures. Fill it in, or take the line out."
        raise InputError(msg)
    return name


def _service(cell: str) -> str | None:
    """Return the service; none where the row is of the whole organisation."""
    name = " ".join(cell.split())
    return None if not name or is_sum(name) or as_text(name) in _WHOLE else name


def _better(row: Row, place: int, table: Table, path: Path) -> str:
    cell = as_text(row.cells[place])
    if cell and cell not in _BETTER:
        msg = f"{path}, line {row.line}, column {table.header[place]}: is neither higher nor lower. Write one of these."
        raise InputError(msg)
    return _BETTER[cell] if cell else ""


def _starts(readings: Sequence[_Reading], path: Path) -> tuple[list[datetime.date], int]:
    """Return the first day of each reading's period, and how many months a period has.

    Days that are all the last of a month name periods by their end.
    """
    firsts = [reading.day.replace(day=1) for reading in readings]
    _refuse_twice(readings, firsts, path)
    months = months_of_periods(pd.to_datetime(pd.Series(firsts)))
    numbers = [_TWELVE * day.year + day.month - 1 for day in firsts]
    step = reduce(math.gcd, (number - min(numbers) for number in numbers), 0)
    if step and step % _TWELVE == 0:
        msg = (
            f"{path}, line {readings[0].line}: gives years. Give months or quarters, so that there is a course to see."
        )
        raise InputError(msg)
    is_ending = all((reading.day + datetime.timedelta(days=1)).day == 1 for reading in readings)
    if months == MONTHS_OF_A_QUARTER and is_ending:
        numbers = [number - (MONTHS_OF_A_QUARTER - 1) for number in numbers]
    return [datetime.date(number // _TWELVE, number % _TWELVE + 1, 1) for number in numbers], months


def _refuse_twice(readings: Sequence[_Reading], firsts: Sequence[datetime.date], path: Path) -> None:
    seen: dict[tuple[str, datetime.date], int] = {}
    better = readings[0].better
    for reading, first in zip(readings, firsts, strict=True):
        key = (reading.service or "", first)
        if key in seen:
            msg = (
                f"{path}, lines {seen[key]} and {reading.line}: are of the same measure, service and month. Leave one "
                "line for each month or quarter."
            )
            raise InputError(msg)
        if reading.better != better:
            msg = f"{path}, line {reading.line}: says another way is better than the lines above. Leave one way."
            raise InputError(msg)
        seen[key] = reading.line


def _with_organisation(
    readings: Sequence[_Reading], starts: Sequence[datetime.date]
) -> list[tuple[datetime.date, str | None, float]]:
    """Return the values, with those of the whole organisation where numerators and denominators tell them."""
    rows = [(start, each.service, each.value) for start, each in zip(starts, readings, strict=True)]
    if any(each.service is None for each in readings) or any(each.parts is None for each in readings):
        return rows
    sums: dict[datetime.date, list[tuple[float, float]]] = defaultdict(list)
    for start, each in zip(starts, readings, strict=True):
        if each.parts is not None and math.isfinite(each.parts[0]):
            sums[start].append(each.parts)
    whole = {start: [math.fsum(side) for side in zip(*parts, strict=True)] for start, parts in sums.items()}
    return [*rows, *((start, None, 100 * part / total) for start, (part, total) in whole.items() if total)]


def _period_name(start: datetime.date, months: int, year_starts_in: int) -> str:
    """Return a period as `series` names it."""
    if months == 1:
        return f"{start.year:04d}-{start.month:02d}"
    year = start.year if start.month >= year_starts_in else start.year - 1
    quarter = (start.month - year_starts_in) % _TWELVE // MONTHS_OF_A_QUARTER + 1
    name = f"{year:04d}" if year_starts_in == 1 else f"{year:04d}-{(year + 1) % 100:02d}"
    return f"{name} Q{quarter}"
