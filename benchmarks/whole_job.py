"""The whole job on one file, in a process of its own with an empty cache: seconds, peak memory, size of the report.

python benchmarks/whole_job.py COMMENTS.csv
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(command: list[str]) -> dict[str, object]:
    """Run a command and return its seconds and peak memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    output = process.stdout.read() if process.stdout else ""
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {command[1:3]}")
    seconds = round(time.perf_counter() - start, 1)
    return {"seconds": seconds, "peak_mb": round(usage.ru_maxrss / 1024), "output": output.strip()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comments", type=Path)
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        arguments = ["analyse", str(given.comments), "--project", str(Path(folder) / "p"), "--report", str(report)]
        ours = measure([sys.executable, "-m", "voice_of_care", *arguments, "--profile", "internal", "--json"])
        summary = json.loads(str(ours.pop("output")))
        kept = ("comments_read", "comments_analysed", "segments", "themes", "seconds")
        print("ours ", ours, {name: summary[name] for name in kept}, f"report {report.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
