"""How like each text is to what others said: one person's words lie far, the same words of another near."""

import numpy as np
import pytest

from voice_of_care.themes.nearness import NEXT, Spoken, likeness_to_others, some_of

COMMON = ("The car park is full.", "Parking is hopeless here.", "No space to park the car.", "The car park was full.")
ODD = "A heron fishes in the pond."


def spoken(said):
    """Return texts with unit vectors: of parking in one direction, of anything else in its own; who said each."""
    texts = sorted(said)
    vectors = np.zeros((len(texts), 2 + len(texts)))
    for row, text in enumerate(texts):
        vectors[row, 0 if "park" in text.lower() else 2 + row] = 1.0
    return Spoken(texts, vectors, [frozenset(said[text]) for text in texts])


def likeness(said):
    """Return the likeness of each text to all of them."""
    every = spoken(said)
    return dict(zip(every.texts, likeness_to_others(every, every), strict=True))


def test_what_one_person_alone_says_lies_farthest():
    found = likeness({text: {f"u{place}"} for place, text in enumerate((*COMMON, ODD))})
    assert min(found, key=found.__getitem__) == ODD
    assert found[ODD] == 0
    assert min(found[text] for text in COMMON) >= 0.5


def test_whoever_said_a_text_is_no_other_however_often_they_say_the_like():
    alone = likeness({text: {"u1"} for text in COMMON} | {ODD: {"u2"}})
    assert alone[COMMON[0]] == alone[COMMON[1]] == 0


def test_the_same_words_of_further_people_count_as_texts_of_likeness_one():
    for people in range(1, NEXT + 3):
        found = likeness({ODD: {f"u{number}" for number in range(people)}} | {text: {"x"} for text in COMMON})
        assert found[ODD] == pytest.approx(min(people - 1, NEXT) / NEXT if people > 1 else 0, abs=1 / NEXT)
    assert found[ODD] == 1


def test_it_is_the_same_compared_piece_by_piece_and_with_fewer():
    every = spoken({f"Text {number} on parking {number % 7}": {f"u{number}"} for number in range(700)} | {ODD: {"x"}})
    whole = likeness_to_others(every, every)
    part = Spoken(every.texts[:9], every.vectors[:9], every.units[:9])
    ours = likeness_to_others(part, every)
    assert np.all(np.abs(ours - whole[:9]) < 1e-9)
    few = some_of(every, most=50)
    assert len(few.texts) == 50
    assert few.texts == sorted(few.texts)
    assert likeness_to_others(every, few).argmin() == every.texts.index(ODD)


def test_nobody_else_to_compare_with_is_like_nothing():
    assert likeness({ODD: {"u1"}}) == {ODD: 0.0}
