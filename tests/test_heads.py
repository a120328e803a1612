from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from voice_of_care.embedding import load_embedders
from voice_of_care.heads import MOST_WORDS, inputs_of, load_heads, placed, priority_probabilities, qdc_probabilities
from voice_of_care.tables import SAFE_COMMENTS, SEGMENTS

PARTS = [
    ["The nurses were kind and friendly.", "I waited five hours to be seen.", "The toilets were dirty."],
    ["Lovely food.", "Nowhere to park."],
    ["They explained my tablets."],
    ["Thank you.", "Thank you."],
]


@pytest.fixture(scope="module")
def embedders():
    return load_embedders()


def tables_of(parts):
    comments = pd.DataFrame({name: None for name in SAFE_COMMENTS.columns}, index=range(len(parts))).assign(
        comment_id=[f"VOC-{number:010d}" for number in range(len(parts))], text=[" ".join(each) for each in parts]
    )
    rows = [
        (f"{comment_id}.{position}", comment_id, position, 0, len(text), text)
        for comment_id, texts in zip(comments["comment_id"], parts, strict=True)
        for position, text in enumerate(texts, start=1)
    ]
    return comments, pd.DataFrame(rows, columns=list(SEGMENTS.columns))


def decided(found, threshold):
    rows = found[found["strength"] >= threshold]
    return set(zip(rows["segment_id"].str.split(".").str[0], rows["priority_id"], strict=True))


def strongest(found):
    kept = found.assign(comment_id=found["segment_id"].str.split(".").str[0])
    return kept.groupby(["comment_id", "priority_id"])["probability"].max()


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_priorities_of_the_segments_are_those_of_the_comment(embedders, threshold):
    comments, segments = tables_of(PARTS)
    whole = segments.drop_duplicates("comment_id").assign(text=comments["text"].to_numpy())
    of_comments = qdc_probabilities(whole, comments, embedders=embedders)
    of_segments = qdc_probabilities(segments, comments, embedders=embedders)
    assert decided(of_comments, threshold)
    assert decided(of_segments, threshold) == decided(of_comments, threshold)
    pd.testing.assert_series_equal(strongest(of_segments), strongest(of_comments))


def test_priority_stands_at_the_segment_that_speaks_of_it(embedders):
    comments, segments = tables_of(PARTS[:2])
    found = qdc_probabilities(segments, comments, embedders=embedders)
    best = found.sort_values("probability").drop_duplicates("priority_id", keep="last").set_index("priority_id")
    assert best.loc["timeliness-of-care", "segment_id"] == "VOC-0000000000.2"
    assert best.loc["staff-manner-personal-attributes", "segment_id"] == "VOC-0000000000.1"
    assert best.loc["food-drink-provision-facilities", "segment_id"] == "VOC-0000000001.1"


def test_long_comment_is_decided_by_its_segments(embedders):
    filler = ["We went by the usual road and it was a day like any other."] * (MOST_WORDS // 10)
    comments, segments = tables_of([[*filler, "The meals were cold and tasteless."]])
    heads = load_heads()
    found = qdc_probabilities(segments, comments, embedders=embedders)
    own = priority_probabilities(inputs_of(segments["text"].tolist(), ["open"] * len(segments), embedders), heads=heads)
    food = heads.priority_ids.tolist().index("food-drink-provision-facilities")
    mine = found[found["priority_id"] == "food-drink-provision-facilities"].set_index("segment_id")["probability"]
    assert mine[segments["segment_id"].iloc[-1]] == pytest.approx(own[-1, food], abs=1e-6)


def test_row_order_changes_nothing(embedders):
    comments, segments = tables_of(PARTS)
    plain = qdc_probabilities(segments, comments, embedders=embedders)
    order = np.random.default_rng(1).permutation(len(segments))
    moved = qdc_probabilities(segments.iloc[order], comments.iloc[::-1], embedders=embedders)
    key = ["segment_id", "priority_id"]
    pd.testing.assert_frame_equal(
        plain.sort_values(key, ignore_index=True), moved.sort_values(key, ignore_index=True), check_exact=True
    )


def test_nothing_gives_nothing(embedders):
    assert qdc_probabilities(SEGMENTS.empty(), SAFE_COMMENTS.empty(), embedders=embedders).empty


def test_first_of_equal_segments_carries():
    segments = pd.DataFrame({"position": [2, 1]})
    own, whole = np.array([[0.4], [0.4]]), np.array([[0.9]])
    assert placed(own, whole, segments, np.array([0, 0])).tolist() == [[0.4], [0.9]]


def test_every_label_has_a_head_and_rare_ones_are_found(embedders):
    planted = {
        "parking": "There was nowhere to leave my car.",
        "pain-management": "I was left in agony and nobody brought painkillers.",
        "electronic-entertainment": "The television by my bed did not work.",
        "sensory-experience": "It was far too noisy and bright to sleep.",
        "discharge": "They sent me home from hospital too soon.",
        "feeling-safe": "I was frightened of another patient.",
    }
    assert set(planted) <= set(load_heads().priority_ids.tolist())
    comments, segments = tables_of([[text] for text in planted.values()])
    found = decided(qdc_probabilities(segments, comments, embedders=embedders), 0.5)
    wanted = set(zip(comments["comment_id"], planted, strict=True))
    assert len(found & wanted) >= 5
    assert sum(name in planted for _, name in found - wanted) <= 1
