"""Fit what stands on the encoders: linear heads, their mix with the tuned ones, calibration, and thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from coded import LABELS, framework_phrases, slug
from held_out import kinds_of
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from voice_of_care.heads import HASHED_COLUMNS, Heads, dense_features, hashed_counts, hashed_features

if TYPE_CHECKING:
    from coded import Coded
    from held_out import Side

LEVEL_PENALTY = 0.1
PRIORITY_PENALTY = 1.0
LEVEL_MIX = (0.25, 0.75, 0.0)  # of the tuned head's logits and the other's, and an offset; chosen on folds
PHRASE = 1.0  # what a phrase of the framework weighs against a comment, as an example of its label,
PHRASE_OTHERS = 0.1  # and as one of what its other labels are not
MIX_PULL = 20.0  # how strongly a priority's mix is held to the tuned head alone
GRID = np.round(np.arange(0.06, 0.80, 0.01), 2)
SMOOTH = 9  # places of the grid that are averaged
FEW = 20  # labels with fewer comments form a group of their own
LEAN_OF_FEW = 40  # comments that the curve of a label's group counts for
LEAN_OF_MANY = 1000
SAFETY = (
    "Feeling safe",
    "Staffing levels & responsiveness",
    "Competence & training",
    "Supplying & understanding medication",
    "Pain management",
    "Cleanliness, tidiness & infection control",
)
SAFETY_BETA = 1.5
BETAS = np.array([SAFETY_BETA if label in SAFETY else 1.0 for label in LABELS])


class _Rows(NamedTuple):
    """Features of some texts: of the general encoder with the lexicon, and hashed."""

    x: sparse.csr_matrix
    width: int


def _rows(texts: list[str], kinds: list[str], side: Side, idf: np.ndarray) -> _Rows:
    dense = dense_features(texts, kinds, side.embedders.general.embed(texts))
    joined = sparse.hstack([sparse.csr_matrix(dense), hashed_features(texts, idf)], format="csr")
    return _Rows(sparse.csr_matrix(joined), dense.shape[1])


def fit(coded: Coded, side: Side) -> Heads:
    """Fit the linear heads on the side's rows; mix, calibration and thresholds stay neutral."""
    comments = coded.comments.iloc[side.train]
    texts, levels = comments["text"].tolist(), coded.levels[side.train]
    seen = np.bincount(hashed_counts(texts).indices, minlength=2 * HASHED_COLUMNS)
    idf = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype("f4")
    x, width = _rows(texts, kinds_of(comments), side, idf)
    steps, step_bias = _fit_steps(x[levels > 0], levels[levels > 0])
    phrases, owners = framework_phrases()
    labelled = coded.has_priorities[side.train]
    linear, bias = _fit_priorities(
        x[labelled],
        coded.priorities[side.train][labelled],
        _rows(phrases, ["open"] * len(phrases), side, idf).x,
        np.array(owners),
    )
    return Heads(
        idf=idf,
        level_dense=steps[:width].astype("f4"),
        level_hashed=steps[width:].astype("f2"),
        level_bias=step_bias.astype("f4"),
        calibration=np.vstack([np.eye(5), np.zeros((1, 5))]).astype("f4"),
        priority_dense=linear[:width].astype("f4"),
        priority_hashed=linear[width:].astype("f2"),
        priority_bias=bias.astype("f4"),
        tuned_level=side.tuned_level,
        tuned_priority=side.tuned_priority,
        level_mix=np.array(LEVEL_MIX, dtype="f4"),
        priority_mix=np.tile(np.array([1.0, 0.0, 0.0], dtype="f4"), (len(LABELS), 1)),
        thresholds=np.full(len(LABELS), 0.5, dtype="f4"),
        priority_ids=np.array([slug(label) for label in LABELS]),
    )


