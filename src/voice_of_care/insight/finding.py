"""All that decisions rest on, from one analysis: each table by the function that makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from threadpoolctl import threadpool_limits

from voice_of_care.insight.absence import find_unheard, find_unraised
from voice_of_care.insight.consensus import count_ballots
from voice_of_care.insight.drivers import find_drivers
from voice_of_care.insight.evidence import gather_evidence
from voice_of_care.insight.gaps import compare_groups
from voice_of_care.insight.ledger import write_ledger
from voice_of_care.insight.local_words import find_local_words
from voice_of_care.insight.own_words import find_own_words
from voice_of_care.insight.places import find_spread
from voice_of_care.insight.questions import cover_questions
from voice_of_care.insight.ranking import rank_themes
from voice_of_care.insight.rare import list_rare
from voice_of_care.insight.safety import list_safety
from voice_of_care.insight.triangulation import triangulate
from voice_of_care.insight.voices import gather_voices
from voice_of_care.insight_tables import METRICS

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.analysis import Analysis
    from voice_of_care.heard import Heard
    from voice_of_care.settings import Settings


class Insight(NamedTuple):
    """The tables of `insight_tables`, by name."""

    question_coverage: pd.DataFrame
    own_words: pd.DataFrame
    ranking: pd.DataFrame
    agreements: pd.DataFrame
    safety_list: pd.DataFrame
    metrics: pd.DataFrame
    triangulation: pd.DataFrame
    drivers: pd.DataFrame
    group_gaps: pd.DataFrame
    concentration: pd.DataFrame
    spread: pd.DataFrame
    local_words: pd.DataFrame
    unraised: pd.DataFrame
    unheard: pd.DataFrame
    rare_arguments: pd.DataFrame
    ledger: pd.DataFrame
    ballots: pd.DataFrame
    consensus: pd.DataFrame
    evidence: pd.DataFrame


class ToRead(NamedTuple):
    """The lists of single segments that a person is to read, whatever their number."""

    safety_list: pd.DataFrame
    rare_arguments: pd.DataFrame


def list_to_read(analysis: Analysis) -> ToRead:
    """Return what a person is to read.

    Args:
        analysis: the tables, reviewers' decisions applied.
    """
    return ToRead(list_safety(analysis), list_rare(analysis))


def find_insight(
    analysis: Analysis, heard: Heard, *, settings: Settings, metrics: pd.DataFrame | None = None
) -> Insight:
    """Return all that decisions rest on.

    Args:
        analysis: the tables, reviewers' decisions applied, with `emerging` and `series` found.
        heard: who was heard and what they raised, of the same analysis.
        settings: weights, how notes count, who was expected.
        metrics: other measures, as declared in `insight_tables.METRICS`.
    """
    with threadpool_limits(1):  # sums in another order differ in their last bits
        return _find(analysis, heard, settings, METRICS.empty() if metrics is None else metrics)


def _find(analysis: Analysis, heard: Heard, settings: Settings, metrics: pd.DataFrame) -> Insight:
    voices = gather_voices(analysis, heard, settings=settings.insight)
    counted = count_ballots(analysis.events, analysis.themes)
    ranked = rank_themes(
        voices,
        emerging=analysis.emerging,
        severities=analysis.severities,
        consensus=counted.consensus,
        ballots=counted.ballots,
        settings=settings,
    )
    spread = find_spread(voices, seed=settings.themes.seed)
    found = Insight(
        question_coverage=cover_questions(voices, analysis.statements, frameworks=analysis.frameworks),
        own_words=find_own_words(analysis, voices),
        ranking=ranked.ranking,
        agreements=ranked.agreements,
        safety_list=list_safety(analysis),
        metrics=metrics,
        triangulation=triangulate(analysis, voices, ranked.ranking, metrics, settings=settings),
        drivers=find_drivers(voices, seed=settings.themes.seed),
        group_gaps=compare_groups(
            voices, frameworks=analysis.frameworks, false_discovery=settings.trends.false_discovery
        ),
        concentration=spread.concentration,
        spread=spread.spread,
        local_words=find_local_words(voices, analysis.segments, analysis.statements, seed=settings.themes.seed),
        unraised=find_unraised(analysis, voices),
        unheard=find_unheard(voices, expected=settings.expected),
        rare_arguments=list_rare(analysis),
        ledger=write_ledger(analysis),
        ballots=counted.ballots,
        consensus=counted.consensus,
        evidence=analysis.evidence,
    )
    return found._replace(evidence=gather_evidence(found, voices, analysis.segments, analysis.statements))
