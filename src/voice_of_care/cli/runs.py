"""Commands on a project's runs: what was done, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from voice_of_care.cli.app import AsJson, ProjectFolder, app, now, print_lines, to_json

if TYPE_CHECKING:
    import pandas as pd

_HEADERS = ("run", "when", "what", "new", "changed", "gone", "themes", "code", "")
_COUNTS = ("comments_added", "comments_changed", "comments_removed")


@app.command(epilog="Example: voice-of-care runs --project listening")
def runs(
    project: ProjectFolder,
    forget_history: Annotated[
        bool,
        typer.Option(
            "--forget-history",
            help="Drop what earlier runs left, withdrawn comments with it; then they can't be undone.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the runs of a project: when, what they did, comments that came and went; which were undone."""
    from voice_of_care.store import Store, find_project

    with Store(find_project(project).folder) as store:
        rows_forgotten = store.forget_history() if forget_history else None
        every = store.read("runs")
    if as_json:
        print_lines(to_json(_records(every)))
    elif rows_forgotten is not None:
        rows = "row" if rows_forgotten == 1 else "rows"
        typer.echo(
            f"{rows_forgotten} {rows} of earlier states forgotten, and all remembered vectors."
            " Runs up to now can't be undone any more. Copies and backups of the project still hold them."
        )
    else:
        print_lines(_lines(every))


@app.command(epilog="Example: voice-of-care undo --project listening")
def undo(
    project: ProjectFolder,
    run: Annotated[
        int | None, typer.Option("--run", help="Take back this run and all later ones.", metavar="N", min=1)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back the last run. What people decided, evaluations and the runs' numbers stay."""
    from voice_of_care.projects import find_idle_decisions, lost_to_undo
    from voice_of_care.store import Store, find_project

    opened = find_project(project)
    with Store(opened.folder) as store:
        idle = find_idle_decisions(opened, store)
        undone = store.undo_run(at_utc=now(), run_id=run)
        last, comments = store.last_run(), len(store.read("safe_comments"))
        lost = lost_to_undo(idle, opened, store)
    if as_json:
        standing = None if last is None else int(last["run_id"])
        told = {"undone": _records(undone), "last_run": standing, "comments": comments, "decisions_lost": lost}
        print_lines(to_json(told))
        return
    for each in undone.to_dict("records"):
        typer.echo(f"Run {each['run_id']} undone ({each['kind']}, {_minute(each['finished_at'])}).")
    if last is None:
        typer.echo(f"The project is empty. Run 'voice-of-care analyse PATH --project {project}' to start again.")
    else:
        heard = "1 comment" if comments == 1 else f"{comments} comments"
        typer.echo(f"The project stands as after run {last['run_id']} of {_minute(last['finished_at'])}: {heard}.")
    if lost:
        decisions, have = ("1 decision", "has") if lost == 1 else (f"{lost} decisions", "have")
        typer.echo(f"{decisions} about candidate themes, or others that came with it, {have} nothing to apply to now.")


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return runs for scripts, with empty cells as null."""
    return frame.astype("object").where(frame.notna(), None).to_dict("records")


def _lines(every: pd.DataFrame) -> list[str]:
    """Return a table of runs, columns in line."""
    cells = [
        (
            str(row["run_id"]),
            _minute(row["finished_at"]),
            str(row["kind"]),
            *(str(row[name]) for name in _COUNTS),
            f"version {row['theme_version']}",
            str(row["code_version"]),
            f"undone {_minute(row['undone_at'])}" if isinstance(row["undone_at"], str) else "",
        )
        for row in every.to_dict("records")
    ]
    if not cells:
        return ["No run yet."]
    widths = [max(len(line[place]) for line in (_HEADERS, *cells)) for place in range(len(_HEADERS))]
    right = {0, 3, 4, 5}
    return [
        "  ".join(
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (_HEADERS, *cells)
    ]


def _minute(moment: object) -> str:
    """Return a moment to the minute, as its UTC date and time."""
    return str(moment)[:16].replace("T", " ")
