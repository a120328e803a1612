"""Segments are exact slices of the safe text, cut where a reader would cut."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_of_care.tables import SAFE_COMMENTS, conform
from voice_of_care.themes import split_segments


def comments_of(texts: list[str]) -> pd.DataFrame:
    empty = dict.fromkeys(SAFE_COMMENTS.columns)
    rows = [
        {**empty, "comment_id": f"VOC-{place}", "source": "a.csv", "source_ref": str(place + 2)}
        | {"respondent_group": "unknown", "text": text}
        for place, text in enumerate(texts)
    ]
    frame = pd.DataFrame(rows)
    for name, column in SAFE_COMMENTS.columns.items():
        frame[name] = frame[name].astype(column.dtype)
    return conform(frame, SAFE_COMMENTS)


def split(text: str) -> list[str]:
    return split_segments(comments_of([text])).segments["text"].tolist()


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_every_segment_is_its_slice_and_none_overlap(texts: list[str]) -> None:
    comments = comments_of(texts)
    found = split_segments(comments)
    assert set(found.segments["comment_id"]) == set(comments["comment_id"])
    assert found.set_aside.empty
    text_of = dict(zip(comments["comment_id"], comments["text"], strict=True))
    last_end: dict[str, int] = {}
    for row in found.segments.itertuples():
        assert row.text == text_of[row.comment_id][row.start : row.end]
        assert row.start >= last_end.get(row.comment_id, 0)
        last_end[row.comment_id] = row.end


@given(st.text(alphabet="abc .,;!?\n-•[]A_1", min_size=1, max_size=120))
@settings(max_examples=150, deadline=None)
def test_no_letter_is_lost_between_segments(text: str) -> None:
    found = split_segments(comments_of([text])).segments
    covered = {place for row in found.itertuples() for place in range(row.start, row.end)}
    lost = [place for place, character in enumerate(text) if character.isalpha() and place not in covered]
    # only the marks of a list ("a)", "b.") may fall between segments
    assert all(text[place + 1 : place + 2] in {")", "."} for place in lost)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The food was cold. Nobody came!", ["The food was cold.", "Nobody came!"]),
        ("Dr. Byrne rang approx. two hrs. later.", ["Dr. Byrne rang approx. two hrs. later."]),
        (
            "[STAFF_1] was so good to me. [DATE: Mar 2024] was awful",
            ["[STAFF_1] was so good to me.", "[DATE: Mar 2024] was awful"],
        ),
        ("- parking\n- food\n• long waits", ["parking", "food", "long waits"]),
        ("1. More seats\n2) Warmer rooms", ["More seats", "Warmer rooms"]),
        (
            "The nurses were lovely to my mother but the wait in the corridor was endless.",
            ["The nurses were lovely to my mother", "but the wait in the corridor was endless."],
        ),
        ("She was kind but busy.", ["She was kind but busy."]),
        (
            "We had nothing but kindness from every nurse on the ward.",
            ["We had nothing but kindness from every nurse on the ward."],
        ),
        ("Great staff.Terrible parking.", ["Great staff.", "Terrible parking."]),
        ("???", ["???"]),
        ("  parking  ", ["parking"]),
    ],
)
def test_cuts_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_no_comments_give_no_segments() -> None:
    assert split_segments(SAFE_COMMENTS.empty()).segments.empty
