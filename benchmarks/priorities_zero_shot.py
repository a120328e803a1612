"""How well priorities are linked without training, on comments people coded and on the synthetic exercise.

    python benchmarks/priorities_zero_shot.py [--coded FILE.csv] [--gold FOLDER]

FILE.csv holds comments coded by people with PatientExperience-QDC. The thresholds in `voice_of_care.priorities` and the
cues were chosen on one half of its respondents; the other half and, of it, the texts that the first half does not hold
judge them. FOLDER is the gold of the synthetic exercise, whose sentences the cues of the four questions were tried on:
it shows that the method works, not how well it does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sides import LABELS, as_comments, plain_embedder, read_coded, slug

from voice_of_care.counting import units
from voice_of_care.evaluation.agreement import label_agreement
from voice_of_care.frameworks import load_frameworks
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.insight.absence import count_raised
from voice_of_care.priorities import link_priorities
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from sides import Coded

    from voice_of_care.embedding import Embedder


def zero_shot_figures(coded: Coded, embedder: Embedder) -> dict[str, dict[str, Any]]:
    """Return F1 with intervals: on the half the thresholds were chosen on, on the other, and on its new texts."""
    rows = np.flatnonzero(coded.has_priorities)
    chosen = coded.comments.iloc[rows]
    comments = as_comments(chosen["text"].tolist(), chosen["respondent"].tolist(), chosen["question"].tolist())
    segments = split_segments(comments).segments
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=embedder,
        frameworks=[find_framework("qdc")],
        settings=PrioritySettings(),
        unit_of=units(comments),
    ).segment_links
    found = links.merge(segments[["segment_id", "comment_id"]], on="segment_id", validate="many_to_one")
    linked = pd.crosstab(found["comment_id"], found["priority_id"]).gt(0)
    linked = linked.reindex(comments["comment_id"], columns=[slug(label) for label in LABELS], fill_value=False)
    digest = chosen["respondent"].map(lambda name: hashlib.sha256(name.encode()).digest()[-1])
    first = (digest % 2 == 0).to_numpy()
    unseen = ~first & ~chosen["text"].isin(set(chosen["text"][first])).to_numpy()
    figures = {}
    for name, judged in (("chosen on", first), ("other respondents", ~first), ("unseen texts", unseen)):
        agreed = label_agreement(
            coded.priorities[rows][judged],
            linked.to_numpy(dtype=bool)[judged],
            labels=list(LABELS),
            respondents=chosen["respondent"][judged].tolist(),
        ).measures
        of_all = agreed[agreed["item"] == ""].set_index("measure")
        figures[name] = {"comments": int(judged.sum())} | {
            measure: {key: float(of_all.loc[measure, key]) for key in ("value", "low", "high")}
            for measure in ("f1_micro", "f1_macro")
        }
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coded", type=Path)
    parser.add_argument("--gold", type=Path)
    options = parser.parse_args()
    embedder = plain_embedder()
    if options.coded is not None:
        for name, figures in zero_shot_figures(read_coded(options.coded), embedder).items():
            micro, macro = figures["f1_micro"]["value"], figures["f1_macro"]["value"]
            print(f"QDC, {name}: {figures['comments']} comments, micro F1 {micro:.3f}, macro F1 {macro:.3f}")
    if options.gold is not None:
        judge_gold(options.gold, embedder)


def judge_gold(folder: Path, embedder: Embedder) -> None:
    lines = (folder / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [
        {**record, **part, "comment_id": f"{record['id']}.{position}"}
        for record in map(json.loads, lines)
        for position, part in enumerate(record["parts"], start=1)
    ]
    gold = pd.DataFrame(parts)
    comments = as_comments(gold["text"].tolist(), gold["response"].tolist(), gold["question"].tolist())
    comments = comments.assign(respondent_group=gold["group"].to_numpy())
    segments = comments.assign(segment_id=comments["comment_id"] + ".1")[["segment_id", "comment_id", "text"]]
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=embedder,
        frameworks=[*load_frameworks(PrioritySettings()), find_framework("qdc")],
        settings=PrioritySettings(),
        unit_of=units(comments),
    ).segment_links
    questions = [element.id for element in find_framework("four-questions").elements]
    four = links[links["framework_id"] == "four-questions"].set_index("segment_id")["priority_id"]
    found = four.map({name: number for number, name in enumerate(questions, start=1)}).reindex(segments["segment_id"])
    for number, question in enumerate(questions, start=1):
        mine = gold["plain_question"].eq(number).to_numpy()
        hits = int((found.to_numpy()[mine] == number).sum())
        print(f"four questions, {question}: {hits} of {int(mine.sum())} found")
    wrong = gold["plain_question"].notna().to_numpy() & found.notna().to_numpy()
    wrong &= gold["plain_question"].to_numpy() != found.to_numpy()
    print(f"four questions, linked to another than the gold's: {int(wrong.sum())} of {int(found.notna().sum())}")
    frameworks = [find_framework("qms"), find_framework("qdc")]
    raised = count_raised(links, segments, frameworks, unit_of=units(comments))
    people = units(comments).nunique()
    label_of = {(framework.id, element.id): element.label for framework in frameworks for element in framework.elements}
    planted = json.loads((folder / "planted.json").read_text(encoding="utf-8"))["unraised"]
    silent = {(topic["framework_id"], topic["label"]) for topic in planted}
    for row in raised.itertuples():
        if (row.framework_id, label_of[row.framework_id, row.priority_id]) in silent:
            print(f"raised by nobody, {row.framework_id} {row.priority_id}: {row.units} of {people} units linked")


if __name__ == "__main__":
    main()
