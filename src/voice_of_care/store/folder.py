"""The project folder: settings, key and database, readable by its owner only."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import StoreError
from voice_of_care.settings import SETTINGS_FILE, Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

KEY_FILE = "project.key"
DATABASE_FILE = "project.duckdb"
_KEY_BYTES = 32


class Project(NamedTuple):
    """A project folder, its settings and its key."""

    folder: Path
    settings: Settings
    key: bytes


def open_project(folder: Path, *, settings_text: str) -> Project:
    """Return the project in a folder; make the folder, the settings file and the key where there are none.

    Args:
        folder: the project folder; it is readable by its owner only.
        settings_text: what a new settings file holds.

    Raises:
        StoreError: the folder can't be made, or its key is damaged.
        SettingsError: its settings file is not as it should be.
    """
    settings_file = folder / SETTINGS_FILE
    key_file = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if not settings_file.exists():
            _write_whole(settings_file, settings_text)
        if not key_file.exists():
            if (folder / DATABASE_FILE).exists():
                msg = f"{folder}: {KEY_FILE} is missing, so ids can't be made as before. Put the file back."
                raise StoreError(msg)
            _write_whole(key_file, secrets.token_hex(_KEY_BYTES) + "\n")
        key_text = key_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        msg = f"{folder}: the project folder can't be used ({reason}). Check its place and your rights there."
        raise StoreError(msg) from None
    return Project(folder, load_settings(settings_file), _parse_key(key_text, folder))


def find_project(folder: Path) -> Project:
    """Return a project that has been analysed before.

    Raises:
        StoreError: there is none in this folder.
    """
    if not (folder / DATABASE_FILE).is_file():
        msg = f"{folder}: no analysed project here. Run 'voice-of-care analyse PATH --project {folder}' first."
        raise StoreError(msg)
    return open_project(folder, settings_text="")


def _write_whole(path: Path, text: str) -> None:
    """Write a file of its owner's whole or not at all: a full disk or a kill must not leave half a key."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _parse_key(key_text: str, folder: Path) -> bytes:
    try:
        key = bytes.fromhex(key_text)
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        msg = f"{folder}: {KEY_FILE} is damaged. Put back a copy of it; without it ids can't be made as before."
        raise StoreError(msg)
    return key
