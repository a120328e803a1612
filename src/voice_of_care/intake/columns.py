"""Tell from a column's cells what it can be: words people wrote, or a closed answer, a date, a score."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.intake.cleaning import is_non_answer
from voice_of_care.intake.dates import parse_date
from voice_of_care.intake.vocabulary import as_number, find_group, is_score, plain, read_permission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.readers import Cell
    from voice_of_care.settings import Group

_CLOSED_WORDS = frozenset(
    (
        "yes", "no", "maybe", "true", "false", "male", "female", "non-binary", "prefer not to say", "other", "unknown",
        "y", "n", "x", "checked", "unchecked", "selected", "not selected", "complete", "completed", "submitted",
        "yes definitely", "yes to some extent", "to some extent", "in part", "partly", "not applicable", "don't know",
        "anonymous", "online", "paper", "public", "private", "don't mind",
    )
)  # fmt: skip
_ADDRESS = re.compile(r"^\S+@\S+\.\w+$|^https?://\S+$|^(?:\d{1,3}\.){3}\d{1,3}$")
_DATE_SHAPE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}$")  # also of days that can't be
_FEW = 20
_CHOICE = 60  # a text this long is seldom one of a list to choose from
_SAMPLE = 5000


@dataclass(frozen=True)
class Profile:
    """What a column holds, without its words."""

    filled: int
    distinct: int
    share_closed: float
    share_numbers: float
    share_dates: float
    share_scores: float
    mean_words: float
    most_words: int
    repeats_long: bool

    @property
    def is_empty(self) -> bool:
        """Say whether no cell holds anything."""
        return self.filled == 0

    def is_free_text(self, *, asks_for_words: bool) -> bool:
        """Say whether people wrote here, given whether the header asks for words."""
        if self.filled == 0:
            return asks_for_words
        if self.share_numbers > 0.5 or self.share_dates > 0.5 or self.share_closed >= 0.8:
            return False
        if self.distinct == 1 and self.filled >= 5:
            return False
        if self.filled >= _FEW and self.distinct <= max(3, 0.12 * self.filled) and self.distinct < 40:
            return self.repeats_long
        if asks_for_words:
            return self.most_words >= 3 or self.mean_words >= 2
        return self.mean_words >= 5 or (self.mean_words >= 3.5 and self.most_words >= 12)


def profile_column(values: Sequence[Cell]) -> Profile:
    """Measure a column; the first thousands of filled cells are enough."""
    counts = Counter(values_that_say(values[:_SAMPLE]) or values_that_say(values))
    filled = sum(counts.values())
    if not filled:
        return Profile(0, 0, 0, 0, 0, 0, 0, 0, repeats_long=False)
    texts: dict[Cell, str] = {value: plain(value) for value in counts if isinstance(value, str)}
    words: dict[Cell, int] = {value: len(text.split()) for value, text in texts.items()}
    long = sum(count for value, count in counts.items() if len(texts.get(value, "")) > 2 * _CHOICE)
    return Profile(
        filled=filled,
        distinct=len(counts),
        share_closed=_share(counts, {value for value in counts if _is_closed(value)}),
        share_numbers=_share(counts, {value for value in counts if as_number(value) is not None}),
        share_dates=_share(counts, {value for value in counts if _is_date(value)}),
        share_scores=_share(counts, {value for value in counts if is_score(value)}),
        mean_words=sum(words[value] * counts[value] for value in words) / filled,
        most_words=max(words.values(), default=0),
        repeats_long=long > 0.5 * filled and len(counts) > 3,
    )


def values_that_say(values: Sequence[Cell]) -> list[Cell]:
    """Return the cells that are neither blank nor a non-answer."""
    return [
        value
        for value in values
        if value is not None and not (isinstance(value, str) and (not value.strip() or is_non_answer(value)))
    ]


def share_of_groups(values: Sequence[Cell], group_words: Mapping[str, Group]) -> float:
    """Return the share of filled cells that name a respondent group."""
    counts = Counter(values_that_say(values[:_SAMPLE]))
    short = {value for value in counts if isinstance(value, str) and len(value) <= 2 * _CHOICE}
    return _share(counts, {value for value in short if find_group(value, group_words)})


def share_of_permissions(values: Sequence[Cell]) -> float:
    """Return the share of filled cells that say yes or no."""
    counts = Counter(values_that_say(values[:_SAMPLE]))
    return _share(counts, {value for value in counts if read_permission(value, meaning="may quote") is not None})


def is_label(value: Cell) -> bool:
    """Say whether a cell could stand in a header row: words, neither number nor date nor address."""
    if not isinstance(value, str) or not value.strip() or len(value) > 600:
        return False
    return as_number(value) is None and not _is_date(value) and not _ADDRESS.match(value.strip())


def _share(counts: Counter[Cell], chosen: set[Cell]) -> float:
    filled = sum(counts.values())
    return sum(counts[value] for value in chosen) / filled if filled else 0.0


def _is_closed(value: Cell) -> bool:
    if not isinstance(value, str):
        return True
    text = plain(value)
    if text in _CLOSED_WORDS or _ADDRESS.match(value.strip()) or (value.rstrip().endswith(";") and len(value) < 300):
        return True
    if len(text) > 2 * _CHOICE:
        return False
    return is_score(value) or _is_date(value)


def _is_date(value: Cell) -> bool:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return True
    if not isinstance(value, str) or len(value) >= 40:
        return False
    return parse_date(value).format not in {"not a date", "blank"} or _DATE_SHAPE.match(value.strip()) is not None
