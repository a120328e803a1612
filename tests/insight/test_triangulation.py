"""Other measures beside themes: what moves alike is found, what stays is not, and order is of no account."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.insight.test_voices import analysis_of
from tests.trends.made import Place, make_heard
from voice_of_care.decisions import Decision, record_decisions
from voice_of_care.insight.triangulation import (
    change_of_mean,
    change_of_share,
    strongest_rank_correlation,
    themes_in_the_running,
    triangulate,
)
from voice_of_care.insight.voices import gather_voices
from voice_of_care.insight_tables import METRICS, RANKING
from voice_of_care.metric_series import names_of_nothing
from voice_of_care.settings import Settings
from voice_of_care.tables import conform

MONTHS = 16
MOVES = Place("Maternity", 60, 0.2, moves_at=8, moves_to=0.6)
STAYS = Place("Maternity", 60, 0.3)


def metric(values, *, name="Complaints", better="lower", start="2023-04-01", service=None, step=1):
    starts = [pd.Timestamp(start) + pd.DateOffset(months=step * number) for number in range(len(values))]
    rows = pd.DataFrame(
        {
            "metric": name,
            "period": [f"{day:%Y-%m}" for day in starts],
            "starts_on": starts,
            "service": service,
            "value": values,
            "better": better,
        }
    )
    return conform(rows, METRICS)


def settings_of(**metrics):
    entries = [{"name": name, "file": "m.csv", **about} for name, about in metrics.items()]
    return Settings.model_validate({"metrics": entries, "report": {"date": "2030-01-01"}})


def found(place, metrics, settings, *, months=MONTHS, seed=1, analysis=None, shuffled=False):
    heard = make_heard([place], months=months, seed=seed, theme_share=0.8)
    heard = heard._replace(comments=heard.comments.assign(people_present=pd.NA))
    analysis = analysis or analysis_of()
    if shuffled:
        order = np.random.default_rng(3)
        again = {f"U{number:05d}": f"V{99999 - number:05d}" for number in range(len(heard.comments))}
        heard = heard._replace(
            comments=heard.comments.sample(frac=1, random_state=order).assign(
                unit=lambda rows: rows["unit"].map(again), cluster=lambda rows: rows["cluster"].map(again)
            ),
            mentions=heard.mentions.sample(frac=1, random_state=order).assign(
                unit=lambda rows: rows["unit"].map(again)
            ),
        )
        metrics = metrics.sample(frac=1, random_state=order)
    voices = gather_voices(analysis, heard, settings=settings.insight)
    return triangulate(analysis, voices, RANKING.empty(), metrics, settings=settings)


RISING = [4, 5, 4, 6, 5, 4, 5, 5, 11, 12, 10, 12, 11, 13, 12, 11]
SPEAKS = {"Complaints": {"themes": ["parking"]}}


def test_both_for_the_worse_agree_and_opposite_ways_disagree():
    (row,) = found(MOVES, metric(RISING), settings_of(**SPEAKS)).itertuples(index=False)
    assert (row.theme_id, row.metric, row.periods, row.verdict) == ("T01", "Complaints", MONTHS, "agree")
    assert row.theme_low > 0
    assert row.theme_change == pytest.approx(0.8 * 0.4, abs=0.1)
    assert row.metric_change == pytest.approx(np.mean(RISING[8:]) - np.mean(RISING[:8]))
    assert row.rho > 0.5
    (row,) = found(MOVES, metric(RISING[::-1]), settings_of(**SPEAKS)).itertuples(index=False)
    assert row.verdict == "disagree"
    (row,) = found(MOVES, metric(RISING[::-1], better="higher"), settings_of(**SPEAKS)).itertuples(index=False)
    assert row.verdict == "agree"


def test_where_either_is_not_clear_or_the_course_is_short_nothing_is_said():
    steady = [5, 6, 5, 4] * 4
    assert found(MOVES, metric(steady), settings_of(**SPEAKS))["verdict"].tolist() == ["cannot_tell"]
    assert found(STAYS, metric(RISING), settings_of(**SPEAKS))["verdict"].tolist() == ["cannot_tell"]
    short = found(MOVES, metric(RISING[5:12], start="2023-09-01"), settings_of(**SPEAKS))
    assert short["verdict"].tolist() == ["cannot_tell"]
    assert short["periods"].tolist() == [7]
    assert short["theme_change"].isna().all()


def test_a_theme_without_a_measure_has_one_row():
    for settings in (
        settings_of(),
        settings_of(Complaints={"themes": ["Food"]}),
        settings_of(Falls=SPEAKS["Complaints"]),
    ):
        (row,) = found(MOVES, metric(RISING), settings).itertuples(index=False)
        assert (row.metric, row.periods, row.verdict) == ("", 0, "no_measure")


def test_a_measure_may_be_named_by_priority():
    links = pd.DataFrame({"theme_id": ["T01"], "framework_id": ["steeep"], "priority_id": ["safe"]})
    settings = settings_of(Complaints={"priorities": ["STEEEP/Safe"]})
    for status, verdict in (("proposed", "agree"), ("rejected", "no_measure")):
        analysis = analysis_of(theme_links=links.assign(status=status))
        assert found(MOVES, metric(RISING), settings, analysis=analysis)["verdict"].tolist() == [verdict]


def renamed(*labels):
    steps = [
        Decision("theme.rename", {"theme_id": "T01", "label": new}, {"label": old}, "A")
        for old, new in pairwise(labels)
    ]
    empty = analysis_of().events
    return analysis_of(events=record_decisions(empty, steps, at_utc="2030-01-01T00:00:00Z"))


def test_a_theme_is_found_by_the_names_it_had():
    label = analysis_of().themes.set_index("theme_id")["label"]["T01"]
    settings = settings_of(Complaints={"themes": ["Car park"]})
    for analysis, verdict in (
        (renamed("Car park", "Cars", label), "agree"),
        (renamed("Car park", "Cars"), "no_measure"),  # is not called so: it was undone, or means something else now
    ):
        assert found(MOVES, metric(RISING), settings, analysis=analysis)["verdict"].tolist() == [verdict]
        assert bool(names_of_nothing(analysis, settings.metrics)) == (verdict == "no_measure")


def test_names_of_no_theme_or_priority_are_told():
    settings = settings_of(Complaints={"themes": ["parking", "T02", "Lifts", " "], "priorities": ["steeep/saef"]})
    unknown = [(each.name, each.is_priority) for each in names_of_nothing(analysis_of(), settings.metrics)]
    assert unknown == [("Lifts", False), (" ", False), ("steeep/saef", True)]


def test_quarters_are_set_beside_quarters():
    place = Place("Maternity", 60, 0.2, moves_at=15, moves_to=0.6)
    quarters = metric([1, 2, 1, 2, 1, 6, 7, 6, 7, 6], step=3)
    (row,) = found(place, quarters, settings_of(**SPEAKS), months=30).itertuples(index=False)
    assert (row.periods, row.verdict) == (10, "agree")


def test_services_are_taken_together():
    both = pd.concat([metric(RISING, service="A"), metric(RISING[::-1], service="B")])
    assert found(MOVES, both, settings_of(**SPEAKS))["verdict"].tolist() == ["cannot_tell"]
    whole = pd.concat([both, metric(RISING)])
    assert found(MOVES, whole, settings_of(**SPEAKS))["verdict"].tolist() == ["agree"]


def test_rows_in_another_order_and_units_by_other_names_give_the_same():
    first = found(MOVES, metric(RISING), settings_of(**SPEAKS))
    second = found(MOVES, metric(RISING), settings_of(**SPEAKS), shuffled=True)
    pd.testing.assert_frame_equal(first, second)


def test_an_unfinished_month_is_left_out():
    settings = settings_of(**SPEAKS).model_copy(update={"report": Settings().report})
    heard_to = found(MOVES, metric(RISING), settings)["periods"].item()
    assert heard_to in (MONTHS - 1, MONTHS)
    early = Settings.model_validate({**settings.model_dump(), "report": {"date": "2024-07-20"}})
    assert found(MOVES, metric(RISING), early)["periods"].item() == heard_to


def test_few_false_stories_where_nothing_moves():
    rng = np.random.default_rng(5)
    told = [
        found(STAYS, metric(rng.poisson(20, MONTHS).astype(float)), settings_of(**SPEAKS), seed=seed)["verdict"].item()
        for seed in range(15)
    ]
    assert sum(verdict != "cannot_tell" for verdict in told) <= 1


def test_the_interval_of_a_mean_is_students():
    values = np.array([3.0, 4.0, 5.0, 4.0, 99.0, 7.0, 8.0, 6.0, 9.0])
    change = change_of_mean(values)
    expected = stats.ttest_ind(values[5:], values[:4]).confidence_interval(0.95)
    assert (change.low, change.high) == pytest.approx((expected.low, expected.high))


def test_the_interval_of_a_share_keeps_its_promise():
    rng = np.random.default_rng(11)
    sizes = rng.integers(8, 90, size=(1000, 12))
    for spread in (0.0, 0.08):
        level = np.clip(0.3 + spread * rng.standard_normal((1000, 12)), 0.01, 0.99)
        parts = rng.binomial(sizes, level)
        changes = [change_of_share(part, whole) for part, whole in zip(parts, sizes, strict=True)]
        assert np.mean([change.direction != 0 for change in changes]) <= 0.065
    nobody = change_of_share([0] * 8, [10] * 8)
    assert nobody.change == 0
    assert nobody.low < 0 < nobody.high


def test_rank_correlation_finds_the_lag_and_tells_nothing_of_too_little():
    days = pd.date_range("2024-01-01", periods=12, freq="MS")
    course = pd.Series(np.random.default_rng(2).permutation(12).astype(float), index=days)
    later = pd.Series(course.to_numpy(), index=days + pd.DateOffset(months=2))
    assert strongest_rank_correlation(course, later, months=1) == (2, 1.0)
    assert strongest_rank_correlation(course[:7], later, months=1) is None
    assert strongest_rank_correlation(course, later * 0, months=1) is None


def test_the_running_is_the_ranking_overall_or_the_largest():
    heard = make_heard([STAYS], months=2)
    heard = heard._replace(comments=heard.comments.assign(people_present=pd.NA))
    voices = gather_voices(analysis_of(), heard, settings=Settings().insight)
    assert themes_in_the_running(voices, RANKING.empty()) == ("T01",)
    ranking = pd.DataFrame(
        {
            "theme_id": ["T03", "T01", "T02", "T04"],
            "scope": ["overall", "overall", "overall", "group/staff"],
            "verdict": ["unlikely", "contender", "unlikely", "secure"],
            "is_listed": [True, False, False, True],
            "rank": [2, 1, 3, 1],
        }
    )
    assert themes_in_the_running(voices, ranking) == ("T01", "T03")
