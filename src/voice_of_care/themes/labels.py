"""Name themes in people's own words: a short noun phrase that enough of them say, and no two alike."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.themes.phrases import family_of, shown_forms
from voice_of_care.themes.vocabulary import (
    DATES,
    DOINGS,
    EMPTY_WORDS,
    GENERAL_WORDS,
    QUALITIES,
    ROLES,
    SETTING_WORDS,
    TIME_WORDS,
    VAGUE_WORDS,
)
from voice_of_care.themes.voices import have_voices
from voice_of_care.themes.words import LIGHT_WORDS, content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes.phrases import Phrase

SAID_BY_SHARE = 0.06
"""A label is said by at least this share of those who raise the theme; where nothing is, by half of it."""

SAID_BY = 3
"""And by at least so many of them: two people's phrase is no name for a theme."""

FEW_PEOPLE = 15
SAID_BY_FEW = 2
"""In a theme of at most `FEW_PEOPLE`, two are enough."""

COVERS = 0.3
"""A phrase said by this share of those who raise the theme names it alone; otherwise a second one may be joined."""

JOINED_SHARE = 0.5
"""A second phrase is said by at least this share as many people, and by as large a share of others than the first."""

FULLER_SHARE = 0.3
NARROWER_SHARE = 0.5
"""A longer phrase stands for its single word where it makes up this share of the word's uses: "waiting times" for
"waiting"; more where what it adds narrows the meaning ("car park" for "parking")."""

WEIGHED = 40
"""So many of a theme's strongest phrases are weighed by their likeness to the theme."""

SHARE_POWER = 0.75
SIZE_POWER = 0.25
"""Of two themes that could take a phrase, the larger one has the better claim."""

LIKENESS_POWER = 2.0
SMALLEST_LIKENESS = 0.05
JOINED_LIKENESS = 0.75
"""A second phrase is at least this times as like the theme as the first."""

MUCH_THE_SAME = 0.75
"""Two phrases whose meanings are this near say nothing more together ("food and meals")."""

LIKE_ENOUGH = 0.4
SAID_ENOUGH = 0.3
"""A phrase names a theme if its likeness to it is at least this, or that share of people say it."""

SAID_OFTEN = 0.1
"""What so many say stands behind the name of a theme that has no subject."""

LIKE_ENOUGH_IF_RARE = 0.5
"""And this where fewer people say it than a label asks for."""

NEARER_ELSEWHERE = 0.05
"""A phrase this much nearer to another theme than to its own loses half its weight."""

OF_A_ROLE = 0.45
OF_VAGUE_WORDS = 0.6
FOR_A_LONGER_ONE = 1.35

GENERAL_KEYWORDS = 5
"""So many of a topic's strongest keywords tell whether it is a general judgement."""

GENERAL_SHARE = 0.5
"""A theme most of whose segments hold only words of judgement is general praise or criticism."""

_GENERAL = {"praise": "General praise", "concern": "General dissatisfaction"}
_LINKS = frozenset({"of", "for", "to", "with", "about"})
Families = tuple[str, ...]


class Naming(NamedTuple):
    """What a theme is named from: its segments' phrases, who says which words, general share, words, tone, centroid.

    `said` holds, for each text, the families of its words; `units` who said it.
    """

    phrases: list[list[Phrase]]
    said: list[frozenset[str]]
    units: list[frozenset[str]]
    general: float
    keywords: list[str]
    tone: str
    centroid: np.ndarray


class Name(NamedTuple):
    """A theme's label, the phrase at its head, for the label of its parent, its words' families; has it a subject?"""

    label: str
    head: str
    families: frozenset[str] = frozenset()
    has_subject: bool = True


class _Candidate(NamedTuple):
    phrase: Phrase
    families: Families
    units: frozenset[str]
    score: float
    likeness: float
    vector: np.ndarray

    @property
    def essence(self) -> frozenset[str]:
        return essence_of(self.families)


def is_general(text: str) -> bool:
    """Say whether a segment only judges and names no topic."""
    return set(content_words(text, light=False)) <= GENERAL_WORDS


def is_nameless(text: str) -> bool:
    """Say whether a segment judges and names nobody and nothing but the setting: "the nurses were great"."""
    words = {word.removesuffix("s") if word.removesuffix("s") in ROLES else word for word in content_words(text)}
    return words <= GENERAL_WORDS | SETTING_WORDS | ROLES | LIGHT_WORDS


def are_general(keywords: Sequence[str]) -> bool:
    """Say whether a topic's strongest keywords mostly judge and name no topic."""
    strongest = keywords[:GENERAL_KEYWORDS]
    return bool(strongest) and 2 * sum(word in GENERAL_WORDS for word in strongest) > len(strongest)


