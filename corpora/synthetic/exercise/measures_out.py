"""Other measures of the fictional trust, month by month: two that tell of what is planted, and two that do not move."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING, NamedTuple

from exercise.world import CAR_PARK_OPENED, FIRST_DAY, LAST_DAY, RECORD_SYSTEM_LIVE

if TYPE_CHECKING:
    from pathlib import Path


class Measure(NamedTuple):
    """A measure: its level and spread, and from which day it has another level."""

    name: str
    level: float
    spread: float
    moves_on: datetime.date | None = None
    moves_to: float = 0.0
    digits: int = 0


MEASURES = (
    Measure("Complaints about parking", 19, 3, CAR_PARK_OPENED, 8),
    Measure("Calls to the IT help desk", 310, 18, RECORD_SYSTEM_LIVE, 520),
    Measure("Falls per 1,000 bed days", 5.6, 0.5, digits=1),
    Measure("Staff sickness absence, per cent", 7.2, 0.4, digits=1),
)


def months() -> list[datetime.date]:
    """Return the first day of each month of the exercise."""
    first = FIRST_DAY.replace(day=1)
    count = (LAST_DAY.year - first.year) * 12 + LAST_DAY.month - first.month + 1
    return [
        datetime.date(first.year + (first.month - 1 + more) // 12, (first.month - 1 + more) % 12 + 1, 1)
        for more in range(count)
    ]


def write_measures(path: Path, *, seed: int) -> None:
    """Write the measures as one CSV file: period, measure, value."""
    rng = random.Random(seed)
    lines = ["period,measure,value"]
    for measure in MEASURES:
        name = f'"{measure.name}"' if "," in measure.name else measure.name
        for month in months():
            has_moved = measure.moves_on is not None and month >= measure.moves_on.replace(day=1)
            value = rng.gauss(measure.moves_to if has_moved else measure.level, measure.spread)
            lines.append(f"{month:%Y-%m},{name},{max(0.0, value):.{measure.digits}f}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
