"""Reviewers' decisions: an append-only list of events, and what the tables become when they are applied.

The tables as the models made them are never changed; `apply_decisions` returns new ones each time they are read. So a
decision survives a new run, and the list of events is the whole truth about what people decided, when, who and why.
Each event carries the hash of the one before, which makes tampering visible, not impossible.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import pandas as pd

from voice_of_care.actions import (
    add_action,
    add_rebase,
    follow_merge,
    has_what_is_removed,
    remove_action,
    remove_rebase,
)
from voice_of_care.ballots import BallotAction
from voice_of_care.counting import count_units
from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.tables import (
    ASSIGNMENTS,
    EVENTS,
    EXAMPLES,
    NEARNESS,
    NOT_STANDING,
    QUOTES,
    SAFE_COMMENTS,
    SEGMENT_LINKS,
    SEGMENTS,
    SET_ASIDE,
    SEVERITIES,
    STATEMENTS,
    THEME_LINKS,
    THEME_TERMS,
    THEMES,
    conform,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.tables import Table

Action = (
    Literal[
        "theme.confirm",
        "theme.rename",
        "theme.describe",
        "theme.merge",
        "theme.retire",
        "mapping.set",
        "link.set",
        "quote.approve",
        "quote.withdraw",
        "severity.set",
        "deid.redact",
        "action.add",
        "action.remove",
        "rebase.add",
        "rebase.remove",
        "segment.read",
    ]
    | BallotAction
)
Payload = dict[str, str | int | list[str]]
REVIEWER_REDACTION = "[REDACTED]"
_FIRST_HASH = "0" * 64
_WORDS_REMEMBERED = 5
_WORDS_SHARED = 2


@dataclass(frozen=True)
class Decision:
    """One thing a person decided, who and why; `inverse` is what would undo it."""

    action: Action
    payload: Payload
    inverse: Payload
    actor: str
    reason: str = ""


def record_decisions(events: pd.DataFrame, decisions: Sequence[Decision], *, at_utc: str) -> pd.DataFrame:
    """Return the events to append for these decisions, chained to those there are.

    Args:
        events: all events so far.
        decisions: in the order they apply.
        at_utc: when, ISO 8601.
    """
    version = len(events)
    previous = str(events["hash"].iloc[-1]) if version else _FIRST_HASH
    rows = []
    for number, decision in enumerate(decisions, start=version + 1):
        row = {
            "seq": number,
            "at_utc": at_utc,
            "actor": decision.actor,
            "action": decision.action,
            "payload_json": json.dumps(decision.payload, sort_keys=True, ensure_ascii=False),
            "inverse_json": json.dumps(decision.inverse, sort_keys=True, ensure_ascii=False),
            "reason": decision.reason or None,
            "base_version": version,
            "prev_hash": previous,
        }
        previous = _hash_event(row)
        rows.append({**row, "hash": previous})
    return conform(pd.DataFrame(rows, columns=list(EVENTS.columns)), EVENTS)


def is_chain_whole(events: pd.DataFrame) -> bool:
    """Tell whether every event still carries the hash it was written with."""
    previous = _FIRST_HASH
    for record in events.to_dict("records"):
        row = {str(name): (None if pd.isna(value) else value) for name, value in record.items()}
        found = row.pop("hash")
        if row["prev_hash"] != previous or _hash_event(row) != found:
            return False
        previous = str(found)
    return True


def _hash_event(row: Mapping[str, object]) -> str:
    content = {**row, "seq": int(str(row["seq"])), "base_version": int(str(row["base_version"]))}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def apply_decisions(analysis: Analysis, *, unit_of: pd.Series) -> Analysis:
    """Return the analysis as it stands after all its events.

    A decision about a theme, link or quote that the newest run no longer has does nothing; it stays in the list and
    applies again should the item come back. So does one about a theme that has come to mean something else.

    Args:
        analysis: tables as the models made them, and all events.
        unit_of: comment_id to unit, for the sizes of merged themes.
    """
    current, _ = _apply_events(analysis)
    is_accepted = bool((analysis.themes["status"].eq("candidate") & current.themes["status"].ne("candidate")).any())
    if is_accepted or any(action == "theme.merge" for action in analysis.events["action"]):
        current = replace(current, themes=_recount(current, unit_of))
    return current


class CandidatesJudged(NamedTuple):
    """Candidate themes that a person took on (confirmed, renamed or merged with another theme), and refused ones."""

    accepted: frozenset[str]
    refused: frozenset[str]


def judge_candidates(analysis: Analysis) -> CandidatesJudged:
    """Return what people have decided about the candidates; the others still wait.

    Args:
        analysis: tables as the models made them, and all events.
    """
    candidates = set(analysis.themes.loc[analysis.themes["status"] == "candidate", "theme_id"])
    now = _apply_events(analysis)[0].themes.set_index("theme_id")["status"]
    merges = analysis.events.loc[analysis.events["action"] == "theme.merge", "payload_json"]
    merged = {str(json.loads(payload)["theme_id"]) for payload in merges} & candidates
    taken = {theme_id for theme_id in candidates if now[theme_id] not in NOT_STANDING}
    retired = {theme_id for theme_id in candidates if now[theme_id] == "retired"}
    return CandidatesJudged(frozenset(taken | (merged & retired)), frozenset(retired - merged))


def find_idle(analysis: Analysis) -> list[tuple[str, str]]:
    """Return the decisions that have nothing to apply to, as what they are about is gone or is something else now.

    Each is an action and the id of what it is about.

    Args:
        analysis: tables as the models made them, and all events.
    """
    return _apply_events(analysis)[1]


def _apply_events(analysis: Analysis) -> tuple[Analysis, list[tuple[str, str]]]:
    """Return the analysis after all its events, and those that found nothing to apply to."""
    current = analysis
    idle: list[tuple[str, str]] = []
    merged_into: dict[str, str] = {}
    for record in analysis.events.to_dict("records"):
        action = str(record["action"])
        edit = _EDITS.get(action)
        if edit is None:
            continue
        payload = json.loads(record["payload_json"])
        has_meaning, payload = _still_means(analysis, payload), _redirect(payload, merged_into)
        if not (has_meaning and _has_object(current, action, payload)):
            idle.append((action, _subject(payload)))
            continue
        current = edit(current, payload, str(record["reason"] or ""))
        if action == "theme.merge":
            merged_into[str(payload["theme_id"])] = str(payload["into"])
    return _without_refused(current, analysis.themes), idle


def _subject(payload: Payload) -> str:
    named = (payload.get(key) for key in ("theme_id", "segment_id", "comment_id", "action_id", "item_id"))
    return next((str(each) for each in named if each), "")


def _without_refused(current: Analysis, themes: pd.DataFrame) -> Analysis:
    """Take the segments from candidates that were refused in the end: they keep what they have besides."""
    is_refused = themes["status"].eq("candidate") & current.themes["status"].eq("retired")
    if not is_refused.any():
        return current
    of_refused = current.assignments["theme_id"].isin(themes.loc[is_refused, "theme_id"])
    return replace(current, assignments=conform(current.assignments[~of_refused], ASSIGNMENTS))


def _has_object(analysis: Analysis, action: str, payload: Payload) -> bool:
    """Tell whether what a decision is about is there."""
    if action == "deid.redact":
        rows = analysis.safe_comments["comment_id"] == payload["comment_id"]
        return _is_text(analysis.safe_comments.loc[rows, "text"], payload)
    if action.startswith(("quote.", "segment.")):
        rows, quoted = (frame["segment_id"] == payload["segment_id"] for frame in (analysis.segments, analysis.quotes))
        in_use = action != "quote.approve" or bool(quoted.any())
        return in_use and _is_text(analysis.segments.loc[rows, "text"], payload)
    if action == "link.set":
        return _has_priority(analysis, payload) and _text_decided_on(analysis.segments, payload) is not None
    themes = set(analysis.themes["theme_id"])
    if not {payload[key] for key in ("theme_id", "into") if key in payload} <= themes:
        return False
    if action == "mapping.set":
        return _has_priority(analysis, payload)
    return has_what_is_removed(analysis, action, payload)


def _is_text(texts: pd.Series, payload: Payload) -> bool:
    return len(texts) > 0 and text_hash(str(texts.iloc[0])) == payload["text_hash"]


def _has_priority(analysis: Analysis, payload: Payload) -> bool:
    return any(
        framework.id == payload["framework_id"] and element.id == payload["priority_id"]
        for framework in analysis.frameworks
        for element in framework.elements
    )


def content_of(keywords: Sequence[str]) -> str:
    """Return what a decision about a theme remembers of what the theme was about."""
    return "; ".join(keywords[:_WORDS_REMEMBERED])


def _still_means(analysis: Analysis, payload: Payload) -> bool:
    """Tell whether the theme decided on is still about the same: its words then are among its words now."""
    then = [word for word in str(payload.get("content", "")).split("; ") if word]
    now = analysis.themes.loc[analysis.themes["theme_id"] == payload.get("theme_id"), "keywords"]
    if not then or now.empty:
        return True
    return sum(word in now.iloc[0] for word in then) >= min(_WORDS_SHARED, len(then))


def _redirect(payload: Payload, merged_into: Mapping[str, str]) -> Payload:
    """Return the payload with the ids of merged themes replaced by those of the themes they went into."""
    redirected = dict(payload)
    for key in ("theme_id", "into", "item_id") if payload.get("scope") == "theme" else ("theme_id", "into"):
        seen: set[str] = set()
        while (found := str(redirected.get(key, ""))) in merged_into and found not in seen:
            seen.add(found)
            redirected[key] = merged_into[found]
    return redirected


def _set_theme(analysis: Analysis, theme_id: object, **values: str) -> Analysis:
    themes = analysis.themes.copy()
    rows = themes["theme_id"] == theme_id
    for column, value in values.items():
        themes.loc[rows, column] = value
    return replace(analysis, themes=conform(themes, THEMES))


def _confirm(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    agreed = {"label": str(payload["label"])} if "label" in payload else {}  # it was this name that was agreed to
    return _set_theme(_with_candidate(analysis, payload["theme_id"]), payload["theme_id"], status="confirmed", **agreed)


def _with_candidate(analysis: Analysis, theme_id: object) -> Analysis:
    """Let a candidate that a person takes on stand: its segments keep what they have besides, and leave the pool."""
    is_waiting = (analysis.themes["theme_id"] == theme_id) & (analysis.themes["status"] == "candidate")
    if not is_waiting.any():
        return analysis
    aside = analysis.set_aside
    own = analysis.assignments.loc[analysis.assignments["theme_id"] == theme_id, "segment_id"]
    return replace(
        _set_theme(analysis, theme_id, status="proposed"),
        set_aside=conform(aside[~((aside["step"] == "themes") & aside["item_id"].isin(own))], SET_ASIDE),
    )


def _rename(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    taken = _with_candidate(analysis, payload["theme_id"])
    return _set_theme(taken, payload["theme_id"], label=str(payload["label"]), status="confirmed")


def _describe(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    return _set_theme(analysis, payload["theme_id"], description=str(payload["description"]))


def _retire(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    return _set_theme(analysis, payload["theme_id"], status="retired")


def _merge(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    source, target = str(payload["theme_id"]), str(payload["into"])
    present = set(analysis.themes["theme_id"])
    if source == target or source not in present or target not in present:
        return analysis
    analysis = _with_candidate(_with_candidate(analysis, source), target)
    return replace(
        follow_merge(_set_theme(analysis, source, status="retired"), source, target),
        assignments=_move(analysis.assignments, ASSIGNMENTS.key, source, target, strongest="strength"),
        quotes=_move(analysis.quotes, QUOTES.key, source, target),
        nearness=_move(analysis.nearness, NEARNESS.key, source, target),
        severities=_move(analysis.severities, SEVERITIES.key, source, target, strongest="severity"),
        theme_terms=_move(analysis.theme_terms, THEME_TERMS.key, source, target, strongest="weight"),
        theme_links=_move(analysis.theme_links, THEME_LINKS.key, source, target, strongest="strength"),
    )


def _move(
    frame: pd.DataFrame, key: tuple[str, ...], source: str, target: str, *, strongest: str | None = None
) -> pd.DataFrame:
    """Give the rows of one theme to another, keeping the strongest where both had one."""
    moved = frame.assign(theme_id=frame["theme_id"].where(frame["theme_id"] != source, target))
    if strongest is not None:
        best = moved.groupby(list(key), sort=False)[strongest].transform("max")
        moved = moved[moved[strongest] == best]
    return moved.drop_duplicates(list(key)).reset_index(drop=True)


def _recount(analysis: Analysis, unit_of: pd.Series) -> pd.DataFrame:
    comment_of = analysis.segments.set_index("segment_id")["comment_id"]
    assigned = analysis.assignments.assign(comment_id=analysis.assignments["segment_id"].map(comment_of))
    parents = analysis.themes.set_index("theme_id")["parent_id"]
    sizes = []
    for theme_id in analysis.themes["theme_id"]:
        family = {theme_id, *parents.index[parents == theme_id]}
        sizes.append(count_units(assigned.loc[assigned["theme_id"].isin(family), "comment_id"], unit_of))
    return conform(analysis.themes.assign(size=sizes), THEMES)


def _set_link(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    links = analysis.theme_links.copy()
    rows = links["theme_id"] == payload["theme_id"]
    for key in ("framework_id", "priority_id"):
        rows &= links[key] == payload[key]
    links.loc[rows, "status"] = str(payload["status"])
    return replace(analysis, theme_links=conform(links, THEME_LINKS))


def _set_segment_link(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    """Link all segments of the very text a reviewer read, or unlink them, and keep the text as an example."""
    texts = analysis.segments["text"]
    told = _text_decided_on(analysis.segments, payload)
    if told is None:
        return analysis
    ids = {key: str(payload[key]) for key in ("framework_id", "priority_id")}
    is_example = payload["status"] == "confirmed"
    found = analysis.segments.loc[texts.eq(told), "segment_id"]
    links = analysis.segment_links
    same = (links["framework_id"] == ids["framework_id"]) & (links["priority_id"] == ids["priority_id"])
    if is_example and ids["framework_id"] == FOUR_QUESTIONS:  # a segment answers one of them
        same |= (links["framework_id"] == FOUR_QUESTIONS) & (links["origin"] == "model")
    kept = links[~(same & links["segment_id"].isin(found))]
    row = pd.DataFrame({"segment_id": found, **ids, "strength": 1.0, "origin": "reviewer"})
    version = next((each.version for each in analysis.frameworks if each.id == ids["framework_id"]), "")
    example = {**ids, "framework_version": version, "text": told, "is_example": is_example, "origin": "reviewer"}
    examples = analysis.examples
    earlier = examples["text"].eq(told) & examples["origin"].eq("reviewer")
    for key, value in ids.items():
        earlier &= examples[key].eq(value).fillna(value=False)
    return replace(
        analysis,
        segment_links=_with(kept, row if is_example else row.iloc[:0], SEGMENT_LINKS),
        examples=_with(examples[~earlier], pd.DataFrame([example]), EXAMPLES),
    )


def _text_decided_on(segments: pd.DataFrame, payload: Payload) -> str | None:
    """Return the text a decision was made on: the segment's, or should its id be gone, the one of the same hash."""
    own = segments.loc[segments["segment_id"] == payload.get("segment_id"), "text"].astype(str).tolist()
    for text in own or segments["text"].unique():
        if text_hash(str(text)) == payload["text_hash"]:
            return str(text)
    return None


