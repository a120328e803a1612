"""Link themes to priorities: where enough of a theme's segments, and of its people, speak of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.tables import THEME_LINKS, conform

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_SEGMENTS = 3  # a theme's link rests on at least this many segments,
FEWEST_UNITS = 3  # of as many units, or of all there are where there are fewer,
FEWEST_SHARE = 0.10  # on this share of the theme's segments,
FEWEST_LIFT = 1.5  # and on more than comes by chance,
PLAIN_SHARE = 0.5  # unless half of the theme speaks of it anyway
SHARE_OF_BEST = 0.5  # and on at least half of what the theme's first priority in the framework has
MOST_EVIDENCE = 10

_LINK_COLUMNS = ["framework_id", "priority_id", "strength"]


def link_themes(
    segment_links: pd.DataFrame,
    segments: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    unit_of: pd.Series,
    order: Sequence[str],
) -> pd.DataFrame:
    """Return a link where enough of a theme speaks of a priority; its strength is the share of the theme's units."""
    place = pd.DataFrame(
        {
            "segment_id": segments["segment_id"],
            "unit": segments["comment_id"].map(unit_of).fillna(segments["comment_id"]),
            "place": range(len(segments)),
        }
    )
    in_themes = assignments[["segment_id", "theme_id"]].merge(place, on="segment_id", validate="many_to_one")
    linked = in_themes.merge(segment_links[["segment_id", *_LINK_COLUMNS]], on="segment_id", validate="many_to_many")
    if linked.empty:
        return THEME_LINKS.empty()
    key = ["theme_id", "framework_id", "priority_id"]
    found = linked.groupby(key, sort=False).agg(said=("segment_id", "nunique"), units=("unit", "nunique")).reset_index()
    size = in_themes.groupby("theme_id").agg(of=("segment_id", "nunique"), of_units=("unit", "nunique")).reset_index()
    found = found.merge(size, on="theme_id", validate="many_to_one")
    overall = (segment_links.groupby(["framework_id", "priority_id"]).size() / len(segments)).rename("overall")
    found = found.merge(overall.reset_index(), on=["framework_id", "priority_id"], validate="many_to_one")
    fewest_units = min(FEWEST_UNITS, int(place["unit"].nunique()))
    kept = found[_is_carried(found) & (found["units"] >= fewest_units)].assign(
        strength=lambda rows: (rows["units"] / rows["of_units"]).round(4)
    )
    evidence = (
        linked.sort_values(["strength", "place"], ascending=[False, True], kind="stable")
        .groupby(key)["segment_id"]
        .agg(lambda ids: list(ids.head(MOST_EVIDENCE)))
        .rename("evidence_segment_ids")
        .reset_index()
    )
    kept = kept.merge(evidence, on=key, validate="one_to_one")
    theme_place = {theme_id: row for row, theme_id in enumerate(dict.fromkeys(assignments["theme_id"]))}
    framework_place = {framework_id: row for row, framework_id in enumerate(order)}
    return _as_theme_links(kept, theme_place, framework_place)


def _is_carried(found: pd.DataFrame) -> pd.Series:
    share = found["said"] / found["of"]
    best = share.groupby([found["theme_id"], found["framework_id"]]).transform("max")
    above_chance = (share >= FEWEST_LIFT * found["overall"]) | (share >= PLAIN_SHARE)
    return (found["said"] >= FEWEST_SEGMENTS) & (share >= FEWEST_SHARE) & above_chance & (share >= SHARE_OF_BEST * best)


def _as_theme_links(kept: pd.DataFrame, theme_place: dict[str, int], framework_place: dict[str, int]) -> pd.DataFrame:
    """Return the declared table: themes in their order, frameworks in theirs, the strongest link first."""
    ordered = kept.assign(
        theme_place=kept["theme_id"].map(theme_place), framework_place=kept["framework_id"].map(framework_place)
    ).sort_values(["theme_place", "framework_place", "strength", "priority_id"], ascending=[True, True, False, True])
    columns = [name for name in THEME_LINKS.columns if name not in {"origin", "status"}]
    return conform(ordered[columns].assign(origin="model", status="proposed"), THEME_LINKS)
