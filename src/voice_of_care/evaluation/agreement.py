"""How well two codings of the same comments agree: priorities, sentiment, and themes with codes.

Each function takes one row a comment and returns one row a measure: item (a priority's id, a level, or empty for all),
measure, value, and the 95% interval of a bootstrap over respondents. Nothing here knows who made which coding.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics import adjusted_mutual_info_score, completeness_score, homogeneity_score

from voice_of_care.evaluation.reliability import alpha_of, coincidences, masi_distance
from voice_of_care.evaluation.resampling import Resampling, measure_with_intervals, sum_by_respondent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from voice_of_care.evaluation.resampling import Floats, Measures

    Booleans = NDArray[np.bool_]
    Numbers = NDArray[np.int64]
    People = Sequence[object] | NDArray[np.object_]

ALL = ""
THREE_LEVELS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 3}
_QUICK = Resampling(times=60)


class LabelAgreement(NamedTuple):
    """Measures of priorities, and the counts they rest on: item, both, only_theirs, only_ours, support."""

    measures: pd.DataFrame
    counts: pd.DataFrame


class LevelAgreement(NamedTuple):
    """Measures of ordered levels, and how often each of theirs (rows) met each of ours (columns)."""

    measures: pd.DataFrame
    confusion: pd.DataFrame


def label_agreement(
    theirs: Booleans,
    ours: Booleans,
    *,
    labels: Sequence[str],
    respondents: People,
    judged: Booleans | None = None,
    copies: Numbers | None = None,
    resampling: Resampling | None = None,
) -> LabelAgreement:
    """Compare two codings with several labels a comment.

    Measures of all: precision, recall and F1 (micro over decisions; macro over labels that either side gave; samples
    over comments, two empty sets agreeing fully), exact_match, kappa (over all decisions), kappa_macro, and alpha_masi
    (Krippendorff's over sets). Of a label: precision, recall, f1, kappa, alpha. NaN where nothing was to be found.

    Args:
        theirs: shape (comments, labels), the coding taken as right.
        ours: the same shape.
        labels: the labels' ids.
        respondents: who wrote each comment; they are resampled.
        judged: which decisions count, by default all; comments with one that doesn't are in no measure of whole sets.
        copies: in how many rows each row's comment stands, by default one; the rows of a comment weigh as one.
        resampling: how often, and the seed.
    """
    judged = np.ones(theirs.shape, dtype=np.bool_) if judged is None else judged
    whole: Booleans = np.all(judged, axis=1)
    sets, stats_of_sets, distance = _set_stats(theirs, ours, whole)
    decisions = [judged & each for each in (theirs & ours, theirs & ~ours, ~theirs & ours, ~theirs & ~ours)]
    stats = np.hstack([*decisions, _sample_stats(theirs, ours, whole), stats_of_sets]).astype(np.float64)
    weights, scale = _weights(copies, len(theirs))
    count = len(labels)

    def measures(totals: Floats) -> Measures:
        both, missed, extra, neither = (totals[:, part * count : (part + 1) * count] for part in range(4))
        found = _decision_measures(both, missed, extra, neither, labels=labels)
        rest = totals[:, 4 * count :]
        for place, name in enumerate(("precision_samples", "recall_samples", "f1_samples", "exact_match"), start=1):
            found[ALL, name] = _divided(rest[:, place], rest[:, 0])
        found[ALL, "alpha_masi"] = alpha_of(rest[:, 5], rest[:, 6 : 6 + sets], distance)
        return found

    measured = measure_with_intervals(
        sum_by_respondent(stats * weights[:, None], respondents) / scale,
        measures,
        resampling=resampling or Resampling(),
    )
    both, missed, extra, _ = (weights @ each.astype(np.int64) / scale for each in decisions)
    counts = pd.DataFrame(
        {"item": list(labels), "both": both, "only_theirs": missed, "only_ours": extra, "support": both + missed}
    )
    return LabelAgreement(
        measured, counts.astype({"item": "object"} if scale > 1 else dict.fromkeys(counts.columns[1:], int))
    )


def _weights(copies: Numbers | None, rows: int) -> tuple[Numbers, int]:
    """Return what each row weighs, in whole numbers so that sums are exact, and the weight of a comment."""
    if copies is None or not len(copies):
        return np.ones(rows, dtype=np.int64), 1
    scale = math.lcm(*(int(count) for count in np.unique(copies)))
    return scale // copies, scale


def _divided(above: Floats, below: Floats) -> Floats:
    share: Floats = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return share


def _decision_measures(
    both: Floats, missed: Floats, extra: Floats, neither: Floats, *, labels: Sequence[str]
) -> dict[tuple[str, str], Floats]:
    """Return what counts of decisions give, shape (draws, labels) each: for all labels, then for each."""
    precision, recall = _divided(both, both + extra), _divided(both, both + missed)
    f1 = _divided(2 * both, 2 * both + missed + extra)
    kappa, alpha = _kappa(both, missed, extra, neither), _binary_alpha(both, missed, extra, neither)
    given = both + missed + extra > 0
    sums = [each.sum(axis=1) for each in (both, missed, extra, neither)]
    found: dict[tuple[str, str], Floats] = {
        (ALL, "precision_micro"): _divided(sums[0], sums[0] + sums[2]),
        (ALL, "recall_micro"): _divided(sums[0], sums[0] + sums[1]),
        (ALL, "f1_micro"): _divided(2 * sums[0], 2 * sums[0] + sums[1] + sums[2]),
        (ALL, "precision_macro"): _macro(precision, given),
        (ALL, "recall_macro"): _macro(recall, given),
        (ALL, "f1_macro"): _macro(f1, given),
        (ALL, "kappa"): _kappa(*sums),
        (ALL, "kappa_macro"): _macro(kappa, given),
    }
    for place, label in enumerate(labels):
        for name, values in zip(
            ("precision", "recall", "f1", "kappa", "alpha"), (precision, recall, f1, kappa, alpha), strict=True
        ):
            found[label, name] = values[:, place]
    return found


def _macro(values: Floats, given: Booleans) -> Floats:
    """Return the mean over what either side gave; what one side alone gave counts 0 where its share is undefined."""
    return _divided((np.nan_to_num(values) * given).sum(axis=1), given.sum(axis=1).astype(np.float64))


def _mean(values: Floats) -> Floats:
    return values.mean(axis=1) if values.shape[1] else np.full(len(values), np.nan)


def _kappa(both: Floats, missed: Floats, extra: Floats, neither: Floats) -> Floats:
    """Return Cohen's kappa (1960) of yes and no."""
    total = both + missed + extra + neither
    agreed = _divided(both + neither, total)
    theirs, ours = _divided(both + missed, total), _divided(both + extra, total)
    by_chance = theirs * ours + (1 - theirs) * (1 - ours)
    beyond: Floats = np.divide(
        agreed - by_chance, 1 - by_chance, out=np.full(np.shape(total), np.nan), where=by_chance < 1
    )
    return beyond


def _binary_alpha(both: Floats, missed: Floats, extra: Floats, neither: Floats) -> Floats:
    """Return Krippendorff's alpha of yes and no, two coders, nothing missing."""
    values = 2 * (both + missed + extra + neither)
    yes = 2 * both + missed + extra
    expected = yes * (values - yes)
    return 1 - _divided((missed + extra) * (values - 1), expected)


def _sample_stats(theirs: Booleans, ours: Booleans, whole: Booleans) -> Floats:
    """Return for each comment: whether it counts whole, precision, recall, F1 and exact match."""
    both = (theirs & ours).sum(axis=1).astype(np.float64)
    given, found = theirs.sum(axis=1), ours.sum(axis=1)
    empty = (given + found) == 0
    precision, recall, f1 = (
        np.where(empty, 1.0, np.divide(scale * both, below, out=np.zeros_like(both), where=below > 0))
        for scale, below in ((1, found), (1, given), (2, given + found))
    )
    exact = (theirs == ours).all(axis=1).astype(np.float64)
    return np.column_stack([np.ones_like(both), precision, recall, f1, exact]) * whole[:, None]


def _set_stats(theirs: Booleans, ours: Booleans, whole: Booleans) -> tuple[int, Floats, Floats]:
    """Return what alpha over sets needs: the number of different sets, a row a comment, and the sets' distance."""
    rows = np.vstack([theirs[whole], ours[whole]])
    if not len(rows):
        return 0, np.zeros((len(theirs), 1)), np.zeros((0, 0))
    sets, of = np.unique(rows, axis=0, return_inverse=True)
    values = np.zeros((len(theirs), len(sets)))
    number = int(whole.sum())
    places = np.flatnonzero(whole)
    for part in (of[:number], of[number:]):
        np.add.at(values, (places, part), 1)
    distance = masi_distance(sets)
    found = coincidences(values, distance)
    return len(sets), np.column_stack([found.disagreement, found.given]), distance


def sentiment_agreement(
    theirs: Sequence[int],
    ours: Sequence[int],
    *,
    respondents: People,
    levels: Sequence[int] = (1, 2, 3, 4, 5),
    copies: Numbers | None = None,
    resampling: Resampling | None = None,
) -> LevelAgreement:
    """Compare two codings with one ordered level a comment; see `in_three_levels` for the coarser scale.

    Measures of all: accuracy, f1_macro (over levels that either side gave), kappa, kappa_weighted (quadratic, Cohen
    1968), alpha_interval (Krippendorff's, squared steps) and mean_absolute_error. Of a level: precision, recall, f1.
    """
    count = len(levels)
    place = {level: number for number, level in enumerate(levels)}
    cells = np.array([place[a] * count + place[b] for a, b in zip(theirs, ours, strict=True)], dtype=np.int64)
    stats = np.zeros((len(cells), count * count))
    weights, scale = _weights(copies, len(cells))
    stats[np.arange(len(cells)), cells] = weights

    def measures(totals: Floats) -> Measures:
        return _level_measures(totals.reshape(-1, count, count), [str(level) for level in levels])

    measured = measure_with_intervals(
        sum_by_respondent(stats, respondents) / scale, measures, resampling=resampling or Resampling()
    )
    names = [str(level) for level in levels]
    square = stats.sum(axis=0).reshape(count, count) / scale
    if (square == square.round()).all():
        square = square.astype(int)
    return LevelAgreement(measured, pd.DataFrame(square, index=names, columns=names))


def in_three_levels(levels: Sequence[int]) -> list[int]:
    """Return five levels as three: 1 positive, 2 neutral or mixed, 3 negative."""
    return [THREE_LEVELS[level] for level in levels]


def _level_measures(tables: Floats, names: Sequence[str]) -> dict[tuple[str, str], Floats]:
    total = tables.sum(axis=(1, 2))
    theirs, ours = tables.sum(axis=2), tables.sum(axis=1)
    right = np.einsum("bii->bi", tables)
    f1 = _divided(2 * right, theirs + ours)
    given = (theirs + ours) > 0
    steps = np.abs(np.subtract.outer(np.arange(len(names)), np.arange(len(names)))).astype(np.float64)
    found: dict[tuple[str, str], Floats] = {
        (ALL, "accuracy"): _divided(right.sum(axis=1), total),
        (ALL, "f1_macro"): _macro(f1, given),
        (ALL, "kappa"): _weighted_kappa(tables, 1.0 - np.eye(len(names))),
        (ALL, "kappa_weighted"): _weighted_kappa(tables, steps**2),
        (ALL, "alpha_interval"): alpha_of(
            2 * np.einsum("bij,ij->b", tables, steps**2), theirs + ours, np.asarray(steps**2)
        ),
        (ALL, "mean_absolute_error"): _divided(np.einsum("bij,ij->b", tables, steps), total),
    }
    precision, recall = _divided(right, ours), _divided(right, theirs)
    for place, name in enumerate(names):
        for measure, values in (("precision", precision), ("recall", recall), ("f1", f1)):
            found[name, measure] = values[:, place]
    return found


def _weighted_kappa(tables: Floats, weights: Floats) -> Floats:
    """Return Cohen's weighted kappa (1968): 1 - weighted disagreement / that expected by chance."""
    total = tables.sum(axis=(1, 2))
    expected = np.einsum("bi,ij,bj->b", tables.sum(axis=2), weights, tables.sum(axis=1))
    observed = np.einsum("bij,ij->b", tables, weights) * total
    return 1 - _divided(observed, expected)


def theme_agreement(
    codes: Booleans,
    themes: Booleans,
    main_theme: Sequence[str | None],
    *,
    labels: Sequence[str],
    respondents: People,
    resampling: Resampling | None = None,
) -> pd.DataFrame:
    """Compare discovered themes with people's codes.

    Measures of all: ami (adjusted mutual information, arithmetic mean; Vinh, Epps and Bailey 2010), homogeneity and
    completeness (Rosenberg and Hirschberg 2007), all on comments with one code and a theme, by their main theme; and
    best_match_f1, the mean over codes of the best F1 that any one theme reaches, on all comments. Of a code: f1, that
    best F1.

    Args:
        codes: shape (comments, labels).
        themes: shape (comments, themes): any of the comment's segments has the theme.
        main_theme: the theme that most of the comment is about, None where it has none.
        labels: the codes' ids.
        respondents: who wrote each comment.
        resampling: how often, and the seed.
    """
    resampling = resampling or _QUICK
    best = _best_match(codes, themes, labels=labels, respondents=respondents, resampling=resampling)
    main = pd.Series(list(main_theme), dtype="object")
    single = (codes.sum(axis=1) == 1) & main.notna().to_numpy()
    if not single.any():
        return best
    code = codes[single].argmax(axis=1)
    theme, names = pd.factorize(main[single], sort=True)
    width = len(names)
    cells = sparse.csr_matrix((np.ones(len(code)), (np.arange(len(code)), code * width + theme)),
                              shape=(len(code), len(labels) * width)).toarray()  # fmt: skip

    def measures(totals: Floats) -> Measures:
        found: dict[str, list[float]] = {"ami": [], "homogeneity": [], "completeness": []}
        for total in totals:
            for name, value in _cluster_measures(total.reshape(len(labels), width)).items():
                found[name].append(value)
        return {(ALL, name): np.array(values) for name, values in found.items()}

    of_main = measure_with_intervals(
        sum_by_respondent(cells, np.asarray(respondents, dtype=object)[single]),
        measures,
        resampling=resampling,
        corrected_for_chance=True,
    )
    return pd.concat([of_main, best], ignore_index=True)


def _cluster_measures(table: Floats) -> dict[str, float]:
    code, theme = np.nonzero(table)
    times = table[code, theme].astype(int)
    codes, themes = np.repeat(code, times), np.repeat(theme, times)
    return {
        "ami": float(adjusted_mutual_info_score(codes, themes)),
        "homogeneity": float(homogeneity_score(codes, themes)),
        "completeness": float(completeness_score(codes, themes)),
    }


def _best_match(
    codes: Booleans, themes: Booleans, *, labels: Sequence[str], respondents: People, resampling: Resampling
) -> pd.DataFrame:
    width = themes.shape[1]
    pairs = (codes[:, :, None] & themes[:, None, :]).reshape(len(codes), -1)
    stats = np.hstack([pairs, codes, themes]).astype(np.float64)
    given: Booleans = np.any(codes, axis=0)

    def measures(totals: Floats) -> Measures:
        size = len(labels) * width
        both = totals[:, :size].reshape(-1, len(labels), width)
        of_code, of_theme = totals[:, size : size + len(labels)], totals[:, size + len(labels) :]
        if not width:
            return {}
        f1 = np.nan_to_num(_divided(2 * both, of_code[:, :, None] + of_theme[:, None, :])).max(axis=2)
        found = {(label, "f1"): f1[:, place] for place, label in enumerate(labels) if given[place]}
        return {(ALL, "best_match_f1"): _mean(f1[:, given]), **found}

    return measure_with_intervals(
        sum_by_respondent(stats, respondents), measures, resampling=resampling, corrected_for_chance=True
    )
