"""Hear what staff and service users say, offline: `analyse(paths, settings)` gives the tables of an `Analysis`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.analysis import Analysis
from voice_of_care.errors import VoiceOfCareError
from voice_of_care.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from voice_of_care.coder import Coder

__all__ = ["Analysis", "Settings", "VoiceOfCareError", "analyse", "load_coder", "load_settings"]


def analyse(
    paths: Sequence[Path], settings: Settings | None = None, *, key: bytes | None = None, folder: Path | None = None
) -> Analysis:
    """Analyse files in memory and return the tables; nothing is stored.

    Args:
        paths: files and folders.
        settings: the defaults if left out.
        key: what ids and pseudonyms are made with: the same key gives the same ids. A random one if left out.
        folder: where the settings' own framework files are.

    Returns:
        The tables as DataFrames, as `docs/tables.md` describes them.

    Raises:
        VoiceOfCareError: the input, the settings or the installation is not as it should be.
    """
    from voice_of_care.pipeline import analyse_files

    return analyse_files(paths, settings or Settings(), key=key, folder=folder)


def load_coder(*, theme_vectors: pd.DataFrame | None = None) -> Coder:
    """Return a coder of single comments, warm: `code(text, question)` gives sentiment and priorities in milliseconds.

    Args:
        theme_vectors: the table of that name, to be told which themes a comment is nearest to.

    Raises:
        ModelError: a model file is missing or is not the manifest's.
    """
    from voice_of_care.coder import load_coder as load

    return load(theme_vectors=theme_vectors)
