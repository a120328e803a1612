"""What the frameworks miss, and what nobody spoke of."""

from __future__ import annotations

import pandas as pd
import pytest

from voice_of_care.frameworks.coverage import count_raised, uncovered_segments, uncovered_themes, unraised_priorities
from voice_of_care.frameworks.loader import find_framework

UNIT_OF = pd.Series({"a": "u1", "b": "u1", "c": "u2", "d": "u3"})
SEGMENTS = pd.DataFrame({"segment_id": ["a.1", "b.1", "c.1", "d.1"], "comment_id": ["a", "b", "c", "d"]})


@pytest.fixture
def segment_links():
    rows = [
        ("a.1", "steeep", "timely"),
        ("b.1", "steeep", "timely"),
        ("c.1", "steeep", "safe"),
        ("c.1", "steeep", "timely"),
        ("d.1", "four-questions", "how-do-we-do-it-better"),
    ]
    return pd.DataFrame(rows, columns=["segment_id", "framework_id", "priority_id"])


def test_people_are_counted_and_not_mentions(segment_links):
    raised = count_raised(segment_links, SEGMENTS, [find_framework("steeep")], unit_of=UNIT_OF)
    assert raised["units"].tolist() == [1, 2, 0, 0, 0, 0]
    assert raised["priority_id"].tolist()[:2] == ["safe", "timely"]


def test_what_nobody_or_next_to_nobody_raised(segment_links):
    steeep = [find_framework("steeep")]
    nobody = unraised_priorities(segment_links, SEGMENTS, steeep, unit_of=UNIT_OF)
    assert nobody["priority_id"].tolist() == ["effective", "efficient", "equitable", "person-centred"]
    few = unraised_priorities(segment_links, SEGMENTS, steeep, unit_of=UNIT_OF, most_units=1)
    assert few["priority_id"].tolist() == ["safe", "effective", "efficient", "equitable", "person-centred"]


def test_what_the_tool_never_links_is_not_called_unraised(segment_links):
    nobody = unraised_priorities(segment_links, SEGMENTS, [find_framework("qdc")], unit_of=UNIT_OF)
    assert len(nobody) == 31
    assert not nobody["priority_id"].isin(["not-assigned", "labelling-not-possible"]).any()


def test_a_plain_question_covers_no_segment(segment_links):
    assert uncovered_segments(SEGMENTS, segment_links)["segment_id"].tolist() == ["d.1"]


def test_leaf_themes_without_a_standing_link_are_uncovered():
    themes = pd.DataFrame(
        {"theme_id": ["P", "T1", "T2", "T3", "T4"], "parent_id": pd.Series([None, "P", "P", "P", None], dtype="str")}
    )
    links = pd.DataFrame(
        [("T1", "steeep", "proposed"), ("T2", "steeep", "rejected"), ("T3", "four-questions", "proposed")],
        columns=["theme_id", "framework_id", "status"],
    )
    assert uncovered_themes(themes, links)["theme_id"].tolist() == ["T2", "T3", "T4"]
