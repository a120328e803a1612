"""How far themes stay the same: rows shuffled, and one respondent in ten left out; ours and stock BERTopic's.

    python benchmarks/stability.py PATH/nhs_patient_feedback.csv [--encoders FOLDER] [--sides fold-0-of-3 ...]
        [--resamples 3] [--peers PYTHON] [--whole]

Themes are found on all answers of a side's held-out respondents, then again without a tenth of these; the adjusted
Rand index compares both over the comments of the rest, each with its strongest theme, "none" counting as one. `--whole`
takes the whole file and the packaged feedback encoder instead, which flatters: that encoder has seen these comments.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from peers import StockJob, peers_python, stock_topics
from sides import (
    BUILD,
    FOLDS,
    Held,
    Made,
    answers,
    held,
    held_rows,
    made_on,
    made_on_all,
    plain_embedder,
    read_coded,
    sentiments_of,
)
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from voice_of_care.counting import units
from voice_of_care.settings import ThemeSettings
from voice_of_care.themes import ThemesFound, find_themes, split_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from voice_of_care.embedding import Embedder

LEFT_OUT = 0.1
RESAMPLES = 3
NONE = "none"


class Stability(NamedTuple):
    """Adjusted Rand indices: of the same comments in another order (or seed), and of each resample's rest."""

    again: float
    rests: list[float]


def themes_of(comments: pd.DataFrame, sentiments: pd.DataFrame, embedder: Embedder) -> ThemesFound:
    """Return the product's themes at its default settings; `sentiments` may hold further segments."""
    segments = split_segments(comments).segments
    return find_themes(
        segments,
        comments,
        embedder=embedder,
        settings=ThemeSettings(),
        unit_of=units(comments),
        sentiments=segments[["segment_id"]].merge(sentiments, on="segment_id", how="left", validate="one_to_one"),
    )


def strongest(found: ThemesFound, comments: pd.DataFrame) -> pd.Series:
    """Return each comment's strongest theme by comment_id: that with most strength over its segments, or none."""
    of_comment = found.assignments.assign(comment_id=found.assignments["segment_id"].str.rsplit(".", n=1).str[0])
    total = of_comment.groupby(["comment_id", "theme_id"])["strength"].sum().round(6).reset_index()
    ordered = total.sort_values(["comment_id", "strength", "theme_id"], ascending=[True, False, True])
    first = ordered.drop_duplicates("comment_id").set_index("comment_id")["theme_id"]
    return first.reindex(comments["comment_id"]).fillna(NONE)


def without_a_tenth(comments: pd.DataFrame, seed: int) -> np.ndarray:
    """Return the rows left when a tenth of the respondents is left out at random."""
    people = np.array(sorted(set(comments["respondent_id"])))
    out = np.random.default_rng(seed).choice(people, size=round(LEFT_OUT * len(people)), replace=False)
    return np.flatnonzero(~comments["respondent_id"].isin(set(out)).to_numpy())


def rest_ari(whole: pd.Series, rest: pd.Series) -> float:
    """Return the adjusted Rand index over the comments of the rest."""
    return float(adjusted_rand_score(whole[rest.index], rest))


def our_stability(given: Held, made: Made, *, resamples: int = RESAMPLES) -> Stability:
    """Return how far our themes of some comments stay the same."""
    sentiments = sentiments_of(given, made)

    def label(comments: pd.DataFrame) -> pd.Series:
        return strongest(themes_of(comments, sentiments, made.embedders.both), comments)

    comments = given.comments
    whole = label(comments)
    again = label(comments.sample(frac=1.0, random_state=3).reset_index(drop=True))
    rests = [
        rest_ari(whole, label(comments.iloc[without_a_tenth(comments, seed)].reset_index(drop=True)))
        for seed in range(resamples)
    ]
    return Stability(float(adjusted_rand_score(whole, again[whole.index])), rests)


def stock_stability(given: Held, plain: Embedder, python: Path, *, resamples: int = RESAMPLES) -> Stability:
    """Return the same for stock BERTopic: `again` is another seed, the resamples keep the first one."""
    texts = given.comments["text"].tolist()
    rows = [without_a_tenth(given.comments, seed) for seed in range(resamples)]
    everything = np.arange(len(texts))
    jobs = [StockJob(everything, 0), StockJob(everything, 1), *(StockJob(each, 0) for each in rows)]
    whole, other, *rests = stock_topics(texts, plain.embed(texts), jobs, python=python)
    return Stability(
        float(adjusted_rand_score(whole.own, other.own)),
        [float(adjusted_rand_score(whole.own[row], rest.own)) for row, rest in zip(rows, rests, strict=True)],
    )


def _show(name: str, found: Stability) -> None:
    rests = " ".join(f"{value:.3f}" for value in found.rests)
    print(f"{name}: again {found.again:.3f}; a tenth left out {np.mean(found.rests):.3f} ({rests})", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoders", type=Path, default=BUILD)
    parser.add_argument("--sides", nargs="*", default=list(FOLDS))
    parser.add_argument("--resamples", type=int, default=RESAMPLES)
    parser.add_argument("--peers", type=Path, help="a Python with bertopic, umap-learn and hdbscan")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args(arguments)
    coded, python = read_coded(options.data), None if options.no_stock else peers_python(options.peers)
    cases = [(side, held(coded, answers(coded, held_rows(coded, side)))) for side in options.sides]
    if options.whole:
        cases = [("whole", held(coded, answers(coded, np.arange(len(coded.comments)))))]
    ours, stock = [], []
    for side, given in cases:
        made = made_on_all() if options.whole else made_on(options.encoders, side)
        ours.append(our_stability(given, made, resamples=options.resamples))
        _show(f"ours, {side}, {len(given.comments)} comments", ours[-1])
        if python is not None:
            stock.append(stock_stability(given, plain_embedder(), python, resamples=options.resamples))
            _show(f"stock BERTopic, {side}", stock[-1])
    for name, found in (("ours", ours), ("stock BERTopic", stock)):
        if found:
            rests = [value for each in found for value in each.rests]
            print(f"{name}: mean again {np.mean([each.again for each in found]):.3f}, left out {np.mean(rests):.3f}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with threadpool_limits(1):
        main()
