"""Actions and rebases as people record them: what the tables become with each event about them.

Both tables hold nothing but what the events say, so that the list of events stays the whole truth.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.trend_tables import ACTIONS, REBASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voice_of_care.analysis import Analysis
    from voice_of_care.declaring import Table

_REMOVED_BY = {"action.remove": (ACTIONS, ("action_id",)), "rebase.remove": (REBASES, REBASES.key)}


def next_action_id(events: pd.DataFrame) -> str:
    """Return the id of the next action: one more than the highest ever given, also to an action taken back since."""
    added = events.loc[events["action"] == "action.add", "payload_json"]
    numbers = [int(str(json.loads(payload)["action_id"]).removeprefix("A")) for payload in added]
    return f"A{max(numbers, default=0) + 1}"


def add_action(analysis: Analysis, payload: Mapping[str, object], _reason: str) -> Analysis:
    """Return the analysis with an action: action_id, what, services, scope, item_id, starts_on (ISO), who."""
    return replace(analysis, actions=_with(analysis.actions, payload, ACTIONS))


def remove_action(analysis: Analysis, payload: Mapping[str, object], _reason: str) -> Analysis:
    """Return the analysis without an action."""
    return replace(analysis, actions=_without(analysis.actions, payload, ACTIONS.key))


def add_rebase(analysis: Analysis, payload: Mapping[str, object], _reason: str) -> Analysis:
    """Return the analysis with a rebase: scope, item_id, measure, starts_on (ISO), reason, who.

    A second one of the same day for the same series takes the first one's place.
    """
    kept = _without(analysis.rebases, payload, REBASES.key)
    return replace(analysis, rebases=_with(kept, payload, REBASES))


def remove_rebase(analysis: Analysis, payload: Mapping[str, object], _reason: str) -> Analysis:
    """Return the analysis without a rebase: the one of this scope, item_id, measure and starts_on."""
    return replace(analysis, rebases=_without(analysis.rebases, payload, REBASES.key))


def has_what_is_removed(analysis: Analysis, action: str, payload: Mapping[str, object]) -> bool:
    """Tell whether the action or rebase that an event takes back is there; one that adds always finds its place."""
    if action not in _REMOVED_BY:
        return True
    table, key = _REMOVED_BY[action]
    return bool(_is_row(getattr(analysis, table.name), payload, key).any())


def follow_merge(analysis: Analysis, source: str, target: str) -> Analysis:
    """Aim the actions and rebases of a theme at the one it was merged into."""
    return replace(
        analysis,
        actions=conform(_moved(analysis.actions, source, target), ACTIONS),
        rebases=conform(
            _moved(analysis.rebases, source, target).drop_duplicates(list(REBASES.key), keep="last"), REBASES
        ),
    )


def _moved(frame: pd.DataFrame, source: str, target: str) -> pd.DataFrame:
    is_its = (frame["scope"] == "theme") & (frame["item_id"] == source)
    return frame.assign(item_id=frame["item_id"].mask(is_its, target))


def _with(frame: pd.DataFrame, payload: Mapping[str, object], table: Table) -> pd.DataFrame:
    row = pd.DataFrame([{name: payload[name] for name in table.columns}])
    row = conform(row.assign(starts_on=pd.to_datetime(row["starts_on"])), table)
    return conform(pd.concat([frame, row], ignore_index=True) if len(frame) else row, table)


def _without(frame: pd.DataFrame, payload: Mapping[str, object], key: tuple[str, ...]) -> pd.DataFrame:
    return frame[~_is_row(frame, payload, key)].reset_index(drop=True)


def _is_row(frame: pd.DataFrame, payload: Mapping[str, object], key: tuple[str, ...]) -> pd.Series:
    found = pd.Series(data=True, index=frame.index)
    for name in key:
        value = pd.Timestamp(str(payload[name])) if name == "starts_on" else str(payload[name])
        found &= frame[name].eq(value).fillna(value=False).astype(bool)
    return found
