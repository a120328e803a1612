"""Name themes in people's own words: a short, distinct noun phrase, and one sentence on what was said."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.themes.words import content_words, word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes.phrases import Phrase

FEWEST_SEGMENTS = 2
"""A label's phrase stands in at least so many of the theme's segments."""

FEWEST_SHARE = 0.016
"""A label's phrase stands in this share of the segments, where any does; rarer ones would fit a few segments only."""

COVERS = 0.3
"""A phrase found in this share of a theme's segments names it alone; otherwise a second one is joined."""

FULLER_SHARE = 0.2
"""A longer phrase stands for its single word where it makes up this share of the word's uses."""

PLURAL_SHARE = 0.15
"""A label takes the plural where it makes up this share of a noun's uses ("appointments")."""

WEIGHED = 40
"""So many of a theme's strongest phrases are weighed by their likeness to the theme."""

LIKENESS_POWER = 2.0
SMALLEST_LIKENESS = 0.05

MOST_DESCRIBED = 3

GENERAL_KEYWORDS = 5
"""So many of a topic's strongest keywords tell whether it is a general judgement."""

GENERAL_SHARE = 0.5
"""A theme most of whose segments hold only words of judgement is general praise or criticism."""

GENERAL_WORDS = word_set(
    """
    good great excellent brilliant fantastic amazing wonderful lovely nice perfect perfectly fine super superb
    superbly outstanding exceptional satisfied satisfactory satisfying happy happier pleased better best bad
    poor worse worst terrible awful useless improve improved improvement improvements bettered service services
    experience experiences care everything job hospital nhs place fault faulted faultless complain complaints
    fabulous first class top notch well done thank thanks grateful keep carry work working quality overall
    absolutely extremely really treated treatment visit recommend impressed delighted appreciated appreciate
    enjoy enjoyed second none went smoothly smooth expected expectations problem problems trouble issue issues
    fab star stars ten rate rated excellence standard standards total totally completely highly incredible brill
    grand decent poorly shocking occasion perfection aspects spot clockwork case ace provided received given
    always exactly needed right change changed different asked level possible
    """
)
"""Words that judge, or name the whole of care: a segment of nothing else is a general judgement."""


class Naming(NamedTuple):
    """What a theme is named from: its segments' phrases, keywords, general share, tone, and unit centroid."""

    phrases: list[list[Phrase]]
    keywords: list[str]
    general: float
    tone: str
    centroid: np.ndarray


def is_general(text: str) -> bool:
    """Say whether a segment only judges and names no topic."""
    return set(content_words(text, light=False)) <= GENERAL_WORDS


class Name(NamedTuple):
    """A theme's label, and the phrase at its head, for the label of its parent."""

    label: str
    head: str


class _Ranking(NamedTuple):
    """A theme's candidate phrases, strongest first, and in how many of its segments each stands."""

    phrases: list[Phrase]
    counts: Counter[tuple[str, ...]]
    total: int

    def share(self, phrase: Phrase) -> float:
        return self.counts[phrase.key] / self.total


def are_general(keywords: Sequence[str]) -> bool:
    """Say whether a topic's strongest keywords mostly judge and name no topic."""
    strongest = keywords[:GENERAL_KEYWORDS]
    return bool(strongest) and 2 * sum(word in GENERAL_WORDS for word in strongest) > len(strongest)


def name_themes(namings: Sequence[Naming], *, embedder: Embedder) -> list[Name]:
    """Return a distinct label for each theme; earlier ones choose first.

    A phrase ranks by how much more it is said in the theme than elsewhere, and by how near its meaning is to the
    theme's centroid: a word that only often stands beside the matter does not name it.
    """
    counts = [Counter(phrase.key for phrases in naming.phrases for phrase in phrases) for naming in namings]
    totals = [max(1, len(naming.phrases)) for naming in namings]
    shown = shown_forms([phrases for naming in namings for phrases in naming.phrases])
    used: set[str] = set()
    heads: set[tuple[str, ...]] = set()
    names = []
    for place, naming in enumerate(namings):
        ranked = _by_meaning(_ranked(place, counts, totals, shown), naming.centroid, embedder)
        ranking = _Ranking(ranked, counts[place], totals[place])
        name = _choose(naming, ranking, used, heads)
        used.add(name.label.lower())
        names.append(name)
    return names


