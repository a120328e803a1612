"""How staff, service users, carers and the framework each name a theme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.reporting.disclosure import share_of
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView

FEWEST_RAISING, FEWEST_RAISING_INTERNAL = 20, 10
"""Shown respondents of staff and of service users who raise a theme, from which their words are set side by side."""
GROUPS = ("staff", "service_user", "carer")


@dataclass(frozen=True)
class Term:
    """A word or pair of words: who says it among those of the group, and among all others, who raise the theme."""

    text: str
    share: ShownShare
    others: ShownShare
    odds: str
    is_frameworks: bool


@dataclass(frozen=True)
class ThemeWords:
    """One theme: each group's own terms, and the priorities it is linked to, as their framework names them."""

    theme: ThemeView
    terms: dict[str, tuple[Term, ...]]
    priorities: tuple[str, ...]

    @property
    def number(self) -> int:
        """Return how many terms are shown."""
        return sum(len(terms) for terms in self.terms.values())


def view_own_words(facts: Facts, overview: Overview, *, discloser: Discloser) -> tuple[ThemeWords, ...]:
    """Return the words as a profile lets them out, themes in the overview's order.

    Outside the team a term is shown only with a count that may be shown, and of a theme that a person has confirmed.
    """
    rows = records(facts.analysis.own_words)
    fewest = FEWEST_RAISING_INTERNAL if discloser.is_internal else FEWEST_RAISING
    links = _links(facts, discloser)
    found = []
    for theme in overview.subjects:
        both = [theme.groups[group].count.rank for group in ("staff", "service_user") if group in theme.groups]
        if len(both) < len(GROUPS) - 1 or min(both) < fewest or not (theme.is_confirmed or discloser.is_internal):
            continue
        linked = links.get(theme.theme_id, {})
        mine = [row for row in rows if row.theme_id == theme.theme_id and row.respondent_group in GROUPS]
        terms = {group: _terms(mine, group, theme, linked, discloser) for group in GROUPS if group in theme.groups}
        words = ThemeWords(theme, terms, tuple(dict.fromkeys(linked.values())))
        if words.number:
            found.append(words)
    return tuple(found)


def _terms(
    rows: list[Any], group: str, theme: ThemeView, linked: dict[str, str], discloser: Discloser
) -> tuple[Term, ...]:
    terms = []
    for row in rows:
        if row.respondent_group != group:
            continue
        said = discloser.vector([row.respondents, row.of - row.respondents])[0]
        others = discloser.vector([row.others, row.of_others - row.others])[0]
        share = share_of(said, theme.groups[group].count)
        if share.percent is None:
            continue
        odds = f"{_times(row.ratio)} ({_times(row.low)} to {_times(row.high)})" if discloser.is_internal else ""
        others_share = share_of(others, discloser.count(row.of_others))
        terms.append(Term(row.term, share, others_share, odds, any(name in linked for name in row.framework_says)))
    if not discloser.is_internal:  # the order of the table tells of unrounded counts
        terms.sort(key=lambda term: (-term.share.rank, term.text))
    return tuple(terms)


def _times(logarithm: float) -> str:
    times = math.exp(logarithm)
    return f"{times:.1f}" if times < 10 else f"{times:.0f}"


def _links(facts: Facts, discloser: Discloser) -> dict[str, dict[str, str]]:
    """Return the labels of the priorities each theme is linked to, by framework_id/priority_id, frameworks in order."""
    links = facts.analysis.theme_links
    kept = links[links["status"] != "rejected"] if discloser.is_internal else links[links["status"] == "confirmed"]
    pairs = {(row.theme_id, row.framework_id, row.priority_id) for row in records(kept)}
    found: dict[str, dict[str, str]] = {theme: {} for theme, _, _ in sorted(pairs)}
    for framework in facts.analysis.frameworks:
        for element in framework.elements if framework.id != FOUR_QUESTIONS else ():
            for theme, labels in found.items():
                if (theme, framework.id, element.id) in pairs:
                    labels[f"{framework.id}/{element.id}"] = element.label
    return found
