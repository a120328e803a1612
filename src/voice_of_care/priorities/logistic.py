"""Logistic regression with a given starting point: what examples add to what was judged before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_MOST_STEPS = 200


class Correction(NamedTuple):
    """What to add to a judgement made before: a weight for each feature and priority, and an offset."""

    weights: Matrix
    bias: Matrix

    def of(self, features: Matrix) -> Matrix:
        """Return what to add, one row a text and one column a priority."""
        with threadpool_limits(limits=1):
            added: Matrix = features @ self.weights + self.bias
        return added


def fit_correction(
    features: Matrix,
    targets: Matrix,
    *,
    judged: Matrix,
    row_weights: Matrix,
    ridge: float,
    bias_ridge: float,
    start: Correction | None = None,
) -> Correction:
    """Return the correction under which the targets are likeliest, kept small by the penalties.

    With no reason to correct it is nought: the prior of the weights is centred on the judgement made before.

    Args:
        features: one row an example.
        targets: 1 where the example speaks of the priority, 0 where not, or how likely; one column a priority.
        judged: logits given before.
        row_weights: how much each target counts.
        ridge: penalty on the weights.
        bias_ridge: penalty on the offsets.
        start: a correction near the one looked for; saves steps.
    """
    width, priorities = features.shape[1], targets.shape[1]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, bias = flat[: width * priorities].reshape(width, priorities), flat[width * priorities :]
        logits = features @ weights + bias + judged
        pull = row_weights * (expit(logits) - targets)
        total = (row_weights * (np.logaddexp(0, logits) - targets * logits)).sum()
        total += (ridge * (weights**2).sum() + bias_ridge * (bias**2).sum()) / 2
        slopes = np.concatenate([(features.T @ pull + ridge * weights).ravel(), pull.sum(axis=0) + bias_ridge * bias])
        return float(total), slopes

    first = np.zeros(width * priorities + priorities)
    if start is not None:
        first = np.concatenate([start.weights.ravel(), start.bias])
    with threadpool_limits(limits=1):
        found = minimize(
            loss,
            first,
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _MOST_STEPS},
        )
    flat: Matrix = found.x
    return Correction(flat[: width * priorities].reshape(width, priorities), flat[width * priorities :])
