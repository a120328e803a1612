"""Why a theme is a theme: the words that make it, who says them here and elsewhere, and quotes that show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview
    from voice_of_care.reporting.quotes import Quote, QuoteBook

TERMS_SHOWN = 10
QUOTES_SHOWN = 3
_WORD = re.compile(r"\[[^\]]*\]|[^\W\d_]+(?:['’][^\W\d_]+)?")
"""A word, or a redaction tag as a whole."""


@dataclass(frozen=True)
class Term:
    """A word that makes a theme: people who say it here, and in other themes."""

    word: str
    forms: frozenset[str]
    here: Count
    elsewhere: Count


@dataclass(frozen=True)
class Piece:
    """A stretch of a quote; marked where it is one of the theme's words."""

    text: str
    is_marked: bool


@dataclass(frozen=True)
class Shown:
    """A quote with the theme's words marked, and where it stands in full."""

    quote_id: str
    anchor: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Why:
    """What makes one theme."""

    terms: tuple[Term, ...]
    quotes: tuple[Shown, ...]


def view_why(facts: Facts, overview: Overview, quotes: QuoteBook, *, discloser: Discloser) -> dict[str, Why]:
    """Return what makes each theme that may be described, by theme_id.

    Words are counted anew, so that merged themes, taken-out texts and moved segments count as they stand now. A word
    said by fewer people than may be shown is left out altogether; so are all words of a theme nobody has confirmed,
    unless the report is internal.
    """
    who = _who_says(facts)
    terms = facts.analysis.theme_terms.sort_values(["theme_id", "weight", "term"], ascending=[True, False, True])
    found: dict[str, list[Term]] = {}
    for row in records(terms):
        here, elsewhere = _people(who, row.forms, row.theme_id)
        if here >= discloser.fewest_shown:
            term = Term(row.term, frozenset(row.forms), discloser.count(here), discloser.count(elsewhere))
            found.setdefault(row.theme_id, []).append(term)
    whys = {}
    for theme in overview.themes:
        of_theme = found.get(theme.theme_id, [])
        if not discloser.is_internal:  # an order by true numbers would tell something of them
            of_theme = sorted(of_theme, key=lambda term: (-term.here.rank, term.elsewhere.rank, term.word))
        shown = tuple(of_theme[:TERMS_SHOWN])
        if shown and (theme.is_confirmed or discloser.is_internal):
            whys[theme.theme_id] = Why(shown, _marked(quotes.of(theme.theme_id), shown))
    return whys


def _who_says(facts: Facts) -> dict[str, set[tuple[str, str]]]:
    """Return the theme and unit of everybody who says a word."""
    words_wanted = {form for forms in facts.analysis.theme_terms["forms"] for form in forms}
    said = facts.voices[["segment_id", "theme_id", "unit"]].merge(
        facts.analysis.segments[["segment_id", "text"]], on="segment_id", validate="many_to_one"
    )
    who: dict[str, set[tuple[str, str]]] = {}
    for theme, unit, text in zip(said["theme_id"], said["unit"], said["text"], strict=True):
        for word in set(_WORD.findall(text.lower())) & words_wanted:
            who.setdefault(word, set()).add((theme, unit))
    return who


def _people(who: dict[str, set[tuple[str, str]]], forms: Sequence[str], theme_id: str) -> tuple[int, int]:
    """Return how many people say one of the forms in the theme, and in others."""
    spoken = set().union(*(who.get(form, set()) for form in forms))
    here = {unit for theme, unit in spoken if theme == theme_id}
    return len(here), len({unit for theme, unit in spoken if theme != theme_id})


def _marked(quotes: Sequence[Quote], terms: Sequence[Term]) -> tuple[Shown, ...]:
    forms = frozenset[str]().union(*(term.forms for term in terms))
    typical = [quote for quote in quotes if quote.role == "exemplar"]
    marked = [Shown(quote.quote_id, quote.anchor, pieces_of(quote.text, forms)) for quote in typical]
    return tuple(one for one in marked if any(piece.is_marked for piece in one.pieces))[:QUOTES_SHOWN]


def pieces_of(text: str, forms: frozenset[str]) -> tuple[Piece, ...]:
    """Return the text in pieces, words in one of the forms marked; the pieces joined are the text."""
    pieces: list[Piece] = []
    place = 0
    for match in _WORD.finditer(text):
        if match.group().lower() in forms:
            pieces += [Piece(text[place : match.start()], is_marked=False), Piece(match.group(), is_marked=True)]
            place = match.end()
    pieces.append(Piece(text[place:], is_marked=False))
    return tuple(piece for piece in pieces if piece.text)
