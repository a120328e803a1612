"""Local or everywhere: false calls where no theme is local, planted local themes found, shares and variation recovered.

    python benchmarks/places.py [--seeds 100]

Ten services of 50 to 160 respondents. A theme of the whole organisation has a mean share of 3 to 15% and differs
between services by rho, the share of the variation that lies between them: 0 to .02, and .05 to see what lies beyond.
Of 28 such themes a report is made. A planted theme is raised by 10 to 30% of one service, and 10 to 40% of those who
come back with it are elsewhere, as themes found by machine have false members. Then the synthetic exercise: with its
themes as planted, and as found.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from exercise import GOLD, analyse_exercise

from voice_of_care.counting import units
from voice_of_care.heard import gather_heard
from voice_of_care.insight.local_words import find_local_words
from voice_of_care.insight.places import HARDLY, TIMES_THE_REST, Verdict, find_spread, judge
from voice_of_care.insight.shrinkage import shrink_shares
from voice_of_care.insight.voices import gather_voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PLACES, THEMES = 10, 28
SHARES = np.linspace(0.03, 0.15, THEMES)
VARIATIONS = (0.0, 0.005, 0.01, 0.02)
FURTHER = 0.05
"""A variation beyond the realistic ones."""
LEAKS, PLANTED_SHARES = (0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3)


class Judged(NamedTuple):
    """One simulated theme: the verdict, whether it is truly local, which intervals hold, and what was said of rho."""

    verdict: Verdict
    is_local: bool
    covered: NDArray[np.bool_]
    variation: tuple[float, float, float]


def simulate_shares(mean: float, variation: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the true share of each service."""
    if not variation:
        return np.full(PLACES, mean)
    held = 1 / variation - 1
    return rng.beta(mean * held, (1 - mean) * held, PLACES)


def judge_theme(shares: NDArray[np.float64], heard: NDArray[np.int64], rng: np.random.Generator) -> Judged:
    """Return what is found of a theme with these true shares."""
    raised = rng.binomial(heard, shares)
    found = shrink_shares(raised, heard, seed=1)
    low, high = found.interval()
    verdict = judge(raised, heard, found)
    return Judged(
        verdict, is_truly_local(shares, heard, verdict.local_to), (low <= shares) & (shares <= high), found.variation
    )


def is_truly_local(shares: NDArray[np.float64], heard: NDArray[np.int64], local_to: tuple[int, ...]) -> bool:
    """Return whether true shares are as `local` says: four times the rest's, which is small or a minority."""
    if not local_to:
        return False
    people, chosen = shares * heard, list(local_to)
    elsewhere = people.sum() - people[chosen].sum()
    rest = elsewhere / (heard.sum() - heard[chosen].sum())
    is_far_above = bool(shares[chosen].min() >= TIMES_THE_REST * rest)
    return is_far_above and bool(people[chosen].sum() >= elsewhere or rest <= HARDLY)


def without_local(seeds: int) -> None:
    """Print how often a theme is called local where none is, and what is recovered."""
    print(f"No theme is local: {seeds} reports of {THEMES} themes at each variation between services\n")
    rows = []
    for variation in (*VARIATIONS, FURTHER):
        verdicts: Counter[str] = Counter()
        reports, truly, covered, told, within = 0, 0, [], [], []
        for seed in range(seeds):
            rng = np.random.default_rng([seed, round(1000 * variation)])
            heard = rng.integers(50, 161, PLACES)
            judged = [judge_theme(simulate_shares(mean, variation, rng), heard, rng) for mean in SHARES]
            verdicts.update(item.verdict.verdict for item in judged)
            reports += any(item.verdict.verdict == "local" for item in judged)
            truly += sum(item.is_local for item in judged)
            covered.append(np.mean([item.covered for item in judged]))
            told.append(np.mean([item.variation[0] for item in judged]))
            within.append(np.mean([item.variation[1] <= variation + 2e-4 <= item.variation[2] for item in judged]))
        total = sum(verdicts.values())
        rows.append(
            [
                f"{variation:.3f}",
                f"{reports / seeds:.3f}",
                f"{verdicts['local']} of {total} ({truly})",
                f"{verdicts['organisation_wide'] / total:.2f}",
                f"{np.mean(covered):.3f}",
                f"{np.mean(told):.3f}",
                f"{np.mean(within):.2f}",
            ]
        )
    head = ["rho", "reports with a local theme", "themes called local (truly so)", "organisation-wide"]
    print_table([*head, "95% intervals that hold the share", "rho told", "90% intervals that hold rho"], rows)


