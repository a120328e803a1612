"""What adding a month costs, in a project of a year and in one of a month; and what a killed addition leaves.

    python benchmarks/batches.py cost [COMMENTS.csv]
    python benchmarks/batches.py kill [COMMENTS.csv]

The comments, in the order of their respondents, are cut into thirteen parts of about the same size, dated one month
after the other. Without a file the comments of the synthetic exercise are taken.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.cli import run

EXERCISE = Path(__file__).resolve().parent.parent / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
HEADERS = {"text": "Comment", "question": "Question", "score": "Score (5 best)", "service": "Service"}
CODED = {
    "FFT answer": "text",
    "FFT question": "question",
    "FFT categorical answer": "score",
    "Service type 1": "service",
}
MONTHS = 13
KILLS = 10


class Seconds(NamedTuple):
    """How long a command took: computing, on all processors, and by the clock, which also waits for other programs."""

    computed: float
    by_the_clock: float


def comments_of(path: Path | None) -> pd.DataFrame:
    """Return text, question, score, service and respondent of each comment."""
    if path is None:
        rows = pd.read_json(EXERCISE, lines=True, dtype=False)
        return rows[list(HEADERS)].assign(respondent=rows["response"].fillna(rows["id"]))
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    score = pd.to_numeric(rows["FFT categorical answer"], errors="coerce")
    rows = rows.assign(**{"FFT categorical answer": (6 - score).where(score <= len("12345"))})
    return rows.rename(columns=CODED)[list(HEADERS)].assign(respondent=rows["Respondent ID"])


def write_months(comments: pd.DataFrame, folder: Path) -> list[Path]:
    """Write a file for each month and return them in order."""
    comments = comments.sort_values("respondent", kind="stable", ignore_index=True)
    month = comments.index.to_series().groupby(comments["respondent"]).transform("min") * MONTHS // len(comments)
    files = []
    for each in range(MONTHS):
        mine = comments[month == each].rename(columns=HEADERS)
        day = (pd.Timestamp(2024, 1, 15) + pd.DateOffset(months=each)).strftime("%d/%m/%Y")
        files.append(folder / f"month-{each + 1:02}.csv")
        mine.rename(columns={"respondent": "Respondent ID"}).assign(Date=day).to_csv(files[-1], index=False)
    return files


def command(name: str, paths: list[Path], project: Path) -> list[str]:
    """Return the command that reads files into a project."""
    words = [*(str(path) for path in paths), "--project", str(project), "--json"]
    return [sys.executable, "-m", "voice_of_care", name, *words]


def seconds_of(words: list[str]) -> Seconds:
    """Run a command and return its seconds."""
    start, used = time.perf_counter(), os.times()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    now = os.times()
    computed = now.children_user + now.children_system - used.children_user - used.children_system
    return Seconds(computed, time.perf_counter() - start)


def tables_of(project: Path, folder: Path) -> dict[str, bytes]:
    """Return all tables of a project, byte for byte."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.redirect_stdout(io.StringIO()):
        if run(["tables", "--project", str(project), "--to", str(folder)]):
            sys.exit("the project does not open")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def show_cost(files: list[Path], folder: Path) -> None:
    """Print what adding the last month costs in a project of twelve and in one of one month."""
    took = {"start-up ('--help')": min(seconds_of([sys.executable, "-m", "voice_of_care", "--help"]) for _ in range(3))}
    for months in (1, MONTHS - 1):
        project = folder / f"of-{months}"
        seconds_of(command("analyse", files[:months], project))
        copies = [shutil.copytree(project, folder / f"of-{months}-{number}") for number in range(2)]
        took[f"add to a project of {months}"] = min(seconds_of(command("add", [files[-1]], copy)) for copy in copies)
    took[f"analyse all {MONTHS} anew"] = seconds_of(command("analyse", files, folder / "anew"))
    sizes = [len(pd.read_csv(file)) for file in files]
    print(f"{sum(sizes)} comments in {MONTHS} months; the last has {sizes[-1]}")
    for name, seconds in took.items():
        print(f"{name:<24} {seconds.computed:6.1f} s computing {seconds.by_the_clock:6.1f} s by the clock")
    start_up, one, twelve, anew = (seconds.computed for seconds in took.values())
    for name, other in (("add to 1", one), ("analyse anew", anew)):
        net = (twelve - start_up) / (other - start_up)
        print(f"add to 12 : {name:<13} {twelve / other:.2f}   without start-up {net:.2f}   (computing)")


def show_kills(files: list[Path], folder: Path) -> None:
    """Kill an addition at random moments, and print what each leaves."""
    project = folder / "project"
    seconds_of(command("analyse", files[: MONTHS - 1], project))
    before = tables_of(project, folder / "tables")
    whole = seconds_of(command("add", [files[-1]], shutil.copytree(project, folder / "whole"))).by_the_clock
    print(f"an addition takes {whole:.1f} s")
    print("killed at   opens   tables as before")
    draws, kills = np.random.default_rng(11), 0
    while kills < KILLS:
        moment = draws.uniform(0, whole)
        words = command("add", [files[-1]], project)
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            process.kill()
        if process.returncode != -signal.SIGKILL:  # it was done sooner than the first time
            seconds_of([sys.executable, "-m", "voice_of_care", "undo", "--project", str(project)])
            before = tables_of(project, folder / "tables")
            continue
        kills += 1
        after = tables_of(project, folder / "tables")
        if len(after["runs.csv"].splitlines()) > len(before["runs.csv"].splitlines()):  # it was written before the kill
            print(f"{moment:7.1f} s   yes     written whole before the kill; taken back", flush=True)
            seconds_of([sys.executable, "-m", "voice_of_care", "undo", "--project", str(project)])
            after = tables_of(project, folder / "tables")
        print(f"{moment:7.1f} s   yes     {'yes' if after == before else 'NO'}", flush=True)
    done = subprocess.run(command("add", [files[-1]], project), stdout=subprocess.PIPE, check=True)  # noqa: S603
    print("the next addition:", json.loads(done.stdout)["comments_added"], "comments added")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cost", "kill"))
    parser.add_argument("comments", type=Path, nargs="?")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write_months(comments_of(given.comments), Path(folder))
        {"cost": show_cost, "kill": show_kills}[given.what](files, Path(folder))


if __name__ == "__main__":
    main()
