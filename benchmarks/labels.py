"""Measure how well labels name their themes, beside the words that stock BERTopic would print.

    python benchmarks/labels.py [PATH/nhs_patient_feedback.csv --encoders FOLDER] [--some 100 --some 200]

Prints the figures on the synthetic exercise, and, where they are given, on coded comments of respondents whom the
encoder was not tuned on: of all of them, and of as few as said. `label_figures` needs no file.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from exercise import EXERCISE
from sides import FOLDS, TRUSTS, has_encoder, held, held_rows, made_on, made_on_all, read_coded, sentiments_of
from spacy.lang.en.stop_words import STOP_WORDS
from stability import themes_of

from voice_of_care.intake import read_comments
from voice_of_care.pipeline import Stopwatch, deidentify_comments, score_comments, theme_comments
from voice_of_care.settings import load_settings
from voice_of_care.themes import split_segments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes import ThemesFound

LINKS = frozenset({"and", "of", "for", "to", "about"})
SETTING = frozenset(["staff", "service", "care", "hospital", "ward", "team", "patient", "level", "time"])
"""Words that, added to a label, make no new one."""
NEAR = 3
"""A label is near a segment where it is among the so many nearest of all labels."""
_STEM = 4
_NAMELESS = re.compile(r"(General|Other|Further|More) ")


class LabelFigures(NamedTuple):
    """How well a set of labels names its themes; shares are over segments, themes weighing alike."""

    themes: int
    nameless: int
    said: float  # segments that hold a word of their theme's label
    near: float  # segments whose theme's label is among the nearest
    said_or_near: float
    repeats: int  # pairs that a reader would take for one
    stop_words: int  # labels that hold a word of grammar, or nothing else but the setting


def label_figures(labels: Mapping[str, str], assigned: pd.DataFrame, embedder: Embedder) -> LabelFigures:
    """Return the figures of labels.

    Args:
        labels: theme to label; "General ..." and "Other ..." name nothing and are counted apart.
        assigned: theme_id and text of each segment's strongest theme.
        embedder: judges what is near.
    """
    named = {theme: label for theme, label in labels.items() if not _NAMELESS.match(label)}
    ids = sorted(named)
    texts = sorted(set(assigned.loc[assigned["theme_id"].isin(ids), "text"]))
    vectors = dict(zip(texts, embedder.embed(texts).astype(np.float64), strict=True))
    marks = embedder.embed([named[theme] for theme in ids]).astype(np.float64)
    said, near, either = [], [], []
    for place, theme in enumerate(ids):
        of_theme = assigned.loc[assigned["theme_id"] == theme, "text"]
        stems = stems_of(named[theme])
        holds = np.array([bool(stems & stems_of(text)) for text in of_theme], dtype=bool)
        cosines = np.round(np.array([vectors[text] for text in of_theme]) @ marks.T, 6)
        nearest = (cosines > cosines[:, [place]]).sum(axis=1) < NEAR
        said.append(holds.mean())
        near.append(nearest.mean())
        either.append((holds | nearest).mean())
    return LabelFigures(
        themes=len(labels),
        nameless=len(labels) - len(named),
        said=float(np.mean(said)),
        near=float(np.mean(near)),
        said_or_near=float(np.mean(either)),
        repeats=repeats([named[theme] for theme in ids]),
        stop_words=sum(_is_odd(label) for label in named.values()),
    )


def stems_of(text: str) -> frozenset[str]:
    """Return the starts of a text's words of content, which is near enough to their stems for counting."""
    words = re.findall(r"[a-z]+", text.lower())
    return frozenset(word[:_STEM] for word in words if word not in STOP_WORDS and len(word) > 2)


def repeats(labels: Sequence[str]) -> int:
    """Return how many pairs of labels are the same but for number and words of the setting."""
    cores = [stems_of(label) - {word[:_STEM] for word in SETTING} or stems_of(label) for label in labels]
    return sum(cores[one] == cores[two] for one in range(len(cores)) for two in range(one))


