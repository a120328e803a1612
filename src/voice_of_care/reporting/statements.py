"""What people do when they speak of a theme (praise, raise a concern, suggest), and whose words they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting import words
from voice_of_care.reporting.disclosure import Count, Discloser, ShownShare, beside, parts_of, share_of
from voice_of_care.tables import VOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview

KINDS = ("praise", "concern", "suggestion")


@dataclass(frozen=True)
class ThemeStatements:
    """People by what they do and by whose words they are, for one theme; one person may stand in several columns."""

    label: str
    anchor: str
    people: Count
    kinds: dict[str, Count]
    voices: dict[str, Count]
    is_catch_all: bool = False

    def share(self, kind: str) -> ShownShare:
        """Return the share of those who raise the theme that praise it, and so on."""
        return beside(share_of(self.kinds[kind], self.people), self.kinds.values())

    def percent(self, kind: str) -> int | None:
        """Return the share of those who raise the theme that praise it, and so on, in whole per cent."""
        return self.share(kind).percent


@dataclass(frozen=True)
class StatementsView:
    """Themes in the overview's order, and how many of all statements are whose words."""

    themes: tuple[ThemeStatements, ...]
    voices: dict[str, ShownShare]

    @property
    def whose_words(self) -> str:
        """Return a sentence on whose words all statements are."""
        parts = [
            f"{_how_many(share, is_first=place == 0)} {words.VOICES_SAY[name]}"
            for place, (name, share) in enumerate(self.voices.items())
        ]
        return f"{words.join_words(parts)}."

    @property
    def counts(self) -> tuple[Count, ...]:
        """Return every count of the themes' table."""
        return tuple(count for theme in self.themes for count in (*theme.kinds.values(), *theme.voices.values()))


def _how_many(share: ShownShare, *, is_first: bool) -> str:
    of_all = " of all statements" if is_first else ""
    if share.count.is_suppressed or share.total.is_suppressed:
        return f"{'Too few' if is_first else 'too few'}{of_all} to give a number"
    text = share.text if share.count.value else "none"
    return f"{words.capitalise(text) if is_first else text}{of_all}"


def view_statements(facts: Facts, overview: Overview, *, discloser: Discloser) -> StatementsView | None:
    """Return the statements as a profile lets them out, or None where an older analysis holds none."""
    coded = facts.analysis.statements[["segment_id", "kind", "voice"]]
    if coded.empty:
        return None
    said = facts.voices[["segment_id", "theme_id", "unit"]].merge(coded, on="segment_id", validate="many_to_one")
    ids = [theme.theme_id for theme in overview.themes]
    kinds = discloser.table(_people(said, "kind", ids, KINDS))
    voices = discloser.table(_people(said, "voice", ids, VOICES))
    themes = tuple(
        ThemeStatements(
            label=theme.label,
            is_catch_all=theme.is_catch_all,
            anchor=theme.anchor,
            people=theme.share.count,
            kinds=dict(zip(KINDS, kinds[row], strict=True)),
            voices=dict(zip(VOICES, voices[row], strict=True)),
        )
        for row, theme in enumerate(overview.themes)
    )
    return StatementsView(themes, _all_voices(coded["voice"], discloser))


def _people(said: pd.DataFrame, column: str, ids: Sequence[str], values: Sequence[str]) -> list[list[int]]:
    """Return distinct people by theme and value; whoever says two kinds of thing counts in both."""
    counted = said.groupby(["theme_id", column])["unit"].nunique().to_dict()
    return [[int(counted.get((theme, value), 0)) for value in values] for theme in ids]


def _all_voices(voice: pd.Series, discloser: Discloser) -> dict[str, ShownShare]:
    counted = voice.value_counts()
    shown = discloser.vector([int(counted.get(name, 0)) for name in VOICES])
    total = discloser.count(len(voice))
    return parts_of(dict(zip(VOICES, shown, strict=True)), total)
