"""Clusters that many resamples agree on: they stand in for HDBSCAN, and tell how well each cluster comes back.

Each run leaves out some units and some texts, makes small groups by k-means and joins them by Ward's method; every text
is then given the cluster of its nearest small group. Texts that most runs put together belong together (evidence
accumulation, Fred and Jain 2005): average linkage on the share of runs that parted them gives the clusters.

Runs come in ways: those of one way leave out the same units. What the runs of one way alone agree on is what would
have been found without those units, so ways and whole are compared for stability (Hennig 2007).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_score

from voice_of_care.themes.cluster import (
    by_first_appearance,
    group_means,
    nearest_rows,
    principal_components,
    small_groups,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

WAYS = 8
"""Ways of leaving out units."""

RUNS_A_WAY = 10

LEFT_OUT = 0.1
"""Share of the units that a way leaves out, at least one."""

RUN_SHARE = 0.8
"""Share of the remaining texts that a run is made on."""

MOST_RUN_ROWS = 5_000
"""A run is made on at most so many texts: more would cost time and change little."""

RUN_GROUPS = 160
"""Small groups of a run, some six for each theme: fewer would swallow what few people speak of."""

FINE_GROUPS = 300
"""Small groups that are joined in the end, and whose means are a theme's prototypes."""

APART_GROUPS = 6
"""Small groups within each group set apart beforehand."""

CLUSTERS_PER_ROOT = 1.3
"""At most so many clusters for each square root of the number of texts: 6 for 20 texts, 28 for 450."""

MOST_SILHOUETTE_ROWS = 400
"""Up to so many texts the number of clusters is that with the best silhouette; more texts bear all allowed."""

FEWEST_TEXTS = 3
"""A cluster holds at least so many texts; stray ones go where most runs put them."""

FEWEST_TOGETHER = 0.5
"""The texts of a cluster are put together by at least this share of the runs, on average: others are strays."""

MOST_CUTS = 3
"""The tree is cut into at most so many times the clusters wanted, until enough of them are large enough."""


class Draws(NamedTuple):
    """What each run may see of each text, fixed by content: left out by each way, and a number in 0..1 for each run."""

    left_out: np.ndarray
    numbers: np.ndarray


def draw(texts: Sequence[str], units_of_text: Sequence[frozenset[str]]) -> Draws:
    """Return the draws for texts: by what is said alone, so that neither order nor keyed ids change them.

    A way leaves out the tenth of the units whose hashed words come first, and with them the texts nobody else said.

    Args:
        texts: distinct texts in sorted order.
        units_of_text: units that said each text.
    """
    said: dict[str, list[str]] = {}
    for text, owners in zip(texts, units_of_text, strict=True):
        for unit in owners:
            said.setdefault(unit, []).append(text)
    units = sorted(said, key=lambda unit: said[unit])
    ranks = _numbers(["\n".join(said[unit]) for unit in units], WAYS)
    gone = max(1, round(LEFT_OUT * len(units)))
    left_out = np.zeros((len(texts), WAYS), dtype=bool)
    for way in range(WAYS):
        chosen = {units[place] for place in np.argsort(ranks[:, way], kind="stable")[:gone]}
        left_out[:, way] = [bool(said_by) and said_by <= chosen for said_by in units_of_text]
    return Draws(left_out, _numbers(texts, WAYS * RUNS_A_WAY))


def _numbers(texts: Sequence[str], count: int) -> np.ndarray:
    """Return `count` numbers in 0..1 for each text, by its hash."""
    digests = b"".join(hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(2 * count) for text in texts)
    numbers: np.ndarray = np.frombuffer(digests, dtype="<u2").reshape(len(texts), count) / 65_536.0
    return numbers


