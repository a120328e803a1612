"""Links to priorities: planted sentences are found, plain facts are left alone, themes are linked on evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from voice_of_care.counting import units
from voice_of_care.embedding import OnnxEmbedder
from voice_of_care.frameworks import Framework, load_frameworks
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.priorities import Trained, link_priorities
from voice_of_care.priorities.theme_links import MOST_EVIDENCE, link_themes
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS, SAFE_COMMENTS, SEGMENT_LINKS, SEGMENTS, THEME_LINKS, conform

PLANTED = Path(__file__).parent / "planted_priorities.txt"
SETTINGS = PrioritySettings()
WAITING = [
    "Waited five hours to be seen.",
    "The waiting list is far too long.",
    "It was a terrible long wait.",
    "The waiting times are a disgrace.",
]


class RememberingEmbedder:
    """Ask the real model once for each text of the module."""

    def __init__(self) -> None:
        self._model = OnnxEmbedder(threads=1)
        self._known = {}
        self.name, self.dimensions = self._model.name, self._model.dimensions

    def embed(self, texts):
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._model.embed(new), strict=True))
        rows = [self._known[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimensions), dtype=np.float32)


@pytest.fixture(scope="module")
def embedder():
    return RememberingEmbedder()


def comments_and_segments(texts, *, question=None, group="unknown", session=None):
    """Return one comment with one segment for each text."""
    count = len(texts)
    comments = pd.DataFrame({name: [None] * count for name in SAFE_COMMENTS.columns})
    comments = comments.assign(
        comment_id=[f"C{row:04d}" for row in range(count)],
        source="notes.csv",
        source_ref=[str(row + 2) for row in range(count)],
        respondent_group=group,
        question=question,
        session_id=session,
        text=texts,
    )
    segments = pd.DataFrame(
        {
            "segment_id": [f"C{row:04d}.1" for row in range(count)],
            "comment_id": comments["comment_id"],
            "position": 1,
            "start": 0,
            "end": [len(text) for text in texts],
            "text": texts,
        }
    )
    return conform(comments, SAFE_COMMENTS), conform(segments, SEGMENTS)


def in_themes(segments, themes):
    frame = pd.DataFrame({"segment_id": segments["segment_id"], "theme_id": themes, "strength": 0.8, "origin": "model"})
    return conform(frame[frame["theme_id"].notna()], ASSIGNMENTS)


def link(embedder, texts, frameworks, *, themes=None, settings=SETTINGS, trained=(), **about):
    comments, segments = comments_and_segments(texts, **about)
    assignments = ASSIGNMENTS.empty() if themes is None else in_themes(segments, themes)
    return link_priorities(
        segments,
        assignments,
        comments,
        embedder=embedder,
        frameworks=frameworks,
        settings=settings,
        unit_of=units(comments),
        trained=trained,
    )


def priorities_of(linked, row=0):
    return set(linked.segment_links.loc[linked.segment_links["segment_id"] == f"C{row:04d}.1", "priority_id"])


def read_planted():
    lines = [line for line in PLANTED.read_text(encoding="utf-8").splitlines() if "|" in line]
    pairs = [line.split("|") for line in lines]
    return [text.strip() for text, _ in pairs], [frozenset(wanted.split()) for _, wanted in pairs]


@pytest.fixture(scope="module")
def found(embedder):
    texts, _ = read_planted()
    links = link(embedder, texts, load_frameworks(SETTINGS)).segment_links
    return Counter(zip(links["segment_id"], links["framework_id"] + ":" + links["priority_id"], strict=True))


def test_three_sentences_or_more_are_planted_for_each_priority_of_the_default_frameworks():
    _, wanted = read_planted()
    planted = Counter(name for names in wanted for name in names)
    elements = [f"{each.id}:{element.id}" for each in load_frameworks(SETTINGS) for element in each.elements]
    assert {name: planted[name] for name in elements if planted[name] < 3} == {}
    assert set(planted) == set(elements)


def test_planted_sentences_are_linked(found):
    _, wanted = read_planted()
    pairs = [(f"C{row:04d}.1", name) for row, names in enumerate(wanted) for name in sorted(names)]
    missed = Counter(name for segment_id, name in pairs if (segment_id, name) not in found)
    assert sum(missed.values()) <= 0.05 * len(pairs), missed
    assert max(missed.values(), default=0) <= 1, missed


def test_plain_facts_are_left_alone(found):
    texts, wanted = read_planted()
    neutral = [f"C{row:04d}.1" for row, names in enumerate(wanted) if not names]
    assert len(neutral) >= 20
    linked = {segment_id for segment_id, _ in found} & set(neutral)
    assert len(linked) <= 2, [texts[int(name[1:5])] for name in sorted(linked)]


def test_a_segment_answers_one_of_the_four_questions_at_most(found):
    answered = Counter(segment_id for segment_id, name in found if name.startswith("four-questions:"))
    assert max(answered.values()) == 1


@pytest.mark.parametrize("question", ["What could we do better?", "How could we improve?", "What would you change?"])
def test_the_question_answered_tells_how_a_bare_answer_is_meant(embedder, question):
    four = [find_framework("four-questions")]
    texts = ["Car parking", "Food on the evening shift", "Nothing", "Nothing at all, it was very good"]
    asked = link(embedder, texts, four, question=question)
    assert priorities_of(asked, 0) == priorities_of(asked, 1) == {"how-do-we-do-it-better"}
    assert priorities_of(asked, 2) == priorities_of(asked, 3) == set()
    assert link(embedder, texts, four).segment_links.empty


def test_what_matters_most_is_the_first_question(embedder):
    linked = link(
        embedder,
        ["Being seen on time", "A clean ward"],
        [find_framework("four-questions")],
        question="What matters most?",
    )
    assert priorities_of(linked, 0) == priorities_of(linked, 1) == {"what-do-we-need-to-do-well"}


def test_a_heading_that_asks_nothing_hints_at_nothing(embedder):
    for question in ("Discussion", "Any other comments?", "Please tell us why you gave this score"):
        assert link(
            embedder, ["Car parking"], [find_framework("four-questions")], question=question
        ).segment_links.empty


def test_links_are_declared_decisions_and_do_not_hang_on_company(embedder):
    frameworks = load_frameworks(SETTINGS)
    texts, _ = read_planted()
    together = link(embedder, texts, frameworks).segment_links
    assert list(together.columns) == list(SEGMENT_LINKS.columns)
    assert together["strength"].between(SETTINGS.threshold, 1).all()
    backwards = link(embedder, texts[::-1], frameworks).segment_links
    text_of = dict(zip((f"C{row:04d}.1" for row in range(len(texts))), texts, strict=True))
    turned = dict(zip((f"C{row:04d}.1" for row in range(len(texts))), texts[::-1], strict=True))

    def rows(links, names):
        return sorted(zip(links["segment_id"].map(names), links["priority_id"], links["strength"], strict=True))

    assert rows(together, text_of) == rows(backwards, turned)


def test_a_higher_threshold_gives_a_part_of_the_links(embedder):
    frameworks = load_frameworks(SETTINGS)
    texts, _ = read_planted()
    many = link(embedder, texts, frameworks, settings=PrioritySettings(threshold=0.4)).segment_links
    few = link(embedder, texts, frameworks, settings=PrioritySettings(threshold=0.7)).segment_links
    key = ["segment_id", "framework_id", "priority_id"]
    assert 0 < len(few) < len(many)
    assert len(few.merge(many, on=key)) == len(few)


def test_frameworks_for_staff_and_for_service_users_keep_to_their_own(embedder):
    frameworks = [find_framework("people-promise"), find_framework("qdc")]
    texts = ["There are not enough staff and we are burnt out.", "The food was cold."]
    said_by = {
        group: set(link(embedder, texts, frameworks, group=group).segment_links["framework_id"])
        for group in ("staff", "service_user", "carer", "unknown")
    }
    assert said_by == {
        "staff": {"people-promise"},
        "service_user": {"qdc"},
        "carer": {"qdc"},
        "unknown": {"people-promise", "qdc"},
    }


def test_a_theme_is_linked_with_its_evidence_strongest_first(embedder):
    texts = [*WAITING, "The tea was cold.", "Sandwiches again for dinner.", "No choice of food.", "Meals come late."]
    linked = link(embedder, texts, [find_framework("steeep")], themes=["waiting"] * 4 + ["food"] * 4)
    assert list(linked.theme_links.columns) == list(THEME_LINKS.columns)
    waiting = linked.theme_links[linked.theme_links["theme_id"] == "waiting"]
    assert list(waiting["priority_id"]) == ["timely"]
    assert waiting["strength"].item() == 1.0
    assert waiting["status"].item() == "proposed"
    strengths = linked.segment_links.set_index("segment_id")["strength"]
    shown = [strengths[name] for name in waiting["evidence_segment_ids"].item()]
    assert len(shown) == 4
    assert shown == sorted(shown, reverse=True)


def test_too_little_evidence_links_no_theme(embedder):
    steeep = [find_framework("steeep")]
    assert link(embedder, WAITING[:2], steeep, themes=["waiting"] * 2).theme_links.empty
    plain = [f"I came on the {day}th of May." for day in range(4, 30)]
    diluted = link(embedder, WAITING[:3] + plain, steeep, themes=["mixed"] * (3 + len(plain)))
    assert diluted.theme_links.empty


def test_strength_is_the_share_of_units_and_a_session_is_one(embedder):
    texts = [*WAITING, "I came on Tuesday.", "We went in the blue door."]
    sessions = ["A", "A", "B", "C", "D", "E"]
    linked = link(embedder, texts, [find_framework("steeep")], themes=["waiting"] * 6, session=sessions)
    assert linked.theme_links["strength"].tolist() == [0.6]


@pytest.mark.parametrize(
    ("units_of", "is_linked"),
    [("AAAAAACD", False), ("AAABBBDE", False), ("AABCCCDE", True), ("AAABBBBB", True)],
)
def test_a_theme_link_rests_on_three_people_however_much_one_says(units_of, is_linked):
    comments, segments = comments_and_segments([f"Sentence {row}." for row in range(8)])
    links = pd.DataFrame(
        {
            "segment_id": segments["segment_id"].iloc[:6],
            "framework_id": "steeep",
            "priority_id": "timely",
            "strength": 0.9,
            "origin": "model",
        }
    )
    unit_of = pd.Series(list(units_of), index=comments["comment_id"])
    found = link_themes(links, segments, in_themes(segments, ["waiting"] * 8), unit_of=unit_of, order=["steeep"])
    assert bool(len(found)) == is_linked


def test_what_is_no_more_common_in_a_theme_than_elsewhere_does_not_mark_it(embedder):
    plain = ["I came on Tuesday.", "We went in the blue door.", "It was about two o'clock.", "I work in ward four."]
    texts = [*WAITING, *plain, *plain, *WAITING, *plain, *plain]
    linked = link(embedder, texts, [find_framework("steeep")], themes=["a"] * 12 + ["b"] * 12)
    assert linked.theme_links.empty


def test_evidence_is_bounded(embedder):
    texts = [f"{text[:-1]} again, in month {month}." for month in range(1, 7) for text in WAITING]
    linked = link(embedder, texts, [find_framework("steeep")], themes=["waiting"] * len(texts))
    timely = linked.theme_links[linked.theme_links["priority_id"] == "timely"]
    assert len(timely["evidence_segment_ids"].item()) == MOST_EVIDENCE


def test_a_trained_model_takes_the_place_of_the_cues_for_what_it_knows(embedder):
    texts = ["The food was cold.", "Nowhere to park the car.", "We were discharged home."]
    strengths = pd.DataFrame(
        {
            "segment_id": ["C0000.1", "C0000.1", "C0001.1", "C0001.1"],
            "priority_id": ["discharge", "timeliness-of-care", "discharge", "no-such-thing"],
            "strength": [0.91, 0.2, 0.77777, 0.99],
        }
    )
    everything = frozenset(element.id for element in find_framework("qdc").elements)
    frameworks = [find_framework("qdc"), find_framework("steeep")]
    trained = Trained("qdc", everything - {"parking"}, strengths)
    linked = link(embedder, texts, frameworks, trained=[trained]).segment_links
    qdc = linked[linked["framework_id"] == "qdc"]
    by_model = qdc[qdc["priority_id"] != "parking"]
    assert list(zip(by_model["segment_id"], by_model["priority_id"], by_model["strength"], strict=True)) == [
        ("C0000.1", "discharge", 0.91),
        ("C0001.1", "discharge", 0.7778),
    ]
    assert qdc.loc[qdc["priority_id"] == "parking", "segment_id"].tolist() == ["C0001.1"]


def test_an_own_framework_with_a_marker_needs_no_meaning(embedder):
    own = Framework.model_validate(
        {
            "id": "wishes",
            "version": "1",
            "name": "Wishes",
            "elements": [
                {
                    "id": "wish",
                    "label": "Wish",
                    "definition": "A wish.",
                    "include_cues": ["I wish ...", "... if only ..."],
                },
                {"id": "silent", "label": "Parking", "definition": "Parking of cars."},
            ],
        }
    )
    texts = [
        "I wish the lift was fixed.",
        "Ah, if only they rang.",
        "The toilet was never cleaned, I wish.",
        "Parking is dear.",
    ]
    linked = link(embedder, texts, [own])
    assert [priorities_of(linked, row) for row in range(4)] == [{"wish"}, {"wish"}, set(), set()]


def test_nothing_in_gives_nothing_out(embedder):
    linked = link(embedder, [], load_frameworks(SETTINGS))
    assert linked.segment_links.empty
    assert list(linked.theme_links.columns) == list(THEME_LINKS.columns)
    assert link(embedder, WAITING, []).segment_links.empty
