"""One share everywhere, no sentence that breaks, and no headline for what has no one subject."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_of_care import tables
from voice_of_care.counting import LEANINGS
from voice_of_care.reporting import render_report
from voice_of_care.reporting.brief import in_brief, top_five
from voice_of_care.reporting.coverage import CoverageBook
from voice_of_care.reporting.disclosure import Count, Discloser, half_up, parts_of, share_of
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.figures import draw_leanings, draw_shares
from voice_of_care.reporting.gaps import view_gaps
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.quality import view_quality
from voice_of_care.reporting.statements import StatementsView, ThemeStatements
from voice_of_care.settings import Settings
from voice_of_care.wording import is_catch_all

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis


@pytest.mark.parametrize(
    ("number", "whole"), [(12.5, 13), (13.5, 14), (0.5, 1), (-12.5, -13), (-0.4, 0), (28.49, 28), (3.0, 3)]
)
def test_a_half_is_rounded_up(number: float, whole: int) -> None:
    assert half_up(number) == whole


@pytest.mark.parametrize(("part", "total", "percent"), [(1, 8, 13), (57, 200, 29), (5, 40, 13), (1, 400, 0)])
def test_a_share_of_exactly_a_half_is_rounded_up(part: int, total: int, percent: int) -> None:
    assert share_of(Count(part), Count(total)).percent == percent


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
def test_parts_never_add_up_to_more_than_the_whole(numbers: list[int]) -> None:
    discloser = Discloser("publish")
    parts = dict(zip(LEANINGS, discloser.vector(numbers), strict=True))
    shares = parts_of(parts, discloser.count(sum(numbers)))
    assert sum(share.length for share in shares.values()) <= 1 + 1e-9
    if any(count.is_suppressed for count in parts.values()):
        assert "100%" not in [share.text for share in shares.values()]


def test_a_share_beside_withheld_cells_is_never_everybody() -> None:
    shares = parts_of({"negative": Count(15), "mixed": Count(None), "positive": Count(0)}, Count(15))
    assert [share.text for share in shares.values()] == ["nearly all", "*", "0%"]
    assert parts_of({"negative": Count(15), "mixed": Count(0)}, Count(15))["negative"].text == "100%"


def test_the_figure_and_the_table_show_the_same_shares(made_up: ModuleType) -> None:
    for profile in ("publish", "threshold5", "internal"):
        analysis = made_up.build(staff=33, users=47)
        overview = view_overview(gather(analysis, settings=Settings()), discloser=Discloser(profile))
        drawn = set(re.findall(r">. (\d+%|nearly all|fewer than 1%)<", draw_leanings(overview).wide))
        assert drawn
        assert drawn <= {share.text for theme in overview.themes for share in theme.leaning_shares.values()}


def test_whose_words_are_told_in_a_whole_sentence() -> None:
    shares = parts_of({"first_hand": Count(490), "reported": Count(None), "facilitator": Count(0)}, Count(500))
    assert StatementsView((), shares).whose_words == (
        "98% of all statements are people\u2019s own words, too few to give a number pass on what others said "
        "and none are a note taker\u2019s words for a room."
    )
    shares = parts_of({"first_hand": Count(998), "reported": Count(2), "facilitator": Count(0)}, Count(1000))
    assert "fewer than 1% pass on what others said" in StatementsView((), shares).whose_words


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("General praise", True),
        ("General dissatisfaction", True),
        ("Other remarks (the ward)", True),
        ("Further concerns", True),
        ("Other concerns (2)", True),
        ("General anaesthetic", False),
        ("Other people on the ward", False),
        ("More staff", False),
    ],
)
def test_a_catch_all_is_known_by_its_label(label: str, expected: bool) -> None:
    assert is_catch_all(label) is expected


@pytest.fixture(scope="module")
def with_catch_all(made_up: ModuleType) -> tuple[Analysis, str]:
    """Return an analysis whose most frequent theme is a catch-all, and that theme's id."""
    analysis = made_up.build(staff=60, users=90)
    overview = view_overview(gather(analysis, settings=Settings()), discloser=Discloser("internal"))
    first = overview.themes[0].theme_id
    themes = analysis.themes
    themes = themes.assign(label=themes["label"].mask(themes["theme_id"] == first, "Other remarks"))
    return dataclasses.replace(analysis, themes=themes), first


