"""The flow diagram of a refit: old themes on the left, new ones on the right, ribbons for who stands in both."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

import altair as alt

from voice_of_care.reporting import charts, words
from voice_of_care.reporting.charts import INK, Layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.emerging import Became

MOST_THEMES = 40
RIBBON_COLOURS = {"kept": "#4f86b8", "split": "#A285D1", "merged": "#28A197", "part": "#aeb9c1"}
_LEAST = 10.0
_THINNEST = 1.5
_BAR = 10
_STEPS = tuple(step / 8 for step in range(9))


class _Node(NamedTuple):
    """A theme on one side: where its bar starts, how high it is, and what stands beside it."""

    top: float
    height: float
    label: str
    note: str


def draw_flow(became: Sequence[Became]) -> Drawing | None:
    """Draw what became of each theme; None where there are too many to tell apart, or none."""
    links = [link for link in became if link.old_id and link.new_id]
    old = list(dict.fromkeys(link.old_id for link in became if link.old_id))
    new = list(dict.fromkeys(link.new_id for link in became if link.new_id))
    if not links or max(len(old), len(new)) > MOST_THEMES:
        return None
    kept = sum(link.relation == "kept" for link in links)
    gone = sum(link.relation == "gone" for link in became)
    fresh = sum(link.relation == "new" for link in became)
    title = (
        f"{kept} of {len(old)} themes are kept, {gone} {words.plural(gone, 'is', 'are')} gone, "
        f"{fresh} {words.plural(fresh, 'is', 'are')} new"
    )
    description = (
        f"Flow diagram from {len(old)} old themes on the left to {len(new)} new themes on the right; the width of a "
        "ribbon is the number of people who stand in both. All links are in the table below."
    )
    rows = [
        {
            "old_id": link.old_id,
            "old": link.old,
            "new_id": link.new_id,
            "new": link.new,
            "relation": link.relation,
            "people": link.people.value,
        }
        for link in became
    ]
    return charts.draw("themes-refitted", title, description, spec=theme_flow, rows=rows)


def theme_flow(rows: Sequence[Mapping[str, Any]], layout: Layout) -> alt.LayerChart:
    """Draw ribbons between the old themes and the new.

    Args:
        rows: old_id, old, new_id, new, relation, people (None where too few); either id is empty for new and gone ones.
        layout: sizes.
    """
    gap = 24.0 if layout.is_narrow else 10.0
    scale = _scale(rows)
    left = _nodes(rows, "old", scale, gap)
    right = _nodes(_by_left(rows), "new", scale, gap)
    height = max(node.top + node.height for node in (*left.values(), *right.values()))
    plot = 312.0 if layout.is_narrow else 300.0
    axes = _Axes(alt.Scale(domain=[0, plot]), alt.Scale(domain=[height, 0]))
    layers = [_ribbons(rows, left, right, scale, plot, axes)]
    for nodes, edge in ((left, 0.0), (right, plot - _BAR)):
        layers += [_bars(nodes, edge, axes), _names(nodes, edge, axes, layout)]
    margin = 14.0 if layout.is_narrow else 275.0
    return charts.framed(
        layers, width=plot, height=height, padding={"left": margin, "right": margin, "top": 22, "bottom": 10}
    )


class _Axes(NamedTuple):
    """Both axes in pixels, so that bars, ribbons and names meet."""

    x: alt.Scale
    y: alt.Scale


def _scale(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return pixels a person, such that all themes of a side fit into a readable height."""
    people = sum(_people(row) for row in rows if row["old_id"])
    return 420.0 / max(people, 1)


def _people(row: Mapping[str, Any]) -> float:
    return float(row["people"] or 0)


