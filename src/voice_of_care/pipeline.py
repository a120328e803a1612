"""The whole flow on one page: from files to an analysis.

    read ─ de-identify ─ segment ─ embed ─ sentiment ─ themes ─ priorities ─ statements
      └──────────────────────┴─────────────────────────────┴── set aside, with a reason

Only this file knows the order. Each step is a pure function on declared tables; the runner checks that nothing
vanishes: every comment and every segment that goes into a step comes out of it or is set aside.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.analysis import Analysis
from voice_of_care.counting import units
from voice_of_care.deidentify import deidentify
from voice_of_care.embedding import load_embedders
from voice_of_care.errors import InputError, SchemaError, TooLittleDataError
from voice_of_care.frameworks import load_frameworks, load_seeds
from voice_of_care.heads import load_heads, qdc_probabilities
from voice_of_care.heard import gather_heard
from voice_of_care.insight import find_insight, list_to_read
from voice_of_care.intake import find_campaigns
from voice_of_care.priorities import Trained, learn_priorities, link_priorities
from voice_of_care.safe_reading import read_safely_named, why_none, with_names
from voice_of_care.sentiment import SentimentScored, score_sentiment
from voice_of_care.statements import answer_plain_questions, code_statements
from voice_of_care.tables import EVENTS, EXAMPLES, RUNS, SAFE_COMMENTS, SEGMENTS, SET_ASIDE, SEVERITIES, conform
from voice_of_care.themes import Guide, SegmentsSplit, find_themes, split_segments
from voice_of_care.trends import find_emerging, follow_series, judge_differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from voice_of_care.deidentify.engine import Deidentified
    from voice_of_care.embedding import Embedders
    from voice_of_care.frameworks import Framework
    from voice_of_care.heard import Heard
    from voice_of_care.intake.reading import ReadComments
    from voice_of_care.priorities import PrioritiesLinked
    from voice_of_care.settings import Settings
    from voice_of_care.themes import Former, ThemesFound

STEPS = ("read", "de-identify", "segment", "embed", "sentiment", "statements", "themes", "priorities")
QDC = "qdc"


class Means(NamedTuple):
    """What every run works with.

    `embedders` are cached: several steps ask for the same texts. `examples` are what people have shown of the
    frameworks, which is learnt from; `seeds` is what themes are seeded with, on request.
    """

    settings: Settings
    key: bytes
    embedders: Embedders
    frameworks: tuple[Framework, ...]
    watch: Stopwatch
    examples: pd.DataFrame = EXAMPLES.empty()
    seeds: tuple[Framework, ...] = ()


class Run(NamedTuple):
    """What one run made: the analysis, and the tables that stay behind the wall, by name."""

    analysis: Analysis
    behind: dict[str, pd.DataFrame]
    read: ReadComments


class Scored(NamedTuple):
    """Safe comments with all that each is given alone: unit, segments, sentiment, what each statement does."""

    safe_comments: pd.DataFrame
    unit_of: pd.Series
    split: SegmentsSplit
    sentiment: SentimentScored
    statements: pd.DataFrame


@dataclass
class Stopwatch:
    """Times the steps and tells a listener (step, done, total) how far they are."""

    listener: Callable[[str, int, int], None] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    current: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Time one step; yields the step's progress callback."""
        self.current = name
        self.tell(0, 0)
        start = time.perf_counter()
        yield self.tell
        self.seconds[name] = round(time.perf_counter() - start, 2)
        self.tell(1, 1)

    def tell(self, done: int, total: int) -> None:
        """Tell the listener how far the step under way is."""
        if self.listener is not None:
            self.listener(self.current, done, total)


def run(paths: Sequence[Path], means: Means, *, known: pd.DataFrame | None = None, run_id: int = 1) -> Run:
    """Analyse files, from reading to priorities.

    Args:
        paths: files and folders.
        means: settings, models and frameworks.
        known: theme vectors of themes found before, so that those that come back keep their ids.
        run_id: number of the run.
    """
    with means.watch.step("read") as progress:
        read = read_safely_named(paths, settings=means.settings, key=means.key, run_id=run_id, progress=progress)
    if read.comments.empty:
        raise TooLittleDataError(have=0, need=1, purpose=f"an analysis ({why_none(read)})")
    return analyse_comments(read, means, known=known)


