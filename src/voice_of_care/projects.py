"""Runs of a project: what an analysis reads from the store, what it leaves there, and how it stands since."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.analysis import Analysis
from voice_of_care.counting import units
from voice_of_care.decisions import apply_decisions, find_idle, is_chain_whole, judge_candidates
from voice_of_care.embedding import load_embedders
from voice_of_care.errors import StoreError
from voice_of_care.frameworks import load_frameworks, load_seeds
from voice_of_care.frameworks.loader import SHIPPED
from voice_of_care.growing import Anew, Held, add, refit
from voice_of_care.intake.known import Known
from voice_of_care.models import model_hashes
from voice_of_care.pipeline import Means, follow, follow_trends, run
from voice_of_care.tables import EXAMPLES, RUNS, TABLES, conform
from voice_of_care.themes.identity import highest_number, in_space_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from voice_of_care.frameworks import Framework
    from voice_of_care.intake.reading import SeenFile
    from voice_of_care.pipeline import Run, Stopwatch
    from voice_of_care.store import Project, Store


class Done(NamedTuple):
    """What a run did: the analysis as it stands, its row of `runs` (none where there was nothing to do), and counts.

    `there_already` counts comments of the files that the project had; `seen` names files passed over whole; `remarks`
    are lines to tell the user.
    """

    analysis: Analysis
    row: dict[str, Any] | None
    there_already: int = 0
    seen: tuple[SeenFile, ...] = ()
    remarks: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What a run rests on besides its comments, each as a digest, so that the next can tell what has changed."""

    deidentify: str
    themes: str
    linking: str
    models: str
    extra: tuple[str, ...]

    def as_json(self) -> str:
        """Return it as the table of runs keeps it."""
        return json.dumps(self._asdict(), sort_keys=True)


def analyse_project(
    paths: Sequence[Path],
    *,
    project: Project,
    store: Store,
    extra_frameworks: Sequence[str] = (),
    now: Callable[[], str],
    stopwatch: Stopwatch,
) -> Done:
    """Analyse files into a project: find its themes, or where it has some, add what is new to them.

    Args:
        paths: files and folders; what the project holds already is passed over, what was corrected is replaced.
        project: folder, settings and key.
        store: the project's open database.
        extra_frameworks: ids to map to besides the settings' own.
        now: gives the time of day for the run's row, ISO 8601 UTC.
        stopwatch: times the steps.
    """
    started = now()
    before = None if store.last_run() is None else parts_before(require_run(project, store))
    extra = tuple(extra_frameworks) or (before.extra if before else ())
    means = _means(project, store, extra=extra, stopwatch=stopwatch)
    parts = parts_of(project, frameworks=means.frameworks, examples=means.examples, extra=extra)
    if before is None or not _knows_records(store):
        done = run(paths, means, known=_known_themes(means, store), run_id=store.next_run_id())
        row = _row(means, store, done, parts, kind="analyse", started=started, now=now)
        store.write_run(_tables_of(done), row)
        return _done(project, store, done, row)
    if before.models and before.models != parts.models:
        msg = (
            f"{project.folder}: the last run used other models than this version of voice-of-care."
            f" Run 'voice-of-care refit --project {project.folder}' first: it scores all comments anew, so that months"
            " can be compared."
        )
        raise StoreError(msg)
    anew = Anew(before.deidentify != parts.deidentify, before.linking != parts.linking)
    done = add(paths, _hold(project, store), means, anew=anew, run_id=store.next_run_id())
    if not (len(done.read.comments) or len(done.read.gone) or len(done.read.set_aside) or any(anew)):
        return _done(project, store, done, None)
    row = _row(means, store, done, parts, kind="add", started=started, now=now)
    store.write_run(_tables_of(done), row)
    return _done(project, store, done, row, remarks=_remarks(before, parts, project))


def refit_project(*, project: Project, store: Store, now: Callable[[], str], stopwatch: Stopwatch) -> Done:
    """Fit a project's themes anew on all its comments, scored again, so that one version of themes holds for all.

    Args:
        project: folder, settings and key.
        store: the project's open database.
        now: gives the time of day for the run's row, ISO 8601 UTC.
        stopwatch: times the steps.

    Raises:
        StoreError: nothing was analysed yet.
    """
    started = now()
    last = require_run(project, store)
    extra = parts_before(last).extra
    means = _means(project, store, extra=extra, stopwatch=stopwatch)
    held = _hold(project, store)
    done = refit(held, means, known=_known_themes(means, store), theme_version=int(last["theme_version"]) + 1)
    parts = parts_of(project, frameworks=means.frameworks, examples=means.examples, extra=extra)
    row = _row(means, store, done, parts, kind="refit", started=started, now=now)
    store.write_run(_tables_of(done), row)
    return _done(project, store, done, row)


