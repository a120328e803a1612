"""Campaigns: near-identical letters from many senders are grouped, common answers never."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from voice_of_care.intake import find_campaigns
from voice_of_care.tables import SAFE_COMMENTS, conform

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "nhs_patient_feedback.csv"
LETTER = (
    "I write to ask you to keep the minor injuries unit in our town open because the next one is forty miles away and "
    "there is no bus after six in the evening and many of us do not drive"
)


def comments(texts, respondents=None):
    number = len(texts)
    empty = dict.fromkeys(SAFE_COMMENTS.columns, [None] * number)
    respondents = respondents or [f"R-{i}" for i in range(number)]
    frame = pd.DataFrame({**empty, "comment_id": [f"VOC-{i}" for i in range(number)], "text": texts, "source": "a.csv",
                          "source_ref": [str(i) for i in range(number)], "respondent_group": "unknown",
                          "respondent_id": respondents})  # fmt: skip
    return conform(frame, SAFE_COMMENTS)


def test_a_letter_is_found_also_where_senders_altered_it():
    altered = [LETTER + " please", "Dear all, " + LETTER, LETTER.replace("forty", "fifty"), LETTER, LETTER.upper()]
    others = [
        f"Person {i} waited {i} hours for a bed and nobody came to say why it was taking so long that night {i}"
        for i in range(3)
    ]
    found = find_campaigns(comments([*altered, *others]))
    assert found["campaign_id"].tolist()[:5] == ["C1"] * 5
    assert found["campaign_id"].isna().tolist()[5:] == [True] * 3


def test_a_sender_who_changed_a_sentence_of_a_long_letter_is_found():
    long = LETTER + ". It has served three generations and the nurses there know us all by name. Please think again."
    told = LETTER + ". My own mother was seen there twice last winter when the roads were closed. Please think again."
    assert (find_campaigns(comments([long] * 5 + [told]))["campaign_id"] == "C1").all()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not here")
def test_no_campaign_is_seen_in_comments_people_wrote_on_their_own():
    texts = sorted(set(pd.read_csv(SHARED, dtype=str, keep_default_na=False)["FFT answer"]))
    found = find_campaigns(comments(texts))
    assert len(found) > 3000
    assert found["campaign_id"].isna().all()


def test_short_common_answers_are_never_a_campaign():
    assert find_campaigns(comments(["Nothing, everything was very good"] * 50))["campaign_id"].isna().all()


def test_it_takes_five_senders():
    assert find_campaigns(comments([LETTER] * 4))["campaign_id"].isna().all()
    assert (
        find_campaigns(comments([LETTER] * 6, ["R-1", "R-1", "R-1", "R-2", "R-3", "R-4"]))["campaign_id"].isna().all()
    )
    assert (find_campaigns(comments([LETTER] * 5))["campaign_id"] == "C1").all()


def test_ids_go_by_size_then_text_whatever_the_order():
    other = " ".join(f"word{i}" for i in range(30))
    texts = [other] * 5 + [LETTER] * 6
    forward = find_campaigns(comments(texts)).set_index("text")["campaign_id"].groupby(level=0).first().to_dict()
    backward = find_campaigns(comments(texts[::-1])).set_index("text")["campaign_id"].groupby(level=0).first().to_dict()
    assert forward == backward == {LETTER: "C1", other: "C2"}


def test_different_letters_on_one_matter_stay_apart():
    texts = [
        f"My reason number {i} is quite my own and I say it here in words {i} that nobody else {i} would have used {i}"
        for i in range(30)
    ]
    assert find_campaigns(comments(texts))["campaign_id"].isna().all()


def test_no_comments_give_no_campaign():
    assert find_campaigns(SAFE_COMMENTS.empty()).empty
