"""What one run found: the tables, as handed to reports and exports."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from voice_of_care.tables import EVALUATIONS, EXAMPLES, LINEAGE, STATEMENTS, THEME_PROTOTYPES, THEME_TERMS
from voice_of_care.trend_tables import (
    ACTION_SEGMENTS,
    ACTIONS,
    CHARTS,
    CONTROL_POINTS,
    DIFFERENCE_POINTS,
    DIFFERENCES,
    EMERGING,
    FUNNELS,
    REBASES,
    SERIES,
)

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.frameworks import Framework


@dataclass(frozen=True)
class Analysis:
    """All tables of a project after a run, each as declared in `tables.py`, and the frameworks they refer to.

    Reviewers' decisions are already applied: statuses, labels and origins are as they stand now.
    """

    safe_comments: pd.DataFrame
    redactions: pd.DataFrame
    flags: pd.DataFrame
    segments: pd.DataFrame
    themes: pd.DataFrame
    theme_vectors: pd.DataFrame
    assignments: pd.DataFrame
    quotes: pd.DataFrame
    theme_links: pd.DataFrame
    segment_links: pd.DataFrame
    sentiments: pd.DataFrame
    comment_sentiments: pd.DataFrame
    severities: pd.DataFrame
    set_aside: pd.DataFrame
    sources: pd.DataFrame
    runs: pd.DataFrame
    events: pd.DataFrame
    theme_terms: pd.DataFrame = field(default_factory=THEME_TERMS.empty)
    statements: pd.DataFrame = field(default_factory=STATEMENTS.empty)
    evaluations: pd.DataFrame = field(default_factory=EVALUATIONS.empty)
    examples: pd.DataFrame = field(default_factory=EXAMPLES.empty)
    theme_prototypes: pd.DataFrame = field(default_factory=THEME_PROTOTYPES.empty)
    lineage: pd.DataFrame = field(default_factory=LINEAGE.empty)
    series: pd.DataFrame = field(default_factory=SERIES.empty)
    control_points: pd.DataFrame = field(default_factory=CONTROL_POINTS.empty)
    charts: pd.DataFrame = field(default_factory=CHARTS.empty)
    funnels: pd.DataFrame = field(default_factory=FUNNELS.empty)
    emerging: pd.DataFrame = field(default_factory=EMERGING.empty)
    actions: pd.DataFrame = field(default_factory=ACTIONS.empty)
    rebases: pd.DataFrame = field(default_factory=REBASES.empty)
    differences: pd.DataFrame = field(default_factory=DIFFERENCES.empty)
    difference_points: pd.DataFrame = field(default_factory=DIFFERENCE_POINTS.empty)
    action_segments: pd.DataFrame = field(default_factory=ACTION_SEGMENTS.empty)
    frameworks: tuple[Framework, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "frameworks"}
