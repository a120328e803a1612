"""Match file names with the globs of the settings, the same on every system."""

from __future__ import annotations

import functools
import re


def matches(glob: str, name: str) -> bool:
    """Say whether a file's name matches a glob.

    `*` and `?` stay within a folder, `**` crosses folders; a glob without a slash holds in any folder. Case is ignored,
    as on Windows.
    """
    return _pattern(glob.replace("\\", "/")).fullmatch(name) is not None


@functools.cache
def _pattern(glob: str) -> re.Pattern[str]:
    if "/" not in glob:
        glob = f"**/{glob}"
    parts = []
    place = 0
    while place < len(glob):
        if glob.startswith("**/", place):
            parts.append("(?:.*/)?")
            place += 3
        elif glob.startswith("**", place):
            parts.append(".*")
            place += 2
        elif glob[place] == "*":
            parts.append("[^/]*")
            place += 1
        elif glob[place] == "?":
            parts.append("[^/]")
            place += 1
        else:
            parts.append(re.escape(glob[place]))
            place += 1
    return re.compile("".join(parts), re.IGNORECASE)
