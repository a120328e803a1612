"""Gaps between groups: false discoveries, power and coverage where gaps are planted, and gaps of the exercise.

    python benchmarks/gaps.py [--repetitions 60] [--exercise]

Twenty-five themes whose shares are spread about a median of 6%, the same in both groups but for six: two each whose
shares among staff are 10, 20 and 30 points above 10%. Units stand alone, or come in sessions of six who echo each other
(a session's share is drawn from a beta distribution with an intraclass correlation of .2, and of .05).

With --exercise, the synthetic exercise is analysed (some minutes) and the gaps of the themes found are set beside those
of the themes planted, over the same respondents; each planted theme beside the found one that shares most comments.

The first rule of each table is the project's own code. "No guard" calls a gap whatever interval leaves out zero;
"Fisher" is the exact test with Benjamini and Hochberg; "chi-squared" that of N - 1. These take every unit for
independent.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from exercise import GOLD, analyse_exercise, match_comments
from scipy import stats

from voice_of_care.comparing import Sides, judge_sides
from voice_of_care.counting import units
from voice_of_care.heard import gather_heard
from voice_of_care.insight.gaps import compare_groups
from voice_of_care.insight.voices import Voices, gather_voices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import Settings

THEMES, RATE, SESSION = 25, 0.10, 6
STEPS = (0.10, 0.20, 0.30)
BASE = 0.10
NAMES = np.array([f"T{number:02d}" for number in range(THEMES)], dtype=object)
LIKE_FROM = 0.4
RULES = ("ours", "no guard", "Fisher", "chi-squared")
SIZES = ((132, 461), (60, 60))


class Scenario(NamedTuple):
    """How many of each group, and how alike people of one session are (None: no sessions)."""

    staff: int
    users: int
    alike: float | None

    @property
    def name(self) -> str:
        """Return what it is called in a table."""
        together = "alone" if self.alike is None else f"sessions of {SESSION}, correlation {self.alike:.2f}"
        return f"{self.staff} / {self.users}, {together}"


class Made(NamedTuple):
    """One made-up exercise: who raises what (units down, themes across), and what is true."""

    is_staff: NDArray[np.bool_]
    cluster: NDArray[np.int64]
    raises: NDArray[np.bool_]
    truth: NDArray[np.float64]


def make(scenario: Scenario, rng: np.random.Generator, *, is_planted: bool) -> Made:
    """Return one exercise."""
    users = np.clip(0.06 * np.exp(0.8 * rng.standard_normal(THEMES)), 0.004, 0.5)
    staff = users.copy()
    if is_planted:
        users[:6] = BASE
        staff[:6] = BASE + np.repeat(STEPS, 2)
    is_staff = np.arange(scenario.staff + scenario.users) < scenario.staff
    number = np.where(is_staff, np.arange(len(is_staff)), np.arange(len(is_staff)) - scenario.staff)
    if scenario.alike is None:
        cluster = np.arange(len(is_staff))
        shares = np.where(is_staff[:, None], staff, users)
    else:
        rooms = -(-scenario.staff // SESSION)
        cluster = number // SESSION + np.where(is_staff, 0, rooms)
        of_room = np.where((np.arange(cluster.max() + 1) < rooms)[:, None], staff, users)
        precision = 1 / scenario.alike - 1
        shares = rng.beta(of_room * precision, (1 - of_room) * precision)[cluster]
    return Made(is_staff, cluster, rng.random(shares.shape) < shares, staff - users)


def voices_of(made: Made) -> Voices:
    """Return an exercise as the project's own code takes it."""
    ids = np.array([f"U{number:04d}" for number in range(len(made.is_staff))], dtype=object)
    units = pd.DataFrame(
        {
            "respondent_group": np.where(made.is_staff, "staff", "service_user"),
            "service": "A",
            "site": "A",
            "cluster": made.cluster,
            "weight": 1.0,
        },
        index=pd.Index(ids, name="unit"),
    )
    comments = units.reset_index().assign(comment_id=ids)
    row, column = np.nonzero(made.raises)
    mentions = comments.iloc[row].assign(scope="theme", item_id=NAMES[column], polarity=0.0)
    return Voices(units, comments, mentions.reset_index(drop=True), tuple(NAMES), tuple(NAMES))


