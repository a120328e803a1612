"""Join later comments to frozen themes: the themes stay as they are, what fits none waits in the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from voice_of_care.tables import (
    ASSIGNMENTS,
    NEARNESS,
    QUOTES,
    SET_ASIDE,
    THEME_PROTOTYPES,
    THEME_TERMS,
    THEME_VECTORS,
    THEMES,
    conform,
)
from voice_of_care.themes.assign import strengths_of
from voice_of_care.themes.candidates import Scene, find_candidates
from voice_of_care.themes.find import STEP, ThemesFound, aside_of
from voice_of_care.themes.fitting import MOSTLY
from voice_of_care.themes.frozen import thaw
from voice_of_care.themes.identity import highest_number
from voice_of_care.themes.labels import is_general
from voice_of_care.themes.nearness import MOST_COMPARED, gather_spoken, tell_nearness
from voice_of_care.themes.quotes import NEGATIVE
from voice_of_care.themes.said import Given, gather_said, mentions_of, quotes_of
from voice_of_care.themes.words import REASON_NO_THEME

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import ThemeSettings
    from voice_of_care.tables import Table
    from voice_of_care.themes.frozen import Frozen


QUOTES_A_BATCH = {"exemplar": 2, "disconfirming": 1}
"""At most this many quotes are added to a theme by each batch."""


class Earlier(NamedTuple):
    """What the project holds of its themes, as the last run left it, and what people said of candidates since.

    `set_aside` may hold what other steps set aside; `accepted` are candidates that a person confirmed, renamed or
    merged with a theme, `refused` those a person retired (`decisions.judge_candidates`).
    """

    themes: pd.DataFrame
    theme_terms: pd.DataFrame
    theme_vectors: pd.DataFrame
    theme_prototypes: pd.DataFrame
    assignments: pd.DataFrame
    quotes: pd.DataFrame
    set_aside: pd.DataFrame
    nearness: pd.DataFrame = NEARNESS.empty()
    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


class Batch(NamedTuple):
    """What came: ids of segments that are new, and of all that came since themes were fitted; what is known of them.

    `unit_of` holds the unit of each comment_id, of all comments; `sentiments` and `statements` a row at least for each
    segment that came since themes were fitted. `last_theme_number` is the highest number ever given to a theme.
    """

    fresh: frozenset[str]
    later: frozenset[str]
    unit_of: pd.Series
    sentiments: pd.DataFrame
    statements: pd.DataFrame | None
    last_theme_number: int


def join_themes(
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    *,
    earlier: Earlier,
    batch: Batch,
    embedder: Embedder,
    settings: ThemeSettings,
) -> ThemesFound:
    """Give fresh segments their themes, and look for something new among all that came since themes were fitted.

    Themes keep their ids, names, descriptions, words and parents, and old segments their assignments; sizes are counted
    anew. A fresh segment that is within reach of no theme is set aside, step "themes". A group of later segments that
    speaks of something new becomes a theme of status "candidate"; its segments keep what they have besides.

    Args:
        segments: all segments as they stand after the batch.
        safe_comments: their comments.
        earlier: what the project holds of its themes.
        batch: what came.
        embedder: the sentence model the themes were found with; texts that are not fresh should be in its cache.
        settings: how candidates are named.

    Raises:
        StoreError: the themes were found with another model.
    """
    with threadpool_limits(1):
        return _join(segments, safe_comments, earlier, batch, embedder, settings)


def _join(
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    earlier: Earlier,
    batch: Batch,
    embedder: Embedder,
    settings: ThemeSettings,
) -> ThemesFound:
    later = segments[segments["segment_id"].isin(batch.later | batch.fresh)]
    comments = safe_comments[safe_comments["comment_id"].isin(later["comment_id"])]
    sentiments = _of(later, batch.sentiments)
    statements = None if batch.statements is None else _of(later, batch.statements)
    said = gather_said(Given(later, comments, batch.unit_of, sentiments, statements))
    is_fresh = said["segment_id"].isin(batch.fresh)
    old = _still_there(earlier, segments, batch)
    standing, waiting, refused = _frozen(earlier, embedder.name)
    fresh = said[is_fresh & said["reason"].isna()]
    known = segments[segments["segment_id"].isin(old.assignments["segment_id"])]
    known = known[~known["segment_id"].isin(batch.later)]
    assigned, shown = _assign(fresh, _known_themes(old.assignments, segments, fresh, standing), standing, embedder)
    candidates = find_candidates(
        Scene(said[said["reason"].isna()], sorted(set(known["text"])), standing, waiting, refused),
        safe_comments,
        last_number=max(batch.last_theme_number, highest_number(earlier.theme_vectors["theme_id"].tolist())),
        embedder=embedder,
        settings=settings,
    )
    nearness = _nearness(fresh, _usable(segments, old, batch), assigned, standing, embedder)
    assignments = _in_order([old.assignments, assigned, candidates.assignments], segments)
    themes = _stack(THEMES, earlier.themes, _apart(candidates.themes, earlier.themes))
    return ThemesFound(
        themes=conform(themes.assign(size=_sizes(themes, assignments, segments, batch.unit_of)), THEMES),
        theme_terms=_stack(THEME_TERMS, earlier.theme_terms, candidates.theme_terms),
        assignments=assignments,
        quotes=_stack(QUOTES, old.quotes, _next_quotes(shown, old.quotes, segments), candidates.quotes),
        theme_vectors=_stack(THEME_VECTORS, earlier.theme_vectors, candidates.theme_vectors),
        theme_prototypes=_stack(THEME_PROTOTYPES, earlier.theme_prototypes, candidates.theme_prototypes),
        nearness=_stack(NEARNESS, old.nearness, nearness),
        set_aside=_stack(SET_ASIDE, old.set_aside, aside_of(said[is_fresh], assigned)),
    )


def _of(later: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["segment_id"].isin(later["segment_id"])]


def _still_there(earlier: Earlier, segments: pd.DataFrame, batch: Batch) -> Earlier:
    """Return what is held of segments that are still there and not fresh, and of seeds."""
    old = set(segments["segment_id"]) - batch.fresh
    aside = earlier.set_aside[earlier.set_aside["step"].ne(STEP) | earlier.set_aside["item_id"].isin(old)]
    return earlier._replace(
        assignments=earlier.assignments[earlier.assignments["segment_id"].isin(old)],
        quotes=earlier.quotes[earlier.quotes["segment_id"].isin(old)],
        nearness=earlier.nearness[earlier.nearness["segment_id"].isin(old)],
        set_aside=aside,
    )


def _frozen(earlier: Earlier, model: str) -> tuple[Frozen, Frozen | None, Frozen | None]:
    """Return the themes that take segments, the candidates that wait, and the refused ones."""
    candidates = set(earlier.themes.loc[earlier.themes["status"] == "candidate", "theme_id"])
    prototypes = earlier.theme_prototypes
    is_open = prototypes["theme_id"].isin(candidates - earlier.accepted)
    is_refused = prototypes["theme_id"].isin(candidates & earlier.refused - earlier.accepted)
    standing = thaw(prototypes[~is_open], earlier.theme_vectors, model=model)
    rest = [
        thaw(part, earlier.theme_vectors, model=model) if len(part) else None
        for part in (prototypes[is_open & ~is_refused], prototypes[is_refused])
    ]
    return standing, rest[0], rest[1]


def _known_themes(
    assignments: pd.DataFrame, segments: pd.DataFrame, fresh: pd.DataFrame, standing: Frozen
) -> pd.DataFrame:
    """Return the themes that segments of the very same texts have: text, leaf, strength."""
    same = segments[segments["text"].isin(set(fresh["text"]))]
    leaf_of = {theme_id: leaf for leaf, theme_id in enumerate(standing.theme_ids)}
    found = assignments[assignments["theme_id"].isin(leaf_of)].merge(
        same[["segment_id", "text"]], on="segment_id", validate="many_to_one"
    )
    strongest = found.assign(leaf=found["theme_id"].map(leaf_of)).sort_values(
        "strength", ascending=False, kind="stable"
    )
    return strongest.drop_duplicates(["text", "leaf"])[["text", "leaf", "strength"]]


def _assign(
    fresh: pd.DataFrame, known: pd.DataFrame, standing: Frozen, embedder: Embedder
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the themes of fresh segments, strongest first, and those that show a theme best.

    A text that was said before has the themes it had.
    """
    texts = sorted(set(fresh["text"]))
    if not texts:
        return ASSIGNMENTS.empty(), QUOTES.empty()
    place = {text: row for row, text in enumerate(texts)}
    vectors = np.asarray(embedder.embed(texts), dtype=np.float64)
    strengths = strengths_of(
        vectors,
        standing.leaves,
        places=standing.places(_pinned(texts, fresh, standing)),
        reach=standing.reach,
    )
    rows = known["text"].map(place).to_numpy(dtype=np.int64)
    strengths[rows] = 0.0
    strengths[rows, known["leaf"].to_numpy(dtype=np.int64)] = known["strength"]
    mentions = mentions_of(fresh.assign(row=fresh["text"].map(place)), strengths)
    ids = [standing.theme_ids[leaf] for leaf in mentions["leaf"]]
    assigned = conform(mentions.assign(theme_id=ids, origin="model")[list(ASSIGNMENTS.columns)], ASSIGNMENTS)
    return assigned, quotes_of(mentions, vectors, standing.leaves.centroids, standing.theme_ids)


