"""Single segments to be read for safety, whatever their number: found by words, with more false alarms than misses.

The words stand in safety_words.yaml, by kind. A denial takes nothing off the list: "she never fell" is listed, and a
person reads it. See docs/methods/safety.md.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import yaml

from voice_of_care.insight.reading import read_segments
from voice_of_care.insight_tables import SAFETY_LIST
from voice_of_care.tables import conform, standing

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis

FLAGGED = "flagged"
"""Kind of each segment of a comment that was flagged when it was de-identified, and in which no word tells of why."""
_FLAG_OF_SAFETY = "safeguarding"
_BEFORE, _AFTER = r"(?<![\w'-])", r"(?!\w)"


class Trigger(NamedTuple):
    """Words that tell of a safety concern, as they stand in a text, and where."""

    start: int
    text: str
    kind: str


def list_safety(analysis: Analysis) -> pd.DataFrame:
    """Return the table `safety_list`, by kind and text.

    Args:
        analysis: the tables, reviewers' decisions applied.
    """
    segments = analysis.segments
    by_text = {text: find_triggers(str(text)) for text in segments["text"].unique()}
    triggers_of = dict(zip(segments["segment_id"], segments["text"].map(by_text), strict=True))
    is_told = segments["segment_id"].map(triggers_of).map(bool).astype(bool)
    flags = analysis.flags.loc[analysis.flags["kind"] == _FLAG_OF_SAFETY, "comment_id"]
    unfound = set(flags) - set(segments.loc[is_told, "comment_id"])
    listed = segments[is_told | segments["comment_id"].isin(unfound)]
    rows = [
        (segment_id, triggers[0].kind if triggers else FLAGGED, triggers, str(text))
        for segment_id, text in zip(listed["segment_id"], listed["text"], strict=True)
        for triggers in (triggers_of[segment_id],)
    ]
    if not rows:
        return SAFETY_LIST.empty()
    place = {kind: number for number, kind in enumerate((*safety_kinds(), FLAGGED))}
    rows.sort(key=lambda row: (place[row[1]], row[3].casefold(), row[3], row[0]))
    themes = _themes_of(analysis)
    is_read = read_segments(analysis.events, segments, of="safety")
    return conform(
        pd.DataFrame(
            {
                "segment_id": [row[0] for row in rows],
                "kind": [row[1] for row in rows],
                "triggers": [[trigger.text for trigger in row[2]] for row in rows],
                "starts": [[trigger.start for trigger in row[2]] for row in rows],
                "theme_ids": [themes.get(row[0], []) for row in rows],
                "is_read": [row[0] in is_read for row in rows],
            }
        ),
        SAFETY_LIST,
    )


def find_triggers(text: str) -> tuple[Trigger, ...]:
    """Return what tells of a safety concern in a text, in its order; where two overlap, the first and longest stays."""
    plain = text.replace("\u2019", "'")
    found = [
        (match.start(), -match.end(), place, kind)
        for place, (kind, pattern) in enumerate(_patterns().items())
        for match in pattern.finditer(plain)
    ]
    triggers: list[Trigger] = []
    end = 0
    for start, minus_end, _, kind in sorted(found):
        if start >= end:
            triggers.append(Trigger(start, text[start:-minus_end], kind))
            end = -minus_end
    return tuple(triggers)


def safety_kinds() -> tuple[str, ...]:
    """Return the kinds that words tell, in the order they are listed."""
    return tuple(_patterns())


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return one pattern for each kind, from the words that come with the package."""
    words = yaml.safe_load(resources.files("voice_of_care.insight").joinpath("safety_words.yaml").read_text("utf-8"))
    sets = {name: f"(?:{'|'.join(alternatives)})" for name, alternatives in words["sets"].items()}

    def filled(pattern: str) -> str:
        few = re.sub(r"<few (\d)>", lambda found: rf"(?:[\w'-]+,? ){{0,{found[1]}}}?", pattern)
        return re.sub(r"<([a-z_]+)>", lambda found: sets[found[1]], few)

    return {
        kind: re.compile(f"{_BEFORE}(?:{'|'.join(map(filled, patterns))}){_AFTER}", re.IGNORECASE)
        for kind, patterns in words["kinds"].items()
    }


def _themes_of(analysis: Analysis) -> dict[str, list[str]]:
    """Return the leaf themes of each segment."""
    known = set(standing(analysis.themes)["theme_id"])
    given = analysis.assignments[analysis.assignments["theme_id"].isin(known)].sort_values(["segment_id", "theme_id"])
    themes: dict[str, list[str]] = {}
    for segment_id, theme_id in given[["segment_id", "theme_id"]].itertuples(index=False):
        themes.setdefault(segment_id, []).append(theme_id)
    return themes
