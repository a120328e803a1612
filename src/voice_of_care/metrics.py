"""Other measures beside what people say: read from the CSV files that the settings name.

Messages name files, lines and columns, never what stands in a cell: a file given by mistake may hold what respondents
said. Without a header its first line is one: a column is named by its number, or by its header where that is one of the
names a measure's columns have.
"""

from __future__ import annotations

import datetime
import math
import stat
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.errors import InputError, SettingsError
from voice_of_care.insight_tables import METRICS
from voice_of_care.metric_series import MONTHS_OF_A_QUARTER, months_of_periods
from voice_of_care.series_files.columns import KNOWN_HEADERS, Named, Table, find_roles, plain_name, read_table
from voice_of_care.series_files.numbers import are_numbers
from voice_of_care.series_files.periods import as_text, length_of_period, read_days
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
_TOLD = KNOWN_HEADERS.union(*_NAMES.values())
_WHOLE = frozenset(("organisation", "whole organisation", "trust", "whole trust"))
_BETTER = {"higher": "higher", "up": "higher", "increase": "higher"}
_BETTER |= {"lower": "lower", "down": "lower", "decrease": "lower"}
_TWELVE, _HALF_YEAR, _WEEK_DAYS = 12, 6, 7
_FEWEST_WEEKS = 4
"""Days from which it is no chance that all lie whole weeks apart."""
_TAKEN = "Give months or quarters, as 2024-04 or 2024-25 Q1"
_NAMING_A_MEASURE = "Give the file a column measure, or the entry a name"


class _Reading(NamedTuple):
    """One row of a file as it was read; the value is per cent for numerators and denominators."""

    line: int
    metric: str
    service: str | None
    better: str
    day: datetime.date
    is_quarter: bool
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
        if not any(math.isfinite(each.value) for each in mine):
            msg = f"{path}, line {mine[0].line}: the measure here holds no value. Fill them in, or leave it out."
            raise InputError(msg)
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
    taken: dict[str, tuple[int, Path]] = {}
    for number, entry in sorted(enumerate(entries, start=1), key=lambda pair: not pair[1].name):
        path = _path_of(entry, number, folder)
        others = {as_text(each.name) for each in entries if each.name and Path(each.file) == Path(entry.file)}
        for name, rows in _read_file(path, entry, f"metrics, entry {number}", others=others).items():
            if as_text(name) in taken:
                pair = sorted((taken[as_text(name)], (number, path)))
                numbers, files = zip(*((str(place), each.name) for place, each in pair), strict=True)
                where = " and ".join(dict.fromkeys(files))
                msg = f"metrics, entries {' and '.join(numbers)}: give the same measure ({where}). Leave one of them."
                raise SettingsError(msg)
            taken[as_text(name)] = (number, path)
            found[path, name] = rows
    return found


def _path_of(entry: MetricSettings, number: int, folder: Path) -> Path:
    """Return the entry's file, which is there."""
    path = folder / entry.file
    where = f"metrics, entry {number}, file: {' '.join(entry.file.split())}"
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        msg = f"{where} is not there. Put it beside the settings, or mend the name."
        raise SettingsError(msg) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no name of a file"
        msg = f"{where} can't be read ({why}). Give a CSV file that is yours to read."
        raise SettingsError(msg) from None
    if not is_file:
        msg = f"{where} is no file. Name the CSV file itself, such as complaints.csv."
        raise SettingsError(msg)
    return path


def _read_file(path: Path, entry: MetricSettings, where: str, *, others: set[str]) -> dict[str, list[_Reading]]:
    """Return the readings by measure; none where other entries name all that an entry without a name could take."""
    table = read_table(path, Named())
    places = {role: _place_of(role, table) for role in _NAMES}
    rows = _rows_of(table, places["metric"], entry, f"{where}, name: {path.name}", others=others)
    if not rows:
        return {}
    by_name: dict[str, list[_Reading]] = defaultdict(list)
    spelt: dict[str, str] = {}
    for reading in _read_rows(table._replace(rows=tuple(rows)), places, entry, path):
        name = spelt.setdefault(as_text(reading.metric), reading.metric)
        by_name[name].append(reading)
    if not by_name:
        msg = f"{path}: holds no value for {where}, sums apart. Give a line for each month or quarter."
        raise InputError(msg)
    return by_name


def _rows_of(table: Table, metric: int | None, entry: MetricSettings, where: str, *, others: set[str]) -> Sequence[Row]:
    """Return the rows that an entry takes."""
    if metric is not None and not entry.name:
        return [row for row in table.rows if as_text(row.cells[metric]) not in others]
    if metric is not None:
        rows = [row for row in table.rows if as_text(row.cells[metric]) == as_text(entry.name)]
        if not rows:
            msg = (
                f"{where} has no row of this name in the column {plain_name(table.header[metric])}. Write the entry's "
                "name as it stands there."
            )
            raise SettingsError(msg)
        return rows
    if not entry.name:
        msg = f"{where} does not say what it measures. {_NAMING_A_MEASURE}."
        raise SettingsError(msg)
    return table.rows


def _told_as(place: int, header: Sequence[str]) -> str:
    """Return what errors call a column: no cell of a file that may hold anything, its first line included."""
    name = plain_name(header[place])
    return name if name in _TOLD else str(place + 1)


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
    own = _own_column(narrow, entry, path) if metric is None else ""
    roles = find_roles(narrow, Named(value=own), path, or_say="")
    period = kept[roles.period]
    numbers = [kept[each or 0] for each in (roles.value, roles.numerator, roles.denominator)]
    rows = [row for row in table.rows if not is_sum(row.cells[period])]
    days = _read_periods(rows, period, table.header, path)
    is_share = roles.numerator is not None and roles.denominator is not None
    figures = _read_figures(rows, numbers[1:] if is_share else numbers[:1], table.header, path)
    return [
        _Reading(
            row.line,
            entry.name or _named(row, metric, table, path),
            None if service is None else _service(row.cells[service]),
            entry.better if better is None else _better(row, better, table, path) or entry.better,
            day,
            length_of_period(row.cells[period]) == "quarter",
            figures.numbers[number],
            figures.parts[number] if figures.parts is not None else None,
        )
        for number, (row, day) in enumerate(zip(rows, days, strict=True))
    ]


