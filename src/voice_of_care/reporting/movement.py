"""All that changes over time, gathered for the page: series, places, emerging themes, actions, and their figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting import series_figures
from voice_of_care.reporting.difference import view_actions
from voice_of_care.reporting.emerging import view_emerging
from voice_of_care.reporting.flow import draw_flow
from voice_of_care.reporting.followed import name_items
from voice_of_care.reporting.over_time import view_over_time
from voice_of_care.reporting.places import view_funnels
from voice_of_care.reporting.since_last import view_since_last
from voice_of_care.reporting.trail import view_trails

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.difference import ActionView
    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.emerging import Emerging
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.over_time import OverTime
    from voice_of_care.reporting.overview import Overview
    from voice_of_care.reporting.places import Funnel
    from voice_of_care.reporting.since_last import SinceLast
    from voice_of_care.reporting.trail import Trail
    from voice_of_care.settings import Settings


@dataclass(frozen=True)
class Movement:
    """What moves, as it may be shown, and the drawings of series by their anchor."""

    over_time: OverTime
    funnels: tuple[Funnel, ...]
    emerging: Emerging
    actions: tuple[ActionView, ...]
    since_last: SinceLast | None
    flow: Drawing | None
    drawings: dict[str, Drawing]
    trails: dict[str, Trail]

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Return every figure, in the order of the page."""
        funnels = [funnel.drawing for funnel in self.funnels if funnel.drawing]
        return (*self.drawings.values(), *funnels, *([self.flow] if self.flow else []))


def view_movement(
    facts: Facts, overview: Overview, *, discloser: Discloser, settings: Settings, before: Analysis | None
) -> Movement:
    """Return all that changes over time, as a profile lets it out."""
    items = name_items(facts, discloser=discloser)
    over_time = view_over_time(facts, overview, items, discloser=discloser)
    emerging = view_emerging(facts, items, discloser=discloser, settings=settings)
    actions = view_actions(facts, items, discloser=discloser, settings=settings)
    return Movement(
        over_time,
        view_funnels(facts, discloser=discloser),
        emerging,
        actions,
        view_since_last(facts, over_time, emerging, discloser=discloser, before=before),
        draw_flow(emerging.became),
        series_figures.draw_all(over_time.cards, actions),
        view_trails(facts, over_time, emerging, discloser=discloser),
    )
