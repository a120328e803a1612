"""Planted comments that come in batches, shared by the tests of joining, candidates and lineage."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pandas as pd

from tests.themes.test_find import ADJECTIVES, TIMES, WordsEmbedder, comments_of, planted, sentiments_of
from voice_of_care.counting import units
from voice_of_care.settings import ThemeSettings
from voice_of_care.tables import SEGMENTS, conform
from voice_of_care.themes import Batch, Earlier, Former, ThemesFound, find_themes, join_themes, split_segments
from voice_of_care.themes.identity import highest_number

GARDEN = (
    "The garden gate was {a} at {b}",
    "We sat by the garden pond until {b}",
    "Garden benches were {a}",
    "A {a} garden path for walks",
    "The garden lawn was {a} from {b}",
    "Roses in the garden looked {a}",
    "More seats in the garden by {b}",
)


def garden(count: int) -> pd.DataFrame:
    """Return texts on a matter that nobody raised before."""
    made = sorted({form.format(a=a, b=b) for a, b, form in itertools.product(ADJECTIVES, TIMES, GARDEN)})
    mixed = sorted(made, key=lambda text: hashlib.sha256(text.encode()).hexdigest())
    return pd.DataFrame({"planted": "garden", "text": [f"{text}." for text in mixed[:count]]})


def in_batches(later_share: int = 4) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return planted rows of the first batch, and known matters of a later one."""
    whole = planted(40)
    is_later = whole.index % later_share == 0
    return whole[~is_later].reset_index(drop=True), whole[is_later].reset_index(drop=True)


class GardenEmbedder(WordsEmbedder):
    """The same stand-in, which knows that a garden is a matter too."""

    def _vector(self, text: str) -> np.ndarray:
        is_garden = "garden" in text.lower()
        total = super()._vector(text) + (2.0 * self._direction("garden") / 8.0 if is_garden else 0.0)
        return total / np.linalg.norm(total)


class Project:
    """Themes as they stand, and what they were found in."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.first = len(rows)
        self.found: ThemesFound = self.refit()

    @property
    def comments(self) -> pd.DataFrame:
        """Return all comments so far, in the order they came."""
        return comments_of(self.rows["text"].tolist())

    @property
    def segments(self) -> pd.DataFrame:
        """Return their segments."""
        return conform(split_segments(self.comments).segments, SEGMENTS)

    def refit(self, known: pd.DataFrame | None = None, former: Former | None = None) -> ThemesFound:
        """Return the themes of all comments, found anew."""
        segments = self.segments
        return find_themes(
            segments,
            self.comments,
            embedder=GardenEmbedder(),
            settings=ThemeSettings(),
            unit_of=units(self.comments),
            sentiments=sentiments_of(segments, ("dreadful", "grim")),
            known=known,
            former=former,
        )

    def planted_of(self, segment_ids: pd.Series) -> pd.Series:
        """Return what was planted in the comment of each segment."""
        of_comment = pd.Series(self.rows["planted"].to_numpy(), index=self.comments["comment_id"])
        return segment_ids.str.rsplit(".", n=1).str[0].map(of_comment)

    def earlier(self, **judged: frozenset[str]) -> Earlier:
        """Return what is held of the themes."""
        return Earlier(*(getattr(self.found, name) for name in Earlier._fields[:7]), **judged)

    def add(self, rows: pd.DataFrame, *, mixed: int | None = None, **judged: frozenset[str]) -> ThemesFound:
        """Add comments, their rows in an order drawn by `mixed`, if given; return the themes after."""
        known = len(self.rows)
        earlier = self.earlier(**judged)
        self.rows = pd.concat([self.rows, rows], ignore_index=True)
        comments, segments = self.comments, self.segments
        of = segments["comment_id"].map({each: place for place, each in enumerate(comments["comment_id"])})
        order = np.random.default_rng(mixed)
        self.found = join_themes(
            segments if mixed is None else segments.iloc[order.permutation(len(segments))],
            comments if mixed is None else comments.iloc[order.permutation(len(comments))],
            earlier=earlier,
            batch=Batch(
                frozenset(segments.loc[of >= known, "segment_id"]),
                frozenset(segments.loc[of >= self.first, "segment_id"]),
                units(comments),
                sentiments_of(segments, ("dreadful", "grim")),
                None,
                highest_number(earlier.theme_vectors["theme_id"].tolist()),
            ),
            embedder=GardenEmbedder(),
            settings=ThemeSettings(),
        )
        return self.found


def candidates_of(found: ThemesFound) -> pd.DataFrame:
    """Return the candidates."""
    return found.themes[found.themes["status"] == "candidate"]
