"""Describe a theme in one sentence: what those who praise say, what those who are concerned say, who outweighs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.themes.labels import essence_of, families_of, listed
from voice_of_care.themes.phrases import plural_of, shown_forms
from voice_of_care.themes.vocabulary import GENERAL_WORDS, ROLES, SETTING_WORDS, TROUBLES
from voice_of_care.themes.voices import have_voices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes.phrases import Phrase

MOST_DESCRIBED = 3
SAID_BY = 3
"""A phrase stands in a description where so many people on that side say it, each in words of their own."""

SAID_BY_SHARE = 0.05
SPOKEN_OF_SHARE = 0.06
"""And at least this share of that side: what was said of what ("long waits"), and what was only spoken of ("waits")."""

FEWEST_ON_A_SIDE = 3
FEW_PEOPLE = 20
FEWEST_OF_FEW = 2
"""A side is spoken of where at least so many take it; the latter in a theme of at most `FEW_PEOPLE` people."""

TELLS_APART = 1.2
"""A phrase stands for a side where that has so many times the other's share of people who say it."""

LIKE_ENOUGH = 0.3
NEARER_ELSEWHERE = 0.05
"""A phrase's cosine to the theme's centroid is at least this, and no other theme's is that much nearer: people speak of
waiting, or of nurses, whatever the matter is."""

OUTWEIGHS = 1.5
"""One side outweighs the other where it has this many times as many people."""

NEARLY_ALL = 0.9
FOR_A_SAYING = 1.6
"""What was said of what ("long waits") tells more than what was spoken of ("waiting")."""


_WITHOUT = frozenset({"no", "not"})


class Side(NamedTuple):
    """What one side of a theme says: the phrases of each text, families of its words, who said it; and all who do."""

    phrases: list[list[Phrase]]
    said: list[frozenset[str]]
    units: list[frozenset[str]]
    people: frozenset[str]


class Sides(NamedTuple):
    """A theme's sides, and how many people raise it."""

    praise: Side
    concern: Side
    suggestion: Side
    total: int


class Meaning(NamedTuple):
    """Where a theme lies among all: its place in their centroids, and the encoder these are of."""

    embedder: Embedder
    centroids: np.ndarray
    place: int

    def holds(self, phrases: Sequence[str]) -> list[bool]:
        """Say of each phrase whether it is near this theme and not much nearer to another."""
        if not phrases:
            return []
        cosines = np.round(self.embedder.embed(list(phrases)).astype(np.float64) @ self.centroids.T, 6)
        own = cosines[:, self.place]
        others = np.delete(cosines, self.place, axis=1).max(axis=1, initial=-1.0)
        return [bool(held) for held in (own >= LIKE_ENOUGH) & (others <= own + NEARER_ELSEWHERE)]


def describe(sides: Sides, *, families: frozenset[str], meaning: Meaning | None) -> str:
    """Return one sentence on what was said, praise and concern apart; without counts, as it may be published.

    Args:
        sides: who says what.
        families: of the words of the theme's label; what it says already is not said again.
        meaning: where the theme lies; None for one without a subject, where no phrase says what is shared.
    """
    least = FEWEST_ON_A_SIDE if sides.total > FEW_PEOPLE else FEWEST_OF_FEW
    praise = telling_phrases(sides.praise, sides.concern, families=families, meaning=meaning, unsaid=TROUBLES)
    concern = telling_phrases(sides.concern, sides.praise, families=families, meaning=meaning)
    wanted = telling_phrases(sides.suggestion, sides.praise, families=families, meaning=meaning)
    praised, concerned = len(sides.praise.people), len(sides.concern.people)
    sentence = _opinion(praise, concern, praised, concerned, sides.total, least)
    wanted = [phrase for phrase in wanted if phrase not in concern]
    if len(sides.suggestion.people) >= least:
        sentence += f"; some made suggestions{f' about {listed(wanted)}' if wanted else ''}"
    return f"{sentence}."


def _opinion(praise: list[str], concern: list[str], praised: int, concerned: int, total: int, least: int) -> str:
    if not praised and not concerned:
        return "People spoke of this without praise or concern"
    good = f"praised {listed(praise)}" if praise else "spoke well of it"
    bad = f"raised concerns about {listed(concern)}" if concern else "raised concerns"
    if praised >= OUTWEIGHS * concerned:
        return f"{_who(praised, total)} {good}{_minority(bad, concerned, least)}"
    if concerned >= OUTWEIGHS * praised:
        return f"{_who(concerned, total)} {bad}{_minority(good, praised, least)}"
    return f"Opinions differed: some {good}, others {bad}"


def _who(side: int, total: int) -> str:
    if side >= NEARLY_ALL * total:
        return "Nearly all"
    return "Most" if 2 * side > total else "Those who took a side mostly"


