"""What is followed over time: periods, units, shares, the mix, charts and funnels."""

import datetime
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trends.made import Place, make_heard
from voice_of_care.heard import Heard
from voice_of_care.settings import TargetSettings, TrendSettings
from voice_of_care.trend_tables import REBASES
from voice_of_care.trends.following import follow_series
from voice_of_care.trends.periods import lay_periods, number_periods

SIX = [Place(f"Service {number}", 12, 0.2) for number in range(6)]
FOUR_WORSE = [Place(f"Newcomer {number}", 12, 0.6) for number in range(4)]


def follow(heard, *, period="month", targets=(), rebases=None, report_date=None, **changes):
    return follow_series(
        heard,
        settings=TrendSettings(period=period, **changes),
        targets=targets,
        rebases=REBASES.empty() if rebases is None else rebases,
        report_date=report_date,
    )


def chart_of(followed, measure="negative", scope="overall"):
    charts = followed.charts
    return charts[(charts["scope"] == scope) & (charts["measure"] == measure)].iloc[0]


def rows_of(table, measure="negative", scope="overall", **also):
    mine = table[(table["scope"] == scope) & (table["measure"] == measure)]
    for name, value in also.items():
        mine = mine[mine[name] == value]
    return mine.reset_index(drop=True)


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts))).astype("datetime64[us]")


def test_quarters_are_named_by_the_financial_year():
    laid = lay_periods(days("2024-03-31", "2024-12-01"), kind="quarter", year_starts_in=4, report_date=None)
    assert laid["period"].tolist() == ["2023-24 Q4", "2024-25 Q1", "2024-25 Q2", "2024-25 Q3"]
    laid = lay_periods(days("2024-03-31", "2024-04-01"), kind="quarter", year_starts_in=1, report_date=None)
    assert laid["period"].tolist() == ["2024 Q1", "2024 Q2"]


def test_weeks_are_iso_weeks():
    laid = lay_periods(days("2020-12-31", "2021-01-04"), kind="week", year_starts_in=4, report_date=None)
    assert laid["period"].tolist() == ["2020-W53", "2021-W01"]
    assert laid["starts_on"].dt.day_name().eq("Monday").all()


@pytest.mark.parametrize(
    ("newest", "report_date", "is_complete"),
    [
        ("2024-03-30", None, True),
        ("2024-03-12", None, False),
        ("2024-03-12", datetime.date(2024, 3, 31), True),
        ("2024-03-30", datetime.date(2024, 3, 30), True),
        ("2024-03-29", datetime.date(2024, 3, 30), False),
        ("2024-03-12", datetime.date(2023, 1, 1), False),
    ],
)
def test_a_last_period_is_complete_when_nothing_more_is_to_come(newest, report_date, is_complete):
    dated = pd.Series(pd.date_range("2024-01-01", newest, freq="2D")).astype("datetime64[us]")
    dated = pd.concat([dated, days(newest)])
    laid = lay_periods(dated, kind="month", year_starts_in=4, report_date=report_date)
    assert laid["is_complete"].tolist() == [True, True, is_complete]


