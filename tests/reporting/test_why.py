"""Why a theme is a theme: words are counted by people as things stand, and none too rare to show leaves the team."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from voice_of_care.reporting import render_report
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.overview import stability_of, view_overview
from voice_of_care.reporting.quotes import view_quotes
from voice_of_care.reporting.why import pieces_of, view_why
from voice_of_care.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.why import Why
    from voice_of_care.settings import Profile


def whys(analysis: Analysis, profile: Profile) -> dict[str, Why]:
    discloser = Discloser(profile)
    facts = gather(analysis, settings=Settings())
    overview = view_overview(facts, discloser=discloser)
    quotes = view_quotes(facts, discloser=discloser, settings=Settings())
    return view_why(facts, overview, quotes, discloser=discloser)


def people_who_say(analysis: Analysis, words: set[str], theme: str) -> tuple[int, int]:
    said = analysis.assignments.merge(analysis.segments, on="segment_id")
    hits = said[[bool(words & set(re.findall(r"[a-z]+", text.lower()))) for text in said["text"]]]
    here = hits["theme_id"] == theme
    return hits.loc[here, "comment_id"].nunique(), hits.loc[~here, "comment_id"].nunique()


def test_words_are_counted_by_people_here_and_elsewhere(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90)
    term = next(term for term in whys(analysis, "internal")["T01"].terms if term.word == "phone")
    assert (term.here.value, term.elsewhere.value) == people_who_say(analysis, {"phone", "rang"}, "T01")


def test_a_word_of_too_few_people_is_left_out_when_published(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90, rare=12)
    analysis.segments.loc[analysis.segments["segment_id"].str.startswith("VOC-0000000061"), "text"] = "Sore and worried"
    few, _ = people_who_say(analysis, {"worried"}, "T09")
    assert 0 < few < 8
    assert [term.word for term in whys(analysis, "internal")["T09"].terms] == ["worried"]
    assert "T09" not in whys(analysis, "publish")
    assert "worried</th>" not in render_report(analysis, settings=Settings(), profile="publish").html


def test_words_of_a_theme_nobody_confirmed_stay_in_the_team(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90)
    assert "T08" in whys(analysis, "internal")
    assert "T08" not in whys(analysis, "publish")


def test_words_are_marked_in_quotes_and_tags_are_no_words(made_up: ModuleType) -> None:
    pieces = pieces_of("Rang [PHONE] twice; the phone rang out.", frozenset({"phone", "rang"}))
    assert "".join(piece.text for piece in pieces) == "Rang [PHONE] twice; the phone rang out."
    assert [piece.text for piece in pieces if piece.is_marked] == ["Rang", "phone", "rang"]
    html = render_report(made_up.build(staff=60, users=90), settings=Settings(), profile="publish").html
    assert re.search(r"<mark>(longer|phone|rang|break)</mark>", html)


def test_a_word_that_a_reviewer_took_out_is_gone(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90)
    texts = analysis.segments["text"].str.replace("phone", "[REDACTED]").str.replace("rang", "[REDACTED]")
    taken_out = replace(analysis, segments=analysis.segments.assign(text=texts))
    assert "phone" not in {term.word for term in whys(taken_out, "internal")["T01"].terms}


@pytest.mark.parametrize(("value", "level", "tenths"), [(0.75, "stable", 8), (0.5, "partly", 5), (0.49, "unstable", 5)])
def test_stability_is_spoken_of_in_levels_and_tenths(value: float, level: str, tenths: int) -> None:
    found = stability_of(value)
    assert found is not None
    assert (found.level, found.tenths) == (level, tenths)
    assert stability_of(None) is None


def test_an_unstable_theme_is_marked_in_table_and_section_and_only_it(made_up: ModuleType) -> None:
    html = render_report(made_up.build(staff=60, users=90), settings=Settings(), profile="internal").html
    rows = re.findall(r"<tr><th scope=\"row\" data-sort=\"([^\"]+)\"><a href=\"#theme[^<]*</a>.*?</th>", html)
    marked = re.findall(
        r"<a href=\"#theme-(T\d+)\">[^<]*</a> (?:<span class=\"tag\">[^<]*</span>)? ?<span class=\"tag unstable", html
    )
    assert rows
    assert marked == ["T08"]
    assert "about 3 in 10" in html
    assert "1 of 9" not in html
    assert "8 of 9 themes are stable" in html


def test_the_share_of_comments_with_several_themes_is_told(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90)
    themes = analysis.assignments.assign(comment=analysis.assignments["segment_id"].str.split(".").str[0])
    several = themes.groupby("comment")["theme_id"].nunique() > 1
    shown = view_overview(gather(analysis, settings=Settings()), discloser=Discloser("internal")).several
    assert (shown.count.value, shown.total.value) == (int(several.sum()), len(several))
