"""Candidate themes: what later comments say that is new, put as a theme that a person names or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.tables import ASSIGNMENTS, QUOTES, THEME_PROTOTYPES, THEME_TERMS, THEME_VECTORS, THEMES, conform
from voice_of_care.themes.assign import FURTHER_STRENGTH, Leaves, leaf_cosines
from voice_of_care.themes.cluster import unit_rows
from voice_of_care.themes.frozen import Frozen, prototypes_table, reaches_of, vectors_table
from voice_of_care.themes.identity import SAME_THEME
from voice_of_care.themes.labels import is_general
from voice_of_care.themes.novelty import MOST_KNOWN, MOST_TEXTS, Ground, Known, find_novel, first_by_hash
from voice_of_care.themes.said import place_names, quotes_of
from voice_of_care.themes.tree import build_tree

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings

REST = "rest"
CONTRAST_TEXTS = 300
"""A candidate's words are told from those of so many other later texts."""


class Scene(NamedTuple):
    """Where something new is looked for.

    `later` are segments that say something and came since themes were fitted, as `gather_said` gives them; `known` are
    texts of earlier segments that have a theme; `standing` are the frozen themes, `waiting` the candidates that wait
    for a person and `refused` those a person refused, None where there are none.
    """

    later: pd.DataFrame
    known: list[str]
    standing: Frozen
    waiting: Frozen | None
    refused: Frozen | None


class Candidates(NamedTuple):
    """Rows that candidates add to the tables of themes."""

    themes: pd.DataFrame
    theme_terms: pd.DataFrame
    theme_vectors: pd.DataFrame
    theme_prototypes: pd.DataFrame
    assignments: pd.DataFrame
    quotes: pd.DataFrame


def no_candidates() -> Candidates:
    """Return tables without rows."""
    tables = (THEMES, THEME_TERMS, THEME_VECTORS, THEME_PROTOTYPES, ASSIGNMENTS, QUOTES)
    return Candidates(*(table.empty() for table in tables))


def find_candidates(
    scene: Scene,
    safe_comments: pd.DataFrame,
    *,
    last_number: int,
    embedder: Embedder,
    settings: ThemeSettings,
) -> Candidates:
    """Return new candidates, and what joins those that wait already.

    Args:
        scene: where to look.
        safe_comments: for names of services and sites, which are no theme's.
        last_number: highest number ever given to a theme.
        embedder: the sentence model.
        settings: how candidates are named.
    """
    said = _unheard_of(scene, embedder)
    if not said.texts:
        return no_candidates()
    nearest = leaf_cosines(said.vectors, scene.standing.leaves).max(axis=1)
    joins = _joins(said.vectors, nearest, scene.waiting)
    is_free = (joins < 0) & (_joins(said.vectors, nearest, scene.refused) < 0)
    groups, of_waiting = _apart_from(_new_groups(said, is_free, scene, embedder), said.vectors, scene)
    joined = _assigned(said, joins=_with_groups(joins, of_waiting), frozen=scene.waiting)
    if not groups:
        return no_candidates()._replace(assignments=joined)
    made = _frozen_groups(groups, said.vectors, last_number)
    members = np.where(is_free, _joins(said.vectors, nearest, made), -1)
    for leaf, group in enumerate(groups):
        members[group] = leaf
    held = _assigned(said, joins=members, frozen=made)
    named = _named(held, said, made, place_names(safe_comments), embedder, settings)
    assignments = pd.concat([each for each in (joined, held) if len(each)], ignore_index=True)
    return named._replace(assignments=conform(assignments, ASSIGNMENTS))


class _Said(NamedTuple):
    """Later segments that may say something new: their rows, and their distinct texts with vectors."""

    later: pd.DataFrame
    texts: list[str]
    vectors: np.ndarray


def _unheard_of(scene: Scene, embedder: Embedder) -> _Said:
    """Return later segments whose very words were not said before, and that do more than judge."""
    later = scene.later[~scene.later["text"].isin(set(scene.known))]
    later = later[~later["text"].map(is_general).astype(bool)]
    texts = first_by_hash(sorted(set(later["text"])), MOST_TEXTS)
    vectors = np.asarray(embedder.embed(texts), dtype=np.float64) if texts else np.empty((0, embedder.dimensions))
    return _Said(later[later["text"].isin(set(texts))], texts, vectors)


def _joins(vectors: np.ndarray, nearest: np.ndarray, candidates: Frozen | None) -> np.ndarray:
    """Return the candidate each text is of, -1 for none: it is within reach, and nearer than all standing themes."""
    if candidates is None:
        return np.full(len(vectors), -1, dtype=np.int64)
    cosines = leaf_cosines(vectors, candidates.leaves)
    best = np.where(cosines >= candidates.reach, cosines, -2.0).argmax(axis=1)
    own = cosines[np.arange(len(cosines)), best]
    joined: np.ndarray = np.where((own >= candidates.reach[best]) & (own > nearest), best, -1)
    return joined


def _new_groups(said: _Said, is_free: np.ndarray, scene: Scene, embedder: Embedder) -> list[list[int]]:
    """Return groups of rows of texts that say something new."""
    free = [int(row) for row in np.flatnonzero(is_free)]
    texts = [said.texts[row] for row in free]
    units, gatherings = (
        said.later.groupby("text")[column].agg(frozenset).reindex(texts).tolist() for column in ("unit", "gathering")
    )
    known = first_by_hash([text for text in scene.known if not is_general(text)], MOST_KNOWN)
    if not known:
        return []
    compared = Known(known, np.asarray(embedder.embed(known), dtype=np.float64), scene.standing.leaves.centroids)
    found = find_novel(Ground(texts, said.vectors[free], units, gatherings), compared)
    return [[free[row] for row in rows] for rows in found]


