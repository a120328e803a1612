"""Teach a project a framework by comments that people coded: keep them as examples, and link the stored comments anew.

The encoder is not trained: what is learnt is made from the examples each time, in seconds, so that the examples are the
whole truth about it.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.analysis import Analysis
from voice_of_care.counting import units
from voice_of_care.embedding import CachedEmbedder, Embedders
from voice_of_care.errors import InputError
from voice_of_care.evaluation.codings import CODED, NO_PRIORITY, NOT_CODED, not_understood, read_codings
from voice_of_care.intake.coded import NO, YES, read_coded
from voice_of_care.measuring import coded_sheet
from voice_of_care.models import model_hashes
from voice_of_care.pipeline import deidentify_comments, link_comments, scored_of, standing_alone
from voice_of_care.priorities import learn_priorities, link_priorities
from voice_of_care.projects import parts_before, parts_of, read_analysis, require_run
from voice_of_care.settings import PrioritySettings
from voice_of_care.statements import answer_plain_questions
from voice_of_care.tables import ASSIGNMENTS, EXAMPLES, RUNS, TABLES, conform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from voice_of_care.evaluation.columns import Columns
    from voice_of_care.frameworks import Framework
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.store import Project, Store

FEW, ENOUGH, PLENTY = 1, 8, 32
_PARTS = 5
_FEWEST_TO_CHECK = 20
_ROWS_NAMED = 5
CODED_ORIGINS = ("coded", "disputed")


class LeftOut(NamedTuple):
    """Rows nothing was learnt from: why, how many, and the first of them as the file numbers them."""

    reason: str
    rows: int
    first: tuple[str, ...]


class Agreed(NamedTuple):
    """What coders agree on.

    Args:
        examples: as declared.
        again: texts coded more than once.
        disputed: codes on them that not all gave.
    """

    examples: pd.DataFrame
    again: int
    disputed: int


class Taught(NamedTuple):
    """What a project has been taught of a framework.

    Args:
        texts: coded texts kept from this file.
        aside: rows nothing was learnt from.
        left_out: the same by reason.
        none_applies: rows without any mark, learnt from as texts that speak of no priority.
        coded_again: texts coded more than once; what all agree on is learnt.
        disputed: codes on these that were set aside, as those who coded the text disagree.
        counts: priority id to the number of examples the project now holds.
        agreement: micro F1 on examples held back, by cues alone and with the other examples; none where too few.
        relinked: links of stored segments before and after; none where nothing was linked anew.
        remarks: one line each on what was not understood.
    """

    texts: int
    aside: int
    left_out: tuple[LeftOut, ...]
    none_applies: int
    coded_again: int
    disputed: int
    counts: dict[str, int]
    agreement: tuple[float, float] | None
    relinked: tuple[int, int] | None
    remarks: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for scripts."""
        return {**self._asdict(), "left_out": [each._asdict() for each in self.left_out]}


