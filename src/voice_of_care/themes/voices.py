"""How many people say a thing in words of their own: a letter that many sign, or a text passed on, is one voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG = 3
"""Two people may well say two words alike; from so many words of content on, like words are a copy."""

LIKE = 0.6
"""Texts with this share of their words in common (Jaccard) are one wording."""


def have_voices(said: Iterable[tuple[frozenset[str], frozenset[str]]], *, enough: int) -> bool:
    """Say whether enough people say something in words of their own.

    Args:
        said: families of the words of each text, and the units that said it.
        enough: how many voices are wanted.
    """
    brief: set[str] = set()
    wordings: list[frozenset[str]] = []
    for families, units in said:
        if len(families) < LONG:
            brief |= units
        elif not any(_are_alike(families, other) for other in wordings):
            wordings.append(families)
        if len(brief) + len(wordings) >= enough:
            return True
    return False


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= LIKE * len(one | other)
