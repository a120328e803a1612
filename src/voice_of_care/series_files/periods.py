"""Periods of a series: read as days where they are, put in order, and those that are missing between them."""

from __future__ import annotations

import datetime
import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from voice_of_care.errors import InputError
from voice_of_care.intake.dates import parse_date, read_dates
from voice_of_care.reporting.words import MONTHS, join_words, long_date, long_month
from voice_of_care.series_files.numbers import NUMBER, bare_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_WEEK = re.compile(
    r"^(\d{4})[\s-]*w(?:eek|k)?[\s-]*(\d{1,2})$|^w(?:eek|k)?[\s-]*(\d{1,2})[\s,/-]+(\d{4})$", re.IGNORECASE
)
_YEAR = r"(\d{4})(?:[/-](\d{2}|\d{4}))?"
_YEAR_QUARTER = re.compile(rf"^{_YEAR}[\s,:-]*q(?:tr|uarter)?\.?\s*([1-4])$", re.IGNORECASE)
_QUARTER_YEAR = re.compile(rf"^q(?:tr|uarter)?\.?\s*([1-4])[\s,:/-]*{_YEAR}$", re.IGNORECASE)
_YEARS = re.compile(r"^(\d{4})[/-](\d{2}|\d{4})$")
_APRIL = 4
_MONTH, _QUARTER, _TWELVE, _WEEK_DAYS = 1, 3, 12, 7
_FEWEST_TO_TELL = 3
_MOST_NAMED = 6

PeriodLength = Literal["week", "quarter", "year", "day or month"]


class Order(NamedTuple):
    """What each period is known by, their places in time order, and the lines that name what is missing."""

    keys: tuple[str, ...]
    places: tuple[int, ...]
    is_file_order: bool
    gaps: str


def put_in_order(cells: Sequence[str], lines: Sequence[int], path: Path) -> Order:
    """Put periods in order where all are numbers or all are dates, else leave them as they stand.

    Raises:
        InputError: a period is missing, or there twice.
    """
    for line, cell in zip(lines, cells, strict=True):
        if not cell:
            msg = f"{path}, line {line}: has no period. Fill it in, or take the line out."
            raise InputError(msg)
    numbers = [float(bare_number(cell)) if NUMBER.match(bare_number(cell)) else None for cell in cells]
    days = read_days(cells)
    keys: list[str]
    if all(number is not None for number in numbers):
        keys = [repr(number) for number in numbers]
        places = sorted(range(len(cells)), key=lambda place: numbers[place] or 0.0)
    elif all(day is not None for day in days):
        keys = [str(day) for day in days]
        places = sorted(range(len(cells)), key=lambda place: keys[place])
    else:
        keys = [as_text(cell) for cell in cells]
        places = list(range(len(cells)))
    first: dict[str, int] = {}
    for line, key in zip(lines, keys, strict=True):
        if key in first:
            msg = f"{path}, lines {first[key]} and {line}: are the same period. Leave one line for each period."
            raise InputError(msg)
        first[key] = line
    is_known = all(number is not None for number in numbers) or all(day is not None for day in days)
    known = (
        [day for day in days if day is not None]
        if all(days) and not all(number is not None for number in numbers)
        else []
    )
    return Order(tuple(keys), tuple(places), not is_known, missing_periods(known))


def read_days(cells: Sequence[str]) -> list[datetime.date | None]:
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


def length_of_period(cell: str) -> PeriodLength:
    """Return what a period calls itself; a date may stand for a day, a month or any other."""
    if _WEEK.match(cell):
        return "week"
    if _YEAR_QUARTER.match(cell) or _QUARTER_YEAR.match(cell):
        return "quarter"
    return "year" if parse_date(cell).day is None and _of_years(cell) is not None else "day or month"


def _monday(year: int, week: int) -> datetime.date | None:
    try:
        return datetime.date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _quarter(year: int, second: str | None, number: int) -> datetime.date | None:
    if second is not None and not _is_next(year, second):
        return None
    month = 3 * (number - 1) + (1 if second is None else _APRIL)
    year += month > 12
    return datetime.date(year, (month - 1) % 12 + 1, 1) if datetime.MINYEAR <= year <= datetime.MAXYEAR else None


def _of_years(cell: str) -> datetime.date | None:
    years = _YEARS.match(cell)
    if years is None or not int(years[1]) or not _is_next(int(years[1]), years[2]):
        return None
    return datetime.date(int(years[1]), _APRIL, 1)


def _is_next(year: int, second: str) -> bool:
    """Return whether the second half of 2023/24 or 2023/2024 is the year after the first."""
    return second in (f"{(year + 1) % 100:02d}", f"{year + 1:04d}")


def missing_periods(days: Sequence[datetime.date]) -> str:
    """Return the periods that have no row between the first and the last, in words; empty where none is missing."""
    if len(days) < _FEWEST_TO_TELL:
        return ""
    days = sorted(days)
    gaps = {(later - earlier).days for earlier, later in pairwise(days)}
    if min(gaps) == _WEEK_DAYS and not any(gap % _WEEK_DAYS for gap in gaps):
        weeks = range(days[0].toordinal(), days[-1].toordinal(), _WEEK_DAYS)
        absent = [datetime.date.fromordinal(day) for day in weeks if datetime.date.fromordinal(day) not in days]
        return _some([f"the week of {long_date(day)}" for day in absent])
    months = [12 * day.year + day.month - 1 for day in days]
    steps = {later - earlier for earlier, later in pairwise(months)}
    step = min(steps)
    if step not in (_MONTH, _QUARTER, _TWELVE) or any(other % step for other in steps):
        return ""
    return _name_months([month for month in range(months[0], months[-1], step) if month not in months], step)


def _name_months(absent: Sequence[int], step: int) -> str:
    """Name months, or the quarters or years that begin with them: 'November 2023, April and May 2024'."""
    if step != _MONTH:
        what = "quarter" if step == _QUARTER else "year"
        return _some([f"the {what} from {long_month(month // 12, month % 12 + 1)}" for month in absent])
    named = []
    for year, months in groupby(absent[:_MOST_NAMED], key=lambda month: month // 12):
        named.append(f"{join_words([MONTHS[month % 12] for month in months])} {year}")
    return ", ".join([*named, *_more(absent)])


def _some(names: Sequence[str]) -> str:
    return ", ".join([*names[:_MOST_NAMED], *_more(names)])


def _more(names: Sequence[object]) -> list[str]:
    left = len(names) - _MOST_NAMED
    return [f"{left} more"] if left > 0 else []


def as_text(cell: str) -> str:
    """Return a cell as it is compared: case and spaces are of no account."""
    return " ".join(cell.split()).casefold()


def date_key(period: str) -> str | None:
    """Return what a period that is a date is known by."""
    day = _of_calendar(period.strip()) or parse_date(period).day or _of_years(period.strip())
    return None if day is None else str(day)
