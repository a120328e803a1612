"""What a person sees on the terminal: bars while a run goes on, and results as lines of text."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
    lines += _idle_lines(summary)
    if summary["report"]:
        lines.append(f"Report: {summary['report']}")
    return lines


def _idle_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return how many decisions have nothing to apply to, and the first few of them."""
    idle = summary["decisions_idle_about"]
    if not idle:
        return []
    named = [f"{each['about']} ({each['action']})".strip() for each in idle[:_FILES_NAMED]]
    more = f" and {len(idle) - _FILES_NAMED} more" if len(idle) > _FILES_NAMED else ""
    have = "has" if len(idle) == 1 else "have"
    return [f"{_counted(len(idle), 'decision')} {have} nothing to apply to any more: {', '.join(named)}{more}."]


def batch_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return what a further batch or a refit did to a project."""
    if summary["kind"] == "refit":
        return [*_refit_lines(summary), *_standing_lines(summary)]
    if summary["kind"] == "nothing_new":
        lines = ["Nothing new: the project holds all of it already, and is as it was."]
        return [*lines, *_seen_lines(summary), *_standing_lines(summary)]
    counts = ", ".join(
        f"{summary[f'comments_{name}']} {words}"
        for name, words in (
            ("added", "added"),
            ("changed", "replaced by a correction"),
            ("removed", "no longer there"),
            ("there_already", "there already"),
            ("set_aside", "set aside"),
        )
        if summary[f"comments_{name}"] or name == "added"
    )
    lines = [f"Comments: {counts}. The project holds {summary['comments_analysed']} now."]
    lines += _seen_lines(summary)
    lines += [f"  set aside, {count}: {reason}" for reason, count in summary["set_aside_by_reason"].items()]
    for source in summary["sources"]:
        lines += [f"  {_with_source(source['source'], problem)}" for problem in source["problems"]]
    return [*lines, *_standing_lines(summary)]


def _seen_lines(summary: Mapping[str, Any]) -> list[str]:
    names = summary["files_seen"]
    lines = [f"  read before, passed over: {name}" for name in names[:_FILES_NAMED]]
    return [*lines, *([f"  and {len(names) - _FILES_NAMED} more"] if len(names) > _FILES_NAMED else [])]


def _refit_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return what became of each theme."""
    lines = [f"Themes were fitted anew on {summary['comments_analysed']} comments: version {summary['theme_version']}."]
    for each in summary["lineage"]:
        old = each["old_theme_id"] and f"{each['old_theme_id']} {each['old_label']}"
        new = each["new_theme_id"] and f"{each['new_theme_id']} {each['new_label']}"
        lines.append(f"  {each['relation']:<7} {' -> '.join(str(name) for name in (old, new) if name)}")
    return lines


def _standing_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return how a project stands after a run: themes, candidates, remarks."""
    lines = [
        f"{summary['themes']} themes, {summary['theme_links']} links to priorities; "
        f"{summary['segments_without_theme']} segments fit no theme."
    ]
    for each in summary["candidates"]:
        lines.append(f"  a new theme? {each['theme_id']} {each['label']}, raised by {each['units']}: see 'decide'")
    lines += summary["remarks"]
    lines += _idle_lines(summary)
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


def sample_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what was drawn for coding, and what it will let one say."""
    lines = [
        f"{found['file']}: {found['comments']} of {found['of']} comments, a sheet a coder ({found['coders']})"
        + (f", {found['coded_by_all']} coded by all." if found["coders"] > 1 else "."),
        f"A share will be known to within {100 * found['half_width']:.1f} points (95%, where it is a half).",
    ]
    kinds = (("source", "file"), ("service", "service"), ("respondent_group", "group"), ("question", "question"))
    of = [_counted(found["drawn_from"][column], noun) for column, noun in kinds if found["drawn_from"][column]]
    lines.append(f"Drawn from {', '.join(of)}, in proportion; --json lists the parts.")
    if found["expected"]:
        lines.append("Codes to expect, if people code about as we do; under 10 is too few to say:")
        lines += [f"  {count:>5}  {priority}" for priority, count in found["expected"].items()]
    elif not found["is_mapped"]:
        lines.append(f"Codes to expect are not known: this project does not map to {found['framework']}.")
    return [*lines, "The workbook holds comments nobody has approved yet: keep it inside the team."]


