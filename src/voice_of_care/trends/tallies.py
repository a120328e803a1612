"""Who raised what in the recent months and before, by stratum and month: sessions and units, never mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.trends.periods import lay_periods
from voice_of_care.trends.rate_ratios import Windows
from voice_of_care.trends.strata import place_in_strata

if TYPE_CHECKING:
    import datetime

    from numpy.typing import NDArray

    from voice_of_care.heard import Heard
    from voice_of_care.settings import TrendSettings

RECENT, BEFORE = 0, 1
OVERDISPERSED_FROM = 1.5
"""Dispersion above which the test is quasi-binomial."""
_FEWEST_MONTHS = 4  # with anything to go by, to tell whether months differ more than by chance


class Months(NamedTuple):
    """The two windows, each by its first and last month as a number (`month_numbers`), all included."""

    recent_from: int
    recent_to: int
    baseline_from: int
    baseline_to: int

    def window_of(self, months: pd.Series) -> pd.Series:
        """Return RECENT, BEFORE or nothing for each month."""
        window = pd.Series(pd.NA, index=months.index, dtype="Int64")
        window[months.between(self.baseline_from, self.baseline_to)] = BEFORE
        window[months.between(self.recent_from, self.recent_to)] = RECENT
        return window


class Tallies(NamedTuple):
    """Clusters counted once in each window, and once in each month.

    `heard` is by stratum and window (recent, before); `raised` by theme, stratum and window; `heard_monthly` by stratum
    and month, baseline first; `raised_monthly` by theme, stratum and month; `is_passing` tells of each stratum whether
    it stands for channels heard in one window alone; `raised_ever` of each theme whether it was raised before the
    recent window, in whatever stratum and however long ago.
    """

    themes: tuple[str, ...]
    heard: NDArray[np.int64]
    raised: NDArray[np.int64]
    heard_monthly: NDArray[np.int64]
    raised_monthly: NDArray[np.int64]
    baseline_months: int
    is_passing: NDArray[np.bool_]
    raised_ever: NDArray[np.bool_]

    def kept(self) -> NDArray[np.bool_]:
        """Return which strata were heard in both windows: the only ones that can be compared."""
        return np.asarray(self.heard.min(axis=1) > 0)

    def windows(self, theme: int) -> Windows:
        """Return what is compared for a theme."""
        return self._windows(theme, self.kept())

    def lasting_windows(self, theme: int) -> Windows:
        """Return the same within channels heard in both windows."""
        return self._windows(theme, self.kept() & ~self.is_passing)

    def _windows(self, theme: int, kept: NDArray[np.bool_]) -> Windows:
        heard, raised = self.heard[kept], self.raised[theme][kept]
        return Windows(raised[:, RECENT], heard[:, RECENT], raised[:, BEFORE], heard[:, BEFORE])

    def months_raised(self, theme: int, window: int) -> int:
        """Return in how many months of a window a theme was raised, in the strata compared."""
        monthly = self.raised_monthly[theme][self.kept()].sum(axis=0)
        months = slice(self.baseline_months, None) if window == RECENT else slice(self.baseline_months)
        return int((monthly[months] > 0).sum())

    def dispersion(self, theme: int) -> float | None:
        """Return the variance of the baseline's months by that of the binomial, or nothing where months are too few.

        Pearson's chi-squared by its degrees of freedom, with what each stratum was expected to raise in each month; the
        variance is of the residuals, so that a stratum heard in one month alone tells nothing.
        """
        kept, months = self.kept(), slice(self.baseline_months)
        heard, raised = self.heard_monthly[kept, months], self.raised_monthly[theme][kept, months]
        whole = np.maximum(heard.sum(axis=1, keepdims=True), 1)
        share = raised.sum(axis=1, keepdims=True) / whole
        variance = (heard * share * (1 - share) * (1 - heard / whole)).sum(axis=0)
        surprise = (raised - heard * share).sum(axis=0)
        told = variance > 0
        if told.sum() < _FEWEST_MONTHS:
            return None
        return float((surprise[told] ** 2 / variance[told]).mean())


def month_numbers(dates: pd.Series) -> pd.Series:
    """Return each date's month, numbered through the years, so that they can be counted with."""
    numbers: pd.Series = dates.dt.year * 12 + dates.dt.month - 1
    return numbers.astype("int64")


