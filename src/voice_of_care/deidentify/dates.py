"""A full date brought down to its month."""

from __future__ import annotations

import re

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = re.compile(r"\d+")
_LETTERS = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_PIVOT = 40
"""Two-digit years below this are of this century; births before 1940 are as often given with four digits."""


def month_and_year(text: str) -> str:
    """Return 'Mar 2024' for a date in any of the usual ways to write one, 'Mar' without a year, '' if it is no date."""
    month = next((name for word in _LETTERS.findall(text) if (name := _month_name(word))), "")
    numbers = [number for number in _NUMBERS.findall(text)]
    if month:
        years = [number for number in numbers[1:] if len(number) in {2, 4}] if len(numbers) > 1 else []
        return f"{month} {_year(years[-1])}" if years else month
    if len(numbers) == 1 and len(numbers[0]) in {6, 8}:
        digits = numbers[0]
        numbers = [digits[:2], digits[2:4], digits[4:]]
    if len(numbers) != 3:
        return ""
    if len(numbers[0]) == 4:
        numbers = numbers[::-1]
    day, which, year = (int(numbers[0]), int(numbers[1]), numbers[2])
    if which > 12:
        day, which = which, day
    return f"{_MONTHS[which - 1]} {_year(year)}" if 1 <= which <= 12 and 1 <= day <= 31 else ""


def _month_name(word: str) -> str:
    start = word[:3].title()
    return start if start in _MONTHS else ""


def _year(digits: str) -> str:
    if len(digits) == 4:
        return digits
    return f"{20 if int(digits) < _PIVOT else 19}{int(digits):02d}"
