"""What is followed over time as it may be shown: the name of each series, and its periods after disclosure control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.reporting import trend_words, words
from voice_of_care.reporting.disclosure import FEWEST_FOR_A_MEAN, Count, Discloser, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.overview import is_catch_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.facts import Facts

Key = tuple[str, str, str]
"""scope, item_id and measure of a series."""
ITEM_COLUMNS = {"service": "service", "site": "site", "respondent_group": "respondent_group"}


class Item(NamedTuple):
    """What a series is of: its name, where the report speaks of it, and whether it has no one subject."""

    label: str
    slug: str
    anchor: str = ""
    is_catch_all: bool = False


@dataclass(frozen=True)
class Items:
    """The names of all that can be followed; what may not be named is not in it."""

    named: dict[tuple[str, str], Item]

    def get(self, scope: str, item_id: str) -> Item | None:
        """Return what a series is of; None where it may not be named, or is no longer there."""
        return self.named.get((scope, item_id))


class ShownPoint(NamedTuple):
    """One period of a series as it may be shown; `value` is in whole per cent outside the team."""

    period: str
    name: str
    short: str
    numerator: Count
    denominator: Count
    value: float | None
    text: str
    is_complete: bool


def name_items(facts: Facts, *, discloser: Discloser) -> Items:
    """Return the name of everything that can be followed; a place is named only where its people may be counted."""
    named = {("overall", ""): Item("All respondents", "")}
    for scope, frame in (("theme", facts.themes), ("parent", facts.parents)):
        for row in records(frame):
            slug = words.slug(str(row.theme_id))
            item = Item(str(row.label), slug, f"theme-{slug}", is_catch_all(str(row.label)))
            named[(scope, str(row.theme_id))] = item
    for framework in facts.analysis.frameworks:
        for element in framework.elements:
            slug = words.slug(f"{framework.id}-{element.id}")
            item = Item(f"{element.label} ({framework.name})", slug, "priority-coverage")
            named[("priority", f"{framework.id}/{element.id}")] = item
    for scope, column in ITEM_COLUMNS.items():
        people = facts.comments.dropna(subset=[column]).groupby(column, sort=True)["unit"].nunique()
        for place, (name, number) in enumerate(people.items(), start=1):
            if not discloser.count(int(number)).is_suppressed:
                label = words.GROUPS.get(str(name), str(name)) if scope == "respondent_group" else str(name)
                # Numbered, as two long names may be one as an anchor or as the name of a file.
                named[(scope, str(name))] = Item(label, str(place))
    return Items(named)


def series_by_key(frame: pd.DataFrame) -> dict[Key, pd.DataFrame]:
    """Return the rows of each series."""
    return {
        (str(scope), str(item), str(measure)): rows
        for (scope, item, measure), rows in frame.groupby(["scope", "item_id", "measure"], sort=True)
    }


def show_points(rows: pd.DataFrame, *, kind: str, measure: str, discloser: Discloser) -> tuple[ShownPoint, ...]:
    """Return the periods of one kind as they may be shown, oldest first."""
    of_kind = rows[rows["period_kind"] == kind].sort_values("starts_on", kind="stable") if len(rows) else rows
    show = _tone if measure == "sentiment" else _share
    return tuple(show(row, kind, discloser) for row in records(of_kind))


def may_show(points: Sequence[ShownPoint], *, measure: str, rows: pd.DataFrame, discloser: Discloser) -> bool:
    """Return whether every point of a series may be shown: its people, those counted, and those that are not."""
    if discloser.is_internal:
        return True
    kept = rows[rows["period"].isin({point.period for point in points})]
    whole = kept["denominator"].astype(int)
    if measure == "sentiment":
        return bool(((whole == 0) | (whole >= max(FEWEST_FOR_A_MEAN, discloser.fewest_shown))).all())
    part = kept["numerator"].fillna(0).round().astype(int)
    return all(_is_shown(number, discloser) for counts in (whole, part, whole - part) for number in counts)


def _is_shown(number: int, discloser: Discloser) -> bool:
    return not discloser.count(max(int(number), 0)).is_suppressed


def _share(row: Any, kind: str, discloser: Discloser) -> ShownPoint:  # noqa: ANN401 (a row)
    part, whole = row.numerator, int(row.denominator)
    numerator = discloser.count(0 if pd.isna(part) else round(part))
    denominator = discloser.count(whole)
    value: float | None
    if discloser.is_internal:
        value = None if pd.isna(row.value) else round(100 * row.value, 1)
        text = "nobody heard" if value is None else trend_words.percent(value)
    else:
        shown = share_of(numerator, denominator)
        value = None if shown.percent is None else float(shown.percent)
        text = "nobody heard" if whole == 0 else shown.text
    return ShownPoint(*_about(row, kind), numerator, denominator, value, text, bool(row.is_complete))


def _tone(row: Any, kind: str, discloser: Discloser) -> ShownPoint:  # noqa: ANN401 (a row)
    whole = int(row.denominator)
    denominator = discloser.count(whole)
    is_held_back = not discloser.is_internal and whole < max(FEWEST_FOR_A_MEAN, discloser.fewest_shown)
    given = row.value
    value = None if is_held_back or pd.isna(given) else round(given, 2)
    text = "nobody heard" if whole == 0 else "*" if value is None else trend_words.tone(value)
    about = _about(row, kind)
    return ShownPoint(*about, Count(None), denominator, value, text, bool(row.is_complete))


def _about(row: Any, kind: str) -> tuple[str, str, str]:  # noqa: ANN401 (a row)
    period = str(row.period)
    return period, trend_words.period_name(kind, period), trend_words.short_period(kind, period)
