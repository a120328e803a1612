"""What segments say, with all that is known of them: what fitting and joining themes both start from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.tables import QUOTES, conform
from voice_of_care.themes.quotes import Candidate, pick_quotes
from voice_of_care.themes.words import reason_to_set_aside


class Given(NamedTuple):
    """Segments and their comments, the unit of each comment, and what is known of each segment."""

    segments: pd.DataFrame
    safe_comments: pd.DataFrame
    unit_of: pd.Series
    sentiments: pd.DataFrame
    statements: pd.DataFrame | None


def gather_said(given: Given) -> pd.DataFrame:
    """Return the segments with all that is known of them, and why each says nothing, if so."""
    comments = given.safe_comments.assign(canonical=canonical_rank(given.safe_comments))
    about = comments[["comment_id", "source", "source_ref", "session_id", "respondent_group", "may_quote", "canonical"]]
    said = given.segments.merge(about, on="comment_id", how="left", validate="many_to_one")
    tones = given.sentiments[["segment_id", "label"]].rename(columns={"label": "sentiment"})
    said = said.merge(tones, on="segment_id", how="left", validate="one_to_one")
    if given.statements is not None:
        kinds = given.statements[["segment_id", "kind"]]
        said = said.merge(kinds, on="segment_id", how="left", validate="one_to_one")
    reasons = {text: reason_to_set_aside(text) for text in said["text"].unique()}
    unit = said["comment_id"].map(given.unit_of)
    return said.assign(
        sentiment=said["sentiment"].fillna("neutral"),
        unit=unit,
        gathering=said["session_id"].fillna(unit),
        reason=pd.Series([reasons[text] for text in said["text"]], index=said.index, dtype="object"),
    )


def place_names(safe_comments: pd.DataFrame) -> list[str]:
    """Return the names of services and sites."""
    return sorted({str(name) for column in ("service", "site") for name in safe_comments[column].dropna()})


def canonical_rank(safe_comments: pd.DataFrame) -> list[int]:
    """Return each comment's place by content, never by a keyed id, so that ties fall alike whatever the row order."""
    by = ["received_on", "source", "question", "text", "respondent_group", "service", "site", "score", "source_ref"]
    ordered = safe_comments.reset_index(drop=True)[by].sort_values(by, kind="stable", na_position="last").index
    rank = np.empty(len(safe_comments), dtype=np.int64)
    rank[ordered.to_numpy()] = np.arange(len(safe_comments))
    return [int(number) for number in rank]


def mentions_of(usable: pd.DataFrame, strengths: np.ndarray) -> pd.DataFrame:
    """Return one row for each theme a segment is given, in the segments' order, strongest first."""
    rows = usable["row"].to_numpy()
    segment, leaf = np.nonzero(strengths[rows])
    strength = strengths[rows][segment, leaf]
    order = np.lexsort((leaf, -strength, segment))
    return usable.iloc[segment[order]].assign(leaf=leaf[order], strength=strength[order]).reset_index(drop=True)


def quotes_of(mentions: pd.DataFrame, vectors: np.ndarray, centroids: np.ndarray, ids: list[str]) -> pd.DataFrame:
    """Return the quotes of each leaf, most central first, of comments whose authors do not refuse."""
    rows: list[dict[str, object]] = []
    for leaf in sorted(range(len(ids)), key=lambda place: ids[place]):
        of_theme = mentions[(mentions["leaf"] == leaf)]
        near = np.round(vectors[of_theme["row"].to_numpy()].astype(np.float64) @ centroids[leaf], 6)
        of_theme = of_theme.assign(near=near).sort_values(
            ["near", "text", "canonical", "position"], ascending=[False, True, True, True], kind="stable"
        )
        allowed = of_theme[of_theme["may_quote"].fillna(value=True).astype(bool)]
        rows += pick_quotes(ids[leaf], _candidates(allowed, vectors))
    return conform(pd.DataFrame(rows, columns=list(QUOTES.columns)), QUOTES)


def _candidates(of_theme: pd.DataFrame, vectors: np.ndarray) -> list[Candidate]:
    columns = ["segment_id", "text", "unit", "respondent_group", "source", "sentiment", "strength", "row"]
    return [
        Candidate(segment_id, text, unit, group, source, sentiment, strength, vectors[row])
        for segment_id, text, unit, group, source, sentiment, strength, row in of_theme[columns].to_numpy(dtype=object)
    ]
