"""Who is counted: units with what they weigh, and what each raised; mentions are never counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.counting import Share, wilson_interval
from voice_of_care.tables import standing
from voice_of_care.wording import is_catch_all

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.heard import Heard
    from voice_of_care.settings import InsightSettings

_MOST_OF = ["respondent_group", "channel", "service", "site"]


class Voices(NamedTuple):
    """Who is counted and what they raised.

    `units` has a row for each unit that is counted, indexed by unit: respondent_group, channel, service and site (that
    most of its comments are of; empty text where none is known), cluster (its session where there is one, else the unit
    itself), is_session, weight (1 for a respondent) and score (the mean of its scores, may be empty).

    `comments` and `mentions` are those of `Heard`, of units that are counted, with `weight`; a place or group is
    counted by the comments made there: a unit that wrote of two services is heard in both.

    `themes` are the ids of the leaf themes that stand, in order; `subjects` those of one subject: no catch-all.
    """

    units: pd.DataFrame
    comments: pd.DataFrame
    mentions: pd.DataFrame
    themes: tuple[str, ...]
    subjects: tuple[str, ...]


def gather_voices(analysis: Analysis, heard: Heard, *, settings: InsightSettings) -> Voices:
    """Weigh the units of what was heard.

    Args:
        analysis: the tables, reviewers' decisions applied.
        heard: of the same analysis.
        settings: how notes of a session count.
    """
    weight = _weigh(heard.comments, notes=settings.notes)
    comments = heard.comments.assign(weight=heard.comments["unit"].map(weight))
    comments = comments[comments["weight"] > 0].reset_index(drop=True)
    mentions = heard.mentions.assign(weight=heard.mentions["unit"].map(weight))
    mentions = mentions[mentions["weight"] > 0].reset_index(drop=True)
    kept = standing(analysis.themes)
    is_parent = kept["theme_id"].isin(set(kept["parent_id"].dropna()))
    leaves = kept[~is_parent | kept["theme_id"].isin(set(analysis.assignments["theme_id"]))].sort_values("theme_id")
    is_subject = ~leaves["label"].map(is_catch_all).astype(bool)
    return Voices(
        _units_of(comments),
        comments,
        mentions,
        tuple(leaves["theme_id"]),
        tuple(leaves.loc[is_subject, "theme_id"]),
    )


def weighted_share(raised: pd.Series, everyone: pd.Series) -> Share:
    """Return a share of weights with its Wilson 95% interval, at Kish's effective number of units.

    Args:
        raised: weights of the units who raise it.
        everyone: weights of all units.
    """
    total, square = float(everyone.sum()), float((everyone**2).sum())
    if total <= 0:
        return Share(0, 0, math.nan, math.nan, math.nan)
    effective = total * total / square
    part = float(raised.sum()) / total
    return Share(round(float(raised.sum())), round(total), part, *wilson_interval(part, effective))


def _weigh(comments: pd.DataFrame, *, notes: str) -> pd.Series:
    """Return what each unit weighs: a session of notes as the settings say, anybody else 1."""
    by_unit = comments.assign(is_notes=comments["is_session"] & (comments["unit"] == comments["cluster"]))
    told = by_unit.groupby("unit").agg(is_notes=("is_notes", "any"), present=("people_present", "max"))
    weight = pd.Series(1.0, index=told.index)
    if notes == "left_out":
        return weight.mask(told["is_notes"], 0.0)
    if notes == "people_present":
        return weight.mask(told["is_notes"], told["present"].astype("float64").fillna(1.0).clip(lower=1.0))
    return weight


def _units_of(comments: pd.DataFrame) -> pd.DataFrame:
    units = comments.groupby("unit", sort=True).agg(
        cluster=("cluster", "min"), is_session=("is_session", "any"), weight=("weight", "max"), score=("score", "mean")
    )
    named = comments.assign(**{name: comments[name].fillna("") for name in _MOST_OF})
    for name in _MOST_OF:
        sizes = named.groupby(["unit", name], as_index=False).size()
        most = sizes.sort_values(["size", name], ascending=[False, True]).drop_duplicates("unit").set_index("unit")
        units[name] = most[name]
    return units[[*_MOST_OF, "cluster", "is_session", "weight", "score"]]
