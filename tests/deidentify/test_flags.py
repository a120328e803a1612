from __future__ import annotations

import pytest

from voice_of_care.deidentify.flags import find_flags


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to live any more",
        "he hit my mum in the day room",
        "she was left in her own urine for hours",
        "I took an overdose last week",
        "the carer stole her purse",
        "I am afraid of my husband",
        "Daddy had unexplained bruising on his arms",
        "She was not fed or washed all day",
        "he touched me inappropriately",
        "I self harm when nobody rings back",
    ],
)
def test_disclosures_are_flagged(text):
    assert any(kind == "safeguarding" for kind, _ in find_flags(text))


@pytest.mark.parametrize(
    "text", ["The tea was cold.", "Parking is a disgrace.", "They were lovely to me and my wife.", "Waited four hours."]
)
def test_ordinary_comments_are_not_flagged(text):
    assert find_flags(text) == []


def test_a_rare_condition_with_a_place_and_a_date_is_a_residual_risk():
    flags = find_flags("My Huntington's clinic in the village closed in March 2023")
    assert ("residual_risk", "rare_condition") in flags
    assert ("residual_risk", "unusual_event") in find_flags("It was in the news after the inquest")


def test_details_of_another_person_are_flagged():
    assert ("third_party", "other_person") in find_flags(
        "The lady in the next bed had dementia and the woman was crying"
    )
