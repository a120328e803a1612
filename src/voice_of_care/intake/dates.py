"""Read dates as people and programs write them, and count how each was read.

A column may mix formats. Dates with slashes are read day first or month first as the rest of the column shows; where it
shows neither or both, as the setting says. A date that can't be is unknown, and counted.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.readers import Cell

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
_EXCEL_EPOCH = datetime.date(1899, 12, 30)
_CENTURY_TURN = 70  # two-digit years from 70 are of the 1900s

DateFormat = Literal[
    "date cell",
    "year-month-day",
    "day/month/year",
    "month/day/year",
    "day or month first",
    "day, month in words, year",
    "month and year",
    "spreadsheet day number",
    "not a date",
    "blank",
]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_TIME = re.compile(
    r"[T ,]\s*(?:at\s+)?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:Z|UTC|GMT|BST|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_ISO_BASIC = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})$")
_ISO_MONTH = re.compile(r"^(\d{4})[-/.](\d{1,2})$")
_NUMERIC = re.compile(r"^(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})$")
_NUMERIC_MONTH = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_DAY_WORDS = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*([a-z]{3,9})\.?,?[\s-]*(\d{4}|\d{2})$", re.IGNORECASE
)
_WORDS_DAY = re.compile(r"^([a-z]{3,9})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?,?[\s-]+(\d{4})$", re.IGNORECASE)
_WORDS_MONTH = re.compile(r"^([a-z]{3,9})\.?,?[\s'’/-]*(\d{4}|\d{2})$", re.IGNORECASE)
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")


class ReadDates(NamedTuple):
    """The days of a column, one for each value, and how many were read by which format."""

    days: tuple[datetime.date | None, ...]
    formats: Mapping[str, int]
    impossible: tuple[int, ...]
    either: int


class _Parsed(NamedTuple):
    format: DateFormat
    day: datetime.date | None = None
    other: datetime.date | None = None  # month first, where both readings are possible


def read_dates(values: Sequence[Cell], *, day_first: bool) -> ReadDates:
    """Read a column of dates.

    Args:
        values: the cells, top to bottom.
        day_first: how to read 03/04/2024 where the column shows neither order, or both.
    """
    known: dict[tuple[type, Cell], _Parsed] = {}
    parsed = []
    for value in values:
        key = (type(value), value)
        if key not in known:
            known[key] = parse_date(value)
        parsed.append(known[key])
    counts = Counter(item.format for item in parsed)
    has_day_first, has_month_first = counts["day/month/year"] > 0, counts["month/day/year"] > 0
    by_day = has_day_first if has_day_first != has_month_first else day_first
    days = [item.day if by_day or item.other is None else item.other for item in parsed]
    either = counts.pop("day or month first", 0)
    if either:
        counts["day/month/year" if by_day else "month/day/year"] += either
    impossible = tuple(place for place, item in enumerate(parsed) if item.format == "not a date")
    return ReadDates(tuple(days), dict(sorted(counts.items())), impossible, either)


def parse_date(value: Cell) -> _Parsed:
    """Read one date; slashed dates that could be either carry both readings."""
    if isinstance(value, datetime.datetime):
        return _in_range("date cell", value.date())
    if isinstance(value, datetime.date):
        return _in_range("date cell", value)
    if value is None or isinstance(value, bool):
        return _Parsed("blank" if value is None else "not a date")
    if isinstance(value, (int, float)):
        return _of_serial(float(value))
    text = _WEEKDAY.sub("", " ".join(value.split()))
    text = _TIME.sub("", text).strip(" ,")
    if not text or text.casefold() in {"n/a", "na", "unknown", "-", "not known", "none", "null"}:
        return _Parsed("blank")
    return _of_digits(text) or _of_words(text) or _Parsed("not a date")


def _of_digits(text: str) -> _Parsed | None:
    match = _ISO.match(text) or _ISO_BASIC.match(text)
    if match:
        return _in_range("year-month-day", _date(int(match[1]), int(match[2]), int(match[3])))
    match = _NUMERIC.match(text)
    if match:
        return _of_numbers(int(match[1]), int(match[2]), _year(match[3]))
    match = _ISO_MONTH.match(text)
    if match:
        return _in_range("month and year", _date(int(match[1]), int(match[2]), 1))
    match = _NUMERIC_MONTH.match(text)
    if match:
        return _in_range("month and year", _date(int(match[2]), int(match[1]), 1))
    return _of_serial(float(text)) if _SERIAL.match(text) else None


def _of_words(text: str) -> _Parsed | None:
    match = _DAY_WORDS.match(text)
    if match:
        month = _month(match[2])
        return _in_range("day, month in words, year", _date(_year(match[3]), month, int(match[1]))) if month else None
    match = _WORDS_DAY.match(text)
    if match:
        month = _month(match[1])
        return _in_range("day, month in words, year", _date(int(match[3]), month, int(match[2]))) if month else None
    match = _WORDS_MONTH.match(text)
    if match:
        month = _month(match[1])
        return _in_range("month and year", _date(_year(match[2]), month, 1)) if month else None
    return None


def _of_numbers(first: int, second: int, year: int) -> _Parsed:
    day_first, month_first = _date(year, second, first), _date(year, first, second)
    if day_first and month_first:
        if first == second:
            return _in_range("day or month first", day_first)
        return _in_range("day or month first", day_first)._replace(other=month_first)
    if day_first:
        return _in_range("day/month/year", day_first)
    return _in_range("month/day/year", month_first)


def _of_serial(number: float) -> _Parsed:
    try:
        return _in_range("spreadsheet day number", _EXCEL_EPOCH + datetime.timedelta(days=int(number)))
    except (OverflowError, ValueError):
        return _Parsed("not a date")


def _in_range(name: DateFormat, day: datetime.date | None) -> _Parsed:
    if day is None or not EARLIEST_YEAR <= day.year < LATEST_YEAR:
        return _Parsed("not a date")
    return _Parsed(name, day)


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= _CENTURY_TURN else 2000)


def _month(word: str) -> int:
    """Return the month's number, 0 where the word is no month."""
    name = word.casefold()
    if name[:3] not in _MONTHS or not _is_month_word(name):
        return 0
    return _MONTHS.index(name[:3]) + 1


def _is_month_word(name: str) -> bool:
    full = (
        "january february march april may june july august september october november december".split()  # noqa: SIM905
    )
    return name in {"sept", *_MONTHS} or name in full


def find_date(text: str) -> datetime.date | None:
    """Return the first date that stands in a heading or file name, day first; None where there is none."""
    plain = re.sub(r"[_]+", " ", text)
    patterns = (
        r"\b\d{4}-\d{2}-\d{2}\b",
        r"\b\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?[\s-]+[A-Za-z]{3,9}\.?,?[\s-]+\d{4}\b",
        r"\b[A-Za-z]{3,9}\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b",
        r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b",
        r"\b[A-Za-z]{3,9}[\s-]+\d{4}\b",
        r"\b\d{4}-\d{2}\b",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, plain):
            parsed = parse_date(match[0])
            if parsed.day is not None and parsed.format != "spreadsheet day number":
                return parsed.day
    return None
