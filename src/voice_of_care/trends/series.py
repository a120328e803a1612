"""Who was heard in each period, who raised what and how they speak: distinct units, in all and by stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.counting import leaning_of_units
from voice_of_care.trend_tables import SCOPES
from voice_of_care.trends.periods import number_periods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.heard import Heard

    Whole = NDArray[np.int64]

STRATUM = ("service", "question", "channel")
MENTIONED = ("theme", "parent", "priority")
NO_GROUP = "unknown"
MICRO = 1_000_000
"""Polarities and scores are summed in millionths, as whole numbers, so that no sum depends on the order of rows."""
PLEASED_FROM = 4
"""A unit whose mean score is this or more, of 5, gave one of the two best."""
WHOLE = 720_720
"""Parts of a unit: divisible by all numbers to 16, so that units split over strata are summed as whole numbers."""
_VOICE = ["item", "period", "unit"]
_COUNTS = ("units", "told", "negative", "felt", "polarity", "square", "scored", "pleased")


class Rows(NamedTuple):
    """Dated rows of comments and mentions under every item they count for.

    Attributes:
        items: scope and item_id, in the order of the tables.
        strata: service, question and channel, sorted; empty where unknown.
        told: a row for each comment or mention and item: item and stratum (rows in `items` and `strata`), unit and
            comment (numbers without meaning), received_on, sentiment, polarity and score in millionths, is_felt and
            is_scored.
    """

    items: pd.DataFrame
    strata: pd.DataFrame
    told: pd.DataFrame

    def of_scopes(self, scopes: tuple[str, ...]) -> Whole:
        """Return the numbers of the items of these scopes."""
        return np.flatnonzero(self.items["scope"].isin(scopes).to_numpy())


class Counted(NamedTuple):
    """Distinct units in the periods of one kind.

    Attributes:
        totals: for each item and period: units, told and negative (of these), felt with the sum and the squares of
            their polarities (polarity, square; in millionths), scored and pleased (of these).
        cells: the same by stratum, without squares. A unit heard in several strata is split evenly over them, as a
            whole: each stratum gets its part of what the unit says in all. So the strata of an item and period add up
            to its totals.
        raised: units who raise each item of `MENTIONED`, split over all the strata in which they were heard.
    """

    totals: pd.DataFrame
    cells: pd.DataFrame
    raised: pd.DataFrame


def lay_rows(heard: Heard) -> Rows:
    """Return the dated rows of what was heard under every item they count for.

    Comments count for all together, their service, site and respondent group; mentions for their theme, parent theme or
    priority. The group of those who did not tell it is none.
    """
    comments = heard.comments[heard.comments["received_on"].notna()]
    mentions = heard.mentions[heard.mentions["received_on"].notna()]
    parts = [comments.assign(scope="overall", item_id=""), mentions]
    for scope in ("service", "site", "respondent_group"):
        named = comments[comments[scope].notna() & comments[scope].ne(NO_GROUP)]
        parts.append(named.assign(scope=scope, item_id=named[scope]))
    columns = ["scope", "item_id", "unit", "comment_id", "received_on", *STRATUM, "score", "polarity", "sentiment"]
    rows = pd.concat([part[columns] for part in parts], ignore_index=True)
    scope_rank = rows["scope"].map({scope: rank for rank, scope in enumerate(SCOPES)})
    rows = rows.assign(scope_rank=scope_rank, **{name: rows[name].fillna("") for name in STRATUM})
    items, item = _number(rows, ["scope_rank", "scope", "item_id"])
    strata, stratum = _number(rows, list(STRATUM))
    told = pd.DataFrame(
        {
            "item": item,
            "stratum": stratum,
            "unit": pd.factorize(rows["unit"])[0],
            "comment": pd.factorize(rows["comment_id"])[0],
            "received_on": rows["received_on"],
            "sentiment": rows["sentiment"],
            "polarity": _millionths(rows["polarity"]),
            "score": _millionths(rows["score"]),
            "is_felt": rows["polarity"].notna(),
            "is_scored": rows["score"].notna(),
        }
    )
    return Rows(items[["scope", "item_id"]], strata, told)


def count_units(rows: Rows, periods: pd.DataFrame) -> Counted:
    """Return the distinct units of each item and period, in all and by stratum.

    A unit heard in two periods counts in each. Who says both good and bad is mixed, not negative; a unit's sentiment is
    the mean polarity of what it said of the item, its score the mean of its comments' scores.
    """
    numbered = rows.told.assign(period=number_periods(rows.told["received_on"], periods))
    voices = _voices(numbered)
    parts = _split(numbered)
    split = parts.merge(voices, on=_VOICE, validate="many_to_one")
    overall = parts[parts["item"].isin(rows.of_scopes(("overall",)))].drop(columns="item")
    mentioned = voices.loc[voices["item"].isin(rows.of_scopes(MENTIONED)), _VOICE]
    raised = mentioned.merge(overall, on=["period", "unit"], validate="many_to_many").assign(raised=1)
    return Counted(
        _total(voices),
        _add_up(split, [name for name in _COUNTS if name != "square"]),
        _add_up(raised, ["raised"]),
    )


def count_totals(rows: Rows, periods: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of `count_units` alone."""
    return _total(_voices(rows.told.assign(period=number_periods(rows.told["received_on"], periods))))


