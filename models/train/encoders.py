"""Encoders that are not in the manifest yet: a file like the packaged one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import onnxruntime

from voice_of_care.embedding import OnnxEmbedder

if TYPE_CHECKING:
    from pathlib import Path


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
