"""What control charts say of real comments over time, and of made ones without change, with newcomers and with a shift.

    python benchmarks/series.py FEEDBACK.csv [--from 2021-06 --to 2022-09] [--project FOLDER]

For each site of the file: its monthly series, how many are charted, the grid of icons, and how many flag their last
point. Then the same file with half of its services joining half-way, and simulations. Prints figures alone, no words
of respondents. With --project a folder that was analysed already is read instead of the file.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from voice_of_care.counting import units
from voice_of_care.heard import Heard, gather_heard
from voice_of_care.settings import Settings, TrendSettings
from voice_of_care.trend_tables import MEASURES, REBASES, VARIATIONS
from voice_of_care.trends.following import follow_series

if TYPE_CHECKING:
    from collections.abc import Callable

    from voice_of_care.analysis import Analysis
    from voice_of_care.trends.following import SeriesFollowed

SIMULATIONS = 100
EXERCISE = Path(__file__).resolve().parent.parent / "corpora" / "synthetic" / "listening-exercise"


def analyse(path: Path) -> Analysis:
    """Return the analysis of a file or folder, as `analyse` would make it."""
    from voice_of_care.embedding import load_embedders
    from voice_of_care.frameworks import load_frameworks
    from voice_of_care.pipeline import Means, Stopwatch, run
    from voice_of_care.settings import load_settings

    toml = path.with_suffix(".toml")
    settings = load_settings(toml) if toml.exists() else Settings()
    frameworks = load_frameworks(settings.priorities)
    done = run([path], Means(settings, b"0" * 32, load_embedders(), frameworks, Stopwatch()))
    return done.analysis


def read_project(folder: Path) -> Analysis:
    """Return the analysis of a project."""
    from voice_of_care.projects import read_analysis
    from voice_of_care.store import Store, find_project

    project = find_project(folder)
    with Store(project.folder) as store:
        return read_analysis(project, store)


def narrow(heard: Heard, keep: Callable[[pd.DataFrame], pd.Series]) -> Heard:
    """Return what was heard with the rows to keep."""
    return Heard(*(frame[keep(frame)].reset_index(drop=True) for frame in heard))


def follow(heard: Heard) -> SeriesFollowed:
    """Return the monthly series."""
    return follow_series(heard, settings=TrendSettings(), targets=(), rebases=REBASES.empty(), report_date=None)


def show(name: str, heard: Heard) -> None:
    """Print how series are charted and what their charts say."""
    started = time.perf_counter()
    followed = follow(heard)
    seconds = time.perf_counter() - started
    charts = followed.charts
    limits = charts[charts["variation"].notna()]
    flagged = limits[limits["variation"] != "common_cause"]
    print(f"\n{name}: {heard.comments['unit'].nunique()} units, {len(charts)} series, {seconds:.2f} s")
    print("  standing:", dict(Counter(charts["standing"])), "method:", dict(Counter(charts["method"])))
    grid = pd.crosstab(limits["variation"], limits["measure"])
    grid = grid.reindex(index=VARIATIONS, columns=MEASURES, fill_value=0)
    print("  " + grid.to_string().replace("\n", "\n  "))
    share = len(flagged) / max(1, len(limits))
    print(f"  flag their last point: {len(flagged)} of {len(limits)} ({share:.1%}), expected by chance 1.7%")
    print("  of these:", dict(Counter(flagged["mix"])))
    for row in charts[charts["scope"] == "overall"].itertuples():
        print(f"  overall {row.measure}: {row.variation}, mix {row.mix}, joined {row.joined}, left {row.left}")


def join_half_way(heard: Heard) -> Heard:
    """Return a copy in which the services with most (or least) bad to say, half of the units, join half-way."""
    comments = heard.comments.dropna(subset=["service", "received_on"])
    middle = comments["received_on"].min() + (comments["received_on"].max() - comments["received_on"].min()) / 2
    half_way = middle.to_period("M").start_time
    bad = comments["sentiment"].isin(("negative", "very_negative")).groupby(comments["service"]).mean()
    size = comments.groupby("service")["unit"].nunique()
    order = size.loc[bad.sort_values(ascending=False, kind="stable").index]
    late = order.index[order.cumsum() <= order.sum() / 2]
    print(f"\nservices that join in {half_way:%Y-%m}: {sorted(late)}")
    return narrow(heard, lambda frame: ~(frame["service"].isin(late) & (frame["received_on"] < half_way)))


def made(seed: int, *, level: Callable[[int, int], float], services: range, first: Callable[[int], int]) -> Heard:
    """Return eighteen months of made comments; a unit each, with a theme of half of them.

    Args:
        seed: of the random numbers.
        level: share with only bad to say, by service and month.
        services: their numbers.
        first: month, from 0, in which a service is first heard.
    """
    random = np.random.default_rng(seed)
    rows = []
    for service in services:
        for month in range(first(service), 18):
            for _ in range(random.poisson(12)):
                rows.append((service, month, random.random() < level(service, month), random.random() < 0.5))
    told = pd.DataFrame(rows, columns=["service", "month", "is_bad", "has_theme"])
    starts = pd.date_range("2023-04-01", periods=18, freq="MS").to_numpy()
    ids = [f"C{number}" for number in range(len(told))]
    comments = pd.DataFrame(
        {
            "comment_id": ids,
            "unit": ids,
            "cluster": ids,
            "is_session": False,
            "received_on": starts[told["month"]] + random.integers(0, 28, len(told)).astype("timedelta64[D]"),
            "respondent_group": "service_user",
            "service": [f"Service {number}" for number in told["service"]],
            "site": None,
            "question": None,
            "channel": "survey",
            "score": np.where(told["is_bad"], 1.0, 5.0),
            "polarity": np.where(told["is_bad"], -0.6, 0.6),
            "sentiment": np.where(told["is_bad"], "negative", "positive"),
        }
    )
    mentions = comments[told["has_theme"]].assign(scope="theme", item_id="T01")
    return Heard(comments.assign(run_id=1), mentions.assign(segment_id=mentions["comment_id"]))


def simulate(name: str, make: Callable[[int], Heard]) -> None:
    """Print how often charts of made comments flag their last point, and what is said of the mix."""
    flagged, verdicts = Counter(), {"overall": Counter(), "theme": Counter()}
    for seed in range(SIMULATIONS):
        charts = follow(make(seed)).charts
        limits = charts[charts["variation"].notna()]
        flagged += Counter(limits["variation"].ne("common_cause").map({True: "flagged", False: "not"}))
        for scope, counter in verdicts.items():
            counter.update(charts.loc[(charts["scope"] == scope) & (charts["measure"] == "negative"), "mix"])
    share = flagged["flagged"] / max(1, flagged.total())
    print(f"{name}: {share:.1%} of {flagged.total()} charts flag their last point;", end=" ")
    print("share negative, overall", dict(verdicts["overall"]), "theme", dict(verdicts["theme"]))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, nargs="?", default=EXERCISE)
    parser.add_argument("--from", dest="first", default="1900-01")
    parser.add_argument("--to", dest="last", default="2200-12")
    parser.add_argument("--project", type=Path)
    given = parser.parse_args()
    analysis = read_project(given.project) if given.project else analyse(given.path)
    report(gather_heard(analysis, unit_of=units(analysis.safe_comments)), given.first, given.last)
    simulate_all()


def simulate_all() -> None:
    """Print what is said of made comments without change, with newcomers, with leavers, and with a true shift."""
    old = range(6)

    def worse_if_new(service: int, _month: int) -> float:
        return 0.6 if service > 5 else 0.2

    simulate("no change", lambda seed: made(seed, level=lambda *_: 0.2, services=old, first=lambda _: 0))
    simulate(
        "four worse services join half-way",
        lambda seed: made(seed, level=worse_if_new, services=range(10), first=lambda service: 9 * (service > 5)),
    )

    def leaving(seed: int) -> Heard:
        heard = made(seed, level=worse_if_new, services=range(10), first=lambda _: 0)
        gone = [f"Service {number}" for number in range(6, 10)]
        return narrow(heard, lambda frame: ~(frame["service"].isin(gone) & (frame["received_on"] >= "2024-01-01")))

    simulate("they leave half-way", leaving)
    simulate(
        "all move half-way, from 20% to 50%",
        lambda seed: made(seed, level=lambda _, month: 0.5 if month >= 9 else 0.2, services=old, first=lambda _: 0),
    )


def report(heard: Heard, first: str, last: str) -> None:
    """Print the figures of a file: as a whole, by site, and with services joining half-way."""
    start, end = pd.Period(first, "M").start_time, pd.Period(last, "M").end_time
    heard = narrow(heard, lambda frame: frame["received_on"].between(start, end))
    show("all", heard)
    for site in sorted(heard.comments["site"].dropna().unique()):
        show(f"site {site}", narrow(heard, lambda frame, of=site: frame["site"] == of))
    show("half of the services join half-way", join_half_way(heard))


if __name__ == "__main__":
    main()
