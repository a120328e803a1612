"""Readers: from a file of any common format to grids of cells and passages of text."""

from __future__ import annotations

from voice_of_care.intake.files import FoundFile, FoundFiles, Unreadable, find_files
from voice_of_care.intake.readers.content import Cell, Grid, Passage, PassageKind, ReadFile
from voice_of_care.intake.readers.reading import read_file

__all__ = [
    "Cell",
    "FoundFile",
    "FoundFiles",
    "Grid",
    "Passage",
    "PassageKind",
    "ReadFile",
    "Unreadable",
    "find_files",
    "read_file",
]
