"""Runs of a project: what an analysis reads from the store, what it leaves there, and how it stands since."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.analysis import Analysis
from voice_of_care.counting import units
from voice_of_care.decisions import apply_decisions, count_idle, is_chain_whole
from voice_of_care.embedding import load_embedders
from voice_of_care.errors import StoreError
from voice_of_care.frameworks import load_frameworks, load_seeds
from voice_of_care.frameworks.loader import SHIPPED
from voice_of_care.models import model_hashes
from voice_of_care.pipeline import run
from voice_of_care.tables import EXAMPLES, RUNS, TABLES, conform
from voice_of_care.themes.identity import in_space_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from voice_of_care.frameworks import Framework
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.store import Project, Store


def analyse_project(
    paths: Sequence[Path],
    *,
    project: Project,
    store: Store,
    extra_frameworks: Sequence[str] = (),
    now: Callable[[], str],
    stopwatch: Stopwatch,
) -> Analysis:
    """Analyse files into a project, and return the analysis with its reviewers' decisions applied.

    Args:
        paths: files and folders; they replace what was analysed before.
        project: folder, settings and key.
        store: the project's open database.
        extra_frameworks: ids to map to besides the settings' own.
        now: gives the time of day for the run's row, ISO 8601 UTC.
        stopwatch: times the steps.
    """
    started = now()
    frameworks = load_frameworks(project.settings.priorities, folder=project.folder, extra=extra_frameworks)
    embedders = load_embedders(lookup=store.find_vectors, remember=store.remember_vectors, progress=stopwatch.tell)
    with stopwatch.step("embed"):
        known = in_space_of(
            embedders.both,
            store.read("theme_vectors"),
            segments=store.read("segments"),
            assignments=store.read("assignments"),
        )
    done = run(
        paths,
        settings=project.settings,
        key=project.key,
        embedders=embedders,
        frameworks=frameworks,
        known=known,
        examples=read_examples(project, store, frameworks=frameworks),
        seeds=load_seeds(project.settings.themes.seeds, folder=project.folder, frameworks=frameworks),
        stopwatch=stopwatch,
    )
    dates = done.analysis.safe_comments["received_on"].dropna()
    report_date = project.settings.report.date or (dates.max().date() if len(dates) else None)
    row = run_row(
        project,
        number=store.next_run_id(),
        started=started,
        finished=now(),
        report_date=report_date.isoformat() if report_date else None,
        input_hash=_hash_input(done.comments),
        seconds=json.dumps(stopwatch.seconds),
        frameworks=frameworks,
    )
    tables = {**done.analysis.tables(), "comments": done.comments, "repeats": done.repeats}
    store.write_run(tables, row)
    return read_analysis(project, store)


def run_row(
    project: Project,
    *,
    number: int,
    started: str,
    finished: str,
    report_date: str | None,
    input_hash: str,
    seconds: str,
    frameworks: Sequence[Framework],
) -> pd.DataFrame:
    """Return the row that tells what a run was made of."""
    row = {
        "run_id": number,
        "started_at": started,
        "finished_at": finished,
        "report_date": report_date,
        "settings_hash": project.settings.digest(),
        "input_hash": input_hash,
        "model_hashes": json.dumps(model_hashes(), sort_keys=True),
        "code_version": version("voice-of-care"),
        "step_seconds": seconds,
        "frameworks": [framework.id for framework in frameworks],
        "kind": "analyse",
        "theme_version": 1,
        "comments_added": 0,
        "comments_changed": 0,
        "comments_removed": 0,
        "last_theme_number": 0,
        "parts": "{}",
        "undone_at": None,
    }
    return conform(pd.DataFrame([row]), RUNS)


def read_analysis(project: Project, store: Store) -> Analysis:
    """Return a project's analysis as it stands: the tables of the last run with all decisions applied.

    Raises:
        StoreError: no run has been finished yet, or the settings no longer have a framework that the last one used.
    """
    return _decided(project, _read_stored(project, store, frameworks=_used_frameworks(project, store)))


def read_examples(project: Project, store: Store, *, frameworks: tuple[Framework, ...] | None = None) -> pd.DataFrame:
    """Return what people have shown so far: what was stored, and what reviewers have decided since.

    Args:
        project: folder, settings and key.
        store: the project's open database.
        frameworks: what to read decisions by; by default the last run's, which may be gone from the settings.
    """
    if store.last_run() is None:
        return store.read(EXAMPLES.name)
    if frameworks is None:
        return read_analysis(project, store).examples
    return _decided(project, _read_stored(project, store, frameworks=frameworks)).examples


def count_idle_decisions(project: Project, store: Store) -> int:
    """Return how many decisions have nothing to apply to any more."""
    if store.read("events").empty:
        return 0
    stored = _read_stored(project, store, frameworks=_used_frameworks(project, store))
    return count_idle(stored)


def _used_frameworks(project: Project, store: Store) -> tuple[Framework, ...]:
    """Return the frameworks of the last run."""
    last = store.last_run()
    if last is None:
        msg = f"{project.folder}: no analysed project here. Run 'voice-of-care analyse PATH --project ...' first."
        raise StoreError(msg)
    used = tuple(last["frameworks"])
    own = {each.id for each in load_frameworks(project.settings.priorities, folder=project.folder)}
    gone = [framework_id for framework_id in used if framework_id not in own and framework_id not in SHIPPED]
    if gone:
        msg = (
            f"{project.folder}: the last run used the framework {gone[0]}, which the settings no longer have."
            " Put its file back under that id, or run 'voice-of-care analyse' again to go on without it."
        )
        raise StoreError(msg)
    frameworks = load_frameworks(project.settings.priorities, folder=project.folder, extra=used)
    return tuple(each for each in frameworks if each.id in used)


def _read_stored(project: Project, store: Store, *, frameworks: tuple[Framework, ...]) -> Analysis:
    """Return the tables of the last run as they were written, with the events since."""
    tables = {**{name: store.read(name) for name in TABLES}, RUNS.name: store.standing_runs()}
    if not is_chain_whole(tables["events"]):
        msg = f"{project.folder}: the list of decisions was changed from outside. Put back a copy of the project."
        raise StoreError(msg)
    return Analysis(**tables, frameworks=frameworks)


def _decided(project: Project, stored: Analysis) -> Analysis:
    unit_of = units(stored.safe_comments, count_campaigns=project.settings.intake.count_campaigns)
    return apply_decisions(stored, unit_of=unit_of)


def _hash_input(comments: pd.DataFrame) -> str:
    """Return a sha256 over all comments as read, the same in whatever order they stood."""
    rows = comments.drop(columns=["comment_id", "source_ref"]).itertuples(index=False, name=None)
    lines = ["\x1f".join("" if pd.isna(value) else str(value) for value in row) for row in rows]
    return hashlib.sha256("\x1e".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()
