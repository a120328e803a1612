"""False alarms and power of control charts, on simulated months, beside expected figures.

    python benchmarks/spc.py [--repetitions 1000]

Every figure calls the project's own code. "astro" is the share of charts with at least one point outside of the limits,
"last" the share whose last point is flagged by any rule: what a variation icon would show. The expected figures are
those the methods were chosen by, simulated with other draws and other repetitions: they are to be near, not equal.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from voice_of_care.trends.spc import chart_p, chart_p_prime, chart_xmr

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from voice_of_care.trends.spc import ControlChart

MONTHS = 24
CHANGE_AT = 12
CHARTS_IN_A_REPORT = 30
SEED = 20241


class Shares(NamedTuple):
    """Monthly shares without a change, and the expected figures: astro / last of XmR, p and p'."""

    fewest: int
    most: int
    share: float
    spread: float
    expected: tuple[str, str, str]


SHARES = (
    Shares(5, 12, 0.05, 0.0, (".57 / .13", ".27 / .30", ".50 / .35")),
    Shares(10, 30, 0.05, 0.0, (".30 / .03", ".18 / .12", ".25 / .11")),
    Shares(10, 30, 0.30, 0.0, (".14 / .02", ".06 / .01", ".08 / .02")),
    Shares(50, 150, 0.05, 0.0, (".14 / .01", ".09 / .01", ".12 / .03")),
    Shares(200, 600, 0.30, 0.0, (".12 / .01", ".05 / .02", ".08 / .02")),
    Shares(200, 600, 0.30, 0.05, (".08 / .01", ".997 / .25", ".11 / .02")),
    Shares(20, 60, 0.30, 0.05, (".12 / .02", ".21 / .03", ".11 / .01")),
)
LENGTHS = ((12, ".07"), (15, ".11"), (20, ".13"), (24, ".19"), (36, ".29"))
DROPS = (((10, 30), ".75"), ((20, 60), ".91"), ((50, 150), ".995"))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=1000)
    repetitions = parser.parse_args().repetitions
    rng = np.random.default_rng(SEED)
    show_shares(rng, repetitions)
    show_many(rng, 3 * repetitions)
    show_power(rng, repetitions)


def show_shares(rng: np.random.Generator, repetitions: int) -> None:
    """Print how often charts of shares cry wolf."""
    print(f"Shares over {MONTHS} months in which nothing changes, {repetitions} charts a row: astro / last")
    print(f"{'people a month':15} {'share':>14}   {'XmR':<11} {'expected':<11}   {'p':<11} {'expected':<11}   p'")
    for row in SHARES:
        told = []
        drawn = [draw_shares(rng, row) for _ in range(repetitions)]
        for chart, expected in zip((xmr_of_shares, chart_of_p, chart_of_p_prime), row.expected, strict=True):
            charts = [chart(parts, wholes) for parts, wholes in drawn]
            astro = np.mean([any(point.rule == "astronomical" for point in each.points) for each in charts])
            last = np.mean([each.points[-1].rule != "none" for each in charts])
            told.append(f"{short(astro)} / {short(last):<5} {expected:<11}")
        share = f"{row.share:.0%}" + (f", sd {row.spread:.0%}" if row.spread else "")
        print(f"{f'{row.fewest}-{row.most}':15} {share:>14}   {'   '.join(told)}".rstrip())


def draw_shares(rng: np.random.Generator, row: Shares) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numerators and denominators of a series without a change."""
    wholes = rng.integers(row.fewest, row.most, MONTHS, endpoint=True)
    shares = np.clip(row.share + row.spread * rng.standard_normal(MONTHS), 0, 1)
    return rng.binomial(wholes, shares), wholes


def xmr_of_shares(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> ControlChart:
    """Return the XmR chart of shares in per cent."""
    return chart_xmr((100 * parts / wholes).tolist(), direction="neutral")


def chart_of_p(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> ControlChart:
    """Return the plain p chart."""
    return chart_p(parts.tolist(), wholes.tolist(), direction="neutral")


def chart_of_p_prime(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> ControlChart:
    """Return Laney's chart."""
    return chart_p_prime(parts.tolist(), wholes.tolist(), direction="neutral")


