"""What a control chart says, in words: one sentence for each icon, and what its methods and rules are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIATION_NAMES = {
    "common_cause": "Common cause",
    "improvement_high": "Improvement, high",
    "improvement_low": "Improvement, low",
    "concern_high": "Concern, high",
    "concern_low": "Concern, low",
    "neutral_high": "Unusually high",
    "neutral_low": "Unusually low",
}
ASSURANCE_NAMES = {
    "consistent_pass": "Always meets the target",
    "inconsistent": "Meets and misses the target",
    "consistent_fail": "Always misses the target",
}
RULE_WORDS = {
    "astronomical": "the last point lies outside of the limits",
    "trend": "the last point is one of seven in a row that go one way",
    "two_in_three": "of three points in a row two lie close to a limit, the last among them",
    "shift": "the last point is one of seven in a row on one side of the centre",
}
METHOD_NAMES = {"xmr": "XmR chart", "p_prime": "Laney p\u2032 chart", "p": "p chart"}
NO_LIMITS = "There are no limits: the values do not vary, or there are too few of them."
FEW = "Fewer than 8 points: limits are computed as asked, and mean little: read the values."
STANDING_WORDS = {
    "full": "",
    "provisional": "The limits are provisional: they rest on 12 to 19 points.",
    "run_chart": "The limits rest on 8 to 11 points: read this as a run chart, signals can be mistaken.",
    "table_only": FEW,
}
_OUTCOMES = {
    "consistent_pass": "to meet it every time",
    "inconsistent": "to meet it at some times and miss it at others, by chance",
    "consistent_fail": "to miss it every time",
}
_BETTER = {"increase": "at least ", "decrease": "at most ", "neutral": ""}


def variation_sentence(variation: str, rule: str, *, period: str = "point") -> str:
    """Return what the last point shows.

    Args:
        variation: one of VARIATIONS.
        rule: the rule that the last point breaks.
        period: what a point is called: month, quarter, week.
    """
    if variation == "common_cause":
        return f"No significant change: what moves from {period} to {period} is what this process always does."
    kind, _, side = variation.partition("_")
    found = {"improvement": "Special cause for improvement", "concern": "Special cause for concern"}.get(
        kind, "Special cause, neither better nor worse"
    )
    if rule == "trend":
        moved = "rising" if side == "high" else "falling"
    else:
        moved = "higher than expected" if side == "high" else "lower than expected"
    return f"{found}: {moved} ({RULE_WORDS[rule]})."


def assurance_sentence(assurance: str, target: str, *, direction: str) -> str:
    """Return whether a target is met as things are.

    Args:
        assurance: one of ASSURANCES.
        target: the target as printed, with its unit.
        direction: which way is better.
    """
    return f"The target is {_BETTER[direction]}{target}. If nothing changes, expect {_OUTCOMES[assurance]}."


def describe_chart(method: str, point_types: Sequence[str], limits: tuple[str, str, str] | None) -> str:
    """Return a chart in words, for those who can't see it.

    Args:
        method: kind of limits.
        point_types: of the points drawn.
        limits: centre, lower and upper limit of the last point as printed; None without limits.
    """
    signals = sum(kind != "common_cause" for kind in point_types)
    count = len(point_types)
    told = f"{METHOD_NAMES[method]} of {count} {'point' if count == 1 else 'points'}"
    if limits is None:
        return f"{told}, without limits."
    centre, lower, upper = limits
    found = "none is a signal" if not signals else f"{signals} {'is a signal' if signals == 1 else 'are signals'}"
    return f"{told}; {found}. At the end the centre is {centre}, the limits are {lower} and {upper}."