def require_taken_out(project: Project, store: Store) -> None:
    """Refuse to show texts from which not all is taken out that the settings say by now.

    Raises:
        StoreError: the settings of de-identification are others than those of the last run, or there is none.
    """
    before = parts_before(require_run(project, store)).deidentify
    if before not in {"", _digest(project.settings.deidentify.model_dump_json())}:
        msg = (
            f"{project.folder}: what the settings take out has changed since the last run, yet stands in the texts."
            " Run 'voice-of-care add' with any of its files, or 'voice-of-care refit', first."
        )
        raise StoreError(msg)


def require_records(project: Project, store: Store) -> None:
    """Refuse to add to a project that keeps nothing to tell records again by: one made before batches could be added.

    Raises:
        StoreError: there is no run, or none that kept records.
    """
    require_run(project, store)
    if not _knows_records(store):
        msg = (
            f"{project.folder}: made by an older version of voice-of-care, which kept nothing to tell files again by."
            " Run 'voice-of-care analyse' once on all its files; from then on further files can be added."
        )
        raise StoreError(msg)


def _knows_records(store: Store) -> bool:
    return len(store.read("records")) > 0


def _known_themes(means: Means, store: Store) -> pd.DataFrame:
    """Return the vectors of the themes so far, in the space of the models in use."""
    with means.watch.step("embed"):
        return in_space_of(
            means.embedders.both,
            store.read("theme_vectors"),
            segments=store.read("segments"),
            assignments=store.read("assignments"),
        )


def require_run(project: Project, store: Store) -> dict[str, Any]:
    """Return the row of the last run that stands.

    Raises:
        StoreError: there is none.
    """
    last = store.last_run()
    if last is None:
        msg = f"{project.folder}: no analysed project here. Run 'voice-of-care analyse PATH --project ...' first."
        raise StoreError(msg)
    return {str(name): value for name, value in last.items()}


def _means(project: Project, store: Store, *, extra: Sequence[str], stopwatch: Stopwatch) -> Means:
    frameworks = load_frameworks(project.settings.priorities, folder=project.folder, extra=extra)
    return Means(
        settings=project.settings,
        key=project.key,
        embedders=load_embedders(lookup=store.find_vectors, remember=store.remember_vectors, progress=stopwatch.tell),
        frameworks=frameworks,
        watch=stopwatch,
        examples=read_examples(project, store, frameworks=frameworks),
        seeds=load_seeds(project.settings.themes.seeds, folder=project.folder, frameworks=frameworks),
    )


def parts_of(
    project: Project, *, frameworks: Sequence[Framework], examples: pd.DataFrame, extra: Sequence[str]
) -> Parts:
    """Return what a run rests on now."""
    settings = project.settings
    shown = sorted("\x1f".join(str(value) for value in row) for row in examples.itertuples(index=False))
    linking = [settings.priorities.model_dump_json(), *(repr(each) for each in frameworks), *shown]
    return Parts(
        deidentify=_digest(settings.deidentify.model_dump_json()),
        themes=_digest(settings.themes.model_dump_json()),
        linking=_digest(*linking),
        models=_digest(json.dumps(model_hashes(), sort_keys=True)),
        extra=tuple(extra),
    )


def parts_before(row: dict[str, Any]) -> Parts:
    """Return what an earlier run rested on; empty where it was not kept."""
    kept = json.loads(str(row["parts"]) or "{}")
    texts = {name: str(kept.get(name, "")) for name in Parts._fields if name != "extra"}
    return Parts(**texts, extra=tuple(kept.get("extra", ())))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _remarks(before: Parts, now: Parts, project: Project) -> tuple[str, ...]:
    refit_line = f"'voice-of-care refit --project {project.folder}'"
    remarks = []
    if before.themes not in {"", now.themes}:
        remarks.append(f"The settings of themes have changed; the themes are as they were. To use them: {refit_line}.")
    if before.deidentify != now.deidentify:
        remarks.append(
            "What is taken out has changed, and was taken out of all comments. Labels and descriptions of themes are as"
            f" they were: read them, or make them anew: {refit_line}."
        )
    return tuple(remarks)


def _hold(project: Project, store: Store) -> Held:
    """Return what the project holds, as the models made it."""
    stored = _read_stored(project, store, frameworks=_used_frameworks(project, store))
    standing = store.standing_runs()
    fits = standing[standing["kind"].isin(("analyse", "refit"))]
    behind = {name: store.read(name) for name in ("comments", "repeats", *Known._fields) if name != "sources"}
    return Held(
        analysis=stored,
        decided=_decided(project, stored),
        comments=behind["comments"],
        repeats=behind["repeats"],
        known=Known(behind["records"], behind["files"], behind["people"], stored.sources, behind["layouts"]),
        candidates=judge_candidates(stored),
        last_theme_number=_last_theme_number(store),
        fitted_in=int(fits["run_id"].max()),
    )