def analyse_comments(
    read: ReadComments, means: Means, *, known: pd.DataFrame | None = None, former: Former | None = None
) -> Run:
    """Analyse comments that are read, with themes fitted to them.

    Args:
        read: the comments, and what was set aside.
        means: settings, models and frameworks.
        known: theme vectors of themes fitted before, so that those that come back keep their ids.
        former: what segments were of then.
    """
    safe = deidentify_comments(read, settings=means.settings, key=means.key, watch=means.watch)
    scored = score_comments(safe.safe_comments, settings=means.settings, embedders=means.embedders, watch=means.watch)
    with means.watch.step("themes"):
        found = theme_comments(
            scored,
            settings=means.settings,
            embedders=means.embedders,
            known=known,
            former=former,
            seeds=means.seeds,
        )
    with means.watch.step("priorities"):
        linked = link_comments(
            scored,
            found.assignments,
            settings=means.settings,
            embedders=means.embedders,
            frameworks=means.frameworks,
            examples=means.examples,
        )
    analysis = Analysis(
        safe_comments=safe.safe_comments,
        redactions=safe.redactions,
        flags=safe.flags,
        segments=scored.split.segments,
        **found._replace(set_aside=stack_aside(read.set_aside, scored.split.set_aside, found.set_aside))._asdict(),
        theme_links=linked.theme_links,
        segment_links=linked.segment_links,
        sentiments=scored.sentiment.sentiments,
        comment_sentiments=scored.sentiment.comment_sentiments,
        statements=answer_plain_questions(scored.statements, linked.segment_links),
        severities=SEVERITIES.empty(),
        sources=read.sources,
        runs=RUNS.empty(),
        events=EVENTS.empty(),
        examples=means.examples,
        frameworks=means.frameworks,
    )
    return Run(analysis, behind_the_wall(read, read.comments, read.repeats), read)