class Consensus:
    """Cluster rows by the agreement of many runs, with the face that BERTopic asks for.

    Rows set apart beforehand keep their group as a cluster. Afterwards `labels_` holds each row's cluster, `micro_` its
    small group, which lies within one cluster, and `ways_` the clusters found in each way, -1 for what it left out;
    shape (rows, ways).

    Args:
        most_clusters: at most so many clusters.
        seed: of k-means.
        set_apart: group of each row that is a cluster of its own beforehand, -1 for rows to be clustered.
        draws: what each run sees of each row.
    """

    def __init__(self, *, most_clusters: int, seed: int, set_apart: np.ndarray, draws: Draws) -> None:
        self.most_clusters = most_clusters
        self.seed = seed
        self.set_apart = set_apart
        self.draws = draws

    def fit(self, vectors: np.ndarray, y: object = None) -> Consensus:
        """Find `labels_`, `micro_` and `ways_`."""
        del y
        labels = np.full(len(vectors), -1, dtype=np.int64)
        micro = np.full(len(vectors), -1, dtype=np.int64)
        ways = np.full((len(vectors), WAYS), -1, dtype=np.int64)
        apart = [int(group) for group in np.unique(self.set_apart) if group >= 0]
        for group in apart:
            rows = np.flatnonzero(self.set_apart == group)
            labels[rows] = labels.max() + 1
            micro[rows] = micro.max() + 1 + small_groups(vectors[rows], APART_GROUPS, seed=self.seed)
            ways[rows] = np.where(self.draws.left_out[rows], -1, labels[rows][:, None])
        rows = np.flatnonzero(self.set_apart < 0)
        if len(rows):
            found = self._agree(vectors[rows], rows, max(1, self.most_clusters - len(apart)))
            micro[rows] = micro.max() + 1 + found.micro
            ways[rows] = np.where(found.ways < 0, -1, labels.max() + 1 + found.ways)
            labels[rows] = labels.max() + 1 + found.labels
        self.labels_ = by_first_appearance(labels)
        self.micro_ = by_first_appearance(micro)
        self.ways_ = ways
        return self

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return one cluster a row; BERTopic asks for it and we never call it."""
        return np.zeros(len(vectors), dtype=int)

    def _agree(self, vectors: np.ndarray, rows: np.ndarray, most: int) -> _Agreed:
        if len(rows) < 2:
            nothing = np.zeros(len(rows), dtype=np.int64)
            return _Agreed(nothing, nothing, np.where(self.draws.left_out[rows], -1, 0))
        left_out, numbers = self.draws.left_out[rows], self.draws.numbers[rows]
        reduced = principal_components(vectors)
        wanted = max(2, min(most, round(CLUSTERS_PER_ROOT * len(rows) ** 0.5), len(rows) - 1))
        votes = [
            self._run(reduced, ~left_out[:, number // RUNS_A_WAY], numbers[:, number], wanted)
            for number in range(WAYS * RUNS_A_WAY)
        ]
        fine = self._fine_groups(reduced, numbers[:, 0])
        labels = _settled(_one_hot(votes), fine, reduced, wanted)
        ways = np.full(left_out.shape, -1, dtype=np.int64)
        for way in range(WAYS):
            kept = np.flatnonzero(~left_out[:, way])
            mine = [vote[kept] for vote in votes[way * RUNS_A_WAY : (way + 1) * RUNS_A_WAY]]
            if len(kept):
                groups = self._fine_groups(reduced[kept], numbers[kept, way])
                ways[kept, way] = _settled(_one_hot(mine), groups, reduced[kept], wanted)
        one_each = fine.max() + 1 == len(rows)
        return _Agreed(labels, labels if one_each else by_first_appearance(labels * len(rows) + fine), ways)

    def _run(self, vectors: np.ndarray, allowed: np.ndarray, numbers: np.ndarray, wanted: int) -> np.ndarray:
        """Return the cluster of every row, as found on those that this run sees."""
        seen = _first_rows(np.flatnonzero(allowed), numbers, RUN_SHARE)
        if len(seen) <= wanted:
            seen = np.arange(len(vectors))
        groups = small_groups(vectors[seen], RUN_GROUPS, seed=self.seed)
        centres = group_means(vectors[seen], groups)
        clusters = fcluster(linkage(centres, "ward"), wanted, "maxclust") - 1
        found: np.ndarray = clusters[nearest_rows(vectors, centres)]
        return found

    def _fine_groups(self, vectors: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Return the small group of every row, made on at most `MOST_RUN_ROWS` of them."""
        if len(vectors) <= MOST_RUN_ROWS:
            return small_groups(vectors, FINE_GROUPS, seed=self.seed)
        seen = _first_rows(np.arange(len(vectors)), numbers, 1.0)
        centres = group_means(vectors[seen], small_groups(vectors[seen], FINE_GROUPS, seed=self.seed))
        return by_first_appearance(nearest_rows(vectors, centres))


