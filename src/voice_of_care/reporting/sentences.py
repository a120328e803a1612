"""One sentence for each icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.reporting import control_words, trend_words

if TYPE_CHECKING:
    from voice_of_care.reporting.over_time import Line


def state(line: Line) -> str:
    """Return what a chart shows, in a sentence."""
    if line.variation is None or line.state == "explained":
        return f"{trend_words.STATES[line.state]}."
    return control_words.variation_sentence(line.variation, line.last_rule, period=line.period_kind)


def assurance(line: Line) -> str:
    """Return whether the target is met as things are, in a sentence."""
    if line.assurance is None or line.target is None:
        return ""
    target = trend_words.measured(line.measure, line.target)
    return control_words.assurance_sentence(line.assurance, target, direction=line.direction)
