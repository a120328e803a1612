"""Staff and service users: where their shares differ, where they agree, and where there are too few to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from voice_of_care.comparing import FEWEST_COMPARED
from voice_of_care.reporting.disclosure import FEWEST_FOR_A_MEAN, Count, half_up
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.shown_gaps import Pair, ShownGap, fewest, found_in, judge_shown, share_pairs

if TYPE_CHECKING:
    from voice_of_care.comparing import GapVerdict
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.settings import Settings

FEWEST_ALONE = 5
"""Shown respondents of one group who raise what nobody of the other does, from which it is named."""
BOTH = Pair("respondent_group", "staff", "service_user")


@dataclass(frozen=True)
class Tone:
    """Each group's mean tone on a theme, -1 to 1, to one decimal; whether the interval of the gap leaves out zero."""

    staff: float
    service_users: float
    differs: bool

    @property
    def more_critical(self) -> str:
        """Return who speaks more critically."""
        return "staff" if self.staff < self.service_users else "service_user"


@dataclass(frozen=True)
class Gap:
    """One theme's shares among staff and among service users; points are service users minus staff."""

    theme: ThemeView
    staff: ShownShare
    service_users: ShownShare
    points: int | None
    low: int | None
    high: int | None
    verdict: GapVerdict
    tone: Tone | None = None

    @property
    def alone(self) -> str:
        """Return the group that alone raises it, as far as the shown figures tell."""
        if self.points is None or self.verdict == "too_few":
            return ""
        sides = {"staff": self.staff.count.value or 0, "service_user": self.service_users.count.value or 0}
        if min(sides.values()) > 0 or max(sides.values()) < FEWEST_ALONE:
            return ""
        return max(sides, key=lambda side: sides[side])


@dataclass(frozen=True)
class Gaps:
    """All themes, widest gap first; those with too few come after them, and catch-all themes last."""

    staff: Count
    service_users: Count
    rows: tuple[Gap, ...]
    sessions: dict[str, Count]
    comments_each: dict[str, float]
    notes: Literal["once", "people_present", "left_out"]
    false_discovery: float

    @property
    def can_compare(self) -> bool:
        """Return whether enough of both groups were heard."""
        return min(self.staff.rank, self.service_users.rank) >= FEWEST_COMPARED

    def of(self, verdict: GapVerdict) -> tuple[Gap, ...]:
        """Return the gaps with a verdict; a catch-all theme has no one subject to differ on."""
        return tuple(row for row in self.rows if row.verdict == verdict and not row.theme.is_catch_all)

    def alone(self, group: str) -> tuple[Gap, ...]:
        """Return the themes that this group raises and the other does not."""
        return tuple(row for row in self.rows if row.alone == group and not row.theme.is_catch_all)

    @property
    def toned(self) -> tuple[Gap, ...]:
        """Return the themes of which both tones may be shown, the widest gap first."""
        told = [(row, row.tone) for row in self.rows if row.tone and not row.theme.is_catch_all]
        told.sort(
            key=lambda each: (
                not each[1].differs,
                -abs(round(each[1].staff - each[1].service_users, 1)),
                each[0].theme.label.casefold(),
                each[0].theme.theme_id,
            )
        )
        return tuple(row for row, _ in told)

    @property
    def differ_in_tone(self) -> tuple[Gap, ...]:
        """Return the themes on which one group speaks more critically than the other."""
        return tuple(row for row in self.toned if row.tone and row.tone.differs)


def view_gaps(facts: Facts, overview: Overview, *, discloser: Discloser, settings: Settings) -> Gaps | None:
    """Compare the two groups as a profile lets it out; None where one of them was not heard."""
    if not {"staff", "service_user"} <= set(overview.group_people):
        return None
    rows = _theme_rows(facts.analysis.group_gaps)
    shares = _shares(overview, rows, discloser=discloser, notes=settings.insight.notes)
    gaps = _judged(overview, shares, rows, discloser=discloser, settings=settings)
    gaps.sort(
        key=lambda gap: (
            gap.theme.is_catch_all,
            gap.points is None,
            -abs(gap.points or 0),
            gap.theme.label.casefold(),
            gap.theme.theme_id,
        )
    )
    totals = [(gap.staff.total, gap.service_users.total) for gap in gaps if gap.points is not None]
    staff, users = totals[0] if totals else (overview.group_people["staff"], overview.group_people["service_user"])
    return Gaps(
        staff,
        users,
        tuple(gaps),
        _sessions(facts, discloser),
        _comments_each(facts),
        settings.insight.notes,
        settings.trends.false_discovery,
    )


