"""Neighbourhood smoothing in UMAP's place, small groups by k-means, and what both need.

Rows must come in canonical order; then the same rows give the same result on any number of threads (callers hold BLAS
at one).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans

NEIGHBOURS = 15
SMOOTHING_STEPS = 2
WORD_WEIGHT = 0.3
"""What words in common add to the similarity of two texts: it mends what the encoder blurs, and makes names fit."""

DIMENSIONS = 50
"""Principal components in which small groups are made: four times as fast as all, and no worse."""

ROWS_PER_GROUP = 4
"""With fewer rows for each small group, every row is its own."""

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


def principal_components(vectors: np.ndarray) -> np.ndarray:
    """Return the rows in their first `DIMENSIONS` principal components."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    components: np.ndarray = centred @ directions[:, ::-1][:, :DIMENSIONS]
    return components


def small_groups(vectors: np.ndarray, count: int, *, seed: int, starts: int = 1) -> np.ndarray:
    """Return the small group of each row by k-means: each row its own where there are few rows."""
    if len(vectors) <= ROWS_PER_GROUP * count:
        return np.arange(len(vectors))
    model = KMeans(count, n_init=starts, random_state=seed, algorithm="lloyd")
    return by_first_appearance(model.fit_predict(vectors))


def group_means(vectors: np.ndarray | sparse.csr_matrix, groups: np.ndarray) -> np.ndarray:
    """Return the mean of each group's rows, groups numbered from 0; none may be empty."""
    count = int(groups.max()) + 1
    members = sparse.csr_matrix((np.ones(len(groups)), (groups, np.arange(len(groups)))), shape=(count, len(groups)))
    sums = members @ vectors
    dense = sums.toarray() if sparse.issparse(sums) else sums
    means: np.ndarray = dense / np.bincount(groups, minlength=count)[:, None]
    return means


def nearest_rows(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return for each row the number of the nearest centre, by Euclidean distance."""
    lengths = (centres * centres).sum(axis=1)
    found: np.ndarray = np.round(lengths - 2.0 * (vectors @ centres.T), 9).argmin(axis=1)
    return found


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
