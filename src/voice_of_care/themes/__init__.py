"""Themes: segments, what they are about, and how each theme is named and shown."""

from voice_of_care.themes.find import ThemesFound, find_themes
from voice_of_care.themes.guided import Guide
from voice_of_care.themes.identity import Former
from voice_of_care.themes.joining import Batch, Earlier, join_themes
from voice_of_care.themes.lineage import Version, trace_lineage
from voice_of_care.themes.segments import SegmentsSplit, split_segments

__all__ = [
    "Batch",
    "Earlier",
    "Former",
    "Guide",
    "SegmentsSplit",
    "ThemesFound",
    "Version",
    "find_themes",
    "join_themes",
    "split_segments",
    "trace_lineage",
]
