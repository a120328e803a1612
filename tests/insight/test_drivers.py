"""What goes with the score: planted drivers are found, few others are, and the names of units are of no account."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from voice_of_care.insight.drivers import find_drivers, fit_coefficients
from voice_of_care.insight.voices import Voices

THEMES = tuple(f"T{number:02d}" for number in range(1, 9))
SHARES = np.linspace(0.06, 0.3, len(THEMES))
PLANTED = {"T04": 1.0, "T06": 0.7, "T08": 0.45}
SENTIMENT_OF = {1: "positive", 0: "neutral", -1: "negative"}


def make_voices(*, n=800, planted=PLANTED, seed=1, scored=1.0, of_a_cluster=1):
    """Return people who raise themes together, in a mood they share between themes, and score with the planted ones."""
    rng = np.random.default_rng(seed)
    shared = 0.5 * rng.normal(size=(n, 1)) + np.sqrt(0.75) * rng.normal(size=(n, len(THEMES)))
    raised = shared < stats.norm.ppf(SHARES)
    mood = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, len(THEMES)))
    tones = raised * np.where(rng.random(raised.shape) < 0.15, 0, np.sign(mood - 0.1)).astype(int)
    latent = tones @ np.array([planted.get(theme, 0.0) for theme in THEMES]) + rng.normal(size=n)
    score = 1.0 + np.searchsorted([-1.8, -1.2, -0.7, 0.2], latent)
    names = np.array([f"U{number:05d}" for number in range(n)])
    clusters = np.array([f"S{number // of_a_cluster:05d}" for number in range(n)])
    units = pd.DataFrame(
        {"cluster": clusters, "weight": 1.0, "score": np.where(rng.random(n) < scored, score, np.nan)},
        index=pd.Index(names, name="unit"),
    )
    who, theme = np.nonzero(raised)
    mentions = pd.DataFrame(
        {
            "scope": "theme",
            "item_id": np.array(THEMES)[theme],
            "unit": names[who],
            "sentiment": [SENTIMENT_OF[int(tone)] for tone in tones[who, theme]],
        }
    )
    return Voices(units, pd.DataFrame(), mentions, THEMES, THEMES)


def test_planted_drivers_are_found_in_their_order():
    found = find_drivers(make_voices(), seed=1)
    assert found["theme_id"].head(3).tolist() == list(PLANTED)
    assert found.loc[found["is_clear"], "theme_id"].tolist() == list(PLANTED)
    assert (found["low"] <= found["weight"]).all()
    assert (found["weight"] <= found["high"]).all()
    assert found["weight"].sum() == pytest.approx(found["explained"].iloc[0], abs=1e-5)
    assert (found["coefficient"].head(3) > 0).all()
    assert (found["low"].head(3) > 0).all()
    assert (found.loc[~found["is_clear"], "low"] == 0).all()


def test_where_nothing_is_planted_hardly_any_is_called_clear():
    told = [
        find_drivers(make_voices(n=400, planted={}, seed=seed), seed=1)["is_clear"].any() for seed in range(100, 120)
    ]
    assert sum(told) <= 3


def test_too_little_says_nothing():
    assert find_drivers(make_voices(n=299), seed=1).empty
    assert len(find_drivers(make_voices(n=300), seed=1))
    assert find_drivers(make_voices(n=900, scored=0.2), seed=1).empty
    assert find_drivers(make_voices(n=400, of_a_cluster=20), seed=1).empty
    alike = make_voices()
    alike = alike._replace(units=alike.units.assign(score=5.0))
    assert find_drivers(alike, seed=1).empty
    silent = make_voices()
    assert find_drivers(silent._replace(mentions=silent.mentions.iloc[:0]), seed=1).empty
    assert find_drivers(silent._replace(mentions=silent.mentions.assign(sentiment="neutral")), seed=1).empty


def test_rare_themes_catch_alls_and_those_all_speak_alike_of_are_dealt_with():
    voices = make_voices()
    rare = voices.mentions["item_id"].eq("T01")
    voices = voices._replace(
        mentions=pd.concat([voices.mentions[~rare], voices.mentions[rare].head(9)], ignore_index=True),
        subjects=THEMES[:-1],
    )
    found = find_drivers(voices, seed=1)
    assert not {"T01", "T08"} & set(found["theme_id"])
    praised = voices.mentions["item_id"].eq("T03")
    same = voices._replace(
        mentions=voices.mentions.assign(sentiment=voices.mentions["sentiment"].mask(praised, "positive"))
    )
    row = find_drivers(same, seed=1).set_index("theme_id").loc["T03"]
    assert row["mean_tone"] == 1


def test_two_themes_that_tell_the_same_share_the_weight():
    voices = make_voices(planted={"T06": 1.0})
    copied = voices.mentions[voices.mentions["item_id"] == "T06"].assign(item_id="T05")
    rest = voices.mentions[voices.mentions["item_id"] != "T05"]
    found = find_drivers(voices._replace(mentions=pd.concat([rest, copied])), seed=1).set_index("theme_id")
    assert found.loc["T05", "weight"] == pytest.approx(found.loc["T06", "weight"], abs=1e-5)
    assert np.isfinite(found[["coefficient_low", "coefficient_high"]]).all(axis=None)


def test_rows_in_another_order_and_units_by_other_names_give_the_same():
    voices = make_voices(of_a_cluster=3)
    rng = np.random.default_rng(9)
    names = {
        name: f"{key:08x}" for name, key in zip(voices.units.index, rng.permutation(len(voices.units)), strict=True)
    }
    sessions = {name: f"{key:08x}" for key, name in enumerate(rng.permutation(voices.units["cluster"].unique()))}
    units = voices.units.assign(cluster=voices.units["cluster"].map(sessions)).rename(index=names).sort_index()
    mentions = voices.mentions.assign(unit=voices.mentions["unit"].map(names)).sample(frac=1, random_state=rng)
    pd.testing.assert_frame_equal(
        find_drivers(voices, seed=1), find_drivers(voices._replace(units=units, mentions=mentions), seed=1)
    )


def test_errors_are_those_of_leaving_out_one_cluster_at_a_time():
    rng = np.random.default_rng(3)
    tones, clusters = rng.integers(-1, 2, size=(60, 3)).astype(float), np.arange(60) // np.array([1, 3] * 30)
    score = tones[:, 0] + rng.normal(size=60)
    fitted = fit_coefficients(tones, score, clusters)
    whole = sm.OLS(score, sm.add_constant(tones)).fit()
    names = np.unique(clusters)
    left_out = [
        sm.OLS(score[clusters != name], sm.add_constant(tones[clusters != name])).fit().params - whole.params
        for name in names
    ]
    expected = np.sqrt((len(names) - 1) / len(names) * (np.array(left_out) ** 2).sum(axis=0))
    assert fitted.points == pytest.approx(whole.params[1:])
    assert fitted.errors == pytest.approx(expected[1:])
    alone = fit_coefficients(tones, score, np.arange(60))
    assert alone.errors == pytest.approx(whole.HC3_se[1:] * np.sqrt(59 / 60))


def test_an_ordinal_model_tells_the_same_drivers():
    voices = make_voices()
    found = find_drivers(voices, seed=1).set_index("theme_id")
    tone = voices.mentions["sentiment"].map({word: tone for tone, word in SENTIMENT_OF.items()})
    tones = voices.mentions.assign(tone=tone).pivot_table(index="unit", columns="item_id", values="tone", fill_value=0)
    tones = tones.reindex(voices.units.index, fill_value=0)
    ordinal = OrderedModel(voices.units["score"].astype(int), tones, distr="logit").fit(method="bfgs", disp=False)
    steady = ordinal.params[list(THEMES)]
    assert list(steady.sort_values().index[-3:][::-1]) == list(PLANTED)
    assert stats.spearmanr(steady, found["coefficient"].reindex(THEMES)).statistic > 0.8
