"""QDC labels and sentiment against people's codes, on respondents held out: ours, and tf-idf with a vector machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from peers import TfidfFeatures, linear_labels, linear_levels, svc_labels, svc_levels
from sides import LABELS, Coded, Made, as_comments, held_rows, slug, training_rows, unseen_rows

from voice_of_care.evaluation.agreement import in_three_levels, label_agreement, sentiment_agreement
from voice_of_care.heads import qdc_probabilities
from voice_of_care.sentiment import LEVELS, score_sentiment
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

DECIDED_AT = 0.5
LEAST_SAID = 0.05
LEVEL_OF = {label: level for level, label in enumerate(LEVELS, start=1)} | {"mixed": 3}
LABEL_MEASURES = ("f1_micro", "f1_macro", "f1_samples", "exact_match", "precision_micro", "recall_micro")
LEVEL_MEASURES = ("accuracy", "f1_macro")


class Coding(NamedTuple):
    """What one method says of held-out rows: labels, shape (rows, labels), and levels 1 to 5; and how sure it is."""

    labels: np.ndarray
    levels: np.ndarray
    probabilities: np.ndarray | None = None
    confidence: np.ndarray | None = None


def our_coding(coded: Coded, rows: np.ndarray, made: Made) -> Coding:
    """Return what the product says, by the heads of a side that does not hold these rows."""
    chosen = coded.comments.iloc[rows]
    comments = as_comments(chosen["text"].tolist(), chosen["respondent"].tolist(), chosen["question"].tolist())
    segments = split_segments(comments).segments
    said = qdc_probabilities(segments, comments, embedders=made.embedders, heads=made.heads).merge(
        segments[["segment_id", "comment_id"]], on="segment_id", how="left", validate="many_to_one"
    )
    best = said.pivot_table(
        index="comment_id", columns="priority_id", values=["strength", "probability"], aggfunc="max", fill_value=0.0
    )
    ids = [slug(label) for label in LABELS]
    strength, probability = (
        best[name].reindex(index=comments["comment_id"], columns=ids).fillna(0.0).to_numpy(dtype=float)
        for name in ("strength", "probability")
    )
    scored = score_sentiment(segments, comments, embedders=made.embedders, heads=made.heads).comment_sentiments
    scored = scored.set_index("comment_id").reindex(comments["comment_id"])
    levels = scored["label"].map(LEVEL_OF).to_numpy(dtype=int)
    return Coding(strength >= DECIDED_AT, levels, probability, scored["confidence"].to_numpy(dtype=float))


def peer_coding(
    coded: Coded, train: np.ndarray, rows: np.ndarray, *, labels_of: Callable, levels_of: Callable, as_published: bool
) -> Coding:
    """Return what a vector machine on tf-idf says, trained on a side; the question helps it with sentiment alone."""
    texts, questions = coded.comments["text"].to_numpy(), coded.comments["question"].to_numpy()
    labelled, leveled = train[coded.has_priorities[train]], train[coded.levels[train] > 0]
    features = TfidfFeatures(as_published=as_published, with_question=False)
    learnt = features.fit(texts[labelled], questions[labelled])
    labels = labels_of(learnt, coded.priorities[labelled], features.transform(texts[rows], questions[rows]))
    features = TfidfFeatures(as_published=as_published, with_question=True)
    learnt = features.fit(texts[leveled], questions[leveled])
    levels = levels_of(learnt, coded.levels[leveled], features.transform(texts[rows], questions[rows]))
    return Coding(labels, levels)


def published_coding(coded: Coded, train: np.ndarray, rows: np.ndarray) -> Coding:
    """Return what the machine with pxtextmining's published parameters says."""
    return peer_coding(coded, train, rows, labels_of=svc_labels, levels_of=svc_levels, as_published=True)


def linear_coding(coded: Coded, train: np.ndarray, rows: np.ndarray) -> Coding:
    """Return what a linear machine says, which does better on these comments."""
    return peer_coding(coded, train, rows, labels_of=linear_labels, levels_of=linear_levels, as_published=False)


def code_sides(coded: Coded, sides: Sequence[str], code: Callable[[str, np.ndarray, np.ndarray], Coding]) -> Coding:
    """Code every row once, by what was made from a side that does not hold its respondent."""
    size = len(coded.comments)
    shape = (size, len(LABELS))
    labels, levels = np.zeros(shape, dtype=bool), np.zeros(size, dtype=int)
    probabilities, confidence = np.zeros(shape), np.zeros(size)
    for side in sides:
        rows = held_rows(coded, side)
        found = code(side, training_rows(coded, side), rows)
        labels[rows], levels[rows] = found.labels, found.levels
        if found.probabilities is not None and found.confidence is not None:
            probabilities[rows], confidence[rows] = found.probabilities, found.confidence
    return Coding(labels, levels, probabilities, confidence)


