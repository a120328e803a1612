"""Bootstrap intervals over respondents: whoever wrote much is drawn whole, and no order or id plays a part.

What a measure needs is summed by respondent; the sums are put in order of their content, so that the draws depend on
neither the rows' order nor the respondents' keyed ids. Percentile intervals: Efron, B. and Tibshirani, R. (1993), An
introduction to the bootstrap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Measures = Mapping[tuple[str, str], Floats]

MEASURED = ["item", "measure", "value", "low", "high"]
_DIGITS = 4
_INTERVAL = (0.025, 0.975)
_Z = 1.959963984540054
_FEWEST_RESPONDENTS = 5
"""Resampling fewer people says nothing of others."""


class Resampling(NamedTuple):
    """How often respondents are drawn anew, and the seed of the draws."""

    times: int = 400
    seed: int = 20240401


def sum_by_respondent(stats: Floats, respondents: Sequence[object] | NDArray[np.object_]) -> Floats:
    """Return one row of sums a respondent, in order of their content."""
    of, _ = pd.factorize(np.asarray(respondents, dtype=object))
    sums = np.zeros((int(of.max()) + 1 if len(of) else 0, stats.shape[1]))
    # sorted by content first: floating-point sums then don't depend on the rows' order
    order = np.lexsort((*stats.T[::-1], of)) if len(of) else of
    np.add.at(sums, of[order], stats[order])
    return sums[np.lexsort(sums.T[::-1])] if len(sums) else sums


def draw_totals(sums: Floats, *, resampling: Resampling) -> Floats:
    """Return totals over respondents drawn with replacement, one row a draw."""
    people = len(sums)
    generator = np.random.default_rng(resampling.seed)
    drawn = generator.multinomial(people, np.full(people, 1 / people), size=resampling.times)
    totals: Floats = np.einsum("bp,ps->bs", drawn.astype(np.float64), sums, optimize=True)
    return totals


def measure_with_intervals(
    sums: Floats, measures: Callable[[Floats], Measures], *, resampling: Resampling, corrected_for_chance: bool = False
) -> pd.DataFrame:
    """Return item, measure, value, low and high, with the bootstrap's 95% interval.

    Args:
        sums: one row a respondent.
        measures: from totals (one row a draw) to values by item and measure.
        resampling: how often to draw, and the seed.
        corrected_for_chance: for measures that repeated rows flatter (AMI): value +- 1.96 standard deviations.
    """
    found = measures(sums.sum(axis=0, keepdims=True))
    drawn: Measures = {}
    if len(sums) >= _FEWEST_RESPONDENTS and resampling.times:
        drawn = measures(draw_totals(sums, resampling=resampling))
    rows = []
    for (item, measure), values in found.items():
        value = float(values[0])
        low, high = _interval(value, drawn.get((item, measure)), corrected_for_chance=corrected_for_chance)
        rows.append((item, measure, *(round(number, _DIGITS) for number in (value, low, high))))
    return pd.DataFrame(rows, columns=MEASURED)


def _interval(value: float, drawn: Floats | None, *, corrected_for_chance: bool) -> tuple[float, float]:
    if drawn is None or np.isnan(value) or np.isnan(drawn).mean() > 0.5:
        return float("nan"), float("nan")
    known = drawn[~np.isnan(drawn)]
    if corrected_for_chance:
        spread = _Z * float(known.std())
        return max(-1.0, value - spread), min(1.0, value + spread)
    low, high = np.quantile(known, _INTERVAL)
    return min(float(low), value), max(float(high), value)
