"""Check our coding against people's: read what they coded, code it as a run would, and compare.

The flow is the pipeline's own; only the comments that a run would set aside are coded as well, so that both can be
told: how well texts are coded, and how well a run does.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.errors import InputError, TooLittleDataError
from voice_of_care.evaluation.codings import CODED, NO_TEXT, Codings, not_understood, read_codings
from voice_of_care.evaluation.columns import Columns, find_columns, qdc_feedback
from voice_of_care.evaluation.judge import (
    FEWEST,
    JUDGED,
    OURS_PEOPLE,
    Ours,
    judge_codings,
    judge_themes,
    main_themes,
    our_coding,
    themes_alike,
)
from voice_of_care.evaluation.resampling import Resampling
from voice_of_care.evaluation.results import Evaluation, Ledger
from voice_of_care.exports.coding import is_coding_workbook, read_coding_workbook
from voice_of_care.intake.coded import NO, YES, CodedSheet, open_coded, read_coded
from voice_of_care.pipeline import (
    Scored,
    deidentify_comments,
    link_comments,
    score_comments,
    scored_of,
    theme_comments,
)
from voice_of_care.sentiment import SentimentScored
from voice_of_care.tables import ASSIGNMENTS, EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from voice_of_care.analysis import Analysis
    from voice_of_care.embedding import Embedders
    from voice_of_care.frameworks import Framework
    from voice_of_care.pipeline import Stopwatch
    from voice_of_care.settings import Settings
    from voice_of_care.themes import ThemesFound

LEFT_OUT_SHARE = 0.1
NO_THEME = "fits no theme"
MADE_FROM_QDC = (
    "Read first: these comments may be among those that the models were made from (the public file of coded NHS"
    " feedback). If they are, the figures flatter; docs/quality.md has figures on people held out."
)
_TRAINING_REMARK = (
    "Which texts the models were trained on can't be known from the models: they hold no texts. Figures on comments"
    " that were trained on flatter; those on texts that stand once leave out the formulas that many wrote."
)


@dataclass(frozen=True)
class Effort:
    """How much is computed: draws of the bootstrap, and runs of the themes with respondents left out."""

    resamples: int = 400
    theme_runs: int = 2
    seed: int = 20240401


class Themed(NamedTuple):
    """Themes as found: assignments of segments, what was set aside, and how many themes there are."""

    assignments: pd.DataFrame
    set_aside: pd.DataFrame
    found: int


class Coded(NamedTuple):
    """Comments coded by us, and by people; without themes these are found first."""

    scored: Scored
    segment_links: pd.DataFrame
    aside: pd.DataFrame
    codings: Codings
    columns: Columns
    learnt: Sequence[str] = ()
    themed: Themed | None = None


class Means(NamedTuple):
    """What a check works with: the codes' framework, the settings, the sentence models, how much to compute."""

    framework: Framework
    settings: Settings
    embedders: Embedders
    effort: Effort
    watch: Stopwatch


def evaluate_file(
    path: Path,
    *,
    means: Means,
    key: bytes,
    examples: pd.DataFrame | None = None,
    named: Mapping[str, Sequence[str]] | None = None,
) -> Evaluation:
    """Compare our coding of a file's comments with the codes in it; nothing is stored.

    Args:
        path: a table with a column of texts and columns of codes.
        means: what to work with.
        key: for ids and pseudonyms.
        examples: what a project has learnt from; figures are given without these texts, too.
        named: headers by role where the file's own don't tell, as `find_columns` takes them.

    Raises:
        InputError: the file can't be read, or has no texts or no codes; one line that says what was found.
        TooLittleDataError: no row is left to judge.
    """
    framework, settings, embedders, watch = means.framework, means.settings, means.embedders, means.watch
    with watch.step("read"):
        sheet, columns, remarks = coded_sheet(path, framework=framework, settings=settings, named=named)
        read = read_coded(sheet, columns=columns.roles, wanted=columns.wanted, settings=settings, key=key)
        codings = read_codings(read.codings, columns=columns, framework=framework, yes=YES, no=NO, texts=read.texts)
    if not (codings.rows["status"] == CODED).any() and not codings.rows["level"].gt(0).any():
        if why := not_understood(codings, framework):
            msg = f"{path.name}: {why}"
            raise InputError(msg)
        raise TooLittleDataError(have=0, need=1, purpose="a comparison (rows with a text and a code)")
    safe = deidentify_comments(read.read, settings=settings, key=key, watch=watch)
    scored = score_comments(safe.safe_comments, settings=settings, embedders=embedders, watch=watch)
    links = _links(scored, ASSIGNMENTS.empty(), examples, means=means)
    coded = Coded(scored, links, read.aside, codings, columns, _learnt(examples, framework))
    return compare(coded, means=means, remarks=remarks)


