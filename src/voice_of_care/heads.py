"""Heads over sentence embeddings, trained on comments people coded: five levels of sentiment, and QDC priorities.

Two readings of a text are added up. The feedback encoder has heads that it was tuned with: linear on its vector and the
kind of question. Beside it stand linear heads on the general encoder's vector, on what our own lexicon reads, on the
kind of question, and on hashed words and character runs: no vocabulary is kept. `models/train/` trains them;
`models/feedback-heads/` holds the weights and their card.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from voice_of_care.lexicon import Reading, read
from voice_of_care.models import FEEDBACK_HEADS, model_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sklearn.feature_extraction.text import HashingVectorizer

    from voice_of_care.embedding import Embedders

QuestionKind = Literal["good", "improve", "open"]

HASHED_COLUMNS = 4096  # for words, and again for character runs
_ROWS_AT_ONCE = 2000  # bounds memory
_SMALLEST_PROBABILITY = 0.05
MOST_WORDS = 150  # some 200 tokens: a longer comment may not be read to its end, so its segments decide
# Scales of the groups of features: with one ridge penalty, how freely each group is used.
_EMBEDDING_SCALE = 5.0
_READING_SCALE = 2.0
_HASHED_SCALE = 3.0

_WORD = re.compile(r"\b\w[\w']*\b")
_ASKS_IMPROVE = re.compile(
    r"\b(?:better|improv\w+|chang\w+|differently|do(?:es|ne)? more of|less of|stop|wrong|bad|worse|worst|poor\w*|badly|"
    r"dissatisfied|dislik\w+|unhappy|negatives?|concerns?|challenges?|barriers?|problems?|issues?|weakness\w*|"
    r"frustrat\w+|worr\w+|suggest\w*|gaps?|gets? in (?:the|your) way|not (?:so |very )?(?:well|good)|"
    r"not (?:go|going|work|working)(?: so| very)? well|"
    r"\w+n't (?:go|going|gone|work|working|worked|do|done)(?: so| very)?(?: well)?)\b",
    re.IGNORECASE,
)
_ASKS_GOOD = re.compile(
    r"\b(?:well|good|best|great|liked?|likes|enjoy\w*|satisfied|happy|positives?|strengths?|proud|compliments?|"
    r"praise|thanks?|celebrat\w+)\b",
    re.IGNORECASE,
)
# These ask for neither: "how well", "would you like to", "what is it like".
_ASKS_HOW = re.compile(
    r"\bhow (?:well|good|satisfied|happy)\b|\b(?:would|'d) (?:you )?like\b|\byou(?: would|'d) like\b|\bit like\b"
    r"|(?<=in the way of )good\b",
    re.IGNORECASE,
)


class _Weights(NamedTuple):
    """The weights of one kind of output, by what they sit on."""

    dense: NDArray[np.float64]
    hashed: NDArray[np.float64]
    bias: NDArray[np.float32]
    tuned: NDArray[np.float64]


@dataclass(frozen=True)
class Heads:
    """The trained weights: one row a feature, one column an output.

    `level` has four outputs, one for each step between five levels; `calibration` maps log probabilities of the five
    levels to calibrated ones. `priority` has one output for each of `priority_ids`. `tuned` are the heads on the
    feedback encoder, their last three rows the kind of question and the constant. `level_mix` and `priority_mix` hold
    what the tuned logit and the other one are multiplied by, and an offset; then the priorities are calibrated.
    """

    idf: NDArray[np.float32]
    level_dense: NDArray[np.float32]
    level_hashed: NDArray[np.float16]
    level_bias: NDArray[np.float32]
    calibration: NDArray[np.float32]
    priority_dense: NDArray[np.float32]
    priority_hashed: NDArray[np.float16]
    priority_bias: NDArray[np.float32]
    tuned_level: NDArray[np.float32]
    tuned_priority: NDArray[np.float32]
    level_mix: NDArray[np.float32]
    priority_mix: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    priority_ids: NDArray[np.str_]

    @functools.cached_property
    def of_levels(self) -> _Weights:
        """Return the weights of the levels in double precision, as they are used."""
        dense, hashed, tuned = (
            weights.astype(float) for weights in (self.level_dense, self.level_hashed, self.tuned_level)
        )
        return _Weights(dense, hashed, self.level_bias, tuned)

    @functools.cached_property
    def of_priorities(self) -> _Weights:
        """Return the weights of the priorities in double precision, as they are used."""
        stored = (self.priority_dense, self.priority_hashed, self.tuned_priority)
        dense, hashed, tuned = (weights.astype(float) for weights in stored)
        return _Weights(dense, hashed, self.priority_bias, tuned)


class Inputs(NamedTuple):
    """What the heads read: texts, the kinds of question they answer, and both encoders' vectors."""

    texts: Sequence[str]
    kinds: Sequence[QuestionKind]
    general: NDArray[np.float32]
    feedback: NDArray[np.float32]

    def part(self, rows: slice) -> Inputs:
        """Return some of the rows."""
        return Inputs(self.texts[rows], self.kinds[rows], self.general[rows], self.feedback[rows])