_ROWS = {
    "all": "all coded comments",
    "labelled": "comments whose priorities are judged",
    "texts_seen_once": "texts that stand once",
    "as_analysed": "as a run analyses them",
    "texts_not_learnt": "texts that are no examples learnt from",
}
_PRIORITY_MEASURES = (
    ("f1_micro", "F1 micro"),
    ("f1_macro", "F1 macro"),
    ("f1_samples", "F1 by comment"),
    ("exact_match", "exact match"),
    ("kappa", "kappa"),
    ("alpha_masi", "alpha (MASI)"),
)
_LEVEL_MEASURES = (
    ("accuracy", "accuracy"),
    ("f1_macro", "F1 macro"),
    ("kappa_weighted", "weighted kappa"),
    ("mean_absolute_error", "mean absolute error"),
)
_THEME_MEASURES = (
    ("ami", "AMI"),
    ("homogeneity", "homogeneity"),
    ("completeness", "completeness"),
    ("best_match_f1", "best-match F1"),
)
TOO_FEW = "too few to say"
_WIDTH = 22
_THREE = 3
_FILES_NAMED = 5


def evaluation_lines(found: Mapping[str, Any]) -> list[str]:
    """Return how far our coding and people's agree: in sentences, then in figures; see docs/methods/evaluation.md."""
    cautions = found["cautions"]
    lines = [*cautions, *([""] if cautions else []), *_sentences(found), "", *_ledger_lines(found["rows"])]
    lines += ["", f"Priorities of {found['framework']['name']}:"]
    sections = found["priorities"]
    shown: list[Mapping[str, Any]] = []
    for name in ("all", "texts_seen_once", "as_analysed", "texts_not_learnt"):
        section = sections.get(name)
        if section is not None and section not in shown:  # the same comments and figures are shown once
            shown.append(section)
            lines += _section_lines(_ROWS[name], section, _PRIORITY_MEASURES)
    lines += _priority_lines(sections["all"])
    lines += _sentiment_lines(found["sentiment"])
    lines += _theme_lines(found["themes"])
    if found["coders"]:
        lines.append("Comments coded twice:")
    for pair in found["coders"]:
        lines += _section_lines(pair["between"], pair["priorities"], _PRIORITY_MEASURES)
    return [*lines, "", *(remark for remark in found["remarks"] if remark not in cautions)]


def _sentences(found: Mapping[str, Any]) -> list[str]:
    """Return what the check says in plain words: whether links are right, what is missed, and what people reach."""
    section = found["priorities"]["all"]
    if not section["is_enough"]:
        return [f"Priorities: {TOO_FEW}: {_counted(section['comments'], 'comment')} with too few codes."]
    right, caught = (_in_hundred(section, measure) for measure in ("precision_micro", "recall_micro"))
    items = section["per_priority"]
    enough = sum(item["is_enough"] for item in items)
    return [
        f"Of 100 links to priorities that the program made, people made {right} too; of 100 that people made, it found"
        f" {caught}.",
        *_people_lines(found["coders"]),
        f"People gave enough codes (10 or more) to speak of {enough} of {len(items)} priorities.",
    ]


def _people_lines(coders: Sequence[Mapping[str, Any]]) -> list[str]:
    pairs = [pair for pair in coders if "ours" not in pair["between"] and pair["priorities"]["comments"]]
    if not pairs:
        return ["How far two people agree is not known: no comment was coded by two."]
    lines = []
    for pair in pairs:
        section, names = pair["priorities"], pair["between"].replace(", ", " and ").capitalize()
        comments = _counted(section["comments"], "comment")
        lines.append(
            f"{names}, on {comments}: of 100 links that one of them made, the other made"
            f" {_in_hundred(section, 'f1_micro')} too."
            if section["is_enough"]
            else f"{names}: {TOO_FEW}: {comments} with too few codes."
        )
    return lines


