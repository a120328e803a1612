"""Analyse the shipped synthetic exercise, add its last batch, decide as a reviewer might, and write its reports.

With --example the reports go where the committed example is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from openpyxl import load_workbook

from voice_of_care.cli import run

ROOT = Path(__file__).resolve().parent.parent
KEY = hashlib.sha256(b"the people of this exercise are fictional, so its key is no secret").hexdigest()
REVIEWER = "Example reviewer (made up by a program)"
QUOTES_A_THEME = 3
LAST_BATCH = ("2025", "2025-*")
"""Files of the last months, which are added to what was analysed before."""
ACTION = (
    *("--what", "Sixty more parking spaces and a shuttle from the lower car park"),
    *("--start", "2024-09-01"),
    *("--theme", "Parking and transport"),
    *("--who", "Estates lead (made up by a program)"),
)


def main() -> int:
    """Set up the project folder, analyse, decide, and write one report a profile; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exercise", type=Path, required=True, help="folder with the files to analyse")
    parser.add_argument("--project", type=Path, required=True, help="project folder to work in")
    parser.add_argument("--example", type=Path, help="folder for the example reports that are committed")
    given = parser.parse_args()
    os.chdir(ROOT)
    project, reports = given.project, given.example or given.project
    project.mkdir(parents=True, exist_ok=True)
    reports.mkdir(parents=True, exist_ok=True)
    (project / "project.duckdb").unlink(missing_ok=True)
    shutil.copyfile(given.exercise.with_suffix(".toml"), project / "voice-of-care.toml")
    (project / "project.key").write_text(KEY + "\n", encoding="ascii", newline="\n")
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / given.exercise.name
        shutil.copytree(given.exercise, earlier, ignore=shutil.ignore_patterns(*LAST_BATCH))
        code = run(["analyse", str(earlier), "--project", str(project)])
    code = code or run(["add", str(given.exercise), "--project", str(project)])
    if code:
        return code
    book = project / "decisions.xlsx"
    book.unlink(missing_ok=True)  # that of the time before, which was filled in here
    code = run(["decide", "--project", str(project), "--list", str(book)])
    decide_as_an_example(book)
    code = code or run(["decide", "--project", str(project), "--apply", str(book)])
    code = code or run(["action", "add", "--project", str(project), *ACTION])
    for profile in ("internal", "publish"):
        target = reports / f"report-{profile}.html"
        code = code or run(["report", "--project", str(project), "--to", str(target), "--profile", profile])
    return code


def decide_as_an_example(book: Path) -> None:
    """Fill in the workbook: agree with every theme, confirm strong links, approve typical quotes."""
    workbook = load_workbook(book)
    workbook["Start here"]["B2"] = REVIEWER
    for title in ("Themes", "Links", "Quotes"):
        sheet = workbook[title]
        column = {str(cell.value): cell.column for cell in sheet[1]}
        approved: dict[str, int] = {}
        for row in range(2, sheet.max_row + 1):
            cells = {name: sheet.cell(row, number).value for name, number in column.items()}
            if not cells[str(sheet.cell(1, 1).value)]:
                continue
            answer = ""
            if title == "Themes":
                answer = "agree"
            elif title == "Links":
                answer = "confirm" if float(cells["strength"]) >= 0.25 else ""
            elif cells["why picked"] == "exemplar" and not cells["look at"]:
                approved[cells["theme"]] = approved.get(cells["theme"], 0) + 1
                answer = "approve" if approved[cells["theme"]] <= QUOTES_A_THEME else ""
            if answer:
                sheet.cell(row, column["decision"]).value = answer
    workbook.save(book)


if __name__ == "__main__":
    sys.exit(main())
