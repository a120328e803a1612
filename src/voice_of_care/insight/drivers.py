"""Which themes go with the score people give: relative weights, and coefficients robust to clusters.

Associated with the score; never its cause. See docs/methods/drivers.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from voice_of_care.counting import leaning_of_units
from voice_of_care.declaring import conform
from voice_of_care.insight.relative_weights import draw_weights, gather_moments, weights_of
from voice_of_care.insight_tables import DRIVERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.insight.voices import Voices

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

FEWEST_SCORED = 300
"""Scored units below which nothing is said; the report names it too."""
FEWEST_LEANING = 10
"""Scored units who speak well or ill of a theme, for the theme to be looked at."""
FEWEST_CLUSTERS = 30
CLUSTERS_A_THEME = 3
DRAWS = 1000
SIGNIFICANCE = 0.05
_TONE_OF = {"positive": 1, "mixed": 0, "neutral": 0, "negative": -1}
_LEAST = 1e-10
_PLACES = 6


class Scored(NamedTuple):
    """Scored units in order of what they say: tones by unit and theme (-1, 0, 1), scores, and numbers of clusters."""

    themes: tuple[str, ...]
    tones: Whole
    scores: Numbers
    clusters: Whole


class Coefficients(NamedTuple):
    """Points of score for each predictor, their standard errors, and Student's degrees of freedom."""

    points: Numbers
    errors: Numbers
    freedom: int


def find_drivers(voices: Voices, *, seed: int) -> pd.DataFrame:
    """Return how far what people say of each theme goes with the score they give.

    Args:
        voices: who is counted; a unit's score is the mean of its scores, 1 worst to 5 best.
        seed: of the draws behind the intervals.

    Returns:
        The table DRIVERS, the heaviest first; no rows with fewer than 300 scored units, with scores all alike, with too
        few clusters, or where no theme is spoken of, well or ill, by 10 of them.
    """
    said = _tones(voices)
    scored = gather_scored(voices, said)
    themes, clusters = len(scored.themes), len(np.unique(scored.clusters))
    is_enough = len(scored.scores) >= FEWEST_SCORED and clusters >= max(FEWEST_CLUSTERS, CLUSTERS_A_THEME * themes)
    if not themes or not is_enough or np.ptp(scored.scores) == 0:
        return DRIVERS.empty()
    raised = said[said["item_id"].isin(scored.themes)].groupby("item_id")["tone"].agg(["size", "mean"])
    raised = raised.loc[list(scored.themes)]
    found = judge_drivers(scored, seed=seed).assign(
        respondents=raised["size"].to_numpy(), scored=len(scored.scores), mean_tone=raised["mean"].to_numpy()
    )
    numbers = found.select_dtypes("float64").columns
    found = found.assign(**{name: found[name].round(_PLACES) for name in numbers})
    found = found.sort_values(["weight", "theme_id"], ascending=[False, True])
    return conform(found[list(DRIVERS.columns)], DRIVERS)


def judge_drivers(scored: Scored, *, seed: int) -> pd.DataFrame:
    """Return weights and coefficients with their 95% intervals, in the order of the themes.

    A weight is never below 0, so that an interval drawn anew never reaches it: its lower end is 0 where the
    coefficient can't be told from chance (Holm over all themes).
    """
    tones = scored.tones.astype(np.float64)
    moments = gather_moments(tones, scored.scores, scored.clusters)
    weights = weights_of(moments)
    low, high = np.quantile(draw_weights(moments, draws=DRAWS, seed=seed), [0.025, 0.975], axis=0)
    fitted = fit_coefficients(tones, scored.scores, scored.clusters)
    reach = stats.t.ppf(0.975, fitted.freedom) * fitted.errors
    is_clear = _holm(fitted) <= SIGNIFICANCE
    return pd.DataFrame(
        {
            "theme_id": scored.themes,
            "weight": weights,
            "low": np.where(is_clear, np.minimum(low, weights), 0.0),
            "high": np.maximum(high, weights).clip(max=1.0),
            "coefficient": fitted.points,
            "coefficient_low": fitted.points - reach,
            "coefficient_high": fitted.points + reach,
            "explained": min(float(weights.sum()), 1.0),
            "is_clear": is_clear,
        }
    )


