"""Name the ways comments come in: tables of the same columns are one channel whatever their files' names; notes one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTES = "notes"
_DATES = re.compile(
    r"\b(q[1-4]|week|w|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    r"|nov(ember)?|dec(ember)?|spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
_VERSIONS = re.compile(r"\b(v|ver|version|rev|revision|final|draft|copy|new|latest|corrected|updated)\b", re.IGNORECASE)


def name_channels(tables: Sequence[tuple[str, str, str]], *, known: Mapping[str, str]) -> dict[str, str]:
    """Return the channel of each table signature.

    Args:
        tables: source, name of its file and table signature, in order: the first gives the channel its name.
        known: channels by table signature as earlier runs named them; they stay.
    """
    channels = dict(known)
    names = set(known.values())
    for _, file_name, signature in tables:
        if signature not in channels:
            stem, number = stem_of(file_name), 1
            name = stem
            while name in names:
                number += 1
                name = f"{stem} ({number})"
            channels[signature] = name
            names.add(name)
    return channels


def stem_of(file_name: str) -> str:
    """Return a file's name without folder, ending, dates, numbers and words of versions."""
    parts = file_name.replace("\\", "/").split("/")
    for part in (parts[-1].rsplit(".", 1)[0], *reversed(parts[:-1])):
        words = re.sub(r"[\W_]+|\d+(st|nd|rd|th)?", " ", part)
        kept = _VERSIONS.sub(" ", _DATES.sub(" ", words))
        stem = " ".join(kept.split()).casefold()
        if len(stem) > 1:
            return stem
    return "table"
