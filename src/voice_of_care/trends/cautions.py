"""What else could be behind a change: closed codes beside each theme's verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.trend_tables import CAUTIONS
from voice_of_care.trends.rate_ratios import FEWEST_RAISED, LEAST_RATIO, pooled_ratio
from voice_of_care.trends.tallies import BEFORE, OVERDISPERSED_FROM, RECENT, last_year, tally

if TYPE_CHECKING:
    from voice_of_care.heard import Heard
    from voice_of_care.trends.tallies import Months, Tallies

MONTHS_FOR_SEASON = 24
"""Months of history from which the season can be looked at."""
MUCH_LEFT_OUT = 1 / 3
"""Share of the sessions and respondents of either window that is much to leave out."""
_CHANGES = ("new", "growing", "watch", "fading")


class _Background(NamedTuple):
    """What is the same for all themes."""

    months: Months
    first_month: int
    new_sources: dict[str, frozenset[str]]
    new_questions: frozenset[str]
    last_year: Tallies
    is_much_left_out: bool


def find_cautions(judged: pd.DataFrame, heard: Heard, *, months: Months, tallies: Tallies) -> pd.Series:
    """Return the codes for each row of what was judged, each list in the order of `trend_tables.CAUTIONS`.

    Args:
        judged: the verdicts, by theme, as `emerging.judge_tallies` gives them.
        heard: what is dated (`tallies.dated`).
        months: the windows.
        tallies: what the verdicts rest on.
    """
    background = _background(heard, months, tallies)
    mentions_of = {theme: heard.mentions[heard.mentions["item_id"] == theme] for theme in tallies.themes}
    rows = judged[["theme_id", "verdict", "dispersion"]].itertuples(index=False, name=None)
    codes = [
        _about_sources(verdict, mentions_of[theme_id], background)
        | _about_numbers(verdict, mentions_of[theme_id], background, dispersion)
        | _about_season(verdict, tallies.themes.index(theme_id), background)
        for theme_id, verdict, dispersion in rows
    ]
    return pd.Series([[code for code in CAUTIONS if code in each] for each in codes], index=judged.index, dtype=object)


def _background(heard: Heard, months: Months, tallies: Tallies) -> _Background:
    comments = heard.comments
    recent = comments[comments["month"].between(months.recent_from, months.recent_to)]
    earlier = comments[comments["month"] < months.recent_from]
    asked = recent.dropna(subset=["question"]).groupby("question")["cluster"].nunique()
    left_out, whole = tallies.heard[~tallies.kept()].sum(axis=0), tallies.heard.sum(axis=0)
    return _Background(
        months,
        int(comments["month"].min()),
        {
            column: frozenset(recent[column].dropna()) - frozenset(earlier[column].dropna())
            for column in ("channel", "service")
        },
        frozenset(asked.index[asked >= FEWEST_RAISED]) - frozenset(earlier["question"].dropna()),
        tally(heard, last_year(months), themes=tallies.themes),
        any(left_out[window] > MUCH_LEFT_OUT * whole[window] for window in (RECENT, BEFORE)),
    )


def _about_sources(verdict: str, mentions: pd.DataFrame, background: _Background) -> set[str]:
    """Return the codes on channels, services and questions that were first heard of late and raise the theme."""
    if verdict not in (*_CHANGES, "not_tested"):
        return set()
    recent = _in_window(mentions, background.months, RECENT)
    is_new = any(recent[column].isin(names).any() for column, names in background.new_sources.items())
    is_asked = recent["question"].isin(background.new_questions).any()
    return ({"new_source"} if is_new else set()) | ({"new_question"} if is_asked else set())


def _about_numbers(verdict: str, mentions: pd.DataFrame, background: _Background, dispersion: float | None) -> set[str]:
    """Return the codes on what the test could rest on."""
    if verdict == "not_tested":
        return set()
    sizes = (
        _in_window(mentions, background.months, BEFORE if verdict == "fading" else RECENT)
        .groupby("cluster")["comment_id"]
        .nunique()
    )
    told = {
        "much_left_out": background.is_much_left_out,
        "short_baseline": background.first_month > background.months.baseline_from,
        "one_session": sizes.sum() >= FEWEST_RAISED and sizes.max() * 2 > sizes.sum(),
        "overdispersed": pd.notna(dispersion) and dispersion > OVERDISPERSED_FROM,
    }
    return {code for code, holds in told.items() if holds}


def _about_season(verdict: str, theme: int, background: _Background) -> set[str]:
    """Return the code where the season can't be told from a change, or where a year ago was no different."""
    if verdict not in _CHANGES:
        return set()
    counted = background.last_year.windows(theme)
    months_heard = background.months.recent_to - background.first_month + 1
    if months_heard < MONTHS_FOR_SEASON or not len(counted.recent_heard):
        return {"season_unknown"}
    change = pooled_ratio(counted) ** (-1 if verdict == "fading" else 1)
    return {"season_repeats"} if change < LEAST_RATIO else set()


def _in_window(mentions: pd.DataFrame, months: Months, window: int) -> pd.DataFrame:
    return mentions[months.window_of(mentions["month"]).eq(window).fillna(value=False).astype(bool)]