def families_of(key: tuple[str, ...]) -> Families:
    """Return the families of a phrase's words of content, in order."""
    return tuple(sorted({family_of(word) for word in key if word not in _LINKS}))


def essence_of(families: Iterable[str]) -> frozenset[str]:
    """Return what is left of a label without words that make no new one of it."""
    whole = frozenset(families)
    return frozenset(family for family in whole if family not in EMPTY_WORDS) or whole


class _Speech:
    """Who says which words in a theme."""

    def __init__(self, naming: Naming) -> None:
        self._units = naming.units
        self._said = naming.said
        self._rows: dict[str, set[int]] = {}
        for row, families in enumerate(naming.said):
            for family in families:
                self._rows.setdefault(family, set()).add(row)
        self.total = max(1, len(frozenset().union(*naming.units)))
        wanted = SAID_BY_FEW if self.total <= FEW_PEOPLE else SAID_BY
        spoken = list(zip(self._said, self._units, strict=True))
        self._enough = next((count for count in range(wanted, 1, -1) if have_voices(spoken, enough=count)), 1)

    def who(self, families: Families) -> frozenset[str]:
        """Return the units that say all these words in one segment."""
        rows = set.intersection(*(self._rows.get(family, set()) for family in families))
        return frozenset().union(*(self._units[row] for row in rows))

    def share(self, families: Families) -> float:
        """Return the share of units that say them."""
        return len(self.who(families)) / self.total

    def is_voiced(self, families: Families) -> bool:
        """Say whether enough people say them in words of their own, or all do where the theme has hardly any."""
        rows = sorted(set.intersection(*(self._rows.get(family, set()) for family in families)))
        return have_voices([(self._said[row], self._units[row]) for row in rows], enough=self._enough)


def name_themes(
    namings: Sequence[Naming],
    *,
    embedder: Embedder,
    barred: frozenset[str] = frozenset(),
    proper: frozenset[str] = frozenset(),
    places: Sequence[frozenset[str]] = (),
) -> list[Name]:
    """Return a distinct label for each theme; earlier ones choose first.

    A phrase ranks by how many people say it in the theme and how few elsewhere, and by how near its meaning is to the
    theme's centroid: a word that only often stands beside the matter does not name it.

    Args:
        namings: what each theme is named from.
        embedder: the sentence model the centroids are of.
        barred: words that name nothing alone.
        proper: names, which stand in no label.
        places: families of the words of services' and sites' names: such a name is no theme's.
    """
    speeches = [_Speech(naming) for naming in namings]
    shown = shown_forms([phrases for naming in namings for phrases in naming.phrases])
    centroids = np.stack([naming.centroid for naming in namings])
    refused = frozenset(essence_of(place) for place in places)
    ranked = []
    for place in range(len(namings)):
        found = _candidates(place, namings, speeches, shown, barred, proper)
        found = [one for one in found if one.essence not in refused]
        ranked.append(_by_meaning(found, place, centroids, embedder))
    return _choose(namings, ranked, [speech.total for speech in speeches])


def needed(units: int) -> int:
    """Return how many of so many units have to say a label."""
    return max(SAID_BY_FEW if units <= FEW_PEOPLE else SAID_BY, math.ceil(SAID_BY_SHARE * units))