@given(
    st.lists(st.dates(datetime.date(2019, 1, 1), datetime.date(2024, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["week", "month", "quarter"]),
    st.integers(1, 12),
)
def test_periods_have_no_gaps_and_hold_every_day(dates, kind, year_starts_in):
    dated = pd.Series(pd.to_datetime(dates)).astype("datetime64[us]")
    laid = lay_periods(dated, kind=kind, year_starts_in=year_starts_in, report_date=None)
    gaps = laid["starts_on"].iloc[1:].to_numpy() - laid["ends_on"].iloc[:-1].to_numpy()
    assert (gaps == np.timedelta64(1, "D")).all()
    assert laid["period"].is_unique
    assert laid["is_complete"].iloc[:-1].all()
    number = number_periods(dated, laid)
    assert (laid["starts_on"].to_numpy()[number] <= dated.to_numpy()).all()
    assert (dated.to_numpy() <= laid["ends_on"].to_numpy()[number]).all()
    assert set(number) >= {0, len(laid) - 1}


def said(*rows):
    """Return comments from (unit, day, service, sentiment, score), each with a mention of T01 unless neutral."""
    polarity = {"negative": -0.5, "positive": 0.5, "neutral": 0.0, "mixed": 0.0}
    made = pd.DataFrame(rows, columns=["unit", "received_on", "service", "sentiment", "score"])
    comments = made.assign(
        comment_id=[f"C{number}" for number in range(len(made))],
        cluster=made["unit"],
        is_session=False,
        received_on=pd.to_datetime(made["received_on"]).astype("datetime64[us]"),
        respondent_group="unknown",
        site=None,
        question=None,
        channel="survey",
        score=made["score"].astype("float64"),
        polarity=made["sentiment"].map(polarity),
        run_id=1,
    )
    mentions = comments[comments["sentiment"] != "neutral"].drop(columns="run_id")
    mentions = mentions.assign(scope="theme", item_id="T01", segment_id=mentions["comment_id"] + ".1")
    return Heard(comments, mentions)


def test_units_are_counted_once_in_a_period_and_again_in_the_next():
    heard = said(
        ("A", "2024-01-03", "X", "negative", 1),
        ("A", "2024-01-09", "Y", "negative", 5),
        ("A", "2024-02-09", "X", "positive", 5),
        ("B", "2024-01-20", "X", "negative", 2),
        ("B", "2024-01-21", "X", "positive", None),
        ("C", "2024-01-30", "Y", "neutral", 4),
        ("D", None, "Y", "negative", 1),
    )
    series = follow(heard).series
    negative = rows_of(series)
    assert negative["denominator"].tolist() == [3, 1]
    assert negative["numerator"].tolist() == [1, 0]  # B is mixed, C neutral, D without a date
    assert rows_of(series, "raised", "theme")[["numerator", "denominator"]].to_numpy().tolist() == [[2, 3], [1, 1]]
    sentiment = rows_of(series, "sentiment")
    assert sentiment["value"].tolist() == pytest.approx([(-0.5 + 0 + 0) / 3, 0.5])
    assert sentiment["low"].notna().tolist() == [True, False]
    fft = rows_of(series, "fft")
    assert fft[["numerator", "denominator"]].to_numpy().tolist() == [[1, 3], [1, 1]]  # A's mean is 3 in January
    assert set(series["scope"]) == {"overall", "service", "theme"}  # a group that is not told is none


def test_an_empty_period_is_a_row_without_a_value():
    series = follow(said(("A", "2024-01-03", "X", "negative", 1), ("B", "2024-03-20", "X", "positive", 5))).series
    negative = rows_of(series)
    assert negative["period"].tolist() == ["2024-01", "2024-02", "2024-03"]
    assert negative["denominator"].tolist() == [1, 0, 1]
    assert negative["value"].isna().tolist() == [False, True, False]


def test_without_dates_there_are_no_series():
    followed = follow(said(("A", None, "X", "negative", 1)))
    assert followed.series.empty
    assert followed.control_points.empty
    assert followed.charts.empty


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_shares_lie_within_their_intervals_and_units_add_up(seed):
    heard = make_heard(SIX[:3], months=5, seed=seed)
    series = follow(heard).series
    told = series[series["value"].notna()]
    assert (told["numerator"] <= told["denominator"]).all()
    with_ends = told[told["low"].notna()]
    assert (with_ends["low"] <= with_ends["value"] + 1e-9).all()
    assert (with_ends["value"] <= with_ends["high"] + 1e-9).all()
    overall, service = (series[(series["scope"] == s) & (series["measure"] == "fft")] for s in ("overall", "service"))
    assert overall["denominator"].sum() == service["denominator"].sum() == heard.comments["unit"].nunique()
    assert series["covered"].dropna().between(0, 1).all()


def test_the_order_of_rows_is_irrelevant():
    heard = make_heard([*SIX[:3], *FOUR_WORSE[:1]], seed=3)
    first = follow(heard)
    order = list(range(len(heard.comments)))
    random.Random(5).shuffle(order)
    names = {name: f"X{place}" for name, place in zip(heard.comments["unit"], order, strict=True)}
    shuffled = Heard(
        heard.comments.iloc[order].assign(unit=lambda frame: frame["unit"].map(names)),
        heard.mentions.iloc[::-1].assign(unit=lambda frame: frame["unit"].map(names)),
    )
    again = follow(shuffled)
    for one, other in zip(first, again, strict=True):
        assert one.to_csv() == other.to_csv()


def test_what_is_handed_over_is_not_changed():
    heard = make_heard(SIX[:2], months=3)
    before = heard.comments.copy(), heard.mentions.copy()
    follow(heard)
    pd.testing.assert_frame_equal(heard.comments, before[0])
    pd.testing.assert_frame_equal(heard.mentions, before[1])


def until_mid_september():
    return Heard(*(frame[frame["received_on"] < "2024-09-12"] for frame in make_heard(SIX)))


def test_an_incomplete_last_period_is_in_the_series_and_not_in_the_chart():
    followed = follow(until_mid_september(), report_date=datetime.date(2024, 9, 29))
    assert rows_of(followed.series)["is_complete"].tolist() == [True] * 17 + [False]
    assert rows_of(followed.control_points, variant="main")["period"].iloc[-1] == "2024-08"
    assert chart_of(followed)["points"] == 17


def test_with_the_mix_unchanged_holding_it_changes_nothing():
    rows = [
        (f"{month}-{service}-{number}", f"2024-{month:02d}-0{1 + number % 9}", service, mood, 3)
        for month in range(1, 11)
        for service, bad in (("X", month % 4 + 1), ("Y", month % 3))
        for number in range(8 if service == "X" else 20)
        for mood in ["negative" if number < bad else "positive"]
    ]
    series = rows_of(follow(said(*rows)).series)
    assert series["standardised"].tolist() == pytest.approx(series["value"].tolist())
    assert series["covered"].eq(1).all()


def test_newcomers_are_named_and_their_level_is_no_trend():
    heard = make_heard([*SIX, *(place._replace(first=9) for place in FOUR_WORSE)], seed=11)
    followed = follow(heard)
    chart = chart_of(followed)
    assert chart["variation"] == "concern_high"
    assert chart["mix"] == "mix"
    assert chart["joined"] == [f"service: Newcomer {number}" for number in range(4)]
    assert chart["left"] == []
    steady = rows_of(followed.control_points, variant="standardised")
    assert steady["point_type"].iloc[-1] == "common_cause"


def test_those_who_leave_take_no_level_with_them():
    heard = make_heard([*SIX, *(place._replace(last=9) for place in FOUR_WORSE)], seed=11)
    chart = chart_of(follow(heard))
    assert chart["variation"] == "improvement_low"
    assert chart["mix"] == "mix"
    assert chart["left"] == [f"service: Newcomer {number}" for number in range(4)]
    assert chart["joined"] == []


def test_a_shift_in_all_services_stands():
    places = [place._replace(moves_at=9, moves_to=0.5) for place in SIX]
    chart = chart_of(follow(make_heard(places, seed=11)))
    assert chart["variation"] == "concern_high"
    assert chart["mix"] == "stands"
    assert chart["joined"] == chart["left"] == []


def test_a_shift_stands_where_newcomers_join_as_well():
    places = [*SIX, *(place._replace(first=9) for place in FOUR_WORSE)]
    chart = chart_of(follow(make_heard([place._replace(moves_at=9, moves_to=0.5) for place in places], seed=11)))
    assert chart["mix"] == "stands"
    assert len(chart["joined"]) == 4


def test_who_fills_in_which_box_does_not_explain_a_shift_away():
    """Two boxes, one for praise: who is discontent leaves it empty, so that the answers' mix moves with the level."""
    told = make_heard([place._replace(moves_at=9, moves_to=0.5) for place in SIX], seed=11, theme_share=0).comments
    is_bad = told["sentiment"].eq("negative")
    first = told.assign(question=is_bad.map({True: "Better?", False: "Good?"}))
    also = first[~is_bad & (first.index % 2 == 0)].assign(question="Better?", sentiment="negative", polarity=-0.4)
    comments = pd.concat([first, also.assign(comment_id=also["comment_id"] + "b")], ignore_index=True)
    chart = chart_of(follow(Heard(comments, make_heard(SIX[:1], months=1, theme_share=0).mentions)))
    assert (chart["variation"], chart["mix"]) == ("concern_high", "stands")


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["week", "month", "quarter"]))
def test_whatever_is_heard_has_one_chart_a_series(random_numbers, period):
    choose = random_numbers.choice
    count, span = choose([1, 2, 5, 40, 150]), choose([1, 10, 60, 400])
    rows = [
        (
            f"U{random_numbers.randrange(count)}",
            choose([None, *[pd.Timestamp("2023-01-01") + pd.Timedelta(days=random_numbers.randrange(span))] * 8]),
            choose([None, "X", "Y"]),
            choose(["negative", "positive", "neutral", "mixed"]),
            choose([None, 1, 3, 5]) if count > 5 else None,
        )
        for _ in range(count)
    ]
    followed = follow(said(*rows), period=period, rebases=choose([None, rebase("2023-03-10"), rebase("2031-01-01")]))
    keys = ["scope", "item_id", "measure"]
    assert followed.series[keys].drop_duplicates().shape[0] == len(followed.charts)
    charted = followed.control_points[keys].drop_duplicates().shape[0]
    assert charted == followed.charts["standing"].ne("table_only").sum()


