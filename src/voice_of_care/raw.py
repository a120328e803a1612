"""The one table that holds what people wrote, word for word.

Only intake, deidentify, pipeline and store may import it.
"""

from __future__ import annotations

from voice_of_care.tables import SAFE_COMMENTS, Column, Table, text

_MADE_BY_DEIDENTIFICATION = ("text", "language", "duplicate_of", "campaign_id")

_COLUMNS: dict[str, Column] = {
    **{name: column for name, column in SAFE_COMMENTS.columns.items() if name not in _MADE_BY_DEIDENTIFICATION},
    "raw_text": text("the words as read; they never leave the project folder"),
}

COMMENTS = Table("comments", "Comments as read, before de-identification.", _COLUMNS, ("comment_id",))

REPEATS = Table(
    "repeats",
    "Comments that are the same record as one before them.",
    {"comment_id": text("the later comment"), "duplicate_of": text("the first")},
    ("comment_id",),
)

RAW_TABLES = (COMMENTS, REPEATS)
"""All of them, for the store."""
