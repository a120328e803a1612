"""From segments to statements: kind, voice and the plain question each answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.statements.kinds import Carried, kind_of
from voice_of_care.statements.voices import FIRST_HAND, Form, Heard, hear
from voice_of_care.tables import STATEMENTS, conform

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKED = ["comment_id", "question", "respondent_group", "session_id", "respondent_id"]


def code_statements(segments: pd.DataFrame, safe_comments: pd.DataFrame, *, sentiments: pd.DataFrame) -> pd.DataFrame:
    """Return the table `statements`, one row a segment, in the order given; no plain question is known yet.

    Args:
        segments: the segments; those of one comment in the order they were said.
        safe_comments: for the question answered, the group, and whether the source is notes of a session.
        sentiments: what asks for nothing is praise or concern by its sentiment.
    """
    if segments.empty:
        return STATEMENTS.empty()
    rows = (
        segments[["segment_id", "comment_id", "text"]]
        .merge(safe_comments[_ASKED], on="comment_id", how="left", validate="m:1")
        .merge(sentiments[["segment_id", "label", "polarity"]], on="segment_id", how="left", validate="1:1")
    )
    coded = rows[["segment_id"]].join([_as_columns(_kinds(rows), "kind"), _as_columns(_voices(rows), "voice")])
    return conform(coded.assign(plain_question=None), STATEMENTS)


def answer_plain_questions(statements: pd.DataFrame, segment_links: pd.DataFrame) -> pd.DataFrame:
    """Return the statements with the plain question each answers: its strongest link to the four."""
    answered = statements["segment_id"].map(_plain_questions(segment_links))
    return conform(statements.assign(plain_question=answered), STATEMENTS)


def source_forms(comments: pd.DataFrame) -> list[Form]:
    """Return the form of each comment's source: notes of a session, a known speaker's turn in one, or an own answer."""
    in_session, is_told_apart = comments["session_id"].notna(), comments["respondent_id"].notna()
    return [
        ("transcript" if known else "notes") if session else "survey"
        for session, known in zip(in_session, is_told_apart, strict=True)
    ]


def _kinds(rows: pd.DataFrame) -> list[Carried]:
    return [
        kind_of(text, question=question if isinstance(question, str) else None, label=label, polarity=polarity)
        for text, question, label, polarity in zip(
            rows["text"], rows["question"], rows["label"], rows["polarity"], strict=True
        )
    ]


def _voices(rows: pd.DataFrame) -> list[Heard]:
    found: list[Heard] = []
    comment_before = None
    said = zip(rows["comment_id"], rows["text"], source_forms(rows), rows["respondent_group"], strict=True)
    for comment_id, text, form, group in said:
        before = found[-1] if comment_id == comment_before else FIRST_HAND
        found.append(hear(text, form=form, group=group, before=before))
        comment_before = comment_id
    return found


def _as_columns(found: Sequence[Carried | Heard], name: str) -> pd.DataFrame:
    frame = pd.DataFrame(list(found), columns=[name, f"{name}_start", f"{name}_end"])
    return frame.astype({f"{name}_start": "Int64", f"{name}_end": "Int64"})


def _plain_questions(segment_links: pd.DataFrame) -> pd.Series:
    """Return the strongest plain question of each segment that has one, indexed by segment_id."""
    links = segment_links[segment_links["framework_id"] == FOUR_QUESTIONS]
    strongest = links.sort_values(["strength", "priority_id"], ascending=[False, True], kind="stable")
    return strongest.drop_duplicates("segment_id").set_index("segment_id")["priority_id"]
