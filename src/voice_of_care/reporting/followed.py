"""What is followed over time as it may be shown: the name of each series, and its periods after disclosure control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.reporting import trend_words, words
from voice_of_care.reporting.disclosure import FEWEST_FOR_A_MEAN, SUPPRESSED, Count, Discloser, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.wording import is_catch_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.facts import Facts

Key = tuple[str, str, str]
"""scope, item_id and measure of a series."""
ITEM_COLUMNS = {"service": "service", "site": "site", "respondent_group": "respondent_group"}

MOST_WITHHELD = 0.5
"""Share of points that a chart may leave out, as they rest on few people."""


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
    is_withheld: bool


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
    """Return the periods of one kind, oldest first; those that rest on few people are withheld.

    Few are a period's people, those counted, and those that are not. Where totals are exact, a second period goes with
    a lone withheld one.
    """
    of_kind = rows[rows["period_kind"] == kind].sort_values("starts_on", kind="stable") if len(rows) else rows
    found = records(of_kind)
    few = {place for place, row in enumerate(found) if not _is_open(row, measure, discloser)}
    if len(few) == 1 and discloser.profile in {"threshold5", "threshold10"}:
        others = [place for place in range(len(found)) if place not in few and int(found[place].denominator)]
        few |= set(sorted(others, key=lambda place: (int(found[place].denominator), place))[:1])
    show = _tone if measure == "sentiment" else _share
    shown = (show(row, kind, discloser) for row in found)
    return tuple(_withhold(point) if place in few else point for place, point in enumerate(shown))


def may_draw(points: Sequence[ShownPoint]) -> bool:
    """Return whether so few points are withheld that the rest still shows the course."""
    return sum(point.is_withheld for point in points) <= MOST_WITHHELD * len(points)


def _is_open(row: Any, measure: str, discloser: Discloser) -> bool:  # noqa: ANN401 (a row)
    whole = int(row.denominator)
    if discloser.is_internal:
        return True
    if measure == "sentiment":
        return whole == 0 or whole >= max(FEWEST_FOR_A_MEAN, discloser.fewest_shown)
    part = 0 if pd.isna(row.numerator) else round(row.numerator)
    return not any(discloser.count(max(number, 0)).is_suppressed for number in (whole, part, whole - part))


def _withhold(point: ShownPoint) -> ShownPoint:
    return point._replace(numerator=Count(None), denominator=Count(None), value=None, text=SUPPRESSED, is_withheld=True)


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
    about = _about(row, kind)
    return ShownPoint(*about, numerator, denominator, value, text, bool(row.is_complete), is_withheld=False)


def _tone(row: Any, kind: str, discloser: Discloser) -> ShownPoint:  # noqa: ANN401 (a row)
    whole = int(row.denominator)
    value = None if pd.isna(row.value) else round(row.value, 2)
    text = "nobody heard" if value is None else trend_words.tone(value)
    about = _about(row, kind)
    counts = Count(None), discloser.count(whole)
    return ShownPoint(*about, *counts, value, text, bool(row.is_complete), is_withheld=False)


def _about(row: Any, kind: str) -> tuple[str, str, str]:  # noqa: ANN401 (a row)
    period = str(row.period)
    return period, trend_words.period_name(kind, period), trend_words.short_period(kind, period)
