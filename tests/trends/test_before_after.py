"""Shares and means before and after a day: against published figures, other libraries, and planted changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from voice_of_care.trends.before_after import (
    compare_means,
    compare_shares,
    excess_of,
    resemblance,
    scatter_of,
)
from voice_of_care.trends.regression import fit_segments


def table(*rows):
    return np.array(rows, dtype=float)


def test_the_interval_of_a_change_is_newcombes():
    change = compare_shares(table((48, 56)), table((80, 70)), inflation=1.0)
    assert (change.before, change.after) == (0.6, 0.8)
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    assert (change.low, change.high) == pytest.approx((low, high))
    assert (round(change.low, 4), round(change.high, 4)) == (0.0524, 0.3339)  # Newcombe 1998, table II (a), method 10


def test_in_one_stratum_the_test_is_the_mid_p_of_fishers():
    change = compare_shares(table((12, 5)), table((40, 45)), inflation=1.0)
    law = stats.hypergeom(85, 17, 45)
    assert change.p_value == pytest.approx(2 * (law.cdf(5) - law.pmf(5) / 2))
    assert change.move == -1


def test_strata_heard_on_one_side_alone_tell_nothing():
    both = compare_shares(table((12, 5)), table((40, 45)), inflation=1.0)
    more = compare_shares(table((12, 5), (0, 30)), table((40, 45), (0, 30)), inflation=1.0)
    assert more.p_value == pytest.approx(both.p_value)
    assert more.move == both.move == -1
    assert more.change > 0
    assert more.fewest == 40


def test_many_outcomes_are_told_as_the_exact_law_tells_them():
    few = compare_shares(table((600, 500)), table((2000, 1950)), inflation=1.0)
    many = compare_shares(table((600, 500), *[(1, 1)] * 3000), table((2000, 1950), *[(2, 2)] * 3000), inflation=1.0)
    assert few.p_value < many.p_value < 0.3


def test_inflation_tempers():
    plain = compare_shares(table((60, 40)), table((100, 100)), inflation=1.0)
    tempered = compare_shares(table((60, 40)), table((100, 100)), inflation=4.0)
    assert stats.norm.isf(tempered.p_value / 2) == pytest.approx(stats.norm.isf(plain.p_value / 2) / 2)
    assert tempered.low < plain.low < plain.high < tempered.high


def test_means_in_one_stratum_are_as_the_normal_test_of_two_means():
    rng = np.random.default_rng(4)
    values = rng.normal(0.1, 0.4, 80), rng.normal(0.3, 0.4, 60)
    sums, squares = ([[float((each**power).sum()) for each in values]] for power in (1, 2))
    change = compare_means(np.array(sums), np.array(squares), table((80, 60)), inflation=1.0)
    t = stats.ttest_ind(*values)
    assert change.p_value == pytest.approx(2 * stats.norm.sf(abs(t.statistic)))
    half = 1.96 * math.sqrt(sum(each.var(ddof=1) / len(each) for each in values))
    assert (change.high - change.low) / 2 == pytest.approx(half, rel=1e-3)


def test_a_change_beyond_anothers_has_an_interval_without_nought():
    fell = compare_shares(table((150, 60)), table((300, 300)), inflation=1.0)
    stayed = compare_shares(table((150, 150)), table((300, 300)), inflation=1.0)
    excess, low, high = excess_of(fell, stayed)
    assert low < excess < high < 0
    assert excess_of(fell, fell)[1] < 0 < excess_of(fell, fell)[2]


def test_scatter_is_that_of_chance_or_more():
    rng = np.random.default_rng(2)
    windows = np.repeat([0, 1], 50)
    assert scatter_of(rng.normal(size=100), windows).dispersion == pytest.approx(1, abs=0.3)
    assert scatter_of(3 * rng.normal(size=100), windows).inflation == pytest.approx(9, rel=0.4)
    walk = np.cumsum(rng.normal(size=100))
    found = scatter_of(walk, windows)
    assert found.autocorrelation > 0.8
    assert found.inflation > found.dispersion
    assert scatter_of(np.array([1.0, math.nan, 2.0]), np.zeros(3, dtype=int)) == (1.0, None)
    assert resemblance(0.3) == 1.0 < resemblance(0.31)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_any_counts_give_a_p_value_that_turning_them_round_does_not_change(rows):
    parts = table(*((one, two) for one, two, _, _ in rows))
    wholes = parts + table(*((one, two) for _, _, one, two in rows))
    found = compare_shares(parts, wholes, inflation=1.0)
    turned = compare_shares(parts[::-1, ::-1], wholes[::-1, ::-1], inflation=1.0)
    if math.isnan(found.p_value):
        assert math.isnan(turned.p_value)
        return
    assert 0 < found.p_value <= 1
    assert turned.p_value == pytest.approx(found.p_value)
    assert turned.move == -found.move
    assert -1 <= found.low <= found.change <= found.high <= 1 or math.isnan(found.change)


def months(shares, heard, seed=1):
    wholes = np.full(len(shares), float(heard))
    return (
        np.random.default_rng(seed).binomial(heard, shares).astype(float),
        wholes,
        np.arange(len(shares), dtype=float),
    )


def test_a_planted_level_and_its_counterfactual_are_recovered():
    logit = -0.4 - 0.02 * np.arange(30) - 0.7 * (np.arange(30) >= 15)
    parts, wholes, times = months(1 / (1 + np.exp(-logit)), 2000)
    found = fit_segments(parts, wholes, times, starts_at=15)
    assert found.level[0] == pytest.approx(math.exp(-0.7), rel=0.1)
    assert found.level[1] < math.exp(-0.7) < found.level[2]
    assert found.trend_before[1] < math.exp(-0.02) < found.trend_before[2]
    without = 1 / (1 + np.exp(0.4 + 0.02 * 29))
    assert found.counterfactual[-1] == pytest.approx(without, abs=0.03)
    assert found.gap[1] < 1 / (1 + np.exp(-logit[-1])) - without < found.gap[2] < 0
    assert np.isnan(found.counterfactual[:15]).all()


def test_no_change_of_level_is_seldom_found():
    inside = 0
    for seed in range(60):
        found = fit_segments(*months(np.full(24, 0.3), 60, seed), starts_at=12)
        inside += found.level[1] <= 1 <= found.level[2]
    assert inside >= 52


def test_months_that_resemble_each_other_widen_the_intervals():
    wave = 0.3 + 0.1 * np.sin(np.arange(24) / 2.5)
    found = fit_segments(np.round(wave * 400), np.full(24, 400.0), np.arange(24.0), starts_at=12)
    assert found.autocorrelation > 0.3
    assert found.level[1] < 1 < found.level[2]


@pytest.mark.parametrize("starts_at", [3, 20])
def test_too_few_points_give_no_regression(starts_at):
    assert fit_segments(*months(np.full(24, 0.3), 60), starts_at=starts_at) is None


def test_nobody_left_gives_no_regression_and_no_warning():
    shares = np.r_[np.full(12, 0.5), np.zeros(12)]
    assert fit_segments(*months(shares, 40), starts_at=12) is None
    parts = np.r_[np.full(12, 20.0), np.zeros(11), 5.0]
    assert fit_segments(parts, np.full(24, 40.0), np.arange(24.0), starts_at=12) is None or parts[-1] == 5
