"""How each group names a theme: words that it says more often of it than all others do.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin' words"), on units and not on
words: a unit says a term of a theme, or it does not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, stats
from sklearn.feature_extraction.text import CountVectorizer

from voice_of_care.counting import Z_95
from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.insight.terms import terms_of, without_echoes
from voice_of_care.insight_tables import OWN_WORDS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.analysis import Analysis
    from voice_of_care.insight.voices import Voices

    Floats = NDArray[np.float64]

FEWEST_SAYING = 5
FEWEST_RAISING = 10
MOST_TERMS = 12
FALSE_DISCOVERY = 0.10
PRIOR_UNITS = 10.0
"""Units that the prior is worth: each side is drawn towards both sides' share of saying a term by as many."""


class _Said(NamedTuple):
    """Who says which terms of one theme: units of a group down, terms across, with the form each is said in most."""

    says: sparse.csc_matrix
    keys: list[str]
    forms: dict[str, str]
    groups: NDArray[np.object_]


def find_own_words(analysis: Analysis, voices: Voices) -> pd.DataFrame:
    """Return the table `own_words`.

    A group's terms of a theme are compared with those of all other groups together, where each side raises it by
    `FEWEST_RAISING` units. Kept are terms said by `FEWEST_SAYING` units of the group whose 95% interval lies above zero
    and that remain after Benjamini and Hochberg (1995) over all terms tested of the theme and group.

    Args:
        analysis: gives the texts, and the words of the priorities that a theme is linked to.
        voices: who is counted, of the same analysis.
    """
    text = analysis.segments.set_index("segment_id")["text"]
    mentions = voices.mentions[voices.mentions["scope"] == "theme"]
    by_theme = dict(tuple(mentions.assign(text=mentions["segment_id"].map(text)).groupby("item_id")))
    linked = _words_of_links(analysis)
    found = []
    for theme in voices.subjects:
        if theme in by_theme:
            said = _read(by_theme[theme])
            for group in sorted(set(said.groups)):
                own = _distinct(said, said.groups == group)
                says = [_holding(str(key), linked.get(theme, {})) for key in own["key"]]
                own = own.assign(
                    theme_id=theme, respondent_group=group, framework_says=pd.Series(says, index=own.index)
                )
                found.append(own[list(OWN_WORDS.columns)])
    filled = [each for each in found if len(each)]
    return conform(pd.concat(filled, ignore_index=True), OWN_WORDS) if filled else OWN_WORDS.empty()


def _read(mentions: pd.DataFrame) -> _Said:
    """Return what each unit says of a theme, as each group that it speaks as."""
    by_unit = mentions.dropna(subset=["respondent_group"]).groupby(["respondent_group", "unit"])["text"].agg(list)
    terms = [[term for text in texts for term in dict.fromkeys(terms_of(text))] for texts in by_unit]
    vectoriser = CountVectorizer(analyzer=lambda unit: [key for key, _ in unit], binary=True)
    if not any(terms):
        return _Said(sparse.csc_matrix((len(terms), 0)), [], {}, np.empty(0, dtype=object))
    says = vectoriser.fit_transform(terms).tocsc()
    told = Counter(term for unit in terms for term in sorted(set(unit)))
    forms: dict[str, str] = {}
    for (key, form), _ in sorted(told.items(), key=lambda each: (-each[1], each[0])):
        forms.setdefault(key, form)
    groups = by_unit.index.get_level_values("respondent_group").to_numpy(dtype=object)
    return _Said(says, list(vectoriser.get_feature_names_out()), forms, groups)


def _distinct(said: _Said, is_mine: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the terms that a group says more often than the others do, the surest first, with their folded keys."""
    mine, others = int(is_mine.sum()), int((~is_mine).sum())
    columns = ["key", "term", "respondents", "of", "others", "of_others", "ratio", "low", "high"]
    if min(mine, others) < FEWEST_RAISING:
        return pd.DataFrame(columns=columns)
    by_me, by_them = (np.asarray(said.says[rows].sum(axis=0), dtype=np.float64).ravel() for rows in (is_mine, ~is_mine))
    ratio, error = log_odds_ratio(by_me, mine, by_them, others)
    is_tested = by_me + by_them >= FEWEST_SAYING
    q_value = np.ones(len(ratio))
    if is_tested.any():
        # One-sided: words of the other side, which are not listed, must not pay for false ones of this side.
        q_value[is_tested] = stats.false_discovery_control(stats.norm.sf(ratio[is_tested] / error[is_tested]))
    low, high = ratio - Z_95 * error, ratio + Z_95 * error
    is_own = (q_value <= FALSE_DISCOVERY) & (low > 0) & (by_me >= FEWEST_SAYING)
    chosen = sorted(np.flatnonzero(is_own).tolist(), key=lambda place: (-round(float(low[place]), 9), said.keys[place]))
    kept = _without_echoes(chosen, said, is_mine)[:MOST_TERMS]
    rows = [
        (
            said.keys[place],
            said.forms[said.keys[place]],
            int(by_me[place]),
            mine,
            int(by_them[place]),
            others,
            ratio[place],
            low[place],
            high[place],
        )
        for place in kept
    ]
    return pd.DataFrame(rows, columns=columns).drop_duplicates("term")


def log_odds_ratio(by_me: Floats, mine: int, by_them: Floats, others: int) -> tuple[Floats, Floats]:
    """Return the logarithm of the odds ratio of saying each term, and its standard error.

    Args:
        by_me: units of the group who say each term.
        mine: units of the group.
        by_them: other units who say it.
        others: other units.
    """
    pooled = (by_me + by_them + 0.5) / (mine + others + 1)
    for_it, against = PRIOR_UNITS * pooled, PRIOR_UNITS * (1 - pooled)
    cells = (by_me + for_it, mine - by_me + against, by_them + for_it, others - by_them + against)
    ratio: Floats = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    error: Floats = np.sqrt(sum(1 / cell for cell in cells))
    return ratio, error


def _without_echoes(chosen: list[int], said: _Said, is_mine: NDArray[np.bool_]) -> list[int]:
    """Return the terms less those that nearly the same people of the group say as part of another."""
    rows = np.flatnonzero(is_mine)
    people = {
        said.keys[place]: frozenset(rows[said.says[rows][:, [place]].toarray().ravel() > 0].tolist())
        for place in chosen
    }
    kept = without_echoes(people)
    return [place for place in chosen if said.keys[place] in kept]


def _holding(key: str, words_of: dict[str, set[str]]) -> list[str]:
    return [name for name, words in words_of.items() if key in words]


def _words_of_links(analysis: Analysis) -> dict[str, dict[str, set[str]]]:
    """Return for each theme the folded terms of each priority it is linked to, in the order of the frameworks."""
    links = analysis.theme_links[analysis.theme_links["status"] != "rejected"]
    pairs = set(zip(links["theme_id"], links["framework_id"], links["priority_id"], strict=True))
    themes = sorted({theme for theme, _, _ in pairs})
    held: dict[str, dict[str, set[str]]] = {theme: {} for theme in themes}
    for framework in analysis.frameworks:
        for element in framework.elements if framework.id != FOUR_QUESTIONS else ():
            words = " | ".join((element.label, element.definition, *element.include_cues))
            keys = {key for key, _ in terms_of(words)}
            for theme in themes:
                if (theme, framework.id, element.id) in pairs:
                    held[theme][f"{framework.id}/{element.id}"] = keys
    return held
