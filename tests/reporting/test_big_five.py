"""What to improve first in the report: the list as a copy may show it, and the safety list in the team alone."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from voice_of_care import tables
from voice_of_care.counting import units
from voice_of_care.declaring import conform
from voice_of_care.heard import gather_heard
from voice_of_care.insight.ranking import rank_themes
from voice_of_care.insight.safety import list_safety, safety_kinds
from voice_of_care.insight.voices import gather_voices
from voice_of_care.insight_tables import BALLOTS, CONSENSUS, SAFETY_LIST
from voice_of_care.reporting import render_report
from voice_of_care.reporting.big_five import chance_in_words, view_big_five
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.safety_read import KINDS, mark_triggers
from voice_of_care.settings import parse_settings

SETTINGS = parse_settings({"project": {"title": "What people told us"}})
HEATING = "Heating in the day room"
UNAPPROVED = "kumquat"


def rank(analysis, settings=SETTINGS):
    """Return the analysis with its ranking and safety list."""
    felt = analysis.segments[["segment_id", "comment_id"]].merge(analysis.sentiments, on="segment_id")
    first = felt.drop_duplicates("comment_id")[["comment_id", "polarity", "label", "confidence"]]
    analysis = dataclasses.replace(
        analysis, comment_sentiments=conform(first.reset_index(drop=True), tables.COMMENT_SENTIMENTS)
    )
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    ranked = rank_themes(
        gather_voices(analysis, heard, settings=settings.insight),
        emerging=analysis.emerging,
        severities=analysis.severities,
        consensus=CONSENSUS.empty(),
        ballots=BALLOTS.empty(),
        settings=settings,
    )
    return dataclasses.replace(
        analysis, ranking=ranked.ranking, agreements=ranked.agreements, safety_list=list_safety(analysis)
    )


@pytest.fixture(scope="module")
def planted(made_up):
    """Heating is raised by 4 alone, a reviewer sees safety at stake; one unapproved sentence tells of harm."""
    analysis = made_up.build(staff=90, users=150, carers=25, rare=4, secret=UNAPPROVED)
    severities = conform(
        pd.DataFrame(
            [("T06", 3, "a child was nearly hit"), ("T09", 3, "cold rooms")], columns=["theme_id", "severity", "reason"]
        ),
        tables.SEVERITIES,
    )
    segments = analysis.segments.copy()
    unquoted = segments.index[~segments["segment_id"].isin(analysis.quotes["segment_id"])][5]
    segments.loc[unquoted, "text"] = f"She fell out of bed, <b>twice</b> {UNAPPROVED}."
    return rank(dataclasses.replace(analysis, severities=severities, segments=segments))


def view(analysis, profile):
    discloser = Discloser(profile)
    facts = gather(analysis, settings=SETTINGS)
    return view_big_five(facts, view_overview(facts, discloser=discloser), discloser=discloser, settings=SETTINGS)


def section_of(html, anchor="big-five"):
    return re.search(rf'<section id="{anchor}".*?</section>', html, re.DOTALL).group()


@pytest.fixture(scope="module")
def pages(planted):
    return {
        profile: render_report(planted, settings=SETTINGS, profile=profile)
        for profile in ("internal", "publish", "threshold10")
    }


def test_lines_stand_by_score_with_words_and_chances(planted):
    shown = view(planted, "internal")
    overall = planted.ranking[planted.ranking["scope"] == "overall"]
    assert [line.theme.theme_id for line in shown.lines] == overall["theme_id"].tolist()
    assert [line.rank for line in shown.lines] == list(range(1, len(overall) + 1))
    assert all(line.low <= line.high for line in shown.lines)
    assert shown.withheld == 0
    points = [line.points for line in shown.lines]
    assert points == sorted(points, reverse=True)
    for line in shown.lines:
        assert abs(sum(part.points for part in line.parts) - line.points) <= 3


def test_weights_of_parts_left_out_are_rescaled_and_said(planted):
    shown = view(planted, "internal")
    assert dict(shown.weights) == {"Reach": 33, "Concern": 28, "Shared": 22, "Severity": 17}
    assert len(shown.left_out) == 1
    assert shown.left_out[0].startswith("Momentum")


def test_safety_stands_whatever_its_rank(planted, pages):
    shown = view(planted, "internal")
    heating = next(line for line in shown.lines if line.theme.label == HEATING)
    assert heating.is_safety
    assert heating in shown.shown
    assert "Safety at stake" in section_of(pages["internal"].html)
    assert HEATING in section_of(pages["internal"].html)


@pytest.mark.parametrize("profile", ["publish", "threshold10"])
def test_what_rests_on_few_has_no_line(planted, pages, profile):
    shown = view(planted, profile)
    assert HEATING not in [line.theme.label for line in shown.lines]
    assert shown.withheld == 1
    section = section_of(pages[profile].html)
    assert HEATING not in section
    assert "1 further theme rests on numbers too small to show" in section
    assert (
        HEATING
        not in section_of(pages[profile].html, "in-brief").split("Read this with care")[0].split("What to improve")[-1]
    )


def test_parts_of_a_copy_for_others_come_from_the_figures_it_shows(planted):
    for line in view(planted, "publish").lines:
        for count in (line.share.count, line.share.total, line.bad.count):
            assert count.value is None or count.value % 5 == 0
        by_name = {part.name: part for part in line.parts}
        assert by_name["reach"].points == round(by_name["reach"].most * min(1, line.share.length / 0.25), 0) or (
            abs(by_name["reach"].points - 100 / 90 * 30 * min(1, line.share.length / 0.25)) <= 0.51
        )
        if line.bad.count.is_suppressed:
            assert by_name["concern"].points is None
            assert line.points is None


def test_lists_of_groups_stand_beside_each_other(planted, pages):
    shown = view(planted, "internal")
    assert [each.name for each in shown.groups] == ["Staff", "Service users", "Carers and families"]
    assert [each.heard.value for each in shown.groups] == [90, 150, 25]
    assert all(len(each.themes) + each.withheld <= 5 for each in shown.groups)
    assert [each.comparison for each in shown.agreed] == ["groups", "channels"]
    section = section_of(pages["internal"].html)
    assert "Kendall’s W" in section
    assert "Rank-biased overlap" in section
    published = view(planted, "publish")
    carers = published.groups[2]
    counts = planted.ranking[planted.ranking["scope"] == "group/carer"].set_index("theme_id")["respondents"]
    assert all(counts[theme.theme_id] >= 8 for theme in carers.themes)
    assert carers.withheld > 0


def test_the_safety_list_is_read_in_the_team_alone(pages):
    inside = section_of(pages["internal"].html)
    assert "She <mark>fell</mark> out of bed, &lt;b&gt;twice&lt;/b&gt;" in inside
    for profile in ("publish", "threshold10"):
        section = section_of(pages[profile].html)
        assert "out of bed" not in pages[profile].html
        assert UNAPPROVED not in pages[profile].html
        assert "<mark>" not in section
        assert "read inside the team" in section


def test_what_was_read_stands_last_and_is_counted(planted):
    listed = planted.safety_list.copy()
    assert len(listed) >= 1
    listed["is_read"] = True
    safety = view(dataclasses.replace(planted, safety_list=listed), "internal").safety
    assert safety.read.value == len(listed)
    assert all(kind.unread == 0 and kind.read for kind in safety.kinds)


def test_same_words_are_listed_once(planted):
    segments = planted.segments.copy()
    segments.loc[segments.index[:4], "text"] = "He was neglected."
    analysis = dataclasses.replace(planted, segments=segments)
    analysis = dataclasses.replace(analysis, safety_list=list_safety(analysis))
    kind = next(kind for kind in view(analysis, "internal").safety.kinds if kind.name == KINDS["neglect"])
    assert [each.times for each in kind.to_read] == [4]
    assert kind.unread == 4


def test_every_kind_has_a_name():
    assert [kind for kind in KINDS if kind != "flagged"] == list(safety_kinds())


def test_triggers_that_no_longer_stand_are_not_marked():
    assert mark_triggers("He fell.", starts=[3.0], triggers=["fell"]) == "He <mark>fell</mark>."
    assert mark_triggers("He <fell>.", starts=[3.0], triggers=["fell"]) == "He &lt;fell&gt;."


def test_the_brief_shows_the_first_five_or_else_what_is_raised_most(planted, pages):
    brief = section_of(pages["internal"].html, "in-brief")
    assert "What to improve first" in brief
    assert "raised most often</h3>" not in brief
    bare = dataclasses.replace(planted, ranking=planted.ranking.head(0), safety_list=SAFETY_LIST.empty())
    html = render_report(bare, settings=SETTINGS, profile="internal").html
    assert '<section id="big-five"' not in html
    assert "raised most often</h3>" in section_of(html, "in-brief")


def test_a_safety_list_without_ranking_is_shown_all_the_same(planted):
    bare = dataclasses.replace(planted, ranking=planted.ranking.head(0), agreements=planted.agreements.head(0))
    section = section_of(render_report(bare, settings=SETTINGS, profile="publish").html)
    assert "No theme could be ranked" in section
    assert "To be read for safety" in section


def test_the_chart_is_written_beside_the_report(pages):
    figures = dict(pages["publish"].figures)
    assert "what-to-improve-first" in figures
    assert HEATING not in figures["what-to-improve-first"]


def test_few_themes_are_said_to_be_all(made_up):
    analysis = made_up.build()
    kept = analysis.themes[analysis.themes["theme_id"].isin({"P1", "P2", "T01", "T02", "T03"})]
    few = dataclasses.replace(
        analysis,
        themes=kept.reset_index(drop=True),
        assignments=analysis.assignments[analysis.assignments["theme_id"].isin(kept["theme_id"])].reset_index(
            drop=True
        ),
        quotes=tables.QUOTES.empty(),
        theme_links=tables.THEME_LINKS.empty(),
    )
    shown = view(rank(few), "internal")
    assert shown.themes == 3
    assert {line.chance for line in shown.lines} == {"over 99%"}


@pytest.mark.parametrize(("chance", "words"), [(0.0, "under 1%"), (0.004, "under 1%"), (0.5, "50%"), (1.0, "over 99%")])
def test_chances_are_never_none_nor_all(chance, words):
    assert chance_in_words(chance) == words
