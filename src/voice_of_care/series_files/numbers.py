"""Numbers as people and spreadsheets write them in a file of one series."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "\u2013", "\u2014"))
NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$", re.IGNORECASE)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+$")
_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019]+")
_LARGEST = 1e15


def read_number(text: str) -> float | None:
    """Return a number as a person writes it on the command line, None where it is none."""
    number = to_number(text, is_decimal_comma=has_decimal_comma([text]))
    return number if number is not None and math.isfinite(number) else None


def to_number(text: str, *, is_decimal_comma: bool) -> float | None:
    """Return a number, NaN for a cell without one, None for text."""
    bare = bare_number(text)
    if bare.casefold() in _MISSING:
        return math.nan
    if is_decimal_comma:
        bare = bare.replace(".", "").replace(",", ".") if "," in bare else bare
    elif _GROUPED.match(bare):
        bare = bare.replace(",", "")
    number = float(bare) if NUMBER.match(bare) else math.inf
    return number if abs(number) <= _LARGEST else None


def are_numbers(texts: Sequence[str]) -> bool:
    """Return whether a column holds numbers and nothing else but empty cells."""
    is_decimal_comma = has_decimal_comma(texts)
    numbers = [to_number(text, is_decimal_comma=is_decimal_comma) for text in texts]
    return None not in numbers and any(number is not None and math.isfinite(number) for number in numbers)


def has_decimal_comma(texts: Sequence[str]) -> bool:
    """Return whether a column writes its decimals after a comma."""
    return any(_DECIMAL_COMMA.match(bare) and not _GROUPED.match(bare) for bare in map(bare_number, texts))


def bare_number(text: str) -> str:
    """Return a number without spaces and percent sign."""
    return _SPACES.sub("", text.replace("%", "").replace("\u2212", "-"))
