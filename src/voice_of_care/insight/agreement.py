"""How far lists of priorities agree: Kendall's W over whole lists, rank-biased overlap with weight on their top.

See docs/methods/ranking.md.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from voice_of_care.ballots import fill_ranks
from voice_of_care.insight_tables import AGREEMENTS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

PERSISTENCE = 0.9
"""Chance that a reader of a list goes on to its next place; the first ten places hold 86% of the weight."""
FEWEST_JUDGES = 3
"""Lists from which an interval of Kendall's W is told."""
_OVERALL = "overall"


class Concordance(NamedTuple):
    """Kendall's W with its 95% interval, which is NaN under three lists; all NaN where no list tells items apart."""

    w: float
    low: float
    high: float


def kendall_w(ranks: ArrayLike) -> Concordance:
    """Return Kendall's W of several judges' ranks, corrected for ties (Kendall and Babington Smith 1939).

    W = 12 S / (m^2 (n^3 - n) - m sum T). The interval is a jackknife over judges (Arvesen 1969) of the mean rank
    correlation between two of them, which W is a linear function of, with m - 1 degrees of freedom.

    Args:
        ranks: a row for each judge, a column for each item; ties share the mean of their ranks.

    Raises:
        ValueError: the ranks are no table of numbers with two judges and two items or more.
    """
    table = np.asarray(ranks, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        msg = "Kendall's W needs two judges or more, who rank two items or more, each with a number for every item."
        raise ValueError(msg)
    table = stats.rankdata(table, axis=1)
    judges = len(table)
    sums, ties = table.sum(axis=0), _ties(table)
    found = float(_concordance(sums[None], ties.sum()[None], judges)[0])
    if judges < FEWEST_JUDGES or math.isnan(found):
        return Concordance(found, math.nan, math.nan)
    mean = _mean_correlation(found, judges)
    without = _mean_correlation(_concordance(sums - table, ties.sum() - ties, judges - 1), judges - 1)
    if np.isnan(without).any():
        return Concordance(found, math.nan, math.nan)
    pseudo = judges * mean - (judges - 1) * without
    reach = float(stats.t.ppf(0.975, judges - 1)) * float(pseudo.std(ddof=1)) / math.sqrt(judges)
    low, high = (min(1.0, max(0.0, _w_of(end, judges))) for end in (mean - reach, mean + reach))
    return Concordance(found, min(low, found), max(high, found))


def rank_biased_overlap(first: Sequence[str], second: Sequence[str], *, p: float = PERSISTENCE) -> float:
    """Return the extrapolated rank-biased overlap of two lists (Webber, Moffat and Zobel 2010, equation 32).

    Lists may hold different items and be of uneven length: where the shorter ends, it is taken to go on as it went.

    Args:
        first: items, the best first.
        second: items, the best first.
        p: persistence, above 0 and under 1; the smaller, the more the first places count.

    Raises:
        ValueError: a list is empty or names an item twice, or p is out of its range.
    """
    if not 0 < p < 1:
        msg = "The persistence of rank-biased overlap lies above 0 and under 1."
        raise ValueError(msg)
    short, long = sorted((list(first), list(second)), key=len)
    if not short or len(set(short)) != len(short) or len(set(long)) != len(long):
        msg = "Rank-biased overlap needs lists that are not empty and name no item twice."
        raise ValueError(msg)
    depths, places = len(long), {item: place for place, item in enumerate(short, start=1)}
    meets = sorted(max(places[item], place) for place, item in enumerate(long, start=1) if item in places)
    overlap = np.searchsorted(meets, np.arange(1, depths + 1), side="right").astype(np.float64)
    depth = np.arange(1, depths + 1, dtype=np.float64)
    both, of_short = overlap[-1], overlap[len(short) - 1]
    beyond = np.maximum(depth - len(short), 0) * of_short / (len(short) * depth)
    seen = float(((overlap / depth + beyond) * p**depth).sum())
    last = (both - of_short) / depths + of_short / len(short)
    return (1 - p) / p * seen + float(last) * p**depths


def compare_lists(ranking: pd.DataFrame, *, consensus: pd.DataFrame, ballots: pd.DataFrame) -> pd.DataFrame:
    """Return the table `agreements`: of groups, of channels, of each round's ballots, and of these with the score.

    Kendall's W is taken over the themes that all lists rank; in lists by score, themes that nobody of the group or
    channel raises share the last place. Rank-biased overlap is the mean over pairs, of the themes each list names.

    Args:
        ranking: as declared.
        consensus: as declared.
        ballots: as declared.
    """
    rows = [
        *(_of_scopes(ranking, name, prefix) for name, prefix in (("groups", "group/"), ("channels", "channel/"))),
        *_of_ballots(ballots),
        *_of_consensus(consensus, ranking),
    ]
    found = [row for row in rows if row is not None]
    return conform(pd.DataFrame(found, columns=list(AGREEMENTS.columns)), AGREEMENTS) if found else AGREEMENTS.empty()


def _concordance(sums: NDArray[np.float64], ties: NDArray[np.float64], judges: int) -> NDArray[np.float64]:
    """Return W for each row of sums of ranks, NaN where no judge tells items apart."""
    items = sums.shape[1]
    squares = ((sums - sums.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    whole = judges**2 * (items**3 - items) - judges * ties
    return np.asarray(np.minimum(1.0, 12 * squares / np.where(whole > 0, whole, np.nan)))


def _ties(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return T of each judge: the sum of t^3 - t over groups of t tied items."""
    counts = [np.unique(row, return_counts=True)[1].astype(np.float64) for row in table]
    return np.array([(count**3 - count).sum() for count in counts])


def _mean_correlation(w: Any, judges: int) -> Any:  # noqa: ANN401 (a number, or one for each of several)
    """Return the mean rank correlation between two judges that W comes to."""
    return (judges * w - 1) / (judges - 1)


def _w_of(correlation: float, judges: int) -> float:
    return (correlation * (judges - 1) + 1) / judges


_Row = dict[str, Any]


def _row(comparison: str, names: Sequence[str], ranks: NDArray[np.float64], lists: Sequence[Sequence[str]]) -> _Row:
    """Return one row; without two themes that all rank, or where a list is empty, there is nothing to measure."""
    found = kendall_w(ranks) if ranks.shape[1] >= 2 else Concordance(math.nan, math.nan, math.nan)
    overlaps = [rank_biased_overlap(*pair) for pair in combinations(lists, 2)] if all(lists) else []
    return {
        "comparison": comparison,
        "lists": list(names),
        "themes": ranks.shape[1],
        "kendall_w": found.w,
        "low": found.low,
        "high": found.high,
        "rank_biased_overlap": min(1.0, float(np.mean(overlaps))) if overlaps else math.nan,
    }


def _of_scopes(ranking: pd.DataFrame, comparison: str, prefix: str) -> _Row | None:
    mine = ranking[ranking["scope"].str.startswith(prefix)]
    scopes = list(dict.fromkeys(mine["scope"]))
    if len(scopes) < 2:
        return None
    scores = mine.pivot_table(index="scope", columns="theme_id", values="score").loc[scopes]
    scores = scores.dropna(axis="columns")
    named = mine[mine["respondents"] > 0].sort_values(["scope", "rank"])
    lists = [named.loc[named["scope"] == scope, "theme_id"].tolist() for scope in scopes]
    return _row(comparison, scopes, -scores.round(12).to_numpy(dtype=np.float64), lists)


def _of_ballots(ballots: pd.DataFrame) -> Iterator[_Row]:
    """Yield how far the ballots of each round agree; themes a ballot leaves unranked share the ranks left."""
    given = ballots.assign(rank=ballots["rank"].astype("float64"))
    for number, cast in given.groupby("round", sort=True):
        ranks = cast.pivot_table(index="ballot_id", columns="theme_id", values="rank", dropna=False)
        ranks = ranks[ranks.notna().any(axis="columns")]
        if len(ranks) < 2:
            continue
        ordered = cast.dropna(subset=["rank"]).sort_values(["ballot_id", "rank", "theme_id"])
        lists = [ordered.loc[ordered["ballot_id"] == name, "theme_id"].tolist() for name in ranks.index]
        names = [str(name) for name in ranks.columns]
        filled = np.array([fill_ranks(_whole(row), names) for _, row in ranks.iterrows()])
        yield _row(f"ballots/{number}", [str(name) for name in ranks.index], filled, lists)


def _whole(ranks: pd.Series) -> dict[str, int]:
    return {str(theme): int(given) for theme, given in ranks.dropna().items()}


def _of_consensus(consensus: pd.DataFrame, ranking: pd.DataFrame) -> Iterator[_Row]:
    """Yield how far the list after each round agrees with the score, over the themes that stand in both."""
    rank_of = ranking[ranking["scope"] == _OVERALL].set_index("theme_id")["rank"].astype("float64")
    for number, decided in consensus.groupby("round", sort=True):
        both = decided[decided["theme_id"].isin(rank_of.index)].sort_values(["place", "theme_id"])
        if both.empty:
            continue
        ours = both["theme_id"].map(rank_of)
        ranks = np.vstack([both["place"].to_numpy(dtype=np.float64), ours.to_numpy(dtype=np.float64)])
        lists = [both["theme_id"].tolist(), both.assign(ours=ours).sort_values("ours")["theme_id"].tolist()]
        yield _row(f"ballots-and-score/{number}", [f"consensus/{number}", _OVERALL], ranks, lists)
