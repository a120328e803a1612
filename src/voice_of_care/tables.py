"""Every table of the project, declared once.

A declaration gives the check at each border (`conform`), the empty frame, the database columns and the data dictionary.
`comments`, the one table that holds raw text, is declared in `raw.py`, behind the privacy wall; the tables of what
changes over time are in `trend_tables.py`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from voice_of_care.declaring import BOOLEAN, DATE, NUMBER_LIST, TEXT_LIST, Column, Table, conform, integer, number, text
from voice_of_care.insight_tables import INSIGHT_TABLES
from voice_of_care.trend_tables import TREND_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["DATE", "NUMBER_LIST", "TEXT_LIST", "Column", "Table", "conform", "standing", "text"]

RESPONDENT_GROUPS = ("staff", "service_user", "carer", "other", "unknown")
SENTIMENT_LABELS = ("very_negative", "negative", "neutral", "mixed", "positive", "very_positive")
LINK_ORIGINS = ("model", "reviewer")
STATUSES = ("proposed", "confirmed", "rejected")
THEME_STATUSES = ("proposed", "confirmed", "retired", "candidate")
NOT_STANDING = ("retired", "candidate")


def standing(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the themes that count: neither taken back by a person nor candidates that nobody has named yet."""
    return themes[~themes["status"].isin(NOT_STANDING)]


_ABOUT_A_COMMENT: dict[str, Column] = {
    "comment_id": text("keyed id of the comment, as shown beside its quotes"),
    "source": text("file it came from, relative to the folder read; with the sheet's name where several were read"),
    "source_ref": text("record's number in a table, counting the header as 1; 'page 2' or 'paragraph 14' elsewhere"),
    "response_id": text("keyed id of all that one respondent gave at once", required=False),
    "respondent_id": text("keyed id of the person, where the source tells", required=False),
    "session_id": text("keyed id of the meeting or workshop whose notes hold it", required=False),
    "respondent_group": text("who spoke", one_of=RESPONDENT_GROUPS),
    "service": text("service spoken of", required=False),
    "site": text("site spoken of", required=False),
    "question": text("question answered, or heading of the note", required=False),
    "score": number("score given with it, 1 worst to 5 best", required=False, low=1, high=5),
    "received_on": Column(DATE, "day it was given", required=False),
    "may_quote": Column(BOOLEAN, "permission to quote: true, false, or unknown", required=False),
    "people_present": integer("people in the room, for notes of a session", required=False, low=1),
    "run_id": integer("run that brought it, or its newest correction", required=False, low=1),
}

SAFE_COMMENTS = Table(
    "safe_comments",
    "Comments after de-identification, in canonical order (independent of file and row order and of the key).",
    {
        **_ABOUT_A_COMMENT,
        "text": text("de-identified text"),
        "language": text("language of the text as an ISO 639-1 code", required=False),
        "duplicate_of": text("comment_id of the same record seen before; counted once", required=False),
        "campaign_id": text("id shared by near-identical texts from many senders", required=False),
    },
    ("comment_id",),
)

REDACTIONS = Table(
    "redactions",
    "What was taken out of a comment: where in the text as read, and of what kind. Never the words.",
    {
        "comment_id": text("the comment"),
        "start": integer("first character, counted from 0 in the text as read", low=0),
        "end": integer("one past the last character", low=0),
        "kind": text("kind of identifier"),
        "recogniser": text("rule that found it"),
        "score": number("confidence, 0 to 1", low=0, high=1),
    },
    ("comment_id", "start", "end"),
)

FLAGS = Table(
    "flags",
    "Comments to look at before they leave the team: the rest may point to somebody, or someone may be at risk.",
    {
        "comment_id": text("the comment"),
        "kind": text("what to look at", one_of=("residual_risk", "third_party", "safeguarding")),
        "rule": text("rule that raised it"),
    },
    ("comment_id", "kind", "rule"),
)

SEGMENTS = Table(
    "segments",
    "Units that are coded: sentences, long ones split at contrast.",
    {
        "segment_id": text("comment_id, a full stop and the position"),
        "comment_id": text("the comment"),
        "position": integer("how-manieth segment of its comment, from 1", low=1),
        "start": integer("first character in the safe text", low=0),
        "end": integer("one past the last character in the safe text", low=0),
        "text": text("the segment's text"),
    },
    ("segment_id",),
)

STABLE_FROM = 0.75
"""A theme with this stability or more is stable (Hennig 2007)."""
UNSTABLE_BELOW = 0.5
"""Below this a theme dissolves more often than it comes back."""

