"""How a project grows: further comments join its themes, or its themes are fitted anew.

add:    read what is new ─ de-identify ─ score ─ join frozen themes ─ link     the rest stays as it is
refit:  all comments again, with themes fitted anew ─ what became of each theme
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.counting import units
from voice_of_care.decisions import apply_decisions
from voice_of_care.intake.reading import ReadComments
from voice_of_care.intake.twins import tell_twins
from voice_of_care.pipeline import (
    Run,
    Scored,
    analyse_comments,
    behind_the_wall,
    conserve,
    deidentify_comments,
    link_comments,
    overwrite,
    score_comments,
    scored_of,
    stack,
    stack_aside,
)
from voice_of_care.priorities.theme_links import link_themes
from voice_of_care.safe_reading import read_safely_named
from voice_of_care.statements import answer_plain_questions
from voice_of_care.tables import LINEAGE, THEME_LINKS, conform
from voice_of_care.themes import Batch, Earlier, Former, Version, join_themes, trace_lineage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from voice_of_care.analysis import Analysis
    from voice_of_care.decisions import CandidatesJudged
    from voice_of_care.intake.known import Known
    from voice_of_care.pipeline import Means


INTAKE = "intake"
THEMES_STEP = "themes"


class Held(NamedTuple):
    """What a project holds: the tables as the models made them and as decided, and those behind the wall.

    `candidates` are those that people judged; `last_theme_number` is the highest ever given; `fitted_in` is the run
    that fitted the themes.
    """

    analysis: Analysis
    decided: Analysis
    comments: pd.DataFrame
    repeats: pd.DataFrame
    known: Known
    candidates: CandidatesJudged
    last_theme_number: int
    fitted_in: int


class Anew(NamedTuple):
    """What must be done anew for comments that are there already, as settings have changed since."""

    is_deidentified: bool
    is_linked: bool


def add(paths: Sequence[Path], held: Held, means: Means, *, anew: Anew, run_id: int) -> Run:
    """Read what is new in files, and join it to the themes there are.

    Args:
        paths: files and folders; what was read before is passed over, what was corrected is replaced.
        held: what the project holds.
        means: settings, models and frameworks.
        anew: what to do again for all comments.
        run_id: number of this run.
    """
    with means.watch.step("read") as progress:
        read = read_safely_named(
            paths, settings=means.settings, key=means.key, known=held.known, run_id=run_id, progress=progress
        )
    read = tell_twins(read, records=held.known.records)
    gone = frozenset(read.gone)
    comments = overwrite(_without(held.comments, gone), read.comments)
    repeats = stack(_without(held.repeats, gone | frozenset(read.comments["comment_id"])), read.repeats)
    again = read._replace(comments=_to_deidentify(comments, read, held, means, anew=anew), repeats=repeats)
    safe = deidentify_comments(
        again,
        settings=means.settings,
        key=means.key,
        watch=means.watch,
        beside=_without(held.analysis.safe_comments, gone),
    )
    conserve("add", comments["comment_id"], safe.safe_comments["comment_id"])
    fresh = _fresh(safe.safe_comments, held.analysis.safe_comments, read)
    scored = score_comments(
        safe.safe_comments[safe.safe_comments["comment_id"].isin(fresh)].reset_index(drop=True),
        settings=means.settings,
        embedders=means.embedders,
        watch=means.watch,
    )
    kept = _keep(held.analysis, gone | fresh)
    redone = gone | frozenset(again.comments["comment_id"])
    grown = replace(
        held.analysis,
        safe_comments=safe.safe_comments,
        redactions=stack(_without(held.analysis.redactions, redone), safe.redactions),
        flags=stack(_without(held.analysis.flags, redone), safe.flags),
        segments=stack(kept.segments, scored.split.segments),
        sentiments=stack(kept.sentiments, scored.sentiment.sentiments),
        comment_sentiments=stack(kept.comment_sentiments, scored.sentiment.comment_sentiments),
        statements=stack(kept.statements, scored.statements),
        set_aside=stack_aside(_still_aside(held.analysis.set_aside, read, gone | fresh), read.set_aside,
                              scored.split.set_aside),
        sources=stack(held.analysis.sources[~held.analysis.sources["source"].isin(read.sources_gone)], read.sources),
        examples=means.examples,
        frameworks=means.frameworks,
    )  # fmt: skip
    named = (*means.settings.deidentify.names, *read.names)
    themed = _join(grown, held, means, fresh=frozenset(scored.split.segments["segment_id"]), named=named)
    linked = _link(themed, kept, scored, means, anew=anew)
    return Run(linked, behind_the_wall(read, comments, repeats), read)


def refit(held: Held, means: Means, *, known: pd.DataFrame, theme_version: int) -> Run:
    """Fit themes anew on all comments, de-identified and scored again, and trace what became of each theme.

    Args:
        held: what the project holds.
        means: settings, models and frameworks.
        known: vectors of the themes so far, in the models' space, so that those that come back keep their ids.
        theme_version: number of the new version.
    """
    earlier = held.analysis
    read = ReadComments(
        comments=held.comments,
        repeats=held.repeats,
        set_aside=earlier.set_aside[earlier.set_aside["step"] == INTAKE],
        sources=earlier.sources,
        names=tuple(held.known.people["name"]),
        records=held.known.records,
        files=held.known.files,
        people=held.known.people,
        layouts=held.known.layouts,
    )
    candidates = earlier.themes.loc[earlier.themes["status"] == "candidate", "theme_id"]
    found_later = frozenset(candidates) - held.candidates.refused
    former = Former(
        assignments=held.decided.assignments,
        candidates=found_later,
        refused=held.candidates.refused,
        last_theme_number=held.last_theme_number,
    )
    done = analyse_comments(read, means, known=known, former=former)
    unit_of = units(done.analysis.safe_comments, count_campaigns=means.settings.intake.count_campaigns)
    decided = apply_decisions(replace(done.analysis, events=earlier.events), unit_of=unit_of)
    lineage = trace_lineage(
        Version(held.decided.themes, held.decided.assignments, found_later),
        Version(decided.themes, decided.assignments),
        segments=done.analysis.segments,
        unit_of=unit_of,
        theme_version=theme_version,
    )
    every = stack(earlier.lineage, lineage)
    return done._replace(analysis=replace(done.analysis, lineage=conform(every, LINEAGE)))


def _to_deidentify(comments: pd.DataFrame, read: ReadComments, held: Held, means: Means, *, anew: Anew) -> pd.DataFrame:
    """Return the comments to de-identify: those read, and those that settings or names now known may change."""
    if anew.is_deidentified or means.settings.deidentify.pseudonym_scope == "project":
        return comments
    named = sorted(frozenset(read.names) - frozenset(held.known.people["name"]))
    wanted = comments["comment_id"].isin(read.comments["comment_id"])
    if named:
        words = "|".join(re.escape(name) for name in named)
        wanted |= comments["raw_text"].str.contains(rf"\b(?:{words})\b", case=False, regex=True)
    return comments[wanted].reset_index(drop=True)


def _fresh(now: pd.DataFrame, before: pd.DataFrame, read: ReadComments) -> frozenset[str]:
    """Return the comments to score: those read, and those whose text has become another."""
    text_before = now["comment_id"].map(before.set_index("comment_id")["text"])
    is_fresh = now["comment_id"].isin(read.comments["comment_id"]) | text_before.ne(now["text"])
    return frozenset(now.loc[is_fresh, "comment_id"])


def _without(frame: pd.DataFrame, comment_ids: frozenset[str]) -> pd.DataFrame:
    return frame[~frame["comment_id"].isin(comment_ids)].reset_index(drop=True)


class _Kept(NamedTuple):
    """The rows of comments that stay as they are."""

    segments: pd.DataFrame
    sentiments: pd.DataFrame
    comment_sentiments: pd.DataFrame
    statements: pd.DataFrame
    segment_links: pd.DataFrame


def _keep(analysis: Analysis, left: frozenset[str]) -> _Kept:
    """Return what stays as it is of the tables about segments and comments, without those of some comments."""
    segments = _without(analysis.segments, left)

    def of_segments(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["segment_id"].isin(segments["segment_id"])].reset_index(drop=True)

    return _Kept(
        segments=segments,
        sentiments=of_segments(analysis.sentiments),
        comment_sentiments=_without(analysis.comment_sentiments, left),
        statements=of_segments(analysis.statements),
        segment_links=of_segments(analysis.segment_links),
    )


def _still_aside(set_aside: pd.DataFrame, read: ReadComments, left: frozenset[str]) -> pd.DataFrame:
    """Return what was set aside before and still is; what themes leave is told anew."""
    comment = set_aside["item_id"].str.split(".").str[0]
    no_longer = set_aside["step"].eq(INTAKE) & set_aside["item_id"].isin(read.aside_gone)
    return set_aside[~(comment.isin(left) | no_longer | set_aside["step"].eq(THEMES_STEP))]


def _join(grown: Analysis, held: Held, means: Means, *, fresh: frozenset[str], named: Sequence[str]) -> Analysis:
    """Give fresh segments their themes, and look for new ones among those that fit none."""
    unit_of = units(grown.safe_comments, count_campaigns=means.settings.intake.count_campaigns)
    came_later = grown.safe_comments["run_id"] > held.fitted_in
    later = grown.segments["comment_id"].isin(grown.safe_comments.loc[came_later, "comment_id"])
    batch = Batch(
        fresh=fresh,
        later=frozenset(grown.segments.loc[later, "segment_id"]),
        unit_of=unit_of,
        sentiments=grown.sentiments,
        statements=grown.statements,
        last_theme_number=held.last_theme_number,
    )
    before = held.analysis
    earlier = Earlier(
        themes=before.themes,
        theme_terms=before.theme_terms,
        theme_vectors=before.theme_vectors,
        theme_prototypes=before.theme_prototypes,
        assignments=before.assignments,
        quotes=before.quotes,
        set_aside=before.set_aside[before.set_aside["step"] == THEMES_STEP],
        nearness=before.nearness,
        accepted=held.candidates.accepted,
        refused=held.candidates.refused,
    )
    with means.watch.step("themes"):
        found = join_themes(
            grown.segments,
            grown.safe_comments,
            earlier=earlier,
            batch=batch,
            embedder=means.embedders.both,
            settings=means.settings.themes,
        )
    conserve("themes", grown.segments["segment_id"], found.assignments["segment_id"], found.set_aside["item_id"])
    aside = stack_aside(grown.set_aside, found.set_aside)
    names = frozenset(word.casefold() for name in named for word in name.split())
    themes, theme_terms = _without_names(found.themes, found.theme_terms, names)
    return replace(grown, **found._replace(set_aside=aside, themes=themes, theme_terms=theme_terms)._asdict())


def _without_names(
    themes: pd.DataFrame, theme_terms: pd.DataFrame, names: frozenset[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return themes and their words without those that are people's names, as is known by now."""
    keywords = [[word for word in words if word.casefold() not in names] for words in themes["keywords"]]
    is_name = theme_terms["term"].str.casefold().isin(names)
    return themes.assign(keywords=pd.Series(keywords, index=themes.index, dtype="object")), theme_terms[~is_name]


