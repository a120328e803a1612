"""Find themes: the room's flow, from segments to themes, assignments and quotes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from voice_of_care.errors import TooLittleDataError
from voice_of_care.tables import ASSIGNMENTS, SET_ASIDE, THEME_VECTORS, THEMES, conform
from voice_of_care.themes.assign import strengths_of
from voice_of_care.themes.cluster import unit_rows
from voice_of_care.themes.fitting import fit_leaves
from voice_of_care.themes.frozen import Frozen, prototypes_table, vectors_table
from voice_of_care.themes.identity import Former, highest_number, match_known, number_new, overlap_of, strongest_theme
from voice_of_care.themes.nearness import some_of, spoken_of, tell_nearness
from voice_of_care.themes.said import Given, gather_said, mentions_of, place_names, quotes_of
from voice_of_care.themes.tree import build_tree
from voice_of_care.themes.words import REASON_NO_THEME

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings
    from voice_of_care.themes.fitting import Fitted
    from voice_of_care.themes.guided import Guide, Seed

STEP = "themes"
SEEDS = "seeds"
FEWEST_TEXTS = 10
"""Fewer different segments that say something can't be themed."""


class ThemesFound(NamedTuple):
    """Themes with their parents, the leaves of each segment, quotes, what later ones join by, and what fits none.

    `nearness` tells how like each segment is to what others said.
    """

    themes: pd.DataFrame
    theme_terms: pd.DataFrame
    assignments: pd.DataFrame
    quotes: pd.DataFrame
    theme_vectors: pd.DataFrame
    theme_prototypes: pd.DataFrame
    nearness: pd.DataFrame
    set_aside: pd.DataFrame


def find_themes(
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    *,
    embedder: Embedder,
    settings: ThemeSettings,
    unit_of: pd.Series,
    sentiments: pd.DataFrame,
    statements: pd.DataFrame | None = None,
    known: pd.DataFrame | None = None,
    former: Former | None = None,
    guide: Guide | None = None,
) -> ThemesFound:
    """Find what the segments are about.

    Args:
        segments: as `split_segments` gives them.
        safe_comments: their comments.
        embedder: the sentence model.
        settings: how many themes, how few units, further stop words, the seed.
        unit_of: the unit of each comment_id; themes are sized by units.
        sentiments: the sentiment of each segment, for disconfirming quotes, and for descriptions where there are no
            statements.
        statements: what each segment does (praise, concern, suggestion), for descriptions.
        known: theme vectors of an earlier run; themes that come back keep their ids.
        former: what the segments were of then, to tell by which themes come back; by their centroids alone without it.
        guide: what to seed themes with, on request; the rest is discovered all the same.

    Raises:
        TooLittleDataError: too few different segments or units.
    """
    with threadpool_limits(1):
        given = Given(segments, safe_comments, unit_of, sentiments, statements)
        return _find(given, _Past(known, former), guide, embedder, settings)


class _Past(NamedTuple):
    """Theme vectors of an earlier run, and what the segments were of then."""

    known: pd.DataFrame | None
    former: Former | None


def _find(given: Given, past: _Past, guide: Guide | None, embedder: Embedder, settings: ThemeSettings) -> ThemesFound:
    said = gather_said(given)
    usable = said[said["reason"].isna()]
    texts = sorted(set(usable["text"]))
    _check_enough(texts, usable, settings)
    vectors = embedder.embed(texts)
    place = {text: row for row, text in enumerate(texts)}
    usable = usable.assign(row=usable["text"].map(place).to_numpy())
    fitted = fit_leaves(texts, vectors, usable, embedder=embedder, settings=settings, guide=guide)
    leaves = fitted.leaves
    strengths = strengths_of(vectors, leaves, places=fitted.places)
    mentions = mentions_of(usable, strengths)
    ids, retired = _identify(leaves.centroids, mentions, past.known, past.former, model=embedder.name)
    tree = build_tree(
        leaves.centroids,
        mentions,
        texts,
        vectors,
        leaf_ids=ids,
        places=place_names(given.safe_comments),
        embedder=embedder,
        settings=settings,
    )
    quotes = quotes_of(mentions, vectors, leaves.centroids, ids)
    assignments = mentions.assign(theme_id=[ids[leaf] for leaf in mentions["leaf"]], origin="model")
    frozen = Frozen(ids, leaves, fitted.reach, fitted.general)
    spoken = spoken_of(usable, vectors)
    return ThemesFound(
        themes=_with_seeds(_with_stability(tree.themes, ids, fitted), ids, fitted.seed_of_leaf),
        theme_terms=tree.theme_terms,
        assignments=conform(assignments[list(ASSIGNMENTS.columns)], ASSIGNMENTS),
        quotes=quotes,
        theme_vectors=_with_retired(vectors_table(ids, leaves.centroids, model=embedder.name), retired),
        theme_prototypes=prototypes_table(frozen, model=embedder.name),
        nearness=tell_nearness(usable, spoken, some_of(spoken), assignments=assignments, frozen=frozen),
        set_aside=_with_unheard(aside_of(said, assignments), fitted.unheard),
    )