def show_many(rng: np.random.Generator, repetitions: int) -> None:
    """Print what many charts of nothing flag together."""
    print(f"\nXmR charts of independent normal values, all four rules, {repetitions} charts a row")
    print(f"{'points':>6}  {'any point':>9}  {'expected':>9}  {'last point':>10}  {'expected':>9}")
    lasts = []
    for points, expected in LENGTHS:
        any_point, last = flagged(repetitions, lambda points=points: rng.standard_normal(points))
        lasts.append(last)
        print(f"{points:6}  {short(any_point):>9}  {expected:>9}  {short(last, 3):>10}  {'.017':>9}")
    last = float(np.mean(lasts))
    together = 1 - (1 - last) ** CHARTS_IN_A_REPORT
    print(
        f"{CHARTS_IN_A_REPORT} charts together: {CHARTS_IN_A_REPORT * last:.1f} flagged by chance (expected 0.5), "
        f"at least one in {short(together)} of reports (expected .40)"
    )
    any_point, last = flagged(repetitions, lambda: correlated(rng, MONTHS, 0.3))
    print(
        f"{MONTHS} points, each leaning on the one before (.3): any point {short(any_point)} (expected .47), "
        f"last {short(last, 3)} (expected .057)"
    )


def flagged(repetitions: int, draw: Callable[[], NDArray[np.float64]]) -> tuple[float, float]:
    """Return the shares of charts with any point flagged and with the last one."""
    charts = [chart_xmr(draw().tolist(), direction="neutral") for _ in range(repetitions)]
    any_point = np.mean([any(point.rule != "none" for point in each.points) for each in charts])
    return float(any_point), float(np.mean([each.points[-1].rule != "none" for each in charts]))


def correlated(rng: np.random.Generator, points: int, lag: float) -> NDArray[np.float64]:
    """Return standard normal values of which each leans on the one before."""
    values = rng.standard_normal(points)
    for place in range(1, points):
        values[place] = lag * values[place - 1] + math.sqrt(1 - lag * lag) * values[place]
    return values


def show_power(rng: np.random.Generator, repetitions: int) -> None:
    """Print how often a fall is found."""
    print(
        f"\nA fall from 30% to 20% at month 13, limits fixed on the 12 before, {repetitions} charts a row: found within"
    )
    print(f"{'people a month':15} {'3 months':>8}  {'6 months':>8}  {'12 months':>9}  {'expected':>9}  {'no fall':>7}")
    for (fewest, most), expected in DROPS:
        falls = [first_signal(rng, fewest, most, after=0.2) for _ in range(repetitions)]
        none = [first_signal(rng, fewest, most, after=0.3) for _ in range(repetitions)]
        found = [np.mean([fall < months for fall in falls]) for months in (3, 6, 12)]
        shown = f"{short(found[0]):>8}  {short(found[1]):>8}  {short(found[2], 3):>9}"
        wolf = short(np.mean([each < 12 for each in none]))
        print(f"{f'{fewest}-{most}':15} {shown}  {expected:>9}  {wolf:>7}")
    print("no fall: improvement flagged within 12 months although nothing changed")


def first_signal(rng: np.random.Generator, fewest: int, most: int, *, after: float) -> float:
    """Return how many months after the change improvement is first flagged; infinite where it never is."""
    wholes = rng.integers(fewest, most, MONTHS, endpoint=True)
    shares = np.where(np.arange(MONTHS) < CHANGE_AT, 0.3, after)
    values = 100 * rng.binomial(wholes, shares) / wholes
    chart = chart_xmr(values.tolist(), direction="decrease", fix_after=CHANGE_AT)
    kinds = [point.point_type for point in chart.points[CHANGE_AT:]]
    improved = "special_cause_improvement"
    return kinds.index(improved) if improved in kinds else math.inf


def short(value: float, digits: int = 2) -> str:
    """Return a share without its leading nought."""
    return f"{value:.{digits}f}".removeprefix("0")


if __name__ == "__main__":
    main()
