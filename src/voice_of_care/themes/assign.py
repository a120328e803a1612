"""From segments and centroids to assignments: the best theme, further near ones, and how strongly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from voice_of_care.themes.cluster import unit_rows

NEAR_DUPLICATE = 0.86
"""Two themes whose centroids are this near say the same."""

STEEPNESS = 22.0
OFFSET = 0.6
"""Strength is the logistic of OFFSET + STEEPNESS * (cosine to the theme - cosine to its nearest rival)."""

FURTHER_STRENGTH = 0.5
"""A further theme is given where it is about as near as the best one."""

MOST_PER_SEGMENT = 3


class Leaves(NamedTuple):
    """Leaf themes while they are being settled: unit centroids, and which fitted topics each came from."""

    centroids: np.ndarray
    topics: list[list[int]]


def join_near_duplicates(labels: np.ndarray, vectors: np.ndarray) -> Leaves:
    """Join topics whose centroids are nearer than `NEAR_DUPLICATE`, the nearest pair first.

    Args:
        labels: topic of each fitted text.
        vectors: unit vectors of the fitted texts.
    """
    topics = [[number] for number in range(int(labels.max()) + 1)]
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
    return Leaves(centroids, topics)


def dissolve_small(
    leaves: Leaves, vectors: np.ndarray, *, units_of_text: list[frozenset[str]], fewest_units: int
) -> Leaves:
    """Dissolve leaves that rest on too few units, the smallest first; their texts go to the next nearest.

    Args:
        leaves: the leaves so far.
        vectors: unit vectors of all texts.
        units_of_text: units that said each text.
        fewest_units: a leaf rests on at least so many.
    """
    while len(leaves.topics) > 1:
        counts = _units_per_leaf(strengths_of(vectors, leaves.centroids), units_of_text)
        smallest = int(np.argmin(counts))
        if counts[smallest] >= fewest_units:
            break
        kept = [place for place in range(len(leaves.topics)) if place != smallest]
        leaves = Leaves(leaves.centroids[kept], [leaves.topics[place] for place in kept])
    return leaves


def _centroids(labels: np.ndarray, vectors: np.ndarray, topics: list[list[int]]) -> np.ndarray:
    exact = np.asarray(vectors, dtype=np.float64)
    centroids: np.ndarray = unit_rows(np.stack([exact[np.isin(labels, group)].mean(axis=0) for group in topics]))
    return centroids


def _units_per_leaf(strengths: np.ndarray, units_of_text: list[frozenset[str]]) -> list[int]:
    return [
        len(frozenset().union(*(units_of_text[row] for row in np.flatnonzero(strengths[:, leaf]))))
        for leaf in range(strengths.shape[1])
    ]


def strengths_of(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the strength of each theme on each text, 0 where it is not given; shape (texts, themes).

    The best theme is given unless the text is no nearer to it than texts are to themes on average: then it fits none.
    """
    cosines = np.round(np.asarray(vectors, dtype=np.float64) @ centroids.T, 6)
    if cosines.shape[1] == 1:
        alone: np.ndarray = np.round(np.clip(cosines, 0.0, 1.0), 4)
        return alone
    ordered = np.sort(cosines, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    rival = np.where(cosines == best, second, best)
    strengths = 1.0 / (1.0 + np.exp(-(OFFSET + STEEPNESS * (cosines - rival))))
    top = np.zeros_like(cosines, dtype=bool)
    top[np.arange(len(cosines)), cosines.argmax(axis=1)] = True
    rank = np.argsort(np.argsort(-cosines, axis=1, kind="stable"), axis=1, kind="stable")
    given = top | ((strengths >= FURTHER_STRENGTH) & (rank < MOST_PER_SEGMENT))
    given &= best >= floor_of(cosines)
    return np.where(given, np.round(strengths, 4), 0.0)


def floor_of(cosines: np.ndarray) -> float:
    """Return the cosine below which a text fits no theme: the mean over all texts and all themes."""
    return float(np.round(cosines.mean(), 4))
