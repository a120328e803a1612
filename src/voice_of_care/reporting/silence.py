"""Who is no longer heard: services, sites and groups that weighed before and of whom nobody was heard of late."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.reporting import trend_words
from voice_of_care.reporting.followed import ITEM_COLUMNS
from voice_of_care.trend_tables import PERIOD_KINDS

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.followed import Items

LEAST_SHARE = 0.05
"""Share of respondents that a place or a group had until it fell silent, from which this is told."""
LEAST_EXPECTED = 5
"""Respondents of it that would have been heard since at its earlier share, so that chance is not told."""
_NEWEST = 2  # complete periods in which nobody of it was heard
_KINDS = {"service": "the service ", "site": "the site ", "respondent_group": ""}


class Silent(NamedTuple):
    """A service, site or group of which nobody is heard any more, and the first period without it."""

    name: str
    since: str

    @property
    def told(self) -> str:
        """Return it in words."""
        return f"{self.name} (since {self.since})"


def find_silent(facts: Facts, items: Items) -> tuple[Silent, ...]:
    """Return who weighed before and was not heard in the newest complete periods, nor since."""
    periods = _complete_periods(facts)
    if len(periods) <= _NEWEST:
        return ()
    dated = facts.comments.dropna(subset=["received_on"])
    found = []
    for scope, column in ITEM_COLUMNS.items():
        newest = dated.dropna(subset=[column]).groupby(column, sort=True)["received_on"].max()
        for name, day in newest.items():
            item = items.get(scope, str(name))
            if item is None or day >= periods["starts_on"].iloc[-_NEWEST]:
                continue
            until = dated[dated["received_on"] <= day]
            share = until.loc[until[column] == name, "unit"].nunique() / until["unit"].nunique()
            since_then = dated.loc[dated["received_on"] > day, "unit"].nunique()
            if share >= LEAST_SHARE and share * since_then >= LEAST_EXPECTED:
                label = item.label.lower() if scope == "respondent_group" else f"\u2018{item.label}\u2019"
                first = periods[periods["starts_on"] > day].iloc[0]
                since = trend_words.period_name(str(first["period_kind"]), str(first["period"]))
                found.append(Silent(f"{_KINDS[scope]}{label}", since))
    return tuple(found)


def _complete_periods(facts: Facts) -> pd.DataFrame:
    """Return the complete periods of the shortest kind, which is the one asked for, oldest first."""
    series = facts.analysis.series
    columns = ["period_kind", "period", "starts_on"]
    overall = series.loc[(series["scope"] == "overall") & series["is_complete"], columns].drop_duplicates()
    kinds = [kind for kind in PERIOD_KINDS if overall["period_kind"].eq(kind).any()]
    return overall[overall["period_kind"].isin(kinds[:1])].sort_values("starts_on", ignore_index=True)
