"""Judge our coding by people's: which rows count where, and every measure of every comparison in one table."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from voice_of_care.evaluation.agreement import (
    ALL,
    in_three_levels,
    label_agreement,
    sentiment_agreement,
    theme_agreement,
)
from voice_of_care.evaluation.codings import CODED
from voice_of_care.evaluation.resampling import MEASURED, Resampling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from voice_of_care.evaluation.codings import Codings

    Booleans = NDArray[np.bool_]

FEWEST = 10
"""Below so many a figure says too little of an item: people's codes of a priority, or comments of a comparison."""

OURS, CONSENSUS = "ours", "consensus"
OURS_PEOPLE = "ours, people"
JUDGED = ["about", "judged_on", "between", *MEASURED, "comments", "support", "is_enough"]
LEVEL_OF = {"very_positive": 1, "positive": 2, "neutral": 3, "mixed": 3, "negative": 4, "very_negative": 5}
_CODERS_RESAMPLED = 200
_SLACK = 1e-9  # shares of coders, such as thirds, add up to whole numbers only nearly


class Ours(NamedTuple):
    """Our coding, a row a comment.

    Args:
        comments: comment_id, respondent, text (simplified, to find repeats), is_aside (a run would set it aside),
            is_learnt (its words, or a segment's, are among the examples learnt from) and level (1 very positive to 5
            very negative).
        given: shape (comments, labels).
    """

    comments: pd.DataFrame
    given: Booleans


class Judged(NamedTuple):
    """Every measure, one a row (`JUDGED`), and the confusions of sentiment: theirs in rows, ours in columns."""

    measures: pd.DataFrame
    confusions: Mapping[tuple[str, str], pd.DataFrame]


def our_coding(
    safe_comments: pd.DataFrame,
    segments: pd.DataFrame,
    segment_links: pd.DataFrame,
    comment_sentiments: pd.DataFrame,
    *,
    framework_id: str,
    labels: Sequence[str],
    aside: Sequence[str],
    learnt: Sequence[str] = (),
) -> Ours:
    """Return our coding: a comment's priorities are the union of its segments'; `learnt` are texts of examples."""
    place = {comment_id: row for row, comment_id in enumerate(safe_comments["comment_id"])}
    column = {label: number for number, label in enumerate(labels)}
    given = np.zeros((len(place), len(labels)), dtype=np.bool_)
    comment_of = dict(zip(segments["segment_id"], segments["comment_id"], strict=True))
    links = segment_links[segment_links["framework_id"] == framework_id]
    for segment_id, priority in zip(links["segment_id"], links["priority_id"], strict=True):
        if priority in column:
            given[place[comment_of[segment_id]], column[priority]] = True
    level = comment_sentiments.set_index("comment_id")["label"].map(LEVEL_OF)
    text = _plain(safe_comments["text"])
    shown = set(_plain(pd.Series(list(learnt), dtype="str")))
    learnt_from = set(segments.loc[_plain(segments["text"]).isin(shown).to_numpy(), "comment_id"])
    comments = pd.DataFrame(
        {
            "comment_id": safe_comments["comment_id"].to_numpy(),
            "respondent": safe_comments["respondent_id"].fillna(safe_comments["comment_id"]).to_numpy(),
            "text": text.to_numpy(),
            "is_aside": safe_comments["comment_id"].isin(list(aside)).to_numpy(),
            "is_learnt": text.isin(shown).to_numpy() | safe_comments["comment_id"].isin(learnt_from).to_numpy(),
            "level": level.reindex(safe_comments["comment_id"]).fillna(0).astype(int).to_numpy(),
        }
    )
    return Ours(comments, given)


def _plain(texts: pd.Series) -> pd.Series:
    return texts.str.casefold().str.replace(r"\W+", " ", regex=True).str.strip()


