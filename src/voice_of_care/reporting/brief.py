"""In brief: a few true sentences, made from the figures already cleared for showing, each linking to its theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.reporting import words
from voice_of_care.reporting.disclosure import share_of

if TYPE_CHECKING:
    from voice_of_care.reporting.coverage import CoverageBook
    from voice_of_care.reporting.gaps import Gaps
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.reporting.quality import Quality

FEWEST_LEANING = 20
MOST_NAMED = 3


class Piece(NamedTuple):
    """Part of a sentence; with an anchor it is a link."""

    text: str
    anchor: str = ""


Sentence = tuple[Piece, ...]


def in_brief(
    overview: Overview, gaps: Gaps | None, coverage: CoverageBook, quality: Quality, *, quotes_waiting: int
) -> tuple[Sentence, ...]:
    """Return five to seven sentences; a sentence without figures to stand on is left out."""
    sentences = [
        _who(overview, quality),
        _most_raised(overview),
        _leaning(overview, "positive", "spoken of most warmly"),
        _leaning(overview, "negative", "spoken of most critically"),
        _gap(gaps),
        _priorities(coverage),
        _waiting(overview, coverage, quotes_waiting),
    ]
    return tuple(sentence for sentence in sentences if sentence)


def _who(overview: Overview, quality: Quality) -> Sentence:
    if overview.people.value is None:
        return (Piece("Too few respondents were heard to give a number.", ""),)
    groups = [
        f"{count.text} {words.GROUPS[group].lower()}"
        for group, count in overview.group_people.items()
        if count.value and group in {"staff", "service_user", "carer"}
    ]
    who = f", among them {words.join_words(groups)}" if groups else ""
    number = overview.people.value
    comments = quality.total.analysed
    return (
        Piece(f"{number:,} {words.plural(number, 'respondent was', 'respondents were')} heard{who}; "),
        Piece(f"{comments.text} {words.plural(comments.rank, 'comment', 'comments')}", "data-quality"),
        Piece(" were analysed."),
    )


def _most_raised(overview: Overview) -> Sentence:
    named = [theme for theme in overview.subjects if theme.share.percent is not None][:MOST_NAMED]
    if not named:
        return ()
    pieces = [Piece("Raised most often: ")]
    for place, theme in enumerate(named):
        pieces += [Piece(theme.label, theme.anchor), Piece(f" ({theme.share.text} of respondents)")]
        pieces.append(Piece("." if place == len(named) - 1 else " and " if place == len(named) - 2 else ", "))
    return tuple(pieces)


def _leaning(overview: Overview, leaning: str, phrase: str) -> Sentence:
    ranked = [
        (percent, theme)
        for theme in overview.subjects
        if theme.share.count.rank >= FEWEST_LEANING and (percent := theme.leaning_percent(leaning)) is not None
    ]
    percent, theme = max(ranked, key=lambda item: item[0], default=(0, None))
    other = {"positive": "negative", "negative": "positive"}[leaning]
    if theme is None or percent <= (theme.leaning_percent(other) or 0):
        return ()
    tone = {"positive": "only good", "negative": "only bad"}[leaning]
    share, people = theme.leaning_shares[leaning], theme.share.count
    return (
        Piece(f"Of the themes that {FEWEST_LEANING} people or more raise, "),
        Piece(theme.label, theme.anchor),
        Piece(f" is {phrase}: {share.text} of the {people.text} people who raise it have {tone} to say of it."),
    )


def _gap(gaps: Gaps | None) -> Sentence:
    if gaps is None:
        return ()
    if not gaps.can_compare:
        return (
            Piece("Too few staff or too few service users were heard", "staff-and-service-users"),
            Piece(" to set the two side by side."),
        )
    differing = gaps.of("differ")
    if not differing:
        return (
            Piece("No theme shows a clear difference", "staff-and-service-users"),
            Piece(" between staff and service users at the numbers heard."),
        )
    gap = differing[0]
    more, less = ("service users", "staff") if (gap.points or 0) > 0 else ("staff", "service users")
    first, second = (gap.service_users, gap.staff) if (gap.points or 0) > 0 else (gap.staff, gap.service_users)
    return (
        Piece("The widest gap between the two groups is "),
        Piece(gap.theme.label, gap.theme.anchor),
        Piece(f": {first.text} of {more} raise it, {second.text} of {less}."),
    )


def _priorities(coverage: CoverageBook) -> Sentence:
    unraised = [(item, len(item.of("unraised"))) for item in coverage.frameworks]
    unraised = [(item, number) for item, number in unraised if number]
    if not coverage.frameworks:
        return ()
    total = sum(len(item.priorities) for item in coverage.frameworks)
    hardly = sum(len(item.hardly_raised) for item in coverage.frameworks)
    if not unraised and hardly:
        return (
            Piece(f"Of {total} quality priorities, "),
            Piece(f"{hardly} {words.plural(hardly, 'was', 'were')} raised by next to nobody", "not-said"),
            Piece(", which is not evidence of no problem."),
        )
    if not unraised:
        return (
            Piece("Every one of the "),
            Piece(f"{total} quality priorities", "priority-coverage"),
            Piece(" was spoken of by somebody, as far as a computer can tell."),
        )
    number = sum(count for _, count in unraised)
    return (
        Piece(f"Of {total} quality priorities, "),
        Piece(f"{number} {words.plural(number, 'was', 'were')} not raised", "priority-coverage"),
        Piece(" by anybody, which is not evidence of no problem."),
    )


def _waiting(overview: Overview, coverage: CoverageBook, quotes_waiting: int) -> Sentence:
    themes = overview.themes
    confirmed = sum(theme.is_confirmed for theme in themes)
    if not themes:
        return ()
    how_many = "No theme is confirmed yet"
    if confirmed:
        how_many = f"People have confirmed {confirmed} of {len(themes)} themes"
    if confirmed == len(themes):
        how_many = words.all_confirmed(confirmed)
    return (
        Piece(f"{how_many}; "),
        Piece(
            f"{coverage.waiting:,} {words.plural(coverage.waiting, 'link', 'links')} to priorities and "
            f"{quotes_waiting:,} {words.plural(quotes_waiting, 'quote', 'quotes')} wait for a decision",
            "method",
        ),
        Piece("."),
    )


def top_five(overview: Overview) -> tuple[ThemeView, ...]:
    """Return the five themes with the most respondents whose figures may be shown."""
    return tuple(theme for theme in overview.subjects if share_of(theme.share.count, overview.people).percent)[:5]
