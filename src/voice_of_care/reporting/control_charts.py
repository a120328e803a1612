"""Control charts drawn: from finished rows to an Altair specification, as in `charts`.

Rows come in time order, one for each period: `label` (short, for the axis), `value` (None where there is none to show),
`centre`, `lower`, `upper` (None where there are none), `phase`, `point_type` (POINT_TYPES). May be left out:
`is_complete` (False draws the point hollow, unjudged), `unjudged` (why, for the legend), `fitted` and `counterfactual`
(lines of a regression).
What kind of point it is shows by shape and by colour, lines are named at their right end, missing periods leave a gap.
"""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import altair as alt

from voice_of_care.reporting.charts import INK, SOFT_INK, draw, framed, plain_axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voice_of_care.reporting.charts import Drawing, Layout, Row

COMMON, IMPROVEMENT, CONCERN, NEUTRAL = "#768692", "#005EB8", "#C25600", "#490092"
TARGET_INK = "#801650"
FITTED_INK = "#12436D"
LIMIT_INK = "#5b6770"


class PointStyle(NamedTuple):
    """How a kind of point is drawn, and what the legend calls it."""

    shape: str
    colour: str
    size: int
    name: str


POINT_STYLES = {
    "common_cause": PointStyle("circle", COMMON, 48, "common cause"),
    "special_cause_improvement": PointStyle("diamond", IMPROVEMENT, 115, "improvement"),
    "special_cause_concern": PointStyle("square", CONCERN, 90, "concern"),
    "special_cause_neutral_high": PointStyle("triangle-up", NEUTRAL, 95, "unusually high"),
    "special_cause_neutral_low": PointStyle("triangle-down", NEUTRAL, 95, "unusually low"),
}


class Moment(NamedTuple):
    """A dated line across the chart: an action, or where limits start anew.

    Attributes:
        place: where, counted in rows from 0; 11.5 is the border between the twelfth row and the next.
        label: a few words.
    """

    place: float
    label: str


class Canvas(NamedTuple):
    """What stands around the points.

    Attributes:
        unit: printed after numbers, such as %.
        target: in the units of the values.
        moments: dated lines.
        note: a remark above the plot, such as `PROVISIONAL`.
        bounds: the least and the most a value can be; limits are drawn no further, and the axis ends there.
        centre_name: what the centre line is called: Mean, or Median for a run chart.
        missing: what the legend calls a period without a point.
    """

    unit: str = ""
    target: float | None = None
    moments: tuple[Moment, ...] = ()
    note: str = ""
    bounds: tuple[float, float] | None = None
    centre_name: str = "Mean"
    missing: str = "no figure"


PERCENT = (0.0, 100.0)
PROVISIONAL = "Provisional limits: they rest on fewer than 20 points"


class _Room(NamedTuple):
    left: int
    plot: int
    right: int
    height: int
    letter: float
    text: int


_WIDE = _Room(left=52, plot=640, right=158, height=250, letter=6.3, text=12)
_NARROW = _Room(left=40, plot=214, right=86, height=210, letter=5.9, text=11)
_LINE = 15  # pixels between two lines of text


class _Scale(NamedTuple):
    low: float
    high: float
    step: float
    height: int

    def pixel(self, value: float) -> float:
        return round((self.high - value) / (self.high - self.low) * self.height, 2)


def draw_control(stem: str, title: str, description: str, *, rows: Sequence[Row], canvas: Canvas) -> Drawing:
    """Render a control chart in both layouts."""
    return draw(stem, title, description, spec=partial(control_chart, canvas=canvas), rows=rows)


