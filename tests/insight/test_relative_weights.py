"""Relative weights: they add up to R squared, agree with closed forms, and take no account of order."""

import numpy as np
import pytest
import statsmodels.api as sm

from voice_of_care.insight.relative_weights import draw_weights, gather_moments, relative_weights, weights_of


def sample(*, n=500, columns=4, seed=1):
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, 1))
    tones = np.sign(np.round(0.7 * shared + 0.7 * rng.normal(size=(n, columns))))
    score = tones @ np.linspace(0.2, 1.0, columns) + rng.normal(size=n)
    return tones, score


def test_weights_add_up_to_r_squared():
    tones, score = sample()
    weights = weights_of(gather_moments(tones, score, np.arange(len(score))))
    assert weights.sum() == pytest.approx(sm.OLS(score, sm.add_constant(tones)).fit().rsquared)
    assert (weights >= 0).all()


def test_orthogonal_predictors_have_their_squared_correlation():
    with_outcome = np.array([0.5, -0.3, 0.1])
    assert relative_weights(np.eye(3), with_outcome) == pytest.approx(with_outcome**2)


@pytest.mark.parametrize(("between", "first", "second"), [(0.5, 0.6, 0.2), (-0.4, 0.3, 0.3), (0.0, 0.7, -0.1)])
def test_two_predictors_have_the_closed_form(between, first, second):
    """With two predictors Johnson's weights are those of dominance analysis: the mean over both orders of entry."""
    squared = (first**2 + second**2 - 2 * between * first * second) / (1 - between**2)
    found = relative_weights(np.array([[1.0, between], [between, 1.0]]), np.array([first, second]))
    assert found == pytest.approx([(first**2 + squared - second**2) / 2, (second**2 + squared - first**2) / 2])


def test_they_are_close_to_the_mean_over_all_orders_of_entry():
    tones, score = sample(columns=4, n=3000)
    explained = {
        kept: 0.0 if not any(kept) else sm.OLS(score, sm.add_constant(tones[:, list(kept)])).fit().rsquared
        for kept in np.ndindex(2, 2, 2, 2)
        for kept in [tuple(bool(each) for each in kept)]
    }
    shapley = np.zeros(4)
    chance = [1 / 4, 1 / 12, 1 / 12, 1 / 4]  # 1/p over the number of sets of each size
    for column in range(4):
        for kept, without in explained.items():
            if not kept[column]:
                with_it = tuple(each or place == column for place, each in enumerate(kept))
                shapley[column] += chance[sum(kept)] * (explained[with_it] - without)
    weights = weights_of(gather_moments(tones, score, np.arange(len(score))))
    assert shapley.sum() == pytest.approx(weights.sum())
    assert weights == pytest.approx(shapley, abs=0.01)


def test_columns_that_tell_the_same_share_and_constant_ones_have_nothing():
    tones, score = sample(columns=2)
    doubled = np.column_stack([tones, tones[:, 1], np.ones(len(score))])
    weights = weights_of(gather_moments(doubled, score, np.arange(len(score))))
    assert weights[1] == pytest.approx(weights[2])
    assert weights[3] == 0
    assert weights.sum() == pytest.approx(sm.OLS(score, sm.add_constant(tones)).fit().rsquared)


def test_draws_take_whole_clusters_whatever_their_order_and_names():
    tones, score = sample(n=200)
    score = np.round(score)
    clusters = np.arange(200) // 4
    order = np.random.default_rng(4).permutation(200)
    first = gather_moments(tones, score, clusters)
    second = gather_moments(tones[order], score[order], 500 - clusters[order])
    assert int(first.clusters.sum()) == 50
    assert np.array_equal(first.sums, second.sums)
    assert np.array_equal(draw_weights(first, draws=150, seed=7), draw_weights(second, draws=150, seed=7))
    spread = draw_weights(first, draws=150, seed=7).std(axis=0)
    assert (spread > 0).all()
