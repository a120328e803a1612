"""Commands of a ballot: made, read back, closed with what was decided; plain `ballot` makes one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import AsJson, ProjectFolder, app, now, print_lines, refuse_empty, to_json
from voice_of_care.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.ballots import Ballot, Cast, Contending, Round
    from voice_of_care.decisions import Decision
    from voice_of_care.store import Project, Store

ballot_app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Reach consensus: a ballot of the themes in the running, round by round. Without a command, makes one.",
)
app.add_typer(ballot_app, name="ballot")

Folder = Annotated[
    Path | None, typer.Option("--to", help="The folder to write into; else the project's.", metavar="DIR")
]
Anew = Annotated[
    bool, typer.Option("--anew", help="Put all contenders on it again, those chosen or dropped before too.")
]
Who = Annotated[str, typer.Option("--who", help="Who decides: a role, not a name. The report prints it.")]
_UNNAMED = "not given"
_FEWEST = 2


@ballot_app.callback()
def ballot(
    context: typer.Context,
    project: Annotated[Path | None, typer.Option("--project", help="The project folder.", metavar="DIR")] = None,
    to: Folder = None,
    anew: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Reach consensus: a ballot of the themes in the running, round by round. Without a command, makes one."""
    if context.invoked_subcommand is not None:
        if project is not None or to is not None or anew or as_json:
            raise typer.BadParameter(f"write the options after '{context.invoked_subcommand}'")
        return
    if project is None:
        raise typer.BadParameter("name the project: --project DIR")
    _make(project, to, anew=anew, as_json=as_json)


@ballot_app.command("make", epilog="Example: voice-of-care ballot make --project listening --to ballots")
def make(project: ProjectFolder, to: Folder = None, anew: Anew = False, as_json: AsJson = False) -> None:
    """Make the ballot of the next round, or of the open one again: a workbook to fill in and a page to print."""
    _make(project, to, anew=anew, as_json=as_json)


@ballot_app.command("read", epilog="Example: voice-of-care ballot read ballots/ --project listening")
def read(
    files: Annotated[
        list[Path], typer.Argument(help="Filled-in ballots, folders of them, CSV of paper ballots.", metavar="FILE...")
    ],
    project: ProjectFolder,
    as_json: AsJson = False,
) -> None:
    """Read ballots of the open round back, and show the list they give. All are taken or none."""
    from voice_of_care.ballots import cast_payload, mark_of
    from voice_of_care.cli.ballot_lines import round_lines, rounds_as_json
    from voice_of_care.decisions import Decision
    from voice_of_care.exports.reading_ballots import read_ballots

    opened, store = _open(project)
    with store:
        analysis, rounds = _standing(opened, store)
        found = _require_open(rounds)
        told = read_ballots(files, rounds=rounds, mark=mark_of(opened.key))
        decisions = []
        for place, cast in enumerate(told.casts, start=found.next_ballot):
            safe, ballot_id = _redact(cast, opened), f"B{place:02d}"
            payload = cast_payload(found.number, ballot_id, safe)
            inverse: dict[str, str | int | list[str]] = {"round": found.number, "ballot_id": ballot_id}
            decisions.append(Decision("ballot.cast", payload, inverse, safe.role))
        analysis = _append(store, analysis, decisions)
    counted, rounds = _counted(analysis)
    if as_json:
        about = {"read": len(told.casts), "remarks": told.remarks}
        print_lines(to_json({**about, **rounds_as_json(rounds[-1:], counted)[0]}))
        return
    counted_line = f"{len(told.casts)} {'ballot' if len(told.casts) == 1 else 'ballots'} read."
    print_lines([*told.remarks, counted_line, *round_lines(rounds[-1], counted)])


@ballot_app.command("list", epilog="Example: voice-of-care ballot list --project listening")
def list_rounds(project: ProjectFolder, as_json: AsJson = False) -> None:
    """List the rounds: ballots, how far they agree, the list, who dissents, what was decided."""
    from voice_of_care.cli.ballot_lines import round_lines, rounds_as_json

    opened, store = _open(project)
    with store:
        analysis, _ = _standing(opened, store)
    counted, rounds = _counted(analysis)
    if as_json:
        print_lines(to_json(rounds_as_json(rounds, counted)))
        return
    lines = [line for each in rounds for line in (*round_lines(each, counted), "")]
    print_lines(lines[:-1] or ["No ballot was made yet. Make one with 'voice-of-care ballot --project DIR'."])


