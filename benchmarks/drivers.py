"""Key drivers of the score: planted weights among themes that go together, and other measures that move by chance.

    python benchmarks/drivers.py [--coded FEEDBACK.csv] [--seeds 50]

Twenty themes, raised by 1 to 25% of those who score and raised together; people are in a mood that colours all they
raise, and some come in sessions that share a mood of their own. Five themes go with the score, or none does. Beside it,
how often two courses that have nothing to do with each other are said to agree. With --coded the drivers of a real file
are listed. Prints figures alone, no words of respondents but the names of themes.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from voice_of_care.insight.drivers import Scored, find_drivers, judge_drivers
from voice_of_care.insight.relative_weights import gather_moments, weights_of
from voice_of_care.insight.triangulation import change_of_mean, change_of_share

if TYPE_CHECKING:
    from collections.abc import Sequence

THEMES = 20
SHARES = np.minimum(0.35, 0.06 * np.exp(0.8 * stats.norm.ppf((np.arange(THEMES) + 0.5) / THEMES)))
PLANTED = {18: 0.9, 16: 0.75, 14: 0.6, 12: 0.5, 10: 0.5}
FEWEST_LEANING = 10
CUTS = (-1.8, -1.3, -0.8, -0.1)
TRUTH_FROM = 100_000


class Scenario(NamedTuple):
    """Who scores: how many, in sessions of which mean size, and whether any theme goes with the score."""

    name: str
    people: int
    session: int = 1
    is_planted: bool = True


SCENARIOS = (
    Scenario("five of 20 planted, 400 scored", 400),
    Scenario("five of 20 planted, 1,500 scored", 1500),
    Scenario("five of 20 planted, 1,500 in sessions of 3", 1500, 3),
    Scenario("none planted, 400 scored", 400, is_planted=False),
    Scenario("none planted, 1,500 in sessions of 3", 1500, 3, is_planted=False),
)


def simulate(scenario: Scenario, rng: np.random.Generator) -> Scored:
    """Return people who raise themes, speak of them and score."""
    number = scenario.people
    shared = np.sqrt(0.3) * rng.normal(size=(number, 1)) + np.sqrt(0.7) * rng.normal(size=(number, THEMES))
    mood = np.sqrt(0.4) * rng.normal(size=(number, 1)) + np.sqrt(0.6) * rng.normal(size=(number, THEMES))
    tones = (shared < stats.norm.ppf(SHARES)) * np.sign(mood - 0.1) * (rng.random((number, THEMES)) < 0.85)
    clusters = np.arange(number)
    if scenario.session > 1:
        clusters = np.repeat(clusters, rng.integers(1, 2 * scenario.session, size=number))[:number]
    betas = np.zeros(THEMES)
    if scenario.is_planted:
        betas[list(PLANTED)] = list(PLANTED.values())
    of_session = 0.4 * rng.normal(size=number)[clusters] if scenario.session > 1 else 0.0
    latent = tones @ betas + 0.9 * rng.normal(size=number) + of_session
    scores = 1.0 + np.searchsorted(CUTS, latent)
    kept = np.flatnonzero((tones != 0).sum(axis=0) >= FEWEST_LEANING)
    names = tuple(f"{theme:02d}" for theme in kept)
    return Scored(names, tones[:, kept].astype(np.int64), scores, clusters)


def true_weights(scenario: Scenario) -> dict[str, float]:
    """Return the weights among very many people; nought where nothing goes with the score."""
    if not scenario.is_planted:
        return {f"{theme:02d}": 0.0 for theme in range(THEMES)}
    many = simulate(scenario._replace(people=TRUTH_FROM), np.random.default_rng(1))
    weights = weights_of(gather_moments(many.tones.astype(float), many.scores, np.arange(len(many.scores))))
    return dict(zip(many.themes, weights, strict=True))


def driver_rows(seeds: int) -> list[list[str]]:
    rows = []
    for scenario in SCENARIOS:
        truth = true_weights(scenario)
        planted = {f"{theme:02d}" for theme in PLANTED} if scenario.is_planted else set()
        found = []
        for seed in range(seeds):
            scored = simulate(scenario, np.random.default_rng(20240401 + seed))
            judged = judge_drivers(scored, seed=seed)
            true = judged["theme_id"].map(truth)
            is_planted = judged["theme_id"].isin(planted)
            is_held = (judged["low"] <= true) & (true <= judged["high"])
            five = set(judged.sort_values("weight", ascending=False)["theme_id"].head(len(PLANTED)))
            found.append(
                {
                    "rank": stats.spearmanr(judged.loc[is_planted, "weight"], true[is_planted]).statistic
                    if planted
                    else np.nan,
                    "five": five == planted if planted else np.nan,
                    "power": judged.loc[is_planted, "is_clear"].mean(),
                    "held": is_held[is_planted].mean(),
                    "held_others": is_held[~is_planted].mean(),
                    "false": judged.loc[~is_planted, "is_clear"].any(),
                    "bias": (judged["weight"].sum() - sum(truth.values())),
                }
            )
        means = pd.DataFrame(found).astype("float64").mean()
        rows.append([scenario.name, *("" if np.isnan(value) else f"{value:.2f}" for value in means)])
    return rows


def ordinal_row(seeds: int) -> tuple[float, float]:
    """Return how well an ordered logit ranks themes as the coefficients do, and how often both name the same five."""
    ranks, same = [], []
    for seed in range(seeds):
        scored = simulate(SCENARIOS[1], np.random.default_rng(20240401 + seed))
        judged = judge_drivers(scored, seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = OrderedModel(scored.scores.astype(int), scored.tones.astype(float), distr="logit")
            ordinal = model.fit(method="bfgs", disp=False).params[: len(scored.themes)]
        ranks.append(stats.spearmanr(ordinal, judged["coefficient"]).statistic)
        same.append(set(np.argsort(-ordinal)[:5]) == set(np.argsort(-judged["coefficient"].to_numpy())[:5]))
    return float(np.mean(ranks)), float(np.mean(same))


def story_rows(repetitions: int) -> list[list[str]]:
    """Return how often a theme and a measure that have nothing to do with each other are said to agree or disagree."""
    rows = []
    for name, pull in (("chance from period to period", 0.0), ("each like the one before (.5)", 0.5), ("(.8)", 0.8)):
        for periods in (8, 18):
            rng = np.random.default_rng(7)
            told, by_rho = np.zeros(3), 0
            for _ in range(repetitions):
                course, measure = (autoregressive(periods, pull, rng) for _ in range(2))
                heard = rng.integers(20, 90, size=periods)
                bad = rng.binomial(heard, np.clip(0.15 + 0.05 * course, 0.01, 0.9))
                theme, metric = change_of_share(bad, heard), change_of_mean(measure)
                both = theme.direction * metric.direction
                told += [both > 0, both < 0, both == 0]
                by_rho += abs(stats.spearmanr(bad / heard, measure).statistic) > 0.5
            rows.append([name, str(periods), *(f"{value / repetitions:.3f}" for value in (*told[:2], by_rho))])
    return rows


def power_rows(repetitions: int) -> list[list[str]]:
    """Return how often a joint move for the worse is told, by how far both move."""
    rows = []
    for rise, moves in ((0.05, 1.0), (0.1, 2.0), (0.2, 2.0)):
        for periods in (8, 18):
            rng, told = np.random.default_rng(8), 0
            late = np.arange(periods) >= periods // 2
            for _ in range(repetitions):
                heard = rng.integers(20, 90, size=periods)
                bad = rng.binomial(heard, 0.15 + rise * late)
                metric = change_of_mean(rng.normal(size=periods) + moves * late)
                told += change_of_share(bad, heard).direction * metric.direction > 0
            rows.append(
                [
                    f"{100 * rise:.0f} points",
                    f"{moves:g} SD",
                    str(periods),
                    f"{told / repetitions:.2f}",
                ]
            )
    return rows


def autoregressive(periods: int, pull: float, rng: np.random.Generator) -> np.ndarray:
    values = np.empty(periods)
    values[0] = rng.normal()
    for place in range(1, periods):
        values[place] = pull * values[place - 1] + np.sqrt(1 - pull**2) * rng.normal()
    return values


def real_table(path: Path) -> None:
    """Print the drivers of a real file."""
    from voice_of_care.counting import units
    from voice_of_care.embedding import load_embedders
    from voice_of_care.frameworks import load_frameworks
    from voice_of_care.heard import gather_heard
    from voice_of_care.insight.voices import gather_voices
    from voice_of_care.pipeline import Means, Stopwatch, run
    from voice_of_care.settings import Settings

    settings = Settings()
    means = Means(settings, b"0" * 32, load_embedders(), load_frameworks(settings.priorities), Stopwatch())
    analysis = run([path], means).analysis
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    voices = gather_voices(analysis, heard, settings=settings.insight)
    start = time.perf_counter()
    found = find_drivers(voices, seed=settings.themes.seed)
    seconds = time.perf_counter() - start
    if found.empty:
        print("\nThe file has too few scores.")
        return
    label = analysis.themes.set_index("theme_id")["label"]
    print(
        f"\n{found['scored'].iloc[0]:,} scored respondents, {len(found)} themes, {int(found['is_clear'].sum())} "
        f"told from chance; R squared {found['explained'].iloc[0]:.2f}; {seconds:.1f} s.\n"
    )
    print_table(
        ("theme", "respondents", "weight", "interval", "points", "interval", "mean tone", "told from chance"),
        [
            [
                label[row.theme_id],
                str(row.respondents),
                f"{row.weight:.3f}",
                f"{row.low:.3f} to {row.high:.3f}",
                f"{row.coefficient:+.2f}",
                f"{row.coefficient_low:+.2f} to {row.coefficient_high:+.2f}",
                f"{row.mean_tone:+.2f}",
                "yes" if row.is_clear else "no",
            ]
            for row in found.itertuples(index=False)
        ],
    )


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coded", type=Path)
    parser.add_argument("--seeds", type=int, default=50)
    given = parser.parse_args()
    print(
        f"Drivers of the score, {given.seeds} seeds. Rank: Spearman of weights with the true ones, of planted themes;\n"
        "five: the planted are the five heaviest; told: planted themes told from chance; held: 95% intervals that\n"
        "hold the true weight; false: any theme not planted told from chance (.05 wanted); too high: explained\n"
        "variance over the true.\n"
    )
    head = ("scenario", "rank", "five", "told", "held", "held, others", "false", "too high")
    print_table(head, driver_rows(given.seeds))
    rank, same = ordinal_row(max(2, given.seeds // 10))
    print(
        "\nAn ordered logit of the same scores ranks themes as the coefficients do:\n"
        f"Spearman {rank:.2f}; the same five first in {100 * same:.0f}%.\n"
        "\nA theme and a measure that have nothing to do with each other: how often they are said to agree or\n"
        "disagree, and how often a rank correlation beyond .5 would have impressed.\n"
    )
    print_table(("courses", "periods", "agree", "disagree", "rho beyond .5"), story_rows(20 * given.seeds))
    print("\nBoth move for the worse half-way (20 to 90 heard a period, 15% at first): how often they agree.\n")
    print_table(("theme", "measure", "periods", "agree"), power_rows(10 * given.seeds))
    if given.coded:
        real_table(given.coded)


if __name__ == "__main__":
    main()