def aside_of(said: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    """Return what is set aside of segments as `gather_said` gives them: those that say nothing or fit no theme."""
    left = said[said["reason"].notna() | ~said["segment_id"].isin(assignments["segment_id"])]
    reasons = left["reason"].fillna(REASON_NO_THEME)
    return left.assign(step=STEP, item_id=left["segment_id"], reason=reasons)[list(SET_ASIDE.columns)]


def _check_enough(texts: list[str], usable: pd.DataFrame, settings: ThemeSettings) -> None:
    if len(texts) < FEWEST_TEXTS:
        raise TooLittleDataError(have=len(texts), need=FEWEST_TEXTS, purpose="themes (different statements)")
    units = int(usable["unit"].nunique())
    if units < settings.fewest_units:
        raise TooLittleDataError(have=units, need=settings.fewest_units, purpose="themes (respondents or sessions)")


def _identify(
    centroids: np.ndarray, mentions: pd.DataFrame, known: pd.DataFrame | None, former: Former | None, *, model: str
) -> tuple[list[str], pd.DataFrame | None]:
    """Return the leaves' ids, and the known themes that did not come back."""
    sizes = mentions.groupby("leaf")["unit"].nunique()
    order = sorted(range(len(centroids)), key=lambda leaf: (-int(sizes.get(leaf, 0)), leaf))
    highest = 0 if former is None else former.last_theme_number
    if known is None or known.empty:
        return number_new([None] * len(centroids), order, highest=highest), None
    comparable = known[(known["model"] == model) if former is None else ~known["theme_id"].isin(former.refused)]
    found: list[str | None] = [None] * len(centroids)
    if len(comparable):
        known_ids = comparable["theme_id"].tolist()
        overlap = None if former is None else _overlap(mentions, former, len(centroids), known_ids)
        found = match_known(centroids, known_ids, _vectors(comparable, model, centroids.shape[1]), overlap=overlap)
    ids = number_new(found, order, highest=max(highest, highest_number(known["theme_id"].tolist())))
    return ids, known[~known["theme_id"].isin(ids)]


def _vectors(known: pd.DataFrame, model: str, dimensions: int) -> np.ndarray:
    """Return known centroids; those of another model can't be compared and are zeros."""
    vectors = np.zeros((len(known), dimensions))
    for row, (name, vector) in enumerate(zip(known["model"], known["vector"], strict=True)):
        if name == model:
            vectors[row] = vector
    return unit_rows(vectors)


def _overlap(mentions: pd.DataFrame, former: Former, leaves: int, known_ids: list[str]) -> np.ndarray:
    """Return the shares of units in common as `match_known` takes them."""
    first = mentions.drop_duplicates("segment_id").set_index("segment_id")
    before = strongest_theme(former.assignments, first=former.candidates)
    both = overlap_of(before, first["leaf"], first["unit"])
    return np.stack(
        [
            shares.reindex(index=known_ids, columns=range(leaves)).to_numpy(dtype=np.float64).T
            for shares in (both.of_old, both.of_new)
        ]
    )


def _with_stability(tree: pd.DataFrame, ids: list[str], fitted: Fitted) -> pd.DataFrame:
    """Return the themes with how stable each is; a parent holds the texts of its children."""
    topics_of = dict(zip(ids, fitted.leaves.topics, strict=True))
    known = dict(zip(ids, fitted.stability, strict=True))
    stability = []
    for theme_id in tree["theme_id"]:
        if theme_id in known:
            stability.append(known[theme_id])
            continue
        children = tree.loc[tree["parent_id"] == theme_id, "theme_id"]
        numbers = [number for child in children for number in topics_of[child]]
        stability.append(fitted.resampled.stability(numbers, of_parent=True))
    return conform(tree.assign(stability=stability), THEMES)


def _with_seeds(themes: pd.DataFrame, ids: list[str], seed_of_leaf: list[Seed | None]) -> pd.DataFrame:
    """Return the themes with seeded ones under their seeds' labels; whoever else had the label is called other."""
    seeds = {theme_id: seed for theme_id, seed in zip(ids, seed_of_leaf, strict=True) if seed is not None}
    counts = Counter(seed.label.lower() for seed in seeds.values())
    label_of = {
        theme_id: seed.label if counts[seed.label.lower()] == 1 else f"{seed.label} ({seed.seed_id})"
        for theme_id, seed in seeds.items()
    }
    taken = {label.lower() for label in label_of.values()}
    labels = []
    for theme_id, label in zip(themes["theme_id"], themes["label"], strict=True):
        own = label_of.get(theme_id, label)
        while theme_id not in label_of and own.lower() in taken:
            own = f"Other {own[:1].lower()}{own[1:]}"
        taken.add(own.lower())
        labels.append(own)
    seed_ids = themes["theme_id"].map({theme_id: seed.seed_id for theme_id, seed in seeds.items()})
    return conform(themes.assign(label=labels, seed=seed_ids), THEMES)


def _with_unheard(aside: pd.DataFrame, unheard: list[Seed]) -> pd.DataFrame:
    """Return what was set aside, and the seeds that made no theme: a place in the list of what is not in the themes."""
    rows = [
        {
            "step": SEEDS,
            "item_id": seed.seed_id,
            "source": seed.seed_id.split("/")[0],
            "source_ref": None,
            "reason": f"looked for on request, but too few people speak of it: {seed.label}",
        }
        for seed in unheard
    ]
    if not rows:
        return conform(aside, SET_ASIDE)
    return conform(pd.concat([aside, pd.DataFrame(rows)], ignore_index=True), SET_ASIDE)


def _with_retired(table: pd.DataFrame, retired: pd.DataFrame | None) -> pd.DataFrame:
    """Return centroids with those of earlier runs at the end, so that no id is used again."""
    if retired is None or retired.empty:
        return table
    return conform(pd.concat([table, retired[list(THEME_VECTORS.columns)]], ignore_index=True), THEME_VECTORS)
