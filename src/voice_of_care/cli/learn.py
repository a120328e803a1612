"""The command that teaches a project a framework by examples."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (typer reads it at run time)
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import AsJson, ProjectFolder, Quiet, app, now, print_lines, to_json
from voice_of_care.console import seconds_line, show_progress
from voice_of_care.errors import VocabularyError

if TYPE_CHECKING:
    from voice_of_care.frameworks import Framework
    from voice_of_care.store import Project
    from voice_of_care.teaching import Taught


@app.command(epilog="Example: voice-of-care learn coded.csv --framework our-charter --project listening")
def learn(
    coded: Annotated[Path, typer.Argument(help="Comments that people coded: CSV or Excel.", metavar="CODED")],
    framework: Annotated[str, typer.Option("--framework", help="The codes' framework, by id.", metavar="ID")],
    project: ProjectFolder,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Keep coded comments as examples of a framework's priorities, and link the project's comments anew."""
    from voice_of_care.embedding import load_embedders
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.settings import settings_template
    from voice_of_care.store import Store, open_project
    from voice_of_care.teaching import teach_file

    with show_progress(quiet=quiet) as listener:
        opened = open_project(project, settings_text=settings_template())
        chosen = _framework(framework, opened)
        watch = Stopwatch(listener)
        with Store(opened.folder) as store:
            embedders = load_embedders(lookup=store.find_vectors, remember=store.remember_vectors, progress=watch.tell)
            taught = teach_file(
                coded, framework=chosen, project=opened, store=store, embedders=embedders, now=now, watch=watch
            )
    if as_json:
        typer.echo(to_json({**taught.as_dict(), "framework": chosen.id, "seconds": watch.seconds}))
    elif not quiet:
        print_lines([*_lines(coded.name, chosen, taught), seconds_line(watch.seconds)])


def _framework(framework_id: str, opened: Project) -> Framework:
    """Return one of the project's own frameworks, or one that ships."""
    from voice_of_care.frameworks import load_frameworks
    from voice_of_care.frameworks.loader import find_framework

    for each in load_frameworks(opened.settings.priorities, folder=opened.folder):
        if each.id == framework_id:
            return each
    try:
        return find_framework(framework_id)
    except VocabularyError as error:
        msg = f"{error} Your own are named under [priorities] files in the project's settings."
        raise VocabularyError(msg) from None


def _lines(name: str, framework: Framework, taught: Taught) -> list[str]:
    lines = [f"{name}: {taught.texts} coded texts kept as examples of {framework.id}, {taught.aside} rows left out."]
    lines += [f"  {remark}" for remark in taught.remarks]
    width = max(len(priority_id) for priority_id in taught.counts)
    lines += [f"  {priority:<{width}} {count:>5}  {_worth(count)}" for priority, count in taught.counts.items()]
    if taught.agreement is not None:
        by_cues, learnt = taught.agreement
        lines.append(f"On examples held back, agreement (micro F1) is {learnt:.2f}; by cues alone {by_cues:.2f}.")
    else:
        lines.append("Too few texts to hold some back and check what was learnt.")
    if taught.relinked is not None:
        before, after = taught.relinked
        lines.append(f"The project's comments were linked anew: {after} links of segments, {before} before.")
    else:
        lines.append(f"The next 'analyse' learns from them, where it maps to {framework.id}.")
    return lines


def _worth(count: int) -> str:
    """Say in words what so many examples are worth."""
    from voice_of_care.teaching import ENOUGH, FEW, PLENTY

    if count < FEW:
        return "no example: linked by its cues"
    if count < ENOUGH:
        return f"few: they help, {ENOUGH} or more help much"
    return "enough to learn from" if count < PLENTY else "plenty"
