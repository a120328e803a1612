from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from voice_of_care.intake.cleaning import (
    EMPTY,
    NON_ANSWER,
    NOT_ENGLISH,
    TOO_LONG,
    UNREADABLE,
    clean_text,
    find_reason,
)
from voice_of_care.settings import IntakeSettings

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "nhs_patient_feedback.csv"
SETTINGS = IntakeSettings(non_answers=("as discussed",), longest_cell=500)


def reason_of(raw, *, has_question=True):
    return find_reason(raw, clean_text(raw), has_question=has_question, settings=SETTINGS)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", EMPTY),
        ("  \xa0\n", EMPTY),
        (None, EMPTY),
        ("n/a", NON_ANSWER),
        ("N/A.", NON_ANSWER),
        ("Did not answer", NON_ANSWER),
        ("see above", NON_ANSWER),
        ("...", NON_ANSWER),
        ("-", NON_ANSWER),
        ("xxx", NON_ANSWER),
        ("As discussed!", NON_ANSWER),
        ("word " * 101, TOO_LONG),
        ("\x00\x01\x02\x03PK\x04\x05abc", UNREADABLE),
        ("\ufffd\ufffd\ufffd\ufffdabc", UNREADABLE),
        ("x" * 300, UNREADABLE),
        ("Pielęgniarki były bardzo miłe ale czekałem cztery godziny", NOT_ENGLISH),
        ("Las enfermeras fueron muy amables conmigo durante toda la noche", NOT_ENGLISH),
        ("护士非常好 谢谢", NOT_ENGLISH),
        ("Медсестры были очень добры", NOT_ENGLISH),
    ],
)
def test_what_says_nothing_that_can_be_read_is_set_aside_with_the_reason(raw, reason):
    assert reason_of(raw) == reason


@pytest.mark.parametrize(
    "raw",
    [
        "Nothing", "No.", "n", "Y", "None", "nil", "no nothing", "Don't know", "👍👍",
        "Wee nurse was dead on so she was",
        "thon wee doctor was brilliant like", "Cudnt get parked nowhere near", "Long waits", "A&E", "6 hours",
        "Wud a bin nice til hae sumbody spake tae me", "Naw happy", "Everything ok", "no complaints whatsoever tbh",
        "https://example.org/" + "a" * 250, "Níl a fhios agam",
    ],
)  # fmt: skip
def test_answers_are_kept_however_short_or_spelt(raw):
    assert reason_of(raw) is None


def test_nothing_is_an_answer_only_where_a_question_is_known():
    assert reason_of("Nothing") is None
    assert reason_of("Nothing", has_question=False) == NON_ANSWER
    assert reason_of("Nothing worked for me", has_question=False) is None


def test_a_language_the_settings_name_is_kept():
    text = "Pielęgniarki były bardzo miłe ale czekałem cztery godziny"
    assert find_reason(text, text, has_question=True, settings=IntakeSettings(languages=("en", "pl"))) is None


def test_text_is_kept_as_written_but_for_control_characters_and_line_ends():
    assert clean_text(" caf\u0065\u0301\r\nnext\x00\xa0line ") == "caf\u00e9\nnext line"
    assert clean_text(4.0) == "4"


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_no_real_comment_in_english_is_taken_for_another_language_or_garbage():
    texts = pd.read_csv(SHARED, dtype=str, keep_default_na=False)["FFT answer"]
    reasons = [find_reason(text, clean_text(text), has_question=True, settings=IntakeSettings()) for text in texts]
    assert len(reasons) > 4000
    assert sum(reason in {NOT_ENGLISH, UNREADABLE, TOO_LONG} for reason in reasons) == 0
