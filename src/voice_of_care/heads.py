"""Small heads over sentence embeddings, trained on comments people coded: five levels of sentiment, and QDC priorities.

`models/train/train_heads.py` trains them; `models/feedback-heads/` holds the weights and their card. Weights sit on the
embedding, on what our own lexicon reads, on the kind of question, and on hashed words and character runs: no vocabulary
is kept.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy import sparse

from voice_of_care.lexicon import Reading, read
from voice_of_care.models import FEEDBACK_HEADS, model_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedder

QuestionKind = Literal["good", "improve", "open"]

HASHED_COLUMNS = 4096  # for words, and again for character runs
_ROWS_AT_ONCE = 2000  # bounds memory
_SMALLEST_PROBABILITY = 0.05
# Scales of the groups of features: with one ridge penalty, how freely each group is used.
_EMBEDDING_SCALE = 5.0
_READING_SCALE = 2.0
_HASHED_SCALE = 3.0

_WORD = re.compile(r"\b\w[\w']*\b")
_ASKS_IMPROVE = re.compile(
    r"\b(?:better|improv\w+|chang\w+|differently|do(?:es|ne)? more of|less of|stop|wrong|bad|worse|worst|poor\w*|badly|"
    r"dissatisfied|dislik\w+|unhappy|negatives?|concerns?|challenges?|barriers?|problems?|issues?|weakness\w*|"
    r"frustrat\w+|worr\w+|suggest\w*|gaps?|not (?:so |very )?well|not (?:go|going|work|working)(?: so| very)? well|"
    r"\w+n't (?:go|going|gone|work|working|worked|do|done)(?: so| very)?(?: well)?)\b",
    re.IGNORECASE,
)
_ASKS_GOOD = re.compile(
    r"\b(?:well|good|best|great|liked?|likes|enjoy\w*|satisfied|happy|positives?|strengths?|proud|compliments?|"
    r"praise|thanks?|celebrat\w+)\b",
    re.IGNORECASE,
)
_ASKS_HOW = re.compile(r"\bhow (?:well|good|satisfied|happy)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Heads:
    """The trained weights: one row a feature, one column an output.

    `level` has four outputs, one for each step between five levels; `calibration` maps log probabilities of the five
    levels to calibrated ones. `priority` has one output for each of `priority_ids`, `platt` its slope and offset.
    """

    idf: NDArray[np.float32]
    level_dense: NDArray[np.float32]
    level_hashed: NDArray[np.float16]
    level_bias: NDArray[np.float32]
    calibration: NDArray[np.float32]
    priority_dense: NDArray[np.float32]
    priority_hashed: NDArray[np.float16]
    priority_bias: NDArray[np.float32]
    platt: NDArray[np.float32]
    thresholds: NDArray[np.float32]
    priority_ids: NDArray[np.str_]


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


def hashed_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return counts of hashed words and pairs of words, then of hashed runs of three to five characters."""
    from sklearn.feature_extraction.text import HashingVectorizer

    lower = [text.lower().replace("’", "'") for text in texts]
    shared = {"n_features": HASHED_COLUMNS, "alternate_sign": False, "norm": None}
    words = HashingVectorizer(ngram_range=(1, 2), tokenizer=_WORD.findall, token_pattern=None, **shared)
    runs = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)
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


def _logits(
    dense: NDArray[np.float64], hashed: sparse.csr_matrix, weights: tuple[NDArray[np.float32], NDArray[np.float16]]
) -> NDArray[np.float64]:
    # Sparse products add row by row, so that no result depends on which rows stand beside it, nor on threads.
    rows = sparse.csr_matrix(dense) @ weights[0].astype(float) + hashed @ weights[1].astype(float)
    return np.asarray(rows)


def _chunks(
    texts: Sequence[str], kinds: Sequence[QuestionKind], vectors: NDArray[np.float32], heads: Heads
) -> Iterator[tuple[NDArray[np.float64], sparse.csr_matrix]]:
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        yield (
            dense_features(texts[part], kinds[part], vectors[part]),
            hashed_features(texts[part], heads.idf),
        )


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return probability


def level_probabilities(
    texts: Sequence[str], kinds: Sequence[QuestionKind], vectors: NDArray[np.float32], *, heads: Heads
) -> NDArray[np.float64]:
    """Return probabilities of five levels, very positive first, shape (len(texts), 5); rows sum to 1.

    Four logistic steps, P(level > k), made monotone (Frank and Hall 2001). Levels were weighted in training, so that
    rare ones are not passed over: `calibrate` undoes that.
    """
    parts = [
        _sigmoid(_logits(dense, hashed, (heads.level_dense, heads.level_hashed)) + heads.level_bias)
        for dense, hashed in _chunks(texts, kinds, vectors, heads)
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


def priority_logits(
    texts: Sequence[str], kinds: Sequence[QuestionKind], vectors: NDArray[np.float32], *, heads: Heads
) -> NDArray[np.float64]:
    """Return one logit a text and priority, before calibration."""
    parts = [
        _logits(dense, hashed, (heads.priority_dense, heads.priority_hashed)) + heads.priority_bias
        for dense, hashed in _chunks(texts, kinds, vectors, heads)
    ]
    return np.vstack(parts) if parts else np.zeros((0, len(heads.priority_ids)))


def strength_of(probability: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:
    """Stretch probabilities so that each priority's own threshold stands at 0.5."""
    cut = thresholds.astype(float)
    low, high = 0.5 * probability / cut, 0.5 + 0.5 * (probability - cut) / (1 - cut)
    strength: NDArray[np.float64] = np.where(probability < cut, low, high)
    return strength


def questions_of(segments: pd.DataFrame, safe_comments: pd.DataFrame) -> list[QuestionKind]:
    """Return the kind of question each segment answers."""
    kind_of = dict(zip(safe_comments["comment_id"], map(question_kind, safe_comments["question"]), strict=True))
    return [kind_of[comment_id] for comment_id in segments["comment_id"]]


def qdc_probabilities(
    segments: pd.DataFrame, safe_comments: pd.DataFrame, *, embedder: Embedder, heads: Heads | None = None
) -> pd.DataFrame:
    """Return how likely a person would give each segment each priority of the PatientExperience-QDC framework.

    Columns: segment_id, priority_id (as in frameworks/qdc.yaml), probability (calibrated on comments) and strength (the
    same, stretched so that the priority's own threshold stands at 0.5). Rows below a probability of 0.05 are left out.
    Priorities too rare in the training data have no head, and so no rows: see the card.

    Raises:
        ModelError: the weights are missing or are not the manifest's.
    """
    heads = heads or load_heads()
    texts = list(segments["text"])
    logits = priority_logits(texts, questions_of(segments, safe_comments), embedder.embed(texts), heads=heads)
    probability = _sigmoid(logits * heads.platt[:, 0] + heads.platt[:, 1])
    strength = strength_of(probability, heads.thresholds)
    row, column = np.nonzero(probability >= _SMALLEST_PROBABILITY)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[row],
            "priority_id": heads.priority_ids[column].astype(str),
            "probability": probability[row, column].round(6),
            "strength": strength[row, column].round(6),
        }
    ).astype({"segment_id": "str", "priority_id": "str"})
