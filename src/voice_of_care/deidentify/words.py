"""The words of a text as the search for names sees them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from voice_of_care.deidentify import cues, gazetteer
from voice_of_care.deidentify.protect import kept_spans, protected_spans
from voice_of_care.deidentify.textmap import fold

_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_REPLACED = re.compile(r"\[[A-Z_]+(?:_\d+|: [\w ]+)?\]")
_SHOUTING = 0.6
"""Where more of the words than this are in capitals, capitals tell nothing."""


class Name(NamedTuple):
    """One mention of a person."""

    start: int
    end: int
    kind: str
    rule: str
    score: float


@dataclass(frozen=True)
class NameLists:
    """What the site's settings add: names always taken out, words always kept.

    `cautious` takes only names with a title, and full names: for labels of services and sites.
    """

    full: frozenset[tuple[str, ...]] = frozenset()
    parts: frozenset[str] = frozenset()
    keep: tuple[str, ...] = ()
    cautious: bool = False

    @property
    def longest(self) -> int:
        """Return the number of words of the longest name."""
        return max((len(words) for words in self.full), default=0)


@dataclass(frozen=True)
class Word:
    """One word and what is known of it before any cue is looked at."""

    text: str
    start: int
    end: int
    folded: str
    is_capital: bool
    opens_sentence: bool
    is_protected: bool
    is_kept: bool
    is_person: bool


def make_lists(names: tuple[str, ...], keep: tuple[str, ...], *, cautious: bool = False) -> NameLists:
    """Prepare the site's own names for searching."""
    full = [tuple(_without_possessive(fold(word.group())) for word in _WORD.finditer(name)) for name in names]
    parts = {
        word
        for words in full
        if len(words) > 1
        for word in words
        if len(word) > 2 and gazetteer.is_distinct(word) and word not in cues.PARTICLES
    }
    return NameLists(frozenset(words for words in full if words), frozenset(parts), keep, cautious)


def split_words(text: str, people: list[tuple[int, int]], lists: NameLists) -> list[Word]:
    """Return the words of a text; `people` are the spans that the language model takes for persons."""
    matches = list(_WORD.finditer(text))
    long = [match.group() for match in matches if len(match.group()) > 1]
    shouting = len(long) > 2 and sum(word.isupper() for word in long) > _SHOUTING * len(long)
    starts = [match.start() for match in matches]
    protected = _inside(starts, protected_spans(text))
    kept = _inside(starts, kept_spans(text, lists.keep)) | _inside(starts, [m.span() for m in _REPLACED.finditer(text)])
    person = _inside(starts, people)
    words = []
    for number, match in enumerate(matches):
        word = _without_possessive(match.group())
        before = text[max(0, match.start() - 6) : match.start()].rstrip(" \"'(*•-\t")
        words.append(
            Word(
                text=word,
                start=match.start(),
                end=match.start() + len(word),
                folded=fold(word),
                is_capital=word[0].isupper() and not (shouting and word.isupper()),
                opens_sentence=not before or before[-1] in ".!?\n:;",
                is_protected=number in protected,
                is_kept=number in kept,
                is_person=number in person,
            )
        )
    return words


def _inside(starts: list[int], spans: list[tuple[int, int]]) -> set[int]:
    """Return the numbers of the places that lie in one of the spans."""
    inside: set[int] = set()
    for start, end in spans:
        first = bisect_right(starts, start - 1)
        inside.update(range(first, bisect_right(starts, end - 1)))
    return inside


def _without_possessive(word: str) -> str:
    return word[:-2] if len(word) > 3 and word[-2:].lower() == "'s" else word.removesuffix("'")
