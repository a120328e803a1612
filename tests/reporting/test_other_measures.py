"""Other measures and drivers in the report: what was found is told, and nothing that may not be shown."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from voice_of_care.declaring import conform
from voice_of_care.insight_tables import DRIVERS, METRICS, TRIANGULATION
from voice_of_care.reporting import render_report
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.drivers import view_drivers
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.other_measures import figure, view_other_measures
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.report import make_environment
from voice_of_care.settings import parse_settings

SETTINGS = parse_settings({"project": {"title": "What people told us"}, "report": {"date": "2030-01-01"}})
COMPLAINTS, FALLS = "Complaints about waiting", "Falls"


def months_of(analysis):
    days = analysis.safe_comments["received_on"].dropna()
    return pd.period_range(days.min(), days.max(), freq="M")


def metrics_for(analysis, *names):
    rows = [
        {
            "metric": name,
            "period": str(month),
            "starts_on": month.start_time,
            "service": None,
            "value": 10.0 + place,
            "better": "lower",
        }
        for name in names
        for place, month in enumerate(months_of(analysis))
    ]
    return conform(pd.DataFrame(rows), METRICS)


def triangulation(*rows):
    empty = {"measure": "negative_share", "lag": None, "rho": None, "periods": 0}
    numbers = ("theme_change", "theme_low", "theme_high", "metric_change", "metric_low", "metric_high")
    told = [{**empty, **dict.fromkeys(numbers), **row} for row in rows]
    return conform(pd.DataFrame(told)[list(TRIANGULATION.columns)], TRIANGULATION)


MOVED = {
    **{"theme_change": 0.12, "theme_low": 0.04, "theme_high": 0.2},
    **{"metric_change": 7.0, "metric_low": 3.0, "metric_high": 11.0},
    **{"periods": 15, "lag": 1, "rho": 0.61},
}


def drivers(*themes):
    rows = [
        {
            "theme_id": theme,
            "respondents": 40 - place,
            "scored": 340,
            "weight": 0.1 / (place + 1),
            "low": 0.05 / (place + 1),
            "high": 0.2 / (place + 1),
            "coefficient": 0.8,
            "coefficient_low": 0.3,
            "coefficient_high": 1.3,
            "mean_tone": -0.5 + 0.3 * place,
            "explained": 0.31,
            "is_clear": place < 3,
        }
        for place, theme in enumerate(themes)
    ]
    return conform(pd.DataFrame(rows), DRIVERS)


@pytest.fixture(scope="module")
def planted(made_up):
    analysis = made_up.build(staff=150, users=210)
    scores = pd.Series(np.arange(len(analysis.safe_comments)) % 5 + 1.0, index=analysis.safe_comments.index)
    return dataclasses.replace(
        analysis,
        safe_comments=analysis.safe_comments.assign(score=scores),
        metrics=metrics_for(analysis, COMPLAINTS, FALLS, "Parking fines"),
        triangulation=triangulation(
            {"theme_id": "T01", "metric": COMPLAINTS, **MOVED, "verdict": "agree"},
            {"theme_id": "T07", "metric": FALLS, **MOVED, "metric_low": -1.0, "verdict": "cannot_tell"},
            {"theme_id": "T05", "metric": FALLS, "periods": 5, "verdict": "cannot_tell"},
            {"theme_id": "T03", "metric": "", "verdict": "no_measure"},
        ),
        drivers=drivers("T01", "T03", "T07", "T05"),
    )


def viewed(analysis, profile="internal"):
    facts, discloser = gather(analysis, settings=SETTINGS), Discloser(profile)
    return view_other_measures(facts, view_overview(facts, discloser=discloser), discloser=discloser)


def section(analysis, profile="internal"):
    page = make_environment().from_string('{% import "macros.html" as m %}{% include "other_measures.html" %}')
    return page.render(other_measures=viewed(analysis, profile)).strip()


def test_each_theme_is_told_with_its_verdict_and_why(planted):
    view = viewed(planted)
    told = {line.theme.theme_id: line for line in view.lines}
    assert (told["T01"].word, told["T01"].why) == ("Agree", "Both are worse than before.")
    assert told["T01"].change == "+12 (+4 to +20)"
    assert told["T01"].metric_change == "+7 (+3 to +11)"
    assert told["T01"].rho == "+0.61, the measure 1 month later"
    assert told["T07"].why == "The measure does not clearly move."
    assert told["T05"].why == "Both are known in 5 months; 8 are needed."
    assert [theme.theme_id for theme in view.without] == ["T03"]
    assert view.apart == ("Parking fines",)


def test_shares_are_those_of_the_two_halves(planted):
    line = viewed(planted).lines[0]
    facts = gather(planted, settings=SETTINGS)
    voices = facts.voices[(facts.voices["theme_id"] == "T01")]
    bad = voices[voices["sentiment"].isin(("negative", "very_negative", "mixed"))]
    months = sorted(facts.comments["month"].dropna().unique())
    half = len(months) // 2
    for shown, span in ((line.earlier, months[:half]), (line.later, months[-half:])):
        assert shown.count.value == bad.loc[bad["month"].isin(span), "unit"].nunique()
        assert shown.total.value == facts.comments.loc[facts.comments["month"].isin(span), "unit"].nunique()


def test_the_page_says_what_it_means_and_what_it_does_not(planted):
    html = section(planted)
    assert "is not evidence that one led to the other" in html
    assert "Rare safety problems never look like drivers" in html
    assert "associated with" in html
    assert "caus" not in html.lower()
    assert html.index("<h3") < html.index("<h4")
    assert html.count("<caption>") == html.count("<table")


def test_figures_are_written_beside_the_page(planted):
    report = render_report(planted, settings=SETTINGS, profile="internal")
    assert {"other-measures", "importance"} <= {stem for stem, _ in report.figures}
    assert 'id="other-measures"' in report.html


def test_a_table_holds_every_figure_of_the_chart(planted):
    view = viewed(planted)
    (table,) = view.tables
    assert table.kind == "month"
    assert len(table.heads) == len(set(table.heads)) == 5
    assert all(head in view.drawing.description for head in table.heads)
    assert [texts[1] for _, texts in table.rows][:2] == ["10", "11"]


@pytest.mark.parametrize("profile", ["publish", "threshold5", "threshold10"])
def test_small_counts_are_not_shown(planted, made_up, profile):
    small = made_up.build(staff=12, users=16)
    small = dataclasses.replace(
        small, metrics=metrics_for(small, COMPLAINTS), triangulation=planted.triangulation.head(1)
    )
    view = viewed(small, profile)
    (line,) = view.lines
    assert line.verdict == "withheld"
    assert (line.earlier, line.change, line.why, line.rho) == (None, "", "", "")
    assert view.drawing is None
    html = section(small, profile)
    assert "Agree" not in html
    assert "Too few to show" in html


def test_published_shares_come_from_rounded_counts(planted):
    line = next(line for line in viewed(planted, "publish").lines if line.earlier)
    assert line.earlier.count.value % 5 == 0
    assert line.later.total.value % 5 == 0


def test_without_measures_the_report_says_how_to_give_some(planted):
    bare = dataclasses.replace(
        planted, metrics=METRICS.empty(), triangulation=planted.triangulation.tail(1), drivers=DRIVERS.empty()
    )
    html = section(bare, "publish")
    assert "No other measure was given" in html
    silent = dataclasses.replace(bare, safe_comments=bare.safe_comments.assign(score=np.nan))
    assert viewed(silent) is None
    assert section(silent, "publish") == ""


def test_names_of_no_theme_are_told_to_the_team_alone(planted):
    entry = {"name": "Falls", "file": "m.csv", "themes": ["T01", "Lifts"], "priorities": ["no/thing"]}
    settings = parse_settings({"metrics": [entry]})
    facts = gather(planted, settings=settings)
    told = {}
    for profile in ("internal", "publish"):
        discloser = Discloser(profile)
        overview = view_overview(facts, discloser=discloser)
        told[profile] = view_other_measures(facts, overview, discloser=discloser, settings=settings)
    assert told["publish"].unknown == ()
    assert told["internal"].unknown == (
        "The settings name a theme there is none of: \u2018Lifts\u2019 (for Falls). Themes are called by id or name.",
        "The settings name a priority there is none of: \u2018no/thing\u2019 (for Falls). "
        "Priorities are called framework/priority.",
    )
    page = make_environment().from_string('{% import "macros.html" as m %}{% include "other_measures.html" %}')
    assert page.render(other_measures=told["internal"]).count("there is none of") == 2


def test_drivers_say_what_they_lack(planted, made_up):
    few = made_up.build()
    few = dataclasses.replace(few, safe_comments=few.safe_comments.assign(score=4.0))
    facts, discloser = gather(few, settings=SETTINGS), Discloser("publish")
    view = view_drivers(facts, view_overview(facts, discloser=discloser), discloser=discloser)
    assert view.missing == "300 respondents who gave a score are needed; there are 60."
    full = viewed(planted, "publish").drivers
    assert [line.number for line in full.lines] == [1, 2, 3, 4]
    assert [line.theme.theme_id for line in full.clear] == ["T01", "T03", "T07"]
    assert full.explained == 31
    assert full.lines[0].points_interval == "+0.30 to +1.30"


def test_the_same_tables_give_the_same_bytes(planted):
    shuffled = dataclasses.replace(
        planted, metrics=planted.metrics.sample(frac=1, random_state=2).reset_index(drop=True)
    )
    pages = [section(each) for each in (planted, shuffled)]
    assert pages[0] == pages[1]


def test_figures_of_any_size_read_well():
    assert [figure(value) for value in (1204.4, 55.55, 3.14159, 7.0, -0.004, -2.5)] == [
        "1,204",
        "55.5",
        "3.14",
        "7",
        "0",
        "\u22122.5",
    ]