def control_chart(rows: Sequence[Row], layout: Layout, *, canvas: Canvas) -> alt.LayerChart:
    """Draw a series with its centre, limits, target and signals.

    Args:
        rows: as the module says; at least one.
        layout: wide or narrow.
        canvas: what stands around the points.
    """
    room = _NARROW if layout.is_narrow else _WIDE
    placed = [{**_clipped(row, canvas.bounds), "place": place} for place, row in enumerate(rows)]
    scale = _fit(placed, canvas, room)
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.5, len(rows) - 0.5], nice=False))
    y_scale = alt.Scale(domain=[scale.low, scale.high], nice=False, zero=False)
    tops = _stack(canvas.moments, len(rows), room)
    legend = _legend(placed, canvas, room)
    layers = [
        _axis(x, y_scale, scale, canvas.unit),
        *_moments(canvas.moments, tops, len(rows), x, room),
        *_limits(placed, x, y_scale),
        *_target(canvas, len(rows), x, y_scale),
        *_fits(placed, x, y_scale),
        *_course(placed, x, y_scale),
        *_points(placed, x, y_scale),
        *_gaps(placed, x, scale),
        *_names(placed, canvas, scale, room),
        *_periods(placed, x, room),
        *legend.layers,
        *_note(canvas.note, room, tops),
    ]
    top = 14 + _LINE * (max(tops, default=-1) + 1) + (_LINE + 6 if canvas.note else 0)
    padding = {"left": room.left, "right": room.right, "top": top, "bottom": 36 + 20 * legend.lines}
    return framed(layers, width=room.plot, height=room.height, padding=padding)


def _clipped(row: Row, bounds: tuple[float, float] | None) -> Row:
    """Return a row whose limits are drawn no further than values can go."""
    if bounds is None:
        return dict(row)
    ends = {name: row[name] for name in ("lower", "upper", "fitted", "counterfactual") if row.get(name) is not None}
    return {**row, **{name: min(max(end, bounds[0]), bounds[1]) for name, end in ends.items()}}


def _fit(rows: Sequence[Row], canvas: Canvas, room: _Room) -> _Scale:
    """Return an axis with about five even steps around everything drawn."""
    names = ("value", "centre", "lower", "upper", "fitted", "counterfactual")
    drawn = [float(row[name]) for row in rows for name in names if row.get(name) is not None]
    drawn += [] if canvas.target is None else [canvas.target]
    low, high = min(drawn, default=0.0), max(drawn, default=1.0)
    spread = (high - low) or max(abs(high) * 0.2, 1e-6)
    low, high = low - 0.06 * spread, high + 0.06 * spread
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= rough * (1 - 1e-9))
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    if canvas.bounds is not None:
        low, high = max(low, canvas.bounds[0]), min(high, canvas.bounds[1])
    if high <= low:
        high = low + step
    return _Scale(low, high, step, room.height)


def _axis(x: alt.X, y_scale: alt.Scale, scale: _Scale, unit: str) -> alt.Chart:
    first, last = math.ceil(scale.low / scale.step - 1e-9), math.floor(scale.high / scale.step + 1e-9)
    ticks = [round(number * scale.step, 10) for number in range(first, last + 1)]
    named = {tick: f"{_figure(tick, scale.step)}{unit}" for tick in ticks}
    chosen = "".join(f"datum.value == {tick} ? '{name}' : " for tick, name in named.items())
    axis = plain_axis(ticks, told_by=f"{chosen}''")
    nothing = _data([{"place": 0, "value": scale.low}]).mark_point(opacity=0)
    drawn: alt.Chart = nothing.encode(x=x, y=alt.Y("value:Q", scale=y_scale, axis=axis))
    return drawn


def _limits(rows: Sequence[Row], x: alt.X, y_scale: alt.Scale) -> list[alt.Chart]:
    layers = []
    for name, dash, ink, width in (
        ("centre", [1, 0], INK, 1.5),
        ("lower", [6, 4], LIMIT_INK, 1.5),
        ("upper", [6, 4], LIMIT_INK, 1.5),
    ):
        steps = _steps(rows, name)
        if steps:
            mark = _data(steps).mark_line(color=ink, strokeDash=dash, strokeWidth=width, strokeCap="butt")
            layers.append(mark.encode(x=x, y=_y("level:Q", y_scale), detail="part:N"))
    return layers


