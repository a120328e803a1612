"""How well kinds and voices of statements are told, on sentences written for it and on the synthetic exercise.

    python benchmarks/statements.py

The sentences whose hash is odd were not looked at while the rules were written. Sentiment is our own, so praise and
concern carry its errors; a sentence of praise or concern counts as right only where the kind is the very one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from exercise import EXERCISE, GOLD, match_comments, words
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from voice_of_care.embedding import load_embedders
from voice_of_care.pipeline import Stopwatch, deidentify_comments, score_comments
from voice_of_care.safe_reading import read_safely_named
from voice_of_care.sentiment import score_sentiment
from voice_of_care.settings import load_settings
from voice_of_care.statements import code_statements
from voice_of_care.tables import SAFE_COMMENTS, SEGMENTS, STATEMENT_KINDS, VOICES, conform

if TYPE_CHECKING:
    from voice_of_care.embedding import Embedders

SENTENCES = Path(__file__).resolve().parent.parent / "corpora" / "gold" / "statements" / "statements.jsonl"
LEAST_SHARED = 0.6  # of a segment's words, to be taken for a planted part


def sentences() -> pd.DataFrame:
    """Return the gold sentences, with the side each is on."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    digests = [hashlib.sha256(row["text"].encode()).hexdigest() for row in rows]
    return pd.DataFrame(rows).assign(judges=[int(digest, 16) % 2 == 1 for digest in digests])


def as_comments(gold: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return each sentence as a comment of one segment, from a source of its form."""
    ids = [f"VOC-{row:04d}" for row in range(len(gold))]
    comments = SAFE_COMMENTS.empty().reindex(range(len(gold))).assign(
        comment_id=ids,
        source="sentences",
        source_ref=ids,
        respondent_group=gold["group"],
        question=gold["question"],
        session_id=gold["form"].map({"notes": "S", "transcript": "S"}),
        respondent_id=gold["form"].map({"survey": "R", "transcript": "R"}),
        text=gold["text"],
    )  # fmt: skip
    segments = pd.DataFrame(
        {
            "segment_id": [f"{comment_id}.1" for comment_id in ids],
            "comment_id": ids,
            "position": 1,
            "start": 0,
            "end": gold["text"].str.len(),
            "text": gold["text"],
        }
    )
    return conform(comments, SAFE_COMMENTS), conform(segments, SEGMENTS)


def say_agreement(title: str, truth: pd.Series, found: pd.Series, classes: tuple[str, ...]) -> None:
    """Print precision, recall and F1 of each class, and the confusions."""
    print(f"{title}: {len(truth)}, accuracy {(truth == found).mean():.3f}")
    scores = precision_recall_fscore_support(truth, found, labels=list(classes), zero_division=0.0)
    table = confusion_matrix(truth, found, labels=list(classes))
    for row, name in enumerate(classes):
        precision, recall, f1, support = (column[row] for column in scores)
        taken_for = ", ".join(f"{other} {n}" for other, n in zip(classes, table[row], strict=True) if n)
        print(f"  {name:<12} precision {precision:.2f} recall {recall:.2f} F1 {f1:.2f} of {support}; said: {taken_for}")


def on_sentences(embedders: Embedders) -> None:
    """Measure on the sentences written for it."""
    gold = sentences()
    comments, segments = as_comments(gold)
    scored = score_sentiment(segments, comments, embedders=embedders)
    coded = code_statements(segments, comments, sentiments=scored.sentiments)
    for name, side in (("seen while the rules were written", False), ("not seen", True)):
        rows = (gold["judges"] == side).to_numpy()
        say_agreement(f"voice, sentences {name}", gold["voice"][rows], coded["voice"][rows], VOICES)
        say_agreement(f"kind, sentences {name}", gold["kind"][rows], coded["kind"][rows], STATEMENT_KINDS)


def planted_parts(segments: pd.DataFrame, gold_of: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return segment_id, kind and voice of the planted part each segment comes from."""
    rows = []
    for row in segments.to_dict("records"):
        mine = words(str(row["text"]))
        parts = gold_of.get(str(row["comment_id"]), {}).get("parts", [])
        likeness = [len(mine & words(part["text"])) / max(1, len(mine)) for part in parts]
        if likeness and max(likeness) >= LEAST_SHARED:
            part = parts[likeness.index(max(likeness))]
            rows.append((row["segment_id"], part["kind"], part["voice"]))
    return pd.DataFrame(rows, columns=["segment_id", "kind", "voice"])


def on_exercise(embedders: Embedders) -> None:
    """Measure on the synthetic exercise, read from its files."""
    settings = load_settings(EXERCISE.parent / "listening-exercise.toml")
    read = read_safely_named([EXERCISE], settings=settings, key=b"benchmark")
    safe = deidentify_comments(read, settings=settings, key=b"benchmark", watch=Stopwatch())
    scored = score_comments(safe.safe_comments, settings=settings, embedders=embedders, watch=Stopwatch())
    gold = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    planted = planted_parts(scored.split.segments, match_comments(read.comments, gold))
    coded = code_statements(
        scored.split.segments,
        scored.safe_comments,
        sentiments=scored.sentiment.sentiments,
    )
    both = planted.merge(coded, on="segment_id", suffixes=("_planted", ""), validate="1:1").merge(
        scored.split.segments[["segment_id", "comment_id"]], on="segment_id", validate="1:1"
    )
    say_agreement("voice, exercise", both["voice_planted"], both["voice"], VOICES)
    say_agreement("kind, exercise", both["kind_planted"], both["kind"], STATEMENT_KINDS)
    sessions = scored.safe_comments[scored.safe_comments["session_id"].notna()]["comment_id"]
    in_notes = both[both["comment_id"].isin(sessions)]
    say_agreement("voice, notes and transcripts of the exercise", in_notes["voice_planted"], in_notes["voice"], VOICES)


if __name__ == "__main__":
    encoders = load_embedders()
    on_sentences(encoders)
    on_exercise(encoders)
