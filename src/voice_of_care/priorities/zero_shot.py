"""How strongly texts speak of priorities, judged by the words a framework holds alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.cues import Cues
from voice_of_care.frameworks.model import FOUR_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedder
    from voice_of_care.frameworks.model import Framework, FrameworkElement

    Floats = NDArray[np.float32]

# Chosen on one half of the respondents of the benchmark (benchmarks/priorities_zero_shot.py); the other half judges.
DECIDED_AT = 0.41  # score that becomes strength 0.5
SOFTNESS = 0.08  # score from strength 0.5 to 0.73
NEAR_BEST = 0.03  # a priority counts when its score is this near the best of its framework
ASKED_FROM = 0.55  # score from which the question a comment answers is itself one of the four:
ASKED_BONUS = 0.45  # its answers then answer that one, unless they say nothing


class Heard(NamedTuple):
    """Texts and the questions they answer, embedded once: the distinct ones, and which of them each row is."""

    texts: list[str]
    text_row: NDArray[np.intp]
    text_vectors: Floats
    questions: list[str]
    question_row: NDArray[np.intp]
    question_vectors: Floats


def hear(texts: pd.Series, questions: pd.Series, *, embedder: Embedder) -> Heard:
    """Return texts and the questions they answer, embedded."""
    distinct, text_row = _distinct(texts)
    asked, question_row = _distinct(questions.fillna(""))
    return Heard(distinct, text_row, embedder.embed(distinct), asked, question_row, embedder.embed(asked))


def _distinct(texts: pd.Series) -> tuple[list[str], NDArray[np.intp]]:
    """Return the distinct texts in order, and for each row which it is."""
    row_of, distinct = pd.factorize(texts, sort=True)
    return [str(text) for text in distinct], row_of


def score(
    framework: Framework, elements: Sequence[FrameworkElement], heard: Heard, *, embedder: Embedder
) -> NDArray[np.float32]:
    """Return one score a row and element, as `Cues.score` gives it; where the question hints, lifted."""
    cues = Cues(elements, embedder)
    scores, is_excluded = cues.score(heard.texts, heard.text_vectors)
    if framework.id != FOUR_QUESTIONS:
        return scores[heard.text_row]
    hints, is_vague = cues.score(heard.questions, heard.question_vectors)
    hints = np.where(is_vague, 0, hints)
    lift = ASKED_BONUS * ((hints >= ASKED_FROM) & near_best(hints, 0.0))
    lifted: Floats = np.round(
        scores[heard.text_row] + np.where(is_excluded[heard.text_row], 0, lift[heard.question_row]), 4
    )
    return lifted


def logits_of(scores: Floats) -> NDArray[np.float64]:
    """Return the logits of strengths, 0 where a link is decided."""
    logits: NDArray[np.float64] = (scores.astype(np.float64) - DECIDED_AT) / SOFTNESS
    return logits


def strengths_of(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return strengths, 0 to 1, rounded to 4 decimals."""
    strengths: NDArray[np.float64] = np.round(1 / (1 + np.exp(-logits)), 4)
    return strengths


def near_best(scores: Floats, margin: float) -> NDArray[np.bool_]:
    """Say which priorities are within the margin of the row's best; with no margin, the first best alone."""
    if margin == 0:
        alone = np.zeros(scores.shape, dtype=np.bool_)
        alone[np.arange(len(scores)), scores.argmax(axis=1)] = True
        return alone
    near: NDArray[np.bool_] = scores >= scores.max(axis=1, keepdims=True) - margin
    return near
