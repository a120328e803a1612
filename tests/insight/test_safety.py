"""Safety list: what is said in many ways is found, everyday talk mostly is not, and what was read is ticked off."""

import json

import pandas as pd
import pytest

from tests.reporting.made_up import build
from voice_of_care.decisions import Decision, record_decisions, text_hash
from voice_of_care.insight.safety import FLAGGED, find_triggers, list_safety, safety_kinds
from voice_of_care.tables import EVENTS, FLAGS, conform

PLANTED = {
    "self_harm": (
        "He told them he wanted to die and they let him walk out.",
        "I was having suicidal thoughts and got a leaflet.",
        "She has been self-harming since the summer.",
        "Our daughter tried to take her own life.",
        "There were days I didn't want to be here any more.",
    ),
    "abuse": (
        "The night carer was very rough with my granny.",
        "He grabbed her by the arm and dragged her to the toilet.",
        "A member of staff shouted at my mother.",
        "Twenty pounds went missing, I think it was stolen.",
        "She is afraid to complain in case they take it out on her.",
    ),
    "neglect": (
        "She was left sitting in a wet bed till lunchtime.",
        "I rang the buzzer and nobody came for forty minutes.",
        "Daddy lay two days on a trolley.",
        "He was never washed the whole time he was in.",
        "Mummy went without food from the morning before.",
    ),
    "medicines": (
        "They gave her the wrong tablets.",
        "My insulin was two hours late.",
        "Dad's medication was missed three nights running.",
        "I was given penicillin though I am allergic to it.",
        "Nobody would give him any pain relief.",
    ),
    "diagnosis_and_treatment": (
        "They missed the fracture the first time.",
        "I was misdiagnosed twice.",
        "They turned me away and it was my appendix.",
        "My scan results were lost.",
        "The operation was cancelled for the third time.",
    ),
    "deterioration": (
        "She was getting worse by the hour and we couldn't make them see it.",
        "He collapsed in the waiting room.",
        "We nearly lost him that night.",
        "Nobody was checking on her.",
        "I had to beg for a doctor to look at him.",
    ),
    "falls_and_injury": (
        "He fell out of bed and wasn't found till morning.",
        "She slipped on a wet floor.",
        "They dropped my wife during the transfer.",
        "Came home covered in bruises.",
        "He banged his head off the locker.",
    ),
    "pressure_sores": (
        "She came home with a pressure sore.",
        "He got bedsores within the week.",
        "There was broken skin on his heel that nobody saw.",
    ),
    "infection": (
        "I got an infection in the wound afterwards.",
        "They never washed their hands between patients.",
        "There was blood on the floor of the bay.",
        "Half the ward caught the norovirus.",
    ),
    "choking": (
        "He was choking on his dinner.",
        "She is to have thickened fluids and got tea.",
        "They gave him a normal diet though he can't swallow.",
    ),
    "unsafe_staffing": (
        "There was one nurse for the whole ward.",
        "We work short staffed every weekend.",
        "There aren't enough staff to keep people right.",
        "Two of us for thirty residents, we were run off our feet.",
    ),
    "unsafe_discharge": (
        "They sent him home in a taxi at three in the morning.",
        "She was discharged too soon and was back in hospital next day.",
        "Home with no care package and no key safe.",
        "I was let home without my tablets.",
    ),
    "identity_and_records": (
        "The letter had another patient's results in it.",
        "They called me by the wrong name and had the wrong chart.",
        "My notes were lost.",
        "They mixed up the two Mrs Smiths.",
    ),
    "consent_and_restraint": (
        "They did it without asking him.",
        "She was held down by three of them.",
        "Nobody got my consent.",
        "He was tied into the chair with a sheet.",
    ),
    "equipment": (
        "The hoist was broken again.",
        "We ran out of oxygen in the ambulance.",
        "There were no wheelchairs to be had.",
        "The alarm on the monitor wasn't working.",
    ),
    "violence": (
        "Another patient attacked me.",
        "I did not feel safe on that ward.",
        "A man with a knife got in.",
        "I was frightened the whole night.",
    ),
    "danger_named": (
        "It was an accident waiting to happen.",
        "The place is dangerous.",
        "We put in a Datix about it.",
        "They are putting people at risk.",
    ),
}
EVERYDAY = (
    "The nurses were lovely and explained everything.",
    "I fell asleep before they called me.",
    "Parking is a nightmare and far too dear.",
    "The tea was cold and the toast was worse.",
    "A warm welcome at the front desk.",
    "Everyone was so kind to my mother.",
    "I got a text to remind me of my appointment.",
    "The waiting room needs a lick of paint.",
    "Could we have more seats near the door?",
    "We fell in love with the new garden.",
    "Great staff, great care, thank you.",
    "The Accident and Emergency department is well signposted.",
    "They listened to me and gave me time.",
    "More evening clinics would suit people who work.",
    "The physio gave me exercises I could do at home.",
    "Our manager thanks us at the end of each week.",
    "The phone was answered on the second ring.",
    "It would help to know who to ring.",
    "Computers are slow in the morning.",
    "Training days are worth going to.",
    "The letter came in good time.",
    "My appointment fell on a bank holiday and they moved it.",
    "The doctor went through my results with me.",
    "The children's corner is bright and cheerful.",
    "Signs in the corridor are easy to read.",
)


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_concerns_are_found(kind):
    missed = [text for text in PLANTED[kind] if not find_triggers(text)]
    assert not missed