def judge_codings(codings: Codings, ours: Ours, *, resampling: Resampling) -> Judged:
    """Compare our coding with people's, on all rows and on parts of them, and people's among themselves."""
    usable = codings.rows["comment_id"].notna().to_numpy()
    place = pd.Series(range(len(ours.comments)), index=ours.comments["comment_id"].to_numpy())
    at = place.reindex(codings.rows["comment_id"]).fillna(0).astype(int).to_numpy()
    rows = ours.comments.iloc[at].reset_index(drop=True)
    once = ~ours.comments["text"].duplicated(keep=False).to_numpy()[at]
    coded = usable & (codings.rows["status"] == CODED).to_numpy()
    found = ours.given[at]
    as_analysed = found & ~rows["is_aside"].to_numpy()[:, None]
    respondents = rows["respondent"].to_numpy()
    parts = [
        ("all", found, coded),
        ("texts_seen_once", found, coded & once),
        ("as_analysed", as_analysed, coded),
        ("as_analysed_texts_seen_once", as_analysed, coded & once),
    ]
    learnt = rows["is_learnt"].to_numpy()
    if learnt.any():
        parts.append(("texts_not_learnt", as_analysed, coded & ~learnt))
    frames = [
        _labels(
            codings.given,
            each,
            where,
            codings.labels,
            respondents,
            judged_on=name,
            resampling=resampling,
            copies=_copies(codings, where),
        )
        for name, each, where in parts
    ]
    confusions: dict[tuple[str, str], pd.DataFrame] = {}
    level = codings.rows["level"].to_numpy()
    for name, where in (
        ("all", usable),
        ("texts_seen_once", usable & once),
        ("labelled", coded),
        ("labelled_texts_seen_once", coded & once),
    ):
        both = where & (level > 0) & (rows["level"].to_numpy() > 0)
        frames += _levels(
            level[both],
            rows["level"].to_numpy()[both],
            respondents[both],
            name,
            OURS_PEOPLE,
            resampling,
            confusions,
            copies=_copies(codings, both),
        )
    frames += _coders(codings, coded, usable, found, rows, resampling=resampling)
    return Judged(pd.concat(frames, ignore_index=True)[JUDGED], confusions)


def _copies(codings: Codings, where: Booleans) -> NDArray[np.int64]:
    """Return for each of the rows chosen how many of them code the same comment."""
    ids = codings.rows.loc[where, "comment_id"]
    return np.asarray(ids.map(ids.value_counts()), dtype=np.int64)


def _labels(
    theirs: Booleans,
    ours: Booleans,
    where: Booleans,
    labels: Sequence[str],
    respondents: NDArray[np.object_],
    *,
    judged_on: str,
    resampling: Resampling,
    between: str = OURS_PEOPLE,
    judged: Booleans | None = None,
    copies: NDArray[np.int64] | None = None,
) -> pd.DataFrame:
    found = label_agreement(
        theirs[where],
        ours[where],
        labels=labels,
        respondents=respondents[where],
        judged=None if judged is None else judged[where],
        copies=copies,
        resampling=resampling,
    )
    counts = found.counts
    support = dict(zip(counts["item"], counts["support"], strict=True))
    by_both = (counts["support"] + counts["both"] + counts["only_ours"]) / 2  # of two people neither is right
    return _with_support(
        found.measures,
        support,
        _comments(copies, int(where.sum())),
        about="priorities",
        judged_on=judged_on,
        between=between,
        codes=float(counts["support"].sum() if OURS in between else by_both.sum()),
    )


def _comments(copies: NDArray[np.int64] | None, rows: int) -> int:
    return rows if copies is None else round(float((1 / copies).sum()))


def _levels(
    theirs: NDArray[np.int64],
    ours: NDArray[np.int64],
    respondents: NDArray[np.object_],
    judged_on: str,
    between: str,
    resampling: Resampling,
    confusions: dict[tuple[str, str], pd.DataFrame],
    copies: NDArray[np.int64] | None = None,
) -> list[pd.DataFrame]:
    if not len(theirs):
        return []
    frames = []
    for about, levels, one, other in (
        ("sentiment", (1, 2, 3, 4, 5), list(theirs), list(ours)),
        ("sentiment_3", (1, 2, 3), in_three_levels(theirs), in_three_levels(ours)),  # type: ignore[arg-type]
    ):
        found = sentiment_agreement(
            one, other, respondents=respondents, levels=levels, copies=copies, resampling=resampling
        )
        comments = _comments(copies, len(theirs))
        support = dict(zip(found.confusion.index, found.confusion.sum(axis=1), strict=True))
        frames.append(
            _with_support(found.measures, support, comments, about=about, judged_on=judged_on, between=between)
        )
        confusions[about, judged_on] = found.confusion
    return frames