def teach_file(
    path: Path,
    *,
    framework: Framework,
    project: Project,
    store: Store,
    embedders: Embedders,
    now: Callable[[], str],
    watch: Stopwatch,
    named: Mapping[str, Sequence[str]] | None = None,
) -> Taught:
    """Keep the coded comments of a file as examples of a framework, and link what the project holds anew.

    Texts are de-identified before they are kept. A text that was taught before is replaced.

    Args:
        path: a table with a column of texts and columns of codes, as `evaluate` reads it.
        framework: what the codes are priorities of.
        project: folder, settings and key.
        store: the project's open database.
        embedders: both encoders.
        now: gives the time of day for the run's row, ISO 8601 UTC.
        watch: times the steps.
        named: headers by role where the file's own don't tell.

    Raises:
        InputError: the file can't be read, or holds nothing to learn from.
    """
    remembered = Embedders(*(CachedEmbedder(each) for each in embedders))
    with watch.step("read"):
        sheet, columns, remarks = coded_sheet(path, framework=framework, settings=project.settings, named=named)
        read = read_coded(
            sheet, columns=columns.roles, wanted=columns.wanted, settings=project.settings, key=project.key
        )
        codings = read_codings(read.codings, columns=columns, framework=framework, yes=YES, no=NO, texts=read.texts)
    rows = codings.rows
    without_mark = _says_none(rows["status"], columns)
    reasons = _reasons(rows, read.aside, without_mark)
    usable = reasons.isna()
    if not codings.given[usable.to_numpy()].any():
        told = f" {_with_label(codings.remarks[0], framework)}" if codings.remarks else ""
        why = not_understood(codings, framework) or f"no text is coded with a priority of {framework.id}."
        msg = f"{path.name}: nothing to learn: {why}{told}"
        raise InputError(msg)
    safe = deidentify_comments(read.read, settings=project.settings, key=project.key, watch=watch).safe_comments
    texts = rows["comment_id"].map(safe.set_index("comment_id")["text"])
    agreed = _as_examples(texts[usable], codings.given[usable.to_numpy()], codings.labels, framework)
    analysis = None if store.last_run() is None else read_analysis(project, store)
    held = store.read(EXAMPLES.name) if analysis is None else analysis.examples
    examples = _together(held, agreed.examples)
    with watch.step("check"):
        agreement = check(examples, framework, embedders=remembered)
    relinked = None
    if analysis is not None and framework.id in {each.id for each in analysis.frameworks}:
        with watch.step("priorities"):
            relinked = relink(project, store, examples, embedders=remembered, now=now, watch=watch)
    else:
        store.keep_examples(examples)
    mine = examples[(examples["framework_id"] == framework.id) & examples["is_example"].astype(bool)]
    found = mine.groupby("priority_id")["text"].nunique()
    return Taught(
        texts=agreed.examples["text"].nunique(),
        aside=int((~usable).sum()),
        left_out=_left_out(rows["record"], reasons),
        none_applies=int((without_mark & usable).sum()),
        coded_again=agreed.again,
        disputed=agreed.disputed,
        counts={element.id: int(found.get(element.id, 0)) for element in framework.elements},
        agreement=agreement,
        relinked=relinked,
        remarks=(*remarks, *(_with_label(remark, framework) for remark in codings.remarks)),
    )


def _says_none(status: pd.Series, columns: Columns) -> pd.Series:
    """Say which rows say by having no mark that no priority applies: in a file of marks alone, all that are blank."""
    return status.eq(NOT_CODED) & bool(columns.marks) & (not columns.codes)


def _reasons(rows: pd.DataFrame, aside: pd.DataFrame, without_mark: pd.Series) -> pd.Series:
    """Return why nothing is learnt from a row; none where it is learnt from."""
    is_coded = rows["status"].isin([CODED, NO_PRIORITY]) | without_mark
    of_comment = rows["comment_id"].map(aside.drop_duplicates("comment_id").set_index("comment_id")["reason"])
    return rows["status"].astype("object").where(~is_coded, of_comment.astype("object"))


def _left_out(records: pd.Series, reasons: pd.Series) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(str(reason), len(mine), tuple(mine.astype(str).head(_ROWS_NAMED)))
        for reason, mine in records[reasons.notna()].groupby(reasons[reasons.notna()], sort=True)
    )


def _with_label(remark: str, framework: Framework) -> str:
    """Return the remark with the priority it proposes called by its label too."""
    for element in framework.elements:
        remark = remark.replace(f"Did you mean {element.id}?", f"Did you mean '{element.label}' ({element.id})?")
    return remark


def _as_examples(texts: pd.Series, given: np.ndarray, labels: tuple[str, ...], framework: Framework) -> Agreed:
    """Return what all who coded a text agree on: its priorities, none where it has none, and those in dispute."""
    grouped = pd.DataFrame(given.astype(float), columns=list(labels)).groupby(texts.to_numpy())
    shares, codings = grouped.mean().sort_index(), grouped.size()
    rows: list[tuple[str, str | None, str]] = []
    for text, row in shares.iterrows():
        mine: list[str | None] = [label for label in labels if row[label] == 1]
        rows += [(str(text), label, "coded") for label in mine or [None]]
        rows += [(str(text), label, "disputed") for label in labels if 0 < row[label] < 1]
    frame = pd.DataFrame(rows, columns=["text", "priority_id", "origin"]).assign(
        framework_id=framework.id, framework_version=framework.version
    )
    is_example = frame["priority_id"].notna() & frame["origin"].eq("coded")
    return Agreed(
        conform(frame.assign(is_example=is_example), EXAMPLES),
        int((codings > 1).sum()),
        int(frame["origin"].eq("disputed").sum()),
    )


