import hashlib

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from voice_of_care.comparing import Sides, judge_sides, p_values
from voice_of_care.frameworks import Framework, FrameworkElement
from voice_of_care.insight.gaps import compare_groups
from voice_of_care.insight.voices import Voices

THEMES = tuple(f"T{number:02d}" for number in range(1, 26))
GROUPS = {"staff": 132, "service_user": 461}


def make_units(groups, *, session_size=0, weight=1.0, services=("A", "B", "C")):
    """Return units of these groups; with a session size each session holds so many of one group."""
    rows = []
    for group, number in groups.items():
        for place in range(number):
            unit = f"{group}-{place:04d}"
            cluster = f"{group}/{place // session_size}" if session_size else unit
            rows.append((unit, group, services[place % len(services)], cluster))
    units = pd.DataFrame(rows, columns=["unit", "respondent_group", "service", "cluster"]).set_index("unit")
    return units.assign(channel="survey", site="North", is_session=False, weight=weight, score=np.nan)


def make_voices(units, raises, *, polarity=None, themes=THEMES, scope="theme"):
    """Return voices of these units; raises has a column for each theme."""
    comments = units.reset_index().assign(comment_id=lambda frame: "C" + frame["unit"])
    row, column = np.nonzero(np.asarray(raises))
    mentions = comments.iloc[row].reset_index(drop=True)
    mentions = mentions.assign(
        scope=scope,
        item_id=np.array(themes, dtype=object)[column],
        segment_id=mentions["comment_id"] + "." + pd.Series(column).astype(str),
        polarity=0.0 if polarity is None else np.asarray(polarity)[row, column],
    )
    return Voices(units, comments, mentions, tuple(themes), tuple(themes))


def draw(units, shares_of, rng):
    """Return who raises what: shares_of gives each group's shares of the themes."""
    shares = np.stack([shares_of[group] for group in units["respondent_group"]])
    return rng.random(shares.shape) < shares


def compare(voices, frameworks=(), rate=0.1):
    return compare_groups(voices, frameworks=frameworks, false_discovery=rate)


def of_groups(gaps):
    return gaps[gaps["grouping"] == "respondent_group"].set_index("theme_id")


@pytest.mark.parametrize(
    ("raised_a", "heard_a", "raised_b", "heard_b"),
    [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 40, 5, 61), (12, 132, 41, 461)],
)
def test_intervals_are_those_of_statsmodels(raised_a, heard_a, raised_b, heard_b):
    sides = Sides(*(np.array([float(each)]) for each in (raised_a, heard_a, raised_b, heard_b)))
    judged = judge_sides(sides, false_discovery=0.1)
    expected = confint_proportions_2indep(raised_a, heard_a, raised_b, heard_b, method="newcomb", compare="diff")
    np.testing.assert_allclose([judged.low[0], judged.high[0]], expected, atol=1e-12)


def test_the_first_of_these_is_newcombes_own_example():
    judged = judge_sides(Sides(*(np.array([each]) for each in (56.0, 70.0, 48.0, 80.0))), false_discovery=0.1)
    np.testing.assert_allclose((judged.low[0], judged.high[0]), (0.0524, 0.3339), atol=5e-5)


def test_p_is_below_fishers_and_above_half_of_it():
    sides = Sides(
        *(np.array(each, dtype=float) for each in ([3, 12, 0, 5], [20, 132, 40, 25], [9, 80, 5, 5], [30, 461, 61, 25]))
    )
    for p_value, *counts in zip(p_values(sides), *sides, strict=True):
        a, n, b, m = (int(each) for each in counts)
        greater, less = (fisher_exact([[a, n - a], [b, m - b]], alternative=side)[1] for side in ("greater", "less"))
        assert min(greater, less) - 1e-12 <= p_value <= min(1, 2 * min(greater, less)) + 1e-12


def test_effective_counts_that_are_whole_give_nearly_the_same_p():
    whole = Sides(*(np.array([each]) for each in (30.0, 132.0, 60.0, 461.0)))
    nearly = whole._replace(raised_a=whole.raised_a + 1e-6)
    assert p_values(nearly)[0] == pytest.approx(p_values(whole)[0], abs=0.003)


