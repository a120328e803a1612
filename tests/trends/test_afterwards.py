"""What was said after an action comes in the order of its own words."""

from __future__ import annotations

import pandas as pd

from tests.trends.test_difference import START, act, hear
from voice_of_care.heard import Heard
from voice_of_care.tables import SEGMENTS, conform
from voice_of_care.trends.afterwards import speak_of

TEXTS = ("Parked at once beside more of the bays.", "Nothing was clean.", "The bay was full.", "More, and more of it.")


def said():
    """Return what was heard before and after, a text each, in the services a and b."""
    heard = hear({"a": (0.5, 0.5), "b": (0.5, 0.5)}, heard=1)
    ids = heard.comments["comment_id"]
    texts = [TEXTS[number % len(TEXTS)] for number in range(len(ids))]
    about = {"segment_id": ids, "comment_id": ids, "position": 1, "start": 0, "end": 5, "text": texts}
    return heard, conform(pd.DataFrame(about), SEGMENTS)


def test_only_what_was_said_after_where_it_was_done_and_nearest_first():
    heard, segments = said()
    found = speak_of(heard, act(), segments).merge(segments, on="segment_id", validate="one_to_one")
    comments = heard.comments.set_index("comment_id").loc[found["comment_id"]]
    assert len(found) == 12
    assert set(comments["service"]) == {"a"}
    assert comments["received_on"].min() >= START
    assert found["rank"].tolist() == list(range(1, 13))
    assert sorted(found["text"][:6]) == sorted([TEXTS[0], TEXTS[2]] * 3)
    assert all(words == ["bays"] for words in found["shared_words"][:6])
    assert not any(found["shared_words"][6:])


def test_without_a_theme_a_word_must_be_shared():
    heard, segments = said()
    found = speak_of(heard, act(scope="overall", item_id="", services=()), segments)
    assert len(found) == 12
    assert all(found["shared_words"])


def test_nothing_for_a_theme_that_is_gone_or_before_anything_was_said():
    heard, segments = said()
    assert speak_of(heard, act(item_id="T99"), segments).empty
    assert speak_of(heard, act(starts_on="2030-01-01"), segments).empty


def test_the_order_of_rows_changes_nothing():
    heard, segments = said()
    turned = Heard(*(frame.iloc[::-1].reset_index(drop=True) for frame in heard))
    one, other = (
        speak_of(each, act(), rows).merge(segments, on="segment_id")["text"].tolist()
        for each, rows in ((heard, segments), (turned, segments.iloc[::-1]))
    )
    assert one == other
