"""Comments that people coded, in sides that do not know each other, and the encoders made without each side.

A side is what an encoder was trained on: `fold-0-of-3` (all respondents but every third) or `without-NEAS` (all trusts
but one), as `models/train/coded.py` draws them. Whatever is fitted to a side is judged on the others alone.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.embedding import CachedEmbedder, Embedders, OnnxEmbedder
from voice_of_care.heads import Heads, read_heads
from voice_of_care.models import FEEDBACK_ENCODER
from voice_of_care.sentiment import score_sentiment
from voice_of_care.tables import SAFE_COMMENTS, SENTIMENTS, conform
from voice_of_care.themes import split_segments

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "models" / "train"))

from coded import LABELS, Coded, read_coded, slug, training_rows  # noqa: E402
from encoders import Tuned  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.embedding import Embedder

__all__ = ["LABELS", "Coded", "read_coded", "slug", "training_rows"]

CACHE = ROOT / "benchmarks" / ".cache"
BUILD = ROOT / "models" / "build"
FOLDS = ("fold-0-of-3", "fold-1-of-3", "fold-2-of-3")
TRUSTS = ("without-NEAS", "without-NHFT")
NO_ANSWER = frozenset({"did not answer", "n a", "na", "nothing", "no", "none", "no comment", ""})
LEVEL_LABELS = ("neutral", "very_positive", "positive", "mixed", "negative", "very_negative")
"""By the level people coded, 0 for none."""


class Held(NamedTuple):
    """The answers of one side's other respondents: all comments, and the code of those with one label."""

    rows: np.ndarray
    comments: pd.DataFrame
    codes: pd.Series  # by comment_id
    level_of: dict[str, str]  # sentiment as people coded it, by comment_id


class Made(NamedTuple):
    """What was made from one side: the packaged encoder beside the one tuned on it, and the heads trained on it."""

    embedders: Embedders
    heads: Heads | None


class KeptVectors:
    """Vectors on disk by model and text hash, so that a run can be taken up again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._open()) as database, database:
            database.execute("create table if not exists kept (model, text, vector, primary key (model, text))")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=60)

    def lookup(self, model: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Return the vectors held, by text hash."""
        found = {}
        with closing(self._open()) as database:
            for start in range(0, len(hashes), 500):
                part = hashes[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"select text, vector from kept where model = ? and text in ({marks})"  # noqa: S608
                rows = database.execute(query, (model, *part))
                found |= {text: np.frombuffer(vector, dtype=np.float32) for text, vector in rows}
        return found

    def remember(self, model: str, vectors: Mapping[str, np.ndarray]) -> None:
        """Keep new vectors."""
        rows = [(model, text, vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        with closing(self._open()) as database, database:
            database.executemany("insert or replace into kept values (?, ?, ?)", rows)


def kept(embedder: Embedder) -> CachedEmbedder:
    """Return the embedder before a cache in memory, and that before one on disk."""
    vectors = KeptVectors(CACHE / "vectors.sqlite")
    return CachedEmbedder(CachedEmbedder(embedder, lookup=vectors.lookup, remember=vectors.remember))


def plain_embedder() -> Embedder:
    """Return the packaged encoder, which has seen no coded comment."""
    return kept(OnnxEmbedder())


def has_encoder(encoders: Path, side: str) -> bool:
    """Say whether there is an encoder tuned on a side."""
    return (encoders / side / "model.onnx").is_file()


def has_heads(encoders: Path, side: str) -> bool:
    """Say whether there are heads trained on a side."""
    return (encoders / side / "weights.npz").is_file()


def made_on(encoders: Path, side: str) -> Made:
    """Return the encoder and the heads made from one side."""
    heads = read_heads(encoders / side / "weights.npz") if has_heads(encoders, side) else None
    return Made(Embedders(plain_embedder(), kept(Tuned(encoders / side / "model.onnx"))), heads)


def made_on_all() -> Made:
    """Return the packaged encoders; what they say of the coded comments flatters, as these were trained on."""
    return Made(Embedders(plain_embedder(), kept(OnnxEmbedder(FEEDBACK_ENCODER))), None)


def held_rows(coded: Coded, side: str) -> np.ndarray:
    """Return the rows of respondents that a side does not hold."""
    return np.setdiff1d(np.arange(len(coded.comments)), training_rows(coded, side))


def unseen_rows(coded: Coded, side: str) -> np.ndarray:
    """Return the held rows whose text the side does not hold either."""
    held = held_rows(coded, side)
    known = set(coded.comments["plain"].iloc[training_rows(coded, side)])
    return held[~coded.comments["plain"].iloc[held].isin(known).to_numpy()]


def answers(coded: Coded, rows: np.ndarray) -> np.ndarray:
    """Return the rows that say something."""
    return rows[~coded.comments["plain"].iloc[rows].isin(NO_ANSWER).to_numpy()]


def as_comments(
    texts: Sequence[str], respondents: Sequence[str], questions: Sequence[str] | None = None
) -> pd.DataFrame:
    """Dress texts as the table that the steps read, comment_id by place."""
    count = len(texts)
    frame = pd.DataFrame({name: [None] * count for name in SAFE_COMMENTS.columns}).assign(
        comment_id=[f"C{place:06d}" for place in range(count)],
        text=list(texts),
        respondent_id=list(respondents),
        question=list(questions) if questions is not None else None,
        source="feedback.csv",
        source_ref=[str(place + 2) for place in range(count)],
        respondent_group="service_user",
    )
    return conform(frame.astype({name: column.dtype for name, column in SAFE_COMMENTS.columns.items()}), SAFE_COMMENTS)


def held(coded: Coded, rows: np.ndarray) -> Held:
    """Return comments in the product's table, with people's codes beside them."""
    chosen = coded.comments.iloc[rows]
    comments = as_comments(chosen["text"].tolist(), chosen["respondent"].tolist(), chosen["question"].tolist())
    single = coded.has_priorities[rows] & (coded.priorities[rows].sum(axis=1) == 1)
    names = np.array(LABELS)[coded.priorities[rows].argmax(axis=1)]
    levels = [LEVEL_LABELS[level] for level in coded.levels[rows]]
    return Held(
        rows,
        comments,
        pd.Series(names, index=comments["comment_id"])[single],
        dict(zip(comments["comment_id"], levels, strict=True)),
    )


def as_sentiments(segments: pd.DataFrame, level_of: Mapping[str, str]) -> pd.DataFrame:
    """Give each segment the sentiment of its comment."""
    labels = [level_of.get(comment_id, "neutral") for comment_id in segments["comment_id"]]
    frame = pd.DataFrame({"segment_id": segments["segment_id"], "polarity": 0.0, "label": labels, "confidence": 1.0})
    return conform(frame, SENTIMENTS)


def sentiments_of(given: Held, made: Made) -> pd.DataFrame:
    """Return the sentiment of each segment: what the side's heads say, or, without these, what people coded."""
    segments = split_segments(given.comments).segments
    if made.heads is None:
        return as_sentiments(segments, given.level_of)
    return score_sentiment(segments, given.comments, embedders=made.embedders, heads=made.heads).sentiments