THEMES = Table(
    "themes",
    "Themes and their parents; proposed until a person confirms them. A candidate was found among later comments that"
    " speak of what no theme is about, and waits for a person to name or refuse it.",
    {
        "theme_id": text("stable id, never reused"),
        "label": text("short noun phrase"),
        "description": text("one sentence on what was said"),
        "keywords": Column(TEXT_LIST, "words that tell it from the others, strongest first"),
        "parent_id": text("theme_id of the parent; empty for a parent theme", required=False),
        "size": integer("units (respondents, else responses, sessions for notes) who raise it", low=0),
        "status": text("how far a person has agreed", one_of=THEME_STATUSES),
        "stability": number(
            "how well it comes back when some units are left out: mean share of texts in common (Jaccard)",
            required=False,
            low=0,
            high=1,
        ),
        "seed": text("framework_id/priority_id or code it was seeded with, where themes were guided", required=False),
    },
    ("theme_id",),
)

THEME_TERMS = Table(
    "theme_terms",
    "Words that make each leaf theme, as the run found them; reports count them anew, after all decisions.",
    {
        "theme_id": text("leaf theme"),
        "term": text("the word, in the form said most often"),
        "forms": Column(TEXT_LIST, "all its forms said in the theme, in lower case"),
        "weight": number("class-based tf-idf over people: greater where more say it here and fewer elsewhere", low=0),
        "units": integer("units who say it in the theme", low=0),
        "units_elsewhere": integer("units who say it in other themes", low=0),
    },
    ("theme_id", "term"),
)

THEME_VECTORS = Table(
    "theme_vectors",
    "Centroid of each leaf theme in the embedder's space; keeps ids stable when comments are analysed again.",
    {
        "theme_id": text("leaf theme"),
        "model": text("name and version of the embedder"),
        "vector": Column(NUMBER_LIST, "unit vector"),
    },
    ("theme_id",),
)

THEME_PROTOTYPES = Table(
    "theme_prototypes",
    "What a leaf theme is recognised by when comments are added: themes stay as they are until they are refitted.",
    {
        "theme_id": text("leaf theme"),
        "number": integer("number of the prototype within its theme, from 1", low=1),
        "model": text("name and version of the embedder"),
        "reach": number("least cosine to the nearest prototype from which a text is of the theme", low=-1, high=1),
        "general": text("whether it only judges", required=False, one_of=("praise", "dissatisfaction")),
        "vector": Column(NUMBER_LIST, "unit vector"),
    },
    ("theme_id", "number"),
)

NEARNESS = Table(
    "nearness",
    "How like each segment that says something is to what other people said, as its themes were fitted or joined.",
    {
        "segment_id": text("the segment"),
        "theme_id": text("its strongest theme; the nearest one where it has none"),
        "likeness": number(
            "mean likeness, in meaning and in words, to the three texts of other people that are nearest; empty for a"
            " text that only judges",
            required=False,
            low=-1,
            high=1,
        ),
    },
    ("segment_id",),
)

LINEAGE = Table(
    "lineage",
    "What became of each theme when themes were refitted: from the version before to the next.",
    {
        "theme_version": integer("version of the new themes", low=2),
        "old_theme_id": text("leaf theme of the version before; empty for a new theme", required=False),
        "new_theme_id": text("leaf theme of the new version; empty for one that is gone", required=False),
        "relation": text("what it is to the other", one_of=("kept", "split", "merged", "part", "gone", "new")),
        "old_label": text("its name before", required=False),
        "new_label": text("its name now", required=False),
        "units": integer("units with a segment in both; in the one there is where the other is empty", low=0),
        "share_of_old": number("share of the old theme's units, 0 to 1", required=False, low=0, high=1),
        "share_of_new": number("share of the new theme's units, 0 to 1", required=False, low=0, high=1),
    },
    ("theme_version", "old_theme_id", "new_theme_id"),
)

ASSIGNMENTS = Table(
    "assignments",
    "Leaf themes of each segment; a row is a decision, above the threshold.",
    {
        "segment_id": text("the segment"),
        "theme_id": text("a leaf theme"),
        "strength": number("how strongly, 0 to 1", low=0, high=1),
        "origin": text("who decided", one_of=LINK_ORIGINS),
    },
    ("segment_id", "theme_id"),
)

QUOTES = Table(
    "quotes",
    "Segments picked to show a theme, and whether a person has approved them for quoting.",
    {
        "theme_id": text("the theme"),
        "segment_id": text("the segment"),
        "role": text("why it was picked", one_of=("exemplar", "borderline", "disconfirming")),
        "rank": integer("order within its role, from 1", low=1),
        "status": text("proposed, approved by a person, or withheld", one_of=("proposed", "approved", "withheld")),
    },
    ("theme_id", "segment_id", "role"),
)

