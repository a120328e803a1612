"""One sentence for each icon, and for what a chart has to stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.reporting import control_words, trend_words, words

if TYPE_CHECKING:
    from voice_of_care.reporting.over_time import Line

FEWEST_IN_POINT = 5
"""People that a period needs to count, as docs/methods/series.md has it."""
FEWEST_FOR_LIMITS, FEWEST_FOR_A_CHART = 12, 8
_NO_CHART = "there is no chart: the figures stand in the table."


def state(line: Line) -> str:
    """Return what a chart shows, in a sentence."""
    if line.last_heard:
        last = trend_words.period_name(line.period_kind, line.last_heard)
        return f"Nobody, or too few, were heard since {last}: nothing is said of so old a point."
    if line.variation is None or line.state == "explained":
        return f"{trend_words.STATES[line.state]}."
    return control_words.variation_sentence(line.variation, line.last_rule, period=line.period_kind)


def assurance(line: Line) -> str:
    """Return whether the target is met as things are, in a sentence."""
    if line.assurance is None or line.target is None:
        return ""
    target = trend_words.measured(line.measure, line.target)
    return control_words.assurance_sentence(line.assurance, target, direction=line.direction)


def people(line: Line) -> str:
    """Return how many people a period has, and how many periods have too few to count."""
    few = line.heard - line.counted
    if not line.counted or not few:
        return line.people
    count = words.plural(few, "does", "do")
    return f"{line.people}; {_periods(few, line)} with fewer than five people {count} not count"


def standing(line: Line) -> str:
    """Return why there are no limits, or why these may still move, in a sentence; nothing for a full chart."""
    if line.standing in ("full", "provisional"):
        return trend_words.STANDINGS_SAY[line.standing]
    there = f"{_periods(line.counted, line)} {words.plural(line.counted, 'counts', 'count')}"
    if line.standing == "table_only":
        if line.counted < FEWEST_FOR_A_CHART:
            return f"{there}, and under {FEWEST_FOR_A_CHART} {_NO_CHART}"
        return f"On average fewer than one a {line.period_kind} is counted, or is not, so that {_NO_CHART}"
    if line.counted >= FEWEST_FOR_LIMITS and line.method == "none":
        return f"A run chart with the median: {_too_few(line)}, so that no limits are drawn and no signal is told."
    if line.is_rebased:
        anew = f"Limits start anew once {_periods(FEWEST_FOR_LIMITS, line)} are there; so far {line.points} count."
        target = ", nor whether the target is met" if line.target is not None else ""
        return f"{anew} Until then no signal is told{target}."
    return f"A run chart with the median: {there}. Under {FEWEST_FOR_LIMITS} no limits are drawn and no signal is told."


def _too_few(line: Line) -> str:
    few = "on average fewer than five"
    if line.measure == "sentiment":
        return f"{few} people are heard a {line.period_kind}"
    return f"{few} a {line.period_kind} are counted, or are not"


def _periods(number: int, line: Line) -> str:
    return trend_words.periods(number, line.period_kind)