def _last_theme_number(store: Store) -> int:
    return max(store.last_theme_number(), highest_number(store.read("theme_vectors")["theme_id"].tolist()))


def _tables_of(done: Run) -> dict[str, pd.DataFrame]:
    return {**done.analysis.tables(), **done.behind}


def _row(
    means: Means, store: Store, done: Run, parts: Parts, *, kind: str, started: str, now: Callable[[], str]
) -> pd.DataFrame:
    """Return the row that tells what a run was made of and did."""
    last = store.last_run()
    dates = done.analysis.safe_comments["received_on"].dropna()
    report_date = means.settings.report.date or (dates.max().date() if len(dates) else None)
    is_refit = kind == "refit"
    changed = len(done.read.changed)
    themes = done.analysis.themes["theme_id"].tolist()
    row = {
        "run_id": store.next_run_id(),
        "started_at": started,
        "finished_at": now(),
        "report_date": report_date.isoformat() if report_date else None,
        "settings_hash": means.settings.digest(),
        "input_hash": _hash_input(done.behind["comments"]),
        "model_hashes": json.dumps(model_hashes(), sort_keys=True),
        "code_version": version("voice-of-care"),
        "step_seconds": json.dumps(means.watch.seconds),
        "frameworks": [framework.id for framework in done.analysis.frameworks],
        "kind": kind,
        "theme_version": 1 if last is None else int(last["theme_version"]) + (kind != "add"),
        "comments_added": 0 if is_refit else len(done.read.comments) - changed,
        "comments_changed": 0 if is_refit else changed,
        "comments_removed": 0 if is_refit else len(done.read.gone),
        "last_theme_number": max(_last_theme_number(store), highest_number(themes)),
        "parts": parts.as_json(),
        "undone_at": None,
    }
    return conform(pd.DataFrame([row]), RUNS)


def _done(
    project: Project, store: Store, made: Run, row: pd.DataFrame | None, *, remarks: tuple[str, ...] = ()
) -> Done:
    """Return what a run did, with the analysis as it stands after it."""
    return Done(
        analysis=read_analysis(project, store),
        row=None if row is None else {str(name): value for name, value in row.iloc[0].items()},
        there_already=made.read.already,
        seen=tuple(made.read.seen),
        remarks=remarks,
    )


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


def find_idle_decisions(project: Project, store: Store) -> list[tuple[str, str]]:
    """Return the decisions that have nothing to apply to any more: an action and the id of what it is about."""
    if store.read("events").empty or store.last_run() is None:
        return []
    stored = _read_stored(project, store, frameworks=_used_frameworks(project, store))
    return find_idle(stored)


def lost_to_undo(before: Sequence[tuple[str, str]], project: Project, store: Store) -> int:
    """Return how many decisions about themes applied before runs were undone and no longer do.

    Args:
        before: those that were idle before (`find_idle_decisions`).
        project: as it is now.
        store: the same.
    """
    if store.last_run() is None:
        return 0
    lost = Counter(find_idle_decisions(project, store)) - Counter(before)
    return sum(count for (action, _), count in lost.items() if action.startswith("theme."))


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


def follow_now(project: Project, analysis: Analysis) -> Analysis:
    """Return a project's analysis as it stands, followed over time and with all that decisions rest on."""
    from voice_of_care.metrics import load_metrics  # what reads their files also draws: not for every command

    settings = project.settings
    metrics = load_metrics(settings.metrics, folder=project.folder, year_starts_in=settings.trends.year_starts_in)
    return follow(analysis, settings=settings, metrics=metrics)


def follow_project(project: Project, store: Store) -> tuple[Analysis, Analysis | None]:
    """Return a project's analysis followed over time, and the same before its last run, to tell what is new since.

    The second is None where the last run is the first that stands, or what the one before left was forgotten.
    """
    frameworks = _used_frameworks(project, store)
    now = follow_now(project, _decided(project, _read_stored(project, store, frameworks=frameworks)))
    run_before = store.run_before()
    if run_before is None:
        return now, None
    stored = _read_stored(project, store, frameworks=frameworks, as_of=run_before)
    return now, follow_trends(_decided(project, stored), settings=project.settings)


def _read_stored(
    project: Project, store: Store, *, frameworks: tuple[Framework, ...], as_of: int | None = None
) -> Analysis:
    """Return the tables of the last run, or of the one asked for, as they were written, with the events since."""
    tables = {name: store.read(name, as_of=as_of) for name in TABLES}
    tables[RUNS.name] = tables[RUNS.name][tables[RUNS.name]["undone_at"].isna()].reset_index(drop=True)
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
