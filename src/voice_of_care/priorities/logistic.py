"""Logistic regression with a given starting point: what examples add to what was judged before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize
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
    features: Matrix, targets: Matrix, *, judged: Matrix, row_weights: Matrix, ridge: float, bias_ridge: float
) -> Correction:
    """Return the correction under which the targets are likeliest, kept small by the penalties.

    With no reason to correct it is nought: the prior of the weights is centred on the judgement made before.

    Args:
        features: one row an example.
        targets: 1 where the example speaks of the priority, else 0; one column a priority.
        judged: logits given before.
        row_weights: how much each target counts.
        ridge: penalty on the weights.
        bias_ridge: penalty on the offsets.
    """
    width, priorities = features.shape[1], targets.shape[1]
    sign = 2 * targets - 1

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, bias = flat[: width * priorities].reshape(width, priorities), flat[width * priorities :]
        margin = sign * (features @ weights + bias + judged)
        pull = -row_weights * sign / (1 + np.exp(np.minimum(margin, 500)))
        total = (row_weights * np.logaddexp(0, -margin)).sum()
        total += (ridge * (weights**2).sum() + bias_ridge * (bias**2).sum()) / 2
        slopes = np.concatenate([(features.T @ pull + ridge * weights).ravel(), pull.sum(axis=0) + bias_ridge * bias])
        return float(total), slopes

    with threadpool_limits(limits=1):
        found = minimize(
            loss,
            np.zeros(width * priorities + priorities),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _MOST_STEPS},
        )
    flat: Matrix = found.x
    return Correction(flat[: width * priorities].reshape(width, priorities), flat[width * priorities :])
