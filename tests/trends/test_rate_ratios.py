"""The exact comparison within strata, against scipy's, by simulation, and by what must not change it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, nchypergeom_fisher, poisson

from voice_of_care.trends.rate_ratios import (
    FEWEST_RAISED,
    LEAST_RATIO,
    Windows,
    compare_windows,
    expected_recent,
    pooled_ratio,
    smallest_rise,
)


def windows(*strata):
    """Return windows of strata, each recent raised, recent heard, raised before, heard before."""
    return Windows(*np.array(strata).T)


one_stratum = st.tuples(
    st.integers(0, 60), st.integers(60, 300), st.integers(0, 60), st.integers(60, 900)
).filter(lambda each: each[0] + each[2] > 0)  # fmt: skip


@given(one_stratum)
def test_one_stratum_is_the_binomial_test_with_the_interval_of_clopper_and_pearson(stratum):
    s1, n1, s0, n0 = stratum
    found = compare_windows(windows(stratum))
    share = n1 / (n1 + n0)
    assert found.ratio == pytest.approx(((s1 + 0.5) / n1) / ((s0 + 0.5) / n0))
    assert found.p_rise == pytest.approx(
        binom.sf(s1, s1 + s0, share) + binom.pmf(s1, s1 + s0, share) / 2, rel=1e-9, abs=1e-13
    )
    for level, low, high in ((0.95, found.low, found.high), (0.8, found.low_80, found.high_80)):
        interval = binomtest(s1, s1 + s0, share).proportion_ci(level)
        assert low == pytest.approx(interval.low / (1 - interval.low) * n0 / n1, rel=1e-6)
        if s0:
            assert high == pytest.approx(interval.high / (1 - interval.high) * n0 / n1, rel=1e-6)
        else:
            assert high == math.inf


@given(one_stratum)
def test_the_mirror_has_the_mirrored_result(stratum):
    found, mirrored = compare_windows(windows(stratum)), compare_windows(windows((*stratum[2:], *stratum[:2])))
    assert mirrored.ratio == pytest.approx(1 / found.ratio)
    assert mirrored.p_rise == pytest.approx(found.p_fall)
    if found.low and found.high < math.inf:
        assert mirrored.low == pytest.approx(1 / found.high, rel=1e-6)


@given(st.lists(one_stratum, min_size=2, max_size=4), st.randoms())
def test_the_order_of_strata_does_not_matter(strata, random):
    found = compare_windows(windows(*strata))
    shuffled = list(strata)
    random.shuffle(shuffled)
    assert compare_windows(windows(*shuffled)) == pytest.approx(found)
    assert found.low <= found.low_80 <= found.high_80 <= found.high


def test_strata_of_one_rate_are_as_one_stratum():
    whole = compare_windows(windows((12, 100, 20, 400)))
    split = compare_windows(windows((5, 50, 12, 200), (7, 50, 8, 200)))
    assert split.p_rise == pytest.approx(whole.p_rise)
    assert (split.low, split.high) == pytest.approx((whole.low, whole.high))
    assert split.ratio == pytest.approx(whole.ratio)


def test_strata_guard_against_a_change_of_mix():
    """The theme is raised as before in both services; more is heard of the one where it is raised more."""
    found = compare_windows(windows((60, 120, 30, 60), (3, 60, 18, 360)))
    pooled = compare_windows(windows((63, 180, 48, 420)))
    assert found.p_rise > 0.3
    assert 0.9 < found.ratio < 1.1
    assert pooled.p_rise < 1e-6


def test_strata_give_the_exact_conditional_distribution():
    """Two strata of the same totals, enumerated: binomials multiplied out."""
    found = compare_windows(windows((3, 10, 1, 30), (2, 20, 2, 20)))
    sums = np.add.outer(np.arange(5), np.arange(5))
    joint = np.multiply.outer(binom.pmf(np.arange(5), 4, 0.25), binom.pmf(np.arange(5), 4, 0.5))
    assert found.p_rise == pytest.approx(joint[sums > 5].sum() + joint[sums == 5].sum() / 2)


def test_the_interval_holds_the_truth_at_small_numbers():
    rng = np.random.default_rng(5)
    truth, covered, tries = 2.0, 0, 600
    heard = np.array([[20, 90], [30, 60], [8, 70], [15, 15]])
    for _ in range(tries):
        late = rng.poisson(heard[:, 0] * 0.05 * truth)
        early = rng.poisson(heard[:, 1] * 0.05)
        found = compare_windows(Windows(late, heard[:, 0], early, heard[:, 1]))
        covered += found.low <= truth <= found.high
    assert covered / tries >= 0.94


def test_many_raised_shares_make_the_test_careful():
    """Where half raise a theme the binomial is wider than the hypergeometric distribution: fewer alarms, not more."""
    found = compare_windows(windows((60, 100, 200, 400)))
    exact = nchypergeom_fisher(500, 260, 100, 1.0)
    assert found.p_rise > exact.sf(60) + exact.pmf(60) / 2


def test_dispersion_widens_about_the_ratio():
    plain, wide = (compare_windows(windows((20, 100, 30, 400)), dispersion=each) for each in (1.0, 4.0))
    assert wide.ratio == plain.ratio
    assert wide.p_rise > plain.p_rise
    assert math.log(wide.ratio / wide.low) == pytest.approx(2 * math.log(plain.ratio / plain.low))
    assert math.log(wide.high / wide.ratio) == pytest.approx(2 * math.log(plain.high / plain.ratio))


def test_very_large_counts_have_finite_bounds():
    found = compare_windows(windows((9000, 10_000, 300, 10_000)))
    assert found.p_rise == 0
    assert 25 < found.low < found.ratio < found.high < 40


def test_smallest_rise_is_seen_four_times_in_five():
    rng = np.random.default_rng(8)
    heard, before, significance = (450, 1800), 45, 0.1 / 30
    least = smallest_rise(before / 4 * (45.5 / 45), before, most=heard[0], significance=significance)
    late = rng.poisson(least * (before + 0.5) / 4, 800)
    seen = [
        found.p_rise <= significance and found.ratio >= LEAST_RATIO and count >= FEWEST_RAISED
        for count in late
        for found in [compare_windows(windows((count, heard[0], before, heard[1])))]
    ]
    assert np.mean(seen) == pytest.approx(0.8, abs=0.04)


def test_smallest_rise_falls_with_volume_and_is_none_where_nothing_can_be_seen():
    rises = [smallest_rise(each * 0.025, each // 10, most=each, significance=0.01) for each in (100, 400, 1600)]
    assert rises == sorted(rises, reverse=True)
    assert rises[-1] >= LEAST_RATIO
    assert smallest_rise(3.0, 12, most=4, significance=0.01) is None
    wider = smallest_rise(10.0, 40, most=400, significance=0.01, dispersion=2.0)
    assert wider > smallest_rise(10.0, 40, most=400, significance=0.01)


def test_smallest_rise_is_never_under_the_least_count():
    least = smallest_rise(0.2, 0, most=100, significance=0.5)
    assert poisson.sf(FEWEST_RAISED - 1, least * 0.2) == pytest.approx(0.8)


def test_expected_of_late_is_what_was_raised_before_by_who_was_heard():
    assert expected_recent(windows((10, 100, 20, 400))) == pytest.approx(100 * 20.5 / 400)
    assert pooled_ratio(windows((10, 100, 40, 400))) == pytest.approx(10.5 * 4 / 40.5)