def _fit_steps(x: sparse.csr_matrix, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts = np.bincount(levels, minlength=6)[1:]
    weights = np.sqrt(counts.sum() / np.maximum(counts, 1))[levels - 1]
    weights = weights / weights.mean()
    fits = [
        LogisticRegression(C=LEVEL_PENALTY, max_iter=2000).fit(x, levels > step, sample_weight=weights)
        for step in range(1, 5)
    ]
    return np.hstack([fit.coef_.T for fit in fits]), np.concatenate([fit.intercept_ for fit in fits])


def _fit_priorities(
    x: sparse.csr_matrix, priorities: np.ndarray, phrases: sparse.csr_matrix, owners: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fit one logistic regression a label, classes balanced, on comments and on the framework's own phrases."""
    everything = sparse.csr_matrix(sparse.vstack([x, phrases]))
    coefficients, biases = [], []
    for column, given in enumerate(priorities.T):
        is_true = np.concatenate([given, owners == column])
        weights = np.concatenate([np.ones(len(given)), np.where(owners == column, PHRASE, PHRASE * PHRASE_OTHERS)])
        of_true, of_rest = weights[is_true].sum(), weights[~is_true].sum()
        weights = weights * weights.sum() / 2 / np.where(is_true, of_true, of_rest)
        model = LogisticRegression(C=PRIORITY_PENALTY, max_iter=2000, tol=1e-3)
        model.fit(everything, is_true, sample_weight=weights)
        coefficients.append(model.coef_[0])
        biases.append(float(model.intercept_[0]))
    return np.stack(coefficients, axis=1), np.array(biases)


def fit_calibration(levels: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return the map from log probabilities of levels to calibrated scores."""
    model = LogisticRegression(C=10.0, max_iter=2000).fit(np.log(np.clip(levels, 1e-6, 1)), true)
    return np.vstack([model.coef_.T, model.intercept_]).astype("f4")


def fit_mix(tuned: np.ndarray, others: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return for each priority what both logits are multiplied by, and an offset: stacked and calibrated in one.

    A logistic regression a priority, held to the tuned head alone (1, 0, 0), and so the more the fewer its examples.
    """
    start, fits = np.array([1.0, 0.0, 0.0]), []
    for column in range(true.shape[1]):
        x, found = np.stack([tuned[:, column], others[:, column], np.ones(len(true))], axis=1), start
        for _ in range(30):
            p = expit(x @ found)
            slope = x.T @ (p - true[:, column]) + MIX_PULL * (found - start)
            found = found - np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + MIX_PULL * np.eye(3), slope)
        fits.append(found)
    return np.array(fits, dtype="f4")


def mixed(tuned: np.ndarray, others: np.ndarray, mix: np.ndarray) -> np.ndarray:
    """Return calibrated probabilities."""
    first, second, offset = mix.astype(float).T
    return np.asarray(expit(tuned * first + others * second + offset))


def _curve(probability: np.ndarray, true: np.ndarray, beta: float) -> np.ndarray:
    """Return F-beta of one or more priorities together at each place of the grid, smoothed."""
    is_found, is_true = probability[:, :, None] >= GRID, true[:, :, None]
    hits = (is_found & is_true).sum(axis=(0, 1))
    score = (1 + beta**2) * hits / np.maximum(1, beta**2 * true.sum() + is_found.sum(axis=(0, 1)))
    return np.convolve(np.pad(score, SMOOTH // 2, mode="edge"), np.ones(SMOOTH) / SMOOTH, "valid")


def fit_thresholds(probability: np.ndarray, true: np.ndarray, betas: np.ndarray = BETAS) -> np.ndarray:
    """Return for each priority the calibrated probability to decide at: the best F1, where it concerns safety F1.5.

    A priority's own curve is averaged with that of its group: rare ones with the mean of rare ones, common ones with
    the curve of all common ones counted together, so that chance in single labels moves little.
    """
    counts, chosen = true.sum(axis=0), np.zeros(true.shape[1])
    own = [_curve(probability[:, [column]], true[:, [column]], beta) for column, beta in enumerate(betas)]
    for beta in np.unique(betas):
        for is_rare in (True, False):
            group = np.flatnonzero((betas == beta) & ((counts < FEW) == is_rare))
            if is_rare:
                weights = counts[group]
                shared = sum(own[column] * counts[column] for column in group) / max(1, weights.sum())
            else:
                shared = _curve(probability[:, group], true[:, group], beta)
            lean = LEAN_OF_FEW if is_rare else LEAN_OF_MANY
            for column in group:
                chosen[column] = GRID[int(np.argmax(counts[column] * own[column] + lean * shared))]
    return chosen.astype("f4")
