"""How people are counted: the unit, distinct units, shares with intervals and limits.

The unit is the respondent, else the response; for notes of a session, the session. Mentions are never counted.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

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
    return Share(count, total, p, *wilson_interval(p, total, z=z))


def wilson_interval(share: float, total: float, *, z: float = Z_95) -> tuple[float, float]:
    """Return Wilson's score interval of a share; the total may be an effective number of units."""
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    middle = share + z * z / (2 * total)
    scale = 1 + z * z / total
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def upper_bound(count: int, total: int) -> float:
    """Return the share below which, 95% sure, those who would raise a thing stay where `count` of `total` people did.

    It is exact (Clopper and Pearson 1934, one side). Of nobody it is 1 - 0.05^(1/n), which from 30 people on is near
    3/n, the rule of three (Hanley and Lippman-Hand 1983).
    """
    return 1.0 if count >= total else float(stats.beta.ppf(0.95, count + 1, total - count))


def share_difference(first: Share, second: Share) -> tuple[float, float, float]:
    """Return the difference of two shares with its 95% interval (Newcombe 1998, method 10)."""
    middle = first.share - second.share
    below = math.hypot(first.share - first.low, second.high - second.share)
    above = math.hypot(first.high - first.share, second.share - second.low)
    return middle, middle - below, middle + above


def funnel_limits(
    denominators: Sequence[int], centre: float, *, coverage: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact binomial limits within which places of these sizes would keep by chance.

    A share lies below the lower limit where so few or fewer have a probability under half of what is left of the
    coverage, above the upper one where so many or more have. Between the whole counts the limits are interpolated as
    Spiegelhalter (2005) does, the upper as the mirror of the lower, so that they are smooth to draw and exact to judge.

    Args:
        denominators: sizes of the places.
        centre: share of all places together, 0 to 1.
        coverage: 0.95 or 0.998.
    """
    sizes = np.asarray(denominators, dtype=np.float64)
    tail = (1 - coverage) / 2
    return _lower_binomial(sizes, centre, tail), 1 - _lower_binomial(sizes, 1 - centre, tail)


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


def _lower_binomial(sizes: NDArray[np.float64], centre: float, tail: float) -> NDArray[np.float64]:
    if centre in (0.0, 1.0):
        return np.full(len(sizes), centre)
    counts = stats.binom.ppf(tail, sizes, centre)
    surplus = stats.binom.cdf(counts, sizes, centre) - tail
    shares: NDArray[np.float64] = (counts - surplus / stats.binom.pmf(counts, sizes, centre)) / sizes
    return np.clip(shares, 0.0, 1.0)
