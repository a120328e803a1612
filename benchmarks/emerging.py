"""False alarms and power of the search for emerging themes, on simulated months, beside expected figures.

    python benchmarks/emerging.py [--repetitions 400]

Thirty themes whose shares are spread about a median of 2.5%; twelve months, then three; false discovery rate .10. A
theme's share is constant, or doubles or triples in the last three months for three themes drawn at random. In sessions
of mean 4 comments a session raises a theme or not, and then all its comments do.

The last column of the first table calls the project's own code. "Ratio" takes a theme for rising when its share of
comments has more than doubled and it was raised three times; "comments" is the same exact test with every comment taken
for independent, without guards. The expected figures are those the method was chosen by, from a simulation whose
spread of shares and sizes of sessions were not written down: they are to be near, not equal.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import binom, false_discovery_control, norm

from voice_of_care.trends.emerging import judge_tallies
from voice_of_care.trends.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

THEMES, BASELINE, RECENT, RATE = 30, 12, 3, 0.10
MONTHS = BASELINE + RECENT
RISING = 3
SHARES = np.minimum(0.3, 0.025 * np.exp(0.8 * norm.ppf((np.arange(THEMES) + 0.5) / THEMES)))
RISES = ("new", "growing")
EWMA_WEIGHT, EWMA_LIMIT = 0.2, 2.7


class Scenario(NamedTuple):
    """What is simulated, and the expected figures of its three columns: false alarms, and power where there is any."""

    name: str
    monthly: int
    expected: tuple[str, str, str]
    times: float = 1.0
    volume: float = 1.0
    session_size: int = 1


SCENARIOS = (
    Scenario("no change, 150 a month", 150, (".61", ".08", ".09")),
    Scenario("no change, volume doubles", 150, (".44", ".10", ".08"), volume=2),
    Scenario("no change, sessions of mean 4 comments", 150, ("1.00", ".98", ".07"), session_size=4),
    Scenario("3 themes double", 150, (".51 (.62)", ".58 (.20)", ".59 (.15)"), times=2),
    Scenario("3 themes double, sessions of mean 4", 150, (".47 (1.0)", ".55 (.98)", ".09 (.09)"), 2, 1, 4),
    Scenario("3 themes triple, 60 a month", 60, (".86 (.87)", ".68 (.20)", ".69 (.07)"), times=3),
)


class Month(NamedTuple):
    """Counts by month; themes down, months across."""

    sessions: NDArray[np.int64]
    comments: NDArray[np.int64]
    raised_sessions: NDArray[np.int64]
    raised_comments: NDArray[np.int64]


def simulate(scenario: Scenario, rising: NDArray[np.int64], rng: np.random.Generator) -> Month:
    """Return the counts of one repetition."""
    shares = np.repeat(SHARES[:, None], MONTHS, axis=1)
    shares[rising, BASELINE:] *= scenario.times
    monthly = np.where(np.arange(MONTHS) < BASELINE, 1, scenario.volume) * scenario.monthly
    sessions = rng.poisson(monthly / scenario.session_size)
    comments, raised_sessions, raised_comments = np.zeros(MONTHS, int), *np.zeros((2, THEMES, MONTHS), int)
    for month, number in enumerate(sessions):
        sizes = rng.geometric(1 / scenario.session_size, number)
        raises = rng.random((THEMES, number)) < np.minimum(shares[:, [month]], 0.9)
        comments[month] = sizes.sum()
        raised_sessions[:, month] = raises.sum(axis=1)
        raised_comments[:, month] = raises @ sizes
    return Month(sessions, comments, raised_sessions, raised_comments)


def tallies_of(heard: NDArray[np.int64], raised: NDArray[np.int64]) -> Tallies:
    """Return counts by stratum and month (themes first for what was raised) as the project's own."""
    by_window = [array[..., BASELINE:].sum(axis=-1) for array in (heard, raised)]
    before = [array[..., :BASELINE].sum(axis=-1) for array in (heard, raised)]
    return Tallies(
        themes=tuple(f"T{number:02d}" for number in range(THEMES)),
        heard=np.stack([by_window[0], before[0]], axis=-1),
        raised=np.stack([by_window[1], before[1]], axis=-1),
        heard_monthly=heard,
        raised_monthly=raised,
        baseline_months=BASELINE,
        is_passing=np.zeros(len(heard), dtype=bool),
        raised_ever=before[1].sum(axis=1) > 0,
    )