def _with_support(
    measures: pd.DataFrame,
    support: Mapping[str, float],
    comments: int,
    *,
    about: str,
    judged_on: str,
    between: str,
    codes: float | None = None,
) -> pd.DataFrame:
    """Add what each measure rests on, and whether that is enough.

    A figure of all rests on the comments and, where codes are compared, on the codes given; a mean over items also on
    most of the items that were given being given often enough.
    """
    of_item = measures["item"].map(lambda item: math.floor(support.get(item, 0) + _SLACK) if item else comments)
    bearing = comments if codes is None else min(comments, math.floor(codes + _SLACK))
    given = [count for count in support.values() if count > 0]
    often = sum(count + _SLACK >= FEWEST for count in given)
    bears_means = 0 < len(given) <= 2 * often
    is_mean = measures["measure"].str.endswith(("_macro", "best_match_f1")) & measures["item"].eq(ALL)
    is_enough = of_item.where(measures["item"].ne(ALL), bearing).ge(FEWEST) & (~is_mean | bears_means)
    return measures.assign(
        about=about,
        judged_on=judged_on,
        between=between,
        comments=comments,
        support=of_item.astype(int),
        is_enough=is_enough.astype(bool),
    )


def _coders(
    codings: Codings,
    coded: Booleans,
    usable: Booleans,
    found: Booleans,
    ours: pd.DataFrame,
    *,
    resampling: Resampling,
) -> list[pd.DataFrame]:
    """Compare coders on the comments that several coded, and us with each of them and with what they agree on."""
    coders = sorted(set(codings.rows["coder"]))
    if len(coders) < 2:
        return []
    resampling = resampling._replace(times=min(resampling.times, _CODERS_RESAMPLED))
    of = {coder: _first_rows(codings, coded, coder) for coder in coders}
    of_level = {coder: _first_rows(codings, usable & (codings.rows["level"] > 0).to_numpy(), coder) for coder in coders}
    frames: list[pd.DataFrame] = []
    for one, other in itertools.combinations(coders, 2):
        shared = [comment for comment in of[one] if comment in of[other]]
        if shared:
            a, b = ([of[coder][comment] for comment in shared] for coder in (one, other))
            frames += _coder_labels(codings, found, ours, a, b, names=(one, other), resampling=resampling)
        shared = [comment for comment in of_level[one] if comment in of_level[other]]
        if shared:
            a, b = ([of_level[coder][comment] for comment in shared] for coder in (one, other))
            frames += _coder_levels(codings, ours, a, b, names=(one, other), resampling=resampling)
    return frames


def _first_rows(codings: Codings, where: Booleans, coder: int) -> dict[str, int]:
    """Return the row of each comment that a coder coded; where one coded it twice, the first by what it says."""
    rows: dict[str, int] = {}
    mine = np.flatnonzero(where & (codings.rows["coder"] == coder).to_numpy())
    level = codings.rows["level"].to_numpy()
    for row in sorted(mine.tolist(), key=lambda row: (codings.given[row].tolist(), int(level[row]))):
        rows.setdefault(str(codings.rows["comment_id"].iloc[row]), int(row))
    return {comment: rows[comment] for comment in codings.rows["comment_id"].dropna().unique() if comment in rows}


def _coder_labels(
    codings: Codings,
    found: Booleans,
    ours: pd.DataFrame,
    a: list[int],
    b: list[int],
    *,
    names: tuple[int, int],
    resampling: Resampling,
) -> list[pd.DataFrame]:
    one, other, mine = codings.given[a], codings.given[b], found[a]
    who = ours["respondent"].to_numpy()[a]
    everywhere = np.ones(len(a), dtype=np.bool_)
    first, second = (f"coder {name}" for name in names)
    on = f"coded_twice_{names[0]}_{names[1]}"
    pairs: list[tuple[str, Booleans, Booleans, Booleans | None]] = [
        (f"{first}, {second}", one, other, None),
        (f"{OURS}, {first}", one, mine, None),
        (f"{OURS}, {second}", other, mine, None),
        (f"{OURS}, {CONSENSUS}", one, mine, one == other),
    ]
    return [
        _labels(theirs, ours_too, everywhere, codings.labels, who, judged_on=on, resampling=resampling,
                between=between, judged=judged)
        for between, theirs, ours_too, judged in pairs
    ]  # fmt: skip


