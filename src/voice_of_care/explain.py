"""Why a segment was coded as it was: the words that carried each theme, priority and sentiment.

By occlusion: each run of up to three words is left out in turn, the segment is coded again by the steps themselves, and
what falls was carried by those words (Zeiler and Fergus 2014; Li, Monroe and Jurafsky 2016). What rules decided, a kind
or a voice, needs none of that: the rule's own words are shown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.counting import units
from voice_of_care.cues import cues_said
from voice_of_care.decisions import text_hash
from voice_of_care.errors import InputError
from voice_of_care.pipeline import Scored, judge_by_models
from voice_of_care.priorities.zero_shot import hear, logits_of, score, strengths_of
from voice_of_care.sentiment import score_sentiment
from voice_of_care.tables import SAFE_COMMENTS, SEGMENTS, SET_ASIDE, STATEMENTS, conform
from voice_of_care.themes import SegmentsSplit

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.embedding import Embedders
    from voice_of_care.frameworks import Framework

LONGEST_RUN = 3
"""Words left out at once, at most."""

MOST_RUNS_WORDS = 40
"""A longer segment has its words left out one by one only."""

MOST_SHOWN = 3
LEAST_FALL = 0.01
SHARE_OF_FIRST = 0.25
"""Words are shown whose fall is at least this share of the greatest."""

LENGTH_COST = 0.15
"""A longer run must carry so much more for each further word, or the shorter is shown."""

_WORD = re.compile(r"\[[A-Z][A-Za-z0-9_ :]*\]|\w+(?:['’-]\w+)*")

# Words that carry nothing alone: no run begins or ends with one.
_EDGE_WORDS = """
a an and are as at be been by for from had has have he her him his i in is it its me my of on or our she so that the
their them there they this to us was we were which who will with you your
"""
_EDGES = frozenset(_EDGE_WORDS.split())

About = Literal["theme", "priority", "sentiment", "kind", "voice"]


class Words(NamedTuple):
    """Words of a segment, and how much the strength falls without them; None where a rule reads these very words."""

    start: int
    end: int
    fall: float | None


@dataclass(frozen=True)
class Reason:
    """One thing a segment was given, and what carried it; `question_fall` is how much the question asked did.

    A link that a reviewer rejected is told too, with who did and why.
    """

    about: About
    key: str
    label: str
    strength: float | None
    origin: Literal["model", "rule", "reviewer"]
    words: tuple[Words, ...]
    cues: tuple[str, ...] = ()
    question_fall: float | None = None
    is_rejected: bool = False
    actor: str = ""
    why: str = ""


@dataclass(frozen=True)
class SegmentExplained:
    """A segment's safe text and why it was coded as it was."""

    segment_id: str
    text: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Explanation:
    """A comment, or one segment of it, explained."""

    comment_id: str
    question: str | None
    segments: tuple[SegmentExplained, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, with the words beside their places."""
        return {
            "comment_id": self.comment_id,
            "question": self.question,
            "segments": [
                {
                    "segment_id": segment.segment_id,
                    "text": segment.text,
                    "reasons": [_reason_as_dict(reason, segment.text) for reason in segment.reasons],
                }
                for segment in self.segments
            ],
        }


class Variants(NamedTuple):
    """A segment as comments that stand alone: whole; without each run of words; whole, but without the question."""

    runs: tuple[tuple[int, int], ...]
    texts: tuple[str, ...]
    targets: tuple[str, ...]
    segments: pd.DataFrame
    safe_comments: pd.DataFrame


def explain(item_id: str, *, analysis: Analysis, embedders: Embedders) -> Explanation:
    """Return why a comment, or one segment of it, was given its themes, priorities, sentiment, kind and voice.

    Args:
        item_id: a comment_id or segment_id.
        analysis: as it stands, decisions applied.
        embedders: both encoders, cached.

    Raises:
        InputError: the analysis holds no such comment or segment.
    """
    wanted = segments_of(item_id, analysis)
    comment_id = str(wanted["comment_id"].iloc[0])
    comment = analysis.safe_comments[analysis.safe_comments["comment_id"] == comment_id].iloc[0]
    explained = tuple(
        SegmentExplained(str(row["segment_id"]), str(row["text"]), tuple(_reasons(row, analysis, embedders)))
        for row in wanted.sort_values("position").to_dict("records")
    )
    return Explanation(comment_id, _text_or_none(comment["question"]), explained)


def segments_of(item_id: str, analysis: Analysis) -> pd.DataFrame:
    """Return the segment of that id, or all of the comment of that id.

    Raises:
        InputError: the analysis holds no such comment or segment.
    """
    segments = analysis.segments
    wanted = segments[(segments["segment_id"] == item_id) | (segments["comment_id"] == item_id)]
    if wanted.empty:
        msg = "No comment or segment of this project has that id. Ids stand beside quotes, and in the table segments."
        raise InputError(msg)
    return wanted


def _reasons(row: Mapping[Hashable, Any], analysis: Analysis, embedders: Embedders) -> Iterable[Reason]:
    variants = leave_out(row, analysis)
    scored = Scored(
        variants.safe_comments,
        units(variants.safe_comments),
        SegmentsSplit(variants.segments, SET_ASIDE.empty()),
        score_sentiment(variants.segments, variants.safe_comments, embedders=embedders),
        STATEMENTS.empty(),
    )
    yield from _theme_reasons(row, analysis, variants, embedders)
    yield from _link_reasons(row, analysis, variants, scored, embedders)
    yield from _rejections(row, analysis)
    yield from _sentiment_reason(row, analysis, variants, scored)
    yield from _statement_reasons(row, analysis)


def leave_out(row: Mapping[Hashable, Any], analysis: Analysis) -> Variants:
    """Return a segment with each run of words left out in turn, then the question; the rest of its comment as it is."""
    text, segment_start = str(row["text"]), int(row["start"])
    comments, segments = analysis.safe_comments, analysis.segments
    comment = comments[comments["comment_id"] == row["comment_id"]]
    whole = str(comment["text"].iloc[0])
    beside = segments[segments["comment_id"] == row["comment_id"]].sort_values("position")
    place = beside["segment_id"].tolist().index(row["segment_id"])
    runs = _runs(text)
    texts = (text, *(_without(text, run) for run in runs), text)
    wholes = [whole[:segment_start] + said + whole[segment_start + len(text) :] for said in texts]
    names = [f"{number:05d}" for number in range(len(texts))]
    copies = comment.loc[comment.index.repeat(len(texts))].assign(
        comment_id=names,
        text=wholes,
        question=[*[_text_or_none(comment["question"].iloc[0])] * (len(texts) - 1), None],
        duplicate_of=None,
    )
    parts = [
        beside.assign(
            comment_id=name,
            segment_id=[f"{name}.{position}" for position in beside["position"]],
            text=[said if number == place else other for number, other in enumerate(beside["text"])],
        )
        for name, said in zip(names, texts, strict=True)
    ]
    return Variants(
        runs,
        texts,
        tuple(f"{name}.{int(row['position'])}" for name in names),
        conform(pd.concat(parts, ignore_index=True), SEGMENTS),
        conform(copies, SAFE_COMMENTS),
    )


def _runs(text: str) -> tuple[tuple[int, int], ...]:
    """Return the places of runs of words that begin and end with a telling one, shorter first; never all at once."""
    words = list(_WORD.finditer(text))
    telling = [match.group().lower() not in _EDGES for match in words]
    longest = LONGEST_RUN if len(words) <= MOST_RUNS_WORDS else 1
    return tuple(
        (words[first].start(), words[first + length - 1].end())
        for length in range(1, min(longest, len(words) - 1) + 1)
        for first in range(len(words) - length + 1)
        if telling[first] and telling[first + length - 1]
    )


def _without(text: str, run: tuple[int, int]) -> str:
    left, right = text[: run[0]].rstrip(), text[run[1] :].lstrip()
    joint = "" if not left or not right or right[0] in ".,;:!?" else " "
    return f"{left}{joint}{right}".lstrip(" ,;:")


def _carriers(runs: Sequence[tuple[int, int]], falls: np.ndarray, text: str) -> tuple[Words, ...]:
    """Return the runs that carried most, none overlapping, in the order of their fall."""
    lengths = np.array([len(_WORD.findall(text[start:end])) for start, end in runs])
    worth = np.where(falls > 0, falls / (1 + LENGTH_COST * (lengths - 1)), falls) if len(runs) else falls
    chosen: list[Words] = []
    for number in np.argsort(-np.round(worth, 6), kind="stable"):
        start, end = runs[number]
        fall = float(np.round(falls[number], 4))
        least = max(LEAST_FALL, SHARE_OF_FIRST * chosen[0].fall if chosen and chosen[0].fall else 0.0)
        if fall < least or len(chosen) == MOST_SHOWN:
            break
        if all(end <= other.start or start >= other.end for other in chosen):
            chosen.append(Words(start, end, fall))
    return tuple(chosen)


def _if_any(fall: float) -> float | None:
    return float(np.round(fall, 4)) if fall >= LEAST_FALL else None


def _theme_reasons(
    row: Mapping[Hashable, Any], analysis: Analysis, variants: Variants, embedders: Embedders
) -> Iterable[Reason]:
    given = analysis.assignments[analysis.assignments["segment_id"] == row["segment_id"]]
    given = given[~given["theme_id"].isin(analysis.themes.loc[analysis.themes["status"] == "candidate", "theme_id"])]
    labels = dict(zip(analysis.themes["theme_id"], analysis.themes["label"], strict=True))
    known = analysis.theme_vectors[analysis.theme_vectors["model"] == embedders.both.name]
    vector_of = dict(zip(known["theme_id"], known["vector"], strict=True))
    vectors = embedders.both.embed(variants.texts).astype(np.float64)
    for each in given.to_dict("records"):
        theme = str(each["theme_id"])
        words: tuple[Words, ...] = ()
        if theme in vector_of and each["origin"] == "model":
            near = np.einsum("ij,j->i", vectors, np.array(vector_of[theme]))
            words = _carriers(variants.runs, near[0] - near[1:-1], variants.texts[0])
        yield Reason("theme", theme, str(labels.get(theme, theme)), float(each["strength"]), each["origin"], words)


def _link_reasons(
    row: Mapping[Hashable, Any], analysis: Analysis, variants: Variants, scored: Scored, embedders: Embedders
) -> Iterable[Reason]:
    given = analysis.segment_links[analysis.segment_links["segment_id"] == row["segment_id"]]
    if given.empty:
        return
    used = tuple(each for each in analysis.frameworks if each.id in set(given["framework_id"]))
    strengths = _strengths(analysis, variants, scored, embedders, used)
    names = {(each.id, item.id): (each, item) for each in used for item in each.elements}
    for each in given.to_dict("records"):
        key = (str(each["framework_id"]), str(each["priority_id"]))
        framework, element = names.get(key, (None, None))
        words: tuple[Words, ...] = ()
        asked = None
        if each["origin"] == "model" and key in strengths:
            falls = strengths[key][0] - strengths[key][1:]
            words, asked = _carriers(variants.runs, falls[:-1], variants.texts[0]), _if_any(falls[-1])
        label = f"{element.label} ({framework.name})" if framework and element else "/".join(key)
        said = cues_said(variants.texts[0], element.include_cues) if element else ()
        yield Reason("priority", "/".join(key), label, float(each["strength"]), each["origin"], words, said, asked)


def _rejections(row: Mapping[Hashable, Any], analysis: Analysis) -> Iterable[Reason]:
    """Yield the priorities that a reviewer last said the segment's text does not speak of."""
    names = {
        (each.id, item.id): f"{item.label} ({each.name})" for each in analysis.frameworks for item in each.elements
    }
    told = analysis.events[analysis.events["action"] == "link.set"]
    last: dict[tuple[str, str], tuple[bool, str, str]] = {}
    for actor, reason, stored in zip(told["actor"], told["reason"], told["payload_json"], strict=True):
        payload = json.loads(stored)
        if payload["text_hash"] == text_hash(str(row["text"])):
            key = (str(payload["framework_id"]), str(payload["priority_id"]))
            last[key] = (payload["status"] == "rejected", str(actor), _text_or_none(reason) or "")
    for key, (is_rejected, actor, why) in last.items():
        if is_rejected and key in names:
            yield Reason("priority", "/".join(key), names[key], None, "reviewer", (), (), None, True, actor, why)


def _strengths(
    analysis: Analysis, variants: Variants, scored: Scored, embedders: Embedders, frameworks: Sequence[Framework]
) -> dict[tuple[str, str], np.ndarray]:
    """Return how strongly each variant speaks of each priority, whether or not it would be linked."""
    row_of = {segment_id: row for row, segment_id in enumerate(variants.targets)}
    found: dict[tuple[str, str], np.ndarray] = {}
    for said in judge_by_models(scored, analysis.examples, embedders=embedders, frameworks=frameworks):
        mine = said.strengths[said.strengths["segment_id"].isin(row_of)]
        for priority_id in sorted(said.priority_ids):
            rows = mine[mine["priority_id"] == priority_id]
            values = np.zeros(len(variants.targets))
            values[rows["segment_id"].map(row_of).to_numpy(dtype=np.intp)] = rows["strength"]
            found.setdefault((said.framework_id, priority_id), values)
    question = variants.safe_comments["question"].reset_index(drop=True)
    heard = hear(pd.Series(variants.texts, dtype="str"), question, embedder=embedders.general)
    for framework in frameworks:
        linkable = [element for element in framework.elements if element.include_cues]
        if all((framework.id, element.id) in found for element in linkable):
            continue
        values = strengths_of(logits_of(score(framework, linkable, heard, embedder=embedders.general)))
        for column, element in enumerate(linkable):
            found.setdefault((framework.id, element.id), values[:, column])
    return found


def _sentiment_reason(
    row: Mapping[Hashable, Any], analysis: Analysis, variants: Variants, scored: Scored
) -> Iterable[Reason]:
    given = analysis.sentiments[analysis.sentiments["segment_id"] == row["segment_id"]]
    if given.empty:
        return
    label, polarity = str(given["label"].iloc[0]), float(given["polarity"].iloc[0])
    by_variant = (
        scored.sentiment.sentiments.set_index("segment_id")["polarity"].reindex(list(variants.targets)).to_numpy()
    )
    change = by_variant[0] - by_variant[1:]
    falls = np.abs(change) if label in {"mixed", "neutral"} else change * np.sign(polarity)
    words = _carriers(variants.runs, falls[:-1], variants.texts[0])
    named = label.replace("_", " ")
    yield Reason("sentiment", label, named, polarity, "model", words, question_fall=_if_any(falls[-1]))


def _statement_reasons(row: Mapping[Hashable, Any], analysis: Analysis) -> Iterable[Reason]:
    given = analysis.statements[analysis.statements["segment_id"] == row["segment_id"]]
    for each in given.to_dict("records"):
        abouts: tuple[About, ...] = ("kind", "voice")
        for about in abouts:
            start, end = each[f"{about}_start"], each[f"{about}_end"]
            words = () if pd.isna(start) or pd.isna(end) else (Words(int(start), int(end), None),)
            yield Reason(about, str(each[about]), str(each[about]).replace("_", " "), None, "rule", words)


def _reason_as_dict(reason: Reason, text: str) -> dict[str, Any]:
    return {
        "about": reason.about,
        "key": reason.key,
        "label": reason.label,
        "strength": reason.strength,
        "origin": reason.origin,
        "words": [
            {"text": text[each.start : each.end], "start": each.start, "end": each.end, "fall": each.fall}
            for each in reason.words
        ],
        "cues": list(reason.cues),
        "question_fall": reason.question_fall,
        "is_rejected": reason.is_rejected,
        "actor": reason.actor,
        "why": reason.why,
    }


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
