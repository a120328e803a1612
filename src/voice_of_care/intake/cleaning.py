"""Decide whether a text says something that can be read, and if not, why it is set aside."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from voice_of_care.intake.vocabulary import plain
from voice_of_care.intake.words import known_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.intake.readers import Cell
    from voice_of_care.settings import IntakeSettings

EMPTY: Final = "Empty: nothing was written."
NON_ANSWER: Final = "Non-answer: says that there is no answer."
NOT_ENGLISH: Final = "Not English, nor in another language the settings name."
UNREADABLE: Final = "Unreadable: not text that a person wrote."
TOO_LONG: Final = "Too long: longer than a cell may be (longest_cell in the settings)."
FACILITATOR: Final = "Facilitator's words, no participant's; a question is kept as that of what follows."
ABOUT_MEETING: Final = "About the meeting itself: its date, place, people or order."
FILE_NOT_READ: Final = "File can't be read; see the problems of its source."
NO_LONGER_THERE: Final = "No longer in the corrected file."
NO_LONGER_READ: Final = "No longer read, as the settings have it."
REPEATS_CORRECTED: Final = "Repeats a record that was corrected."
REASONS: Final = (
    EMPTY, NON_ANSWER, NOT_ENGLISH, UNREADABLE, TOO_LONG, FACILITATOR, ABOUT_MEETING, FILE_NOT_READ, NO_LONGER_THERE,
    NO_LONGER_READ, REPEATS_CORRECTED,
)  # fmt: skip

_FEWEST_WORDS = 5
_SURE = 0.95
_FEWEST_LETTERS = 3
_LONGEST_NON_ANSWER = 100  # unless the settings name a longer one
_LONGEST_TOKEN = 200

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ONE_LETTER = re.compile(r"([^\W\d_])\1*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u200b\u2060]")


def clean_text(value: Cell) -> str:
    """Return a cell's text as it is stored: composed letters, plain line ends, no control characters or edge spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).replace("\xa0", " ").strip()


def find_reason(raw: Cell, text: str, *, has_question: bool, settings: IntakeSettings) -> str | None:
    """Return why a text is set aside, None where it is kept.

    Args:
        raw: the cell as read, in which control characters still stand.
        text: the cell cleaned.
        has_question: whether a question or heading is known; then "nothing" and "no" are answers.
        settings: longest cell, languages and further non-answers.
    """
    if isinstance(raw, str) and len(raw) > settings.longest_cell:
        return TOO_LONG
    if isinstance(raw, str) and _is_garbage(raw):
        return UNREADABLE
    if not text:
        return EMPTY
    if is_non_answer(text, further=settings.non_answers):
        return NON_ANSWER
    if not has_question and plain(text) in known_words().nothing:
        return NON_ANSWER
    return NOT_ENGLISH if language_of(text) not in settings.languages else None


def is_non_answer(text: str, *, further: Sequence[str] = ()) -> bool:
    """Say whether a text only says that there is no answer; punctuation or one letter alone is one."""
    if len(text) > _LONGEST_NON_ANSWER and not further and any(map(str.isalpha, text)):
        return False
    bare = plain(text)
    if bare in known_words().non_answers or any(bare == plain(own) for own in further):
        return True
    if _ONE_LETTER.fullmatch(bare) and bare not in {"y", "n"}:
        return True
    return not any(unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) == "So" for letter in text)


def language_of(text: str) -> str:
    """Return the language of a text; 'en' unless it is surely another.

    Short texts, dialect and typing errors mislead any detector, so only texts of five or more words without a single
    common English word are asked about (or texts in another script); the detector must be sure.
    """
    other_script = not text.isascii() and _is_mostly_other_script(text)
    if not other_script:
        words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
        if len(words) < _FEWEST_WORDS or any(word in known_words().english for word in words):
            return "en"
    language, confidence = _identifier().classify(text)
    if other_script:
        return "und" if language == "en" else str(language)
    return str(language) if confidence >= _SURE else "en"


def _is_mostly_other_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    other = sum(
        not letter.isascii() and not unicodedata.name(letter, "LATIN").startswith("LATIN") for letter in letters
    )
    return len(letters) >= _FEWEST_LETTERS and other > 0.6 * len(letters)


@functools.cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # takes half a second, seldom needed

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


if TYPE_CHECKING:
    from typing import Protocol

    class _Identifier(Protocol):
        def classify(self, text: str) -> tuple[str, float]: ...


def _is_garbage(raw: str) -> bool:
    if not raw.strip():
        return False
    control = sum(1 for _ in _CONTROL.finditer(raw)) + raw.count("\ufffd")
    if control > 0.1 * len(raw):
        return True
    return len(raw) > _LONGEST_TOKEN and len(max(raw.split(), key=len)) > _LONGEST_TOKEN and not _is_address(raw)


def _is_address(raw: str) -> bool:
    return any("://" in token for token in raw.split() if len(token) > _LONGEST_TOKEN)
