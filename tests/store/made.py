"""Rows of runs, and small tables to write in them."""

import pandas as pd

from tests.small import small_analysis
from voice_of_care.raw import RAW_TABLES
from voice_of_care.tables import RUNS, SEGMENTS, conform


def run_row(number=1):
    """Return the row of a run."""
    row: dict[str, object] = {name: 1 if column.kind == "integer" else "" for name, column in RUNS.columns.items()}
    row |= {"run_id": number, "frameworks": ["steeep"], "kind": "analyse" if number == 1 else "add", "undone_at": None}
    return conform(pd.DataFrame([row]), RUNS)


def all_tables():
    """Return the tables of the small analysis, and empty raw ones."""
    return {**small_analysis().tables(), **{table.name: table.empty() for table in RAW_TABLES}}


def segments(*names):
    """Return segments of these ids, in this order."""
    frame = pd.DataFrame({"segment_id": list(names), "comment_id": "VOC-1", "position": 1, "start": 0, "end": 3})
    return conform(frame.assign(text=[f"text {name}" for name in names]), SEGMENTS)
