"""Sides: who is trained on and who is held out, the encoder of each, and what its heads say of those held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from coded import training_rows
from encoders import Tuned

from voice_of_care.embedding import CachedEmbedder, Embedders
from voice_of_care.heads import question_kind
from voice_of_care.tables import SAFE_COMMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from coded import Coded

    from voice_of_care.embedding import Embedder

FOLDS = ("fold-0-of-3", "fold-1-of-3", "fold-2-of-3")


class Side(NamedTuple):
    """Rows to train on, rows held out, both encoders, and the heads the feedback encoder was tuned with."""

    name: str
    train: np.ndarray
    held_out: np.ndarray
    embedders: Embedders
    tuned_level: np.ndarray
    tuned_priority: np.ndarray


def read_side(coded: Coded, name: str, folder: Path, general: Embedder) -> Side:
    """Read what `train_encoder.py --side NAME` wrote into a folder."""
    train = training_rows(coded, name)
    with np.load(folder / "heads.npz", allow_pickle=False) as stored:
        heads = {key: stored[key] for key in ("tuned_level", "tuned_priority")}
    embedders = Embedders(general, CachedEmbedder(Tuned(folder / "model.onnx")))
    return Side(name, train, np.setdiff1d(np.arange(len(coded.comments)), train), embedders, **heads)


def as_safe_comments(comments: pd.DataFrame) -> pd.DataFrame:
    """Dress comments as the table that steps read."""
    frame = pd.DataFrame({name: None for name in SAFE_COMMENTS.columns}, index=range(len(comments)))
    return frame.assign(
        comment_id=[f"VOC-{number:010d}" for number in range(len(comments))],
        question=comments["question"].to_numpy(),
        text=comments["text"].to_numpy(),
    )


def kinds_of(comments: pd.DataFrame) -> list[str]:
    """Return the kind of question of each comment."""
    return [question_kind(question) for question in comments["question"]]


def unseen_texts(coded: Coded, side: Side) -> np.ndarray:
    """Say which held-out rows hold a text that no row trained on holds."""
    plain = coded.comments["plain"]
    return ~plain.iloc[side.held_out].isin(set(plain.iloc[side.train])).to_numpy()
