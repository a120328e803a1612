"""Places beside each other: each one's share with the limits that places of its size keep within by chance."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from voice_of_care.reporting import charts, trend_words, words
from voice_of_care.reporting.charts import GRID, INK, SOFT_INK, Layout
from voice_of_care.reporting.disclosure import half_up, share_of
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from voice_of_care.reporting.charts import Drawing, Row
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts

LEVELS = {"service": "services", "site": "sites"}
_COLOURS = {"within": "#768692", "95": "#490092", "998": "#C25600"}
_HEIGHT = 300
_LINE = 15  # pixels between two labels
_LETTER = 6.3  # pixels
_ROOM = 1.06  # the axis is that much longer than the place with most people needs
_LONGEST, _LIKE, _TAIL = 24, 10, 15
"""Letters of a label at most, of a beginning that is alike, and kept of the end of such a one."""
_SHAPES = {"within": "circle", "95": "triangle-up", "998": "square"}


@dataclass(frozen=True)
class Place:
    """One place as it may be shown."""

    name: str
    share: ShownShare
    lower_998: int
    lower_95: int
    upper_95: int
    upper_998: int
    standing: str

    @property
    def is_outside(self) -> bool:
        """Return whether it lies outside of the 95% limits."""
        return self.standing != "within"


@dataclass(frozen=True)
class Funnel:
    """Places of one kind by one measure."""

    level: str
    measure: str
    centre: int
    places: tuple[Place, ...]
    held_back: int
    drawing: Drawing | None

    @property
    def outside(self) -> tuple[Place, ...]:
        """Return the places outside of the 95% limits."""
        return tuple(place for place in self.places if place.is_outside)


def view_funnels(facts: Facts, *, discloser: Discloser) -> tuple[Funnel, ...]:
    """Return a funnel for each kind of place and measure, as a profile lets it out."""
    found = []
    for (level, measure), rows in facts.analysis.funnels.groupby(["level", "measure"], sort=True):
        shown = _places(rows, discloser)
        places = tuple(sorted(shown, key=lambda place: (-place.share.total.rank, place.name)))
        centre = half_up(100 * float(rows["centre"].iloc[0]))
        drawing = _draw(str(level), str(measure), centre, places)
        found.append(Funnel(str(level), str(measure), centre, places, len(rows) - len(places), drawing))
    return tuple(found)


def _places(rows: pd.DataFrame, discloser: Discloser) -> list[Place]:
    """Return the places whose figures may be shown: those counted, and those that are not."""
    counts = discloser.table([[int(row.numerator), int(row.denominator) - int(row.numerator)] for row in records(rows)])
    found = []
    for row, parts in zip(records(rows), counts, strict=True):
        total = discloser.count(int(row.denominator))
        if total.is_suppressed or any(part.is_suppressed for part in parts):
            continue
        found.append(_place(row, share_of(parts[0], total)))
    return found


def _place(row: Any, share: ShownShare) -> Place:  # noqa: ANN401 (a row)
    limits = [half_up(100 * float(limit)) for limit in (row.lower_998, row.lower_95, row.upper_95, row.upper_998)]
    return Place(str(row.place), share, limits[0], limits[1], limits[2], limits[3], row.standing)


def _draw(level: str, measure: str, centre: int, places: Sequence[Place]) -> Drawing | None:
    if len(places) < 3:
        return None
    outside = [place for place in places if place.is_outside]
    names = LEVELS[level]
    title = f"All {names} lie within what chance gives"
    if outside:
        title = (
            f"{len(outside)} of {len(places)} {names} {words.plural(len(outside), 'lies', 'lie')} outside of the limits"
        )
    description = (
        f"Funnel chart of {len(places)} {names}: {trend_words.MEASURES[measure]} against the people heard, with 95% "
        f"and 99.8% limits about {centre}%. All figures are in the table below."
    )
    rows = [
        {
            "name": place.name,
            "people": place.share.total.value,
            "percent": place.share.percent,
            "standing": "within" if place.standing == "within" else place.standing.rpartition("_")[2],
            "lower_998": place.lower_998,
            "lower_95": place.lower_95,
            "upper_95": place.upper_95,
            "upper_998": place.upper_998,
            "centre": centre,
        }
        for place in places
    ]
    return charts.draw(f"funnel-{level}-{measure}", title, description, spec=funnel, rows=rows)


def funnel(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw places by how many were heard, between their limits.

    Args:
        rows: name, people, percent, standing (within, 95 or 998), lower_998, lower_95, upper_95, upper_998, centre.
        layout: sizes.
    """
    ordered = sorted(rows, key=lambda row: row["people"])
    width = 560.0 if not layout.is_narrow else 286.0
    widest = max(row["people"] for row in ordered)
    top = min(100, 10 * -(-max(max(row["upper_998"], row["percent"]) for row in ordered) // 10))
    x = alt.X(
        "people:Q", scale=alt.Scale(domain=[0, round(widest * _ROOM, 1)], nice=False), axis=_axis("", 5, "People heard")
    )
    y = alt.Scale(domain=[0, top], nice=False)
    base = alt.Chart(alt.InlineData(values=ordered))
    layers = [
        base.mark_line(interpolate="monotone", strokeWidth=1.5, color=INK, strokeDash=dash).encode(
            x=x, y=alt.Y(f"{side}_{level}:Q", scale=y, axis=_axis("%", 5))
        )
        for level, dash in (("95", [5, 4]), ("998", [1, 0]))
        for side in ("lower", "upper")
    ]
    layers.append(base.mark_line(color=SOFT_INK, strokeWidth=1).encode(x=x, y=alt.Y("centre:Q", scale=y)))
    points = base.mark_point(filled=True, size=110, opacity=1, stroke="#ffffff", strokeWidth=1).encode(
        x=x,
        y=alt.Y("percent:Q", scale=y),
        color=alt.Color("standing:N", scale=_by_standing(_COLOURS), legend=None),
        shape=alt.Shape("standing:N", scale=_by_standing(_SHAPES), legend=None),
    )
    outside = [row for row in ordered if row["standing"] != "within"]
    named = [{**row, "name": name} for row, name in zip(outside, short_names(outside), strict=True)]
    halos, labels = _named(_apart(named, top=top, widest=widest, width=width), widest, x, y)
    padding = {"left": 46, "right": 14 if layout.is_narrow else 40, "top": 12, "bottom": 52}
    return charts.framed([*layers, *halos, points, *labels], width=width, height=_HEIGHT, padding=padding)


def short_names(rows: Sequence[Row]) -> list[str]:
    """Return names as labels; those that begin alike are cut in the middle, so that their ends tell them apart."""
    names = [str(row["name"]) for row in rows]
    starts = Counter(name[:_LIKE] for name in names)
    labels = [
        _without_middle(name) if starts[name[:_LIKE]] > 1 else textwrap.shorten(name, _LONGEST, placeholder="\u2026")
        for name in names
    ]
    seen = Counter(labels)
    return [name if seen[label] > 1 else label for name, label in zip(names, labels, strict=True)]


def _without_middle(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    tail = name[-_TAIL:]
    whole_words = tail.partition(" ")[2]
    return f"{name[: _LIKE - 1].rstrip()}\u2026 {whole_words or tail}"


def _named(rows: Sequence[Row], widest: int, x: alt.X, y: alt.Scale) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """Return white under the names of places outside of the limits, and the names, on the side that has room."""
    halos: list[alt.Chart] = []
    labels: list[alt.Chart] = []
    for align, dx in (("left", 10), ("right", -10)):
        mine = [row for row in rows if _is_right(row, widest) == (align == "right")]
        if mine:
            base = alt.Chart(alt.InlineData(values=mine)).encode(
                x=x, y=alt.Y("label_at:Q", scale=y, title=None), text="name:N"
            )
            mark = {"type": "text", "align": align, "dx": dx, "fontSize": 12, "baseline": "middle"}
            for kept, ink in (
                (halos, {"color": "#ffffff", "stroke": "#ffffff", "strokeWidth": 5}),
                (labels, {"color": INK}),
            ):
                drawn = base.copy()
                drawn.mark = {**mark, **ink}
                kept.append(drawn)
    return halos, labels


def _is_right(row: Row, widest: int) -> bool:
    return bool(row["people"] > widest / 2)


def _apart(rows: Sequence[Row], *, top: float, widest: int, width: float) -> list[Row]:
    """Return rows with the height of each label: at its point, or a line above a label that it would meet.

    Args:
        rows: name, people and percent.
        top: per cent at the top of the chart.
        widest: the most people heard in one place.
        width: of the chart in pixels.
    """
    line = _LINE * top / _HEIGHT
    letter = _LETTER * _ROOM * widest / width  # in people
    placed: list[tuple[float, float, Row]] = []
    for row in sorted(rows, key=lambda row: (row["percent"], row["people"], row["name"])):
        wide = (len(row["name"]) + 2) * letter
        left = row["people"] - wide if _is_right(row, widest) else row["people"]
        level = float(row["percent"])
        for start, end, other in placed:  # the lowest first
            if start < left + wide and left < end and level < other["label_at"] + line:
                level = other["label_at"] + line
        placed.append((left, left + wide, {**row, "label_at": round(level, 3)}))
    return [row for _, _, row in placed]


def _by_standing(values: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(values), range=list(values.values()))


def _axis(unit: str, ticks: int, title: str | None = None) -> alt.Axis:
    return alt.Axis(
        title=title,
        titleColor=SOFT_INK,
        titleFontSize=12,
        titleFontWeight="normal",
        titlePadding=8,
        tickCount=ticks,
        labelExpr=f"datum.label + '{unit}'",
        labelColor=SOFT_INK,
        labelFontSize=12,
        gridColor=GRID,
        domain=False,
        ticks=False,
        labelPadding=6,
    )
