"""How like each segment is to what other people said: what is said once and by one person alone lies far from all.

A theme's prototypes can't tell it: what one person alone says becomes a prototype of its own, and is then as near as
can be. So a text is compared with the texts of others, and the few nearest count (Angiulli & Pizzuti 2002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from voice_of_care.tables import NEARNESS, conform
from voice_of_care.themes.assign import leaf_cosines
from voice_of_care.themes.labels import is_general
from voice_of_care.themes.novelty import first_by_hash
from voice_of_care.themes.words import content_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.embedding import Embedder
    from voice_of_care.themes.frozen import Frozen

NEXT = 3
"""So many texts of other people count: two may chance to be alike, and three rarely are."""

MOST_COMPARED = 3_000
"""Texts are compared with at most so many: what is rare is rare among these, however many more there are."""

_CHUNK_ROWS = 512


class Spoken(NamedTuple):
    """Different texts in sorted order, their unit vectors, and the units who said each."""

    texts: list[str]
    vectors: np.ndarray
    units: list[frozenset[str]]


def spoken_of(said: pd.DataFrame, vectors: np.ndarray) -> Spoken:
    """Return the different texts of segments, with `unit`, and their vectors as given, in sorted order."""
    by_text = said.groupby("text", sort=True)["unit"].agg(frozenset)
    return Spoken([str(text) for text in by_text.index], np.asarray(vectors, dtype=np.float64), list(by_text))


def gather_spoken(said: pd.DataFrame, *, embedder: Embedder, most: int | None = None) -> Spoken:
    """Return the different texts of segments, with `unit`, or the `most` whose hashes come first."""
    texts = sorted(set(said["text"]))
    chosen = texts if most is None else first_by_hash(texts, most)
    return spoken_of(said[said["text"].isin(chosen)], embedder.embed(chosen))


def some_of(spoken: Spoken, *, most: int = MOST_COMPARED) -> Spoken:
    """Return the `most` texts whose hashes come first."""
    chosen = frozenset(first_by_hash(spoken.texts, most))
    rows = [row for row, text in enumerate(spoken.texts) if text in chosen]
    return Spoken([spoken.texts[row] for row in rows], spoken.vectors[rows], [spoken.units[row] for row in rows])


def tell_nearness(
    said: pd.DataFrame, own: Spoken, others: Spoken, *, assignments: pd.DataFrame, frozen: Frozen
) -> pd.DataFrame:
    """Return the table `nearness` of segments that say something.

    Args:
        said: the segments: segment_id and text.
        own: their texts, and all who said them.
        others: what to compare them with; the same texts may be among them.
        assignments: their themes, each segment's strongest first.
        frozen: the themes, for segments that have none.
    """
    judges = np.array([is_general(text) for text in own.texts], dtype=bool)
    nearest = leaf_cosines(own.vectors, frozen.leaves).argmax(axis=1)
    by_text = pd.DataFrame(
        {
            "text": own.texts,
            "likeness": np.where(judges, np.nan, likeness_to_others(own, others)),
            "near": [frozen.theme_ids[leaf] for leaf in nearest],
        }
    )
    first = assignments.drop_duplicates("segment_id")
    given = dict(zip(first["segment_id"], first["theme_id"], strict=True))
    told = said[["segment_id", "text"]].merge(by_text, on="text", how="left", validate="many_to_one")
    pairs = zip(told["segment_id"], told["near"], strict=True)
    told = told.assign(theme_id=[given.get(segment_id, near) for segment_id, near in pairs])
    return conform(told[list(NEARNESS.columns)], NEARNESS)


def likeness_to_others(own: Spoken, others: Spoken) -> np.ndarray:
    """Return how like each text is to the `NEXT` texts of other people that are nearest: their mean, -1 to 1.

    Two texts are alike by the mean of their cosine in meaning and that in words (tf-idf of words of content). What a
    further person said in the very same words counts as a text of likeness 1. Whoever said a text is no other.

    Args:
        own: the texts.
        others: what to compare them with; the same texts may be among them.
    """
    words = TfidfVectorizer(analyzer=_words, sublinear_tf=True)
    has_words = any(_words(text) for text in (*own.texts, *others.texts))
    if has_words:
        words.fit(sorted({*own.texts, *others.texts}))
    of_others = words.transform(others.texts).T.tocsr() if has_words else None
    said_by, said_by_others = _said_by(own.units, others.units)
    again = np.array([len(units) - 1 for units in own.units])
    likeness = np.empty(len(own.texts))
    for start in range(0, len(own.texts), _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, len(own.texts))
        alike = own.vectors[start:stop] @ others.vectors.T
        if of_others is not None:
            alike = (alike + (words.transform(own.texts[start:stop]) @ of_others).toarray()) / 2.0
        is_same = (said_by[start:stop] @ said_by_others.T).toarray() > 0
        likeness[start:stop] = _mean_of_next(np.where(is_same, -np.inf, np.round(alike, 6)), again[start:stop])
    return np.round(likeness, 4)


def _mean_of_next(alike: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Return each row's mean over its highest values, of which `again` are 1; a row that has none is like nothing."""
    ones = np.where(np.arange(NEXT) < again[:, None], 1.0, -np.inf)
    highest = -np.sort(-np.hstack([ones, alike]), axis=1)[:, :NEXT]
    there = np.isfinite(highest)
    mean: np.ndarray = np.where(there, highest, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return mean


def _said_by(
    own: Sequence[frozenset[str]], others: Sequence[frozenset[str]]
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return which units said which texts, as two matrices over the same units."""
    number = {unit: place for place, unit in enumerate(sorted(frozenset().union(*own, *others)))}

    def matrix(units: Sequence[frozenset[str]]) -> sparse.csr_matrix:
        rows = [row for row, of_text in enumerate(units) for _ in of_text]
        columns = [number[unit] for of_text in units for unit in sorted(of_text)]
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(units), len(number)))

    return matrix(own), matrix(others)


def _words(text: str) -> list[str]:
    return [word for word in content_words(text, light=False) if "'" not in word]