def test_a_catch_all_comes_last_and_heads_nothing(with_catch_all: tuple[Analysis, str]) -> None:
    analysis, theme_id = with_catch_all
    facts = gather(analysis, settings=Settings())
    overview = view_overview(facts, discloser=Discloser("internal"))
    gaps = view_gaps(facts, overview, discloser=Discloser("internal"), settings=Settings())
    assert overview.themes[-1].theme_id == theme_id
    assert gaps.rows[-1].theme.theme_id == theme_id
    assert all(theme.theme_id != theme_id for theme in top_five(overview))
    for verdict in ("differ", "agree", "unclear", "too_few"):
        assert all(gap.theme.theme_id != theme_id for gap in gaps.of(verdict))
    quality = view_quality(facts, discloser=Discloser("internal"))
    sentences = in_brief(overview, gaps, CoverageBook((), {}, (), 0), quality, quotes_waiting=0)
    assert all("Other remarks" not in piece.text for sentence in sentences for piece in sentence)
    for drawing in (draw_shares(overview), draw_leanings(overview)):
        assert "Other remarks" not in drawing.title + drawing.description
        assert "Other remarks" in drawing.wide


def test_a_catch_all_is_greyed_and_explained(with_catch_all: tuple[Analysis, str]) -> None:
    html = render_report(with_catch_all[0], settings=Settings(), profile="internal").html
    greyed = re.findall(r'<tr class="greyed"><th scope="row"[^>]*>(?:<a [^>]*>)?([^<]+)<', html)
    assert len(greyed) >= 4
    assert set(greyed) == {"Other remarks"}
    assert "share no subject" in html


def _decided(analysis: Analysis, number: int) -> Analysis:
    row = dict.fromkeys(tables.EVENTS.columns)
    rows = [{**row, "action": "mapping.set", "event_id": place} for place in range(number)]
    events = pd.DataFrame(rows, columns=list(tables.EVENTS.columns))
    return dataclasses.replace(analysis, events=events)


def test_decisions_are_counted_in_words(made_up: ModuleType) -> None:
    analysis = _decided(made_up.build(), 47)
    analysis = dataclasses.replace(analysis, themes=analysis.themes.assign(status="confirmed"))
    pages = {name: render_report(analysis, settings=Settings(), profile=name).html for name in ("publish", "internal")}
    for page in pages.values():
        assert "mapping.set" not in page
        assert "People took 47 decisions" in page
        assert "Not yet reviewed" not in page
        assert " 0 of " not in page
        assert re.search(r"<li>All \d+ themes are confirmed\.</li>", page)
    assert "reviewed_by under [project]" in pages["internal"]
    assert "reviewed_by" not in pages["publish"]


def test_months_are_left_out_where_most_can_not_be_shown(made_up: ModuleType) -> None:
    few = render_report(made_up.build(staff=20, users=20), settings=Settings(), profile="publish").html
    assert "By month</th>" not in few
    assert 'class="by-month"' not in few
    assert "By month</th>" in render_report(made_up.build(), settings=Settings(), profile="internal").html


def test_the_two_ways_to_count_are_set_apart(made_up: ModuleType) -> None:
    html = render_report(made_up.build(), settings=Settings(), profile="publish").html
    assert "These counts differ from those of tone" in html
    assert html.index("Swipe the table sideways", html.index('id="statements"')) < html.index(
        "<table", html.index('id="statements"')
    )


def test_a_kind_beside_withheld_kinds_is_never_everybody() -> None:
    kinds = {"praise": Count(None), "concern": Count(15), "suggestion": Count(0)}
    theme = ThemeStatements("Waiting", "theme-1", Count(15), kinds, {})
    assert theme.share("concern").text == "nearly all"
