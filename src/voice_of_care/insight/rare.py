"""Rare arguments: segments far from all themes, to be read by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.insight.reading import read_segments
from voice_of_care.insight_tables import RARE_ARGUMENTS
from voice_of_care.tables import FITS_NO_THEME, conform, standing

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis

FAR_BELOW = 0.33
"""A segment less like what others said than this is far from all themes (docs/methods/not-said.md tells how often)."""


def list_rare(analysis: Analysis) -> pd.DataFrame:
    """Return the table `rare_arguments`: segments that fit no theme, or are little like what anybody else said.

    The least like comes first; what is alike stands by its text. Of a campaign, a text is listed once. Segments that
    say nothing, and those that only judge, are no arguments.

    Args:
        analysis: the tables, reviewers' decisions applied.
    """
    aside = analysis.set_aside
    left = aside.loc[(aside["step"] == "themes") & (aside["reason"] == FITS_NO_THEME), "item_id"]
    near = analysis.nearness
    near = near.assign(theme_id=near["theme_id"].where(near["theme_id"].isin(standing(analysis.themes)["theme_id"])))
    told = analysis.segments[["segment_id", "comment_id", "text"]].merge(
        near, on="segment_id", how="left", validate="one_to_one"
    )
    is_left = told["segment_id"].isin(left)
    listed = told.assign(reason=is_left.map({True: "no_theme", False: "far"}))[is_left | (told["likeness"] < FAR_BELOW)]
    listed = _in_order(listed, analysis.safe_comments)
    notes = read_segments(analysis.events, analysis.segments, of="rare")
    return conform(
        listed.assign(
            rank=range(1, len(listed) + 1),
            is_read=listed["segment_id"].isin(notes),
            note=pd.Series([notes.get(each) or None for each in listed["segment_id"]], dtype="object"),
        )[list(RARE_ARGUMENTS.columns)],
        RARE_ARGUMENTS,
    )


def _in_order(listed: pd.DataFrame, safe_comments: pd.DataFrame) -> pd.DataFrame:
    """Return what is listed, the least like first, each text of a campaign once, ordered by content and never by id."""
    where = ["campaign_id", "received_on", "source", "source_ref"]
    placed = listed.merge(safe_comments[["comment_id", *where]], on="comment_id", validate="many_to_one")
    ordered = placed.sort_values(
        ["likeness", "text", "received_on", "source", "source_ref", "segment_id"], kind="stable", na_position="first"
    )
    is_again = ordered["campaign_id"].notna() & ordered.duplicated(["campaign_id", "text"])
    return ordered[~is_again].reset_index(drop=True)
