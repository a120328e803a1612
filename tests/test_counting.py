"""People are counted, not mentions; shares carry their interval."""

import math

import pandas as pd
import pytest

from tests.small import small_analysis
from voice_of_care.counting import count_units, units, wilson_share


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(65, 100, 0.5525444, 0.7363575), (1045, 5000, 0.1979555, 0.2204913)],
)
def test_wilson_intervals_agree_with_published_figures(count, total, low, high):
    # figures: UK Health Security Agency, PHEindicatormethods, test data for proportions
    share = wilson_share(count, total)
    assert share.low == pytest.approx(low, abs=1e-7)
    assert share.high == pytest.approx(high, abs=1e-7)


def test_nobody_asked_has_no_share():
    assert math.isnan(wilson_share(0, 0).share)


def test_the_unit_is_the_respondent_else_the_session_else_the_response():
    comments = small_analysis().safe_comments.assign(
        respondent_id=["R1", "R1", None, None, None, None],
        session_id=[None, None, "S1", "S1", None, None],
        response_id=[None, None, None, None, "P1", None],
    )
    unit_of = units(comments)
    assert unit_of.tolist() == ["R1", "R1", "S1", "S1", "P1", "VOC-0000000005"]
    assert count_units(comments["comment_id"], unit_of) == 4


def test_a_campaign_counts_once_or_each_as_asked():
    comments = small_analysis().safe_comments
    comments = comments.assign(campaign_id=pd.Series(["C1", "C1", "C1", None, None, None], dtype="str"))
    assert units(comments, count_campaigns="once").nunique() == 4
    assert units(comments, count_campaigns="each").nunique() == 6


def test_a_repeated_record_is_counted_with_the_first():
    comments = small_analysis().safe_comments
    comments = comments.assign(
        response_id=pd.Series([None] * 6, dtype="str"),
        duplicate_of=pd.Series([None, "VOC-0000000000", None, None, None, None], dtype="str"),
    )
    assert units(comments).nunique() == 5
