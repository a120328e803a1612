"""How sure the ranks of what to improve first are: simulated populations with known parts, and the synthetic exercise.

    python benchmarks/ranking.py [--seeds 50]

Each population has twelve themes, two groups and four channels; who raises a theme, and who has something bad to say of
it, is drawn for 400 respondents. A theme's true rank is by the score that all of the population would give. Coverage is
the share of themes whose true rank lies in the 90% interval. The second part times the project's own code; the third
makes the list of the exercise from its planted themes and from the themes found.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from exercise import GOLD, analyse_exercise, match_comments, match_parts
from scipy.stats import spearmanr

from voice_of_care.counting import units
from voice_of_care.heard import gather_heard
from voice_of_care.insight.ranking import rank_themes
from voice_of_care.insight.scoring import Counts, rank, score, score_parts, weigh
from voice_of_care.insight.voices import Voices, gather_voices
from voice_of_care.insight_tables import BALLOTS, CONSENSUS, FIRST_FIVE
from voice_of_care.settings import RankingSettings, Settings
from voice_of_care.tables import SEVERITIES
from voice_of_care.trend_tables import EMERGING

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUPS = ("staff", "service_user")
CHANNELS = ("survey", "forms", "website", "notes")
STAFF_SHARE = 0.4
NO_SUBJECT = {"general"}


class Population(NamedTuple):
    """Shares of each group that raise each theme, of these with something bad to say of it, and its severity."""

    raise_it: NDArray[np.float64]
    bad: NDArray[np.float64]
    severity: NDArray[np.int64]

    def true_ranks(self, given: RankingSettings) -> NDArray[np.int64]:
        """Return the ranks of the whole population, as if very many of it were heard."""
        many = 1e9
        heard = many * np.array([STAFF_SHARE, 1 - STAFF_SHARE])
        raised = heard[:, None] * self.raise_it
        counts = Counts(
            np.asarray(many),
            raised.sum(axis=0),
            raised.sum(axis=0) * self.bad,
            heard[0],
            raised[0],
            heard[1],
            raised[1],
        )
        parts = score_parts(counts, momentum=None, severity=self.severity / 3)
        weights = weigh(given, parts)
        return rank(score(parts, weights)) if weights is not None else np.zeros(0, dtype=np.int64)


def make_population(themes: int, rng: np.random.Generator) -> Population:
    """Return shares spread about 9%, that differ between the groups, as those of real exercises do."""
    middle = np.minimum(0.45, 0.09 * np.exp(0.7 * rng.standard_normal(themes)))
    apart = np.exp(0.35 * rng.standard_normal((2, themes)))
    severity = rng.choice([0, 0, 0, 1, 2, 3], size=themes)
    return Population(np.minimum(0.6, middle * apart), rng.uniform(0.1, 0.9, themes), severity)


def hear(population: Population, number: int, rng: np.random.Generator) -> Voices:
    """Return what this many respondents say; some talk more than others, of all themes."""
    themes = population.raise_it.shape[1]
    group = (rng.random(number) >= STAFF_SHARE).astype(int)
    channel = rng.integers(0, len(CHANNELS), number)
    talks = rng.gamma(4, 1 / 4, number)
    raises = rng.random((number, themes)) < np.minimum(1, talks[:, None] * population.raise_it[group])
    unit, theme = np.nonzero(raises)
    is_bad = rng.random(len(unit)) < population.bad[theme]
    ids = np.array([f"U{place:06d}" for place in range(number)])
    names = tuple(f"T{place:02d}" for place in range(1, themes + 1))
    told = pd.DataFrame(
        {
            "unit": ids,
            "respondent_group": np.array(GROUPS)[group],
            "channel": np.array(CHANNELS)[channel],
            "cluster": ids,
            "weight": 1.0,
        }
    )
    mentions = told.iloc[unit].assign(
        scope="theme", item_id=np.array(names)[theme], sentiment=np.where(is_bad, "negative", "positive")
    )
    return Voices(told.set_index("unit"), told, mentions.reset_index(drop=True), names, names)


def rank_simulated(population: Population, voices: Voices, settings: Settings) -> pd.DataFrame:
    """Return the list of everybody that the project's own code makes."""
    set_to = pd.DataFrame({"theme_id": voices.themes, "severity": population.severity, "reason": "made up"})
    ranked = rank_themes(
        voices,
        emerging=EMERGING.empty(),
        severities=set_to,
        consensus=CONSENSUS.empty(),
        ballots=BALLOTS.empty(),
        settings=settings,
    ).ranking
    return ranked[ranked["scope"] == "overall"].sort_values("theme_id", ignore_index=True)


