"""Consensus: the lists that ballots give, round by round, and what was decided."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.ballots import far_from, fill_ranks, read_rounds
from voice_of_care.insight_tables import BALLOTS, CONSENSUS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.ballots import Round


class Counted(NamedTuple):
    """Ballots and what they come to."""

    ballots: pd.DataFrame
    consensus: pd.DataFrame


class _Placed(NamedTuple):
    """A theme on a round's list."""

    theme_id: str
    mean: float
    median: float
    firsts: int


def count_ballots(events: pd.DataFrame, themes: pd.DataFrame) -> Counted:
    """Return the tables `ballots` and `consensus`.

    Args:
        events: all events.
        themes: as they stand, decisions applied.
    """
    ballots: list[dict[str, Any]] = []
    lists: list[dict[str, Any]] = []
    for each in read_rounds(events, themes):
        if each.casts:
            placed = _place(each)
            places = {line.theme_id: place for place, line in enumerate(placed, start=1)}
            lists += _list_rows(each, placed)
            ballots += _ballot_rows(each, places)
    return Counted(_table(ballots, BALLOTS), _table(lists, CONSENSUS))


def _place(found: Round) -> list[_Placed]:
    """Return the themes in the order of their mean ranks; ties by the median, more first places, then the id."""
    filled = np.array([fill_ranks(cast.ranks, found.themes) for cast in found.casts.values()])
    placed = [
        _Placed(
            theme_id,
            math.fsum(filled[:, column]) / len(filled),
            float(np.median(filled[:, column])),
            sum(cast.ranks.get(theme_id) == 1 for cast in found.casts.values()),
        )
        for column, theme_id in enumerate(found.themes)
    ]
    return sorted(placed, key=lambda line: (round(line.mean, 9), line.median, -line.firsts, line.theme_id))


def _list_rows(found: Round, placed: Sequence[_Placed]) -> list[dict[str, Any]]:
    rows = []
    for place, line in enumerate(placed, start=1):
        given = [cast.ranks[line.theme_id] for cast in found.casts.values() if line.theme_id in cast.ranks]
        rows.append(
            {
                "round": found.number,
                "theme_id": line.theme_id,
                "place": place,
                "mean_rank": line.mean,
                "spread_low": min(given, default=None),
                "spread_high": max(given, default=None),
                "ballots": len(found.casts),
                **_decided(found, line.theme_id),
            }
        )
    return rows


def _decided(found: Round, theme_id: str) -> dict[str, str | None]:
    closing = found.closing
    if closing is not None and theme_id in closing.chosen:
        return {"decision": "chosen", "reason": closing.reason or None, "decided_by": closing.by}
    if closing is not None and theme_id in closing.dropped:
        return {"decision": "dropped", "reason": closing.dropped[theme_id], "decided_by": closing.by}
    return {"decision": "open", "reason": None, "decided_by": None}


def _ballot_rows(found: Round, places: Mapping[str, int]) -> list[dict[str, Any]]:
    rows = []
    for ballot_id, cast in sorted(found.casts.items(), key=lambda item: (len(item[0]), item[0])):
        far = far_from(cast, places)
        for theme_id in sorted(found.themes, key=places.__getitem__):
            rows.append(
                {
                    "round": found.number,
                    "ballot_id": ballot_id,
                    "role": cast.role,
                    "theme_id": theme_id,
                    "rank": cast.ranks.get(theme_id),
                    "reason": cast.reasons.get(theme_id),
                    "is_dissent": bool(theme_id in far or cast.dissent),
                    "dissent": cast.dissent or None,
                }
            )
    return rows


def _table(rows: list[dict[str, Any]], table: Any) -> pd.DataFrame:  # noqa: ANN401 (a declared table)
    return conform(pd.DataFrame(rows, columns=list(table.columns)), table) if rows else table.empty()
