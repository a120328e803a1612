"""Gaps as a profile lets them out: judged anew from the figures shown, so that no withheld count tells on itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import stats

from voice_of_care.comparing import Sides, judge_sides
from voice_of_care.insight_tables import REST
from voice_of_care.reporting.disclosure import Count, half_up, share_of
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from voice_of_care.comparing import GapVerdict
    from voice_of_care.reporting.disclosure import Discloser, ShownShare


class Found(NamedTuple):
    """What the table says of a gap, first less second, as fractions; p is NaN where it was not tested."""

    difference: float
    low: float
    high: float
    verdict: GapVerdict
    p_value: float

    @property
    def leaves_out_zero(self) -> bool:
        """Return whether the interval does."""
        return self.low > 0 or self.high < 0

    def turned(self) -> Found:
        """Return the same gap, second less first."""
        return self._replace(difference=-self.difference, low=-self.high, high=-self.low)


@dataclass(frozen=True)
class ShownGap:
    """Two shares beside each other; points are first minus second, None where one of them may not be shown."""

    first: ShownShare
    second: ShownShare
    points: int | None
    low: int | None
    high: int | None
    verdict: GapVerdict


def judge_shown(
    pairs: Sequence[tuple[ShownShare, ShownShare]],
    found: Sequence[Found | None],
    *,
    false_discovery: float,
    discloser: Discloser,
) -> list[ShownGap]:
    """Judge the gaps of one family of items as they may be shown.

    Inside the team the table's word stands. Outside it figures and intervals are those of the shown figures. A gap is
    called one where its own p, after Benjamini and Hochberg over the items shown, and its own interval say so, as well
    as the interval shown: so no verdict rests on an item whose counts are withheld.

    Args:
        pairs: the two groups' shares of each item.
        found: what the table says of each; None where it says nothing, and the shown figures are tested.
        false_discovery: share of the gaps called different that may be chance.
        discloser: whose profile decides.
    """
    places = [place for place, pair in enumerate(pairs) if None not in (pair[0].percent, pair[1].percent)]
    counts = [[*_counts(pairs[place][0]), *_counts(pairs[place][1])] for place in places]
    judged = judge_sides(Sides(*np.array(counts, dtype=np.float64).reshape(-1, 4).T), false_discovery=false_discovery)
    anew = [
        Found(*each)
        for each in zip(judged.difference, judged.low, judged.high, judged.verdict, judged.p_value, strict=True)
    ]
    tables = [found[place] for place in places]
    if not discloser.is_internal:
        tables = _beside(anew, tables, false_discovery=false_discovery)
    said = dict(zip(places, [table or shown for table, shown in zip(tables, anew, strict=True)], strict=True))
    gaps = []
    for place, (first, second) in enumerate(pairs):
        if place not in said:
            gaps.append(ShownGap(first, second, None, None, None, "too_few"))
            continue
        points, low, high = (half_up(100 * each) for each in said[place][:3])
        gaps.append(ShownGap(first, second, points, low, high, said[place].verdict))
    return gaps


def _beside(shown: list[Found], tables: list[Found | None], *, false_discovery: float) -> list[Found | None]:
    """Return the shown gaps with the verdict that the table's own p and interval bear out."""
    p_values = np.array([math.nan if table is None else table.p_value for table in tables])
    q_values = np.full(len(p_values), math.nan)
    is_tested = np.isfinite(p_values)
    if is_tested.any():
        q_values[is_tested] = stats.false_discovery_control(p_values[is_tested])
    found: list[Found | None] = []
    for each, table, q_value in zip(shown, tables, q_values, strict=True):
        if table is None or each.verdict == "too_few":
            found.append(each)
        elif q_value <= false_discovery and table.leaves_out_zero and each.leaves_out_zero:
            found.append(each._replace(verdict="differ"))
        else:
            found.append(each._replace(verdict="unclear") if each.verdict == "differ" else each)
    return found


def _counts(share: ShownShare) -> tuple[int, int]:
    total = share.total.value or 0
    return min(share.count.value or 0, total), total


def found_in(row: Any) -> Found | None:  # noqa: ANN401 (a row)
    """Return what a row of the table says."""
    return None if math.isnan(row.difference) else Found(row.difference, row.low, row.high, row.verdict, row.p_value)


class Pair(NamedTuple):
    """Two groups, services or sites that are compared."""

    grouping: str
    group_a: str
    group_b: str


def share_pairs(rows: pd.DataFrame, *, discloser: Discloser) -> dict[tuple[Pair, str], tuple[ShownShare, ShownShare]]:
    """Return both shares of each pair and item, as they may be shown beside each other and beside all people's.

    Args:
        rows: of `group_gaps` and of one grouping and kind of item, with `item`, the item's id.
        discloser: counts go through it as a table of items by groups, with a column for whoever is in none of these.
    """
    told = records(rows)
    heard: dict[str, int] = {}
    raised: dict[str, dict[str, int]] = {}
    both: dict[str, int] = {}
    for row in told:
        of_item = raised.setdefault(row.item, {})
        for name, count, total in ((row.group_a, row.raised_a, row.heard_a), (row.group_b, row.raised_b, row.heard_b)):
            if name != REST:
                heard[name], of_item[name] = round(total), round(count)
        if row.group_b == REST:
            both[row.item] = round(row.raised_a + row.raised_b)
    names, items = sorted(heard), list(raised)
    counts = [[raised[item].get(name, 0) for name in names] for item in items]
    beside = [max(0, both.get(item, 0) - sum(line)) for item, line in zip(items, counts, strict=True)]
    shown = discloser.table([[*line, other] for line, other in zip(counts, beside, strict=True)])
    count_of = {
        (item, name): count
        for item, line in zip(items, shown, strict=True)
        for name, count in zip([*names, ""], line, strict=True)
    }
    totals = dict(zip(names, discloser.vector([heard[name] for name in names]), strict=True))
    pairs = {}
    for row in told:
        first = share_of(count_of[(row.item, row.group_a)], totals[row.group_a])
        second = share_of(*_other_side(row, count_of, totals, discloser))
        pairs[(Pair(row.grouping, row.group_a, row.group_b), row.item)] = (first, second)
    return pairs


def _other_side(
    row: Any,  # noqa: ANN401 (a row)
    count_of: dict[tuple[str, str], Count],
    totals: dict[str, Count],
    discloser: Discloser,
) -> tuple[Count, Count]:
    if row.group_b != REST:
        return count_of[(row.item, row.group_b)], totals[row.group_b]
    return discloser.count(round(row.raised_b)), discloser.count(round(row.heard_b))


def fewest(shares: Iterable[ShownShare]) -> int:
    """Return the smallest count among shares; -1 where one is withheld."""
    return min((share.count.rank for share in shares), default=-1)
