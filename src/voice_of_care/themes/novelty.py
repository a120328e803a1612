"""What later comments say that nobody said before: groups of texts nearer to each other than to all that is known."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.cluster.hierarchy import linkage, to_tree
from scipy.spatial.distance import squareform
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from voice_of_care.themes.cluster import WORD_WEIGHT, unit_rows
from voice_of_care.themes.identity import SAME_THEME
from voice_of_care.themes.voices import LIKE, LONG, have_voices
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scipy.cluster.hierarchy import ClusterNode

FEWEST_UNITS = 5
FEWEST_GATHERINGS = 3
"""A candidate rests on so many units, in words of their own, from so many sessions (a unit without one is its own)."""

FEWEST_WORDS = 2
"""A text of one word of content ("communication") tells too little to count for something new."""

NEIGHBOURS = 3
NEARER = 0.08
"""By so much are a group's texts nearer to their next of the group than to their next among known texts, on average."""

PART_NEARER = 0.02
"""And by so much the texts of each of its parts that is as large as a candidate: a part that is known is left out."""

MOSTLY_NEARER = 0.7
"""So large a share of them is nearer at all."""

COHESIVE = 0.5
"""The mean of a group's vectors has at least this length."""

MOST_TEXTS = 2_500
MOST_KNOWN = 3_000
"""At most so many later and so many known texts are compared: what a batch costs does not grow with the project."""


class Ground(NamedTuple):
    """Later texts among which something new may be said: in sorted order, with unit vectors and whose each is."""

    texts: list[str]
    vectors: np.ndarray
    units: list[frozenset[str]]
    gatherings: list[frozenset[str]]


class Known(NamedTuple):
    """What is known: texts that have themes, their unit vectors, and the centroids of themes."""

    texts: list[str]
    vectors: np.ndarray
    centroids: np.ndarray


def first_by_hash(texts: Sequence[str], most: int) -> list[str]:
    """Return the texts, or the `most` whose sha256 come first, in sorted order."""
    if len(texts) <= most:
        return sorted(texts)
    return sorted(sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())[:most])


def find_novel(ground: Ground, known: Known) -> list[list[int]]:
    """Return groups of rows that speak of something new, none of a row twice, the largest first.

    Texts are joined by average linkage. A group is the largest branch that rests on enough people and sessions, holds
    together, is no known theme by its centroid, and whose texts are clearly nearer to texts of others in the group
    than to any known text. The last tells a new matter from a corner of a known theme, which known texts are near to.

    Args:
        ground: later texts.
        known: what to compare them with.
    """
    if len(ground.texts) < 2 or not len(known.texts):
        return []
    alike, to_known = _likenesses(ground, known)
    apart = 1.0 - alike / (1.0 + WORD_WEIGHT)
    np.fill_diagonal(apart, 0.0)
    tree = to_tree(linkage(squareform(np.clip(apart, 0.0, None), checks=False), "average"))
    others = np.where(_not_others(ground), np.nan, alike)
    fair = math.ceil(NEIGHBOURS * max(1.0, len(ground.texts) / len(known.texts)))
    judged = _Judged(ground, known.centroids, others, to_known, fair)
    groups: list[list[int]] = []
    branches = [tree]
    while branches:
        branch = branches.pop()
        rows = sorted(branch.pre_order())
        if not _may_hold(rows, ground):
            continue
        if _is_new(branch, judged):
            groups.append(rows)
        else:
            branches += _parts(branch)
    return _joined(groups, ground)


class _Judged(NamedTuple):
    """What a branch is judged by: likeness to texts of others, of which the next `fair` count, and to known texts.

    Where later texts outnumber known ones, more of the next ones count, as more of them are near in any case.
    """

    ground: Ground
    centroids: np.ndarray
    others: np.ndarray
    to_known: np.ndarray
    fair: int


def _likenesses(ground: Ground, known: Known) -> tuple[np.ndarray, np.ndarray]:
    """Return the likeness of each pair of texts, and of each text to its next among the known."""
    words = TfidfVectorizer(analyzer=_words, sublinear_tf=True)
    every = words.fit_transform([*ground.texts, *known.texts]) if _have_words([*ground.texts, *known.texts]) else None
    exact = np.asarray(ground.vectors, dtype=np.float64)
    alike = exact @ exact.T
    to_known = exact @ np.asarray(known.vectors, dtype=np.float64).T
    if every is not None:
        own, rest = every[: len(ground.texts)], every[len(ground.texts) :]
        alike = alike + WORD_WEIGHT * (own @ own.T).toarray()
        to_known = to_known + WORD_WEIGHT * (own @ rest.T).toarray()
    alike = np.round((alike + alike.T) / 2.0, 6)
    return alike, _next(np.round(to_known, 6), NEIGHBOURS)


