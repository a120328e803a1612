"""One sentence for each icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.reporting import trend_words

if TYPE_CHECKING:
    from voice_of_care.reporting.over_time import Line


def state(line: Line) -> str:
    """Return what a chart shows, in a sentence."""
    return trend_words.STATES[line.state] + "."


def assurance(line: Line) -> str:
    """Return whether the target is met as things are, in a sentence."""
    return trend_words.ASSURANCES[line.assurance or ""] + "."