def month_name(number: int) -> str:
    """Return a month as text, 2025-01."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def choose_months(dates: pd.Series, *, settings: TrendSettings, report_date: datetime.date | None) -> Months | None:
    """Return the windows: the last complete months up to one in which something was heard, and those before.

    Nothing is returned where nothing was heard in a complete month (`periods.lay_periods`).
    """
    periods = lay_periods(dates, kind="month", year_starts_in=settings.year_starts_in, report_date=report_date)
    complete = month_numbers(periods.loc[periods["is_complete"], "starts_on"])
    heard = complete[complete.isin(month_numbers(dates.dropna()))]
    if heard.empty:
        return None
    last = int(heard.max())
    first = last - settings.recent_months + 1
    return Months(first, last, first - settings.baseline_months, first - 1)


def last_year(months: Months) -> Months:
    """Return the recent window beside the same months of the year before."""
    return Months(months.recent_from, months.recent_to, months.recent_from - 12, months.recent_to - 12)


def dated(heard: Heard) -> Heard:
    """Return what has a date, with its month; of the mentions those of themes."""
    mentions = heard.mentions[heard.mentions["scope"] == "theme"]
    return heard._replace(comments=_with_month(heard.comments), mentions=_with_month(mentions))


def tally(heard: Heard, months: Months, *, themes: tuple[str, ...]) -> Tallies:
    """Count what is dated (`dated`) within two windows."""
    comments, mentions = (_windowed(frame, months) for frame in (heard.comments, heard.mentions))
    clusters = place_in_strata(comments)
    comments, mentions = (
        frame.assign(stratum=frame["cluster"].map(clusters["stratum"])) for frame in (comments, mentions)
    )
    passing = clusters.groupby("stratum")["is_passing"].first().sort_index()
    length = months.baseline_to - months.baseline_from + 1
    every = length + months.recent_to - months.recent_from + 1
    number_of = {theme: number for number, theme in enumerate(themes)}
    mentions = mentions.assign(theme=mentions["item_id"].map(number_of))
    earlier = heard.mentions.loc[heard.mentions["month"] < months.recent_from, "item_id"]
    return Tallies(
        themes,
        _count(comments, {"stratum": len(passing), "window": 2}),
        _count(mentions, {"theme": len(themes), "stratum": len(passing), "window": 2}),
        _count(comments, {"stratum": len(passing), "place": every}),
        _count(mentions, {"theme": len(themes), "stratum": len(passing), "place": every}),
        length,
        passing.to_numpy(dtype=bool),
        np.isin(np.array(themes, dtype=object), earlier.unique()),
    )


def _with_month(frame: pd.DataFrame) -> pd.DataFrame:
    given = frame.dropna(subset=["received_on"])
    return given.assign(month=month_numbers(given["received_on"]))


def _windowed(frame: pd.DataFrame, months: Months) -> pd.DataFrame:
    placed = frame.assign(window=months.window_of(frame["month"])).dropna(subset=["window"])
    start = np.where(placed["window"] == BEFORE, months.baseline_from, months.recent_from)
    length = months.baseline_to - months.baseline_from + 1
    return placed.assign(place=placed["month"] - start + np.where(placed["window"] == BEFORE, 0, length))


def _count(frame: pd.DataFrame, sizes: dict[str, int]) -> NDArray[np.int64]:
    """Return how many clusters there are in each cell of some columns of numbers from 0."""
    cells = frame[["cluster", *sizes]].drop_duplicates()
    counts = np.zeros(tuple(sizes.values()), dtype=np.int64)
    np.add.at(counts, tuple(cells[name].to_numpy(dtype=np.int64) for name in sizes), 1)
    return counts