def inputs_of(texts: Sequence[str], kinds: Sequence[QuestionKind], embedders: Embedders) -> Inputs:
    """Embed texts with both encoders."""
    return Inputs(texts, kinds, embedders.general.embed(texts), embedders.feedback.embed(texts))


def read_heads(path: Path) -> Heads:
    """Return the weights of a file that has been verified."""
    with np.load(path, allow_pickle=False) as stored:
        return Heads(**{field.name: stored[field.name] for field in fields(Heads)})


@functools.cache
def load_heads() -> Heads:
    """Return the packaged weights.

    Raises:
        ModelError: the file is missing or is not the manifest's.
    """
    return read_heads(model_file(FEEDBACK_HEADS))


def question_kind(question: str | None) -> QuestionKind:
    """Say whether a question, or a heading of notes, asks for what was good, for what to improve, or is open."""
    if not isinstance(question, str):
        return "open"
    plain = _ASKS_HOW.sub(" ", question.replace("’", "'"))
    rest, improves = _ASKS_IMPROVE.subn(" ", plain)
    good = _ASKS_GOOD.search(rest) is not None
    if good == (improves > 0):
        return "open"
    return "good" if good else "improve"


def _reading_row(reading: Reading, kind: QuestionKind) -> list[float]:
    praised, complained = reading.praise > 0, reading.complaint > 0
    leaning = float(np.tanh((reading.praise - reading.complaint) / 2))
    answers = [float(reading.says_nothing), float(reading.says_everything), float(complained), float(praised)]
    answers += [float(np.log1p(reading.words)), leaning]
    own = [
        float(np.log1p(reading.praise)),
        float(np.log1p(reading.complaint)),
        *(float(min(count, 2)) for count in reading[2:8]),
        float(min(reading.requests, 3)),
        *answers,
        float(praised and complained),
    ]
    by_question = [value * (kind == asked) for asked in ("good", "improve") for value in answers]
    return [value * _READING_SCALE for value in own + by_question] + [float(kind == "good"), float(kind == "improve")]


@functools.cache
def _hashers() -> tuple[HashingVectorizer, HashingVectorizer]:
    from sklearn.feature_extraction.text import HashingVectorizer

    shared = {"n_features": HASHED_COLUMNS, "alternate_sign": False, "norm": None}
    words = HashingVectorizer(ngram_range=(1, 2), tokenizer=_WORD.findall, token_pattern=None, **shared)
    return words, HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)


def hashed_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return counts of hashed words and pairs of words, then of hashed runs of three to five characters."""
    lower = [text.lower().replace("’", "'") for text in texts]
    words, runs = _hashers()
    return sparse.csr_matrix(sparse.hstack([words.transform(lower), runs.transform(lower)], format="csr"))


def hashed_features(texts: Sequence[str], idf: NDArray[np.float32]) -> sparse.csr_matrix:
    """Return hashed counts, damped, weighted by `idf` and scaled to one length a block."""
    counts = hashed_counts(texts)
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices].astype(float)
    blocks = []
    for start in (0, HASHED_COLUMNS):
        block = counts[:, start : start + HASHED_COLUMNS]
        length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        blocks.append(sparse.diags(_HASHED_SCALE / np.where(length > 0, length, 1.0)) @ block)
    return sparse.csr_matrix(sparse.hstack(blocks, format="csr"))


def dense_features(
    texts: Sequence[str], kinds: Sequence[QuestionKind], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the embedding, the lexicon's reading and the kind of question, one row a text."""
    readings = [_reading_row(read(text), kind) for text, kind in zip(texts, kinds, strict=True)]
    return np.hstack([vectors.astype(float) * _EMBEDDING_SCALE, np.array(readings, dtype=float)])


