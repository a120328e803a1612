"""Weeks, months and quarters: the periods that comments are counted in, without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime

    from numpy.typing import NDArray

    from voice_of_care.settings import PeriodKind

WIDER: dict[PeriodKind, PeriodKind] = {"week": "month", "month": "quarter"}
"""What a period is widened to where too few were counted."""
PERIODS_IN_A_MONTH: dict[PeriodKind, float] = {"week": 52 / 12, "month": 1.0, "quarter": 1 / 3}
USUAL_GAP = 0.95
"""Days without comments that are no longer than this share of all such gaps are usual."""
LONGEST_GAP = 0.2
"""A usual gap is at most this share of the period."""
_ENDS = ("DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV")


def lay_periods(
    days: pd.Series, *, kind: PeriodKind, year_starts_in: int, report_date: datetime.date | None
) -> pd.DataFrame:
    """Return all periods from the first day to the last, without gaps.

    The last is complete where the report's date is at or after its end. A report's date that is no later than the
    newest day tells nothing of what may still come: the last period is then complete where no more days are left of it
    than usually pass between two days with comments.

    Args:
        days: when comments were received; empty days are left out.
        kind: length of the periods.
        year_starts_in: first month of the financial year, for quarters.
        report_date: as the settings say; none is as the newest day.

    Returns:
        Columns period (its label), starts_on, ends_on (its last day) and is_complete, in order; no rows without days.
    """
    dated = days.dropna().dt.normalize()
    if dated.empty:
        return pd.DataFrame(
            {
                "period": pd.Series([], dtype="str"),
                "starts_on": pd.Series([], dtype="datetime64[us]"),
                "ends_on": pd.Series([], dtype="datetime64[us]"),
                "is_complete": pd.Series([], dtype="bool"),
            }
        )
    all_periods = pd.period_range(dated.min(), dated.max(), freq=_frequency(kind, year_starts_in))
    starts = pd.Series(all_periods.start_time.normalize().as_unit("us"))
    ends = pd.Series(all_periods.end_time.normalize().as_unit("us"))
    is_complete = np.ones(len(starts), dtype=bool)
    is_complete[-1] = _is_over(dated, starts_on=starts.iloc[-1], ends_on=ends.iloc[-1], report_date=report_date)
    labels = [_label(start, kind, year_starts_in) for start in starts]
    return pd.DataFrame(
        {"period": pd.Series(labels, dtype="str"), "starts_on": starts, "ends_on": ends, "is_complete": is_complete}
    )


def number_periods(days: pd.Series, periods: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row in `periods` that each day falls in; all days must lie within them."""
    starts = periods["starts_on"].to_numpy()
    return np.searchsorted(starts, days.to_numpy().astype(starts.dtype), side="right") - 1


def _frequency(kind: PeriodKind, year_starts_in: int) -> str:
    if kind == "week":
        return "W-SUN"
    return "M" if kind == "month" else f"Q-{_ENDS[year_starts_in - 1]}"


def _label(start: pd.Timestamp, kind: PeriodKind, year_starts_in: int) -> str:
    if kind == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "month":
        return f"{start.year:04d}-{start.month:02d}"
    year = start.year if start.month >= year_starts_in else start.year - 1
    quarter = (start.month - year_starts_in) % 12 // 3 + 1
    name = f"{year:04d}" if year_starts_in == 1 else f"{year:04d}-{(year + 1) % 100:02d}"
    return f"{name} Q{quarter}"


def _is_over(
    dated: pd.Series, *, starts_on: pd.Timestamp, ends_on: pd.Timestamp, report_date: datetime.date | None
) -> bool:
    newest = dated.max()
    if report_date is not None and pd.Timestamp(report_date) > newest:
        return bool(pd.Timestamp(report_date) >= ends_on)
    gaps = np.diff(np.unique(dated.to_numpy().astype("datetime64[D]"))).astype("int64")
    usual = float(np.quantile(gaps, USUAL_GAP)) if gaps.size else 0.0
    longest = LONGEST_GAP * ((ends_on - starts_on).days + 1)
    return bool((ends_on - newest).days <= min(usual, longest))
