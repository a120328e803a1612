"""Small signs beside words: what a chart shows, what a theme does, and shapes for legends. Never without words."""

from __future__ import annotations

from markupsafe import Markup

from voice_of_care.reporting.control_icons import assurance_icon, variation_icon
from voice_of_care.trend_tables import ASSURANCES, VARIATIONS

_SIDE = 28
_SHAPES = {
    "circle": '<circle cx="8" cy="8" r="6.5" fill="{colour}"/>',
    "square": '<path fill="{colour}" d="M2 2h12v12H2z"/>',
    "triangle": '<path fill="{colour}" d="M8 1.5 15 14H1z"/>',
    "diamond": '<path fill="{colour}" d="M8 .5 15.5 8 8 15.5.5 8z"/>',
}
_VERDICTS = {
    "new": '<path fill="#12436d" d="M8 .5l2 5 5.4.4-4.1 3.5 1.3 5.2L8 11.8l-4.6 2.8 1.3-5.2L.6 5.9 6 5.5z"/>',
    "growing": '<path fill="#12436d" d="M8 1l6.5 7.5h-4V15h-5V8.5h-4z"/>',
    "watch": '<path fill="none" stroke="#12436d" stroke-width="2" d="M8 2.5l5 5.8H10v5.7H6V8.300H3z"/>',
    "fading": '<path fill="#4c5a64" d="M8 15L1.5 7.500h4V1h5v6.500h4z"/>',
    "no_clear_change": '<path fill="#768692" d="M1 6.500h14v3H1z"/>',
    "not_tested": '<circle cx="8" cy="8" r="2.5" fill="#768692"/>',
}
_EXPLAINED = (
    '<circle cx="14" cy="14" r="12.5" fill="#fff" stroke="#4c5a64" stroke-width="2" stroke-dasharray="4 2"/>'
    '<path d="M8 11h12M8 17h12" stroke="#4c5a64" stroke-width="2.5"/>'
)
_NO_LIMITS = '<circle cx="14" cy="14" r="12.5" fill="#fff" stroke="#768692" stroke-dasharray="1 3"/>'


def shape(name: str, colour: str) -> Markup:
    """Return a filled shape for a legend."""
    return _svg(_SHAPES[name].format(colour=colour), 16)


def state(name: str) -> Markup:
    """Return the icon of what a series shows: its variation, that a change of mix explains it, or neither."""
    return _use(f"icon-{name}")


def assurance(name: str) -> Markup:
    """Return the icon of whether a target is met."""
    return _use(f"icon-{name}")


def sprite() -> Markup:
    """Return every icon once, for the page to refer to: hundreds of series each show one."""
    drawn = {"explained": _svg(_EXPLAINED, _SIDE)}
    drawn |= {name: _svg(_NO_LIMITS, _SIDE) for name in ("silent", "no_limits")}
    drawn |= {name: variation_icon(name) for name in VARIATIONS}
    drawn |= {name: assurance_icon(name) for name in ASSURANCES}
    symbols = "".join(
        f'<symbol id="icon-{name}" viewBox="0 0 {_SIDE} {_SIDE}">{_body(icon)}</symbol>' for name, icon in drawn.items()
    )
    return Markup(f'<svg class="sprite" aria-hidden="true" focusable="false">{symbols}</svg>')  # noqa: S704 (our own marks)


def _body(icon: Markup) -> str:
    text = str(icon)
    return text[text.index(">") + 1 : text.rindex("</svg>")]


def _use(anchor: str) -> Markup:
    size = f'width="{_SIDE}" height="{_SIDE}"'
    return Markup(f'<svg class="mark control-icon" aria-hidden="true" {size}><use href="#{anchor}"/></svg>')  # noqa: S704 (our own marks)


def verdict(name: str) -> Markup:
    """Return the sign of an emerging theme's verdict."""
    return _svg(_VERDICTS[name], 16)


def _svg(body: str, side: int) -> Markup:
    return Markup(  # noqa: S704 (our own marks)
        f'<svg class="mark sign-mark" aria-hidden="true" focusable="false" width="{side}" height="{side}" '
        f'viewBox="0 0 {side} {side}">{body}</svg>'
    )
