"""Services and sites beside each other: shares within the limits that chance alone sets to places of their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.counting import funnel_limits, leaning_of_units
from voice_of_care.tables import conform
from voice_of_care.trend_tables import FUNNELS
from voice_of_care.trends.series import PLEASED_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

FEWEST_PLACES = 3
FEWEST_UNITS = 10
"""Units that a place needs to stand in a funnel."""
_LEVELS = ("service", "site")
_COVERAGE = {"95": 0.95, "998": 0.998}


def lay_funnels(comments: pd.DataFrame, *, up_to: pd.Timestamp | None) -> pd.DataFrame:
    """Return the funnels of services and of sites.

    Args:
        comments: as in `Heard`.
        up_to: last day of the last complete period; later comments are left out, those without a date are not.
    """
    kept = comments
    if up_to is not None:
        kept = comments[comments["received_on"].isna() | (comments["received_on"] < up_to + pd.Timedelta(days=1))]
    found = [funnel for level in _LEVELS for funnel in _funnels_of(kept, level)]
    return conform(pd.concat(found, ignore_index=True), FUNNELS) if found else FUNNELS.empty()


def _funnels_of(comments: pd.DataFrame, level: str) -> Iterator[pd.DataFrame]:
    placed = comments[comments[level].notna()]
    if placed.empty:
        return
    is_negative = leaning_of_units(placed, by=(level, "unit")).eq("negative")
    scores = placed.dropna(subset=["score"]).groupby([level, "unit"])["score"].mean()
    for measure, counts in (("negative", is_negative), ("fft", scores.round(9) >= PLEASED_FROM)):
        places = counts.groupby(level=0).agg(["sum", "size"]).sort_index()
        places = places[places["size"] >= FEWEST_UNITS]
        numerator, denominator = places["sum"].astype(int), places["size"].astype(int)
        if len(places) < FEWEST_PLACES or not 0 < numerator.sum() < denominator.sum():
            continue
        funnel = pd.DataFrame(
            {
                "level": level,
                "place": places.index,
                "measure": measure,
                "numerator": numerator.to_numpy(),
                "denominator": denominator.to_numpy(),
                "value": (numerator / denominator).to_numpy(),
                "centre": numerator.sum() / denominator.sum(),
            }
        )
        yield _with_limits(funnel)


def _with_limits(funnel: pd.DataFrame) -> pd.DataFrame:
    centre = float(funnel["centre"].iloc[0])
    limits: dict[str, NDArray[np.float64]] = {}
    for name, coverage in _COVERAGE.items():
        lower, upper = funnel_limits(funnel["denominator"].tolist(), centre, coverage=coverage)
        limits |= {f"lower_{name}": lower, f"upper_{name}": upper}
    value = funnel["value"]
    standing = pd.Series("within", index=funnel.index)
    for name in _COVERAGE:
        standing = standing.mask(value > limits[f"upper_{name}"], f"above_{name}")
        standing = standing.mask(value < limits[f"lower_{name}"], f"below_{name}")
    return funnel.assign(**limits, standing=standing)
