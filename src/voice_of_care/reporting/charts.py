"""Charts: one function each, from finished rows to an Altair specification, and its rendering as static SVG.

Rows hold only what may be shown. Every size is fixed here and no layout asks the fonts of the machine, so the same rows
give the same bytes. Each chart is drawn twice: wide, and narrow with the labels above the marks for a phone.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from voice_of_care.reporting.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = dict[str, Any]

INK = "#212b32"
SOFT_INK = "#4c5a64"
GRID = "#e3e6e8"
STAFF = "#12436D"
SERVICE_USER = "#F46A25"
BAR = "#4f86b8"
GAP_LINE = "#768692"
CATCH_ALL_BAR = "#aeb9c1"
CATCH_ALL_OPACITY = 0.4
INK_ON_FAINT = "#0b0c0c"
LEANING_COLOURS = {"positive": "#12436D", "mixed": "#A285D1", "neutral": "#768692", "negative": "#C25600"}
LEANING_INK = {"positive": "#ffffff", "mixed": "#0b0c0c", "neutral": "#0b0c0c", "negative": "#ffffff"}
KIND_COLOURS = {"praise": "#12436D", "concern": "#C25600", "suggestion": "#28A197"}
FONT = "Arial, Helvetica, sans-serif"
TOO_FEW = "too few to show"


class Layout(NamedTuple):
    """Sizes in pixels; a narrow layout puts labels above their marks."""

    left: int
    plot: int
    right: int
    step: int
    is_narrow: bool

    @property
    def mark_shift(self) -> int:
        """Return how far below the middle of its band a mark is drawn."""
        return 9 if self.is_narrow else 0


WIDE = Layout(left=270, plot=470, right=110, step=34, is_narrow=False)
NARROW = Layout(left=14, plot=240, right=86, step=52, is_narrow=True)


class Drawing(NamedTuple):
    """One chart: its name, the words that stand for it, and its two renderings."""

    stem: str
    title: str
    description: str
    wide: str
    narrow: str


def draw(
    stem: str, title: str, description: str, *, spec: Callable[[Sequence[Row], Layout], Any], rows: Sequence[Row]
) -> Drawing:
    """Render a chart in both layouts."""
    # Checking our own specifications against Vega-Lite's schema would take most of the time that a report takes.
    with debug_mode(arg=False):
        wide, narrow = (
            _svg(spec(rows, layout), stem=f"{stem}-{name}", title=title, description=description)
            for name, layout in (("wide", WIDE), ("narrow", NARROW))
        )
    return Drawing(stem, title, description, wide, narrow)


def theme_shares(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw the share of respondents who raise each theme, with its interval.

    Args:
        rows: order, label, percent, low, high (None where too few) and text.
        layout: sizes.
    """
    shown = [row for row in rows if row["percent"] is not None]
    top = _round_up(max((row["high"] for row in shown), default=10))
    shift = layout.mark_shift
    x = _percent_axis("percent:Q", top)
    base = _bands(shown)
    colour = alt.condition("datum.is_catch_all", alt.value(CATCH_ALL_BAR), alt.value(BAR))
    bars = base.mark_bar(size=16, yOffset=shift).encode(x=x, color=colour)
    interval = base.mark_rule(strokeWidth=2, color=INK, yOffset=shift).encode(x="low:Q", x2="high:Q")
    ends = [
        base.mark_tick(thickness=2, size=10, color=INK, yOffset=shift).encode(x=alt.X(f"{end}:Q"))
        for end in ("low", "high")
    ]
    values = base.mark_text(align="left", dx=8, dy=shift, fontSize=13, fontWeight="bold", color=INK)
    values = values.encode(x="high:Q", text="text:N")
    return _finish([bars, interval, *ends, values, *_labels(rows, layout)], rows, layout)