def report_coverage(seeds: int, *, themes: int, number: int) -> None:
    """Print how often intervals and words hold."""
    settings = Settings()
    rows = []
    for seed in range(seeds):
        rng = np.random.default_rng([20240401, seed])
        population = make_population(themes, rng)
        found = rank_simulated(population, hear(population, number, rng), settings)
        true = population.true_ranks(settings.ranking)
        in_running = found["verdict"].isin(("secure", "likely", "contender")).to_numpy()
        rows.append(
            found.assign(
                seed=seed,
                is_covered=(found["rank_low"] <= true) & (true <= found["rank_high"]),
                is_first=true <= FIRST_FIVE,
                is_in_running=in_running,
                width=found["rank_high"] - found["rank_low"] + 1,
                true=true,
            )
        )
    every = pd.concat(rows)
    all_found = every[every["is_first"]].groupby("seed")["is_in_running"].all()
    inner = every[every["is_first"]]
    print(f"\n{themes} themes, {number} respondents, {seeds} seeds")
    print(f"  true rank within the 90% interval: {every['is_covered'].mean():.1%} of themes,")
    print(f"    {inner['is_covered'].mean():.1%} of the true first five; mean width {every['width'].mean():.1f} ranks")
    print(f"  true first five all secure, likely or contender: {all_found.mean():.0%} of seeds")
    print(f"    of the themes of the true first five: {inner['is_in_running'].mean():.1%}")
    for word in ("secure", "likely", "contender", "unlikely"):
        of_word = every[every["verdict"] == word]
        if len(of_word):
            print(
                f"  {word}: {len(of_word) / seeds:.1f} themes a list, {of_word['is_first'].mean():.0%} truly first five"
                f" (told {of_word['p_top_five'].mean():.0%})"
            )


def report_equals(seeds: int, *, themes: int = 12, number: int = 400) -> None:
    """Print what the words say where all themes are alike, so that any five may come first."""
    words = []
    for seed in range(seeds):
        rng = np.random.default_rng([20240402, seed])
        alike = Population(np.full((2, themes), 0.12), np.full(themes, 0.5), np.zeros(themes, dtype=np.int64))
        words.append(rank_simulated(alike, hear(alike, number, rng), Settings())["verdict"])
    secure = np.array([word.eq("secure").sum() for word in words])
    print(f"\n{themes} themes all alike, {number} respondents, {seeds} seeds: {secure.mean():.1f} called secure a list")


def report_time() -> None:
    """Print how long all lists take: overall, two groups, four channels."""
    print()
    for themes, number in ((12, 400), (28, 40_000)):
        rng = np.random.default_rng(1)
        population = make_population(themes, rng)
        voices = hear(population, number, rng)
        started = time.process_time()
        rank_simulated(population, voices, Settings())
        print(
            f"{themes} themes, {number:,} respondents, 7 lists: {time.process_time() - started:.1f} s of the processor"
        )


def planted_voices(voices: Voices, gold_of: dict[str, dict[str, Any]]) -> Voices:
    """Return who is counted with what is planted in their comments in place of what was found."""
    rows = [
        (comment, theme, part["sentiment"])
        for comment in voices.comments["comment_id"]
        for part in gold_of.get(comment, {}).get("parts", [])
        for theme in part["themes"]
        if theme not in NO_SUBJECT
    ]
    about = voices.comments.drop(columns=["sentiment", "polarity"])
    mentions = pd.DataFrame(rows, columns=["comment_id", "item_id", "sentiment"]).assign(scope="theme")
    mentions = mentions.merge(about, on="comment_id", validate="many_to_one")
    themes = tuple(sorted(mentions["item_id"].unique()))
    return voices._replace(mentions=mentions, themes=themes, subjects=themes)


def rank_everybody(voices: Voices, settings: Settings) -> pd.DataFrame:
    """Return the list of everybody, the first first; without movement, which planted themes have no figures of."""
    ranked = rank_themes(
        voices,
        emerging=EMERGING.empty(),
        severities=SEVERITIES.empty(),
        consensus=CONSENSUS.empty(),
        ballots=BALLOTS.empty(),
        settings=settings,
    ).ranking
    return ranked[ranked["scope"] == "overall"].set_index("theme_id")


