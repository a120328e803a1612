from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_of_care import tables, trend_tables
from voice_of_care.reporting import Report, render_report
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.followed import may_draw, show_points
from voice_of_care.settings import parse_settings

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis

SETTINGS = parse_settings({"project": {"title": "What people told us"}})
WITHHELD = "Its points rest on small numbers and are not shown in this copy"


def _text(html: str, section: str) -> str:
    body = html.split(f'<section id="{section}"')[1].split("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", body, flags=re.DOTALL)))


def _slim(analysis: Analysis, *places: int) -> Analysis:
    """Return the analysis with these charts alone and no chart of an action, which is quick to draw."""
    nothing = analysis.difference_points.iloc[:0]
    return dataclasses.replace(analysis, charts=analysis.charts.iloc[list(places)], difference_points=nothing)


@pytest.fixture(scope="module")
def whole(made_up: ModuleType, followed: ModuleType) -> Analysis:
    analysis = followed.follow(made_up.build(staff=60, users=90))
    return followed.refit(followed.propose(followed.add_a_run(analysis)))


@pytest.fixture(scope="module")
def internal(whole: Analysis) -> Report:
    return render_report(whole, settings=SETTINGS, profile="internal")


@pytest.fixture(scope="module")
def publish(whole: Analysis) -> Report:
    return render_report(whole, settings=SETTINGS, profile="publish")


def test_what_chance_would_flag_stands_beside_what_is_flagged(internal: Report) -> None:
    text = _text(internal.html, "over-time")
    assert (
        "With 15 charts we expect about 0.3 to flag by chance; 5 do, and 1 more is explained by a change of mix" in text
    )


def test_overall_signals_and_the_largest_themes_have_a_card_and_the_rest_a_line(internal: Report) -> None:
    cards = re.findall(r'<article class="series [^"]*" id="(series-[^"]+)"', internal.html)
    assert cards[:3] == ["series-overall-fft", "series-overall-negative", "series-overall-sentiment"]
    assert "series-theme-T01-negative" in cards
    assert "series-theme-T02-negative" in cards
    assert "series-theme-T08-raised" not in cards
    assert "Computer systems that do not talk to each other" in _text(internal.html, "over-time")


def test_a_movement_that_the_mix_explains_is_no_trend(internal: Report) -> None:
    card = internal.html.split('id="series-theme-T05-negative"')[1].split("</article>")[0]
    assert "Explained by a change of mix: no trend" in card
    assert "Ward 4" in card
    assert "Special cause" not in card
    assert "concern" not in re.sub(r"<svg.*?</svg>", "", card, flags=re.DOTALL).lower()
    drawn = re.search(r"<svg role=.*?</svg>", card, flags=re.DOTALL)
    assert drawn is not None
    assert "concern" not in drawn[0].lower()
    assert "The mix of those heard has changed" in internal.html


def test_rebases_carry_who_and_why_and_the_chart_without_them(internal: Report) -> None:
    card = internal.html.split('id="series-theme-T01-raised"')[1].split("</article>")[0]
    assert "Limits start anew on 1 April 2024" in card
    assert "a second clinic opened (decided by Head of access)" in card
    assert 'id="figure-series-theme-T01-raised-whole"' in card


def test_every_theme_has_its_icon_and_its_verdict_in_the_table_of_all(internal: Report) -> None:
    row = internal.html.split('data-sort="Waiting for an appointment"')[1].split("</tr>")[0]
    assert "Growing" in row
    assert "Concern: higher than expected" in row
    assert 'class="mark spark"' in row


def test_emerging_themes_are_ranked_with_what_they_rest_on(internal: Report) -> None:
    text = _text(internal.html, "emerging")
    places = [text.index(word) for word in ("Being told what", "Waiting for an", "Parking at the", "Staffing levels")]
    assert places == sorted(places)
    assert "Raised 2.3 times as often (95% interval 1.6 to 3.2): by 90 of 600 of late, 160 of 2,400 before" in text
    assert "Not tested: too few (2)" in text
    assert "less than two years are known" in text


def test_a_candidate_waits_and_stands_among_no_themes(internal: Report, publish: Report) -> None:
    assert "Waits for a person to name it" in _text(internal.html, "emerging")
    assert "Zorblatt forms (working name)" in _text(internal.html, "emerging")
    assert "Zorblatt" not in _text(internal.html, "themes")
    assert "orblatt" not in publish.html


