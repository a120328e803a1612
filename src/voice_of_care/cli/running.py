"""Run what changes a project, and tell what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from voice_of_care.cli.app import print_lines, refuse_other_ending, to_json, write_report_file
from voice_of_care.console import batch_lines, seconds_line, show_progress, summary_lines
from voice_of_care.tables import standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voice_of_care.analysis import Analysis
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.projects import Done
    from voice_of_care.settings import Profile
    from voice_of_care.store import Project, Store


class Telling(NamedTuple):
    """How to tell what a run did: in a report, as JSON, in lines or not at all."""

    report: Path | None
    profile: Profile | None
    as_json: bool
    quiet: bool


def run_and_tell(
    find: Callable[[], Project], work: Callable[[Project, Store, Stopwatch], Done], telling: Telling
) -> None:
    """Do a piece of work in a project, write the report if one is wanted, and print what was done."""
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.projects import find_idle_decisions, follow_project
    from voice_of_care.store import Store

    if telling.report is not None:
        refuse_other_ending(telling.report, ".html", ".htm")
    with show_progress(quiet=telling.quiet) as listener:
        opened = find()
        stopwatch = Stopwatch(listener)
        with Store(opened.folder) as store:
            done = work(opened, store, stopwatch)
            idle = find_idle_decisions(opened, store)
            if telling.report is not None:
                with stopwatch.step("report"):
                    followed, before = follow_project(opened, store)
                    write_report_file(followed, opened, telling.report, telling.profile, before=before)
    summary = _summary(done, opened, telling.report, stopwatch.seconds)
    told = [{"action": action, "about": about} for action, about in idle]
    summary = {**summary, "decisions_idle": len(idle), "decisions_idle_about": told}
    if telling.as_json:
        typer.echo(to_json(summary))
    elif not telling.quiet:
        lines = summary_lines(summary) if summary["kind"] == "analyse" else batch_lines(summary)
        print_lines([*lines, seconds_line(stopwatch.seconds)])


def _seeds(analysis: Analysis, opened: Project) -> dict[str, object]:
    """Return how many themes were looked for on request, and the labels of those too few people speak of."""
    from voice_of_care.frameworks import load_seeds

    seeds = load_seeds(opened.settings.themes.seeds, folder=opened.folder, frameworks=analysis.frameworks)
    labels = {f"{each.id}/{item.id}": item.label for each in seeds for item in each.elements}
    too_few = analysis.set_aside.loc[analysis.set_aside["step"] == "seeds", "item_id"]
    return {"asked": len(labels), "too_few_people": [labels.get(seed, seed) for seed in too_few]}


def _summary(done: Done, opened: Project, report: Path | None, seconds: dict[str, float]) -> dict[str, Any]:
    """Return what a run did: its sources and comments, and what the project holds now."""
    from voice_of_care.themes.words import REASON_NO_THEME

    analysis, row = done.analysis, done.row or {}
    sources = analysis.sources[analysis.sources["run_id"] == row.get("run_id", 0)]
    if row.get("kind") == "refit":
        sources = sources.iloc[:0]
    left_out = analysis.set_aside[
        (analysis.set_aside["step"] == "intake") & analysis.set_aside["source"].isin(sources["source"])
    ]
    themes = standing(analysis.themes)
    candidates = analysis.themes[analysis.themes["status"] == "candidate"]
    return {
        "project": str(opened.folder),
        "report": str(report) if report else None,
        "kind": row.get("kind", "nothing_new"),
        "run_id": int(row["run_id"]) if row else None,
        "theme_version": int(row["theme_version"]) if row else None,
        "comments_read": int(sources["comments"].sum() + sources["set_aside"].sum()),
        "comments_analysed": len(analysis.safe_comments),
        "comments_set_aside": int(sources["set_aside"].sum()),
        "comments_added": int(row.get("comments_added", 0)),
        "comments_changed": int(row.get("comments_changed", 0)),
        "comments_removed": int(row.get("comments_removed", 0)),
        "comments_there_already": done.there_already,
        "files_seen": [each.name for each in done.seen],
        "set_aside_by_reason": {str(k): int(v) for k, v in sorted(left_out["reason"].value_counts().items())},
        "segments": len(analysis.segments),
        "segments_without_theme": int((analysis.set_aside["reason"] == REASON_NO_THEME).sum()),
        "themes": int(analysis.theme_vectors["theme_id"].isin(themes["theme_id"]).sum()),
        "candidates": [
            {"theme_id": each["theme_id"], "label": each["label"], "units": int(each["size"])}
            for each in candidates.to_dict("records")
        ],
        "lineage": _lineage(done),
        "theme_links": len(analysis.theme_links),
        "redactions": len(analysis.redactions),
        "flags": len(analysis.flags),
        "seeds": _seeds(analysis, opened),
        "sources": [
            {
                "source": each["source"],
                "preset": each["preset"] if isinstance(each["preset"], str) else None,
                "comments": int(each["comments"]),
                "set_aside": int(each["set_aside"]),
                "problems": each["problems"],
            }
            for each in sources.to_dict("records")
        ],
        "remarks": list(done.remarks),
        "seconds": seconds,
    }


def _lineage(done: Done) -> list[dict[str, object]]:
    """Return what became of each theme, where the run fitted themes anew."""
    if done.row is None or done.row["kind"] != "refit":
        return []
    rows = done.analysis.lineage
    columns = ["relation", "old_theme_id", "old_label", "new_theme_id", "new_label", "units"]
    told = rows.loc[rows["theme_version"] == done.row["theme_version"], columns].astype(object)
    return [{str(k): v for k, v in each.items()} for each in told.where(told.notna(), None).to_dict("records")]
