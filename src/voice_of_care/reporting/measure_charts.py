"""Courses one under the other on one time axis, and importance against performance: from finished rows to charts.

Every mark is placed in pixels here: each course has its own scale, and no two share one.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

import altair as alt

from voice_of_care.reporting.charts import GRID, INK, SOFT_INK, STAFF, framed
from voice_of_care.reporting.words import short_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.charts import Layout, Row

MEASURE_INK = "#801650"
SCORE_INK = "#3D3D3D"
STYLES = {"theme": ("circle", STAFF), "measure": ("square", MEASURE_INK), "score": ("diamond", SCORE_INK)}
_HEIGHT, _GAP, _TITLE = 62, 16, 22
_WIDE, _NARROW = (60, 700, 24), (44, 250, 16)
_PLOT_HEIGHT, _DOT = 400, 10
_LETTER = 6.6
_STEP = _TITLE + _HEIGHT + _GAP
_MONTHS_APART = {False: 3, True: 6}
_LONG = 30  # months from which every other name is left out
_ENDS = ((0.0, "spoken ill of", "left"), (0.5, "as much good as bad", "center"), (1.0, "spoken well of", "right"))


def courses(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw courses one under the other, on one time axis.

    Args:
        rows: order, label, kind (theme, measure or score), low and high (ends of its scale) with low_text and
            high_text, and points: month (counted from the year nought, the middle of the period), value, run (points of
            one run are joined).
        layout: sizes.
    """
    left, width, right = _NARROW if layout.is_narrow else _WIDE
    months = [point["month"] for row in rows for point in row["points"]]
    span = _Span(min(months) - 0.5, max(months) + 0.5, width)
    height = len(rows) * _STEP - _GAP
    tops = [place * _STEP + _TITLE for place in range(len(rows))]
    edges = [{"x": 0, "x2": width, "y": y} for top in tops for y in (top, top + _HEIGHT)]
    dots = [dot for row, top in zip(rows, tops, strict=True) for dot in _points(row, top, span)]
    words = [word for row, top in zip(rows, tops, strict=True) for word in _names(row, top, left, width)]
    words += _months(span, height + 16, every=_MONTHS_APART[layout.is_narrow])
    layers = [_rules(edges), *_lines(dots), *_dots(dots), *_words(words)]
    padding = {"left": left, "right": right, "top": 4, "bottom": 30}
    return framed(_in_pixels(layers, width, height), width=width, height=height, padding=padding)


class _Span(NamedTuple):
    """Months from the first to the last, and the pixels that they are drawn on."""

    first: float
    last: float
    width: float

    def pixel(self, month: float) -> float:
        return round((month - self.first) / (self.last - self.first) * self.width, 2)


def _points(row: Row, top: float, span: _Span) -> list[Row]:
    shape, ink = STYLES[row["kind"]]
    spread = (row["high"] - row["low"]) or 1.0
    return [
        {
            "x": span.pixel(point["month"]),
            "y": round(top + (row["high"] - point["value"]) / spread * _HEIGHT, 2),
            "ink": ink,
            "shape": shape,
            "run": f"{row['order']}-{point['run']}",
        }
        for point in row["points"]
    ]


def _names(row: Row, top: float, left: float, width: float) -> list[Row]:
    """Return a course's name above it, and the ends of its scale beside it."""
    name = textwrap.shorten(row["label"], int((width + left) / _LETTER), placeholder="\u2026")
    ends = [
        {"x": -6, "y": y, "text": row[f"{end}_text"], "ink": SOFT_INK, "align": "right"}
        for end, y in (("high", top), ("low", top + _HEIGHT))
    ]
    return [{"x": -left + 4, "y": top - 13, "text": name, "ink": INK, "align": "left", "weight": "bold"}, *ends]


