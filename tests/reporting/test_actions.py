"""What the report says of actions whose change is no signal, that have not begun, or that began within a month."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care.reporting import render_report, trend_words
from voice_of_care.settings import parse_settings

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis

SETTINGS = parse_settings({"project": {"title": "What people told us"}})


@pytest.fixture(scope="module")
def bare(made_up: ModuleType, followed: ModuleType) -> Analysis:
    """Return an analysis with two actions and no other charts."""
    analysis = followed.follow(made_up.build())
    return dataclasses.replace(analysis, charts=analysis.charts.iloc[:0], funnels=analysis.funnels.iloc[:0])


def _told(analysis: Analysis) -> str:
    html = render_report(analysis, settings=SETTINGS, profile="internal").html
    body = html.split('<section id="difference"')[1].split("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", body, flags=re.DOTALL)))


@pytest.mark.parametrize(
    ("values", "cautions", "said"),
    [
        ((0.29, 0.05, 0.49, 0.095), [], "(95% interval +5 to +49), but not by enough to tell from chance"),
        ((0.29, 0.05, 0.49, 0.02), [], "but no period after the action breaks a rule"),
        ((0.29, 0.05, 0.49, 0.02), ["mix"], "a change of mix may be behind it"),
        ((0.01, -0.04, 0.06, 0.7), [], "can\u2019t be told from what was usual before it"),
    ],
)
def test_a_change_that_is_no_signal_is_told_all_the_same(
    bare: Analysis, values: tuple[float, ...], cautions: list[str], said: str
) -> None:
    rows = bare.differences[bare.differences["verdict"] == "no_signal"]
    named = dict(zip(("change", "change_low", "change_high", "p_value"), values, strict=True))
    rows = rows.assign(**named, cautions=[cautions] * len(rows))
    text = _told(dataclasses.replace(bare, differences=rows))
    assert said in text
    assert "no difference can be seen" not in text


def test_an_action_after_the_newest_comment_has_not_begun(bare: Analysis) -> None:
    later = bare.actions.assign(starts_on=pd.Timestamp(2099, 1, 1))
    text = _told(dataclasses.replace(bare, actions=later))
    assert text.count("It has not begun, as far as comments go.") == len(later)
    assert "Before and after" not in text


def test_the_month_an_action_began_in_is_named_as_such(bare: Analysis) -> None:
    points = bare.difference_points
    month = points["starts_on"] == pd.Timestamp(2024, 7, 1)
    points = points.assign(is_judged=~(month | (points["starts_on"] == points["starts_on"].max())))
    within = bare.actions.assign(starts_on=pd.Timestamp(2024, 7, 9))
    text = _told(dataclasses.replace(bare, actions=within, difference_points=points))
    assert text.count("the action began, not judged") == 1
    assert text.count("not complete yet, not judged") == 1


def test_nought_has_no_sign() -> None:
    assert trend_words.points(-0.004) == trend_words.points(0.004) == "0"
    assert trend_words.points(-0.06) == f"{trend_words.MINUS}6"
    assert trend_words.tone(-0.001) == "0.00"
    assert trend_words.tone(0.08) == "+0.08"
