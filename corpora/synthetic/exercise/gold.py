"""Records as they are planned, and the gold rows made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exercise.compose import Comment, Slot


@dataclass
class Record:
    """One comment in its place; `where` is filled in when its file is written."""

    slot: Slot
    comment: Comment
    where: dict[str, str | int] = field(default_factory=dict)
    response: str = ""
    repeats: str = ""
    campaign: str = ""
    may_quote: bool | None = None
    written: str = ""
    date_known: bool = True
    gold_id: str = ""


def gold_row(record: Record) -> dict[str, Any]:
    """Return one row of the gold file."""
    comment, slot = record.comment, record.slot
    row: dict[str, Any] = {
        "id": record.gold_id,
        "file": slot.file,
        "where": record.where,
        "response": record.response or None,
        "group": slot.group,
        "service": slot.service.name,
        "site": slot.site,
        "date": slot.day.isoformat() if record.date_known else None,
        "question": slot.question or None,
        "score": slot.score,
        "may_quote": record.may_quote,
        "text": comment.text,
        "sentiment": comment.sentiment,
        "themes": list(comment.themes),
        "plain_question": comment.plain_question,
        "parts": [
            {
                "text": part.text,
                "themes": list(part.themes),
                "sentiment": part.sentiment,
                "plain_question": part.plain_question,
                "kind": part.kind,
                "voice": part.voice,
            }
            for part in comment.parts
        ],
        "identifiers": [{"kind": found.kind, "text": found.text} for found in comment.identifiers],
        "protected": list(comment.protected),
        "flags": list(comment.flags),
        "repeats": record.repeats or None,
        "campaign": record.campaign or None,
    }
    if record.written:
        row["as_written"] = record.written
    return row


def number_records(records: Iterable[Record]) -> None:
    """Give each record its gold id."""
    for number, record in enumerate(records, 1):
        record.gold_id = f"LE-{number:04d}"
