"""Recall on planted identifiers: at least 0.99 for those with a shape, 0.95 for names."""

from __future__ import annotations

import pytest

from voice_of_care.deidentify.engine import find_identifiers
from voice_of_care.settings import DeidentifySettings

SHAPED = (
    "NHS_NUMBER", "NHS_NUMBER bare", "NINO", "POSTCODE", "PHONE", "EMAIL", "URL", "HANDLE", "DATE", "CARD", "IBAN",
    "PASSPORT", "DRIVING_LICENCE", "VEHICLE", "GMC_NUMBER", "NMC_NUMBER", "ADDRESS", "AGE",
)  # fmt: skip
MANY = 100


def recall(planted):
    found = find_identifiers([item.text for item in planted], settings=DeidentifySettings())
    caught = 0
    for item in planted:
        covered = {place for finding in found[item.text] for place in range(finding.start, finding.end)}
        words = item.text[item.start : item.end]
        # A town after the street is no part of the shape.
        must_go = len(words.split(",")[0]) if item.kind == "ADDRESS" else len(words)
        caught += all(item.start + place in covered for place in range(must_go) if words[place].isalnum())
    return caught / len(planted)


@pytest.mark.parametrize("kind", SHAPED)
def test_identifiers_with_a_shape_are_found(kind, plant):
    assert recall(plant(kind, MANY)) >= 0.99


@pytest.mark.parametrize("kind", ["PERSON", "PERSON lower"])
def test_names_are_found(kind, plant):
    assert recall(plant(kind, 2 * MANY)) >= 0.95


@pytest.mark.parametrize("kind", SHAPED)
def test_redactions_stay_within_what_was_planted(kind, plant):
    planted = plant(kind, MANY)
    found = find_identifiers([item.text for item in planted], settings=DeidentifySettings())
    beyond = [
        item.text
        for item in planted
        if any(finding.start < item.start or finding.end > item.end for finding in found[item.text])
    ]
    assert len(beyond) <= MANY * 0.02


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("My HSC number 345 678 9012", ["345 678 9012"]),
        ("HSC number: 3456789012.", ["3456789012"]),
        ("HSC no 345 678 9012", ["345 678 9012"]),
        ("hsc no. 345-678-9012", ["345-678-9012"]),
        ("HSC 3456789012", ["3456789012"]),
        ("My H.S.C. number is 345 678 9012", ["345 678 9012"]),
        ("HCN 3456789012, H.C.N. 345 678 9012", ["3456789012", "345 678 9012"]),
        ("028 9032 1234 or HSC number 345 678 9012", ["345 678 9012"]),
    ],
)
def test_health_and_social_care_numbers_are_found_by_the_word_before_them(text, numbers):
    found = find_identifiers([text], settings=DeidentifySettings())[text]
    assert [text[each.start : each.end] for each in found if each.kind == "NHS_NUMBER"] == numbers
    assert all(each.kind in {"NHS_NUMBER", "PHONE"} for each in found)