def match_themes(assignments: pd.DataFrame, planted: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return for each planted theme the found one with the best F1 over segments, and that F1."""
    both = planted.merge(assignments, on="segment_id", validate="one_to_many")
    best = {}
    for name, of_theme in planted.groupby("planted"):
        sizes = both.groupby("theme_id").size()
        hits = both[both["planted"] == name].groupby("theme_id").size().reindex(sizes.index, fill_value=0)
        scores = 2 * hits / (sizes + len(of_theme))
        best[str(name)] = (str(scores.idxmax()), float(scores.max()))
    return best


def report_half(planted: Voices, settings: Settings, full: pd.DataFrame, *, seeds: int) -> None:
    """Print whether half of the exercise's respondents, drawn at random, tell the list of all of them."""
    held, five, running, secure, right = [], [], [], 0, 0
    everyone = np.array(sorted(planted.units.index, key=lambda unit: str(unit)))
    for seed in range(seeds):
        drawn = np.random.default_rng([20240403, seed]).permutation(len(everyone))[: len(everyone) // 2]
        kept = set(everyone[drawn])
        half = planted._replace(
            units=planted.units[planted.units.index.isin(kept)],
            comments=planted.comments[planted.comments["unit"].isin(kept)],
            mentions=planted.mentions[planted.mentions["unit"].isin(kept)],
        )
        found = rank_everybody(half, settings).reindex(full.index)
        within = (found["rank_low"] <= full["rank"]) & (full["rank"] <= found["rank_high"])
        is_first = full["rank"] <= FIRST_FIVE
        held.append(within.mean())
        five.append(within[is_first].mean())
        running.append(found.loc[is_first, "verdict"].ne("unlikely").all())
        secure += int(found["verdict"].eq("secure").sum())
        right += int((found["verdict"].eq("secure") & is_first).sum())
    print(f"\nPlanted themes, half of the respondents ({seeds} draws), beside the list of all of them:")
    print(f"  rank within the 90% interval: {np.mean(held):.1%} of themes, {np.mean(five):.1%} of the first five")
    print(f"  first five all secure, likely or contender: {np.mean(running):.0%} of draws")
    print(f"  of {secure} themes called secure {right} are of the first five")


def report_exercise(seeds: int, *, is_guided: bool) -> None:
    """Print the list of the exercise by planted themes beside that by found themes, or by themes of its codebook."""
    done, settings = analyse_exercise(is_guided=is_guided)
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    gold_of = match_comments(done.read.comments, gold)
    unit_of = units(done.analysis.safe_comments, count_campaigns=settings.intake.count_campaigns)
    voices = gather_voices(done.analysis, gather_heard(done.analysis, unit_of=unit_of), settings=settings.insight)
    planted = planted_voices(voices, gold_of)
    ours, theirs = rank_everybody(voices, settings), rank_everybody(planted, settings)
    if seeds:
        report_half(planted, settings, theirs, seeds=seeds)
    best = match_themes(done.analysis.assignments, match_parts(done.analysis.segments, gold_of))
    label = done.analysis.themes.set_index("theme_id")["label"]
    how = "seeded with the codebook of its subjects" if is_guided else "as found"
    print(f"\nThe exercise, themes {how}: {len(theirs)} planted themes, {len(ours)} found ones of one subject.")
    print("\n| rank | planted | 90% | verdict | found | F1 | rank | 90% | verdict | planted rank within |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    within, both = [], []
    for name, row in theirs.iterrows():
        theme_id, likeness = best[str(name)]
        told = [str(row["rank"]), str(name), f"{row['rank_low']}-{row['rank_high']}", row["verdict"]]
        if theme_id not in ours.index:
            print(f"| {' | '.join([*told, label[theme_id], f'{likeness:.2f}', '', '', 'not one subject', ''])} |")
            continue
        found = ours.loc[theme_id]
        is_within = bool(found["rank_low"] <= row["rank"] <= found["rank_high"])
        within.append((row["rank"] <= FIRST_FIVE, is_within))
        both.append((row["rank"], found["rank"]))
        interval = f"{found['rank_low']}-{found['rank_high']}"
        told += [label[theme_id], f"{likeness:.2f}", str(found["rank"]), interval, found["verdict"]]
        print(f"| {' | '.join([*told, 'yes' if is_within else 'no'])} |")
    first = [is_within for is_first, is_within in within if is_first]
    rho = spearmanr(*zip(*both, strict=True)).statistic
    print(f"\nPlanted rank within the found theme's interval: {sum(first)} of {len(first)} of the planted first five,")
    print(f"{sum(each for _, each in within)} of {len(within)} of all. Rank correlation of both lists: {rho:.2f}")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    seeds = parser.parse_args().seeds
    for themes, number in ((12, 400), (12, 100), (28, 400)):
        report_coverage(seeds, themes=themes, number=number)
    report_equals(seeds)
    report_time()
    report_exercise(seeds // 5, is_guided=False)
    report_exercise(0, is_guided=True)


if __name__ == "__main__":
    main()
