"""The measures followed over time, each as a grid of items and periods, with its interval and with the mix held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from voice_of_care.counting import wilson_share
from voice_of_care.trends.mix import Changes, Held, hold_mix, into_pools, mark_baseline, name_changes, pool_strata
from voice_of_care.trends.periods import PERIODS_IN_A_MONTH, lay_periods
from voice_of_care.trends.series import MENTIONED, MICRO, count_units

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from voice_of_care.settings import PeriodKind, TrendSettings
    from voice_of_care.trends.series import Counted, Rows

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

_COUNTED_AS: Mapping[str, tuple[str, str]] = {
    "negative": ("negative", "told"),
    "sentiment": ("polarity", "felt"),
    "fft": ("pleased", "scored"),
}
_CONFIDENCE = 0.95


class Measured(NamedTuple):
    """One measure of all items (rows of the grids) in all periods (columns).

    Attributes:
        items: numbers of the items it is followed for: those with anyone to count.
        part: units counted; the sum of polarities for sentiment.
        whole: units they are a share or mean of.
        low: lower end of the 95% interval, NaN without one.
        high: upper end of it.
        held: values with the mix held.
        changes: who joined and who left.
    """

    measure: str
    items: Whole
    part: Numbers
    whole: Whole
    low: Numbers
    high: Numbers
    held: Held
    changes: Changes

    @property
    def value(self) -> Numbers:
        """Return shares, or mean polarities; NaN where there is nobody."""
        nobody = np.full(self.part.shape, np.nan)
        value: Numbers = np.divide(self.part, self.whole, out=nobody, where=self.whole > 0)
        return value


class Followed(NamedTuple):
    """All measures in the periods of one kind."""

    kind: PeriodKind
    periods: pd.DataFrame
    measures: dict[str, Measured]


def follow_measures(
    rows: Rows, *, kind: PeriodKind, settings: TrendSettings, report_date: datetime.date | None
) -> Followed:
    """Return all measures in the periods of one kind."""
    days = rows.told["received_on"]
    periods = lay_periods(days, kind=kind, year_starts_in=settings.year_starts_in, report_date=report_date)
    counted = count_units(rows, periods)
    most = max(1, round(settings.baseline_months * PERIODS_IN_A_MONTH[kind]))
    measures = {"raised": _raised(rows, counted, len(periods), most)}
    for measure in _COUNTED_AS:
        measures[measure] = _said(measure, rows, counted, len(periods), most)
    return Followed(kind, periods, measures)


def tabulate(followed: Followed, items: pd.DataFrame, measured: Measured, chosen: Whole) -> pd.DataFrame:
    """Return the rows of the table `series` of the chosen items of one measure."""
    periods = followed.periods
    count = len(periods)

    def of_periods(name: str) -> NDArray[np.object_]:
        return np.tile(periods[name].to_numpy(), len(chosen))

    whole = measured.whole[chosen].ravel()
    return pd.DataFrame(
        {
            "scope": np.repeat(items["scope"].to_numpy()[chosen], count),
            "item_id": np.repeat(items["item_id"].to_numpy()[chosen], count),
            "measure": measured.measure,
            "period_kind": followed.kind,
            "period": of_periods("period"),
            "starts_on": of_periods("starts_on"),
            "ends_on": of_periods("ends_on"),
            "is_complete": of_periods("is_complete"),
            "numerator": np.where(whole > 0, measured.part[chosen].ravel(), np.nan),
            "denominator": whole,
            "value": measured.value[chosen].ravel(),
            "low": measured.low[chosen].ravel(),
            "high": measured.high[chosen].ravel(),
            "standardised": np.where(whole > 0, measured.held.standardised[chosen].ravel(), np.nan),
            "covered": measured.held.covered[chosen].ravel(),
        }
    )


def _said(measure: str, rows: Rows, counted: Counted, periods: int, most: int) -> Measured:
    """Return a measure that is a share or mean among those an item is about."""
    part_name, whole_name = _COUNTED_AS[measure]
    scale = MICRO if measure == "sentiment" else 1
    shape = (len(rows.items), periods)
    part = _grid(counted.totals, part_name, shape) / scale
    whole = _grid(counted.totals, whole_name, shape)
    told = counted.cells[counted.cells[whole_name] > 0]
    cells = told[["item", "period", "stratum"]].assign(part=told[part_name] / scale, whole=told[whole_name])
    cells = cells.assign(is_base=mark_baseline(cells, most=most))
    held = hold_mix(into_pools(cells, pool_strata(cells, rows.strata)), items=shape[0], periods=periods)
    if measure == "sentiment":
        low, high = _t_intervals(part, whole, _grid(counted.totals, "square", shape) / scale**2)
        held = held._replace(standardised=np.clip(held.standardised, -1.0, 1.0))
    else:
        low, high = _wilson_intervals(part, whole)
        held = held._replace(standardised=np.clip(held.standardised, 0.0, 1.0))
    items = np.flatnonzero(whole.sum(axis=1) > 0)
    return Measured(measure, items, part, whole, low, high, held, name_changes(cells, rows.strata))


def _raised(rows: Rows, counted: Counted, periods: int, most: int) -> Measured:
    """Return the share of all units heard who raise a theme, a parent theme or a priority."""
    shape = (len(rows.items), periods)
    items = rows.of_scopes(MENTIONED)
    everyone = int(rows.of_scopes(("overall",))[0])
    units = _grid(counted.totals, "units", shape)
    part, whole = units.astype(np.float64), np.tile(units[everyone], (shape[0], 1))
    heard = counted.cells.loc[counted.cells["item"] == everyone, ["item", "period", "stratum"]]
    heard = heard.assign(whole=counted.cells["units"])
    heard = heard.assign(is_base=mark_baseline(heard, most=most))
    pooled = _raised_in_pools(counted.raised, heard, pool_strata(heard, rows.strata), items)
    held = hold_mix(pooled, items=shape[0], periods=periods)
    held = held._replace(standardised=np.clip(held.standardised, 0.0, 1.0))
    low, high = _wilson_intervals(part, whole)
    of_all = name_changes(heard, rows.strata)
    changes = Changes(*({int(item): names[everyone] for item in items if everyone in names} for names in of_all))
    return Measured("raised", items, part, whole, low, high, held, changes)


def _raised_in_pools(raised: pd.DataFrame, heard: pd.DataFrame, pools: pd.DataFrame, items: Whole) -> pd.DataFrame:
    """Return for each item and all strata of all units heard how many raise it."""
    stratum_of = pools.set_index("stratum")["pooled"]
    in_pools = heard.assign(pooled=heard["stratum"].map(stratum_of)).dropna(subset=["pooled"])
    sums = in_pools.groupby(["period", "pooled"], as_index=False)
    everyone = sums.agg(whole=("whole", "sum"), is_base=("is_base", "max"))
    who = raised.assign(pooled=raised["stratum"].map(stratum_of)).dropna(subset=["pooled"])
    parts = who.groupby(["item", "period", "pooled"], as_index=False)["raised"].sum()
    each = everyone.merge(pd.DataFrame({"item": items}), how="cross")
    joined = each.merge(parts, on=["item", "period", "pooled"], how="left", validate="one_to_one")
    joined = joined.assign(part=joined["raised"].fillna(0.0)).drop(columns="raised")
    return joined.sort_values(["item", "period", "pooled"], ignore_index=True)


def _grid(totals: pd.DataFrame, name: str, shape: tuple[int, int]) -> Whole:
    grid = np.zeros(shape, dtype=np.int64)
    grid[totals["item"].to_numpy(), totals["period"].to_numpy()] = totals[name].to_numpy()
    return grid


def _wilson_intervals(part: Numbers, whole: Whole) -> tuple[Numbers, Numbers]:
    pairs, place = np.unique(np.stack([part.ravel(), whole.ravel()]), axis=1, return_inverse=True)
    shares = [wilson_share(int(count), int(total)) for count, total in pairs.T]
    ends = np.array([[share.low, share.high] for share in shares]).reshape(-1, 2)[np.ravel(place)]
    return ends[:, 0].reshape(part.shape), ends[:, 1].reshape(part.shape)


def _t_intervals(part: Numbers, whole: Whole, squares: Numbers) -> tuple[Numbers, Numbers]:
    """Return Student's intervals of means; none for fewer than two units."""
    there = whole > 1
    size = np.where(there, whole, 2)
    mean = part / size
    variance = np.maximum(squares - size * mean**2, 0.0) / (size - 1)
    reach = stats.t.ppf((1 + _CONFIDENCE) / 2, size - 1) * np.sqrt(variance / size)
    low, high = np.clip(mean - reach, -1.0, 1.0), np.clip(mean + reach, -1.0, 1.0)
    return np.where(there, np.round(low, 9), np.nan), np.where(there, np.round(high, 9), np.nan)
