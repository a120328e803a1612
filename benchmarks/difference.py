"""False alarms and power of the verdicts after an action, on simulated months, beside expected figures.

    python benchmarks/difference.py [--repetitions 500]

Twelve months before an action and twelve after; each month a number of people between two bounds is heard where the
action was done, and as many where it was not; three in ten have only bad to say. Then a fall to two in ten from month
13 on, where the action was done or everywhere; or no fall. In "months that drift" the share itself wanders from month
to month (standard deviation .05, autocorrelation .5).

"A point breaks a rule" is the chart alone, limits frozen on the twelve months before; "signal" is what the project
says, in whichever direction; "not in comparator" the highest rung. All call the project's own code. The last column
has what another program's charts reached alone, in a simulation like this one (docs/methods/difference.md).
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.trends.difference import verdict_of
from voice_of_care.trends.judging import Timeline, judge_side
from voice_of_care.trends.sides import Counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.trends.judging import Judged

BEFORE, AFTER = 12, 12
LEVEL, LOWER = 0.3, 0.2
DRIFT, RESEMBLANCE = 0.05, 0.5
NOT_KNOWN = "–"


class Scenario(NamedTuple):
    """How many are heard a month, the share after where the action was done and elsewhere, and drift of months."""

    name: str
    heard: tuple[int, int]
    touched: float = LEVEL
    elsewhere: float = LEVEL
    drift: float = 0.0
    expected: str = NOT_KNOWN


SIZES = ((10, 30, ".75"), (20, 60, ".91"), (50, 150, ".995"))
SCENARIOS = (
    *(Scenario("no change", (low, high)) for low, high, _ in SIZES),
    *(Scenario("no change, months that drift", (low, high), drift=DRIFT) for low, high, _ in SIZES),
    *(Scenario("fall where it was done", (low, high), touched=LOWER, expected=power) for low, high, power in SIZES),
    *(Scenario("fall everywhere", (low, high), LOWER, LOWER, expected=power) for low, high, power in SIZES),
    Scenario("no change, too few for limits", (4, 9)),
    Scenario("fall by half where it was done, too few for limits", (4, 9), touched=LEVEL / 2),
)


def simulate(scenario: Scenario, *, after: float, rng: np.random.Generator) -> Counts:
    """Return simulated months of one side: who has only bad to say, and of how many."""
    months = BEFORE + AFTER
    wander = np.zeros(months)
    for month in range(months):
        step = rng.normal() * scenario.drift
        wander[month] = step if month == 0 else RESEMBLANCE * wander[month - 1] + step * np.sqrt(1 - RESEMBLANCE**2)
    share = np.clip(np.repeat([LEVEL, after], [BEFORE, AFTER]) + wander, 0.001, 0.999)
    low, high = scenario.heard
    heard = rng.integers(low, high + 1, months)
    return _counts(rng.binomial(heard, share), heard)


def judge(counts: Counts) -> Judged:
    """Judge simulated months as the project does."""
    window = np.repeat([0, 1], [BEFORE, AFTER])
    timeline = Timeline("month", pd.DataFrame(index=range(len(window))), window)
    sums = [[part[window == side].sum() for side in (0, 1)] for part in (counts.part, counts.whole)]
    around = _counts(np.array(sums[0]), np.array(sums[1]))
    return judge_side("negative", timelines=[timeline], counts=[counts], around=around, clustering=1.0)


def measure(scenario: Scenario, repetitions: int, seed: int) -> tuple[float, float, float]:
    """Return how often a point breaks a rule, there is a signal, and it is not seen in the comparator."""
    rng = np.random.default_rng(seed)
    found = np.zeros(3)
    for _ in range(repetitions):
        touched = judge(simulate(scenario, after=scenario.touched, rng=rng))
        elsewhere = judge(simulate(scenario, after=scenario.elsewhere, rng=rng))
        verdict = verdict_of(touched, elsewhere)
        breaks = any(point is not None and point.rule != "none" for point in touched.points[BEFORE:])
        found += [breaks, verdict.startswith("signal"), verdict == "signal_not_in_comparator"]
    return tuple((found / repetitions).tolist())


def _counts(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> Counts:
    part = parts.astype(np.float64)[None, :]
    return Counts(part, wholes.astype(np.float64)[None, :], part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=500)
    repetitions = parser.parse_args().repetitions
    print("| scenario | heard a month | expected | a point breaks a rule | signal | not in comparator |")
    print("|---|---|---|---|---|---|")
    for number, scenario in enumerate(SCENARIOS):
        figures = " | ".join(f"{figure:.3f}" for figure in measure(scenario, repetitions, 20240901 + number))
        print(f"| {scenario.name} | {scenario.heard[0]}-{scenario.heard[1]} | {scenario.expected} | {figures} |")


if __name__ == "__main__":
    main()