def _steps(rows: Sequence[Row], name: str) -> list[Row]:
    """Return the corners of a line that holds its level through each period, a part for each phase and run."""
    corners: list[Row] = []
    gaps = 0
    for row in rows:
        level = row.get(name)
        if level is None:
            continue
        start, end = row["place"] - 0.5, row["place"] + 0.5
        gaps += bool(corners) and corners[-1]["place"] != start
        part = f"{row['phase']}-{gaps}"
        goes_on = bool(corners) and corners[-1]["part"] == part and corners[-1]["place"] == start
        if goes_on and corners[-1]["level"] == level and len(corners) > 1 and corners[-2]["level"] == level:
            corners[-1] = {"part": part, "place": end, "level": level}
        else:
            corners += [{"part": part, "place": start, "level": level}, {"part": part, "place": end, "level": level}]
    return corners


def _target(canvas: Canvas, points: int, x: alt.X, y_scale: alt.Scale) -> list[alt.Chart]:
    if canvas.target is None:
        return []
    ends = [{"place": place, "level": canvas.target} for place in (-0.5, points - 0.5)]
    mark = _data(ends).mark_line(color=TARGET_INK, strokeWidth=2, strokeDash=[2, 3], strokeCap="butt")
    return [mark.encode(x=x, y=_y("level:Q", y_scale))]


def _fits(rows: Sequence[Row], x: alt.X, y_scale: alt.Scale) -> list[alt.Chart]:
    layers = []
    for name, dash in (("fitted", [1, 0]), ("counterfactual", [3, 3])):
        known = [{"place": row["place"], "level": row[name]} for row in rows if row.get(name) is not None]
        if known:
            mark = _data(known).mark_line(color=FITTED_INK, strokeWidth=1.5, strokeDash=dash)
            layers.append(mark.encode(x=x, y=_y("level:Q", y_scale)))
    return layers


def _course(rows: Sequence[Row], x: alt.X, y_scale: alt.Scale) -> list[alt.Chart]:
    """Return the line from point to point, broken where one is missing, dotted to a period that is not complete."""
    lines: dict[bool, list[Row]] = {True: [], False: []}
    for number, (before, after) in enumerate(itertools.pairwise(rows)):
        if before["value"] is not None and after["value"] is not None:
            full = _is_complete(before) and _is_complete(after)
            mine = lines[full]
            follows = full and mine and mine[-1]["place"] == before["place"]
            part = mine[-1]["part"] if follows else number
            mine += [] if follows else [{"part": part, "place": before["place"], "value": before["value"]}]
            mine.append({"part": part, "place": after["place"], "value": after["value"]})
    layers = []
    for full, parts in lines.items():
        if parts:
            mark = _data(parts).mark_line(color=COMMON, strokeWidth=2, strokeDash=[1, 0] if full else [2, 3])
            layers.append(mark.encode(x=x, y=_y("value:Q", y_scale), detail="part:N"))
    return layers


def _points(rows: Sequence[Row], x: alt.X, y_scale: alt.Scale) -> list[alt.Chart]:
    layers = []
    for kind, style in POINT_STYLES.items():
        mine = [_spot(row) for row in rows if _is_complete(row) and row["value"] is not None and _kind(row) == kind]
        if mine:
            layers.append(_mark(_data(mine), style).encode(x=x, y=_y("value:Q", y_scale)))
    hollow = [_spot(row) for row in rows if not _is_complete(row) and row["value"] is not None]
    if hollow:
        mark = _hollow(_data(hollow))
        layers.append(mark.encode(x=x, y=_y("value:Q", y_scale)))
    return layers


def _gaps(rows: Sequence[Row], x: alt.X, scale: _Scale) -> list[alt.Chart]:
    gaps = [{"place": row["place"]} for row in rows if row["value"] is None]
    if not gaps:
        return []
    mark = _data(gaps).mark_text(text="\u00d7", fontSize=13, color=SOFT_INK, baseline="bottom")
    return [mark.encode(x=x, y=alt.value(scale.height - 1))]


