"""The two sides of an action: what was heard where it was done, and where it was not, counted in any windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.heard import Heard
from voice_of_care.trends.series import MICRO, count_totals, lay_rows
from voice_of_care.trends.strata import place_in_strata

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.settings import Measure
    from voice_of_care.trends.series import Rows

    Numbers = NDArray[np.float64]

_COUNTED = ("units", "told", "negative", "felt", "polarity", "square", "scored", "pleased")


class Side(NamedTuple):
    """What was heard on one side, each unit in one stratum (`strata.place_in_strata`).

    Attributes:
        about: mentions of what the action is aimed at; all comments where it is aimed at nothing in particular.
        raised: the same in the strata of `everyone`.
        everyone: all comments of the side.
        clustering: how many units a unit's session has on average, 1 where all are independent.
        joined: share of the units about it after the day whose channel or service nobody was heard in before.
        left: share of those before whose channel or service nobody is heard in after.
    """

    about: Rows
    raised: Rows
    everyone: Rows
    clustering: float
    joined: float
    left: float

    def tally(self, windows: pd.DataFrame) -> dict[Measure, Counts]:
        """Return who counts for each measure in each stratum and window; `windows` has `starts_on`, in order."""
        about, raised, everyone = (_grids(rows, windows) for rows in (self.about, self.raised, self.everyone))
        strata = np.union1d(_strata_of(self.raised), _strata_of(self.everyone))
        spread = [
            _spread(grids["units"], _strata_of(rows), strata)
            for grids, rows in ((raised, self.raised), (everyone, self.everyone))
        ]
        return {
            "negative": Counts(about["negative"], about["told"], about["negative"]),
            "raised": Counts(spread[0], spread[1], spread[0]),
            "sentiment": Counts(about["polarity"] / MICRO, about["felt"], about["square"] / MICRO**2),
            "fft": Counts(about["pleased"], about["scored"], about["pleased"]),
        }


class Counts(NamedTuple):
    """Units counted, or the sum of their polarities, and of how many; a row for each stratum, a column for each window.

    `squares` holds the sums of the squares of the units' values.
    """

    parts: Numbers
    wholes: Numbers
    squares: Numbers

    @property
    def part(self) -> Numbers:
        """Return what is counted in each window over all strata."""
        part: Numbers = np.round(self.parts.sum(axis=0), 9)
        return part

    @property
    def whole(self) -> Numbers:
        """Return the units in each window over all strata."""
        whole: Numbers = self.wholes.sum(axis=0)
        return whole


def take_sides(heard: Heard, action: pd.Series) -> tuple[Side, Side | None]:
    """Return what was heard where an action was done and where it was not; nothing for the latter where it was for all.

    Comments of no known service are on neither side, save where the action was for all.

    Args:
        heard: comments and mentions.
        action: a row of the table `actions`.
    """
    services = list(action["services"])
    comments, mentions = (_dated(rows, action["starts_on"]) for rows in heard)
    if action["scope"] == "overall":
        about = comments
    else:
        about = mentions[(mentions["scope"] == action["scope"]) & (mentions["item_id"] == action["item_id"])]
    if not services:
        return _side(about, comments), None
    touched = [rows["service"].isin(services) for rows in (about, comments)]
    elsewhere = [rows["service"].notna() & ~rows["service"].isin(services) for rows in (about, comments)]
    return _side(about[touched[0]], comments[touched[1]]), _side(about[elsewhere[0]], comments[elsewhere[1]])


def _dated(rows: pd.DataFrame, starts_on: pd.Timestamp) -> pd.DataFrame:
    """Return the rows that have a date, with the window (0 before the day, else 1) that they lie in."""
    dated = rows[rows["received_on"].notna()]
    return dated.assign(window=(dated["received_on"] >= starts_on).astype("int64"))


def _side(about: pd.DataFrame, comments: pd.DataFrame) -> Side:
    own, whole = _strata(about), _strata(comments)
    return Side(
        _lay(about, own),
        _lay(about, whole),
        _lay(comments, whole),
        _clustering(about),
        joined=_share_alone(about, comments, window=1),
        left=_share_alone(about, comments, window=0),
    )


def _share_alone(about: pd.DataFrame, comments: pd.DataFrame, *, window: int) -> float:
    """Return the share of a window's units that come by a channel or from a service not heard in the other window."""
    mine, other = about[about["window"] == window], comments[comments["window"] != window]
    if mine.empty:
        return 0.0
    is_alone = pd.Series(data=False, index=mine.index)
    for column in ("channel", "service"):
        is_alone |= mine[column].notna() & ~mine[column].isin(other[column].dropna())
    return float(is_alone.groupby(mine["unit"]).all().mean())


def _strata(rows: pd.DataFrame) -> pd.Series:
    """Return each unit's stratum by name: its cluster's, the first of several."""
    if rows.empty:
        return pd.Series([], dtype="str", index=pd.Index([], dtype="str"))
    stratum_of = place_in_strata(rows.drop_duplicates("comment_id"))["stratum"]
    placed = pd.DataFrame({"unit": rows["unit"], "stratum": rows["cluster"].map(stratum_of)})
    return placed.groupby("unit")["stratum"].min().map("{:06d}".format)


def _lay(rows: pd.DataFrame, stratum_of: pd.Series) -> Rows:
    """Return rows as `series` counts them, with strata for items."""
    placed = rows.assign(scope="theme", item_id=rows["unit"].map(stratum_of).astype("str"))
    return lay_rows(Heard(rows.iloc[:0], placed))


def _strata_of(rows: Rows) -> NDArray[np.str_]:
    return rows.items["item_id"].to_numpy(dtype=np.str_)


def _grids(rows: Rows, windows: pd.DataFrame) -> dict[str, Numbers]:
    totals = count_totals(rows, windows)
    grids = {}
    for name in _COUNTED:
        grid = np.zeros((len(rows.items), len(windows)))
        grid[totals["item"].to_numpy(), totals["period"].to_numpy()] = totals[name].to_numpy()
        grids[name] = grid
    return grids


def _spread(grid: Numbers, own: NDArray[np.str_], strata: NDArray[np.str_]) -> Numbers:
    """Return a grid with a row for each of these strata."""
    spread = np.zeros((len(strata), grid.shape[1]))
    spread[np.searchsorted(strata, own)] = grid
    return spread


def _clustering(rows: pd.DataFrame) -> float:
    """Return how many units a unit's cluster has on average over units: 1 where all are independent."""
    sizes = rows.groupby("cluster")["unit"].nunique().to_numpy()
    return float((sizes**2).sum() / sizes.sum()) if len(sizes) else 1.0
