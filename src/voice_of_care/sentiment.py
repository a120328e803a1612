"""How people feel about what they say: five levels, and mixed kept apart from neutral, for segments and comments.

A trained head reads each text with its question; rules of ours decide what it can't: "nothing" as an answer, and
whether praise and complaint stand side by side.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.heads import (
    Heads,
    QuestionKind,
    are_long,
    calibrate,
    inputs_of,
    level_probabilities,
    load_heads,
    question_kind,
    questions_of,
)
from voice_of_care.lexicon import Reading, read
from voice_of_care.tables import COMMENT_SENTIMENTS, SENTIMENTS, conform
from voice_of_care.wording import Change, find_change, is_topic_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedders

LEVELS = ("very_positive", "positive", "neutral", "negative", "very_negative")
_VALUES = np.array([1.0, 0.5, 0.0, -0.5, -1.0])
_MIDDLE = 2
_OPPOSED = 0.25
"""Two sides of a contrast are opposed where one's polarity is above this and the other's below its negative."""

_DISAGREE = 0.4
"""The same between a comment's segments, where each side holds at least a quarter of its words."""

_LEAST_SHARE = 0.25
_LEAST_MIDDLE = 0.15
"""A comment is called mixed for its segments only where the head gives the middle at least this probability."""

_NEGATED = 0.4
"""What is left of the probability of praise in "was not kind": embeddings read negation weakly."""

_OF_CHANGE: Mapping[Change | None, tuple[float, float, float, float, float]] = {
    "better": (1, 1, 0, 0, 0),
    "worse": (0, 0, 0, 1, 1),
    None: (1, 1, 1, 1, 1),
}
"""What is left of each level's probability where a change is told of: encoders read the topic, not the change."""

_OF_TOPIC: Mapping[QuestionKind, tuple[float, float, float, float, float]] = {
    "good": (1, 1, 1, 0, 0),
    "improve": (0, 0, 1, 1, 1),
    "open": (0, 0, 1, 0, 0),
}
"""The same for a topic named alone, by the kind of question it answers."""

_LEAST_SIDE_WORDS = 2
_TURN = re.compile(
    r"[\s,;.–—-]*\b(?:but|however|although|though|except|apart from|other than|whereas|unfortunately|yet)\b[\s,]*",
    re.IGNORECASE,
)


class SentimentScored(NamedTuple):
    """Sentiment of each segment and of each comment."""

    sentiments: pd.DataFrame
    comment_sentiments: pd.DataFrame


class Sentiment(NamedTuple):
    """Label, polarity and confidence of one text."""

    label: str
    polarity: float
    confidence: float


class _Shares(NamedTuple):
    """Shares of a comment's words in praising, complaining and mixed segments."""

    praise: float
    complaint: float
    mixed: float


_NO_SHARES = _Shares(0.0, 0.0, 0.0)


class _Scored(NamedTuple):
    """Probabilities of the levels (very positive first), for decisions and calibrated, and the polarity."""

    levels: NDArray[np.float64]
    calibrated: NDArray[np.float64]
    polarity: NDArray[np.float64]


def score_sentiment(
    segments: pd.DataFrame, safe_comments: pd.DataFrame, *, embedders: Embedders, heads: Heads | None = None
) -> SentimentScored:
    """Return polarity, label and confidence of each segment and comment, in the order given.

    Polarity is the expected level, 1 very positive to -1 very negative. Confidence is the calibrated probability of the
    label's level; neutral and mixed share the middle one, since people coded them together. A comment too long to be
    read whole has the mean of its segments, by their words.

    Raises:
        ModelError: the weights are missing or are not the manifest's.
    """
    heads = heads or load_heads()
    texts, kinds = list(segments["text"]), questions_of(segments, safe_comments)
    readings = [read(text) for text in texts]
    scored = _score(texts, kinds, readings, embedders, heads)
    labels = _segment_labels(texts, kinds, readings, scored, embedders=embedders, heads=heads)
    of_segments = _frame(scored, labels).assign(segment_id=segments["segment_id"].to_numpy())

    whole, asked = list(safe_comments["text"]), [question_kind(question) for question in safe_comments["question"]]
    whole_readings = [read(text) for text in whole]
    whole_scored = _score(whole, asked, whole_readings, embedders, heads)
    comment = pd.Index(safe_comments["comment_id"]).get_indexer(segments["comment_id"])
    whole_scored = _with_means(whole_scored, are_long(whole), scored, comment, _words(readings), segments["position"])
    sides = _sides(segments, of_segments, readings)
    whole_labels = _comment_labels(safe_comments["comment_id"], whole_readings, whole_scored, sides)
    of_comments = _frame(whole_scored, whole_labels).assign(comment_id=safe_comments["comment_id"].to_numpy())
    return SentimentScored(conform(of_segments, SENTIMENTS), conform(of_comments, COMMENT_SENTIMENTS))


