"""Terms of texts, as words that tell apart who says them: words of content, and pairs of neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

SAME_PEOPLE = 0.8
"""Of two terms that share a word and this part of their people, one is kept."""
_SHORT_PLURAL = 4
_TAG = re.compile(r"\[[A-Z][A-Za-z0-9_ :]*\]|\[?\b\w+ redacted\]?|\[redacted\]", re.IGNORECASE)
_WORD_OR_END = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[.,;:!?()\n/|]|\w+")
_WORD = re.compile(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*")
_PLURAL = re.compile(r"(?<![aius\W])(?<!\b\w)s$")


def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TELLING = _words_of("""
bill bottom call computer cry describe detail empty fill find fire found front full interest mine move serious show side
sincere system thick thin top
""")
_SLIGHT = _words_of("""
can't cant don't dont didn't didnt doesn't doesnt isn't isnt wasn't wasnt weren't won't wont wouldn't shouldn't hasn't
haven't hadn't aren't ain't couldn't i'm im i've ive i'd i'll it's that's there's they're they've they'd we're we've
we'd you're you've you'd he's she's what's let's who's just really quite bit lot lots thing things stuff even still get
gets got getting go goes going gone went say says said saying think know like want wants wanted need needs make makes
made way yes yeah aye wee time times did does doing come comes came
""")
_STOP_WORDS = (ENGLISH_STOP_WORDS - _TELLING) | _SLIGHT  # the list of scikit-learn takes "call" and "system" for such


def terms_of(text: str) -> list[tuple[str, str]]:
    """Return the terms of a text, each folded and as said: words, and pairs of neighbours.

    No pair spans a stop word, a mark or a placeholder such as [PERSON_1].
    """
    terms: list[tuple[str, str]] = []
    before: tuple[str, str] | None = None
    for word in _WORD_OR_END.findall(_TAG.sub("|", text).lower().replace("\u2019", "'")):
        plain = word.removesuffix("'s")
        if plain in _STOP_WORDS or word in _STOP_WORDS or not _WORD.fullmatch(plain):
            before = None
            continue
        folded = _PLURAL.sub("", re.sub(r"ies$", "y", plain) if len(plain) > _SHORT_PLURAL else plain)
        terms.append((folded, plain))
        if before:
            terms.append((f"{before[0]} {folded}", f"{before[1]} {plain}"))
        before = folded, plain
    return terms


def without_echoes(people: Mapping[str, frozenset[str] | frozenset[int]]) -> frozenset[str]:
    """Return the terms less those that nearly the same people say as part of another: a pair goes before its words.

    Args:
        people: who says each term, the surest first.
    """
    order = {term: place for place, term in enumerate(people)}
    kept: list[str] = []
    for term in sorted(people, key=lambda each: (-len(each.split()), order[each])):
        echoes = any(
            set(term.split()) & set(other.split())
            and len(people[term] & people[other]) >= SAME_PEOPLE * len(people[term] | people[other])
            for other in kept
        )
        if not echoes:
            kept.append(term)
    return frozenset(kept)
