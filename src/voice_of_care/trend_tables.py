"""The tables of what changes over time: series, control charts, emerging themes, actions and differences."""

from __future__ import annotations

from voice_of_care.declaring import BOOLEAN, DATE, TEXT_LIST, Column, Table, integer, number, text

SCOPES = ("overall", "theme", "parent", "priority", "service", "site", "respondent_group")
MEASURES = ("raised", "negative", "sentiment", "fft")
PERIOD_KINDS = ("week", "month", "quarter")
DIRECTIONS = ("increase", "decrease", "neutral")
RULES = ("none", "astronomical", "trend", "two_in_three", "shift")
POINT_TYPES = (
    "common_cause",
    "special_cause_improvement",
    "special_cause_concern",
    "special_cause_neutral_high",
    "special_cause_neutral_low",
)
VARIATIONS = (
    "common_cause",
    "improvement_high",
    "improvement_low",
    "concern_high",
    "concern_low",
    "neutral_high",
    "neutral_low",
)
ASSURANCES = ("consistent_pass", "consistent_fail", "inconsistent")

_SERIES: dict[str, Column] = {
    "scope": text("what is followed", one_of=SCOPES),
    "item_id": text("theme_id, framework_id/priority_id, service, site or respondent group; empty for overall"),
    "measure": text(
        "raised: share of respondents who raise it; negative: share of these who have only bad to say; sentiment: their"
        " mean polarity, -1 to 1; fft: share of those with a score who gave one of the two best",
        one_of=MEASURES,
    ),
}
SERIES = Table(
    "series",
    "Measures over time: a row for each period, counted in units (respondents, sessions for notes).",
    {
        **_SERIES,
        "period_kind": text("length of the periods", one_of=PERIOD_KINDS),
        "period": text("2024-03, 2024-W12, or 2024-25 Q1 for quarters of a year that starts as the settings say"),
        "starts_on": Column(DATE, "first day"),
        "ends_on": Column(DATE, "last day"),
        "is_complete": Column(BOOLEAN, "false for a last period that comments may still come for"),
        "numerator": number("units counted; the sum of polarities for sentiment", required=False),
        "denominator": integer("units it is a share or mean of", low=0),
        "value": number("share, 0 to 1, or mean polarity; empty where there is nobody", required=False),
        "low": number("lower end of the 95% interval", required=False),
        "high": number("upper end of the 95% interval", required=False),
        "standardised": number("value with the baseline's mix of services, questions and channels", required=False),
        "covered": number("share of the baseline's mix heard in the period", required=False, low=0, high=1),
    },
    (*_SERIES, "period_kind", "period"),
)

CONTROL_POINTS = Table(
    "control_points",
    "Statistical process control of the series that have points enough, each point with its limits and what it shows.",
    {
        **_SERIES,
        "variant": text("as charted, without rebasing, or with the mix held", one_of=("main", "whole", "standardised")),
        "period": text("as in series"),
        "starts_on": Column(DATE, "first day"),
        "value": number("as in series, in per cent for shares", required=False),
        "centre": number("mean of the phase", required=False),
        "lower_limit": number("lower process limit", required=False),
        "upper_limit": number("upper process limit", required=False),
        "phase": integer("number of the phase, from 1; a rebase starts another", low=1),
        "rule": text("rule that the point breaks", one_of=RULES),
        "point_type": text("what it is", one_of=POINT_TYPES),
    },
    (*_SERIES, "variant", "period"),
)

CHARTS = Table(
    "charts",
    "One row for each series: how it is charted, and what the chart says.",
    {
        **_SERIES,
        "period_kind": text("length of the periods charted", one_of=PERIOD_KINDS),
        "is_widened": Column(BOOLEAN, "true where periods are longer than asked for, as too few were counted in each"),
        "method": text("kind of limits", one_of=("xmr", "p_prime", "none")),
        "standing": text(
            "by points of the last phase: full from 20, provisional from 12; else run chart from 8 in all, or a table",
            one_of=("full", "provisional", "run_chart", "table_only"),
        ),
        "points": integer("complete periods in the last phase that are points: five people and more", low=0),
        "smallest": integer("smallest denominator", low=0),
        "largest": integer("largest denominator", low=0),
        "direction": text("which way is better", one_of=DIRECTIONS),
        "target": number("target, in the units of the chart", required=False),
        "variation": text(
            "what the last point shows; empty where there are no limits", required=False, one_of=VARIATIONS
        ),
        "assurance": text("whether the target is met as things are", required=False, one_of=ASSURANCES),
        "last_rule": text("rule that the last point breaks", one_of=RULES),
        "mix": text(
            "whether a signal stands with the mix held: stands; mix where it does not; not_judged where the mix is not"
            " known or too little of the baseline's is left; none where there is no signal",
            one_of=("none", "stands", "mix", "not_judged"),
        ),
        "joined": Column(TEXT_LIST, "services, questions and channels hardly heard at first that weigh in it since"),
        "left": Column(TEXT_LIST, "services, questions and channels that weighed in it at first and are hardly heard"),
        "last_heard": text(
            "last period with people enough to be a point, where the two newest complete periods have not; nothing is"
            " said of such an old point",
            required=False,
        ),
    },
    tuple(_SERIES),
)

