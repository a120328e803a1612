"""The segments each number is counted from: the units behind them are the number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.insight.terms import terms_of
from voice_of_care.insight_tables import EVIDENCE, REST
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_of_care.insight.finding import Insight
    from voice_of_care.insight.voices import Voices

BETWEEN = " | "
"""Stands between the parts of a row's key."""
BAD = ("very_negative", "negative", "mixed")
"""Sentiment of a segment that has something bad to say."""
_OVERALL = "overall"
_COLUMNS = {"group": "respondent_group", "channel": "channel", "service": "service", "site": "site"}


class _Told(NamedTuple):
    """Segments in the order of the analysis, by what they are about and whose they are."""

    by_item: dict[tuple[str, str], list[str]]
    bad_by_item: dict[tuple[str, str], list[str]]
    by_question: dict[tuple[str, str, str], list[str]]
    scored_by_item: dict[str, list[str]]
    heard: dict[str, list[str]]


def gather_evidence(found: Insight, voices: Voices, segments: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Return the table `evidence`.

    Rows of `of_table` mentions hold all segments of a theme or priority, rows of heard all segments of whoever shares
    are taken of: overall, group/staff, service/Maternity and so on. What `rest` raises is what mentions holds without
    the other side's; what a priority of `unraised` is linked to stands under mentions too. A campaign is one unit
    however many sent it, where the settings count it once.

    Args:
        found: all other tables.
        voices: who is counted.
        segments: as declared.
        statements: as declared.
    """
    told = _gather(voices, segments, statements)
    rows = [
        *_of_heard(told),
        *_of_questions(found.question_coverage, told),
        *_of_ranking(found.ranking, told),
        *_of_themes(found, told),
        *_of_gaps(found.group_gaps, told),
        *_of_places(found, told),
        *_of_words(found, told, segments),
    ]
    return conform(pd.DataFrame(rows, columns=list(EVIDENCE.columns)), EVIDENCE) if rows else EVIDENCE.empty()


def _gather(voices: Voices, segments: pd.DataFrame, statements: pd.DataFrame) -> _Told:
    place = pd.Series(range(len(segments)), index=segments["segment_id"].to_numpy())
    question = statements.set_index("segment_id")["plain_question"]
    mentions = voices.mentions[voices.mentions["scope"].isin(("theme", "priority"))]
    mentions = mentions.assign(place=mentions["segment_id"].map(place), question=mentions["segment_id"].map(question))
    mentions = mentions.sort_values(["item_id", "place"])
    said = segments.merge(voices.comments, on="comment_id", how="inner", validate="many_to_one")
    themes = mentions[mentions["scope"] == "theme"]
    is_scored = themes["unit"].isin(voices.units.index[voices.units["score"].notna()])
    return _Told(
        dict(_by_part(mentions)),
        dict(_by_part(themes[themes["sentiment"].isin(BAD)])),
        _lists(themes.dropna(subset=["question"]), ["item_id", "question", "respondent_group"]),
        _lists(themes[is_scored], ["item_id"]),
        {part: ids for (_, part), ids in _by_part(said.assign(item_id=_OVERALL))},
    )


def _by_part(mentions: pd.DataFrame) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield the segments of each item, of all and of each group, channel, service and site."""
    for item, ids in _lists(mentions, ["item_id"]).items():
        yield (item, _OVERALL), ids
    for name, column in _COLUMNS.items():
        for (item, part), ids in _lists(mentions.dropna(subset=[column]), ["item_id", column]).items():
            yield (item, f"{name}/{part}"), ids


def _lists(frame: pd.DataFrame, by: list[str]) -> dict[Any, list[str]]:
    """Return the segments by one column's value, or by a tuple of several columns' values."""
    if frame.empty:
        return {}
    lists: dict[Any, list[str]] = (
        frame.groupby(by if len(by) > 1 else by[0], sort=True)["segment_id"].agg(list).to_dict()
    )
    return lists


_Row = tuple[str, str, str, list[str]]


def _of_heard(told: _Told) -> Iterator[_Row]:
    for part, ids in told.heard.items():
        yield "heard", part, "heard", ids
    for (item, part), ids in told.by_item.items():
        if part == _OVERALL:
            yield "mentions", item, "respondents", ids


def _of_questions(questions: pd.DataFrame, told: _Told) -> Iterator[_Row]:
    for row in questions[["theme_id", "question", "respondent_group"]].itertuples(index=False, name=None):
        yield "question_coverage", BETWEEN.join(row), "respondents", told.by_question.get(row, [])


def _of_ranking(ranking: pd.DataFrame, told: _Told) -> Iterator[_Row]:
    for theme, scope in ranking[["theme_id", "scope"]].itertuples(index=False, name=None):
        key = f"{theme}{BETWEEN}{scope}"
        yield "ranking", key, "respondents", told.by_item.get((theme, scope), [])
        yield "ranking", key, "negative", told.bad_by_item.get((theme, scope), [])


def _of_themes(found: Insight, told: _Told) -> Iterator[_Row]:
    for theme, metric in found.triangulation[["theme_id", "metric"]].itertuples(index=False, name=None):
        ids = told.bad_by_item.get((theme, _OVERALL), [])
        yield "triangulation", f"{theme}{BETWEEN}{metric}", "theme_change", ids
    for theme in found.drivers["theme_id"]:
        yield "drivers", theme, "respondents", told.scored_by_item.get(theme, [])


def _of_gaps(gaps: pd.DataFrame, told: _Told) -> Iterator[_Row]:
    named = gaps.assign(
        item=gaps["theme_id"].fillna(gaps["framework_id"] + "/" + gaps["priority_id"]),
        prefix=gaps["grouping"].replace({"respondent_group": "group"}),
    )
    columns = ["item", "grouping", "prefix", "group_a", "group_b"]
    for item, grouping, prefix, first, other in named[columns].itertuples(index=False, name=None):
        key = BETWEEN.join((item, grouping, first, other))
        yield "group_gaps", key, "raised_a", told.by_item.get((item, f"{prefix}/{first}"), [])
        if other != REST:
            yield "group_gaps", key, "raised_b", told.by_item.get((item, f"{prefix}/{other}"), [])


def _of_words(found: Insight, told: _Told, segments: pd.DataFrame) -> Iterator[_Row]:
    """Yield the segments in which a group says a word of a theme; the words of places hold their own segments."""
    text_of = dict(zip(segments["segment_id"], segments["text"], strict=True))
    terms: dict[str, frozenset[str]] = {}
    for row in found.own_words[["theme_id", "respondent_group", "term"]].itertuples(index=False, name=None):
        theme, group, term = row
        key = terms_of(term)[-1][0]
        ids = told.by_item.get((theme, f"group/{group}"), [])
        for each in ids:
            if each not in terms:
                terms[each] = frozenset(folded for folded, _ in terms_of(text_of[each]))
        yield "own_words", BETWEEN.join(row), "respondents", [each for each in ids if key in terms[each]]


def _of_places(found: Insight, told: _Told) -> Iterator[_Row]:
    for row in found.concentration[["theme_id", "level", "place"]].itertuples(index=False, name=None):
        theme, level, place = row
        yield "concentration", BETWEEN.join(row), "respondents", told.by_item.get((theme, f"{level}/{place}"), [])
