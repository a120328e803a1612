"""Emerging themes: what is planted over several sessions is found; noise, volume and new sources raise no alarm."""

import datetime

import numpy as np
import pandas as pd
import pytest

from voice_of_care.heard import Heard
from voice_of_care.settings import TrendSettings
from voice_of_care.trend_tables import CAUTIONS, EMERGING_VERDICTS
from voice_of_care.trends.emerging import find_emerging

SETTINGS = TrendSettings()
THEMES = tuple(f"T{number:02d}" for number in range(1, 13))
REPORT_DATE = datetime.date(2025, 3, 31)
MONTHS = pd.period_range("2024-01", "2025-03", freq="M")
ALARMS = ["new", "growing"]


def heard_of(rows):
    """Return what was heard: rows of cluster, month, themes, and columns that differ from a survey's."""
    comments, mentions = [], []
    for number, row in enumerate(rows):
        comment = {
            "comment_id": f"C{number:05d}",
            "unit": row["cluster"],
            "is_session": False,
            "received_on": pd.Period(row["month"], "M").to_timestamp() + pd.Timedelta(days=number % 28),
            "respondent_group": "service_user",
            "service": "Outpatients",
            "question": "What could we do better?",
            "channel": "survey",
            **{key: value for key, value in row.items() if key not in ("month", "themes")},
        }
        comments.append(comment)
        mentions += [comment | {"scope": "theme", "item_id": theme} for theme in row["themes"]]
    return Heard(pd.DataFrame(comments), pd.DataFrame(mentions, columns=[*comments[0], "scope", "item_id"]))


def respondents(rng, *, share, number, months=MONTHS, prefix="R", **about):
    """Return respondents of each month, who raise each theme with a share by theme and month."""
    return [
        {
            "cluster": f"{prefix}{month}-{respondent}",
            "month": month,
            "themes": [theme for theme in THEMES if rng.random() < share(theme, month)],
            **about,
        }
        for month in months
        for respondent in range(number(month))
    ]


def steady(theme, month):
    return 0.03 + 0.01 * THEMES.index(theme)


def find(rows, *, settings=SETTINGS, report_date=REPORT_DATE):
    return find_emerging(heard_of(rows), settings=settings, report_date=report_date).set_index("theme_id")


def is_recent(month):
    return month >= pd.Period("2025-01", "M")


def test_planted_rise_over_several_sessions_is_growing():
    rng = np.random.default_rng(1)
    rows = respondents(
        rng, share=lambda t, m: 0.15 if t == "T02" and is_recent(m) else steady(t, m), number=lambda m: 60
    )
    found = find(rows)
    assert found["verdict"].eq("growing").loc["T02"]
    assert found.index[0] == "T02"
    assert not found.drop("T02")["verdict"].isin(ALARMS).any()
    row = found.loc["T02"]
    assert (row["recent_from"], row["recent_to"]) == ("2025-01", "2025-03")
    assert (row["baseline_from"], row["baseline_to"]) == ("2024-01", "2024-12")
    assert row["recent_heard"] == 180
    assert row["baseline_heard"] == 720
    assert row["low"] > 1
    assert row["low"] < row["rate_ratio"] < row["high"]
    assert row["months_raised"] == 3
    assert row["cautions"] == ["season_unknown"]


def notes(name, month, themes, *, comments=20):
    return [
        {"cluster": name, "month": month, "themes": themes, "channel": "notes", "is_session": True, "question": None}
        for _ in range(comments)
    ]


def test_one_noisy_session_raises_no_alarm_and_several_do():
    rng = np.random.default_rng(2)
    rows = respondents(rng, share=lambda t, m: 0.01 if t == "T01" else steady(t, m), number=lambda m: 20)
    rows += [row for number in range(18) for row in notes(f"S{number}", MONTHS[number % 12], ["T09"])]
    noisy = rows + notes("S100", "2025-02", ["T01"], comments=60) + notes("S101", "2025-03", ["T09"])
    found = find(noisy)
    assert not found["verdict"].isin(ALARMS).any()
    assert "one_session" in found.loc["T01", "cautions"]
    several = rows + [row for n in range(6) for row in notes(f"S{200 + n}", f"2025-0{n % 3 + 1}", ["T01"], comments=10)]
    found = find(several)
    assert found["verdict"].eq("growing").loc["T01"]
    assert not found.drop("T01")["verdict"].isin(ALARMS).any()


