"""Every number traces to segments: the units behind them are the number."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.reporting.made_up import build
from voice_of_care.counting import units
from voice_of_care.insight.evidence import BETWEEN
from voice_of_care.insight_tables import REST
from voice_of_care.pipeline import follow
from voice_of_care.settings import Settings
from voice_of_care.tables import COMMENT_SENTIMENTS, SEGMENTS, STATEMENTS, conform

QUESTIONS = ("do-well", "better")


@pytest.fixture(scope="module")
def analysis():
    made = build(staff=140, users=200)
    felt = pd.DataFrame({"comment_id": made.safe_comments["comment_id"], "polarity": 0.0, "label": "neutral"})
    asked = [QUESTIONS[place % 2] if place % 3 else None for place in range(len(made.statements))]
    staff = made.safe_comments.loc[made.safe_comments["respondent_group"] == "staff", "comment_id"]
    of_waiting = made.assignments.loc[made.assignments["theme_id"] == "T01", "segment_id"]
    is_theirs = made.segments["comment_id"].isin(staff) & made.segments["segment_id"].isin(of_waiting)
    texts = made.segments["text"].where(~is_theirs, made.segments["text"] + " The turnaround suffers.")
    whole = replace(
        made,
        segments=conform(made.segments.assign(text=texts), SEGMENTS),
        comment_sentiments=conform(felt.assign(confidence=0.5), COMMENT_SENTIMENTS),
        statements=conform(made.statements.assign(plain_question=asked), STATEMENTS),
    )
    return follow(whole, settings=Settings())


@pytest.fixture(scope="module")
def behind(analysis):
    """Return how many units stand behind the segments of each figure."""
    unit_of = units(analysis.safe_comments)
    comment_of = analysis.segments.set_index("segment_id")["comment_id"]
    told = analysis.evidence
    return {
        (table, row, figure): int(unit_of.reindex(comment_of.reindex(ids)).nunique())
        for table, row, figure, ids in told.itertuples(index=False, name=None)
    }


def key(*parts):
    return BETWEEN.join(parts)


def test_the_ranking(analysis, behind):
    assert {"overall", "group/staff", "group/service_user"} <= set(analysis.ranking["scope"])
    for row in analysis.ranking.itertuples():
        where = key(row.theme_id, row.scope)
        assert behind["ranking", where, "respondents"] == row.respondents
        assert behind["ranking", where, "negative"] == row.negative
        assert behind["heard", row.scope, "heard"] == row.heard


def test_the_questions(analysis, behind):
    assert analysis.question_coverage["respondents"].sum() > 0
    for row in analysis.question_coverage.itertuples():
        where = key(row.theme_id, row.question, row.respondent_group)
        assert behind["question_coverage", where, "respondents"] == row.respondents


def test_the_gaps(analysis, behind):
    assert len(analysis.group_gaps)
    for row in analysis.group_gaps.itertuples():
        item = row.theme_id if isinstance(row.theme_id, str) else f"{row.framework_id}/{row.priority_id}"
        where = key(item, row.grouping, row.group_a, row.group_b)
        assert behind["group_gaps", where, "raised_a"] == row.raised_a
        if row.group_b != REST:
            assert behind["group_gaps", where, "raised_b"] == row.raised_b
            continue
        prefix = "group" if row.grouping == "respondent_group" else row.grouping
        assert row.heard_a == behind["heard", f"{prefix}/{row.group_a}", "heard"]
        assert row.raised_a + row.raised_b == behind.get(("mentions", item, "respondents"), 0)


def test_the_places_and_the_drivers(analysis, behind):
    assert len(analysis.concentration)
    for row in analysis.concentration.itertuples():
        where = key(row.theme_id, row.level, row.place)
        assert behind["concentration", where, "respondents"] == row.respondents
        assert behind["heard", f"{row.level}/{row.place}", "heard"] == row.heard
    assert len(analysis.drivers)
    for row in analysis.drivers.itertuples():
        assert behind["drivers", row.theme_id, "respondents"] == row.respondents


def test_the_words(analysis, behind):
    assert "turnaround" in " ".join(analysis.own_words["term"])
    for row in analysis.own_words.itertuples():
        where = key(row.theme_id, row.respondent_group, row.term)
        assert behind["own_words", where, "respondents"] == row.respondents


def test_each_figure_stands_once_and_its_segments_are_there(analysis):
    told = analysis.evidence
    assert not told.duplicated(["of_table", "row", "figure"]).any()
    known = set(analysis.segments["segment_id"])
    assert all(known.issuperset(ids) and len(ids) == len(set(ids)) for ids in told["segment_ids"])