def _with(frame: pd.DataFrame, rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the frame with rows added at its end."""
    filled = [each for each in (frame, rows) if len(each)]
    return conform(pd.concat(filled, ignore_index=True), table) if filled else table.empty()


def _set_quote(status: str) -> Callable[[Analysis, Payload, str], Analysis]:
    def edit(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
        quotes = analysis.quotes.copy()
        quotes.loc[quotes["segment_id"] == payload["segment_id"], "status"] = status
        return replace(analysis, quotes=conform(quotes, QUOTES))

    return edit


def _set_severity(analysis: Analysis, payload: Payload, reason: str) -> Analysis:
    others = analysis.severities[analysis.severities["theme_id"] != payload["theme_id"]]
    row = pd.DataFrame([{"theme_id": payload["theme_id"], "severity": payload["severity"], "reason": reason}])
    together = row if others.empty else pd.concat([others, row], ignore_index=True)
    return replace(analysis, severities=conform(together, SEVERITIES))


def text_hash(text: str) -> str:
    """Return what ties a decision about a text to the very text it was made on."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _redact(analysis: Analysis, payload: Payload, _reason: str) -> Analysis:
    """Take a span out of the safe text of a comment, and out of its segments."""
    comments = analysis.safe_comments
    rows = comments.index[comments["comment_id"] == payload["comment_id"]]
    start, end = int(str(payload["start"])), int(str(payload["end"]))
    text = str(comments["text"][rows[0]])
    new_text = text[:start] + REVIEWER_REDACTION + text[end:]
    texts = comments["text"].copy()
    texts[rows[0]] = new_text
    shift = len(new_text) - len(text)

    def moved(offset: int) -> int:
        if offset <= start:
            return offset
        return start + len(REVIEWER_REDACTION) if offset < end else offset + shift

    spans = []
    for record in analysis.segments[["comment_id", "start", "end", "text"]].to_dict("records"):
        first, last, words = int(record["start"]), int(record["end"]), str(record["text"])
        if record["comment_id"] == payload["comment_id"]:
            first, last = (start if start < first < end else moved(first)), moved(last)
            words = new_text[first:last]
        spans.append((first, last, words))
    segments = analysis.segments.assign(
        start=[span[0] for span in spans], end=[span[1] for span in spans], text=[span[2] for span in spans]
    )
    return replace(
        analysis,
        safe_comments=conform(comments.assign(text=texts), SAFE_COMMENTS),
        segments=conform(segments, SEGMENTS),
        statements=_without_places(analysis.statements, segments[segments["text"].ne(analysis.segments["text"])]),
        examples=_reworded(analysis.examples, {text: new_text, **_reworded_segments(analysis.segments, segments)}),
    )


def _reworded_segments(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """Return what became of the texts of segments that a redaction has changed."""
    pairs = zip(before["text"], after["text"], strict=True)
    return {str(old): str(new) for old, new in pairs if old != new}


def _reworded(examples: pd.DataFrame, new_text_of: Mapping[str, str]) -> pd.DataFrame:
    """Take what was redacted out of the examples too."""
    changed = examples.assign(text=examples["text"].map(lambda text: new_text_of.get(text, text)))
    return conform(changed.drop_duplicates(list(EXAMPLES.key), keep="last"), EXAMPLES)


def _without_places(statements: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """Take out where words stood in segments that a redaction has changed: they stand elsewhere now, or no more."""
    places = ["kind_start", "kind_end", "voice_start", "voice_end"]
    is_changed = statements["segment_id"].isin(changed["segment_id"])
    return conform(statements.assign(**{name: statements[name].mask(is_changed) for name in places}), STATEMENTS)


_EDITS: dict[str, Callable[[Analysis, Payload, str], Analysis]] = {
    "theme.confirm": _confirm,
    "theme.rename": _rename,
    "theme.describe": _describe,
    "theme.merge": _merge,
    "theme.retire": _retire,
    "mapping.set": _set_link,
    "link.set": _set_segment_link,
    "quote.approve": _set_quote("approved"),
    "quote.withdraw": _set_quote("withheld"),
    "severity.set": _set_severity,
    "deid.redact": _redact,
    "action.add": add_action,
    "action.remove": remove_action,
    "rebase.add": add_rebase,
    "rebase.remove": remove_rebase,
    "segment.read": lambda analysis, _payload, _reason: analysis,  # `insight` reads who read what
}
