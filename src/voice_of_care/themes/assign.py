"""From segments and centroids to assignments: the best theme, further near ones, and how strongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.themes.cluster import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_DUPLICATE = 0.2
"""Two themes say the same where their centroids are this much less far apart than pairs of themes on average, by 1 less
the cosine: a share, as encoders spread cosines differently."""

OFFSET = -0.8
STEEPNESS = 9.0
"""Strength is the logistic of OFFSET + STEEPNESS * (cosine to the theme - cosine to its nearest rival), fitted so that
it is the chance that a segment's theme is found again when themes are fitted on other comments."""

FURTHER_STRENGTH = 0.27
"""A further theme is given where it is at most 0.02 of cosine behind the best one."""

MOST_PER_SEGMENT = 3

FLEETING_BELOW = 0.25
"""A leaf of few units that is less stable than this is none."""

FEW_UNITS = 15
FEW_SHARE = 0.02
"""Few units are less than both."""

AHEAD = 1e-6
"""How far a text's own leaf is put before a nearer prototype of another."""

MOST_UNTHEMED = 0.05
"""At most this share of different texts is left without a theme."""


class Places(NamedTuple):
    """What is known of each text's topic besides its vector; -1 for nothing.

    `home` is the topic that most runs put a fitted text in: its leaf comes first, even where another's prototype is
    nearer. `pinned` is the topic a text belongs to whatever its vector says: that leaf alone is given. `opposed` are
    topics of which a text is given one leaf only, praise and dissatisfaction at large.
    """

    home: np.ndarray
    pinned: np.ndarray
    opposed: tuple[int, ...]


class Leaves(NamedTuple):
    """Leaf themes: unit prototypes, the leaf each prototype stands for, and per leaf a centroid and its topics."""

    prototypes: np.ndarray
    owners: np.ndarray
    centroids: np.ndarray
    topics: list[list[int]]


def leaves_of(labels: np.ndarray, micro: np.ndarray, vectors: np.ndarray, *, topics: list[list[int]]) -> Leaves:
    """Return leaves from fitted topics.

    Args:
        labels: topic of each fitted text.
        micro: small group of each fitted text; each lies within one topic and its mean becomes a prototype.
        vectors: unit vectors of the fitted texts.
        topics: the topics of each leaf; each topic stands once.
    """
    leaf_of = {number: leaf for leaf, group in enumerate(topics) for number in group}
    _, first_rows = np.unique(micro, return_index=True)
    owners = np.array([leaf_of[int(labels[row])] for row in first_rows])
    prototypes = centroids_of(micro, vectors, [[number] for number in range(int(micro.max()) + 1)])
    return Leaves(prototypes, owners, centroids_of(labels, vectors, topics), topics)


def join_duplicates(
    labels: np.ndarray, vectors: np.ndarray, topics: list[list[int]], *, seeded: frozenset[int] = frozenset()
) -> list[list[int]]:
    """Return the groups of topics with near-duplicates joined, the nearest pair first; never two that were seeded."""
    groups = [list(group) for group in topics]
    if len(groups) < 2:
        return groups
    farness = 1.0 - _cosines_of_pairs(centroids_of(labels, vectors, groups))
    cut = 1.0 - NEAR_DUPLICATE * float(farness[np.triu_indices(len(groups), 1)].mean())
    while len(groups) > 1:
        cosines = _cosines_of_pairs(centroids_of(labels, vectors, groups))
        apart = np.flatnonzero([bool(seeded & set(group)) for group in groups])
        cosines[np.ix_(apart, apart)] = -2.0
        first, second = (int(place) for place in np.unravel_index(int(cosines.argmax()), cosines.shape))
        if cosines[first, second] < cut:
            break
        groups[first] = sorted(groups[first] + groups[second])
        del groups[second]
    return groups


class Voices(NamedTuple):
    """Whose each text is (units, or the sessions they spoke in), and on how many of them a leaf must rest."""

    of_text: list[frozenset[str]]
    fewest: int


def dissolve_small(leaves: Leaves, vectors: np.ndarray, *, places: Places, voices: Sequence[Voices]) -> Leaves:
    """Dissolve leaves that rest on too few voices, the smallest first; their texts go to the next nearest.

    Args:
        leaves: the leaves so far.
        vectors: unit vectors of all texts.
        places: as for `strengths_of`.
        voices: each kind of voice that counts.
    """
    while len(leaves.topics) > 1:
        strengths = strengths_of(vectors, leaves, places=places)
        shares = np.min([_heard(strengths, kind.of_text) / kind.fewest for kind in voices], axis=0)
        smallest = int(np.argmin(shares))
        if shares[smallest] >= 1.0:
            break
        leaves = without(leaves, smallest)
    return leaves


def dissolve_fleeting(
    leaves: Leaves, vectors: np.ndarray, stability: list[float], *, places: Places, voices: Voices, kept: frozenset[int]
) -> Leaves:
    """Dissolve leaves that few raise and that do not come back without some of them, the least stable first.

    Args:
        leaves: the leaves so far.
        vectors: unit vectors of all texts.
        stability: of each leaf.
        places: as for `strengths_of`.
        voices: units; a leaf that `voices.fewest` of them raise stays.
        kept: topics whose leaves stay.
    """
    known = list(stability)
    while len(leaves.topics) > 1:
        heard = _heard(strengths_of(vectors, leaves, places=places), voices.of_text)
        weak = [
            leaf
            for leaf, group in enumerate(leaves.topics)
            if known[leaf] < FLEETING_BELOW and heard[leaf] < voices.fewest and not kept & set(group)
        ]
        if not weak:
            break
        leaf = min(weak, key=lambda leaf: (known[leaf], leaf))
        leaves = without(leaves, leaf)
        del known[leaf]
    return leaves


