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
