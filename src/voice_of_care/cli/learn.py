"""The command that teaches a project a framework by examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voice_of_care.cli.app import AsJson, FrameworkName, ProjectFolder, Quiet, app, now, print_lines, to_json
from voice_of_care.cli.columns import (
    CoderColumn,
    CodesColumns,
    IdColumn,
    QuestionColumn,
    RespondentColumn,
    SentimentColumn,
    TextColumn,
    named_columns,
)
from voice_of_care.console import seconds_line, show_progress
from voice_of_care.errors import InputError, StoreError, VocabularyError

if TYPE_CHECKING:
    from voice_of_care.frameworks import Framework, FrameworkElement
    from voice_of_care.store import Project
    from voice_of_care.teaching import LeftOut, Taught


@app.command(epilog="Example: voice-of-care learn coded.csv --framework our-charter --project listening")
def learn(
    coded: Annotated[Path, typer.Argument(help="Comments that people coded: CSV or Excel.", metavar="CODED")],
    framework: FrameworkName,
    project: ProjectFolder,
    text: TextColumn = "",
    codes: CodesColumns = None,
    sentiment: SentimentColumn = "",
    coder: CoderColumn = "",
    id_column: IdColumn = "",
    respondent: RespondentColumn = "",
    question: QuestionColumn = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Keep coded comments as examples of a framework's priorities, and link the project's comments anew."""
    from voice_of_care.embedding import load_embedders
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.store import Store, open_project
    from voice_of_care.teaching import teach_file

    _refuse_missing(coded, project)
    named = named_columns(
        text=text,
        codes=codes,
        sentiment=sentiment,
        coder=coder,
        id_column=id_column,
        respondent=respondent,
        question=question,
    )
    with show_progress(quiet=quiet) as listener:
        opened = open_project(project, settings_text="")
        chosen, is_mapped = _framework(framework, opened)
        watch = Stopwatch(listener)
        with Store(opened.folder) as store:
            embedders = load_embedders(lookup=store.find_vectors, remember=store.remember_vectors, progress=watch.tell)
            taught = teach_file(
                coded,
                framework=chosen,
                project=opened,
                store=store,
                embedders=embedders,
                now=now,
                watch=watch,
                named=named,
            )
    if as_json:
        found = {**taught.as_dict(), "framework": chosen.id, "is_mapped": is_mapped or taught.relinked is not None}
        typer.echo(to_json({**found, "seconds": watch.seconds}))
    elif not quiet:
        print_lines([*_lines(coded.name, chosen, taught, is_mapped=is_mapped), seconds_line(watch.seconds)])


def _refuse_missing(coded: Path, project: Path) -> None:
    """Refuse a file or a project that isn't there before anything is made."""
    from voice_of_care.settings import SETTINGS_FILE

    if not coded.is_file():
        msg = f"{coded.name}: there is no such file. Check its name and folder."
        raise InputError(msg)
    if not (project / SETTINGS_FILE).is_file():
        msg = f"{project}: no project here. Check the folder, or run 'voice-of-care init {project}' first."
        raise StoreError(msg)


def _framework(name: str, opened: Project) -> tuple[Framework, bool]:
    """Return the framework of an id or of a file, and whether the settings map to it; then it is as they name it."""
    from voice_of_care.frameworks import load_frameworks
    from voice_of_care.frameworks.loader import check_file, find_framework

    of_file = check_file(Path(name)).framework if Path(name).suffix.lower() in {".yaml", ".yml"} else None
    framework_id = of_file.id if of_file else name
    for each in load_frameworks(opened.settings.priorities, folder=opened.folder):
        if each.id == framework_id:
            return each, True
    if of_file:
        return of_file, False
    try:
        return find_framework(framework_id), False
    except VocabularyError as error:
        msg = f"{error} Your own are named under [priorities] files in the project's settings."
        raise VocabularyError(msg) from None


def _lines(name: str, framework: Framework, taught: Taught, *, is_mapped: bool) -> list[str]:
    lines = [f"{name}: {taught.texts} coded texts kept as examples of {framework.id}, {taught.aside} rows left out."]
    lines += [f"  left out, {each.rows}: {each.reason} ({_places(each)})" for each in taught.left_out]
    if taught.none_applies:
        lines.append(f"  {taught.none_applies} rows without any mark count as speaking of none of the priorities.")
    if taught.coded_again:
        lines.append(
            f"  {taught.coded_again} texts were coded more than once: what all agree on was taken, {taught.disputed}"
            " codes they disagree on were set aside."
        )
    lines += [f"  {remark}" for remark in taught.remarks]
    names = [_named(element) for element in framework.elements]
    width = max(map(len, names))
    counted = zip(names, taught.counts.values(), strict=True)
    lines += [f"  {priority:<{width}} {count:>5}  {_worth(count)}" for priority, count in counted]
    if taught.agreement is not None:
        by_cues, learnt = taught.agreement
        lines.append(f"On examples held back, agreement (micro F1) is {learnt:.2f}; by cues alone {by_cues:.2f}.")
    else:
        lines.append("Too few texts to hold some back and check what was learnt.")
    if taught.relinked is not None:
        before, after = taught.relinked
        lines.append(f"The project's comments were linked anew: {after} links of segments, {before} before.")
    else:
        lines.append(_next_step(framework.id, is_mapped=is_mapped))
    return lines


def _next_step(framework_id: str, *, is_mapped: bool) -> str:
    if is_mapped:
        return "The next 'analyse' learns from them."
    return (
        f"Nothing is mapped to {framework_id} yet. Add {framework_id} to [priorities] frameworks (and the file to"
        " files) in voice-of-care.toml, then analyse."
    )


def _places(left_out: LeftOut) -> str:
    more = ", ..." if left_out.rows > len(left_out.first) else ""
    return f"{'row' if left_out.rows == 1 else 'rows'} {', '.join(left_out.first)}{more}"


def _named(element: FrameworkElement) -> str:
    return f"{element.label} ({element.id})"


def _worth(count: int) -> str:
    """Say in words what so many examples are worth."""
    from voice_of_care.teaching import ENOUGH, FEW, PLENTY

    if count < FEW:
        return "no example: linked by its cues"
    if count < ENOUGH:
        return f"few: they help, {ENOUGH} or more help much"
    return "enough to learn from" if count < PLENTY else "plenty"
