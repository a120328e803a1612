"""Relative weights of correlated predictors, and how they vary when clusters are drawn anew.

Source: Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor variables in multiple
regression. Multivariate Behavioral Research 35(1), 1-19.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_LEAST = 1e-10
"""Eigenvalues of a correlation matrix below this are taken for none: columns that tell the same."""
_DRAWS_AT_ONCE = 100


class Moments(NamedTuple):
    """Sums of products of a one, the predictors and the outcome: one row for each kind of cluster, and how many."""

    sums: Numbers
    clusters: NDArray[np.int64]
    columns: int


def relative_weights(correlations: Numbers, with_outcome: Numbers) -> Numbers:
    """Return each predictor's part of the variance explained; together they are the model's R squared.

    Predictors that tell the same share what they tell; one that does not vary has nothing.

    Args:
        correlations: of the predictors, (..., p, p); rows and columns of one that does not vary are 0.
        with_outcome: of predictors and outcome, (..., p).
    """
    values, vectors = np.linalg.eigh(correlations)
    is_there = values > _LEAST
    roots = np.sqrt(np.where(is_there, values, 0.0))
    inverse = np.where(is_there, 1.0 / np.where(is_there, roots, 1.0), 0.0)
    rotated = np.einsum("...ji,...j->...i", vectors, with_outcome)
    betas = np.einsum("...ij,...j->...i", vectors, inverse * rotated)
    loadings = np.einsum("...ij,...j,...kj->...ik", vectors, roots, vectors)
    weights: Numbers = np.einsum("...ij,...j->...i", loadings**2, betas**2)
    return weights


def gather_moments(predictors: Numbers, outcome: Numbers, clusters: NDArray[np.int64]) -> Moments:
    """Return the sums that correlations are made of, for each kind of cluster.

    Clusters with the same rows are one kind, and kinds are in order of what is in them, so that neither the order of
    rows nor the names of clusters are of account.
    """
    rows, kind = np.unique(np.column_stack([predictors, outcome]), axis=0, return_inverse=True)
    order = np.lexsort([kind.ravel(), clusters])
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    members = [tuple(part.tolist()) for part in np.split(kind.ravel()[order], starts[1:])]
    counted = sorted(Counter(members).items())
    extended = np.column_stack([np.ones(len(rows)), rows])
    left, right = np.triu_indices(extended.shape[1])
    sums = np.stack(
        [(extended[list(each)][:, left] * extended[list(each)][:, right]).sum(axis=0) for each, _ in counted]
    )
    return Moments(sums, np.array([number for _, number in counted], dtype=np.int64), predictors.shape[1])


def weights_of(moments: Moments) -> Numbers:
    """Return the relative weights."""
    weights: Numbers = _weights(moments.clusters.astype(np.float64)[None] @ moments.sums, moments.columns)[0]
    return weights


def draw_weights(moments: Moments, *, draws: int, seed: int) -> Numbers:
    """Return the weights in draws of as many clusters with replacement (the pairs bootstrap), one row a draw."""
    return np.concatenate(list(_drawn(moments, draws, np.random.default_rng(seed))))


def _drawn(moments: Moments, draws: int, rng: np.random.Generator) -> Iterator[Numbers]:
    total = int(moments.clusters.sum())
    for start in range(0, draws, _DRAWS_AT_ONCE):
        number = min(_DRAWS_AT_ONCE, draws - start)
        counts = rng.multinomial(total, moments.clusters / total, size=number).astype(np.float64)
        yield _weights(counts @ moments.sums, moments.columns)


def _weights(sums: Numbers, columns: int) -> Numbers:
    size = columns + 2
    full = np.zeros((len(sums), size, size))
    left, right = np.triu_indices(size)
    full[:, left, right] = sums
    full[:, right, left] = sums
    count = full[:, :1, :1]
    means = full[:, 0, 1:] / count[:, 0]
    covariance = full[:, 1:, 1:] / count - means[:, :, None] * means[:, None, :]
    spread = np.einsum("dii->di", covariance)
    scale = np.where(spread > _LEAST, 1 / np.sqrt(np.where(spread > _LEAST, spread, 1.0)), 0.0)
    correlations = covariance * scale[:, :, None] * scale[:, None, :]
    return relative_weights(correlations[:, :-1, :-1], correlations[:, :-1, -1])