def _minority(said: str, people: int, least: int) -> str:
    if not people:
        return ""
    return f"; a minority {said}" if people >= least else "; hardly anybody took the other side"


def telling_phrases(
    side: Side, other: Side, *, families: frozenset[str], meaning: Meaning | None, unsaid: frozenset[str] = frozenset()
) -> list[str]:
    """Return up to three phrases that enough people on one side say and fewer on the other, no two of the same words.

    Args:
        side: the side to describe.
        other: the side to tell it from.
        families: of the theme's label; a phrase that says no more is left out.
        meaning: where the theme lies; None to name nothing.
        unsaid: words that can't stand for this side.
    """
    if meaning is None:
        return []
    here, there = _rows(side), _rows(other)
    shown = shown_forms([*side.phrases, *other.phrases])
    taken = essence_of(families)

    def share(key: tuple[str, ...], rows: Mapping[tuple[str, ...], list[int]], of: Side) -> float:
        return len(_people(rows.get(key, []), of)) / max(1, len(of.people))

    def score(key: tuple[str, ...]) -> float:
        inside, outside = share(key, here, side), share(key, there, other)
        weight = FOR_A_SAYING if shown[key].content > 1 else 1.0
        return round(math.sqrt(inside) * math.log(1.0 + inside / (outside + 0.03)) * weight, 9)

    told = [key for key in sorted(here) if _tells(shown[key], taken) and not unsaid & set(families_of(key))]
    told = [key for key in told if _is_said(here[key], side, is_saying=shown[key].content > 1)]
    told = [key for key in told if share(key, here, side) > TELLS_APART * share(key, there, other)]
    told = [key for key in told if not _is_within(key, told, here, side)]
    read = [in_a_sentence(_in_number(shown[key], shown)) for key in told]
    held = [(key, form) for key, form, is_held in zip(told, read, meaning.holds(read), strict=True) if is_held]
    picked: list[tuple[str, ...]] = []
    forms: list[str] = []
    for key, form in sorted(held, key=lambda one: (-score(one[0]), one[0])):
        if len(picked) < MOST_DESCRIBED and not any(_share(key, kept) for kept in picked):
            picked.append(key)
            forms.append(form)
    return forms


def _rows(side: Side) -> dict[tuple[str, ...], list[int]]:
    rows: dict[tuple[str, ...], list[int]] = {}
    for row, phrases in enumerate(side.phrases):
        for key in sorted({phrase.key for phrase in phrases}):
            rows.setdefault(key, []).append(row)
    return rows


def _people(rows: Sequence[int], side: Side) -> frozenset[str]:
    return frozenset().union(*(side.units[row] for row in rows))


def _is_said(rows: Sequence[int], side: Side, *, is_saying: bool) -> bool:
    people = len(_people(rows, side))
    least = SAID_BY_SHARE if is_saying else SPOKEN_OF_SHARE
    is_often = people >= max(SAID_BY, least * len(side.people))
    return is_often and have_voices([(side.said[row], side.units[row]) for row in rows], enough=SAID_BY)


def _is_within(
    key: tuple[str, ...], told: Sequence[tuple[str, ...]], rows: Mapping[tuple[str, ...], list[int]], side: Side
) -> bool:
    """Say whether a single word is mostly said as the end of a longer phrase: "relief" of "pain relief"."""
    own = len(_people(rows[key], side))
    longer = [other for other in told if len(other) > 1 and other[-1:] == key]
    return any(2 * len(_people(rows[other], side)) >= own for other in longer)


def _in_number(phrase: Phrase, shown: Mapping[tuple[str, ...], Phrase]) -> Phrase:
    """Return a phrase as its noun alone is mostly used: "changing appointments", "the bright building"."""
    alone = shown.get((phrase.key[-1],))
    if phrase.content == 1 or phrase.article or alone is None or "of" in phrase.key or phrase.key[0] in _WITHOUT:
        return phrase
    if alone.article == "s":
        return phrase._replace(shown=plural_of(phrase.shown), article="s")
    return phrase._replace(article=alone.article)


def _tells(phrase: Phrase, taken: frozenset[str]) -> bool:
    if all(word in GENERAL_WORDS or word in SETTING_WORDS for word in phrase.shown.split()):
        return False
    return not essence_of(families_of(phrase.key)) <= taken


def _share(key: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(essence_of(families_of(key)) & essence_of(families_of(other)))


def in_a_sentence(phrase: Phrase) -> str:
    """Return a phrase as it reads within a sentence: "the waiting room", "long waits"."""
    if phrase.article != "the":
        return phrase.shown
    return f"{phrase.shown}s" if phrase.key[-1] in ROLES else f"the {phrase.shown}"
