"""Remember how tables were read: a month of few records is read as the year before it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.intake.layout import MAPPING, Layout, Remembered, numbered_headers, signature_of_headers
from voice_of_care.intake.marks import seal_signature
from voice_of_care.intake.vocabulary import Scale
from voice_of_care.raw import LAYOUTS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voice_of_care.intake.items import Facts


class Memory:
    """How tables of known columns were read, by the signature of their columns."""

    def __init__(self, layouts: pd.DataFrame, key: bytes) -> None:
        """Take the layouts that are known."""
        self._rows = layouts
        self._key = key

    def recall(self, signature: str) -> Remembered | None:
        """Return how a table of these columns was read before."""
        rows = self._rows[self._rows["signature"] == seal_signature(signature, key=self._key)]
        if rows.empty:
            return None
        uses: dict[tuple[str, int], tuple[str, ...]] = {}
        for header, number, use in zip(rows["header"], rows["number"], rows["use"], strict=True):
            uses[(header, int(number))] = (*uses.get((header, int(number)), ()), str(use))
        first = rows.iloc[0]
        return Remembered(
            uses,
            None if pd.isna(first["preset"]) else str(first["preset"]),
            Scale(float(first["worst"]), float(first["best"])),
            None if pd.isna(first["day_first"]) else bool(first["day_first"]),
            int(first["records"]),
        )

    def keep(self, read: Iterable[tuple[Layout, Facts]], *, run_id: int) -> pd.DataFrame:
        """Return the table of layouts after a batch: of each signature, the one seen from most records."""
        best: dict[str, tuple[Layout, Facts]] = {}
        for layout, facts in read:
            signature = seal_signature(signature_of_headers(layout.headers), key=self._key)
            if signature not in best or _weight(layout, facts) > _weight(*best[signature]):
                best[signature] = (layout, facts)
        known = self._rows.drop_duplicates("signature").set_index("signature")
        weights = {
            str(signature): (preset == MAPPING, int(records))
            for signature, preset, records in zip(known.index, known["preset"], known["records"], strict=True)
        }
        new = {each: best[each] for each in sorted(best) if _weight(*best[each]) > weights.get(each, (False, -1))}
        rows = [row for signature, (layout, facts) in new.items() for row in _rows(signature, layout, facts, run_id)]
        fresh = conform(pd.DataFrame(rows, columns=list(LAYOUTS.columns)), LAYOUTS)
        left = self._rows[~self._rows["signature"].isin(list(new))]
        return fresh if left.empty else pd.concat([left, fresh], ignore_index=True)


def _weight(layout: Layout, facts: Facts) -> tuple[bool, int]:
    return (layout.preset == MAPPING, facts.records)


def _rows(signature: str, layout: Layout, facts: Facts, run_id: int) -> list[tuple[object, ...]]:
    numbered = numbered_headers(layout.headers)
    return [
        (
            signature,
            *numbered[column.place],
            column.use,
            layout.preset,
            layout.scale.worst,
            layout.scale.best,
            _shown_order(facts, layout),
            facts.records,
            run_id,
        )
        for column in layout.columns
        if column.header
    ]


def _shown_order(facts: Facts, layout: Layout) -> bool | None:
    """Return whether the dates showed the day first; None where they showed neither order, or both."""
    day, month = facts.date_formats.get("day/month/year", 0), facts.date_formats.get("month/day/year", 0)
    if day and month:
        return None
    if max(day, month) > facts.either_dates:
        return day > 0
    return layout.day_first
