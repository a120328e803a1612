"""How long one comment takes, warm: priorities, sentiment and nearest themes, as a live view would ask for it.

    python benchmarks/one_comment.py [--processor 0]

Comments are the synthetic exercise's. Each is coded five times, all others in between. "first" is the first go, "best"
the shortest of the five, which other work on the machine disturbs least; "processor" is the time that all threads
together were at work, at best. Give a processor's number to be told how long it takes where the two encoders can't run
side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from voice_of_care.coder import load_coder
from voice_of_care.embedding import load_embedders

GOLD = Path(__file__).resolve().parent.parent / "corpora" / "gold" / "listening-exercise" / "comments.jsonl"
COMMENTS = 300
GOES = 5
BANDS = ((1, 5), (6, 10), (11, 20), (21, 40), (41, 80), (81, 150))
THEMES = 30
MEASURED = ("first", "best", "processor")
WANTED = 5.0  # milliseconds


def comments() -> list[tuple[str, str | None]]:
    """Return comments with their questions, evenly taken from all, in an order that mixes lengths."""
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    said = {row["text"]: row["question"] for row in rows if row["text"]}
    texts = sorted(said, key=lambda text: (len(text) % 97, text))
    step = max(1, len(texts) // COMMENTS)
    return [(text, said[text]) for text in texts[::step]][:COMMENTS]


def centres() -> pd.DataFrame:
    """Return as many centres as a run has themes; which they are does not matter to the time."""
    both = load_embedders().both
    vectors = both.embed([text for text, _ in comments()[:THEMES]])
    ids = [f"T{number:02d}" for number in range(1, THEMES + 1)]
    return pd.DataFrame({"theme_id": ids, "model": both.name, "vector": [vector.tolist() for vector in vectors]})


def timed(asked: list[tuple[str, str | None]]) -> pd.DataFrame:
    """Return words and milliseconds of each comment: the first go, the best of all, and at work."""
    coder = load_coder(theme_vectors=centres())
    goes, at_work = [], []
    for _ in range(GOES):
        taken, worked = [], []
        for text, question in asked:
            start, work = time.perf_counter(), time.process_time()
            coder.code(text, question)
            taken.append(1000 * (time.perf_counter() - start))
            worked.append(1000 * (time.process_time() - work))
        goes.append(taken)
        at_work.append(worked)
    words = [len(text.split()) for text, _ in asked]
    return pd.DataFrame(
        {"words": words, "first": goes[0], "best": np.min(goes, axis=0), "processor": np.min(at_work, axis=0)}
    )


def main() -> None:
    """Print median and 95th percentile, overall and by length."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processor", type=int, help="run on this processor alone (Linux)")
    processor = parser.parse_args().processor
    if processor is not None:
        os.sched_setaffinity(0, {processor})
    found = timed(comments())
    print(f"{len(found)} comments of {found['words'].median():.0f} words (median), milliseconds each")
    print(f"{'words':<8}{'comments':>9}" + "".join(f"{f'{which}: median':>18}{'95%':>8}" for which in MEASURED))
    for low, high in ((1, 10_000), *BANDS):
        rows = found[found["words"].between(low, high)]
        if len(rows):
            name = "all" if high > BANDS[-1][1] else f"{low}-{high}"
            quantiles = [rows[which].quantile([0.5, 0.95]) for which in MEASURED]
            print(f"{name:<8}{len(rows):>9}" + "".join(f"{each[0.5]:>18.1f}{each[0.95]:>8.1f}" for each in quantiles))
    within = (found["best"] <= WANTED).mean()
    print(f"within {WANTED:.0f} ms at best: {within:.0%}")


if __name__ == "__main__":
    main()
