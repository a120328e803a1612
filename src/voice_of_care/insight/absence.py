"""What was not said: priorities nobody raised, and services, sites and groups that were not heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.counting import units, upper_bound
from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.insight_tables import UNHEARD, UNRAISED
from voice_of_care.tables import conform, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.frameworks import Framework
    from voice_of_care.frameworks.model import Audience
    from voice_of_care.insight.voices import Voices
    from voice_of_care.settings import ExpectedSettings

FEW_LINKED_BELOW = 5
FEW_LINKED_SHARE = 0.01
"""So few units, and at most this share of those asked, that links by mistake may be all there is."""

HARDLY_HEARD_BELOW = 5
"""A place or group of which fewer units were heard was hardly heard."""

_ASKED: dict[Audience, frozenset[str]] = {
    "staff": frozenset({"staff"}),
    "service_user": frozenset({"service_user", "carer"}),
}
"""Whom a framework for one side is made for; of other and unknown groups it can't be told, so they count for none."""

_NO_GROUP = "unknown"
_LEVELS = ("service", "site", "respondent_group")


def find_unraised(analysis: Analysis, voices: Voices) -> pd.DataFrame:
    """Return the table `unraised`: elements with cues that no theme and no segment is linked to, or hardly any.

    A few segments that the computer alone links are listed too, as among hundreds of people some are linked by mistake.
    The four plain questions are left out: they ask how a thing is said, not what is. So is a framework none of whose
    audience was heard: then nobody could have raised it.

    Args:
        analysis: the tables, reviewers' decisions applied.
        voices: who is counted.
    """
    unit_of = units(analysis.safe_comments)
    raised = count_raised(analysis.segment_links, analysis.segments, analysis.frameworks, unit_of=unit_of)
    held = _held(analysis)
    asked = {each.id: _count_asked(each, voices.comments) for each in analysis.frameworks}
    rows = []
    for row in raised[raised["framework_id"] != FOUR_QUESTIONS].to_dict("records"):
        of, number = asked[row["framework_id"]], int(row["units"])
        is_few = number == 0 or (number < FEW_LINKED_BELOW and number <= FEW_LINKED_SHARE * of)
        if of and is_few and (row["framework_id"], row["priority_id"]) not in held:
            rows.append(
                {
                    "framework_id": row["framework_id"],
                    "priority_id": row["priority_id"],
                    "respondents_asked": of,
                    "respondents": number,
                    "upper_bound": upper_bound(0, of),
                    "upper_bound_if_right": upper_bound(number, of),
                }
            )
    return conform(pd.DataFrame(rows, columns=list(UNRAISED.columns)), UNRAISED)


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


def _held(analysis: Analysis) -> set[tuple[str, str]]:
    """Return the elements that a theme is linked to, or a reviewer has linked a segment to."""
    themes, segments = analysis.theme_links, analysis.segment_links
    stands = (themes["status"] != "rejected") & themes["theme_id"].isin(standing(analysis.themes)["theme_id"])
    ids = pd.concat(
        [
            frame[["framework_id", "priority_id"]]
            for frame in (themes[stands], segments[segments["origin"] == "reviewer"])
        ]
    )
    return set(zip(ids["framework_id"], ids["priority_id"], strict=True))


def find_unheard(voices: Voices, *, expected: ExpectedSettings) -> pd.DataFrame:
    """Return the table `unheard`: what was expected and not heard, and all of which hardly anybody was.

    Names are the same whatever their letter case. Without a list of who was expected, only what the comments name can
    be hardly heard.

    Args:
        voices: who is counted.
        expected: who should have been heard, as the settings name them.
    """
    named = {"service": expected.services, "site": expected.sites, "respondent_group": expected.respondent_groups}
    rows = [row for level in _LEVELS for row in _unheard_of(level, voices.comments, named[level])]
    return conform(pd.DataFrame(rows, columns=list(UNHEARD.columns)), UNHEARD)


def _count_asked(framework: Framework, comments: pd.DataFrame) -> int:
    groups = _ASKED.get(framework.audience)
    asked = comments if groups is None else comments[comments["respondent_group"].isin(groups)]
    return int(asked["unit"].nunique())


def _unheard_of(level: str, comments: pd.DataFrame, expected: Sequence[str]) -> list[dict[str, object]]:
    """Return what of one level was not or hardly heard, by name."""
    known = comments.loc[comments[level].notna() & comments[level].ne(_NO_GROUP), [level, "unit"]]
    known = known.assign(key=known[level].map(_key))
    heard = known.groupby("key")["unit"].nunique().to_dict()
    shown = {_key(name): name.strip() for name in sorted(expected, reverse=True)}
    shown |= {_key(name): name for name in sorted(known[level].unique(), reverse=True)}
    wanted = {_key(name) for name in expected}
    return [
        {
            "level": level,
            "place": shown[key],
            "is_expected": key in wanted,
            "respondents": int(heard.get(key, 0)),
            "verdict": "hardly_heard" if heard.get(key, 0) else "not_heard",
        }
        for key in sorted(shown)
        if key and heard.get(key, 0) < HARDLY_HEARD_BELOW
    ]


def _key(name: str) -> str:
    return " ".join(str(name).split()).casefold()
