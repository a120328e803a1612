"""How much the safety list holds, and how much of what is planted or was coded by people it finds.

    python benchmarks/safety.py [--coded PATH/nhs_patient_feedback.csv]

The words were written with the exercise at hand, and the exercise was written by the same hands: what it finds there
is no test of words that nobody thought of. The coded comments were read by other people; their codes name a subject
(medication, discharge), not harm, so that a comment under such a code need not be one to list.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import pandas as pd
from exercise import GOLD

from voice_of_care.insight.safety import find_triggers, safety_kinds


def report_exercise() -> None:
    """Print what is listed of the planted parts, by kind, and of those that tell of harm."""
    lines = (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    parts = [part for record in records for part in record["parts"]]
    started = time.perf_counter()
    kinds = [{trigger.kind for trigger in find_triggers(part["text"])} for part in parts]
    seconds = time.perf_counter() - started
    listed = sum(bool(each) for each in kinds)
    print(f"exercise: {listed} of {len(parts)} planted parts listed ({listed / len(parts):.1%}), {seconds:.1f} s")
    counted = Counter(kind for each in kinds for kind in each)
    print("  " + ", ".join(f"{kind} {counted[kind]}" for kind in safety_kinds()))
    flagged = [record for record in records if "safeguarding" in record.get("flags", [])]
    found = sum(bool(find_triggers(record["text"])) for record in flagged)
    print(f"  planted comments of someone at risk: {found} of {len(flagged)}")
    for theme in ("medication", "staffing", "pain", "discharge", "home_care", "mh_crisis"):
        bad = {part["text"] for part in parts if theme in part["themes"] and "negative" in part["sentiment"]}
        found = sum(bool(find_triggers(text)) for text in bad)
        print(f"  negative parts on {theme}: {found} of {len(bad)} distinct texts")


CODES = (
    "Safeguarding concerns?",
    "Feeling safe",
    "Supplying & understanding medication",
    "Discharge",
    "Diagnosis & triage",
    "Provision of medical equipment",
    "Number & deployment of staff",
)


def report_coded(path: Path) -> None:
    """Print what is listed of comments coded by people, by code, those with a bad tone apart."""
    coded = pd.read_csv(path)
    is_listed = coded["FFT answer"].fillna("").map(lambda text: bool(find_triggers(str(text))))
    is_bad = coded["Comment sentiment"] >= 4
    print(f"\ncoded comments: {is_listed.mean():.1%} of {len(coded):,} listed,", end=" ")
    print(f"{is_listed[is_bad].mean():.1%} of the {is_bad.sum()} of bad tone", end=", ")
    worst = coded["Comment sentiment"] == 5
    print(f"{is_listed[worst].mean():.1%} of the {worst.sum()} of very bad tone")
    for code in CODES:
        rows = coded[code] == 1
        print(f"  {code}: {is_listed[rows & is_bad].sum()} of {(rows & is_bad).sum()} of bad tone,", end=" ")
        print(f"{is_listed[rows].sum()} of {rows.sum()} in all")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coded", type=Path)
    given = parser.parse_args()
    report_exercise()
    if given.coded:
        report_coded(given.coded)


if __name__ == "__main__":
    main()
