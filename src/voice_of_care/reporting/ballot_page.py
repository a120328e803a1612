"""The ballot on paper: one A4 page to print, and what stands on it as it may be published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voice_of_care.ballots import LETTERS, Ballot, Contender
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather, records
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.report import make_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.ballots import Contending
    from voice_of_care.reporting.overview import ThemeView
    from voice_of_care.settings import Settings

GENERATOR = "voice-of-care ballot"
"""What stands in the page, so that it is known to be ours when it is written again."""
_LONGEST_DESCRIPTION = 110
_TOO_FEW = "too few to show"


def view_ballot(
    analysis: Analysis, themes: Sequence[Contending], *, number: int, mark: str, settings: Settings
) -> Ballot:
    """Return the ballot as it may be handed out: the profile `publish`, whoever votes.

    Args:
        analysis: the tables, with the ranking.
        themes: in the order of their letters.
        number: the round's.
        mark: the project's.
        settings: title and organisation.
    """
    overview = view_overview(gather(analysis, settings=settings), discloser=Discloser("publish"))
    views = {theme.theme_id: theme for theme in overview.themes}
    overall = analysis.ranking[analysis.ranking["scope"] == "overall"]
    shown = [theme.theme_id for theme in overview.subjects if theme.share.percent is not None]
    lowest = int(overall["theme_id"].isin(shown).sum())
    ranks = {  # among the themes whose number may be shown
        str(row.theme_id): (min(int(row.rank_low), lowest), min(int(row.rank_high), lowest)) for row in records(overall)
    }
    heard = overview.people
    return Ballot(
        round=number,
        mark=mark,
        title=settings.project.title,
        organisation=settings.project.organisation,
        heard="" if heard.is_suppressed else f"{heard.text} respondents were heard.",
        contenders=tuple(
            _contender(letter, each, views.get(each.now), ranks.get(each.now))
            for letter, each in zip(LETTERS, themes, strict=False)
        ),
    )


def _contender(letter: str, each: Contending, view: ThemeView | None, ranks: tuple[int, int] | None) -> Contender:
    """Return one theme; its rank is told only where the number it rests on is."""
    if view is None:
        return Contender(each.theme_id, letter, each.label, "", "–", "–", 0.0, "–")
    is_shown = view.share.percent is not None
    return Contender(
        theme_id=each.theme_id,
        letter=letter,
        label=each.label,
        description=_one_line(view.description) if view.is_confirmed else "Name not yet confirmed.",
        people=_TOO_FEW if view.share.count.is_suppressed else view.share.count.text,
        share=view.share.text if is_shown else "–",
        length=view.share.length,
        by_score=_ranks_in_words(ranks) if ranks and is_shown else "–",
    )


def _one_line(text: str) -> str:
    """Return the first sentence, cut at a word where it is long."""
    first = re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]
    if len(first) <= _LONGEST_DESCRIPTION:
        return first
    return f"{first[:_LONGEST_DESCRIPTION].rsplit(' ', 1)[0].rstrip(',;:')} …"


def _ranks_in_words(ranks: tuple[int, int]) -> str:
    low, high = (_ordinal(rank) for rank in ranks)
    return low if low == high else f"{low} to {high}"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def render_ballot(ballot: Ballot) -> str:
    """Return the page: it needs no other file and no script, and prints on one sheet of A4."""
    return make_environment().get_template("ballot_page.html").render(ballot=ballot, generator=GENERATOR)
