"""Rare arguments: what is like nothing that others said is listed, what says nothing is not, a tick lasts."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from voice_of_care.analysis import Analysis
from voice_of_care.decisions import Decision, apply_decisions, find_idle, record_decisions, text_hash
from voice_of_care.insight.rare import FAR_BELOW, list_rare
from voice_of_care.insight.reading import read_segments
from voice_of_care.tables import NEARNESS, SAFE_COMMENTS, SEGMENTS, SET_ASIDE, TABLES, THEMES, conform

SAID = {  # text: likeness, reason why it has no theme, campaign
    "The gulls take the sandwiches.": (0.21, None, None),
    "A bat lives in the attic.": (0.12, None, None),
    "Let the choir sing on the landing.": (0.12, None, None),
    "I waited for hours.": (0.71, None, None),
    "Just too near to be far.": (FAR_BELOW, None, None),
    "Great!": (None, None, None),
    "Thank you.": (None, "only thanks or a greeting", None),
    "Zebras.": (0.5, "fits no theme", None),
    "Before nearness was kept.": (None, "fits no theme", None),
    "Save our small library.": (0.3, None, "K1"),
    "Save our small library. ": (0.3, None, "K1"),
}


def made(**changes):
    """Return an analysis of one segment each, in which what is set aside and how far each lies is planted."""
    said = SAID | changes
    ids = [f"VOC-{9 - number}" if number < 10 else f"VOC-{number}" for number in range(len(said))]
    texts = [text.strip() for text in said]
    safe = pd.DataFrame({name: pd.Series([None] * len(ids), dtype="object") for name in SAFE_COMMENTS.columns})
    safe = safe.assign(comment_id=ids, source="a.csv", source_ref=[str(n) for n in range(len(ids))], text=texts)
    safe = safe.assign(run_id=1, respondent_group="staff", campaign_id=[each[2] for each in said.values()])
    segments = pd.DataFrame({"segment_id": [f"{each}.1" for each in ids], "comment_id": ids, "position": 1})
    segments = segments.assign(start=0, end=[len(text) for text in texts], text=texts)
    left = [
        ("themes", f"{comment_id}.1", "a.csv", None, reason)
        for comment_id, (_, reason, _) in zip(ids, said.values(), strict=True)
        if reason
    ]
    near = [
        (f"{comment_id}.1", "T09" if text.startswith("A bat") else "T01", likeness)
        for comment_id, (text, (likeness, _, _)) in zip(ids, said.items(), strict=True)
        if likeness is not None
    ]
    themes = [("T01", "Waiting", "", [], None, 3, "proposed", 0.5, None)]
    themes += [("T09", "Old", "", [], None, 3, "retired", 0.5, None)]
    tables = {name: table.empty() for name, table in TABLES.items()}
    tables |= {
        "safe_comments": conform(safe, SAFE_COMMENTS),
        "segments": conform(segments, SEGMENTS),
        "set_aside": conform(pd.DataFrame(left, columns=list(SET_ASIDE.columns)), SET_ASIDE),
        "nearness": conform(pd.DataFrame(near, columns=list(NEARNESS.columns)), NEARNESS),
        "themes": conform(pd.DataFrame(themes, columns=list(THEMES.columns)), THEMES),
    }
    return Analysis(**tables)


def listed(analysis):
    """Return the list with the text of each segment."""
    texts = analysis.segments.set_index("segment_id")["text"]
    return list_rare(analysis).assign(text=lambda frame: frame["segment_id"].map(texts)).set_index("text")


def test_the_farthest_comes_first_and_what_says_nothing_is_not_listed():
    found = listed(made())
    assert found.index.tolist() == [
        "Before nearness was kept.",
        "A bat lives in the attic.",
        "Let the choir sing on the landing.",
        "The gulls take the sandwiches.",
        "Save our small library.",
        "Zebras.",
    ]
    assert found["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["reason"].tolist() == ["no_theme", "far", "far", "far", "far", "no_theme"]


def test_a_theme_that_no_longer_stands_is_not_named():
    found = listed(made())
    assert pd.isna(found.loc["A bat lives in the attic.", "theme_id"])
    assert found.loc["Zebras.", "theme_id"] == "T01"


def test_the_order_of_rows_does_not_matter():
    analysis = made()
    shuffled = {
        name: frame.sample(frac=1, random_state=2).reset_index(drop=True) for name, frame in analysis.tables().items()
    }
    pd.testing.assert_frame_equal(list_rare(Analysis(**shuffled)), list_rare(analysis))


def tick(analysis, text, *, of="rare", **more):
    """Return the analysis with one more event: this text was read."""
    segment_id = analysis.segments.loc[analysis.segments["text"] == text, "segment_id"].iloc[0]
    payload = {"segment_id": segment_id, "text_hash": text_hash(text), "list": of, "note": "Told the wardens."} | more
    decision = Decision("segment.read", payload, {"is_read": False}, "Ann")
    events = record_decisions(analysis.events, [decision], at_utc="2026-01-01T00:00:00+00:00")
    return replace(analysis, events=pd.concat([analysis.events, events], ignore_index=True))


def test_a_tick_is_kept_with_its_note_and_can_be_taken_back():
    bat = "A bat lives in the attic."
    once = tick(made(), bat)
    assert listed(once).loc[bat, ["is_read", "note"]].tolist() == [True, "Told the wardens."]
    assert int(list_rare(once)["is_read"].sum()) == 1
    assert not listed(tick(once, bat, is_read=False)).loc[bat, "is_read"]


def test_each_list_is_ticked_off_by_itself():
    analysis = tick(made(), "Zebras.", of="safety")
    assert not list_rare(analysis)["is_read"].any()
    assert list(read_segments(analysis.events, analysis.segments, of="safety").values()) == ["Told the wardens."]


def test_a_tick_changes_no_table_and_holds_for_the_very_text_that_was_read():
    gulls = "The gulls take the sandwiches."
    analysis = tick(made(), gulls)
    unit_of = pd.Series(dtype="object")
    for name, frame in apply_decisions(analysis, unit_of=unit_of).tables().items():
        pd.testing.assert_frame_equal(frame, analysis.tables()[name])
    assert find_idle(analysis) == []
    reworded = analysis.segments.assign(
        text=analysis.segments["text"].replace(gulls, "The [NAME] take the sandwiches.")
    )
    changed = replace(analysis, segments=conform(reworded, SEGMENTS))
    assert not list_rare(changed)["is_read"].any()
    assert find_idle(changed) == [("segment.read", json.loads(analysis.events["payload_json"][0])["segment_id"])]


@pytest.mark.parametrize("name", ["nearness", "segments"])
def test_without_anything_far_or_any_segment_there_is_no_list(name):
    empty = {"nearness": NEARNESS, "segments": SEGMENTS}[name].empty()
    found = list_rare(replace(made(), **{name: empty}))
    assert set(found["reason"]) <= {"no_theme"}
    assert len(found) == (2 if name == "nearness" else 0)
