"""What a person has read and ticked off, of the lists that are to be read whatever their number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from voice_of_care.decisions import text_hash

if TYPE_CHECKING:
    import pandas as pd


def read_segments(events: pd.DataFrame, segments: pd.DataFrame, *, of: Literal["safety", "rare"]) -> dict[str, str]:
    """Return what was noted of each segment that a person has read, by segment_id; nothing noted is empty text.

    A tick holds for the very text that was read: a segment whose text has changed since waits again. The last event
    on a segment counts.

    Args:
        events: all decisions, as declared.
        segments: as declared, reviewers' redactions applied.
        of: the list it was ticked off.
    """
    ticks = [json.loads(each) for each in events.loc[events["action"] == "segment.read", "payload_json"]]
    last = {str(tick["segment_id"]): tick for tick in ticks if tick["list"] == of}
    text_of = segments.loc[segments["segment_id"].isin(last), ["segment_id", "text"]]
    return {
        segment_id: str(last[segment_id].get("note") or "")
        for segment_id, text in zip(text_of["segment_id"], text_of["text"], strict=True)
        if last[segment_id].get("is_read", True) and last[segment_id]["text_hash"] == text_hash(str(text))
    }