def theme_leanings(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw how those who raise each theme speak of it, as parts of one bar.

    Args:
        rows: order, label, text, and parts: leaning, start, end, mark (what is printed in the part).
        layout: sizes.
    """
    parts = [
        {"order": row["order"], "is_catch_all": row.get("is_catch_all", False), **part}
        for row in rows
        for part in row["parts"]
    ]
    shift = layout.mark_shift
    scale = alt.Scale(domain=[0, 100])
    colour = alt.Color(
        "leaning:N",
        scale=alt.Scale(domain=list(LEANING_COLOURS), range=list(LEANING_COLOURS.values())),
        legend=None,
    )
    base = _bands(parts)
    bars = base.mark_bar(size=22, stroke="#ffffff", strokeWidth=2, yOffset=shift)
    opacity = alt.condition("datum.is_catch_all", alt.value(CATCH_ALL_OPACITY), alt.value(1))
    bars = bars.encode(x=alt.X("start:Q", scale=scale, axis=None), x2="end:Q", color=colour, opacity=opacity)
    least = 17 if layout.is_narrow else 11
    room = [
        {**part, "middle": (part["start"] + part["end"]) / 2} for part in parts if part["end"] - part["start"] >= least
    ]
    texts = []
    for ink in dict.fromkeys(LEANING_INK.values()):
        mine = [
            part for part in room if (INK_ON_FAINT if part["is_catch_all"] else LEANING_INK[part["leaning"]]) == ink
        ]
        if mine:
            mark = _bands(mine).mark_text(fontSize=12, fontWeight="bold", color=ink, dy=shift)
            texts.append(mark.encode(x=alt.X("middle:Q", scale=scale), text="mark:N"))
    counts = _bands([row for row in rows if row["parts"]]).mark_text(
        align="left", dx=8, dy=shift, fontSize=13, color=SOFT_INK
    )
    counts = counts.encode(x=alt.value(layout.plot), text="text:N")
    return _finish([bars, *texts, counts, *_labels(rows, layout)], rows, layout)


def group_gaps(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw staff (circle) and service users (square) on one line a theme.

    Args:
        rows: order, label, staff, staff_low, staff_high, users, users_low, users_high (None where too few), text.
        layout: sizes.
    """
    shown = [row for row in rows if row["percent"] is not None]
    top = _round_up(max((max(row["staff_high"], row["users_high"]) for row in shown), default=10))
    shift = layout.mark_shift
    base = _bands(shown)
    x = _percent_axis("staff:Q", top)
    line = base.mark_rule(strokeWidth=1, color=GAP_LINE, yOffset=shift).encode(x=x, x2="users:Q")
    layers = [line]
    for name, shape, colour, offset in (
        ("staff", "circle", STAFF, shift - 6),
        ("users", "square", SERVICE_USER, shift + 6),
    ):
        interval = base.mark_rule(strokeWidth=2, color=colour, yOffset=offset)
        layers.append(interval.encode(x=f"{name}_low:Q", x2=f"{name}_high:Q"))
        point = base.mark_point(
            shape=shape, size=100, filled=True, opacity=1, color=colour, stroke="#ffffff", strokeWidth=1, yOffset=offset
        )
        layers.append(point.encode(x=f"{name}:Q"))
    text = base.mark_text(align="left", dx=8, dy=shift, fontSize=13, fontWeight="bold", color=INK)
    text = text.encode(x=alt.value(layout.plot), text="text:N")
    return _finish([*layers, text, *_labels(rows, layout)], rows, layout)


def source_mix(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw the comments of each kind of source, month by month, as circles whose area is the number.

    Args:
        rows: order, label, text, and months: place, count (None where too few), name.
        layout: sizes.
    """
    points = [{"order": row["order"], **month} for row in rows for month in row["months"] if month["count"]]
    few = [{"order": row["order"], **month} for row in rows for month in row["months"] if month["count"] is None]
    names = [month["name"] for month in rows[0]["months"]] if rows else []
    shift = layout.mark_shift
    last = max(len(names) - 1, 1)
    scale = alt.Scale(domain=[-0.5, last + 0.5])
    size = alt.Size("count:Q", scale=alt.Scale(type="linear", domainMin=0, range=[0, 340]), legend=None)
    circles = _bands(points).mark_circle(color=BAR, opacity=0.85, yOffset=shift)
    circles = circles.encode(x=alt.X("place:Q", scale=scale, axis=None), size=size)
    stars = _bands(few).mark_text(text="*", fontSize=14, color=SOFT_INK, dy=shift)
    stars = stars.encode(x=alt.X("place:Q", scale=scale))
    every = 6 if layout.is_narrow else 3
    ends = [{"place": place, "name": name} for place, name in enumerate(names) if (len(names) - 1 - place) % every == 0]
    axis = alt.Chart(alt.InlineData(values=ends)).mark_text(fontSize=12, color=SOFT_INK, baseline="top", dy=6)
    axis = axis.encode(x=alt.X("place:Q", scale=scale), y=alt.value(layout.step * len(rows)), text="name:N")
    totals = _bands(list(rows)).mark_text(align="left", dx=8, dy=shift, fontSize=13, color=SOFT_INK)
    totals = totals.encode(x=alt.value(layout.plot), text="text:N")
    return _finish([circles, stars, axis, totals, *_labels(rows, layout, too_few=False)], rows, layout)


def _bands(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(rows))).encode(y=alt.Y("order:O", axis=None))


def plain_axis(values: Sequence[float], *, told_by: str) -> alt.Axis:
    """Return an axis of light lines at these values, each with its words (a Vega expression) and no ticks."""
    return alt.Axis(
        values=list(values),
        labelExpr=told_by,
        title=None,
        domain=False,
        ticks=False,
        labelPadding=6,
        gridColor=GRID,
        labelColor=SOFT_INK,
        labelFontSize=12,
        labelBound=False,
        labelFlush=False,
        labelOverlap=False,
    )


def _percent_axis(field: str, top: int) -> alt.X:
    axis = plain_axis(list(range(0, top + 1, 10 if top <= 60 else 20)), told_by="datum.value + '%'")
    return alt.X(field, scale=alt.Scale(domain=[0, top], nice=False), axis=axis)


def _labels(rows: Sequence[Row], layout: Layout, *, too_few: bool = True) -> list[alt.Chart]:
    """Return the themes' names, and the words for those with too few to draw."""
    width = 46 if layout.is_narrow else 40
    named = [{**_plain(row), "label": textwrap.shorten(row["label"], width, placeholder="\u2026")} for row in rows]
    mark = _bands(named)
    if layout.is_narrow:
        names = mark.mark_text(align="left", dy=-12, fontSize=14, color=INK)
    else:
        names = mark.mark_text(align="right", dx=-12, fontSize=14, color=INK)
    ink = alt.condition("datum.is_catch_all", alt.value(SOFT_INK), alt.value(INK))
    layers = [names.encode(x=alt.value(0), text="label:N", color=ink)]
    missing = [row for row in named if row.get("percent", 0) is None] if too_few else []
    if missing:
        words = _bands(missing).mark_text(
            align="left", dx=4, dy=layout.mark_shift, fontSize=13, fontStyle="italic", color=SOFT_INK
        )
        layers.append(words.encode(x=alt.value(0), text=alt.value(TOO_FEW)))
    return layers


def _plain(row: Row) -> Row:
    return {key: value for key, value in row.items() if not isinstance(value, (list, tuple))}


def _round_up(percent: int) -> int:
    step = 10 if percent <= 60 else 20
    return min(100, max(step, -(-percent // step) * step))


def _finish(layers: Sequence[alt.Chart], rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    orders = [row["order"] for row in rows]
    y = alt.Y("order:O", axis=None, scale=alt.Scale(domain=orders, paddingInner=0, paddingOuter=0))
    banded = [layer.encode(y=y) if _is_banded(layer) else layer for layer in layers]
    padding = {"left": layout.left, "right": layout.right, "top": 6, "bottom": 30}
    return framed(banded, width=layout.plot, height=layout.step * len(rows), padding=padding)


def framed(layers: Sequence[alt.Chart], *, width: float, height: float, padding: Mapping[str, float]) -> alt.LayerChart:
    """Return the layers as one chart of a fixed size in our own style."""
    finished: alt.LayerChart = (
        alt.layer(*layers)
        .properties(width=width, height=height, autosize={"type": "none"}, padding=dict(padding))
        .configure(aria=False, font=FONT, background="#ffffff")
        .configure_view(stroke=None)
    )
    return finished


def _is_banded(layer: alt.Chart) -> bool:
    y = layer.encoding.y
    return isinstance(y, alt.Y)


def _printable_spec(part: object) -> object:
    """Return a specification with a space for what may not stand in a drawing: the renderer would not survive it."""
    if isinstance(part, dict):
        return {name: _printable_spec(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_printable_spec(value) for value in part]
    return printable(part) if isinstance(part, str) else part


def _svg(chart: alt.LayerChart, *, stem: str, title: str, description: str) -> str:
    """Render a chart and give it our title and description in place of the generated roles."""
    title, description = printable(title), printable(description)
    given = chart.to_dict(validate=False)
    svg = vl_convert.vegalite_to_svg({name: _printable_spec(part) for name, part in given.items()})
    svg = re.sub(r' (?:aria-[a-z]+|role|class|pointer-events|xmlns:xlink|version)="[^"]*"', "", svg)
    svg = re.sub(r'<path d=""[^>]*/>|<path d="M0,0h[\d.]+v[\d.]+h-?[\d.]+Z"/>|<g[^>]*></g>', "", svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), svg)
    svg = svg.replace(' opacity="1"', "").replace(f' font-family="{FONT}"', "")
    # The renderer numbers its clips through the life of the process; ours start anew with each drawing.
    numbers = {old: str(new) for new, old in enumerate(dict.fromkeys(re.findall(r'id="([^"]+)"', svg)), start=1)}
    svg = re.sub(r'(id="|url\(#)([^")]+)', lambda found: f"{found[1]}{stem}-{numbers.get(found[2], found[2])}", svg)
    svg = _share_marks(svg.replace(' transform="translate(0,0)"', ""), stem)
    head = f'<svg role="img" aria-labelledby="{stem}-title {stem}-desc" font-family="{FONT}"'
    words = f'<title id="{stem}-title">{escape(title)}</title><desc id="{stem}-desc">{escape(description)}</desc>'
    svg = svg.replace("<svg", head, 1)
    first = svg.index(">") + 1
    return svg[:first] + words + svg[first:]


def _share_marks(svg: str, stem: str) -> str:
    """Say once how marks look that are drawn alike many times: a third of a control chart's bytes."""
    placed = re.compile(r'<path transform="translate\(([-\d.]+),([-\d.]+)\)"( d="[^"]+"[^>]*)/>')
    times = Counter(found[3] for found in placed.finditer(svg))
    names = {look: f"{stem}-mark-{place}" for place, look in enumerate(times, start=1) if times[look] > 2}
    told: set[str] = set()

    def shorten(found: re.Match[str]) -> str:
        across, down, look = found.groups()
        if look not in names:
            return found[0]
        first = "" if look in told else f'<defs><path id="{names[look]}"{look}/></defs>'
        told.add(look)
        return f'{first}<use href="#{names[look]}" x="{across}" y="{down}"/>'

    return placed.sub(shorten, svg)


def png(svg: str) -> bytes:
    """Return a figure as PNG at twice its size."""
    image: bytes = vl_convert.svg_to_png(svg, scale=2)
    return image