def test_a_theme_never_heard_before_is_new_and_one_heard_long_ago_is_not():
    rng = np.random.default_rng(30)
    months = pd.period_range("2023-01", "2025-03", freq="M")
    planted = {"T01", "T02"}
    rows = respondents(
        rng,
        share=lambda t, m: 0.15 * is_recent(m) if t in planted else steady(t, m),
        number=lambda m: 40,
        months=months,
    )
    rows.append({"cluster": "R-early", "month": "2023-02", "themes": ["T02"]})
    found = find(rows)
    assert found.loc["T01", "verdict"] == "new"
    assert found.loc["T02", "verdict"] == "growing"
    assert found.loc["T02", "baseline_raised"] == 0
    assert pd.isna(found.loc["T01", "high"])
    assert found.loc["T02", "first_seen"].strftime("%Y-%m") == "2023-02"


def test_fading_mirrors_growing():
    rng = np.random.default_rng(4)
    rows = respondents(
        rng, share=lambda t, m: 0.02 if t == "T12" and is_recent(m) else steady(t, m) * 1.5, number=lambda m: 60
    )
    found = find(rows)
    assert found.loc["T12", "verdict"] == "fading"
    assert found.loc["T12", "high"] < 1
    assert found["verdict"].eq("fading").sum() == 1


@pytest.mark.parametrize("kind", ["steady", "volume doubles", "sessions", "services join"])
def test_no_change_raises_few_alarms(kind):
    """At a false discovery rate of .1 at most about one report in ten may hold a false alarm of a rise."""
    alarmed = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        if kind == "sessions":
            rows = [
                row
                for number in range(150)
                for row in notes(
                    f"S{number}", MONTHS[number % 15], [t for t in THEMES if rng.random() < steady(t, None)], comments=4
                )
            ]
        else:
            twice = kind == "volume doubles"
            rows = respondents(rng, share=steady, number=lambda m, twice=twice: 60 if twice and is_recent(m) else 30)
        if kind == "services join":
            rows += respondents(
                rng,
                share=lambda t, m: 0.4 if t in ("T01", "T02", "T03") else 0.02,
                number=lambda m: 25,
                months=MONTHS[8:],
                prefix="J",
                service="District Nursing",
            )
        alarmed += find(rows)["verdict"].isin(ALARMS).any()
    assert alarmed <= 3


def test_services_that_join_late_are_left_out_and_said_so():
    rng = np.random.default_rng(6)
    rows = respondents(rng, share=steady, number=lambda m: 30)
    rows += respondents(
        rng, share=lambda t, m: 0.5, number=lambda m: 30, months=MONTHS[12:], prefix="J", service="District Nursing"
    )
    found = find(rows)
    assert not found["verdict"].isin(ALARMS).any()
    assert found["strata_left_out"].eq(1).all()
    assert found["recent_heard"].eq(90).all()
    assert found["cautions"].map(lambda codes: "much_left_out" in codes).all()


def passing_survey(rng, name, months, *, share):
    return respondents(rng, share=share, number=lambda m: 40, months=months, prefix=name, channel=name)


def test_a_rise_in_a_new_survey_alone_is_watched_at_most():
    rng = np.random.default_rng(7)
    rows = respondents(rng, share=lambda t, m: 0.05, number=lambda m: 30)
    rows += passing_survey(rng, "old survey", MONTHS[2:5], share=lambda t, m: 0.05)
    rows += passing_survey(rng, "new survey", MONTHS[12:], share=lambda t, m: 0.4 if t == "T05" else 0.05)
    found = find(rows)
    assert found.loc["T05", "verdict"] == "watch"
    assert found.loc["T05", "q_value"] < SETTINGS.false_discovery
    assert "new_source" in found.loc["T05", "cautions"]
    assert not found["verdict"].isin(ALARMS).any()


def test_a_question_first_asked_of_late_is_told():
    rng = np.random.default_rng(8)
    rows = respondents(rng, share=lambda t, m: 0.05, number=lambda m: 40)
    rows += [
        row | {"question": "How was parking?", "themes": [*row["themes"], "T03"]}
        for row in rows
        if is_recent(row["month"]) and rng.random() < 0.3
    ]
    found = find(rows)
    assert "new_question" in found.loc["T03", "cautions"]


