"""Make the synthetic listening exercise and its gold files; `--check` compares without writing."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from exercise import plan, planted
from exercise.assemble import Exercise
from exercise.banks import SINGLE_SERVICE, SINGLE_SERVICE_THEME, statements_written
from exercise.datasheet import with_counts
from exercise.gold import gold_row
from exercise.measures_out import write_measures
from exercise.notes_out import write_minutes, write_transcript, write_workshop
from exercise.packages import contents
from exercise.tables_out import (
    Outside,
    write_community_forms,
    write_hospital_forms,
    write_stories,
    write_survey,
    write_web_comments,
)
from exercise.titles import TITLES
from exercise.world import (
    CAR_PARK_OPENED,
    FIRST_DAY,
    LAST_DAY,
    MINUTES,
    RECORD_SYSTEM_LIVE,
    SERVICES,
    TRANSCRIPTS,
    TRUST,
    WORKSHOPS,
)

SEED = 20231002
HERE = Path(__file__).resolve().parent
FOLDER = HERE / "listening-exercise"
GOLD = HERE.parent / "gold" / "listening-exercise"
DATASHEET = HERE / "DATASHEET.md"
MEASURES = HERE / "other-measures.csv"


def make(folder: Path, gold: Path) -> None:
    """Write the exercise to one folder and its gold files to another."""
    exercise = Exercise(SEED)
    rng = random.Random(SEED + 1)
    outside = Outside(exercise.inventor)
    write_hospital_forms(folder / plan.HOSPITAL_FORMS, exercise.of(plan.HOSPITAL_FORMS), rng, outside)
    write_community_forms(
        folder / plan.COMMUNITY_FORMS,
        exercise.of(plan.COMMUNITY_FORMS),
        exercise.of(plan.COPIED_FORMS),
        folder / plan.COPIED_FORMS,
    )
    write_web_comments(folder / plan.WEB_COMMENTS, exercise.of(plan.WEB_COMMENTS), rng, outside)
    for file in (plan.STAFF_SURVEY, plan.USER_SURVEY, plan.PULSE_SURVEY):
        write_survey(folder / file, exercise.of(file), rng, outside, staff=file != plan.USER_SURVEY)
    write_stories(folder / plan.STORIES, exercise.of(plan.STORIES), TITLES, rng)
    procedure = _write_sessions(folder, exercise, rng, outside)
    gold.mkdir(parents=True, exist_ok=True)
    rows = [gold_row(record) for record in exercise.records]
    _write(gold / "comments.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    _write(gold / "not_comments.json", _as_json({"identifiers": outside.found, "procedure": procedure}))
    _write(gold / "planted.json", _as_json(manifest(rows)))


def _write_sessions(folder: Path, exercise: Exercise, rng: random.Random, outside: Outside) -> list[dict[str, str]]:
    procedure = []
    for session in WORKSHOPS:
        file = plan.session_file(session)
        write_workshop(folder / file, session, exercise.of(file), rng, outside)
    for session in MINUTES:
        file = plan.session_file(session)
        sentences = write_minutes(folder / file, session, exercise.of(file), rng, outside)
        procedure += [{"file": file, "text": sentence} for sentence in sentences]
    for session in TRANSCRIPTS:
        file = plan.session_file(session)
        write_transcript(folder / file, session, exercise.of(file), rng, outside)
        turns = (*planted.FACILITATOR_TURNS, planted.CLOSING_TURN)
        procedure += [{"file": file, "text": turn} for turn in turns]
    return procedure


def manifest(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Say what is planted and how much of it, counted from the gold rows."""
    spoken = [row for row in rows if row["text"] and "non_answer" not in row["flags"]]
    names = {"staff_name", "person_name"}
    kinds = Counter(found["kind"] for row in rows for found in row["identifiers"])
    flags = Counter(flag for row in rows for flag in row["flags"])
    return {
        "trust": f"{TRUST} (fictional)",
        "period": [FIRST_DAY.isoformat(), LAST_DAY.isoformat()],
        "statements": statements_written(),
        "records": len(rows),
        "comments_with_words": len(spoken),
        "distinct_texts": len({row["text"] for row in spoken}),
        "by_group": _counted(row["group"] for row in spoken),
        "by_service": _counted(row["service"] for row in spoken),
        "by_site": _counted(row["site"] for row in spoken),
        "by_file": _counted(row["file"] for row in rows),
        "by_sentiment": _counted(row["sentiment"] for row in spoken if "not_english" not in row["flags"]),
        "by_theme": _counted(theme for row in spoken for theme in row["themes"]),
        "identifiers": dict(sorted(kinds.items())),
        "names": sum(count for kind, count in kinds.items() if kind in names),
        "protected_terms": sum(len(row["protected"]) for row in rows),
        "flags": dict(sorted(flags.items())),
        **_to_be_found(rows),
        "services": {service.name: list(service.sites) for service in SERVICES},
    }


