"""What one run found: the tables, as handed to reports and exports."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from voice_of_care.insight_tables import (
    AGREEMENTS,
    BALLOTS,
    CONCENTRATION,
    CONSENSUS,
    DRIVERS,
    EVIDENCE,
    GROUP_GAPS,
    LEDGER,
    LOCAL_WORDS,
    METRICS,
    OWN_WORDS,
    QUESTION_COVERAGE,
    RANKING,
    RARE_ARGUMENTS,
    SAFETY_LIST,
    SPREAD,
    TRIANGULATION,
    UNHEARD,
    UNRAISED,
)
from voice_of_care.tables import EVALUATIONS, EXAMPLES, LINEAGE, NEARNESS, STATEMENTS, THEME_PROTOTYPES, THEME_TERMS
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
    nearness: pd.DataFrame = field(default_factory=NEARNESS.empty)
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
    question_coverage: pd.DataFrame = field(default_factory=QUESTION_COVERAGE.empty)
    own_words: pd.DataFrame = field(default_factory=OWN_WORDS.empty)
    ranking: pd.DataFrame = field(default_factory=RANKING.empty)
    agreements: pd.DataFrame = field(default_factory=AGREEMENTS.empty)
    safety_list: pd.DataFrame = field(default_factory=SAFETY_LIST.empty)
    metrics: pd.DataFrame = field(default_factory=METRICS.empty)
    triangulation: pd.DataFrame = field(default_factory=TRIANGULATION.empty)
    drivers: pd.DataFrame = field(default_factory=DRIVERS.empty)
    group_gaps: pd.DataFrame = field(default_factory=GROUP_GAPS.empty)
    concentration: pd.DataFrame = field(default_factory=CONCENTRATION.empty)
    spread: pd.DataFrame = field(default_factory=SPREAD.empty)
    local_words: pd.DataFrame = field(default_factory=LOCAL_WORDS.empty)
    unraised: pd.DataFrame = field(default_factory=UNRAISED.empty)
    unheard: pd.DataFrame = field(default_factory=UNHEARD.empty)
    rare_arguments: pd.DataFrame = field(default_factory=RARE_ARGUMENTS.empty)
    ledger: pd.DataFrame = field(default_factory=LEDGER.empty)
    ballots: pd.DataFrame = field(default_factory=BALLOTS.empty)
    consensus: pd.DataFrame = field(default_factory=CONSENSUS.empty)
    evidence: pd.DataFrame = field(default_factory=EVIDENCE.empty)
    frameworks: tuple[Framework, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "frameworks"}