def test_a_mix_of_which_too_little_is_left_is_not_judged():
    places = [place._replace(last=9) for place in SIX] + [place._replace(first=9) for place in FOUR_WORSE]
    followed = follow(make_heard(places, seed=11))
    assert chart_of(followed)["mix"] == "not_judged"
    late = rows_of(followed.series).iloc[10:]
    assert late["standardised"].isna().all()
    assert late["covered"].eq(0).all()


def test_without_change_few_charts_flag_and_none_is_called_a_mix():
    flagged = drawn = called = 0
    for seed in range(6):
        charts = follow(make_heard(SIX, seed=seed)).charts
        limits = charts[charts["variation"].notna()]
        drawn += len(limits)
        flagged += int(limits["variation"].ne("common_cause").sum())
        called += int(charts["mix"].eq("mix").sum())
    assert drawn > 60
    assert flagged / drawn < 0.08
    assert called <= 2


def test_periods_are_widened_where_too_few_are_counted():
    followed = follow(make_heard([Place("X", 9, 0.2)], months=40))
    chart = chart_of(followed)
    assert (chart["period_kind"], chart["is_widened"], chart["standing"]) == ("quarter", True, "provisional")
    assert set(rows_of(followed.series)["period_kind"]) == {"month", "quarter"}
    steady = chart_of(followed, "sentiment")
    assert (steady["period_kind"], steady["is_widened"]) == ("month", False)


