"""The table of statements: one row a segment, the plain question from the links, nothing lost."""

import pandas as pd
import pytest

from tests.small import small_analysis
from voice_of_care.statements import answer_plain_questions, code_statements
from voice_of_care.statements.code import source_forms
from voice_of_care.tables import SEGMENT_LINKS, STATEMENTS, conform


@pytest.fixture
def analysis():
    return small_analysis()


def coded(analysis, comments=None, links=None):
    safe_comments = analysis.safe_comments if comments is None else comments
    statements = code_statements(analysis.segments, safe_comments, sentiments=analysis.sentiments)
    return answer_plain_questions(statements, SEGMENT_LINKS.empty() if links is None else links)


def test_every_segment_is_coded_once_in_the_order_given(analysis):
    statements = coded(analysis)
    assert list(statements["segment_id"]) == list(analysis.segments["segment_id"])
    assert statements["plain_question"].isna().all()
    assert (statements["voice"] == "first_hand").all()


def test_the_plain_question_is_the_strongest_link_to_the_four(analysis):
    segment = analysis.segments["segment_id"].iloc[0]
    rows = [("four-questions", "b", 0.6), ("four-questions", "a", 0.9), ("steeep", "safe", 1.0)]
    links = pd.DataFrame(rows, columns=["framework_id", "priority_id", "strength"])
    statements = coded(analysis, links=conform(links.assign(segment_id=segment, origin="model"), SEGMENT_LINKS))
    assert statements["plain_question"].iloc[0] == "a"
    assert statements["plain_question"].iloc[1:].isna().all()


def test_notes_are_a_session_without_a_speaker():
    comments = pd.DataFrame({"session_id": [None, "S", "S"], "respondent_id": ["R", None, "R"]})
    assert source_forms(comments) == ["survey", "notes", "transcript"]


def test_a_voice_does_not_go_on_into_the_next_comment(analysis):
    texts = ["The group felt let down.", *["Cars block the lane."] * (len(analysis.segments) - 1)]
    segments = analysis.segments.assign(text=texts)
    comments = analysis.safe_comments.assign(session_id="S", respondent_id=pd.Series([None] * len(texts), dtype="str"))
    statements = code_statements(segments, comments, sentiments=analysis.sentiments)
    assert list(statements["voice"]) == ["facilitator"] + ["first_hand"] * (len(texts) - 1)


def test_no_segments_give_the_empty_table(analysis):
    empty = code_statements(
        analysis.segments.iloc[:0],
        analysis.safe_comments,
        sentiments=analysis.sentiments.iloc[:0],
    )
    pd.testing.assert_frame_equal(empty, STATEMENTS.empty())