def name_parents(families: Sequence[Sequence[Name]], *, taken: Sequence[str]) -> list[str]:
    """Return a distinct label for each parent, joined from the heads of its largest children.

    Args:
        families: the children's names, the largest child first.
        taken: labels others have.
    """
    used = {label.lower() for label in taken}
    labels = []
    for family in families:
        ordered = [name.head for name in family if not name.label.startswith("General")]
        ordered += [name.head for name in family if name.label.startswith("General")]
        heads = list(dict.fromkeys(ordered))
        label = next(
            (
                name
                for size in range(2, len(heads) + 1)
                if (name := sentence_case(listed(heads[:size]))).lower() not in used
            ),
            "",
        )
        number = 2
        while not label or label.lower() in used:
            label = sentence_case(f"{listed(heads[:2])} ({number})")
            number += 1
        used.add(label.lower())
        labels.append(label)
    return labels


def shown_forms(phrases: Sequence[Sequence[Phrase]]) -> dict[tuple[str, ...], Phrase]:
    """Return how each phrase reads: its commonest form, or its plural where that is said often enough."""
    forms: dict[tuple[str, ...], Counter[str]] = {}
    known: dict[tuple[str, ...], Phrase] = {}
    for each in phrases:
        for phrase in each:
            forms.setdefault(phrase.key, Counter())[phrase.shown] += 1
            known[phrase.key] = phrase
    shown = {}
    for key, counter in forms.items():
        common = min(counter, key=lambda form: (-counter[form], form))
        plurals = [form for form in (f"{common}s", f"{common}es", f"{common[:-1]}ies") if form in counter]
        often = [form for form in plurals if counter[form] >= PLURAL_SHARE * counter.total()]
        shown[key] = known[key]._replace(shown=often[0] if often else common)
    return shown


def _ranked(
    place: int,
    counts: list[Counter[tuple[str, ...]]],
    totals: list[int],
    shown: dict[tuple[str, ...], Phrase],
) -> list[tuple[float, Phrase]]:
    """Return candidate phrases with their scores, strongest first."""
    scored = []
    for key, count in counts[place].items():
        inside = count / totals[place]
        elsewhere = [other[key] / totals[number] for number, other in enumerate(counts) if number != place]
        rival = sum(elsewhere) / len(elsewhere) if elsewhere else 0.0
        lift = math.log(1.0 + inside / (rival + 0.02))
        score = math.sqrt(inside) * lift * (1.0 + 0.35 * (shown[key].content - 1))
        if count >= min(FEWEST_SEGMENTS, totals[place]):
            scored.append((-round(score, 9), key))
    scored.sort()
    return [(-score, shown[key]) for score, key in scored]


def _by_meaning(ranked: list[tuple[float, Phrase]], centroid: np.ndarray, embedder: Embedder) -> list[Phrase]:
    """Return the strongest phrases in the order of score times likeness to the theme, then the others as they are."""
    strongest = ranked[:WEIGHED]
    if not strongest:
        return []
    vectors = embedder.embed([phrase.shown for _, phrase in strongest]).astype(np.float64)
    likeness = np.maximum(vectors @ centroid, SMALLEST_LIKENESS)
    weighed = [
        (-round(score * float(like) ** LIKENESS_POWER, 6), place)
        for place, ((score, _), like) in enumerate(zip(strongest, likeness, strict=True))
    ]
    return [strongest[place][1] for _, place in sorted(weighed)] + [phrase for _, phrase in ranked[WEIGHED:]]


