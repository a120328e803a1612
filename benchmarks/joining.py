"""What frozen themes do with later comments: joined, in the pool, candidates; and what a refit keeps.

    python benchmarks/joining.py [PATH/nhs_patient_feedback.csv] [--months]

On the synthetic exercise, themes are fitted on its first twelve months and the rest is added. On the file of coded
comments, which has no dates here, a third of the respondents comes later, drawn by seed: nothing new is among them.
Both times a topic is then left out of the first part altogether, so that it is new in the second. `--months` adds the
exercise's rest month by month. The feedback encoder has seen the coded comments, which flatters figures on them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from exercise import EXERCISE, GOLD, match_comments, match_parts
from sides import LABELS, answers, as_sentiments, held, made_on_all, read_coded
from sklearn.metrics import adjusted_mutual_info_score
from threadpoolctl import threadpool_limits

from voice_of_care.counting import units
from voice_of_care.embedding import Embedders
from voice_of_care.frameworks import load_frameworks
from voice_of_care.pipeline import Means, Stopwatch, run
from voice_of_care.settings import ThemeSettings, load_settings
from voice_of_care.themes import (
    Batch,
    Earlier,
    Former,
    ThemesFound,
    Version,
    find_themes,
    join_themes,
    split_segments,
    trace_lineage,
)
from voice_of_care.themes.identity import highest_number
from voice_of_care.themes.words import REASON_NO_THEME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder

LATER_FROM = "2024-10-01"
TOPICS = (
    "it_systems",
    "food",
    "parking",
    "phone",
    "cleanliness",
    "medication",
    "night_noise",
    "home_care",
    "mh_crisis",
)
CODES = (
    "Food & drink provision & facilities",
    "Contacting services",
    "Transport to/ from services",
    "Activities & access to fresh air",
)
OURS = 0.3
"""A candidate is the new topic's where at least this share of it is."""


class Case(NamedTuple):
    """Comments with what is known of them, the planted topic of segments, and which segments come later.

    `gold` has segments of one topic, `raised` the comments in which each topic is raised at all.
    """

    name: str
    segments: pd.DataFrame
    comments: pd.DataFrame
    unit_of: pd.Series
    sentiments: pd.DataFrame
    statements: pd.DataFrame | None
    gold: pd.Series
    raised: dict[str, set[str]]
    is_later: np.ndarray
    embedder: Embedder
    settings: ThemeSettings


def exercise_case() -> Case:
    """Return the synthetic exercise, its last six months later."""
    settings = load_settings(EXERCISE.with_suffix(".toml"))
    made = made_on_all()
    frameworks = load_frameworks(settings.priorities)
    embedders = Embedders(made.embedders.general, made.embedders.feedback)
    done = run([EXERCISE], Means(settings, b"0" * 32, embedders, frameworks, Stopwatch()))
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    found = done.analysis
    gold_of = match_comments(done.read.comments, gold)
    planted = match_parts(found.segments, gold_of).set_index("segment_id")["planted"]
    raised: dict[str, set[str]] = {}
    for comment_id, record in gold_of.items():
        for topic in {name for part in record.get("parts", []) for name in part["themes"]}:
            raised.setdefault(topic, set()).add(comment_id)
    when = found.segments["comment_id"].map(found.safe_comments.set_index("comment_id")["received_on"])
    unit_of = units(found.safe_comments)
    is_later = (when >= LATER_FROM).to_numpy()
    given = (found.segments, found.safe_comments, unit_of, found.sentiments, found.statements, planted)
    return Case("exercise", *given, raised, is_later, made.embedders.both, settings.themes)


