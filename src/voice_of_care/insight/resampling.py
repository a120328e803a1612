"""Draws of respondents with replacement, within strata, as counts: the bootstrap behind the ranks' intervals.

Whoever spoke in one session is drawn together, as their words may rest on each other. Draws are made over rows in an
order of their content, so that neither ids nor the order of files decide on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_IN_STRATUM = 5
"""Sessions and respondents from which a group's channel is a stratum of its own: fewer hardly vary when redrawn."""
_AT_ONCE = 4_000_000
"""Numbers drawn at a time, to bound memory."""


class Strata(NamedTuple):
    """Distinct rows of whole numbers, and for each stratum which row each of its members is, in the rows' order."""

    rows: NDArray[np.float64]
    members: tuple[NDArray[np.int64], ...]


def gather_strata(table: NDArray[np.int32], *, clusters: pd.Series, groups: pd.Series, channels: pd.Series) -> Strata:
    """Return units as clusters of distinct rows, by respondent group and channel.

    Args:
        table: a row for each unit: what is summed over those drawn.
        clusters: what is drawn together.
        groups: the unit's respondent group.
        channels: the unit's channel.
    """
    about = pd.DataFrame({"group": groups.to_numpy(), "channel": channels.to_numpy(), "cluster": clusters.to_numpy()})
    first = about.sort_values(["cluster", "group", "channel"]).drop_duplicates("cluster").set_index("cluster")
    numbers = first.index.get_indexer(pd.Index(about["cluster"]))
    sums = np.zeros((len(first), table.shape[1]), dtype=np.int32)
    np.add.at(sums, numbers, table)
    sizes = first.groupby(["group", "channel"])["group"].transform("size")
    channel = first["channel"].where(sizes >= FEWEST_IN_STRATUM, "")
    strata = (first["group"].astype(str) + "\n" + channel.astype(str)).to_numpy(dtype=object)
    rows, row_of = _distinct(sums)
    members = tuple(np.sort(row_of[strata == name]) for name in sorted(set(strata)))
    return Strata(rows, members)


def draw_sums(strata: Strata, *, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return for each draw the sum of the rows drawn; whole numbers, exact whatever the order they are added in."""
    number = len(strata.rows)
    sums = np.zeros((draws, strata.rows.shape[1]))
    size = sum(len(rows) for rows in strata.members)
    step = max(1, _AT_ONCE // max(1, size, number))
    for start in range(0, draws, step):
        some = min(step, draws - start)
        offsets = number * np.arange(some)[:, None]
        drawn = np.zeros(some * number, dtype=np.int64)
        for rows in strata.members:
            picked = rows[rng.integers(0, len(rows), size=(some, len(rows)))] + offsets
            drawn += np.bincount(picked.ravel(), minlength=some * number)
        sums[start : start + some] = drawn.reshape(some, number).astype(np.float64) @ strata.rows
    return sums


def _distinct(table: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return distinct rows in order of content, and which of them each row is."""
    as_bytes = np.ascontiguousarray(table.astype(">i4"))
    keys = as_bytes.view(np.dtype((np.void, as_bytes.dtype.itemsize * table.shape[1]))).ravel()
    _, first, row_of = np.unique(keys, return_index=True, return_inverse=True)
    return table[first].astype(np.float64), row_of.ravel()
