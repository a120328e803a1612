"""MiniLM (a BERT of six layers) in PyTorch, small enough to read, and its export to ONNX with int8 weights.

Every weight matrix is stored as int8 with a scale for each output column, the embedding tables with a scale for each
row; calculation stays in float32 (Cast and Mul are folded when the file is loaded). Quantising activations too, as
onnxruntime's dynamic quantisation does, moves the vectors far more.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 384
HEADS = 12
LAYERS = 6
INNER = 1536
WORDS = 30522
PLACES = 512
EPSILON = 1e-12
DROPOUT = 0.1
OPSET = 17


class Layer(nn.Module):
    """Attention and feed-forward, each with its residual and norm."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.attended, self.attended_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=EPSILON)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, hidden: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        """Return the next hidden states; `allowed` is true where a token may be attended to."""
        count, length, _ = hidden.shape
        split = [
            part(hidden).view(count, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        ]
        mixed = functional.scaled_dot_product_attention(
            *split, attn_mask=allowed, dropout_p=DROPOUT if self.training else 0.0
        )
        mixed = self.attended(mixed.transpose(1, 2).reshape(count, length, WIDTH))
        hidden = self.attended_norm(hidden + self.dropout(mixed))
        return self.outer_norm(hidden + self.dropout(self.outer(functional.gelu(self.inner(hidden)))))


class MiniLM(nn.Module):
    """Token ids to one vector: the mean over token states, before unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places, self.kinds = (nn.Embedding(size, WIDTH) for size in (WORDS, PLACES, 2))
        self.norm = nn.LayerNorm(WIDTH, eps=EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the mean token state of each row of ids; the mask is 1 at tokens and 0 at padding."""
        places = self.places.weight[: ids.shape[1]] + self.kinds.weight[0]
        hidden = self.dropout(self.norm(self.words(ids) + places))
        allowed = mask[:, None, None, :].bool()
        for layer in self.layers:
            hidden = layer(hidden, allowed)
        weights = mask[:, :, None].to(hidden.dtype)
        return (hidden * weights).sum(1) / weights.sum(1)


def published_name(name: str) -> str:
    """Return the name a parameter of ours has in the published weights."""
    start = {"words": "word_embeddings", "places": "position_embeddings", "kinds": "token_type_embeddings"}
    parts = name.split(".")
    if parts[0] != "layers":
        return f"embeddings.{start.get(parts[0], 'LayerNorm')}.{parts[1]}"
    inside = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "attended": "attention.output.dense",
        "attended_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "outer_norm": "output.LayerNorm",
    }
    return f"encoder.layer.{parts[1]}.{inside[parts[2]]}.{parts[3]}"


def from_published(weights: Mapping[str, torch.Tensor]) -> MiniLM:
    """Return the model with the published weights."""
    model = MiniLM()
    model.load_state_dict({name: weights[published_name(name)] for name in model.state_dict()})
    return model


class _Graph:
    """Collects nodes and weights of an ONNX graph."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: float | list[int]) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def int8(self, name: str, value: np.ndarray, axis: int) -> tuple[str, str]:
        """Store a matrix as int8 with one scale for each place along the other axis."""
        scale = np.abs(value).max(axis=axis, keepdims=True).astype(np.float32) / 127
        whole = np.clip(np.rint(value / np.where(scale > 0, scale, 1)), -127, 127).astype(np.int8)
        return self.constant(f"{name}.int8", whole), self.constant(f"{name}.scale", scale)

    def linear(self, source: str, name: str, weights: Mapping[str, np.ndarray]) -> str:
        whole, scale = self.int8(name, weights[f"{name}.weight"].T, 0)
        cast = self.add("Cast", [whole], f"{name}.cast", to=TensorProto.FLOAT)
        matrix = self.add("Mul", [cast, scale], f"{name}.matrix")
        product = self.add("MatMul", [source, matrix], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", weights[f"{name}.bias"])], f"{name}.out")

    def norm(self, source: str, name: str, weights: Mapping[str, np.ndarray]) -> str:
        parts = [self.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self.add("LayerNormalization", [source, *parts], f"{name}.out", axis=-1, epsilon=EPSILON)

    def looked_up(self, ids: str, name: str, table: np.ndarray) -> str:
        whole, scale = self.int8(name, table, 1)
        rows = self.add("Gather", [whole, ids], f"{name}.rows")
        scales = self.add("Gather", [scale, ids], f"{name}.scales")
        return self.add("Mul", [self.add("Cast", [rows], f"{name}.cast", to=TensorProto.FLOAT), scales], f"{name}.out")


def _embedded(graph: _Graph, weights: Mapping[str, np.ndarray]) -> str:
    words = graph.looked_up("input_ids", "words", weights["words.weight"])
    length = graph.add("Slice", [graph.add("Shape", ["input_ids"], "shape"), "one", "two"], "length")
    number = graph.add("Squeeze", [length], "length.number")
    range_ = graph.add("Range", ["zero", number, "step"], "range")
    kinds = graph.add("Gather", [graph.constant("kinds.weight", weights["kinds.weight"]), "token_type_ids"], "kinds")
    places = graph.looked_up(range_, "places", weights["places.weight"])
    total = graph.add("Add", [graph.add("Add", [words, kinds], "words+kinds"), places], "embedded")
    return graph.norm(total, "norm", weights)


def _layer(graph: _Graph, hidden: str, name: str, weights: Mapping[str, np.ndarray]) -> str:
    def heads(part: str, order: list[int]) -> str:
        flat = graph.linear(hidden, f"{name}.{part}", weights)
        split = graph.add("Reshape", [flat, "split"], f"{name}.{part}.split")
        return graph.add("Transpose", [split], f"{name}.{part}.heads", perm=order)

    query, value = heads("query", [0, 2, 1, 3]), heads("value", [0, 2, 1, 3])
    scores = graph.add("MatMul", [query, heads("key", [0, 2, 3, 1])], f"{name}.scores")
    scaled = graph.add("Div", [scores, "root"], f"{name}.scaled")
    share = graph.add("Softmax", [graph.add("Add", [scaled, "blocked"], f"{name}.masked")], f"{name}.share", axis=-1)
    mixed = graph.add("MatMul", [share, value], f"{name}.mixed")
    back = graph.add("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", [back, "joined"], f"{name}.joined")
    attended = graph.linear(joined, f"{name}.attended", weights)
    hidden = graph.norm(graph.add("Add", [attended, hidden], f"{name}.sum"), f"{name}.attended_norm", weights)
    inner = graph.linear(hidden, f"{name}.inner", weights)
    error = graph.add("Erf", [graph.add("Div", [inner, "root_two"], f"{name}.divided")], f"{name}.erf")
    gate = graph.add("Mul", [inner, graph.add("Add", [error, "unit"], f"{name}.raised")], f"{name}.gate")
    outer = graph.linear(graph.add("Mul", [gate, "half"], f"{name}.gelu"), f"{name}.outer", weights)
    return graph.norm(graph.add("Add", [outer, hidden], f"{name}.total"), f"{name}.outer_norm", weights)


def onnx_bytes(model: MiniLM) -> bytes:
    """Return the model as ONNX: input_ids, attention_mask and token_type_ids to last_hidden_state."""
    weights = {name: value.detach().numpy().astype(np.float32) for name, value in model.state_dict().items()}
    graph = _Graph()
    whole = {"zero": np.int64(0), "step": np.int64(1), "one": np.array([1]), "two": np.array([2])}
    whole |= {"split": np.array([0, 0, HEADS, WIDTH // HEADS]), "joined": np.array([0, 0, WIDTH])}
    numbers = {"root": math.sqrt(WIDTH // HEADS), "root_two": math.sqrt(2), "half": 0.5, "unit": 1.0, "far": -1e4}
    for name, value in whole.items():
        graph.constant(name, np.asarray(value, dtype=np.int64))
    for name, number in numbers.items():
        graph.constant(name, np.array(number, dtype=np.float32))
    mask = graph.add("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    off = graph.add("Mul", [graph.add("Sub", ["unit", mask], "mask.off"), "far"], "mask.far")
    graph.add("Unsqueeze", [off, graph.constant("axes", np.array([1, 2], dtype=np.int64))], "blocked")
    hidden = _embedded(graph, weights)
    for number in range(LAYERS):
        hidden = _layer(graph, hidden, f"layers.{number}", weights)
    graph.add("Identity", [hidden], "last_hidden_state")
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", WIDTH])
    made = helper.make_graph(graph.nodes, "minilm", inputs, [output], initializer=graph.weights)
    file = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(file)
    return bytes(file.SerializeToString(deterministic=True))