FUNNELS = Table(
    "funnels",
    "Places beside each other: shares with the limits that places of their size would keep within by chance.",
    {
        "level": text("kind of place", one_of=("service", "site")),
        "place": text("the service or site"),
        "measure": text("as in series", one_of=("negative", "fft")),
        "numerator": integer("units counted", low=0),
        "denominator": integer("units heard", low=1),
        "value": number("share, 0 to 1", low=0, high=1),
        "centre": number("share of all places together", low=0, high=1),
        "lower_95": number("exact binomial limit", low=0, high=1),
        "upper_95": number("exact binomial limit", low=0, high=1),
        "lower_998": number("exact binomial limit", low=0, high=1),
        "upper_998": number("exact binomial limit", low=0, high=1),
        "standing": text("where it lies", one_of=("within", "above_95", "below_95", "above_998", "below_998")),
    },
    ("level", "place", "measure"),
)

EMERGING_VERDICTS = ("new", "growing", "watch", "fading", "no_clear_change", "not_tested")
CAUTIONS = (
    "season_unknown",
    "season_repeats",
    "new_source",
    "new_question",
    "much_left_out",
    "short_baseline",
    "one_session",
    "overdispersed",
)
EMERGING = Table(
    "emerging",
    "Whether themes are raised more often of late: recent months against earlier ones, counted in sessions or units.",
    {
        "theme_id": text("leaf theme"),
        "recent_from": text("first month, 2025-01"),
        "recent_to": text("last month"),
        "baseline_from": text("first month"),
        "baseline_to": text("last month"),
        "recent_raised": integer("sessions and respondents who raised it of late, in the strata compared", low=0),
        "recent_heard": integer("sessions and respondents heard of late, in these strata", low=0),
        "baseline_raised": integer("who raised it before, in these strata", low=0),
        "baseline_heard": integer("who were heard before, in these strata", low=0),
        "months_raised": integer("recent months in which it was raised", low=0),
        "strata": integer("kinds of source, group and service compared within", low=0),
        "strata_left_out": integer("strata heard in one of the windows alone", low=0),
        "rate_ratio": number("how many times as often", required=False, low=0),
        "low": number("lower end of the 95% interval", required=False, low=0),
        "high": number("upper end of the 95% interval; empty where it has none", required=False, low=0),
        "p_value": number("mid-p of a rise; of a fall where it is raised less", required=False, low=0, high=1),
        "q_value": number("after Benjamini and Hochberg over all themes tested", required=False, low=0, high=1),
        "dispersion": number("monthly chi-squared by its degrees of freedom in the baseline", required=False, low=0),
        "smallest_rise": number("least rate ratio that had been seen in four of five cases", required=False, low=1),
        "first_seen": Column(DATE, "first day raised", required=False),
        "verdict": text("what can be said", one_of=EMERGING_VERDICTS),
        "cautions": Column(TEXT_LIST, "codes of what else could be behind it, as docs/methods/emerging.md lists them"),
    },
    ("theme_id",),
)

ACTIONS = Table(
    "actions",
    "What was done, where, aimed at what, and when.",
    {
        "action_id": text("A1 onwards, never reused"),
        "what": text("what was done"),
        "services": Column(TEXT_LIST, "services it was done in; none for all"),
        "scope": text("what it is aimed at", one_of=("theme", "parent", "priority", "overall")),
        "item_id": text("theme_id, or framework_id/priority_id"),
        "starts_on": Column(DATE, "day it started"),
        "who": text("who is answerable, a role rather than a name"),
    },
    ("action_id",),
)

REBASES = Table(
    "rebases",
    "Where a person decided that limits start anew.",
    {
        **_SERIES,
        "starts_on": Column(DATE, "first day of the new phase"),
        "reason": text("the known cause"),
        "who": text("who decided"),
    },
    (*_SERIES, "starts_on"),
)