def behind_the_wall(read: ReadComments, comments: pd.DataFrame, repeats: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tables that only the store may hold, by name."""
    told = {"records": read.records, "files": read.files, "people": read.people, "layouts": read.layouts}
    return {"comments": comments, "repeats": repeats, **told}


def deidentify_comments(
    read: ReadComments, *, settings: Settings, key: bytes, watch: Stopwatch, beside: pd.DataFrame | None = None
) -> Deidentified:
    """Take identifiers out of comments as read, and mark campaigns among them and the safe comments beside them."""
    with watch.step("de-identify") as progress:
        rules = with_names(settings.deidentify, read.names)
        safe = deidentify(read.comments, read.repeats, settings=rules, key=key, progress=progress)
        every = safe.safe_comments if beside is None else overwrite(beside, safe.safe_comments)
        safe_comments = find_campaigns(every)
    conserve("de-identify", read.comments["comment_id"], safe_comments["comment_id"])
    return safe._replace(safe_comments=safe_comments)


def score_comments(
    safe_comments: pd.DataFrame, *, settings: Settings, embedders: Embedders, watch: Stopwatch
) -> Scored:
    """Do what each comment is given alone: split it into segments, read its sentiment and what each statement does."""
    with watch.step("segment"):
        split = split_segments(safe_comments)
    conserve("segment", safe_comments["comment_id"], split.segments["comment_id"], split.set_aside["item_id"])
    segments = split.segments
    with watch.step("embed"):
        for embedder in embedders:
            embedder.embed([*segments["text"], *safe_comments["text"]])  # the steps below find them in the cache
    with watch.step("sentiment"):
        sentiment = score_sentiment(segments, safe_comments, embedders=embedders)
    conserve("sentiment", segments["segment_id"], sentiment.sentiments["segment_id"])
    unit_of = units(safe_comments, count_campaigns=settings.intake.count_campaigns)
    with watch.step("statements"):
        statements = code_statements(segments, safe_comments, sentiments=sentiment.sentiments)
    conserve("statements", segments["segment_id"], statements["segment_id"])
    return Scored(safe_comments, unit_of, split, sentiment, statements)


def scored_of(analysis: Analysis, *, settings: Settings) -> Scored:
    """Return a project's comments with what a run gave each alone."""
    return Scored(
        analysis.safe_comments,
        units(analysis.safe_comments, count_campaigns=settings.intake.count_campaigns),
        SegmentsSplit(analysis.segments, SET_ASIDE.empty()),
        SentimentScored(analysis.sentiments, analysis.comment_sentiments),
        analysis.statements,
    )


def theme_comments(
    scored: Scored,
    *,
    settings: Settings,
    embedders: Embedders,
    known: pd.DataFrame | None = None,
    former: Former | None = None,
    seeds: tuple[Framework, ...] = (),
) -> ThemesFound:
    """Find the themes of comments that are scored."""
    segments = scored.split.segments
    found = find_themes(
        segments,
        scored.safe_comments,
        embedder=embedders.both,
        settings=settings.themes,
        unit_of=scored.unit_of,
        sentiments=scored.sentiment.sentiments,
        statements=scored.statements,
        known=known,
        former=former,
        guide=Guide(seeds, embedders.general) if seeds else None,
    )
    conserve("themes", segments["segment_id"], found.assignments["segment_id"], found.set_aside["item_id"])
    return found


def link_comments(
    scored: Scored,
    assignments: pd.DataFrame,
    *,
    settings: Settings,
    embedders: Embedders,
    frameworks: tuple[Framework, ...],
    examples: pd.DataFrame,
) -> PrioritiesLinked:
    """Link segments and their themes to the frameworks' priorities, as cues, trained models and examples have it."""
    return link_priorities(
        scored.split.segments,
        assignments,
        scored.safe_comments,
        embedder=embedders.general,
        frameworks=frameworks,
        settings=settings.priorities,
        unit_of=scored.unit_of,
        trained=judge_by_models(scored, examples, embedders=embedders, frameworks=frameworks),
        examples=examples,
    )


def judge_by_models(
    scored: Scored, examples: pd.DataFrame, *, embedders: Embedders, frameworks: Sequence[Framework]
) -> tuple[Trained, ...]:
    """Return what models say of the priorities they know: those that learnt from examples first, then the trained."""
    segments, safe_comments = scored.split.segments, scored.safe_comments
    trained = None
    if any(framework.id == QDC or any(element.qdc for element in framework.elements) for framework in frameworks):
        trained = trained_on_qdc(segments, safe_comments, embedders=embedders)
    learnt = learn_priorities(
        examples,
        segments,
        safe_comments,
        embedders=embedders,
        frameworks=frameworks,
        trained=trained,
        judge=lambda texts: trained_on_qdc(*standing_alone(texts), embedders=embedders),
    )
    return learnt if trained is None else (*learnt, trained)


def trained_on_qdc(segments: pd.DataFrame, safe_comments: pd.DataFrame, *, embedders: Embedders) -> Trained:
    """Return what the trained heads say of the framework they were trained on."""
    strengths = qdc_probabilities(segments, safe_comments, embedders=embedders)
    return Trained(QDC, frozenset(load_heads().priority_ids.tolist()), strengths)


def standing_alone(texts: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return texts as segments and as comments of their own, numbered from 0, with nothing known of them."""
    ids = [str(row) for row in range(len(texts))]
    comments = pd.DataFrame({name: [None] * len(texts) for name in SAFE_COMMENTS.columns})
    comments = comments.assign(
        comment_id=ids, source="", source_ref=ids, respondent_group="unknown", run_id=1, text=list(texts)
    )
    lengths = [len(text) for text in texts]
    segments = comments[["comment_id", "text"]].assign(segment_id=ids, position=1, start=0, end=lengths)
    return conform(segments, SEGMENTS), conform(comments, SAFE_COMMENTS)


def analyse_files(paths: Sequence[Path], settings: Settings, *, key: bytes | None, folder: Path | None) -> Analysis:
    """Analyse files in memory; see `voice_of_care.analyse`."""
    frameworks = load_frameworks(settings.priorities, folder=folder)
    seeds = load_seeds(settings.themes.seeds, folder=folder, frameworks=frameworks)
    used_key = key or secrets.token_bytes()
    means = Means(settings, used_key, load_embedders(), frameworks, Stopwatch(), seeds=seeds)
    return follow(run(paths, means).analysis, settings=settings)


def follow(analysis: Analysis, *, settings: Settings, metrics: pd.DataFrame | None = None) -> Analysis:
    """Return the analysis with what changes over time and what decisions rest on.

    The ranking, gaps between groups, places, other measures, what was not said and ballots rest on what
    `follow_trends` finds.

    Args:
        analysis: the tables, reviewers' decisions applied.
        settings: periods, targets, weights and the report's date.
        metrics: other measures, as declared in `insight_tables.METRICS`.
    """
    heard = _hear(analysis, settings)
    followed = _follow_heard(analysis, heard, settings)
    insight = find_insight(followed, heard, settings=settings, metrics=metrics)
    return replace(followed, **insight._asdict())


def follow_trends(analysis: Analysis, *, settings: Settings) -> Analysis:
    """Return the analysis with series and their charts, emerging themes and differences, and nothing else."""
    return _follow_heard(analysis, _hear(analysis, settings), settings)


def _hear(analysis: Analysis, settings: Settings) -> Heard:
    unit_of = units(analysis.safe_comments, count_campaigns=settings.intake.count_campaigns)
    return gather_heard(analysis, unit_of=unit_of)


def _follow_heard(analysis: Analysis, heard: Heard, settings: Settings) -> Analysis:
    date = settings.report.date
    followed = follow_series(
        heard, settings=settings.trends, targets=settings.targets, rebases=analysis.rebases, report_date=date
    )
    judged = judge_differences(
        heard, analysis.actions, segments=analysis.segments, settings=settings.trends, report_date=date
    )
    emerging = find_emerging(heard, settings=settings.trends, report_date=date)
    return replace(analysis, **followed._asdict(), emerging=emerging, **judged._asdict())


def with_reading(analysis: Analysis) -> Analysis:
    """Return the analysis, decisions applied, with the lists of segments a person is to read, and nothing else."""
    return replace(analysis, **list_to_read(analysis)._asdict())


def redact_file(path: Path, *, settings: Settings, key: bytes | None = None) -> list[dict[str, Any]]:
    """Return each comment of one file with its safe text and its redactions; nothing is stored.

    Args:
        path: the file.
        settings: how to read it and what to take out.
        key: the project's; without one, ids and pseudonyms hold for this call alone.

    Raises:
        InputError: no comment could be read in it.
    """
    used_key = key or secrets.token_bytes()
    read = read_safely_named([path], settings=settings, key=used_key)
    if read.comments.empty:
        problems = [problem for found in read.sources["problems"] for problem in found]
        raise InputError(problems[0] if problems else f"{path.name}: no comments were found in it. Try inspect.")
    rules = with_names(settings.deidentify, read.names)
    safe = deidentify(read.comments, read.repeats, settings=rules, key=used_key)
    spans: dict[str, list[dict[str, object]]] = {}
    for row in safe.redactions.to_dict("records"):
        span = {"kind": row["kind"], "start": int(row["start"]), "end": int(row["end"])}
        spans.setdefault(str(row["comment_id"]), []).append(span)
    return [
        {
            "comment_id": row["comment_id"],
            "source": row["source"],
            "source_ref": row["source_ref"],
            "safe_text": row["text"],
            "redactions": spans.get(str(row["comment_id"]), []),
        }
        for row in safe.safe_comments.to_dict("records")
    ]


def overwrite(rows: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with those of the same comment_id replaced in their place, and new ones after them."""
    order = [*rows["comment_id"], *fresh.loc[~fresh["comment_id"].isin(rows["comment_id"]), "comment_id"]]
    together = stack(rows[~rows["comment_id"].isin(fresh["comment_id"])], fresh)
    return together.set_index("comment_id", drop=False).loc[order].reset_index(drop=True)


def stack(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return frames of the same columns one below the other; without rows, the first."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def conserve(step: str, into: pd.Series, *out: pd.Series) -> None:
    """Check that every id that went into a step came out or was set aside."""
    left = pd.concat([series.astype("str") for series in out])
    lost = int((~into.isin(left)).sum())
    if lost:
        msg = f"Step {step}: {lost} of {len(into)} items came out neither analysed nor set aside. Nothing was stored."
        raise SchemaError(msg)


def stack_aside(*parts: pd.DataFrame) -> pd.DataFrame:
    """Return what several steps set aside, as one table."""
    return conform(stack(SET_ASIDE.empty(), *parts), SET_ASIDE)