def _own_column(table: Table, entry: MetricSettings, path: Path) -> str:
    """Return the header of the column called as the entry is, empty where none is."""
    own = [name for name in table.header if entry.name and plain_name(name) == plain_name(entry.name)]
    if len(own) > 1:
        msg = f"{path}: {len(own)} columns are called as the entry is. Give each a name of its own."
        raise InputError(msg)
    return own[0] if own else ""


def _read_periods(rows: Sequence[Row], place: int, header: Sequence[str], path: Path) -> list[datetime.date]:
    days = read_days([row.cells[place] for row in rows])
    is_weekly = plain_name(header[place]).startswith("week")
    for row, day in zip(rows, days, strict=True):
        length = "week" if is_weekly else length_of_period(row.cells[place])
        is_other = length in {"week", "year"}
        if day is None or is_other:
            what = f"is a {length}" if is_other else "is no month or quarter"
            msg = f"{path}, line {row.line}, column {_told_as(place, header)}: {what}. {_TAKEN}."
            raise InputError(msg)
    return [day for day in days if day is not None]


def _read_figures(rows: Sequence[Row], places: Sequence[int], header: Sequence[str], path: Path) -> _Figures:
    """Read a value, or a numerator and a denominator."""
    columns = [read_numbers(rows, place, _told_as(place, header), path) for place in places]
    if len(columns) == 1:
        return _Figures(columns[0], None)
    shares = [read_share(row, part, whole, path) for row, part, whole in zip(rows, *columns, strict=True)]
    return _Figures([100 * part / whole for part, whole in shares], shares)


def _named(row: Row, place: int | None, table: Table, path: Path) -> str:
    name = "" if place is None else " ".join(row.cells[place].split())
    if not name:
        column = "" if place is None else f", column {_told_as(place, table.header)}"
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
        column = _told_as(place, table.header)
        msg = f"{path}, line {row.line}, column {column}: is neither higher nor lower. Write one of these."
        raise InputError(msg)
    return _BETTER[cell] if cell else ""


def _starts(readings: Sequence[_Reading], path: Path) -> tuple[list[datetime.date], int]:
    """Return the first day of each reading's period, and how many months a period has.

    Days that are all the last of a month name periods by their end.
    """
    firsts = [reading.day.replace(day=1) for reading in readings]
    _refuse_twice(readings, firsts, path)
    numbers = [_TWELVE * day.year + day.month - 1 for day in firsts]
    if wrong := _no_months_or_quarters(readings, sorted(set(numbers))):
        msg = f"{path}, line {readings[0].line}: {wrong}"
        raise InputError(msg)
    months = months_of_periods(pd.to_datetime(pd.Series(firsts)))
    is_ending = all((reading.day + datetime.timedelta(days=1)).day == 1 for reading in readings)
    if months == MONTHS_OF_A_QUARTER and is_ending:
        numbers = [number - (MONTHS_OF_A_QUARTER - 1) for number in numbers]
    return [datetime.date(number // _TWELVE, number % _TWELVE + 1, 1) for number in numbers], months


def _no_months_or_quarters(readings: Sequence[_Reading], numbers: Sequence[int]) -> str:
    """Return what is wrong with periods that are no months or no quarters, empty where nothing is.

    Args:
        readings: of one measure.
        numbers: the months they fall in, each once and in order.
    """
    is_quarter = readings[0].is_quarter
    steps = [later - earlier for earlier, later in pairwise(numbers)]
    step = math.gcd(*steps)
    quarters = (MONTHS_OF_A_QUARTER, MONTHS_OF_A_QUARTER)
    if any(each.is_quarter != is_quarter for each in readings) or (step == 1 and quarters in pairwise(steps)):
        return "months and quarters are mixed here. Give months or quarters alone, with an empty cell for none."
    if step and step % _TWELVE == 0:
        return f"gives years. {_TAKEN}, so that there is a course to see."
    days = sorted({each.day for each in readings})
    if len(days) >= _FEWEST_WEEKS and not any((later - first).days % _WEEK_DAYS for first, later in pairwise(days)):
        return f"gives weeks. {_TAKEN}."
    is_other = step not in {0, 1, MONTHS_OF_A_QUARTER} and (step % _HALF_YEAR == 0 or len(steps) > 1)
    return f"gives one value in {step} months. {_TAKEN}." if is_other and not is_quarter else ""


def _refuse_twice(readings: Sequence[_Reading], firsts: Sequence[datetime.date], path: Path) -> None:
    seen: dict[tuple[str, datetime.date], _Reading] = {}
    better = readings[0].better
    for reading, first in zip(readings, firsts, strict=True):
        before = seen.setdefault((reading.service or "", first), reading)
        lines = f"{path}, lines {before.line} and {reading.line}"
        if before.day != reading.day:
            msg = f"{lines}: are days or weeks of one month. {_TAKEN}, one line for each."
            raise InputError(msg)
        if before is not reading:
            msg = f"{lines}: are of the same measure, service and month. Leave one line for each month or quarter."
            raise InputError(msg)
        if reading.better != better:
            msg = f"{path}, line {reading.line}: says another way is better than the lines above. Leave one way."
            raise InputError(msg)


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
