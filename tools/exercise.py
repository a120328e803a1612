"""Analyse the shipped synthetic exercise and write its reports; with --example, also the committed example."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from pathlib import Path

from voice_of_care.cli import run

ROOT = Path(__file__).resolve().parent.parent
KEY = hashlib.sha256(b"the people of this exercise are fictional, so its key is no secret").hexdigest()


def main() -> int:
    """Set up the project folder, analyse, and write one report a profile; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", type=Path, required=True, help="folder with the files to analyse")
    parser.add_argument("--project", type=Path, required=True, help="project folder to work in")
    parser.add_argument("--example", type=Path, help="folder for the example reports that are committed")
    given = parser.parse_args()
    os.chdir(ROOT)
    given.project.mkdir(parents=True, exist_ok=True)
    settings = given.exercise.with_suffix(".toml")
    shutil.copyfile(settings, given.project / "voice-of-care.toml")
    (given.project / "project.key").write_text(KEY + "\n", encoding="ascii", newline="\n")
    reports = given.example or given.project
    internal = reports / "report-internal.html"
    reports.mkdir(parents=True, exist_ok=True)
    arguments = ["analyse", str(given.exercise), "--project", str(given.project)]
    code = run([*arguments, "--report", str(internal), "--profile", "internal"])
    published = reports / "report-publish.html"
    return code or run(["report", "--project", str(given.project), "--to", str(published), "--profile", "publish"])


if __name__ == "__main__":
    sys.exit(main())
