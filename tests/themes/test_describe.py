"""A description says what each side says and which outweighs, without counts, and nothing too few people say."""

from __future__ import annotations

import numpy as np

from voice_of_care.models import load_spacy
from voice_of_care.themes.describe import Meaning, Side, Sides, describe
from voice_of_care.themes.phrases import families_said, read_phrases

KIND = ["The nurses were kind.", "Kind nurses on the ward.", "What kind nurses they are.", "The nurses were so kind."]
LONG = ["The waits were long.", "Long waits for a bed.", "There were long waits.", "No parking.", "No parking now."]
LONG += ["There is no parking.", "I had long waits.", "We had long waits."]


def side(texts: list[str], start: str) -> Side:
    read = read_phrases(texts, nlp=load_spacy(disable=("ner",)), stop_words=frozenset())
    units = [frozenset({f"{start}{place}"}) for place in range(len(texts))]
    phrases = [[*said, *topics] for said, topics in zip(read.sayings, read.topics, strict=True)]
    said = [families_said(text, read.family) for text in texts]
    return Side(phrases, said, units, frozenset().union(*units))


class Compass:
    """A stand-in embedder: phrases of waits point one way, all others another."""

    name = "compass-1"
    dimensions = 2

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.array([[0.0, 1.0] if "wait" in text else [1.0, 0.0] for text in texts], dtype=np.float32)


EVERYWHERE = Meaning(Compass(), np.array([[0.7, 0.7]]), 0)


def sentence(praise: list[str], concern: list[str], *, total: int, families: frozenset[str] = frozenset()) -> str:
    return describe(
        Sides(side(praise, "p"), side(concern, "c"), side([], "s"), total), families=families, meaning=EVERYWHERE
    )


def test_praise_and_concern_stand_apart_and_the_larger_leads() -> None:
    assert sentence(KIND * 3, LONG, total=17) == (
        "Most praised kind nurses; a minority raised concerns about long waits and no parking."
    )
    concern_first = sentence(KIND, LONG * 4, total=40)
    assert concern_first.startswith("Most raised concerns about ")
    assert "long waits" in concern_first
    assert "no parking" in concern_first
    assert concern_first.endswith("; a minority praised kind nurses.")


def test_sides_of_like_size_are_said_to_differ() -> None:
    assert sentence(KIND * 2, LONG, total=16).startswith("Opinions differed: some praised kind nurses, others raised ")


def test_what_one_person_says_is_not_described() -> None:
    told = sentence([*KIND * 6, "A purple parrot sang."], ["The lift was broken."], total=26)
    assert "parrot" not in told
    assert "lift" not in told
    assert told == "Nearly all praised kind nurses; hardly anybody took the other side."


def test_no_side_taken_is_said_so_and_the_label_is_not_said_again() -> None:
    assert sentence([], [], total=9) == "People spoke of this without praise or concern."
    again = sentence([], ["Parking.", "The parking.", "It was the parking."], total=3, families=frozenset({"parking"}))
    assert again == "Nearly all raised concerns."


def test_suggestions_are_named() -> None:
    wanted = side(["More seats please.", "More seats.", "We need more seats."], "s")
    told = describe(Sides(side(KIND, "p"), side([], "c"), wanted, 7), families=frozenset(), meaning=EVERYWHERE)
    assert told.endswith("; some made suggestions about seats.")


def test_a_letter_that_many_sign_is_one_voice() -> None:
    letter = "The yellow kiosk beside the stairs must stay open for us all."
    told = sentence(KIND * 3, [letter] * 9, total=21)
    assert "kiosk" not in told
    brief = sentence(KIND * 3, ["The kiosk shut."] * 9, total=21)
    assert "kiosk" in brief


def test_what_another_theme_is_about_is_not_named() -> None:
    sides = Sides(side(KIND, "p"), side(LONG * 2, "c"), side([], "s"), 16)
    elsewhere = Meaning(Compass(), np.array([[1.0, 0.3], [0.0, 1.0]]), 0)
    told = describe(sides, families=frozenset(), meaning=elsewhere)
    assert "no parking" in told
    assert "waits" not in told
