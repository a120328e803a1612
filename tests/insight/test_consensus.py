"""What ballots come to: planted ranks give a known list, dissent is found, decisions stand with their reasons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import made_ballots as made
from voice_of_care.ballots import fill_ranks
from voice_of_care.insight.agreement import kendall_w
from voice_of_care.insight.consensus import count_ballots
from voice_of_care.insight_tables import BALLOTS, CONSENSUS
from voice_of_care.tables import conform

FIVE = ("T01", "T02", "T03", "T04", "T05")


def ranked(*ranks):
    return {theme_id: rank for theme_id, rank in zip(FIVE, ranks, strict=False) if rank is not None}


def counted(*decisions, themes=None):
    return count_ballots(made.events(*decisions), made.themes() if themes is None else themes)


def places(consensus, number=1):
    mine = consensus[consensus["round"] == number].sort_values("place")
    return mine["theme_id"].tolist()


def test_three_judges_of_the_known_vector_give_its_w_and_its_list():
    judges = [(1, 2, 3, 4, 5), (2, 1, 3, 4, 5), (1, 3, 2, 5, 4)]
    cast = [made.cast(f"B0{place}", ranked(*ranks)) for place, ranks in enumerate(judges, start=1)]
    found = counted(made.opened(theme_ids=FIVE), *cast)
    table = found.ballots.pivot_table(index="ballot_id", columns="theme_id", values="rank")
    assert kendall_w(table.to_numpy()).w == pytest.approx(0.844444, abs=1e-6)
    assert places(found.consensus) == list(FIVE)
    assert found.consensus["mean_rank"].round(4).tolist() == [1.3333, 2.0, 2.6667, 4.3333, 4.6667]
    assert found.consensus["spread_low"].tolist() == [1, 1, 2, 4, 4]
    assert found.consensus["spread_high"].tolist() == [2, 3, 3, 5, 5]
    assert set(found.consensus["ballots"]) == {3}


def test_no_ballots_give_empty_tables_as_declared():
    for found in (counted(), counted(made.opened()), counted(made.opened(), made.closed())):
        assert found.ballots.empty
        assert found.consensus.empty
        pd.testing.assert_frame_equal(found.consensus, CONSENSUS.empty())


def test_tables_are_as_declared():
    found = counted(
        made.opened(), made.in_order("B01", FIVE, dissent="no", reasons={"T01": "slow"}), made.closed(["T01"])
    )
    pd.testing.assert_frame_equal(found.ballots, conform(found.ballots, BALLOTS))
    pd.testing.assert_frame_equal(found.consensus, conform(found.consensus, CONSENSUS))


@pytest.mark.parametrize(
    ("ranks", "filled"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4)),
        ((1, 1, 3, 4), (1.5, 1.5, 3, 4)),  # tied as in sport
        ((1, 1, 2, 3), (1.5, 1.5, 3, 4)),  # tied without a gap
        ((1, 2, None, None), (1, 2, 3.5, 3.5)),
        ((1, None, None, 4), (1, 2.5, 2.5, 4)),  # the last place was meant
        ((4, 4, 1, None), (3.5, 3.5, 1, 2)),
        ((None, None, None, None), (2.5, 2.5, 2.5, 2.5)),
        ((2, 2, 2, 2), (2.5, 2.5, 2.5, 2.5)),
    ],
)
def test_ties_share_their_places_and_unranked_themes_those_left(ranks, filled):
    assert fill_ranks(ranked(*ranks), FIVE[:4]).tolist() == list(filled)


@given(st.lists(st.one_of(st.none(), st.integers(1, 12)), min_size=1, max_size=12))
def test_ranks_always_add_up_and_keep_their_order(ranks):
    themes = [f"T{number}" for number in range(len(ranks))]
    told = {theme: min(rank, len(ranks)) for theme, rank in zip(themes, ranks, strict=True) if rank is not None}
    filled = dict(zip(themes, fill_ranks(told, themes), strict=True))
    assert sum(filled.values()) == pytest.approx(len(ranks) * (len(ranks) + 1) / 2)
    for one, rank in told.items():
        for other, rank_of_other in told.items():
            assert np.sign(filled[one] - filled[other]) == np.sign(rank - rank_of_other)


def test_an_unranked_theme_counts_as_the_mean_of_the_ranks_left_and_has_no_rank_in_the_table():
    found = counted(made.opened(theme_ids=FIVE), made.in_order("B01", ["T05", "T04", "T03"]))
    assert found.consensus.set_index("theme_id")["mean_rank"].to_dict() == {
        "T05": 1.0,
        "T04": 2.0,
        "T03": 3.0,
        "T01": 4.5,
        "T02": 4.5,
    }
    unranked = found.ballots[found.ballots["rank"].isna()]["theme_id"].tolist()
    assert unranked == ["T01", "T02"]
    assert found.consensus.set_index("theme_id")["spread_low"].isna()[["T01", "T02"]].all()


def test_equal_means_go_by_median_then_first_places_then_the_id():
    # T01 and T02: mean 2 each; T02 has the lower median. T03 and T04 alike in all but the id.
    cast = [
        made.cast("B01", ranked(1, 1, 4, 4)),
        made.cast("B02", ranked(1, 2, 3, 3)),
        made.cast("B03", ranked(4, 3, 1, 1)),
    ]
    found = counted(made.opened(theme_ids=FIVE[:4]), *cast)
    by_place = found.consensus.sort_values("place")
    means = by_place.set_index("theme_id")["mean_rank"]
    assert means["T03"] == pytest.approx(means["T04"])
    assert places(found.consensus).index("T03") + 1 == places(found.consensus).index("T04")
    firsts = counted(
        made.opened(theme_ids=("T01", "T02", "T03", "T04")),
        made.in_order("B01", ["T02", "T03", "T01", "T04"]),
        made.in_order("B02", ["T04", "T01", "T03", "T02"]),
        made.in_order("B03", ["T03", "T01", "T02", "T04"]),
        made.in_order("B04", ["T03", "T01", "T02", "T04"]),
    )
    assert places(firsts.consensus)[0] == "T03"


def test_a_dissenter_is_found_by_places_or_by_what_they_say_and_others_are_not():
    seven = list(made.LABELS)
    same = [made.in_order(f"B1{number}", seven) for number in range(9)]
    far = made.in_order("B05", [*seven[5:], *seven[:5]], role="Finance")
    says = made.in_order("B06", seven, role="Carer", dissent="none of these")
    ballots = counted(made.opened(), *same, far, says).ballots
    dissenting = ballots[ballots["is_dissent"]].groupby("ballot_id")["theme_id"].agg(set).to_dict()
    assert dissenting == {"B05": {"T06", "T07"}, "B06": set(seven)}
    assert ballots[ballots["ballot_id"] == "B06"]["dissent"].eq("none of these").all()
    assert ballots[ballots["ballot_id"] != "B06"]["dissent"].isna().all()


def test_ties_of_many_are_no_dissent():
    """Seven themes tied at 1 stand at the middle of the list, not five places before its end."""
    seven = list(made.LABELS)
    tied = made.cast("B03", dict.fromkeys(seven, 1))
    ballots = counted(made.opened(), made.in_order("B01", seven), made.in_order("B02", seven), tied).ballots
    assert not ballots["is_dissent"].any()


def test_what_was_decided_stands_with_its_reason_and_by_whom():
    found = counted(
        made.opened(theme_ids=FIVE),
        made.in_order("B01", FIVE),
        made.closed(["T01", "T02"], {"T05": "a new car park opens"}),
        made.opened(2, ("T03", "T04")),
        made.in_order("B01", ("T04", "T03"), number=2),
    ).consensus
    first = found[found["round"] == 1].set_index("theme_id")
    assert first["decision"].to_dict() == {
        "T01": "chosen",
        "T02": "chosen",
        "T03": "open",
        "T04": "open",
        "T05": "dropped",
    }
    assert first.loc["T05", "reason"] == "a new car park opens"
    assert first.loc["T01", "reason"] == "first on all lists"
    assert first.loc["T05", "decided_by"] == "Quality committee"
    assert first.loc["T03", ["reason", "decided_by"]].isna().all()
    assert found[found["round"] == 2]["decision"].eq("open").all()
    assert places(found, 2) == ["T04", "T03"]


def test_merged_themes_stand_under_the_one_they_went_into_whenever_it_was_done():
    ballots = (made.in_order("B01", FIVE), made.in_order("B02", ["T05", "T01", "T02", "T03", "T04"]))
    themes = made.themes(T05="retired")
    for decisions in (
        (made.opened(theme_ids=FIVE), *ballots, made.merged("T05", "T01")),
        (made.merged("T05", "T01"), made.opened(theme_ids=FIVE), *ballots),
    ):
        found = counted(*decisions, themes=themes)
        assert places(found.consensus) == ["T01", "T02", "T03", "T04"]
        ranks = found.ballots.pivot_table(index="theme_id", columns="ballot_id", values="rank")
        assert ranks["B01"].tolist() == [1, 2, 3, 4]
        assert ranks["B02"].tolist() == [1, 2, 3, 4]  # the better rank holds, the others close up


def test_a_merge_that_does_not_hold_moves_nothing():
    found = counted(made.opened(theme_ids=FIVE), made.in_order("B01", FIVE), made.merged("T05", "T01"))
    assert places(found.consensus) == list(FIVE)


def test_ballots_about_themes_that_are_gone_are_kept():
    found = counted(made.opened(theme_ids=FIVE), made.in_order("B01", FIVE), themes=made.themes(("T01", "T02")))
    assert places(found.consensus) == list(FIVE)


def test_a_ballot_taken_back_does_not_count():
    back = made.Decision("ballot.remove", {"round": 1, "ballot_id": "B01"}, {}, "lead", "twice")
    found = counted(made.opened(theme_ids=FIVE), made.in_order("B01", FIVE), made.in_order("B02", FIVE[::-1]), back)
    assert set(found.ballots["ballot_id"]) == {"B02"}
    assert places(found.consensus) == list(FIVE[::-1])


def test_the_order_of_ballots_and_themes_changes_nothing_of_the_list():
    ballots = [made.in_order("B01", FIVE), made.in_order("B02", FIVE[::-1]), made.in_order("B03", ["T03", "T01"])]
    one = counted(made.opened(theme_ids=FIVE), *ballots).consensus
    other = counted(made.opened(theme_ids=FIVE[::-1]), *ballots[::-1]).consensus
    pd.testing.assert_frame_equal(one, other)