def score_comment(
    text: str,
    kind: QuestionKind,
    *,
    levels: NDArray[np.float64],
    split: Callable[[], Sequence[str]],
    embedders: Embedders,
    heads: Heads,
) -> Sentiment:
    """Return what `score_sentiment` says of one comment.

    Its segments are read only where they can change what the whole says: where the head gives the middle level enough,
    or where the comment is too long to be read whole.

    Args:
        text: the comment.
        kind: of the question it answers.
        levels: what the heads say of the whole comment, shape (1, 5).
        split: gives the texts of its segments, in order.
        embedders: both encoders.
        heads: the weights.
    """
    reading = read(text)
    scored = _decided(levels, [text], [kind], [reading], heads=heads)
    is_long = are_long([text])
    shares = _NO_SHARES
    is_mixed = scored.levels[0].argmax() == _MIDDLE and reading.praise > 0 and reading.complaint > 0
    if is_long[0] or (scored.levels[0, _MIDDLE] >= _LEAST_MIDDLE and not is_mixed):
        texts = split()
        kinds, readings = [kind] * len(texts), [read(part) for part in texts]
        of_parts = _score(texts, kinds, readings, embedders, heads)
        part_labels = _segment_labels(texts, kinds, readings, of_parts, embedders=embedders, heads=heads)
        places = pd.Series(range(len(texts)))
        first = np.zeros(len(texts), dtype=np.intp)
        scored = _with_means(scored, is_long, of_parts, first, _words(readings), places)
        words = _words(readings)
        weights = _side_weights(words, of_parts.polarity.round(6), np.array(part_labels))
        shares = _Shares(*(float(weights[name].sum() / words.sum()) for name in _Shares._fields))
    label = _comment_label(reading, scored.levels[0], shares)
    polarity, confidence = _outcome(scored, [label])
    return Sentiment(label, float(polarity[0]), float(confidence[0]))


def _score(
    texts: Sequence[str],
    kinds: Sequence[QuestionKind],
    readings: Sequence[Reading],
    embedders: Embedders,
    heads: Heads,
) -> _Scored:
    levels = level_probabilities(inputs_of(texts, kinds, embedders), heads=heads)
    return _decided(levels, texts, kinds, readings, heads=heads)


def _decided(
    levels: NDArray[np.float64],
    texts: Sequence[str],
    kinds: Sequence[QuestionKind],
    readings: Sequence[Reading],
    *,
    heads: Heads,
) -> _Scored:
    """Return what the heads say, calibrated and within what the words allow."""
    calibrated = calibrate(levels, heads.calibration)
    allowed = np.array([_allowed(*row) for row in zip(texts, readings, kinds, strict=True)], dtype=float)
    allowed = allowed.reshape(len(levels), len(LEVELS))
    levels, calibrated = _renormalised(levels * allowed), _renormalised(calibrated * allowed)
    return _Scored(levels, calibrated, (levels * _VALUES).sum(axis=1))


def _words(readings: Sequence[Reading]) -> NDArray[np.float64]:
    return np.array([max(1, reading.words) for reading in readings], dtype=float)


def _with_means(
    whole: _Scored,
    is_long: NDArray[np.bool_],
    scored: _Scored,
    comment: NDArray[np.intp],
    words: NDArray[np.float64],
    position: pd.Series,
) -> _Scored:
    """Give long comments the mean of their segments, in the segments' order, by their words."""
    order = np.lexsort((position.to_numpy(), comment))
    total = np.zeros(len(is_long))
    np.add.at(total, comment[order], words[order])
    taken = (is_long & (total > 0))[:, None]

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.zeros((len(is_long), values.shape[1]))
        np.add.at(sums, comment[order], (values * words[:, None])[order])
        return sums / np.where(total > 0, total, 1)[:, None]

    levels = np.where(taken, mean(scored.levels), whole.levels)
    calibrated = np.where(taken, mean(scored.calibrated), whole.calibrated)
    return _Scored(levels, calibrated, (levels * _VALUES).sum(axis=1))


def _renormalised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    floor = np.where(values > 0, np.maximum(values, 1e-9), 0)
    scaled: NDArray[np.float64] = floor / floor.sum(axis=1, keepdims=True)
    return scaled