def _by_left(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows such that new themes come in the order of the old ones most of their people come from."""
    place = {old: number for number, old in enumerate(dict.fromkeys(row["old_id"] for row in rows if row["old_id"]))}
    strongest: dict[str, tuple[float, int]] = {}
    for row in rows:
        if row["new_id"]:
            found = (-_people(row), place.get(row["old_id"], len(place)))
            strongest[row["new_id"]] = min(strongest.get(row["new_id"], found), found)
    ordered = {new: number for number, new in enumerate(sorted(strongest, key=lambda new: (strongest[new][1], new)))}
    return sorted((row for row in rows if row["new_id"]), key=lambda row: ordered[row["new_id"]])


def _nodes(rows: Sequence[Mapping[str, Any]], side: str, scale: float, gap: float) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    top = 0.0
    for key in dict.fromkeys(row[f"{side}_id"] for row in rows if row[f"{side}_id"]):
        mine = [row for row in rows if row[f"{side}_id"] == key]
        height = max(_LEAST, sum(max(scale * _people(row), _THINNEST) for row in mine))
        note = {"gone": " (gone)", "new": " (new)"}.get(mine[0]["relation"], "")
        nodes[key] = _Node(top, height, str(mine[0][side]), note)
        top = round(top + height + gap, 1)
    return nodes


def _ribbons(
    rows: Sequence[Mapping[str, Any]],
    left: Mapping[str, _Node],
    right: Mapping[str, _Node],
    scale: float,
    plot: float,
    axes: _Axes,
) -> Any:  # noqa: ANN401 (a layer)
    used: dict[tuple[str, str], float] = {}
    points = []
    links = [row for row in rows if row["old_id"] and row["new_id"]]
    links.sort(key=lambda row: (left[row["old_id"]].top, right[row["new_id"]].top))
    for number, row in enumerate(links):
        width = max(scale * _people(row), _THINNEST)
        start = left[row["old_id"]].top + used.get(("old", row["old_id"]), 0.0)
        end = right[row["new_id"]].top + used.get(("new", row["new_id"]), 0.0)
        used[("old", row["old_id"])] = used.get(("old", row["old_id"]), 0.0) + width
        used[("new", row["new_id"])] = used.get(("new", row["new_id"]), 0.0) + width
        for step in _STEPS:
            y = start + (end - start) * step * step * (3 - 2 * step)
            x = _BAR + (plot - 2 * _BAR) * step
            points.append(
                {
                    "link": number,
                    "x": round(x, 1),
                    "top": round(y, 1),
                    "low": round(y + width, 1),
                    "how": row["relation"],
                }
            )
    colour = alt.Color(
        "how:N", scale=alt.Scale(domain=list(RIBBON_COLOURS), range=list(RIBBON_COLOURS.values())), legend=None
    )
    return (
        alt.Chart(alt.InlineData(values=points))
        .mark_area(interpolate="monotone", opacity=0.55)
        .encode(
            x=alt.X("x:Q", scale=axes.x, axis=None),
            y=alt.Y("top:Q", scale=axes.y, axis=None),
            y2="low:Q",
            detail="link:N",
            color=colour,
        )
    )


def _bars(nodes: Mapping[str, _Node], edge: float, axes: _Axes) -> Any:  # noqa: ANN401 (a layer)
    rows = [
        {"x": edge, "end": edge + _BAR, "top": node.top, "low": round(node.top + node.height, 1)}
        for node in nodes.values()
    ]
    return (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(color=INK)
        .encode(
            x=alt.X("x:Q", scale=axes.x, axis=None), x2="end:Q", y=alt.Y("top:Q", scale=axes.y, axis=None), y2="low:Q"
        )
    )


def _names(nodes: Mapping[str, _Node], edge: float, axes: _Axes, layout: Layout) -> Any:  # noqa: ANN401 (a layer)
    """Write the themes' names: beside their bars, or above them where there is no room beside."""
    is_left = edge == 0
    width = 21 if layout.is_narrow else 36
    rows = [
        {
            "x": edge + (0 if is_left else _BAR),
            "y": node.top if layout.is_narrow else round(node.top + node.height / 2, 1),
            "name": textwrap.shorten(node.label, width, placeholder="\u2026") + node.note,
        }
        for node in nodes.values()
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    if layout.is_narrow:
        mark = base.mark_text(align="left" if is_left else "right", dy=-7, fontSize=12, color=INK)
    else:
        mark = base.mark_text(align="right" if is_left else "left", dx=-8 if is_left else 8, fontSize=13, color=INK)
    return mark.encode(x=alt.X("x:Q", scale=axes.x, axis=None), y=alt.Y("y:Q", scale=axes.y, axis=None), text="name:N")
