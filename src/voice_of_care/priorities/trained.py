"""What a trained model, or one that learnt from examples, says of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class Trained(NamedTuple):
    """What a trained model says: segment_id, priority_id and strength (0.5 at its own threshold), and what it knows."""

    framework_id: str
    priority_ids: frozenset[str]
    strengths: pd.DataFrame
