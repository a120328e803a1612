"""Decisions are appended, chained, and change the tables only when they are read."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.small import small_analysis
from voice_of_care.counting import units
from voice_of_care.decisions import (
    Decision,
    apply_decisions,
    is_chain_whole,
    judge_candidates,
    record_decisions,
    text_hash,
)
from voice_of_care.tables import SET_ASIDE, conform, standing


def decided(*decisions):
    """Return the small analysis with these decisions recorded and applied."""
    analysis = small_analysis()
    events = record_decisions(analysis.events, decisions, at_utc="2024-01-01T00:00:00+00:00")
    return apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))


def test_a_rename_confirms_the_theme():
    themes = decided(Decision("theme.rename", {"theme_id": "T02", "label": "Being kind"}, {}, "ann")).themes
    row = themes.set_index("theme_id").loc["T02"]
    assert (row["label"], row["status"]) == ("Being kind", "confirmed")


def test_a_name_that_was_agreed_to_stays():
    themes = decided(Decision("theme.confirm", {"theme_id": "T02", "label": "As agreed"}, {}, "ann")).themes
    row = themes.set_index("theme_id").loc["T02"]
    assert (row["label"], row["status"]) == ("As agreed", "confirmed")


def test_a_merge_carries_the_graver_severity_over():
    for first, second in ((3, 1), (1, 3)):
        after = decided(
            Decision("severity.set", {"theme_id": "T03", "severity": first}, {}, "ann", "one"),
            Decision("severity.set", {"theme_id": "T02", "severity": second}, {}, "ann", "other"),
            Decision("theme.merge", {"theme_id": "T03", "into": "T02"}, {}, "ann", "the same"),
        )
        reason = "one" if first == 3 else "other"
        assert after.severities.to_dict("records") == [{"theme_id": "T02", "severity": 3, "reason": reason}]


def test_a_merge_moves_segments_keeps_the_strongest_and_counts_people_again():
    after = decided(Decision("theme.merge", {"theme_id": "T03", "into": "T02"}, {}, "ann", "the same"))
    themes = after.themes.set_index("theme_id")
    assert themes["status"]["T03"] == "retired"
    assert themes["size"]["T02"] == 6
    assert themes["size"]["T01"] == 6
    assert set(after.assignments["theme_id"]) == {"T02"}
    assert len(after.assignments) == 6
    first = after.assignments.set_index("segment_id").loc["VOC-0000000000.1"]
    assert first["strength"] == 0.9


def test_a_merge_with_a_theme_that_is_gone_changes_nothing():
    after = decided(Decision("theme.merge", {"theme_id": "T03", "into": "T99"}, {}, "ann", "the same"))
    pd.testing.assert_frame_equal(after.themes, small_analysis().themes)


def test_an_approval_holds_only_for_the_text_it_was_given_for():
    segment = "VOC-0000000000.1"
    right = Decision(
        "quote.approve", {"segment_id": segment, "text_hash": text_hash("The nurses were kind.")}, {}, "ann"
    )
    other = Decision("quote.approve", {"segment_id": segment, "text_hash": text_hash("Something else")}, {}, "ann")
    assert decided(right).quotes["status"].tolist() == ["approved", "proposed"]
    assert decided(other).quotes["status"].tolist() == ["proposed", "proposed"]


def test_words_a_reviewer_takes_out_are_gone_from_every_table():
    text = "My neighbour Zebedee Quill parked my car."
    start = text.index("Zebedee")
    payload = {"comment_id": "VOC-0000000005", "start": start, "end": start + 13, "text_hash": text_hash(text)}
    after = decided(Decision("deid.redact", payload, {}, "ann"))
    everything = " ".join(frame.to_csv() for frame in after.tables().values())
    assert "Zebedee" not in everything
    segment = after.segments.iloc[5]
    comment = after.safe_comments.iloc[5]["text"]
    assert segment["text"] == comment[segment["start"] : segment["end"]] == "My neighbour [REDACTED] parked my car."


def test_severity_is_kept_with_its_reason_and_the_last_one_counts():
    after = decided(
        Decision("severity.set", {"theme_id": "T03", "severity": 1}, {}, "ann", "slips"),
        Decision("severity.set", {"theme_id": "T03", "severity": 3}, {"severity": 1}, "bob", "a fall"),
    )
    assert after.severities.to_dict("records") == [{"theme_id": "T03", "severity": 3, "reason": "a fall"}]


@pytest.mark.parametrize("column", ["actor", "payload_json", "reason", "at_utc"])
def test_a_changed_event_breaks_the_chain(column):
    decisions = [Decision("theme.confirm", {"theme_id": theme_id}, {}, "ann", "read") for theme_id in ("T02", "T03")]
    events = record_decisions(small_analysis().events, decisions, at_utc="2024-01-01T00:00:00+00:00")
    assert is_chain_whole(events)
    assert not is_chain_whole(events.assign(**{column: ["changed", events[column][1]]}))


@pytest.mark.parametrize(
    ("remembered", "status"), [("parking; spaces", "retired"), ("noise; night; bells", "proposed")]
)
def test_a_decision_does_not_follow_a_theme_that_has_come_to_mean_something_else(remembered, status):
    payload = {"theme_id": "T03", "content": remembered}
    analysis = small_analysis()
    keywords = [["care"], ["kind"], ["parking", "spaces", "car"]]
    analysis = replace(analysis, themes=analysis.themes.assign(keywords=keywords))
    decision = Decision("theme.retire", payload, {"status": "proposed"}, "ann", "none")
    events = record_decisions(analysis.events, [decision], at_utc="2024-01-01T00:00:00+00:00")
    after = apply_decisions(replace(analysis, events=events), unit_of=units(analysis.safe_comments))
    assert after.themes.set_index("theme_id")["status"]["T03"] == status


def test_a_word_on_a_segment_links_or_unlinks_its_very_text_and_becomes_an_example():
    text = "No parking near the door."
    ids = {"framework_id": "hsc-values", "priority_id": "excellence"}
    said = {"segment_id": "gone.1", "text_hash": text_hash(text), **ids}
    confirm = Decision("link.set", {**said, "status": "confirmed"}, {"status": ""}, "ann")
    reject = Decision("link.set", {**said, "status": "rejected"}, {"status": "confirmed"}, "ann")
    after = decided(confirm)
    linked = after.segment_links[after.segment_links["segment_id"] == "VOC-0000000004.1"]
    assert linked[["priority_id", "strength", "origin"]].to_numpy().tolist() == [["excellence", 1.0, "reviewer"]]
    assert after.examples[["text", "is_example", "origin"]].to_numpy().tolist() == [[text, True, "reviewer"]]
    again = decided(confirm, reject)
    assert "VOC-0000000004.1" not in set(again.segment_links["segment_id"])
    assert again.examples["is_example"].tolist() == [False]


def test_what_is_taken_out_of_a_comment_is_taken_out_of_its_example():
    text = "My neighbour Zebedee Quill parked my car."
    said = {
        "segment_id": "VOC-0000000005.1",
        "framework_id": "hsc-values",
        "priority_id": "compassion",
        "text_hash": text_hash(text),
        "status": "confirmed",
    }
    span = {"comment_id": "VOC-0000000005", "start": 13, "end": 26, "text_hash": text_hash(text)}
    after = decided(Decision("link.set", said, {}, "ann"), Decision("deid.redact", span, {}, "ann"))
    assert after.examples["text"].tolist() == ["My neighbour [REDACTED] parked my car."]


def with_candidate(*decisions):
    """Return the small analysis, its third theme a candidate that shares a segment and holds one of the pool."""
    analysis = small_analysis()
    themes = analysis.themes.assign(status=["proposed", "proposed", "candidate"])
    pool = analysis.segments["segment_id"].iloc[4]
    aside = pd.DataFrame(
        {"step": ["themes"], "item_id": [pool], "source": ["f"], "source_ref": [None], "reason": ["fits no theme"]}
    )
    events = record_decisions(analysis.events, decisions, at_utc="2024-01-01T00:00:00+00:00")
    stored = replace(analysis, themes=themes, set_aside=conform(aside, SET_ASIDE), events=events)
    return stored, apply_decisions(stored, unit_of=units(analysis.safe_comments))


def test_a_candidate_waits_and_does_not_stand():
    stored, after = with_candidate()
    assert standing(after.themes)["theme_id"].tolist() == ["T01", "T02"]
    assert judge_candidates(stored) == (frozenset(), frozenset())
    pd.testing.assert_frame_equal(after.assignments, stored.assignments)


@pytest.mark.parametrize(
    "decision",
    [
        Decision("theme.confirm", {"theme_id": "T03", "label": "Parking"}, {}, "ann"),
        Decision("theme.rename", {"theme_id": "T03", "label": "Car park"}, {}, "ann"),
    ],
)
def test_a_candidate_that_is_taken_on_takes_nothing_out_of_other_themes(decision):
    stored, after = with_candidate(decision)
    assert after.themes.set_index("theme_id")["status"]["T03"] == "confirmed"
    assert (after.assignments["theme_id"] == "T03").sum() == 4
    pd.testing.assert_frame_equal(after.assignments, stored.assignments)
    assert after.set_aside.empty
    assert after.themes.set_index("theme_id")["size"].to_dict() == {"T01": 6, "T02": 3, "T03": 4}
    assert judge_candidates(stored) == (frozenset({"T03"}), frozenset())


def test_a_candidate_that_is_merged_is_taken_on_and_its_segments_go_to_the_other():
    stored, after = with_candidate(Decision("theme.merge", {"theme_id": "T03", "into": "T02"}, {}, "ann", "the same"))
    assert set(after.assignments["theme_id"]) == {"T02"}
    assert after.set_aside.empty
    assert judge_candidates(stored) == (frozenset({"T03"}), frozenset())


def test_a_candidate_that_is_refused_leaves_its_segments_what_they_have_besides():
    stored, after = with_candidate(Decision("theme.retire", {"theme_id": "T03"}, {}, "ann", "none"))
    assert after.themes.set_index("theme_id")["status"]["T03"] == "retired"
    assert len(after.set_aside) == 1
    rest = stored.assignments[stored.assignments["theme_id"] != "T03"]
    assert after.assignments.to_csv(index=False) == rest.to_csv(index=False)
    assert judge_candidates(stored) == (frozenset(), frozenset({"T03"}))


def test_the_last_word_on_a_candidate_holds():
    no = Decision("theme.retire", {"theme_id": "T03"}, {}, "ann", "none")
    yes = Decision("theme.rename", {"theme_id": "T03", "label": "Car park"}, {}, "ann")
    stored, after = with_candidate(no, yes)
    assert after.themes.set_index("theme_id")["status"]["T03"] == "confirmed"
    assert (after.assignments["theme_id"] == "T03").sum() == 4
    assert judge_candidates(stored) == (frozenset({"T03"}), frozenset())
