"""What a person sees on the terminal: bars while a run goes on, and results as lines of text."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from voice_of_care.frameworks import Framework


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """Return a text with a space for whatever would steer the terminal: names of files may hold anything."""
    return _CONTROL.sub(" ", text)


def say(message: str) -> None:
    """Write one line to the error stream."""
    sys.stderr.write(one_line(message) + "\n")


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar a step while the block runs; yields the listener (step, done, total) that moves them."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _step, _done, _total: None
        return
    columns = (TextColumn("{task.description:<14}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def listen(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=None)
            progress.update(tasks[step], completed=done, total=total or None)

        yield listen


def seconds_line(seconds: Mapping[str, float]) -> str:
    """Return how long each step took."""
    return "Seconds: " + ", ".join(f"{step} {taken:.1f}" for step, taken in seconds.items())


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return what a run did, with everything set aside and every problem of a file."""
    read, analysed, aside = (summary[f"comments_{what}"] for what in ("read", "analysed", "set_aside"))
    lines = [f"{read} comments read: {analysed} analysed, {aside} set aside."]
    lines += [f"  set aside, {count}: {reason}" for reason, count in summary["set_aside_by_reason"].items()]
    for source in summary["sources"]:
        lines += [f"  {_with_source(source['source'], problem)}" for problem in source["problems"]]
    lines.append(
        f"{summary['themes']} themes, {summary['theme_links']} links to priorities, "
        f"{summary['redactions']} redactions, {summary['flags']} flags to look at."
    )
    if summary["report"]:
        lines.append(f"Report: {summary['report']}")
    return lines


def inspection_lines(inspection: Mapping[str, Any]) -> list[str]:
    """Return what would be read, source by source, and the settings that would help."""
    lines: list[str] = []
    for source in inspection["sources"]:
        known = f", {source['preset']}" if source["preset"] else ""
        lines += [f"{source['source']} ({source['format']}{known})"]
        lines += [f"    column '{each['header']}': {_role(each)}" for each in source["columns"]]
        if source["columns"] and not source["preset"]:
            lines.append("    no export known: if a role above is wrong or missing, say it under [[mapping]]")
        lines.append(f"    records {source['records']}, comments {source['comments']}")
        lines += [f"    set aside, {count}: {reason}" for reason, count in source["set_aside"].items()]
        for name in ("dates", "groups", "unknown_groups", "scores"):
            if source[name]:
                counts = ", ".join(f"{value} {count}" for value, count in source[name].items())
                lines.append(f"    {name.replace('_', ' ')}: {counts}")
        if source["people_present"]:
            lines.append(f"    people present: {source['people_present']}")
        lines += [f"    PROBLEM {_with_source(source['source'], problem)}" for problem in source["problems"]]
    comments = sum(source["comments"] for source in inspection["sources"])
    lines.append(f"{len(inspection['sources'])} sources, {comments} comments. Nothing was stored.")
    if inspection["suggestions"]:
        lines += ["", "These lines in voice-of-care.toml would say what the files can't:"]
        for suggestion in inspection["suggestions"]:
            lines += ["", *suggestion.splitlines()]
    return lines


def reading_order(*place: str) -> tuple[tuple[str | int, ...], ...]:
    """Return a key that sorts places as a reader meets them: 'page 2' before 'page 10'."""
    return tuple(
        tuple(int(part) if at % 2 else part for at, part in enumerate(re.split(r"(\d+)", name))) for name in place
    )


def _role(column: Mapping[str, Any]) -> str:
    if column["role"] == "closed answer":
        return f"not read (closed answer, {column['why']})"
    return f"{column['role']} ({column['why']})"


def framework_lines(framework: Framework) -> list[str]:
    """Return a framework with its definitions and cues."""
    lines = [f"{framework.name} ({framework.id}, version {framework.version})"]
    for element in framework.elements:
        lines += [f"  {element.id}: {element.label}", f"      {element.definition}"]
        if element.include_cues:
            lines.append(f"      people say: {'; '.join(element.include_cues)}")
    return lines


def _with_source(source: str, problem: str) -> str:
    return problem if problem.startswith(source) else f"{source}: {problem}"