def test_a_refit_says_what_became_of_each_theme(internal: Report) -> None:
    text = _text(internal.html, "emerging")
    assert "2 of 6 themes are kept, 1 is gone, 1 is new" in text
    assert "Televisions – Gone" in re.sub(r"\s+", " ", text)
    assert 'id="figure-themes-refitted"' in internal.html


def test_actions_say_as_much_as_the_ladder_and_never_what_was_the_cause(internal: Report, publish: Report) -> None:
    text = _text(internal.html, "difference")
    assert "A second receptionist in the mornings" in text
    assert "Signal after the change, not seen elsewhere" in text
    assert "Too little to say" in text
    for report in (internal, publish):
        assert not re.search(r"\bcaused\b|\bbecause of\b|\bled to\b", _text(report.html, "difference"))


def test_what_was_said_after_an_action_is_quoted_under_the_rules_of_all_quotes(whole: Analysis) -> None:
    refused = whole.quotes.assign(status="withheld")
    report = render_report(dataclasses.replace(_slim(whole), quotes=refused), settings=SETTINGS, profile="publish")
    assert 'class="quote' not in report.html.split('<section id="difference"')[1].split("</section>")[0]


def test_without_dates_nothing_is_followed_and_the_page_says_so(made_up: ModuleType) -> None:
    analysis = made_up.build()
    undated = analysis.safe_comments.assign(received_on=pd.NaT)
    undated = tables.conform(undated.astype({"received_on": "datetime64[us]"}), tables.SAFE_COMMENTS)
    report = render_report(dataclasses.replace(analysis, safe_comments=undated), settings=SETTINGS, profile="internal")
    text = _text(report.html, "over-time")
    assert "No comment carries a date: nothing can be followed over time" in text
    assert "<figure" not in report.html.split('<section id="over-time"')[1].split("</section>")[0]
    assert "No comment carries a date" in _text(report.html, "emerging")
    assert "What changed since last time" not in report.html


@pytest.mark.parametrize(
    ("months", "said", "is_drawn"),
    [
        (5, "A chart needs 8 periods at least", False),
        (9, "Limits need 12 periods at least", True),
        (14, "Provisional limits", True),
    ],
)
def test_few_months_are_told_and_frames_never_stand_empty(
    made_up: ModuleType, followed: ModuleType, months: int, said: str, *, is_drawn: bool
) -> None:
    analysis = _slim(followed.follow(made_up.build(), months=months), 0, 3)
    bare = dataclasses.replace(analysis, funnels=analysis.funnels.iloc[:0])
    report = render_report(bare, settings=SETTINGS, profile="internal")
    section = report.html.split('<section id="over-time"')[1].split("</section>")[0]
    assert said in section
    assert ("<figure" in section) == is_drawn
    assert ("to flag by chance" in section) == (months >= 12)


def test_since_last_time_names_what_is_new_and_what_is_gone(whole: Analysis) -> None:
    whole = _slim(whole, 0, 3, 5)
    charts = whole.charts
    is_fresh = (charts["item_id"] == "T01") & (charts["measure"] == "raised")
    earlier = charts.assign(variation=charts["variation"].mask(is_fresh, "common_cause"))
    is_gone = (charts["item_id"] == "T02") & (charts["measure"] == "negative")
    earlier = earlier.assign(variation=earlier["variation"].mask(is_gone, "concern_high"))
    before = dataclasses.replace(whole, charts=earlier, emerging=whole.emerging.iloc[:0])
    report = render_report(whole, settings=SETTINGS, profile="internal", before=before)
    said = report.html.split('<h3 id="since-last">')[1].split("</ul>")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", said))
    assert "The last run: 33 comments added (of January 2025 to March 2025)." in text
    assert "New signals: Waiting for an appointment: share who raise it (worse: higher)." in text
    assert "Signals that are gone: Getting through on the phone: share with only bad to say." in text
    assert "Newly seen of late: Being told what happens next (new)" in text
    assert 3 <= said.count("<li>") <= 5


def test_the_first_run_has_no_last_time(made_up: ModuleType, followed: ModuleType) -> None:
    report = render_report(_slim(followed.follow(made_up.build())), settings=SETTINGS, profile="internal")
    assert "What changed since last time" not in report.html


def _is_safe(number: int, fewest: int = 8) -> bool:
    return number == 0 or (number >= fewest and number % 5 == 0)


