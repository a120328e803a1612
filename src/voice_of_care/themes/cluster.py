"""Neighbourhood smoothing, then micro-clusters joined by Ward: they stand in for UMAP and HDBSCAN without chance.

Both have the `fit`/`transform`/`labels_` face that BERTopic asks for. Rows must come in canonical order; then the same
rows give the same result on any number of threads (callers hold BLAS at one).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

NEIGHBOURS = 15
SMOOTHING_STEPS = 2
WORD_WEIGHT = 0.3
"""What words in common add to the similarity of two texts: it mends what the encoder blurs, and makes names fit."""

MICRO_CLUSTERS = 160
"""Small groups that are joined, some six for each theme in the end: fewer would swallow what few people speak of."""

KMEANS_STARTS = 10
"""Starts of k-means, the tightest kept: the result then hangs less on the seed."""

PROTOTYPES_SET_APART = 6
"""Small groups within each group set apart beforehand."""

CLUSTERS_PER_ROOT = 1.3
"""At most so many clusters for each square root of the number of texts: 6 for 20 texts, 28 for 450."""

MOST_SILHOUETTE_ROWS = 1_500
"""Up to so many texts the number of clusters is that with the best silhouette; more texts bear all allowed."""

_CHUNK_ROWS = 2_048


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Return the rows at unit length; a row of zeros stays."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths > 0, lengths, 1.0)


def nearest_neighbours(vectors: np.ndarray, words: sparse.csr_matrix, count: int) -> sparse.csr_matrix:
    """Return the symmetric graph that joins each row to its `count` most similar (exact; weights are similarities).

    Args:
        vectors: unit vectors of the texts.
        words: their unit tf-idf vectors; words in common bring texts nearer by `WORD_WEIGHT` times the cosine.
        count: neighbours a text.
    """
    rows = len(vectors)
    transposed = words.T.tocsr()
    columns = np.empty((rows, count), dtype=np.int64)
    weights = np.empty((rows, count))
    for start in range(0, rows, _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, rows)
        shared = (words[start:stop] @ transposed).toarray()
        cosines = np.round(vectors[start:stop] @ vectors.T + WORD_WEIGHT * shared, 6)
        cosines[np.arange(stop - start), np.arange(start, stop)] = -2.0
        best = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        columns[start:stop] = best
        weights[start:stop] = np.take_along_axis(cosines, best, axis=1)
    graph = sparse.csr_matrix(
        (np.maximum(weights, 0.0).ravel(), (np.repeat(np.arange(rows), count), columns.ravel())), shape=(rows, rows)
    )
    return graph.maximum(graph.T).tocsr()


class NeighbourhoodSmoothing:
    """Move each vector towards the mean of its neighbours, which gathers what UMAP would gather, without chance."""

    def __init__(self, words: sparse.csr_matrix) -> None:
        self.words = words

    def fit(self, vectors: np.ndarray, y: object = None) -> NeighbourhoodSmoothing:
        """Learn nothing; smoothing has no state."""
        del y
        self.rows_ = len(vectors)
        return self

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Return the smoothed unit vectors, in the order given."""
        count = min(NEIGHBOURS, max(1, len(vectors) // 8))
        if len(vectors) < 3:
            return vectors
        graph = nearest_neighbours(vectors, self.words, count) + sparse.identity(len(vectors), format="csr")
        walk = sparse.diags(1.0 / np.asarray(graph.sum(axis=1)).ravel()) @ graph
        smoothed = vectors.astype(np.float64)
        for _ in range(SMOOTHING_STEPS):
            smoothed = walk @ smoothed
        return unit_rows(smoothed)


class MicroWard:
    """Cluster into many small groups by k-means, then join them by Ward's method down to `most_clusters`.

    Small distinct topics survive as a micro-cluster of their own and are joined late; plain k-means dissolves them.
    Rows set apart beforehand keep their group as a cluster. Afterwards `labels_` holds each row's cluster and `micro_`
    its small group, which lies within one cluster.
    """

    def __init__(self, *, most_clusters: int, seed: int, set_apart: np.ndarray) -> None:
        self.most_clusters = most_clusters
        self.seed = seed
        self.set_apart = set_apart

    def fit(self, vectors: np.ndarray, y: object = None) -> MicroWard:
        """Find `labels_` and `micro_`."""
        del y
        labels = np.full(len(vectors), -1, dtype=np.int64)
        micro = np.full(len(vectors), -1, dtype=np.int64)
        for group in np.unique(self.set_apart):
            rows = np.flatnonzero(self.set_apart == group)
            apart = len(np.unique(self.set_apart[self.set_apart >= 0]))
            if group >= 0:
                labels[rows] = labels.max() + 1
                micro[rows] = micro.max() + 1 + self._split(vectors[rows], PROTOTYPES_SET_APART)
            else:
                small = self._split(vectors[rows], MICRO_CLUSTERS)
                found = self._join(vectors[rows], small, max(1, self.most_clusters - apart))
                labels[rows] = labels.max() + 1 + found
                one_each = small.max() + 1 == len(rows)
                micro[rows] = micro.max() + 1 + (found if one_each else small)
        self.labels_ = by_first_appearance(labels)
        self.micro_ = by_first_appearance(micro)
        return self

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return one cluster a row; BERTopic asks for it and we never call it."""
        return np.zeros(len(vectors), dtype=int)

    def _split(self, vectors: np.ndarray, count: int) -> np.ndarray:
        """Return the small group of each row: each row its own where there are few."""
        if len(vectors) <= 4 * count:
            return np.arange(len(vectors))
        model = KMeans(count, n_init=KMEANS_STARTS, random_state=self.seed, algorithm="lloyd")
        return by_first_appearance(model.fit_predict(vectors))

    def _join(self, vectors: np.ndarray, micro: np.ndarray, most: int) -> np.ndarray:
        if micro.max() == 0:
            return micro
        centres = np.stack([vectors[micro == number].mean(axis=0) for number in range(int(micro.max()) + 1)])
        tree = linkage(centres, "ward")
        high = max(2, min(most, round(CLUSTERS_PER_ROOT * len(vectors) ** 0.5), len(centres) - 1))
        low = max(2, high // 2)
        cuts = {count: fcluster(tree, count, "maxclust")[micro] for count in range(low, high + 1)}
        if len(vectors) > MOST_SILHOUETTE_ROWS or high == low:
            return by_first_appearance(cuts[high])
        return by_first_appearance(cuts[max(cuts, key=lambda count: (_silhouette(vectors, cuts[count]), -count))])


def _silhouette(vectors: np.ndarray, labels: np.ndarray) -> float:
    if not 1 < len(np.unique(labels)) < len(vectors):
        return -1.0
    return float(np.round(silhouette_score(vectors, labels, metric="cosine"), 4))


def by_first_appearance(labels: np.ndarray) -> np.ndarray:
    """Renumber labels from 0 in order of first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def join_parents(centroids: np.ndarray, most_parents: int) -> np.ndarray:
    """Group leaf centroids by Ward's method; return one group number a leaf, each its own where they are few."""
    leaves = len(centroids)
    if leaves <= most_parents:
        return np.arange(leaves)
    wanted = min(most_parents, max(2, round(leaves / 3)))
    return by_first_appearance(fcluster(linkage(centroids, "ward"), wanted, "maxclust"))
