"""What the frameworks miss and what nobody spoke of: priorities without voices, themes and segments without a priority.

The four plain questions tell how a thing is said and not what it is about, so a link to one of them covers nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.frameworks.model import FOUR_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.frameworks.model import Framework


def count_raised(
    segment_links: pd.DataFrame, segments: pd.DataFrame, frameworks: Sequence[Framework], *, unit_of: pd.Series
) -> pd.DataFrame:
    """Return framework_id, priority_id and the units who spoke of it, for every priority in the frameworks' order.

    Priorities without cues are left out: the tool never links them, so silence there means nothing.

    Args:
        segment_links: as declared.
        segments: as declared; each link's segment must be there.
        frameworks: whose priorities are listed.
        unit_of: unit by comment_id, as `counting.units` gives it.
    """
    listed = pd.DataFrame(
        [
            (framework.id, element.id)
            for framework in frameworks
            for element in framework.elements
            if element.include_cues
        ],
        columns=["framework_id", "priority_id"],
    )
    spoken = segment_links.merge(segments[["segment_id", "comment_id"]], on="segment_id", validate="many_to_one")
    spoken = spoken.assign(unit=spoken["comment_id"].map(unit_of))
    counted = spoken.groupby(["framework_id", "priority_id"])["unit"].nunique().rename("units").reset_index()
    result = listed.merge(counted, on=["framework_id", "priority_id"], how="left", validate="one_to_one")
    return result.assign(units=result["units"].fillna(0).astype("int64"))


def unraised_priorities(
    segment_links: pd.DataFrame,
    segments: pd.DataFrame,
    frameworks: Sequence[Framework],
    *,
    unit_of: pd.Series,
    most_units: int = 0,
) -> pd.DataFrame:
    """Return the rows of `count_raised` with at most `most_units` units: by default, those nobody raised."""
    raised = count_raised(segment_links, segments, frameworks, unit_of=unit_of)
    return raised[raised["units"] <= most_units].reset_index(drop=True)


def uncovered_themes(themes: pd.DataFrame, theme_links: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of leaf themes that no framework covers: no link but to the four questions, or rejected ones."""
    parents = set(themes["parent_id"].dropna())
    counting = theme_links[(theme_links["framework_id"] != FOUR_QUESTIONS) & (theme_links["status"] != "rejected")]
    is_leaf = themes["parent_id"].notna() | ~themes["theme_id"].isin(parents)
    is_covered = themes["theme_id"].isin(set(counting["theme_id"]))
    return themes[is_leaf & ~is_covered].reset_index(drop=True)


def uncovered_segments(segments: pd.DataFrame, segment_links: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of segments that no framework covers: no link but to the four questions."""
    counting = segment_links[segment_links["framework_id"] != FOUR_QUESTIONS]
    return segments[~segments["segment_id"].isin(set(counting["segment_id"]))].reset_index(drop=True)
