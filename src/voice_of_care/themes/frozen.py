"""Frozen themes: what later comments are given their themes by, until themes are refitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.errors import StoreError
from voice_of_care.tables import THEME_PROTOTYPES, THEME_VECTORS, conform
from voice_of_care.themes.assign import Leaves, Places
from voice_of_care.themes.cluster import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

OUT_OF_REACH = 0.05
"""A theme reaches as far as all but this share of its own texts, each compared with a theme that lacks it."""

TEXTS_FOR_A_REACH = 20
"""The reach of all themes together weighs as much as this many texts: a quantile of a few says little."""

GENERAL = ("praise", "dissatisfaction")


class Frozen(NamedTuple):
    """Themes as fitted: their ids, leaves with prototypes, how far each reaches, and which only judge (-1 for none).

    `general` holds the leaves of praise and of dissatisfaction at large.
    """

    theme_ids: list[str]
    leaves: Leaves
    reach: np.ndarray
    general: tuple[int, int]

    def places(self, pinned: np.ndarray) -> Places:
        """Return what is known of new texts; `pinned` is the leaf each belongs to whatever its vector says, or -1."""
        nowhere = np.full(len(pinned), -1, dtype=np.int64)
        return Places(nowhere, pinned, tuple(leaf for leaf in self.general if leaf >= 0))


def reaches_of(
    labels: np.ndarray, micro: np.ndarray, vectors: np.ndarray, *, topics: Sequence[list[int]]
) -> np.ndarray:
    """Return the least cosine, for each leaf, from which a text is of it.

    It is a low quantile over the leaf's fitted texts of the cosine to the leaf's nearest prototype, each text left out
    of its own one, so that it holds for texts not seen. Leaves of few texts lean on the quantile over all.

    Args:
        labels: topic of each fitted text.
        micro: small group of each fitted text.
        vectors: unit vectors of the fitted texts.
        topics: the topics of each leaf.
    """
    near = [_left_out_cosines(micro[rows], vectors[rows]) for rows in (np.isin(labels, group) for group in topics)]
    overall = float(np.quantile(np.concatenate(near), OUT_OF_REACH))
    reach = [
        (len(of_leaf) * float(np.quantile(of_leaf, OUT_OF_REACH)) + TEXTS_FOR_A_REACH * overall)
        / (len(of_leaf) + TEXTS_FOR_A_REACH)
        for of_leaf in near
    ]
    return np.round(np.array(reach), 4)


def _left_out_cosines(micro: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return each text's cosine to the nearest mean of a small group, itself left out of its own."""
    exact = np.asarray(vectors, dtype=np.float64)
    numbers, own = np.unique(micro, return_inverse=True)
    sums = np.zeros((len(numbers), exact.shape[1]))
    np.add.at(sums, own, exact)
    cosines = exact @ unit_rows(sums).T
    rows = np.arange(len(exact))
    rest = sums[own] - exact
    is_alone = np.bincount(own)[own] == 1
    cosines[rows, own] = np.where(is_alone, -1.0, (exact * unit_rows(rest)).sum(axis=1))
    nearest: np.ndarray = np.round(cosines.max(axis=1), 6)
    return nearest if len(numbers) > 1 or not is_alone.all() else np.ones(len(exact))


def prototypes_table(frozen: Frozen, *, model: str) -> pd.DataFrame:
    """Return what is stored of frozen themes, in the order of their ids."""
    general_of = {leaf: name for leaf, name in zip(frozen.general, GENERAL, strict=True) if leaf >= 0}
    rows = [
        {
            "theme_id": frozen.theme_ids[leaf],
            "number": number,
            "model": model,
            "reach": float(frozen.reach[leaf]),
            "general": general_of.get(leaf),
            "vector": [float(value) for value in np.round(frozen.leaves.prototypes[place], 6)],
        }
        for leaf in sorted(range(len(frozen.theme_ids)), key=lambda place: frozen.theme_ids[place])
        for number, place in enumerate(np.flatnonzero(frozen.leaves.owners == leaf), start=1)
    ]
    return conform(pd.DataFrame(rows, columns=list(THEME_PROTOTYPES.columns)), THEME_PROTOTYPES)


def thaw(prototypes: pd.DataFrame, theme_vectors: pd.DataFrame, *, model: str) -> Frozen:
    """Return frozen themes from what is stored of them.

    Args:
        prototypes: rows of `theme_prototypes`.
        theme_vectors: their centroids; others are left aside.
        model: the embedder that new texts are embedded with.

    Raises:
        StoreError: the themes were found with another model, so that new texts can't be compared with them.
    """
    if prototypes.empty or set(prototypes["model"]) != {model}:
        msg = (
            "The themes were found with another version of the sentence encoder, so comments can't join them."
            " Run 'voice-of-care refit' on this project."
        )
        raise StoreError(msg)
    ids = sorted(set(prototypes["theme_id"]))
    leaf_of = {theme_id: leaf for leaf, theme_id in enumerate(ids)}
    ordered = prototypes.sort_values(["theme_id", "number"], kind="stable")
    first = ordered.drop_duplicates("theme_id").set_index("theme_id")
    centroid_of = theme_vectors.set_index("theme_id")["vector"]
    leaves = Leaves(
        unit_rows(np.array(ordered["vector"].tolist(), dtype=np.float64)),
        ordered["theme_id"].map(leaf_of).to_numpy(dtype=np.int64),
        unit_rows(np.array([centroid_of[theme_id] for theme_id in ids], dtype=np.float64)),
        [[leaf] for leaf in range(len(ids))],
    )
    general = [first.index[first["general"].eq(name).to_numpy(dtype=bool, na_value=False)] for name in GENERAL]
    praise, complaint = (leaf_of[str(found[0])] if len(found) else -1 for found in general)
    return Frozen(ids, leaves, first["reach"].loc[ids].to_numpy(dtype=np.float64), (praise, complaint))


def vectors_table(ids: list[str], centroids: np.ndarray, *, model: str) -> pd.DataFrame:
    """Return leaves' centroids in the order of their ids."""
    rows = [
        {"theme_id": ids[leaf], "model": model, "vector": [float(value) for value in np.round(centroids[leaf], 6)]}
        for leaf in sorted(range(len(ids)), key=lambda place: ids[place])
    ]
    return conform(pd.DataFrame(rows, columns=list(THEME_VECTORS.columns)), THEME_VECTORS)
