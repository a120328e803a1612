"""Words of concerns and suggestions said in one place and hardly elsewhere, as a profile lets them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.reporting.disclosure import Count, Discloser


@dataclass(frozen=True)
class LocalWord:
    """A word, the people of the place who say it, and those elsewhere."""

    term: str
    here: Count
    elsewhere: Count


def view_local_words(
    local_words: pd.DataFrame, level: str, *, discloser: Discloser
) -> dict[str, tuple[LocalWord, ...]]:
    """Return the words of each place, in the order of the places' names; a word said by too few to show is left out."""
    found: dict[str, list[LocalWord]] = {}
    for row in records(local_words[local_words["level"] == level]):
        here = discloser.count(int(row.respondents))
        if not here.is_suppressed:
            word = LocalWord(str(row.term), here, discloser.count(int(row.elsewhere)))
            found.setdefault(str(row.place), []).append(word)
    if not discloser.is_internal:  # the order of the table tells of unrounded counts
        for words in found.values():
            words.sort(key=lambda word: (-word.here.rank, word.elsewhere.rank, word.term))
    return {place: tuple(words) for place, words in found.items()}