class _Agreed(NamedTuple):
    """Cluster and small group of each row, and its cluster in each way."""

    labels: np.ndarray
    micro: np.ndarray
    ways: np.ndarray


def _first_rows(rows: np.ndarray, numbers: np.ndarray, share: float) -> np.ndarray:
    """Return, ascending, the share of the rows whose numbers come first; at most `MOST_RUN_ROWS`."""
    count = min(round(share * len(rows)), MOST_RUN_ROWS)
    return np.sort(rows[np.argsort(numbers[rows], kind="stable")[:count]])


def _one_hot(votes: Sequence[np.ndarray]) -> sparse.csr_matrix:
    """Return rows whose dot products are the share of votes in which two rows fall together."""
    rows = len(votes[0])
    widths = np.cumsum([0, *(int(vote.max()) + 1 for vote in votes)])
    columns = np.stack([vote + start for vote, start in zip(votes, widths[:-1], strict=True)], axis=1).ravel()
    values = np.full(len(columns), len(votes) ** -0.5)
    starts = np.arange(0, len(columns) + 1, len(votes))
    return sparse.csr_matrix((values, columns, starts), shape=(rows, int(widths[-1])))


def _settled(votes: sparse.csr_matrix, groups: np.ndarray, vectors: np.ndarray, wanted: int) -> np.ndarray:
    """Return each row's cluster: groups joined by how often runs put them together, then each row where most put it.

    Few rows get the number of clusters, between half and all of those wanted, that has the best silhouette.
    """
    means = group_means(votes, groups)
    if len(means) == 1:
        return np.zeros(votes.shape[0], dtype=np.int64)
    apart = np.maximum(1.0 - np.round(means @ means.T, 9), 0.0)
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), "average")
    low = max(2, wanted // 2) if len(groups) <= MOST_SILHOUETTE_ROWS else wanted
    found = [_placed(votes, _cut(tree, groups, votes, count)) for count in range(low, wanted + 1)]
    return found[-1] if len(found) == 1 else max(found, key=lambda labels: _silhouette(vectors, labels))


def _placed(votes: sparse.csr_matrix, cut: np.ndarray) -> np.ndarray:
    """Return each row's cluster: the one of those that hold together that most runs put it in."""
    large = _holding(votes, cut)
    large = large if len(large) else np.unique(cut)
    of_large = np.isin(cut, large)
    centres = group_means(votes[of_large], np.searchsorted(large, cut[of_large]))
    return by_first_appearance(np.round(votes @ centres.T, 9).argmax(axis=1))


def _silhouette(vectors: np.ndarray, labels: np.ndarray) -> float:
    if not 1 < len(np.unique(labels)) < len(vectors):
        return -1.0
    return float(np.round(silhouette_score(vectors, labels), 4))


def _holding(votes: sparse.csr_matrix, cut: np.ndarray) -> np.ndarray:
    """Return the clusters that hold together: large enough, and put together by enough of the runs."""
    centres = group_means(votes, cut)
    together = np.round((centres * centres).sum(axis=1), 9)
    return np.flatnonzero((np.bincount(cut) >= FEWEST_TEXTS) & (together >= FEWEST_TOGETHER))


def _cut(tree: np.ndarray, groups: np.ndarray, votes: sparse.csr_matrix, wanted: int) -> np.ndarray:
    """Cut the tree where `wanted` clusters hold together, or as many as can be."""
    best, most = np.zeros(len(groups), dtype=np.int64), 0
    for count in range(wanted, min(MOST_CUTS * wanted, len(tree) + 1) + 1):
        cut = fcluster(tree, count, "maxclust")[groups] - 1
        large = len(_holding(votes, cut))
        if large > most:
            best, most = cut, large
        if large >= wanted:
            break
    return best
