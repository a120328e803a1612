"""What became of each theme when themes were refitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.tables import LINEAGE, conform
from voice_of_care.themes.identity import MOST, PART, overlap_of, strongest_theme

if TYPE_CHECKING:
    from voice_of_care.themes.identity import Overlap


class Version(NamedTuple):
    """The themes of one version, with the assignments they had; `candidates` were found later, named or not."""

    themes: pd.DataFrame
    assignments: pd.DataFrame
    candidates: frozenset[str] = frozenset()


def trace_lineage(
    before: Version, after: Version, *, segments: pd.DataFrame, unit_of: pd.Series, theme_version: int
) -> pd.DataFrame:
    """Return what became of each leaf theme, as `LINEAGE` declares it.

    A segment counts for its strongest theme, or for the candidate it is in; units are counted, of segments that are
    there now. For each pair of an old and a new theme:

    - kept: each holds at least half of the other's units (`identity.MOST`);
    - merged: at least half of the old theme's units are in the new one, where they are less than half;
    - split: at least half of the new theme's units were in the old one, of which they are a fifth to half;
    - part: neither, but at least a fifth of either is in the other (`identity.PART`), or they have the same id.

    An old theme without the first three is gone, and a new one is new: each has a row with the other side empty.
    What people retired is left out; a candidate nobody had named by then is called so.

    Args:
        before: themes before, as reviewers' decisions left them.
        after: themes after, with these decisions applied.
        segments: as they stand now.
        unit_of: unit of each comment_id.
        theme_version: the version of the new themes.
    """
    units = pd.Series(segments["comment_id"].map(unit_of).to_numpy(), index=segments["segment_id"])
    old = strongest_theme(_without_retired(before), first=before.candidates)
    both = overlap_of(old, strongest_theme(_without_retired(after)), units)
    pairs = _pairs(both)
    told = pairs[pairs["relation"] != "part"]
    gone = [each for each in both.old.index if each not in set(told["old_theme_id"])]
    fresh = [each for each in both.new.index if each not in set(told["new_theme_id"])]
    ends = [
        *({"old_theme_id": each, "relation": "gone", "units": int(both.old[each])} for each in gone),
        *({"new_theme_id": each, "relation": "new", "units": int(both.new[each])} for each in fresh),
    ]
    columns = list(LINEAGE.columns)
    parts = [part for part in (pairs, pd.DataFrame(ends)) if len(part)]
    if not parts:
        return LINEAGE.empty()
    rows = pd.concat([part.reindex(columns=columns).astype("object") for part in parts], ignore_index=True)
    rows = rows.assign(
        theme_version=theme_version,
        old_label=rows["old_theme_id"].map(_labels(before)),
        new_label=rows["new_theme_id"].map(_labels(after)),
    )
    rows = rows.sort_values(["old_theme_id", "new_theme_id"], na_position="last", kind="stable")
    return conform(rows, LINEAGE)


def _without_retired(version: Version) -> pd.DataFrame:
    retired = version.themes.loc[version.themes["status"] == "retired", "theme_id"]
    return version.assignments[~version.assignments["theme_id"].isin(retired)]


def _labels(version: Version) -> pd.Series:
    labels = version.themes.set_index("theme_id")["label"]
    return labels.mask((version.themes["status"] == "candidate").to_numpy(), labels + " (candidate)")


def _pairs(both: Overlap) -> pd.DataFrame:
    """Return the pairs of an old and a new theme that tell something."""
    of_old, of_new = both.of_old.round(6), both.of_new.round(6)
    rows = []
    for old in both.shared.index:
        for new in both.shared.columns:
            relation = _relation(float(of_old.loc[old, new]), float(of_new.loc[old, new]), is_same_id=old == new)
            if relation is not None:
                rows.append(
                    {
                        "old_theme_id": old,
                        "new_theme_id": new,
                        "relation": relation,
                        "units": int(both.shared.loc[old, new]),
                        "share_of_old": float(of_old.loc[old, new]),
                        "share_of_new": float(of_new.loc[old, new]),
                    }
                )
    return pd.DataFrame(
        rows, columns=["old_theme_id", "new_theme_id", "relation", "units", "share_of_old", "share_of_new"]
    )


def _relation(of_old: float, of_new: float, *, is_same_id: bool) -> str | None:
    if of_old >= MOST and of_new >= MOST:
        return "kept"
    if of_old >= MOST:
        return "merged"
    if of_new >= MOST and of_old >= PART:
        return "split"
    is_part = max(of_old, of_new) >= PART or (is_same_id and of_old > 0)
    return "part" if is_part else None
