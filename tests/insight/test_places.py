"""Local or everywhere: what is planted in one place is found there, what all raise is called local by nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from voice_of_care.counting import funnel_limits
from voice_of_care.insight.places import find_spread, judge
from voice_of_care.insight.shrinkage import SPREAD_SCALE, shrink_shares
from voice_of_care.insight.voices import Voices

SERVICES = ("Clinic A", "Day Centre", "Maternity", "Outpatients", "Theatre", "Ward 1", "Ward 2", "Ward 3")


def make_voices(raised, *, heard=80, services=SERVICES, shuffle=None):
    """Return voices of `heard` units in each service, of which so many raise each theme; sites are as services."""
    rows = [
        (f"{service}-{number}", service, [theme for theme, counts in raised.items() if number < counts[place]])
        for place, service in enumerate(services)
        for number in range(heard)
    ]
    comments = pd.DataFrame(
        {"comment_id": [row[0] for row in rows], "unit": [row[0] for row in rows], "service": [row[1] for row in rows]}
    ).assign(site="Main hospital", weight=1.0)
    mentions = pd.DataFrame(
        [("theme", theme, row[0], row[1], "Main hospital", 1.0) for row in rows for theme in row[2]],
        columns=["scope", "item_id", "unit", "service", "site", "weight"],
    )
    if shuffle is not None:
        comments = comments.sample(frac=1, random_state=shuffle)
        mentions = mentions.sample(frac=1, random_state=shuffle)
    return Voices(pd.DataFrame(), comments, mentions, tuple(sorted(raised)), tuple(sorted(raised)))


def judged(counts, totals):
    counts, totals = np.array(counts), np.array(totals)
    return judge(counts, totals, shrink_shares(counts, totals, seed=1))


PLANTED = {
    "T1": (0, 0, 0, 18, 1, 0, 0, 2),  # one service, with false members elsewhere
    "T2": (12, 10, 13, 9, 12, 11, 10, 12),  # everywhere
    "T3": (9, 10, 8, 24, 9, 10, 8, 9),  # everywhere, and more often in one service
    "T4": (1, 0, 2, 3, 0, 1, 0, 1),  # too few to tell
    "T5": (0, 15, 0, 18, 1, 0, 0, 2),  # two services
}


def test_a_theme_of_one_service_is_local_and_one_of_all_is_not():
    found = find_spread(make_voices(PLANTED), seed=1)
    spread = found.spread.set_index("theme_id")
    assert spread["verdict"].to_dict() == {
        "T1": "local",
        "T2": "organisation_wide",
        "T3": "organisation_wide",  # never local: all raise it
        "T4": "cannot_tell",
        "T5": "local",
    }
    assert list(spread.loc["T1", "places"]) == ["Outpatients"]
    assert list(spread.loc["T5", "places"]) == ["Day Centre", "Outpatients"]
    assert spread.loc["T1", "probability"] >= 0.95
    assert spread["respondents"].to_dict() == {theme: sum(counts) for theme, counts in PLANTED.items()}
    assert (spread["level"] == "service").all()  # with one site there is nothing to compare


def test_rows_of_places_say_local_there_and_elsewhere_in_the_others_and_hold_the_funnels_limits():
    found = find_spread(make_voices(PLANTED), seed=1).concentration
    mine = found[found["theme_id"] == "T1"].set_index("place")
    assert mine["verdict"].to_dict() == {
        place: "local" if place == "Outpatients" else "elsewhere" for place in SERVICES
    }
    assert mine.loc["Outpatients", ["respondents", "heard", "share"]].tolist() == [18, 80, 18 / 80]
    lower, upper = funnel_limits([80], 21 / 640, coverage=0.998)
    assert mine["lower_998"].tolist() == pytest.approx([lower[0]] * 8)
    assert mine["upper_998"].tolist() == pytest.approx([upper[0]] * 8)
    assert ((mine["low"] <= mine["shrunken_share"]) & (mine["shrunken_share"] <= mine["high"])).all()
    assert set(found.loc[found["theme_id"] == "T2", "verdict"]) == {"organisation_wide"}


def test_a_theme_that_all_raise_is_not_local_to_where_it_is_raised_most():
    assert judged([8] * 9 + [40], [100] * 10).verdict != "local"
    assert judged([30] * 9 + [80], [100] * 10).verdict != "local"


def test_few_who_raise_it_in_a_small_place_make_no_local_theme():
    assert judged([3, 0, 0, 0, 0, 0], [3, 90, 100, 80, 70, 60]).verdict == "cannot_tell"
    assert judged([4, 0, 0, 1, 0, 0], [50, 90, 100, 80, 70, 60]).verdict == "cannot_tell"


@pytest.mark.parametrize("counts", [[30, 1], [1, 30]])
def test_of_two_sites_one_may_hold_a_theme(counts):
    verdict = judged(counts, [100, 100])
    assert verdict.verdict == "local"
    assert verdict.local_to == (int(np.argmax(counts)),)
    assert judged([12, 11], [100, 100]).verdict == "cannot_tell"  # two places are no organisation


def test_where_none_is_planted_no_theme_is_local():
    rng = np.random.default_rng(1)
    totals = rng.integers(50, 161, 10)
    verdicts = [judged(rng.binomial(totals, mean), totals).verdict for mean in np.linspace(0.03, 0.15, 28)]
    assert "local" not in verdicts
    assert verdicts.count("organisation_wide") > 14


def test_planted_themes_with_a_third_of_their_members_elsewhere_are_found():
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(20):
        totals = rng.integers(50, 161, 10)
        there = rng.binomial(totals[0], 0.25)
        counts = rng.binomial(totals, there / 2 / totals[1:].sum())
        counts[0] = there
        found += judged(counts, totals).local_to == (0,)
    assert found >= 15


def posterior_by_simulation(counts, totals, rng):
    """Return means and 95% intervals of shares and the mean of rho, by weighting draws from the prior."""
    draws = 400_000
    mean = rng.beta(0.5, 0.5, draws)
    spread = np.abs(rng.normal(0, SPREAD_SCALE, draws)).clip(0.01, 1.2)
    held = 1 / spread**2
    logs = stats.betabinom.logpmf(counts, totals, (mean * held)[:, None], ((1 - mean) * held)[:, None]).sum(axis=1)
    weights = np.exp(logs - logs.max())
    kept = rng.choice(draws, 40_000, p=weights / weights.sum())
    shares = rng.beta(
        (mean * held)[kept, None] + counts, ((1 - mean) * held)[kept, None] + np.array(totals) - np.array(counts)
    )
    rho = 1 / (1 + held)
    return (
        shares.mean(axis=0),
        np.quantile(shares, (0.025, 0.975), axis=0),
        float((weights * rho).sum() / weights.sum()),
    )


def test_shares_and_intervals_agree_with_the_posterior_by_simulation():
    counts, totals = [3, 10, 7, 25, 2], [60, 90, 40, 110, 55]
    found = shrink_shares(np.array(counts), np.array(totals), seed=3)
    means, ends, variation = posterior_by_simulation(counts, totals, np.random.default_rng(4))
    assert found.means == pytest.approx(means, abs=0.004)
    for mine, theirs in zip(found.interval(), ends, strict=True):
        assert mine == pytest.approx(theirs, abs=0.012)
    assert found.variation[0] == pytest.approx(variation, abs=0.006)
    assert found.draws.mean(axis=0) == pytest.approx(found.means, abs=0.002)


def test_shares_of_many_are_their_own_and_those_all_alike_are_all_places():
    many = shrink_shares(np.array([4000, 9000, 20_000]), np.full(3, 50_000), seed=1)
    assert many.means == pytest.approx([0.08, 0.18, 0.4], abs=0.001)
    assert many.variation[0] > 0.02
    alike = shrink_shares(np.full(12, 100), np.full(12, 1000), seed=1)
    assert alike.means == pytest.approx([0.1] * 12, abs=0.001)
    assert alike.variation[0] < 0.005
    few = shrink_shares(np.array([*[100] * 12, 3]), np.array([*[1000] * 12, 5]), seed=1)
    assert 0.1 < few.means[-1] < 0.15  # 3 of 5 are drawn nearly all the way


def test_the_same_tables_whatever_the_order_of_rows_and_whichever_other_themes_there_are():
    plain = find_spread(make_voices(PLANTED), seed=1)
    shuffled = find_spread(make_voices(PLANTED, shuffle=7), seed=1)
    pd.testing.assert_frame_equal(plain.concentration, shuffled.concentration)
    pd.testing.assert_frame_equal(plain.spread, shuffled.spread)
    alone = find_spread(make_voices({"T1": PLANTED["T1"]}), seed=1).spread
    pd.testing.assert_frame_equal(alone, plain.spread[plain.spread["theme_id"] == "T1"].reset_index(drop=True))


def test_nothing_is_said_where_no_place_or_one_alone_is_known():
    voices = make_voices({"T1": (5,)}, services=("Clinic A",))
    assert find_spread(voices, seed=1).spread.empty
    nowhere = voices._replace(
        comments=voices.comments.assign(service=None, site=None), mentions=voices.mentions.assign(service=None, site="")
    )
    assert find_spread(nowhere, seed=1).concentration.empty


def test_who_is_counted_twice_in_a_place_is_one_there_and_is_counted_in_each_place():
    voices = make_voices({"T1": (9, 1)}, services=("Clinic A", "Day Centre"))
    again = voices._replace(
        comments=pd.concat([voices.comments, voices.comments.assign(comment_id="x" + voices.comments["comment_id"])]),
        mentions=pd.concat([voices.mentions, voices.mentions]),
    )
    pd.testing.assert_frame_equal(find_spread(again, seed=1).concentration, find_spread(voices, seed=1).concentration)
    moved = voices.comments.iloc[[0]].assign(service="Day Centre")
    both = voices._replace(comments=pd.concat([voices.comments, moved]))
    heard = find_spread(both, seed=1).concentration.set_index("place")["heard"]
    assert heard.to_dict() == {"Clinic A": 80, "Day Centre": 81}