def compare(coded: Coded, *, means: Means, remarks: Sequence[str] = ()) -> Evaluation:
    """Compare two codings of the same comments, and find themes in those that a run would analyse."""
    codings, scored, framework = coded.codings, coded.scored, means.framework
    ours = our_coding(
        scored.safe_comments,
        scored.split.segments,
        coded.segment_links,
        scored.sentiment.comment_sentiments,
        framework_id=framework.id,
        labels=codings.labels,
        aside=coded.aside["comment_id"].tolist(),
        learnt=coded.learnt,
    )
    with means.watch.step("compare"):
        judged = judge_codings(codings, ours, resampling=Resampling(means.effort.resamples, means.effort.seed))
    is_trained_on = framework.id == qdc_feedback()["framework"]
    told = [*remarks, *codings.remarks, *([] if is_trained_on else [_TRAINING_REMARK])]
    parts, themes = [judged.measures], dict[str, Any]()
    try:
        of_themes = _compare_themes(coded, ours, means=means)
    except TooLittleDataError as error:
        told.append(f"Themes were not compared. {error}")
    else:
        parts.append(of_themes.measures)
        themes = of_themes.counts
    return Evaluation(
        framework={"id": framework.id, "version": framework.version, "name": framework.name},
        preset=coded.columns.preset,
        columns=coded.columns.roles,
        ledger=_ledger(coded),
        measures=pd.concat(parts, ignore_index=True),
        confusions=judged.confusions,
        themes=themes,
        labels={element.id: element.label for element in framework.elements},
        remarks=told,
        cautions=[MADE_FROM_QDC] if is_trained_on else [],
    )


class _OfThemes(NamedTuple):
    measures: pd.DataFrame
    counts: dict[str, Any]


def _compare_themes(coded: Coded, ours: Ours, *, means: Means) -> _OfThemes:
    """Compare themes with codes, a project's own or else found anew, and see how stable finding them is."""
    kept = without(coded.scored, coded.aside["comment_id"].tolist())
    themed, fresh = coded.themed, None
    if themed is None or means.effort.theme_runs:
        with means.watch.step("themes"):
            fresh = _themed(theme_comments(kept, settings=means.settings, embedders=means.embedders))
        themed = themed or fresh
    resampling = Resampling(means.effort.resamples, means.effort.seed)
    parts = [judge_themes(coded.codings, ours, themed.assignments, kept.split.segments, resampling=resampling)]
    stability: dict[str, float] = {}
    if fresh is not None and means.effort.theme_runs:
        with means.watch.step("stability") as progress:
            stable = _stability(kept, fresh.assignments, means=means, progress=progress)
        parts.append(stable)
        stability = dict(zip(stable["measure"], stable["value"], strict=True))
    return _OfThemes(pd.concat(parts, ignore_index=True), {**_theme_counts(themed), "stability": stability})


def _links(scored: Scored, assignments: pd.DataFrame, examples: pd.DataFrame | None, *, means: Means) -> pd.DataFrame:
    with means.watch.step("priorities"):
        return link_comments(
            scored,
            assignments,
            settings=means.settings,
            embedders=means.embedders,
            frameworks=(means.framework,),
            examples=EXAMPLES.empty() if examples is None else examples,
        ).segment_links


def evaluate_workbook(path: Path, *, means: Means, analysis: Analysis) -> Evaluation:
    """Compare a project's coding with a workbook that people coded in; the texts are the project's own.

    Raises:
        InputError: the workbook can't be read, is of another framework, or nobody has coded in it.
    """
    framework = means.framework
    with means.watch.step("read"):
        read = read_coding_workbook(path)
        if read.framework_id not in {framework.id, ""}:
            msg = (
                f"{path.name}: it was made for the framework {read.framework_id}. Give --framework {read.framework_id}."
            )
            raise InputError(msg)
        known = read.cells["comment_id"].isin(analysis.safe_comments["comment_id"])
        if not known.any():
            msg = f"{path.name}: none of its comments is this project's. Give the one it was drawn from: --project DIR."
            raise InputError(msg)
        codes = tuple(column for column in read.cells.columns if column.startswith("code "))
        roles = {"text": "comment_id", "sentiment": "sentiment", "coder": "coder"}
        columns = Columns(roles, codes, {}, ("not coded",), (), (), "sample-for-coding")
        cells = read.cells[known].reset_index(drop=True)
        codings = read_codings(cells, columns=columns, framework=framework, yes=YES, no=NO)
    if not (codings.rows["status"] == CODED).any():
        why = not_understood(codings, framework) or "nobody has coded in it yet. Fill in the sheets of the coders."
        msg = f"{path.name}: {why}"
        raise InputError(msg)
    strange = int((~known).sum())
    remarks = [f"Rows whose comment_id is not the project's: {strange}; left out."] if strange else []
    scored = scored_of(analysis, settings=means.settings)
    links = analysis.segment_links
    if framework.id not in {each.id for each in analysis.frameworks}:
        links = _links(scored, analysis.assignments, analysis.examples, means=means)
    nothing_aside = pd.DataFrame({"comment_id": [], "reason": []}, dtype="str")
    learnt = _learnt(analysis.examples, framework)
    coded = Coded(scored, links, nothing_aside, codings, columns, learnt, _themed_in(analysis))
    return compare(coded, means=means, remarks=remarks)


