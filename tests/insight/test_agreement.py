"""How far lists agree: known vectors, ties, uneven lists, and what the table compares."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, spearmanr

from voice_of_care.insight.agreement import compare_lists, kendall_w, rank_biased_overlap
from voice_of_care.insight_tables import BALLOTS, CONSENSUS, RANKING
from voice_of_care.tables import conform

THREE = [(1, 2, 3, 4, 5), (2, 1, 3, 4, 5), (1, 3, 2, 5, 4)]


def test_w_of_known_lists():
    assert kendall_w(THREE).w == pytest.approx(0.844444, abs=1e-6)
    assert kendall_w([THREE[0]] * 4) == (1.0, 1.0, 1.0)
    assert kendall_w([THREE[0], THREE[0][::-1]]).w == pytest.approx(0.0)


@pytest.mark.parametrize("ties", [False, True])
def test_w_agrees_with_friedmans_statistic(ties):
    rng = np.random.default_rng(1)
    for _ in range(20):
        judges, items = rng.integers(3, 9), rng.integers(3, 12)
        scores = rng.integers(0, 4, (judges, items)) if ties else rng.random((judges, items))
        if any(len(set(row)) == 1 for row in scores.tolist()):
            continue
        chi_squared = friedmanchisquare(*scores.T.astype(float)).statistic
        assert kendall_w(scores).w == pytest.approx(chi_squared / (judges * (items - 1)))


def test_w_is_the_mean_rank_correlation_of_pairs():
    rng = np.random.default_rng(2)
    ranks = np.array([rng.permutation(7) for _ in range(5)])
    mean = np.mean([spearmanr(*pair).statistic for pair in itertools.combinations(ranks, 2)])
    assert kendall_w(ranks).w == pytest.approx((4 * mean + 1) / 5)


def test_w_has_an_interval_from_three_lists_that_narrows_with_more():
    assert math.isnan(kendall_w(THREE[:2]).low)
    rng = np.random.default_rng(3)

    def width(judges):
        found = kendall_w(np.arange(10) + rng.normal(0, 4, (judges, 10)))
        assert 0 <= found.low <= found.w <= found.high <= 1
        return found.high - found.low

    assert width(40) < width(5)


def test_the_interval_of_w_holds_what_many_judges_would_agree_to():
    rng = np.random.default_rng(4)
    judges = 12
    many = kendall_w(np.arange(10) + rng.normal(0, 4, (4000, 10))).w
    true = (4000 * many - 1) / 3999  # the mean rank correlation of two of them
    held = 0
    for _ in range(200):
        found = kendall_w(np.arange(10) + rng.normal(0, 4, (judges, 10)))
        low, high = ((judges * end - 1) / (judges - 1) for end in (found.low, found.high))
        held += low <= true <= high
    assert 0.88 <= held / 200 <= 1


def test_lists_that_tell_nothing_apart_have_no_w():
    assert math.isnan(kendall_w([[2, 2, 2], [2, 2, 2], [2, 2, 2]]).w)


@pytest.mark.parametrize("ranks", [[[1, 2, 3]], [[1], [1]], [[1, 2], [1, math.nan]], [1, 2, 3]])
def test_what_is_no_table_of_ranks_is_refused(ranks):
    with pytest.raises(ValueError, match="two judges"):
        kendall_w(ranks)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("abcde", "bacde", 0.9),
        ("abcde", "acbfg", 0.674335),
        ("abcde", "abcde", 1.0),
        ("abcde", "vwxyz", 0.0),
    ],
)
def test_rank_biased_overlap_of_known_lists(first, second, overlap):
    assert rank_biased_overlap(first, second) == pytest.approx(overlap, abs=1e-6)
    assert rank_biased_overlap(second, first) == pytest.approx(overlap, abs=1e-6)


def by_definition(first, second, p):
    """Return equation 32 of Webber, Moffat and Zobel (2010), term by term."""
    short, long = sorted((first, second), key=len)
    s, l = len(short), len(long)  # noqa: E741 (the paper's letters)

    def x(depth):
        return len(set(short[:depth]) & set(long[:depth]))

    total = sum(x(d) / d * p**d for d in range(1, l + 1))
    total += sum(x(s) * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1))
    return (1 - p) / p * total + ((x(l) - x(s)) / l + x(s) / s) * p**l


def test_uneven_lists_are_as_the_paper_has_it():
    rng = np.random.default_rng(5)
    for _ in range(50):
        first = list(map(str, rng.permutation(12)[: rng.integers(1, 12)]))
        second = list(map(str, rng.permutation(12)[: rng.integers(1, 12)]))
        p = float(rng.uniform(0.3, 0.98))
        found = rank_biased_overlap(first, second, p=p)
        assert found == pytest.approx(by_definition(first, second, p))
        assert -1e-9 <= found <= 1 + 1e-9
    assert rank_biased_overlap("abc", "abcdefgh") == pytest.approx(1.0)


@pytest.mark.parametrize(("first", "second", "p"), [("", "ab", 0.9), ("aa", "ab", 0.9), ("ab", "ab", 1.0)])
def test_what_is_no_list_is_refused(first, second, p):
    with pytest.raises(ValueError, match="ank-biased overlap"):
        rank_biased_overlap(first, second, p=p)


def ranking_of(scores, *, raised=None):
    """Return a ranking: scope to scores by theme."""
    rows = []
    for scope, given in scores.items():
        order = sorted(given, key=lambda theme: -given[theme])
        for theme, score in given.items():
            rows.append(
                dict.fromkeys(("reach", "concern", "p_top_five"), 0.0)
                | dict.fromkeys(("median_rank", "rank_low", "rank_high"), 1)
                | dict.fromkeys(("shared", "momentum", "severity"))
                | {"theme_id": theme, "scope": scope, "score": score, "rank": order.index(theme) + 1}
                | {"verdict": "likely", "is_listed": True, "heard": 30, "negative": 0, "preset_ranks": []}
                | {"respondents": int(score > 0) if raised is None else raised}
            )
    return conform(pd.DataFrame(rows, columns=list(RANKING.columns)), RANKING)


def test_groups_and_channels_are_compared():
    ranking = ranking_of(
        {
            "overall": {"A": 0.5, "B": 0.4, "C": 0.3},
            "group/staff": {"A": 0.5, "B": 0.4, "C": 0.0},
            "group/service_user": {"A": 0.5, "B": 0.4, "C": 0.3},
            "channel/survey": {"A": 0.5, "B": 0.4, "C": 0.3},
        }
    )
    found = compare_lists(ranking, consensus=CONSENSUS.empty(), ballots=BALLOTS.empty())
    assert found["comparison"].tolist() == ["groups"]
    row = found.iloc[0]
    assert row["lists"] == ["group/staff", "group/service_user"]
    assert row["themes"] == 3
    assert row["kendall_w"] == 1.0
    assert pd.isna(row["low"])
    assert row["rank_biased_overlap"] == pytest.approx(rank_biased_overlap("AB", "ABC"))


def frame_of(rows, table):
    """Return the rows as declared, columns not given left empty."""
    return conform(pd.DataFrame(rows).reindex(columns=list(table.columns)), table)


def ballots_of(*orders, themes="ABCD"):
    rows = [
        {
            "round": 1,
            "ballot_id": f"B{number:02d}",
            "role": "nurse",
            "theme_id": theme,
            "rank": order.index(theme) + 1 if theme in order else None,
            "is_dissent": False,
        }
        for number, order in enumerate(orders, start=1)
        for theme in themes
    ]
    return frame_of(rows, BALLOTS)


def consensus_of(order):
    rows = [
        {"round": 1, "theme_id": theme, "place": place, "mean_rank": float(place), "ballots": 3, "decision": "open"}
        for place, theme in enumerate(order, start=1)
    ]
    return frame_of(rows, CONSENSUS)


def test_ballots_are_compared_with_each_other_and_with_the_score():
    ranking = ranking_of({"overall": {"A": 0.5, "B": 0.4, "C": 0.3, "D": 0.2, "E": 0.6}})
    ballots = ballots_of("ABCD", "BACD", "AB", "")
    found = compare_lists(ranking, consensus=consensus_of("ABDC"), ballots=ballots).set_index("comparison")
    assert list(found.index) == ["ballots/1", "ballots-and-score/1"]
    row = found.loc["ballots/1"]
    assert row["lists"] == ["B01", "B02", "B03"]
    assert row["kendall_w"] == pytest.approx(kendall_w([(1, 2, 3, 4), (2, 1, 3, 4), (1, 2, 3.5, 3.5)]).w)
    assert row["low"] <= row["kendall_w"] <= row["high"]
    row = found.loc["ballots-and-score/1"]
    assert row["themes"] == 4
    assert row["kendall_w"] == pytest.approx(kendall_w([(1, 2, 3, 4), (1, 2, 4, 3)]).w)
    assert row["rank_biased_overlap"] == pytest.approx(rank_biased_overlap("ABDC", "ABCD"))


def test_one_ballot_is_compared_with_nothing():
    found = compare_lists(RANKING.empty(), consensus=consensus_of("AB"), ballots=ballots_of("AB"))
    assert found.empty
