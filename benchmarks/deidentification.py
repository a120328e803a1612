"""Measure de-identification: planted identifiers found, words taken out of real comments, and speed.

    python benchmarks/deidentification.py planted [--folder corpora/synthetic/listening-exercise]
    python benchmarks/deidentification.py real FILE.csv --column "FFT answer" [--show 200]

Prints counts only. `--show` prints redactions with the words around them to the terminal, for reading by eye where the
data may be read; nothing is written to a file.
"""

from __future__ import annotations

import argparse
import collections
import time
from pathlib import Path

import pandas as pd

from voice_of_care.deidentify.engine import find_identifiers
from voice_of_care.settings import DeidentifySettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", required=True)
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    measure_real(arguments.file, arguments.column, arguments.show)


def measure_real(path: Path, column: str, show: int) -> None:
    texts = pd.read_csv(path, dtype="str", encoding="utf-8")[column].dropna().tolist()
    find_identifiers(["warm up"], settings=DeidentifySettings())
    start = time.perf_counter()
    found = find_identifiers(texts, settings=DeidentifySettings())
    seconds = time.perf_counter() - start
    kinds = collections.Counter(f"{item.kind}:{item.rule}" for text in texts for item in found[text])
    total = sum(kinds.values())
    rate = 1000 * total / len(texts)
    print(f"{len(texts)} comments, {len(found)} distinct, {seconds:.1f} s")
    print(f"{total} redactions, {rate:.1f} per 1,000 comments")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind} {count}")
    shown = [(text, item) for text in sorted(found) for item in found[text]][:show]
    for text, item in shown:
        before, words, after = text[max(0, item.start - 50) : item.start], text[item.start : item.end], text[item.end :]
        around = f"{before}<<{words}>>{after[:30]}"
        print(item.kind, item.rule, "|", around.replace("\n", " "))


if __name__ == "__main__":
    main()
