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
    too_few = summary["seeds"]["too_few_people"]
    if too_few:
        lines.append(f"{len(too_few)} of {summary['seeds']['asked']} seeds found too few people: {', '.join(too_few)}.")
    if summary["decisions_idle"]:
        lines.append(f"{summary['decisions_idle']} decisions have nothing to apply to any more.")
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


_MOST_PARTS = 12


def sample_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what was drawn for coding, and what it will let one say."""
    lines = [
        f"{found['file']}: {found['comments']} of {found['of']} comments, a sheet for each of {found['coders']} coders"
        + (f", {found['coded_by_all']} coded by all." if found["coders"] > 1 else "."),
        f"A share will be known to within {100 * found['half_width']:.1f} points (95%, where it is a half).",
    ]
    largest = sorted(found["strata"], key=lambda row: (-row["comments"], row["stratum"]))
    lines += [f"  {row['drawn']} of {row['comments']}: {row['stratum']}" for row in largest[:_MOST_PARTS]]
    if len(largest) > _MOST_PARTS:
        lines.append(f"  and {len(largest) - _MOST_PARTS} smaller parts; --json lists all")
    if found["expected"]:
        lines.append("Codes to expect, if people code about as we do; under 10 is too few to say:")
        lines += [f"  {count:>5}  {priority}" for priority, count in found["expected"].items()]
    return [*lines, "The workbook holds comments nobody has approved yet: keep it inside the team."]


_ROWS = {
    "all": "all coded rows",
    "labelled": "rows whose priorities are judged",
    "texts_seen_once": "texts that stand once",
    "as_analysed": "as a run analyses them",
    "texts_not_learnt": "texts that are no examples learnt from",
}


def evaluation_lines(found: Mapping[str, Any]) -> list[str]:
    """Return how far our coding and people's agree, in words; see docs/methods/evaluation.md."""
    rows = found["rows"]
    lines = [f"{rows['read']} rows: {rows['judged']} judged on priorities, {rows['with_sentiment']} on sentiment."]
    lines += [f"  not judged on priorities, {count}: {reason}" for reason, count in rows["left_out"].items()]
    lines += [f"  a run would set aside, {count}: {reason}" for reason, count in rows["set_aside_by_a_run"].items()]
    lines += ["", f"Priorities of {found['framework']['name']}:"]
    for name in ("all", "texts_seen_once", "as_analysed", "texts_not_learnt"):
        if name not in found["priorities"]:
            continue
        lines.append(_priorities_line(_ROWS[name], found["priorities"][name]))
    lines += _priority_lines(found["priorities"]["all"])
    for name in ("all", "labelled"):
        lines += _sentiment_lines(_ROWS[name], found["sentiment"][name])
    lines += _theme_lines(found["themes"])
    for pair in found["coders"]:
        lines.append(_priorities_line(f"{pair['between']}, comments coded twice", pair["priorities"]))
    return [*lines, "", *found["remarks"]]


def _priorities_line(rows: str, section: Mapping[str, Any]) -> str:
    if not section["comments"]:
        return f"  {rows}: none"
    return (
        f"  {rows} ({section['comments']}): F1 {_with_interval(section, 'f1_micro')} micro,"
        f" {_with_interval(section, 'f1_macro')} macro, {_shown(section['f1_samples'])} by comment;"
        f" exact {_shown(section['exact_match'])}, kappa {_shown(section['kappa'])},"
        f" alpha {_shown(section['alpha_masi'])}{_if_few(section)}"
    )


def _priority_lines(section: Mapping[str, Any]) -> list[str]:
    items = section.get("per_priority", [])
    width = max((len(item["label"]) for item in items), default=0)
    lines = []
    for item in items:
        figures = (
            f"precision {_shown(item['precision'])}, recall {_shown(item['recall'])},"
            f" F1 {_with_interval(item, 'f1')}, kappa {_shown(item['kappa'])}"
        )
        lines.append(f"    {item['label']:<{width}} {item['support']:>5}  "
                     + (figures if item["is_enough"] else "too few to say"))  # fmt: skip
    return lines


def _sentiment_lines(rows: str, section: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, levels in (("five_levels", "5 levels"), ("three_levels", "3 levels")):
        found = section[name]
        if found["comments"]:
            lines.append(
                f"Sentiment, {rows} ({found['comments']}), {levels}: accuracy {_with_interval(found, 'accuracy')},"
                f" F1 {_with_interval(found, 'f1_macro')} macro, weighted kappa {_shown(found['kappa_weighted'])},"
                f" mean absolute error {_shown(found['mean_absolute_error'])}{_if_few(found)}"
            )
    return lines


def _theme_lines(themes: Mapping[str, Any]) -> list[str]:
    if not themes["comments"] or "found" not in themes:
        return []
    lines = [
        f"Themes: {themes['found']} found; {100 * (themes['share_without_theme'] or 0):.1f}% of segments that say"
        " something have none."
    ]
    if "ami" in themes:
        lines.append(
            f"  against the codes ({themes['comments']}): AMI {_with_interval(themes, 'ami')}, homogeneity"
            f" {_shown(themes['homogeneity'])}, completeness {_shown(themes['completeness'])}, best-match F1"
            f" {_shown(themes['best_match_f1'])}"
        )
    stability = themes["stability"]
    if stability:
        lines.append(
            f"  again on the same comments shuffled: ARI {_shown(stability['ari_shuffled'])}; with a tenth of"
            f" respondents left out: {_shown(stability['ari_without_a_tenth'])}"
        )
    return lines


def _if_few(section: Mapping[str, Any]) -> str:
    return "" if section["is_enough"] else " - too few to say"


def _shown(value: float | None) -> str:
    return "nothing to measure" if value is None else f"{value:.2f}"


def _with_interval(section: Mapping[str, Any], measure: str) -> str:
    low, high = section["intervals"][measure]
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return _shown(section[measure]) + interval


def _with_source(source: str, problem: str) -> str:
    return problem if problem.startswith(source) else f"{source}: {problem}"