@ballot_app.command(
    "remove",
    epilog='Example: voice-of-care ballot remove B03 --project listening --reason "typed in twice" --who Facilitator',
)
def remove(
    ballot_id: Annotated[str, typer.Argument(metavar="ID", help="The ballot's id, such as B03.")],
    project: ProjectFolder,
    reason: Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")],
    who: Who,
) -> None:
    """Take a ballot of the open round back. It stays in the list of decisions, and its id is not given again."""
    from voice_of_care.decisions import Decision

    refuse_empty({"reason": reason, "who": who})
    wanted = ballot_id.strip().upper()
    opened, store = _open(project)
    with store:
        analysis, rounds = _standing(opened, store)
        found = _require_open(rounds)
        if wanted not in found.casts:
            msg = f"No ballot {wanted} in round {found.number}. There are {', '.join(found.casts) or 'none'}."
            raise InputError(msg)
        payload: dict[str, str | int | list[str]] = {"round": found.number, "ballot_id": wanted}
        _append(store, analysis, [Decision("ballot.remove", payload, dict(payload), who.strip(), reason.strip())])
    print_lines(f"{wanted} is taken back.")


@ballot_app.command(
    "close",
    epilog='Example: voice-of-care ballot close --project listening --choose Parking --choose "Waiting times"'
    ' --drop "Food=the new contract starts in May" --who "Quality committee" --reason "first on all lists"',
)
def close(
    project: ProjectFolder,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", help="Why these were chosen, or why the round ends.")],
    choose: Annotated[
        list[str] | None, typer.Option("--choose", help="A theme chosen, by letter, id or name.", metavar="THEME")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="A theme dropped, and why.", metavar="THEME=REASON")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="The day it was decided; today if not given.", metavar="DATE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Close the round: record what was chosen, what was dropped and why. What is neither goes on to the next."""
    from voice_of_care.ballots import close_payload, read_decision
    from voice_of_care.cli.aims import find_day
    from voice_of_care.cli.ballot_lines import round_lines, rounds_as_json
    from voice_of_care.decisions import Decision

    refuse_empty({"reason": reason, "who": who})
    day = "" if on is None else find_day(on).isoformat()
    opened, store = _open(project)
    with store:
        analysis, rounds = _standing(opened, store)
        found = _require_open(rounds)
        chosen, dropped = read_decision(found, choose or (), drop or ())
        _check_day(day, rounds)
        payload = close_payload(found.number, chosen, dropped, on=day)
        decision = Decision("ballot.close", payload, {"round": found.number}, who.strip(), reason.strip())
        analysis = _append(store, analysis, [decision])
    counted, rounds = _counted(analysis)
    if as_json:
        print_lines(to_json(rounds_as_json(rounds[-1:], counted)[0]))
        return
    print_lines(round_lines(rounds[-1], counted))


def _make(project: Path, to: Path | None, *, anew: bool, as_json: bool) -> None:
    from voice_of_care.ballots import mark_of, open_payload
    from voice_of_care.decisions import Decision
    from voice_of_care.pipeline import follow
    from voice_of_care.projects import require_taken_out
    from voice_of_care.reporting.ballot_page import view_ballot

    opened, store = _open(project)
    with store:
        require_taken_out(opened, store)
        analysis, rounds = _standing(opened, store)
        followed = follow(analysis, settings=opened.settings)
        is_open = bool(rounds) and rounds[-1].closing is None
        number = len(rounds) + (not is_open)
        themes = _themes_for(followed, rounds, anew=anew)
        shown = view_ballot(followed, themes, number=number, mark=mark_of(opened.key), settings=opened.settings)
        files = _write(shown, to or opened.folder)
        if not is_open:
            payload = open_payload(number, [each.theme_id for each in themes], [each.label for each in themes])
            _append(store, analysis, [Decision("ballot.open", payload, {"round": number}, _UNNAMED)])
    if as_json:
        listed = [each._asdict() for each in shown.contenders]
        print_lines(to_json({"round": number, "files": [str(path) for path in files], "themes": listed}))
        return
    print_lines(
        [
            f"Round {number}, {len(themes)} themes{' (the same as before)' if is_open else ''}:",
            *(f"  {each.letter}  {each.label} ({each.theme_id})" for each in shown.contenders),
            f"To fill in: {files[0]}",
            f"To print: {files[1]}",
            f"Then: voice-of-care ballot read FILE... --project {project}",
        ]
    )


def _themes_for(analysis: Analysis, rounds: Sequence[Round], *, anew: bool) -> tuple[Contending, ...]:
    """Return the themes of the open round, else those of the next."""
    from voice_of_care.ballots import Contending, contending, pick_contenders, still_in_the_running

    is_open = bool(rounds) and rounds[-1].closing is None
    if is_open and anew:
        msg = f"Round {rounds[-1].number} is open. Close it first with 'voice-of-care ballot close'."
        raise InputError(msg)
    if is_open:
        return contending(rounds[-1])
    if rounds and not anew:
        theme_ids = still_in_the_running(rounds, analysis.themes)
        hint = " To start again with all contenders, add --anew."
    else:
        theme_ids, hint = pick_contenders(analysis.ranking, analysis.themes, analysis.assignments), ""
    if len(theme_ids) < _FEWEST:
        are = "1 theme is" if theme_ids else "No theme is"
        msg = f"{are} in the running, and a ballot needs two.{hint}"
        raise InputError(msg)
    labels = analysis.themes.set_index("theme_id")["label"]
    return tuple(Contending(theme_id, str(labels[theme_id]), theme_id) for theme_id in theme_ids)


def _write(shown: Ballot, folder: Path) -> tuple[Path, Path]:
    """Write the workbook and the page; over nothing that is not ours or was filled in."""
    from voice_of_care.cli.targets import write_beside
    from voice_of_care.exports.ballot import write_ballot
    from voice_of_care.reporting.ballot_page import GENERATOR, render_ballot

    workbook, page = (folder / f"ballot-{shown.round}{ending}" for ending in (".xlsx", ".html"))
    if page.exists() and not (page.is_file() and f'content="{GENERATOR}"'.encode() in page.read_bytes()):
        msg = f"{page}: is there already and is no ballot of ours: it would be lost. Give another folder with --to."
        raise StoreError(msg)
    write_ballot(shown, workbook)
    write_beside(render_ballot(shown), page)
    return workbook, page


def _redact(cast: Cast, opened: Project) -> Cast:
    """Return a ballot with identifiers taken out of what was written on it."""
    from voice_of_care.ballots import tidy_role
    from voice_of_care.deidentify import redact_labels, redact_text

    settings, key = opened.settings.deidentify, opened.key
    roles = redact_labels([cast.role], settings=settings, key=key)

    def safe(text: str) -> str:
        return redact_text(text, settings=settings, key=key).text if text else ""

    reasons = {theme_id: safe(reason) for theme_id, reason in cast.reasons.items()}
    return cast._replace(role=tidy_role(roles[cast.role]), reasons=reasons, dissent=safe(cast.dissent))


def _open(folder: Path) -> tuple[Project, Store]:
    from voice_of_care.store import Store, find_project

    opened = find_project(folder)
    return opened, Store(opened.folder)


def _standing(opened: Project, store: Store) -> tuple[Analysis, tuple[Round, ...]]:
    """Return a project as it stands, and its rounds."""
    from voice_of_care.ballots import read_rounds
    from voice_of_care.projects import read_analysis

    analysis = read_analysis(opened, store)
    return analysis, read_rounds(analysis.events, analysis.themes)


def _counted(analysis: Analysis) -> tuple[Analysis, tuple[Round, ...]]:
    """Return the analysis with its ballots counted as `follow` counts them and nothing else, and the rounds."""
    from voice_of_care.ballots import read_rounds
    from voice_of_care.insight.agreement import compare_lists
    from voice_of_care.insight.consensus import count_ballots

    counted = count_ballots(analysis.events, analysis.themes)
    agreements = compare_lists(analysis.ranking, consensus=counted.consensus, ballots=counted.ballots)
    found = replace(analysis, ballots=counted.ballots, consensus=counted.consensus, agreements=agreements)
    return found, read_rounds(analysis.events, analysis.themes)


def _append(store: Store, analysis: Analysis, decisions: Sequence[Decision]) -> Analysis:
    """Append decisions to the events, and return the analysis with them."""
    import pandas as pd

    from voice_of_care.decisions import record_decisions
    from voice_of_care.tables import EVENTS, conform

    if not decisions:
        return analysis
    fresh = record_decisions(analysis.events, decisions, at_utc=now())
    store.append_events(fresh)
    together = pd.concat([analysis.events, fresh], ignore_index=True) if len(analysis.events) else fresh
    return replace(analysis, events=conform(together, EVENTS))


def _require_open(rounds: Sequence[Round]) -> Round:
    if not rounds or rounds[-1].closing is not None:
        msg = "No round of ballots is open. Start one with 'voice-of-care ballot --project DIR'."
        raise InputError(msg)
    return rounds[-1]


def _check_day(day: str, rounds: Sequence[Round]) -> None:
    """Refuse a day after today, or before the round before was closed."""
    before = [each.closing.on for each in rounds[:-1] if each.closing]
    today = now()[:10]
    if day > today:
        msg = f"--on {day} is yet to come (today is {today}). Give the day on which it was decided."
        raise InputError(msg)
    if day and before and day < before[-1]:
        msg = (
            f"--on {day} is before round {rounds[-1].number - 1} was closed ({before[-1]}). Give the day of this round."
        )
        raise InputError(msg)
