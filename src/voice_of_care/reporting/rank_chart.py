"""The chart of ranks: a dot for each theme's rank, a line for where it lies in nine draws of ten."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt

from voice_of_care.insight_tables import FIRST_FIVE
from voice_of_care.reporting import rank_words, words
from voice_of_care.reporting.charts import BAR, INK, SOFT_INK, STAFF, draw, framed, plain_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.big_five import Placed
    from voice_of_care.reporting.charts import Drawing, Layout, Row

MOST_DRAWN = 15
_BELOW = 3
_BAND = "#eef4f9"
_MOST_NAMED = 3
_WIDER = 30


def draw_ranks(lines: Sequence[Placed], *, of: int) -> Drawing | None:
    """Draw the themes in the running and a few below; None where there is nothing to tell apart.

    Args:
        lines: by rank, as they may be shown.
        of: how many themes are ranked.
    """
    last = max((place for place, line in enumerate(lines) if line.is_in_the_running), default=-1)
    shown = lines[: min(MOST_DRAWN, last + 1 + _BELOW)]
    if len(shown) < 2:
        return None
    rows: list[dict[str, Any]] = [
        {
            "order": place,
            "label": line.theme.label,
            "rank": line.rank,
            "low": line.low,
            "high": line.high,
            "is_first": line.rank <= FIRST_FIVE,
            "text": f"{rank_words.VERDICTS[line.verdict]}, {_short(line.chance)}",
        }
        for place, line in enumerate(shown)
    ]
    told = "; ".join(f"{line.rank} {line.theme.label}, {line.interval}" for line in shown[:FIRST_FIVE])
    description = (
        f"Dot plot of the ranks of {len(shown)} of {of} themes by score, each with a line for its rank in nine draws of"
        f" ten. First: {told}. All figures are in the table below."
    )
    return draw("what-to-improve-first", _title(lines), description, spec=ranks, rows=rows)


def _short(chance: str) -> str:
    return chance.replace("under ", "<").replace("over ", ">")


def _title(lines: Sequence[Placed]) -> str:
    secure = [line.theme.label for line in lines if line.verdict == "secure"]
    running = sum(line.verdict in ("likely", "contender") for line in lines)
    if not secure:
        return f"No theme is securely among the first five; {running} are in the running"
    named = words.join_words([f"\u2018{label}\u2019" for label in secure])
    if len(secure) > _MOST_NAMED:
        named = f"{len(secure)} themes"
    verb = words.plural(len(secure), "is", "are")
    rest = f"; {running} more {words.plural(running, 'is', 'are')} in the running" if running else ""
    return f"{named} {verb} securely among the first five{rest}"


def ranks(rows: Sequence[Row], layout: Layout) -> alt.LayerChart:
    """Draw ranks with their intervals, a band for the first five places and a dashed line after the fifth theme.

    Args:
        rows: order, label, rank, low, high, is_first and text.
        layout: sizes.
    """
    furthest = max(row["high"] for row in rows)
    shift, plot = layout.mark_shift, layout.plot - _WIDER
    height = layout.step * len(rows)
    scale = alt.Scale(domain=[0.5, furthest + 0.5], nice=False)
    every = 1 if furthest <= (12 if layout.is_narrow else 24) else 5
    ticks = [place for place in range(1, furthest + 1) if place == 1 or place % every == 0]
    x = alt.X("rank:Q", scale=scale, axis=plain_axis(ticks, told_by="datum.value"))
    y = alt.Y(
        "order:O", axis=None, scale=alt.Scale(domain=[row["order"] for row in rows], paddingInner=0, paddingOuter=0)
    )
    named = [
        {**row, "label": textwrap.shorten(row["label"], 46 if layout.is_narrow else 40, placeholder="\u2026")}
        for row in rows
    ]
    base = alt.Chart(alt.InlineData(values=named)).encode(y=y)
    band = alt.Chart(alt.InlineData(values=[{"from": 0.5, "to": FIRST_FIVE + 0.5}])).mark_rect(color=_BAND)
    colour = alt.condition("datum.is_first", alt.value(STAFF), alt.value(BAR))
    interval = base.mark_rule(strokeWidth=4, opacity=0.55, yOffset=shift)
    point = base.mark_point(
        shape="circle", size=130, filled=True, opacity=1, stroke="#ffffff", strokeWidth=1, yOffset=shift
    )
    value = base.mark_text(align="left", dx=8, dy=shift, fontSize=13, fontWeight="bold", color=INK)
    if layout.is_narrow:
        label = base.mark_text(align="left", dy=-12, fontSize=14, color=INK)
    else:
        label = base.mark_text(align="right", dx=-12, fontSize=14, color=INK)
    layers = [
        band.encode(x=alt.X("from:Q", scale=scale), x2="to:Q", y=alt.value(0), y2=alt.value(height)),
        interval.encode(x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour),
        point.encode(x=x, color=colour),
        value.encode(x=alt.value(plot), text="text:N"),
        label.encode(x=alt.value(0), text="label:N"),
    ]
    first = sum(row["is_first"] for row in rows)
    if first < len(rows):
        cut = alt.Chart(alt.InlineData(values=[{}])).mark_rule(strokeDash=[6, 4], strokeWidth=1.5, color=SOFT_INK)
        layers.append(
            cut.encode(
                x=alt.value(-layout.left + 6),
                x2=alt.value(plot + layout.right + _WIDER - 6),
                y=alt.value(layout.step * first),
            )
        )
    padding = {"left": layout.left, "right": layout.right + _WIDER, "top": 6, "bottom": 30}
    return framed(layers, width=plot, height=height, padding=padding)