def never_seen(coded: Coded, sides: Sequence[str]) -> np.ndarray:
    """Say of which rows not even the text stands on the training side."""
    unseen = np.zeros(len(coded.comments), dtype=bool)
    for side in sides:
        unseen[unseen_rows(coded, side)] = True
    return unseen


def label_figures(coded: Coded, found: Coding, rows: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the measures of labels, each with its interval, on some rows that have labels."""
    chosen = np.flatnonzero(rows & coded.has_priorities)
    agreed = label_agreement(
        coded.priorities[chosen],
        found.labels[chosen],
        labels=list(LABELS),
        respondents=coded.comments["respondent"].iloc[chosen].tolist(),
    )
    return {"comments": {"value": len(chosen)}, **_measures(agreed.measures, LABEL_MEASURES)}


def per_label(coded: Coded, found: Coding) -> list[dict[str, object]]:
    """Return support, precision, recall and F1 of each label on all held-out rows."""
    chosen = np.flatnonzero(coded.has_priorities)
    agreed = label_agreement(
        coded.priorities[chosen],
        found.labels[chosen],
        labels=list(LABELS),
        respondents=coded.comments["respondent"].iloc[chosen].tolist(),
    )
    values = agreed.measures.pivot_table(index="item", columns="measure", values="value", dropna=False)
    support = agreed.counts.set_index("item")["support"]
    return [
        {
            "label": label,
            "comments": int(support[label]),
            **{name: _number(values.loc[label, name]) for name in ("precision", "recall", "f1")},
        }
        for label in LABELS
    ]


def level_figures(coded: Coded, found: Coding, rows: np.ndarray) -> dict[str, dict[str, float]]:
    """Return the measures of sentiment at five and three levels, on some rows that have labels and a level."""
    chosen = np.flatnonzero(rows & (coded.levels > 0) & coded.has_priorities)
    respondents = coded.comments["respondent"].iloc[chosen].tolist()
    theirs, ours = coded.levels[chosen].tolist(), found.levels[chosen].tolist()
    five = sentiment_agreement(theirs, ours, respondents=respondents)
    three = sentiment_agreement(
        in_three_levels(theirs), in_three_levels(ours), respondents=respondents, levels=(1, 2, 3)
    )
    coarse = {f"{name}_3": value for name, value in _measures(three.measures, LEVEL_MEASURES).items()}
    return {"comments": {"value": len(chosen)}, **_measures(five.measures, LEVEL_MEASURES), **coarse}


def reliability_figures(coded: Coded, found: Coding) -> dict[str, dict[str, object]]:
    """Return how often what was said with so much probability came true, for labels and for sentiment."""
    labelled = coded.has_priorities
    leveled = labelled & (coded.levels > 0)
    return {
        "labels": _reliability(found.probabilities[labelled].ravel(), coded.priorities[labelled].ravel()),
        "levels": _reliability(found.confidence[leveled], found.levels[leveled] == coded.levels[leveled]),
    }


def _reliability(said: np.ndarray, true: np.ndarray) -> dict[str, object]:
    """Return by tenths what was said and what came true, and the mean gap; what is under 0.05 is not said at all."""
    spoken = said >= LEAST_SAID
    said, true = said[spoken], true[spoken]
    tenth = np.minimum((said * 10).astype(int), 9)
    bins = [
        {
            "low": number / 10,
            "high": (number + 1) / 10,
            "count": int((tenth == number).sum()),
            "said": _number(said[tenth == number].mean()),
            "true": _number(true[tenth == number].mean()),
        }
        for number in range(10)
        if (tenth == number).any()
    ]
    gaps = [abs(each["said"] - each["true"]) * each["count"] for each in bins]
    return {"bins": bins, "error": _number(sum(gaps) / len(said))}


def _measures(measured: pd.DataFrame, names: Sequence[str]) -> dict[str, dict[str, float]]:
    of_all = measured[measured["item"] == ""].set_index("measure")
    return {name: {key: _number(of_all.loc[name, key]) for key in ("value", "low", "high")} for name in names}


def _number(value: object) -> float:
    number = round(float(str(value)), 4)
    return number if number == number else 0.0
