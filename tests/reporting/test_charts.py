from __future__ import annotations

import re
from itertools import pairwise

import pytest

from voice_of_care.reporting import charts
from voice_of_care.reporting.disclosure import Count, ShownShare

ROWS = [
    {"order": 0, "label": "Waiting & <more>", "percent": 30, "low": 20, "high": 41, "text": "30% (60)"},
    {"order": 1, "label": "Heating", "percent": None, "low": None, "high": None, "text": ""},
]


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "colour", [charts.BAR, charts.STAFF, charts.SERVICE_USER, charts.GAP_LINE, *charts.LEANING_COLOURS.values()]
)
def test_marks_stand_out_from_white(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 3


@pytest.mark.parametrize("colour", [charts.INK, charts.SOFT_INK])
def test_words_stand_out_from_white(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 4.5


@pytest.mark.parametrize("name", list(charts.LEANING_COLOURS))
def test_words_in_a_bar_stand_out_from_it(name: str) -> None:
    assert contrast(charts.LEANING_COLOURS[name], charts.LEANING_INK[name]) >= 4.5


def test_the_two_groups_can_be_told_apart_in_grey() -> None:
    assert contrast(charts.STAFF, charts.SERVICE_USER) >= 3


@pytest.fixture(scope="module")
def drawing() -> charts.Drawing:
    return charts.draw("shares", "A & B", "What it shows", spec=charts.theme_shares, rows=ROWS)


def test_a_figure_carries_our_words_and_no_generated_roles(drawing: charts.Drawing) -> None:
    for svg in (drawing.wide, drawing.narrow):
        assert svg.count("role=") == 1
        assert svg.count("aria-") == 1
        assert "A &amp; B</title>" in svg
        assert "Waiting &amp; &lt;more&gt;" in svg
    ids = re.findall(r'id="([^"]+)"', drawing.wide + drawing.narrow)
    assert len(ids) == len(set(ids))


def test_what_may_not_be_shown_is_said_and_not_drawn(drawing: charts.Drawing) -> None:
    assert charts.TOO_FEW in drawing.wide
    bars = re.findall(rf'<path d="[^"]+" fill="{charts.BAR}"', drawing.wide)
    assert len(bars) == 1


def test_drawing_twice_gives_the_same_bytes(drawing: charts.Drawing) -> None:
    assert charts.draw("shares", "A & B", "What it shows", spec=charts.theme_shares, rows=ROWS) == drawing


def test_a_figure_is_the_size_its_rows_ask_for(drawing: charts.Drawing) -> None:
    width, height = re.search(r'width="(\d+)" height="(\d+)"', drawing.wide).groups()  # type: ignore[union-attr]
    assert int(width) == charts.WIDE.left + charts.WIDE.plot + charts.WIDE.right
    assert int(height) == 2 * charts.WIDE.step + 36


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe (1998), table II, example (a): 56/70 against 48/80; method 10 gives 0.0524 to 0.3339.
    from voice_of_care.counting import share_difference, wilson_share

    middle, low, high = share_difference(wilson_share(56, 70), wilson_share(48, 80))
    assert (round(middle, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_shares_not_shown_come_last() -> None:
    shares = [ShownShare(Count(50), Count(100), 50, 40, 60), ShownShare(Count(None), Count(100), None, None, None)]
    assert all(first.rank > second.rank for first, second in pairwise(shares))


def test_what_no_drawing_may_hold_is_left_out_of_it() -> None:
    odd = "Car\x01 park\ufffe \x1b[31mred"
    drawing = charts.draw("odd", odd, odd, spec=charts.theme_shares, rows=[{**ROWS[0], "label": odd}])
    assert "Car  park" in drawing.wide
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", drawing.wide + drawing.narrow)
    assert charts.png(drawing.wide)[1:4] == b"PNG"
