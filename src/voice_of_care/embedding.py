"""Sentence embeddings: the seam (`Embedder`) behind which the packaged model works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Return the model's name and version, as recorded with the vectors."""

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text: float32, shape (len(texts), dimensions)."""
