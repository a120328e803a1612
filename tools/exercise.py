"""Analyse the shipped synthetic exercise, add its last batch, decide as people might, and write its reports.

With --example the reports go where the committed example is.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from voice_of_care.cli import run

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

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
NAMED = {"loughlink": "The LoughLink record system"}
"""Word of a candidate theme, and the name that the reviewer gives it."""
AT_STAKE = ("Tablets", "3", "A missed or wrong dose can harm (made up by a program)")
READ = 12
"""Segments of each list that the reviewer has read."""
SETTINGS = """
[expected]
services = ["Emergency Department", "Medical Wards", "Maternity", "Home Care", "Learning Disability"]

[[metrics]]
name = "Complaints about parking"
file = "other-measures.csv"
better = "lower"
themes = ["Parking and transport"]

[[metrics]]
name = "Staff sickness absence, per cent"
file = "other-measures.csv"
better = "lower"
themes = ["Staffing"]

[[metrics]]
name = "Calls to the IT help desk"
file = "other-measures.csv"
better = "lower"
themes = ["The LoughLink record system"]
"""
ROLES = ("Ward manager", "Staff nurse", "Service user representative", "Carer representative", "Estates lead")
CLOSED_ON = "2025-04-10"
DROPPED = "a review of it has begun already (made up by a program)"
CHOSEN = 5


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
    settings = given.exercise.with_suffix(".toml")
    for left in ("project.duckdb", "decisions.xlsx", "ballot-1.xlsx", "ballot-1.html"):
        (project / left).unlink(missing_ok=True)  # those of the time before, which were filled in here
    shutil.copyfile(settings, project / "voice-of-care.toml")
    (project / "project.key").write_text(KEY + "\n", encoding="ascii", newline="\n")
    code = analyse_in_two_batches(given.exercise, project)
    if code:
        return code
    shutil.copyfile(settings.with_name("other-measures.csv"), project / "other-measures.csv")
    (project / "voice-of-care.toml").write_text(settings.read_text("utf-8") + SETTINGS, encoding="utf-8", newline="\n")
    book = project / "decisions.xlsx"
    code = run(["decide", "--project", str(project), "--list", str(book)])
    decide_as_an_example(book)
    code = code or run(["decide", "--project", str(project), "--apply", str(book)])
    code = code or run(["action", "add", "--project", str(project), *ACTION])
    code = code or agree_as_an_example(project)
    for profile in ("internal", "publish"):
        target = reports / f"report-{profile}.html"
        code = code or run(["report", "--project", str(project), "--to", str(target), "--profile", profile])
    return code


def analyse_in_two_batches(exercise: Path, project: Path) -> int:
    """Analyse all but the last months, and add these; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / exercise.name
        shutil.copytree(exercise, earlier, ignore=shutil.ignore_patterns(*LAST_BATCH))
        code = run(["analyse", str(earlier), "--project", str(project)])
    return code or run(["add", str(exercise), "--project", str(project)])


def decide_as_an_example(book: Path) -> None:
    """Fill in the workbook as a reviewer might.

    Agree with every theme, name the candidate, confirm strong links, approve typical quotes, hold one theme to be
    serious, and read the first segments of each list.
    """
    workbook = load_workbook(book)
    workbook["Start here"]["B2"] = REVIEWER
    for title in ("Themes", "Links", "Quotes", "Severity", "Read"):
        sheet = workbook[title]
        times: dict[str, int] = {}
        for row in range(2, sheet.max_row + 1):
            cells = cells_of(sheet, row)
            if not cells[str(sheet.cell(1, 1).value)]:
                continue
            for name, answer in answers_to(title, cells, times).items():
                sheet.cell(row, list(cells).index(name) + 1).value = answer
    workbook.save(book)


def cells_of(sheet: Worksheet, row: int) -> dict[str, str]:
    """Return a row's cells by the headers of their columns."""
    return {str(cell.value): str(sheet.cell(row, cell.column).value or "") for cell in sheet[1]}


def answers_to(title: str, cells: dict[str, str], times: dict[str, int]) -> dict[str, str]:
    """Return what the reviewer writes into a row, by column.

    Args:
        title: the sheet.
        cells: the row.
        times: how often there was an answer for a theme or list before; counted on here.
    """
    if title == "Themes":
        new = next((name for word, name in NAMED.items() if word in cells["label"].lower()), "")
        return {"decision": "rename", "new name": new} if new else {"decision": "agree"}
    if title == "Links":
        return {"decision": "confirm"} if float(cells["strength"]) >= 0.25 else {}
    if title == "Severity":
        theme, severity, why = AT_STAKE
        return {"decision": severity, "why": why} if cells["label"] == theme else {}
    about, most = (cells["theme"], QUOTES_A_THEME) if title == "Quotes" else (cells["list"], READ)
    if title == "Quotes" and (cells["why picked"] != "exemplar" or cells["look at"]):
        return {}
    times[about] = times.get(about, 0) + 1
    return {"decision": "approve" if title == "Quotes" else "read"} if times[about] <= most else {}


def agree_as_an_example(project: Path) -> int:
    """Hold one round of ballots: each role ranks as the score does but for one theme it moves; return the exit code."""
    code = run(["ballot", "make", "--project", str(project)])
    if code:
        return code
    sheet = load_workbook(project / "ballot-1.xlsx")["Ballot"]
    header = next(row for row in sheet.iter_rows() if any(cell.value == "theme_id" for cell in row))
    column = next(cell.column for cell in header if cell.value == "theme_id")
    themes = [str(cell.value) for (cell,) in sheet.iter_rows(header[0].row + 1, None, column, column) if cell.value]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ballots.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["ballot", "role", "theme", "rank", "reason", "dissent"])
            for number, role in enumerate(ROLES, start=1):
                moved = themes[-number % len(themes)]
                order = [moved, *(theme for theme in sorted(themes) if theme != moved)]
                dissents = "Nobody asked those who clean the wards (made up by a program)" if number == 1 else ""
                for rank, theme in enumerate(order, start=1):
                    writer.writerow([number, role, theme, rank, "", dissents if rank == 1 else ""])
        code = run(["ballot", "read", str(path), "--project", str(project)])
    chosen = [part for theme in sorted(themes)[:CHOSEN] for part in ("--choose", theme)]
    dropped = [part for theme in sorted(themes)[CHOSEN:] for part in ("--drop", f"{theme}={DROPPED}")]
    decided = [
        "--who",
        "Quality committee (made up by a program)",
        "--reason",
        "First on most ballots",
        "--on",
        CLOSED_ON,
    ]
    return code or run(["ballot", "close", "--project", str(project), *chosen, *dropped, *decided])


if __name__ == "__main__":
    sys.exit(main())
