"""What comes back of what is planted in the synthetic exercise: themes, campaign, repeats, sentiment, silence.

    python benchmarks/exercise.py

Segments are matched to the planted parts of their comment by words in common.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, f1_score

from voice_of_care.counting import units
from voice_of_care.embedding import load_embedders
from voice_of_care.frameworks import load_frameworks, load_seeds
from voice_of_care.pipeline import Means, Run, Stopwatch, run
from voice_of_care.settings import Settings, load_settings

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis

ROOT = Path(__file__).resolve().parent.parent
EXERCISE = ROOT / "corpora" / "synthetic" / "listening-exercise"
GOLD = ROOT / "corpora" / "gold" / "listening-exercise"
CODEBOOK = EXERCISE.with_name("listening-exercise-codebook.csv")
"""The planted subjects as a team that knows them beforehand might write them down."""
LEVEL = {"very_negative": -1, "negative": -1, "neutral": 0, "mixed": 0, "positive": 1, "very_positive": 1}


def analyse_exercise(*, is_guided: bool = False) -> tuple[Run, Settings]:
    """Analyse the exercise, with themes as found, or seeded with the codebook of its subjects."""
    settings = load_settings(EXERCISE.with_suffix(".toml"))
    if is_guided:
        themes = settings.themes.model_copy(update={"seeds": (CODEBOOK.name,)})
        settings = settings.model_copy(update={"themes": themes})
    frameworks = load_frameworks(settings.priorities, extra=("qdc",))
    seeds = load_seeds(settings.themes.seeds, folder=CODEBOOK.parent, frameworks=frameworks)
    means = Means(settings, b"0" * 32, load_embedders(), frameworks, Stopwatch(), seeds=seeds)
    return run([EXERCISE], means), settings


def words(text: str) -> set[str]:
    """Return the words of a text in lower case."""
    return set(re.findall(r"[a-z']+", text.lower()))


def match_comments(comments: pd.DataFrame, gold: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the gold record of each comment: same file, and the record's row, or the most words in common."""
    by_file: dict[str, list[dict[str, Any]]] = {}
    for record in gold:
        by_file.setdefault(record["file"], []).append(record)
    found = {}
    for row in comments.to_dict("records"):
        file = str(row["source"]).split(" [")[0]
        mine = words(str(row["raw_text"]))
        best, score = None, 0.5
        for record in by_file.get(file, []):
            place = record["where"].get("row")
            if place is not None and str(place) != str(row["source_ref"]):
                continue
            theirs = words(record["text"])
            likeness = len(mine & theirs) / max(1, len(mine | theirs))
            if likeness > score:
                best, score = record, likeness
        if best is not None:
            found[str(row["comment_id"])] = best
    return found


def match_parts(segments: pd.DataFrame, gold_of: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return segment_id, theme and sentiment of the planted part each segment comes from, where it has one theme."""
    rows = []
    for row in segments.to_dict("records"):
        record = gold_of.get(str(row["comment_id"]))
        mine = words(str(row["text"]))
        parts = [
            (len(mine & words(part["text"])) / max(1, len(mine)), part) for part in (record or {}).get("parts", [])
        ]
        best = max(parts, key=lambda pair: pair[0], default=(0.0, None))
        if best[0] >= 0.6 and best[1] is not None and len(best[1]["themes"]) == 1:
            rows.append(
                (row["segment_id"], best[1]["themes"][0], best[1]["sentiment"], record["group"] if record else "")
            )
    return pd.DataFrame(rows, columns=["segment_id", "planted", "tone", "group"])


def report_themes(analysis: Analysis, planted: pd.DataFrame) -> None:
    """Print agreement of found with planted themes, and how well each planted theme is found."""
    best = analysis.assignments.sort_values(["strength", "theme_id"], ascending=[False, True]).drop_duplicates(
        "segment_id"
    )
    both = planted.merge(best, on="segment_id", validate="one_to_one")
    agreement = adjusted_mutual_info_score(both["planted"], both["theme_id"])
    staff = both[both["group"] == "staff"]
    staff_agreement = adjusted_mutual_info_score(staff["planted"], staff["theme_id"])
    print(f"themes: AMI {agreement:.3f}, staff only {staff_agreement:.3f}, {best['theme_id'].nunique()} found")
    print(f"segments with a planted theme {len(planted)}, of them without a theme {1 - len(both) / len(planted):.1%}")
    labels = analysis.themes.set_index("theme_id")["label"]
    any_theme = planted.merge(analysis.assignments, on="segment_id", validate="one_to_many")
    for name, of_theme in planted.groupby("planted"):
        scores = {}
        for theme_id, rows in any_theme.groupby("theme_id"):
            hits = int((rows["planted"] == name).sum())
            scores[theme_id] = 2 * hits / (len(rows) + len(of_theme))
        top = max(scores, key=scores.__getitem__)
        print(f"    {name:<16} {len(of_theme):>4} segments, best F1 {scores[top]:.2f} in {labels[top]}")


def report_rest(analysis: Analysis, gold_of: dict[str, dict[str, Any]], planted: pd.DataFrame) -> None:
    """Print campaign, repeats, sentiment, and units linked to topics nobody raised."""
    comments = analysis.safe_comments
    is_letter = comments["comment_id"].map(lambda each: bool(gold_of.get(each, {}).get("campaign")))
    found = comments["campaign_id"].notna()
    others = int((found & ~is_letter).sum())
    print(f"campaign: {int((is_letter & found).sum())} of {int(is_letter.sum())} letters, {others} others")
    repeats = comments["comment_id"].map(lambda each: bool(gold_of.get(each, {}).get("repeats")))
    twice = comments["duplicate_of"].notna()
    others = int((twice & ~repeats).sum())
    print(f"repeats: {int((repeats & twice).sum())} of {int(repeats.sum())} planted, {others} others")
    tones = planted.merge(analysis.sentiments, on="segment_id", validate="one_to_one")
    truth, seen = tones["tone"].map(LEVEL), tones["label"].map(LEVEL)
    score = f1_score(truth, seen, average="macro")
    print(f"sentiment of segments, 3 levels: accuracy {(truth == seen).mean():.3f}, macro-F1 {score:.3f}")
    facts = json.loads((GOLD / "planted.json").read_text(encoding="utf-8"))
    unit_of = units(comments)
    comment_of = analysis.segments.set_index("segment_id")["comment_id"]
    for topic in facts["unraised"]:
        links = analysis.segment_links
        mine = links[(links["framework_id"] == topic["framework_id"]) & (links["priority_id"] == topic["element_id"])]
        people = unit_of.reindex(mine["segment_id"].map(comment_of)).nunique()
        print(f"nobody raised {topic['element_id']}: linked to {people} of {unit_of.nunique()} units")


def main() -> None:
    """Analyse the exercise and print what came back."""
    done, _ = analyse_exercise()
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    gold_of = match_comments(done.read.comments, gold)
    print(f"comments {len(done.read.comments)}, matched to the gold file {len(gold_of)}")
    planted = match_parts(done.analysis.segments, gold_of)
    report_themes(done.analysis, planted)
    report_rest(done.analysis, gold_of, planted)


if __name__ == "__main__":
    main()