def test_too_few_for_limits_is_a_run_chart_or_a_table():
    chart = chart_of(follow(make_heard([Place("X", 12, 0.2)], months=9)))
    assert (chart["standing"], chart["method"], chart["variation"]) == ("run_chart", "none", chart["assurance"])
    points = rows_of(follow(make_heard([Place("X", 12, 0.2)], months=9)).control_points)
    assert points["lower_limit"].isna().all()
    assert len(set(points["centre"])) == 1
    assert chart_of(follow(make_heard([Place("X", 80, 0.2)], months=6)))["standing"] == "table_only"
    assert chart_of(follow(make_heard([Place("X", 80, 0.0)], months=18)))["standing"] == "table_only"


def test_a_period_with_hardly_anyone_is_no_point():
    heard = make_heard([Place("X", 60, 0.3, first=4), Place("Y", 1, 0.5, last=1)], seed=2)
    points = rows_of(follow(heard).control_points, variant="main")
    assert points["period"].iloc[0] == "2023-08"
    assert len(rows_of(follow(heard).series)) == 18


def rebase(day):
    return pd.DataFrame(
        {
            "scope": ["overall"],
            "item_id": [""],
            "measure": ["negative"],
            "starts_on": [pd.Timestamp(day)],
            "reason": ["a new pathway"],
            "who": ["lead"],
        }
    )


def test_a_rebase_starts_a_phase_in_its_period_and_the_unbroken_chart_stays():
    places = [place._replace(moves_at=20, moves_to=0.5) for place in SIX]
    heard = make_heard(places, months=40)
    followed = follow(heard, rebases=rebase("2024-12-10"))
    main = rows_of(followed.control_points, variant="main")
    assert main.groupby("phase")["period"].first().tolist() == ["2023-04", "2024-12"]
    assert main.groupby("phase")["centre"].first().diff().iloc[-1] > 20
    whole = rows_of(followed.control_points, variant="whole")
    assert whole["phase"].eq(1).all()
    chart = chart_of(followed)
    assert (chart["points"], chart["standing"]) == (20, "full")
    assert rows_of(followed.control_points, "fft", variant="whole").empty


def test_a_phase_too_short_for_limits_has_none():
    followed = follow(make_heard(SIX, months=20), rebases=rebase("2024-08-01"))
    main = rows_of(followed.control_points, variant="main")
    assert main.groupby("phase")["upper_limit"].count().tolist() == [16, 0]
    chart = chart_of(followed)
    assert (chart["standing"], chart["points"], chart["method"]) == ("run_chart", 4, "xmr")
    assert pd.isna(chart["variation"])
    assert pd.isna(chart["assurance"])
    assert main["centre"].notna().tolist() == [True] * 16 + [False] * 4
    assert rows_of(followed.control_points, variant="whole")["upper_limit"].notna().all()


