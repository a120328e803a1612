"""Transcripts: who speaks, and what is only a time."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.readers.content import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_TIME = rf"[\[(<]?\s*{_CLOCK}(?:\s*(?:-->|-|–|to)\s*{_CLOCK})?\s*[\])>]?"
_NAME = r"[^\W\d_][\w.'’\-]*(?:\s[\w.'’&/\-]+){0,4}(?:\s*\([^)]{1,40}\))?"
_TURN = re.compile(
    rf"^(?:{_TIME}\s*[-–]?\s*)?(?:<v\s+(?P<voice>[^>]+)>"
    rf"|(?:\*\*)?\[?(?P<name>{_NAME})\]?\s*(?:{_TIME})?\s*:(?:\*\*)?(?=\s|$))\s*(?P<text>.*)$"
)
_NAMED_TIME = re.compile(rf"^(?P<name>{_NAME})\s+{_TIME}$")
_ONLY_TIME = re.compile(rf"^{_TIME}(?:\s+(?:align|line|position|size):\S+)*$")
_LEADING_TIME = re.compile(
    rf"^[\[(<]\s*{_CLOCK}(?:\s*(?:-->|-|–)\s*{_CLOCK})?\s*[\])>]\s*|^\d\d:\d\d:\d\d(?:[.,]\d+)?\s+"
)
_INNER_TIME = re.compile(r"\s*[\[(<]\s*\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,3})?\s*[\])>]\s*")
_TAG = re.compile(r"</?(?:v|c|i|b|u|lang|ruby|rt)(?:[.\s][^>]*)?>")
# Labels of notes and forms that look like a speaker.
_NO_SPEAKER = re.compile(
    r"^(?:date|time|venue|location|place|present|attendees|apologies|in attendance|participants|action|actions|note"
    r"|notes|agenda|subject|title|question|q\d*|answer|a\d*|topic|theme|item|summary|background|purpose|duration|recorded"
    r"|group|table|session|service|site|ward|theme \d+|question \d+|http|https|e\.?g|i\.?e|also|example|for example"
    r"|session title)$",
    re.IGNORECASE,
)


class Turn(NamedTuple):
    """The start of a turn: who speaks, and the words on the same line."""

    speaker: str
    text: str


def find_turn(line: str) -> Turn | None:
    """Return the speaker and words of a line that starts a turn."""
    found = _TURN.match(line.strip())
    if found:
        speaker = (found["voice"] or found["name"]).strip(" []*")
        if _NO_SPEAKER.match(speaker) or not (found["voice"] or _is_name(speaker)):
            return None
        return Turn(speaker, strip_times(found["text"]))
    named = _NAMED_TIME.match(line.strip())
    if named and not _NO_SPEAKER.match(named["name"]) and _is_name(named["name"]):
        return Turn(named["name"].strip(), "")
    return None


def _is_name(label: str) -> bool:
    """Tell a speaker's label from the start of a sentence with a colon: capitals, or a number, in few words."""
    words = re.sub(r"\([^)]*\)", "", label).split()
    later = [word for word in words[1:] if not word.isdigit()]
    small = sum(word[0].islower() for word in later)
    return label[:1].isupper() and len(label) <= 60 and (small == 0 or (len(words) <= 3 and small <= 1))


def strip_times(text: str) -> str:
    """Take times and caption tags out of a line of speech."""
    text = _LEADING_TIME.sub("", _TAG.sub("", text).strip())
    return html.unescape(_INNER_TIME.sub(" ", text)).strip()


def is_transcript(lines: Sequence[str]) -> bool:
    """Tell a transcript: captions, or three turns or more, a speaker coming back."""
    filled = [line for line in lines if line.strip()]
    if filled and filled[0].lstrip("\ufeff").startswith("WEBVTT"):
        return True
    if sum("-->" in line and bool(_ONLY_TIME.match(line.strip())) for line in filled) >= 2:
        return True
    turns = [turn.speaker for line in filled if (turn := find_turn(line))]
    returns = sum(count - 1 for count in Counter(turns).values())
    return len(turns) >= 3 and returns >= 1 and len(turns) >= 0.15 * len(filled)


def read_turns(lines: Iterable[str]) -> tuple[Passage, ...]:
    """Read a transcript's lines as speech; a speaker's lines up to an empty one make one passage."""
    passages: list[Passage] = []
    speaker: str | None = None
    words: list[str] = []
    captions = False

    def close() -> None:
        text = " ".join(words).strip()
        if text:
            kind = "speech" if speaker else "paragraph"
            passages.append(Passage(text, f"paragraph {len(passages) + 1}", kind, (), speaker))  # type: ignore[arg-type]
        words.clear()

    for line in (raw.strip() for raw in lines):
        if line.startswith(("WEBVTT", "NOTE ", "Kind:", "Language:", "STYLE")) and (captions or not passages):
            captions = captions or line.startswith("WEBVTT")
            continue
        if not line:
            if not captions:
                close()
            continue
        if _ONLY_TIME.match(line) or (line.isdigit() and len(line) < 6):
            captions = captions or "-->" in line
            continue
        turn = find_turn(line)
        if turn and turn.speaker != speaker:
            close()
            speaker = turn.speaker
        elif turn and not captions:
            close()
        words.append(turn.text if turn else strip_times(line))
        if speaker is None:
            close()
    close()
    return tuple(passages)
