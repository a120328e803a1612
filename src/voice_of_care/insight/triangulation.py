"""What other measures say of the themes in the running: whether both moved for the worse, or both for the better.

A theme's course is the share of respondents, by month or quarter, with something bad to say of it. Each course is
judged by itself, later half against earlier half, and only then are the two set side by side: the rows of two courses
that drift look alike far too often. See docs/methods/triangulation.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from voice_of_care.declaring import conform
from voice_of_care.insight_tables import TRIANGULATION
from voice_of_care.metric_series import (
    FEWEST_PERIODS,
    last_complete_day,
    metric_series,
    plain_words,
    theme_course,
    themes_of_metrics,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voice_of_care.analysis import Analysis
    from voice_of_care.insight.voices import Voices
    from voice_of_care.metric_series import MetricSeries
    from voice_of_care.settings import Settings

    Numbers = NDArray[np.float64]

MEASURE = "negative_share"
MOST_THEMES = 10
"""Themes looked at where there is no ranking."""
LONGEST_LAG = 2
IN_THE_RUNNING = ("secure", "likely", "contender")
_PLACES = 9


class Change(NamedTuple):
    """Later half less earlier half, with its 95% interval."""

    change: float
    low: float
    high: float

    @property
    def direction(self) -> int:
        """Return 1 for a clear rise, -1 for a clear fall, 0 where neither is clear."""
        return int(self.low > 0) - int(self.high < 0)


def triangulate(
    analysis: Analysis, voices: Voices, ranking: pd.DataFrame, metrics: pd.DataFrame, *, settings: Settings
) -> pd.DataFrame:
    """Set other measures beside the themes in the running.

    Args:
        analysis: `themes` and `theme_links` tell which themes a measure speaks of, `series` what is complete.
        voices: who is counted.
        ranking: tells which themes are in the running; without rows the largest are looked at.
        metrics: as declared in `insight_tables.METRICS`.
        settings: `metrics` say what each measure speaks of; `report.date` may tell what is complete.

    Returns:
        The table TRIANGULATION: a row for each theme and each measure that speaks of it, or one with an empty metric.
    """
    themes = themes_in_the_running(voices, ranking)
    speaks_of = themes_of_metrics(analysis, settings.metrics)
    measured = {series.name: series for series in metric_series(metrics)}
    until = last_complete_day(
        analysis.series, newest=voices.comments["received_on"].max(), report_date=settings.report.date
    )
    rows: list[dict[str, object]] = []
    for theme_id in themes:
        mine = [
            series for name, series in measured.items() if theme_id in speaks_of.get(plain_words(name), frozenset())
        ]
        rows += [{"theme_id": theme_id, **_compare(voices, theme_id, series, until=until)} for series in mine]
        if not mine:
            rows.append({"theme_id": theme_id, "metric": "", "periods": 0, "verdict": "no_measure"})
    found = pd.DataFrame(rows, columns=[name for name in TRIANGULATION.columns if name != "measure"])
    return conform(found.assign(measure=MEASURE)[list(TRIANGULATION.columns)], TRIANGULATION)


def themes_in_the_running(voices: Voices, ranking: pd.DataFrame) -> tuple[str, ...]:
    """Return the themes that may be among the first five, in the order of the ranking."""
    overall = ranking[ranking["scope"] == "overall"]
    if len(overall):
        is_running = overall["verdict"].isin(IN_THE_RUNNING) | overall["is_listed"].fillna(value=False).astype(bool)
        return tuple(overall[is_running].sort_values(["rank", "theme_id"])["theme_id"])
    raised = voices.mentions[voices.mentions["item_id"].isin(voices.subjects) & (voices.mentions["scope"] == "theme")]
    sizes = raised.drop_duplicates(["item_id", "unit"]).groupby("item_id")["weight"].sum().reset_index()
    return tuple(sizes.sort_values(["weight", "item_id"], ascending=[False, True])["item_id"].head(MOST_THEMES))


def change_of_mean(values: Sequence[float] | Numbers) -> Change:
    """Return how a measure's mean moved from the earlier half to the later.

    Student's interval, by the spread of the values within both halves together. A middle value is left out.

    Args:
        values: in order of time, four at least.
    """
    given = np.asarray(values, dtype=np.float64)
    half = len(given) // 2
    earlier, later = given[:half], given[-half:]
    freedom = 2 * half - 2
    spread = (half - 1) * (np.var(earlier, ddof=1) + np.var(later, ddof=1)) / freedom
    return _change(float(later.mean() - earlier.mean()), float(2 * spread / half), freedom)


def change_of_share(parts: Sequence[float] | Numbers, wholes: Sequence[float] | Numbers) -> Change:
    """Return how a share moved from the earlier half of the periods to the later, each half taken together.

    Its variance is the larger of two: that of a ratio from period to period (Cochran 1977), and that of counting so
    many respondents. A middle period is left out.

    Args:
        parts: how many of each period, in order of time, four periods at least.
        wholes: of how many, all above 0.
    """
    part, whole = np.asarray(parts, dtype=np.float64), np.asarray(wholes, dtype=np.float64)
    half = len(whole) // 2
    sides = [(part[:half], whole[:half]), (part[-half:], whole[-half:])]
    shares = [float(each.sum() / of.sum()) for each, of in sides]
    variance = sum(_variance_of_share(each, of) for each, of in sides)
    return _change(shares[1] - shares[0], variance, 2 * half - 2)


def _variance_of_share(part: Numbers, whole: Numbers) -> float:
    total, periods = float(whole.sum()), len(whole)
    residuals = part - whole * (part.sum() / total)
    from_spread = periods / (periods - 1) * float((residuals**2).sum()) / total**2
    likely = (float(part.sum()) + 0.5) / (total + 1)
    return max(from_spread, likely * (1 - likely) / total)


def _change(change: float, variance: float, freedom: int) -> Change:
    reach = float(stats.t.ppf(0.975, freedom)) * math.sqrt(variance)
    return Change(*(round(each, _PLACES) for each in (change, change - reach, change + reach)))


def strongest_rank_correlation(course: pd.Series, measure: pd.Series, *, months: int) -> tuple[int, float] | None:
    """Return the lag of 0 to 2 periods, the measure later, at which Spearman's rho is strongest, and that rho.

    Args:
        course: of the theme, indexed by first day of the period.
        measure: indexed alike.
        months: length of a period.

    Returns:
        None where no lag leaves 8 periods, or one of the two never changes.
    """
    found: list[tuple[int, float]] = []
    for lag in range(LONGEST_LAG + 1):
        moved = measure.set_axis([day - pd.DateOffset(months=lag * months) for day in measure.index])
        pairs = pd.concat([course.rename("course"), moved.rename("measure")], axis="columns", join="inner").dropna()
        if len(pairs) < FEWEST_PERIODS or min(pairs["course"].nunique(), pairs["measure"].nunique()) < 2:
            continue
        rho = float(stats.spearmanr(pairs["course"], pairs["measure"]).statistic)
        found.append((lag, round(rho, _PLACES)))
    return max(found, key=lambda each: (abs(each[1]), -each[0]), default=None)


def _compare(voices: Voices, theme_id: str, series: MetricSeries, *, until: pd.Timestamp) -> dict[str, object]:
    """Return what a measure says of a theme."""
    told: dict[str, object] = {"metric": series.name, "periods": 0, "verdict": "cannot_tell"}
    if series.course.empty:
        return told
    course = _course(voices, theme_id, series, until=until)
    common = course.index.intersection(series.course.index)
    told["periods"] = len(common)
    if len(common) < FEWEST_PERIODS:
        return told
    theme = change_of_share(course.loc[common, "bad"].to_numpy(), course.loc[common, "heard"].to_numpy())
    metric = change_of_mean(series.course[common].to_numpy())
    told |= {f"theme_{name}": value for name, value in theme._asdict().items()}
    told |= {f"metric_{name}": value for name, value in metric._asdict().items()}
    told["verdict"] = _verdict(theme, metric, better=series.better)
    strongest = strongest_rank_correlation(course["bad"] / course["heard"], series.course, months=series.months)
    return told if strongest is None else {**told, "lag": strongest[0], "rho": strongest[1]}


def _verdict(theme: Change, metric: Change, *, better: str) -> str:
    """Tell whether both are clearly worse or both clearly better; more people with bad things to say is worse."""
    worse = metric.direction if better == "lower" else -metric.direction
    if not theme.direction or not worse:
        return "cannot_tell"
    return "agree" if theme.direction == worse else "disagree"


def _course(voices: Voices, theme_id: str, series: MetricSeries, *, until: pd.Timestamp) -> pd.DataFrame:
    mine = (voices.mentions["scope"] == "theme") & (voices.mentions["item_id"] == theme_id)
    grid = series.course.index[0]
    return theme_course(voices.comments, voices.mentions[mine], months=series.months, grid=grid, until=until)
