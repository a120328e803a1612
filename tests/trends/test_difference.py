"""After an action: what is planted is found, as far up the ladder as it goes; where nothing is, seldom anything is."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from voice_of_care.heard import Heard
from voice_of_care.settings import TrendSettings
from voice_of_care.tables import SEGMENTS, conform
from voice_of_care.trend_tables import ACTIONS, DIFFERENCE_POINTS, DIFFERENCES
from voice_of_care.trends.difference import judge_differences
from voice_of_care.trends.judging import Timeline, judge_side
from voice_of_care.trends.sides import Counts
from voice_of_care.trends.spc import chart_xmr

MONTHS = 24
START = pd.Timestamp("2024-01-01")
REPORT = datetime.date(2024, 12, 31)
_ABOUT = {"respondent_group": "service_user", "site": None, "question": None, "channel": "forms", "is_session": False}


def hear(shares, *, heard=40, seed=1, scored=False):
    """Return what was heard: for each service the share negative before and after 2024, from January 2023 on.

    Args:
        shares: service to the shares before and after.
        heard: people a month and service, all of whom speak of the theme T01.
        seed: of the chance at work.
        scored: whether they give a score too, 5 to please and 1 not to.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for service, (before, after) in shares.items():
        for month in range(MONTHS):
            day = pd.Timestamp(2023 + month // 12, month % 12 + 1, 1)
            is_negative = rng.random(heard) < (before if day < START else after)
            rows += [
                (service, day + pd.Timedelta(days=int(number) % 28), bad) for number, bad in enumerate(is_negative)
            ]
    frame = pd.DataFrame(rows, columns=["service", "received_on", "is_negative"])
    ids = [f"{service}{number}" for number, service in enumerate(frame["service"])]
    polarity = np.where(frame["is_negative"], -0.5, 0.5)
    comments = pd.DataFrame(
        {
            "comment_id": ids,
            "unit": ids,
            "cluster": ids,
            **_ABOUT,
            "service": frame["service"],
            "received_on": frame["received_on"].astype("datetime64[us]"),
            "score": np.where(frame["is_negative"], 1.0, 5.0) if scored else np.nan,
            "polarity": polarity,
            "sentiment": np.where(frame["is_negative"], "negative", "positive"),
            "run_id": 1,
        }
    )
    mentions = comments.drop(columns="run_id").assign(scope="theme", item_id="T01", segment_id=comments["comment_id"])
    return Heard(comments, mentions)


def act(*, services=("a",), scope="theme", item_id="T01", starts_on=START, action_id="A1"):
    row = (action_id, "more bays", list(services), scope, item_id, pd.Timestamp(starts_on), "estates")
    return conform(pd.DataFrame([row], columns=list(ACTIONS.columns)), ACTIONS)


def judged(heard, actions, **settings):
    return judge_differences(
        heard, actions, segments=SEGMENTS.empty(), settings=TrendSettings(**settings), report_date=REPORT
    )


def row_of(found, measure="negative"):
    return found.differences.set_index("measure").loc[measure]


def test_a_fall_where_it_was_done_alone_is_not_in_the_comparator():
    found = judged(hear({"a": (0.5, 0.2), "b": (0.5, 0.5)}), act())
    row = row_of(found)
    assert (row["verdict"], row["ground"]) == ("signal_not_in_comparator", "limits")
    assert (row["signal"], row["comparator_signal"]) == ("improvement", "none")
    assert row["excess_high"] < 0
    assert (row["points_before"], row["points_after"]) == (12, 12)
    assert (row["units_before"], row["units_after"]) == (480, 480)
    assert row_of(found, "sentiment")["signal"] == "improvement"


def test_a_fall_everywhere_is_in_the_comparator_too():
    row = row_of(judged(hear({"a": (0.5, 0.2), "b": (0.5, 0.2)}), act()))
    assert (row["verdict"], row["comparator_signal"]) == ("signal_after", "improvement")


def test_what_was_done_everywhere_has_no_comparator():
    row = row_of(judged(hear({"a": (0.5, 0.2)}), act(services=())))
    assert row["verdict"] == "signal_after"
    assert pd.isna(row["comparator_signal"])
    assert "no_comparator" in row["cautions"]


def test_a_worsening_is_a_signal_of_concern():
    row = row_of(judged(hear({"a": (0.2, 0.5), "b": (0.2, 0.2)}), act()))
    assert (row["signal"], row["verdict"]) == ("concern", "signal_not_in_comparator")


def test_scores_are_judged_where_there_are_some():
    found = judged(hear({"a": (0.5, 0.2)}, scored=True), act(services=(), scope="overall", item_id=""))
    assert found.differences["measure"].tolist() == ["negative", "sentiment", "fft"]
    assert row_of(found, "fft")["signal"] == "improvement"


def test_no_change_is_seldom_a_signal():
    verdicts = [
        row_of(judged(hear({"a": (0.3, 0.3)}, heard=20, seed=seed), act(services=())))["verdict"] for seed in range(12)
    ]
    assert "too_little" not in verdicts
    assert verdicts.count("no_signal") >= 10


def test_too_few_are_too_little():
    row = row_of(judged(hear({"a": (0.9, 0.1)}, heard=1), act()))
    assert (row["verdict"], row["ground"]) == ("too_little", "none")
    assert pd.isna(row["signal"])


def test_few_periods_are_judged_on_before_and_after_alone():
    sparse = hear({"a": (0.95, 0.05)}, heard=3)
    found = judged(sparse, act(services=()))
    row = row_of(found)
    assert (row["ground"], row["verdict"], row["signal"]) == ("before_after", "signal_after", "improvement")
    points = found.difference_points[found.difference_points["measure"] == "negative"]
    assert points["upper_limit"].isna().all()


def test_nothing_after_is_too_little():
    row = row_of(judged(hear({"a": (0.5, 0.2)}), act(starts_on="2026-01-01")))
    assert row["verdict"] == "too_little"
    assert row["units_after"] == 0


def test_nothing_before_is_too_little():
    assert row_of(judged(hear({"a": (0.5, 0.2)}), act(starts_on="2022-01-01")))["verdict"] == "too_little"


def test_an_action_whose_theme_is_gone_stays():
    found = judged(hear({"a": (0.5, 0.2)}), act(item_id="T99"))
    assert found.differences["verdict"].tolist() == ["too_little"]
    assert found.difference_points.empty


def test_the_period_it_began_within_is_drawn_and_not_judged():
    found = judged(hear({"a": (0.5, 0.2)}), act(services=(), starts_on="2024-01-15"))
    points = found.difference_points[found.difference_points["measure"] == "negative"].set_index("period")
    assert points["is_after"]["2024-01"]
    assert not points["is_judged"]["2024-01"]
    assert not points["is_after"]["2023-12"]
    row = row_of(found)
    assert (row["points_before"], row["points_after"]) == (12, 11)


def test_a_run_that_began_before_the_action_is_no_signal_of_it():
    part = np.array([[33, 30, 34, 31, 35, 32, 34, 31, 35, 28, 29, 28, 29, 28, 29, 28, 33, 31, 34, 30]], dtype=float)
    whole = np.full(part.shape, 100.0)
    window = np.repeat([0, 1], [15, 5])
    around = Counts(*(np.array([[rows[0, :15].sum(), rows[0, 15:].sum()]]) for rows in (part, whole, part)))
    timeline = Timeline("month", pd.DataFrame(index=range(20)), window)
    counts = Counts(part, whole, part)
    found = judge_side("negative", timelines=[timeline], counts=[counts], around=around, clustering=1.0)
    reaching = chart_xmr(part[0].tolist(), direction="decrease", fix_after=15)
    assert reaching.points[15].rule == "shift"
    assert [point.rule for point in found.points[15:]] == ["none"] * 5


def test_the_regression_finds_the_planted_change_of_level():
    found = judged(hear({"a": (0.5, 0.25)}, heard=200), act(services=()))
    row = row_of(found)
    odds = (0.25 / 0.75) / (0.5 / 0.5)
    assert row["level_low"] < odds < row["level_high"] < 1
    assert row["gap_low"] < -0.25 < row["gap_high"]
    points = found.difference_points[found.difference_points["measure"] == "negative"]
    assert points.loc[points["is_after"], "counterfactual"].between(30, 70).all()
    assert points.loc[~points["is_after"], "counterfactual"].isna().all()
    assert points["fitted"].notna().all()


def test_a_new_source_is_said_and_does_not_make_a_signal():
    heard = hear({"a": (0.3, 0.3)}, heard=20)
    late = heard.comments["received_on"] >= START
    extra = hear({"a": (0.8, 0.8)}, heard=20, seed=9)
    extra = Heard(*(frame.assign(channel="survey", unit="n" + frame["unit"]) for frame in extra))
    extra = Heard(*(frame.assign(cluster=frame["unit"], comment_id="n" + frame["comment_id"]) for frame in extra))
    mine = extra.comments["received_on"] >= START
    both = Heard(
        pd.concat([heard.comments, extra.comments[mine]], ignore_index=True),
        pd.concat(
            [heard.mentions, extra.mentions[mine].assign(segment_id="n" + extra.mentions["segment_id"])],
            ignore_index=True,
        ),
    )
    assert late.any()
    row = row_of(judged(both, act(services=())))
    assert row["change"] > 0.2
    assert row["verdict"] == "no_signal"
    assert "new_source" in row["cautions"]


def test_two_actions_at_once_are_told():
    actions = pd.concat([act(), act(action_id="A2", services=(), starts_on="2024-02-01")], ignore_index=True)
    found = judged(hear({"a": (0.5, 0.2), "b": (0.5, 0.5)}), conform(actions, ACTIONS))
    assert all("other_action" in cautions for cautions in found.differences["cautions"])


def test_rows_may_come_in_any_order():
    heard = hear({"a": (0.5, 0.2), "b": (0.4, 0.4)}, heard=10, scored=True)
    order = np.random.default_rng(5).permutation(len(heard.comments))
    turned = Heard(*(frame.iloc[order].reset_index(drop=True) for frame in heard))
    for one, other in zip(judged(heard, act()), judged(turned, act()), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_without_dates_or_actions_the_tables_are_empty_or_say_so():
    heard = hear({"a": (0.5, 0.2)}, heard=2)
    undated = Heard(
        *(frame.assign(received_on=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")) for frame in heard)
    )
    assert judged(undated, act()).differences["verdict"].tolist() == ["too_little"]
    found = judged(heard, ACTIONS.empty())
    pd.testing.assert_frame_equal(found.differences, DIFFERENCES.empty())
    pd.testing.assert_frame_equal(found.difference_points, DIFFERENCE_POINTS.empty())


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_any_length_of_periods_will_do(kind):
    found = judged(hear({"a": (0.5, 0.2)}, heard=60), act(services=()), period=kind)
    assert row_of(found)["verdict"] == "signal_after"


GOLD = Path(__file__).resolve().parents[2] / "corpora" / "gold" / "listening-exercise"
POLARITY = {
    "very_negative": -1.0,
    "negative": -0.5,
    "neutral": 0.0,
    "mixed": 0.0,
    "positive": 0.5,
    "very_positive": 1.0,
}
SILENT = {"non_answer", "empty", "not_english", "tags", "repeat"}


def hear_gold():
    """Return what the synthetic listening exercise holds, as its gold codings have it."""
    records = [json.loads(line) for line in (GOLD / "comments.jsonl").read_text(encoding="utf-8").splitlines()]
    told = [each for each in records if not SILENT & set(each["flags"])]
    about = {
        each["id"]: {
            "comment_id": each["id"],
            "unit": each["response"] or each["id"],
            "cluster": each["response"] or each["id"],
            **_ABOUT,
            "respondent_group": each["group"],
            "service": each["service"],
            "channel": each["file"].split("/")[0],
            "received_on": pd.Timestamp(each["date"]) if each["date"] else pd.NaT,
            "score": float("nan"),
        }
        for each in told
    }
    parts = [
        {**about[each["id"]], "scope": "theme", "item_id": theme, "segment_id": f"{each['id']}.{place}"}
        | {"polarity": POLARITY[part["sentiment"]], "sentiment": part["sentiment"]}
        for each in told
        for place, part in enumerate(each["parts"])
        for theme in sorted(set(part["themes"]))
    ]
    comments = pd.DataFrame(list(about.values())).assign(polarity=0.0, sentiment="neutral", run_id=1)
    return Heard(*(frame.astype({"received_on": "datetime64[us]"}) for frame in (comments, pd.DataFrame(parts))))


def test_the_theme_that_improves_in_the_exercise_is_found_and_hardly_another():
    heard = hear_gold()
    planted = json.loads((GOLD / "planted.json").read_text(encoding="utf-8"))["improving"]
    themes = sorted(heard.mentions["item_id"].unique())
    actions = pd.concat(
        [
            act(services=(), item_id=theme, starts_on=planted["on"], action_id=f"A{number}")
            for number, theme in enumerate(themes, start=1)
        ]
    )
    found = judge_differences(
        heard,
        conform(actions, ACTIONS),
        segments=SEGMENTS.empty(),
        settings=TrendSettings(),
        report_date=datetime.date(2025, 3, 31),
    ).differences
    themed = found.assign(
        theme=found["action_id"].map(dict(zip(actions["action_id"], actions["item_id"], strict=True)))
    )
    signals = themed[themed["verdict"].str.startswith("signal")]
    parking = signals[signals["theme"] == "parking"]
    assert set(parking["measure"]) >= {"negative", "sentiment"}
    assert set(parking["signal"]) <= {"improvement", "neutral"}
    others = signals[(signals["theme"] != "parking") & (signals["measure"] != "raised")]
    assert len(others) <= 2
    assert "improvement" not in others["signal"].tolist()
