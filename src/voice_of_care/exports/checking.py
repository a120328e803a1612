"""Which segments' links are most worth a reviewer's look: the least sure, a sure one, and what nothing covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voice_of_care.frameworks.coverage import uncovered_segments

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


def segments_to_check(analysis: Analysis) -> list[list[Any]]:
    """Return rows of segment_id, framework_id, priority_id, its name, text, why it is listed, and strength.

    For each priority, in the frameworks' order, the links of least strength and the median one; then the longest
    segments that no framework covers. A text that a reviewer has decided on is not asked about again.
    """
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
            for why, row in _picked(mine[~mine["text"].isin(told)]):
                name = f"{framework.name}: {element.label}"
                strength = round(float(row["strength"]), 2)
                rows.append([row["segment_id"], framework.id, element.id, name, row["text"], why, strength])
    said = {text for _, _, text in asked}
    bare = uncovered_segments(analysis.segments, analysis.segment_links)
    bare = bare[(bare["text"].str.count(" ") >= _FEWEST_WORDS - 1) & ~bare["text"].isin(said)]
    bare = bare.drop_duplicates("text").assign(length=lambda frame: frame["text"].str.len())
    bare = bare.sort_values(["length", "text"], ascending=[False, True]).head(_MOST_UNCOVERED)
    rows += [[row["segment_id"], "", "", "", row["text"], NOT_COVERED, None] for row in bare.to_dict("records")]
    return rows


def _picked(links: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    ordered = links.sort_values(["strength", "text"], kind="stable").drop_duplicates("text").to_dict("records")
    for row in ordered[:_LEAST_SURE_EACH]:
        yield LEAST_SURE, {str(name): value for name, value in row.items()}
    rest = ordered[_LEAST_SURE_EACH:]
    if rest:
        yield SURE, {str(name): value for name, value in rest[len(rest) // 2].items()}
