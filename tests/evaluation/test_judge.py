"""Judging as a whole: which rows count where, coders among themselves, and main themes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from voice_of_care.evaluation.codings import CODED, NOT_CODED, Codings
from voice_of_care.evaluation.judge import Ours, judge_codings, judge_themes, main_themes, our_coding, themes_alike
from voice_of_care.evaluation.resampling import Resampling

FEW = Resampling(times=20)
LABELS = ("a", "b")


def made(codes: list[list[int]], **columns: list[object]) -> Codings:
    rows = pd.DataFrame(
        {
            "record": [str(number) for number in range(len(codes))],
            "comment_id": [f"C{number}" for number in range(len(codes))],
            "coder": 1,
            "level": 0,
            "status": CODED,
            **columns,
        }
    )
    return Codings(rows, np.array(codes, dtype=bool), LABELS, ())


def ours(given: list[list[int]], **columns: list[object]) -> Ours:
    comments = pd.DataFrame(
        {
            "comment_id": [f"C{number}" for number in range(len(given))],
            "respondent": [f"R{number}" for number in range(len(given))],
            "text": [f"text {number}" for number in range(len(given))],
            "is_aside": False,
            "is_learnt": False,
            "level": 0,
            **columns,
        }
    )
    return Ours(comments, np.array(given, dtype=bool))


def value(measures: pd.DataFrame, judged_on: str, measure: str, between: str = "ours, people") -> float:
    rows = measures[(measures["item"] == "") & (measures["about"] == "priorities")]
    (found,) = rows.query("judged_on == @judged_on and measure == @measure and between == @between")["value"]
    return float(found)


def test_what_a_run_sets_aside_counts_as_nothing_found_there():
    codings = made([[1, 0], [0, 1], [1, 1], [0, 1]])
    found = judge_codings(
        codings, ours([[1, 0], [0, 1], [1, 1], [0, 1]], is_aside=[False, False, False, True]), resampling=FEW
    ).measures
    assert value(found, "all", "f1_micro") == 1
    assert value(found, "as_analysed", "recall_micro") == 0.8
    assert value(found, "as_analysed", "precision_micro") == 1


def test_repeated_texts_are_left_out_where_they_stand_once():
    codings = made([[1, 0], [1, 0], [0, 1]])
    found = judge_codings(
        codings, ours([[0, 1], [0, 1], [0, 1]], text=["same", "same", "other"]), resampling=FEW
    ).measures
    assert value(found, "texts_seen_once", "f1_micro") == 1
    assert value(found, "all", "f1_micro") < 0.5


def test_texts_learnt_from_can_be_left_out():
    codings = made([[1, 0], [0, 1], [0, 1]])
    found = judge_codings(codings, ours([[1, 0], [1, 0], [0, 1]], is_learnt=[True, False, False]), resampling=FEW)
    assert value(found.measures, "texts_not_learnt", "exact_match") == 0.5
    found = judge_codings(codings, ours([[1, 0], [1, 0], [0, 1]]), resampling=FEW)
    assert "texts_not_learnt" not in set(found.measures["judged_on"])


def test_what_stands_among_the_examples_is_learnt():
    comments = pd.DataFrame({"comment_id": ["c", "d", "e"], "respondent_id": None,
                             "text": ["It was late. Very late!", "Kind staff.", "Other words"]})  # fmt: skip
    segments = pd.DataFrame(
        {"segment_id": ["c.1", "c.2", "d.1"], "comment_id": ["c", "c", "d"],
         "text": ["It was late.", "Very late!", "Kind staff."]}
    )  # fmt: skip
    links = pd.DataFrame({"segment_id": ["c.1"], "framework_id": ["f"], "priority_id": ["a"]})
    tones = pd.DataFrame({"comment_id": ["c", "d", "e"], "label": "mixed"})
    found = our_coding(
        comments, segments, links, tones, framework_id="f", labels=LABELS, aside=[], learnt=["very late", "kind staff"]
    )
    assert found.comments["is_learnt"].tolist() == [True, True, False]
    assert found.given.tolist() == [[True, False], [False, False], [False, False]]


def test_rows_that_are_not_coded_count_nowhere():
    codings = made([[1, 0], [0, 0]], status=[CODED, NOT_CODED])
    found = judge_codings(codings, ours([[1, 0], [1, 1]]), resampling=FEW).measures
    assert value(found, "all", "f1_micro") == 1
    assert set(found["comments"]) == {1}
    assert not found["is_enough"].any()


def test_two_coders_give_the_ceiling_and_the_consensus():
    codes = [[1, 0], [0, 1], [1, 0], [1, 1]]
    other = [[1, 0], [0, 1], [1, 1], [1, 1]]
    codings = made(
        codes + other,
        comment_id=[f"C{number}" for number in (*range(4), *range(4))],
        coder=[1] * 4 + [2] * 4,
        level=[1, 2, 3, 4, 1, 2, 3, 5],
    )
    found = judge_codings(codings, ours(codes, level=[1, 2, 3, 4]), resampling=FEW)
    measures = found.measures
    assert value(measures, "coded_twice_1_2", "exact_match", "coder 1, coder 2") == 0.75
    assert value(measures, "coded_twice_1_2", "exact_match", "ours, coder 1") == 1
    assert value(measures, "coded_twice_1_2", "exact_match", "ours, coder 2") == 0.75
    assert value(measures, "coded_twice_1_2", "f1_micro", "ours, consensus") == 1
    tone = measures[(measures["about"] == "sentiment") & (measures["measure"] == "accuracy")].set_index("between")
    assert tone.loc["coder 1, coder 2", "value"] == 0.75
    assert tone.loc["ours, consensus", "value"] == 1


def test_the_main_theme_is_the_one_carried_most_strongly():
    segments = pd.DataFrame({"segment_id": ["c.1", "c.2", "c.3", "d.1"], "comment_id": ["c", "c", "c", "d"]})
    assignments = pd.DataFrame(
        {
            "segment_id": ["c.1", "c.2", "c.3", "d.1"],
            "theme_id": ["T1", "T2", "T2", "T1"],
            "strength": [0.9, 0.5, 0.5, 1],
        }
    )
    main = main_themes(assignments, segments)
    assert main == {"c": "T2", "d": "T1"}
    assert themes_alike(main, {"c": "X", "d": "Y"}, ["c", "d"]) == 1
    assert themes_alike(main, {"c": "X", "d": "X"}, ["c", "d"]) == 0


def test_a_comment_that_several_coded_counts_once_and_its_codings_share_it():
    alone = made([[1, 0], [0, 1], [1, 1]])
    thrice = made([[1, 0], [0, 1], [1, 1]] * 3, comment_id=["C0", "C1", "C2"] * 3, coder=[1, 1, 1, 2, 2, 2, 3, 3, 3])
    mine = ours([[1, 0], [0, 1], [1, 0]])
    columns = ["item", "measure", "value", "low", "high", "comments", "support", "is_enough"]
    one, three = (
        judge_codings(each, mine, resampling=FEW).measures.query("between == 'ours, people'")[columns]
        for each in (alone, thrice)
    )
    pd.testing.assert_frame_equal(one.reset_index(drop=True), three.reset_index(drop=True))
    split = made([[1, 0], [1, 0], [0, 1]], comment_id=["C0", "C1", "C1"], coder=[1, 1, 2])
    found = judge_codings(split, ours([[1, 0], [1, 0]]), resampling=FEW).measures
    assert value(found, "all", "exact_match") == 0.75
    assert set(found.query("between == 'ours, people'")["comments"]) == {2}


def test_figures_that_rest_on_few_codes_say_so():
    mostly_none = [[0, 0]] * 15 + [[1, 0]] * 3
    ids = [f"C{number}" for number in range(18)]
    codings = made(mostly_none * 2, comment_id=ids * 2, coder=[1] * 18 + [2] * 18)
    found = judge_codings(codings, ours(mostly_none), resampling=FEW).measures
    assert not found["is_enough"].any()
    codings = made([[1, 0]] * 12 + [[0, 1]] * 3)
    found = judge_codings(codings, ours([[1, 0]] * 12 + [[0, 1]] * 3), resampling=FEW).measures
    enough = found[found["item"] == ""].set_index(["judged_on", "measure"])["is_enough"]
    assert enough["all", "f1_micro"]
    assert enough["all", "f1_macro"]
    codings = made([[1, 0]] * 6 + [[0, 1]] * 6)
    found = judge_codings(codings, ours([[1, 0]] * 12), resampling=FEW).measures
    enough = found[found["item"] == ""].set_index(["judged_on", "measure"])["is_enough"]
    assert enough["all", "f1_micro"]
    assert not enough["all", "f1_macro"]


def test_themes_are_compared_with_what_all_coders_gave_in_any_order():
    codes, ids = [[1, 0]] * 6 + [[1, 1]] * 6, [f"C{number}" for number in range(6)] * 2
    segments = pd.DataFrame({"segment_id": [f"C{n}.1" for n in range(6)], "comment_id": ids[:6]})
    assignments = pd.DataFrame({"segment_id": segments["segment_id"], "theme_id": "T1", "strength": 1.0})
    mine = ours([[1, 0]] * 6)
    for order in (1, -1):
        codings = made(codes[::order], comment_id=ids[::order], coder=[1] * 6 + [2] * 6)
        found = judge_themes(codings, mine, assignments, segments, resampling=FEW)
        assert set(found["comments"]) == {6}
        assert found.set_index(["item", "measure"]).loc[("", "best_match_f1"), "value"] == 1


def test_a_comment_that_one_person_coded_twice_counts_the_same_in_any_order():
    ids, coders = ["C0", "C0", "C0", "C1", "C1"], [1, 1, 2, 1, 2]
    codes = [[1, 0], [0, 1], [0, 1], [1, 0], [1, 0]]
    there = ours([[1, 0], [1, 0]])
    one = judge_codings(made(codes, comment_id=ids, coder=coders), there, resampling=FEW)
    other = judge_codings(made(codes[::-1], comment_id=ids[::-1], coder=coders[::-1]), there, resampling=FEW)
    pd.testing.assert_frame_equal(one.measures, other.measures)
