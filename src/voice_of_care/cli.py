"""The command line: `voice-of-care COMMAND`. Expected errors print one line and exit 2, unexpected ones exit 1."""

from __future__ import annotations

import datetime
import json
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voice_of_care.console import (
    framework_lines,
    inspection_lines,
    one_line,
    reading_order,
    say,
    seconds_line,
    show_progress,
    summary_lines,
)
from voice_of_care.errors import StoreError, VoiceOfCareError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import Profile, Settings
    from voice_of_care.store import Project

_STOPPED = 130
ProfileName = Literal["publish", "threshold5", "threshold10", "internal"]
FormatName = Literal["csv", "parquet", "xlsx"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hear what staff and service users say: de-identified themes, quality priorities and reports, all offline.",
    epilog="Example: voice-of-care analyse notes/ --project listening --report listening.html",
)
frameworks_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Frameworks of quality priorities.")
app.add_typer(frameworks_app, name="frameworks")

Paths = Annotated[list[Path], typer.Argument(help="Files and folders to read.", metavar="PATH...")]
ProjectFolder = Annotated[Path, typer.Option("--project", help="The project folder.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = app(args=arguments, standalone_mode=False)
    except VoiceOfCareError as error:
        say(f"voice-of-care: {error}")
        return 2
    except typer.TyperException as error:
        show = getattr(error, "show", None)
        if show is not None:
            show()
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        result = _STOPPED
    except MemoryError:
        say("voice-of-care: not enough memory. Close other programs, or analyse fewer files at a time.")
        return 2
    except Exception as error:  # the last line of defence: its message could quote a respondent, so it is not shown
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        say(f"voice-of-care: an error in the program ({type(error).__name__} in {where}). Finished runs are kept.")
        return 1
    if result == _STOPPED:  # typer turns Ctrl-C into this code itself, and says nothing
        say("voice-of-care: stopped. The project holds its last finished run.")
    return result if isinstance(result, int) else 0


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

    inspection = inspect_paths(paths, settings=_settings_of(project))
    _print(_json(inspection.as_dict()) if as_json else inspection_lines(inspection.as_dict()))


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
    redacted = redact_file(file, settings=_settings_of(project), key=opened.key if opened else None)
    for comment in sorted(redacted, key=lambda comment: reading_order(comment["source"], comment["source_ref"])):
        if as_json:
            typer.echo(json.dumps(comment, ensure_ascii=False, sort_keys=True))
        else:
            kinds = ", ".join(redaction["kind"] for redaction in comment["redactions"]) or "nothing"
            _print([f"{comment['source']}, {comment['source_ref']} (taken out: {kinds})"])
            _print([f"    {line}" for line in comment["safe_text"].splitlines()])


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
    from voice_of_care.pipeline import Stopwatch, analyse_project
    from voice_of_care.settings import settings_template
    from voice_of_care.store import Store, open_project

    if report is not None:
        _refuse_other_ending(report, ".html", ".htm")
    with show_progress(quiet=quiet) as listener:
        opened = open_project(project, settings_text=settings_template())
        stopwatch = Stopwatch(listener)
        with Store(opened.folder) as store:
            analysis = analyse_project(
                paths, project=opened, store=store, extra_frameworks=framework or (), now=_now, stopwatch=stopwatch
            )
        if report is not None:
            with stopwatch.step("report"):
                _write_report(analysis, opened, report, profile)
    summary = _summary(analysis, opened, report, stopwatch.seconds)
    if as_json:
        typer.echo(_json(summary))
    elif not quiet:
        _print([*summary_lines(summary), seconds_line(stopwatch.seconds)])


@app.command(name="report", epilog="Example: voice-of-care report --project listening --to board.html")
def report_command(
    project: ProjectFolder,
    to: Annotated[Path, typer.Option("--to", help="The HTML file to write.", metavar="FILE")],
    profile: Annotated[ProfileName | None, typer.Option(help="What the report may show.")] = None,
) -> None:
    """Write the report of a project that has been analysed."""
    _refuse_other_ending(to, ".html", ".htm")
    opened, analysis = _read(project)
    _write_report(analysis, opened, to, profile)
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

    _opened, analysis = _read(project)
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
    from voice_of_care.pipeline import read_analysis
    from voice_of_care.store import Store, find_project

    if (to_list is None) == (to_apply is None):
        raise typer.BadParameter("give either --list FILE.xlsx or --apply FILE.xlsx")
    if to_list is not None:
        _refuse_other_ending(to_list, ".xlsx")
    opened = find_project(project)
    with Store(opened.folder) as store:
        analysis = read_analysis(opened, store)
        if to_list is not None:
            waiting = list_decisions(analysis, to_list)
            typer.echo(f"{to_list}: " + ", ".join(f"{name} {count}" for name, count in waiting.items()))
        elif to_apply is not None:
            decisions = read_decisions(analysis, to_apply)
            store.append_events(record_decisions(analysis.events, decisions, at_utc=_now()))
            typer.echo(f"{len(decisions)} decisions applied.")


@frameworks_app.command("list", epilog="Example: voice-of-care frameworks list")
def list_frameworks(as_json: AsJson = False) -> None:
    """List the frameworks that come with the tool."""
    from voice_of_care.frameworks.loader import available

    rows = [
        {
            "id": each.id,
            "name": each.name,
            "jurisdiction": each.jurisdiction,
            "audience": each.audience,
            "default_on": each.default_on,
            "elements": len(each.elements),
        }
        for each in available()
    ]
    if as_json:
        typer.echo(_json(rows))
        return
    for row in rows:
        mark = "on" if row["default_on"] else "off"
        typer.echo(f"{row['id']:<16} {mark:<4} {row['elements']:>3} elements  {row['name']} ({row['jurisdiction']})")


@frameworks_app.command("show", epilog="Example: voice-of-care frameworks show steeep")
def show_framework(
    framework_id: Annotated[str, typer.Argument(metavar="ID", help="The framework's id.")], as_json: AsJson = False
) -> None:
    """Show one framework with its definitions and cues."""
    from voice_of_care.frameworks.loader import find_framework

    framework = find_framework(framework_id)
    _print(_json(framework.model_dump(mode="json")) if as_json else framework_lines(framework))


@frameworks_app.command("check", epilog="Example: voice-of-care frameworks check our-priorities.yaml")
def check_framework(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A framework of your own (YAML).")],
    as_json: AsJson = False,
) -> None:
    """Check a framework file of your own."""
    from voice_of_care.frameworks.loader import check_file

    checked = check_file(file)
    if as_json:
        typer.echo(_json({"framework": checked.framework.model_dump(mode="json"), "remarks": checked.remarks}))
        return
    count = len(checked.framework.elements)
    typer.echo(f"{file.name}: fine, {count} elements. Name the file under [priorities] files = [...] in the settings.")
    for remark in checked.remarks:
        typer.echo(f"  {remark}")


@app.command(epilog="Example: voice-of-care doctor")
def doctor(as_json: AsJson = False) -> int:
    """Check the installation and say what is wrong."""
    from voice_of_care.doctor import check_installation

    checks = check_installation()
    if as_json:
        typer.echo(_json([check._asdict() for check in checks]))
    else:
        for check in checks:
            typer.echo(f"{'ok     ' if check.is_fine else 'PROBLEM'}  {check.name}: {check.finding}")
    return 0 if all(check.is_fine for check in checks) else 2


def _settings_of(project: Path | None) -> Settings:
    from voice_of_care.settings import SETTINGS_FILE, Settings, load_settings

    return load_settings(project / SETTINGS_FILE) if project else Settings()


def _read(folder: Path) -> tuple[Project, Analysis]:
    from voice_of_care.pipeline import read_analysis
    from voice_of_care.store import Store, find_project

    opened = find_project(folder)
    with Store(opened.folder) as store:
        return opened, read_analysis(opened, store)


def _refuse_other_ending(path: Path, *endings: str) -> None:
    """Refuse to write over a file of another kind: the project's own, or somebody's data."""
    if path.suffix.lower() not in endings:
        msg = f"{path}: this would be no {endings[0]} file. Give it a name that ends in {endings[0]}."
        raise StoreError(msg)


def _write_report(analysis: Analysis, opened: Project, path: Path, profile: Profile | None) -> None:
    from voice_of_care.reporting import render_report, write_report

    chosen = profile or opened.settings.report.profile
    try:
        write_report(render_report(analysis, settings=opened.settings, profile=chosen, folder=opened.folder), path)
        if chosen == "internal":
            path.chmod(0o600)
    except OSError as error:
        msg = f"{path}: the report can't be written ({error.strerror}). Check free space and your rights there."
        raise StoreError(msg) from None


def _summary(analysis: Analysis, opened: Project, report: Path | None, seconds: dict[str, float]) -> dict[str, object]:
    left_out = analysis.set_aside[analysis.set_aside["step"] == "intake"]
    themes = analysis.themes[analysis.themes["status"] != "retired"]
    return {
        "project": str(opened.folder),
        "report": str(report) if report else None,
        "comments_read": int(analysis.sources["comments"].sum() + analysis.sources["set_aside"].sum()),
        "comments_analysed": len(analysis.safe_comments),
        "comments_set_aside": int(analysis.sources["set_aside"].sum()),
        "set_aside_by_reason": {str(k): int(v) for k, v in sorted(left_out["reason"].value_counts().items())},
        "segments": len(analysis.segments),
        "themes": int(analysis.theme_vectors["theme_id"].isin(themes["theme_id"]).sum()),
        "theme_links": len(analysis.theme_links),
        "redactions": len(analysis.redactions),
        "flags": len(analysis.flags),
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


def _print(text: str | list[str]) -> None:
    typer.echo(text if isinstance(text, str) else "\n".join(one_line(line) for line in text))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)


def _now() -> str:
    return datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
