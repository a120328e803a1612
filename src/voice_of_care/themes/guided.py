"""Themes seeded on request: which texts speak of a seed, before the rest is left to discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.cues import Cues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.frameworks import Framework

SEEDED_FROM = 0.47
"""A text speaks of a seed from this score of `Cues` on, in the general encoder's space: that of the feedback encoder
draws matters no code has words for together, so that a seed nobody speaks of would gather some."""


class Guide(NamedTuple):
    """What to seed themes with, and the general encoder to compare by."""

    frameworks: tuple[Framework, ...]
    embedder: Embedder


class Seed(NamedTuple):
    """One seed: framework_id/element_id, and the label its theme carries."""

    seed_id: str
    label: str


class Seeded(NamedTuple):
    """The seeds, which of them each text speaks of (-1 for none), and the seeds too few speak of."""

    seeds: list[Seed]
    of_text: np.ndarray
    unheard: list[Seed]


def find_seeded(
    texts: Sequence[str], units_of_text: Sequence[frozenset[str]], *, guide: Guide | None, fewest_units: int
) -> Seeded:
    """Return which texts speak of which seed: the best one of all, where it is near enough.

    Args:
        texts: distinct texts.
        units_of_text: units that said each.
        guide: what to seed with, if anything.
        fewest_units: a seed fewer speak of makes no theme.
    """
    of_text = np.full(len(texts), -1, dtype=np.int64)
    if guide is None or not guide.frameworks:
        return Seeded([], of_text, [])
    elements = [element for framework in guide.frameworks for element in framework.elements]
    seeds = [
        Seed(f"{framework.id}/{element.id}", element.label)
        for framework in guide.frameworks
        for element in framework.elements
    ]
    scores, _ = Cues(elements, guide.embedder).score(texts, guide.embedder.embed(list(texts)))
    best = scores.argmax(axis=1)
    spoken = scores.max(axis=1) >= SEEDED_FROM
    of_text[spoken] = best[spoken]
    unheard = []
    for number, seed in enumerate(seeds):
        rows = [int(row) for row in np.flatnonzero(of_text == number)]
        if len(frozenset().union(*(units_of_text[row] for row in rows))) < fewest_units:
            of_text[rows] = -1
            unheard.append(seed)
    return Seeded(seeds, of_text, unheard)
