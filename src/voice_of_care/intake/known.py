"""What earlier runs have left for intake: records, files, people and sources, looked up when further files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.raw import FILES, PEOPLE, RECORDS
from voice_of_care.tables import SOURCES

if TYPE_CHECKING:
    import pandas as pd


class Known(NamedTuple):
    """What earlier runs have read, as stored; nothing at all in a first analysis."""

    records: pd.DataFrame
    files: pd.DataFrame
    people: pd.DataFrame
    sources: pd.DataFrame


def nothing_known() -> Known:
    """Return what is known before the first run."""
    return Known(RECORDS.empty(), FILES.empty(), PEOPLE.empty(), SOURCES.empty())