def called(made: Made) -> tuple[dict[str, NDArray[np.bool_]], pd.DataFrame]:
    """Return which gaps each rule calls, and what the project's own code says of each theme."""
    gaps = compare_groups(voices_of(made), frameworks=(), false_discovery=RATE).set_index("theme_id").loc[list(NAMES)]
    heard = made.is_staff.sum(), (~made.is_staff).sum()
    raised = made.raises[made.is_staff].sum(axis=0), made.raises[~made.is_staff].sum(axis=0)
    sides = Sides(raised[0] * 1.0, np.full(THEMES, heard[0] * 1.0), raised[1] * 1.0, np.full(THEMES, heard[1] * 1.0))
    plain = judge_sides(sides, false_discovery=RATE)
    exact = np.array(
        [
            stats.fisher_exact([[a, heard[0] - a], [b, heard[1] - b]])[1]
            for a, b in zip(raised[0].tolist(), raised[1].tolist(), strict=True)
        ]
    )
    is_tested = raised[0] + raised[1] >= 5
    return {
        "ours": (gaps["verdict"] == "differ").to_numpy(),
        "no guard": (plain.low > 0) | (plain.high < 0),
        "Fisher": _guarded(exact, is_tested),
        "chi-squared": _guarded(_chi_squared(raised, heard), is_tested),
    }, gaps


def _guarded(p_values: NDArray[np.float64], is_tested: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros(THEMES, dtype=bool)
    if is_tested.any():
        found[is_tested] = stats.false_discovery_control(p_values[is_tested]) <= RATE
    return found


def _chi_squared(raised: Sequence[NDArray[np.int64]], heard: Sequence[int]) -> NDArray[np.float64]:
    total = sum(heard)
    pooled = (raised[0] + raised[1]) / total
    spread = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / heard[0] + 1 / heard[1]) * total / (total - 1), 1e-12))
    return np.asarray(2 * stats.norm.sf(np.abs(raised[0] / heard[0] - raised[1] / heard[1]) / spread))


def scenarios() -> Iterator[Scenario]:
    for staff, users in SIZES:
        for alike in (None, 0.05, 0.2):
            yield Scenario(staff, users, alike)


def planted_table(repetitions: int) -> None:
    rows, powers = [], []
    for place, scenario in enumerate(scenarios()):
        false, power, covers = {rule: [] for rule in RULES}, {rule: [] for rule in RULES}, []
        for repetition in range(repetitions):
            made = make(scenario, np.random.default_rng([place, repetition]), is_planted=True)
            found, gaps = called(made)
            is_true = made.truth != 0
            for rule, flags in found.items():
                false[rule].append((flags & ~is_true).sum() / max(1, flags.sum()))
                power[rule].append(flags[:6].reshape(3, 2).mean(axis=1))
            covers.append(((gaps["low"] <= made.truth) & (made.truth <= gaps["high"])).mean())
        rows.append([scenario.name, *(f"{np.mean(false[rule]):.3f}" for rule in RULES), f"{np.mean(covers):.3f}"])
        powers.append(
            [
                scenario.name,
                *(" / ".join(f"{each:.2f}" for each in np.mean(power[rule], axis=0)) for rule in ("ours", "Fisher")),
            ]
        )
    print(f"\nPlanted gaps: false discovery rate (mean of false by called; aim {RATE:.2f}), and coverage of the 95%")
    print("interval of the project's code over all themes.\n")
    print_table(("staff / service users", *RULES, "coverage"), rows)
    print("\nPower: part of the planted gaps of 10 / 20 / 30 points that is called.\n")
    print_table(("staff / service users", "ours", "Fisher"), powers)


def null_table(repetitions: int) -> None:
    rows = []
    for place, scenario in enumerate(scenarios()):
        alarms = {rule: 0 for rule in RULES}
        agreed = []
        for repetition in range(repetitions):
            found, gaps = called(make(scenario, np.random.default_rng([99, place, repetition]), is_planted=False))
            for rule, flags in found.items():
                alarms[rule] += bool(flags.any())
            agreed.append((gaps["verdict"] == "agree").sum())
        rows.append([scenario.name, *(f"{alarms[rule] / repetitions:.2f}" for rule in RULES), f"{np.mean(agreed):.1f}"])
    print("\nNothing planted: share of reports with any gap called, and themes of 25 that our code says agree.\n")
    print_table(("staff / service users", *RULES, "agree"), rows)