def _usable(segments: pd.DataFrame, old: Earlier, batch: Batch) -> pd.DataFrame:
    """Return the old segments that say something, with the unit of each."""
    says_nothing = old.set_aside.loc[old.set_aside["reason"].ne(REASON_NO_THEME), "item_id"]
    usable = segments[~segments["segment_id"].isin(batch.fresh | frozenset(says_nothing))]
    return usable.assign(unit=usable["comment_id"].map(batch.unit_of))


def _nearness(
    fresh: pd.DataFrame, old: pd.DataFrame, assigned: pd.DataFrame, standing: Frozen, embedder: Embedder
) -> pd.DataFrame:
    """Return how like fresh segments are to what other people said, before or in the same batch."""
    if fresh.empty:
        return NEARNESS.empty()
    told = ["segment_id", "text", "unit"]
    every = pd.concat([part[told] for part in (fresh, old) if len(part)], ignore_index=True)
    return tell_nearness(
        fresh,
        gather_spoken(every[every["text"].isin(fresh["text"])], embedder=embedder),
        gather_spoken(every, embedder=embedder, most=MOST_COMPARED),
        assignments=assigned,
        frozen=standing,
    )


def _next_quotes(shown: pd.DataFrame, quoted: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """Return the few quotes that a batch adds to each theme, after those it has; a text stands once."""
    text_of = segments.set_index("segment_id")["text"]
    few = shown[shown["rank"] <= shown["role"].map(QUOTES_A_BATCH).fillna(0)]
    texts_quoted = set(zip(quoted["theme_id"], quoted["segment_id"].map(text_of), strict=True))
    is_new = [pair not in texts_quoted for pair in zip(few["theme_id"], few["segment_id"].map(text_of), strict=True)]
    few = few[np.array(is_new, dtype=bool)]
    key = ["theme_id", "role"]
    last = quoted.groupby(key)["rank"].max()
    after = [int(last.get(pair, 0)) for pair in zip(few["theme_id"], few["role"], strict=True)]
    return conform(few.assign(rank=few.groupby(key).cumcount() + 1 + np.array(after, dtype=np.int64)), QUOTES)


def _pinned(texts: list[str], fresh: pd.DataFrame, standing: Frozen) -> np.ndarray:
    """Return the leaf of each text that only judges: praise or dissatisfaction at large, as most of its segments."""
    complains = fresh["sentiment"].isin(NEGATIVE).groupby(fresh["text"]).mean()
    return np.array([standing.general[int(complains[text] > MOSTLY)] if is_general(text) else -1 for text in texts])


def _apart(candidates: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Return candidates with labels that no theme has: a word of their own is added."""
    taken = {str(label).lower() for label in themes["label"]}
    labels = []
    for label, keywords in zip(candidates["label"], candidates["keywords"], strict=True):
        own = str(label)
        words = [str(word) for word in keywords if str(word) not in own.lower()]
        if own.lower() in taken:
            own = f"{own} ({words[0] if words else 'new'})"
        while own.lower() in taken:
            own = f"Other {own[:1].lower()}{own[1:]}"
        taken.add(own.lower())
        labels.append(own)
    return candidates.assign(label=labels)


def _sizes(themes: pd.DataFrame, assignments: pd.DataFrame, segments: pd.DataFrame, unit_of: pd.Series) -> list[int]:
    """Return how many units raise each theme, a parent through its children."""
    comment_of = segments.set_index("segment_id")["comment_id"]
    raised = pd.DataFrame(
        {
            "theme_id": assignments["theme_id"].to_numpy(),
            "unit": assignments["segment_id"].map(comment_of).map(unit_of).to_numpy(),
        }
    )
    parent_of = themes.set_index("theme_id")["parent_id"].dropna()
    of_parents = raised.assign(theme_id=raised["theme_id"].map(parent_of)).dropna()
    units = pd.concat([raised, of_parents]).groupby("theme_id")["unit"].nunique()
    return [int(units.get(theme_id, 0)) for theme_id in themes["theme_id"]]


def _in_order(parts: list[pd.DataFrame], segments: pd.DataFrame) -> pd.DataFrame:
    """Return assignments in the segments' order, those of one segment as they come; what is there already stays."""
    together = pd.concat([part for part in parts if len(part)], ignore_index=True)
    together = together.drop_duplicates(list(ASSIGNMENTS.key))
    place = pd.Series(np.arange(len(segments)), index=segments["segment_id"])
    order = np.argsort(together["segment_id"].map(place).to_numpy(), kind="stable")
    return conform(together.iloc[order], ASSIGNMENTS)


def _stack(table: Table, *parts: pd.DataFrame) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return conform(pd.concat(filled, ignore_index=True), table) if filled else table.empty()
