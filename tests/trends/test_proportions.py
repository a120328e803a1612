"""Limits of shares against published figures, each with its source, and what must always hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from voice_of_care.counting import funnel_limits, wilson_share
from voice_of_care.trends.proportions import byar_interval, normal_funnel_limits, p_limits, p_prime
from voice_of_care.trends.spc import chart_p, chart_p_prime

# Twenty periods of the English A&E four-hour target: published statistics of NHS England, used likewise in the tests of
# PowerBI-SPC and in qicharts2 (`nhs_accidents`), whose expected p' limits are 94.0130 and 96.5670.
SEEN = (
    *(266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320),
    *(267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989),
)
ATTENDED = (
    *(280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529),
    *(279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772),
)
Z_998 = 3.090232306167813


def test_p_prime_of_the_four_hour_target():
    found = p_prime(SEEN, ATTENDED)
    assert found.limits.centre[0] == pytest.approx(0.95289971, abs=1e-8)
    assert found.sigma_z == pytest.approx(10.640422, abs=1e-6)
    assert (found.limits.lower[0], found.limits.upper[0]) == pytest.approx((0.940130, 0.965670), abs=1e-6)
    plain = p_limits(np.array(SEEN, float), np.array(ATTENDED, float), fix_after=None, is_prime=False)
    assert (plain.limits.lower[0], plain.limits.upper[0]) == pytest.approx((0.951700, 0.954100), abs=1e-6)


def test_the_p_chart_flags_sixteen_of_twenty_and_p_prime_none():
    for draw, expected in ((chart_p, 16), (chart_p_prime, 0)):
        chart = draw(SEEN, ATTENDED, direction="increase")
        assert sum(point.rule == "astronomical" for point in chart.points) == expected


@pytest.mark.parametrize(
    ("count", "total", "z", "expected"),
    [
        (65, 100, 1.959963984540054, (0.5525444, 0.7363575)),
        (1045, 5000, 1.959963984540054, (0.1979555, 0.2204913)),
        (65, 100, Z_998, (0.4954947, 0.7783541)),
        (1045, 5000, Z_998, (0.1917938, 0.2273156)),
    ],
)
def test_wilson_intervals_of_the_phe_indicator_methods(count, total, z, expected):
    found = wilson_share(count, total, z=z)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("count", "coverage", "expected"),
    [
        (65, 0.95, (50.1631877, 82.8491385)),
        (1045, 0.95, (982.5932018, 1110.3312130)),
        (1, 0.95, (0.0130721, 5.5637556)),
        (65, 0.998, (42.8802615, 94.0002908)),
    ],
)
def test_byar_intervals_of_the_phe_indicator_methods(count, coverage, expected):
    assert byar_interval(count, coverage=coverage) == pytest.approx(expected, abs=1e-6)
    assert byar_interval(0)[0] == 0


@pytest.mark.parametrize(
    ("size", "coverage", "lower"),
    [(5, 0.95, 46.011039), (5, 0.998, 26.039864), (7, 0.95, 51.373565), (7, 0.998, 34.494842)],
)
def test_the_published_funnel_is_the_normal_approximation(size, coverage, lower):
    """PHEindicatormethods, testdata_funnel_prop_outputs.csv, at a baseline of 80.642448%."""
    found, _ = normal_funnel_limits([size], 0.80642448, coverage=coverage)
    assert 100 * found[0] == pytest.approx(lower, abs=1e-5)


@given(st.integers(1, 300), st.floats(0.02, 0.98), st.sampled_from([0.95, 0.998]))
def test_a_share_lies_outside_of_a_funnel_where_its_exact_tail_is_too_small(size, centre, coverage):
    lower, upper = funnel_limits([size], centre, coverage=coverage)
    tail = (1 - coverage) / 2
    counts = np.arange(size + 1)
    below = stats.binom.cdf(counts, size, centre) < tail
    above = stats.binom.sf(counts - 1, size, centre) < tail
    unsure = np.isclose(stats.binom.cdf(counts, size, centre), tail, rtol=1e-9)
    unsure |= np.isclose(stats.binom.sf(counts - 1, size, centre), tail, rtol=1e-9)
    assert ((counts / size < lower[0]) == below)[~unsure].all()
    assert ((counts / size > upper[0]) == above)[~unsure].all()


def test_funnels_narrow_with_size_and_the_wider_one_holds_the_narrower():
    sizes = [5, 20, 80, 320, 1280]
    lower, upper = funnel_limits(sizes, 0.3, coverage=0.95)
    wide_lower, wide_upper = funnel_limits(sizes, 0.3, coverage=0.998)
    assert (np.diff(upper - lower) < 0).all()
    assert (wide_lower <= lower).all()
    assert (wide_upper >= upper).all()
    for size, low, high in zip(sizes[3:], lower[3:], upper[3:], strict=True):
        normal = normal_funnel_limits([size], 0.3, coverage=0.95)
        assert (low, high) == pytest.approx((normal[0][0], normal[1][0]), abs=1.5 / size)


@pytest.mark.parametrize("centre", [0.0, 1.0])
def test_a_funnel_of_nobody_or_everybody_has_no_width(centre):
    lower, upper = funnel_limits([4, 40], centre, coverage=0.95)
    assert lower.tolist() == upper.tolist() == [centre, centre]


def test_sigma_z_is_floored_in_the_limits_and_told_as_it_is():
    even = p_prime([30, 31, 30, 29, 30], [100] * 5)
    assert even.sigma_z < 1
    plain = p_limits(np.array([30, 31, 30, 29, 30], float), np.full(5, 100.0), fix_after=None, is_prime=False)
    assert even.limits.upper.tolist() == plain.limits.upper.tolist()


def test_one_period_has_no_limits():
    found = p_prime([3], [10])
    assert math.isnan(found.sigma_z)
    assert math.isnan(found.limits.upper[0])
