"""How people are counted: the unit, distinct units, and shares with intervals.

The unit is the respondent, else the response; for notes of a session, the session. Mentions are never counted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

Z_95 = 1.959963984540054


LEANINGS = ("positive", "mixed", "neutral", "negative")
_LEANING_OF = {
    "very_negative": "negative",
    "negative": "negative",
    "neutral": "neutral",
    "mixed": "mixed",
    "positive": "positive",
    "very_positive": "positive",
}


class Share(NamedTuple):
    """A share of units with its Wilson 95% interval; fractions from 0 to 1, NaN where nobody was asked."""

    units: int
    total: int
    share: float
    low: float
    high: float


def units(safe_comments: pd.DataFrame, *, count_campaigns: Literal["once", "each"] = "once") -> pd.Series:
    """Return each comment's unit, indexed by comment_id.

    The unit is session_id for notes (a session without a respondent), else respondent_id, else response_id, else the
    comment itself. A repeated record carries the unit of the record it repeats. With `once`, all senders of a campaign
    are one unit.
    """
    unit = safe_comments["respondent_id"].fillna(safe_comments["session_id"])
    unit = unit.fillna(safe_comments["response_id"]).fillna(safe_comments["duplicate_of"])
    unit = unit.fillna(safe_comments["comment_id"])
    if count_campaigns == "once":
        unit = safe_comments["campaign_id"].fillna(unit)
    index = pd.Index(safe_comments["comment_id"].to_numpy(), name="comment_id")
    return pd.Series(unit.to_numpy(), index=index, name="unit")


def wilson_share(count: int, total: int, *, z: float = Z_95) -> Share:
    """Return a share with its Wilson score interval (Wilson 1927, without continuity correction)."""
    if total <= 0:
        return Share(count, total, math.nan, math.nan, math.nan)
    p = count / total
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    middle = p + z * z / (2 * total)
    scale = 1 + z * z / total
    return Share(count, total, p, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))


def count_units(comment_ids: Iterable[str], unit_of: pd.Series) -> int:
    """Return how many distinct units stand behind these comments."""
    return int(unit_of.reindex(pd.Index(list(comment_ids))).dropna().nunique())


def leaning_of_units(said: pd.DataFrame, *, by: tuple[str, ...] = ("unit",)) -> pd.Series:
    """Return how each unit speaks: positive, mixed, neutral or negative; who says both good and bad is mixed.

    Neutral is who says neither; negative is who has only bad to say.

    Args:
        said: a row for each thing said, with the columns of `by` and `sentiment` (a label of `SENTIMENT_LABELS`, may be
            empty, which counts for nothing).
        by: columns that tell units apart, such as unit and month.

    Returns:
        Leanings, indexed by `by`, in its order.
    """
    plain = said.assign(leaning=said["sentiment"].map(_LEANING_OF)).dropna(subset=["leaning"])
    told = {name: plain["leaning"].eq(name).groupby([plain[column] for column in by]).any() for name in LEANINGS}
    both = told["mixed"] | (told["positive"] & told["negative"])
    leaning = pd.Series("neutral", index=both.index, name="leaning", dtype="object")
    return leaning.mask(told["positive"], "positive").mask(told["negative"], "negative").mask(both, "mixed")