@pytest.mark.parametrize(
    ("day", "limited", "centred"), [("2023-08-01", [0, 12], [0, 12]), ("2023-12-01", [0, 0], [8, 8])]
)
def test_a_rebase_never_takes_a_chart_away(day, limited, centred):
    followed = follow(make_heard(SIX, months=16), rebases=rebase(day))
    main = rows_of(followed.control_points, variant="main")
    assert len(main) == 16
    assert main.groupby("phase")["upper_limit"].count().tolist() == limited
    assert main.groupby("phase")["centre"].count().tolist() == centred
    assert rows_of(followed.control_points, variant="whole")["upper_limit"].notna().all()
    assert chart_of(followed)["standing"] != "table_only"


def test_a_rebase_not_reached_yet_changes_nothing():
    heard = make_heard(SIX, months=16)
    later = follow(heard, rebases=rebase("2031-01-01"))
    for one, other in zip(follow(heard), later, strict=True):
        assert one.to_csv() == other.to_csv()


def test_nothing_is_said_of_the_last_point_of_who_is_no_longer_heard():
    places = [*SIX, Place("Gone", 60, 0.3, last=15), Place("Late", 60, 0.3, last=17)]
    followed = follow(
        make_heard(places), targets=[TargetSettings(measure="negative", value=80.0, scope="service", item_id="Gone")]
    )
    charts = rows_of(followed.charts, scope="service").set_index("item_id")
    gone = charts.loc["Gone"]
    assert (gone["last_heard"], gone["last_rule"], gone["mix"]) == ("2024-06", "none", "none")
    assert pd.isna(gone["variation"])
    assert pd.isna(gone["assurance"])
    assert charts.drop(index="Gone")["last_heard"].isna().all()
    assert charts.loc["Late", "variation"] is not None
    limits = rows_of(followed.control_points, scope="service", item_id="Gone", variant="main")
    assert limits["upper_limit"].notna().all()


def test_targets_are_judged_in_per_cent():
    targets = (
        TargetSettings(measure="negative", value=60),
        TargetSettings(measure="fft", value=99.9),
        TargetSettings(measure="fft", value=80, scope="service", item_id="Service 1"),
    )
    followed = follow(make_heard([place._replace(monthly=40) for place in SIX]), targets=targets)
    assert chart_of(followed)["assurance"] == "consistent_pass"
    assert chart_of(followed, "fft")["assurance"] == "consistent_fail"
    assert chart_of(followed, "fft")["target"] == 99.9
    service = rows_of(followed.charts, "fft", "service")
    assert service["assurance"].notna().tolist() == [False, True, False, False, False, False]
    assert pd.isna(chart_of(followed, "raised", "theme")["assurance"])


def test_directions_are_those_of_the_measures():
    charts = follow(make_heard(SIX)).charts.drop_duplicates("measure").set_index("measure")["direction"]
    assert charts.to_dict() == {
        "negative": "decrease",
        "sentiment": "increase",
        "fft": "increase",
        "raised": "neutral",
    }


def test_funnels_find_the_place_that_differs():
    places = [place._replace(monthly=15) for place in SIX] + [Place("Worse", 15, 0.45), Place("Small", 0.3, 0.5)]
    funnels = follow(make_heard(places, months=12)).funnels
    negative = funnels[funnels["measure"] == "negative"].set_index("place")
    assert negative["standing"]["Worse"] == "above_998"
    assert (negative["standing"].drop("Worse") != "above_998").all()
    assert "Small" not in negative.index
    assert negative["lower_998"].le(negative["lower_95"]).all()
    assert set(funnels["level"]) == {"service"}  # one site is nothing to compare


def test_funnels_need_three_places_and_stop_at_the_last_complete_period():
    assert follow(make_heard(SIX[:2])).funnels.empty
    cut = follow(until_mid_september(), report_date=datetime.date(2024, 9, 29)).funnels
    all_of_them = follow(until_mid_september(), report_date=datetime.date(2024, 9, 30)).funnels
    assert 0 < cut["denominator"].sum() < all_of_them["denominator"].sum()
