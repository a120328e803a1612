"""What changed since last time: what the newest run added, and which signals are new or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import trend_words, words
from voice_of_care.reporting.brief import Piece
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.brief import Sentence
    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.emerging import Emerging
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.over_time import Line, OverTime

MOST_NAMED = 4


@dataclass(frozen=True)
class SinceLast:
    """A few plain sentences on what the newest run brought."""

    sentences: tuple[Sentence, ...]


def view_since_last(
    facts: Facts, over_time: OverTime, emerging: Emerging, *, discloser: Discloser, before: Analysis | None
) -> SinceLast | None:
    """Return what changed since the run before; None where there was none.

    Args:
        facts: what was counted.
        over_time: series as they may be shown.
        emerging: themes by their verdict.
        discloser: what may be shown.
        before: the analysis as it was before the newest run, where it is known.
    """
    runs = facts.analysis.runs
    standing = runs[runs["undone_at"].isna()].sort_values("run_id", kind="stable")
    if len(standing) < 2:
        return None
    run = records(standing)[-1]
    signals = _signals(over_time, before)
    sentences = (
        _brought(run, facts, discloser),
        _refitted(run),
        *signals,
        _verdicts(emerging, before),
        _candidates(emerging, before),
    )
    return SinceLast(tuple(sentence for sentence in sentences if sentence))


def _brought(run: Any, facts: Facts, discloser: Discloser) -> Sentence:  # noqa: ANN401 (a row)
    added, changed, removed = (
        int(getattr(run, name)) for name in ("comments_added", "comments_changed", "comments_removed")
    )
    if not (added or changed or removed):
        return (Piece("The last run brought no new comment."),)
    parts = []
    for number, what in ((added, "added"), (changed, "corrected"), (removed, "taken out")):
        if number:
            parts.append(f"{_number(number, discloser)} {what}")
    comments = facts.comments
    new = comments.loc[comments["run_id"] == run.run_id, "received_on"].dropna()
    span = f" (of {_span(new.min(), new.max())})" if added and len(new) else ""
    return (Piece(f"The last run: {words.join_words(parts)}{span}."),)


def _number(number: int, discloser: Discloser) -> str:
    shown = discloser.count(number)
    said = f"fewer than {discloser.fewest_shown}" if shown.is_suppressed else shown.text
    return f"{said} {words.plural(number, 'comment', 'comments')}"


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    one, two = words.long_month(first.year, first.month), words.long_month(last.year, last.month)
    return one if one == two else f"{one} to {two}"


def _refitted(run: Any) -> Sentence:  # noqa: ANN401 (a row)
    if run.kind != "refit":
        return ()
    return (
        Piece("Themes were fitted anew and history was counted again with them: "),
        Piece("what became of the old themes", "refitted"),
        Piece("."),
    )


def _signals(over_time: OverTime, before: Analysis | None) -> tuple[Sentence, ...]:
    """Return which signals are new and which are gone; without what was before, which there are now."""
    now = over_time.signals
    if before is None:
        return (_list_lines("Signals now: ", now, "over-time") or (Piece("No chart shows a signal now."),), _care(now))
    known = {
        (str(row.scope), str(row.item_id), str(row.measure))
        for row in records(before.charts)
        if not pd.isna(row.variation) and trend_words.is_signal(row.variation) and row.mix != "mix"
    }
    fresh = tuple(line for line in now if line.key not in known)
    current = {line.key for line in now}
    gone = tuple(line for line in over_time.with_limits if line.key in known - current and line.state != "explained")
    explained = tuple(line for line in over_time.explained if line.key in known)
    return (
        _list_lines("New signals: ", fresh, "over-time")
        or (Piece("No chart shows a signal that it did not show before."),),
        _care(fresh),
        _list_lines("Signals that are gone: ", gone, "over-time"),
        _list_lines("No longer called a trend, as a change of mix explains it: ", explained, "over-time"),
    )


def _care(signals: tuple[Line, ...]) -> Sentence:
    """Return of how many signals nobody can tell whether a change of mix explains them."""
    unjudged = sum(line.mix == "not_judged" for line in signals)
    if not unjudged:
        return ()
    which = "this signal" if len(signals) == 1 else "these signals" if unjudged == len(signals) else ""
    which = which or f"{unjudged} of these {len(signals)} signals"
    return (Piece(f"Read with care: whether a change of mix explains {which} could not be judged."),)


def _list_lines(start: str, lines: tuple[Line, ...], more: str) -> Sentence:
    if not lines:
        return ()
    named = [Piece(_signal(line), line.anchor if line.has_card else more) for line in lines[:MOST_NAMED]]
    return _join(start, named, len(lines) - len(named), more)


def _signal(line: Line) -> str:
    said = {"improvement": "better", "concern": "worse", "neutral": "changed"}
    kind, _, way = (line.variation or "").partition("_")
    how = f" ({said[kind]}: {'higher' if way == 'high' else 'lower'})" if kind in said else ""
    return f"{line.name}{how}"


def _join(start: str, named: list[Piece], others: int, more: str) -> Sentence:
    pieces = [Piece(start)]
    for place, piece in enumerate(named):
        last = place == len(named) - 1 and not others
        pieces += [Piece("" if place == 0 else " and " if last else ", "), piece]
    if others:
        pieces += [Piece(" and "), Piece(f"{others} more", more)]
    return (*(piece for piece in pieces if piece.text), Piece("."))


def _verdicts(emerging: Emerging, before: Analysis | None) -> Sentence:
    known = {} if before is None else dict(zip(before.emerging["theme_id"], before.emerging["verdict"], strict=True))
    told = [
        line
        for line in emerging.of("new", "growing", "fading")
        if before is None or known.get(line.theme_id) != line.verdict
    ]
    if not told:
        return ()
    named = [Piece(f"{line.item.label} ({line.word.lower()})", line.item.anchor) for line in told[:MOST_NAMED]]
    start = "Of late: " if before is None else "Newly seen of late: "
    return _join(start, named, len(told) - len(named), "emerging")


def _candidates(emerging: Emerging, before: Analysis | None) -> Sentence:
    known: set[str] = set()
    if before is not None:
        known = set(before.themes.loc[before.themes["status"] == "candidate", "theme_id"])
    fresh = sum(each.theme_id not in known for each in emerging.candidates)
    if not fresh:
        return ()
    waiting = len(emerging.candidates)
    waits = words.plural(waiting, "candidate new theme waits", "candidate new themes wait")
    new = f"; {fresh} {words.plural(fresh, 'is', 'are')} new" if fresh < waiting else ""
    return (Piece(f"{waiting} {waits}", "candidates"), Piece(f" for a person to name{new}."))
