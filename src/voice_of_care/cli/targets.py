"""Where a command writes figures: checked before anything is computed, and never over what somebody else wrote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from voice_of_care.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = frozenset(("framework", "rows", "priorities", "sentiment", "themes", "coders", "remarks"))
_FIRST_COLUMNS = b"about,judged_on,between,item,measure,value,"


def refuse_target(to: Path, *, given: Path) -> None:
    """Refuse to write figures over the coded comments, over a file that holds no such figures, or into no folder."""
    if to.exists() and given.exists() and to.samefile(given):
        msg = f"{to}: these are the coded comments themselves, they would be lost. Give another name after --to."
        raise StoreError(msg)
    if not to.parent.is_dir():
        msg = f"{to}: there is no folder {to.parent}. Make it first, or give another."
        raise StoreError(msg)
    if to.exists() and not (to.is_file() and _holds_figures(to)):
        msg = f"{to}: is there already and holds no figures of ours: it would be lost. Give another name after --to."
        raise StoreError(msg)


def write_beside(text: str, to: Path) -> None:
    """Write a file so that it is there whole or not at all."""
    beside = to.with_name(f".{to.name}.part")
    try:
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(to)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        msg = f"{to}: can't be written ({error.strerror}). Check free space and your rights there."
        raise StoreError(msg) from None


def _holds_figures(path: Path) -> bool:
    try:
        if path.suffix.lower() == ".csv":
            with path.open("rb") as stream:
                return stream.read(len(_FIRST_COLUMNS)) == _FIRST_COLUMNS
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.keys() >= _KEYS