def _themed_in(analysis: Analysis) -> Themed:
    themes = analysis.themes[analysis.themes["status"] != "candidate"]
    live = analysis.theme_vectors["theme_id"].isin(themes["theme_id"])
    assignments = analysis.assignments[analysis.assignments["theme_id"].isin(themes["theme_id"])]
    return Themed(assignments, analysis.set_aside[analysis.set_aside["step"] == "themes"], int(live.sum()))


def offered(framework: Framework) -> list[str]:
    """Return the priorities that people are offered: all but those that say that nothing could be said."""
    declared = qdc_feedback()
    none = [*declared["not_coded"], *declared["no_priority"]] if framework.id == declared["framework"] else []
    return [element.id for element in framework.elements if element.label not in none]


def given_in(analysis: Analysis, framework: Framework) -> dict[str, int]:
    """Return how many comments of a project we gave each priority of a framework; empty where it was not mapped."""
    links = analysis.segment_links[analysis.segment_links["framework_id"] == framework.id]
    comment_of = analysis.segments.set_index("segment_id")["comment_id"]
    pairs = pd.DataFrame({"comment": links["segment_id"].map(comment_of), "priority": links["priority_id"]})
    counts = pairs.drop_duplicates()["priority"].value_counts()
    return {str(priority): int(count) for priority, count in sorted(counts.items())}


def without(scored: Scored, comment_ids: Sequence[str]) -> Scored:
    """Return scored comments without some of them."""

    def rest(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["comment_id"].isin(list(comment_ids))].reset_index(drop=True)

    segments = rest(scored.split.segments)

    def of_rest(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["segment_id"].isin(segments["segment_id"])].reset_index(drop=True)

    sentiment = scored.sentiment
    return Scored(
        rest(scored.safe_comments),
        scored.unit_of[~scored.unit_of.index.isin(list(comment_ids))],
        scored.split._replace(segments=segments),
        SentimentScored(of_rest(sentiment.sentiments), rest(sentiment.comment_sentiments)),
        of_rest(scored.statements),
    )


def coded_sheet(
    path: Path, *, framework: Framework, settings: Settings, named: Mapping[str, Sequence[str]] | None = None
) -> tuple[CodedSheet, Columns, list[str]]:
    """Return the first table with texts and codes, and a line for each that is not read."""
    if is_coding_workbook(path):
        msg = f"{path.name}: it holds a sheet for each coder. Use 'evaluate'; to learn, give one table of all codes."
        raise InputError(msg)
    first_error: InputError | None = None
    chosen: tuple[CodedSheet, Columns] | None = None
    unread: list[str] = []
    for sheet in open_coded(path, settings=settings):
        if chosen is not None:
            unread.append(sheet.sheet)
            continue
        try:
            columns = find_columns(sheet.headers, marked=sheet.marked, framework=framework, name=path.name, named=named)
            chosen = sheet, columns
        except InputError as error:
            first_error = first_error or error
            unread.append(sheet.sheet)
    if chosen is None:
        raise first_error or InputError(f"{path.name}: no table was found in it.")
    return (*chosen, [f"Sheet '{name}' was not read: one sheet of codes is." for name in unread])


def _learnt(examples: pd.DataFrame | None, framework: Framework) -> list[str]:
    """Return the texts that a project has learnt the framework from."""
    if examples is None:
        return []
    return sorted(set(examples.loc[examples["framework_id"] == framework.id, "text"]))


def _ledger(coded: Coded) -> Ledger:
    rows = coded.codings.rows
    left_out = rows.loc[rows["status"] != CODED, "status"].value_counts()
    with_text = rows["status"] != NO_TEXT
    reasons = dict(zip(coded.aside["comment_id"], coded.aside["reason"], strict=True))
    aside = Counter(reasons[comment] for comment in rows["comment_id"] if comment in reasons)
    coded_rows = rows[rows["status"] == CODED]
    return Ledger(
        rows=len(rows),
        with_text=int(with_text.sum()),
        comments=int(rows["comment_id"].nunique()),
        judged=int((rows["status"] == CODED).sum()),
        with_sentiment=int((with_text & (rows["level"] > 0)).sum()),
        left_out={str(reason): int(count) for reason, count in sorted(left_out.items())},
        set_aside=dict(sorted(aside.items())),
        judged_set_aside=int((rows["comment_id"].isin(reasons) & (rows["status"] == CODED)).sum()),
        coders=int(rows["coder"].nunique()),
        coded_twice=sum(count > 1 for count in coded_rows.groupby("comment_id")["coder"].nunique()),
        comments_judged=int(coded_rows["comment_id"].nunique()),
        comments_with_sentiment=int(rows.loc[with_text & (rows["level"] > 0), "comment_id"].nunique()),
    )


