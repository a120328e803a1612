"""Control charts against NHSRplotthedots 0.2.2: published figures, cases of ours, and what must always hold."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_of_care.trend_tables import ASSURANCES, POINT_TYPES, RULES, VARIATIONS
from voice_of_care.trends.spc import (
    assure,
    chart_p,
    chart_p_prime,
    chart_xmr,
    choose_method,
    is_counted_enough,
    standing_of,
)

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "spc_fixtures.json"
NAN = math.nan

# Twenty months with a step down after the twelfth; the reference's figures beside it.
STEP = (31, 28, 33, 30, 27, 32, 29, 34, 30, 28, 31, 29, 26, 24, 25, 23, 24, 22, 25, 23)
# The series of the reference's vignette on deviations from the Excel tools: limits screened, and not.
SPIKE = (1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
PASSES = (92, 93, 91, 94, 92, 93, 92, 91, 93, 94, 92, 93)


def _levels(chart, place=0):
    point = chart.points[place]
    return point.centre, point.lower_limit, point.upper_limit


def _types(chart):
    return [point.point_type.removeprefix("special_cause_") for point in chart.points]


def _rules(chart):
    return [point.rule for point in chart.points]


def _rule_of(label):
    if label == "Common Cause":
        return "none"
    if "CL" in label and "Points" not in label and "2 in 3" not in label:
        return "astronomical"
    return "trend" if "Trend" in label else "two_in_three" if "2 in 3" in label else "shift"


@pytest.mark.skipif(not SHARED.exists(), reason="the reference's vectors are not here")
def test_every_vector_of_the_reference_is_reproduced():
    vectors = json.loads(SHARED.read_text(encoding="utf-8"))
    assert len(vectors) >= 16
    for vector in vectors:
        chart = chart_xmr(
            [NAN if value is None else value for value in vector["y"]],
            direction=vector["improvement_direction"],
            target=vector["target"],
            rebase_at=[place - 1 for place in vector["rebase_at"]],
            fix_after=vector["fix_after_n_points"],
            is_screened=vector["screen_outliers"],
        )
        for name, theirs in (("centre", "mean"), ("lower_limit", "lpl"), ("upper_limit", "upl")):
            found = [getattr(point, name) for point in chart.points]
            assert found == pytest.approx(vector[theirs], abs=1e-6), vector["id"]
        assert [point.point_type for point in chart.points] == vector["point_type"], vector["id"]
        assert _rules(chart) == [_rule_of(label) for label in vector["special_cause_type"]], vector["id"]
        assert chart.assurance == vector["assurance"], vector["id"]


def test_a_screened_spike_is_seen_and_an_unscreened_one_too():
    screened = chart_xmr(SPIKE, direction="increase")
    assert _levels(screened) == pytest.approx((1.9444444, -0.7155556, 4.6044444), abs=1e-6)
    plain = chart_xmr(SPIKE, direction="increase", is_screened=False)
    assert _levels(plain) == pytest.approx((1.9444444, -3.0626144, 6.9515033), abs=1e-6)
    assert _rules(screened)[4] == _rules(plain)[4] == "astronomical"
    assert set(_rules(screened)) == {"none", "astronomical"}


def test_a_step_without_new_limits_is_a_shift_on_both_sides():
    chart = chart_xmr(STEP, direction="decrease", target=25)
    assert _levels(chart) == pytest.approx((27.7, 20.14, 35.26), abs=1e-6)
    assert _types(chart) == ["common_cause"] * 5 + ["concern"] * 7 + ["improvement"] * 8
    assert (chart.variation, chart.assurance) == ("improvement_low", "inconsistent")


def test_new_limits_at_the_step_leave_nothing_flagged():
    chart = chart_xmr(STEP, direction="decrease", rebase_at=[12])
    assert _levels(chart) == pytest.approx((30.1666667, 20.9775758, 39.3557576), abs=1e-6)
    assert _levels(chart, 12) == pytest.approx((24, 19.06, 28.94), abs=1e-6)
    assert set(_rules(chart)) == {"none"}
    assert [point.phase for point in chart.points] == [1] * 12 + [2] * 8


def test_limits_fixed_before_the_step_flag_all_after_it():
    chart = chart_xmr(STEP, direction="decrease", fix_after=12)
    assert {_levels(chart, place) for place in range(20)} == {_levels(chart)}
    assert _levels(chart) == pytest.approx((30.1666667, 20.9775758, 39.3557576), abs=1e-6)
    assert _types(chart)[11:] == ["improvement"] * 9
    assert set(_rules(chart)[11:]) == {"shift", "two_in_three"}
    assert chart.variation == "improvement_low"


@pytest.mark.parametrize(
    ("direction", "target", "expected"),
    [
        ("increase", 85, "consistent_pass"),
        ("increase", 99, "consistent_fail"),
        ("increase", 92, "inconsistent"),
        ("decrease", 85, "consistent_fail"),
        ("decrease", 99, "consistent_pass"),
        ("neutral", 85, None),
        ("increase", None, None),
    ],
)
def test_a_target_beyond_the_limits_is_always_met_or_always_missed(direction, target, expected):
    chart = chart_xmr(PASSES, direction=direction, target=target)
    assert _levels(chart) == pytest.approx((92.5, 88.3890909, 96.6109091), abs=1e-6)
    assert chart.assurance == expected


def test_a_target_on_a_limit_is_met_at_times():
    for direction in ("increase", "decrease"):
        for target in (10.0, 20.0):
            assert assure(target, lower_limit=10.0, upper_limit=20.0, direction=direction) == "inconsistent"


def test_the_target_is_judged_on_the_last_phase():
    chart = chart_xmr((*PASSES, *(value - 20 for value in PASSES)), direction="increase", target=85, rebase_at=[12])
    assert chart.assurance == "consistent_fail"
    assert chart_xmr((*PASSES,), direction="increase", target=85).assurance == "consistent_pass"


def test_where_neither_way_is_better_signals_are_high_or_low():
    values = (*STEP[:12], *(value - 20 for value in STEP[12:]))
    assert chart_xmr(values, direction="neutral", fix_after=12).variation == "neutral_low"
    assert set(_types(chart_xmr(STEP, direction="neutral"))[13:]) == {"neutral_low"}
    assert set(_types(chart_xmr(STEP, direction="neutral"))[5:12]) == {"neutral_high"}


@pytest.mark.parametrize("value", [0.0, 0.1, 7.0, 1 / 3, 92.55])
def test_a_series_that_never_varies_has_no_limits_and_no_signal(value):
    chart = chart_xmr([value] * 15, direction="increase", target=value + 1)
    assert not chart.has_limits
    assert set(_rules(chart)) == {"none"}
    assert all(math.isnan(point.lower_limit) for point in chart.points)
    assert (chart.variation, chart.assurance) == ("common_cause", "inconsistent")
    flat = chart_xmr([value] * 15, direction="increase", is_screened=False)
    assert _levels(flat) == (value, value, value)
    assert set(_rules(flat)) == {"none"}


def test_missing_points_are_left_out_of_the_limits_and_break_runs():
    values = [*STEP[:8], NAN, *STEP[9:]]
    chart = chart_xmr(values, direction="decrease")
    there = [value for value in values if not math.isnan(value)]
    ranges = [abs(a - b) for a, b in itertools.pairwise(values) if not math.isnan(a - b)]
    spread = sum(ranges) / len(ranges)
    centre = sum(there) / len(there)
    assert _levels(chart) == pytest.approx((centre, centre - 2.66 * spread, centre + 2.66 * spread))
    assert math.isnan(chart.points[8].value)
    assert chart.points[8].point_type == "common_cause"
    assert set(_rules(chart)[5:12]) == {"none"}
    assert set(_rules(chart)[12:]) == {"shift"}


def test_a_missing_last_point_shows_nothing():
    assert chart_xmr([*STEP, NAN], direction="decrease").variation == "common_cause"


def test_missing_points_count_where_limits_are_fixed_after_some():
    chart = chart_xmr([NAN, NAN, 4, 6, 5, 9, 1], direction="increase", fix_after=5)
    assert chart.points[0].centre == 5
    assert chart.points[0].upper_limit == pytest.approx(5 + 2.66 * 1.5)


def test_runs_do_not_reach_over_new_limits():
    rising = [*range(1, 7), 3, 2, 9, 1]
    assert set(_rules(chart_xmr(list(range(1, 12)), direction="increase", rebase_at=[5]))) == {"none"}
    assert "trend" in _rules(chart_xmr(list(range(1, 12)), direction="increase"))
    assert set(_rules(chart_xmr(rising, direction="increase", rebase_at=[6]))) == {"none"}


def test_limits_are_fixed_in_each_phase_by_itself():
    twice = chart_xmr([*STEP, *STEP], direction="decrease", rebase_at=[20], fix_after=12)
    once = chart_xmr(STEP, direction="decrease", fix_after=12)
    assert _levels(twice, 39) == _levels(once)
    assert _rules(twice) == _rules(once) * 2


def test_a_phase_of_one_point_has_no_limits():
    chart = chart_xmr([*STEP, 50], direction="decrease", rebase_at=[20], target=10)
    assert chart.points[-1][:2] == (50, 50)
    assert not chart.has_limits
    assert (chart.variation, chart.assurance) == ("common_cause", "inconsistent")


def test_new_limits_at_the_first_point_and_twice_at_one_change_nothing():
    assert chart_xmr(STEP, direction="decrease", rebase_at=[0, 12, 12]) == chart_xmr(
        STEP, direction="decrease", rebase_at=[12]
    )
    with pytest.raises(ValueError, match="New phases start"):
        chart_xmr(STEP, direction="decrease", rebase_at=[20])


def test_no_points_make_an_empty_chart():
    assert chart_xmr([], direction="increase").points == ()
    assert chart_xmr([NAN, NAN], direction="increase", target=1).variation == "common_cause"


def test_shares_are_charted_in_per_cent_with_limits_of_their_own():
    parts, wholes = [3, 9, 30, 4, NAN, 0, 22, 5], [40, 90, 210, 60, 80, 0, 170, 55]
    chart = chart_p_prime(parts, wholes, direction="decrease", target=10)
    known = [place for place in range(8) if place not in (4, 5)]
    assert [chart.points[place].value for place in known] == [100 * parts[place] / wholes[place] for place in known]
    assert all(math.isnan(chart.points[place].value) for place in (4, 5))
    centre = 100 * sum(parts[place] for place in known) / sum(wholes[place] for place in known)
    assert all(point.centre == pytest.approx(centre) for point in chart.points)
    widths = [chart.points[place].upper_limit - centre for place in known]
    assert widths[0] / widths[2] == pytest.approx(math.sqrt(210 / 40))
    assert (chart.method, chart.assurance) == ("p_prime", "inconsistent")


def test_the_p_prime_chart_does_not_cry_wolf_where_the_p_chart_does():
    parts = [150, 210, 160, 240, 130, 220, 180, 250, 140, 200, 170, 230]
    wholes = [600, 700, 610, 690, 580, 650, 640, 720, 590, 610, 600, 700]
    plain = chart_p(parts, wholes, direction="decrease")
    prime = chart_p_prime(parts, wholes, direction="decrease")
    assert "astronomical" in _rules(plain)
    assert set(_rules(prime)) == {"none"}
    assert prime.sigma_z is not None
    assert prime.sigma_z > 2
    assert plain.sigma_z is None


def test_shares_rebase_and_fix_like_values():
    parts, wholes = [30, 33, 28, 31, 29, 34] * 4, [100] * 24
    low = [part // 3 for part in parts[:12]]
    whole = chart_p_prime([*parts[:12], *low], wholes, direction="decrease", fix_after=12)
    assert set(_rules(whole)[12:]) <= {"astronomical", "shift", "two_in_three"}
    assert whole.variation == "improvement_low"
    assert whole.points[0].centre == pytest.approx(100 * sum(parts[:12]) / 1200)
    rebased = chart_p_prime([*parts[:12], *low], wholes, direction="decrease", rebase_at=[12])
    assert set(_rules(rebased)) == {"none"}
    assert rebased.points[-1].phase == 2


def test_a_last_period_of_nobody_leaves_the_target_judged_on_the_one_before():
    parts, wholes = [30, 33, 28, 31, 29, 34, 30, 32], [100] * 8
    whole = chart_p_prime(parts, wholes, direction="decrease", target=90)
    open_ended = chart_p_prime([*parts, NAN], [*wholes, 0], direction="decrease", target=90)
    assert whole.assurance == open_ended.assurance == "consistent_pass"
    assert open_ended.has_limits
    assert open_ended.limits_at_end == whole.limits_at_end
    assert open_ended.variation == "common_cause"


@pytest.mark.parametrize("parts", [[0] * 9, [50] * 9])
def test_shares_of_nobody_or_everybody_have_no_limits(parts):
    chart = chart_p_prime(parts, [50] * 9, direction="increase")
    assert not chart.has_limits
    assert set(_rules(chart)) == {"none"}


@pytest.mark.parametrize(
    ("denominators", "expected"),
    [
        ([60, 70, 130, 55], "p_prime"),
        ([60, 70, 120, 60], "xmr"),
        ([20, 30, 90, 40], "xmr"),
        ([20, 130, 90, 140], "p_prime"),
        ([60, 0, NAN, 61], "xmr"),
        ([], "xmr"),
    ],
)
def test_uneven_and_large_denominators_are_charted_by_p_prime(denominators, expected):
    assert choose_method(denominators) == expected


def test_what_a_chart_of_so_many_points_is_good_for():
    found = [standing_of(points) for points in (0, 7, 8, 11, 12, 19, 20, 90)]
    assert found == ["table_only"] * 2 + ["run_chart"] * 2 + ["provisional"] * 2 + ["full"] * 2


def test_five_of_each_kind_a_period_are_enough():
    assert is_counted_enough([5, 5], [10, 10])
    assert not is_counted_enough([4, 5], [10, 10])
    assert not is_counted_enough([6, 6], [10, 10])
    assert not is_counted_enough([NAN], [0])


# ---------------------------------------------------------------------------------------------- what must always hold

_SERIES = st.lists(st.integers(-400, 400).map(lambda number: number / 4) | st.just(NAN), min_size=2, max_size=40)
_DIRECTION = st.sampled_from(["increase", "decrease", "neutral"])
_OTHER = {"increase": "decrease", "decrease": "increase", "neutral": "neutral"}
_MIRROR = {"neutral_high": "neutral_low", "neutral_low": "neutral_high"}


@given(_SERIES, _DIRECTION, st.integers(-64, 64), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_limits_move_with_shift_and_scale(values, direction, shift, scale):
    plain = chart_xmr(values, direction=direction, target=3.0)
    moved = chart_xmr([value * scale + shift for value in values], direction=direction, target=3.0 * scale + shift)
    assert [point[4:] for point in moved.points] == [point[4:] for point in plain.points]
    assert (moved.variation, moved.assurance) == (plain.variation, plain.assurance)
    for name in ("centre", "lower_limit", "upper_limit"):
        wanted = [getattr(point, name) * scale + shift for point in plain.points]
        assert [getattr(point, name) for point in moved.points] == pytest.approx(wanted, abs=1e-7, nan_ok=True)


@given(_SERIES, _DIRECTION)
def test_the_mirror_image_with_the_other_direction_shows_the_same(values, direction):
    plain = chart_xmr(values, direction=direction, target=3.0)
    mirror = chart_xmr([-value for value in values], direction=_OTHER[direction], target=-3.0)
    assert _rules(mirror) == _rules(plain)
    turned = [_MIRROR.get(kind, kind) for kind in _types(plain)]
    if not _has_trends_back_to_back(plain):
        assert _types(mirror) == turned
    assert mirror.assurance == plain.assurance


def _has_trends_back_to_back(chart):
    """Return whether a trend follows another at once, where a tie between them counts as a fall in the reference."""
    values, rules = [point.value for point in chart.points], _rules(chart)
    return any(
        rules[place] == rules[place + 1] == "trend" and values[place] == values[place + 1]
        for place in range(len(values) - 1)
    )


@given(_SERIES, _DIRECTION, st.integers(0, 39), st.none() | st.integers(2, 20), st.booleans())
def test_every_point_gets_declared_words_and_keeps_its_value(values, direction, rebase, fix_after, is_screened):
    places = [rebase] if rebase < len(values) else []
    chart = chart_xmr(
        values, direction=direction, rebase_at=places, fix_after=fix_after, is_screened=is_screened, target=1.0
    )
    assert [point.value for point in chart.points] == pytest.approx(values, nan_ok=True)
    assert {point.rule for point in chart.points} <= set(RULES)
    assert {point.point_type for point in chart.points} <= set(POINT_TYPES)
    assert chart.variation in VARIATIONS
    assert chart.assurance in (*ASSURANCES, None)
    for point in chart.points:
        assert (point.rule == "none") == (point.point_type == "common_cause")
        assert math.isnan(point.lower_limit) == math.isnan(point.upper_limit)
        assert not math.isnan(point.value) or point.rule == "none"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(60, 200)), min_size=3, max_size=30), st.integers(2, 9))
def test_p_prime_limits_lie_around_the_centre_and_narrow_with_more_people(pairs, times):
    parts, wholes = [part for part, _ in pairs], [whole for _, whole in pairs]
    chart = chart_p_prime(parts, wholes, direction="neutral")
    more = chart_p_prime([part * times for part in parts], [whole * times for whole in wholes], direction="neutral")
    plain = chart_p(parts, wholes, direction="neutral")
    for point, other, bare in zip(chart.points, more.points, plain.points, strict=True):
        if chart.has_limits:
            assert point.lower_limit < point.centre < point.upper_limit
            assert other.upper_limit - other.centre <= point.upper_limit - point.centre + 1e-9
            assert point.upper_limit >= bare.upper_limit - 1e-9
