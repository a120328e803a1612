"""The score of what to improve first: five parts on fixed anchors, from counts of units and under given weights.

Anchors are fixed, so that no theme's score rests on which other themes there are. See docs/methods/ranking.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.insight_tables import FULL_RATIO, FULL_SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from voice_of_care.settings import RankingSettings

_DIGITS = 12
"""Scores that differ by less are the same: a sum's last bits must not decide on a rank."""


class Counts(NamedTuple):
    """Weights of units, themes along the last axis; any number of draws may come before it.

    `heard` is of all units; `raised` of those who raise a theme, `bad` of these with something bad to say of it; the
    last four the same of staff and of service users, None where the two can't be set side by side.
    """

    heard: NDArray[np.float64]
    raised: NDArray[np.float64]
    bad: NDArray[np.float64]
    staff_heard: NDArray[np.float64] | None = None
    staff_raised: NDArray[np.float64] | None = None
    users_heard: NDArray[np.float64] | None = None
    users_raised: NDArray[np.float64] | None = None


def score_parts(
    counts: Counts, *, momentum: NDArray[np.float64] | None, severity: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the parts there are, each 0 to 1, by name and in the order of `RANKING_PARTS`.

    A theme that nobody of those counted raises is 0 in all of them: it is not on their list.

    Args:
        counts: who was heard, and who raises what.
        momentum: of each theme; None where movement was not looked for.
        severity: of each theme.
    """
    reach = _by_anchor(counts.raised, counts.heard)
    parts = {"reach": reach, "concern": (counts.bad + 1) / (counts.raised + 2) * reach}
    shared = _shared(counts)
    if shared is not None:
        parts["shared"] = shared
    is_raised = counts.raised > 0
    if momentum is not None:
        parts["momentum"] = np.where(is_raised, momentum, 0.0)
    parts["severity"] = np.where(is_raised, severity, 0.0)
    return parts


def momentum_of(low: float | None) -> float:
    """Return the part for a rate ratio's lower bound; 0 where there is none, or no rise."""
    if low is None or math.isnan(low) or low <= 1:
        return 0.0
    return min(1.0, math.log(low) / math.log(FULL_RATIO))


def weigh(given: RankingSettings, parts: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """Return the weights of these parts, rescaled to sum to 1; None where all of them are 0."""
    weights = np.array([getattr(given, name) for name in parts], dtype=np.float64)
    total = weights.sum()
    return weights / total if total > 0 else None


def score(parts: Mapping[str, NDArray[np.float64]], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean of the parts.

    Args:
        parts: by name.
        weights: along the last axis, in the order of the parts; draws may come before it.
    """
    total = np.zeros(1)
    for place, part in enumerate(parts.values()):
        total = total + weights[..., place, None] * part
    return np.round(total, _DIGITS)


def rank(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return ranks along the last axis, 1 for the highest; of equals the one that stands first comes first."""
    order = np.argsort(-scores, axis=-1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(1, scores.shape[-1] + 1), order.shape), axis=-1)
    return ranks


def _shared(counts: Counts) -> NDArray[np.float64] | None:
    if counts.staff_raised is None or counts.users_raised is None:
        return None
    if counts.staff_heard is None or counts.users_heard is None:
        return None
    staff = _by_anchor(counts.staff_raised, counts.staff_heard)
    return np.minimum(staff, _by_anchor(counts.users_raised, counts.users_heard))


def _by_anchor(raised: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares by the anchor; a draw in which nobody was heard holds a share of 0."""
    shares = raised / np.maximum(heard, 1.0)[..., None]
    return np.asarray(np.minimum(1.0, shares / FULL_SHARE))
