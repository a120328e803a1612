"""Encoders that are not in the manifest yet: a file like the packaged one, and two encoders side by side."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from voice_of_care.embedding import OnnxEmbedder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voice_of_care.embedding import Embedder


class Tuned(OnnxEmbedder):
    """The packaged embedder with another file of the same inputs and outputs."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        content = path.read_bytes()
        self._label = f"tuned {hashlib.sha256(content).hexdigest()[:8]}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    @property
    def name(self) -> str:
        """Return a name with the start of the file's sha256."""
        return self._label


class Blend:
    """Two embedders side by side; cosines are the mean of theirs, the first's with this weight."""

    def __init__(self, first: Embedder, second: Embedder, weight: float) -> None:
        self._parts = (first, second)
        self._scales = (weight**0.5, (1 - weight) ** 0.5)
        self.name = f"{first.name} {weight} + {second.name}"
        self.dimensions = first.dimensions + second.dimensions

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text."""
        parts = [scale * part.embed(texts) for scale, part in zip(self._scales, self._parts, strict=True)]
        return np.hstack(parts).astype(np.float32)
