"""Neighbourhood smoothing, then micro-clusters joined by Ward: they stand in for UMAP and HDBSCAN without chance.

Both have the `fit`/`transform`/`labels_` face that BERTopic asks for. Rows must come in canonical order; then the same
rows give the same result on any number of threads (callers hold BLAS at one).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans

NEIGHBOURS = 15
SMOOTHING_STEPS = 2
MICRO_CLUSTERS = 80
_CHUNK_ROWS = 2_048


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Return the rows at unit length; a row of zeros stays."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths > 0, lengths, 1.0)


def nearest_neighbours(vectors: np.ndarray, count: int) -> sparse.csr_matrix:
    """Return the symmetric graph that joins each row to its `count` nearest by cosine (exact; weights are cosines)."""
    rows = len(vectors)
    columns = np.empty((rows, count), dtype=np.int64)
    weights = np.empty((rows, count))
    for start in range(0, rows, _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, rows)
        cosines = np.round(vectors[start:stop] @ vectors.T, 6)
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
        graph = nearest_neighbours(vectors, count) + sparse.identity(len(vectors), format="csr")
        walk = sparse.diags(1.0 / np.asarray(graph.sum(axis=1)).ravel()) @ graph
        smoothed = vectors.astype(np.float64)
        for _ in range(SMOOTHING_STEPS):
            smoothed = walk @ smoothed
        return unit_rows(smoothed)


class MicroWard:
    """Cluster into many small groups by k-means, then join them by Ward's method down to `most_clusters`.

    Small distinct topics survive as a micro-cluster of their own and are joined late; plain k-means dissolves them.
    """

    def __init__(self, *, most_clusters: int, seed: int) -> None:
        self.most_clusters = most_clusters
        self.seed = seed

    def fit(self, vectors: np.ndarray, y: object = None) -> MicroWard:
        """Find `labels_`, numbered by first appearance."""
        del y
        micro = self._micro(vectors)
        centres = np.stack([vectors[micro == number].mean(axis=0) for number in range(micro.max() + 1)])
        wanted = min(self.most_clusters, len(centres))
        joined = fcluster(linkage(centres, "ward"), wanted, "maxclust") if len(centres) > 1 else np.ones(1, dtype=int)
        self.labels_ = by_first_appearance(joined[micro])
        return self

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return one cluster a row; BERTopic asks for it and we never call it."""
        return np.zeros(len(vectors), dtype=int)

    def _micro(self, vectors: np.ndarray) -> np.ndarray:
        if len(vectors) <= 4 * MICRO_CLUSTERS:
            return np.arange(len(vectors))
        model = KMeans(MICRO_CLUSTERS, n_init=3, random_state=self.seed, algorithm="lloyd")
        return by_first_appearance(model.fit_predict(vectors))


def by_first_appearance(labels: np.ndarray) -> np.ndarray:
    """Renumber labels from 0 in order of first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def join_parents(centroids: np.ndarray, most_parents: int) -> np.ndarray:
    """Group leaf centroids by Ward's method; return one group number a leaf."""
    leaves = len(centroids)
    if leaves < 4:
        return np.arange(leaves)
    wanted = min(most_parents, max(2, round(leaves / 3)))
    return by_first_appearance(fcluster(linkage(centroids, "ward"), wanted, "maxclust"))
