"""Print how well priorities are linked without training, on two kinds of labelled comments.

Usage: python benchmarks/priorities_zero_shot.py [--coded FILE.csv] [--gold FOLDER]

FILE.csv holds comments coded by people with PatientExperience-QDC (text, question, respondent, a column a label). The
thresholds in `voice_of_care.priorities` and the cues were chosen on one half of its respondents; the other half and,
of it, the texts that the first half does not hold judge them. FOLDER is the gold of the synthetic exercise,
whose sentences the cues of the four questions were tried on: it shows that the method works, not how well it does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from voice_of_care.counting import units
from voice_of_care.embedding import OnnxEmbedder
from voice_of_care.frameworks import load_frameworks
from voice_of_care.frameworks.coverage import count_raised
from voice_of_care.frameworks.loader import find_framework
from voice_of_care.priorities import link_priorities
from voice_of_care.settings import PrioritySettings
from voice_of_care.tables import ASSIGNMENTS, SAFE_COMMENTS, conform
from voice_of_care.themes import split_segments

DECLARED = tomllib.loads(
    resources.files("voice_of_care.evaluation").joinpath("qdc_feedback.toml").read_text(encoding="utf-8")
)
MERGED = {**DECLARED["merged"], **{label: label.replace("/ ", "/") for label in DECLARED["labels"]}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coded", type=Path)
    parser.add_argument("--gold", type=Path)
    options = parser.parse_args()
    embedder = OnnxEmbedder()
    if options.coded is not None:
        judge_qdc(options.coded, embedder)
    if options.gold is not None:
        judge_gold(options.gold, embedder)


def judge_qdc(path: Path, embedder: OnnxEmbedder) -> None:
    framework = find_framework("qdc")
    linkable = [element for element in framework.elements if element.include_cues]
    coded = pd.read_csv(path, encoding="utf-8", low_memory=False)
    truth = pd.DataFrame(False, index=coded.index, columns=[element.id for element in linkable])
    id_of = {element.label: element.id for element in linkable}
    for column in coded.columns:
        label = id_of.get(MERGED.get(column, column))
        if label is not None:
            truth[label] |= coded[column].fillna(0).astype(int).eq(1)
    kept = coded["FFT answer"].notna() & coded["Labelling not possible"].fillna(0).eq(0) & truth.any(axis=1)
    coded, truth = coded[kept].reset_index(drop=True), truth[kept].reset_index(drop=True)
    comments = as_comments(coded["FFT answer"], question=coded["FFT question"], group="service_user")
    segments = split_segments(comments).segments
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=embedder,
        frameworks=[framework],
        settings=PrioritySettings(),
        unit_of=units(comments),
    ).segment_links
    found = links.merge(segments[["segment_id", "comment_id"]], on="segment_id", validate="many_to_one")
    linked = pd.crosstab(found["comment_id"], found["priority_id"]).gt(0)
    linked = linked.reindex(index=comments["comment_id"], columns=truth.columns, fill_value=False)
    digest = coded["Respondent ID"].map(lambda name: hashlib.sha256(name.encode()).digest()[-1])
    chosen_on = digest % 2 == 0
    unseen = ~chosen_on & ~coded["FFT answer"].isin(set(coded.loc[chosen_on, "FFT answer"]))
    for name, rows in (("chosen on", chosen_on), ("other respondents", ~chosen_on), ("of these, unseen texts", unseen)):
        micro, macro = f1(truth[rows].to_numpy(), linked.to_numpy()[rows.to_numpy()])
        print(f"QDC, {name}: {int(rows.sum())} comments, micro F1 {micro:.3f}, macro F1 {macro:.3f}")
    time_defaults(segments, comments, embedder)


def time_defaults(segments: pd.DataFrame, comments: pd.DataFrame, embedder: OnnxEmbedder) -> None:
    vectors = dict(zip(segments["text"], embedder.embed(list(segments["text"])), strict=True))

    class Remembered:
        name, dimensions = embedder.name, embedder.dimensions

        def embed(self, texts: list[str]) -> np.ndarray:
            new = [text for text in dict.fromkeys(texts) if text not in vectors]
            vectors.update(zip(new, embedder.embed(new), strict=True))
            return np.stack([vectors[text] for text in texts]) if texts else np.empty((0, 384), dtype=np.float32)

    start = time.perf_counter()
    link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=Remembered(),
        frameworks=load_frameworks(PrioritySettings()),
        settings=PrioritySettings(),
        unit_of=units(comments),
    )
    print(f"default frameworks on {len(segments)} embedded segments: {time.perf_counter() - start:.1f} s")


def judge_gold(folder: Path, embedder: OnnxEmbedder) -> None:
    lines = (folder / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [
        {**record, **part, "comment_id": f"{record['id']}.{position}"}
        for record in map(json.loads, lines)
        for position, part in enumerate(record["parts"], start=1)
    ]
    gold = pd.DataFrame(parts)
    comments = as_comments(gold["text"], question=gold["question"], group=gold["group"], unit=gold["response"])
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


def as_comments(
    texts: pd.Series, *, question: pd.Series, group: pd.Series | str, unit: pd.Series | None = None
) -> pd.DataFrame:
    empty = pd.DataFrame({name: [None] * len(texts) for name in SAFE_COMMENTS.columns})
    filled = empty.assign(
        comment_id=[f"C{row:06d}" for row in range(len(texts))],
        source="comments",
        source_ref=[str(row) for row in range(len(texts))],
        respondent_group=group,
        question=question,
        response_id=unit,
        text=texts,
    )
    return conform(filled, SAFE_COMMENTS)


def f1(truth: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    both = (truth & found).sum(axis=0)
    either = truth.sum(axis=0) + found.sum(axis=0)
    per_label = 2 * both[either > 0] / either[either > 0]
    return 2 * both.sum() / either.sum(), float(per_label.mean())


if __name__ == "__main__":
    main()
