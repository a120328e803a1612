"""Words for what changes over time: measures, periods, verdicts, cautions and the ladder of what can be said."""

from __future__ import annotations

from voice_of_care.reporting import words

MINUS = "\u2212"
SCOPES = {
    "overall": "All respondents",
    "theme": "Themes",
    "parent": "Groups of themes",
    "priority": "Quality priorities",
    "service": "Services",
    "site": "Sites",
    "respondent_group": "Groups of respondents",
}
MEASURES = {
    "raised": "share who raise it",
    "negative": "share with only bad to say",
    "sentiment": "mean tone",
    "fft": "share who gave one of the two best scores",
}
_MEANINGS = {
    "raised": "Of those heard, the share who raise it.",
    "negative": "Of those {who}, the share who have only bad to say.",
    "sentiment": f"Mean tone of those {{who}}, from {MINUS}1 (very negative) to 1 (very positive), as judged by a"
    " computer.",
    "fft": "Of those {who} and gave a score, the share who gave one of the two best.",
}
_WHO = {"theme": "who speak of it", "parent": "who speak of it", "priority": "who speak of it"}
STANDINGS = {
    "full": "Full",
    "provisional": "Provisional",
    "run_chart": "Run chart",
    "table_only": "Table only",
}
STANDINGS_SAY = {
    "full": "",
    "provisional": "The limits are provisional and will move as more points come.",
}
STATES = {
    "concern_high": "Concern: higher than expected",
    "concern_low": "Concern: lower than expected",
    "neutral_high": "Higher than expected, neither better nor worse",
    "neutral_low": "Lower than expected, neither better nor worse",
    "explained": "Explained by a change of mix: no trend",
    "common_cause": "Common cause: no significant change",
    "improvement_high": "Improvement: higher than expected",
    "improvement_low": "Improvement: lower than expected",
    "silent": "No longer heard: nothing is said of an old point",
    "no_limits": "Too little to tell a signal",
}
ASSURANCES = {
    "consistent_pass": "Target always met",
    "inconsistent": "Target met at times",
    "consistent_fail": "Target always missed",
    "": "No target",
}
POINT_TYPES = {
    "common_cause": "usual",
    "special_cause_improvement": "signal: improvement",
    "special_cause_concern": "signal: concern",
    "special_cause_neutral_high": "signal: high",
    "special_cause_neutral_low": "signal: low",
}
RULES = {
    "none": "",
    "astronomical": "outside of the limits",
    "trend": "seven points in one direction",
    "two_in_three": "two of three points near a limit",
    "shift": "seven points on one side of the centre",
}
PLACES = {
    "within": "within what places of its size keep to by chance",
    "above_95": "above the 95% limit",
    "below_95": "below the 95% limit",
    "above_998": "above the 99.8% limit",
    "below_998": "below the 99.8% limit",
}
VERDICTS = {
    "new": "New",
    "growing": "Growing",
    "watch": "Watch",
    "fading": "Fading",
    "no_clear_change": "No clear change",
    "not_tested": "Too few to test",
}
VERDICTS_SAY = {
    "new": "New: at least five raised it, and they do not come from one or two sessions.",
    "growing": "Raised more often than before, by more than chance is likely to give.",
    "watch": "Raised more often than before, though chance can\u2019t be ruled out.",
    "fading": "Raised less often than before, by more than chance is likely to give.",
    "no_clear_change": "No clear change.",
    "not_tested": "Raised too seldom to be tested.",
}
VERDICT_ORDER = tuple(VERDICTS)
CAUTIONS = {
    "season_unknown": "The season can\u2019t be told from the change: less than two years are known.",
    "season_repeats": "It was raised about as often in the same months of the year before: it may be the season.",
    "new_source": "Some of it comes from a source or a service first heard of late.",
    "new_question": "Some of it answers a question first asked of late.",
    "much_left_out": "Much was heard in one of the two spans alone and had to be left out of the comparison.",
    "short_baseline": "The months before are fewer than wanted.",
    "one_session": "More than half of what was said comes from one session or person.",
    "overdispersed": "It goes up and down by itself more than chance would have it, which the test allows for.",
}
RELATIONS = {
    "kept": "Kept",
    "split": "Split",
    "merged": "Merged",
    "part": "Part of it went over",
    "gone": "Gone",
    "new": "New",
}
SIGNALS = {
    "none": "no signal",
    "improvement": "a signal of improvement",
    "concern": "a signal of concern",
    "neutral": "a signal, neither better nor worse",
}
LADDER = {
    "too_little": "Too little to say",
    "no_signal": "No signal after the change",
    "signal_after": "Signal after the change",
    "signal_not_in_comparator": "Signal after the change, not seen elsewhere",
}
LADDER_SAYS = {
    "too_little": "There is too little before the action, or after it, to tell a difference from chance.",
    "no_signal": "What was measured after the action can\u2019t be told from what was usual before it.",
    "signal_after": "What was measured after the action differs from what was usual before it. That it came after the"
    " action does not show that it came from it.",
    "signal_not_in_comparator": "What was measured after the action differs from what was usual before it, and services"
    " that were not touched show no such difference. That is as far as these figures go: other things may have changed"
    " there too.",
}
CHANGED_SAYS = {
    "chance": "but not by enough to tell from chance within the same services and channels",
    "rules": "but no period after the action breaks a rule of the chart, as a signal asks for",
    "mix": "but not within the same services and channels, so that a change of mix may be behind it",
}
"""Why there is no signal where the change over all leaves out nought."""
GROUNDS_SAY = {
    "limits": "Judged on limits drawn from the time before, and on before against after.",
    "before_after": "Judged on before against after alone: periods are too few, or rest on too few people, for limits.",
}
DIFFERENCE_CAUTIONS = {
    "autocorrelation": "Neighbouring periods are alike, so that intervals are too narrow.",
    "trend_before": "It was moving already before the action.",
    "mix": "Within services and channels it did not move the same way: a change of mix may be behind it.",
    "new_source": "Some of it comes from a source or a service first heard after the action.",
    "source_gone": "A source or a service heard before the action is no longer heard.",
    "season": "Less than a year is known before or after: the season can\u2019t be told from a difference.",
    "other_action": "Another action began there at about the same time.",
    "no_comparator": "No service was left untouched to compare with.",
    "comparator_too_little": "Too little was heard of the services not touched to compare with them.",
}


