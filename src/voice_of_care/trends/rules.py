"""Rules that tell special cause from common cause, and the one label each point gets.

The ruleset is that of NHSRplotthedots 0.2.2: a point outside the limits, a trend of seven, two of three near a limit,
seven on one side of the centre, in this order of precedence. A missing point (NaN) breaks every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Marks = NDArray[np.int8]
    Flags = NDArray[np.bool_]

RULESET = "nhsr-0.2.2"
RUN = 7
"""Points that make a trend or a shift."""


class Limits(NamedTuple):
    """Centre and limits of each point, NaN where there are none; the near limits lie two thirds of the way out."""

    centre: Numbers
    lower: Numbers
    upper: Numbers
    near_lower: Numbers
    near_upper: Numbers


class Judged(NamedTuple):
    """The rule each point breaks, and which way: 1 upwards or above, -1 downwards or below, 0 for none."""

    rules: tuple[str, ...]
    moves: tuple[int, ...]


def judge_points(values: Numbers, limits: Limits) -> Judged:
    """Return the rule each point of one phase breaks, one alone by precedence, and which way it points."""
    outside = (values > limits.upper) | (values < limits.lower)
    sides = np.nan_to_num(np.sign(values - limits.centre)).astype(np.int8)
    beyond = (values < limits.near_lower) | (values > limits.near_upper)
    close = beyond & ~outside & np.isfinite(limits.upper)
    trending = part_of_run(seven_point_trend(values))
    near = part_of_two_in_three(two_in_three(close, sides), close)
    shifted = part_of_run(seven_on_one_side(sides))
    directions = _trend_directions(values, trending)
    above = np.where(sides > 0, 1, -1)
    rules = np.select([outside, trending, near, shifted], ["astronomical", "trend", "two_in_three", "shift"], "none")
    moves = np.select([outside, trending, near, shifted], [above, directions, above, above], 0)
    return Judged(tuple(str(rule) for rule in rules), tuple(int(move) for move in moves))


def seven_point_trend(values: Numbers) -> Marks:
    """Mark the last of each seven points that rise (1) or fall (-1) all the way; a tie or a gap breaks a trend."""
    steps = np.nan_to_num(np.sign(np.diff(values))).astype(np.int8)
    marks = np.zeros(len(values), dtype=np.int8)
    if len(values) >= RUN:
        windows = np.lib.stride_tricks.sliding_window_view(steps, RUN - 1).sum(axis=1)
        marks[RUN - 1 :] = np.where(np.abs(windows) == RUN - 1, np.sign(windows), 0)
    return marks


def seven_on_one_side(sides: Marks) -> Marks:
    """Mark the last of each seven points on one side of the centre; a point on it (0) breaks the run.

    Args:
        sides: 1 above the centre, -1 below, 0 on it or missing.
    """
    marks = np.zeros(len(sides), dtype=np.int8)
    if len(sides) >= RUN:
        windows = np.lib.stride_tricks.sliding_window_view(sides, RUN).sum(axis=1)
        marks[RUN - 1 :] = np.where(np.abs(windows) == RUN, np.sign(windows), 0)
    return marks


def part_of_run(ends: Marks) -> Flags:
    """Flag all seven points of every run whose last point is marked."""
    flags = np.zeros(len(ends), dtype=np.bool_)
    for end in np.flatnonzero(ends):
        flags[max(end - RUN + 1, 0) : end + 1] = True
    return flags


def two_in_three(close: Flags, sides: Marks) -> Flags:
    """Flag the points of every three on one side of the centre of which two or more are close to a limit."""
    flags = np.zeros(len(close), dtype=np.bool_)
    for start in range(len(close) - 2):
        window = slice(start, start + 3)
        if abs(int(sides[window].sum())) == 3 and int(close[window].sum()) >= 2:
            flags[window] = True
    return flags


def part_of_two_in_three(flags: Flags, close: Flags) -> Flags:
    """Keep of the points flagged by `two_in_three` those that are close themselves."""
    return flags & close


def _trend_directions(values: Numbers, trending: Flags) -> NDArray[np.int64]:
    """Return 1 for points of a rising trend, -1 for others, told by one step.

    The step is the one to the right where the next point is in a trend too, else the one from the left. So the last
    point of a trend that another trend follows at once is told by the step between the two, as the reference does.
    """
    steps = np.nan_to_num(np.sign(np.diff(values)))
    right, left = np.append(steps, 0), np.insert(steps, 0, 0)
    goes_on = np.append(trending[1:], False) & trending
    return np.where(np.where(goes_on, right, left) == 1, 1, -1)