def gather_scored(voices: Voices, said: pd.DataFrame) -> Scored:
    """Return the scored units in an order that neither the order of rows nor the names of units decide."""
    units = voices.units[voices.units["score"].notna()]
    leaning = said[said["tone"] != 0].groupby("item_id").size()
    themes = tuple(sorted(leaning[leaning >= FEWEST_LEANING].index))
    tones = np.zeros((len(units), len(themes)), dtype=np.int64)
    mine = said[said["item_id"].isin(themes)]
    column = {theme_id: place for place, theme_id in enumerate(themes)}
    tones[units.index.get_indexer(pd.Index(mine["unit"])), mine["item_id"].map(column).to_numpy(dtype=np.int64)] = mine[
        "tone"
    ]
    varies = np.ptp(tones, axis=0) > 0 if len(units) else np.zeros(len(themes), dtype=bool)
    tones, themes = tones[:, varies], tuple(np.array(themes, dtype=object)[varies])
    scores = units["score"].to_numpy(dtype=np.float64)
    order, numbers = _put_in_order(np.column_stack([tones, scores]), units["cluster"])
    return Scored(themes, tones[order], scores[order], numbers)


def fit_coefficients(predictors: Numbers, outcome: Numbers, clusters: Whole) -> Coefficients:
    """Return least-squares coefficients with standard errors from leaving out one cluster at a time (CR3).

    With few who raise a theme the usual cluster-robust errors are too small; those of the jackknife keep their promise
    (Bell and McCaffrey 2002; MacKinnon, Nielsen and Webb 2023). Student's degrees of freedom are the clusters less one.
    Columns that tell the same share what they tell.

    Args:
        predictors: (units, p), without a constant.
        outcome: one for each unit.
        clusters: number of each unit's cluster.
    """
    design = np.column_stack([np.ones(len(outcome)), predictors])
    inverse = np.linalg.pinv(design.T @ design)
    values = inverse @ (design.T @ outcome)
    residuals = outcome - design @ values
    names, sizes = np.unique(clusters, return_counts=True)
    alone = np.isin(clusters, names[sizes == 1])
    left = 1 - np.einsum("ij,jk,ik->i", design[alone], inverse, design[alone])
    scale = np.where(left > _LEAST, residuals[alone] / np.where(left > _LEAST, left, 1.0), 0.0)
    moves = [(design[alone] @ inverse) * scale[:, None]]
    for name in names[sizes > 1]:
        part = design[clusters == name]
        kept = np.eye(len(part)) - part @ inverse @ part.T
        moves.append((inverse @ part.T @ np.linalg.pinv(kept) @ residuals[clusters == name])[None])
    moved = np.concatenate(moves)
    count = len(names)
    errors = np.sqrt((count - 1) / count * (moved**2).sum(axis=0))
    return Coefficients(values[1:], errors[1:], count - 1)


def _tones(voices: Voices) -> pd.DataFrame:
    """Return how each scored unit speaks of each subject it raises: unit, item_id and tone."""
    has_score = voices.units.index[voices.units["score"].notna()]
    mentions = voices.mentions
    is_mine = (mentions["scope"] == "theme") & mentions["item_id"].isin(voices.subjects)
    said = mentions[is_mine & mentions["unit"].isin(has_score)]
    leaning = leaning_of_units(said, by=("unit", "item_id"))
    return leaning.map(_TONE_OF).astype("int64").rename("tone").reset_index()


def _put_in_order(rows: Numbers, clusters: pd.Series) -> tuple[Whole, Whole]:
    """Return units in order of what their clusters hold, and the number of each one's cluster."""
    kind = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    codes = pd.factorize(clusters)[0]
    order = np.lexsort([kind, codes])
    parts = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    parts = sorted(parts, key=lambda part: tuple(kind[part].tolist()))
    return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def _holm(fitted: Coefficients) -> Numbers:
    """Return p-values adjusted by Holm (1979) over all predictors; 1 where an error is not known."""
    is_known = fitted.errors > 0
    deviates = np.where(is_known, np.abs(fitted.points) / np.where(is_known, fitted.errors, 1.0), 0.0)
    p_values = 2 * stats.t.sf(deviates, fitted.freedom)
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