def test_a_planted_gap_is_found_and_nothing_else():
    rng = np.random.default_rng(3)
    shares = {group: np.full(25, 0.12) for group in GROUPS}
    shares["staff"][:3] = (0.40, 0.35, 0.02)
    units = make_units(GROUPS)
    gaps = of_groups(compare(make_voices(units, draw(units, shares, rng))))
    assert set(gaps.index[gaps["verdict"] == "differ"]) == {"T01", "T02", "T03"}
    assert (gaps.loc["T01", ["group_a", "group_b"]] == ["staff", "service_user"]).all()
    assert gaps.loc["T01", "low"] > 0
    assert gaps.loc["T03", "high"] < 0


@pytest.mark.parametrize(("groups", "session_size"), [(GROUPS, 0), ({"staff": 60, "service_user": 60}, 0), (GROUPS, 8)])
def test_where_nothing_is_planted_few_reports_claim_a_gap(groups, session_size):
    alarms = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        units = make_units(groups, session_size=session_size, services=("A",))
        shares = np.minimum(0.3, 0.025 * np.exp(0.8 * rng.standard_normal(25)))
        if session_size:  # a session raises a theme or hardly does: people echo each other
            room = rng.random((units["cluster"].nunique(), 25)) < shares
            raises = room[pd.factorize(units["cluster"])[0]] & (rng.random((len(units), 25)) < 0.8)
        else:
            raises = rng.random((len(units), 25)) < shares
        alarms += (of_groups(compare(make_voices(units, raises)))["verdict"] == "differ").any()
    assert alarms <= 6  # .10 of 25, and over two standard errors


def test_people_of_one_session_count_for_less_than_as_many_alone():
    rng = np.random.default_rng(5)
    alone = make_units({"staff": 240, "service_user": 240})
    together = make_units({"staff": 240, "service_user": 240}, session_size=8)
    room = rng.random((60, 1)) < 0.5
    raises = np.repeat(room, 8, axis=0)
    one, other = (
        of_groups(compare(make_voices(units, raises, themes=("T01",)))).loc["T01"] for units in (alone, together)
    )
    assert one["difference"] == other["difference"]
    assert other["high"] - other["low"] > 2 * (one["high"] - one["low"])
    assert other["p_value"] > one["p_value"]


def test_agree_needs_an_interval_that_is_narrow_for_the_share():
    many = Sides(*(np.array(each, dtype=float) for each in ([200, 6], [1000, 1000], [205, 6], [1000, 1000])))
    few = Sides(*(np.array(each, dtype=float) for each in ([10, 6], [50, 50], [10, 1], [50, 50])))
    assert judge_sides(many, false_discovery=0.1).verdict == ("agree", "agree")
    assert judge_sides(few, false_discovery=0.1).verdict == ("unclear", "unclear")


def test_too_few_are_not_tested():
    sides = Sides(*(np.array(each, dtype=float) for each in ([4, 15], [100, 19], [0, 2], [100, 100])))
    judged = judge_sides(sides, false_discovery=0.1)
    assert judged.verdict == ("too_few", "too_few")
    assert np.isnan(judged.q_value).all()


def test_a_group_of_fewer_than_twenty_is_not_compared():
    units = make_units({"staff": 19, "service_user": 80, "carer": 20, "other": 25, "unknown": 30})
    gaps = compare(make_voices(units, np.ones((len(units), 1), dtype=bool), themes=("T01",)))
    groups = gaps[gaps["grouping"] == "respondent_group"]
    assert list(zip(groups["group_a"], groups["group_b"], strict=True)) == [
        ("service_user", "carer"),
        ("other", "rest"),
    ]
    assert groups.set_index("group_a").loc["other", "heard_b"] == 19 + 80 + 20


def test_the_rest_leaves_out_whoever_was_heard_in_the_place_too():
    units = make_units({"service_user": 90})
    voices = make_voices(units, np.ones((90, 1), dtype=bool), themes=("T01",))
    twice = voices.comments.iloc[[1]].assign(comment_id="C-again", service="A")
    voices = voices._replace(comments=pd.concat([voices.comments, twice], ignore_index=True))
    gaps = compare(voices)
    in_a = gaps[(gaps["grouping"] == "service") & (gaps["group_a"] == "A")].iloc[0]
    assert (in_a["heard_a"], in_a["heard_b"]) == (31, 59)


def test_of_two_places_each_is_the_others_rest():
    units = make_units({"service_user": 80}, services=("A", "B"))
    gaps = compare(make_voices(units, np.ones((80, 1), dtype=bool), themes=("T01",)))
    assert gaps[["grouping", "group_a", "group_b"]].to_numpy().tolist() == [["service", "A", "B"]]


