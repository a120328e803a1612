"""Small marks inside table cells: sparklines and split bars, drawn by hand, as a chart each would weigh too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from voice_of_care.counting import LEANINGS
from voice_of_care.reporting.charts import BAR, INK, KIND_COLOURS, LEANING_COLOURS

if TYPE_CHECKING:
    from voice_of_care.reporting.overview import ThemeView
    from voice_of_care.reporting.statements import ThemeStatements
    from voice_of_care.reporting.trail import Trail

_HEIGHT = 24
_STEP = 7


def sparkline(theme: ThemeView) -> Markup:
    """Return bars of people a month, a dot where too few; nothing where hardly a month may be shown."""
    counts = [month.count for month in theme.months]
    if not theme.months_can_be_shown:
        return Markup("")
    top = max(count.rank for count in counts)
    shapes = []
    for place, count in enumerate(counts):
        left = place * _STEP
        if count.value is None:
            shapes.append(f'<circle cx="{left + 2.5}" cy="{_HEIGHT - 2}" r="1.5" fill="#768692"/>')
        elif count.value:
            height = max(2.0, round(_HEIGHT * count.value / top, 1))
            shapes.append(f'<path fill="{BAR}" d="M{left} {_HEIGHT}v-{height}h5v{height}z"/>')
    return _svg("spark", len(counts) * _STEP, _HEIGHT, shapes)


def trail_line(trail: Trail) -> Markup:
    """Return bars of the share a month, a dot where too few; nothing where hardly a month may be shown."""
    if not trail.can_be_drawn:
        return Markup("")
    top = max(percent or 0 for percent in trail.percents)
    shapes = []
    for place, percent in enumerate(trail.percents):
        left = place * _STEP
        if percent is None:
            shapes.append(f'<circle cx="{left + 2.5}" cy="{_HEIGHT - 2}" r="1.5" fill="#768692"/>')
        elif percent:
            height = max(2.0, round(_HEIGHT * percent / top, 1))
            shapes.append(f'<path fill="{BAR}" d="M{left} {_HEIGHT}v-{height}h5v{height}z"/>')
    return _svg("spark", len(trail.percents) * _STEP, _HEIGHT, shapes)


def leaning_bar(theme: ThemeView) -> Markup:
    """Return one bar split into how people speak of a theme."""
    shares = theme.leaning_shares
    shapes, left = [], 0.0
    for name in LEANINGS:
        width = 110 * shares[name].length
        if width:
            drawn = f"{max(width - 1.5, 1):.1f}"
            shapes.append(f'<path fill="{LEANING_COLOURS[name]}" d="M{left:.1f} 0h{drawn}v12h-{drawn}z"/>')
        left += width
    return _svg("split", 110, 12, shapes) if shapes else Markup("")


def kinds_bar(theme: ThemeStatements) -> Markup:
    """Return three bars on one scale: who praises, has a concern, suggests, of all who raise the theme."""
    shapes = []
    for row, (kind, colour) in enumerate(KIND_COLOURS.items()):
        percent = theme.percent(kind)
        if percent:
            shapes.append(f'<path fill="{colour}" d="M0 {row * 6}h{percent}v5h-{percent}z"/>')
    return _svg("kinds", 100, 17, shapes) if shapes else Markup("")


def share_bar(theme: ThemeView, widest: int) -> Markup:
    """Return a bar of the theme's share with its interval as a line."""
    if theme.share.percent is None or theme.share.low is None or theme.share.high is None:
        return Markup("")
    scale = 100 / max(widest, 1)
    length, low, high = (f"{part * scale:.1f}" for part in (theme.share.percent, theme.share.low, theme.share.high))
    shapes = [
        f'<path fill="{BAR}" d="M0 2h{length}v8h-{length}z"/>',
        f'<path stroke="{INK}" stroke-width="1.5" fill="none" d="M{low} 6H{high}M{low} 3v6M{high} 3v6"/>',
    ]
    return _svg("share", 100, 12, shapes)


def _svg(kind: str, width: int, height: int, shapes: list[str]) -> Markup:
    body = "".join(shapes)
    return Markup(  # noqa: S704 (numbers of ours alone)
        f'<svg class="mark {kind}" aria-hidden="true" focusable="false" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{body}</svg>'
    )