def _months(span: _Span, y: float, *, every: int) -> list[Row]:
    step = every * (2 if span.last - span.first > _LONG else 1)
    numbers = [month for month in range(int(span.first) + 1, int(span.last) + 1) if month % step == 0]
    return [
        {
            "x": span.pixel(month),
            "y": y,
            "text": short_month(month // 12, month % 12 + 1),
            "ink": SOFT_INK,
            "align": "center",
        }
        for month in numbers
    ]


def importance(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw each theme by how it is spoken of (across) and how much it weighs (up), numbered as in the table.

    Args:
        rows: number, label, tone (-1 to 1) and weight (per cent), the heaviest first.
        layout: sizes.
    """
    left, width, right = _NARROW if layout.is_narrow else _WIDE
    top = max(row["weight"] for row in rows) * 1.1
    dots = [
        {
            "x": round((row["tone"] + 1) / 2 * width, 2),
            "y": round((1 - row["weight"] / top) * _PLOT_HEIGHT, 2),
            "text": str(row["number"]),
            "label": row["label"],
            "ink": STAFF,
            "shape": "circle",
        }
        for row in rows
    ]
    grid, words = _weight_axis(top, width)
    for part, text, align in _ENDS:
        told = "both" if layout.is_narrow and align == "center" else text
        words.append({"x": part * width, "y": _PLOT_HEIGHT + 18, "text": told, "ink": SOFT_INK, "align": align})
    words += _place_labels(dots, width, is_narrow=layout.is_narrow)
    middle = [{"x": width / 2, "y": 0, "x2": width / 2, "y2": _PLOT_HEIGHT}]
    numbers = [{**dot, "ink": "#ffffff", "align": "center"} for dot in dots]
    upright = alt.Chart(alt.InlineData(values=middle)).mark_rule(color=SOFT_INK, strokeDash=[2, 3])
    upright = upright.encode(y2="y2:Q")
    layers = [_rules(grid), upright, *_dots(dots, size=250), *_words(words), *_words(numbers)]
    padding = {"left": left, "right": right, "top": 14, "bottom": 34}
    return framed(_in_pixels(layers, width, _PLOT_HEIGHT), width=width, height=_PLOT_HEIGHT, padding=padding)


def _weight_axis(top: float, width: float) -> tuple[list[Row], list[Row]]:
    step = next(size for size in (0.5, 1, 2, 5, 10, 20, 50, 100) if top / size <= 6)
    ticks = [step * place for place in range(int(top / step) + 1)]
    grid = [{"x": 0, "x2": width, "y": round((1 - tick / top) * _PLOT_HEIGHT, 2)} for tick in ticks]
    words = [
        {"x": -6, "y": line["y"], "text": f"{tick:g}%", "ink": SOFT_INK, "align": "right"}
        for line, tick in zip(grid, ticks, strict=True)
    ]
    return grid, words


def _place_labels(dots: Sequence[Row], width: float, *, is_narrow: bool) -> list[Row]:
    """Return names beside their dots where there is room; the number in the dot stands for the others."""
    boxes = [(dot["x"] - _DOT, dot["y"] - _DOT, dot["x"] + _DOT, dot["y"] + _DOT) for dot in dots]
    placed = []
    for dot in dots:
        name = textwrap.shorten(dot["label"], 16 if is_narrow else 32, placeholder="\u2026")
        long = _LETTER * len(name)
        for align, x, y in (
            ("left", dot["x"] + _DOT + 3, dot["y"]),
            ("right", dot["x"] - _DOT - 3, dot["y"]),
            ("center", dot["x"], dot["y"] - _DOT - 8),
            ("center", dot["x"], dot["y"] + _DOT + 9),
        ):
            start = {"left": x, "right": x - long, "center": x - long / 2}[align]
            box = (start, y - 7, start + long, y + 7)
            is_inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= _PLOT_HEIGHT
            if is_inside and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                placed.append({"x": x, "y": y, "text": name, "ink": INK, "align": align})
                break
    return placed


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _in_pixels(layers: Sequence[alt.Chart], width: float, height: float) -> list[alt.Chart]:
    across, down = (alt.Scale(domain=[0, size], range=[0, size], nice=False, zero=False) for size in (width, height))
    x, y = alt.X("x:Q", axis=None, scale=across), alt.Y("y:Q", axis=None, scale=down)
    return [layer.encode(x=x, y=y) for layer in layers]


def _rules(rows: Sequence[Row]) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(alt.InlineData(values=list(rows))).mark_rule(color=GRID).encode(x2="x2:Q")
    return drawn


def _lines(dots: Sequence[Row]) -> list[alt.Chart]:
    layers = []
    for ink in dict.fromkeys(dot["ink"] for dot in dots):
        mine = alt.Chart(alt.InlineData(values=[dot for dot in dots if dot["ink"] == ink]))
        layers.append(mine.mark_line(color=ink, strokeWidth=1.5).encode(detail="run:N"))
    return layers


def _dots(dots: Sequence[Row], *, size: int = 34) -> list[alt.Chart]:
    layers = []
    for shape, ink in dict.fromkeys((dot["shape"], dot["ink"]) for dot in dots):
        mine = alt.Chart(alt.InlineData(values=[dot for dot in dots if dot["ink"] == ink]))
        layers.append(mine.mark_point(shape=shape, filled=True, opacity=1, color=ink, size=size))
    return layers


def _words(words: Sequence[Row]) -> list[alt.Chart]:
    layers = []
    for align, ink, weight in dict.fromkeys(
        (word["align"], word["ink"], word.get("weight", "normal")) for word in words
    ):
        mine = [
            word for word in words if (word["align"], word["ink"], word.get("weight", "normal")) == (align, ink, weight)
        ]
        mark = alt.Chart(alt.InlineData(values=mine)).mark_text(
            align=align, baseline="middle", fontSize=12, fontWeight=weight, color=ink
        )
        layers.append(mark.encode(text="text:N"))
    return layers