_LINK: dict[str, Column] = {
    "framework_id": text("framework"),
    "priority_id": text("element of the framework"),
    "strength": number("how strongly, 0 to 1", low=0, high=1),
}

THEME_LINKS = Table(
    "theme_links",
    "Links from themes to quality priorities, with the segments that are the evidence.",
    {
        "theme_id": text("the theme"),
        **_LINK,
        "evidence_segment_ids": Column(TEXT_LIST, "segments that carry the link, strongest first"),
        "origin": text("who made it", one_of=LINK_ORIGINS),
        "status": text("proposed until a person confirms or rejects it", one_of=STATUSES),
    },
    ("theme_id", "framework_id", "priority_id"),
)

SEGMENT_LINKS = Table(
    "segment_links",
    "Priorities each segment speaks of; a row is a decision, above the threshold.",
    {"segment_id": text("the segment"), **_LINK, "origin": text("who decided", one_of=LINK_ORIGINS)},
    ("segment_id", "framework_id", "priority_id"),
)

_SENTIMENT: dict[str, Column] = {
    "polarity": number("-1 very negative to 1 very positive", low=-1, high=1),
    "label": text("level; mixed is kept apart from neutral", one_of=SENTIMENT_LABELS),
    "confidence": number("probability given to the label, 0 to 1", low=0, high=1),
}
SENTIMENTS = Table(
    "sentiments", "Sentiment of each segment.", {"segment_id": text("the segment"), **_SENTIMENT}, ("segment_id",)
)
_PLACE = "the words that told it in the segment: {} (empty where none did alone)"
STATEMENT_KINDS = ("praise", "concern", "suggestion", "other")
VOICES = ("first_hand", "reported", "facilitator")
STATEMENTS = Table(
    "statements",
    "What kind of statement each segment is, and whose: the speaker's own, what others said, or a note taker's words.",
    {
        "segment_id": text("the segment"),
        "plain_question": text("which of the four plain questions it answers, by priority_id", required=False),
        "kind": text("what it does; mixed feelings count as a concern", one_of=STATEMENT_KINDS),
        "voice": text("whose words they are", one_of=VOICES),
        "kind_start": integer(_PLACE.format("first character of what told the kind"), required=False, low=0),
        "kind_end": integer(_PLACE.format("one past the last character of it"), required=False, low=0),
        "voice_start": integer(_PLACE.format("first character of what told the voice"), required=False, low=0),
        "voice_end": integer(_PLACE.format("one past the last character of it"), required=False, low=0),
    },
    ("segment_id",),
)
COMMENT_SENTIMENTS = Table(
    "comment_sentiments",
    "Sentiment of each comment.",
    {"comment_id": text("the comment"), **_SENTIMENT},
    ("comment_id",),
)

SEVERITIES = Table(
    "severities",
    "How serious a theme is, as a reviewer set it.",
    {
        "theme_id": text("the theme"),
        "severity": integer("0 no harm, 1 low, 2 moderate, 3 safety at stake", low=0),
        "reason": text("why, in the reviewer's words"),
    },
    ("theme_id",),
)

SET_ASIDE = Table(
    "set_aside",
    "What was left out, at which step and why.",
    {
        "step": text("step that set it aside"),
        "item_id": text("comment_id, segment_id, or the file's name for a file that can't be read"),
        "source": text("file it came from"),
        "source_ref": text("where in the file", required=False),
        "reason": text("why"),
    },
    ("step", "item_id"),
)

FITS_NO_THEME = "fits no theme"
"""Why the step "themes" sets aside a segment that says something, but nothing that any theme is about."""

SOURCES = Table(
    "sources",
    "Files of the run: how each was read and what became of its records.",
    {
        "source": text("file, with the sheet's name where several were read"),
        "format": text("kind of file"),
        "preset": text("known export it was recognised as", required=False),
        "records": integer("records or statements found", low=0),
        "comments": integer("comments kept", low=0),
        "set_aside": integer("comments set aside", low=0),
        "elsewhere": integer(
            "found here too and counted with another source: read before, or since corrected", required=False, low=0
        ),
        "problems": Column(TEXT_LIST, "one line each, no respondent's words"),
        "channel": text("way its comments come in: sources of the same columns are one channel, all notes are another"),
        "run_id": integer("run that read it last", required=False, low=1),
    },
    ("source",),
)