def test_a_rise_of_every_spring_is_told_from_two_years_on():
    rng = np.random.default_rng(9)
    months = pd.period_range("2023-01", "2025-03", freq="M")
    rows = respondents(
        rng,
        share=lambda t, m: 0.25 if t == "T04" and m.month <= 3 else 0.05,
        number=lambda m: 60,
        months=months,
    )
    found = find(rows)
    assert found.loc["T04", "verdict"] in ("growing", "watch")
    assert "season_repeats" in found.loc["T04", "cautions"]
    assert "season_unknown" not in found.loc["T04", "cautions"]


def test_uneven_months_are_told_and_weaken_the_verdict():
    rng = np.random.default_rng(10)
    rows = respondents(
        rng,
        share=lambda t, m: (0.35 if m.month in (2, 6, 11) else 0.03) if t == "T06" else 0.05,
        number=lambda m: 60,
    )
    found = find(rows)
    assert found.loc["T06", "dispersion"] > 1.5
    assert "overdispersed" in found.loc["T06", "cautions"]
    assert found.loc["T06", "verdict"] not in ALARMS


def test_too_few_mentions_are_not_tested():
    rng = np.random.default_rng(11)
    rows = respondents(rng, share=lambda t, m: 0.05 if t != "T01" else 0.0, number=lambda m: 30)
    rows += [{"cluster": f"R-{number}", "month": "2025-02", "themes": ["T01"]} for number in range(4)]
    row = find(rows).loc["T01"]
    assert row["verdict"] == "not_tested"
    assert pd.isna(row["rate_ratio"])
    assert row["recent_raised"] == 4
    assert row["smallest_rise"] > 5


def test_the_month_under_way_is_left_out():
    rng = np.random.default_rng(12)
    rows = respondents(rng, share=steady, number=lambda m: 10)
    assert find(rows, report_date=datetime.date(2025, 3, 30))["recent_to"].eq("2025-02").all()
    assert find(rows, report_date=datetime.date(2025, 4, 1))["recent_to"].eq("2025-03").all()


def test_nothing_dated_gives_no_rows():
    rows = respondents(np.random.default_rng(13), share=steady, number=lambda m: 2)
    heard = heard_of(rows)
    undated = Heard(heard.comments.assign(received_on=pd.NaT), heard.mentions.assign(received_on=pd.NaT))
    assert find_emerging(undated, settings=SETTINGS, report_date=REPORT_DATE).empty


def test_order_of_rows_and_keyed_ids_do_not_matter():
    rng = np.random.default_rng(14)
    rows = respondents(rng, share=steady, number=lambda m: 20)
    rows += passing_survey(rng, "old survey", MONTHS[2:5], share=steady)
    found = find(rows)
    names = rng.permutation(len(rows))
    renamed = [row | {"cluster": f"X{names[number]}"} for number, row in enumerate(rows)]
    shuffled = [renamed[number] for number in rng.permutation(len(rows))]
    again = find(shuffled)
    pd.testing.assert_frame_equal(found.drop(columns="first_seen"), again.drop(columns="first_seen"), check_exact=True)


def test_short_history_is_told():
    rng = np.random.default_rng(15)
    rows = respondents(
        rng,
        share=lambda t, m: 0.2 if t == "T01" and is_recent(m) else 0.05,
        number=lambda m: 60,
        months=MONTHS[8:],
    )
    found = find(rows)
    assert found.loc["T01", "verdict"] == "growing"
    assert "short_baseline" in found.loc["T01", "cautions"]


def test_verdicts_and_cautions_are_of_the_closed_lists_and_in_order():
    rows = respondents(np.random.default_rng(16), share=steady, number=lambda m: 10)
    found = find(rows)
    ranks = found["verdict"].map(EMERGING_VERDICTS.index)
    assert ranks.is_monotonic_increasing
    for codes in found["cautions"]:
        assert codes == [code for code in CAUTIONS if code in codes]


def test_one_month_alone_tests_nothing_and_loses_no_theme():
    rows = respondents(np.random.default_rng(17), share=lambda t, m: 0.3, number=lambda m: 20, months=MONTHS[14:])
    found = find(rows)
    assert sorted(found.index) == list(THEMES)
    assert found["verdict"].eq("not_tested").all()
    assert found["smallest_rise"].isna().all()
