"""Other measures as series for the whole organisation, and the months or quarters that they are given for."""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.counting import leaning_of_units

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

MONTHS_OF_A_QUARTER = 3
FEWEST_HEARD = 5
"""Respondents of a period from which a theme's share in it is known."""
FEWEST_PERIODS = 8
"""Periods in which both a theme and a measure are known, below which nothing is said of them."""
_BAD = ("negative", "mixed")


class MetricSeries(NamedTuple):
    """One measure in order of time.

    `course` holds the values, indexed by the first day of each period; `months` is the length of a period: 1 or 3;
    `of_services` is the number of services whose mean it is, 0 where it was given for the whole organisation.
    """

    name: str
    better: str
    months: int
    course: pd.Series
    of_services: int


def metric_series(metrics: pd.DataFrame) -> tuple[MetricSeries, ...]:
    """Return each measure for the whole organisation, in order of name.

    Rows without a service are taken where there are any. Else it is the mean over the services that have a value in
    every period: one that joins or leaves would move the mean though nothing changed. Whether the file gives counts or
    rates is not known; of the same services a mean moves as their sum does.

    Args:
        metrics: as declared in `insight_tables.METRICS`.
    """
    found = []
    for name, rows in metrics.dropna(subset=["value"]).groupby("metric", sort=True):
        months = months_of_periods(rows["starts_on"])
        own = rows[rows["service"].isna()]
        better = str(rows["better"].iloc[0])
        if len(own):
            values = own.set_index("starts_on")["value"].sort_index()
            found.append(MetricSeries(str(name), better, months, values, 0))
            continue
        wide = rows.pivot_table(index="starts_on", columns="service", values="value", aggfunc="first")
        wide = wide.sort_index().dropna(axis="columns")
        values = wide[sorted(wide.columns)].mean(axis="columns").rename("value")
        found.append(MetricSeries(str(name), better, months, values.dropna(), wide.shape[1]))
    return tuple(found)


def months_of_periods(starts: Iterable[pd.Timestamp]) -> int:
    """Return the length in months of the periods that begin on these days: 3 where all lie quarters apart, else 1."""
    numbers = sorted({12 * day.year + day.month for day in starts})
    step = reduce(math.gcd, (number - numbers[0] for number in numbers[1:]), 0)
    return MONTHS_OF_A_QUARTER if step and step % MONTHS_OF_A_QUARTER == 0 else 1


def first_days(days: pd.Series, *, months: int, grid: pd.Timestamp) -> pd.Series:
    """Return the first day of the period that each day falls in; an empty day has none.

    Args:
        days: any days.
        months: length of the periods.
        grid: first day of any of the periods.
    """
    offset = (12 * grid.year + grid.month - 1) % months
    numbers = 12 * days.dt.year + days.dt.month - 1
    starts = (numbers - offset) // months * months + offset
    years, rest = starts // 12, starts % 12 + 1
    return pd.to_datetime(pd.DataFrame({"year": years, "month": rest, "day": 1})).dt.as_unit("us")


def theme_course(
    comments: pd.DataFrame, said: pd.DataFrame, *, months: int, grid: pd.Timestamp, until: pd.Timestamp
) -> pd.DataFrame:
    """Count by period who was heard, and who had something bad to say of a theme.

    Args:
        comments: of all heard: unit, received_on, weight.
        said: of the theme: unit, received_on, sentiment, weight.
        months: length of the periods.
        grid: first day of any of them.
        until: last day that no more comments are looked for.

    Returns:
        Columns bad and heard (sums of weights of units), indexed by first day: periods that are over and in which five
        units and more were heard.
    """

    def of_period(rows: pd.DataFrame) -> pd.DataFrame:
        dated = rows[rows["received_on"].notna()]
        return dated.assign(period=first_days(dated["received_on"], months=months, grid=grid))

    heard = of_period(comments).drop_duplicates(["period", "unit"])
    is_over = heard["period"] + pd.DateOffset(months=months) <= until + pd.Timedelta(days=1)
    weights = heard[is_over].groupby("period")["weight"].agg(["sum", "size"])
    known = weights.loc[weights["size"] >= FEWEST_HEARD, "sum"].sort_index()
    told = of_period(said)
    leaning = leaning_of_units(told, by=("period", "unit"))
    is_bad = leaning[leaning.isin(_BAD)].index.to_frame(index=False)
    weight_of = told.drop_duplicates("unit").set_index("unit")["weight"]
    bad = is_bad.assign(weight=is_bad["unit"].map(weight_of)).groupby("period")["weight"].sum()
    bad = bad.reindex(known.index, fill_value=0.0)
    return pd.DataFrame({"bad": bad.astype("float64"), "heard": known.astype("float64")})


def last_complete_day(series: pd.DataFrame, *, newest: pd.Timestamp, report_date: datetime.date | None) -> pd.Timestamp:
    """Return the last day that no more comments are looked for: as the series say, or the report's or newest day.

    Args:
        series: the table of this name.
        newest: newest day of any comment.
        report_date: as the settings say.
    """
    ends = series.loc[series["is_complete"].fillna(value=False).astype(bool), "ends_on"]
    given = [] if report_date is None else [pd.Timestamp(report_date)]
    days = pd.Series([*ends, newest, *given], dtype="datetime64[us]")
    return pd.Timestamp.min if days.isna().all() else pd.Timestamp(days.max())
