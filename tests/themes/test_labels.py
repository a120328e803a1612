"""Labels are said by enough people, distinct, and no stop words, names, places or dates."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from voice_of_care.models import load_spacy
from voice_of_care.themes.labels import Name, Naming, essence_of, families_of, name_parents, name_themes, needed
from voice_of_care.themes.phrases import families_said, plural_of, read_phrases, shown_forms

WORDS = 96


class Bag:
    """A stand-in embedder: the sum of fixed random directions, one for the start of each word."""

    name = "bag-1"
    dimensions = WORDS

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.array([self._of(text) for text in texts], dtype=np.float32).reshape(-1, WORDS)

    def _of(self, text: str) -> np.ndarray:
        total = sum((self._direction(word[:4]) for word in text.lower().strip(".!").split()), np.zeros(WORDS))
        return total / max(float(np.linalg.norm(total)), 1e-9)

    def _direction(self, start: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(start.encode()).digest()[:4], "big")
        return np.random.default_rng(seed).standard_normal(WORDS)


def labels_of(themes: list[list[str]], *, places: tuple[str, ...] = (), tone: str = "both") -> list[str]:
    """Name themes given as lists of texts, each said by a person of its own."""
    texts = [text for theme in themes for text in theme]
    read = read_phrases(texts, nlp=load_spacy(disable=("ner",)), stop_words=frozenset())
    phrases = iter(read.topics)
    namings = []
    for number, theme in enumerate(themes):
        centroid = Bag().embed(theme).astype(np.float64).mean(axis=0)
        namings.append(
            Naming(
                phrases=[next(phrases) for _ in theme],
                said=[families_said(text, read.family) for text in theme],
                units=[frozenset({f"{number}-{place}"}) for place in range(len(theme))],
                general=0.0,
                keywords=[],
                tone=tone,
                centroid=centroid / np.linalg.norm(centroid),
            )
        )
    named = name_themes(
        namings,
        embedder=Bag(),
        barred=read.barred,
        proper=read.names,
        places=[families_said(place, read.family) for place in places],
    )
    return [name.label for name in named]


PARKING = [
    f"The parking was {word}." for word in ("dear", "far", "bad", "full", "poor", "awful", "tight", "grim", "dire")
]
FOOD = [f"The food was {word}." for word in ("cold", "grand", "bland", "warm", "stale", "lovely", "dull", "fine")]


def test_what_most_people_say_names_a_theme() -> None:
    assert labels_of([PARKING, FOOD]) == ["Parking", "Food"]


def test_a_phrase_of_three_people_names_no_large_theme() -> None:
    feelings = ("glad", "sad", "mad", "bad", "keen", "slow", "fast", "calm", "cross", "sore")
    many = [f"They were {word} about it all." for word in feelings]
    theme = [*many * 6, *["The kiosk was shut.", "I liked the kiosk.", "A kiosk would be nice."]]
    assert needed(len(theme)) > 3
    assert "kiosk" not in labels_of([theme, FOOD])[0].lower()


def test_labels_are_not_told_apart_by_number_or_an_empty_word() -> None:
    first = [*["The letter came late.", "My letter was wrong.", "Letters went astray."] * 4]
    second = [*["A letter came twice.", "The hospital letter got lost.", "Every letter is hard to read."] * 4]
    labels = labels_of([first, second])
    assert len({label.lower().removesuffix("s") for label in labels}) == 2
    assert not [label for label in labels[1:] if label in ("Letter", "Letters", "Hospital letters")]
    assert essence_of(families_of(("staff", "kindness"))) == essence_of(families_of(("kindness",)))


def test_names_places_dates_tags_and_verbs_name_nothing() -> None:
    odd = [
        "We love Lough in Millbrook.",
        "They came to Millbrook on Monday.",
        "I rang Millbrook and rang again.",
        "In April [STAFF_1] was at Millbrook.",
        "Going to Millbrook is great.",
    ]
    label = labels_of([odd * 3, FOOD])[0]
    assert not {"millbrook", "lough", "april", "monday", "staff_1", "great", "rang"} & set(label.lower().split())


def test_the_name_of_a_service_is_no_theme() -> None:
    theme = [f"The pharmacy was {word}." for word in ["slow", "busy", "kind", "late", "good"]] * 3
    assert labels_of([theme, FOOD])[0].lower().startswith("pharmac")
    assert not labels_of([theme, FOOD], places=("Pharmacy Service",))[0].lower().startswith("pharmac")


def test_what_has_no_phrase_in_common_says_so_and_no_two_alike() -> None:
    nothing = [[f"It {word} on and on {number}." for word in ("went", "goes", "ran")] * 4 for number in "ab"]
    labels = labels_of([*nothing, FOOD], tone="concern")
    assert labels[0] == "Other concerns"
    assert labels[1] == "Further concerns"


def test_what_many_sign_and_what_a_name_is_joined_from_name_nothing() -> None:
    letter = [
        "Please keep the little kiosk beside the stairs open for us.",
        "Keep the little kiosk beside the stairs open.",
    ]
    apart = [f"They {word} about {number}." for word in ("went", "spoke", "ran") for number in "abcdef"]
    assert "kiosk" not in labels_of([[*letter * 4, *apart], FOOD])[0].lower()
    joined = [
        "The BrookLink is slow.",
        "We had BrookLink training.",
        "Nobody likes BrookLink.",
        "I see the brook there.",
    ]
    assert "brook" not in labels_of([joined * 3, FOOD])[0].lower()


def test_parents_are_named_after_their_children_and_led_by_general_ones_only_when_largest() -> None:
    children = [Name("General praise", "general praise"), Name("Food", "food"), Name("Parking", "parking")]
    assert name_parents([children], taken=[]) == ["General praise and food"]
    assert name_parents([children[::-1]], taken=[]) == ["Parking and food"]
    assert name_parents([children[::-1], children[::-1]], taken=[]) == [
        "Parking and food",
        "Parking, food and general praise",
    ]


@pytest.mark.parametrize(
    ("one", "many"),
    [("letter", "letters"), ("cup of tea", "cups of tea"), ("waiting time", "waiting times"), ("bus", "buses"),
     ("food", "food"), ("kindness", "kindness"), ("family", "families"), ("records", "records"), ("dish", "dishes")],
)  # fmt: skip
def test_plurals(one: str, many: str) -> None:
    assert plural_of(one) == many


def test_one_of_many_takes_the_plural_and_a_hyphen_stays() -> None:
    texts = ["I had an x-ray.", "The x-ray was quick.", "We saw a nurse.", "The nurse came."]
    read = read_phrases(texts, nlp=load_spacy(disable=("ner",)), stop_words=frozenset())
    shown = {phrase.shown for phrase in shown_forms(read.topics).values()}
    assert "nurses" in shown
    assert {"x-ray", "x-rays"} & shown
    assert not {"ray", "rays"} & shown
