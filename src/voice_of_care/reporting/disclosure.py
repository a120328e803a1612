"""Small-number disclosure control: what of a count may be shown, by profile.

`publish` is NHS Digital's automatable method for counts of people: 0 is shown, 1 to 7 are suppressed, 8 and more are
rounded to the nearest 5, and percentages are taken from the rounded figures. `threshold5` and `threshold10` suppress
1 to 4 and 1 to 9, then one more cell wherever a row or column holds exactly one suppressed cell. `internal` shows all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.counting import wilson_share

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voice_of_care.settings import Profile

FEWEST_SHOWN = {"publish": 8, "threshold5": 5, "threshold10": 10, "internal": 1}
FEWEST_FOR_A_MEAN = 8
ROUNDED_TO = 5
SUPPRESSED = "*"


class Count(NamedTuple):
    """A count as it may be shown; `value` is None where it is suppressed."""

    value: int | None

    @property
    def is_suppressed(self) -> bool:
        """Return whether the number is withheld."""
        return self.value is None

    @property
    def text(self) -> str:
        """Return the number with thousands marked, or the sign for a suppressed one."""
        return SUPPRESSED if self.value is None else f"{self.value:,}"

    @property
    def rank(self) -> int:
        """Return what to order by: suppressed counts come last, all alike."""
        return -1 if self.value is None else self.value


@dataclass(frozen=True)
class ShownShare:
    """A share of people in whole per cent with its Wilson 95% interval; all None where it may not be shown."""

    count: Count
    total: Count
    percent: int | None
    low: int | None
    high: int | None
    is_nearly_all: bool = False

    @property
    def text(self) -> str:
        """Return the share in words: neither nobody where there is somebody, nor everybody beside withheld cells."""
        if self.percent is None:
            return SUPPRESSED
        if self.is_nearly_all:
            return "nearly all"
        return "fewer than 1%" if self.percent == 0 and self.count.value else f"{self.percent}%"

    @property
    def length(self) -> float:
        """Return the share of a bar that stands for it: 0 to 1."""
        whole = self.total.value
        return 0.0 if self.percent is None or not whole else min(self.count.value or 0, whole) / whole

    @property
    def rank(self) -> int:
        """Return what to order by: shares not shown come last."""
        return -1 if self.percent is None else self.percent


@dataclass(frozen=True)
class Discloser:
    """Turns true counts into what a profile lets out. Nothing reaches a template or a chart but through here."""

    profile: Profile

    @property
    def fewest_shown(self) -> int:
        """Return the smallest number above 0 that is shown."""
        return FEWEST_SHOWN[self.profile]

    @property
    def is_internal(self) -> bool:
        """Return whether nothing is suppressed."""
        return self.profile == "internal"

    def count(self, number: int) -> Count:
        """Return one count on its own."""
        if number < 0:
            msg = "A count can't be below 0."
            raise ValueError(msg)
        if 0 < number < self.fewest_shown:
            return Count(None)
        if self.profile == "publish":
            return Count(ROUNDED_TO * ((2 * number + ROUNDED_TO) // (2 * ROUNDED_TO)))
        return Count(number)

    def vector(self, numbers: Sequence[int]) -> tuple[Count, ...]:
        """Return counts that add up to a total shown elsewhere."""
        return self.table([numbers])[0]

    def table(self, rows: Sequence[Sequence[int]]) -> tuple[tuple[Count, ...], ...]:
        """Return a table of counts whose row totals may be shown elsewhere.

        Args:
            rows: true counts, rows of equal length, without the totals.
        """
        shown = [[self.count(number) for number in row] for row in rows]
        if self.profile in {"threshold5", "threshold10"}:
            _suppress_second(rows, shown)
        return tuple(tuple(row) for row in shown)

    def share(self, number: int, total: int) -> ShownShare:
        """Return a share of people, computed from the figures as shown."""
        return share_of(self.count(number), self.count(total))

    def mean(self, values: Sequence[float], *, people: int) -> float | None:
        """Return a mean to one decimal, or None where it rests on fewer than 8 people."""
        if not values or (not self.is_internal and people < FEWEST_FOR_A_MEAN):
            return None
        return half_up(10 * sum(sorted(values)) / len(values)) / 10


def share_of(count: Count, total: Count) -> ShownShare:
    """Return the share that two shown counts give; rounding may lift a part above its total, which is then 100%."""
    if count.value is None or not total.value:
        return ShownShare(count, total, None, None, None)
    part = min(count.value, total.value)
    share = wilson_share(part, total.value)
    percent = (200 * part + total.value) // (2 * total.value)
    return ShownShare(count, total, percent, half_up(100 * share.low), half_up(100 * share.high))


def parts_of(parts: Mapping[str, Count], whole: Count) -> dict[str, ShownShare]:
    """Return each part's share of a whole; rounding may make parts exceed it, and then their sum is the whole.

    Args:
        parts: shown counts of which nobody stands in two.
        whole: how many there are of all parts together, as shown.
    """
    total = whole
    if whole.value:
        total = Count(max(whole.value, sum(count.value or 0 for count in parts.values())))
    shares = {name: share_of(count, total) for name, count in parts.items()}
    return {name: beside(share, parts.values()) for name, share in shares.items()}


def beside(share: ShownShare, counts: Iterable[Count]) -> ShownShare:
    """Return a share as it may stand beside other counts: where one is withheld, all is only nearly all."""
    is_withheld = any(count.is_suppressed for count in counts)
    return replace(share, is_nearly_all=is_withheld and share.percent == 100)


def half_up(number: float) -> int:
    """Return the nearest whole number; a half is rounded away from zero."""
    return math.floor(number + 0.5) if number >= 0 else -math.floor(0.5 - number)


def _suppress_second(rows: Sequence[Sequence[int]], shown: list[list[Count]]) -> None:
    """Suppress the next smallest cell of each line with exactly one suppressed cell, until there is none."""
    changed = True
    while changed:
        changed = False
        for line in _lines(rows):
            hidden = [cell for cell in line if shown[cell[0]][cell[1]].is_suppressed]
            if len(hidden) != 1:
                continue
            others = [cell for cell in line if cell != hidden[0] and rows[cell[0]][cell[1]] > 0]
            if others:
                row, column = min(others, key=lambda cell: (rows[cell[0]][cell[1]], cell))
                shown[row][column] = Count(None)
                changed = True


def _lines(rows: Sequence[Sequence[int]]) -> list[list[tuple[int, int]]]:
    across = [[(row, column) for column in range(len(rows[row]))] for row in range(len(rows))]
    down = [[(row, column) for row in range(len(rows))] for column in range(len(rows[0]) if rows else 0)]
    return [*across, *down]
