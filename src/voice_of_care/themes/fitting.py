"""Fit themes to texts: topics that many resamples agree on, joined where they say the same, and how stable each is."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.themes.assign import (
    FEW_SHARE,
    FEW_UNITS,
    Leaves,
    Places,
    Voices,
    centroids_of,
    dissolve_fleeting,
    dissolve_small,
    join_duplicates,
    leaves_of,
)
from voice_of_care.themes.cluster import join_parents
from voice_of_care.themes.consensus import draw
from voice_of_care.themes.frozen import reaches_of
from voice_of_care.themes.guided import Seed, find_seeded
from voice_of_care.themes.labels import are_general, is_general
from voice_of_care.themes.model import Topics, fit_topics
from voice_of_care.themes.quotes import NEGATIVE
from voice_of_care.themes.stability import join_unstable, stability_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings
    from voice_of_care.themes.guided import Guide

MOSTLY = 0.5
"""A text or topic complains where more than this share of its segments do."""


FIRST_SEED = 2
"""Number of the first seed's group among those set apart, after praise and dissatisfaction at large."""


class Fitted(NamedTuple):
    """Leaves, what is known of each text's place, each leaf's stability and seed, and the seeds too few speak of.

    `reach` and `general` are as `frozen.Frozen` has them.
    """

    leaves: Leaves
    reach: np.ndarray
    general: tuple[int, int]
    places: Places
    stability: list[float]
    resampled: Resampled
    seed_of_leaf: list[Seed | None]
    unheard: list[Seed]


class Resampled(NamedTuple):
    """The fitted texts' topics, and the leaves and parents found again in each way of leaving out units."""

    labels: np.ndarray
    leaves: list[np.ndarray]
    parents: list[np.ndarray]

    def stability(self, topics: Sequence[int], *, of_parent: bool = False) -> float:
        """Return the stability of the topics as one theme."""
        members = np.isin(self.labels, topics)[:, None]
        return float(stability_of(members, self.parents if of_parent else self.leaves)[0])


def fit_leaves(
    texts: list[str],
    vectors: np.ndarray,
    usable: pd.DataFrame,
    *,
    embedder: Embedder,
    settings: ThemeSettings,
    guide: Guide | None,
) -> Fitted:
    """Fit leaf themes to distinct texts in sorted order.

    Args:
        texts: the texts.
        vectors: their unit vectors.
        usable: the segments: row (of texts), unit, gathering (the session, else the unit), sentiment.
        embedder: what made the vectors.
        settings: as for `find_themes`.
        guide: what to seed themes with, if anything.
    """
    chosen = sample_rows(texts, settings.sample_segments)
    fitted, of_fitted = [texts[row] for row in chosen], vectors[chosen]
    concern = _concern_shares(usable, len(texts))
    general = np.array([is_general(text) for text in texts])
    units_of_text = _voices_of_text(usable, len(texts), "unit")
    seeded = find_seeded(texts, units_of_text, guide=guide, fewest_units=settings.fewest_units)
    judged = np.where(concern > MOSTLY, 1, 0)
    seed_of_text = np.where(general, -1, seeded.of_text)
    apart = np.where(general, judged, np.where(seed_of_text >= 0, FIRST_SEED + seed_of_text, -1))
    topics = fit_topics(
        fitted,
        of_fitted,
        embedder=embedder,
        most_topics=settings.most_themes + len(np.unique(seed_of_text[chosen][seed_of_text[chosen] >= 0])),
        seed=settings.seed,
        set_apart=apart[chosen],
        draws=draw(fitted, [units_of_text[row] for row in chosen]),
        stop_words=frozenset(word.lower() for word in settings.stop_words),
    )
    topic_of_seed = {
        int(seed): int(topics.labels[seed_of_text[chosen] == seed][0])
        for seed in np.unique(seed_of_text[chosen])
        if seed >= 0
    }
    seeds = frozenset(topic_of_seed.values())
    together = general_topics(topics, general[chosen], concern[chosen], seeded=seeds)
    groups, resampled = _join(topics, of_fitted, _Rules(together, seeds, settings.most_parents))
    praise, complaint = (group[0] if group else -1 for group in together)
    pinned = np.array([topic_of_seed.get(int(seed), -1) for seed in seed_of_text])
    pinned = np.where(general, np.where(judged == 1, complaint, praise), pinned)
    home = np.full(len(texts), -1, dtype=np.int64)
    home[chosen] = topics.labels
    places = Places(home, pinned, (praise, complaint))
    leaves = dissolve_small(
        leaves_of(topics.labels, topics.micro, of_fitted, topics=groups),
        vectors,
        places=places,
        voices=[
            Voices(units_of_text, settings.fewest_units),
            Voices(_voices_of_text(usable, len(texts), "gathering"), min(2, int(usable["gathering"].nunique()))),
        ],
    )
    leaves = dissolve_fleeting(
        leaves,
        vectors,
        [resampled.stability(group) for group in leaves.topics],
        places=places,
        voices=Voices(units_of_text, min(FEW_UNITS, math.ceil(FEW_SHARE * usable["unit"].nunique()))),
        kept=seeds | {praise, complaint},
    )
    stability = [resampled.stability(group) for group in leaves.topics]
    seed_of_topic = {topic: seeded.seeds[seed] for seed, topic in topic_of_seed.items()}
    seed_of_leaf = [
        next((seed_of_topic[number] for number in group if number in seed_of_topic), None) for group in leaves.topics
    ]
    reach = reaches_of(topics.labels, topics.micro, of_fitted, topics=leaves.topics)
    general_leaves = (_leaf_with(praise, leaves), _leaf_with(complaint, leaves))
    return Fitted(leaves, reach, general_leaves, places, stability, resampled, seed_of_leaf, seeded.unheard)


