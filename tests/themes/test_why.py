"""The words that make a theme: weighted by people, so that nobody counts twice, whatever the order of rows."""

from __future__ import annotations

import math

import pandas as pd

from voice_of_care.themes.why import theme_terms

FAMILY = {"waited": "waiting", "waits": "waiting", "waiting": "waiting"}


def mentions() -> pd.DataFrame:
    rows = [(0, f"a{place}", "We waited for a taxi") for place in range(3)]
    rows += [(0, "a3", "The waits are long, taxi taxi taxi")] * 5
    rows += [(1, f"b{place}", "The soup was cold") for place in range(3)]
    rows += [(1, "a0", "Cold soup, and I waited"), (1, "b9", "A gazebo")]
    return pd.DataFrame(rows, columns=["leaf", "unit", "text"])


def test_words_are_counted_by_people_here_and_elsewhere_in_all_their_forms() -> None:
    terms = theme_terms(mentions(), ids=["T01", "T02"], family=FAMILY, stop_words=frozenset())
    of_first = terms[terms["theme_id"] == "T01"].set_index("term")
    assert of_first.loc["waited", "units"] == 4
    assert of_first.loc["waited", "units_elsewhere"] == 1
    assert of_first.loc["waited", "forms"] == ["waited", "waits"]
    average, anywhere = (4 + 5) / 2, 5
    assert math.isclose(of_first.loc["waited", "weight"], round(4 / 4 * math.log(1 + average / anywhere), 6))
    assert next(iter(of_first.index)) == "taxi"


def test_a_word_one_person_says_makes_no_theme_and_stop_words_do_not() -> None:
    terms = theme_terms(mentions(), ids=["T01", "T02"], family=FAMILY, stop_words=frozenset({"soup"}))
    assert not {"gazebo", "soup", "the", "and"} & set(terms["term"])
    assert {"cold"} <= set(terms["term"])


def test_rows_in_any_order_give_the_same_bytes() -> None:
    first = theme_terms(mentions(), ids=["T01", "T02"], family=FAMILY, stop_words=frozenset())
    shuffled = mentions().sample(frac=1.0, random_state=4)
    again = theme_terms(shuffled, ids=["T01", "T02"], family=FAMILY, stop_words=frozenset())
    assert first.to_json() == again.to_json()
