import hashlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from voice_of_care.frameworks import Framework, FrameworkElement
from voice_of_care.insight.own_words import find_own_words, log_odds_ratio
from voice_of_care.insight.terms import terms_of
from voice_of_care.insight.voices import Voices

STEEEP = Framework(
    id="steeep",
    version="1",
    name="Made up",
    elements=(
        FrameworkElement(id="timely", label="Timely", definition="Waiting lists are short.", include_cues=("on time",)),
        FrameworkElement(id="safe", label="Safe", definition="Nobody comes to harm."),
    ),
)
FILLER = ("letter", "clinic", "appointment", "doctor", "phone", "week", "ward", "morning", "referral", "date")


def made(texts, *, group="respondent_group"):
    """Return an analysis and voices of texts: unit, group, text; all of one theme."""
    said = pd.DataFrame(texts, columns=["unit", group, "text"])
    said = said.assign(scope="theme", item_id="T01", segment_id=[f"S{n:05d}" for n in range(len(said))])
    links = pd.DataFrame(
        [("T01", "steeep", "timely", "proposed"), ("T01", "steeep", "safe", "rejected")],
        columns=["theme_id", "framework_id", "priority_id", "status"],
    )
    analysis = SimpleNamespace(segments=said[["segment_id", "text"]], theme_links=links, frameworks=(STEEEP,))
    units = said.drop_duplicates("unit").set_index("unit")
    return analysis, Voices(units, said, said.drop(columns="text"), ("T01",), ("T01",))


def drawn(seed, *, staff=60, users=120, own=()):
    """Return texts of four words each, drawn alike for both groups; own adds (group, words, share of it)."""
    rng = np.random.default_rng(seed)
    texts = []
    for group, number in (("staff", staff), ("service_user", users)):
        for place in range(number):
            words = ", ".join(rng.choice(FILLER, 4, replace=False))
            said = [text for whose, text, share in own if whose == group and rng.random() < share]
            texts.append((f"{group}-{place}", group, ". ".join([words, *said])))
    return texts


def test_words_and_pairs_without_stop_words_marks_and_placeholders():
    terms = [
        key
        for key, _ in terms_of("The waiting lists, and [PERSON_1]'s letters: 3 nurses, alarmed, of the waiting list")
    ]
    assert terms == ["waiting", "list", "waiting list", "letter", "nurse", "alarmed", "waiting", "list", "waiting list"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("charities", "charity"),
        ("classes", "classe"),
        ("bus", "bus"),
        ("ward’s", "ward"),
        ("pass", "pass"),
        ("ties", "tie"),
    ],
)
def test_a_plural_is_the_same_word(text, key):
    assert terms_of(text) == [(key, text.removesuffix("’s"))]


def test_planted_words_are_found_for_the_group_that_says_them():
    own = (("staff", "the rota is late", 0.5), ("service_user", "I sat in the waiting room", 0.4))
    false = []
    for seed in range(20):
        found = find_own_words(*made(drawn(seed, own=own))).set_index("term")
        assert found.loc["rota", "respondent_group"] == "staff"
        assert found.loc["waiting room", "respondent_group"] == "service_user"
        false.append(len(set(found.index) & set(FILLER)) / len(found))
    assert np.mean(false) <= 0.10
    assert (found["low"] > 0).all()
    assert ((found["low"] < found["ratio"]) & (found["ratio"] < found["high"])).all()
    assert found.loc["rota", "of"] == 60
    assert found.loc["rota", "others"] == 0


def test_where_all_speak_alike_few_words_are_called_own():
    found = [len(find_own_words(*made(drawn(seed)))) for seed in range(40)]
    assert sum(number > 0 for number in found) <= 8  # .10 of 40, and two standard errors


def test_fewer_than_five_say_it_or_ten_raise_it():
    few = [*drawn(2, staff=30), *((f"staff-{n}", "staff", "quarantine") for n in range(4))]
    assert "quarantine" not in set(find_own_words(*made(few))["term"])
    own = (("staff", "the rota is late", 1.0),)
    assert find_own_words(*made(drawn(3, staff=9, own=own))).empty


def test_a_unit_says_a_term_once_however_often():
    loud = [*drawn(4), *(("staff-0", "staff", "quarantine") for _ in range(30))]
    assert "quarantine" not in set(find_own_words(*made(loud))["term"])


def test_a_pair_goes_before_the_words_that_nearly_the_same_people_say():
    own = (("staff", "named worker", 0.6),)
    terms = list(find_own_words(*made(drawn(5, own=own)))["term"])
    assert "named worker" in terms
    assert "named" not in terms
    assert "worker" not in terms


def test_the_form_said_most_often_is_shown_and_the_framework_told():
    own = (("staff", "waiting lists", 0.5), ("staff", "a waiting list", 0.1))
    found = find_own_words(*made(drawn(6, own=own))).set_index("term")
    assert found.loc["waiting lists", "framework_says"] == ["steeep/timely"]


def test_the_ratio_is_drawn_towards_none_and_symmetric():
    me, them = np.array([0.0, 10.0, 30.0]), np.array([0.0, 10.0, 15.0])
    ratio, error = log_odds_ratio(me, 60, them, 60)
    mirrored, same = log_odds_ratio(them, 60, me, 60)
    np.testing.assert_allclose(ratio, -mirrored)
    np.testing.assert_allclose(error, same)
    plain = np.log((30 / 30) / (15 / 45))
    assert 0 < ratio[2] < plain
    np.testing.assert_allclose(ratio[:2], 0, atol=1e-12)


def test_at_most_twelve_and_the_same_whatever_order_and_key():
    own = tuple(
        ("staff", f"{first}{second}", 0.5) for first in ("alpha", "bravo", "delta", "gamma") for second in "xyzw"
    )
    texts = drawn(7, own=own)
    first = find_own_words(*made(texts))
    assert len(first) == 12
    renamed = [(hashlib.sha256(unit.encode()).hexdigest(), *rest) for unit, *rest in texts]
    np.random.default_rng(1).shuffle(renamed)
    pd.testing.assert_frame_equal(find_own_words(*made(renamed)), first)
