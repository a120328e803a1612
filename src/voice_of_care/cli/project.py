"""Commands of a project, from its folder to its report."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 (typer reads it at run time)
from typing import Annotated

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
from voice_of_care.cli.running import Telling, run_and_tell
from voice_of_care.console import inspection_lines, reading_order
from voice_of_care.errors import StoreError


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
    """Read files, de-identify them, find themes, map them to priorities, and keep it all in a project.

    In a project that has been analysed before, what is new is added: see 'add'.
    """
    from voice_of_care.projects import analyse_project
    from voice_of_care.settings import settings_template
    from voice_of_care.store import open_project

    run_and_tell(
        lambda: open_project(project, settings_text=settings_template()),
        lambda opened, store, stopwatch: analyse_project(
            paths, project=opened, store=store, extra_frameworks=framework or (), now=now, stopwatch=stopwatch
        ),
        Telling(report, profile, as_json, quiet),
    )


@app.command(name="report", epilog="Example: voice-of-care report --project listening --to board.html")
def report_command(
    project: ProjectFolder,
    to: Annotated[Path, typer.Option("--to", help="The HTML file to write.", metavar="FILE")],
    profile: Annotated[ProfileName | None, typer.Option(help="What the report may show.")] = None,
    by_service: Annotated[
        bool, typer.Option("--by-service", help="Also write a page for each service, in a folder beside it.")
    ] = False,
) -> None:
    """Write the report of a project that has been analysed."""
    refuse_other_ending(to, ".html", ".htm")
    from voice_of_care.projects import follow_project, require_taken_out
    from voice_of_care.store import Store, find_project

    opened = find_project(project)
    with Store(opened.folder) as store:
        require_taken_out(opened, store)
        analysis, before = follow_project(opened, store)
    services = write_report_file(analysis, opened, to, profile, before=before, with_services=by_service)
    typer.echo(f"Report: {to}")
    if by_service:
        typer.echo(f"Pages of services: {services or 'none, as no two services have respondents enough to be shown'}")


@app.command(epilog="Example: voice-of-care tables --project listening --to tables --format xlsx")
def tables(
    project: ProjectFolder,
    to: Annotated[Path, typer.Option("--to", help="The folder to write into.", metavar="DIR")],
    table_format: Annotated[FormatName, typer.Option("--format", help="Kind of file.")] = "csv",
) -> None:
    """Write every table, one file each: for the team alone, unsuppressed."""
    from voice_of_care.exports import write_tables
    from voice_of_care.projects import follow_now
    from voice_of_care.store import write_parquet

    opened, as_it_stands = read_project(project)
    analysis = follow_now(opened, as_it_stands)
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
    """List what waits for a person (names, merges, links, quotes, severity, reading); apply what they decided."""
    from voice_of_care.decisions import record_decisions
    from voice_of_care.exports import list_decisions, read_decisions
    from voice_of_care.exports.reading_decisions import count_as_made
    from voice_of_care.pipeline import with_reading
    from voice_of_care.projects import read_analysis, require_taken_out
    from voice_of_care.store import Store, find_project

    if (to_list is None) == (to_apply is None):
        raise typer.BadParameter("give either --list FILE.xlsx or --apply FILE.xlsx")
    if to_list is not None:
        refuse_other_ending(to_list, ".xlsx")
    opened = find_project(project)
    with Store(opened.folder) as store:
        if to_list is not None:
            require_taken_out(opened, store)
        analysis = with_reading(read_analysis(opened, store))
        if to_list is not None:
            waiting = list_decisions(analysis, to_list)
            typer.echo(f"{to_list}: " + ", ".join(f"{name} {count}" for name, count in waiting.items()))
        elif to_apply is not None:
            decisions = read_decisions(analysis, to_apply)
            store.append_events(record_decisions(analysis.events, decisions, at_utc=now()))
            made = count_as_made(decisions)
            typer.echo(f"{made} {'decision' if made == 1 else 'decisions'} applied.")


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