def _choose(naming: Naming, ranking: _Ranking, used: set[str], heads: set[tuple[str, ...]]) -> Name:
    if naming.general >= GENERAL_SHARE:
        label = {"praise": "General praise", "concern": "General dissatisfaction"}.get(naming.tone, "General remarks")
        if label.lower() not in used:
            return Name(label, label.lower())
    unused = [phrase for phrase in ranking.phrases if phrase.key not in heads]
    fresh = [phrase for phrase in unused if ranking.share(phrase) >= FEWEST_SHARE]
    fresh = fresh or sorted(unused, key=lambda phrase: (-ranking.share(phrase), phrase.key))
    if not fresh:
        label = _fallback(naming, used)
        return Name(label, label.lower())
    first = _fuller(fresh[0], fresh, ranking)
    heads.update((fresh[0].key, first.key))
    options = [first.shown]
    if first.content == 1 and ranking.share(first) < COVERS:
        words = set(first.key)
        companions = [
            phrase.shown
            for phrase in fresh
            if not words & set(phrase.key) and phrase.content == 1 and 2 * ranking.share(phrase) >= ranking.share(first)
        ]
        options = [f"{first.shown} and {other}" for other in companions[:3]] + options
    for option in options:
        if option.lower() not in used:
            return Name(sentence_case(option), first.shown)
    label = _fallback(naming, used)
    return Name(label, label.lower())


def _fuller(single: Phrase, fresh: Sequence[Phrase], ranking: _Ranking) -> Phrase:
    """Return a longer phrase around a single word where people say it often enough: "waiting times" for "waiting"."""
    if single.content > 1:
        return single
    around = [phrase for phrase in fresh if phrase.content > 1 and single.key[0] in phrase.key]
    often = [phrase for phrase in around if ranking.share(phrase) >= FULLER_SHARE * ranking.share(single)]
    return min(often, key=lambda phrase: (-ranking.share(phrase), phrase.key), default=single)


def _fallback(naming: Naming, used: set[str]) -> str:
    words = naming.keywords or ["other matters"]
    for length in range(1, len(words) + 1):
        label = sentence_case(" and ".join(words[max(0, length - 2) : length]))
        if label.lower() not in used:
            return label
    number = 2
    while f"other matters {number}" in used:
        number += 1
    return f"Other matters {number}" if "other matters" in used else "Other matters"


def sentence_case(phrase: str) -> str:
    """Return the phrase with a capital first letter."""
    return phrase[:1].upper() + phrase[1:]


def telling_phrases(side: Sequence[Sequence[Phrase]], other: Sequence[Sequence[Phrase]]) -> list[str]:
    """Return up to three phrases that one side says and the other says less, none within another.

    Args:
        side: phrases of the segments on this side (praise, say).
        other: those on the other side.
    """
    here: Counter[tuple[str, ...]] = Counter(phrase.key for each in side for phrase in each)
    there: Counter[tuple[str, ...]] = Counter(phrase.key for each in other for phrase in each)
    shown = shown_forms([*side, *other])

    def score(key: tuple[str, ...]) -> float:
        lift = math.log(1.0 + (here[key] / len(side)) / (there[key] / max(1, len(other)) + 0.03))
        return round(math.sqrt(here[key]) * lift * (1.0 + 0.35 * (shown[key].content - 1)), 9)

    ranked = sorted((key for key in here if here[key] >= FEWEST_SEGMENTS), key=lambda key: (-score(key), key))
    picked: list[tuple[str, ...]] = []
    for key in ranked:
        if len(picked) < MOST_DESCRIBED and not any(set(key) & set(kept) for kept in picked):
            picked.append(key)
    return [shown[key].shown for key in picked]


def describe(praise: list[str], concern: list[str], tone: str) -> str:
    """Return one sentence on what was said, praise and concern apart; without counts, as it may be published.

    Args:
        praise: phrases of those who praise.
        concern: phrases of those who complain.
        tone: what outweighs: praise, concern, both, or empty where nobody took a side.
    """
    if not tone:
        return "People spoke of this without praise or concern."
    starts = {"praise": ("Mostly praise", "some concern"), "concern": ("Some praise", "mostly concern")}
    first, second = starts.get(tone, ("Praise", "concern"))
    parts = [f"{first} ({listed(praise)})" if praise else "", f"{second} ({listed(concern)})" if concern else ""]
    said = [part for part in parts if part]
    if not said:
        return {"praise": "Mostly praise.", "concern": "Mostly concern."}.get(tone, "Praise and concern, evenly.")
    return f"{sentence_case(' and '.join(said))}."


def listed(words: Sequence[str]) -> str:
    """Return words as a list read aloud: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
