"""Remember how tables were read: a month of few records is read as the year before it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.intake.headers import numbered_headers, signature_of_headers
from voice_of_care.intake.layout import BY_HEADER_ALONE, MAPPING, Layout, Remembered
from voice_of_care.intake.marks import seal_signature
from voice_of_care.intake.vocabulary import Scale
from voice_of_care.raw import LAYOUTS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voice_of_care.intake.items import Facts


class TableSeen(NamedTuple):
    """A table as it was read, and how many of its records hold words."""

    layout: Layout
    facts: Facts
    records: int

    @property
    def weight(self) -> tuple[bool, int]:
        """Return how much it counts: what the settings name goes first, then the number of records."""
        return (self.layout.preset == MAPPING, self.records)


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

    def agrees(self, layout: Layout, facts: Facts) -> bool:
        """Say whether a table is read as tables of these columns are remembered to be."""
        known = self.recall(signature_of_headers(layout.headers))
        if known is None:
            return True
        own = _uses(layout)
        has_order = known.day_first is None or not facts.either_dates or _shown_order(facts, layout) is not None
        has_uses = all(own.get(header) in {uses, ("empty",)} for header, uses in known.uses.items())
        return has_order and has_uses and known.scale == layout.scale

    def keep(self, read: Iterable[TableSeen], *, run_id: int) -> pd.DataFrame:
        """Return the table of layouts after a batch: of each signature, as the table with most records was read.

        What a column without a filled cell is, the next table tells.
        """
        tables: dict[str, list[TableSeen]] = {}
        for table in read:
            tables.setdefault(signature_of_headers(table.layout.headers), []).append(table)
        rows: list[tuple[object, ...]] = []
        for signature in sorted(tables):
            known = self.recall(signature)
            ranked = sorted(tables[signature], key=lambda table: table.weight, reverse=True)
            rows += _rows(seal_signature(signature, key=self._key), _merge(known, ranked), run_id)
        fresh = conform(pd.DataFrame(rows, columns=list(LAYOUTS.columns)), LAYOUTS)
        left = self._rows[~self._rows["signature"].isin(fresh["signature"])]
        return fresh if left.empty else pd.concat([left, fresh], ignore_index=True)


def _merge(known: Remembered | None, ranked: Sequence[TableSeen]) -> Remembered:
    """Return what is to be remembered: what was, or what the table with most records shows, and what they lack."""
    seen = [
        Remembered(
            _uses(each.layout, seen_only=True), each.layout.preset, each.layout.scale,
            _shown_order(each.facts, each.layout), each.records,
        )
        for each in ranked
    ]  # fmt: skip
    if known is not None:
        is_first = (known.preset == MAPPING, known.records) >= ranked[0].weight
        seen = [known, *seen] if is_first else [*seen, known]
    uses: dict[tuple[str, int], tuple[str, ...]] = {}
    for each in seen:
        taken = {use for found in uses.values() for use in found} - {"comment", "closed answer", "not read"}
        uses.update({header: use for header, use in each.uses.items() if header not in uses and not taken & {*use}})
    return seen[0]._replace(uses=uses)


def _uses(layout: Layout, *, seen_only: bool = False) -> dict[tuple[str, int], tuple[str, ...]]:
    """Return what each column is read as; on request, of columns with a filled cell alone."""
    numbered = numbered_headers(layout.headers)
    uses: dict[tuple[str, int], tuple[str, ...]] = {}
    for column in layout.columns:
        if column.header and not (seen_only and (column.use == "empty" or column.why == BY_HEADER_ALONE)):
            uses[numbered[column.place]] = (*uses.get(numbered[column.place], ()), column.use)
    return uses


def _rows(signature: str, known: Remembered, run_id: int) -> list[tuple[object, ...]]:
    return [
        (
            signature, *header, use, known.preset, known.scale.worst, known.scale.best, known.day_first, known.records,
            run_id,
        )
        for header in sorted(known.uses)
        for use in known.uses[header]
    ]  # fmt: skip


def _shown_order(facts: Facts, layout: Layout) -> bool | None:
    """Return whether the dates showed the day first; None where they showed neither order, or both."""
    day, month = facts.date_formats.get("day/month/year", 0), facts.date_formats.get("month/day/year", 0)
    if day and month:
        return None
    if max(day, month) > facts.either_dates:
        return day > 0
    return layout.day_first
