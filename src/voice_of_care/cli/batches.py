"""Commands of a project that grows: further batches, and themes fitted anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import AsJson, Paths, ProfileName, ProjectFolder, Quiet, app, now
from voice_of_care.cli.running import Telling, run_and_tell

if TYPE_CHECKING:
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.projects import Done
    from voice_of_care.store import Project, Store

ReportFile = Annotated[Path | None, typer.Option("--report", help="Also write the report here.", metavar="FILE")]
Profile = Annotated[ProfileName | None, typer.Option(help="What the report may show.")]


@app.command(epilog="Example: voice-of-care add exports/2025-04.csv --project listening --report april.html")
def add(
    paths: Paths,
    project: ProjectFolder,
    report: ReportFile = None,
    profile: Profile = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Add further comments to a project: its themes, their names and all decisions stay.

    What the project holds already is passed over, also under another name; what a corrected file changed is replaced.
    """
    from voice_of_care.projects import analyse_project, require_records
    from voice_of_care.store import find_project

    def work(opened: Project, store: Store, stopwatch: Stopwatch) -> Done:
        require_records(opened, store)
        return analyse_project(paths, project=opened, store=store, now=now, stopwatch=stopwatch)

    run_and_tell(lambda: find_project(project), work, Telling(report, profile, as_json, quiet))


@app.command(epilog="Example: voice-of-care refit --project listening")
def refit(
    project: ProjectFolder,
    report: ReportFile = None,
    profile: Profile = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fit themes anew on all comments of a project, and tell what became of each theme.

    Themes that come back keep their ids and what people decided; all months are scored anew, so they can be compared.
    """
    from voice_of_care.projects import refit_project
    from voice_of_care.store import find_project

    run_and_tell(
        lambda: find_project(project),
        lambda opened, store, stopwatch: refit_project(project=opened, store=store, now=now, stopwatch=stopwatch),
        Telling(report, profile, as_json, quiet),
    )