def test_most_planted_concerns_are_listed_under_their_kind():
    told = [(kind, find_triggers(text)) for kind, texts in PLANTED.items() for text in texts]
    mine = [kind in {trigger.kind for trigger in triggers} for kind, triggers in told]
    assert sum(mine) / len(mine) > 0.85
    assert set(PLANTED) == set(safety_kinds())


def test_everyday_talk_is_mostly_left_out():
    listed = [text for text in EVERYDAY if find_triggers(text)]
    assert len(listed) <= 1


def test_denial_takes_nothing_off_the_list():
    assert find_triggers("She never fell once, thanks to them.")
    assert find_triggers("There was no neglect that I could see.")


def test_triggers_stand_where_they_are_told_and_do_not_overlap():
    text = "They gave her the wrong tablets, she collapsed and wasn\u2019t found. I didn\u2019t feel safe."
    triggers = find_triggers(text)
    assert [trigger.kind for trigger in triggers] == ["medicines", "deterioration", "violence"]
    end = 0
    for trigger in triggers:
        assert text[trigger.start : trigger.start + len(trigger.text)] == trigger.text
        assert trigger.start >= end
        end = trigger.start + len(trigger.text)


def test_words_are_whole_and_of_any_case():
    assert find_triggers("NEGLECTED by everyone")
    assert not find_triggers("The waterfall picture is nice.")
    assert not find_triggers("Firefighters gave a talk.")


def with_texts(texts, *, flags=()):
    """Return a made-up analysis whose first segments say these texts."""
    analysis = build(staff=3, users=4, carers=0, others=0, rare=0)
    segments = analysis.segments.copy()
    segments["text"] = "Grand."
    segments.loc[segments.index[: len(texts)], "text"] = list(texts)
    rows = [(segments["comment_id"].iloc[place], kind, "a rule") for place, kind in flags]
    flagged = conform(pd.DataFrame(rows, columns=list(FLAGS.columns)), FLAGS) if rows else FLAGS.empty()
    return analysis.__class__(**{**analysis.tables(), "segments": segments, "flags": flagged})


def test_the_list_is_by_kind_then_text_with_themes():
    analysis = with_texts(["The hoist was broken again.", "She was neglected.", "He was neglected.", "Lovely."])
    found = list_safety(analysis)
    text_of = analysis.segments.set_index("segment_id")["text"]
    assert found["segment_id"].map(text_of).tolist() == [
        "He was neglected.",
        "She was neglected.",
        "The hoist was broken again.",
    ]
    assert found["kind"].tolist() == ["neglect", "neglect", "equipment"]
    assert found["triggers"].tolist()[0] == ["neglected"]
    assert found["starts"].tolist()[0] == [7.0]
    assert not found["is_read"].any()
    given = analysis.assignments.set_index("segment_id")["theme_id"]
    assert [[given[segment]] for segment in found["segment_id"]] == found["theme_ids"].tolist()


def test_row_order_does_not_matter():
    analysis = with_texts(["The hoist was broken again.", "She was neglected.", "He fell."])
    shuffled = analysis.__class__(**{**analysis.tables(), "segments": analysis.segments.iloc[::-1]})
    pd.testing.assert_frame_equal(list_safety(analysis), list_safety(shuffled))


def test_a_flagged_comment_is_listed_though_no_word_tells():
    analysis = with_texts(["Ask me about it some day."], flags=[(0, "safeguarding"), (3, "third_party")])
    found = list_safety(analysis)
    mine = analysis.segments["comment_id"].iloc[0]
    assert set(found["segment_id"]) == set(analysis.segments.loc[analysis.segments["comment_id"] == mine, "segment_id"])
    assert found["kind"].eq(FLAGGED).all()
    assert found["triggers"].map(len).eq(0).all()


def test_a_flagged_comment_with_words_of_its_own_is_listed_by_them():
    analysis = with_texts(["He was neglected."], flags=[(0, "safeguarding")])
    assert list_safety(analysis)["kind"].tolist() == ["neglect"]


def test_what_was_read_is_ticked_off_while_its_text_stands():
    analysis = with_texts(["He was neglected.", "She was neglected."])
    segment, text = analysis.segments[["segment_id", "text"]].iloc[0]
    payload = {"segment_id": segment, "text_hash": text_hash(text), "list": "safety", "note": "seen by the ward"}
    decision = Decision("segment.read", payload, {}, "Reviewer")
    events = record_decisions(EVENTS.empty(), [decision], at_utc="2025-05-01T00:00:00Z")
    assert json.loads(events["payload_json"].iloc[0])["list"] == "safety"
    read = analysis.__class__(**{**analysis.tables(), "events": events})
    assert list_safety(read).set_index("segment_id")["is_read"].to_dict()[segment]
    changed = read.segments.assign(text=read.segments["text"].str.replace("He was", "They were"))
    again = list_safety(read.__class__(**{**read.tables(), "segments": changed}))
    assert not again["is_read"].any()


def test_nothing_said_gives_no_rows():
    assert list_safety(with_texts([])).empty
    analysis = with_texts([])
    assert list_safety(analysis.__class__(**{**analysis.tables(), "segments": analysis.segments.head(0)})).empty