def _apart_from(
    groups: list[list[int]], vectors: np.ndarray, scene: Scene
) -> tuple[list[list[int]], dict[int, list[int]]]:
    """Return groups that are no candidate known already, and the rows of those that are, by waiting candidate."""
    new: list[list[int]] = []
    of_waiting: dict[int, list[int]] = {}
    for rows in groups:
        centre = unit_rows(vectors[rows].mean(axis=0, keepdims=True))[0]
        if scene.refused is not None and _likest(centre, scene.refused)[1] >= SAME_THEME:
            continue
        place, cosine = _likest(centre, scene.waiting) if scene.waiting is not None else (-1, -1.0)
        if cosine >= SAME_THEME:
            of_waiting.setdefault(place, []).extend(rows)
        else:
            new.append(rows)
    return new, of_waiting


def _likest(centre: np.ndarray, candidates: Frozen) -> tuple[int, float]:
    cosines = np.round(candidates.leaves.centroids @ centre, 6)
    return int(cosines.argmax()), float(cosines.max())


def _with_groups(joins: np.ndarray, of_waiting: dict[int, list[int]]) -> np.ndarray:
    filled = joins.copy()
    for place, rows in sorted(of_waiting.items()):
        filled[rows] = place
    return filled


def _frozen_groups(groups: list[list[int]], vectors: np.ndarray, last_number: int) -> Frozen:
    """Return groups as frozen themes of one prototype each, numbered on."""
    rows = np.array([row for group in groups for row in group], dtype=np.int64)
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    topics = [[leaf] for leaf in range(len(groups))]
    centroids = unit_rows(np.stack([vectors[group].mean(axis=0) for group in groups]))
    leaves = Leaves(centroids, np.arange(len(groups)), centroids, topics)
    ids = [f"T{last_number + place:02d}" for place in range(1, len(groups) + 1)]
    return Frozen(ids, leaves, reaches_of(labels, labels, vectors[rows], topics=topics), (-1, -1))


def _assigned(said: _Said, *, joins: np.ndarray, frozen: Frozen | None) -> pd.DataFrame:
    """Return assignments of later segments to candidates, in the segments' order; as strong as a text is near."""
    rows = np.flatnonzero(joins >= 0)
    if frozen is None or not len(rows):
        return ASSIGNMENTS.empty()
    cosines = np.round(np.clip(leaf_cosines(said.vectors, frozen.leaves), FURTHER_STRENGTH, 1.0), 4)
    strength_of = {said.texts[row]: float(cosines[row, joins[row]]) for row in rows}
    id_of = {said.texts[row]: frozen.theme_ids[joins[row]] for row in rows}
    held = said.later[said.later["text"].isin(set(id_of))]
    assigned = held[["segment_id"]].assign(
        theme_id=held["text"].map(id_of), strength=held["text"].map(strength_of), origin="model"
    )
    return conform(assigned, ASSIGNMENTS)


def _named(
    assigned: pd.DataFrame, said: _Said, made: Frozen, places: list[str], embedder: Embedder, settings: ThemeSettings
) -> Candidates:
    """Return the rows of new candidates, told from the rest of what was said later."""
    leaf_of = {theme_id: leaf for leaf, theme_id in enumerate(made.theme_ids)}
    mentions = _mentions(assigned, said, leaf_of)
    ids, centroids = list(made.theme_ids), made.leaves.centroids
    rest = sorted(set(mentions.loc[mentions["leaf"] == len(leaf_of), "row"]))
    if rest:
        ids.append(REST)
        centroids = np.vstack([centroids, unit_rows(said.vectors[rest].mean(axis=0, keepdims=True))])
    tree = build_tree(
        centroids,
        mentions,
        said.texts,
        said.vectors,
        leaf_ids=ids,
        places=places,
        embedder=embedder,
        settings=settings.model_copy(update={"most_parents": len(ids)}),
    )
    themes = tree.themes[tree.themes["theme_id"].isin(leaf_of)].sort_values("theme_id", kind="stable")
    of_candidates = mentions[mentions["leaf"] < len(leaf_of)]
    return Candidates(
        themes=conform(themes.assign(status="candidate"), THEMES),
        theme_terms=conform(tree.theme_terms[tree.theme_terms["theme_id"].isin(leaf_of)], THEME_TERMS),
        theme_vectors=vectors_table(made.theme_ids, made.leaves.centroids, model=embedder.name),
        theme_prototypes=prototypes_table(made, model=embedder.name),
        assignments=assigned,
        quotes=quotes_of(of_candidates, said.vectors, made.leaves.centroids, made.theme_ids),
    )


def _mentions(assigned: pd.DataFrame, said: _Said, leaf_of: dict[str, int]) -> pd.DataFrame:
    """Return mentions of the candidates, and those of other later texts as one leaf more."""
    held = said.later.merge(
        assigned[["segment_id", "theme_id", "strength"]], on="segment_id", how="left", validate="one_to_one"
    )
    is_held = held["theme_id"].notna()
    rest = set(first_by_hash(sorted(set(said.texts) - set(held.loc[is_held, "text"])), CONTRAST_TEXTS))
    mentions = held[is_held | held["text"].isin(rest)]
    row_of = {text: row for row, text in enumerate(said.texts)}
    return mentions.assign(
        leaf=mentions["theme_id"].map(leaf_of).fillna(len(leaf_of)).astype("int64"),
        row=mentions["text"].map(row_of),
        strength=mentions["strength"].fillna(FURTHER_STRENGTH),
    ).reset_index(drop=True)
