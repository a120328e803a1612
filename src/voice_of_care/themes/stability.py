"""How well themes come back when some units are left out, and what becomes of those that do not.

A theme's stability is the mean, over the ways of leaving out units, of the greatest Jaccard likeness (texts in both
over texts in either) between the theme and a theme found without those units, counted over the texts that are left
(clusterwise stability, Hennig 2007).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voice_of_care.tables import STABLE_FROM, UNSTABLE_BELOW

if TYPE_CHECKING:
    from collections.abc import Sequence


def stability_of(members: np.ndarray, found_again: Sequence[np.ndarray]) -> np.ndarray:
    """Return the stability of each theme, 0 to 1.

    Args:
        members: booleans, which theme holds each text; shape (texts, themes).
        found_again: for each resample the theme of each text, -1 where the text was left out.
    """
    likeness = [_best_likeness(members, labels) for labels in found_again]
    stability: np.ndarray = np.round(np.stack(likeness).mean(axis=0), 4)
    return stability


def _best_likeness(members: np.ndarray, labels: np.ndarray) -> np.ndarray:
    kept = np.flatnonzero(labels >= 0)
    if not len(kept):
        return np.zeros(members.shape[1])
    _, again = np.unique(labels[kept], return_inverse=True)
    others = np.eye(int(again.max()) + 1)[again]
    mine = members[kept].astype(np.float64)
    both = mine.T @ others
    either = mine.sum(axis=0)[:, None] + others.sum(axis=0)[None, :] - both
    best: np.ndarray = (both / np.maximum(either, 1.0)).max(axis=1)
    return best


def join_unstable(
    labels: np.ndarray, centroids: np.ndarray, found_again: Sequence[np.ndarray], *, kept: frozenset[int] = frozenset()
) -> list[list[int]]:
    """Return the themes in groups that are one theme: an unstable one joins its nearest where both together are stable.

    Args:
        labels: theme of each text, numbered from 0; -1 for none.
        centroids: unit centroid of each theme.
        found_again: as for `stability_of`.
        kept: themes that join no other.
    """
    groups = [[number] for number in range(len(centroids))]
    tried: set[tuple[int, ...]] = set()
    while len(groups) > 1:
        members = np.stack([np.isin(labels, group) for group in groups], axis=1)
        stability = stability_of(members, found_again)
        weak = [
            place
            for place in np.argsort(stability, kind="stable")
            if stability[place] < UNSTABLE_BELOW and tuple(groups[place]) not in tried and not kept & set(groups[place])
        ]
        if not weak:
            break
        place = int(weak[0])
        tried.add(tuple(groups[place]))
        nearest = _nearest(place, groups, centroids)
        together = (members[:, place] | members[:, nearest])[:, None]
        if stability_of(together, found_again)[0] >= max(STABLE_FROM, float(stability[nearest])):
            groups[nearest] = sorted(groups[nearest] + groups[place])
            del groups[place]
    return groups


def _nearest(place: int, groups: Sequence[Sequence[int]], centroids: np.ndarray) -> int:
    means = np.stack([centroids[list(group)].mean(axis=0) for group in groups])
    near = np.round(means @ means[place] / np.linalg.norm(means, axis=1), 6)
    near[place] = -2.0
    return int(near.argmax())
