"""Why a theme is a theme: the words that make it, with how many people say them here and elsewhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.tables import THEME_TERMS, conform
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping

TERMS = 15
"""So many words are kept for each theme."""

FEWEST_UNITS = 2
"""A word said by fewer people makes no theme."""


class _Spoken(NamedTuple):
    """Who says a word, and who says each of its forms."""

    forms: dict[str, set[str]]
    units: set[str]


def theme_terms(
    mentions: pd.DataFrame, *, ids: list[str], family: Mapping[str, str], stop_words: frozenset[str]
) -> pd.DataFrame:
    """Return the words that make each leaf, strongest first.

    The weight is class-based tf-idf (Grootendorst 2022) on people instead of mentions: the share of a theme's people
    who say the word, times log(1 + people a theme has on average / people who say the word anywhere), so that nobody
    counts twice.

    Args:
        mentions: one row for each leaf a segment is given: leaf, text, unit.
        ids: the id of each leaf.
        family: the word that stands for a form; other forms stand for themselves.
        stop_words: words left out.
    """
    spoken: dict[int, dict[str, _Spoken]] = {leaf: {} for leaf in range(len(ids))}
    anywhere: dict[str, set[tuple[int, str]]] = {}
    for leaf, unit, form, word in _said(mentions, family, stop_words):
        of_word = spoken[leaf].setdefault(word, _Spoken({}, set()))
        of_word.forms.setdefault(form, set()).add(unit)
        of_word.units.add(unit)
        anywhere.setdefault(word, set()).add((leaf, unit))
    sizes = mentions.groupby("leaf")["unit"].nunique()
    average = float(sizes.mean())
    rows: list[dict[str, object]] = []
    for leaf in sorted(spoken, key=lambda place: ids[place]):
        size = int(sizes.get(leaf, 1))
        weights = {
            word: round(len(said.units) / size * math.log(1.0 + average / len(anywhere[word])), 6)
            for word, said in spoken[leaf].items()
            if len(said.units) >= min(FEWEST_UNITS, size)
        }
        for word in sorted(weights, key=lambda word: (-weights[word], word))[:TERMS]:
            forms, units = spoken[leaf][word]
            rows.append(
                {
                    "theme_id": ids[leaf],
                    "term": min(forms, key=lambda form: (-len(forms[form]), form)),
                    "forms": sorted(forms),
                    "weight": weights[word],
                    "units": len(units),
                    "units_elsewhere": len({unit for number, unit in anywhere[word] if number != leaf}),
                }
            )
    return conform(pd.DataFrame(rows, columns=list(THEME_TERMS.columns)), THEME_TERMS)


def _said(
    mentions: pd.DataFrame, family: Mapping[str, str], stop_words: frozenset[str]
) -> list[tuple[int, str, str, str]]:
    """Return leaf, unit, form and family for each word said; in no order that counts."""
    words: dict[str, set[tuple[str, str]]] = {}
    for text in sorted(set(mentions["text"])):
        found = [form for form in content_words(text, light=False) if "'" not in form and form not in stop_words]
        words[text] = {(form, family.get(form, form)) for form in found}
    return [
        (int(leaf), str(unit), form, word)
        for leaf, unit, text in zip(mentions["leaf"], mentions["unit"], mentions["text"], strict=True)
        for form, word in sorted(words[text])
        if word not in stop_words
    ]
