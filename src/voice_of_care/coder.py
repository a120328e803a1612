"""Code one comment at once, as a run would: for live views, and for checking our coding text by text.

A comment's priorities are those the heads give the whole of it, since its segments carry what the comment decides
(`heads.qdc_probabilities`); its sentiment is that of `sentiment.score_sentiment`. Both are the same to the bit as in a
run: the same functions read the same vectors. Only the frames around them are left out, and the two encoders run side
by side.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.embedding import CachedEmbedder, Embedders, OnnxEmbedder
from voice_of_care.errors import InputError
from voice_of_care.heads import (
    Inputs,
    are_long,
    load_heads,
    priority_probabilities,
    probabilities_of_both,
    question_kind,
    says_something,
    strengths_over,
)
from voice_of_care.intake.cleaning import clean_text
from voice_of_care.models import FEEDBACK_ENCODER
from voice_of_care.sentiment import Sentiment, score_comment
from voice_of_care.settings import IntakeSettings
from voice_of_care.themes.assign import MOST_PER_SEGMENT
from voice_of_care.themes.segments import segment_spans

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from voice_of_care.heads import Heads, QuestionKind

THRESHOLD = 0.5
"""Strength from which a priority is given, as in the settings' default."""

THEME_MARGIN = 0.02
"""A further theme is near where its centre is at most this much of cosine behind the nearest one."""


class PriorityStrength(NamedTuple):
    """A priority of the PatientExperience-QDC framework, and how strongly a comment speaks of it, 0 to 1."""

    priority_id: str
    strength: float


class ThemeNearness(NamedTuple):
    """A theme, and the cosine between a comment and its centre."""

    theme_id: str
    cosine: float


@dataclass(frozen=True)
class CodedComment:
    """What one comment was given: sentiment, priorities strongest first, and the themes it is nearest to."""

    sentiment: Sentiment
    priorities: tuple[PriorityStrength, ...]
    themes: tuple[ThemeNearness, ...]


NOTHING_SAID = CodedComment(Sentiment("neutral", 0.0, 1.0), (), ())


class Coder:
    """Both encoders and the heads, loaded and warm.

    Args:
        embedders: both encoders, each computing with one thread.
        heads: the trained weights.
        theme_vectors: centres of themes, as the table `theme_vectors` holds them, in the space of both encoders
            (`Embedders.both`).
        threshold: strength from which a priority is given.
    """

    def __init__(
        self,
        embedders: Embedders,
        *,
        heads: Heads,
        theme_vectors: pd.DataFrame | None = None,
        threshold: float = THRESHOLD,
    ) -> None:
        self._embedders = embedders
        self._heads = heads
        self._threshold = threshold
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        ids, vectors = _centres(theme_vectors, embedders.both.name)
        self._theme_ids, self._centres = ids, vectors

    def code(self, text: str, question: str | None = None) -> CodedComment:
        """Return what a run would give a comment, and the themes it is nearest to.

        A text without a letter or digit says nothing that can be coded: it is neutral, of no priority and no theme.

        Args:
            text: the comment, de-identified.
            question: what it answers; "nothing" means one thing after "what was good?", another after "what was bad?".

        Raises:
            InputError: the comment is no text, or longer than a cell may be.
        """
        text = _checked(text)
        if not says_something(text):
            return NOTHING_SAID
        kept = Embedders(*map(CachedEmbedder, self._embedders))  # each text of the comment is computed once
        kind = question_kind(question)
        inputs = self._read([text], [kind], kept)
        levels, priorities = probabilities_of_both(inputs, heads=self._heads)

        def split() -> list[str]:
            parts = [text[start:end] for start, end in segment_spans(text)]
            self._read(parts, [kind] * len(parts), kept)  # both encoders side by side; found again below
            return parts

        sentiment = score_comment(text, kind, levels=levels, split=split, embedders=kept, heads=self._heads)
        if are_long([text])[0]:
            parts = split()
            own = priority_probabilities(self._read(parts, [kind] * len(parts), kept), heads=self._heads)
            priorities = own.max(axis=0, keepdims=True)
        return CodedComment(sentiment, self._given(priorities), self._near(self._themes_of(inputs)))

    def _themes_of(self, inputs: Inputs) -> NDArray[np.float32]:
        parts = self._embedders.both.joined([inputs.general[0], inputs.feedback[0]])
        return np.concatenate(parts)

    def _read(self, texts: list[str], kinds: list[QuestionKind], kept: Embedders) -> Inputs:
        general = self._beside.submit(kept.general.embed, texts)
        feedback = kept.feedback.embed(texts)
        return Inputs(texts, kinds, general.result(), feedback)

    def _given(self, probability: NDArray[np.float64]) -> tuple[PriorityStrength, ...]:
        strengths = strengths_over(probability, heads=self._heads)[0]
        given = np.flatnonzero(strengths >= self._threshold)
        order = given[np.argsort(-strengths[given], kind="stable")]
        return tuple(
            PriorityStrength(str(self._heads.priority_ids[row]), float(strengths[row].round(4))) for row in order
        )

    def _near(self, vector: NDArray[np.float32]) -> tuple[ThemeNearness, ...]:
        if not self._theme_ids:
            return ()
        cosines = np.round(np.einsum("ij,j->i", self._centres, vector.astype(np.float64)), 6)
        order = np.argsort(-cosines, kind="stable")[:MOST_PER_SEGMENT]
        near = order[cosines[order] >= cosines[order[0]] - THEME_MARGIN]
        return tuple(ThemeNearness(self._theme_ids[row], float(cosines[row])) for row in near)


def load_coder(*, theme_vectors: pd.DataFrame | None = None, threshold: float = THRESHOLD) -> Coder:
    """Return a coder with the packaged models, warm: its first comment takes no longer than the next.

    Raises:
        ModelError: a model file is missing or is not the manifest's.
    """
    embedders = Embedders(OnnxEmbedder(threads=1), OnnxEmbedder(FEEDBACK_ENCODER, threads=1))
    coder = Coder(embedders, heads=load_heads(), theme_vectors=theme_vectors, threshold=threshold)
    coder.code("The staff were kind. But we waited for hours, and nobody told us why.")
    return coder


def _checked(text: object) -> str:
    """Return a comment cleaned as it is when read from a file."""
    if not isinstance(text, str):
        msg = f"A comment to code must be text, not {type(text).__name__}. Give it as a string."
        raise InputError(msg)
    longest = IntakeSettings().longest_cell
    if len(text) > longest:
        msg = f"A comment to code has {len(text)} characters; at most {longest} can be coded. Give it in parts."
        raise InputError(msg)
    return clean_text(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _centres(theme_vectors: pd.DataFrame | None, model: str) -> tuple[list[str], NDArray[np.float64]]:
    """Return ids and vectors of the themes found in the encoder's space; others can't be compared."""
    if theme_vectors is None:
        return [], np.zeros((0, 0))
    mine = theme_vectors[theme_vectors["model"] == model]
    vectors = np.array(mine["vector"].tolist(), dtype=np.float64).reshape(len(mine), -1)
    return [str(theme_id) for theme_id in mine["theme_id"]], vectors