def _names(rows: Sequence[Row], canvas: Canvas, scale: _Scale, room: _Room) -> list[alt.Chart]:
    """Return the names of the lines at their right ends, moved apart where they would touch."""
    is_narrow = room is _NARROW
    newest = max((row.get("phase") or 1 for row in rows), default=1)  # a line that has ended has no name at the end
    at_end = [row for row in rows if (row.get("phase") or 1) == newest]
    last = {
        name: next((row[name] for row in reversed(at_end) if row.get(name) is not None), None)
        for name in ("upper", "lower", "centre", "counterfactual")
    }
    told = [
        ("Upper" if is_narrow else "Upper limit", last["upper"], LIMIT_INK),
        (canvas.centre_name, last["centre"], INK),
        ("Lower" if is_narrow else "Lower limit", last["lower"], LIMIT_INK),
        ("Target", canvas.target, TARGET_INK),
        ("If as before", last["counterfactual"], FITTED_INK),
    ]
    known = [(name, level, ink) for name, level, ink in told if level is not None]
    wanted = [scale.pixel(min(max(level, scale.low), scale.high)) for _, level, _ in known]
    layers = []
    for (name, level, ink), y in zip(known, _apart(wanted, scale.height), strict=True):
        figure = _plain(level) if ink == TARGET_INK else _figure(level, scale.step / 10)
        text = f"{name} {figure}{canvas.unit}"
        layers.append(_text(text, x=room.plot + 6, y=y, ink=ink, room=room, baseline="middle"))
    return layers


def _apart(wanted: Sequence[float], height: float) -> list[float]:
    """Return heights at least a line apart, in the same order, as near to those wanted as a pass down and up gives."""
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    placed: list[float] = []
    for place in order:
        placed.append(max(wanted[place], placed[-1] + _LINE) if placed else wanted[place])
    floor = height + 4
    for back in range(len(placed) - 1, -1, -1):
        placed[back] = min(placed[back], floor)
        floor = placed[back] - _LINE
    return [placed[order.index(place)] for place in range(len(wanted))]


def _periods(rows: Sequence[Row], x: alt.X, room: _Room) -> list[alt.Chart]:
    longest = max((len(str(row["label"])) for row in rows), default=1) * room.letter + 12
    every = max(1, math.ceil(longest * len(rows) / room.plot))
    shown = [
        {"place": row["place"], "name": row["label"]} for row in rows if (len(rows) - 1 - row["place"]) % every == 0
    ]
    names = _data(shown).mark_text(fontSize=room.text, color=SOFT_INK, baseline="top", dy=8)
    ticks = _data(shown).mark_rule(color=SOFT_INK)
    return [
        names.encode(x=x, y=alt.value(room.height), text="name:N"),
        ticks.encode(x=x, y=alt.value(room.height), y2=alt.value(room.height + 5)),
    ]


def _stack(moments: Sequence[Moment], points: int, room: _Room) -> list[int]:
    """Return on which line above the plot each label stands: one to the left goes over those to the right it meets."""
    taken: list[tuple[int, float, float]] = []
    lines = [0] * len(moments)
    for place in sorted(range(len(moments)), key=lambda each: (-moments[each].place, -each)):
        left, right = _span(moments[place], points, room)
        lines[place] = max((line + 1 for line, start, end in taken if left < end and right > start), default=0)
        taken.append((lines[place], left, right))
    return lines


def _span(moment: Moment, points: int, room: _Room) -> tuple[float, float]:
    """Return where a moment's label starts and ends: beside its line, within the figure."""
    at = (moment.place + 0.5) / points * room.plot
    width = len(_short(moment.label, room)) * room.letter + 8
    left = at - 2 if at + width <= room.plot + room.right else at - width + 6
    return left, left + width


def _moments(moments: Sequence[Moment], lines: Sequence[int], points: int, x: alt.X, room: _Room) -> list[alt.Chart]:
    layers = []
    for moment, line in zip(moments, lines, strict=True):
        up = -6 - _LINE * line
        rule = _data([{"place": moment.place}]).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[4, 3])
        layers.append(rule.encode(x=x, y=alt.value(up), y2=alt.value(room.height)))
        left, _ = _span(moment, points, room)
        layers.append(_text(_short(moment.label, room), x=left, y=-8 - _LINE * line, ink=INK, room=room))
    return layers