def coded_case(path: Path, seed: int) -> Case:
    """Return the coded comments, a third of the respondents later."""
    coded = read_coded(path)
    given = held(coded, answers(coded, np.arange(len(coded.comments))))
    segments = split_segments(given.comments).segments
    unit_of = units(given.comments)
    people = np.array(sorted(set(unit_of)))
    later = set(np.random.default_rng(seed).choice(people, size=len(people) // 3, replace=False))
    sentiments = as_sentiments(segments, given.level_of)
    gold = pd.Series(segments["comment_id"].map(given.codes).to_numpy(), index=segments["segment_id"]).dropna()
    is_later = segments["comment_id"].map(unit_of).isin(later).to_numpy()
    ids = given.comments["comment_id"].to_numpy()
    raised = {label: set(ids[coded.priorities[given.rows, place]]) for place, label in enumerate(LABELS)}
    about = (segments, given.comments, unit_of, sentiments, None, gold, raised, is_later, made_on_all().embedders.both)
    return Case(f"coded, seed {seed}", *about, ThemeSettings())


def fit(
    case: Case, chosen: np.ndarray, *, known: pd.DataFrame | None = None, former: Former | None = None
) -> ThemesFound:
    """Return the themes of some of the segments."""
    segments = case.segments[chosen]
    return find_themes(
        segments,
        _comments(case, segments),
        embedder=case.embedder,
        settings=case.settings,
        unit_of=case.unit_of,
        sentiments=_of(case.sentiments, segments),
        statements=None if case.statements is None else _of(case.statements, segments),
        known=known,
        former=former,
    )


def add(case: Case, found: ThemesFound, chosen: np.ndarray, *, fresh: np.ndarray, later: np.ndarray) -> ThemesFound:
    """Return the themes after a batch."""
    segments = case.segments[chosen]
    held_so_far = [getattr(found, name) for name in Earlier._fields[:7]]
    ids = case.segments["segment_id"]
    last = highest_number(found.theme_vectors["theme_id"].tolist())
    known = (case.unit_of, case.sentiments, case.statements, last)
    return join_themes(
        segments,
        _comments(case, segments),
        earlier=Earlier(*held_so_far),
        batch=Batch(frozenset(ids[fresh]), frozenset(ids[later]), *known),
        embedder=case.embedder,
        settings=case.settings,
    )


def _comments(case: Case, segments: pd.DataFrame) -> pd.DataFrame:
    return case.comments[case.comments["comment_id"].isin(segments["comment_id"])]


def _of(frame: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["segment_id"].isin(segments["segment_id"])]


def candidates(found: ThemesFound) -> list[tuple[str, set[str]]]:
    """Return label and segments of each candidate."""
    waiting = found.themes[found.themes["status"] == "candidate"]
    return [
        (str(label), set(found.assignments.loc[found.assignments["theme_id"] == theme_id, "segment_id"]))
        for theme_id, label in zip(waiting["theme_id"], waiting["label"], strict=True)
    ]


def pool(found: ThemesFound) -> set[str]:
    """Return the segments that fit no theme."""
    return set(found.set_aside.loc[found.set_aside["reason"] == REASON_NO_THEME, "item_id"])


def agreement(found: ThemesFound, gold: pd.Series, *, accepted: bool) -> float:
    """Return the AMI of strongest themes with the planted topics; candidates count where they are accepted."""
    waiting = set(found.themes.loc[found.themes["status"] == "candidate", "theme_id"])
    given = found.assignments
    in_waiting = given["theme_id"].isin(waiting)
    given = given.assign(first=in_waiting) if accepted else given[~in_waiting].assign(first=False)
    best = given.sort_values(["first", "strength", "theme_id"], ascending=[False, False, True]).drop_duplicates(
        "segment_id"
    )
    themes = best.set_index("segment_id")["theme_id"].reindex(gold.index)
    has = themes.notna()
    return float(adjusted_mutual_info_score(gold[has], themes[has]))


def show_joining(case: Case) -> None:
    """Print how later segments join, beside a fit on everything."""
    ids = case.segments["segment_id"]
    first = fit(case, ~case.is_later)
    joined = add(case, first, np.ones(len(ids), dtype=bool), fresh=case.is_later, later=case.is_later)
    later_gold = case.gold[case.gold.index.isin(ids[case.is_later])]
    whole = fit(case, np.ones(len(ids), dtype=bool))
    left = pool(joined) & set(later_gold.index)
    found = candidates(joined)
    held_by = len(set().union(*(segments for _, segments in found)) & set(later_gold.index))
    print(
        f"| {case.name} | {len(later_gold)} | {agreement(whole, later_gold, accepted=False):.3f} "
        f"| {agreement(joined, later_gold, accepted=False):.3f} | {agreement(joined, later_gold, accepted=True):.3f} "
        f"| {len(left) / len(later_gold):.1%} | {len(found)} | {held_by / len(later_gold):.1%} |",
        flush=True,
    )


def show_new_topic(case: Case, topic: str) -> None:
    """Print what becomes of a topic that nobody raised before."""
    ids = case.segments["segment_id"]
    of_topic = ids.map(case.gold).eq(topic).to_numpy()
    left_out = case.segments["comment_id"].isin(case.raised[topic]).to_numpy() & ~case.is_later
    first = fit(case, ~case.is_later & ~left_out)
    joined = add(case, first, ~left_out, fresh=case.is_later, later=case.is_later)
    new = set(ids[of_topic & case.is_later])
    people = case.unit_of.reindex(case.segments.loc[of_topic & case.is_later, "comment_id"]).nunique()
    coded = set(case.gold.index)
    found = [(label, segments & coded) for label, segments in candidates(joined)]
    ours = [segments for _, segments in found if segments and len(segments & new) >= OURS * len(segments)]
    caught = set().union(*ours)
    precision = f"{len(caught & new) / len(caught):.2f}" if caught else "-"
    known = set(ids[case.is_later]) & coded - new
    print(
        f"| {case.name} | {topic} | {len(new)} | {people} | {len(ours)} | {precision} "
        f"| {len(caught & new) / max(1, len(new)):.2f} | {len((caught | pool(joined)) & new) / max(1, len(new)):.2f} "
        f"| {len(pool(joined) & known) / len(known):.1%} | {len(found) - len(ours)} |",
        flush=True,
    )


def show_refit(case: Case, *, grown: bool) -> None:
    """Print what a refit keeps: without new comments, or after a fifth of the units came later."""
    everything = np.ones(len(case.segments), dtype=bool)
    unit = case.segments["comment_id"].map(case.unit_of)
    people = np.array(sorted(set(unit)))
    later = set(np.random.default_rng(1).choice(people, size=len(people) // 5, replace=False)) if grown else set()
    is_later = unit.isin(later).to_numpy()
    before = fit(case, ~is_later)
    if grown:
        before = add(case, before, everything, fresh=is_later, later=is_later)
    last = highest_number(before.theme_vectors["theme_id"].tolist())
    former = Former(before.assignments, frozenset(), frozenset(), last)
    after = fit(case, everything, known=before.theme_vectors, former=former)
    traced = trace_lineage(
        Version(before.themes, before.assignments),
        Version(after.themes, after.assignments),
        segments=case.segments,
        unit_of=case.unit_of,
        theme_version=2,
    )
    counts = traced["relation"].value_counts()
    leaves = set(before.assignments["theme_id"])
    same = len(leaves & set(after.assignments["theme_id"]))
    shown = " | ".join(str(int(counts.get(name, 0))) for name in ("kept", "split", "merged", "part", "gone", "new"))
    print(f"| {case.name} | {'a quarter more' if grown else 'none'} | {len(leaves)} | {same} | {shown} |", flush=True)


def show_months(case: Case) -> None:
    """Print what each month of the exercise's rest brings."""
    when = case.segments["comment_id"].map(case.comments.set_index("comment_id")["received_on"]).dt.to_period("M")
    found, here = fit(case, ~case.is_later), ~case.is_later
    print("\n| month | segments | in the pool | candidates (segments) |\n| --- | --- | --- | --- |")
    for month in sorted(set(when[case.is_later])):
        fresh = case.is_later & when.eq(month).to_numpy()
        here = here | fresh
        found = add(case, found, here, fresh=fresh, later=here & case.is_later)
        left = len(pool(found) & set(case.segments.loc[fresh, "segment_id"]))
        named = "; ".join(f"{label} ({len(segments)})" for label, segments in candidates(found))
        print(f"| {month} | {int(fresh.sum())} | {left / int(fresh.sum()):.1%} | {named} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--months", action="store_true")
    options = parser.parse_args(arguments)
    cases = [exercise_case()]
    topics = [(cases[0], topic) for topic in TOPICS]
    if options.data is not None:
        coded = [coded_case(options.data, seed) for seed in range(options.seeds)]
        cases += coded
        topics += [(coded[0], code) for code in CODES if code in set(coded[0].gold)]
    print("\n| comments | later segments | AMI, fitted on all | AMI, joined | with candidates | in the pool "
          "| candidates | segments in them |\n" + "| --- " * 8 + "|")  # fmt: skip
    for case in cases:
        show_joining(case)
    print("\n| comments | new topic | segments | units | its candidates | precision | recall | pool or candidate "
          "| known in the pool | other candidates |\n" + "| --- " * 10 + "|")  # fmt: skip
    for case, topic in topics:
        show_new_topic(case, topic)
    print(
        "\n| comments | new ones | themes | ids kept | kept | split | merged | part | gone | new |\n"
        + "| --- " * 10
        + "|"
    )
    for case in cases[:2]:
        show_refit(case, grown=False)
        show_refit(case, grown=True)
    if options.months:
        show_months(cases[0])


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.stdout.reconfigure(line_buffering=True)
    with threadpool_limits(1):
        main()
