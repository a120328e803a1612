"""Describe a theme in one sentence: what those who praise say, what those who are concerned say, who outweighs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.themes.labels import essence_of, families_of, listed
from voice_of_care.themes.phrases import shown_forms
from voice_of_care.themes.vocabulary import GENERAL_WORDS, ROLES, SETTING_WORDS, TROUBLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voice_of_care.themes.phrases import Phrase

MOST_DESCRIBED = 3
SAID_BY = 3
"""A phrase stands in a description where at least so many people on that side say it, and at least so many take it."""

FEW_PEOPLE = 20
SAID_BY_FEW = 2
"""The same in a theme of at most `FEW_PEOPLE` people."""

OUTWEIGHS = 1.5
"""One side outweighs the other where it has this many times as many people."""

NEARLY_ALL = 0.9
FOR_A_SAYING = 1.6
"""What was said of what ("long waits") tells more than what was spoken of ("waiting")."""


class Side(NamedTuple):
    """What one side of a theme says: the phrases of each text and who said it; and everybody on that side."""

    phrases: list[list[Phrase]]
    units: list[frozenset[str]]
    people: frozenset[str]


class Sides(NamedTuple):
    """A theme's sides, and how many people raise it."""

    praise: Side
    concern: Side
    suggestion: Side
    total: int


def describe(sides: Sides, *, families: frozenset[str]) -> str:
    """Return one sentence on what was said, praise and concern apart; without counts, as it may be published.

    Args:
        sides: who says what.
        families: of the words of the theme's label; what it says already is not said again.
    """
    least = SAID_BY if sides.total > FEW_PEOPLE else SAID_BY_FEW
    praise = telling_phrases(sides.praise, sides.concern, least=least, families=families, unsaid=TROUBLES)
    concern = telling_phrases(sides.concern, sides.praise, least=least, families=families)
    wanted = telling_phrases(sides.suggestion, sides.praise, least=least, families=families)
    praised, concerned = len(sides.praise.people), len(sides.concern.people)
    sentence = _opinion(praise, concern, praised, concerned, sides.total, least)
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
    side: Side, other: Side, *, least: int, families: frozenset[str], unsaid: frozenset[str] = frozenset()
) -> list[str]:
    """Return up to three phrases that enough people on one side say and fewer on the other, no two of the same words.

    Args:
        side: the side to describe.
        other: the side to tell it from.
        least: how many people have to say a phrase.
        families: of the theme's label; a phrase that says no more is left out.
        unsaid: words that can't stand for this side.
    """
    here, there = _people(side), _people(other)
    shown = shown_forms([*side.phrases, *other.phrases])
    taken = essence_of(families)

    def score(key: tuple[str, ...]) -> float:
        inside = len(here[key]) / max(1, len(side.people))
        outside = len(there.get(key, ())) / max(1, len(other.people))
        weight = FOR_A_SAYING if shown[key].content > 1 else 1.0
        return round(math.sqrt(len(here[key])) * math.log(1.0 + inside / (outside + 0.03)) * weight, 9)

    told = [key for key in here if len(here[key]) >= least and _tells(shown[key], taken)]
    told = [key for key in told if not unsaid & set(families_of(key))]
    told = [
        key for key in told if len(here[key]) * max(1, len(other.people)) > len(there.get(key, ())) * len(side.people)
    ]
    picked: list[tuple[str, ...]] = []
    for key in sorted(told, key=lambda key: (-score(key), key)):
        if len(picked) < MOST_DESCRIBED and not any(_share(key, kept) for kept in picked):
            picked.append(key)
    return [in_a_sentence(shown[key]) for key in picked]


def _people(side: Side) -> Mapping[tuple[str, ...], set[str]]:
    people: dict[tuple[str, ...], set[str]] = {}
    for phrases, units in zip(side.phrases, side.units, strict=True):
        for phrase in phrases:
            people.setdefault(phrase.key, set()).update(units)
    return people


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
