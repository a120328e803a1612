"""Which segments' links are most worth a reviewer's look: the least sure, a sure one, and what nothing covers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from voice_of_care.frameworks.model import FOUR_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from voice_of_care.analysis import Analysis

LEAST_SURE = "least sure"
SURE = "sure"
NOT_COVERED = "no priority found"
_LEAST_SURE_EACH = 3
_MOST_UNCOVERED = 20
_FEWEST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+")


def segments_to_check(analysis: Analysis) -> list[list[Any]]:
    """Return rows of segment_id, framework_id, priority_id, its name, text, why it is listed, and strength.

    For each priority, in the frameworks' order, the links of least strength and the median one; then segments that no
    framework covers, of each theme in turn. A text stands once on the sheet: what differs in nothing but numbers,
    letter case and marks is the same text, and so is all that a campaign sent in. A text that a reviewer has decided on
    is not asked about again.
    """
    seen: set[str] = set()
    same = _same_words(analysis)
    links = analysis.segment_links.merge(
        analysis.segments[["segment_id", "text"]], on="segment_id", how="inner", validate="many_to_one"
    )
    decided = analysis.examples[analysis.examples["origin"] == "reviewer"]
    asked = set(zip(decided["framework_id"], decided["priority_id"], decided["text"], strict=True))
    rows: list[list[Any]] = []
    for framework in analysis.frameworks:
        for element in framework.elements:
            key = (framework.id, element.id)
            mine = links[(links["framework_id"] == framework.id) & (links["priority_id"] == element.id)]
            told = {text for framework_id, priority_id, text in asked if (framework_id, priority_id) == key}
            for why, row in _picked(mine[~mine["text"].isin(told)], same, seen):
                name = f"{framework.name}: {element.label}"
                strength = round(float(row["strength"]), 2)
                rows.append([row["segment_id"], framework.id, element.id, name, row["text"], why, strength])
    said = {text for _, _, text in asked}
    bare = _uncovered(analysis)
    bare = bare[(bare["text"].str.count(" ") >= _FEWEST_WORDS - 1) & ~bare["text"].isin(said)]
    bare = _spread(bare.assign(same=bare["segment_id"].map(same)), analysis.assignments, seen)
    rows += [[row["segment_id"], "", "", "", row["text"], NOT_COVERED, None] for row in bare.to_dict("records")]
    return rows


def _uncovered(analysis: Analysis) -> pd.DataFrame:
    """Return the segments that no framework covers: no link but to the plain questions, which ask how and not what."""
    counting = analysis.segment_links[analysis.segment_links["framework_id"] != FOUR_QUESTIONS]
    return analysis.segments[~analysis.segments["segment_id"].isin(set(counting["segment_id"]))].reset_index(drop=True)


def _same_words(analysis: Analysis) -> pd.Series:
    """Return by segment_id what is the same for texts that a reviewer would read as the same."""
    campaign = analysis.safe_comments.set_index("comment_id")["campaign_id"]
    words = analysis.segments["text"].map(lambda text: " ".join(_WORD.findall(str(text).casefold())))
    place = analysis.segments["comment_id"].map(campaign) + "|" + analysis.segments["position"].astype("str")
    return place.fillna(words).set_axis(analysis.segments["segment_id"])


def _spread(bare: pd.DataFrame, assignments: pd.DataFrame, seen: set[str]) -> pd.DataFrame:
    """Return segments of one theme after another, each theme's of middling length first."""
    first = assignments.sort_values(["strength", "theme_id"], ascending=[False, True], kind="stable")
    theme = first.drop_duplicates("segment_id").set_index("segment_id")["theme_id"]
    length = bare["text"].str.len()
    bare = bare.assign(theme=bare["segment_id"].map(theme).fillna(""), far=(length - length.median()).abs())
    bare = bare[~bare["same"].isin(seen)].sort_values(["far", "text"], kind="stable").drop_duplicates("same")
    bare = bare.assign(turn=bare.groupby("theme").cumcount())
    return bare.sort_values(["turn", "theme"], kind="stable").head(_MOST_UNCOVERED)


def _picked(links: pd.DataFrame, same: pd.Series, seen: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the links least sure and the median one, of texts not seen before, and remember these as seen."""
    links = links.assign(same=links["segment_id"].map(same))
    links = links[~links["same"].isin(seen)].sort_values(["strength", "text"], kind="stable")
    ordered = links.drop_duplicates("same").to_dict("records")
    rest = ordered[_LEAST_SURE_EACH:]
    chosen = [(LEAST_SURE, row) for row in ordered[:_LEAST_SURE_EACH]]
    chosen += [(SURE, rest[len(rest) // 2])] if rest else []
    for why, row in chosen:
        seen.add(str(row["same"]))
        yield why, {str(name): value for name, value in row.items()}
