"""What tells a table's columns from those of other tables, in whatever order they stand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from voice_of_care.intake.identity import digest_of
from voice_of_care.intake.vocabulary import plain

if TYPE_CHECKING:
    from collections.abc import Sequence


def numbered_headers(headers: Sequence[str]) -> list[tuple[str, int]]:
    """Return each header in plain letters, with its number among columns of that header."""
    seen: Counter[str] = Counter()
    numbered = []
    for header in headers:
        seen[plain(header)] += 1
        numbered.append((plain(header), seen[plain(header)]))
    return numbered


def signature_of_headers(headers: Sequence[str]) -> str:
    """Return what tells a table's columns from those of other tables, in whatever order they stand."""
    return digest_of("table", *sorted(plain(header) for header in headers if header))
