from __future__ import annotations

import pytest

from voice_of_care.intake.vocabulary import (
    FFT_SCALE,
    FIVE_POINTS,
    Scale,
    find_group,
    find_scale,
    read_permission,
    read_score,
)


@pytest.mark.parametrize(
    ("value", "group"),
    [
        ("Staff", "staff"),
        ("Member of staff", "staff"),
        ("Nurse (band 5)", "staff"),
        ("Home care worker", "staff"),
        ("Healthcare assistant", "staff"),
        ("Service User", "service_user"),
        ("service_user", "service_user"),
        ("I am a patient", "service_user"),
        ("Carer", "carer"),
        ("Patient's relative", "carer"),
        ("Family member / carer of a patient", "carer"),
        ("Volunteer", "other"),
        ("Prefer not to say", "unknown"),
        ("Zebra keeper", None),
        ("", None),
    ],
)
def test_groups_are_known_by_the_words_of_the_field(value, group):
    assert find_group(value, {}) == group


def test_settings_add_words_and_come_first():
    assert find_group("Peer mentor", {"peer mentor": "staff"}) == "staff"
    assert find_group("Patient", {"patient": "other"}) == "other"


@pytest.mark.parametrize(
    ("value", "score"),
    [
        ("Very good", 5),
        ("Extremely likely", 5),
        ("Neither good nor poor", 3),
        ("very poor", 1),
        ("1 - Very good", 5),
        ("Very poor (5)", 1),
        ("Don't know", None),
        ("4/5", 4),
        ("8 out of 10", 4.2),
        ("★★★★☆", 4),
        ("4 stars", 4),
        (3, 3),
        ("3", 3),
        ("", None),
        (None, None),
        (9, None),
    ],
)
def test_scores_run_from_one_worst_to_five_best(value, score):
    assert read_score(value, FIVE_POINTS) == (None if score is None else pytest.approx(score))


@pytest.mark.parametrize(("value", "score"), [(1, 5), ("2", 4), (5, 1), (6, None), ("7", None), ("Very good", 5)])
def test_the_friends_and_family_codes_run_the_other_way(value, score):
    assert read_score(value, FFT_SCALE) == score


def test_a_scale_is_guessed_from_its_range():
    assert find_scale([1, 3, 5]) == Scale(1, 5)
    assert find_scale([0, 7, 10]) == Scale(0, 10)
    assert find_scale(["1", "10"]) == Scale(1, 10)


@pytest.mark.parametrize(
    ("value", "may"),
    [("Yes", True), ("no", False), ("Y", True), (0, False), (True, True), ("", None), (None, None), ("perhaps", None),
     ("I do not agree", False), ("Yes, but not my name", True)],
)  # fmt: skip
def test_permission_is_yes_no_or_unknown(value, may):
    assert read_permission(value, meaning="may quote") is may


def test_a_box_ticked_to_stay_private_means_no():
    assert read_permission("Yes", meaning="must not quote") is False
    assert read_permission("", meaning="must not quote") is None
