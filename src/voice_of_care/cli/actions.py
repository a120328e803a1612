"""Commands that record what was done, and where limits start anew."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from voice_of_care.cli.app import (
    AsJson,
    ProjectFolder,
    action_app,
    now,
    print_lines,
    read_project,
    rebase_app,
    refuse_empty,
    to_json,
)
from voice_of_care.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from voice_of_care.analysis import Analysis
    from voice_of_care.decisions import Decision
    from voice_of_care.store import Project

MeasureChoice = Literal["raised", "negative", "sentiment", "fft"]
What = Annotated[str, typer.Option("--what", help="What was done, in a few words.", metavar="TEXT")]
Who = Annotated[str, typer.Option("--who", help="Who is answerable or decided: a role rather than a name.")]
Reason = Annotated[str, typer.Option("--reason", help="Why.", metavar="TEXT")]
Theme = Annotated[str | None, typer.Option("--theme", help="A theme, by id or name.", metavar="THEME")]
Parent = Annotated[str | None, typer.Option("--parent", help="A parent theme, by id or name.", metavar="THEME")]
Priority = Annotated[str | None, typer.Option("--priority", help="A priority.", metavar="FRAMEWORK/PRIORITY")]
StartDay = Annotated[str, typer.Option("--start", help="The day it started: 2024-09-01 or 01/09/2024.", metavar="DATE")]
StartPeriod = Annotated[
    str, typer.Option("--start", help="Where the new phase starts: a period or a day.", metavar="PERIOD")
]
MeasureName = Annotated[MeasureChoice, typer.Option("--measure", help="The measure.")]
Services = Annotated[
    list[str] | None, typer.Option("--service", help="A service it was done in; all without.", metavar="NAME")
]
Service = Annotated[str | None, typer.Option("--service", help="A service.", metavar="NAME")]
Site = Annotated[str | None, typer.Option("--site", help="A site.", metavar="NAME")]
Group = Annotated[str | None, typer.Option("--group", help="A respondent group.", metavar="GROUP")]


@action_app.command(
    "add",
    epilog='Example: voice-of-care action add --project listening --what "Car park opened" --start 2024-09-01'
    ' --who "Head of estates" --theme parking',
)
def add_action(
    project: ProjectFolder,
    what: What,
    start: StartDay,
    who: Who,
    service: Services = None,
    theme: Theme = None,
    parent: Parent = None,
    priority: Priority = None,
) -> None:
    """Record an action: what, where, aimed at which theme or priority (else at all), since when, who."""
    from voice_of_care.actions import next_action_id
    from voice_of_care.cli.aims import find_aim, find_day, find_services, label_of, warn_of_day
    from voice_of_care.decisions import Decision

    refuse_empty({"what": what, "who": who})
    day = find_day(start)

    def decide(analysis: Analysis, _opened: Project) -> tuple[Decision, list[str]]:
        aim = find_aim(analysis, {"theme": theme, "parent": parent, "priority": priority})
        services = find_services(analysis, service or ())
        action_id = next_action_id(analysis.events)
        payload: dict[str, str | int | list[str]] = {
            "action_id": action_id,
            "what": what.strip(),
            "services": services,
            "scope": aim.scope,
            "item_id": aim.item_id,
            "starts_on": day.isoformat(),
            "who": who.strip(),
        }
        where = ", ".join(services) or "all services"
        told = f"{action_id}: {what.strip()}, from {day}, {where}, aimed at {label_of(analysis, aim)}."
        warning = warn_of_day(analysis, day)
        return Decision("action.add", payload, {"action_id": action_id}, who.strip()), [
            told,
            *([warning] * bool(warning)),
        ]

    print_lines(_record(project, decide))


@action_app.command("list", epilog="Example: voice-of-care action list --project listening")
def list_actions(project: ProjectFolder, as_json: AsJson = False) -> None:
    """List the actions recorded, and as far as one can go, what was different after each."""
    from voice_of_care.cli.aims import Aim, label_of

    opened, analysis = read_project(project)
    rows = _rows(analysis.actions)
    differences = _differences(analysis, opened)
    if as_json:
        verdicts = {str(key): _rows(frame) for key, frame in differences.groupby("action_id")}
        print_lines(to_json([{**row, "differences": verdicts.get(str(row["action_id"]), [])} for row in rows]))
        return
    lines = []
    for row in rows:
        where = ", ".join(map(str, row["services"])) or "all services"
        aim = label_of(analysis, Aim(str(row["scope"]), str(row["item_id"])))
        lines.append(f"{row['action_id']}  {row['starts_on']}  {row['what']} ({row['who']}): {where}, aimed at {aim}")
        mine = differences[differences["action_id"] == row["action_id"]]
        lines += [
            f"    {each['measure']:<9}  {_VERDICTS[str(each['verdict'])]}{_way(each['signal'])}" for each in _rows(mine)
        ]
    print_lines(lines or ["No action is recorded. Add one with 'voice-of-care action add'."])


@action_app.command(
    "remove",
    epilog='Example: voice-of-care action remove A1 --project listening --reason "entered twice" --who Lead',
)
def remove_action(
    action_id: Annotated[str, typer.Argument(metavar="ID", help="The action's id, such as A1.")],
    project: ProjectFolder,
    reason: Reason,
    who: Who,
) -> None:
    """Take an action back. It stays in the list of decisions, and its id is not given again."""
    from voice_of_care.decisions import Decision

    refuse_empty({"reason": reason, "who": who})
    wanted = action_id.strip().upper()

    def decide(analysis: Analysis, _opened: Project) -> tuple[Decision, list[str]]:
        known = analysis.actions["action_id"].tolist()
        if wanted not in known:
            msg = f"No action {wanted} in this project. There are {', '.join(known) or 'none'}."
            raise InputError(msg)
        inverse = _rows(analysis.actions[analysis.actions["action_id"] == wanted])[0]
        decision = Decision("action.remove", {"action_id": wanted}, _payload(inverse), who.strip(), reason.strip())
        return decision, [f"{wanted} is taken back."]

    print_lines(_record(project, decide))


@rebase_app.command(
    "add",
    epilog="Example: voice-of-care rebase add --project listening --measure negative --start 2024-09 --theme parking"
    ' --reason "the car park is here to stay" --who Board',
)
def add_rebase(
    project: ProjectFolder,
    measure: MeasureName,
    start: StartPeriod,
    reason: Reason,
    who: Who,
    theme: Theme = None,
    parent: Parent = None,
    priority: Priority = None,
    service: Service = None,
    site: Site = None,
    group: Group = None,
) -> None:
    """Let the limits of one series start anew: for a known cause, when its new level is there to stay."""
    from voice_of_care.cli.aims import warn_of_day
    from voice_of_care.decisions import Decision

    refuse_empty({"reason": reason, "who": who})
    named = _named(theme, parent, priority, service, site, group)

    def decide(analysis: Analysis, opened: Project) -> tuple[Decision, list[str]]:
        key, told = _series(analysis, opened, named, measure, start)
        _refuse_raised_of_places(str(key["scope"]), measure)
        payload = {**key, "reason": reason.strip(), "who": who.strip()}
        warning = warn_of_day(analysis, datetime.date.fromisoformat(str(key["starts_on"])))
        lines = [f"Limits of {told} start anew on {key['starts_on']}.", *([warning] * bool(warning))]
        return Decision("rebase.add", payload, dict(key), who.strip(), reason.strip()), lines

    print_lines(_record(project, decide))


@rebase_app.command("list", epilog="Example: voice-of-care rebase list --project listening")
def list_rebases(project: ProjectFolder, as_json: AsJson = False) -> None:
    """List where limits start anew, why, and who decided."""
    from voice_of_care.cli.aims import Aim, label_of

    _opened, analysis = read_project(project)
    rows = _rows(analysis.rebases)
    if as_json:
        print_lines(to_json(rows))
        return
    lines = []
    for row in rows:
        of = label_of(analysis, Aim(str(row["scope"]), str(row["item_id"])))
        lines.append(f"{row['starts_on']}  {row['measure']} of {of}: {row['reason']} ({row['who']})")
    print_lines(lines or ["Limits start anew nowhere."])


@rebase_app.command(
    "remove",
    epilog="Example: voice-of-care rebase remove --project listening --measure negative --start 2024-09 --theme parking"
    ' --reason "it did not last" --who Board',
)
def remove_rebase(
    project: ProjectFolder,
    measure: MeasureName,
    start: StartPeriod,
    reason: Reason,
    who: Who,
    theme: Theme = None,
    parent: Parent = None,
    priority: Priority = None,
    service: Service = None,
    site: Site = None,
    group: Group = None,
) -> None:
    """Join the limits of a series again where a rebase is taken back: name it as it was added."""
    from voice_of_care.decisions import Decision

    refuse_empty({"reason": reason, "who": who})
    named = _named(theme, parent, priority, service, site, group)

    def decide(analysis: Analysis, opened: Project) -> tuple[Decision, list[str]]:
        key, told = _series(analysis, opened, named, measure, start)
        rows = [row for row in _rows(analysis.rebases) if all(row[name] == value for name, value in key.items())]
        if not rows:
            msg = f"Limits of {told} do not start anew on {key['starts_on']}. 'voice-of-care rebase list' shows where."
            raise InputError(msg)
        decision = Decision("rebase.remove", dict(key), _payload(rows[0]), who.strip(), reason.strip())
        return decision, [f"Limits of {told} go on over {key['starts_on']} again."]

    print_lines(_record(project, decide))


_VERDICTS = {
    "too_little": "too little to say",
    "no_signal": "no signal",
    "signal_after": "signal after the change",
    "signal_not_in_comparator": "signal after the change, not seen in the comparator",
}


def _differences(analysis: Analysis, opened: Project) -> pd.DataFrame:
    """Return what was different after each action, as the report has it."""
    from voice_of_care.counting import units
    from voice_of_care.heard import gather_heard
    from voice_of_care.trends import judge_differences

    heard = gather_heard(
        analysis, unit_of=units(analysis.safe_comments, count_campaigns=opened.settings.intake.count_campaigns)
    )
    return judge_differences(
        heard,
        analysis.actions,
        segments=analysis.segments,
        settings=opened.settings.trends,
        report_date=opened.settings.report.date,
    ).differences


def _way(signal: object) -> str:
    return f" ({signal})" if signal in ("improvement", "concern") else ""


def _record(folder: Path, decide: Callable[[Analysis, Project], tuple[Decision, list[str]]]) -> list[str]:
    """Append the decision that is made on a project as it stands, and return what to tell."""
    from voice_of_care.decisions import record_decisions
    from voice_of_care.projects import read_analysis
    from voice_of_care.store import Store, find_project

    opened = find_project(folder)
    with Store(opened.folder) as store:
        analysis = read_analysis(opened, store)
        decision, lines = decide(analysis, opened)
        store.append_events(record_decisions(analysis.events, [decision], at_utc=now()))
    return lines


def _named(*values: str | None) -> dict[str, str | None]:
    scopes = ("theme", "parent", "priority", "service", "site", "respondent_group")
    return dict(zip(scopes, values, strict=True))


def _series(
    analysis: Analysis, opened: Project, named: dict[str, str | None], measure: str, start: str
) -> tuple[dict[str, str | int | list[str]], str]:
    """Return the key of a rebase, and what people call its series."""
    from voice_of_care.cli.aims import find_aim, find_start, label_of

    aim = find_aim(analysis, named)
    day = find_start(analysis, start, settings=opened.settings.trends)
    key: dict[str, str | int | list[str]] = {
        "scope": aim.scope,
        "item_id": aim.item_id,
        "measure": measure,
        "starts_on": day.isoformat(),
    }
    return key, f"'{measure}' of {label_of(analysis, aim)}"


def _refuse_raised_of_places(scope: str, measure: str) -> None:
    if measure == "raised" and scope not in ("theme", "parent", "priority"):
        msg = "'raised' is followed for themes, parent themes and priorities: name one, or give another measure."
        raise InputError(msg)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: days as text, nothing for what is missing."""
    import pandas as pd

    rows = []
    for record in frame.to_dict("records"):
        row: dict[str, Any] = {}
        for name, value in record.items():
            if isinstance(value, list):
                row[str(name)] = value
            elif isinstance(value, pd.Timestamp):
                row[str(name)] = value.date().isoformat()
            else:
                row[str(name)] = None if pd.isna(value) else value
        rows.append(row)
    return rows


def _payload(row: dict[str, Any]) -> dict[str, str | int | list[str]]:
    return {name: value if isinstance(value, list) else str(value) for name, value in row.items()}
