"""Figures of the heads: by level, by label, by Trust, on texts never seen, and how reliable probabilities are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from coded import LABELS, slug
from fitting import SAFETY
from sklearn.metrics import accuracy_score, f1_score, fbeta_score, precision_score, recall_score

from voice_of_care.sentiment import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping

BINS = 10


def f1(true: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Return micro and macro F1; a label that nobody gave counts as 0."""
    return {
        "comments": len(true),
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


def reliability(probability: np.ndarray, came_true: np.ndarray) -> dict[str, Any]:
    """Return what was said and what came true in ten bins, and the expected calibration error."""
    said, true = probability.ravel(), came_true.ravel()
    place = np.minimum((said * BINS).astype(int), BINS - 1)
    bins = [
        {
            "from": round(number / BINS, 1),
            "count": int((place == number).sum()),
            "said": round(float(said[place == number].mean()), 3),
            "came_true": round(float(true[place == number].mean()), 3),
        }
        for number in np.unique(place)
    ]
    error = sum(abs(each["said"] - each["came_true"]) * each["count"] for each in bins) / max(1, len(said))
    return {"expected_calibration_error": round(float(error), 4), "bins": bins}


def sentiment_figures(true: np.ndarray, found: np.ndarray, rows: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the figures of the sentiment step on several sets of rows, and by level on the first."""
    first = next(iter(rows.values()))
    per_level = f1_score(true[first], found[first], average=None, labels=[1, 2, 3, 4, 5], zero_division=0)
    return {
        **{name: level_figures(true[mask], found[mask]) for name, mask in rows.items()},
        "f1_per_level": dict(zip(LEVELS, per_level.round(3).tolist(), strict=True)),
    }


def priority_figures(true: np.ndarray, found: np.ndarray, rows: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return micro and macro F1 over all labels on several sets of rows, and by label on the first."""
    first = next(iter(rows.values()))
    y, said = true[first], found[first]
    parts = [
        precision_score(y, said, average=None, zero_division=0),
        recall_score(y, said, average=None, zero_division=0),
        f1_score(y, said, average=None, zero_division=0),
        fbeta_score(y, said, beta=2, average=None, zero_division=0),
    ]
    names = ("precision", "recall", "f1", "f2")
    return {
        **{name: f1(true[mask], found[mask]) for name, mask in rows.items()},
        "per_label": {
            slug(label): {
                "comments": int(y[:, column].sum()),
                **{name: round(float(part[column]), 3) for name, part in zip(names, parts, strict=True)},
            }
            for column, label in enumerate(LABELS)
        },
    }


def safety_figures(true: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """Return precision and recall over the labels that concern safety, all comments together."""
    columns = [LABELS.index(label) for label in SAFETY]
    y, said = true[:, columns], found[:, columns]
    return {
        "precision": round(float(precision_score(y, said, average="micro", zero_division=0)), 3),
        "recall": round(float(recall_score(y, said, average="micro", zero_division=0)), 3),
    }
