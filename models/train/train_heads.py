"""Train the sentiment and priority heads, measure them, and write weights, figures and the manifest's sha256.

    python models/train/train_heads.py PATH/nhs_patient_feedback.csv [--encoders FOLDER --to FOLDER]

Every figure is from folds split by respondent: a head is measured only on respondents that neither it nor the encoder
before it was trained on. `unseen` leaves out texts that also stand on the training side. The weights written are
trained on all rows. The same data give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from coded import LABELS, Coded, read_coded, slug, training_rows
from encoders import Blend, Tuned
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from voice_of_care.embedding import CachedEmbedder, Embedder, OnnxEmbedder
from voice_of_care.heads import (
    HASHED_COLUMNS,
    Heads,
    calibrate,
    dense_features,
    hashed_counts,
    hashed_features,
    level_probabilities,
    priority_logits,
    question_kind,
)
from voice_of_care.models import FEEDBACK_HEADS, MANIFEST, models_folder
from voice_of_care.sentiment import LEVELS, score_sentiment
from voice_of_care.tables import SAFE_COMMENTS
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDS = 5
ENCODER_FOLDS = 3
SEED = 0
LEVEL_PENALTY = 0.1
PRIORITY_PENALTY = 1.0
FEWEST_EXAMPLES = 5
LEAN = 10  # examples that the middle counts for, when a threshold is chosen


class Features(NamedTuple):
    """Features that do not depend on the fold."""

    texts: list[str]
    kinds: list[str]
    vectors: np.ndarray
    dense: np.ndarray


def features_of(comments: pd.DataFrame, embedder: Embedder) -> Features:
    """Embed and read every comment."""
    texts, kinds = list(comments["text"]), [question_kind(question) for question in comments["question"]]
    vectors = embedder.embed(texts)
    return Features(texts, kinds, vectors, dense_features(texts, kinds, vectors))


def _fit_steps(x: sparse.csr_matrix, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts = np.bincount(levels, minlength=6)[1:]
    weights = np.sqrt(counts.sum() / np.maximum(counts, 1))[levels - 1]
    weights = weights / weights.mean()
    fits = [
        LogisticRegression(C=LEVEL_PENALTY, max_iter=2000).fit(x, levels > step, sample_weight=weights)
        for step in range(1, 5)
    ]
    return np.hstack([fit.coef_.T for fit in fits]), np.concatenate([fit.intercept_ for fit in fits])


def _fit_priorities(x: sparse.csr_matrix, priorities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    coefficients, biases = [], []
    for column in priorities.T:
        if column.sum() == 0:
            coefficients.append(np.zeros(x.shape[1]))
            biases.append(-10.0)
            continue
        fit = LogisticRegression(C=PRIORITY_PENALTY, max_iter=2000, class_weight="balanced").fit(x, column)
        coefficients.append(fit.coef_[0])
        biases.append(float(fit.intercept_[0]))
    return np.stack(coefficients, axis=1), np.array(biases)


def fit(features: Features, coded: Coded, rows: np.ndarray, labels: list[int]) -> Heads:
    """Fit both heads on some rows; calibration and thresholds stay neutral."""
    texts = [features.texts[row] for row in rows]
    counts = hashed_counts(texts)
    idf = (np.log((1 + len(rows)) / (1 + np.bincount(counts.indices, minlength=2 * HASHED_COLUMNS))) + 1).astype("f4")
    x = sparse.csr_matrix(
        sparse.hstack([sparse.csr_matrix(features.dense[rows]), hashed_features(texts, idf)], format="csr")
    )
    leveled, prioritised = coded.levels[rows] > 0, coded.has_priorities[rows]
    steps, step_bias = _fit_steps(x[leveled], coded.levels[rows][leveled])
    linear, bias = _fit_priorities(x[prioritised], coded.priorities[rows][prioritised][:, labels])
    width = features.dense.shape[1]
    return Heads(
        idf=idf,
        level_dense=steps[:width].astype("f4"),
        level_hashed=steps[width:].astype("f2"),
        level_bias=step_bias.astype("f4"),
        calibration=np.vstack([np.eye(5), np.zeros((1, 5))]).astype("f4"),
        priority_dense=linear[:width].astype("f4"),
        priority_hashed=linear[width:].astype("f2"),
        priority_bias=bias.astype("f4"),
        platt=np.tile(np.array([1.0, 0.0], dtype="f4"), (len(labels), 1)),
        thresholds=np.full(len(labels), 0.5, dtype="f4"),
        priority_ids=np.array([slug(LABELS[label]) for label in labels]),
    )


def fit_calibration(levels: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the map from log probabilities to calibrated scores."""
    model = LogisticRegression(C=10.0, max_iter=2000).fit(np.log(np.clip(levels, 1e-6, 1)), true)
    return np.vstack([model.coef_.T, model.intercept_]).astype("f4")