def by_share(seeds: int) -> None:
    """Print how often a theme of the whole organisation is called so, by its share and variation."""
    print("\nCalled organisation-wide, by mean share and variation between services\n")
    rows = []
    for mean in (0.03, 0.05, 0.1, 0.15):
        row = [f"{mean:.0%}"]
        for variation in VARIATIONS:
            rng = np.random.default_rng([round(1000 * mean), round(1000 * variation)])
            found = [
                judge_theme(simulate_shares(mean, variation, rng), rng.integers(50, 161, PLACES), rng).verdict.verdict
                for _ in range(seeds)
            ]
            row.append(f"{found.count('organisation_wide') / seeds:.2f}")
        rows.append(row)
    print_table(["share", *(f"rho {variation}" for variation in VARIATIONS)], rows)


def with_local(seeds: int) -> None:
    """Print how often a planted theme is called local to its service, organisation-wide, or local to another."""
    print("\nA theme of one service: called local to it (organisation-wide; local to any other)\n")
    rows = []
    for share in PLANTED_SHARES:
        row = [f"{share:.0%}"]
        for leak in LEAKS:
            found = [_plant(share, leak, seed) for seed in range(seeds)]
            right = sum(verdict.local_to == (0,) for verdict in found) / seeds
            wide = sum(verdict.verdict == "organisation_wide" for verdict in found) / seeds
            wrong = sum(bool(set(verdict.local_to) - {0}) for verdict in found) / seeds
            row.append(f"{right:.2f} ({wide:.2f}; {wrong:.2f})")
        rows.append(row)
    print_table(["share there", *(f"{leak:.0%} of members elsewhere" for leak in LEAKS)], rows)


def _plant(share: float, leak: float, seed: int) -> Verdict:
    rng = np.random.default_rng([seed, round(100 * share), round(100 * leak)])
    heard = rng.integers(50, 161, PLACES)
    there = rng.binomial(heard[0], share)
    raised = rng.binomial(heard, there * leak / (1 - leak) / heard[1:].sum())
    raised[0] = there
    return judge(raised, heard, shrink_shares(raised, heard, seed=1))


def exercise_as_planted() -> None:
    """Print the verdicts on the exercise's planted themes: respondents by the response or file they come with."""
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [
        (item["response"] or item["id"], item["service"], theme)
        for item in gold
        for theme in item["themes"] or ["none"]
    ]
    told = pd.DataFrame(rows, columns=["unit", "service", "theme"]).dropna()
    heard = told.groupby("service")["unit"].nunique()
    raised = told.groupby(["theme", "service"])["unit"].nunique()
    verdicts: dict[str, list[str]] = {}
    for theme in sorted(set(told["theme"]) - {"none"}):
        counts = raised[theme].reindex(heard.index, fill_value=0).to_numpy()
        verdict = judge(counts, heard.to_numpy(), shrink_shares(counts, heard.to_numpy(), seed=1))
        where = f" ({', '.join(heard.index[number] for number in verdict.local_to)})" if verdict.local_to else ""
        verdicts.setdefault(verdict.verdict, []).append(f"{theme}{where}")
    print("\nThe exercise, themes as planted, services:")
    for name, themes in sorted(verdicts.items()):
        print(f"    {name} {len(themes)}: {', '.join(themes)}")


def exercise_as_found(*, is_guided: bool) -> None:
    """Print the verdicts on the themes found in the exercise, or seeded with its codebook, and its local words."""
    done, settings = analyse_exercise(is_guided=is_guided)
    analysis = done.analysis
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    voices = gather_voices(analysis, heard, settings=settings.insight)
    found = find_spread(voices, seed=settings.themes.seed)
    labels = analysis.themes.set_index("theme_id")["label"]
    print(f"\nThe exercise, themes {'seeded with the codebook of its subjects' if is_guided else 'as found'}:")
    for (level, verdict), rows in found.spread.groupby(["level", "verdict"], sort=True):
        names = [
            labels[row.theme_id] + (f" ({', '.join(row.places)})" if len(row.places) else "")
            for row in rows.itertuples(index=False)
        ]
        print(f"    {level}, {verdict} {len(rows)}: {', '.join(names)}")
    words = find_local_words(voices, analysis.segments, analysis.statements, seed=settings.themes.seed)
    for (level, place), rows in words.groupby(["level", "place"], sort=True):
        told = [f"{row.term} ({row.respondents}; {row.elsewhere} elsewhere)" for row in rows.itertuples(index=False)]
        print(f"    said in one {level} and hardly elsewhere, {place}: {', '.join(told)}")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    seeds = parser.parse_args().seeds
    without_local(seeds)
    by_share(seeds)
    with_local(seeds)
    exercise_as_planted()
    exercise_as_found(is_guided=False)
    exercise_as_found(is_guided=True)


if __name__ == "__main__":
    main()