def tuned_features(kinds: Sequence[QuestionKind], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the heads of the feedback encoder read: its vector, the kind of question, and a constant."""
    asked = [[float(kind == "good"), float(kind == "improve"), 1.0] for kind in kinds]
    return np.hstack([vectors.astype(float), np.array(asked, dtype=float).reshape(-1, 3)])


def _product(rows: NDArray[np.float64] | sparse.csr_matrix, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    # Sparse products add row by row, so that no result depends on which rows stand beside it, nor on threads.
    return np.asarray(sparse.csr_matrix(rows) @ weights)


class _Features(NamedTuple):
    """What the heads read of some texts: of the feedback encoder, of the general one with the lexicon, and hashed."""

    tuned: NDArray[np.float64]
    dense: NDArray[np.float64]
    hashed: sparse.csr_matrix


def _features_of(inputs: Inputs, heads: Heads) -> _Features:
    return _Features(
        tuned_features(inputs.kinds, inputs.feedback),
        dense_features(inputs.texts, inputs.kinds, inputs.general),
        hashed_features(inputs.texts, heads.idf),
    )


def _logits(features: _Features, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the logits of the tuned heads and of the others."""
    others = _product(features.dense, weights.dense) + _product(features.hashed, weights.hashed) + weights.bias
    return _product(features.tuned, weights.tuned), others


def _mixed(
    inputs: Inputs, heads: Heads, weights: _Weights
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Yield the logits of the tuned heads and of the others, some rows at a time."""
    for start in range(0, len(inputs.texts), _ROWS_AT_ONCE):
        yield _logits(_features_of(inputs.part(slice(start, start + _ROWS_AT_ONCE)), heads), weights)


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return probability


def probabilities_of_both(inputs: Inputs, *, heads: Heads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `level_probabilities` and `priority_probabilities` do, from one reading of a few texts."""
    features = _features_of(inputs, heads)
    first, second, offset = heads.level_mix.astype(float)
    tuned, others = _logits(features, heads.of_levels)
    levels = levels_of_steps(_sigmoid(first * tuned + second * others + offset))
    by_priority = heads.priority_mix.astype(float).T
    tuned, others = _logits(features, heads.of_priorities)
    return levels, _sigmoid(tuned * by_priority[0] + others * by_priority[1] + by_priority[2])


def level_probabilities(inputs: Inputs, *, heads: Heads) -> NDArray[np.float64]:
    """Return probabilities of five levels, very positive first, shape (len(texts), 5); rows sum to 1.

    Four logistic steps, P(level > k), made monotone (Frank and Hall 2001). Levels were weighted in training, so that
    rare ones are not passed over: `calibrate` undoes that.
    """
    first, second, offset = heads.level_mix.astype(float)
    parts = [
        _sigmoid(first * tuned + second * others + offset) for tuned, others in _mixed(inputs, heads, heads.of_levels)
    ]
    if not parts:
        return np.zeros((0, 5))
    return levels_of_steps(np.vstack(parts))


def levels_of_steps(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn P(level > 1) .. P(level > 4) into probabilities of the five levels."""
    falling = np.minimum.accumulate(steps, axis=1)
    padded = np.hstack([np.ones((len(steps), 1)), falling, np.zeros((len(steps), 1))])
    levels: NDArray[np.float64] = padded[:, :-1] - padded[:, 1:]
    return levels


def calibrate(levels: NDArray[np.float64], calibration: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return probabilities that came true as often as they say, on respondents not trained on."""
    logs = np.hstack([np.log(np.clip(levels, 1e-6, 1)), np.ones((len(levels), 1))])
    scores = np.einsum("ij,jk->ik", logs, calibration.astype(float))
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    calibrated: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return calibrated


def priority_parts(inputs: Inputs, *, heads: Heads) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one logit a text and priority from the tuned heads, and one from the others."""
    empty = np.zeros((0, len(heads.priority_ids)))
    parts = [(empty, empty), *_mixed(inputs, heads, heads.of_priorities)]
    return np.vstack([tuned for tuned, _ in parts]), np.vstack([others for _, others in parts])


def priority_probabilities(inputs: Inputs, *, heads: Heads) -> NDArray[np.float64]:
    """Return how likely a person would give each text each priority, calibrated on comments."""
    tuned, others = priority_parts(inputs, heads=heads)
    first, second, offset = heads.priority_mix.astype(float).T
    return _sigmoid(tuned * first + others * second + offset)


def strength_of(probability: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:
    """Stretch probabilities so that each priority's own threshold stands at 0.5."""
    cut = thresholds.astype(float)
    low, high = 0.5 * probability / cut, 0.5 + 0.5 * (probability - cut) / (1 - cut)
    strength: NDArray[np.float64] = np.where(probability < cut, low, high)
    return strength


def strengths_over(probability: NDArray[np.float64], *, heads: Heads) -> NDArray[np.float64]:
    """Return strengths as they are stored; 0 where a priority is too unlikely to be told of."""
    strength = strength_of(probability, heads.thresholds).round(6)
    kept: NDArray[np.float64] = np.where(probability >= _SMALLEST_PROBABILITY, strength, 0.0)
    return kept


def questions_of(segments: pd.DataFrame, safe_comments: pd.DataFrame) -> list[QuestionKind]:
    """Return the kind of question each segment answers."""
    kind_of = dict(zip(safe_comments["comment_id"], map(question_kind, safe_comments["question"]), strict=True))
    return [kind_of[comment_id] for comment_id in segments["comment_id"]]


def qdc_probabilities(
    segments: pd.DataFrame, safe_comments: pd.DataFrame, *, embedders: Embedders, heads: Heads | None = None
) -> pd.DataFrame:
    """Return how likely a person would give each segment each priority of the PatientExperience-QDC framework.

    The heads were trained on whole comments, so the comment decides and its segments carry: the segment that speaks
    most of a priority has the comment's probability, the others their own where it is lower. The comment's priorities
    are then those of its segments, whatever the threshold. A comment of more than 150 words is decided by its segments,
    since its end may be beyond what the encoders read.

    Columns: segment_id, priority_id (as in frameworks/qdc.yaml), probability (calibrated on comments) and strength (the
    same, stretched so that the priority's own threshold stands at 0.5). Rows below a probability of 0.05 are left out.

    Raises:
        ModelError: the weights are missing or are not the manifest's.
    """
    heads = heads or load_heads()
    asked = [question_kind(question) for question in safe_comments["question"]]
    whole_texts = list(safe_comments["text"])
    texts, kinds = list(segments["text"]), questions_of(segments, safe_comments)
    whole = priority_probabilities(inputs_of(whole_texts, asked, embedders), heads=heads) * _say_something(whole_texts)
    own = priority_probabilities(inputs_of(texts, kinds, embedders), heads=heads) * _say_something(texts)
    comment = pd.Index(safe_comments["comment_id"]).get_indexer(segments["comment_id"])
    probability = np.where(are_long(whole_texts)[comment, None], own, placed(own, whole, segments, comment))
    strength = strengths_over(probability, heads=heads)
    row, column = np.nonzero(probability >= _SMALLEST_PROBABILITY)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[row],
            "priority_id": heads.priority_ids[column].astype(str),
            "probability": probability[row, column].round(6),
            "strength": strength[row, column],
        }
    ).astype({"segment_id": "str", "priority_id": "str"})


def says_something(text: str) -> bool:
    """Say whether a text has a letter or a digit: emoji and dots alone speak of nothing that could be told."""
    return any(map(str.isalnum, text))


def _say_something(texts: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([says_something(text) for text in texts], dtype=np.bool_).reshape(-1, 1)


def are_long(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Say which texts may be longer than what an encoder reads."""
    return np.array([len(_WORD.findall(text)) > MOST_WORDS for text in texts], dtype=np.bool_)


def placed(
    own: NDArray[np.float64], whole: NDArray[np.float64], segments: pd.DataFrame, comment: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Lay each comment's probabilities on its segments: all of it on the best (the first of equals), a limit elsewhere.

    Args:
        own: the segments' own probabilities, one row a segment.
        whole: the comments' probabilities, one row a comment.
        segments: for their position.
        comment: the row in `whole` of each segment's comment.
    """
    order = np.lexsort((segments["position"].to_numpy(), comment))
    best = pd.DataFrame(own[order], index=order).groupby(comment[order], sort=False).idxmax()
    laid = np.minimum(own, whole[comment])
    column = np.arange(own.shape[1])
    for rows in best.to_numpy():
        laid[rows, column] = whole[comment[rows], column]
    return laid
