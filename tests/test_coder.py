"""One comment coded at once gets, to the bit, what a run gives it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from voice_of_care import load_coder
from voice_of_care.coder import NOTHING_SAID
from voice_of_care.embedding import load_embedders
from voice_of_care.errors import InputError
from voice_of_care.heads import MOST_WORDS, qdc_probabilities
from voice_of_care.pipeline import standing_alone
from voice_of_care.sentiment import score_sentiment
from voice_of_care.tables import THEME_VECTORS, conform
from voice_of_care.themes import split_segments

GOLD = Path(__file__).resolve().parents[1] / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
QUESTIONS = (None, "What could we do better?", "What did we do well?")
TRICKY = (
    "Nothing",
    "Kind nurses but the food was awful and the wait was worse.",
    "- The nurses were kind.\n- The food was cold.\n- Nobody rang us back.",
    "not kind",
    "Parking is so much better now",
    "It used to be lovely. The waiting has got worse.",
    "parking",
    " ".join(["The staff were lovely. The waiting was desperate and nobody told us anything."] * 15),
)


@pytest.fixture(scope="module")
def coder():
    return load_coder()


@pytest.fixture(scope="module")
def comments():
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    texts = ["👏👏", "...", *sorted({row["text"] for row in rows if row["text"]})[::40]]
    texts = [*TRICKY, *texts]
    _, frame = standing_alone(texts)
    return frame.assign(question=[QUESTIONS[row % len(QUESTIONS)] for row in range(len(texts))])


def test_a_comment_alone_gets_what_a_run_gives_it(coder, comments):
    embedders = load_embedders()
    segments = split_segments(comments).segments
    sentiments = score_sentiment(segments, comments, embedders=embedders).comment_sentiments
    strengths = qdc_probabilities(segments, comments, embedders=embedders)
    strengths = strengths[strengths["strength"] >= 0.5].merge(segments[["segment_id", "comment_id"]], on="segment_id")
    strongest = strengths.groupby(["comment_id", "priority_id"])["strength"].max()
    assert len(comments) > 40
    for row in comments.to_dict("records"):
        coded = coder.code(row["text"], row["question"] if isinstance(row["question"], str) else None)
        whole = sentiments[sentiments["comment_id"] == row["comment_id"]].iloc[0]
        assert coded.sentiment == (whole["label"], whole["polarity"], whole["confidence"])
        given = strongest.loc[row["comment_id"]].round(4).to_dict() if row["comment_id"] in strongest.index else {}
        assert dict(coded.priorities) == given
        assert [each.strength for each in coded.priorities] == sorted(given.values(), reverse=True)
    assert any(len(text.split()) > MOST_WORDS for text in TRICKY)


def test_the_same_comment_gets_the_same_whatever_came_before(coder):
    first = coder.code("The nurses were kind.")
    coder.code("I waited five hours in the corridor and nobody said a word.")
    assert coder.code("The nurses were kind.") == first
    assert load_coder().code("The nurses were kind.") == first


def test_the_question_decides_what_nothing_means(coder):
    assert coder.code("Nothing", "What could we do better?").sentiment.polarity > 0
    assert coder.code("Nothing", "What did we do well?").sentiment.polarity < 0


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\ufeff", "...", "?!", "👏👏", "❤️", "\ud83d", "\x00"])
def test_what_says_nothing_is_given_nothing(coder, text):
    assert coder.code(text) == NOTHING_SAID


@pytest.mark.parametrize("text", [None, 3, float("nan"), b"The nurses were kind.", "kind " * 30_000])
def test_what_is_no_comment_is_refused_in_one_line(coder, text):
    with pytest.raises(InputError, match="A comment to code") as told:
        coder.code(text)
    assert "\n" not in str(told.value)
    assert "kind" not in str(told.value)


def test_a_text_is_cleaned_as_when_read_from_a_file(coder):
    assert coder.code("  The nurses were\xa0kind.\u200b\r\n") == coder.code("The nurses were kind.")
    assert coder.code("The nurses were kind \ud83d.") == coder.code("The nurses were kind \ufffd.")


def test_themes_are_the_nearest_of_those_given():
    both = load_embedders().both
    about = ["parking the car", "kind nurses", "cold dinners"]
    vectors = pd.DataFrame(
        {
            "theme_id": ["T01", "T02", "T03", "T04"],
            "model": [both.name] * 3 + ["another"],
            "vector": [[float(value) for value in vector] for vector in both.embed([*about, "parking"])],
        }
    )
    coder = load_coder(theme_vectors=conform(vectors, THEME_VECTORS))
    near = coder.code("There is nowhere to park the car.").themes
    assert near[0].theme_id == "T01"
    assert near[0].cosine == pytest.approx(
        float(np.dot(both.embed(["There is nowhere to park the car."])[0], vectors["vector"][0])), abs=1e-5
    )
    assert load_coder().code("There is nowhere to park the car.").themes == ()
