"""Cut comments into segments, the unit that is coded: sentences, long ones split where the speaker turns."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import spacy

from voice_of_care.tables import SEGMENTS, SET_ASIDE, conform
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

LONG_WORDS = 8
"""A sentence of fewer words is not split at a contrast: "kind but busy" is one thing said."""

SIDE_CONTENT_WORDS = 2
"""Content words each side of a contrast must have to stand alone."""

_LINE = re.compile(r"[^\r\n\u2028\u2029\u0085]+")
_BULLET = re.compile(r"\s*(?:[-–—*•·▪◦‣●○■□➢>]+\s+|[•·▪◦‣●○■□➢]+|\(?(?:\d{1,2}|[a-z])[.)]\s+)*\s*")
_TAG = re.compile(r"\[[A-Z][A-Za-z0-9_ :]*\]")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|rev|st|sr|fr|no|nos|approx|appt|appts|dept|hosp|hrs?|mins?|wks?|mths?|yrs?|"
    r"tel|ext|vs|incl|esp|info|temp|max|min|mon|tues?|weds?|thurs?|fri|jan|feb|aug|sept?|oct|nov|dec|e\.g|i\.e|a\.m|p\.m|etc|cf)\.$",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:[,.;]?\s+[-–—]?\s*|[,;]\s*)(?P<turn>but|however|(?:even\s+)?although|even\s+though|though|whereas|"
    r"on\s+the\s+other\s+hand|unfortunately|nevertheless)\b|(?P<stop>;)",
    re.IGNORECASE,
)
_NO_TURN_BEFORE = re.compile(
    r"\b(?:nothing|anything|everything|all|none|no\s+\w+|last|as|not\s+only\b.*)$", re.IGNORECASE
)
_NO_TURN_AFTER = re.compile(r"but\s+(?:also|for)\b", re.IGNORECASE)


class SegmentsSplit(NamedTuple):
    """Segments, and what was set aside while splitting (nothing: each comment has at least one segment)."""

    segments: pd.DataFrame
    set_aside: pd.DataFrame


def split_segments(safe_comments: pd.DataFrame) -> SegmentsSplit:
    """Split each comment into segments whose text is exactly safe text from `start` to `end`.

    Sentences come from spaCy's rule-based sentencizer, line by line, so that bullets and rows of notes stay apart;
    redaction tags and common abbreviations are kept whole. A sentence of `LONG_WORDS` or more is split at "but",
    "however" and the like where both sides carry content. A comment without a letter is one segment as a whole.
    """
    rows: list[dict[str, object]] = []
    for comment_id, text in zip(safe_comments["comment_id"], safe_comments["text"], strict=True):
        for position, (start, end) in enumerate(segment_spans(text), start=1):
            rows.append(
                {
                    "segment_id": f"{comment_id}.{position}",
                    "comment_id": comment_id,
                    "position": position,
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                }
            )
    segments = conform(pd.DataFrame(rows), SEGMENTS) if rows else SEGMENTS.empty()
    return SegmentsSplit(segments, SET_ASIDE.empty())


def segment_spans(text: str) -> list[tuple[int, int]]:
    """Return where the segments of a comment begin and end; a comment without a letter is one segment as a whole."""
    return list(_spans(text)) or [(0, len(text))]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(text):
        first = _BULLET.match(text, line.start(), line.end())
        begin = first.end() if first else line.start()
        for start, end in _sentences(text[begin : line.end()]):
            for piece_start, piece_end in _pieces(text[begin + start : begin + end]):
                trimmed = _trim(text, begin + start + piece_start, begin + start + piece_end)
                if any(character.isalnum() for character in text[trimmed[0] : trimmed[1]]):
                    yield trimmed


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in ",;–—"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ";–—"):
        end -= 1
    return start, end


def _sentences(line: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    masked = _TAG.sub(lambda match: "X" * len(match.group()), line)
    for sentence in _sentencizer()(masked).sents:
        start, end = sentence.start_char, sentence.end_char
        if spans and _joins(line, spans[-1], start, end):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _joins(line: str, before: tuple[int, int], start: int, end: int) -> bool:
    head = line[before[0] : before[1]].rstrip()
    if _ABBREVIATION.search(head) and (not head.lower().endswith("etc.") or line[start:end][:1].islower()):
        return True
    return not any(character.isalnum() for character in line[start:end])


def _pieces(sentence: str) -> Iterator[tuple[int, int]]:
    if len(sentence.split()) < LONG_WORDS:
        yield 0, len(sentence)
        return
    start = 0
    for match in _CONTRAST.finditer(sentence):
        cut = match.end("stop") if match.group("stop") else match.start("turn")
        left, right = sentence[start:cut], sentence[cut:]
        if match.group("turn") and (_NO_TURN_BEFORE.search(left.rstrip(" ,")) or _NO_TURN_AFTER.match(right)):
            continue
        if min(len(content_words(left)), len(content_words(right))) >= SIDE_CONTENT_WORDS:
            yield start, cut
            start = cut
    yield start, len(sentence)


@functools.cache
def _sentencizer() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.max_length = 10_000_000
    return nlp
