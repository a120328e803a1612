"""Name themes in people's own words: a short, distinct noun phrase, and one sentence on what was said."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.themes.words import content_words, word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.themes.phrases import Phrase

FEWEST_SEGMENTS = 2
"""A label's phrase stands in at least so many of the theme's segments."""

COVERS = 0.3
"""A phrase found in this share of a theme's segments names it alone; otherwise a second one is joined."""

GENERAL_SHARE = 0.5
"""A theme most of whose segments hold only words of judgement is general praise or criticism."""

GENERAL_WORDS = word_set(
    """
    good great excellent brilliant fantastic amazing wonderful lovely nice perfect fine super superb outstanding
    exceptional satisfied satisfactory happy pleased better best bad poor worse worst terrible awful useless
    improve improved improvement bettered service services experience care everything job hospital ward staff
    team nhs place help helpful fault faulted faultless complain complaints fabulous first class top notch well
    done thank thanks grateful keep work working quality overall absolutely extremely really treated treatment
    visit stay recommend impressed delighted appreciated appreciate second none went smoothly expected
    expectations problem problems trouble issue issues could's better's fab star stars ten rate rated excellence
    pleasant professional efficient friendly satisfying
    """
)


class Naming(NamedTuple):
    """What a theme is named from: its segments' phrases, keywords, the share that is general, and its tone."""

    phrases: list[list[Phrase]]
    keywords: list[str]
    general: float
    tone: str


def is_general(text: str) -> bool:
    """Say whether a segment only judges and names no topic."""
    return set(content_words(text, light=False)) <= GENERAL_WORDS


def name_themes(namings: Sequence[Naming], *, taken: Sequence[str] = ()) -> list[str]:
    """Return a distinct label for each theme; earlier ones choose first.

    Args:
        namings: themes, the largest first.
        taken: labels others already have.
    """
    counts = [Counter(phrase.key for phrases in naming.phrases for phrase in phrases) for naming in namings]
    totals = [max(1, len(naming.phrases)) for naming in namings]
    used = {label.lower() for label in taken}
    heads: set[tuple[str, ...]] = set()
    labels = []
    for place, naming in enumerate(namings):
        ranked = _ranked(place, counts, totals, naming.phrases)
        label = _choose(naming, ranked, used, heads, counts[place], totals[place])
        used.add(label.lower())
        labels.append(label)
    return labels


def _ranked(
    place: int, counts: list[Counter[tuple[str, ...]]], totals: list[int], phrases: list[list[Phrase]]
) -> list[Phrase]:
    shown: dict[tuple[str, ...], Counter[str]] = {}
    known: dict[tuple[str, ...], Phrase] = {}
    for each in phrases:
        for phrase in each:
            shown.setdefault(phrase.key, Counter())[phrase.shown] += 1
            known[phrase.key] = phrase
    scored = []
    for key, count in counts[place].items():
        inside = count / totals[place]
        elsewhere = [other[key] / totals[number] for number, other in enumerate(counts) if number != place]
        rival = sum(elsewhere) / len(elsewhere) if elsewhere else 0.0
        lift = math.log(1.0 + inside / (rival + 0.02))
        score = math.sqrt(inside) * lift * (1.0 + 0.35 * (known[key].content - 1))
        if count >= min(FEWEST_SEGMENTS, totals[place]):
            scored.append((-round(score, 9), key))
    scored.sort()
    return [
        known[key]._replace(shown=min(shown[key].items(), key=lambda item: (-item[1], item[0]))[0]) for _, key in scored
    ]


def _choose(
    naming: Naming,
    ranked: list[Phrase],
    used: set[str],
    heads: set[tuple[str, ...]],
    counts: Counter[tuple[str, ...]],
    total: int,
) -> str:
    if naming.general >= GENERAL_SHARE:
        label = {"praise": "General praise", "concern": "General dissatisfaction"}.get(naming.tone, "General remarks")
        if label.lower() not in used:
            return label
    fresh = [phrase for phrase in ranked if phrase.key not in heads]
    if not fresh:
        return _fallback(naming, used)
    first = fresh[0]
    heads.add(first.key)
    if first.content > 1 or counts[first.key] / total >= COVERS:
        label = sentence_case(first.shown)
        if label.lower() not in used:
            return label
    words = set(first.key)
    for second in fresh[1:6]:
        if not words & set(second.key) and second.content == 1:
            label = sentence_case(f"{first.shown} and {second.shown}")
            if label.lower() not in used:
                return label
    label = sentence_case(first.shown)
    return label if label.lower() not in used else _fallback(naming, used)


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


def strongest_phrases(phrases: Sequence[Sequence[Phrase]]) -> list[str]:
    """Return the phrases said most, as they read, without those that lie within a stronger one."""
    counts: Counter[tuple[str, ...]] = Counter(phrase.key for each in phrases for phrase in each)
    shown = {phrase.key: phrase for each in reversed(phrases) for phrase in each}
    ranked = sorted(counts, key=lambda key: (-counts[key] * (1.0 + 0.5 * (shown[key].content - 1)), key))
    picked: list[tuple[str, ...]] = []
    for key in ranked:
        if len(picked) < 3 and not any(set(key) & set(other) for other in picked):
            picked.append(key)
    return [shown[key].shown for key in picked]


def describe(praise: list[str], concern: list[str], tone: str) -> str:
    """Return one sentence on what was said, praise and concern apart; without counts, as it may be published."""
    both = {"praise": ("Mostly praise", "some concern"), "concern": ("Some praise", "mostly concern")}
    first, second = both.get(tone, ("Praise", "concern"))
    parts = [
        f"{start}, for {_listed(words)}" if start.lower().endswith("praise") else f"{start}, about {_listed(words)}"
        for start, words in ((first, praise), (second, concern))
        if words
    ]
    if not parts:
        return (
            "People spoke of various matters."
            if not tone
            else {"praise": "Mostly praise.", "concern": "Mostly concern."}.get(tone, "Praise and concern.")
        )
    return sentence_case("; ".join(parts)) + "."


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
