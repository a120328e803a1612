"""Every comment that came in, where it went, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.insight_tables import LEDGER
from voice_of_care.tables import conform, standing

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis

_OF_COMMENTS = frozenset({"intake"})
"""Steps that set aside comments, or files that can't be read; what others set aside are parts of comments."""

_LEFT_THEME = "its theme was retired, or waits for a person"


def write_ledger(analysis: Analysis) -> pd.DataFrame:
    """Return the table `ledger`: a row for every analysed comment, and for all that was set aside on reading.

    Args:
        analysis: the tables, reviewers' decisions applied.
    """
    comments = analysis.safe_comments[["comment_id", "source", "source_ref"]]
    told = _told_of_segments(analysis).reindex(comments["comment_id"])
    is_themed = told["segments"].fillna(0).astype("int64") > told["segments_without_theme"].fillna(0).astype("int64")
    analysed = pd.DataFrame(
        {
            "item_id": comments["comment_id"].to_numpy(),
            "source": comments["source"].to_numpy(),
            "source_ref": comments["source_ref"].to_numpy(),
            "outcome": is_themed.map({True: "themed", False: "without_theme"}).to_numpy(),
            "reason": told["reason"].where(~is_themed).to_numpy(),
            "segments": told["segments"].fillna(0).to_numpy(),
            "segments_without_theme": told["segments_without_theme"].fillna(0).to_numpy(),
            "theme_ids": pd.Series(
                [each if isinstance(each, list) else [] for each in told["theme_ids"]], dtype="object"
            ),
        }
    )
    aside = analysis.set_aside[analysis.set_aside["step"].isin(_OF_COMMENTS)]
    aside = aside[~aside["item_id"].isin(comments["comment_id"])]
    left = aside[["item_id", "source", "source_ref", "reason"]].assign(
        outcome="set_aside",
        segments=0,
        segments_without_theme=0,
        theme_ids=pd.Series([[]] * len(aside), index=aside.index, dtype="object"),
    )
    parts = [part[list(LEDGER.columns)] for part in (analysed, left) if len(part)]
    if not parts:
        return LEDGER.empty()
    return conform(_in_order(pd.concat(parts, ignore_index=True)), LEDGER)


def _told_of_segments(analysis: Analysis) -> pd.DataFrame:
    """Return by comment_id how many segments it has, how many without a theme and why, and its leaf themes."""
    kept = set(standing(analysis.themes)["theme_id"])
    assigned = analysis.assignments[analysis.assignments["theme_id"].isin(kept)]
    themes_of = assigned.groupby("segment_id")["theme_id"].agg(frozenset).to_dict()
    aside = analysis.set_aside[analysis.set_aside["step"] == "themes"]
    reason_of = dict(zip(aside["item_id"], aside["reason"], strict=True))
    segments = analysis.segments[["segment_id", "comment_id"]].assign(
        themes=[themes_of.get(each, frozenset()) for each in analysis.segments["segment_id"]],
        reason=[reason_of.get(each, _LEFT_THEME) for each in analysis.segments["segment_id"]],
    )
    segments = segments.assign(is_bare=~segments["themes"].astype(bool))
    by_comment = segments.groupby("comment_id")
    return pd.DataFrame(
        {
            "segments": by_comment.size(),
            "segments_without_theme": by_comment["is_bare"].sum(),
            "reason": segments[segments["is_bare"]].groupby("comment_id")["reason"].agg(_joined),
            "theme_ids": by_comment["themes"].agg(lambda each: sorted(frozenset().union(*each))),
        }
    )


def _joined(reasons: pd.Series) -> str:
    return "; ".join(sorted(set(reasons)))


def _in_order(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by file and by where they stand in it, as a person would look them up."""
    number = ledger["source_ref"].astype("str").str.extract(r"(\d+)", expand=False).astype("float64")
    ordered = ledger.assign(number=number).sort_values(
        ["source", "number", "source_ref", "item_id"], kind="stable", na_position="first"
    )
    return ordered.drop(columns="number").reset_index(drop=True)
