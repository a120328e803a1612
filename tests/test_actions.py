"""Actions and rebases live in the events: added, taken back, and following the themes they are aimed at."""

import json
from dataclasses import replace

import pandas as pd

from tests.small import small_analysis
from voice_of_care.actions import next_action_id
from voice_of_care.counting import units
from voice_of_care.decisions import Decision, apply_decisions, find_idle, record_decisions
from voice_of_care.tables import TABLES, conform

ACTION = {
    "action_id": "A1",
    "what": "More parking bays",
    "services": ["Maternity", "Surgery"],
    "scope": "theme",
    "item_id": "T03",
    "starts_on": "2024-09-01",
    "who": "Head of estates",
}
REBASE = {
    "scope": "theme",
    "item_id": "T03",
    "measure": "negative",
    "starts_on": "2024-09-01",
    "reason": "new car park",
    "who": "Board",
}
MERGE = Decision("theme.merge", {"theme_id": "T03", "into": "T02"}, {}, "ann", "the same")


def added(**changed):
    return Decision("action.add", {**ACTION, **changed}, {}, "ann")


def with_events(*decisions):
    analysis = small_analysis()
    return replace(analysis, events=record_decisions(analysis.events, decisions, at_utc="2024-01-01T00:00:00+00:00"))


def decided(*decisions):
    analysis = with_events(*decisions)
    return apply_decisions(analysis, unit_of=units(analysis.safe_comments))


def test_an_action_is_kept_as_it_was_given():
    row = decided(added()).actions.to_dict("records")
    assert row == [{**ACTION, "starts_on": pd.Timestamp("2024-09-01")}]


def test_both_tables_conform_after_any_event():
    after = decided(added(), Decision("rebase.add", REBASE, {}, "ann"), added(action_id="A2", services=[]), MERGE)
    for name in ("actions", "rebases"):
        pd.testing.assert_frame_equal(getattr(after, name), conform(getattr(after, name), TABLES[name]))


def test_ids_of_actions_taken_back_are_not_given_again():
    assert next_action_id(with_events().events) == "A1"
    analysis = with_events(added(), added(action_id="A2"), Decision("action.remove", {"action_id": "A2"}, {}, "ann"))
    assert next_action_id(analysis.events) == "A3"
    assert apply_decisions(analysis, unit_of=units(analysis.safe_comments)).actions["action_id"].tolist() == ["A1"]


def test_an_action_follows_its_theme_into_a_merge_whenever_it_was_recorded():
    for decisions in ((added(), MERGE), (MERGE, added())):
        assert decided(*decisions).actions["item_id"].tolist() == ["T02"]
    overall = decided(added(scope="overall", item_id="T03"), MERGE)
    assert overall.actions["item_id"].tolist() == ["T03"]


def test_an_action_stays_when_its_theme_is_gone():
    assert decided(added(item_id="T99")).actions["item_id"].tolist() == ["T99"]


def test_a_rebase_follows_its_theme_and_can_be_taken_back_by_either_id():
    add = Decision("rebase.add", REBASE, {}, "ann")
    assert decided(add, MERGE).rebases["item_id"].tolist() == ["T02"]
    for item_id in ("T02", "T03"):
        gone = {name: REBASE[name] for name in ("scope", "measure", "starts_on")} | {"item_id": item_id}
        assert decided(add, MERGE, Decision("rebase.remove", gone, {}, "ann")).rebases.empty


def test_a_second_rebase_of_the_same_day_takes_the_place_of_the_first():
    again = decided(
        Decision("rebase.add", REBASE, {}, "ann"), Decision("rebase.add", {**REBASE, "reason": "bays"}, {}, "ann")
    )
    assert again.rebases["reason"].tolist() == ["bays"]


def test_taking_back_what_is_not_there_does_nothing_and_is_told():
    analysis = with_events(added(), Decision("action.remove", {"action_id": "A7"}, {}, "ann"))
    assert find_idle(analysis) == [("action.remove", "A7")]
    assert json.loads(analysis.events["payload_json"].iloc[0])["services"] == ["Maternity", "Surgery"]
