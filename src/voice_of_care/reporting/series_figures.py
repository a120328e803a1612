"""From cards of series and actions to their drawn charts: rows, the finding as a title, and words that stand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voice_of_care.reporting import control_charts, trend_words
from voice_of_care.reporting.control_charts import PERCENT, PROVISIONAL, Canvas, Moment
from voice_of_care.reporting.disclosure import SUPPRESSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.difference import ActionView, Measured
    from voice_of_care.reporting.over_time import Card, Point

FEWEST_POINTS = 8
FULL_POINTS = 20
_TONE_BOUNDS = (-1.0, 1.0)


def draw_all(cards: Sequence[Card], actions: Sequence[ActionView]) -> dict[str, Drawing]:
    """Return the drawing of each card and of each measure of an action, by its anchor."""
    drawings: dict[str, Drawing] = {}
    for card in cards:
        if card.line.standing == "table_only" or card.is_withheld:
            continue
        drawings[card.line.anchor] = _draw_card(card, card.points, card.line.anchor)
        if card.whole:
            stem = f"{card.line.anchor}-whole"
            drawings[stem] = _draw_card(card, card.whole, stem)
    for action in actions:
        for measured in action.measures:
            if len(measured.points) >= FEWEST_POINTS and measured.verdict != "too_little":
                drawings[measured.anchor] = _draw_measured(action, measured)
    return drawings


def _draw_card(card: Card, points: Sequence[Point], stem: str) -> Drawing:
    line = card.line
    rows: list[dict[str, Any]] = [
        {
            "label": point.shown.short,
            "value": point.shown.value,
            "centre": point.centre,
            "lower": point.lower,
            "upper": point.upper,
            "phase": point.phase,
            "point_type": point.point_type,
            "is_complete": point.shown.is_complete,
        }
        for point in points
    ]
    starts = [place for place in range(1, len(points)) if points[place].phase > points[place - 1].phase]
    canvas = Canvas(
        unit="" if line.measure == "sentiment" else "%",
        target=line.target,
        moments=tuple(Moment(place - 0.5, "Limits start anew") for place in starts),
        note=PROVISIONAL if _is_provisional(card, points) else "",
        bounds=_TONE_BOUNDS if line.measure == "sentiment" else PERCENT,
        centre_name="Mean" if _has_limits_at_end(points) or line.standing != "run_chart" else "Median",
        missing=_missing(any(point.shown.is_withheld for point in points)),
    )
    return control_charts.draw_control(stem, _title(card), _describe(card, points), rows=rows, canvas=canvas)


def _is_provisional(card: Card, points: Sequence[Point]) -> bool:
    """Return whether the limits at the end rest on so few points that they may still move."""
    if points is not card.whole:
        return card.line.standing == "provisional"
    return _has_limits_at_end(points) and card.line.counted < FULL_POINTS


def _has_limits_at_end(points: Sequence[Point]) -> bool:
    newest = max((point.phase for point in points), default=1)
    return any(point.lower is not None for point in points if point.phase == newest)


def _missing(is_withheld: bool) -> str:
    return "too few to show" if is_withheld else "nobody heard"


def _title(card: Card) -> str:
    return f"{card.line.name}. {trend_words.STATES[card.line.state]}"


def _describe(card: Card, points: Sequence[Point]) -> str:
    line = card.line
    known = [point for point in points if point.shown.value is not None]
    if not known:
        return f"Chart of {line.name}, without figures."
    last = known[-1]
    said = [
        f"Chart of {len(known)} {line.period_kind}s from {known[0].shown.name} to {last.shown.name}.",
        f"First {known[0].shown.text}, last {last.shown.text}.",
    ]
    limited = next((point for point in reversed(points) if point.lower is not None and point.upper is not None), None)
    if limited is not None and limited.lower is not None and limited.upper is not None:
        low, high = (trend_words.measured(line.measure, limit) for limit in (limited.lower, limited.upper))
        flagged = [point.shown.name for point in known if point.point_type != "common_cause"]
        said.append(f"Limits {low} to {high}.")
        said.append(f"Signals in {len(flagged)}: {_some(flagged)}." if flagged else "No point is a signal.")
    return f"{' '.join(said)} All figures are in the table below."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]} to {names[-1]}, with others between"


def _draw_measured(action: ActionView, measured: Measured) -> Drawing:
    rows: list[dict[str, Any]] = [
        {
            "label": point.short,
            "value": point.value,
            "centre": point.centre,
            "lower": point.lower,
            "upper": point.upper,
            "phase": 1,
            "point_type": point.point_type,
            "counterfactual": point.counterfactual,
            "is_complete": not point.unjudged,
            "unjudged": point.unjudged,
        }
        for point in measured.points
    ]
    first = next((place for place, point in enumerate(measured.points) if point.is_after), len(measured.points))
    canvas = Canvas(
        unit="" if measured.measure == "sentiment" else "%",
        moments=(Moment(first - 0.5, f"{action.action_id}: {action.what}"),),
        bounds=_TONE_BOUNDS if measured.measure == "sentiment" else PERCENT,
        missing=_missing(any(point.text == SUPPRESSED for point in measured.points)),
    )
    title = f"{action.what}: {trend_words.MEASURES[measured.measure]}. {measured.word}"
    description = (
        f"Chart of {len(rows)} {measured.period_kind}s with limits from the {first} before the action of {action.day}. "
        f"Before {measured.before.text}, after {measured.after.text}. All figures are in the table below."
    )
    return control_charts.draw_control(measured.anchor, title, description, rows=rows, canvas=canvas)
