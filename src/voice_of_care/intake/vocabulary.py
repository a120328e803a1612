"""Turn the words of closed answers into declared values: respondent group, score, permission to quote."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import TYPE_CHECKING, Literal, NamedTuple

import yaml

from voice_of_care.intake.words import known_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.readers import Cell
    from voice_of_care.settings import Group

_ORDER: tuple[tuple[str, Group], ...] = (
    ("unknown", "unknown"),
    ("staff_first", "staff"),
    ("carer", "carer"),
    ("staff", "staff"),
    ("service_user", "service_user"),
    ("other", "other"),
)

_NUMBER = re.compile(r"^(\d+(?:\.\d+)?)(?:\s*(?:/|out of)\s*(\d+))?(?:\s*(?:stars?|points?))?$", re.IGNORECASE)
_NUMBERED_WORD = re.compile(r"^(\d+)\s*[-–:=.)]\s*(.+)$|^(.+?)\s*[-–:=(]\s*(\d+)\)?$")
_STARS = re.compile(r"^([★*⭐]{1,5})[☆]{0,4}$")


class Scale(NamedTuple):
    """A numeric scale: the value that is worst and the value that is best."""

    worst: float
    best: float

    def to_five(self, value: float) -> float | None:
        """Return the value on 1 worst to 5 best; None outside the scale."""
        if not min(self.worst, self.best) <= value <= max(self.worst, self.best) or self.worst == self.best:
            return None
        return round(1 + 4 * (value - self.worst) / (self.best - self.worst), 6)


FFT_SCALE = Scale(worst=5, best=1)
FIVE_POINTS = Scale(worst=1, best=5)


def plain(value: object) -> str:
    """Return a text for comparing: lower case, one space between words, no edge punctuation."""
    return " ".join(str(value).replace("’", "'").replace("\xa0", " ").casefold().split()).strip(" .,;:!?*\"'()[]")


@functools.cache
def _group_phrases() -> tuple[tuple[Group, tuple[str, ...]], ...]:
    content = yaml.safe_load(resources.files("voice_of_care.intake").joinpath("group_words.yaml").read_text("utf-8"))
    return tuple((group, tuple(content[name])) for name, group in _ORDER)


@functools.cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + r")(?!\w)")


def find_group(value: object, group_words: Mapping[str, Group]) -> Group | None:
    """Return the respondent group that a value names, None where the vocabulary has no word of it."""
    text = plain(value).replace("_", " ")
    if not text:
        return None
    own = {plain(word): group for word, group in group_words.items()}
    if text in own:
        return own[text]
    for group, phrases in _group_phrases():
        if text in phrases:
            return group
    for word in sorted(own, key=lambda word: (-len(word), word)):
        if word and _pattern((word,)).search(text):
            return own[word]
    for group, phrases in _group_phrases():
        if _pattern(phrases).search(text):
            return group
    return None


def find_scale(values: Sequence[Cell]) -> Scale:
    """Return the scale of a numeric column that nothing describes: 1 to 5, else 0 or 1 to 10, or to 100."""
    numbers = [number for number in (as_number(value) for value in values) if number is not None]
    highest, lowest = max(numbers, default=5.0), min(numbers, default=1.0)
    if highest <= 5:
        return FIVE_POINTS if lowest >= 1 else Scale(worst=0, best=5)
    if highest <= 10:
        return Scale(worst=1 if lowest >= 1 else 0, best=10)
    return Scale(worst=0, best=100)


def read_score(value: Cell, scale: Scale) -> float | None:
    """Return a score from 1 worst to 5 best; None for blanks, 'don't know' and anything off the scale."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return scale.to_five(float(value))
    text = plain(value)
    if text in known_words().scores:
        return known_words().scores[text]
    numbered = _NUMBERED_WORD.match(text)
    if numbered and plain(numbered[2] or numbered[3]) in known_words().scores:
        return known_words().scores[plain(numbered[2] or numbered[3])]
    stars = _STARS.match(str(value).strip())
    if stars:
        return float(len(stars[1]))
    match = _NUMBER.match(text) or (re.match(r"^(\d+)()\s*[-–:=.)]", text) if numbered else None)
    if match is None:
        return None
    if match[2] and float(match[2]) > 1:
        return Scale(worst=1 if float(match[2]) == 5 else 0, best=float(match[2])).to_five(float(match[1]))
    return scale.to_five(float(match[1]))


def is_score(value: Cell) -> bool:
    """Say whether a value could stand in a score column: a word of a scale or a number up to 100."""
    if isinstance(value, str) and (plain(value) in known_words().scores or _STARS.match(value.strip())):
        return True
    if isinstance(value, str):
        numbered = _NUMBERED_WORD.match(plain(value))
        if numbered and plain(numbered[2] or numbered[3]) in known_words().scores:
            return True
    number = as_number(value)
    return number is not None and 0 <= number <= 100


def as_number(value: Cell) -> float | None:
    """Return the number a cell holds, None where it holds none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        match = re.match(r"^\s*(-?\d+(?:[.,]\d+)?)\s*(?:/\s*\d+|out of \d+)?\s*$", value)
        return float(match[1].replace(",", ".")) if match else None
    return None


def read_permission(value: Cell, *, meaning: Literal["may quote", "must not quote"]) -> bool | None:
    """Return the permission to quote: true, false, or unknown.

    Args:
        value: the cell.
        meaning: what a yes says; some forms ask "tick if you do NOT wish your words to be public".
    """
    if value is None:
        return None
    answer: bool | None
    if isinstance(value, bool):
        answer = value
    elif isinstance(value, (int, float)):
        answer = {1.0: True, 0.0: False}.get(float(value))
    else:
        answer = _read_yes_or_no(plain(value))
    if answer is None:
        return None
    return answer if meaning == "may quote" else not answer


def _read_yes_or_no(text: str) -> bool | None:
    if text in known_words().yes:
        return True
    if text in known_words().no or re.match(r"^(no\b|i do not|i don't|do not|don't|not )", text):
        return False
    if re.match(r"^(yes\b|i agree|i consent|i give|i am happy|i'm happy|happy)", text):
        return True
    return None
