"""Whose words they are: the same words mean different things in notes and in somebody's own answer."""

import pytest

from voice_of_care.statements.voices import Heard, hear


@pytest.mark.parametrize(
    ("text", "form", "group", "voice"),
    [
        ("Patients tell us the letters make no sense.", "survey", "staff", "reported"),
        ("Patients tell us the letters make no sense.", "notes", "staff", "reported"),
        ("Patients tell us the letters make no sense.", "notes", "unknown", "reported"),
        ("One mother said she was never asked.", "survey", "staff", "reported"),
        ("One mother said she was never asked.", "notes", "unknown", "reported"),
        ("One mother said she was never asked.", "notes", "carer", "facilitator"),
        ("Colleagues feel worn out.", "survey", "staff", "reported"),
        ("Colleagues feel worn out.", "notes", "staff", "reported"),
        ("Mum says the food is lovely.", "survey", "carer", "reported"),
        ("I've heard that the clinic may close.", "survey", "service_user", "reported"),
        ("The group felt that nobody listens.", "notes", "service_user", "facilitator"),
        ("The group felt that nobody listens.", "survey", "unknown", "facilitator"),
        ("It was agreed that a quiet room is wanted.", "notes", "staff", "facilitator"),
        ("Discussion around parking.", "notes", "unknown", "facilitator"),
        ("Staff said the rota comes out too late.", "notes", "staff", "facilitator"),
        ("The tea trolley was praised by several.", "notes", "service_user", "facilitator"),
        ("Cold dinners came up again.", "notes", "service_user", "facilitator"),
        ("The doctor told me it was nothing.", "survey", "service_user", "first_hand"),
        ("The nurse said I could stay with her.", "notes", "carer", "first_hand"),
        ("I was told to come back in a week.", "notes", "service_user", "first_hand"),
        ("They said they would ring and never did.", "survey", "service_user", "first_hand"),
        ("It was agreed that I would be seen in a week.", "survey", "service_user", "first_hand"),
        ("I felt the group helped me.", "survey", "service_user", "first_hand"),
        ("The room felt cold.", "survey", "service_user", "first_hand"),
        ("Staff members told me to wait.", "survey", "service_user", "first_hand"),
        ("My manager told me there was no money.", "survey", "staff", "first_hand"),
        ("Patients are moved at two in the morning.", "survey", "staff", "first_hand"),
        ("Nobody told my mother she was being moved.", "notes", "carer", "first_hand"),
        ("Short staffed again.", "notes", "staff", "first_hand"),
        ("The tea trolley was praised by several.", "survey", "service_user", "first_hand"),
        ("", "notes", "unknown", "first_hand"),
    ],
)
def test_voice(text, form, group, voice):
    assert hear(text, form=form, group=group).voice == voice


def test_the_place_points_at_the_words_that_told_it():
    text = "Well, THE GROUP FELT that nobody’s listening."
    heard = hear(text, form="notes", group="carer")
    assert text[heard.start : heard.end] == "GROUP FELT"


def test_a_voice_goes_on_within_a_comment_until_somebody_says_i():
    before = Heard("facilitator", 0, 9)
    assert hear("Cars block the lane every day.", form="notes", group="carer", before=before).voice == "facilitator"
    assert hear("I park in the estate.", form="notes", group="carer", before=before).voice == "first_hand"
    assert hear("Cars block the lane.", form="survey", group="carer", before=before).voice == "first_hand"
    said = Heard("reported", 0, 9)
    assert hear("They wait for hours.", form="survey", group="staff", before=said).voice == "reported"
    assert hear("Parking is bad.", form="survey", group="staff", before=said).voice == "first_hand"


@pytest.mark.parametrize("text", ["İİ the group felt", "ﬁ", "\u2028", "a" * 20_000, "the group " * 2_000])
def test_odd_and_long_text_is_read_quickly_and_without_error(text):
    assert hear(text, form="notes", group="unknown").voice in {"first_hand", "facilitator"}