def without(leaves: Leaves, leaf: int) -> Leaves:
    """Return the leaves without one of them."""
    kept = leaves.owners != leaf
    owners = leaves.owners[kept]
    return Leaves(
        leaves.prototypes[kept],
        owners - (owners > leaf),
        np.delete(leaves.centroids, leaf, axis=0),
        [group for place, group in enumerate(leaves.topics) if place != leaf],
    )


def _cosines_of_pairs(centroids: np.ndarray) -> np.ndarray:
    """Return the cosine of each pair above the diagonal, -2 elsewhere."""
    cosines: np.ndarray = np.round(centroids @ centroids.T, 6)
    cosines[np.tril_indices(len(centroids))] = -2.0
    return cosines


def centroids_of(labels: np.ndarray, vectors: np.ndarray, topics: list[list[int]]) -> np.ndarray:
    """Return the unit centroid of each group of topics."""
    exact = np.asarray(vectors, dtype=np.float64)
    centroids: np.ndarray = unit_rows(np.stack([exact[np.isin(labels, group)].mean(axis=0) for group in topics]))
    return centroids


def _heard(strengths: np.ndarray, of_text: list[frozenset[str]]) -> np.ndarray:
    """Return how many different voices each leaf rests on."""
    heard = [
        len(frozenset().union(*(of_text[row] for row in np.flatnonzero(strengths[:, leaf]))))
        for leaf in range(strengths.shape[1])
    ]
    return np.array(heard)


def leaf_cosines(vectors: np.ndarray, leaves: Leaves) -> np.ndarray:
    """Return each text's cosine to each leaf, that is, to the leaf's nearest prototype; shape (texts, leaves)."""
    to_prototypes = np.round(np.asarray(vectors, dtype=np.float64) @ leaves.prototypes.T, 6)
    cosines = np.full((len(vectors), len(leaves.topics)), -1.0)
    for place, leaf in enumerate(leaves.owners):
        cosines[:, leaf] = np.maximum(cosines[:, leaf], to_prototypes[:, place])
    return cosines


def strengths_of(vectors: np.ndarray, leaves: Leaves, *, places: Places, reach: np.ndarray | None = None) -> np.ndarray:
    """Return the strength of each leaf on each text, 0 where it is not given; shape (texts, leaves).

    The best leaf is given unless the text is no nearer to it than texts are to leaves on average: then it fits none.

    Args:
        vectors: unit vectors of the texts.
        leaves: the leaves.
        places: what is known of each text's topic besides its vector.
        reach: of frozen leaves, the least cosine from which a text is of each; the best of those in reach is given.
    """
    cosines = _at_home(leaf_cosines(vectors, leaves), leaves, places.home)
    floors = np.full(cosines.shape[1], floor_of(cosines)) if reach is None else reach
    if cosines.shape[1] == 1:
        least = -1.0 if reach is None else reach
        alone: np.ndarray = np.where(cosines >= least, np.round(np.clip(cosines, 0.0, 1.0), 4), 0.0)
        return alone
    ordered = np.sort(cosines, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    fits = cosines >= floors
    top = np.zeros_like(cosines, dtype=bool)
    top[np.arange(len(cosines)), np.where(fits, cosines, -2.0).argmax(axis=1)] = True
    strengths = 1.0 / (1.0 + np.exp(-(OFFSET + STEEPNESS * (cosines - np.where(top, second, best)))))
    rank = np.argsort(np.argsort(-cosines, axis=1, kind="stable"), axis=1, kind="stable")
    given = top | ((strengths >= FURTHER_STRENGTH) & (rank < MOST_PER_SEGMENT))
    given &= best >= floors if reach is None else fits
    against = [leaf for leaf, group in enumerate(leaves.topics) if set(group) & set(places.opposed)]
    given[:, against] &= rank[:, against] == rank[:, against].min(axis=1, initial=len(leaves.topics), keepdims=True)
    strengths = np.where(given, np.round(strengths, 4), 0.0)
    for leaf, group in enumerate(leaves.topics):
        rows = np.flatnonzero(np.isin(places.pinned, group))
        firm = np.maximum(strengths[rows].max(axis=1, initial=0.0), FURTHER_STRENGTH)
        strengths[rows] = 0.0
        strengths[rows, leaf] = firm
    return strengths


def _at_home(cosines: np.ndarray, leaves: Leaves, home: np.ndarray) -> np.ndarray:
    """Return the cosines with each text at least as near to its home's leaf as to any other."""
    raised = cosines.copy()
    best = cosines.max(axis=1)
    for leaf, group in enumerate(leaves.topics):
        rows = np.flatnonzero(np.isin(home, group))
        raised[rows, leaf] = np.round(best[rows] + AHEAD, 6)
    return raised


def floor_of(cosines: np.ndarray) -> float:
    """Return the cosine below which a text fits no leaf: the mean over texts and leaves; at most `MOST_UNTHEMED` do."""
    best = cosines.max(axis=1)
    return float(np.round(min(cosines.mean(), np.quantile(best, MOST_UNTHEMED)), 4))
