"""The section on groups: verdicts of shown figures, tone, words, other gaps, and what a small count may not change."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care.counting import units
from voice_of_care.heard import gather_heard
from voice_of_care.insight.gaps import compare_groups
from voice_of_care.insight.voices import gather_voices
from voice_of_care.insight_tables import OWN_WORDS
from voice_of_care.reporting import group_words
from voice_of_care.reporting.disclosure import Count, Discloser, share_of
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.further_gaps import view_further_gaps
from voice_of_care.reporting.gaps import view_gaps
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.own_words import view_own_words
from voice_of_care.reporting.report import render_report
from voice_of_care.reporting.shown_gaps import Found, judge_shown
from voice_of_care.settings import Settings, parse_settings
from voice_of_care.tables import COMMENT_SENTIMENTS, conform

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.further_gaps import FurtherGaps
    from voice_of_care.reporting.gaps import Gaps

PROFILES = ("publish", "threshold5", "threshold10", "internal")


def compared(analysis: Analysis, settings: Settings) -> Analysis:
    """Return the analysis with its gaps found."""
    felt = analysis.safe_comments[["comment_id"]].assign(polarity=0.0, label="neutral", confidence=0.5)
    analysis = dataclasses.replace(analysis, comment_sentiments=conform(felt, COMMENT_SENTIMENTS))
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    voices = gather_voices(analysis, heard, settings=settings.insight)
    gaps = compare_groups(voices, frameworks=analysis.frameworks, false_discovery=settings.trends.false_discovery)
    return dataclasses.replace(analysis, group_gaps=gaps)


@pytest.fixture(scope="module")
def large(made_up: ModuleType) -> Analysis:
    return compared(made_up.build(staff=90, users=300, carers=40), Settings())


def section(analysis: Analysis, profile: str, settings: Settings | None = None) -> Gaps:
    chosen = settings or Settings()
    facts = gather(analysis, settings=chosen)
    discloser = Discloser(profile)
    gaps = view_gaps(facts, view_overview(facts, discloser=discloser), discloser=discloser, settings=chosen)
    assert gaps is not None
    return gaps


def further(analysis: Analysis, profile: str) -> FurtherGaps:
    facts = gather(analysis, settings=Settings())
    discloser = Discloser(profile)
    overview = view_overview(facts, discloser=discloser)
    return view_further_gaps(facts, overview, discloser=discloser, false_discovery=0.1)


def test_inside_the_team_the_tables_word_stands(large: Analysis) -> None:
    gaps = section(large, "internal")
    table = large.group_gaps[(large.group_gaps["group_a"] == "staff") & (large.group_gaps["group_b"] == "service_user")]
    verdicts = table.dropna(subset=["theme_id"]).set_index("theme_id")["verdict"].to_dict()
    assert {row.theme.theme_id: row.verdict for row in gaps.rows} == verdicts
    assert {row.theme.theme_id for row in gaps.of("differ")} >= {"T05", "T07"}
    by_id = {row.theme.theme_id: row for row in gaps.rows}
    assert by_id["T07"].points is not None
    assert by_id["T07"].points < 0  # service users minus staff
    assert by_id["T07"].low < by_id["T07"].points < by_id["T07"].high < 0


@pytest.mark.parametrize("profile", PROFILES)
def test_every_figure_is_one_that_the_profile_shows(large: Analysis, profile: str) -> None:
    discloser = Discloser(profile)
    for row in section(large, profile).rows:
        for share in (row.staff, row.service_users):
            assert share.percent == share_of(share.count, share.total).percent
            assert share.count.value is None or share.count == discloser.count(share.count.value)
        if row.staff.count.is_suppressed or row.service_users.count.is_suppressed:
            assert (row.points, row.low, row.high, row.tone, row.verdict) == (None, None, None, None, "too_few")


def test_what_publish_calls_a_gap_inside_the_team_is_one_nearly_always(large: Analysis) -> None:
    inside = {row.theme.theme_id for row in section(large, "internal").of("differ")}
    outside = {row.theme.theme_id for row in section(large, "publish").of("differ")}
    assert outside
    assert outside <= inside


def test_no_verdict_outside_the_team_rests_on_a_withheld_count(made_up: ModuleType) -> None:
    pages = []
    for rare in (5, 7):
        analysis = made_up.build(staff=90, users=160, rare=rare)
        quotes = analysis.quotes[analysis.quotes["theme_id"] != made_up.RARE[0]].reset_index(drop=True)
        analysis = compared(dataclasses.replace(analysis, quotes=quotes), Settings())
        facts = gather(analysis, settings=Settings())
        overview = view_overview(facts, discloser=Discloser("publish"))
        gaps = view_gaps(facts, overview, discloser=Discloser("publish"), settings=Settings())
        assert gaps is not None
        told = [(row.theme.theme_id, row.points, row.low, row.high, row.verdict, row.tone) for row in gaps.rows]
        pages.append((told, view_further_gaps(facts, overview, discloser=Discloser("publish"), false_discovery=0.1)))
    assert pages[0] == pages[1]


def test_outside_the_team_a_gap_needs_its_own_interval_too() -> None:
    shares = [(share_of(Count(60), Count(100)), share_of(Count(30), Count(100)))]
    for low, verdict in ((0.05, "differ"), (-0.05, "unclear")):
        table = Found(0.3, low, 0.5, "differ", 0.001)
        shown = judge_shown(shares, [table], false_discovery=0.1, discloser=Discloser("publish"))
        assert shown[0].verdict == verdict
        assert (shown[0].points, shown[0].low) == (30, 16)
    unlikely = judge_shown(
        shares, [Found(0.3, 0.05, 0.5, "unclear", 0.4)], false_discovery=0.1, discloser=Discloser("publish")
    )
    assert unlikely[0].verdict == "unclear"


def test_without_a_table_the_shown_figures_are_tested(made_up: ModuleType) -> None:
    gaps = section(made_up.build(staff=90, users=300), "publish")
    assert gaps.of("differ")
    assert all(row.tone is None for row in gaps.rows)


def test_tone_is_shown_with_eight_of_each_and_the_wider_first(large: Analysis) -> None:
    table = large.group_gaps
    is_first = table["theme_id"].eq("T01") & table["group_a"].eq("staff") & table["group_b"].eq("service_user")
    told = table.assign(
        sentiment_a=table["sentiment_a"].mask(is_first, -0.44),
        sentiment_b=table["sentiment_b"].mask(is_first, 0.31),
        sentiment_low=table["sentiment_low"].mask(is_first, -0.9),
        sentiment_high=table["sentiment_high"].mask(is_first, -0.6),
    )
    gaps = section(dataclasses.replace(large, group_gaps=told), "publish")
    first = gaps.toned[0]
    assert first.theme.theme_id == "T01"
    assert first.tone is not None
    assert (first.tone.staff, first.tone.service_users, first.tone.more_critical) == (-0.4, 0.3, "staff")
    assert gaps.differ_in_tone == (first,)
    assert all(min(row.staff.count.rank, row.service_users.count.rank) >= 10 for row in gaps.toned)


def test_a_theme_raised_by_one_side_alone_is_named(made_up: ModuleType) -> None:
    analysis = compared(made_up.build(staff=60, users=90, rare=20), Settings())
    alone = section(analysis, "publish").alone("service_user")
    assert [row.theme.theme_id for row in alone] == ["T09"]
    assert (alone[0].service_users.count.text, alone[0].staff.count.text) == ("20", "0")


def test_notes_weigh_as_the_settings_say(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=60, users=90)
    is_notes = analysis.safe_comments["respondent_group"].eq("staff") & (analysis.safe_comments.index < 12)
    comments = analysis.safe_comments.assign(
        session_id=analysis.safe_comments["session_id"].mask(is_notes, "S" + analysis.safe_comments["comment_id"]),
        people_present=analysis.safe_comments["people_present"].mask(is_notes, 10),
    )
    analysis = dataclasses.replace(analysis, safe_comments=comments)
    told = {}
    for notes in ("once", "people_present", "left_out"):
        settings = parse_settings({"insight": {"notes": notes}})
        gaps = section(compared(analysis, settings), "internal", settings)
        told[notes] = (gaps.staff.value, group_words.counting(gaps))
    assert [told[notes][0] for notes in told] == [60, 168, 48]
    assert "12 of the 60 staff are such notes" in told["once"][1]
    assert "weigh as many respondents as were present" in told["people_present"][1]
    assert told["left_out"][1].startswith("Notes of sessions are left out")


def test_priorities_and_places_list_only_what_differs(large: Analysis) -> None:
    found = further(large, "internal")
    assert found.priorities is not None
    assert {row.label for row in found.priorities.rows} >= {"Safe"}
    assert all(row.gap.verdict == "differ" for block in found.others for row in block.rows)
    assert "What do we need to do well?" not in {row.label for row in found.priorities.rows}
    assert [block.title for block in found.others] == ["Other groups", "Services"]  # one site is no comparison


@pytest.mark.parametrize("profile", PROFILES)
def test_other_gaps_show_no_count_that_the_overview_withholds(made_up: ModuleType, profile: str) -> None:
    analysis = compared(made_up.build(staff=40, users=80, carers=25), Settings())
    facts = gather(analysis, settings=Settings())
    discloser = Discloser(profile)
    overview = view_overview(facts, discloser=discloser)
    shown = view_further_gaps(facts, overview, discloser=discloser, false_discovery=0.1)
    for block in shown.others:
        for row in block.rows:
            assert None not in (row.gap.first.percent, row.gap.second.percent)
            theme = next((each for each in overview.themes if each.anchor == row.anchor), None)
            names = {"Staff": "staff", "Service users": "service_user", "Carers and families": "carer"}
            if theme and row.first in names:
                assert not theme.groups[names[row.first]].count.is_suppressed


def words_of(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows, columns=list(OWN_WORDS.columns)), OWN_WORDS)


def test_words_leave_the_team_only_with_a_count_that_may_be_shown(large: Analysis) -> None:
    rows = [
        ("T01", "staff", "rota", 12, 45, 3, 100, 2.0, 1.0, 3.0, ["steeep/timely"]),
        ("T01", "staff", "bleep", 6, 45, 0, 100, 2.0, 0.9, 3.0, []),
        ("T04", "staff", "handover", 20, 30, 3, 70, 2.0, 0.8, 3.0, []),
    ]
    analysis = dataclasses.replace(large, own_words=words_of(rows))
    facts = gather(analysis, settings=Settings())
    told = {}
    for profile in ("publish", "internal"):
        overview = view_overview(facts, discloser=Discloser(profile))
        told[profile] = view_own_words(facts, overview, discloser=Discloser(profile))
    assert [term.text for item in told["internal"] for term in item.terms["staff"]] == ["rota", "bleep", "handover"]
    assert [term.text for item in told["publish"] for term in item.terms["staff"]] == ["rota"]  # T04 is not confirmed
    rota = told["publish"][0].terms["staff"][0]
    assert (rota.share.count.value, rota.odds, rota.is_frameworks) == (10, "", True)
    assert rota.others.count.is_suppressed
    assert told["publish"][0].priorities == ("Timely",)
    assert told["internal"][0].terms["staff"][0].odds == "7.4 (2.7 to 20)"


def test_words_are_set_side_by_side_only_where_both_raise_the_theme(large: Analysis) -> None:
    rows = [("T07", "staff", "rota", 20, 23, 3, 10, 2.0, 1.0, 3.0, [])]  # few service users raise it
    facts = gather(dataclasses.replace(large, own_words=words_of(rows)), settings=Settings())
    overview = view_overview(facts, discloser=Discloser("publish"))
    assert view_own_words(facts, overview, discloser=Discloser("publish")) == ()


def test_the_section_says_what_may_be_chance_and_how_notes_count(large: Analysis) -> None:
    rows = [("T01", "staff", "bleep", 12, 45, 30, 150, 2.0, 1.0, 3.0, ["steeep/timely"])]
    html = render_report(
        dataclasses.replace(large, own_words=words_of(rows)), settings=Settings(), profile="publish"
    ).html
    part = html.split('id="staff-and-service-users"')[1].split("</section>")[0]
    assert re.search(r"Of (the \d+ )?gaps called different, about one in ten may be chance", part)
    assert "Notes of a session count as one respondent" in part
    assert "It does not show who is right, or why" in part
    assert '<th scope="row">bleep <span' in part
    assert "<summary>Services:" in part
    assert re.search(r"differ on \d+ of \d+</summary>", part)


def test_places_are_compared_also_where_no_group_is_known(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=0, users=120, carers=0, others=0)
    unknown = analysis.safe_comments.assign(respondent_group="unknown")
    analysis = compared(dataclasses.replace(analysis, safe_comments=unknown), Settings())
    assert [block.title for block in further(analysis, "internal").others] == ["Services"]


def test_the_order_of_the_tables_rows_does_not_matter(large: Analysis) -> None:
    mixed = dataclasses.replace(large, group_gaps=large.group_gaps.sample(frac=1, random_state=4))
    assert section(mixed, "publish") == section(large, "publish")
    assert further(mixed, "threshold5") == further(large, "threshold5")
