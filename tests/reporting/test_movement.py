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
        told = [int(number.replace(",", "")) for number in re.findall(r"\b([\d,]+) people\b(?! or more)", text)]
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


def _over_time(analysis: Analysis) -> str:
    return _text(render_report(analysis, settings=SETTINGS, profile="internal").html, "over-time")


def _changed(analysis: Analysis, item: str, measure: str, **changes: object) -> Analysis:
    charts = analysis.charts
    mine = (charts["item_id"] == item) & (charts["measure"] == measure)
    changed = {name: charts[name].mask(mine, value) for name, value in changes.items()}
    return dataclasses.replace(analysis, charts=charts.assign(**changed))


def test_a_rebase_that_is_not_reached_is_not_said_to_have_begun(whole: Analysis) -> None:
    analysis = _slim(whole, 3)
    later = dataclasses.replace(analysis, rebases=analysis.rebases.assign(starts_on=pd.Timestamp(2031, 1, 1)))
    assert "Limits are to start anew on 1 January 2031, which is not reached yet" in _over_time(later)


def test_after_a_late_rebase_the_chart_stands_and_says_when_limits_come(whole: Analysis) -> None:
    late = _changed(_slim(whole, 3), "T01", "raised", standing="run_chart", points=4, variation=None, mix="none")
    report = render_report(late, settings=SETTINGS, profile="internal")
    card = report.html.split('id="series-theme-T01-raised"')[1].split("</article>")[0]
    assert "Limits start anew once 12 months are there; so far 4 count. Until then no signal is told" in card
    assert 'id="figure-series-theme-T01-raised"' in card
    assert 'id="figure-series-theme-T01-raised-whole"' in card
    assert "Under 8" not in card


def test_a_series_without_a_chart_says_why(whole: Analysis) -> None:
    few = _changed(_slim(whole, 1), "", "negative", standing="table_only", method="none", variation=None)
    series = few.series
    is_late = (series["scope"] == "overall") & (series["measure"] == "negative") & (series["period"] >= "2023-11")
    thin = dataclasses.replace(few, series=series.assign(denominator=series["denominator"].mask(is_late, 3)))
    text = _over_time(thin)
    assert "17 months with fewer than five people do not count. 7 months count, and under 8 there is no chart" in text
    assert "On average fewer than one a month is counted, or is not, so that there is no chart" in _over_time(few)
    drawn = _changed(few, "", "negative", standing="run_chart")
    assert "on average fewer than five a month are counted, or are not, so that no limits are drawn" in _over_time(
        drawn
    )


def test_who_is_no_longer_heard_is_told_and_keeps_no_icon(made_up: ModuleType, followed: ModuleType) -> None:
    analysis = _slim(followed.follow(made_up.build(staff=60, users=90)), 0, 1, 13)
    comments = analysis.safe_comments
    days = comments["received_on"].mask(comments["service"] == "Clinic A", pd.Timestamp(2024, 8, 20))
    gone = dataclasses.replace(analysis, safe_comments=comments.assign(received_on=days))
    gone = _changed(gone, "Clinic A", "negative", variation=None, last_heard="2024-08")
    report = render_report(gone, settings=SETTINGS, profile="internal")
    text = _text(report.html, "over-time")
    assert "No longer heard: the service ‘Clinic A’ (since September 2024)." in text
    assert "Some are no longer heard" in _text(report.html, "in-brief")
    assert "With 2 charts we expect" in text
    days = days.mask(comments["service"] == "Clinic A", pd.Timestamp(2025, 3, 20))
    assert "No longer heard" not in _over_time(
        dataclasses.replace(analysis, safe_comments=comments.assign(received_on=days))
    )


def test_who_is_nearly_everybody_is_not_charted_again(made_up: ModuleType, followed: ModuleType) -> None:
    analysis = followed.follow(made_up.build(staff=60, users=90))
    analysis = _slim(analysis, 1, 15)
    assert "With 2 charts" in _over_time(analysis)
    one_group = analysis.safe_comments.assign(respondent_group="staff")
    assert "With 1 chart " in _over_time(dataclasses.replace(analysis, safe_comments=one_group))


def test_the_largest_themes_show_the_measure_that_has_limits(whole: Analysis) -> None:
    bare = _changed(_slim(whole, 3, 4), "T01", "negative", variation=None, method="none", standing="run_chart")
    bare = _changed(bare, "T01", "raised", variation="common_cause", mix="none")
    unbased = dataclasses.replace(bare, control_points=bare.control_points[bare.control_points["variant"] == "main"])
    html = render_report(unbased, settings=SETTINGS, profile="internal").html
    assert re.findall(r'<article class="series [^"]*" id="(series-[^"]+)"', html) == ["series-theme-T01-raised"]


def test_only_what_has_a_chart_is_listed_and_the_rest_is_counted(whole: Analysis) -> None:
    few = _changed(_slim(whole, 0, 1, 9), "T08", "raised", standing="table_only", variation=None)
    text = _over_time(few)
    assert "All that is followed (2)" in text
    assert "1 more measure has too little for a chart" in text


def test_new_signals_carry_the_caution_that_the_mix_is_not_judged(whole: Analysis) -> None:
    analysis = _slim(whole, 3, 6)
    quiet = dataclasses.replace(analysis, charts=analysis.charts.assign(variation="common_cause"))
    html = render_report(analysis, settings=SETTINGS, profile="internal", before=quiet).html
    assert "whether a change of mix explains 1 of these 2 signals could not be judged" in html


def test_candidates_are_counted_alike_everywhere(whole: Analysis, followed: ModuleType) -> None:
    analysis = _slim(whole)
    html = render_report(analysis, settings=SETTINGS, profile="internal", before=analysis).html
    assert "candidate new theme waits" not in html  # none is new
    none_before = dataclasses.replace(analysis, themes=analysis.themes[analysis.themes["status"] != "candidate"])
    html = render_report(analysis, settings=SETTINGS, profile="internal", before=none_before).html
    assert "1 candidate new theme waits</a> for a person to name." in html
    assert len(re.findall(r'id="candidate-\d+"', html)) == 1


def test_themes_without_one_subject_are_not_ranked_among_what_emerges(whole: Analysis) -> None:
    analysis = _slim(whole)
    themes = analysis.themes.assign(
        label=analysis.themes["label"].mask(analysis.themes["theme_id"] == "T06", "Further praise")
    )
    text = _text(
        render_report(dataclasses.replace(analysis, themes=themes), settings=SETTINGS, profile="internal").html,
        "emerging",
    )
    assert "Only services, channels and groups heard in both spans are compared" in text
    assert "Not one subject (1)" in text
    assert "Watch Further praise" not in text