def _note(note: str, room: _Room, tops: Sequence[int]) -> list[alt.Chart]:
    if not note:
        return []
    up = -14 - _LINE * (max(tops, default=-1) + 1)
    return [_text(note, x=-room.left + 4, y=up, ink=SOFT_INK, room=room)]


class _Legend(NamedTuple):
    layers: list[alt.Chart]
    lines: int


def _legend(rows: Sequence[Row], canvas: Canvas, room: _Room) -> _Legend:
    """Return what the shapes mean, for those that are drawn, under the plot."""
    kinds = {_kind(row) for row in rows if row["value"] is not None and _is_complete(row)}
    if all(row.get("upper") is None for row in rows):  # a run chart: nothing is judged
        kinds.discard("common_cause")
    entries: list[tuple[str, PointStyle | None]] = [
        (style.name, style) for kind, style in POINT_STYLES.items() if kind in kinds
    ]
    hollow = [row.get("unjudged") for row in rows if row["value"] is not None and not _is_complete(row)]
    entries += [(name, None) for name in dict.fromkeys(str(why or "not complete yet") for why in hollow)]
    gaps = [(f"\u00d7 {canvas.missing}", None)] if any(row["value"] is None for row in rows) else []
    layers: list[alt.Chart] = []
    left, line = 0.0, 0
    for name, style in [*entries, *gaps]:
        sign = 0 if name.startswith("\u00d7") else 14
        width = sign + len(name) * room.letter + 18
        if left and left + width > room.plot + room.right:
            left, line = 0.0, line + 1
        y = room.height + 42 + line * 20
        if sign:
            spot = _data([{}])
            mark = _mark(spot, style) if style else _hollow(spot)
            layers.append(mark.encode(x=alt.value(left + 5), y=alt.value(y)))
        layers.append(_text(name, x=left + sign, y=y + 0.5, ink=INK, room=room, baseline="middle"))
        left += width
    return _Legend(layers, line + 1 if layers else 0)


def _mark(chart: alt.Chart, style: PointStyle) -> alt.Chart:
    drawn: alt.Chart = chart.mark_point(
        shape=style.shape,
        size=style.size,
        filled=True,
        opacity=1,
        color=style.colour,
        stroke="#ffffff",
        strokeWidth=1,
    )
    return drawn


def _hollow(chart: alt.Chart) -> alt.Chart:
    drawn: alt.Chart = chart.mark_point(
        shape="circle", size=50, filled=True, opacity=1, color="#ffffff", stroke=COMMON, strokeWidth=2
    )
    return drawn


def _text(
    text: str, *, x: float, y: float, ink: str, room: _Room, baseline: Literal["alphabetic", "middle"] = "alphabetic"
) -> alt.Chart:
    mark = _data([{}]).mark_text(text=text, align="left", baseline=baseline, fontSize=room.text, color=ink)
    drawn: alt.Chart = mark.encode(x=alt.value(round(x, 1)), y=alt.value(round(y, 1)))
    return drawn


def _data(rows: Iterable[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows)))


def _y(field: str, scale: alt.Scale) -> alt.Y:
    return alt.Y(field, scale=scale)


def _spot(row: Row) -> Row:
    return {"place": row["place"], "value": row["value"]}


def _kind(row: Row) -> str:
    return str(row["point_type"])


def _is_complete(row: Row) -> bool:
    return bool(row.get("is_complete", True))


def _short(label: str, room: _Room) -> str:
    most = 24 if room is _NARROW else 60
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}\u2026"


def _figure(value: float, step: float) -> str:
    """Return a number with the decimals that its steps call for, and none that are nought."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if step > 0 and _is_half(step) else 0)
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "\u2212")


def _is_half(step: float) -> bool:
    """Return whether a step needs one decimal more than its power of ten: 0.25, 2.5."""
    leading = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    return abs(leading - 2.5) < 1e-6


def _plain(value: float) -> str:
    """Return a number as somebody gave it."""
    return f"{value:.10g}".replace("-", "\u2212")
