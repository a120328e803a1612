"""Fit what stands on the encoders, measure it, and write weights, figures and the manifest's sha256 sums.

    python models/train/train_heads.py PATH/nhs_patient_feedback.csv --encoders models/build

The folder holds what `train_encoder.py` wrote: `all`, three folds split by respondent, and, where they are there,
`without-TRUST`. Every figure is of respondents that neither the encoder nor its heads nor any threshold was fitted on:
thresholds and calibration of a fold come from the other folds. `unseen` leaves out texts that also stand on the
training side. Each side's heads are written beside its encoder. The same data give the same bytes.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from coded import LABELS, read_coded, slug
from fitting import fit, fit_calibration, fit_mix, fit_thresholds, mixed
from head_figures import f1, priority_figures, reliability, safety_figures, sentiment_figures
from held_out import FOLDS, Side, as_safe_comments, kinds_of, read_side, unseen_texts
from threadpoolctl import threadpool_limits

from voice_of_care.embedding import CachedEmbedder, OnnxEmbedder
from voice_of_care.heads import (
    Heads,
    calibrate,
    inputs_of,
    level_probabilities,
    priority_parts,
    qdc_probabilities,
)
from voice_of_care.models import FEEDBACK_ENCODER, FEEDBACK_HEADS, MANIFEST, models_folder
from voice_of_care.sentiment import LEVELS, score_sentiment
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coded import Coded

DECIDED = 0.5


class Raw(NamedTuple):
    """What heads say, before calibration, of comments they were not fitted on; one row a comment of the file."""

    levels: np.ndarray
    tuned: np.ndarray
    others: np.ndarray


class Judged(NamedTuple):
    """What the product's steps say of comments that nothing was fitted on; one row a comment of the file."""

    levels: np.ndarray
    sure: np.ndarray
    priorities: np.ndarray
    probability: np.ndarray
    plain_f1: np.ndarray
    unseen: np.ndarray


def raw_of(coded: Coded, sides: Sequence[Side], heads: Sequence[Heads]) -> Raw:
    """Ask each side's heads about the rows held out from it."""
    size = len(coded.comments)
    raw = Raw(np.zeros((size, 5)), np.zeros((size, len(LABELS))), np.zeros((size, len(LABELS))))
    for side, each in zip(sides, heads, strict=True):
        comments = coded.comments.iloc[side.held_out]
        inputs = inputs_of(comments["text"].tolist(), kinds_of(comments), side.embedders)
        raw.levels[side.held_out] = level_probabilities(inputs, heads=each)
        raw.tuned[side.held_out], raw.others[side.held_out] = priority_parts(inputs, heads=each)
    return raw


def finished(heads: Heads, coded: Coded, raw: Raw, rows: np.ndarray) -> Heads:
    """Return the heads with calibration and thresholds fitted on what was said of some rows by heads held out."""
    leveled, prioritised = rows[coded.levels[rows] > 0], rows[coded.has_priorities[rows]]
    true = coded.priorities[prioritised]
    mix = fit_mix(raw.tuned[prioritised], raw.others[prioritised], true)
    probability = mixed(raw.tuned[prioritised], raw.others[prioritised], mix)
    return dataclasses.replace(
        heads,
        calibration=fit_calibration(raw.levels[leveled], coded.levels[leveled]),
        priority_mix=mix,
        thresholds=fit_thresholds(probability, true),
    )


def judge(coded: Coded, sides: Sequence[Side], heads: Sequence[Heads], *, raw: Raw, said: Raw) -> Judged:
    """Run the product's steps on each side's held-out rows; thresholds come from what was said of those trained on."""
    size = len(coded.comments)
    judged = Judged(
        np.zeros(size, dtype=int),
        np.zeros((size, 5)),
        np.zeros((size, len(LABELS)), dtype=bool),
        np.zeros((size, len(LABELS))),
        np.zeros((size, len(LABELS)), dtype=bool),
        np.zeros(size, dtype=bool),
    )
    for side, each in zip(sides, heads, strict=True):
        out, comments = side.held_out, coded.comments.iloc[side.held_out]
        judged.levels[out] = step_levels(comments, each, side)
        judged.sure[out] = calibrate(raw.levels[out], each.calibration)
        judged.priorities[out] = step_priorities(comments, each, side)
        judged.probability[out] = mixed(raw.tuned[out], raw.others[out], each.priority_mix)
        known = side.train[coded.has_priorities[side.train]]
        even = mixed(said.tuned[known], said.others[known], each.priority_mix)
        cuts = fit_thresholds(even, coded.priorities[known], np.ones(len(LABELS)))
        judged.plain_f1[out] = judged.probability[out] >= cuts
        judged.unseen[out] = unseen_texts(coded, side)
    return judged


def step_levels(comments: Any, heads: Heads, side: Side) -> np.ndarray:  # noqa: ANN401 - a frame
    """Return the level (1 to 5) the whole step gives each comment, its rules included."""
    safe = as_safe_comments(comments)
    scored = score_sentiment(split_segments(safe).segments, safe, embedders=side.embedders, heads=heads)
    level_of = {label: level for level, label in enumerate(LEVELS, start=1)} | {"mixed": 3}
    return np.asarray(scored.comment_sentiments["label"].map(level_of).to_numpy(dtype=int))


