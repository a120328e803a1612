"""Staff and service users: where their shares differ, where they agree, and where there are too few to tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from voice_of_care.counting import Share, wilson_share
from voice_of_care.reporting.disclosure import half_up

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Count, ShownShare
    from voice_of_care.reporting.overview import Overview, ThemeView

Verdict = Literal["differ", "agree", "unclear", "too_few"]
FEWEST_COMPARED = 20
AGREE_WITHIN_POINTS = 15


@dataclass(frozen=True)
class Gap:
    """One theme's shares among staff and among service users; points are service users minus staff."""

    theme: ThemeView
    staff: ShownShare
    service_users: ShownShare
    points: int | None
    low: int | None
    high: int | None
    verdict: Verdict


@dataclass(frozen=True)
class Gaps:
    """All themes, widest gap first; those with too few come after them, and catch-all themes last."""

    staff: Count
    service_users: Count
    rows: tuple[Gap, ...]

    @property
    def can_compare(self) -> bool:
        """Return whether enough of both groups were heard."""
        return min(self.staff.rank, self.service_users.rank) >= FEWEST_COMPARED

    def of(self, verdict: Verdict) -> tuple[Gap, ...]:
        """Return the gaps with a verdict; a catch-all theme has no one subject to differ on."""
        return tuple(row for row in self.rows if row.verdict == verdict and not row.theme.is_catch_all)


def view_gaps(overview: Overview) -> Gaps | None:
    """Compare the two groups from figures already cleared for showing; None where one of them was not heard."""
    if not {"staff", "service_user"} <= set(overview.group_people):
        return None
    rows = [_gap(theme) for theme in overview.themes]
    rows.sort(
        key=lambda gap: (
            gap.theme.is_catch_all,
            gap.points is None,
            -abs(gap.points or 0),
            gap.theme.label.casefold(),
            gap.theme.theme_id,
        )
    )
    return Gaps(overview.group_people["staff"], overview.group_people["service_user"], tuple(rows))


def _gap(theme: ThemeView) -> Gap:
    staff, users = theme.groups["staff"], theme.groups["service_user"]
    if staff.percent is None or users.percent is None:
        return Gap(theme, staff, users, None, None, None, "too_few")
    middle, low, high = difference(_share(users), _share(staff))
    few = min(staff.total.rank, users.total.rank) < FEWEST_COMPARED
    verdict: Verdict = "too_few" if few else _verdict(low, high)
    return Gap(theme, staff, users, half_up(100 * middle), half_up(100 * low), half_up(100 * high), verdict)


def _share(shown: ShownShare) -> Share:
    total = shown.total.value or 0
    return wilson_share(min(shown.count.value or 0, total), total)


def difference(first: Share, second: Share) -> tuple[float, float, float]:
    """Return the difference of two shares with its 95% interval (Newcombe 1998, method 10)."""
    middle = first.share - second.share
    below = math.hypot(first.share - first.low, second.high - second.share)
    above = math.hypot(first.high - first.share, second.share - second.low)
    return middle, middle - below, middle + above


def _verdict(low: float, high: float) -> Verdict:
    if low > 0 or high < 0:
        return "differ"
    within = AGREE_WITHIN_POINTS / 100
    return "agree" if -within <= low and high <= within else "unclear"