def _allowed(text: str, reading: Reading, kind: QuestionKind) -> tuple[float, float, float, float, float]:
    """Return what each level's probability is multiplied by, where the words decide more than the head can tell.

    "Nothing" to improve is praise, "nothing" that was good is not; where all praise is negated, praise is less likely.
    Emoji and dots alone are neutral: the encoders read them wildly. A topic named alone says what its question asks
    for, and nothing where this is open. A change for better or worse outweighs what it is about.
    """
    if reading.words == 0:
        return (0, 0, 1, 0, 0)
    if is_topic_alone(text):
        return _OF_TOPIC[kind]
    if kind != "open" and (reading.says_nothing or reading.says_everything):
        return (1, 1, 0, 0, 0) if reading.says_nothing == (kind == "improve") else (0, 0, 0, 1, 1)
    change = find_change(text, asked=kind)
    if change is None and reading.negated_praise > 0 and reading.praise == 0:
        return (_NEGATED, _NEGATED, 1, 1, 1)
    return _OF_CHANGE[change]


def _frame(scored: _Scored, labels: Sequence[str]) -> pd.DataFrame:
    polarity, confidence = _outcome(scored, labels)
    return pd.DataFrame({"polarity": polarity, "label": list(labels), "confidence": confidence})


def _outcome(scored: _Scored, labels: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return polarity and confidence as they are stored."""
    level_of = {**{label: level for level, label in enumerate(LEVELS)}, "mixed": _MIDDLE}
    level = np.array([level_of[label] for label in labels], dtype=int)
    return scored.polarity.round(6), scored.calibrated[np.arange(len(level)), level].round(6)


def _segment_labels(
    texts: Sequence[str],
    kinds: Sequence[QuestionKind],
    readings: Sequence[Reading],
    scored: _Scored,
    *,
    embedders: Embedders,
    heads: Heads,
) -> list[str]:
    opposed = _opposed_sides(texts, kinds, embedders, heads)
    labels = []
    for row, (reading, level) in enumerate(zip(readings, scored.levels.argmax(axis=1), strict=True)):
        both = reading.praise > 0 and reading.complaint > 0
        mixed = row in opposed or (level == _MIDDLE and both)
        labels.append("mixed" if mixed else LEVELS[level])
    return labels


def _opposed_sides(
    texts: Sequence[str], kinds: Sequence[QuestionKind], embedders: Embedders, heads: Heads
) -> frozenset[int]:
    """Return rows of texts that turn at a "but" from praise to complaint or back."""
    rows, sides = [], []
    for row, text in enumerate(texts):
        turn = _TURN.search(text)
        if turn is None:
            continue
        pair = [text[: turn.start()].strip(), text[turn.end() :].strip()]
        if all(len(side.split()) >= _LEAST_SIDE_WORDS for side in pair):
            rows.append(row)
            sides += pair
    side_kinds: list[QuestionKind] = [kinds[row] for row in rows for _ in range(2)]
    polarity = _score(sides, side_kinds, [read(side) for side in sides], embedders, heads).polarity.reshape(-1, 2)
    far = (polarity.max(axis=1) > _OPPOSED) & (polarity.min(axis=1) < -_OPPOSED)
    return frozenset(row for row, is_far in zip(rows, far, strict=True) if is_far)


def _sides(segments: pd.DataFrame, of_segments: pd.DataFrame, readings: Sequence[Reading]) -> pd.DataFrame:
    """Return by comment the shares of its words in praising, complaining and mixed segments."""
    words = _words(readings)
    weights = pd.DataFrame(
        {**_side_weights(words, of_segments["polarity"].to_numpy(), of_segments["label"].to_numpy()), "words": words}
    )
    totals = weights.groupby(segments["comment_id"].to_numpy()).sum()
    return totals.div(totals["words"], axis=0)


def _side_weights(
    words: NDArray[np.float64], polarity: NDArray[np.float64], label: NDArray[np.object_]
) -> dict[str, NDArray[np.float64]]:
    """Return each segment's words, on the side it speaks for."""
    return {
        "praise": words * (polarity >= _DISAGREE) * (label != "mixed"),
        "complaint": words * (polarity <= -_DISAGREE) * (label != "mixed"),
        "mixed": words * (label == "mixed"),
    }


def _comment_labels(
    comment_ids: pd.Series, readings: Sequence[Reading], scored: _Scored, sides: pd.DataFrame
) -> list[str]:
    shares = sides.reindex(comment_ids.to_numpy()).fillna(0.0)
    sides_of = zip(*(shares[name] for name in _Shares._fields), strict=True)
    return [
        _comment_label(reading, levels, _Shares(*said))
        for reading, levels, said in zip(readings, scored.levels, sides_of, strict=True)
    ]


def _comment_label(reading: Reading, levels: NDArray[np.float64], shares: _Shares) -> str:
    level = int(levels.argmax())
    praise, complaint, mixed = shares
    present = (praise > 0 and complaint > 0) or mixed > 0 or (reading.praise > 0 and reading.complaint > 0)
    disagree = min(praise, complaint) >= _LEAST_SHARE and levels[_MIDDLE] >= _LEAST_MIDDLE
    return "mixed" if (level == _MIDDLE and present) or disagree else LEVELS[level]