def _candidates(
    place: int,
    namings: Sequence[Naming],
    speeches: Sequence[_Speech],
    shown: Mapping[tuple[str, ...], Phrase],
    barred: frozenset[str],
    proper: frozenset[str],
) -> list[_Candidate]:
    """Return a theme's candidate phrases with their scores, strongest first; phrases of the same words are one."""
    own = speeches[place]
    uses = Counter(phrase.key for phrases in namings[place].phrases for phrase in phrases)
    by_families: dict[Families, Counter[tuple[str, ...]]] = {}
    for key, count in uses.items():
        if may_name(shown[key], barred, proper):
            by_families.setdefault(families_of(key), Counter())[key] += count
    found = []
    for families, keys in sorted(by_families.items()):
        units = own.who(families)
        if len(units) < max(SAID_BY_FEW, needed(own.total) // 2) or not own.is_voiced(families):
            continue
        phrase = shown[min(keys, key=lambda key: (-keys[key], key))]
        share = len(units) / own.total
        elsewhere = [speech.share(families) for number, speech in enumerate(speeches) if number != place]
        mean = sum(elsewhere) / len(elsewhere) if elsewhere else 0.0
        score = share**SHARE_POWER * math.log(1.0 + share / (mean + 0.02)) * _weight(phrase, families)
        score *= min(1.0, share / max([share, *elsewhere]))
        found.append(_Candidate(phrase, families, units, round(score, 9), 1.0, np.empty(0)))
    return sorted(found, key=lambda one: (-one.score, one.families))


def may_name(phrase: Phrase, barred: frozenset[str], proper: frozenset[str]) -> bool:
    """Say whether a phrase may stand in a label: no date, no name, and a single word says something by itself."""
    words = [word for word in phrase.key if word not in _LINKS]
    if any(word in DATES or word in proper for word in words):
        return False
    if len(words) > 1:
        is_empty = all(word in GENERAL_WORDS for word in words) or all(word in SETTING_WORDS for word in words)
        is_time = words[0] == "time" or words[-1] in TIME_WORDS
        return words[-1] not in barred and not is_time and not is_empty
    is_made = words[0] in _MADE
    return is_made or (words[0] not in barred and not _is_vague(words[0]) and words[0] not in GENERAL_WORDS)


_MADE = frozenset([*QUALITIES.values(), *DOINGS.values()]) - VAGUE_WORDS


def _is_vague(word: str) -> bool:
    return word in VAGUE_WORDS or word in EMPTY_WORDS


def _weight(phrase: Phrase, families: Families) -> float:
    longer = FOR_A_LONGER_ONE if phrase.content > 1 else 1.0
    if all(family in ROLES or _is_vague(family) for family in families):
        return longer * (OF_A_ROLE if any(family in ROLES for family in families) else OF_VAGUE_WORDS)
    return longer


def _by_meaning(found: Sequence[_Candidate], place: int, centroids: np.ndarray, embedder: Embedder) -> list[_Candidate]:
    """Return the strongest candidates in the order of score times likeness to the theme."""
    strongest = found[:WEIGHED]
    if not strongest:
        return []
    vectors = embedder.embed([one.phrase.shown for one in strongest]).astype(np.float64)
    cosines = np.round(vectors @ centroids.T, 6)
    own = np.maximum(cosines[:, place], SMALLEST_LIKENESS)
    others = np.delete(cosines, place, axis=1).max(axis=1, initial=-1.0)
    weights = own**LIKENESS_POWER * np.where(others > own + NEARER_ELSEWHERE, 0.5, 1.0)
    weighed = [
        one._replace(score=round(one.score * float(weight), 6), likeness=float(like), vector=vector)
        for one, weight, like, vector in zip(strongest, weights, own, vectors, strict=True)
    ]
    return sorted(weighed, key=lambda one: (-one.score, one.families))


def _choose(namings: Sequence[Naming], ranked: Sequence[list[_Candidate]], totals: Sequence[int]) -> list[Name]:
    """Give each theme its name: general ones first, then always the one whose best free phrase is the strongest."""
    names: dict[int, Name] = {}
    labels: set[str] = set()
    for place, naming in enumerate(namings):
        enough = any(_is_fit(one, totals[place]) for one in ranked[place])
        label = _GENERAL.get(naming.tone, "General remarks")
        is_nameless = naming.general >= GENERAL_SHARE or (not enough and are_general(naming.keywords))
        if is_nameless and label not in labels:
            labels.add(label)
            names[place] = Name(label, label.lower())
    used: list[frozenset[str]] = []
    while open_places := [place for place in range(len(namings)) if place not in names]:
        free = {place: _free(ranked[place], used, totals[place]) for place in open_places}
        claims = {place: free[place][0].score * totals[place] ** SIZE_POWER if free[place] else -1.0 for place in free}
        place = min(open_places, key=lambda place: (-round(claims[place], 6), place))
        if free[place]:
            name, essences = _named(free[place], totals[place])
            used += essences
        else:
            name = _other(namings[place], ranked[place], used, labels, totals[place])
        labels.add(name.label)
        names[place] = name
    return [names[place] for place in range(len(namings))]


def _free(ranked: Sequence[_Candidate], used: Sequence[frozenset[str]], total: int) -> list[_Candidate]:
    """Return the phrases that may name a theme of so many people and say nothing another label says."""
    free = [one for one in ranked if not any(_same(one.essence, other) for other in used)]
    return [one for one in free if _is_fit(one, total)] or [one for one in free if _is_fit_if_rare(one, total)]


def _named(enough: Sequence[_Candidate], total: int) -> tuple[Name, list[frozenset[str]]]:
    first = _fuller(enough[0], enough)
    second = _companion(first, enough, total)
    if second is None:
        return Name(sentence_case(first.phrase.shown), first.phrase.shown, frozenset(first.families)), [first.essence]
    label = sentence_case(f"{first.phrase.shown} and {second.phrase.shown}")
    families = frozenset(first.families + second.families)
    return Name(label, first.phrase.shown, families), [first.essence, second.essence]


def _is_fit(one: _Candidate, total: int) -> bool:
    is_near = one.likeness >= LIKE_ENOUGH or len(one.units) >= SAID_ENOUGH * total
    return len(one.units) >= needed(total) and is_near


def _is_fit_if_rare(one: _Candidate, total: int) -> bool:
    return one.likeness >= LIKE_ENOUGH_IF_RARE and len(one.units) >= min(SAID_BY, needed(total))


def _same(essence: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether a reader would take two labels for one: the same words, or one more on top."""
    return essence <= other or other <= essence


def _fuller(first: _Candidate, enough: Sequence[_Candidate]) -> _Candidate:
    """Return a longer phrase around a single word where people say it often enough: "waiting times" for "waiting"."""
    if first.phrase.content > 1:
        return first
    around = [one for one in enough if one.phrase.content > 1 and set(first.families) < set(one.families)]
    around = [one for one in around if "of" not in one.phrase.key]
    often = [one for one in around if len(one.units) >= _share_for(one, first) * len(first.units)]
    return min(often, key=lambda one: (-len(one.units), one.families), default=first)


def _share_for(longer: _Candidate, first: _Candidate) -> float:
    is_as_wide = longer.essence == first.essence or set(first.families) <= ROLES
    return FULLER_SHARE if is_as_wide else NARROWER_SHARE


def _companion(first: _Candidate, enough: Sequence[_Candidate], total: int) -> _Candidate | None:
    """Return a second phrase for a theme that the first covers too little of: others say it, and it is as near."""
    if len(first.units) >= COVERS * total or first.phrase.content > 1:
        return None
    for one in enough:
        new = len(one.units - first.units)
        is_apart = not set(one.families) & set(first.families) and not _same(one.essence, first.essence)
        is_said = len(one.units) >= JOINED_SHARE * len(first.units) and new >= JOINED_SHARE * len(one.units)
        is_near = one.likeness >= JOINED_LIKENESS * first.likeness
        is_near = is_near and float(np.round(one.vector @ first.vector, 6)) < MUCH_THE_SAME
        if is_apart and is_said and is_near and one.phrase.content == 1 and not set(one.families) & ROLES:
            return one
    return None


def _other(
    naming: Naming, ranked: Sequence[_Candidate], used: Sequence[frozenset[str]], labels: set[str], total: int
) -> Name:
    """Return a name for what has no phrase in common that is free, with what many of them say, if anything."""
    what = {"praise": "praise", "concern": "concerns"}.get(naming.tone, "remarks")
    free = [one for one in ranked if not any(_same(one.essence, other) for other in used)]
    often = [one for one in free if len(one.units) >= max(SAID_BY, SAID_OFTEN * total)]
    often.sort(key=lambda one: (-len(one.units), one.families))
    options = [*(f"Other {what} ({one.phrase.shown})" for one in often), f"Other {what}"]
    options += [
        f"Further {what}",
        f"More {what}",
        *(f"Other {what} ({number})" for number in range(2, len(labels) + 3)),
    ]
    label = next(option for option in options if option not in labels)
    return Name(label, f"other {what}", has_subject=False)


def name_parents(families: Sequence[Sequence[Name]], *, taken: Sequence[str]) -> list[str]:
    """Return a distinct label for each parent, joined from the heads of its largest children.

    Args:
        families: the children's names, the largest child first.
        taken: labels others have.
    """
    used = {label.lower() for label in taken}
    labels = []
    for family in families:
        led = family[:1] if family[0].label.startswith("General ") else []
        ordered = [*led, *(name for name in family if not _is_catch_all(name)), *family]
        heads = list(dict.fromkeys(name.head for name in ordered))
        if all(_is_catch_all(name) for name in family):
            heads = ["general remarks", *heads]
        options = [heads[:1]] if heads[0] == "general remarks" else []
        options += [heads[:size] for size in range(2, len(heads) + 1)]
        label = next((name for one in options if (name := sentence_case(listed(one))).lower() not in used), "")
        number = 2
        while not label or label.lower() in used:
            label = sentence_case(f"{listed(heads[:2])} ({number})")
            number += 1
        used.add(label.lower())
        labels.append(label)
    return labels


def _is_catch_all(name: Name) -> bool:
    return name.label.startswith(("General ", "Other ", "Further ", "More "))


def sentence_case(phrase: str) -> str:
    """Return the phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]


def listed(words: Sequence[str]) -> str:
    """Return words as a list read aloud: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