def step_priorities(comments: Any, heads: Heads, side: Side) -> np.ndarray:  # noqa: ANN401 - a frame
    """Return the priorities the whole step gives each comment: those of its segments."""
    safe = as_safe_comments(comments)
    found = qdc_probabilities(split_segments(safe).segments, safe, embedders=side.embedders, heads=heads).query(
        "strength >= @DECIDED"
    )
    row_of = {comment_id: row for row, comment_id in enumerate(safe["comment_id"])}
    column_of = {slug(label): column for column, label in enumerate(LABELS)}
    decided = np.zeros((len(safe), len(LABELS)), dtype=bool)
    rows = found["segment_id"].str.rsplit(".", n=1).str[0].map(row_of)
    decided[rows.to_numpy(dtype=int), found["priority_id"].map(column_of).to_numpy(dtype=int)] = True
    return decided


def figures_of(coded: Coded, judged: Judged, rows: np.ndarray) -> dict[str, Any]:
    """Return all figures of the rows that were judged."""
    is_judged, trust = np.zeros(len(coded.comments), dtype=bool), coded.comments["trust"].to_numpy()
    is_judged[rows] = True
    leveled, labelled = is_judged & (coded.levels > 0), is_judged & coded.has_priorities

    def sets(mask: np.ndarray) -> dict[str, np.ndarray]:
        found = {"all": mask, "unseen_texts": mask & judged.unseen}
        return found | {name: mask & (trust == name) for name in sorted(set(trust[mask]))}

    sure = judged.sure[leveled]
    sentiment = sentiment_figures(coded.levels, judged.levels, sets(leveled))
    sentiment["rows_with_labels"] = sentiment_figures(coded.levels, judged.levels, sets(leveled & coded.has_priorities))
    sentiment["reliability"] = reliability(sure.max(axis=1), sure.argmax(axis=1) + 1 == coded.levels[leveled])
    true, plain = coded.priorities[labelled], judged.plain_f1[labelled]
    return {
        "sentiment": sentiment,
        "priorities": {
            **priority_figures(coded.priorities, judged.priorities, sets(labelled)),
            "safety": safety_figures(true, judged.priorities[labelled]),
            "were_all_cut_at_best_f1": {**f1(true, plain), "safety": safety_figures(true, plain)},
            "reliability": reliability(judged.probability[labelled], true),
        },
    }


def write_weights(path: Path, heads: Heads) -> str:
    """Write the weights uncompressed (the archive carries no date), and return their sha256."""
    with path.open("wb") as stream:
        np.savez(stream, **{field.name: getattr(heads, field.name) for field in dataclasses.fields(Heads)})
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(folder: Path, sums: dict[str, str]) -> None:
    """Put the files' sha256 into the manifest."""
    path = folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    for name, sha256 in sums.items():
        place = rf'(?<=name = "{name}"\n)(.*?)(= ")[0-9a-f]{{64}}(?=")'
        text = re.sub(place, rf"\g<1>\g<2>{sha256}", text, count=1, flags=re.DOTALL)
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoders", type=Path, required=True, help="folder of encoders, one folder a side")
    parser.add_argument("--to", type=Path, default=models_folder(), help="folder of the models")
    options = parser.parse_args()
    coded, general = read_coded(options.data), CachedEmbedder(OnnxEmbedder())
    everyone, trust = np.arange(len(coded.comments)), coded.comments["trust"].to_numpy()

    def read(name: str) -> Side:
        return read_side(coded, name, options.encoders / name, general)

    folds = [read(name) for name in FOLDS]
    heads = [fit(coded, side) for side in folds]
    raw = raw_of(coded, folds, heads)
    heads = [finished(each, coded, raw, side.train) for each, side in zip(heads, folds, strict=True)]
    judged = judge(coded, folds, heads, raw=raw, said=raw)
    figures: dict[str, Any] = {
        "how": "Three folds split by respondent; each comment is judged by the product's steps with an encoder, heads "
        "and thresholds not fitted on its respondent.",
        **figures_of(coded, judged, everyone),
    }
    beside = dict(zip(FOLDS, heads, strict=True))
    for name in sorted(f"without-{each}" for each in set(trust)):
        if (options.encoders / name).is_dir():
            side = read(name)
            beside[name] = finished(fit(coded, side), coded, raw, side.train)
            across = judge(coded, [side], [beside[name]], raw=raw_of(coded, [side], [beside[name]]), said=raw)
            figures[name.replace("-", "_")] = figures_of(coded, across, side.held_out)
    final = read("all")
    beside["all"] = finished(fit(coded, final), coded, raw, everyone)
    figures["thresholds"] = {
        slug(label): round(float(cut), 2) for label, cut in zip(LABELS, beside["all"].thresholds, strict=True)
    }
    for name, each in beside.items():
        write_weights(options.encoders / name / "weights.npz", each)
    ship(options.encoders / "all", options.to, beside["all"], figures)
    return 0


def ship(encoder: Path, to: Path, heads: Heads, figures: dict[str, Any]) -> None:
    """Put encoder, heads and figures where the product finds them, and their sums into the manifest."""
    for name in (FEEDBACK_ENCODER, FEEDBACK_HEADS):
        (to / name).mkdir(parents=True, exist_ok=True)
    content = (encoder / "model.onnx").read_bytes()
    (to / FEEDBACK_ENCODER / "model.onnx").write_bytes(content)
    sums = {
        FEEDBACK_ENCODER: hashlib.sha256(content).hexdigest(),
        FEEDBACK_HEADS: write_weights(to / FEEDBACK_HEADS / "weights.npz", heads),
    }
    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    (to / FEEDBACK_HEADS / "figures.json").write_text(text, encoding="utf-8", newline="\n")
    if (to / MANIFEST).exists():
        write_manifest(to, sums)
    sys.stdout.write(f"{json.dumps(sums, indent=1)}\n")


if __name__ == "__main__":
    with threadpool_limits(1):
        sys.exit(main())
