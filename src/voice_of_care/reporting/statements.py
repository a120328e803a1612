"""What people do when they speak of a theme (praise, raise a concern, suggest), and whose words they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting.disclosure import Count, Discloser, ShownShare, share_of
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

    def percent(self, kind: str) -> int | None:
        """Return the share of those who raise the theme that praise it, and so on, in whole per cent."""
        return share_of(self.kinds[kind], self.people).percent


@dataclass(frozen=True)
class StatementsView:
    """Themes in the overview's order, and how many of all statements are whose words."""

    themes: tuple[ThemeStatements, ...]
    voices: dict[str, ShownShare]

    @property
    def counts(self) -> tuple[Count, ...]:
        """Return every count of the themes' table."""
        return tuple(count for theme in self.themes for count in (*theme.kinds.values(), *theme.voices.values()))


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
    return {name: share_of(count, total) for name, count in zip(VOICES, shown, strict=True)}
