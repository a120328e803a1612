"""From view models to drawn figures: each chart's rows, its finding as a title, and the words that stand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voice_of_care.counting import LEANINGS
from voice_of_care.reporting import charts, words
from voice_of_care.reporting.brief import FEWEST_LEANING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.gaps import Gap, Gaps
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.reporting.quality import Quality

_MOST_FIRST = 3  # themes sharing the first place that a title names


def draw_shares(overview: Overview) -> Drawing | None:
    """Draw the share of respondents who raise each theme."""
    rows: list[dict[str, Any]] = [
        {
            "order": place,
            "label": theme.label,
            "is_catch_all": theme.is_catch_all,
            "percent": theme.share.percent,
            "low": theme.share.low,
            "high": theme.share.high,
            "text": f"{theme.share.text} ({theme.share.count.text})",
        }
        for place, theme in enumerate(overview.themes)
    ]
    if all(theme.share.percent is None for theme in overview.themes):
        return None
    drawn = [theme for theme in overview.subjects if theme.share.percent is not None]
    title = _name_first(drawn) if drawn else "How many respondents raise each theme"
    told = ", ".join(f"{theme.label} {theme.share.text}" for theme in drawn[:5])
    description = (
        f"Bar chart of {len(rows)} themes by the share of respondents who raise them, with 95% intervals. "
        f"{f'Highest: {told}. ' if told else ''}All figures are in the table below."
    )
    return charts.draw("theme-shares", title, description, spec=charts.theme_shares, rows=rows)


def _name_first(drawn: Sequence[ThemeView]) -> str:
    """Return a title that names the theme raised most often, or those that share the first place."""
    first = [theme.label for theme in drawn if theme.share.count.text == drawn[0].share.count.text]
    if len(first) > _MOST_FIRST:
        return f"{len(first)} themes are raised about equally often"
    named = words.join_words([f"\u2018{label}\u2019" for label in first])
    return f"{named} {words.plural(len(first), 'is the theme', 'are the themes')} raised most often"


def draw_leanings(overview: Overview) -> Drawing | None:
    """Draw how those who raise each theme speak of it."""
    rows = [
        {"order": place, "label": theme.label, "is_catch_all": theme.is_catch_all, **_leaning_parts(theme)}
        for place, theme in enumerate(overview.themes)
    ]
    if not any(row["parts"] for row in rows):
        return None
    heard = [theme for theme in overview.subjects if theme.share.count.rank >= FEWEST_LEANING]
    title = "How people speak of each theme"
    if any(theme.leaning_percent("negative") for theme in heard):
        worst = max(heard, key=lambda theme: theme.leaning_percent("negative") or 0)
        title = (
            f"Of the themes that {FEWEST_LEANING} people or more raise, \u2018{worst.label}\u2019 "
            "has the largest share with only bad to say"
        )
    description = (
        "Bars of equal length, one a theme, split into those who speak positively, mixed, neutrally and negatively. "
        "All figures are in the table below."
    )
    return charts.draw("theme-sentiment", title, description, spec=charts.theme_leanings, rows=rows)


def _leaning_parts(theme: ThemeView) -> dict[str, Any]:
    """Return a bar's parts."""
    shares = theme.leaning_shares
    if not any(share.length for share in shares.values()):
        return {"percent": None, "parts": (), "text": ""}
    parts, start = [], 0.0
    for name in LEANINGS:
        length = 100 * shares[name].length
        if length:
            mark = f"{words.LEANING_SIGNS[name]} {shares[name].text}"
            parts.append({"leaning": name, "start": round(start, 2), "end": round(start + length, 2), "mark": mark})
        start += length
    return {"percent": 100, "parts": tuple(parts), "text": f"{theme.share.count.text} people"}


def draw_gaps(gaps: Gaps | None) -> Drawing | None:
    """Draw the two groups' shares of each theme."""
    if gaps is None or not gaps.can_compare or all(gap.points is None for gap in gaps.rows):
        return None
    rows = [_gap_row(place, gap) for place, gap in enumerate(gaps.rows)]
    widest = gaps.of("differ")
    title = "Staff and service users: no theme shows a clear gap"
    if widest:
        more = "Service users" if (widest[0].points or 0) > 0 else "Staff"
        title = f"{more} raise \u2018{widest[0].theme.label}\u2019 more often: the widest gap"
    told = "; ".join(
        f"{gap.theme.label}: staff {gap.staff.text}, service users {gap.service_users.text}"
        for gap in gaps.rows[:5]
        if gap.points is not None and not gap.theme.is_catch_all
    )
    description = f"Dot plot of the share of each group that raises a theme, widest gap first. {told}."
    return charts.draw("staff-and-service-users", title, description, spec=charts.group_gaps, rows=rows)


def _gap_row(place: int, gap: Gap) -> dict[str, Any]:
    return {
        "order": place,
        "label": gap.theme.label,
        "is_catch_all": gap.theme.is_catch_all,
        "percent": None if gap.points is None else 0,
        "staff": gap.staff.percent,
        "staff_low": gap.staff.low,
        "staff_high": gap.staff.high,
        "users": gap.service_users.percent,
        "users_low": gap.service_users.low,
        "users_high": gap.service_users.high,
        "text": f"{gap.staff.text} v {gap.service_users.text}",
    }


def draw_mix(quality: Quality) -> Drawing | None:
    """Draw where comments came from, month by month."""
    kinds = list(dict.fromkeys(cell.kind for cell in quality.mix))
    rows: list[dict[str, Any]] = []
    for place, kind in enumerate(kinds):
        cells = [cell for cell in quality.mix if cell.kind == kind]
        months = tuple({"place": cell.place, "count": cell.count.value, "name": _short(cell.month)} for cell in cells)
        peak = max((cell.count.rank for cell in cells), default=0)
        text = f"most {peak:,}" if peak > 0 else "too few"
        rows.append({"order": place, "label": kind, "months": months, "text": text})
    if not rows or not any(month["count"] for row in rows for month in row["months"]):
        return None
    description = (
        f"Circles for {len(kinds)} kinds of source over {len(quality.mix_months)} months; the area of a circle is the "
        "number of comments. All figures are in the table below."
    )
    return charts.draw(
        "source-mix", "Where comments came from, month by month", description, spec=charts.source_mix, rows=rows
    )


def _short(month: str) -> str:
    name, year = month.split(" ")
    return f"{name[:3]} {year[2:]}"
