"""Learning from examples: a made-up framework is learnt from eight, in any order, with few false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from voice_of_care.counting import units
from voice_of_care.embedding import CachedEmbedder, Embedders, OnnxEmbedder
from voice_of_care.frameworks import Framework
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.frameworks.model import FrameworkElement
from voice_of_care.models import FEEDBACK_ENCODER
from voice_of_care.pipeline import standing_alone
from voice_of_care.priorities import Trained, learn_priorities, link_priorities
from voice_of_care.priorities.learning import read_lessons
from voice_of_care.priorities.logistic import fit_correction
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS, EXAMPLES, conform

OWN = Framework(
    id="our-aims",
    version="1",
    name="Our aims",
    elements=(
        FrameworkElement(
            id="aim-one", label="Aim one", definition="The first of our aims.", include_cues=("our first aim",)
        ),
        FrameworkElement(
            id="aim-two", label="Aim two", definition="The second of our aims.", include_cues=("our second aim",)
        ),
        FrameworkElement(
            id="parking", label="Parking", definition="Finding a parking space.", include_cues=("nowhere to park",)
        ),
    ),
)
"""Two names that say nothing of what they mean, and one that does."""

PETS = """
The therapy dog came round on Tuesday
A wee spaniel sat at my bed and I forgot the pain
They let my cat visit me
Stroking the dog calmed me down
My mother lit up when the dog walked in
Could you bring the dogs in more often
The rabbit in the day room was a hit with the children
I missed my dog more than anything
The volunteer with the labrador was a tonic
Petting the pony in the yard made his week
Seeing a puppy on the ward cheered everyone
I would love a cat about the home
""".strip().splitlines()
MUSIC = """
The choir sang in the corridor at Christmas
A man played the guitar for us
I sang along to the old songs
Someone tuned the piano in the lounge at last
The music afternoon was the best of the week
Could we have a singer again
The band played all the old tunes
My father hummed to the fiddle
There was a concert in the canteen
Drumming group gets us all going
The harpist at the bedside was beautiful
Put on some music in the evenings
""".strip().splitlines()
OTHERS = """
I waited five hours in the corridor
The toilets were filthy
The consultant explained my scan well
Nobody answers the phone at the surgery
The soup was cold and the bread was stale
There was nowhere to leave the car
I was sent home without my tablets
The nurses were run off their feet
The letter came after the appointment
I could not get a bus home
She held my hand the whole way through
The computer system was down again
The lift was broken
They got my name wrong twice
I was told nothing for two days
""".strip().splitlines()


@pytest.fixture(scope="module")
def embedders():
    return Embedders(CachedEmbedder(OnnxEmbedder(threads=1)), CachedEmbedder(OnnxEmbedder(FEEDBACK_ENCODER, threads=1)))


def shown(rows, *, origin="coded", framework=OWN):
    """Return examples of (text, priority, whether it is one)."""
    frame = pd.DataFrame(rows, columns=["text", "priority_id", "is_example"])
    return conform(
        frame.assign(framework_id=framework.id, framework_version=framework.version, origin=origin), EXAMPLES
    )


def eight(origin="coded"):
    pets = [(text, "aim-one", True) for text in PETS[4:]]
    return shown([*pets, *((text, "aim-two", True) for text in MUSIC[4:])], origin=origin)


def linked(texts, examples, embedders, *, framework=OWN, trained=(), judge=None):
    """Return (text, priority) of the links, and the links."""
    segments, comments = standing_alone(texts)
    learnt = learn_priorities(
        examples,
        segments,
        comments,
        embedders=embedders,
        frameworks=[framework],
        trained=trained[0] if trained else None,
        judge=judge,
    )
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=embedders.general,
        frameworks=[framework],
        settings=PrioritySettings(),
        unit_of=units(comments),
        trained=(*learnt, *trained),
        examples=examples,
    ).segment_links
    pairs = {(texts[int(row)], name) for row, name in zip(links["segment_id"], links["priority_id"], strict=True)}
    return pairs, links


@pytest.mark.parametrize("origin", ["coded", "reviewer"])
def test_eight_examples_teach_what_no_definition_says(embedders, origin):
    texts = [*PETS[:4], *MUSIC[:4]]
    wanted = {*((text, "aim-one") for text in PETS[:4]), *((text, "aim-two") for text in MUSIC[:4])}
    before, _ = linked(texts, EXAMPLES.empty(), embedders)
    after, _ = linked(texts, eight(origin), embedders)
    assert len(before & wanted) <= 1
    assert len(after & wanted) >= 6
    assert len(after - wanted) <= 1


def test_what_is_about_something_else_is_left_alone(embedders):
    found, _ = linked(OTHERS, eight(), embedders)
    assert len({pair for pair in found if pair[1] != "parking"}) <= 1


def test_a_priority_without_examples_stays_as_it_was(embedders):
    texts = [*OTHERS, "Nowhere to park at the clinic", *PETS[:4]]
    before, links_before = linked(texts, EXAMPLES.empty(), embedders)
    after, links_after = linked(texts, eight(), embedders)
    assert ("Nowhere to park at the clinic", "parking") in before
    assert {pair for pair in after if pair[1] == "parking"} == {pair for pair in before if pair[1] == "parking"}
    columns = ["segment_id", "strength"]
    parking = [links[links["priority_id"] == "parking"][columns] for links in (links_before, links_after)]
    pd.testing.assert_frame_equal(*(each.reset_index(drop=True) for each in parking))


def test_the_order_of_examples_changes_nothing(embedders):
    texts = [*PETS, *MUSIC, *OTHERS]
    _, one = linked(texts, eight(), embedders)
    _, other = linked(texts, eight().sample(frac=1, random_state=7), embedders)
    pd.testing.assert_frame_equal(one, other)


def test_fewer_examples_help_too_and_none_hurt(embedders):
    found = [
        len(linked(PETS[:4], shown([(text, "aim-one", True) for text in PETS[4 : 4 + count]]), embedders)[0])
        for count in (0, 2, 8)
    ]
    assert found[0] <= found[1] <= found[2]
    assert found[2] >= 3


def test_a_reviewers_word_stands_above_what_is_learnt(embedders):
    text = PETS[1]
    told = pd.concat([eight(), shown([(text, "aim-one", False), (OTHERS[0], "aim-two", True)], origin="reviewer")])
    found, links = linked([*PETS, *OTHERS], told, embedders)
    assert (text, "aim-one") not in found
    assert (OTHERS[0], "aim-two") in found
    assert links.loc[links["origin"] == "reviewer", "strength"].tolist() == [1.0] * int(
        links["origin"].eq("reviewer").sum()
    )


def test_rejections_alone_lower_what_is_like_them(embedders):
    texts = ["Nowhere to park at the clinic", "I could not park anywhere near the door"]
    segments, comments = standing_alone(texts)
    strength = []
    for examples in (
        shown([("There is nowhere to park", "parking", True)], origin="reviewer"),
        shown([("There was nowhere to park near the door", "parking", False)], origin="reviewer"),
    ):
        (said,) = learn_priorities(examples, segments, comments, embedders=embedders, frameworks=[OWN])
        strength.append(said.strengths.set_index("segment_id")["strength"].reindex(["0", "1"]).fillna(0))
    assert (strength[1] < strength[0]).all()


def test_examples_correct_a_trained_model(embedders):
    qdc = find_framework("qdc")
    texts = [*PETS[:4], "The car park was full"]
    judged = {text: 0.9 for text in [*PETS, "The car park was full"]}

    def judge(asked):
        rows = [(str(row), "parking", judged[text]) for row, text in enumerate(asked) if text in judged]
        return Trained(
            "qdc", frozenset({"parking"}), pd.DataFrame(rows, columns=["segment_id", "priority_id", "strength"])
        )

    examples = shown([(text, "parking", False) for text in PETS[4:]], origin="reviewer", framework=qdc)
    before, _ = linked(texts, EXAMPLES.empty(), embedders, framework=qdc, trained=(judge(texts),), judge=judge)
    after, _ = linked(texts, examples, embedders, framework=qdc, trained=(judge(texts),), judge=judge)
    assert len({text for text, name in before if name == "parking"}) == len(texts)
    assert {text for text, name in after if name == "parking"} == {"The car park was full"}


def test_lessons_tell_a_coding_from_a_word_on_one_priority():
    examples = pd.concat(
        [
            shown([("a", "aim-one", True), ("b", None, False)]),
            shown([("c", "aim-two", True), ("d", "aim-one", False)], origin="reviewer"),
        ]
    )
    lessons = read_lessons(examples, OWN)
    assert [element.id for element in lessons.elements] == ["aim-one", "aim-two"]
    assert lessons.texts == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(lessons.targets, [[1, 0], [0, 0], [0, 1], [0, 0]])
    np.testing.assert_allclose(lessons.counts, [[1, 1], [1, 1], [0.1, 1], [1, 0]])


def test_examples_of_what_a_framework_no_longer_has_are_passed_over(embedders):
    segments, comments = standing_alone(OTHERS)
    gone = shown([("a", "aim-nine", True)])
    assert learn_priorities(gone, segments, comments, embedders=embedders, frameworks=[OWN]) == ()


def test_without_reason_nothing_is_corrected():
    features = np.eye(3)
    fitted = fit_correction(
        features,
        np.array([[1.0], [0.0], [1.0]]),
        judged=np.array([[9.0], [-9.0], [9.0]]),
        row_weights=np.ones((3, 1)),
        ridge=0.5,
        bias_ridge=1.0,
    )
    assert np.abs(fitted.of(features)).max() < 0.01
