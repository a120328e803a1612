"""Each theme's trail: its share month by month, what its chart shows, and what can be said of it of late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting import trend_words
from voice_of_care.reporting.disclosure import share_of
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.overview import FEWEST_MONTHS, MONTHS_SHOWN

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.emerging import Emerging
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.over_time import OverTime


@dataclass(frozen=True)
class Trail:
    """One theme's months (share in whole per cent, None where too few to show), its icon and its verdict."""

    percents: tuple[int | None, ...]
    first: str
    last: str
    state: str
    verdict: str

    @property
    def can_be_drawn(self) -> bool:
        """Return whether enough months may be shown to draw them."""
        fewest = FEWEST_MONTHS if None in self.percents else 1
        return sum(bool(percent) for percent in self.percents) >= fewest

    @property
    def word(self) -> str:
        """Return the verdict in a word or two."""
        return trend_words.VERDICTS.get(self.verdict, "")


def view_trails(facts: Facts, over_time: OverTime, emerging: Emerging, *, discloser: Discloser) -> dict[str, Trail]:
    """Return the trail of each theme of which anything can be said, by theme_id."""
    series = facts.analysis.series
    monthly = series[
        (series["scope"] == "theme") & (series["measure"] == "raised") & (series["period_kind"] == "month")
    ]
    months = {str(theme): rows for theme, rows in monthly[monthly["is_complete"]].groupby("item_id", sort=True)}
    states = {line.key[1]: line.state for line in over_time.lines if line.scope == "theme" and line.measure == "raised"}
    return {
        theme: _trail(months.get(theme, series.iloc[:0]), states.get(theme, "no_limits"), verdict, discloser)
        for theme in facts.themes["theme_id"].astype(str)
        if (verdict := emerging.verdict_of(theme)) or theme in months
    }


def _trail(rows: pd.DataFrame, state: str, verdict: str, discloser: Discloser) -> Trail:
    shown = rows.sort_values("starts_on", kind="stable").tail(MONTHS_SHOWN)
    counts = discloser.vector([round(number) for number in shown["numerator"].fillna(0)])
    totals = [discloser.count(int(number)) for number in shown["denominator"]]
    names = [trend_words.short_period("month", str(row.period)) for row in records(shown)]
    first, last = (names[0], names[-1]) if names else ("", "")
    percents = tuple(share_of(count, total).percent for count, total in zip(counts, totals, strict=True))
    return Trail(percents, first, last, state, verdict)
