"""Read one file by the reader of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from voice_of_care.intake.readers.content import ReadFile
    from voice_of_care.settings import IntakeSettings


def read_file(path: Path, name: str, *, settings: IntakeSettings) -> ReadFile:
    """Read a file's tables and texts.

    Raises:
        InputError: the file can't be read; the message is one line: the name, what is wrong, what to do.
    """
    raise InputError
