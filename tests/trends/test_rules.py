"""The rules one by one, with the vectors of the reference's own unit tests (NHSRplotthedots 0.2.2) and ours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voice_of_care.trends.rules import (
    Limits,
    judge_points,
    part_of_run,
    part_of_two_in_three,
    seven_on_one_side,
    seven_point_trend,
    two_in_three,
)

NAN = math.nan


def _floats(*values):
    return np.array(values, dtype=np.float64)


def _flags(*values):
    return np.array(values, dtype=np.bool_)


def _sides(*values):
    return np.array(values, dtype=np.int8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), []),
        ((1, 2, 3, 4, 5, 6), [0] * 6),
        ((1, 2, 3, 4, 5, 6, 7), [0] * 6 + [1]),
        ((7, 6, 5, 4, 3, 2, 1), [0] * 6 + [-1]),
        ((1, 2, 3, 3, 4, 5, 6), [0] * 7),
        ((2, 1, 2, 3, 4, 5, 6, 7, 3), [0] * 7 + [1, 0]),
        ((2, 7, 6, 5, 4, 3, 2, 1, 3), [0] * 7 + [-1, 0]),
        ((1, 2, 3, NAN, 5, 6, 7), [0] * 7),
    ],
)
def test_a_trend_is_seven_points_all_the_way(values, expected):
    assert seven_point_trend(_floats(*values)).tolist() == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((), []),
        ((1,) * 6, [0] * 6),
        ((*(1,) * 6, -1), [0] * 7),
        ((*(1,) * 8, -1), [0] * 6 + [1, 1, 0]),
        ((*(-1,) * 8, 1), [0] * 6 + [-1, -1, 0]),
        ((1, 1, 1, 0, 1, 1, 1, 1), [0] * 8),
    ],
)
def test_a_shift_is_seven_points_on_one_side(sides, expected):
    assert seven_on_one_side(_sides(*sides)).tolist() == expected


def test_all_seven_points_of_a_run_are_part_of_it():
    assert part_of_run(_sides()).tolist() == []
    assert part_of_run(_sides(0, 0, 0, 0, 0, 0, 1, 0)).tolist() == [True] * 7 + [False]
    assert part_of_run(_sides(0, 0, 0, 0, 0, 0, 0, -1, 0)).tolist() == [False] + [True] * 7 + [False]


@pytest.mark.parametrize(
    ("close", "sides", "expected"),
    [
        ((), (), []),
        ((1, 0, 1), (1, 1, 1), [1, 1, 1]),
        ((0, 1, 1), (-1, -1, -1), [1, 1, 1]),
        ((1, 0, 1), (1, -1, 1), [0, 0, 0]),
        ((0, 0, 1, 0, 1, 0, 0), (1,) * 7, [0, 0, 1, 1, 1, 0, 0]),
        ((0, 0, 1, 1, 0, 0, 0), (1,) * 7, [0, 1, 1, 1, 1, 0, 0]),
        ((0, 0, 1, 1, 0, 0, 0), (-1, 1, -1, 1, -1, 1, -1), [0] * 7),
        ((1, 1), (1, 1), [0, 0]),
    ],
)
def test_two_in_three_needs_all_three_on_one_side(close, sides, expected):
    assert two_in_three(_flags(*close), _sides(*sides)).tolist() == [bool(each) for each in expected]


@pytest.mark.parametrize(
    ("close", "expected"),
    [
        ((1, 0, 1), [1, 0, 1]),
        ((0, 0, 1, 0, 1, 0, 0), [0, 0, 1, 0, 1, 0, 0]),
        ((1, 0, 0, 1), [0, 0, 0, 0]),
        ((1, 0, 0, 1, 1), [0, 0, 0, 1, 1]),
    ],
)
def test_only_the_close_points_of_two_in_three_are_part_of_it(close, expected):
    flags = two_in_three(_flags(*close), _sides(*(1,) * len(close)))
    assert part_of_two_in_three(flags, _flags(*close)).tolist() == [bool(each) for each in expected]


def _limits(values, *, lower, centre, upper):
    third = (upper - centre) / 3
    levels = (centre, lower, upper, centre - 2 * third, centre + 2 * third)
    return Limits(*(np.full(len(values), float(level)) for level in levels))


def _judge(*values, lower=-3.0, centre=0.0, upper=3.0):
    return judge_points(_floats(*values), _limits(values, lower=lower, centre=centre, upper=upper))


def test_a_point_outside_of_the_limits_comes_before_the_trend_it_is_part_of():
    judged = _judge(-2.9, -2, -1, 0.5, 1, 2, 3.5)
    assert judged.rules == ("trend",) * 6 + ("astronomical",)
    assert judged.moves == (1,) * 7


def test_a_point_on_a_limit_is_not_outside_of_it():
    assert _judge(3, -3, 0).rules == ("none",) * 3


def test_a_trend_comes_before_a_shift_and_two_in_three_before_a_shift():
    assert _judge(0.1, 0.2, 0.3, 0.4, 0.5, 2.1, 2.2).rules == ("trend",) * 7
    assert _judge(0.5, 0.2, 0.3, 0.1, 0.5, 2.2, 2.1).rules == ("shift",) * 5 + ("two_in_three",) * 2


def test_a_trend_points_the_way_it_goes_whichever_side_it_is_on():
    judged = _judge(-2.9, -2.8, -2.7, -2.6, -2.5, -2.4, -2.3)
    assert judged.rules == ("trend",) * 7
    assert judged.moves == (1,) * 7


def test_a_turning_point_of_two_trends_takes_the_trend_to_its_right():
    judged = _judge(-2, -1.5, -1, 0, 1, 1.5, 2, 1.4, 0.9, 0.1, -1.1, -1.6, -1.9)
    assert judged.rules == ("trend",) * 13
    assert judged.moves == (1,) * 6 + (-1,) * 7


def test_a_trend_that_another_follows_at_once_ends_with_the_step_between_them_as_in_the_reference():
    judged = _judge(-2, -1.5, -1, 0, 1, 1.5, 2, -2, -1.6, -1.1, 0, 1, 1.4, 1.9)
    assert judged.rules == ("trend",) * 14
    assert judged.moves == (1,) * 6 + (-1,) + (1,) * 7


@pytest.mark.parametrize("broken", [0.0, NAN])
def test_a_point_on_the_centre_or_a_missing_one_breaks_a_shift(broken):
    judged = _judge(1, 0.5, 1, broken, 1, 0.5, 1, 0.5)
    assert set(judged.rules) == {"none"}


def test_a_missing_point_breaks_two_in_three():
    assert set(_judge(2.5, NAN, 2.5, 0.5).rules) == {"none"}
    assert _judge(NAN, 2.5, 2.4, 0.5).rules == ("none", "two_in_three", "two_in_three", "none")


def test_without_limits_only_trends_and_shifts_are_told():
    assert set(_judge(5, 5, -5, lower=NAN, upper=NAN).rules) == {"none"}
    assert _judge(1, 3, 1, 3, 1, 3, 1, -1, lower=NAN, upper=NAN).rules == ("shift",) * 7 + ("none",)
