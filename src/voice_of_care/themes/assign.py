"""From segments and centroids to assignments: the best theme, further near ones, and how strongly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from voice_of_care.themes.cluster import unit_rows

NEAR_DUPLICATE = 0.86
"""Two themes whose centroids are this near say the same."""

OFFSET = -0.8
STEEPNESS = 9.0
"""Strength is the logistic of OFFSET + STEEPNESS * (cosine to the theme - cosine to its nearest rival), fitted so that
it is the chance that a segment's theme is found again when themes are fitted on other comments."""

FURTHER_STRENGTH = 0.27
"""A further theme is given where it is at most 0.02 of cosine behind the best one."""

MOST_PER_SEGMENT = 3

MOST_UNTHEMED = 0.05
"""At most this share of different texts is left without a theme."""


class Leaves(NamedTuple):
    """Leaf themes: unit prototypes, the leaf each prototype stands for, and per leaf a centroid and its topics."""

    prototypes: np.ndarray
    owners: np.ndarray
    centroids: np.ndarray
    topics: list[list[int]]


def leaves_of(labels: np.ndarray, micro: np.ndarray, vectors: np.ndarray, *, together: list[list[int]]) -> Leaves:
    """Return leaves from fitted topics: some joined beforehand, then near-duplicates, the nearest pair first.

    Args:
        labels: topic of each fitted text.
        micro: micro-cluster of each fitted text; each lies within one topic and becomes a prototype.
        vectors: unit vectors of the fitted texts.
        together: groups of topics that are one leaf.
    """
    joined = {number for group in together for number in group}
    topics = [group for group in together if group]
    topics += [[number] for number in range(int(labels.max()) + 1) if number not in joined]
    centroids = _centroids(labels, vectors, topics)
    while len(topics) > 1:
        cosines = np.round(centroids @ centroids.T, 6)
        cosines[np.tril_indices(len(topics))] = -2.0
        first, second = (int(place) for place in np.unravel_index(int(cosines.argmax()), cosines.shape))
        if cosines[first, second] < NEAR_DUPLICATE:
            break
        topics[first] = sorted(topics[first] + topics[second])
        del topics[second]
        centroids = _centroids(labels, vectors, topics)
    leaf_of = {number: leaf for leaf, group in enumerate(topics) for number in group}
    _, first_rows = np.unique(micro, return_index=True)
    owners = np.array([leaf_of[int(labels[row])] for row in first_rows])
    prototypes = _centroids(micro, vectors, [[number] for number in range(int(micro.max()) + 1)])
    return Leaves(prototypes, owners, centroids, topics)


def dissolve_small(
    leaves: Leaves, vectors: np.ndarray, *, pinned: np.ndarray, units_of_text: list[frozenset[str]], fewest_units: int
) -> Leaves:
    """Dissolve leaves that rest on too few units, the smallest first; their texts go to the next nearest.

    Args:
        leaves: the leaves so far.
        vectors: unit vectors of all texts.
        pinned: as for `strengths_of`.
        units_of_text: units that said each text.
        fewest_units: a leaf rests on at least so many.
    """
    while len(leaves.topics) > 1:
        counts = _units_per_leaf(strengths_of(vectors, leaves, pinned=pinned), units_of_text)
        smallest = int(np.argmin(counts))
        if counts[smallest] >= fewest_units:
            break
        leaves = without(leaves, smallest)
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


def _centroids(labels: np.ndarray, vectors: np.ndarray, topics: list[list[int]]) -> np.ndarray:
    exact = np.asarray(vectors, dtype=np.float64)
    centroids: np.ndarray = unit_rows(np.stack([exact[np.isin(labels, group)].mean(axis=0) for group in topics]))
    return centroids


def _units_per_leaf(strengths: np.ndarray, units_of_text: list[frozenset[str]]) -> list[int]:
    return [
        len(frozenset().union(*(units_of_text[row] for row in np.flatnonzero(strengths[:, leaf]))))
        for leaf in range(strengths.shape[1])
    ]


def leaf_cosines(vectors: np.ndarray, leaves: Leaves) -> np.ndarray:
    """Return each text's cosine to each leaf, that is, to the leaf's nearest prototype; shape (texts, leaves)."""
    to_prototypes = np.round(np.asarray(vectors, dtype=np.float64) @ leaves.prototypes.T, 6)
    cosines = np.full((len(vectors), len(leaves.topics)), -1.0)
    for place, leaf in enumerate(leaves.owners):
        cosines[:, leaf] = np.maximum(cosines[:, leaf], to_prototypes[:, place])
    return cosines


def strengths_of(vectors: np.ndarray, leaves: Leaves, *, pinned: np.ndarray) -> np.ndarray:
    """Return the strength of each leaf on each text, 0 where it is not given; shape (texts, leaves).

    The best leaf is given unless the text is no nearer to it than texts are to leaves on average: then it fits none.

    Args:
        vectors: unit vectors of the texts.
        leaves: the leaves.
        pinned: topic each text belongs to whatever its vector says, -1 for most; that leaf alone is then given.
    """
    cosines = leaf_cosines(vectors, leaves)
    if cosines.shape[1] == 1:
        alone: np.ndarray = np.round(np.clip(cosines, 0.0, 1.0), 4)
        return alone
    ordered = np.sort(cosines, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    top = np.zeros_like(cosines, dtype=bool)
    top[np.arange(len(cosines)), cosines.argmax(axis=1)] = True
    strengths = 1.0 / (1.0 + np.exp(-(OFFSET + STEEPNESS * (cosines - np.where(top, second, best)))))
    rank = np.argsort(np.argsort(-cosines, axis=1, kind="stable"), axis=1, kind="stable")
    given = top | ((strengths >= FURTHER_STRENGTH) & (rank < MOST_PER_SEGMENT))
    given &= best >= floor_of(cosines)
    strengths = np.where(given, np.round(strengths, 4), 0.0)
    for leaf, group in enumerate(leaves.topics):
        rows = np.flatnonzero(np.isin(pinned, group))
        firm = np.maximum(strengths[rows].max(axis=1, initial=0.0), FURTHER_STRENGTH)
        strengths[rows] = 0.0
        strengths[rows, leaf] = firm
    return strengths


def floor_of(cosines: np.ndarray) -> float:
    """Return the cosine below which a text fits no leaf: the mean over texts and leaves; at most `MOST_UNTHEMED` do."""
    best = cosines.max(axis=1)
    return float(np.round(min(cosines.mean(), np.quantile(best, MOST_UNTHEMED)), 4))