def _to_be_found(rows: list[dict[str, Any]]) -> dict[str, Any]:
    flags = Counter(flag for row in rows for flag in row["flags"])
    return {
        "campaign": {"id": planted.CAMPAIGN, "senders": flags["campaign"], "altered": flags["altered"]},
        "growing": {
            "theme": "it_systems",
            "from": RECORD_SYSTEM_LIVE.isoformat(),
            "by_month": _months(rows, "it_systems"),
        },
        "improving": {
            "theme": "parking",
            "action": "A new car park opened",
            "on": CAR_PARK_OPENED.isoformat(),
            "before": _signs(rows, "parking", before=True),
            "after": _signs(rows, "parking", before=False),
        },
        "single_service": {"theme": SINGLE_SERVICE_THEME, "service": SINGLE_SERVICE},
        "unraised": list(planted.UNRAISED),
    }


def _counted(values: Any) -> dict[str, int]:  # noqa: ANN401
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _months(rows: list[dict[str, Any]], theme: str) -> dict[str, list[int]]:
    said: dict[str, list[int]] = {}
    for row in sorted((row for row in rows if row["date"] and row["parts"]), key=lambda row: row["date"]):
        month = said.setdefault(row["date"][:7], [0, 0])
        month[0] += theme in row["themes"]
        month[1] += 1
    return said


def _signs(rows: list[dict[str, Any]], theme: str, *, before: bool) -> dict[str, int]:
    parts = [
        part["sentiment"]
        for row in rows
        for part in row["parts"]
        if row["date"] and theme in part["themes"] and (row["date"] < CAR_PARK_OPENED.isoformat()) == before
    ]
    return _counted(parts)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, words: str) -> None:
    path.write_text(words, encoding="utf-8", newline="\n")


def differences(made: Path, kept: Path) -> list[str]:
    """Return the files that differ between two folders."""
    names = {path.relative_to(top).as_posix() for top in (made, kept) for path in top.rglob("*") if path.is_file()}
    return sorted(
        name
        for name in names
        if not (made / name).is_file()
        or not (kept / name).is_file()
        or contents((made / name).read_bytes()) != contents((kept / name).read_bytes())
    )


def check() -> list[str]:
    """Make everything anew aside and return what differs from what is kept."""
    with tempfile.TemporaryDirectory() as aside:
        folder, gold = Path(aside) / "exercise", Path(aside) / "gold"
        make(folder, gold)
        changed = differences(folder, FOLDER) + differences(gold, GOLD)
        measures = Path(aside) / MEASURES.name
        write_measures(measures, seed=SEED + 2)
        if not MEASURES.is_file() or measures.read_bytes() != MEASURES.read_bytes():
            changed.append(MEASURES.name)
    kept = DATASHEET.read_text(encoding="utf-8")
    return changed if kept == _datasheet() else [*changed, DATASHEET.name]


def _datasheet() -> str:
    manifest = json.loads((GOLD / "planted.json").read_text(encoding="utf-8"))
    return with_counts(DATASHEET.read_text(encoding="utf-8"), manifest)


def main() -> int:
    """Make the files, or compare them with what the generator would make."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the kept files and write nothing")
    if parser.parse_args().check:
        changed = check()
        print("\n".join(["As generated." if not changed else "Not as generated:", *changed]))
        return 1 if changed else 0
    for folder in (FOLDER, GOLD):
        shutil.rmtree(folder, ignore_errors=True)
    make(FOLDER, GOLD)
    write_measures(MEASURES, seed=SEED + 2)
    _write(DATASHEET, _datasheet())
    print(f"Wrote {FOLDER} and {GOLD}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
