"""Commands of a project, from its folder to its report."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 (typer reads it at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import (
    AsJson,
    FormatName,
    Paths,
    ProfileName,
    ProjectFolder,
    Quiet,
    app,
    now,
    print_lines,
    read_project,
    refuse_other_ending,
    settings_of,
    to_json,
    write_report_file,
)
from voice_of_care.console import inspection_lines, reading_order, seconds_line, show_progress, summary_lines
from voice_of_care.errors import StoreError

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.store import Project


@app.command(epilog="Example: voice-of-care init listening")
def init(folder: Annotated[Path, typer.Argument(help="The project folder to make.", metavar="DIR")]) -> None:
    """Make a project folder with a commented settings file."""
    from voice_of_care.settings import SETTINGS_FILE, settings_template
    from voice_of_care.store import open_project

    if (folder / SETTINGS_FILE).exists():
        msg = f"{folder}: there is a {SETTINGS_FILE} already. Edit that, or choose another folder."
        raise StoreError(msg)
    open_project(folder, settings_text=settings_template())
    typer.echo(f"Made {folder / SETTINGS_FILE}. Say there what your files can't say of themselves, then run:")
    typer.echo(f"  voice-of-care analyse PATH --project {folder}")


@app.command(epilog="Example: voice-of-care inspect notes/ --project listening")
def inspect(
    paths: Paths,
    project: Annotated[Path | None, typer.Option("--project", help="Use the settings of this project.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would be read: columns and their roles, dates, groups, problems. Stores nothing."""
    from voice_of_care.intake import inspect_paths

    inspection = inspect_paths(paths, settings=settings_of(project))
    print_lines(to_json(inspection.as_dict()) if as_json else inspection_lines(inspection.as_dict()))


