"""Made-up rows of what is followed over time, laid upon a made-up analysis: every signal in them is planted."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from tests import made_ballots
from voice_of_care import insight_tables, tables, trend_tables
from voice_of_care.counting import units
from voice_of_care.decisions import record_decisions
from voice_of_care.heard import gather_heard
from voice_of_care.insight import find_insight

if TYPE_CHECKING:
    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import Settings

MONTHS = 24
FIRST = "2023-04"
WAVE = (0, 2, -1, 1, -2, 1, 0, -1, 2, -1, 1, -2)
SCALE = 100

PLANTED = (
    # scope, item, measure, share of people, how many of them, variation, mix, target
    ("overall", "", "fft", 1.0, 0.70, "common_cause", "none", 80.0),
    ("overall", "", "negative", 1.0, 0.35, "common_cause", "none", None),
    ("overall", "", "sentiment", 1.0, 0.12, "common_cause", "none", None),
    ("theme", "T01", "raised", 1.0, 0.40, "concern_high", "stands", None),
    ("theme", "T01", "negative", 0.40, 0.62, "concern_high", "stands", None),
    ("theme", "T02", "negative", 0.30, 0.45, "common_cause", "none", None),
    ("theme", "T03", "raised", 1.0, 0.40, "improvement_high", "not_judged", None),
    ("theme", "T03", "sentiment", 0.4, 0.5, "improvement_high", "stands", None),
    ("theme", "T05", "negative", 0.20, 0.40, "concern_high", "mix", None),
    ("theme", "T08", "raised", 1.0, 0.05, "common_cause", "none", None),
    ("parent", "P1", "raised", 1.0, 0.55, "common_cause", "none", None),
    ("priority", "steeep/timely", "negative", 0.45, 0.5, "common_cause", "none", None),
    ("service", "Ward 4", "fft", 0.33, 0.66, "common_cause", "none", 50.0),
    ("service", "Clinic A", "negative", 0.33, 0.30, "improvement_low", "stands", None),
    ("service", "Day Centre", "negative", 0.02, 0.50, None, "none", None),
    ("respondent_group", "staff", "negative", 0.4, 0.45, "common_cause", "none", None),
)


def follow(analysis: Analysis, *, months: int = MONTHS, people: int = 200) -> Analysis:
    """Return the analysis with series, charts, funnels, emerging themes, actions and differences.

    Args:
        analysis: as `made_up.build` gives it.
        months: complete months; one incomplete month follows them.
        people: people heard each month.
    """
    series, points, charts = [], [], []
    for planted in PLANTED:
        rows = _series(planted, months, people)
        series += rows
        limits, chart = _charted(planted, rows[:-1])
        points += limits
        charts.append(chart)
    return dataclasses.replace(
        analysis,
        series=_frame(series, trend_tables.SERIES),
        control_points=_frame(points, trend_tables.CONTROL_POINTS),
        charts=_frame(charts, trend_tables.CHARTS),
        funnels=_frame(_funnels(people), trend_tables.FUNNELS),
        emerging=_frame(_emerging(people), trend_tables.EMERGING),
        actions=_frame(_actions(), trend_tables.ACTIONS),
        rebases=_frame(
            [("theme", "T01", "raised", pd.Timestamp(2024, 4, 1), "a second clinic opened", "Head of access")],
            trend_tables.REBASES,
        ),
        differences=_frame(_differences(months, people), trend_tables.DIFFERENCES),
        difference_points=_frame(_difference_points(series, months), trend_tables.DIFFERENCE_POINTS),
        action_segments=_frame(_said_after(analysis), trend_tables.ACTION_SEGMENTS),
    )


METRIC = {"name": "Complaints", "file": "complaints.csv", "better": "lower", "themes": ["T01"]}
"""Entry of the settings for the measure that `decide` lays beside the themes."""


def decide(analysis: Analysis, settings: Settings) -> Analysis:
    """Return the analysis with all that decisions rest on, a measure beside it and a round of ballots closed.

    Args:
        analysis: as `follow` gives it.
        settings: with `METRIC` among their metrics.
    """
    themes = ["T01", "T02", "T03", "T05", "T07"]
    ballots = [
        made_ballots.opened(1, tuple(themes)),
        *(made_ballots.in_order(f"B{place:02}", themes[place % 3 :] + themes[: place % 3]) for place in range(12)),
        made_ballots.closed(("T01",), {"T05": "a new contract starts in May"}),
    ]
    felt = pd.DataFrame({"comment_id": analysis.safe_comments["comment_id"], "polarity": 0.0, "label": "neutral"})
    asked = [("do-well", "better", None)[place % 3] for place in range(len(analysis.statements))]
    whole = dataclasses.replace(
        analysis,
        comment_sentiments=tables.conform(felt.assign(confidence=0.5), tables.COMMENT_SENTIMENTS),
        statements=tables.conform(analysis.statements.assign(plain_question=asked), tables.STATEMENTS),
        events=pd.concat([analysis.events, record_decisions(analysis.events, ballots, at_utc=made_ballots.AT)]),
    )
    starts = pd.date_range("2024-01-01", periods=15, freq="MS")
    metrics = [("Complaints", f"{day:%Y-%m}", day, None, 20.0 - place, "lower") for place, day in enumerate(starts)]
    heard = gather_heard(whole, unit_of=units(whole.safe_comments))
    found = find_insight(whole, heard, settings=settings, metrics=_frame(metrics, insight_tables.METRICS))
    return dataclasses.replace(whole, **found._asdict())


def add_a_run(analysis: Analysis, *, kind: str = "add") -> Analysis:
    """Return the analysis after a second run that brought the comments of the last three months."""
    later = analysis.safe_comments["received_on"] >= pd.Timestamp(2025, 1, 1)
    comments = analysis.safe_comments.assign(run_id=later.fillna(value=False).map({True: 2, False: 1}).astype("Int64"))
    second = analysis.runs.assign(
        run_id=2,
        kind=kind,
        started_at="2025-06-02T08:00:00Z",
        finished_at="2025-06-02T08:01:00Z",
        comments_added=int(later.sum()),
        theme_version=2 if kind == "refit" else 1,
    )
    runs = tables.conform(pd.concat([analysis.runs, second], ignore_index=True), tables.RUNS)
    return dataclasses.replace(analysis, safe_comments=comments, runs=runs)


def propose(analysis: Analysis, *, units: int = 6) -> Analysis:
    """Return the analysis with a candidate theme, of the words of the first people."""
    segments = analysis.segments["segment_id"].head(units).tolist()
    theme = ("T40", "Zorblatt forms", "People speak of zorblatt forms.", ["form"], None, units, "candidate", None, None)
    themes = pd.concat([analysis.themes, _frame([theme], tables.THEMES)], ignore_index=True)
    given = _frame([(segment, "T40", 0.9, "model") for segment in segments], tables.ASSIGNMENTS)
    return dataclasses.replace(
        analysis,
        themes=tables.conform(themes, tables.THEMES),
        assignments=tables.conform(pd.concat([analysis.assignments, given], ignore_index=True), tables.ASSIGNMENTS),
    )


def refit(analysis: Analysis) -> Analysis:
    """Return the analysis with what became of old themes: kept, split, merged, gone and new."""
    rows = [
        (2, "T01", "T01", "kept", "Waiting for an appointment", "Waiting for an appointment", 61, 0.95, 0.97),
        (2, "T02", "T02", "kept", "Getting through on the phone", "Getting through on the phone", 33, 0.9, 0.8),
        (2, "T03", "T03", "split", "Kindness and compassion", "Kindness and compassion", 40, 0.6, 0.95),
        (
            2,
            "T03",
            "T11",
            "split",
            "Kindness and compassion",
            "Thanks to named wards and teams of all kinds",
            25,
            0.4,
            1,
        ),
        (2, "T05", "T05", "merged", "Food on the ward", "Food and parking", 14, 0.9, 0.5),
        (2, "T06", "T05", "merged", "Parking at the hospital", "Food and parking", 13, 0.8, 0.5),
        (2, "T06", "T01", "part", "Parking at the hospital", "Waiting for an appointment", 3, 0.2, 0.03),
        (2, "T10", None, "gone", "Televisions", None, 9, None, None),
        (2, None, "T12", "new", None, "The new website", 12, None, None),
    ]
    return dataclasses.replace(analysis, lineage=_frame(rows, tables.LINEAGE))


def _series(planted: tuple, months: int, people: int) -> list[tuple]:
    scope, item, measure, share, level, variation, _, _ = planted
    rows = []
    for place, month in enumerate(pd.period_range(FIRST, periods=months + 1, freq="M")):
        heard = max(1, round(people * share) + 3 * WAVE[(place + 5) % 12])
        is_late = variation not in {None, "common_cause"} and place >= months - 8
        step = 0.16 if str(variation).endswith("high") else -0.16
        value = level + 0.015 * WAVE[place % 12] + (step if is_late else 0.0)
        numerator = value * heard if measure == "sentiment" else float(round(value * heard))
        value = numerator / heard
        period = f"{month.year}-{month.month:02d}"
        rows.append(
            (
                scope,
                item,
                measure,
                "month",
                period,
                month.start_time.normalize(),
                month.end_time.normalize(),
                place < months,
                numerator,
                heard,
                value,
                max(value - 0.1, 0),
                min(value + 0.1, 1),
                value,
                0.95,
            )
        )
    return rows


def _charted(planted: tuple, rows: list[tuple]) -> tuple[list[tuple], tuple]:
    scope, item, measure, _, level, variation, mix, target = planted
    has_limits = variation is not None and len(rows) >= 12
    scale = 1 if measure == "sentiment" else SCALE
    standing = next(
        name
        for least, name in ((20, "full"), (12, "provisional"), (8, "run_chart"), (0, "table_only"))
        if len(rows) >= least
    )
    kind = str(variation).partition("_")[0]
    special = {"concern": "special_cause_concern", "improvement": "special_cause_improvement"}.get(kind, "common_cause")
    points = []
    variants = ("main", "whole") if (scope, item, measure) == ("theme", "T01", "raised") else ("main",)
    for variant in variants:
        for place, row in enumerate(rows if len(rows) >= 8 else []):
            is_late = special != "common_cause" and place >= len(rows) - 8
            lower, upper = (level - 0.1, level + 0.1) if has_limits else (None, None)
            points.append(
                (scope, item, measure, variant, row[4], row[5], scale * row[10], scale * level)
                + (None if lower is None else scale * lower, None if upper is None else scale * upper)
                + (2 if variant == "main" and len(variants) == 2 and place >= 12 else 1,)
                + (("astronomical", special) if is_late else ("none", "common_cause"))
            )
    heard = [row[9] for row in rows]
    direction = {"negative": "decrease", "raised": "neutral"}.get(measure, "increase")
    joined = ["service: Ward 4"] if mix == "mix" else []
    shown = variation if has_limits else None
    chart = (
        scope,
        item,
        measure,
        "month",
        scope == "priority",
        "xmr" if has_limits else "none",
        standing,
        len(rows),
        min(heard),
        max(heard),
        direction,
        target,
        shown,
        "inconsistent" if target and has_limits else None,
        "astronomical" if special != "common_cause" else "none",
        mix if has_limits else "none",
        joined,
        [],
        None,
    )
    return points, chart


def _funnels(people: int) -> list[tuple]:
    rows = []
    for place, whole, part, standing in (
        ("Ward 4", people * 3, round(people * 0.9), "within"),
        ("Clinic A", people * 2, round(people * 1.1), "above_998"),
        ("Day Centre", 20, 3, "within"),
    ):
        spread = 0.9 / whole**0.5
        limits = (0.35 - spread, 0.35 + spread, 0.35 - 1.5 * spread, 0.35 + 1.5 * spread)
        rows.append(
            ("service", place, "negative", part, whole, part / whole, 0.35, *(max(0.0, x) for x in limits), standing)
        )
    return rows


def _emerging(people: int) -> list[tuple]:
    spans = ("2025-01", "2025-03", "2024-01", "2024-12")
    heard = (3 * people, 12 * people)
    rows = []
    for theme, recent, before, verdict, cautions in (
        ("T01", 90, 160, "growing", ["season_unknown"]),
        ("T04", 12, 0, "new", ["season_unknown", "new_source"]),
        ("T06", 14, 30, "watch", []),
        ("T07", 9, 120, "fading", ["season_unknown"]),
        ("T02", 40, 150, "no_clear_change", []),
        ("T03", 60, 240, "no_clear_change", []),
        ("T05", 20, 80, "no_clear_change", []),
        ("T08", 1, 3, "not_tested", []),
        ("T09", 0, 3, "not_tested", []),
    ):
        ratio = ((recent + 0.5) / heard[0]) / ((before + 0.5) / heard[1])
        rows.append(
            (
                theme,
                *spans,
                recent,
                heard[0],
                before,
                heard[1],
                3,
                2,
                0,
                ratio,
                ratio / 1.4,
                ratio * 1.4,
                0.01,
                0.05,
                1.1,
                1.7,
                pd.Timestamp(2024, 2, 11),
                verdict,
                cautions,
            )
        )
    return rows


def _actions() -> list[tuple]:
    return [
        (
            "A1",
            "A second receptionist in the mornings",
            ["Clinic A"],
            "theme",
            "T01",
            pd.Timestamp(2024, 7, 1),
            "Head of access",
        ),
        ("A2", "Drinks trolley twice a day", [], "theme", "T05", pd.Timestamp(2025, 2, 1), "Catering lead"),
    ]


def _differences(months: int, people: int) -> list[tuple]:
    after = max(months - 15, 0)
    whole = ("A1", "negative", "month", 15, after, 15 * people, after * people, 0.62, 0.51)
    return [
        (
            *(*whole, "improvement", "none", 0.6, 0.59, 0.64, 0.51, 0.8, -0.12, -0.2, -0.04),
            *("signal_not_in_comparator", "limits", -0.11, -0.16, -0.06, 0.001, -0.1, -0.16, -0.04, 0.1, []),
        ),
        (
            "A1",
            "raised",
            "month",
            15,
            after,
            15 * people,
            after * people,
            0.4,
            0.41,
            "none",
            "none",
            0.4,
            0.4,
            None,
            None,
            None,
            None,
            None,
            None,
            *("no_signal", "limits", 0.01, -0.04, 0.06, 0.7, 0.01, -0.05, 0.07, 0.0, []),
        ),
        (
            "A2",
            "negative",
            "month",
            22,
            2,
            22 * people,
            2 * people,
            0.4,
            0.35,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            *("too_little", "none", -0.05, -0.2, 0.1, None, None, None, None, None, []),
        ),
    ]


def _said_after(analysis: Analysis) -> list[tuple]:
    given = analysis.assignments
    mine = given.loc[given["theme_id"] == "T01", "segment_id"].sort_values().head(6)
    return [("A1", rank, segment, ["receptionist"]) for rank, segment in enumerate(mine, start=1)]


def _difference_points(series: list[tuple], months: int) -> list[tuple]:
    rows = []
    mine = [row for row in series if row[:3] == ("theme", "T02", "negative")][:months]
    for part, shift in (("touched", -0.12), ("comparator", 0.0)):
        for place, row in enumerate(mine):
            is_after = place >= 15
            moved = row[10] + (shift if is_after else 0.0)
            fitted = 45 + (100 * shift if is_after else 0.0)
            rows.append(
                (
                    "A1",
                    "negative",
                    part,
                    row[4],
                    row[5],
                    is_after,
                    float(round(moved * row[9])),
                    row[9],
                    100 * moved,
                    45.0,
                    36.0,
                    54.0,
                    "shift" if is_after and shift else "none",
                    "special_cause_improvement" if is_after and shift else "common_cause",
                    fitted,
                    45.0 if is_after else None,
                    True,
                )
            )
    return rows


def _frame(rows: list, table: tables.Table) -> pd.DataFrame:
    return tables.conform(pd.DataFrame(rows, columns=list(table.columns)), table)