def judged(heard: NDArray[np.int64], raised: NDArray[np.int64]) -> pd.DataFrame:
    """Return what the project's own code finds."""
    return judge_tallies(tallies_of(heard, raised), false_discovery=RATE)


def by_ratio(month: Month) -> NDArray[np.bool_]:
    """Return which themes a rule of thumb calls rising."""
    late, early = month.raised_comments[:, BASELINE:].sum(axis=1), month.raised_comments[:, :BASELINE].sum(axis=1)
    heard = month.comments[BASELINE:].sum(), month.comments[:BASELINE].sum()
    return np.asarray((late / heard[0] > 2 * early / heard[1]) & (late >= 3))


def by_comments(month: Month) -> NDArray[np.bool_]:
    """Return which themes the test calls rising when every comment counts."""
    late, early = month.raised_comments[:, BASELINE:].sum(axis=1), month.raised_comments[:, :BASELINE].sum(axis=1)
    share = month.comments[BASELINE:].sum() / month.comments.sum()
    p_values = binom.sf(late, late + early, share) + binom.pmf(late, late + early, share) / 2
    tested = late + early >= 5
    found = np.zeros(THEMES, dtype=bool)
    found[tested] = false_discovery_control(p_values[tested]) <= RATE
    return found


def run(scenario: Scenario, repetitions: int, rng: np.random.Generator) -> dict[str, list[float]]:
    """Return for each rule how often it gave any false alarm, and its power; and what else the project's code said."""
    alarms, power, others = np.zeros((repetitions, 3)), np.zeros((repetitions, 3)), np.zeros((repetitions, 2))
    for repetition in range(repetitions):
        rising = rng.choice(THEMES, RISING, replace=False) if scenario.times > 1 else np.empty(0, dtype=np.int64)
        month = simulate(scenario, rising, rng)
        verdicts = judged(month.sessions[None, :], month.raised_sessions[:, None, :])["verdict"]
        steady = np.setdiff1d(np.arange(THEMES), rising)
        for rule, found in enumerate((by_ratio(month), by_comments(month), verdicts.isin(RISES).to_numpy())):
            alarms[repetition, rule] = found[steady].any()
            power[repetition, rule] = found[rising].mean() if len(rising) else np.nan
        others[repetition] = (verdicts.iloc[steady].eq("fading").any(), verdicts.iloc[steady].eq("watch").sum())
    return {"alarms": list(alarms.mean(axis=0)), "power": list(power.mean(axis=0)), "others": list(others.mean(axis=0))}


def shown(alarms: float, power: float) -> str:
    """Return false alarms, or power with false alarms behind it."""
    short = [f"{value:.2f}".removeprefix("0") for value in (power, alarms)]
    return short[1] if np.isnan(power) else f"{short[0]} ({short[1]})"


def main_table(repetitions: int) -> None:
    rows = []
    for number, scenario in enumerate(SCENARIOS):
        found = run(scenario, repetitions, np.random.default_rng(20250331 + number))
        cells = [shown(*each) for each in zip(found["alarms"], found["power"], strict=True)]
        paired = [f"{ours} / {theirs}" for ours, theirs in zip(cells, scenario.expected, strict=True)]
        rows.append([scenario.name, *paired, *(f"{each:.2f}" for each in found["others"])])
    print("P(any false alarm of a rise), or power with that in brackets: ours / expected. Beside it, of the project's")
    print("code: P(any false fading), and themes without a change that it bids to watch, per report.\n")
    print_table(("scenario", "ratio > 2, n >= 3", "comments", "sessions, guards", "fading", "watch"), rows)


