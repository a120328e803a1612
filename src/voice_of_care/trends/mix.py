"""Series with the mix of services, questions and channels held as it was at first (direct standardisation)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.trends.series import STRATUM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Marks = NDArray[np.bool_]

FEWEST_IN_STRATUM = 5
"""Units that a stratum has in the baseline, else it is pooled with others like it."""
LEAST_COVERED = 0.5
"""Share of the baseline's mix heard in a period, below which nothing is said of it with the mix held."""
WEIGHTY = 0.1
"""Share of a series from which newcomers, or those that left, are named."""
_LATE = 3  # periods that tell who is heard no longer
_HARDLY = 0.1  # of the share it has, or had
_EXPECTED = 5  # units that would have been heard had its share been the same throughout
_POOLS = (("service", "channel"), ("service",), ())


class Held(NamedTuple):
    """Values of each item (row) and period (column) with the mix held; NaN where they can't be told.

    `covered` is the share of the baseline's mix heard in the period, NaN for an item without baseline.
    """

    standardised: Numbers
    covered: Numbers


class Changes(NamedTuple):
    """Who joined and who left, in words such as 'service: Maternity', by number of the item."""

    joined: dict[int, list[str]]
    left: dict[int, list[str]]


def mark_baseline(cells: pd.DataFrame, *, most: int) -> pd.Series:
    """Return for each cell whether it is of its item's baseline.

    The baseline is the first periods in which the item was heard: `most`, or half of them where there are fewer than
    twice as many.

    Args:
        cells: item, period, stratum, whole (units, above 0).
        most: periods of a full baseline.
    """
    rank, heard = _rank_periods(cells)
    return rank <= np.minimum(most, np.maximum(heard // 2, 1))


def pool_strata(cells: pd.DataFrame, strata: pd.DataFrame) -> pd.DataFrame:
    """Return the pooled stratum of every item and stratum of the baseline.

    Strata with too few units in the baseline are taken together by service and channel; where these are still too few
    by service; then all that are left. Strata not heard in the baseline have none: they weigh nothing.

    Args:
        cells: item, period, stratum, whole, is_base.
        strata: service, question and channel of each stratum.

    Returns:
        Columns item, stratum, pooled.
    """
    base = cells[cells["is_base"]].groupby(["item", "stratum"], as_index=False)["whole"].sum()
    pooled, offset = base["stratum"], len(strata)
    for columns in _POOLS:
        size = base["whole"].groupby([base["item"], pooled]).transform("sum")
        pool = strata.groupby(list(columns)).ngroup() if columns else pd.Series(0, index=strata.index)
        pooled = pooled.mask(size < FEWEST_IN_STRATUM, base["stratum"].map(pool) + offset)
        offset += len(strata)
    pools: pd.DataFrame = base[["item", "stratum"]].assign(pooled=pooled)
    return pools


def into_pools(cells: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Return the cells summed by pooled stratum; those without one are left out."""
    pooled = cells.merge(pools, on=["item", "stratum"], how="inner", validate="many_to_one")
    sums = pooled.groupby(["item", "period", "pooled"], as_index=False)
    pooled_cells: pd.DataFrame = sums.agg(part=("part", "sum"), whole=("whole", "sum"), is_base=("is_base", "max"))
    return pooled_cells


def hold_mix(pooled: pd.DataFrame, *, items: int, periods: int) -> Held:
    """Return the values of each item and period with the baseline's mix of pooled strata.

    With all strata heard this is the mean of their values by the baseline's weights. Strata of the baseline that are
    not heard in a period are taken to have moved from their level in the baseline as those that are heard have: a
    stratum that leaves takes no level with it.

    Args:
        pooled: item, period, pooled, part, whole (above 0), is_base.
        items: how many there are.
        periods: how many there are.
    """
    base = pooled[pooled["is_base"]].groupby(["item", "pooled"], as_index=False)[["part", "whole"]].sum()
    base = base.assign(
        weight=base["whole"] / base.groupby("item")["whole"].transform("sum"), level=base["part"] / base["whole"]
    )
    rows = pooled.merge(base[["item", "pooled", "weight", "level"]], on=["item", "pooled"], validate="many_to_one")
    place = (rows["item"] * periods + rows["period"]).to_numpy()
    weight = rows["weight"].to_numpy()
    moved = weight * (rows["part"] / rows["whole"] - rows["level"]).to_numpy()
    shape = (items, periods)
    covered = np.bincount(place, weights=weight, minlength=items * periods).reshape(shape)
    movement = np.bincount(place, weights=moved, minlength=items * periods).reshape(shape)
    level = np.bincount(base["item"], weights=base["weight"] * base["level"], minlength=items)
    has_base = np.bincount(base["item"], minlength=items) > 0
    share: Numbers = np.where(has_base[:, None], np.round(np.minimum(covered, 1.0), 9), np.nan)
    is_told = share >= LEAST_COVERED
    moved_by = np.divide(movement, share, out=np.full(shape, np.nan), where=is_told)
    return Held(np.round(level[:, None] + moved_by, 9), share)


def name_changes(cells: pd.DataFrame, strata: pd.DataFrame) -> Changes:
    """Return services, questions and channels that joined or left and weigh a tenth or more together.

    One joined that hardly weighed in the first half of the baseline and weighs since the baseline, or in the last
    three periods. One left that weighed then and hardly does in the last three periods.

    Args:
        cells: item, period, stratum, whole, is_base.
        strata: service, question and channel of each stratum.
    """
    rank, heard = _rank_periods(cells)
    base = rank.where(cells["is_base"], 0).groupby(cells["item"]).transform("max")
    late = np.minimum(_LATE, heard - base)
    windows = {"first": rank <= (base + 1) // 2, "since": rank > base, "late": rank > heard - late}
    joined: dict[int, list[str]] = {}
    left: dict[int, list[str]] = {}
    for column in STRATUM:
        if len(strata[column].unique()) == 1:
            continue
        names = cells["stratum"].map(strata[column])
        in_window = {name: cells["whole"].where(mask, 0) for name, mask in windows.items()}
        sizes = pd.DataFrame(in_window).groupby([cells["item"], names]).sum()
        wholes = sizes.groupby(level=0).transform("sum")
        shares = sizes / wholes.where(wholes > 0)
        since, first = shares[["since", "late"]].max(axis=1), shares["first"]
        is_new = (first < _HARDLY * since) & (since * wholes["first"] >= _EXPECTED)
        is_gone = (shares["late"] < _HARDLY * first) & (first * wholes["late"] >= _EXPECTED)
        _collect(joined, column, since.where(is_new))
        _collect(left, column, first.where(is_gone))
    return Changes(joined, left)


def _collect(named: dict[int, list[str]], column: str, shares: pd.Series) -> None:
    """Add the names that have a share to the lists of their items, where their shares together weigh enough."""
    known = shares.dropna()
    known = known[known.index.get_level_values(1) != ""]
    if known.empty:
        return
    weighty = known[known.groupby(level=0).transform("sum") >= WEIGHTY]
    for item, name in weighty.index:
        named.setdefault(int(item), []).append(f"{column}: {name}")


def _rank_periods(cells: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return for each cell which of its item's periods with anyone heard it is, from 1, and how many there are."""
    by_item = cells.groupby("item")["period"]
    return by_item.rank(method="dense").astype("int64"), by_item.transform("nunique")