RUNS = Table(
    "runs",
    "Each run: what went in, with which settings, models and code.",
    {
        "run_id": integer("number of the run, from 1", low=1),
        "started_at": text("UTC, ISO 8601"),
        "finished_at": text("UTC, ISO 8601"),
        "report_date": text("date the report carries", required=False),
        "settings_hash": text("sha256 of the settings"),
        "input_hash": text("sha256 over the comments as read"),
        "model_hashes": text("JSON: model file to sha256"),
        "code_version": text("version of voice-of-care"),
        "step_seconds": text("JSON: step to seconds"),
        "frameworks": Column(TEXT_LIST, "frameworks the themes were mapped to"),
        "kind": text("what it did", one_of=("analyse", "add", "refit", "learn")),
        "theme_version": integer("version of the themes it left", low=1),
        "comments_added": integer("comments that were new", low=0),
        "comments_changed": integer("comments that a corrected file changed", low=0),
        "comments_removed": integer("comments that a corrected file no longer has", low=0),
        "last_theme_number": integer("highest number ever given to a theme", low=0),
        "parts": text("JSON: part of the settings and models to sha256, to tell what must be done anew"),
        "undone_at": text("when it was undone, UTC, ISO 8601; empty while it stands", required=False),
    },
    ("run_id",),
)

EVENTS = Table(
    "events",
    "Reviewers' decisions, appended and never changed; each carries the hash of the one before.",
    {
        "seq": integer("number, from 1", low=1),
        "at_utc": text("when, ISO 8601"),
        "actor": text("who, as configured or as the system names them; not authenticated"),
        "action": text("what was decided"),
        "payload_json": text("details"),
        "inverse_json": text("what would undo it"),
        "reason": text("why", required=False),
        "base_version": integer("events there were when it was decided", low=0),
        "prev_hash": text("hash of the event before"),
        "hash": text("sha256 over this event and prev_hash"),
    },
    ("seq",),
)

EVALUATIONS = Table(
    "evaluations",
    "How far our coding agreed with people's when it was last checked, by framework; a new run keeps them.",
    {
        "framework_id": text("framework of the codes"),
        "about": text("what was compared", one_of=("priorities", "sentiment", "sentiment_3", "themes", "stability")),
        "judged_on": text(
            "which rows: all that were coded, those a run would analyse, texts that stand once, and more"
        ),
        "between": text("whose codings: 'ours, people', 'ours, coder 1', 'coder 1, coder 2', 'ours, consensus'"),
        "item": text("priority_id or level; empty for all together"),
        "measure": text("name of the measure, as docs/methods/evaluation.md explains"),
        "value": number("the measure; empty where there was nothing to measure", required=False),
        "low": number("lower end of the 95% interval", required=False),
        "high": number("upper end of the 95% interval", required=False),
        "comments": integer("codings it rests on", low=0),
        "support": integer("times people gave the item; comments, for all together", low=0),
        "is_enough": Column(BOOLEAN, "false where the support is too small to say anything"),
        "evaluated_at": text("UTC, ISO 8601"),
        "model_hashes": text("JSON: model file to sha256, as in runs"),
        "settings_hash": text("sha256 of the settings"),
    },
    ("framework_id", "about", "judged_on", "between", "item", "measure"),
)

EXAMPLES = Table(
    "examples",
    "What people have shown of a framework: texts that speak of a priority and texts that do not. Learnt from.",
    {
        "framework_id": text("framework"),
        "framework_version": text("its version when the example was given"),
        "priority_id": text("element spoken of, or not; empty where a coder found none in the text", required=False),
        "text": text("de-identified text"),
        "is_example": Column(BOOLEAN, "true where the text speaks of it, false where it does not"),
        "origin": text(
            "a reviewer's word on one priority, a coding that looked for all of them, or a priority coders disagree on",
            one_of=("reviewer", "coded", "disputed"),
        ),
    },
    ("framework_id", "priority_id", "text", "origin"),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            SAFE_COMMENTS,
            REDACTIONS,
            FLAGS,
            SEGMENTS,
            THEMES,
            THEME_TERMS,
            THEME_VECTORS,
            THEME_PROTOTYPES,
            NEARNESS,
            LINEAGE,
            ASSIGNMENTS,
            QUOTES,
            THEME_LINKS,
            SEGMENT_LINKS,
            SENTIMENTS,
            COMMENT_SENTIMENTS,
            STATEMENTS,
            SEVERITIES,
            SET_ASIDE,
            SOURCES,
            RUNS,
            EVENTS,
            EVALUATIONS,
            EXAMPLES,
            *TREND_TABLES,
            *INSIGHT_TABLES,
        )
    }
)
