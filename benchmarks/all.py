"""Run the benchmarks and write what they print into docs/performance.md.

    python benchmarks/all.py [--coded PATH/nhs_patient_feedback.csv]

Without --coded only what the repository holds is measured: the synthetic exercise.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
ON_THE_EXERCISE = (
    ("What comes back of what is planted", ("exercise.py",)),
    ("Kinds and voices of statements", ("statements.py",)),
    ("One comment at once", ("one_comment.py",)),
    ("Control charts: false alarms and power", ("spc.py",)),
    ("Series over time: what flags", ("series.py",)),
    ("Emerging themes: false alarms and power", ("emerging.py",)),
    ("Differences after an action: false alarms and power", ("difference.py",)),
    ("Themes over batches", ("joining.py",)),
    ("What a further month costs", ("batches.py", "cost")),
    ("What to improve first: how sure the ranks are", ("ranking.py",)),
    ("Gaps between groups: false discoveries and power", ("gaps.py",)),
    ("Local or everywhere: false calls and what is found", ("places.py",)),
    ("Planted identifiers", ("deidentification.py", "gold", "corpora/gold/listening-exercise/comments.jsonl")),
)
ON_EITHER = (
    ("Drivers of the score: what is told and what is not", ("drivers.py",)),
    ("What was not said: silence and rare arguments", ("absence.py",)),
    ("Single segments to be read for safety", ("safety.py",)),
)
ON_CODED_COMMENTS = (
    ("The whole job, cold", ("whole_job.py", "CODED")),
    ("Themes, vectors known beforehand", ("theme_speed.py", "CODED")),
    ("Words taken out of real comments", ("deidentification.py", "real", "CODED", "--column", "FFT answer")),
)
INTRO = """# Performance

Written by `python benchmarks/all.py` (`make bench`). Each figure is what the command above it printed, on {machine}.
Seconds depend on the machine and on what else it does; compare figures of one run only. How well the analysis agrees
with people's stands in `quality.md`; how the methods were tuned, and on what, in the pages under `methods/`.

CODED is `nhs_patient_feedback.csv`, 4,758 comments of two NHS trusts coded by people (NHS England, pxtextmining,
`datasets/v6framework_230831.csv`, MIT). It is not part of this repository.
"""


def main() -> None:
    """Run every benchmark and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--coded", type=Path)
    given = parser.parse_args()
    coded = ("--coded", "CODED") if given.coded else ()
    either = [(title, (*command, *coded)) for title, command in ON_EITHER]
    chosen = [*ON_THE_EXERCISE, *either, *(ON_CODED_COMMENTS if given.coded else ())]
    python = ".".join(platform.python_version_tuple()[:2])
    machine = f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {python}"
    parts = [INTRO.format(machine=machine)]
    for title, command in chosen:
        shown = " ".join(command)
        print(shown, flush=True)
        actual = [str(given.coded.resolve()) if word == "CODED" else word for word in command]
        done = subprocess.run(  # noqa: S603
            [sys.executable, str(ROOT / "benchmarks" / actual[0]), *actual[1:]],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1"},
            check=False,
        )
        if done.returncode:
            sys.exit(f"{shown} failed:\n{done.stderr[-2000:]}")
        parts.append(f"## {title}\n\n`python benchmarks/{shown}`\n\n```\n{done.stdout.rstrip()}\n```\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
