"""Sentence embeddings: the seam (`Embedder`), the two encoders behind it, and a cache by model and text.

The general encoder knows English at large: frameworks' cues are compared in its space. The feedback encoder is the same
one, tuned on coded feedback (`models/feedback-encoder/card.md`): its heads give
priorities, and sentiment reads both. Themes are found in the space of the two side by side.

A text's vector depends on the text alone: batches hold texts of one token length, so nothing is padded, and each batch
is computed by one thread. Order, company and thread count change nothing, to the bit, on one kind of processor.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from voice_of_care.models import FEEDBACK_ENCODER, SENTENCE_ENCODER, SENTENCE_TOKENIZER, manifest, model_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]
Lookup = Callable[[str, Sequence[str]], Mapping[str, np.ndarray]]
Remember = Callable[[str, Mapping[str, np.ndarray]], None]

MOST_TOKENS = 256  # what the model was trained on; the rest of a longer text is not seen
_TOKENS_A_BATCH = 1024  # bounds memory; 500 to 2,000 are equally fast
_DIMENSIONS = 384
_MOST_THREADS = 8
GENERAL_SHARE = 0.3
"""Weight of the general encoder in the space of themes: what people's codes have no word for keeps its place."""


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


class OnnxEmbedder:
    """A MiniLM encoder with int8 weights on the CPU: mean over token vectors, then unit length (Reimers 2019).

    Identical texts are computed once. An empty text has a vector too: that of a sentence without words.

    Args:
        model: its name in the manifest: all-MiniLM-L6-v2 as published, or tuned on feedback.
        threads: batches computed at a time; by default as many as there are processors, at most 8.
        progress: told how many different texts are done, and of how many.

    Raises:
        ModelError: a model file is missing or is not the manifest's.
    """

    def __init__(
        self, model: str = SENTENCE_ENCODER, *, threads: int | None = None, progress: Progress | None = None
    ) -> None:
        from tokenizers import Tokenizer

        onnxruntime = _silent_runtime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        encoder = model_file(model)
        self._model = manifest()[model]
        self._session: Any = onnxruntime.InferenceSession(
            encoder.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_str(model_file(SENTENCE_TOKENIZER).read_text(encoding="utf-8"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._threads = threads or min(_MOST_THREADS, os.cpu_count() or 1)
        self._progress = progress

    @property
    def name(self) -> str:
        """Return name, version and the start of the sha256, so that vectors of another file are never mixed in."""
        return f"{self._model.name} {self._model.version} {next(iter(self._model.files.values()))[:8]}"

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return _DIMENSIONS

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text: float32, shape (len(texts), 384)."""
        row_of = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        distinct = np.empty((len(row_of), _DIMENSIONS), dtype=np.float32)
        tokens = self._tokens(list(row_of))
        batches = _equal_length_batches(tokens)
        done = 0
        for batch, vectors in zip(batches, self._results(batches, tokens), strict=True):
            distinct[batch] = vectors
            done += len(batch)
            if self._progress is not None:
                self._progress(done, len(tokens))
        return distinct[[row_of[text] for text in texts]]

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        """Return the word pieces of each text; a lone text is not worth waking the tokenizer's threads for."""
        encode = self._tokenizer.encode_batch
        encodings = encode(texts) if len(texts) > 1 else [self._tokenizer.encode(text) for text in texts]
        return [encoding.ids for encoding in encodings]

    def _results(
        self, batches: Sequence[Sequence[int]], tokens: Sequence[Sequence[int]]
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the vectors of each batch, in their order; a single batch is not worth starting threads for."""
        inputs = [[tokens[row] for row in batch] for batch in batches]
        if self._threads == 1 or len(batches) == 1:
            yield from map(self._run, inputs)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(self._run, inputs)

    def _run(self, batch: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.array(batch, dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        pooled = self._session.run(None, inputs)[0].mean(axis=1, dtype=np.float64)
        unit: NDArray[np.float32] = (pooled / np.linalg.norm(pooled, axis=1, keepdims=True)).astype(np.float32)
        return unit


def _silent_runtime() -> Any:  # noqa: ANN401 - it has no types
    """Return the ONNX runtime, kept from reporting its use: it would send that to its maker, and store a device id.

    The variable must stand before the first import, which starts the reporting; the call stops it on Windows, and
    where somebody has imported the runtime before.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _equal_length_batches(tokens: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return row numbers in batches whose texts have the same number of tokens."""
    by_length: dict[int, list[int]] = {}
    for row, ids in enumerate(tokens):
        by_length.setdefault(len(ids), []).append(row)
    batches = []
    for length, rows in sorted(by_length.items()):
        size = max(1, _TOKENS_A_BATCH // length)
        batches += [rows[start : start + size] for start in range(0, len(rows), size)]
    return batches


def text_hash(text: str) -> str:
    """Return the sha256 of a text: what a cached vector is found by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class CachedEmbedder:
    """An embedder that asks a cache first, and tells it what was new.

    Args:
        embedder: computes what the cache does not hold.
        lookup: takes the embedder's name and text hashes, returns the vectors it holds by hash. In memory by default.
        remember: takes the embedder's name and new vectors by text hash. In memory by default.
    """

    def __init__(self, embedder: Embedder, *, lookup: Lookup | None = None, remember: Remember | None = None) -> None:
        self._embedder = embedder
        self._memory: dict[tuple[str, str], np.ndarray] = {}
        self._lookup = lookup or self._recall
        self._remember = remember or self._keep

    @property
    def name(self) -> str:
        """Return the name of the embedder behind the cache."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return self._embedder.dimensions

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text: float32, shape (len(texts), dimensions)."""
        text_of = {text_hash(text): text for text in dict.fromkeys(texts)}
        vectors = dict(self._lookup(self.name, list(text_of)))
        missing = {key: text for key, text in text_of.items() if key not in vectors}
        if missing:
            new = dict(zip(missing, self._embedder.embed(list(missing.values())), strict=True))
            self._remember(self.name, new)
            vectors |= new
        rows = [vectors[text_hash(text)] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.dimensions)

    def _recall(self, model: str, hashes: Sequence[str]) -> Mapping[str, np.ndarray]:
        return {key: self._memory[model, key] for key in hashes if (model, key) in self._memory}

    def _keep(self, model: str, vectors: Mapping[str, np.ndarray]) -> None:
        self._memory |= {(model, key): vector for key, vector in vectors.items()}


class Blend:
    """Two embedders side by side: a cosine is the weighted mean of theirs, the first's with this weight."""

    def __init__(self, first: Embedder, second: Embedder, weight: float) -> None:
        self._parts = (first, second)
        self._scales = (weight**0.5, (1 - weight) ** 0.5)
        self._weight = weight

    @property
    def name(self) -> str:
        """Return both names, and the first's weight."""
        return f"{self._parts[0].name} {self._weight} + {self._parts[1].name}"

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return sum(part.dimensions for part in self._parts)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text: float32, shape (len(texts), dimensions)."""
        return np.hstack(self.joined([part.embed(texts) for part in self._parts]))

    def joined(self, vectors: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the parts' own vectors, scaled so that side by side they have unit length."""
        return [np.float32(scale) * each for scale, each in zip(self._scales, vectors, strict=True)]


class Embedders(NamedTuple):
    """The two encoders: of English at large, and of feedback."""

    general: Embedder
    feedback: Embedder

    @property
    def both(self) -> Blend:
        """Return both side by side, the space that themes are found in (docs/decisions/0007)."""
        return Blend(self.general, self.feedback, GENERAL_SHARE)


def load_embedders(
    *, lookup: Lookup | None = None, remember: Remember | None = None, progress: Progress | None = None
) -> Embedders:
    """Return both encoders, cached; see `CachedEmbedder` for the cache.

    Raises:
        ModelError: a model file is missing or is not the manifest's.
    """
    loaded = (OnnxEmbedder(model, progress=progress) for model in (SENTENCE_ENCODER, FEEDBACK_ENCODER))
    return Embedders(*(CachedEmbedder(each, lookup=lookup, remember=remember) for each in loaded))
