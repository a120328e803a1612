"""Whether themes are raised more often of late: recent months against those before, counted in sessions and units.

The test is exact given how often a theme was raised in both windows together, within strata of channel, respondent
group and service (`rate_ratios`); themes are judged together by the false discovery rate. See
docs/methods/emerging.md.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from voice_of_care.declaring import conform
from voice_of_care.trend_tables import EMERGING, EMERGING_VERDICTS
from voice_of_care.trends.cautions import find_cautions
from voice_of_care.trends.rate_ratios import (
    FEWEST_RAISED,
    LEAST_RATIO,
    RateRatio,
    compare_windows,
    expected_recent,
    smallest_rise,
)
from voice_of_care.trends.tallies import BEFORE, OVERDISPERSED_FROM, RECENT, choose_months, dated, month_name, tally

if TYPE_CHECKING:
    import datetime

    from numpy.typing import NDArray

    from voice_of_care.heard import Heard
    from voice_of_care.settings import TrendSettings
    from voice_of_care.trends.tallies import Tallies

FEWEST_TESTED = 5
"""A theme is tested when it was raised this often in both windows together."""
FEWEST_MONTHS = 2
"""Months that a rise is spread over."""


class _Found(NamedTuple):
    """What the test found for each theme; nothing where it was not tested."""

    ratios: tuple[RateRatio | None, ...]
    dispersions: tuple[float | None, ...]
    q_rise: NDArray[np.float64]
    q_fall: NDArray[np.float64]


def find_emerging(heard: Heard, *, settings: TrendSettings, report_date: datetime.date | None) -> pd.DataFrame:
    """Judge for each theme whether it is raised more often, or less, of late than before.

    Args:
        heard: what was heard (`heard.gather_heard`); what has no date is left out.
        settings: lengths of the windows, and the false discovery rate.
        report_date: as the settings say; none is as the newest day. Tells whether the last month is complete.

    Returns:
        The table EMERGING, the strongest verdicts first; no rows where nothing dated was heard in a complete month.
    """
    given = dated(heard)
    months = choose_months(given.comments["received_on"], settings=settings, report_date=report_date)
    themes = tuple(sorted(heard.mentions.loc[heard.mentions["scope"] == "theme", "item_id"].unique()))
    if months is None or not themes:
        return EMERGING.empty()
    tallies = tally(given, months, themes=themes)
    judged = judge_tallies(tallies, false_discovery=settings.false_discovery)
    span = {name: month_name(number) for name, number in months._asdict().items()}
    first_seen = given.mentions.groupby("item_id")["received_on"].min()
    shown = judged.assign(
        **span,
        first_seen=judged["theme_id"].map(first_seen),
        cautions=find_cautions(judged, given, months=months, tallies=tallies),
    )
    rank = shown["verdict"].map({verdict: place for place, verdict in enumerate(EMERGING_VERDICTS)})
    order = shown.assign(rank=rank).sort_values(["rank", "p_value", "theme_id"]).index
    return conform(shown.loc[order, list(EMERGING.columns)], EMERGING)


def judge_tallies(tallies: Tallies, *, false_discovery: float) -> pd.DataFrame:
    """Return what is found for each theme: counts, the comparison and the verdict, in the order of the tallies."""
    found = _test(tallies)
    kept = tallies.kept()
    heard = tallies.heard[kept].sum(axis=0)
    rows = []
    for theme, theme_id in enumerate(tallies.themes):
        raised = tallies.raised[theme][kept].sum(axis=0)
        rows.append(
            {
                "theme_id": theme_id,
                "recent_raised": raised[RECENT],
                "recent_heard": heard[RECENT],
                "baseline_raised": raised[BEFORE],
                "baseline_heard": heard[BEFORE],
                "months_raised": tallies.months_raised(theme, RECENT),
                "strata": int(kept.sum()),
                "strata_left_out": int((~kept).sum()),
                "dispersion": found.dispersions[theme],
                "smallest_rise": _smallest_rise(tallies, theme, found, false_discovery),
                **_comparison(found, theme),
                "verdict": _verdict(tallies, theme, found, false_discovery),
            }
        )
    return pd.DataFrame(rows)


def _test(tallies: Tallies) -> _Found:
    """Compare the windows for every theme raised often enough."""
    numbers = range(len(tallies.themes))
    dispersions = tuple(tallies.dispersion(theme) for theme in numbers)
    compared = [tallies.windows(theme) for theme in numbers]
    ratios = tuple(
        compare_windows(counted, dispersion=_applied(dispersion))
        if counted.recent_raised.sum() + counted.before_raised.sum() >= FEWEST_TESTED
        else None
        for counted, dispersion in zip(compared, dispersions, strict=True)
    )
    return _Found(ratios, dispersions, _q_values(ratios, "p_rise"), _q_values(ratios, "p_fall"))


def _applied(dispersion: float | None) -> float:
    """Return the dispersion that the test reckons with."""
    return dispersion if dispersion is not None and dispersion > OVERDISPERSED_FROM else 1.0


def _q_values(ratios: tuple[RateRatio | None, ...], side: str) -> NDArray[np.float64]:
    """Return q-values over the themes tested, 1 for the others."""
    q_values = np.ones(len(ratios))
    tested = [number for number, ratio in enumerate(ratios) if ratio is not None]
    if tested:
        q_values[tested] = false_discovery_control([getattr(ratios[number], side) for number in tested])
    return q_values


def _comparison(found: _Found, theme: int) -> dict[str, float | None]:
    ratio = found.ratios[theme]
    if ratio is None:
        return dict.fromkeys(("rate_ratio", "low", "high", "p_value", "q_value"))
    rises = ratio.p_rise <= ratio.p_fall
    return {
        "rate_ratio": ratio.ratio,
        "low": ratio.low,
        "high": ratio.high if math.isfinite(ratio.high) else None,
        "p_value": ratio.p_rise if rises else ratio.p_fall,
        "q_value": float(found.q_rise[theme] if rises else found.q_fall[theme]),
    }


def _verdict(tallies: Tallies, theme: int, found: _Found, false_discovery: float) -> str:
    ratio = found.ratios[theme]
    if ratio is None:
        return "not_tested"
    counted = tallies.windows(theme)
    if ratio.ratio >= LEAST_RATIO:
        is_found = found.q_rise[theme] <= false_discovery and _is_lasting(tallies, theme, found.dispersions[theme])[0]
        if is_found and _is_spread(tallies, theme, RECENT, int(counted.recent_raised.sum())):
            return "growing" if tallies.raised_ever[theme] else "new"
        return "watch" if ratio.low_80 > 1 else "no_clear_change"
    if ratio.ratio <= 1 / LEAST_RATIO:
        is_found = found.q_fall[theme] <= false_discovery and _is_lasting(tallies, theme, found.dispersions[theme])[1]
        if is_found and _is_spread(tallies, theme, BEFORE, int(counted.before_raised.sum())):
            return "fading"
    return "no_clear_change"


def _is_lasting(tallies: Tallies, theme: int, dispersion: float | None) -> tuple[bool, bool]:
    """Tell whether a rise, and a fall, is seen (to 80%) without channels that were heard in one window alone."""
    counted = tallies.lasting_windows(theme)
    if not counted.recent_raised.sum() + counted.before_raised.sum():
        return False, False
    ratio = compare_windows(counted, dispersion=_applied(dispersion))
    return ratio.ratio >= LEAST_RATIO and ratio.low_80 > 1, ratio.ratio <= 1 / LEAST_RATIO and ratio.high_80 < 1


def _is_spread(tallies: Tallies, theme: int, window: int, raised: int) -> bool:
    """Tell whether a change rests on enough sessions and respondents, and on more than one month."""
    return raised >= FEWEST_RAISED and tallies.months_raised(theme, window) >= FEWEST_MONTHS


def _smallest_rise(tallies: Tallies, theme: int, found: _Found, false_discovery: float) -> float | None:
    """Return the least rate ratio that is seen four times in five, beside the other themes as they are."""
    counted = tallies.windows(theme)
    if not len(counted.recent_heard):
        return None
    tested = [number for number, ratio in enumerate(found.ratios) if ratio is not None and number != theme]
    flagged = int((found.q_rise[tested] <= false_discovery).sum())
    return smallest_rise(
        expected_recent(counted),
        int(counted.before_raised.sum()),
        most=int(counted.recent_heard.sum()),
        significance=false_discovery * (flagged + 1) / (len(tested) + 1),
        dispersion=_applied(found.dispersions[theme]),
    )
