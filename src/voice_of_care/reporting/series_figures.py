"""From cards of series and actions to their drawn charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.difference import ActionView
    from voice_of_care.reporting.over_time import Card


def draw_all(cards: Sequence[Card], actions: Sequence[ActionView]) -> dict[str, Drawing]:
    """Return the drawing of each card and of each measure of an action, by its anchor."""
    return {}