def _is_odd(label: str) -> bool:
    words = re.findall(r"[a-z]+", label.lower())
    content = [word for word in words if word not in LINKS]
    return any(word in STOP_WORDS for word in content) or set(content) <= SETTING


def own_labels(found: ThemesFound) -> dict[str, str]:
    """Return the leaves' labels."""
    leaves = found.themes[found.themes["theme_id"].isin(found.assignments["theme_id"])]
    return dict(zip(leaves["theme_id"], leaves["label"], strict=True))


def keyword_labels(found: ThemesFound, count: int) -> dict[str, str]:
    """Return each leaf's strongest keywords in the place of its label, as BERTopic prints them."""
    leaves = found.themes[found.themes["theme_id"].isin(found.assignments["theme_id"])]
    return {theme: " ".join(words[:count]) for theme, words in zip(leaves["theme_id"], leaves["keywords"], strict=True)}


def strongest_of(found: ThemesFound, segments: pd.DataFrame) -> pd.DataFrame:
    """Return theme_id and text of each segment's strongest theme."""
    first = found.assignments.sort_values("strength", ascending=False, kind="stable").drop_duplicates("segment_id")
    return first[["segment_id", "theme_id"]].merge(segments[["segment_id", "text"]], on="segment_id")


def exercise_themes() -> tuple[ThemesFound, pd.DataFrame, Embedder]:
    """Return the themes of the synthetic exercise, its segments, and the encoder."""
    settings = load_settings(EXERCISE.with_suffix(".toml"))
    key, watch, embedders = b"a key", Stopwatch(), made_on_all().embedders
    read = read_comments([EXERCISE], settings=settings, key=key)
    safe = deidentify_comments(read, settings=settings, key=key, watch=watch)
    scored = score_comments(safe.safe_comments, settings=settings, embedders=embedders, watch=watch)
    found = theme_comments(scored, settings=settings, embedders=embedders)
    return found, scored.split.segments, embedders.both


def coded_themes(data: Path, encoders: Path, side: str, some: int | None) -> tuple[ThemesFound, pd.DataFrame, Embedder]:
    """Return the themes of respondents whom a side's encoder has not seen, of all their comments or of some."""
    coded, made = read_coded(data), made_on(encoders, side)
    rows = held_rows(coded, side)
    texts = coded.comments["text"]
    chosen = sorted(rows, key=lambda row: hashlib.sha256(f"{row} {texts.iloc[row]}".encode()).digest())[:some]
    given = held(coded, np.sort(np.array(chosen)))
    found = themes_of(given.comments, sentiments_of(given, made), made.embedders.both)
    return found, split_segments(given.comments).segments, made.embedders.both


def show(name: str, found: ThemesFound, segments: pd.DataFrame, embedder: Embedder) -> None:
    """Print the labels and their figures."""
    assigned = strongest_of(found, segments)
    print(f"{name}: {', '.join(own_labels(found).values())}")
    for whose, labels in (("labels", own_labels(found)), ("first two keywords", keyword_labels(found, 2))):
        figures = label_figures(labels, assigned, embedder)
        print(
            f"  {whose}: {figures.themes} themes, {figures.nameless} without a name; said {figures.said:.2f}, "
            f"near {figures.near:.2f}, said or near {figures.said_or_near:.2f}; {figures.repeats} repeats, "
            f"{figures.stop_words} with stop words"
        )


def main() -> None:
    """Measure what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--encoders", type=Path)
    parser.add_argument("--some", type=int, action="append", default=[])
    given = parser.parse_args()
    show("exercise", *exercise_themes())
    if given.data is None or given.encoders is None:
        return
    for side in (*FOLDS, *TRUSTS):
        if has_encoder(given.encoders, side):
            for some in (None, *given.some):
                name = f"{side}, {'all' if some is None else some} comments"
                show(name, *coded_themes(given.data, given.encoders, side, some))


if __name__ == "__main__":
    main()
