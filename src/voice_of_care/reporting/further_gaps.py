"""Gaps beside those of staff and service users on themes: on priorities, and of other groups, services and sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.insight_tables import GROUPINGS, REST
from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.shown_gaps import Pair, ShownGap, found_in, judge_shown, share_pairs

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview

MOST_ROWS = 40
_FIRST = Pair("respondent_group", "staff", "service_user")
_TITLES = {"respondent_group": "Other groups", "site": "Sites", "service": "Services"}
_THEME, _CATCH_ALL = "Theme", "catch-all"


@dataclass(frozen=True)
class Difference:
    """One gap that is called different: who is compared, on what, and both shares."""

    first: str
    second: str
    kind: str
    label: str
    anchor: str
    gap: ShownGap


@dataclass(frozen=True)
class Block:
    """Gaps of one grouping, the widest first: those listed, how many there are, and how many were judged."""

    title: str
    rows: tuple[Difference, ...]
    total: int
    judged: int


@dataclass(frozen=True)
class FurtherGaps:
    """Staff and service users on priorities; then every other comparison."""

    priorities: Block | None
    others: tuple[Block, ...]


def view_further_gaps(facts: Facts, overview: Overview, *, discloser: Discloser, false_discovery: float) -> FurtherGaps:
    """Return the gaps called different, as a profile lets them out."""
    table = _with_items(facts.analysis.group_gaps, overview)
    judged = [
        each
        for (_, kind), rows in table.groupby(["grouping", "kind"], sort=False)
        for each in _judge(rows, overview, kind=str(kind), discloser=discloser, false_discovery=false_discovery)
    ]
    names = _Names(facts, overview)
    priorities = [each for each in judged if each[0] == _FIRST and each[1] not in (_THEME, _CATCH_ALL)]
    others = [each for each in judged if each[0] != _FIRST and each[1] != _CATCH_ALL]
    blocks = [
        _block(title, [each for each in others if each[0].grouping == grouping], names)
        for grouping, title in ((name, _TITLES[name]) for name in GROUPINGS)
    ]
    return FurtherGaps(
        _block("Quality priorities", priorities, names) if priorities else None,
        tuple(block for block in blocks if block.judged),
    )


_Judged = tuple[Pair, str, str, ShownGap]


def _with_items(table: pd.DataFrame, overview: Overview) -> pd.DataFrame:
    """Return the table with each row's item and kind: theme, catch-all or framework."""
    catch_alls = {theme.theme_id for theme in overview.themes if theme.is_catch_all}
    known = {theme.theme_id for theme in overview.themes}
    kept = table[table["theme_id"].isna() | table["theme_id"].isin(known)]
    is_theme = kept["theme_id"].notna()
    kind = kept["framework_id"].mask(is_theme, _THEME).mask(kept["theme_id"].isin(catch_alls), _CATCH_ALL)
    item = kept["theme_id"].where(is_theme, kept["framework_id"] + "/" + kept["priority_id"])
    return kept.assign(item=item, kind=kind).sort_values(["grouping", "kind", "item", "group_a", "group_b"])


def _judge(
    rows: pd.DataFrame, overview: Overview, *, kind: str, discloser: Discloser, false_discovery: float
) -> list[_Judged]:
    """Judge each pair's gaps on one kind of item."""
    shares = share_pairs(rows, discloser=discloser)
    by_pair: dict[Pair, list[Any]] = {}
    for row in records(rows):
        by_pair.setdefault(Pair(row.grouping, row.group_a, row.group_b), []).append(row)
    judged: list[_Judged] = []
    for pair, mine in by_pair.items():
        pairs = [_masked(shares[(pair, row.item)], pair, row.item, overview) for row in mine]
        gaps = judge_shown(pairs, [found_in(row) for row in mine], false_discovery=false_discovery, discloser=discloser)
        judged += [(pair, kind, row.item, gap) for row, gap in zip(mine, gaps, strict=True)]
    return judged


def _masked(
    shares: tuple[ShownShare, ShownShare], pair: Pair, item: str, overview: Overview
) -> tuple[ShownShare, ShownShare]:
    """Return shares of groups as the overview shows them, wherever it withholds one."""
    theme = next((each for each in overview.themes if each.theme_id == item), None)
    if theme is None or pair.grouping != "respondent_group":
        return shares
    first, second = (
        theme.groups[name] if name in theme.groups and theme.groups[name].percent is None else share
        for name, share in zip(pair[1:], shares, strict=True)
    )
    return first, second


class _Names:
    """What items and groups are called, and where a theme stands."""

    def __init__(self, facts: Facts, overview: Overview) -> None:
        self._themes = {theme.theme_id: theme for theme in overview.themes}
        self._priorities = {
            f"{framework.id}/{element.id}": (framework.name, element.label)
            for framework in facts.analysis.frameworks
            for element in framework.elements
        }

    def difference(self, judged: _Judged) -> Difference | None:
        """Return a gap with its names; None for a priority of a framework that is no longer there."""
        pair, _, item, gap = judged
        first, second = (self._group(pair.grouping, name) for name in pair[1:])
        if item in self._themes:
            theme = self._themes[item]
            return Difference(first, second, _THEME, theme.label, theme.anchor, gap)
        if item not in self._priorities:
            return None
        framework, label = self._priorities[item]
        return Difference(first, second, framework, label, "", gap)

    @staticmethod
    def _group(grouping: str, name: str) -> str:
        if name == REST:
            return "All others"
        return words.GROUPS.get(name, name) if grouping == "respondent_group" else name


def _block(title: str, judged: list[_Judged], names: _Names) -> Block:
    rows = [each for item in judged if item[3].verdict == "differ" and (each := names.difference(item))]
    rows.sort(key=lambda each: (-abs(each.gap.points or 0), each.first, each.second, each.kind, each.label))
    return Block(title, tuple(rows[:MOST_ROWS]), len(rows), sum(item[3].verdict != "too_few" for item in judged))