def _themed(found: ThemesFound) -> Themed:
    count = int(found.theme_vectors["theme_id"].isin(found.themes["theme_id"]).sum())
    return Themed(found.assignments, found.set_aside, count)


def _theme_counts(themed: Themed) -> dict[str, Any]:
    without_theme = int((themed.set_aside["reason"] == NO_THEME).sum())
    says_something = int(themed.assignments["segment_id"].nunique()) + without_theme
    return {
        "found": themed.found,
        "segments_that_say_something": says_something,
        "segments_without_theme": without_theme,
        "share_without_theme": round(without_theme / says_something, 4) if says_something else None,
        "segments_that_say_nothing": len(themed.set_aside) - without_theme,
    }


# --- stability -------------------------------------------------------------------------------------------------------


def _stability(
    kept: Scored,
    assignments: pd.DataFrame,
    *,
    means: Means,
    progress: Callable[[int, int], None],
) -> pd.DataFrame:
    """Return how alike the themes are on the same comments shuffled, and with a tenth of respondents left out."""
    settings, embedders, effort = means.settings, means.embedders, means.effort
    main = main_themes(assignments, kept.split.segments)
    comments = kept.safe_comments["comment_id"].tolist()
    rows: list[tuple[str, float, int]] = []
    if effort.theme_runs:
        again = theme_comments(shuffled(kept, seed=effort.seed), settings=settings, embedders=embedders)
        progress(1, 1 + effort.theme_runs)
        rows.append(
            ("ari_shuffled", themes_alike(main, main_themes(again.assignments, kept.split.segments), comments),
             len(comments))
        )  # fmt: skip
    alike = []
    for number in range(effort.theme_runs):
        gone = left_out(kept, number=number, seed=effort.seed)
        part = without(kept, gone)
        again = theme_comments(part, settings=settings, embedders=embedders)
        rest = part.safe_comments["comment_id"].tolist()
        alike.append(themes_alike(main, main_themes(again.assignments, part.split.segments), rest))
        progress(2 + number, 1 + effort.theme_runs)
    if alike:
        rows.append(("ari_without_a_tenth", round(float(np.mean(alike)), 4), len(comments)))
        rows.append(("ari_without_a_tenth_lowest", min(alike), len(comments)))
    made = pd.DataFrame(rows, columns=["measure", "value", "comments"])
    return made.assign(
        about="stability", judged_on="as_analysed", between=OURS_PEOPLE, item="", low=np.nan,
        high=np.nan, support=made["comments"], is_enough=made["comments"] >= FEWEST,
    )[JUDGED]  # fmt: skip


def shuffled(scored: Scored, *, seed: int) -> Scored:
    """Return scored comments in another order, their segments with them."""
    order = np.random.default_rng(seed).permutation(len(scored.safe_comments))
    comments = scored.safe_comments.iloc[order].reset_index(drop=True)
    rank = {comment_id: place for place, comment_id in enumerate(comments["comment_id"])}
    segments = scored.split.segments
    segments = segments.iloc[
        np.lexsort((segments["position"].to_numpy(), segments["comment_id"].map(rank).to_numpy()))
    ].reset_index(drop=True)
    sentiments = scored.sentiment.sentiments.set_index("segment_id").loc[segments["segment_id"]].reset_index()
    return scored._replace(
        safe_comments=comments,
        unit_of=scored.unit_of.loc[comments["comment_id"]],
        split=scored.split._replace(segments=segments),
        sentiment=scored.sentiment._replace(sentiments=sentiments),
    )


def left_out(scored: Scored, *, number: int, seed: int) -> list[str]:
    """Return the comments of a tenth of the units, drawn by what these said and not by their ids."""
    said = pd.DataFrame(
        {"comment_id": scored.safe_comments["comment_id"], "text": scored.safe_comments["text"],
         "unit": scored.safe_comments["comment_id"].map(scored.unit_of)}
    )  # fmt: skip
    words = said.groupby("unit", sort=False)["text"].agg(lambda texts: "\x1f".join(sorted(texts)))
    digests = {unit: hashlib.sha256(f"{seed} {number} {text}".encode()).digest() for unit, text in words.items()}
    chosen = sorted(digests, key=digests.__getitem__)[: max(1, round(LEFT_OUT_SHARE * len(digests)))]
    return said.loc[said["unit"].isin(chosen), "comment_id"].tolist()