def test_a_weight_raises_the_share_and_widens_the_interval():
    units = make_units({"staff": 60, "service_user": 200})
    raises = np.zeros((260, 1), dtype=bool)
    raises[:10] = True
    raises[60:110] = True
    plain = of_groups(compare(make_voices(units, raises, themes=("T01",)))).loc["T01"]
    heavy = units.assign(weight=np.where(np.arange(260) < 3, 20.0, 1.0))
    weighed = of_groups(compare(make_voices(heavy, raises, themes=("T01",)))).loc["T01"]
    assert weighed["share_a"] == pytest.approx((60 + 7) / (60 + 57))
    assert weighed["high"] - weighed["low"] > plain["high"] - plain["low"]


def test_tone_is_of_units_and_needs_eight_of_each():
    rng = np.random.default_rng(2)
    units = make_units({"staff": 40, "service_user": 60})
    raises = np.ones((100, 2), dtype=bool)
    raises[7:40, 1] = False
    polarity = np.where(np.arange(100)[:, None] < 40, -0.4, 0.3) + 0.2 * rng.standard_normal((100, 2))
    gaps = of_groups(compare(make_voices(units, raises, polarity=polarity, themes=("T01", "T02"))))
    first, second = gaps.loc["T01"], gaps.loc["T02"]
    assert first["sentiment_a"] == pytest.approx(polarity[:40, 0].mean())
    assert first["sentiment_high"] < 0
    assert pd.isna(second["sentiment_a"])
    assert pd.isna(second["sentiment_low"])


def test_priorities_are_compared_between_groups_the_framework_is_made_for():
    elements = (FrameworkElement(id="safe", label="Safe", definition="Made up."),)
    frameworks = [
        Framework(id=name, version="1", name=name, audience=audience, elements=elements)
        for name, audience in (("all", "both"), ("users", "service_user"), ("four-questions", "both"))
    ]
    items = tuple(f"{each.id}/safe" for each in frameworks)
    units = make_units({"staff": 30, "service_user": 30, "carer": 30}, services=("A",))
    voices = make_voices(units, np.ones((90, 3), dtype=bool), themes=items, scope="priority")
    gaps = compare(voices._replace(themes=(), subjects=()), frameworks)
    found = set(zip(gaps["framework_id"], gaps["group_a"], gaps["group_b"], strict=True))
    pairs = {("staff", "service_user"), ("staff", "carer"), ("service_user", "carer")}
    assert found == {("all", *pair) for pair in pairs} | {("users", "service_user", "carer")}


def test_a_catch_all_theme_does_not_lend_its_gap_to_others():
    rng = np.random.default_rng(8)
    units = make_units(GROUPS)
    shares = {group: np.full(25, 0.12) for group in GROUPS}
    shares["staff"][:12] = 0.5
    voices = make_voices(units, draw(units, shares, rng))
    apart = voices._replace(subjects=THEMES[12:])
    family = of_groups(compare(apart)).loc[list(THEMES[12:])]
    alone = of_groups(
        compare(make_voices(units, draw(units, shares, np.random.default_rng(8))[:, 12:], themes=THEMES[12:]))
    )
    np.testing.assert_allclose(family["q_value"].to_numpy(), alone["q_value"].to_numpy())


def test_the_order_of_rows_and_the_key_of_ids_do_not_matter():
    rng = np.random.default_rng(4)
    units = make_units(GROUPS, session_size=6)
    raises = rng.random((len(units), 25)) < 0.15
    voices = make_voices(units, raises, polarity=rng.standard_normal(raises.shape))
    first = compare(voices)
    new = {unit: hashlib.sha256(unit.encode()).hexdigest() for unit in units.index}
    mixed = Voices(
        units.rename(index=new).sample(frac=1, random_state=1),
        voices.comments.replace({"unit": new}).sample(frac=1, random_state=2),
        voices.mentions.replace({"unit": new}).sample(frac=1, random_state=3),
        voices.themes,
        voices.subjects,
    )
    pd.testing.assert_frame_equal(compare(mixed), first, check_exact=True)


def test_nobody_heard_gives_an_empty_table():
    units = make_units({"staff": 5})
    assert compare(make_voices(units, np.ones((5, 1), dtype=bool), themes=("T01",))).empty