def fit_platt(logits: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return slope and offset for each priority (Platt 1999)."""
    fits = [LogisticRegression(C=1.0).fit(logits[:, [column]], true[:, column]) for column in range(true.shape[1])]
    return np.array([[fit.coef_[0, 0], fit.intercept_[0]] for fit in fits], dtype="f4")


def best_cuts(logits: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return for each priority the logit with the best F1 to cut at; rare ones lean on 0, the balanced middle."""
    grid = np.round(np.arange(-1.5, 2.01, 0.1), 1)
    chosen = []
    for column in range(true.shape[1]):
        scores = [f1_score(true[:, column], logits[:, column] >= cut, zero_division=0) for cut in grid]
        positives = true[:, column].sum()
        chosen.append(positives * grid[int(np.argmax(scores))] / (positives + LEAN))
    return np.array(chosen)


def fit_thresholds(logits: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes and offsets that calibrate, and the calibrated probability to cut at."""
    platt = fit_platt(logits, true)
    cuts = best_cuts(logits, true) * platt[:, 0] + platt[:, 1]
    return platt, (1 / (1 + np.exp(-cuts))).astype("f4")


def _f1(true: np.ndarray, found: np.ndarray) -> dict[str, float]:
    return {
        "micro_f1": round(float(f1_score(true, found, average="micro", zero_division=0)), 3),
        "macro_f1": round(float(f1_score(true, found, average="macro", zero_division=0)), 3),
    }


def level_figures(true: np.ndarray, found: np.ndarray) -> dict[str, float | int]:
    """Return accuracy and macro-F1 at five and at three levels."""
    three_true, three_found = np.sign(true - 3), np.sign(found - 3)
    return {
        "comments": len(true),
        "accuracy": round(float(accuracy_score(true, found)), 3),
        "macro_f1": round(float(f1_score(true, found, average="macro", zero_division=0)), 3),
        "mean_absolute_error": round(float(np.abs(true - found).mean()), 3),
        "accuracy_3": round(float(accuracy_score(three_true, three_found)), 3),
        "macro_f1_3": round(float(f1_score(three_true, three_found, average="macro", zero_division=0)), 3),
    }


def as_safe_comments(comments: pd.DataFrame) -> pd.DataFrame:
    """Dress comments as the table that steps read."""
    frame = pd.DataFrame({name: None for name in SAFE_COMMENTS.columns}, index=range(len(comments)))
    return frame.assign(
        comment_id=[f"VOC-{number:010d}" for number in range(len(comments))],
        question=comments["question"].to_numpy(),
        text=comments["text"].to_numpy(),
    )


def step_levels(comments: pd.DataFrame, heads: Heads, embedder: Embedder) -> np.ndarray:
    """Return the level (1 to 5) the whole step gives each comment, its rules included."""
    safe = as_safe_comments(comments)
    scored = score_sentiment(split_segments(safe).segments, safe, embedder=embedder, heads=heads)
    level_of = {label: level for level, label in enumerate(LEVELS, start=1)} | {"mixed": 3}
    return scored.comment_sentiments["label"].map(level_of).to_numpy(dtype=int)


class OutOfFold(NamedTuple):
    """What heads say of comments they were not trained on."""

    levels: np.ndarray
    logits: np.ndarray
    step: np.ndarray
    unseen: np.ndarray


def out_of_fold(
    coded: Coded,
    features: Sequence[Features],
    labels: list[int],
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    embedders: Sequence[Embedder],
) -> OutOfFold:
    """Fit on each fold's training side and predict its other side; each fold has its own embedder and features."""
    size = len(coded.comments)
    result = OutOfFold(
        np.zeros((size, 5)), np.zeros((size, len(labels))), np.zeros(size, dtype=int), np.zeros(size, dtype=bool)
    )
    plain = coded.comments["plain"]
    for (train, test), read, embedder in zip(folds, features, embedders, strict=True):
        heads = fit(read, coded, train, labels)
        texts, kinds = [read.texts[row] for row in test], [read.kinds[row] for row in test]
        result.levels[test] = level_probabilities(texts, kinds, read.vectors[test], heads=heads)
        result.logits[test] = priority_logits(texts, kinds, read.vectors[test], heads=heads)
        result.step[test] = step_levels(coded.comments.iloc[test], heads, embedder)
        result.unseen[test] = ~plain.iloc[test].isin(set(plain.iloc[train])).to_numpy()
    return result


def sentiment_figures(coded: Coded, found: OutOfFold) -> dict[str, object]:
    """Return the figures of the sentiment step and of the head alone."""
    rows = coded.levels > 0
    true, unseen = coded.levels, found.unseen
    per_level = f1_score(true[rows], found.step[rows], average=None, labels=[1, 2, 3, 4, 5])
    trusts = sorted(coded.comments["trust"].unique())
    return {
        "step": level_figures(true[rows], found.step[rows]),
        "step_unseen_texts": level_figures(true[rows & unseen], found.step[rows & unseen]),
        "head_alone": level_figures(true[rows], found.levels.argmax(axis=1)[rows] + 1),
        "f1_per_level": dict(zip(LEVELS, per_level.round(3).tolist(), strict=True)),
        "per_trust": {
            trust: level_figures(true[mask], found.step[mask])
            for trust in trusts
            for mask in [rows & (coded.comments["trust"] == trust).to_numpy()]
        },
    }


def calibration_error(levels: np.ndarray, true: np.ndarray) -> float:
    """Return the expected calibration error of the most likely level, in ten bins."""
    sure, right = levels.max(axis=1), levels.argmax(axis=1) + 1 == true
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return round(float(sum(gaps)), 3)


def crossed_calibration_error(
    levels: np.ndarray, true: np.ndarray, folds: list[tuple[np.ndarray, np.ndarray]]
) -> dict[str, float]:
    """Return the calibration error before, and after a calibration fitted on the other folds."""
    after = np.zeros_like(levels)
    for train, test in folds:
        after[test] = calibrate(
            levels[test], fit_calibration(levels[train][true[train] > 0], true[train][true[train] > 0])
        )
    rows = true > 0
    return {"before": calibration_error(levels[rows], true[rows]), "after": calibration_error(after[rows], true[rows])}


def priority_figures(
    coded: Coded, found: OutOfFold, labels: list[int], folds: list[tuple[np.ndarray, np.ndarray]]
) -> dict[str, object]:
    """Return the figures of the priority heads, thresholds taken from the other folds."""
    chosen = np.zeros(found.logits.shape, dtype=bool)
    usable, true = coded.has_priorities, coded.priorities
    for train, test in folds:
        train = train[usable[train]]
        chosen[test] = found.logits[test] >= best_cuts(found.logits[train], true[train][:, labels])
    everything = np.zeros(true.shape, dtype=bool)
    everything[:, labels] = chosen
    per_label = f1_score(true[usable], everything[usable], average=None, zero_division=0)
    counts = true[usable].sum(axis=0)
    unseen = usable & found.unseen
    return {
        "comments": int(usable.sum()),
        "all_31_labels": _f1(true[usable], everything[usable]),
        "all_31_labels_unseen_texts": _f1(true[unseen], everything[unseen]),
        "per_label": {
            slug(LABELS[i]): {"comments": int(counts[i]), "f1": round(float(per_label[i]), 3)}
            for i in range(len(LABELS))
        },
        "no_head": [slug(LABELS[i]) for i in range(len(LABELS)) if i not in labels],
    }


def write_weights(path: Path, heads: Heads) -> str:
    """Write the weights uncompressed (the archive carries no date), and return their sha256."""
    with path.open("wb") as stream:
        np.savez(stream, **heads.__dict__)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path, sha256: str) -> None:
    """Put the weights' sha256 into the manifest."""
    path = folder / MANIFEST
    text = re.sub(r'(?<="weights\.npz" = ")[0-9a-f]*(?=")', sha256, path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="\n")


class Space(NamedTuple):
    """The folds to measure on, each with an embedder not tuned on its other side, and the embedder to ship with."""

    final: Embedder
    folds: list[tuple[np.ndarray, np.ndarray]]
    embedders: list[Embedder]
    across: list[tuple[np.ndarray, np.ndarray]]
    across_embedders: list[Embedder]


def packaged_space(coded: Coded) -> Space:
    """Return the packaged encoder with five folds: it was tuned on nobody."""
    embedder = CachedEmbedder(OnnxEmbedder())
    groups, trust = coded.comments["respondent"], coded.comments["trust"].to_numpy()
    folds = list(GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(groups, groups=groups))
    across = [(np.flatnonzero(trust != name), np.flatnonzero(trust == name)) for name in sorted(set(trust))]
    return Space(embedder, folds, [embedder] * len(folds), across, [embedder] * len(across))


def tuned_space(coded: Coded, folder: Path, plain_weight: float) -> Space:
    """Return encoders tuned on each fold, on each trust, and on all; `folder` holds one folder for each."""
    everyone, plain = np.arange(len(coded.comments)), CachedEmbedder(OnnxEmbedder())

    def encoder(name: str) -> Embedder:
        tuned = CachedEmbedder(Tuned(folder / name / "model.onnx"))
        return Blend(plain, tuned, plain_weight) if plain_weight else tuned

    def side(name: str) -> tuple[tuple[np.ndarray, np.ndarray], Embedder]:
        train = training_rows(coded, name)
        return (train, np.setdiff1d(everyone, train)), encoder(name)

    folds = [side(f"fold-{number}-of-{ENCODER_FOLDS}") for number in range(ENCODER_FOLDS)]
    across = [side(f"without-{name}") for name in sorted(set(coded.comments["trust"]))]
    return Space(
        encoder("all"), [s for s, _ in folds], [e for _, e in folds], [s for s, _ in across], [e for _, e in across]
    )


def main() -> int:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--to", type=Path, default=models_folder() / FEEDBACK_HEADS)
    parser.add_argument(
        "--encoders", type=Path, help="folder of tuned encoders, one for each side; else the packaged one"
    )
    parser.add_argument("--plain-weight", type=float, default=0.0, help="of the packaged encoder beside the tuned one")
    options = parser.parse_args()
    coded = read_coded(options.data)
    space = tuned_space(coded, options.encoders, options.plain_weight) if options.encoders else packaged_space(coded)
    known: dict[str, Features] = {}

    def read(embedder: Embedder) -> Features:
        if embedder.name not in known:
            known[embedder.name] = features_of(coded.comments, embedder)
        return known[embedder.name]

    labels = [i for i in range(len(LABELS)) if coded.priorities[coded.has_priorities][:, i].sum() >= FEWEST_EXAMPLES]
    folds = space.folds
    found = out_of_fold(coded, [read(each) for each in space.embedders], labels, folds, space.embedders)
    across = [read(each) for each in space.across_embedders]
    other = out_of_fold(coded, across, labels, space.across, space.across_embedders)

    leveled, usable = coded.levels > 0, coded.has_priorities
    platt, thresholds = fit_thresholds(found.logits[usable], coded.priorities[usable][:, labels])
    learned = {
        "calibration": fit_calibration(found.levels[leveled], coded.levels[leveled]),
        "platt": platt,
        "thresholds": thresholds,
    }
    everyone = np.arange(len(coded.comments))
    heads = Heads(**{**fit(read(space.final), coded, everyone, labels).__dict__, **learned})
    figures = {
        "how": f"{len(folds)} folds split by respondent; each comment is judged by heads, and an encoder, "
        "not trained on its respondent.",
        "sentiment": {
            **sentiment_figures(coded, found),
            "calibration_error": crossed_calibration_error(found.levels, coded.levels, folds),
        },
        "sentiment_trained_on_the_other_trust": sentiment_figures(coded, other)["step"],
        "priorities": priority_figures(coded, found, labels, folds),
        "priorities_trained_on_the_other_trust": priority_figures(coded, other, labels, folds),
    }
    options.to.mkdir(parents=True, exist_ok=True)
    sha256 = write_weights(options.to / "weights.npz", heads)
    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    (options.to / "figures.json").write_text(text, encoding="utf-8", newline="\n")
    if options.to.parent == models_folder():
        write_manifest(models_folder(), sha256)
    sys.stdout.write(f"{sha256}\n{json.dumps(figures, indent=1)}\n")
    return 0


if __name__ == "__main__":
    with threadpool_limits(1):
        sys.exit(main())
