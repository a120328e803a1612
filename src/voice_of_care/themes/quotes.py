"""Pick the segments that show a theme: exemplars, borderline ones, and voices against its grain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

EXEMPLARS = 6
BORDERLINE = 2
DISCONFIRMING = 2
FEWEST_WORDS = 4
MOST_WORDS = 60
TOO_ALIKE = 0.92
"""Quotes this near to one picked already add nothing."""
POSITIVE = ("positive", "very_positive")
NEGATIVE = ("negative", "very_negative")


class Candidate(NamedTuple):
    """A segment that may be quoted."""

    segment_id: str
    text: str
    unit: str
    group: str
    source: str
    sentiment: str
    strength: float
    vector: np.ndarray


def pick_quotes(theme_id: str, candidates: list[Candidate]) -> list[dict[str, object]]:
    """Return quote rows of one theme.

    Args:
        theme_id: the theme.
        candidates: most central first; ties in canonical order.
    """
    readable = [one for one in candidates if FEWEST_WORDS <= len(one.text.split()) <= MOST_WORDS]
    exemplars = _varied(readable, EXEMPLARS, []) or _varied(candidates, EXEMPLARS, [])
    borderline = _varied(sorted(readable, key=lambda one: one.strength), BORDERLINE, exemplars)
    contrary = _against(candidates)
    against = _varied([one for one in readable if one.sentiment in contrary], DISCONFIRMING, exemplars + borderline)
    rows: list[dict[str, object]] = []
    for role, picked in (("exemplar", exemplars), ("borderline", borderline), ("disconfirming", against)):
        rows += [
            {"theme_id": theme_id, "segment_id": one.segment_id, "role": role, "rank": rank, "status": "proposed"}
            for rank, one in enumerate(picked, start=1)
        ]
    return rows


def _against(candidates: list[Candidate]) -> tuple[str, ...]:
    praise = sum(one.sentiment in POSITIVE for one in candidates)
    concern = sum(one.sentiment in NEGATIVE for one in candidates)
    if praise == concern:
        return ()
    return NEGATIVE if praise > concern else POSITIVE


def _varied(candidates: list[Candidate], count: int, taken: list[Candidate]) -> list[Candidate]:
    """Walk the candidates in order, groups and sources not heard yet first; never a unit twice, never near-repeats."""
    picked: list[Candidate] = []
    for fresh_only in (True, False):
        for one in candidates:
            if len(picked) == count:
                return picked
            others = taken + picked
            if any(one.unit == other.unit or float(one.vector @ other.vector) > TOO_ALIKE for other in others):
                continue
            if fresh_only and any((one.group, one.source) == (other.group, other.source) for other in picked):
                continue
            picked.append(one)
    return picked