def _leaf_with(topic: int, leaves: Leaves) -> int:
    """Return the leaf that holds a topic, -1 for none."""
    return next((leaf for leaf, group in enumerate(leaves.topics) if topic in group), -1)


class _Rules(NamedTuple):
    """How topics are joined: general ones to one theme each, seeded ones never to each other."""

    together: list[list[int]]
    seeded: frozenset[int]
    most_parents: int


def _join(topics: Topics, vectors: np.ndarray, rules: _Rules) -> tuple[list[list[int]], Resampled]:
    """Return the topics of each leaf, and the leaves found again in each way, joined by the same rules."""
    start = _with_singles([group for group in rules.together if group], int(topics.labels.max()) + 1)
    groups = join_duplicates(topics.labels, vectors, start, seeded=rules.seeded)
    leaves, parents = [], []
    for way in range(topics.ways.shape[1]):
        again = _leaves_again(topics, way, vectors, rules.together)
        kept = again >= 0
        family = np.full(len(again), -1, dtype=np.int64)
        if kept.any():
            numbers = [[number] for number in range(int(again.max()) + 1)]
            family[kept] = join_parents(centroids_of(again, vectors, numbers), rules.most_parents)[again[kept]]
        leaves.append(again)
        parents.append(family)
    leaf_of = np.empty(int(topics.labels.max()) + 1, dtype=np.int64)
    for leaf, group in enumerate(groups):
        leaf_of[group] = leaf
    seeded = frozenset(leaf for leaf, group in enumerate(groups) if rules.seeded & set(group))
    centroids = centroids_of(topics.labels, vectors, groups)
    joined = join_unstable(leaf_of[topics.labels], centroids, leaves, kept=seeded)
    final = [sorted(number for leaf in group for number in groups[leaf]) for group in joined]
    return final, Resampled(topics.labels, leaves, parents)


def _with_singles(groups: list[list[int]], count: int) -> list[list[int]]:
    grouped = {number for group in groups for number in group}
    return groups + [[number] for number in range(count) if number not in grouped]


def _leaves_again(topics: Topics, way: int, vectors: np.ndarray, together: list[list[int]]) -> np.ndarray:
    """Return the leaf of each text found in one way, numbered from 0, -1 where it was left out.

    What mostly holds texts of a general theme is taken as that theme's.
    """
    labels = topics.ways[:, way]
    kept = np.flatnonzero(labels >= 0)
    found = np.full(len(labels), -1, dtype=np.int64)
    if not len(kept):
        return found
    _, found[kept] = np.unique(labels[kept], return_inverse=True)
    count = int(found.max()) + 1
    groups: list[list[int]] = [[] for _ in together]
    for number in range(count):
        whole = topics.labels[found == number]
        for group, numbers in zip(groups, together, strict=True):
            if np.isin(whole, numbers).mean() > MOSTLY:
                group.append(number)
    joined = join_duplicates(found, vectors, _with_singles([group for group in groups if group], count))
    leaf_of = np.empty(count, dtype=np.int64)
    for leaf, numbers in enumerate(joined):
        leaf_of[numbers] = leaf
    found[kept] = leaf_of[found[kept]]
    return found


def _voices_of_text(usable: pd.DataFrame, count: int, column: str) -> list[frozenset[str]]:
    of_text: list[frozenset[str]] = [frozenset()] * count
    for row, voices in usable.groupby("row")[column]:
        of_text[int(str(row))] = frozenset(voices)
    return of_text


def _concern_shares(usable: pd.DataFrame, count: int) -> np.ndarray:
    """Return for each text the share of its segments that complain."""
    shares = usable["sentiment"].isin(NEGATIVE).groupby(usable["row"]).mean()
    filled: np.ndarray = shares.reindex(range(count)).fillna(0.0).to_numpy()
    return filled


def general_topics(
    topics: Topics, general: np.ndarray, concern: np.ndarray, *, seeded: frozenset[int]
) -> list[list[int]]:
    """Return the topics that only judge, those of praise and those of concern: each group is one theme.

    General judgements are set apart before clustering, as they would split into many look-alikes and draw the specific
    ones to them; a cluster whose strongest keywords judge as well joins them.
    """
    groups: list[list[int]] = [[], []]
    for number, words in enumerate(topics.keywords):
        members = topics.labels == number
        if number not in seeded and (are_general(words) or bool(general[members].all())):
            groups[int(concern[members].mean() > MOSTLY)].append(number)
    return groups


def sample_rows(texts: list[str], most: int) -> np.ndarray:
    """Return the rows to fit on, ascending: all, or the `most` texts whose sha256 come first."""
    if len(texts) <= most:
        return np.arange(len(texts))
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    return np.sort(np.array(sorted(range(len(texts)), key=digests.__getitem__)[:most]))
