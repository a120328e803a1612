"""The tables behind the wall: what people wrote, word for word, and what tells records, files and people again.

Only intake, deidentify, pipeline and store may import it.
"""

from __future__ import annotations

from voice_of_care.declaring import BOOLEAN, DATE, TEXT_LIST, Column, Table, integer, number, text
from voice_of_care.tables import SAFE_COMMENTS

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

RECORD_STATES = ("comment", "set_aside", "gone", "unread", "replaced")

_DIGEST = "keyed digest: tells {} again, and says nothing of it"

RECORDS = Table(
    "records",
    "What tells each comment again when further files are read, also those set aside. No words: keyed digests.",
    {
        "comment_id": text("the comment, also one set aside; with a number after it where it is replaced"),
        "source": text("source it stands under"),
        "source_ref": text("where in the source"),
        "family": text("first of the sources that are versions of one another"),
        "row": integer("order within the source", low=0),
        "state": text(
            "what became of it; gone: a corrected file no longer has it; unread: the settings no longer have it read;"
            " replaced: what it was before it was corrected",
            one_of=RECORD_STATES,
        ),
        "received_on": Column(DATE, "day it was given", required=False),
        "response_id": text("keyed id of the response", required=False),
        "respondent_id": text("keyed id of the person", required=False),
        "session_id": text("keyed id of the session", required=False),
        "duplicate_of": text("comment_id of the same record in another file of its run", required=False),
        "signature": text(_DIGEST.format("the table's columns, or notes")),
        "spot": text(_DIGEST.format("the place in the file")),
        "slot": text(_DIGEST.format("the question among its row's")),
        "given": text(_DIGEST.format("the response's id as the source gives it"), required=False),
        "cells": text(_DIGEST.format("all the row's cells")),
        "words": text(_DIGEST.format("its words"), required=False),
        "content": text(_DIGEST.format("its words and all that was read with them")),
        "record": text(_DIGEST.format("the record; the same for its repeats")),
        "response": text(_DIGEST.format("what the response_id was made from"), required=False),
        "respondent": text(_DIGEST.format("what the respondent_id was made from"), required=False),
        "session": text(_DIGEST.format("what the session_id was made from"), required=False),
        "run_id": integer("run that brought it, or its newest correction", low=1),
    },
    ("comment_id",),
)

FILES = Table(
    "files",
    "Files that were read, known again by their bytes whatever their name.",
    {
        "file": text(_DIGEST.format("the file's bytes")),
        "name": text("path below the folder given, as it was when it was read; it may hold a person's name"),
        "shown": text("its name as shown"),
        "settings": text("digest of what the settings say of reading it"),
        "sources": Column(TEXT_LIST, "sources that were read from it"),
        "parts": Column(TEXT_LIST, "the sheet or table each of them is, in the same order"),
        "run_id": integer("run that read it last", low=1),
    },
    ("file",),
)

PEOPLE = Table(
    "people",
    "People whom notes list as present or speaking: to be taken out of what was said.",
    {"name": text("the name as written"), "run_id": integer("run that found it first", low=1)},
    ("name",),
)

LAYOUTS = Table(
    "layouts",
    "How tables of known columns are read, so that a small file is read as the large ones before it were.",
    {
        "signature": text(_DIGEST.format("the table's columns")),
        "header": text("the column's header, in plain letters"),
        "number": integer("how-manieth column of that header", low=1),
        "use": text("what it is read as"),
        "preset": text("known export the table was recognised as", required=False),
        "worst": number("value of the score column that is worst"),
        "best": number("value of the score column that is best"),
        "day_first": Column(BOOLEAN, "order of day and month, where the dates showed one", required=False),
        "records": integer("records from which this was seen", low=0),
        "run_id": integer("run that saw it", low=1),
    },
    ("signature", "header", "number", "use"),
)

RAW_TABLES = (COMMENTS, REPEATS, RECORDS, FILES, PEOPLE, LAYOUTS)
"""All of them, for the store."""
