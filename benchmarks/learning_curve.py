"""How well a framework of one's own is linked from 0, 8, 16, 32 and 64 examples a priority.

    python benchmarks/learning_curve.py PATH/nhs_patient_feedback.csv ENCODERS [--draws 3] [--to figures.json]

Comments coded with PatientExperience-QDC stand in for a user's own framework: its definitions and cues are given, its
trained heads are not used. ENCODERS holds an encoder for each side, as `models/train/train_encoder.py` writes them.
Examples come from one part of the respondents, the others judge. Three encoders are tried beside the packaged one, with
growing honesty: tuned on the other respondents' codes with the same framework; tuned on the other trust's; none. The
third asks what is learnt of a framework that no encoder has ever seen. The topics planted in the synthetic exercise
stand for such a framework too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from sides import (
    FOLDS,
    LABELS,
    ROOT,
    TRUSTS,
    as_comments,
    has_encoder,
    made_on,
    made_on_all,
    plain_embedder,
    read_coded,
    training_rows,
)
from threadpoolctl import threadpool_limits

from voice_of_care.counting import units
from voice_of_care.embedding import Embedders
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.frameworks.model import Framework, FrameworkElement
from voice_of_care.priorities import learn_priorities, link_priorities
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS, EXAMPLES, conform
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sides import Coded

COUNTS = (0, 8, 16, 32, 64)
ONE_KNOWN = (8, 32)
OWN = "own-framework"
GOLD = ROOT / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
TOPICS = {
    "communication": "Being told what is going on, clearly and in time.",
    "compassion": "Kindness and warmth of staff, or want of it.",
    "appointments": "Getting an appointment, and having it kept.",
    "waiting": "How long people wait to be seen or treated.",
    "discharge": "Leaving hospital and what is arranged for it.",
    "continuity": "Seeing the same people, not telling the story again.",
    "learning": "Listening to feedback and learning from mistakes.",
    "phone": "Getting through by telephone.",
    "staffing": "Whether there are enough staff.",
    "it_systems": "Computers, records and systems that staff work with.",
    "transport": "Getting there by bus, lift or ambulance.",
    "dignity": "Privacy and being treated with respect.",
    "families": "How families and carers are involved and helped.",
    "access": "Help for people with other languages, hearing, sight or mobility needs.",
    "parking": "Finding and paying for a parking space.",
    "environment": "The state, temperature and comfort of buildings and rooms.",
    "medication": "Tablets and prescriptions, right and in time.",
    "pain": "Whether pain is eased.",
    "training": "Training and supervision of staff.",
    "cleanliness": "Whether wards, toilets and rooms are clean.",
    "home_care": "Care at home: whether carers come, when and for how long.",
    "food": "Meals and drinks.",
    "leadership": "Managers: whether they are seen and whether they listen.",
    "wellbeing": "How staff cope: tiredness, breaks, support.",
    "treatment_room": "Dressings, bloods and injections in the treatment room.",
    "mh_crisis": "Help in a mental health crisis.",
    "night_noise": "Noise at night and sleep.",
}
"""What we would write down first, had we the planted topics as a framework: a name and a line, no cues."""


class Task(NamedTuple):
    """Comments whose codes are known: those that examples are drawn from, and those that judge."""

    name: str
    embedders: Embedders
    framework: Framework
    texts: list[str]
    truth: np.ndarray  # booleans, one row a text and one column a priority
    taught: np.ndarray
    judged: np.ndarray
    comments: pd.DataFrame


class Silent:
    """An encoder that says nothing, in the place of the one tuned on feedback."""

    name, dimensions = "none", 1

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return nought for each text."""
        return np.zeros((len(texts), self.dimensions), dtype=np.float32)


def curve(coded: Coded, encoders: Path, *, draws: int = 3, counts: Sequence[int] = COUNTS) -> pd.DataFrame:
    """Return micro and macro F1 by encoder and number of examples: mean over draws, and their spread.

    Args:
        coded: comments that people coded.
        encoders: folder of the encoders by side.
        draws: how often examples are drawn.
        counts: examples of each priority.
    """
    rows: list[dict[str, Any]] = []
    for task in tasks(coded, encoders):
        for count in counts:
            rows += figures(task, count, draws)
    table = pd.DataFrame(rows)
    table["encoder"] = table["encoder"].str.replace(r" \(.*", "", regex=True)
    key = ["encoder", "codes", "examples"]
    mean = table.groupby(key, sort=False)[["texts", "micro", "macro"]].mean()
    spread = table.groupby(key, sort=False)["micro"].agg(lambda values: values.max() - values.min())
    return mean.assign(spread=spread).round(3).reset_index()


def figures(task: Task, count: int, draws: int) -> Iterator[dict[str, Any]]:
    """Yield one row a draw: with all codes of an example known, and with the one it was drawn for alone."""
    modes = ("all known", "one known") if count in ONE_KNOWN else ("all known",)
    for codes in modes if count else ("none",):
        for draw in range(draws if count else 1):
            drawn = examples_of(task, count, draw, codes)
            micro, macro = judge(task, drawn)
            taught = drawn["text"].nunique()
            yield {
                "encoder": task.name,
                "codes": codes,
                "examples": count,
                "texts": taught,
                "micro": micro,
                "macro": macro,
            }