P_ASKED = {"limits": 0.05, "before_after": 0.01}
"""What before against after must come to for a signal: beside a rule that is broken, and where it stands alone."""
DIFFERENCE_CAUTIONS = (
    "autocorrelation",
    "trend_before",
    "mix",
    "new_source",
    "source_gone",
    "season",
    "other_action",
    "no_comparator",
    "comparator_too_little",
)
LADDER = ("too_little", "no_signal", "signal_after", "signal_not_in_comparator")
DIFFERENCES = Table(
    "differences",
    "Whether things were different after an action, by measure; never what caused it.",
    {
        "action_id": text("the action"),
        "measure": text("as in series", one_of=MEASURES),
        "period_kind": text("length of the periods", one_of=PERIOD_KINDS),
        "points_before": integer("periods before", low=0),
        "points_after": integer("complete periods wholly after", low=0),
        "units_before": integer("units heard before its first day", low=0),
        "units_after": integer("units heard from its first day on", low=0),
        "before": number("value over all days before", required=False),
        "after": number("value over all days from its first on", required=False),
        "signal": text(
            "which way it went where there is a signal after the start, as the ladder asks for it; none where there is"
            " not; empty where there is too little",
            required=False,
            one_of=("none", "improvement", "concern", "neutral"),
        ),
        "comparator_signal": text(
            "the same in services not touched; empty where there are none, or too little is heard of them",
            required=False,
            one_of=("none", "improvement", "concern", "neutral"),
        ),
        "comparator_before": number("value before in services not touched", required=False),
        "comparator_after": number("value after in services not touched", required=False),
        "level_change": number("change of level at the start, as an odds ratio", required=False, low=0),
        "level_low": number("lower end of its 95% interval", required=False, low=0),
        "level_high": number("upper end of its 95% interval", required=False, low=0),
        "gap": number("value at the last period less what would have been had the trend gone on", required=False),
        "gap_low": number("lower end of its 95% interval", required=False),
        "gap_high": number("upper end of its 95% interval", required=False),
        "verdict": text("as far as one can go", one_of=LADDER),
        "ground": text(
            "what it is judged on: limits frozen before the start, and before against after; or the latter alone, where"
            " periods are too few or too thin for limits; none where there is too little for either",
            one_of=("limits", "before_after", "none"),
        ),
        "change": number("after less before", required=False),
        "change_low": number("lower end of its 95% interval", required=False),
        "change_high": number("upper end of its 95% interval", required=False),
        "p_value": number("of the change, within services and channels", required=False, low=0, high=1),
        "excess": number("change less that in services not touched", required=False),
        "excess_low": number("lower end of its 95% interval", required=False),
        "excess_high": number("upper end of its 95% interval", required=False),
        "autocorrelation": number("of neighbouring periods, about their fit", required=False, low=-1, high=1),
        "cautions": Column(
            TEXT_LIST, "codes of what else could be behind it, as docs/methods/difference.md lists them"
        ),
    },
    ("action_id", "measure"),
)

DIFFERENCE_POINTS = Table(
    "difference_points",
    "The charts of differences: each period with limits frozen before the action.",
    {
        "action_id": text("the action"),
        "measure": text("as in series", one_of=MEASURES),
        "part": text("where", one_of=("touched", "comparator")),
        "period": text("as in series"),
        "starts_on": Column(DATE, "first day"),
        "is_after": Column(BOOLEAN, "true from the period the action started in"),
        "numerator": number("as in series", required=False),
        "denominator": integer("units", low=0),
        "value": number("in per cent for shares", required=False),
        "centre": number("mean before", required=False),
        "lower_limit": number("lower process limit", required=False),
        "upper_limit": number("upper process limit", required=False),
        "rule": text("rule that the point breaks", one_of=RULES),
        "point_type": text("what it is", one_of=POINT_TYPES),
        "fitted": number("what the regression gives", required=False),
        "counterfactual": number("what it gives had the trend before gone on", required=False),
        "is_judged": Column(BOOLEAN, "false for the period that the action began within, and for one not yet complete"),
    },
    ("action_id", "measure", "part", "period"),
)

ACTION_SEGMENTS = Table(
    "action_segments",
    "What was said of an action's aim, where it was done, from the day it started: nearest its own words first.",
    {
        "action_id": text("the action"),
        "rank": integer("order, from 1", low=1),
        "segment_id": text("the segment"),
        "shared_words": Column(TEXT_LIST, "words of the action said in it, as the action has them"),
    },
    ("action_id", "segment_id"),
)

TREND_TABLES = (
    SERIES,
    CONTROL_POINTS,
    CHARTS,
    FUNNELS,
    EMERGING,
    ACTIONS,
    REBASES,
    DIFFERENCES,
    DIFFERENCE_POINTS,
    ACTION_SEGMENTS,
)
