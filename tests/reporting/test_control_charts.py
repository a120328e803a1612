"""Control charts drawn: what stands in the figure, whatever the rows; icons and sentences for every word declared."""

from __future__ import annotations

import re

import pytest

from voice_of_care.reporting import control_charts as drawn
from voice_of_care.reporting.control_charts import PERCENT, PROVISIONAL, Canvas, Moment, draw_control
from voice_of_care.reporting.control_icons import assurance_icon, variation_icon
from voice_of_care.reporting.control_words import (
    ASSURANCE_NAMES,
    RULE_WORDS,
    STANDING_WORDS,
    VARIATION_NAMES,
    assurance_sentence,
    describe_chart,
    variation_sentence,
)
from voice_of_care.trend_tables import ASSURANCES, DIRECTIONS, POINT_TYPES, RULES, VARIATIONS


def _contrast(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _rows(values, *, centre=30.0, lower=20.0, upper=40.0, **more):
    return [
        {
            "label": f"P{place}",
            "value": value,
            "centre": centre,
            "lower": lower,
            "upper": upper,
            "phase": 1,
            "point_type": "common_cause",
            **more,
        }
        for place, value in enumerate(values)
    ]


def _texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_marks_and_words_stand_out_from_white():
    assert all(_contrast(style.colour) >= 3 for style in drawn.POINT_STYLES.values())
    assert all(_contrast(ink) >= 4.5 for ink in (drawn.TARGET_INK, drawn.FITTED_INK, drawn.LIMIT_INK))


def test_every_kind_of_point_has_a_shape_of_its_own():
    assert set(drawn.POINT_STYLES) == set(POINT_TYPES)
    assert len({style.shape for style in drawn.POINT_STYLES.values()}) == len(POINT_TYPES)


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_lines_are_named_at_their_ends_and_shapes_in_a_legend(layout):
    rows = _rows([30, 31, 41, 19, 30])
    rows[2]["point_type"], rows[3]["point_type"] = "special_cause_concern", "special_cause_improvement"
    canvas = Canvas(unit="%", target=25, note=PROVISIONAL, moments=(Moment(1.5, "A1: quiet hours"),), bounds=PERCENT)
    svg = getattr(draw_control("chart", "A & B", "Told", rows=rows, canvas=canvas), layout)
    texts = _texts(svg)
    names = ("Upper limit", "Lower limit") if layout == "wide" else ("Upper", "Lower")
    assert {f"{names[0]} 40%", f"{names[1]} 20%", "Mean 30%", "Target 25%", PROVISIONAL, "A1: quiet hours"} <= set(
        texts
    )
    assert {"common cause", "improvement", "concern"} <= set(texts)
    assert not {"unusually high", "not complete yet"} & set(texts)
    assert "A &amp; B</title>" in svg
    for colour in (drawn.COMMON, drawn.IMPROVEMENT, drawn.CONCERN):
        assert f'fill="{colour}"' in svg


def test_the_same_rows_give_the_same_bytes():
    rows = _rows([30, None, 41, 19, 30])
    first, second = (draw_control("chart", "A", "B", rows=rows, canvas=Canvas()) for _ in range(2))
    assert first == second


def test_a_missing_period_leaves_a_gap_and_an_open_one_is_hollow():
    rows = _rows([30, 31, None, 29, 33, 30])
    rows[-1]["is_complete"] = False
    canvas = Canvas(missing="nobody heard")
    svg = draw_control("chart", "A", "B", rows=rows, canvas=canvas).wide
    assert {"\u00d7", "\u00d7 nobody heard", "not complete yet"} <= set(_texts(svg))
    lines = re.findall(rf'<path [^>]*stroke="{drawn.COMMON}"[^>]*stroke-width="2"[^>]*>', svg)
    assert sum("stroke-dasharray" in line for line in lines) >= 1
    assert svg.count('fill="#ffffff"') >= 2


def test_lines_break_where_a_phase_ends():
    rows = _rows([30, 31, 29, 30])
    for row in rows[2:]:
        row.update(phase=2, centre=29.0, lower=19.0, upper=39.0)
    both = draw_control("chart", "A", "B", rows=rows, canvas=Canvas()).wide
    one = draw_control("chart", "A", "B", rows=_rows([30, 31, 29, 30]), canvas=Canvas()).wide
    dashed = 'stroke-dasharray="6,4"'
    assert (one.count(dashed), both.count(dashed)) == (2, 4)
    assert "Mean 29" in _texts(both)


def test_limits_are_drawn_no_further_than_values_can_go():
    svg = draw_control(
        "chart", "A", "B", rows=_rows([2, 4, 3], centre=3, lower=-4, upper=10), canvas=Canvas(unit="%", bounds=PERCENT)
    ).wide
    assert "Lower limit 0%" in _texts(svg)
    assert not any("\u2212" in text for text in _texts(svg))


def test_a_target_is_printed_as_it_was_given():
    svg = draw_control("chart", "A", "B", rows=_rows([30, 90, 10]), canvas=Canvas(target=-0.25)).wide
    assert "Target \u22120.25" in _texts(svg)


def test_a_run_chart_has_no_limits_and_no_legend():
    rows = _rows([0.2, 0.31, -0.05], centre=0.2, lower=None, upper=None)
    texts = _texts(draw_control("chart", "A", "B", rows=rows, canvas=Canvas(centre_name="Median")).wide)
    assert "Median 0.2" in texts
    assert "common cause" not in texts
    assert not any("limit" in text for text in texts)


def test_what_would_have_been_is_drawn_beside():
    rows = _rows([30, 31, 29])
    rows[-1].update(fitted=29.5, counterfactual=33.0)
    rows[-2].update(fitted=29.6, counterfactual=32.5)
    svg = draw_control("chart", "A", "B", rows=rows, canvas=Canvas()).wide
    assert "If as before 33" in _texts(svg)


@pytest.mark.parametrize(
    "rows",
    [
        _rows([5.0]),
        _rows([None, None], centre=None, lower=None, upper=None),
        _rows([7.0, 7.0, 7.0], centre=7.0, lower=None, upper=None),
        _rows([1e9, 3e9, 2e9], centre=2e9, lower=-1e9, upper=5e9),
        _rows([1e-7, 3e-7], centre=2e-7, lower=1e-8, upper=4e-7),
        _rows([100.0] * 30, centre=100.0, lower=100.0, upper=100.0),
    ],
)
def test_any_series_can_be_drawn(rows):
    for bounds in (None, (0.0, 1e10)):
        made = draw_control("chart", "A", "B", rows=rows, canvas=Canvas(bounds=bounds, target=1.0))
        assert "NaN" not in made.wide + made.narrow


def test_names_at_the_right_never_touch():
    assert drawn._apart([100, 101, 102, 20], 250) == [100, 115, 130, 20]
    assert drawn._apart([249, 250], 250) == [239, 254]


def test_labels_of_moments_stand_above_those_they_meet():
    room = drawn._WIDE
    moments = (Moment(3.5, "Limits start anew"), Moment(4.5, "A1: a longer label than fits"), Moment(16.5, "A2"))
    assert drawn._stack(moments, 24, room) == [1, 0, 0]


def test_there_is_an_icon_and_a_name_for_each_word():
    icons = [*(variation_icon(name) for name in VARIATIONS), *(assurance_icon(name) for name in ASSURANCES)]
    assert len(set(icons)) == len(VARIATIONS) + len(ASSURANCES)
    assert all('aria-hidden="true"' in icon for icon in icons)
    assert set(VARIATION_NAMES) == set(VARIATIONS)
    assert set(ASSURANCE_NAMES) == set(ASSURANCES)
    assert set(RULE_WORDS) == set(RULES) - {"none"}
    assert set(STANDING_WORDS) == {"full", "provisional", "run_chart", "table_only"}


def test_each_icon_has_its_sentence():
    sentences = {variation_sentence("common_cause", "none", period="month")}
    for variation in VARIATIONS[1:]:
        for rule in RULE_WORDS:
            sentences.add(variation_sentence(variation, rule))
    assert len(sentences) == 1 + (len(VARIATIONS) - 1) * len(RULE_WORDS)
    assert all(sentence.endswith(".") and "caused" not in sentence for sentence in sentences)
    assert "month to month" in variation_sentence("common_cause", "none", period="month")
    assert "rising" in variation_sentence("concern_high", "trend")
    assert "lower than expected" in variation_sentence("improvement_low", "shift")
    told = {assurance_sentence(name, "25%", direction=way) for name in ASSURANCES for way in DIRECTIONS[:2]}
    assert len(told) == 6


def test_a_chart_is_told_to_those_who_cannot_see_it():
    types = ["common_cause", "special_cause_concern"]
    assert describe_chart("xmr", types, ("3", "1", "5")) == (
        "XmR chart of 2 points; 1 is a signal. At the end the centre is 3, the limits are 1 and 5."
    )
    assert describe_chart("xmr", types[:1], None) == "XmR chart of 1 point, without limits."
    assert describe_chart("p", types[:1] * 2, ("3", "1", "5")).startswith("p chart of 2 points; none is a signal.")