def _theme_rows(table: pd.DataFrame) -> dict[str, Any]:
    """Return the table's row of each theme for the two groups."""
    mine = table[(table["group_a"] == BOTH.group_a) & (table["group_b"] == BOTH.group_b) & table["theme_id"].notna()]
    return {row.theme_id: row for row in records(mine[mine["grouping"] == BOTH.grouping])}


def _shares(
    overview: Overview, rows: dict[str, Any], *, discloser: Discloser, notes: str
) -> dict[str, tuple[ShownShare, ShownShare]]:
    """Return service users' and staff's share of each theme: those of the overview, unless notes weigh otherwise."""
    plain = {theme.theme_id: (theme.groups["service_user"], theme.groups["staff"]) for theme in overview.themes}
    if notes == "once" or not rows:
        return plain
    weighed = share_pairs(_frame(rows), discloser=discloser)
    # What is withheld of plain counts stays so: weighed ones beside them would tell it.
    return {
        theme: (weighed[(BOTH, theme)][1], weighed[(BOTH, theme)][0])
        if theme in rows and fewest(plain[theme]) >= 0
        else plain[theme]
        for theme in plain
    }


def _frame(rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows.values()).assign(item=list(rows))


def _judged(
    overview: Overview,
    shares: dict[str, tuple[ShownShare, ShownShare]],
    rows: dict[str, Any],
    *,
    discloser: Discloser,
    settings: Settings,
) -> list[Gap]:
    gaps = []
    for is_catch_all in (False, True):
        themes = [theme for theme in overview.themes if theme.is_catch_all == is_catch_all]
        found = [found_in(rows[theme.theme_id]) if theme.theme_id in rows else None for theme in themes]
        judged = judge_shown(
            [shares[theme.theme_id] for theme in themes],
            [each and each.turned() for each in found],
            false_discovery=settings.trends.false_discovery,
            discloser=discloser,
        )
        gaps += [_gap(theme, each, rows.get(theme.theme_id)) for theme, each in zip(themes, judged, strict=True)]
    return gaps


def _gap(theme: ThemeView, shown: ShownGap, row: Any) -> Gap:  # noqa: ANN401 (a row)
    tone = _tone(row) if row and fewest((shown.first, shown.second)) >= FEWEST_FOR_A_MEAN else None
    return Gap(theme, shown.second, shown.first, shown.points, shown.low, shown.high, shown.verdict, tone)


def _tone(row: Any) -> Tone | None:  # noqa: ANN401 (a row)
    values = (row.sentiment_a, row.sentiment_b, row.sentiment_low, row.sentiment_high)
    if any(math.isnan(value) for value in values):
        return None
    staff, users = (half_up(10 * value) / 10 for value in values[:2])
    return Tone(staff, users, (row.sentiment_low > 0 or row.sentiment_high < 0) and staff != users)


def _sessions(facts: Facts, discloser: Discloser) -> dict[str, Count]:
    """Return how many of each group's units are notes of a session."""
    comments = facts.comments
    is_notes = comments["respondent_id"].isna() & comments["session_id"].notna()
    shown = {}
    for group in ("staff", "service_user"):
        mine = comments["respondent_group"] == group
        notes = int(comments.loc[mine & is_notes, "unit"].nunique())
        shown[group] = discloser.vector([notes, int(comments.loc[mine, "unit"].nunique()) - notes])[0]
    return shown


def _comments_each(facts: Facts) -> dict[str, float]:
    """Return how many comments a unit of each group gave on average."""
    mine = facts.comments[facts.comments["respondent_group"].isin(["staff", "service_user"])]
    each = mine.groupby("respondent_group").size() / mine.groupby("respondent_group")["unit"].nunique()
    return {str(group): half_up(10 * float(number)) / 10 for group, number in each.items()}