def examples_of(task: Task, count: int, draw: int, codes: str) -> pd.DataFrame:
    """Return so many examples of each priority, drawn from the texts to teach from."""
    chance = np.random.default_rng(draw)
    rows = []
    for column in range(len(task.framework.elements)):
        of_it = chance.permutation(task.taught[task.truth[task.taught, column]])[:count]
        for place in of_it:
            known = np.flatnonzero(task.truth[place]) if codes == "all known" else [column]
            rows += [(task.framework.elements[each].id, task.texts[place]) for each in known]
    frame = pd.DataFrame(sorted(set(rows)), columns=["priority_id", "text"]).assign(
        framework_id=task.framework.id,
        framework_version="1",
        is_example=True,
        origin="coded" if codes == "all known" else "reviewer",
    )
    return conform(frame, EXAMPLES) if len(frame) else EXAMPLES.empty()


def judge(task: Task, examples: pd.DataFrame) -> tuple[float, float]:
    """Return micro and macro F1 of comments' links, the union of their segments'."""
    segments = split_segments(task.comments).segments
    learnt = learn_priorities(examples, segments, task.comments, embedders=task.embedders, frameworks=[task.framework])
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        task.comments,
        embedder=task.embedders.general,
        frameworks=[task.framework],
        settings=PrioritySettings(),
        unit_of=units(task.comments),
        trained=learnt,
    ).segment_links
    found = links.merge(segments[["segment_id", "comment_id"]], on="segment_id", validate="many_to_one")
    linked = pd.crosstab(found["comment_id"], found["priority_id"]).gt(0)
    ids = [element.id for element in task.framework.elements]
    return f1(task.truth[task.judged], linked.reindex(task.comments["comment_id"], columns=ids, fill_value=False))


def f1(truth: np.ndarray, linked: pd.DataFrame) -> tuple[float, float]:
    """Return micro F1, and the mean over priorities that were given or found."""
    found = linked.to_numpy()
    both, either = (truth & found).sum(axis=0), truth.sum(axis=0) + found.sum(axis=0)
    return float(2 * both.sum() / either.sum()), float((2 * both[either > 0] / either[either > 0]).mean())


def tasks(coded: Coded, encoders: Path) -> Iterator[Task]:
    """Yield what is to be learnt with which encoder."""
    framework = own_framework()
    kept = np.flatnonzero(coded.has_priorities)
    for side in FOLDS:
        if has_encoder(encoders, side):
            taught = np.intersect1d(training_rows(coded, side), kept)
            name = f"tuned on the other respondents ({side})"
            yield task_of(coded, name, made_on(encoders, side).embedders, framework, taught, np.setdiff1d(kept, taught))
    is_half = coded.comments["respondent"].map(lambda each: hashlib.sha256(each.encode()).digest()[0] % 2 == 0)
    for side in TRUSTS:
        if has_encoder(encoders, side):
            other = np.setdiff1d(kept, training_rows(coded, side))
            taught = other[is_half.to_numpy()[other]]
            name = f"tuned on the other trust ({side})"
            yield task_of(
                coded, name, made_on(encoders, side).embedders, framework, taught, np.setdiff1d(other, taught)
            )
    plain = plain_embedder()
    for side in FOLDS[:1]:
        taught = np.intersect1d(training_rows(coded, side), kept)
        name = f"packaged, not tuned ({side})"
        yield task_of(coded, name, Embedders(plain, Silent()), framework, taught, np.setdiff1d(kept, taught))
    yield planted("planted topics, packaged with the feedback encoder", made_on_all().embedders)
    yield planted("planted topics, packaged, not tuned", Embedders(plain, Silent()))


def planted(name: str, embedders: Embedders) -> Task:
    """Return the planted topics as a framework of their own; texts that teach never judge."""
    themes: dict[str, set[str]] = {}
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        for part in json.loads(line)["parts"]:
            themes.setdefault(part["text"], set()).update(part["themes"])
    texts = sorted(text for text in themes if themes[text] & set(TOPICS))
    truth = np.array([[topic in themes[text] for topic in TOPICS] for text in texts])
    elements = [_topic(topic, definition) for topic, definition in TOPICS.items()]
    framework = Framework(id=OWN, version="1", name="Planted topics", elements=tuple(elements))
    teaches = np.array([hashlib.sha256(text.encode()).digest()[0] % 2 == 0 for text in texts])
    judged = np.flatnonzero(~teaches)
    comments = as_comments([texts[row] for row in judged], [str(row) for row in judged])
    return Task(name, embedders, framework, texts, truth, np.flatnonzero(teaches), judged, comments)


def _topic(topic: str, definition: str) -> FrameworkElement:
    label = topic.replace("_", " ").capitalize()
    return FrameworkElement(id=topic.replace("_", "-"), label=label, definition=definition, include_cues=(label,))


def task_of(
    coded: Coded, name: str, embedders: Embedders, framework: Framework, taught: np.ndarray, judged: np.ndarray
) -> Task:
    chosen = coded.comments.iloc[judged]
    comments = as_comments(chosen["text"].tolist(), chosen["respondent"].tolist(), chosen["question"].tolist())
    return Task(name, embedders, framework, coded.comments["text"].tolist(), coded.priorities, taught, judged, comments)


def own_framework() -> Framework:
    """Return the framework's definitions and cues under an id that no trained model knows."""
    qdc = find_framework("qdc")
    by_label = {_spelt(element.label): element for element in qdc.elements}
    return qdc.model_copy(update={"id": OWN, "elements": tuple(by_label[_spelt(label)] for label in LABELS)})


def _spelt(label: str) -> str:
    return label.replace("/ ", "/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("encoders", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    table = curve(read_coded(options.data), options.encoders, draws=options.draws)
    print(table.to_string(index=False))
    if options.to:
        content = json.dumps(table.to_dict("records"), indent=2)
        options.to.write_text(content + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
