"""How near texts come to the words a framework holds for its priorities: by meaning, and by phrase.

The scores are cosines in the space of the general encoder with a bonus for what is said word for word; nothing is
trained. `priorities.py` makes links of them, `heads.py` reads them beside what people coded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedder
    from voice_of_care.frameworks.model import FrameworkElement

    Floats = NDArray[np.float32]

# Chosen on one half of the respondents of the benchmark (benchmarks/priorities_zero_shot.py); the other half judges.
PHRASE_BONUS = 0.08  # for a cue said word for word
MARKER_BONUS = 0.45  # for a marker ("... should ..."): it tells how a thing is said, and decides
EXCLUDE_PENALTY = 0.20  # where what is excluded is said, or is nearer than any cue
EXCLUDE_FROM = 0.40  # and at least this near;
FACT_FROM = 0.45  # for the plain facts, this near

# Plain facts that speak of no priority: a segment nearer to one of these than to any cue says nothing.
PLAIN_FACTS = (
    "I was there last Monday",
    "my appointment was at ten in the morning",
    "I was in for a week",
    "I stayed overnight",
    "I have been coming here for years",
    "this was my first visit",
    "I went for a blood test",
    "I had an operation on my knee",
    "I had a scan",
    "I attend the clinic every month",
    "I am a patient here",
    "I am a nurse",
    "I work in the hospital",
    "I work in outpatients",
    "I work on the surgical ward",
    "I am 70 years of age",
    "I live with my husband",
    "my son brought me in",
    "we are a family of four",
    "there were eight people at the meeting",
    "the group met in the hall",
    "the office is on the first floor",
    "it is the building beside the church",
    "they wrote down my name and address",
    "they took my name and date of birth",
    "a nurse took my blood pressure",
    "I am filling this in for my mother",
    "see above",
    "as I said before",
    "the form was blue",
    "it was a sunny day",
    "I like reading the paper",
    "I don't know",
    "not applicable",
    "no comment",
)

_ROWS_AT_ONCE = 2048


class Cues:
    """The words of one framework's priorities, embedded once."""

    def __init__(self, elements: Sequence[FrameworkElement], embedder: Embedder) -> None:
        self._include = [element.include_cues for element in elements]
        self._exclude = [element.exclude_cues for element in elements]
        wanted = [phrases_of(element) for element in elements]
        self._owner = np.repeat(np.arange(len(elements)), [len(phrases) for phrases in wanted])
        self._vectors = embedder.embed([phrase for phrases in wanted for phrase in phrases])
        centres = np.stack([self._vectors[self._owner == row].mean(axis=0) for row in range(len(elements))])
        self._centres = centres / np.linalg.norm(centres, axis=1, keepdims=True)
        unwanted = [list(filter(_is_phrase, cues)) for cues in self._exclude]
        self._unwanted_owner = np.repeat(np.arange(len(elements)), [len(phrases) for phrases in unwanted])
        self._unwanted = embedder.embed([phrase for phrases in unwanted for phrase in phrases])
        self._facts = embedder.embed(PLAIN_FACTS)

    def score(self, texts: Sequence[str], vectors: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Return one score a text and priority, rounded to 4 decimals, and whether it is excluded.

        It is the mean of the cosines with the best of the priority's phrases and with their centre, and a bonus where
        a cue is said word for word. Where a phrase to be excluded is said or is nearer than the best, it sinks; a lone
        word to be excluded is compared by meaning only, since it may stand anywhere.
        """
        best = _best_by_owner(_cosines(vectors, self._vectors), self._owner, len(self._include))
        bonus = _bonus(texts, self._include)
        scores = (best + _cosines(vectors, self._centres)) / 2 + bonus
        said = [[cue for cue in cues if not _is_phrase(cue) or " " in _plain(cue)] for cues in self._exclude]
        unwanted = _bonus(texts, said) > 0
        nearest = _best_by_owner(_cosines(vectors, self._unwanted), self._unwanted_owner, len(self._include))
        unwanted |= nearest > np.maximum(best, EXCLUDE_FROM)
        is_fact = _cosines(vectors, self._facts).max(axis=1, keepdims=True) > np.maximum(best, FACT_FROM)
        is_sunk = unwanted | (is_fact & (bonus < MARKER_BONUS))
        rounded: Floats = np.round(scores - EXCLUDE_PENALTY * is_sunk, 4)
        return rounded, unwanted


def phrases_of(element: FrameworkElement) -> list[str]:
    """Return what a priority is compared with by meaning: label, label and definition, and cues without dots."""
    return [element.label, f"{element.label}: {element.definition}", *filter(_is_phrase, element.include_cues)]


def cues_said(text: str, cues: Sequence[str]) -> tuple[str, ...]:
    """Return the cues that a text says word for word."""
    plain = f" {_plain(text)} "
    return tuple(cue for cue in cues if _plain(cue) and re.search(_pattern(cue), plain))


def _cosines(vectors: Floats, others: Floats) -> Floats:
    """Return all cosines, by one thread and in blocks of fixed height, so that the last bits never change."""
    with threadpool_limits(limits=1):
        blocks = [vectors[start : start + _ROWS_AT_ONCE] @ others.T for start in range(0, len(vectors), _ROWS_AT_ONCE)]
    return np.concatenate(blocks)


def _best_by_owner(cosines: Floats, owner: NDArray[np.intp], owners: int) -> Floats:
    best = np.full((len(cosines), owners), -1, dtype=np.float32)
    for row in range(owners):
        mine = cosines[:, owner == row]
        if mine.shape[1]:
            best[:, row] = mine.max(axis=1)
    return best


def _bonus(texts: Sequence[str], cues_by_owner: Sequence[Sequence[str]]) -> Floats:
    """Return what the cues said word for word add: a marker most, a lone word least."""
    plain = [f" {_plain(text)} " for text in texts]
    starts = np.cumsum([0, *(len(text) + 1 for text in plain)])
    everything = "\n".join(plain)
    bonus = np.zeros((len(texts), len(cues_by_owner)), dtype=np.float32)
    for column, cues in enumerate(cues_by_owner):
        for cue in filter(_plain, cues):
            worth = MARKER_BONUS if not _is_phrase(cue) else PHRASE_BONUS * (1.0 if " " in _plain(cue) else 0.8)
            for found in re.finditer(_pattern(cue), everything, re.MULTILINE):
                row = int(np.searchsorted(starts, found.start(), side="right")) - 1
                bonus[row, column] = max(bonus[row, column], worth)
    return bonus


def _is_phrase(cue: str) -> bool:
    """Say whether a cue is compared by meaning too; one with dots at an end is a marker, compared by letter alone."""
    return not (cue.startswith("...") or cue.endswith("..."))


def _pattern(cue: str) -> str:
    """Return a cue's pattern: a marker without leading dots begins the text, one without trailing dots ends it."""
    begins = "^" if not _is_phrase(cue) and not cue.startswith("...") else ""
    ends = "$" if not _is_phrase(cue) and not cue.endswith("...") else ""
    return f"{begins} {re.escape(_plain(cue))} {ends}"


def _plain(text: str) -> str:
    unquoted = re.sub(r"['’]", "", text.casefold())
    return " ".join(re.findall(r"\w+", unquoted))
