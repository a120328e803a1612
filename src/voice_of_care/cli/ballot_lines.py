"""Rounds of ballots as the prompt shows them: for the team, nothing left out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.ballots import agreement_word, far_from

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.ballots import Round

_DECIDED = {"chosen": "chosen", "dropped": "dropped", "open": ""}


class Agreed(NamedTuple):
    """Kendall's W of a round's ballots; None where it can't be told."""

    w: float | None
    low: float | None
    high: float | None


def rounds_as_json(rounds: tuple[Round, ...], analysis: Analysis) -> list[dict[str, Any]]:
    """Return the rounds for scripts."""
    return [
        {
            "round": each.number,
            "opened_on": each.opened_on,
            "closed_on": each.closing.on if each.closing else None,
            "decided_by": each.closing.by if each.closing else None,
            "reason": each.closing.reason if each.closing else None,
            "ballots": len(each.casts),
            "roles": dict(sorted(Counter(cast.role for cast in each.casts.values()).items())),
            "agreement": agreed_in(analysis, each.number)._asdict(),
            "list": _plain(analysis.consensus, each).to_dict("records"),
            "dissents": [
                {"ballot_id": ballot_id, "role": role, "themes": themes, "because": because}
                for ballot_id, role, themes, because in dissents_of(analysis, each)
            ],
        }
        for each in rounds
    ]


def round_lines(found: Round, analysis: Analysis) -> list[str]:
    """Return a round in lines: who voted, how far they agree, the list, who dissents, what was decided."""
    count = len(found.casts)
    state = f"closed {found.closing.on}" if found.closing else "open"
    roles = Counter(cast.role for cast in found.casts.values())
    who = ", ".join(f"{number} {role}" for role, number in sorted(roles.items(), key=lambda each: (-each[1], each[0])))
    lines = [
        f"Round {found.number}, {state}: {count} {'ballot' if count == 1 else 'ballots'}{f' ({who})' if who else ''}."
    ]
    if count:
        lines.append(_agreement_line(agreed_in(analysis, found.number)))
    for row in _plain(analysis.consensus, found).to_dict("records"):
        spread = "" if row["spread_low"] is None else f", ranked {_span(row['spread_low'], row['spread_high'])}"
        decided = _DECIDED[str(row["decision"])]
        why = f": {row['reason']}" if row["decision"] == "dropped" else ""
        told = f"  {decided}{why}" if decided else ""
        lines.append(
            f"{row['place']:>3}  {row['label']} ({row['theme_id']})  mean rank {row['mean_rank']:.1f}{spread}{told}"
        )
    for ballot_id, role, themes, because in dissents_of(analysis, found):
        far = "; ".join(f"{label} {rank}, the list has it {place}" for label, rank, place in themes)
        says = f' says "{because}"' if because else ""
        lines.append(
            f"Dissent: {ballot_id} ({role}){says}{'; ranks ' if far and says else ' ranks ' if far else ''}{far}."
        )
    if found.closing:
        lines.append(f"Decided by {found.closing.by}: {found.closing.reason}")
    return lines


def agreed_in(analysis: Analysis, number: int) -> Agreed:
    """Return how far the ballots of a round agree."""
    rows = analysis.agreements[analysis.agreements["comparison"] == f"ballots/{number}"]
    if rows.empty:
        return Agreed(None, None, None)
    values = (rows["kendall_w"].iloc[0], rows["low"].iloc[0], rows["high"].iloc[0])
    return Agreed(*(None if pd.isna(value) else round(float(value), 6) for value in values))


def dissents_of(analysis: Analysis, found: Round) -> list[tuple[str, str, list[tuple[str, int, int]], str]]:
    """Return who dissents: ballot, role, themes ranked far from the list (label, rank, place), and what they say."""
    mine = analysis.consensus[analysis.consensus["round"] == found.number].sort_values("place")
    places = dict(zip(mine["theme_id"].astype(str), mine["place"].astype(int), strict=True))
    told = []
    for ballot_id, cast in found.casts.items():
        themes = [(found.labels[each], cast.ranks[each], places[each]) for each in far_from(cast, places)]
        if themes or cast.dissent:
            told.append((ballot_id, cast.role, themes, cast.dissent))
    return told


def _plain(consensus: pd.DataFrame, found: Round) -> pd.DataFrame:
    """Return the list of a round with its labels, nothing for what is missing."""
    mine = consensus[consensus["round"] == found.number].sort_values("place")
    named = mine.assign(label=mine["theme_id"].map(found.labels)).astype(object)
    return named.where(named.notna(), None)


def _agreement_line(agreed: Agreed) -> str:
    if agreed.w is None:
        return "How far they agree can't be told: that takes two ballots that rank."
    interval = "" if agreed.low is None else f" (95% interval {agreed.low:.2f} to {agreed.high:.2f})"
    return f"Kendall's W {agreed.w:.2f}{interval}: {agreement_word(agreed.w)} agreement among those who voted."


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