@pytest.mark.parametrize("people", [30, 60])
def test_publish_lets_no_small_or_unrounded_count_out_of_what_is_followed(
    made_up: ModuleType, followed: ModuleType, people: int
) -> None:
    analysis = followed.refit(followed.propose(followed.follow(made_up.build(staff=60, users=90), people=people)))
    report = render_report(analysis, settings=SETTINGS, profile="publish")
    for section in ("over-time", "emerging", "difference"):
        body = report.html.split(f'<section id="{section}"')[1].split("</section>")[0]
        cells = re.findall(r'<td class="num"[^>]*>([^<]*)</td>', body)
        whole = [int(cell.replace(",", "")) for cell in cells if re.fullmatch(r"[\d,]+", cell.strip())]
        text = _text(report.html, section)
        told = [int(number.replace(",", "")) for number in re.findall(r"\b([\d,]+) people\b", text)]
        told += [
            int(number.replace(",", "")) for pair in re.findall(r"by ([\d,]+) of ([\d,]+)", text) for number in pair
        ]
        assert [number for number in (*whole, *told) if not _is_safe(number)] == []
    if people == 30:
        assert WITHHELD in report.html


def test_publish_draws_whole_per_cent_alone(publish: Report) -> None:
    for stem, svg in publish.figures:
        described = re.findall(r"<(?:title|desc)[^>]*>(.*?)</", svg)
        assert len(described) == 2
        if stem.startswith(("series", "difference", "funnel")) and "sentiment" not in stem:
            assert not re.search(r"\d\.\d+%", svg), stem


def test_publish_does_not_change_when_only_small_numbers_do(made_up: ModuleType, followed: ModuleType) -> None:
    pages = []
    for few in (2, 3):
        analysis = _slim(followed.follow(made_up.build(staff=60, users=90)), 1, 14)
        is_small = (analysis.series["item_id"] == "Day Centre") & (analysis.series["period"] == "2024-06")
        series = analysis.series.assign(numerator=analysis.series["numerator"].mask(is_small, few))
        series = series.assign(value=series["value"].mask(is_small, few / series["denominator"]))
        funnels = analysis.funnels
        is_place = funnels["place"] == "Day Centre"
        funnels = funnels.assign(numerator=funnels["numerator"].mask(is_place, few).astype("Int64"))
        emerging = analysis.emerging
        is_rare = emerging["theme_id"] == "T08"
        emerging = emerging.assign(recent_raised=emerging["recent_raised"].mask(is_rare, few).astype("Int64"))
        changed = dataclasses.replace(analysis, series=series, funnels=funnels, emerging=emerging)
        pages.append(render_report(changed, settings=SETTINGS, profile="publish"))
    assert pages[0] == pages[1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12),
    st.sampled_from(["publish", "threshold5", "threshold10"]),
)
def test_no_point_that_rests_on_few_is_shown(counts: list[tuple[int, int]], profile: str) -> None:
    discloser = Discloser(profile)
    rows = [
        {
            "scope": "theme",
            "item_id": "T01",
            "measure": "negative",
            "period_kind": "month",
            "period": f"2024-{place:02d}",
            "starts_on": pd.Timestamp(2024, place, 1),
            "ends_on": pd.Timestamp(2024, place, 28),
            "is_complete": True,
            "numerator": float(part),
            "denominator": part + rest,
            "value": part / (part + rest) if part + rest else None,
        }
        for place, (part, rest) in enumerate(counts, start=1)
    ]
    frame = tables.conform(pd.DataFrame(rows).reindex(columns=list(trend_tables.SERIES.columns)), trend_tables.SERIES)
    points = show_points(frame, kind="month", measure="negative", discloser=discloser)
    fewest = discloser.fewest_shown
    is_few = [any(0 < number < fewest for number in (*pair, sum(pair))) for pair in counts]
    withheld = [point.is_withheld for point in points]
    assert all(hidden for hidden, few in zip(withheld, is_few, strict=True) if few)
    lone = profile != "publish" and sum(is_few) == 1 and sum(sum(pair) > 0 for pair in counts) > 1
    assert sum(withheld) == sum(is_few) + lone
    assert may_draw(points) == (2 * sum(withheld) <= len(points))
    for point in points:
        assert point.value is None or float(point.value).is_integer()
        assert not point.is_withheld or (point.value is None and point.denominator.is_suppressed)


def test_one_place_alone_is_never_held_back(made_up: ModuleType, followed: ModuleType) -> None:
    analysis = _slim(followed.follow(made_up.build(staff=60, users=90), people=400), 13, 14)
    report = render_report(analysis, settings=SETTINGS, profile="threshold5")
    card = report.html.split('id="series-service-1-negative"')[1].split("</article>")[0]
    assert WITHHELD in card
    assert "<svg role" not in card
