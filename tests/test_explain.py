"""Why a segment was coded as it was: planted words are found, falls are those the steps give, ids are checked."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from tests.small import small_analysis
from voice_of_care.cli import run
from voice_of_care.cli.explain import explanation_lines
from voice_of_care.decisions import Decision, record_decisions, text_hash
from voice_of_care.embedding import load_embedders
from voice_of_care.errors import InputError
from voice_of_care.explain import Explanation, Reason, SegmentExplained, explain, leave_out
from voice_of_care.pipeline import standing_alone
from voice_of_care.sentiment import score_sentiment
from voice_of_care.statements import code_statements
from voice_of_care.tables import ASSIGNMENTS, SEGMENT_LINKS, THEME_VECTORS, conform


@pytest.fixture(scope="module")
def embedders():
    return load_embedders()


@pytest.fixture(scope="module")
def analysis(embedders):
    """A small analysis whose themes, links, sentiments and statements are those of the real encoders."""
    made = small_analysis()
    scored = score_sentiment(made.segments, made.safe_comments, embedders=embedders)
    about = ["kind and gentle staff", "parking the car"]
    vectors = pd.DataFrame(
        {
            "theme_id": ["T02", "T03"],
            "model": embedders.both.name,
            "vector": [list(map(float, vector)) for vector in embedders.both.embed(about)],
        }
    )
    ids = made.segments["segment_id"].tolist()
    links = pd.DataFrame(
        {
            "segment_id": [ids[1], ids[0]],
            "framework_id": "hsc-values",
            "priority_id": "compassion",
            "strength": [0.8, 1.0],
            "origin": ["model", "reviewer"],
        }
    )
    return dataclasses.replace(
        made,
        theme_vectors=conform(vectors, THEME_VECTORS),
        segment_links=conform(links, SEGMENT_LINKS),
        sentiments=scored.sentiments,
        statements=code_statements(made.segments, made.safe_comments, sentiments=scored.sentiments),
    )


def words_of(found, about):
    segment = found.segments[0]
    reason = next(reason for reason in segment.reasons if reason.about == about)
    return " ".join(segment.text[each.start : each.end] for each in reason.words)


def segment_id(analysis, row):
    return str(analysis.segments["segment_id"].iloc[row])


def test_the_words_that_carried_a_theme_a_link_and_a_sentiment_are_found(analysis, embedders):
    parking = explain(segment_id(analysis, 4), analysis=analysis, embedders=embedders)
    assert "parking" in words_of(parking, "theme").lower()
    kind = explain(segment_id(analysis, 1), analysis=analysis, embedders=embedders)
    assert {"kind", "gentle"} & set(words_of(kind, "priority").lower().split())
    assert {"kind", "gentle"} & set(words_of(kind, "sentiment").lower().split())
    assert words_of(kind, "kind").lower() in {"kind", "gentle"}


def test_a_fall_is_what_the_steps_themselves_give_without_the_words(analysis, embedders):
    found = explain(segment_id(analysis, 1), analysis=analysis, embedders=embedders)
    text = found.segments[0].text
    reason = next(reason for reason in found.segments[0].reasons if reason.about == "sentiment")
    first = reason.words[0]
    left = " ".join(f"{text[: first.start]} {text[first.end :]}".split()).replace(" .", ".")
    polarity = [
        float(score_sentiment(*standing_alone([said]), embedders=embedders).sentiments["polarity"].iloc[0])
        for said in (text, left)
    ]
    assert first.fall == pytest.approx(polarity[0] - polarity[1], abs=1e-3)
    assert [each.fall for each in reason.words] == sorted((each.fall for each in reason.words), reverse=True)


def test_what_a_reviewer_decided_is_said_to_be_theirs(analysis, embedders):
    found = explain(segment_id(analysis, 0), analysis=analysis, embedders=embedders)
    reason = next(reason for reason in found.segments[0].reasons if reason.about == "priority")
    assert (reason.origin, reason.words) == ("reviewer", ())
    assert any("decided by a reviewer" in line for line in explanation_lines(found))


def test_a_comment_id_explains_all_its_segments_and_the_same_each_time(analysis, embedders):
    comment_id = str(analysis.safe_comments["comment_id"].iloc[2])
    first = explain(comment_id, analysis=analysis, embedders=embedders)
    assert [each.segment_id for each in first.segments] == [segment_id(analysis, 2)]
    assert json.dumps(first.as_dict()) == json.dumps(
        explain(comment_id, analysis=analysis, embedders=load_embedders()).as_dict()
    )


def test_words_are_marked_in_the_safe_text(analysis, embedders):
    lines = explanation_lines(explain(segment_id(analysis, 4), analysis=analysis, embedders=embedders))
    assert any("parking«" in line.lower() for line in lines)
    assert all("\n" not in line for line in lines)


def test_a_theme_of_another_model_has_no_words(analysis, embedders):
    other = dataclasses.replace(analysis, theme_vectors=analysis.theme_vectors.assign(model="another"))
    found = explain(segment_id(other, 4), analysis=other, embedders=embedders)
    assert next(reason for reason in found.segments[0].reasons if reason.about == "theme").words == ()


def test_runs_leave_out_up_to_three_words_but_never_all(analysis):
    row = analysis.segments.to_dict("records")[0]
    variants = leave_out(row, analysis)
    said = [row["text"][start:end] for start, end in variants.runs]
    assert row["text"] == "The nurses were kind."
    assert said == ["nurses", "kind", "nurses were kind"]
    assert variants.texts[0] == row["text"]
    assert all(0 < len(text) < len(row["text"]) for text in variants.texts[1:-1])
    assert variants.texts[-1] == row["text"]
    assert list(variants.safe_comments["text"]) == list(variants.texts)


def test_a_single_word_has_no_runs_and_is_explained_without(analysis, embedders):
    one = analysis.segments.iloc[[0]].assign(text="Parking", end=7)
    comments = analysis.safe_comments.iloc[[0]].assign(text="Parking")
    small = dataclasses.replace(
        analysis, segments=one.reset_index(drop=True), safe_comments=comments.reset_index(drop=True)
    )
    found = explain(segment_id(small, 0), analysis=small, embedders=embedders)
    assert all(not reason.words for reason in found.segments[0].reasons if reason.origin == "model")


def test_an_id_nobody_has_is_one_clear_line(analysis, embedders, tmp_path, capsys):
    with pytest.raises(InputError, match="No comment or segment of this project has that id"):
        explain("VOC-NONE", analysis=analysis, embedders=embedders)
    assert run(["explain", "VOC-NONE", "--project", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_no_assignments_or_links_leave_sentiment_kind_and_voice(analysis, embedders):
    bare = dataclasses.replace(analysis, assignments=ASSIGNMENTS.empty(), segment_links=SEGMENT_LINKS.empty())
    found = explain(segment_id(bare, 3), analysis=bare, embedders=embedders)
    assert [reason.about for reason in found.segments[0].reasons] == ["sentiment", "kind", "voice"]


def test_what_the_question_carried_is_told(analysis, embedders):
    asked = analysis.safe_comments.assign(question="What could we do better?")
    scored = score_sentiment(analysis.segments, asked, embedders=embedders)
    asked = dataclasses.replace(analysis, safe_comments=asked, sentiments=scored.sentiments)
    found = [explain(segment_id(asked, row), analysis=asked, embedders=embedders) for row in (2, 4)]
    assert any(reason.question_fall for each in found for reason in each.segments[0].reasons)
    assert any("without the question" in line for each in found for line in explanation_lines(each))


def test_a_rejected_link_is_told_with_who_and_why_unless_confirmed_since(analysis, embedders):
    text = str(analysis.segments["text"].iloc[3])
    ids = {"segment_id": segment_id(analysis, 3), "framework_id": "hsc-values", "priority_id": "compassion"}
    said = [
        Decision("link.set", {**ids, "text_hash": text_hash(text), "status": status}, {}, "Ann", why)
        for status, why in (("rejected", "it is a letter"), ("confirmed", ""))
    ]
    events = record_decisions(analysis.events, said[:1], at_utc="2024-01-01T00:00:00+00:00")
    found = explain(ids["segment_id"], analysis=dataclasses.replace(analysis, events=events), embedders=embedders)
    lines = explanation_lines(found)
    assert any(line.startswith("  Not: Compassion") for line in lines)
    assert any(line.endswith("a reviewer (Ann) said no: it is a letter") for line in lines)
    events = record_decisions(analysis.events, said, at_utc="2024-01-01T00:00:00+00:00")
    found = explain(ids["segment_id"], analysis=dataclasses.replace(analysis, events=events), embedders=embedders)
    assert not any("said no" in line for line in explanation_lines(found))


@pytest.mark.parametrize(("strength", "word"), [(0.52, "weak (0.52)"), (0.7, "clear (0.70)"), (0.9, "strong (0.90)")])
def test_strength_is_said_in_words_with_the_number(strength, word):
    reason = Reason("priority", "a/b", "Kindness", strength, "model", ())
    lines = explanation_lines(Explanation("C", None, (SegmentExplained("C.1", "Kind.", (reason,)),)))
    assert lines[-1] == f"  Priority: Kindness, {word}, no single words; judged from tone and question"
