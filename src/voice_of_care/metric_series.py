"""Other measures as series for the whole organisation, the months or quarters they are given for, and their themes."""

from __future__ import annotations

import json
import math
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.counting import leaning_of_units

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import MetricSettings

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


class Unknown(NamedTuple):
    """A name in the settings that no theme, or no priority, has."""

    name: str
    metric: str
    is_priority: bool


def themes_of_metrics(analysis: Analysis, entries: Sequence[MetricSettings]) -> dict[str, frozenset[str]]:
    """Return for each measure that has a name the themes it speaks of, by id, name, parent theme or priority."""
    by_name, by_priority = _themes_by_name(analysis), _themes_by_priority(analysis)
    return {
        plain_words(entry.name): frozenset(
            theme_id
            for names, lookup in ((entry.themes, by_name), (entry.priorities, by_priority))
            for name in names
            for theme_id in lookup.get(plain_words(name), ())
        )
        for entry in entries
        if entry.name
    }


def names_of_nothing(analysis: Analysis, entries: Sequence[MetricSettings]) -> tuple[Unknown, ...]:
    """Return the names in the settings' measures that no theme, or no priority of a framework, has."""
    themes, priorities = _themes_by_name(analysis), set(_themes_by_priority(analysis))
    for framework in analysis.frameworks:
        priorities |= {plain_words(f"{framework.id}/{element.id}") for element in framework.elements}
    return tuple(
        Unknown(name, entry.name, is_priority)
        for entry in entries
        for is_priority, names in ((False, entry.themes), (True, entry.priorities))
        for name in names
        if plain_words(name) not in (priorities if is_priority else themes)
    )


def plain_words(name: str) -> str:
    """Return a name as it is compared: case and spaces are of no account."""
    return " ".join(name.split()).casefold()


def _themes_by_name(analysis: Analysis) -> Mapping[str, set[str]]:
    """Return the themes by their id, their name and the names they had, and those of their parent."""
    by_name: dict[str, set[str]] = {}
    themes = analysis.themes
    label_of = dict(zip(themes["theme_id"], themes["label"], strict=True))
    members: dict[str, set[str]] = {}
    for theme_id, parent_id in zip(themes["theme_id"], themes["parent_id"].fillna(""), strict=True):
        for key in (theme_id, parent_id):
            members.setdefault(key, set()).add(theme_id)
        for name in (theme_id, label_of[theme_id], parent_id, label_of.get(parent_id, "")):
            by_name.setdefault(plain_words(name), set()).add(theme_id)
    for name, theme_id in _former_names(analysis.events, label_of):
        by_name.setdefault(plain_words(name), members.get(theme_id, set()))
    by_name.pop("", None)
    return by_name


def _former_names(events: pd.DataFrame, label_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the names that themes had before they were renamed to what they are called now, and the themes."""
    renames = events[events["action"] == "theme.rename"]
    pairs = [
        (json.loads(payload), json.loads(inverse))
        for payload, inverse in zip(renames["payload_json"], renames["inverse_json"], strict=True)
    ]
    standing = {new["theme_id"] for new, _ in pairs if label_of.get(new["theme_id"]) == new["label"]}
    return [(str(old.get("label", "")), new["theme_id"]) for new, old in pairs if new["theme_id"] in standing]


def _themes_by_priority(analysis: Analysis) -> Mapping[str, set[str]]:
    links = analysis.theme_links[analysis.theme_links["status"] != "rejected"]
    by_priority: dict[str, set[str]] = {}
    priorities = links["framework_id"] + "/" + links["priority_id"]
    for priority, theme_id in zip(priorities, links["theme_id"], strict=True):
        by_priority.setdefault(plain_words(priority), set()).add(theme_id)
    return by_priority
