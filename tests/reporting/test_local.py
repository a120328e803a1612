"""Local or everywhere in the report, and the pages of services: what is planted, and nothing that may not be shown."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care import tables
from voice_of_care.counting import units
from voice_of_care.declaring import conform
from voice_of_care.errors import StoreError
from voice_of_care.heard import gather_heard
from voice_of_care.insight.places import find_spread
from voice_of_care.insight.voices import gather_voices
from voice_of_care.insight_tables import GROUP_GAPS
from voice_of_care.reporting import render_report
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.local import mix_caution, view_local
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.report import make_environment
from voice_of_care.reporting.service_pages import addresses, render_service_pages, slugs_of, write_service_pages
from voice_of_care.settings import parse_settings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = parse_settings({"project": {"title": "What people told us", "organisation": "A made-up trust"}})
HEATING = "Heating in the day room"
UNAPPROVED = "kumquat"


def place(analysis):
    """Return the analysis with its comparison of places."""
    felt = analysis.segments[["segment_id", "comment_id"]].merge(analysis.sentiments, on="segment_id")
    first = felt.drop_duplicates("comment_id")[["comment_id", "polarity", "label", "confidence"]]
    sentiments = conform(first.reset_index(drop=True), tables.COMMENT_SENTIMENTS)
    analysis = dataclasses.replace(analysis, comment_sentiments=sentiments)
    heard = gather_heard(analysis, unit_of=units(analysis.safe_comments))
    found = find_spread(gather_voices(analysis, heard, settings=SETTINGS.insight), seed=SETTINGS.themes.seed)
    return dataclasses.replace(analysis, concentration=found.concentration, spread=found.spread)


def move(analysis, **services):
    """Return the analysis with all comments that raise a theme moved to a service, before places are compared."""
    comments = analysis.safe_comments.copy()
    for theme, service in services.items():
        segments = set(analysis.assignments.loc[analysis.assignments["theme_id"] == theme, "segment_id"])
        raising = analysis.segments.loc[analysis.segments["segment_id"].isin(segments), "comment_id"]
        comments.loc[comments["comment_id"].isin(raising), "service"] = service
    return dataclasses.replace(analysis, safe_comments=conform(comments, tables.SAFE_COMMENTS))


@pytest.fixture(scope="module")
def planted(made_up):
    """Heating is raised by 24 of the day centre alone; quotes hold a secret word where nobody approved them."""
    return place(move(made_up.build(staff=90, users=150, carers=4, rare=24, secret=UNAPPROVED), T09="Day Centre"))


def local_of(analysis, profile):
    discloser = Discloser(profile)
    facts = gather(analysis, settings=SETTINGS)
    return view_local(facts, view_overview(facts, discloser=discloser), discloser=discloser)


def text_of(html):
    plain = re.sub(r"<svg.*?</svg>|<style.*?</style>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def section(analysis, profile):
    """Return the text of the section alone, as the page holds it."""
    template = make_environment().from_string('{% import "macros.html" as m %}{% include "local.html" %}')
    local = local_of(analysis, profile)
    return text_of(template.render(local=local, is_internal=profile == "internal", service_pages={}))


def test_the_planted_theme_is_told_as_local_with_how_sure_and_drawn(planted):
    told = section(planted, "internal")
    assert re.search(
        rf"{HEATING} is local to Day Centre : 24 of \d+ there raise it \(\d+%, 95% interval \d+–\d+%\); "
        r"elsewhere 0 of \d+ \(0%\)\. How sure: (over )?\d+%\.",
        told,
    )
    assert f"{HEATING}: raised far more in Day Centre than elsewhere" in told
    assert "local-T09" in [drawing.stem for drawing in local_of(planted, "internal").figures]
    assert "Waiting for an appointment : " in told.split("Organisation-wide")[1].split("Can’t tell")[0]


def test_a_rounding_copy_shows_percentages_of_rounded_counts_and_no_small_cell(planted):
    level = local_of(planted, "publish").by_service
    for row in level.rows:
        for cell in row.cells:
            assert cell.share.count.value is None or cell.share.count.value % 5 == 0
            assert (cell.percent is None) == (cell.share.percent is None)
    counts = planted.concentration.set_index(["theme_id", "place", "level"])["respondents"]
    small = {key[:2] for key, number in counts.items() if key[2] == "service" and 0 < number < 8}
    hidden = {(row.theme.theme_id, cell.place) for row in level.rows for cell in row.cells if cell.percent is None}
    assert hidden == small


def test_a_verdict_is_withheld_where_its_count_may_not_be_shown(made_up):
    few = place(move(made_up.build(staff=90, users=150, carers=4, rare=7), T09="Day Centre"))
    spread, concentration = few.spread.copy(), few.concentration.copy()
    mine = (spread["theme_id"] == "T09") & (spread["level"] == "service")
    rows = (concentration["theme_id"] == "T09") & (concentration["level"] == "service")
    is_there = concentration["place"] == "Day Centre"
    spread.loc[mine, "verdict"] = "local"
    concentration.loc[rows & is_there, "verdict"] = "local"
    concentration.loc[rows & ~is_there, "verdict"] = "elsewhere"
    few = dataclasses.replace(few, spread=spread, concentration=concentration)
    assert HEATING in [row.theme.label for row in local_of(few, "internal").by_service.of("local")]
    published = local_of(few, "publish").by_service
    assert HEATING not in [row.theme.label for row in published.of("local")]
    assert published.withheld == 1
    row = next(row for row in published.rows if row.theme.label == HEATING)
    assert (row.verdict, row.sure, row.variation, row.elsewhere) == ("withheld", "", "", None)
    assert f"{HEATING} is local to" not in section(few, "publish")


def test_nothing_is_shown_where_no_places_are_known(made_up):
    analysis = made_up.build()
    assert local_of(analysis, "internal") is None
    assert section(analysis, "internal").strip() == ""
    assert render_service_pages(analysis, settings=SETTINGS, profile="internal", report="r.html") == ()


def test_a_mix_of_groups_that_would_explain_a_place_is_told(made_up):
    analysis = made_up.build(staff=90, users=150, carers=0, others=0)
    facts = gather(analysis, settings=SETTINGS)
    assert mix_caution(facts, "T01", level="service", place="Ward 4") == ""
    comments = facts.comments.copy()
    staff = comments.index[comments["respondent_group"] == "staff"]
    comments["service"] = "Clinic A"
    comments.loc[staff[:60], "service"] = "Ward 4"  # staff alone, who raise staffing (T07) wherever they are
    unlike = dataclasses.replace(facts, comments=comments)
    assert mix_caution(unlike, "T07", level="service", place="Ward 4") == "mix"
    comments = comments.assign(service=comments["service"].where(comments["respondent_group"] != "staff", "Ward 4"))
    apart = dataclasses.replace(facts, comments=comments)
    assert mix_caution(apart, "T07", level="service", place="Ward 4") == "group_only"


def differ(analysis, service):
    """Return the analysis with one theme raised more often in a service than in the rest."""
    row = {
        **dict.fromkeys(GROUP_GAPS.columns),
        **{"theme_id": "T01", "grouping": "service", "group_a": service, "group_b": "rest"},
        **{"share_a": 0.5, "share_b": 0.3, "difference": 0.2, "low": 0.1, "high": 0.3, "q_value": 0.01},
        **{"verdict": "differ", "raised_a": 40, "heard_a": 80, "raised_b": 45, "heard_b": 150},
    }
    return dataclasses.replace(analysis, group_gaps=conform(pd.DataFrame([row]), GROUP_GAPS))


def test_each_service_has_a_page_with_its_themes_what_is_local_and_a_way_back(planted):
    pages = render_service_pages(
        differ(planted, "Ward 4"), settings=SETTINGS, profile="internal", report="the board's.html"
    )
    assert [(page.service, page.slug) for page in pages] == [
        ("Clinic A", "clinic-a"),
        ("Day Centre", "day-centre"),
        ("Ward 4", "ward-4"),
    ]
    by_name = {page.service: page.html for page in pages}
    assert f"{HEATING} : 24 of" in text_of(by_name["Day Centre"])
    assert "No theme is clearly local to this service." in text_of(by_name["Clinic A"])
    assert "in all other services (+20 points, 95% interval +10 to +30)" in text_of(by_name["Ward 4"])
    for page in by_name.values():
        assert 'href="../the%20board%27s.html#local"' in page
        assert "Content-Security-Policy" in page
        assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_a_page_shows_quotes_of_its_own_service_alone_and_none_unapproved(planted):
    for page in render_service_pages(planted, settings=SETTINGS, profile="publish", report="r.html"):
        assert UNAPPROVED not in page.html
        captions = re.findall(r"<figcaption><b>[^<]+</b> · ([^·]+?) ·", page.html)
        assert captions
        assert set(captions) == {page.service}


def test_a_page_shows_the_same_counts_as_the_table_and_no_small_ones(planted):
    for profile in ("publish", "threshold5"):
        level = local_of(planted, profile).by_service
        for page in render_service_pages(planted, settings=SETTINGS, profile=profile, report="r.html"):
            rows = re.findall(r'#theme-(T\d+)">.*?</th><td class="num">([\d,]+)</td>', page.html, flags=re.DOTALL)
            assert rows
            shown = {row.theme.theme_id: row.cell(page.service).share.count.text for row in level.rows}
            assert {theme: shown[theme] for theme, _ in rows} == dict(rows)


def test_services_of_few_respondents_have_no_page(made_up):
    comments = made_up.build(staff=90, users=150).safe_comments.copy()
    comments.loc[comments.index[:7], "service"] = "Corner clinic"
    analysis = dataclasses.replace(
        made_up.build(staff=90, users=150), safe_comments=conform(comments, tables.SAFE_COMMENTS)
    )
    for profile in ("internal", "publish"):
        pages = render_service_pages(place(analysis), settings=SETTINGS, profile=profile, report="r.html")
        assert "Corner clinic" not in [page.service for page in pages]


def test_names_alike_as_files_are_told_apart():
    names = ["Ward 4", "ward-4", "Ward: 4", "Ward 4 2", "!!!"]
    assert slugs_of(names) == ["ward-4", "ward-4-3", "ward-4-4", "ward-4-2", "x"]
    assert len(set(slugs_of(["a b", "a-b", "A B", "a-b-2", "a-b-3"]))) == 5


def test_pages_are_written_beside_the_report_linked_to_and_old_ones_go(planted, tmp_path: Path):
    report = tmp_path / "listening.html"
    pages = render_service_pages(planted, settings=SETTINGS, profile="internal", report=report.name)
    written = write_service_pages(pages, report)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        f"listening-services/{slug}.html" for slug in ("clinic-a", "day-centre", "ward-4")
    ]
    (tmp_path / "listening-services" / "my-notes.html").write_text("<p>Mine</p>", encoding="utf-8")
    write_service_pages(pages[:1], report)
    assert sorted(path.name for path in (tmp_path / "listening-services").iterdir()) == [
        "clinic-a.html",
        "my-notes.html",
    ]
    html = render_report(planted, settings=SETTINGS, profile="internal", service_pages=addresses(pages, report)).html
    assert '<a href="listening-services/ward-4.html">Ward 4</a>' in html
    assert 'id="figure-local-T09"' in html


def test_without_pages_ours_go_and_nobody_elses_file_is_written_over(planted, tmp_path: Path):
    report = tmp_path / "listening.html"
    pages = render_service_pages(planted, settings=SETTINGS, profile="internal", report=report.name)
    assert write_service_pages((), report) == ()
    assert not (tmp_path / "listening-services").exists()
    write_service_pages(pages, report)
    write_service_pages((), report)
    assert not (tmp_path / "listening-services").exists()
    (tmp_path / "listening-services").mkdir()
    mine = tmp_path / "listening-services" / "ward-4.html"
    mine.write_text("<p>Mine</p>", encoding="utf-8")
    with pytest.raises(StoreError, match="no page of voice-of-care"):
        write_service_pages(pages, report)
    assert mine.read_text(encoding="utf-8") == "<p>Mine</p>"
    assert list(mine.parent.iterdir()) == [mine]


def test_the_same_analysis_gives_the_same_pages(planted):
    first, second = (
        render_service_pages(planted, settings=SETTINGS, profile="publish", report="r.html") for _ in range(2)
    )
    assert first == second