def _link(grown: Analysis, kept: _Kept, scored: Scored, means: Means, *, anew: Anew) -> Analysis:
    """Link fresh segments to priorities, or all of them, and weigh the themes' links anew."""
    every = scored_of(grown, settings=means.settings)
    wanted = every if anew.is_linked else scored._replace(unit_of=every.unit_of)
    with means.watch.step("priorities"):
        linked = link_comments(
            wanted,
            grown.assignments,
            settings=means.settings,
            embedders=means.embedders,
            frameworks=means.frameworks,
            examples=means.examples,
        )
        if anew.is_linked:
            segment_links, theme_links = linked.segment_links, linked.theme_links
        else:
            segment_links = stack(kept.segment_links, linked.segment_links)
            order = [each.id for each in means.frameworks]
            fresh_links = link_themes(
                segment_links, grown.segments, grown.assignments, unit_of=every.unit_of, order=order
            )
            theme_links = _with_earlier(fresh_links, grown)
    fresh = answer_plain_questions(wanted.statements, linked.segment_links)
    statements = fresh if anew.is_linked else stack(kept.statements, fresh)
    return replace(grown, segment_links=segment_links, theme_links=theme_links, statements=statements)


def _with_earlier(links: pd.DataFrame, grown: Analysis) -> pd.DataFrame:
    """Return links of themes with those made before that no longer have enough: a person may have agreed to one."""
    key = list(THEME_LINKS.key)
    before = grown.theme_links.merge(links[key], on=key, how="left", indicator=True, validate="one_to_one")
    stays = before.loc[before["_merge"] == "left_only", list(THEME_LINKS.columns)]
    held = set(grown.segments["segment_id"])
    evidence = [[each for each in ids if each in held] for ids in stays["evidence_segment_ids"]]
    stays = stays.assign(evidence_segment_ids=pd.Series(evidence, index=stays.index, dtype="object"))
    return conform(stack(links, stays), THEME_LINKS)
