"""The app every command joins, the options they share, and how they read, write and print."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from voice_of_care.console import one_line
from voice_of_care.errors import InputError, StoreError

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.service_pages import Page
    from voice_of_care.settings import Profile, Settings
    from voice_of_care.store import Project

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
action_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What was done, to ask what came of it.")
app.add_typer(action_app, name="action")
rebase_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Where limits of control charts start anew.")
app.add_typer(rebase_app, name="rebase")

Paths = Annotated[list[Path], typer.Argument(help="Files and folders to read.", metavar="PATH...")]
ProjectFolder = Annotated[Path, typer.Option("--project", help="The project folder.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
FrameworkName = Annotated[
    str, typer.Option("--framework", help="The codes' framework: its id, or a YAML file of your own.", metavar="ID")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def settings_of(project: Path | None) -> Settings:
    """Return the settings of a project, or the defaults without one."""
    from voice_of_care.settings import SETTINGS_FILE, Settings, load_settings

    return load_settings(project / SETTINGS_FILE) if project else Settings()


def read_project(folder: Path) -> tuple[Project, Analysis]:
    """Return a project and its analysis as it stands; refuse where not all is taken out that the settings say."""
    from voice_of_care.projects import read_analysis, require_taken_out
    from voice_of_care.store import Store, find_project

    opened = find_project(folder)
    with Store(opened.folder) as store:
        require_taken_out(opened, store)
        return opened, read_analysis(opened, store)


def refuse_empty(texts: dict[str, str]) -> None:
    """Refuse options, by name, that say nothing."""
    for option, text in texts.items():
        if not text.strip():
            msg = f"--{option} is empty. Say it in a few words."
            raise InputError(msg)


def refuse_other_ending(path: Path, *endings: str) -> None:
    """Refuse to write over a file of another kind: the project's own, or somebody's data."""
    if path.suffix.lower() not in endings:
        msg = f"{path}: this would be no {endings[0]} file. Give it a name that ends in {endings[0]}."
        raise StoreError(msg)


def write_report_file(
    analysis: Analysis,
    opened: Project,
    path: Path,
    profile: Profile | None,
    *,
    before: Analysis | None = None,
    with_services: bool = False,
) -> int:
    """Write the report of an analysis, which tells what is new since the one before, and pages of its services.

    Returns:
        How many pages of services there are; without them, those written beside the report before are taken away.
    """
    from voice_of_care.reporting import render_report, write_report
    from voice_of_care.reporting.service_pages import addresses, render_service_pages, write_service_pages

    chosen = profile or opened.settings.report.profile
    settings, folder = opened.settings, opened.folder
    pages: tuple[Page, ...] = ()
    if with_services:
        pages = render_service_pages(analysis, settings=settings, profile=chosen, report=path.name, folder=folder)
    linked = addresses(pages, path)
    report = render_report(
        analysis, settings=settings, profile=chosen, folder=folder, before=before, service_pages=linked
    )
    try:
        write_report(report, path)
        written = write_service_pages(pages, path)
        if chosen == "internal":
            figures = path.with_name(f"{path.stem}-figures")
            for file in (path, *written, *figures.iterdir()):
                file.chmod(0o600)
            for beside in {figures, *(file.parent for file in written)}:
                beside.chmod(0o700)
    except OSError as error:
        where = error.filename or path
        msg = f"{where}: the report can't be written ({error.strerror}). Check free space and your rights there."
        raise StoreError(msg) from None
    return len(pages)


def print_lines(text: str | list[str]) -> None:
    """Print text, or lines that can't steer the terminal."""
    typer.echo(text if isinstance(text, str) else "\n".join(one_line(line) for line in text))


def to_json(value: object) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)


def now() -> str:
    """Return the time of day, ISO 8601 UTC."""
    return datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