def exercise_table(analysis: Analysis, settings: Settings) -> None:
    """Print the gaps between staff and service users of planted themes, beside those of the themes found."""
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    voices = gather_voices(analysis, heard, settings=settings.insight)
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    record_of = match_comments(analysis.safe_comments.assign(raw_text=analysis.safe_comments["text"]), gold)
    planted = planted_voices(voices, {comment: record["themes"] for comment, record in record_of.items()})
    true, found = (of_groups(each) for each in (planted, voices))
    of_planted, of_found = (
        each.mentions[each.mentions["scope"] == "theme"].groupby("item_id")["comment_id"].agg(frozenset).to_dict()
        for each in (planted, voices)
    )
    label = analysis.themes.set_index("theme_id")["label"]
    rows = []
    for name, comments in of_planted.items():
        likeness = {theme: 2 * len(comments & each) / (len(comments) + len(each)) for theme, each in of_found.items()}
        best = max(sorted(likeness), key=lambda theme: likeness[theme])
        rows.append((name, best, likeness[best], true.loc[name], found.loc[best]))
    rows.sort(key=lambda row: (-abs(row[3]["difference"]), row[0]))
    print(
        "\nThe synthetic exercise: gap (points, staff less service users) of each planted theme, and of the found one\n"
    )
    print_table(
        ("planted", "gap (95%)", "verdict", "found", "F1", "gap (95%)", "verdict"),
        [
            (name, _points(gold_row), gold_row["verdict"], label[best], f"{f1:.2f}", _points(row), row["verdict"])
            for name, best, f1, gold_row, row in rows
        ],
    )
    for least in (0.0, LIKE_FROM):
        _sum_up([row for row in rows if row[2] >= least], least)


def _sum_up(rows: list[tuple[str, str, float, pd.Series, pd.Series]], least: float) -> None:
    differ = [row for row in rows if row[3]["verdict"] == "differ"]
    same = [row for row in differ if row[4]["verdict"] == "differ" and row[3]["difference"] * row[4]["difference"] > 0]
    others = [row for row in rows if row[3]["verdict"] != "differ"]
    called = [row for row in others if row[4]["verdict"] == "differ"]
    rho = stats.spearmanr([row[3]["difference"] for row in rows], [row[4]["difference"] for row in rows]).statistic
    print(f"\nOf {len(rows)} planted themes that a found one is like by F1 {least:.1f} or more: {len(same)} of the")
    print(f"{len(differ)} gaps found in the same direction; of {len(others)} without one {len(called)} called;")
    print(f"rank correlation of the gaps {rho:.2f}.")


def planted_voices(voices: Voices, themes_of: dict[str, list[str]]) -> Voices:
    """Return the same respondents with the themes planted in their comments."""
    told = voices.comments.assign(item_id=voices.comments["comment_id"].map(themes_of)).explode("item_id")
    mentions = told.dropna(subset=["item_id"]).assign(scope="theme", polarity=0.0).reset_index(drop=True)
    names = tuple(sorted(set(mentions["item_id"])))
    return Voices(voices.units, voices.comments, mentions, names, names)


def of_groups(voices: Voices) -> pd.DataFrame:
    """Return the gaps between staff and service users on themes."""
    gaps = compare_groups(voices, frameworks=(), false_discovery=RATE)
    return gaps[(gaps["group_a"] == "staff") & (gaps["group_b"] == "service_user")].set_index("theme_id")


def _points(row: pd.Series) -> str:
    return f"{100 * row['difference']:+.0f} ({100 * row['low']:+.0f} to {100 * row['high']:+.0f})"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--exercise", action="store_true")
    arguments = parser.parse_args()
    if arguments.exercise:
        done, settings = analyse_exercise()
        exercise_table(done.analysis, settings)
        return
    repetitions = arguments.repetitions
    began = time.perf_counter()
    planted_table(repetitions)
    null_table(repetitions)
    error = np.sqrt(RATE * (1 - RATE) / repetitions)
    print(f"\n{repetitions} repetitions; standard error of .10: {error:.3f}; {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