def difference_caution(code: str) -> str:
    """Return a caution beside an action in words."""
    return DIFFERENCE_CAUTIONS.get(code) or f"{words.sentence_case(code)}."


def caution(code: str) -> str:
    """Return a caution in words."""
    return CAUTIONS.get(code) or f"{words.sentence_case(code)}."


def percent(value: float) -> str:
    """Return a percentage; one decimal at most."""
    return f"{value:g}%"


def tone(value: float) -> str:
    """Return a mean tone with its sign."""
    return _signed(value, ".2f")


def points(value: float) -> str:
    """Return a difference of shares in whole percentage points with its sign; nought has none."""
    return _signed(100 * value, ".0f")


def _signed(value: float, how: str) -> str:
    told = format(value, f"+{how}")
    return (told if float(told) else told[1:]).replace("-", MINUS)


def measured(measure: str, value: float) -> str:
    """Return a value of a measure, in per cent for shares."""
    return tone(value) if measure == "sentiment" else percent(value)


def meaning(scope: str, measure: str) -> str:
    """Return what a measure is, in a sentence."""
    return _MEANINGS[measure].format(who=_WHO.get(scope, "who were heard"))


def series_name(label: str, measure: str) -> str:
    """Return the name of a series."""
    return f"{label}: {MEASURES[measure]}"


def period_name(kind: str, period: str) -> str:
    """Return a period as in 'March 2024', 'Week 12 of 2024' or '2024-25 Q1'."""
    if kind == "month":
        return words.long_month(int(period[:4]), int(period[5:7]))
    if kind == "week":
        year, _, week = period.partition("-W")
        return f"Week {int(week)} of {year}"
    return period


def short_period(kind: str, period: str) -> str:
    """Return a period as in 'Mar 24', 'W12 24' or '24-25 Q1'."""
    if kind == "month":
        return words.short_month(int(period[:4]), int(period[5:7]))
    if kind == "week":
        year, _, week = period.partition("-W")
        return f"W{int(week)} {year[2:]}"
    return period[2:]


def periods(number: int, kind: str) -> str:
    """Return as in '3 months'."""
    return f"{number} {words.plural(number, kind, f'{kind}s')}"


def is_signal(variation: str | None) -> bool:
    """Return whether an icon tells of a special cause."""
    return variation is not None and variation != "common_cause"