def _in_hundred(section: Mapping[str, Any], measure: str) -> str:
    value, (low, high) = section[measure], section["intervals"][measure]
    if value is None:
        return "none"
    interval = "" if low is None or high is None else f" ({100 * low:.0f} to {100 * high:.0f})"
    return f"{100 * value:.0f}{interval}"


def _ledger_lines(rows: Mapping[str, Any]) -> list[str]:
    judged = _counted(rows["comments_judged"], "comment")
    twice = f", {rows['coded_twice']} of them coded by two people or more" if rows["coded_twice"] else ""
    lines = [
        f"{_counted(rows['read'], 'row')} read. Judged on priorities: {judged}{twice}; on sentiment:"
        f" {_counted(rows['comments_with_sentiment'], 'comment')}."
    ]
    lines += [f"  rows not judged on priorities, {count}: {reason}" for reason, count in rows["left_out"].items()]
    lines += [f"  rows a run would set aside, {count}: {why}" for why, count in rows["set_aside_by_a_run"].items()]
    return lines


def _section_lines(title: str, section: Mapping[str, Any], measures: Sequence[tuple[str, str]]) -> list[str]:
    """Return a title with the number of comments, and one measure a line."""
    if not section["comments"]:
        return [f"  {title}: none"]
    head = f"  {title} ({section['comments']})"
    if not section["is_enough"]:
        return [f"{head}: {TOO_FEW}"]
    return [f"{head}:"] + [
        f"    {name:<{_WIDTH}} " + (TOO_FEW if measure in section["too_few_for"] else _with_interval(section, measure))
        for measure, name in measures
        if measure in section
    ]


def _priority_lines(section: Mapping[str, Any]) -> list[str]:
    items = section.get("per_priority", [])
    width = max((len(item["label"]) for item in items), default=0)
    lines = ["  priority by priority, with the comments that people gave it:"] if items else []
    for item in items:
        figures = (
            f"precision {_shown(item['precision'])}, recall {_shown(item['recall'])},"
            f" F1 {_with_interval(item, 'f1')}, kappa {_shown(item['kappa'])}"
        )
        lines.append(f"    {item['label']:<{width}} {item['support']:>5}  "
                     + (figures if item["is_enough"] else TOO_FEW))  # fmt: skip
    return lines


def _sentiment_lines(sentiment: Mapping[str, Any]) -> list[str]:
    """Return sentiment on three levels, and on five where people used more than three."""
    lines: list[str] = []
    shown: list[Mapping[str, Any]] = []
    for rows in ("all", "labelled"):
        section = sentiment[rows]
        if not section["five_levels"]["comments"] or section in shown:
            continue
        shown.append(section)
        used = sum(any(row) for row in section["five_levels"].get("confusion_theirs_by_ours", ()))
        for name, levels in (("five_levels", "5 levels"), ("three_levels", "3 levels")):
            if name == "three_levels" or used > _THREE:
                lines += _section_lines(f"{_ROWS[rows]}, {levels}", section[name], _LEVEL_MEASURES)
    return ["Sentiment:", *lines] if lines else []


def _theme_lines(themes: Mapping[str, Any]) -> list[str]:
    if not themes["comments"] or "found" not in themes:
        return []
    lines = [
        f"Themes: {themes['found']} found; {100 * (themes['share_without_theme'] or 0):.1f}% of segments that say"
        " something have none."
    ]
    if "ami" in themes:
        lines += _section_lines("against the codes", themes, _THEME_MEASURES)
    stability = themes["stability"]
    if stability:
        lines += [
            "  the same again (ARI):",
            f"    {'comments shuffled':<{_WIDTH}} {_shown(stability['ari_shuffled'])}",
            f"    {'a tenth left out':<{_WIDTH}} {_shown(stability['ari_without_a_tenth'])}",
        ]
    return lines


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _shown(value: float | None) -> str:
    return "nothing to measure" if value is None else f"{value:.2f}"


def _with_interval(section: Mapping[str, Any], measure: str) -> str:
    low, high = section["intervals"][measure]
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return _shown(section[measure]) + interval


def _with_source(source: str, problem: str) -> str:
    return problem if problem.startswith(source) else f"{source}: {problem}"
