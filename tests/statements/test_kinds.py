"""Praise, concern, suggestion: asking for something beats how it feels, and the question decides bare answers."""

import pytest

from voice_of_care.statements.kinds import kind_of

IDEAS = "What could we do better?"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("There should be a chair in the shower.", None),
        ("Please put the times on the letter.", None),
        ("It would help if somebody explained the tablets.", None),
        ("We need more porters.", None),
        ("Why can't we book it on the phone?", None),
        ("Let the family know before you move somebody.", None),
        ("Shorter letters in bigger print.", None),
        ("A tea trolley in the waiting room.", IDEAS),
        ("Somewhere private to talk.", IDEAS),
        ("Could do with a second hoist", None),
        ("WHAT ABOUT A SITTING SERVICE?", None),
    ],
)
def test_what_asks_for_something_is_a_suggestion(text, question):
    assert kind_of(text, question=question, label="negative", polarity=-0.5).kind == "suggestion"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("They should have told me before I signed.", None),
        ("You should not have to beg for water.", None),
        ("Nobody should die on a trolley.", None),
        ("Less than half of us got a break.", None),
        ("Let down at every turn.", None),
        ("I needed a day off and was refused.", None),
        ("Why was I left there all night?", None),
        ("The waiting was desperate.", IDEAS),
        ("Parking", IDEAS),
    ],
)
def test_a_complaint_is_no_suggestion(text, question):
    assert kind_of(text, question=question, label="negative", polarity=-0.5).kind == "concern"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Could not have been better.", None),
        ("Keep up the good work.", None),
        ("Would recommend this unit to anyone.", None),
        ("Please pass on my thanks.", None),
        ("More time with the doctor than I expected.", "What did we do well?"),
        ("Clear directions and a short walk.", "What was good?"),
    ],
)
def test_praise_is_no_suggestion(text, question):
    assert kind_of(text, question=question, label="very_positive", polarity=1).kind == "praise"


def test_a_neutral_segment_leans_by_its_words_then_by_the_question_then_by_its_polarity():
    def kind(text, question=None, polarity=0.0):
        return kind_of(text, question=question, label="neutral", polarity=polarity).kind

    assert kind("The letters were confusing.") == "concern"
    assert kind("The garden.", "What was good?") == "praise"
    assert kind("The letters.", "What gets in the way?") == "concern"
    assert kind("The letters come on a Friday.", polarity=-0.2) == "concern"
    assert kind("The letters come on a Friday.", polarity=0.2) == "other"


def test_mixed_feelings_count_as_a_concern_and_plain_facts_as_other():
    assert kind_of("Kind nurses, awful food.", question=None, label="mixed", polarity=0).kind == "concern"
    assert kind_of("I live in town.", question=None, label="neutral", polarity=0) == ("other", None, None)


def test_the_place_points_at_the_words_that_carried_it():
    text = "The nurses were kind and the care was outstanding."
    carried = kind_of(text, question=None, label="positive", polarity=0.5)
    assert text[carried.start : carried.end] == "outstanding"
    text = "Grand, but there should be more seats."
    carried = kind_of(text, question=None, label="mixed", polarity=0)
    assert (carried.kind, text[carried.start : carried.end]) == ("suggestion", "there should")


def test_what_matters_to_people_is_no_praise():
    question = "What matters most to you about your care?"
    assert kind_of("Being treated with respect.", question=question, label="positive", polarity=0.6).kind == "other"
    assert kind_of("I am always ignored.", question=question, label="negative", polarity=-0.6).kind == "concern"
