"""Which theme is which when comments are analysed again: ids are kept by matching centroids, and never reused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from voice_of_care.tables import THEME_VECTORS, conform
from voice_of_care.themes.cluster import unit_rows

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder

SAME_THEME = 0.75
"""A centroid this near to a known theme's centroid is the same theme."""

_ID = re.compile(r"T(\d+)$")


def match_known(centroids: np.ndarray, known_ids: list[str], known_vectors: np.ndarray) -> list[str | None]:
    """Return the known id of each centroid, or None: the one-to-one matching with the greatest sum of cosines."""
    found: list[str | None] = [None] * len(centroids)
    if not known_ids or not len(centroids):
        return found
    cosines = np.round(centroids @ known_vectors.T, 6)
    rows, columns = linear_sum_assignment(-np.where(cosines >= SAME_THEME, cosines, 0.0))
    for row, column in zip(rows, columns, strict=True):
        if cosines[row, column] >= SAME_THEME:
            found[row] = known_ids[column]
    return found


def in_space_of(
    embedder: Embedder, known: pd.DataFrame, *, segments: pd.DataFrame, assignments: pd.DataFrame
) -> pd.DataFrame:
    """Return known themes with those of another model embedded anew from their texts, so that they can come back.

    A theme's centroid is the mean over the different texts that it is the best theme of. Themes that went before the
    last run have no texts; they stay as they are.

    Args:
        embedder: what the next themes are found with.
        known: theme vectors of the last run.
        segments: of the last run.
        assignments: of the last run.
    """
    foreign = known.loc[known["model"] != embedder.name, "theme_id"]
    given = assignments.sort_values("strength", ascending=False, kind="stable").drop_duplicates("segment_id")
    given = given[given["theme_id"].isin(foreign)].merge(segments[["segment_id", "text"]], on="segment_id")
    texts_of = {theme_id: sorted(set(of_theme)) for theme_id, of_theme in given.groupby("theme_id")["text"]}
    texts = sorted(set(given["text"]))
    if not texts:
        return known
    row_of = {text: row for row, text in enumerate(texts)}
    vectors = np.asarray(embedder.embed(texts), dtype=np.float64)
    rows = []
    for record in known.to_dict("records"):
        found = [row_of[text] for text in texts_of.get(record["theme_id"], ())]
        if found:
            centre = unit_rows(vectors[found].mean(axis=0, keepdims=True))[0]
            record = {**record, "model": embedder.name, "vector": [float(each) for each in np.round(centre, 6)]}
        rows.append(record)
    return conform(pd.DataFrame(rows, columns=list(THEME_VECTORS.columns)), THEME_VECTORS)


def number_new(found: list[str | None], order: list[int], *, highest: int) -> list[str]:
    """Give new ids to what has none, in the order given, after the highest ever used."""
    ids = list(found)
    following = highest
    for place in order:
        if ids[place] is None:
            following += 1
            ids[place] = f"T{following:02d}"
    return [name for name in ids if name is not None]


def highest_number(ids: list[str]) -> int:
    """Return the highest number among theme ids, 0 where there is none."""
    numbers = [int(match.group(1)) for match in map(_ID.match, ids) if match]
    return max(numbers, default=0)
