"""Icons of a control chart, drawn by us: what the last point shows, and whether the target is met as things are.

Shapes are those of the points (`control_charts.POINT_STYLES`), so that they are told apart without colour. Words always
stand beside them (`control_words`), which is why they are hidden from assistive technology.
"""

from __future__ import annotations

from markupsafe import Markup

from voice_of_care.reporting.control_charts import COMMON, CONCERN, IMPROVEMENT, NEUTRAL

_SIDE = 28
_UP, _DOWN = "M14 8.5v11M10 12.5l4-4 4 4", "M14 19.5v-11M10 15.5l4 4 4-4"
_DIAMOND, _SQUARE = "M14 .5 27.5 14 14 27.5.5 14z", "M3 3h22v22H3z"


def _filled(shape: str, colour: str, sign: str) -> str:
    return (
        f'<path fill="{colour}" d="{shape}"/><path fill="none" stroke="#fff" stroke-width="2.4" '
        f'stroke-linecap="round" stroke-linejoin="round" d="{sign}"/>'
    )


_RING = f'<circle cx="14" cy="14" r="12.5" fill="#fff" stroke="{COMMON}" stroke-width="2"/>'
_VARIATIONS = {
    "common_cause": _RING
    + f'<path stroke="{COMMON}" stroke-width="1.5" stroke-dasharray="2.5 2" d="M5 14h18"/>'
    + "".join(
        f'<circle cx="{x}" cy="{y}" r="2" fill="#4c5a64"/>' for x, y in ((8, 11.5), (12, 16.5), (16, 11.5), (20, 16))
    ),
    "improvement_high": _filled(_DIAMOND, IMPROVEMENT, _UP),
    "improvement_low": _filled(_DIAMOND, IMPROVEMENT, _DOWN),
    "concern_high": _filled(_SQUARE, CONCERN, _UP),
    "concern_low": _filled(_SQUARE, CONCERN, _DOWN),
    "neutral_high": f'<path fill="{NEUTRAL}" d="M14 2 27 25H1z"/>',
    "neutral_low": f'<path fill="{NEUTRAL}" d="M14 26 27 3H1z"/>',
}
_ASSURANCES = {
    "consistent_pass": f'<circle cx="14" cy="14" r="13" fill="{IMPROVEMENT}"/><path fill="none" stroke="#fff" '
    'stroke-width="3" stroke-linecap="round" stroke-linejoin="round" d="M8 14.5l4.5 4.5 8-9"/>',
    "inconsistent": f'{_RING}<path fill="{COMMON}" d="M14 1.5a12.5 12.5 0 0 0 0 25z"/>',
    "consistent_fail": f'<path fill="{CONCERN}" d="{_SQUARE}"/><path stroke="#fff" stroke-width="3" '
    'stroke-linecap="round" d="M9 9l10 10M19 9 9 19"/>',
}


def variation_icon(name: str) -> Markup:
    """Return the icon of one of VARIATIONS."""
    return _svg(_VARIATIONS[name])


def assurance_icon(name: str) -> Markup:
    """Return the icon of one of ASSURANCES."""
    return _svg(_ASSURANCES[name])


def _svg(body: str) -> Markup:
    return Markup(  # noqa: S704 (our own marks)
        f'<svg class="mark control-icon" aria-hidden="true" focusable="false" width="{_SIDE}" height="{_SIDE}" '
        f'viewBox="0 0 {_SIDE} {_SIDE}">{body}</svg>'
    )