def _words(text: str) -> list[str]:
    return [word for word in content_words(text, light=False) if "'" not in word]


def _have_words(texts: Sequence[str]) -> bool:
    return any(_words(text) for text in texts)


def _not_others(ground: Ground) -> np.ndarray:
    """Return which pairs are no two voices: texts of the same unit, or nearly the same words."""
    rows = len(ground.texts)
    numbers = {unit: number for number, unit in enumerate(sorted({unit for own in ground.units for unit in own}))}
    said_by = np.zeros((rows, len(numbers)), dtype=np.float32)
    for row, own in enumerate(ground.units):
        said_by[row, [numbers[unit] for unit in sorted(own)]] = 1.0
    same = (said_by @ said_by.T) > 0
    if _have_words(ground.texts):
        counts = CountVectorizer(analyzer=lambda text: sorted(set(_words(text)))).fit_transform(ground.texts)
        shared = (counts @ counts.T).toarray().astype(np.float64)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        union = lengths[:, None] + lengths[None, :] - shared
        is_long = lengths >= LONG
        same |= (shared >= LIKE * union) & is_long[:, None] & is_long[None, :]
    np.fill_diagonal(same, val=True)
    return same


def _next(likeness: np.ndarray, count: int) -> np.ndarray:
    """Return the mean likeness of each row to its nearest columns; a row that has none is like nothing."""
    ordered = -np.sort(-np.where(np.isnan(likeness), -np.inf, likeness), axis=1)[:, :count]
    there = np.isfinite(ordered)
    total = np.where(there, ordered, 0.0).sum(axis=1)
    mean: np.ndarray = total / np.maximum(there.sum(axis=1), 1)
    return mean


def _may_hold(rows: Sequence[int], ground: Ground) -> bool:
    """Say whether a branch rests on enough people and sessions; if not, none of its parts does."""
    if len(frozenset().union(*(ground.gatherings[row] for row in rows))) < FEWEST_GATHERINGS:
        return False
    said = [(frozenset(_words(ground.texts[row])), ground.units[row]) for row in rows]
    telling = [(words, units) for words, units in said if len(words) >= FEWEST_WORDS]
    people = frozenset().union(*(units for _, units in telling))
    return len(people) >= FEWEST_UNITS and have_voices(telling, enough=FEWEST_UNITS)


def _is_new(branch: ClusterNode, judged: _Judged) -> bool:
    rows = sorted(branch.pre_order())
    centre = np.asarray(judged.ground.vectors[rows], dtype=np.float64).mean(axis=0)
    length = float(np.linalg.norm(centre))
    if length < COHESIVE or float(np.max(judged.centroids @ (centre / length))) >= SAME_THEME:
        return False
    nearer = np.round(_next(judged.others[np.ix_(rows, rows)], judged.fair) - judged.to_known[rows], 6)
    if nearer.mean() < NEARER or (nearer > 0).mean() < MOSTLY_NEARER:
        return False
    nearer_of = dict(zip(rows, nearer.tolist(), strict=True))
    return all(np.mean([nearer_of[row] for row in part]) >= PART_NEARER for part in _large_parts(branch))


def _large_parts(branch: ClusterNode) -> Iterator[list[int]]:
    """Yield the rows of a branch and of all its parts that are as large as a candidate: none of them may be known."""
    branches = [branch]
    while branches:
        part = branches.pop()
        if part.get_count() >= FEWEST_UNITS:
            yield part.pre_order()
            branches += _parts(part)


def _parts(branch: ClusterNode) -> list[ClusterNode]:
    return [] if branch.is_leaf() else [branch.get_left(), branch.get_right()]


def _joined(groups: list[list[int]], ground: Ground) -> list[list[int]]:
    """Return the groups with those of one meaning joined, the nearest pair first; the largest first."""
    joined = [list(group) for group in groups]
    while len(joined) > 1:
        centres = unit_rows(np.stack([ground.vectors[rows].astype(np.float64).mean(axis=0) for rows in joined]))
        cosines = np.round(centres @ centres.T, 6)
        cosines[np.tril_indices(len(joined))] = -2.0
        first, second = (int(place) for place in np.unravel_index(int(cosines.argmax()), cosines.shape))
        if cosines[first, second] < SAME_THEME:
            break
        joined[first] = sorted(joined[first] + joined[second])
        del joined[second]
    return sorted(joined, key=lambda rows: (-len(frozenset().union(*(ground.units[row] for row in rows))), rows))
