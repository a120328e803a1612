"""The sample to code: large enough, from every part, blind, and the same on any day and under any key."""

from __future__ import annotations

import pandas as pd
import pytest

from voice_of_care.errors import TooLittleDataError
from voice_of_care.evaluation.sample import Sample, draw_sample, expected_counts, half_width_of, size_for
from voice_of_care.tables import SAFE_COMMENTS, conform


def comments(number: int = 400, prefix: str = "VOC") -> pd.DataFrame:
    frame = pd.DataFrame({name: [None] * number for name in SAFE_COMMENTS.columns})
    frame = frame.assign(
        comment_id=[f"{prefix}-{(place * 7919) % 100003:06d}" for place in range(number)],
        source=["ward.csv" if place % 10 else "web.csv" for place in range(number)],
        source_ref=[str(place) for place in range(number)],
        respondent_group=["staff" if place % 3 else "service_user" for place in range(number)],
        text=[f"Statement number {place}" for place in range(number)],
    )
    return conform(frame.astype({name: SAFE_COMMENTS.columns[name].dtype for name in frame}), SAFE_COMMENTS)


def draw(frame: pd.DataFrame, *, width: float = 0.05, coders: int = 2) -> Sample:
    return draw_sample(frame, width=width, coders=coders, overlap=0.2, seed=1)


def test_the_size_is_cochrans():
    assert size_for(0.05, 10**9) == 385
    assert size_for(0.05, 1000) == 278
    assert size_for(0.05, 10) == 10
    assert half_width_of(385, 10**9) == pytest.approx(0.05, abs=1e-3)
    assert half_width_of(10, 10) == 0


def test_every_part_is_drawn_from_in_proportion():
    sample = draw(comments())
    assert sample.half_width <= 0.05
    assert len(sample.rows) == sample.strata["drawn"].sum()
    shares = sample.strata["drawn"] / sample.strata["comments"]
    assert shares.max() - shares.min() < 0.1
    assert sample.strata["drawn"].min() >= 5


def test_a_rare_part_is_not_passed_over():
    frame = comments()
    frame["service"] = pd.Series(["Rare"] * 3 + ["Common"] * 397, dtype="str")
    sample = draw(frame, width=0.1)
    fewest = sample.strata["comments"].clip(upper=5)
    assert fewest.min() == 3
    assert (sample.strata["drawn"] >= fewest).all()


def test_coders_share_an_overlap_and_between_them_have_all():
    rows = draw(comments(), coders=3).rows
    shared = rows[["coder_1", "coder_2", "coder_3"]].sum(axis=1)
    assert set(shared) == {1, 3}
    assert (shared == 3).sum() >= 50
    assert rows[shared == 1][["coder_1", "coder_2", "coder_3"]].sum().min() > 0


def test_ids_and_order_play_no_part():
    one = draw(comments())
    other = draw(comments(prefix="ZZZ").sample(frac=1, random_state=3).reset_index(drop=True))
    assert other.rows["comment_id"].str.replace("ZZZ", "VOC").tolist() == one.rows["comment_id"].tolist()
    pd.testing.assert_frame_equal(one.strata, other.strata)


def test_too_few_comments_are_refused():
    with pytest.raises(TooLittleDataError):
        draw(comments(19))


def test_expected_counts_follow_our_own_coding():
    assert expected_counts(100, 400, {"a": 40}, ["a", "b"]) == {"a": 10, "b": 0}