@app.command(epilog="Example: voice-of-care redact notes/workshop.docx --json")
def redact(
    file: Annotated[Path, typer.Argument(help="The file to de-identify.", metavar="FILE")],
    project: Annotated[Path | None, typer.Option("--project", help="Use settings and key of this project.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the de-identified text of one file, and what was taken out. Stores nothing."""
    from voice_of_care.pipeline import redact_file
    from voice_of_care.store import open_project

    opened = open_project(project, settings_text="") if project else None
    redacted = redact_file(file, settings=settings_of(project), key=opened.key if opened else None)
    for comment in sorted(redacted, key=lambda comment: reading_order(comment["source"], comment["source_ref"])):
        if as_json:
            typer.echo(json.dumps(comment, ensure_ascii=False, sort_keys=True))
        else:
            kinds = ", ".join(redaction["kind"] for redaction in comment["redactions"]) or "nothing"
            print_lines([f"{comment['source']}, {comment['source_ref']} (taken out: {kinds})"])
            print_lines([f"    {line}" for line in comment["safe_text"].splitlines()])


@app.command(epilog="Example: voice-of-care analyse notes/ --project listening --report listening.html")
def analyse(
    paths: Paths,
    project: ProjectFolder,
    report: Annotated[Path | None, typer.Option("--report", help="Also write the report here.", metavar="FILE")] = None,
    profile: Annotated[ProfileName | None, typer.Option(help="What the report may show.")] = None,
    framework: Annotated[list[str] | None, typer.Option(help="A further framework, by id.", metavar="ID")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read files, de-identify them, find themes, map them to priorities, and keep it all in a project."""
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.projects import analyse_project, count_idle_decisions
    from voice_of_care.settings import settings_template
    from voice_of_care.store import Store, open_project

    if report is not None:
        refuse_other_ending(report, ".html", ".htm")
    with show_progress(quiet=quiet) as listener:
        opened = open_project(project, settings_text=settings_template())
        stopwatch = Stopwatch(listener)
        with Store(opened.folder) as store:
            analysis = analyse_project(
                paths, project=opened, store=store, extra_frameworks=framework or (), now=now, stopwatch=stopwatch
            )
            idle = count_idle_decisions(opened, store)
        if report is not None:
            with stopwatch.step("report"):
                write_report_file(analysis, opened, report, profile)
    summary = {**_summary(analysis, opened, report, stopwatch.seconds), "decisions_idle": idle}
    if as_json:
        typer.echo(to_json(summary))
    elif not quiet:
        print_lines([*summary_lines(summary), seconds_line(stopwatch.seconds)])


@app.command(name="report", epilog="Example: voice-of-care report --project listening --to board.html")
def report_command(
    project: ProjectFolder,
    to: Annotated[Path, typer.Option("--to", help="The HTML file to write.", metavar="FILE")],
    profile: Annotated[ProfileName | None, typer.Option(help="What the report may show.")] = None,
) -> None:
    """Write the report of a project that has been analysed."""
    refuse_other_ending(to, ".html", ".htm")
    opened, analysis = read_project(project)
    write_report_file(analysis, opened, to, profile)
    typer.echo(f"Report: {to}")


@app.command(epilog="Example: voice-of-care tables --project listening --to tables --format xlsx")
def tables(
    project: ProjectFolder,
    to: Annotated[Path, typer.Option("--to", help="The folder to write into.", metavar="DIR")],
    table_format: Annotated[FormatName, typer.Option("--format", help="Kind of file.")] = "csv",
) -> None:
    """Write every table, one file each: for the team alone, unsuppressed."""
    from voice_of_care.exports import write_tables
    from voice_of_care.store import write_parquet

    _opened, analysis = read_project(project)
    files = write_tables(analysis, to, table_format=table_format, write_parquet=write_parquet)
    typer.echo(f"{len(files)} tables in {to}. They are unsuppressed: keep them inside the team.")


@app.command(epilog="Example: voice-of-care decide --project listening --list decisions.xlsx")
def decide(
    project: ProjectFolder,
    to_list: Annotated[
        Path | None, typer.Option("--list", help="Write what waits for a person here.", metavar="FILE.xlsx")
    ] = None,
    to_apply: Annotated[
        Path | None, typer.Option("--apply", help="Read this filled-in workbook.", metavar="FILE.xlsx")
    ] = None,
) -> None:
    """List what waits for a person (names, merges, links, quotes, severity, redactions); apply what they decided."""
    from voice_of_care.decisions import record_decisions
    from voice_of_care.exports import list_decisions, read_decisions
    from voice_of_care.exports.reading_decisions import count_as_made
    from voice_of_care.projects import read_analysis
    from voice_of_care.store import Store, find_project

    if (to_list is None) == (to_apply is None):
        raise typer.BadParameter("give either --list FILE.xlsx or --apply FILE.xlsx")
    if to_list is not None:
        refuse_other_ending(to_list, ".xlsx")
    opened = find_project(project)
    with Store(opened.folder) as store:
        analysis = read_analysis(opened, store)
        if to_list is not None:
            waiting = list_decisions(analysis, to_list)
            typer.echo(f"{to_list}: " + ", ".join(f"{name} {count}" for name, count in waiting.items()))
        elif to_apply is not None:
            decisions = read_decisions(analysis, to_apply)
            store.append_events(record_decisions(analysis.events, decisions, at_utc=now()))
            typer.echo(f"{count_as_made(decisions)} decisions applied.")


@app.command(epilog="Example: voice-of-care doctor")
def doctor(as_json: AsJson = False) -> int:
    """Check the installation and say what is wrong."""
    from voice_of_care.doctor import check_installation

    checks = check_installation()
    if as_json:
        typer.echo(to_json([check._asdict() for check in checks]))
    else:
        for check in checks:
            typer.echo(f"{'ok     ' if check.is_fine else 'PROBLEM'}  {check.name}: {check.finding}")
    return 0 if all(check.is_fine for check in checks) else 2


def _seeds(analysis: Analysis, opened: Project) -> dict[str, object]:
    """Return how many themes were looked for on request, and the labels of those too few people speak of."""
    from voice_of_care.frameworks import load_seeds

    seeds = load_seeds(opened.settings.themes.seeds, folder=opened.folder, frameworks=analysis.frameworks)
    labels = {f"{each.id}/{item.id}": item.label for each in seeds for item in each.elements}
    too_few = analysis.set_aside.loc[analysis.set_aside["step"] == "seeds", "item_id"]
    return {"asked": len(labels), "too_few_people": [labels.get(seed, seed) for seed in too_few]}


def _summary(analysis: Analysis, opened: Project, report: Path | None, seconds: dict[str, float]) -> dict[str, object]:
    from voice_of_care.tables import standing

    left_out = analysis.set_aside[analysis.set_aside["step"] == "intake"]
    themes = standing(analysis.themes)
    return {
        "project": str(opened.folder),
        "report": str(report) if report else None,
        "comments_read": int(analysis.sources["comments"].sum() + analysis.sources["set_aside"].sum()),
        "comments_analysed": len(analysis.safe_comments),
        "comments_set_aside": int(analysis.sources["set_aside"].sum()),
        "set_aside_by_reason": {str(k): int(v) for k, v in sorted(left_out["reason"].value_counts().items())},
        "segments": len(analysis.segments),
        "themes": int(analysis.theme_vectors["theme_id"].isin(themes["theme_id"]).sum()),
        "candidates": int((analysis.themes["status"] == "candidate").sum()),
        "theme_links": len(analysis.theme_links),
        "redactions": len(analysis.redactions),
        "flags": len(analysis.flags),
        "seeds": _seeds(analysis, opened),
        "sources": [
            {
                "source": row["source"],
                "preset": row["preset"] if isinstance(row["preset"], str) else None,
                "comments": int(row["comments"]),
                "set_aside": int(row["set_aside"]),
                "problems": row["problems"],
            }
            for row in analysis.sources.to_dict("records")
        ],
        "seconds": seconds,
    }