def _together(held: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """Return the examples with the coded ones in the place of what was coded of the same texts before."""
    again = held["origin"].isin(CODED_ORIGINS) & held["framework_id"].isin(coded["framework_id"])
    again &= held["text"].isin(coded["text"])
    filled = [frame for frame in (held[~again], coded) if len(frame)]
    return conform(pd.concat(filled, ignore_index=True), EXAMPLES)


def check(examples: pd.DataFrame, framework: Framework, *, embedders: Embedders) -> tuple[float, float] | None:
    """Return the agreement with examples held back, by cues alone and with the rest of the examples, or none.

    The examples are split in five by their words. Only coded texts are judged, as all their priorities are known.
    """
    mine = examples[(examples["framework_id"] == framework.id) & (examples["origin"] == "coded")]
    texts = sorted(set(mine["text"]))
    if len(texts) < _FEWEST_TO_CHECK:
        return None
    of_framework = examples[(examples["framework_id"] == framework.id) & examples["origin"].eq("disputed")]
    disputed = set(zip(of_framework["text"], of_framework["priority_id"], strict=True))
    part = pd.Series([hashlib.sha256(text.encode()).digest()[0] % _PARTS for text in texts], index=texts)
    truth = mine[mine["priority_id"].notna()].drop_duplicates(["text", "priority_id"])
    counted = np.zeros((2, 2))
    for number in range(_PARTS):
        judged = part.index[part == number].tolist()
        if not judged:
            continue
        rest = examples[~examples["text"].isin(judged)]
        expected = set(
            zip(*(truth.loc[truth["text"].isin(judged), each] for each in ("text", "priority_id")), strict=True)
        )
        for row, known in enumerate((EXAMPLES.empty(), rest)):
            found = _linked(judged, known, framework, embedders) - disputed
            counted[row] += [len(found & expected), len(found) + len(expected)]
    by_cues, taught = (round(float(2 * both / max(1.0, either)), 3) for both, either in counted)
    return by_cues, taught


def _linked(
    texts: list[str], examples: pd.DataFrame, framework: Framework, embedders: Embedders
) -> set[tuple[str, str]]:
    segments, comments = standing_alone(texts)
    learnt = learn_priorities(examples, segments, comments, embedders=embedders, frameworks=[framework])
    links = link_priorities(
        segments,
        ASSIGNMENTS.empty(),
        comments,
        embedder=embedders.general,
        frameworks=[framework],
        settings=PrioritySettings(),
        unit_of=units(comments),
        trained=learnt,
    ).segment_links
    return {(texts[int(row)], name) for row, name in zip(links["segment_id"], links["priority_id"], strict=True)}


def relink(
    project: Project,
    store: Store,
    examples: pd.DataFrame,
    *,
    embedders: Embedders,
    now: Callable[[], str],
    watch: Stopwatch,
) -> tuple[int, int]:
    """Link the stored segments anew and keep the examples, as one run; return how many links there were and are."""
    started = now()
    analysis = read_analysis(project, store)
    stored = {name: store.read(name) for name in TABLES}
    as_made = Analysis(**stored, frameworks=analysis.frameworks)
    linked = link_comments(
        scored_of(as_made, settings=project.settings),
        as_made.assignments,
        settings=project.settings,
        embedders=embedders,
        frameworks=as_made.frameworks,
        examples=examples,
    )
    statements = answer_plain_questions(as_made.statements, linked.segment_links)
    last = require_run(project, store)
    extra = parts_before(last).extra
    parts = parts_of(project, frameworks=as_made.frameworks, examples=examples, extra=extra)
    told = {
        "run_id": store.next_run_id(),
        "started_at": started,
        "finished_at": now(),
        "settings_hash": project.settings.digest(),
        "model_hashes": json.dumps(model_hashes(), sort_keys=True),
        "code_version": version("voice-of-care"),
        "step_seconds": json.dumps(watch.seconds),
        "kind": "learn",
        "comments_added": 0,
        "comments_changed": 0,
        "comments_removed": 0,
        "parts": parts.as_json(),
    }
    row = conform(pd.DataFrame([{**last, **told}]), RUNS)
    made = {**linked._asdict(), "statements": statements, EXAMPLES.name: examples}
    store.write_run(made, row)
    return len(analysis.segment_links), len(linked.segment_links)
