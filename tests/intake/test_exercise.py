"""The synthetic exercise, in the formats people really have, against its gold file: every comment, as it was given."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from voice_of_care.intake import find_campaigns, read_comments
from voice_of_care.intake.cleaning import EMPTY, NON_ANSWER, NOT_ENGLISH
from voice_of_care.settings import load_settings
from voice_of_care.tables import SAFE_COMMENTS, conform

CORPORA = Path(__file__).parents[2] / "corpora"
GOLD = CORPORA / "gold" / "listening-exercise" / "comments.jsonl"
pytestmark = pytest.mark.skipif(not GOLD.exists(), reason="the synthetic exercise is not here")


def line(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def gold():
    return [json.loads(text) for text in GOLD.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def read():
    settings = load_settings(CORPORA / "synthetic" / "listening-exercise.toml")
    return read_comments([CORPORA / "synthetic" / "listening-exercise"], settings=settings, key=b"a key for tests")


def test_every_comment_is_read_once_and_nothing_else(gold, read):
    aside = {"empty", "non_answer", "not_english"}
    planted = Counter((row["file"], line(row["text"])) for row in gold if not aside & set(row["flags"]))
    found = Counter(zip(read.comments["source"], read.comments["raw_text"].map(line), strict=True))
    assert found == planted


def test_what_says_nothing_is_set_aside_with_its_reason(gold, read):
    reasons = read.set_aside["reason"].value_counts()
    for flag, reason in (("non_answer", NON_ANSWER), ("not_english", NOT_ENGLISH)):
        assert reasons[reason] == sum(flag in row["flags"] for row in gold)
    assert reasons[EMPTY] >= sum("empty" in row["flags"] for row in gold)


@pytest.mark.parametrize("field", ["group", "service", "site", "date", "score", "may_quote"])
def test_each_comment_carries_what_its_source_says(gold, read, field):
    comments = read.comments.assign(date=read.comments["received_on"].dt.strftime("%Y-%m-%d"))
    column = {"group": "respondent_group"}.get(field, field)
    values = comments[column].astype("object").where(comments[column].notna(), None)
    keys = list(zip(comments["source"], comments["raw_text"].map(line), strict=True))
    once = {key for key, number in Counter(keys).items() if number == 1}
    found = {key: value for key, value in zip(keys, values, strict=True) if key in once}
    planted = {(row["file"], line(row["text"])): row[field] for row in gold}
    assert len(found) > 1000
    assert [key for key, value in found.items() if value != planted[key]] == []


def test_planted_repeats_are_linked(gold, read):
    assert len(read.repeats) == sum(bool(row["repeats"]) for row in gold)


def test_the_planted_campaign_is_found_with_every_altered_letter(gold, read):
    comments = read.comments.drop(columns="raw_text").assign(
        text=read.comments["raw_text"], language="en", duplicate_of=None, campaign_id=None
    )
    found = find_campaigns(conform(comments, SAFE_COMMENTS))
    letters = Counter(found.loc[found["campaign_id"].notna(), "text"].map(line))
    assert letters == Counter(line(row["text"]) for row in gold if row["campaign"])
    assert found["campaign_id"].dropna().unique().tolist() == ["C1"]