def joining(rng: np.random.Generator, joins_in: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return counts of ten services, four of which join late and raise themes of their own; no share ever changes."""
    services = np.arange(10)
    heard = rng.poisson(np.linspace(4, 30, 10)[:, None], (10, MONTHS))
    heard[services % 5 >= 3, :joins_in] = 0
    own = np.array([rng.permutation(SHARES) for _ in services]).T
    raised = rng.binomial(heard[None], np.broadcast_to(own[:, :, None], (THEMES, 10, MONTHS)))
    return heard, raised


def mix_table(repetitions: int) -> None:
    rows = []
    for name, joins_in in (
        ("none joins", 0),
        ("join six months before the recent ones", 6),
        ("join in these", BASELINE),
    ):
        rng = np.random.default_rng(7)
        alarms = np.zeros((repetitions, 2))
        for repetition in range(repetitions):
            heard, raised = joining(rng, joins_in)
            together = heard.sum(axis=0)[None], raised.sum(axis=1)[:, None]
            for way, counts in enumerate((together, (heard, raised))):
                alarms[repetition, way] = judged(*counts)["verdict"].isin(RISES).any()
        rows.append([name, *(f"{each:.2f}" for each in alarms.mean(axis=0))])
    print("\nTen services with shares of their own that never change; four join late. P(any false alarm of a rise).\n")
    print_table(("services", "all together", "within services"), rows)


def drift_table(repetitions: int) -> None:
    rows = []
    for name, last in (("no change", 1), ("3 themes drift to twice", 2), ("3 themes drift to three times", 3)):
        rng = np.random.default_rng(11)
        false, power = np.zeros((repetitions, 4)), np.zeros((repetitions, 4))
        for repetition in range(repetitions):
            rising = rng.choice(THEMES, RISING, replace=False)
            shares = np.repeat(SHARES[:, None], MONTHS, axis=1)
            shares[rising] *= np.linspace(1, last, MONTHS)
            heard = rng.poisson(150, MONTHS)
            raised = rng.binomial(heard, np.minimum(shares, 0.9))
            steady = np.setdiff1d(np.arange(THEMES), rising if last > 1 else [])
            verdicts = judged(heard[None], raised[:, None])["verdict"]
            flagged, told = (verdicts.isin(words).to_numpy() for words in (RISES, (*RISES, "watch")))
            drifts = by_ewma(heard, raised)
            for rule, found in enumerate((flagged, drifts, told, told | drifts)):
                false[repetition, rule] = found[steady].sum()
                power[repetition, rule] = found[rising].mean() if last > 1 else np.nan
        rows.append([name, *(shown(*each) for each in zip(false.mean(axis=0), power.mean(axis=0), strict=True))])
    print("\nA drift over all 15 months, and a moving average of residuals (EWMA, weight .2, limit 2.7) at the last")
    print("month. Power, with themes falsely named per report in brackets.\n")
    print_table(("scenario", "new or growing", "EWMA", "new, growing or watch", "or EWMA"), rows)


def by_ewma(heard: NDArray[np.int64], raised: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which themes stand above the limit at the last month, against all months' mean share."""
    share = np.maximum(raised.sum(axis=1, keepdims=True), 0.5) / heard.sum()
    residuals = (raised - heard * share) / np.sqrt(heard * share * (1 - share))
    weights = EWMA_WEIGHT * (1 - EWMA_WEIGHT) ** np.arange(MONTHS)[::-1]
    return np.asarray(residuals @ weights > EWMA_LIMIT * np.sqrt((weights**2).sum()))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=400)
    repetitions = parser.parse_args().repetitions
    main_table(repetitions)
    mix_table(repetitions // 4)
    drift_table(repetitions // 4)
    error = np.sqrt(0.1 * 0.9 / repetitions)
    print(f"\n{repetitions} repetitions (a quarter of them in the later tables); standard error of .10: {error:.3f}")


if __name__ == "__main__":
    main()
