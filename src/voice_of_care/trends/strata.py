"""Like with like: the strata within which two windows are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

PASSING = "passing"
"""Stands for all channels heard in one window alone."""
OTHER_SERVICES = "other services"
"""Stands for all services heard too seldom in a channel and group to be a stratum."""
FEWEST_IN_STRATUM = 5
"""Sessions and respondents, in both windows together, from which a service is a stratum of its own."""
_ABOUT = ["channel", "respondent_group", "service", "is_session"]
_STRATUM = ["is_passing", "way", "respondent_group", "place"]


def place_in_strata(comments: pd.DataFrame) -> pd.DataFrame:
    """Return the stratum of each cluster, and whether its channel is one that is heard in one window alone.

    A stratum is a channel, a respondent group and a service. Services that are heard in both windows, yet seldom in a
    channel and group, are taken together there. So are channels heard in one window alone (one survey, then another),
    sessions and respondents apart. A cluster is of the stratum that most of its comments are of.

    Args:
        comments: those of both windows, with `window`.

    Returns:
        Columns stratum (a number, in the order of the strata's names) and is_passing, indexed by cluster.
    """
    clusters = _one_each(comments)
    lasting_channels = _in_both(comments, "channel")
    lasting_services = _in_both(comments, "service")
    is_passing = ~clusters["channel"].isin(lasting_channels)
    kind = clusters["is_session"].map({True: "sessions", False: "respondents"})
    placed = clusters.assign(
        is_passing=is_passing, way=clusters["channel"].mask(is_passing, PASSING + " " + kind), place=clusters["service"]
    )
    size = placed.groupby(_STRATUM)["clusters"].transform("sum")
    seldom = (size < FEWEST_IN_STRATUM) & clusters["service"].isin(lasting_services)
    placed = placed.assign(place=placed["place"].mask(seldom, OTHER_SERVICES))
    return pd.DataFrame({"stratum": placed.groupby(_STRATUM).ngroup(), "is_passing": placed["is_passing"]})


def _one_each(comments: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each cluster: what most of its comments are, and in how many windows it was heard."""
    named = comments.assign(**{column: comments[column].fillna("") for column in _ABOUT[:-1]})
    sizes = named.groupby(["cluster", *_ABOUT], as_index=False).size()
    order = sizes.sort_values(["size", *_ABOUT], ascending=[False, *[True] * len(_ABOUT)], kind="stable")
    clusters = order.drop_duplicates("cluster").set_index("cluster")
    return clusters.assign(clusters=comments.groupby("cluster")["window"].nunique())


def _in_both(comments: pd.DataFrame, column: str) -> Iterable[str]:
    """Return what is heard in both windows."""
    windows = comments.assign(of=comments[column].fillna("")).groupby("of")["window"].nunique()
    return windows.index[windows > 1]
