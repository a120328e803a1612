"""Measure de-identification: planted identifiers found, words taken out of real comments, and speed.

    python benchmarks/deidentification.py gold corpora/gold/listening-exercise/comments.jsonl
    python benchmarks/deidentification.py real FILE.csv --column "FFT answer" [--show 200]

Prints counts only. `--show` prints what was missed or taken out, with the words around it, to the terminal, for reading
by eye where the data may be read; nothing is written to a file.
"""

from __future__ import annotations

import argparse
import collections
import json
import time
from pathlib import Path

import pandas as pd

from voice_of_care.deidentify.engine import find_identifiers
from voice_of_care.settings import DeidentifySettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("gold", "real"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--column", default="comment")
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.what == "gold":
        measure_gold(arguments.file, arguments.show)
    else:
        measure_real(arguments.file, arguments.column, arguments.show)


def measure_gold(path: Path, show: int) -> None:
    """Print the recall of each kind of planted identifier, and how many protected words and other words were lost."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = find_identifiers([record["text"] for record in records], settings=DeidentifySettings())
    planted: collections.Counter[str] = collections.Counter()
    caught: collections.Counter[str] = collections.Counter()
    protected = lost = false = 0
    for record in records:
        text, findings = record["text"], found[record["text"]]
        covered = {place for item in findings for place in range(item.start, item.end)}
        true: set[int] = set()
        for identifier in record["identifiers"]:
            for start in places(text, identifier["text"]):
                span = set(range(start, start + len(identifier["text"])))
                true |= span
                letters = {place for place in span if matters(identifier["kind"], text[place])}
                planted[identifier["kind"]] += 1
                caught[identifier["kind"]] += letters <= covered
                if show and not letters <= covered:
                    print("MISSED", identifier["kind"], identifier["text"], "|", text)
        for words in record["protected"]:
            for start in places(text, words):
                protected += 1
                gone = bool(set(range(start, start + len(words))) & covered)
                lost += gone
                if show and gone:
                    print("LOST", words, "|", text)
        for item in findings:
            if not true & set(range(item.start, item.end)):
                false += 1
                if show:
                    print("FALSE", item.kind, item.rule, text[item.start : item.end], "|", text)
    for kind in sorted(planted):
        print(f"{kind:20} {caught[kind]:4} of {planted[kind]:4}  recall {caught[kind] / planted[kind]:.3f}")
    print(
        f"protected words lost {lost} of {protected}; redactions of something else {false} in {len(records)} comments"
    )


def matters(kind: str, character: str) -> bool:
    """Tell whether a character must not be left standing: of an age only the digits are an identifier."""
    return character.isdigit() if kind.startswith("age") else character.isalnum()


def places(text: str, words: str) -> list[int]:
    starts, at = [], text.find(words)
    while at >= 0:
        starts.append(at)
        at = text.find(words, at + 1)
    return starts


def measure_real(path: Path, column: str, show: int) -> None:
    """Print how much is taken out of comments that hold few identifiers, by rule, and the time it takes."""
    texts = pd.read_csv(path, dtype="str", encoding="utf-8")[column].dropna().tolist()
    find_identifiers(["warm up"], settings=DeidentifySettings())
    start = time.perf_counter()
    found = find_identifiers(texts, settings=DeidentifySettings())
    seconds = time.perf_counter() - start
    kinds = collections.Counter(f"{item.kind} {item.rule}" for text in texts for item in found[text])
    total = sum(kinds.values())
    print(f"{len(texts)} comments, {len(found)} distinct, {seconds:.1f} s")
    print(f"{total} redactions, {1000 * total / len(texts):.1f} per 1,000 comments")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind} {count}")
    shown = [(key, item) for key in sorted(found) for item in found[key]][:show]
    for whole, item in shown:
        before, words, after = (
            whole[max(0, item.start - 50) : item.start],
            whole[item.start : item.end],
            whole[item.end :],
        )
        around = f"{before}<<{words}>>{after[:30]}"
        print(item.kind, item.rule, "|", around.replace("\n", " "))


if __name__ == "__main__":
    main()