def _total(voices: pd.DataFrame) -> pd.DataFrame:
    return voices.groupby(["item", "period"], as_index=False)[list(_COUNTS)].sum()


def _number(rows: pd.DataFrame, columns: list[str]) -> tuple[pd.DataFrame, Whole]:
    """Return the distinct rows of some columns, sorted, and the number of each row among them."""
    grouped = rows.groupby(columns, sort=True)
    distinct = grouped.size().index.to_frame(index=False)
    return distinct, grouped.ngroup().to_numpy().astype(np.int64)


def _millionths(values: pd.Series) -> Whole:
    millionths: Whole = np.rint(values.fillna(0.0).to_numpy(dtype=np.float64) * MICRO).astype(np.int64)
    return millionths


def _split(told: pd.DataFrame) -> pd.DataFrame:
    """Return the strata in which each unit was heard, with the part of it that falls to each."""
    distinct = told[[*_VOICE, "stratum"]].drop_duplicates()
    strata = distinct.groupby(_VOICE)["stratum"].transform("size")
    return distinct.assign(part=WHOLE // strata)


def _add_up(split: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the sums of columns over units, by item, period and stratum."""
    parts = split[columns].mul(split["part"], axis=0)
    sums = parts.groupby([split["item"], split["period"], split["stratum"]]).sum() / WHOLE
    return sums.reset_index()


def _voices(told: pd.DataFrame) -> pd.DataFrame:
    """Return what each unit adds to each item in each period."""
    grouped = told.groupby(_VOICE)
    voice: Whole = grouped.ngroup().to_numpy().astype(np.int64)
    voices = grouped.size().index.to_frame(index=False)
    count = len(voices)
    leaning = leaning_of_units(pd.DataFrame({"unit": voice, "sentiment": told["sentiment"].to_numpy()}))
    is_told, is_negative = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    is_told[leaning.index] = 1
    is_negative[leaning.index[leaning.eq("negative")]] = 1
    polarity, is_felt = _mean_of(voice, told["polarity"].to_numpy(), told["is_felt"].to_numpy(), count)
    by_comment = told.assign(voice=voice).drop_duplicates(["voice", "comment"])
    score, is_scored = _mean_of(
        by_comment["voice"].to_numpy(), by_comment["score"].to_numpy(), by_comment["is_scored"].to_numpy(), count
    )
    return voices.assign(
        units=1,
        told=is_told,
        negative=is_negative,
        felt=is_felt,
        polarity=polarity,
        square=polarity * polarity,
        scored=is_scored,
        pleased=is_scored * (score >= PLEASED_FROM * MICRO),
    )


def _mean_of(voice: Whole, values: Whole, is_there: NDArray[np.bool_], count: int) -> tuple[Whole, Whole]:
    """Return each unit's mean, in whole millionths and 0 where it has none, and whether (1 or 0) it has one."""
    sums = np.bincount(voice[is_there], weights=values[is_there], minlength=count)
    numbers = np.bincount(voice[is_there], minlength=count)
    means = np.rint(sums / np.maximum(numbers, 1)).astype(np.int64)
    return means, (numbers > 0).astype(np.int64)
