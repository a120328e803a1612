"""Which theme is which when comments are analysed again: ids are kept by matching centroids, and never reused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from voice_of_care.tables import THEME_VECTORS, conform
from voice_of_care.themes.cluster import unit_rows

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder

SAME_THEME = 0.75
"""A centroid this near to a known theme's centroid is the same theme."""

MOST = 0.5
"""Themes are the same where each holds at least this share of the other's units."""

PART = 0.2
"""A smaller share than this is no part worth telling of."""

UNKNOWN_WEIGHT = 0.5
"""A cosine alone weighs less than units in common."""

_ID = re.compile(r"T(\d+)$")


class Former(NamedTuple):
    """What segments were of before themes are fitted anew: their themes, and what is known of these.

    `assignments` are as reviewers' decisions left them. `candidates` are themes that were found later, named or
    not: what is in one counts as its own. `refused` are candidates that a person refused; nothing is matched with them.
    `last_theme_number` is the highest number ever given to a theme.
    """

    assignments: pd.DataFrame
    candidates: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    last_theme_number: int = 0


def strongest_theme(assignments: pd.DataFrame, *, first: frozenset[str] = frozenset()) -> pd.Series:
    """Return the one theme of each segment, by segment_id: its strongest, or one of `first` where it has one."""
    goes_first = assignments["theme_id"].isin(first)
    ordered = assignments.assign(goes_first=goes_first).sort_values(
        ["segment_id", "goes_first", "strength", "theme_id"], ascending=[True, False, False, True], kind="stable"
    )
    return ordered.drop_duplicates("segment_id").set_index("segment_id")["theme_id"]


class Overlap(NamedTuple):
    """Units that old and new themes share: a table of old (rows) by new (columns), and the units of each."""

    shared: pd.DataFrame
    old: pd.Series
    new: pd.Series

    @property
    def of_old(self) -> pd.DataFrame:
        """Return the share of each old theme's units that is in each new one."""
        return self.shared.div(self.old, axis=0)

    @property
    def of_new(self) -> pd.DataFrame:
        """Return the share of each new theme's units that was in each old one."""
        return self.shared.div(self.new, axis=1)


def overlap_of(before: pd.Series, after: pd.Series, units: pd.Series) -> Overlap:
    """Return how many units have a segment in both an old and a new theme.

    Args:
        before: old theme of each segment_id.
        after: new theme of each segment_id.
        units: unit of each segment_id that is there now; others don't count.
    """
    both = pd.DataFrame({"unit": units, "old": before.reindex(units.index), "new": after.reindex(units.index)})
    old = both.dropna(subset=["old"]).groupby("old")["unit"].nunique()
    new = both.dropna(subset=["new"]).groupby("new")["unit"].nunique()
    pairs = both.dropna().drop_duplicates(["unit", "old", "new"])
    shared = pd.crosstab(pairs["old"], pairs["new"]).reindex(index=old.index, columns=new.index, fill_value=0)
    return Overlap(shared, old, new)


def match_known(
    centroids: np.ndarray, known_ids: list[str], known_vectors: np.ndarray, *, overlap: np.ndarray | None = None
) -> list[str | None]:
    """Return the known id of each centroid, or None.

    Themes of which each holds most of the other are the same. The rest is matched one to one with the greatest sum of
    likeness: units in common, the cosine where none is known to be of the old theme. A pair may be matched where
    most of either is in the other, or the cosine is `SAME_THEME` and a part of either is.

    Args:
        centroids: of the new themes.
        known_ids: ids of the old themes.
        known_vectors: their centroids; zeros for one of another model.
        overlap: shares, shape (2, new themes, old themes): of the old theme's units that are in the new one, and of the
            new one's that were in the old one; NaN where an old theme has no units. None to go by cosines alone.
    """
    found: list[str | None] = [None] * len(centroids)
    if not known_ids or not len(centroids):
        return found
    cosines = np.round(centroids @ known_vectors.T, 6)
    near = cosines >= SAME_THEME
    score = np.where(near, cosines, 0.0)
    if overlap is not None:
        is_unknown = np.isnan(overlap[0])
        of_old, of_new = np.nan_to_num(np.round(overlap, 6))
        larger, smaller = np.maximum(of_old, of_new), np.minimum(of_old, of_new)
        may_match = (larger >= MOST) | (near & (is_unknown | (larger >= PART)))
        common = 2.0 * of_old * of_new / np.maximum(of_old + of_new, 1e-9)
        score = np.where(may_match, np.where(is_unknown, UNKNOWN_WEIGHT * cosines, common) + 1e-3, 0.0)
        score = np.where(smaller >= MOST, score + len(centroids), score)
    rows, columns = linear_sum_assignment(-score)
    for row, column in zip(rows, columns, strict=True):
        if score[row, column] > 0.0:
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