def _coder_levels(
    codings: Codings,
    ours: pd.DataFrame,
    a: list[int],
    b: list[int],
    *,
    names: tuple[int, int],
    resampling: Resampling,
) -> list[pd.DataFrame]:
    level = codings.rows["level"].to_numpy()
    one, other, mine = level[a], level[b], ours["level"].to_numpy()[a]
    who = ours["respondent"].to_numpy()[a]
    first, second = (f"coder {name}" for name in names)
    on = f"coded_twice_{names[0]}_{names[1]}"
    same = one == other
    frames: list[pd.DataFrame] = []
    for between, theirs, other_side, where in (
        (f"{first}, {second}", one, other, np.ones(len(a), dtype=np.bool_)),
        (f"{OURS}, {first}", one, mine, mine > 0),
        (f"{OURS}, {second}", other, mine, mine > 0),
        (f"{OURS}, {CONSENSUS}", one, mine, same & (mine > 0)),
    ):
        frames += _levels(theirs[where], other_side[where], who[where], on, between, resampling, {})
    return frames


def judge_themes(
    codings: Codings,
    ours: Ours,
    assignments: pd.DataFrame,
    segments: pd.DataFrame,
    *,
    resampling: Resampling,
) -> pd.DataFrame:
    """Compare discovered themes with the codes that all coders gave, on the comments that a run would analyse."""
    rows = codings.rows
    aside = ours.comments.loc[ours.comments["is_aside"], "comment_id"]
    coded = (rows["status"].eq(CODED) & rows["comment_id"].notna() & ~rows["comment_id"].isin(aside)).to_numpy()
    by_all = pd.DataFrame(codings.given[coded]).groupby(rows.loc[coded, "comment_id"].to_numpy(), sort=False).all()
    by_all = by_all[by_all.any(axis=1)]
    place = pd.Series(range(len(ours.comments)), index=ours.comments["comment_id"].to_numpy())
    codes, comment_ids = by_all.to_numpy(dtype=np.bool_), by_all.index.tolist()
    main = main_themes(assignments, segments)
    comment_of = segments.set_index("segment_id")["comment_id"]
    pairs = set(zip(assignments["segment_id"].map(comment_of), assignments["theme_id"], strict=True))
    names = sorted(set(assignments["theme_id"]))
    themes = np.array([[(comment, theme) in pairs for theme in names] for comment in comment_ids], dtype=np.bool_)
    measures = theme_agreement(
        codes,
        themes.reshape(len(codes), len(names)),
        [main.get(comment) for comment in comment_ids],
        labels=codings.labels,
        respondents=ours.comments["respondent"].to_numpy()[place.reindex(comment_ids).to_numpy(dtype=int)],
        resampling=resampling._replace(times=min(resampling.times, 60)),
    )
    support = dict(zip(codings.labels, codes.sum(axis=0), strict=True))
    return _with_support(measures, support, len(codes), about="themes", judged_on="as_analysed", between=OURS_PEOPLE)[
        JUDGED
    ]


def main_themes(assignments: pd.DataFrame, segments: pd.DataFrame) -> dict[str, str]:
    """Return the theme that most of each comment is about: the one its segments carry most strongly in sum."""
    comment_of = segments.set_index("segment_id")["comment_id"]
    strengths = assignments.assign(comment_id=assignments["segment_id"].map(comment_of))
    total = strengths.groupby(["comment_id", "theme_id"])["strength"].sum().round(6).reset_index()
    ordered = total.sort_values(["comment_id", "strength", "theme_id"], ascending=[True, False, True])
    best = ordered.drop_duplicates("comment_id")
    return {str(comment): str(theme) for comment, theme in zip(best["comment_id"], best["theme_id"], strict=True)}


def themes_alike(one: Mapping[str, str], other: Mapping[str, str], comment_ids: Sequence[str]) -> float:
    """Return the adjusted Rand index of two runs' main themes; comments without a theme are a group of their own."""
    return round(
        float(
            adjusted_rand_score(
                [one.get(comment, ALL) for comment in comment_ids], [other.get(comment, ALL) for comment in comment_ids]
            )
        ),
        4,
    )
