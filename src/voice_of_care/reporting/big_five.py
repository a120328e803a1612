"""What to improve first: themes by score with how sure their ranks are, lists beside each other, and the safety list.

What a copy for others shows of a score is made from the figures it shows, so that no small number can be worked back
from it, and themes are ranked by these scores; a theme whose number of respondents is withheld has no line at all.
Chances, which are drawn from true counts, are told in tens of per cent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from voice_of_care.ballots import agreement_word
from voice_of_care.insight_tables import FIRST_FIVE, FULL_SHARE, HIGHEST_SEVERITY, RANKING_PARTS
from voice_of_care.reporting import rank_words, words
from voice_of_care.reporting.disclosure import Count, half_up, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.rank_chart import draw_ranks
from voice_of_care.reporting.safety_read import SafetyList, view_safety
from voice_of_care.settings import RANKING_PRESETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.settings import RankingSettings, Settings

SHOWN_BELOW = 3
"""Themes shown below the last one in the running."""
PRAISED_UNDER = 25
"""Per cent of those who raise a theme with something bad to say of it, under which it is mostly praised."""
_OVERALL = "overall"
_BAR_WIDTH = 130
_IN_THE_RUNNING = ("secure", "likely", "contender")


@dataclass(frozen=True)
class Part:
    """What one part adds to a theme's score, in points of 100; None where it may not be shown."""

    name: str
    points: int | None
    most: int

    @property
    def label(self) -> str:
        """Return what it is called."""
        return rank_words.PARTS[self.name]


@dataclass(frozen=True)
class Placed:
    """One theme on the list."""

    theme: ThemeView
    rank: int
    low: int
    high: int
    chance: str
    verdict: str
    is_safety: bool
    share: ShownShare
    bad: ShownShare
    parts: tuple[Part, ...]
    points: int | None
    presets: tuple[int, ...]

    @property
    def bar(self) -> Markup:
        """Return the score as a bar of its parts."""
        return score_bar(self)

    @property
    def word(self) -> str:
        """Return the verdict in a word."""
        return rank_words.VERDICTS[self.verdict]

    @property
    def is_in_the_running(self) -> bool:
        """Return whether it may well be among the first five."""
        return self.rank <= FIRST_FIVE or self.verdict in _IN_THE_RUNNING

    @property
    def is_mostly_praised(self) -> bool:
        """Return whether few of those who raise it have anything bad to say of it."""
        return self.bad.percent is not None and self.bad.percent < PRAISED_UNDER

    @property
    def interval(self) -> str:
        """Return the ranks it holds in nine draws of ten."""
        return f"{self.low}" if self.low == self.high else f"{self.low}–{self.high}"


@dataclass(frozen=True)
class OwnList:
    """The first five of one group or channel; themes whose numbers may not be shown are left out, and counted."""

    name: str
    heard: Count
    themes: tuple[ThemeView, ...]
    withheld: int


@dataclass(frozen=True)
class Agreed:
    """How far several lists agree."""

    comparison: str
    lists: tuple[str, ...]
    themes: int
    w: str
    interval: str
    word: str
    overlap: str


@dataclass(frozen=True)
class BigFive:
    """What its section shows."""

    lines: tuple[Placed, ...]
    themes: int
    withheld: int
    weights: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]
    groups: tuple[OwnList, ...]
    channels: tuple[OwnList, ...]
    agreed: tuple[Agreed, ...]
    safety: SafetyList | None
    drawing: Drawing | None

    @property
    def shown(self) -> tuple[Placed, ...]:
        """Return the lines of the main table: those in the running, a few below, and safety whatever its rank."""
        last = max((place for place, line in enumerate(self.lines) if line.is_in_the_running), default=-1)
        return tuple(line for place, line in enumerate(self.lines) if place <= last + SHOWN_BELOW or line.is_safety)

    @property
    def first(self) -> tuple[Placed, ...]:
        """Return the first five, as far as they may be shown."""
        return tuple(line for line in self.lines if line.rank <= FIRST_FIVE)

    @property
    def contenders(self) -> tuple[Placed, ...]:
        """Return those in the running beyond the first five, and those where safety is at stake."""
        return tuple(
            line for line in self.lines if line.rank > FIRST_FIVE and (line.is_in_the_running or line.is_safety)
        )

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Return the drawings, to be written beside the report."""
        return (self.drawing,) if self.drawing else ()

    @property
    def presets(self) -> tuple[str, ...]:
        """Return what the presets of weights are called."""
        return tuple(rank_words.PRESETS[name] for name, _ in RANKING_PRESETS)

    def colour_of(self, part: str) -> str:
        """Return the colour of a part in the bars."""
        return rank_words.PART_COLOURS[part]

    def of(self, *verdicts: str) -> tuple[Placed, ...]:
        """Return the themes with one of these verdicts."""
        return tuple(line for line in self.lines if line.verdict in verdicts)


def view_big_five(facts: Facts, overview: Overview, *, discloser: Discloser, settings: Settings) -> BigFive | None:
    """Return it as a profile lets it out; None where there is nothing to tell."""
    ranking = facts.analysis.ranking
    safety = view_safety(facts, overview, discloser=discloser)
    if ranking.empty and safety is None:
        return None
    overall = ranking[ranking["scope"] == _OVERALL].sort_values("rank")
    left_out = tuple(name for name in RANKING_PARTS if len(overall) and overall[name].isna().all())
    weights = _weights(settings.ranking, left_out)
    views = {theme.theme_id: theme for theme in overview.themes}
    told = _Told(facts, views, settings.ranking, left_out, discloser)
    lines = tuple(_lines(overall, told, weights))
    return BigFive(
        lines=lines,
        themes=len(overall),
        withheld=len(overall) - len(lines),
        weights=tuple((rank_words.PARTS[name], half_up(100 * weight)) for name, weight in weights.items()),
        left_out=tuple(rank_words.LEFT_OUT[name] for name in left_out if name in rank_words.LEFT_OUT),
        groups=_own_lists(ranking, "group/", told),
        channels=_own_lists(ranking, "channel/", told),
        agreed=tuple(_agreed(facts.analysis.agreements, discloser=discloser)),
        safety=safety,
        drawing=draw_ranks(lines, of=len(overall)),
    )


def _weights(given: RankingSettings, left_out: tuple[str, ...]) -> dict[str, float]:
    """Return the weights of the parts there are, rescaled to sum to 1."""
    kept = {name: float(getattr(given, name)) for name in RANKING_PARTS if name not in left_out}
    total = sum(kept.values())
    return {name: weight / total for name, weight in kept.items()} if total else {}


class _Told:
    """What is known of each theme, and how its parts are made from the figures that may be shown."""

    def __init__(
        self,
        facts: Facts,
        views: Mapping[str, ThemeView],
        given: RankingSettings,
        left_out: tuple[str, ...],
        discloser: Discloser,
    ) -> None:
        self.views, self.discloser, self.given, self.left_out = views, discloser, given, left_out
        self.middle = discloser.fewest_shown / 2
        self.set_to = {row.theme_id: int(row.severity) for row in records(facts.analysis.severities)}
        self.few_of_late = {
            row.theme_id
            for row in records(facts.analysis.emerging)
            if any(discloser.count(int(each)).is_suppressed for each in (row.recent_raised, row.baseline_raised))
        }

    def shares(self, row: Any, theme: ThemeView) -> tuple[ShownShare, ShownShare]:  # noqa: ANN401 (a row)
        """Return the share who raise a theme, and of these who have something bad to say of it."""
        raised, negative = int(row.respondents), int(row.negative)
        share = self.discloser.share(raised, int(row.heard))
        bad = self.discloser.vector([negative, max(0, raised - negative)])[0]
        critical = [theme.leanings.get(name) for name in ("mixed", "negative")]
        # With exact numbers the sum of two leanings would tell one that is withheld.
        if self.discloser.profile != "publish" and any(count and count.is_suppressed for count in critical):
            bad = Count(None)
        return share, share_of(bad, share.count)

    def parts(
        self,
        row: Any,  # noqa: ANN401 (a row)
        theme: ThemeView,
        shares: tuple[ShownShare, ShownShare],
        middle: float | None,
    ) -> dict[str, float | None]:
        """Return the parts that the shown figures give; for a withheld one stands `middle`, or None."""
        share, bad = shares
        reach = min(1.0, share.length / FULL_SHARE)
        critical = middle if bad.count.value is None else float(bad.count.value)
        raised = share.count.value or 0
        sides = [theme.groups.get(group) for group in ("staff", "service_user")]
        lengths = [_length(side, middle) for side in sides]
        known = [length for length in lengths if length is not None]
        moves: float | None = 0.0 if pd.isna(row.momentum) else float(row.momentum)
        if row.theme_id in self.few_of_late:
            moves = None if middle is None else 0.0
        return {
            "reach": reach,
            "concern": None if critical is None else (min(critical, raised) + 1) / (raised + 2) * reach,
            "shared": min(1.0, min(known) / FULL_SHARE) if len(known) == len(lengths) else None,
            "momentum": moves,
            "severity": 0.0 if pd.isna(row.severity) else float(row.severity),
        }


def _length(side: ShownShare | None, middle: float | None) -> float | None:
    """Return a group's share, for a withheld one that of `middle`, or None."""
    if side is None or (side.percent is None and middle is None):
        return None
    return side.length if side.percent is not None else (middle or 0.0) / (side.total.value or math.inf)


def _lines(overall: pd.DataFrame, told: _Told, weights: Mapping[str, float]) -> Iterable[Placed]:
    """Yield the themes in their order, without those that too few raise to be shown."""
    is_internal = told.discloser.is_internal
    lines, stood_in = [], []
    for row in records(overall):
        theme = told.views.get(row.theme_id)
        if theme is None or (theme.share.percent is None and not is_internal):
            continue
        share, bad = shares = told.shares(row, theme)
        if share.percent is None:
            continue
        made = {name: getattr(row, name) for name in weights} if is_internal else told.parts(row, theme, shares, None)
        parts = tuple(
            Part(name, None if (part := made[name]) is None else half_up(100 * weight * part), half_up(100 * weight))
            for name, weight in weights.items()
        )
        chance = float(row.p_top_five)
        line = Placed(
            theme=theme,
            rank=int(row.rank),
            low=int(row.rank_low),
            high=int(row.rank_high),
            chance=chance_in_words(chance) if is_internal else chance_in_tens(chance),
            verdict=row.verdict,
            is_safety=told.set_to.get(row.theme_id, 0) >= HIGHEST_SEVERITY,
            share=share,
            bad=bad,
            parts=parts,
            points=half_up(100 * float(row.score)) if is_internal else _sum_of(parts),
            presets=tuple(int(place) for place in row.preset_ranks),
        )
        lines.append(line)
        stood_in.append({} if is_internal else told.parts(row, theme, shares, told.middle))
    return lines if is_internal else _ranked_anew(lines, stood_in, told)


def _ranked_anew(lines: list[Placed], parts: list[dict[str, float | None]], told: _Told) -> list[Placed]:
    """Rank lines by the figures shown, and among themselves, so that no withheld number decides on a place."""
    places = range(len(lines))
    ranks = []
    for _, preset in RANKING_PRESETS:
        weights = _weights(preset or told.given, told.left_out)
        scores = [_score(part, weights) for part in parts]
        order = sorted(places, key=lambda place: (-scores[place], lines[place].theme.theme_id))
        ranks.append({place: rank for rank, place in enumerate(order, start=1)})
    anew = [
        replace(
            line,
            rank=ranks[0][place],
            low=min(line.low, ranks[0][place]),
            high=max(min(line.high, len(lines)), ranks[0][place]),
            presets=tuple(each[place] for each in ranks[: len(line.presets)]),
        )
        for place, line in enumerate(lines)
    ]
    return sorted(anew, key=lambda line: line.rank)


def _score(parts: Mapping[str, float | None], weights: Mapping[str, float]) -> float:
    return round(sum(weight * (parts[name] or 0.0) for name, weight in weights.items()), 9)


def _sum_of(parts: tuple[Part, ...]) -> int | None:
    points = [part.points for part in parts if part.points is not None]
    return sum(points) if len(points) == len(parts) else None


def chance_in_words(chance: float) -> str:
    """Return a probability in whole per cent, never none nor all."""
    percent = half_up(100 * chance)
    return "under 1%" if percent < 1 else "over 99%" if percent > 99 else f"{percent}%"


def chance_in_tens(chance: float) -> str:
    """Return between which tens of per cent a probability lies, in the steps that the verdicts have too."""
    tens = int(round(10 * chance, 6))
    return "under 10%" if tens < 1 else "over 90%" if tens > 8 else f"{10 * tens}\u2013{10 * tens + 10}%"


def _own_lists(ranking: pd.DataFrame, prefix: str, told: _Told) -> tuple[OwnList, ...]:
    """Return the lists of groups, or of channels; where there is one alone it is everybody's."""
    scopes = [scope for scope in dict.fromkeys(ranking["scope"]) if scope.startswith(prefix)]
    lists = [
        _own_list(scope, ranking[(ranking["scope"] == scope) & (ranking["respondents"] > 0)], told) for scope in scopes
    ]
    return tuple(lists) if len(lists) > 1 else ()


def _own_list(scope: str, mine: pd.DataFrame, told: _Told) -> OwnList:
    """Return one list: its first five, outside the team of the themes that may be shown and by the figures shown."""
    discloser = told.discloser
    heard = discloser.count(int(mine["heard"].max()) if len(mine) else 0)
    rows = [row for row in records(mine.sort_values("rank")) if row.theme_id in told.views]
    if discloser.is_internal:
        first = [row for row in rows if row.rank <= FIRST_FIVE]
        return OwnList(name_of(scope), heard, tuple(told.views[row.theme_id] for row in first), 0)
    weights = _weights(told.given, tuple(name for name in RANKING_PARTS if mine[name].isna().all()))
    scores = {}
    for row in rows:
        theme = told.views[row.theme_id]
        shares = told.shares(row, theme)
        of_group = theme.groups.get(scope.partition("/")[2]) if scope.startswith("group/") else theme.share
        if None in (shares[0].percent, theme.share.percent) or of_group is None or of_group.percent is None:
            continue
        parts = told.parts(row, theme, shares, told.middle)
        if "shared" in weights:  # of a channel, whose groups are not shown apart
            parts["shared"] = half_up(10 * row.shared) / 10
        scores[row.theme_id] = _score(parts, weights)
    first_ids = sorted(scores, key=lambda theme_id: (-scores[theme_id], theme_id))[:FIRST_FIVE]
    return OwnList(name_of(scope), heard, tuple(told.views[each] for each in first_ids), len(rows) - len(scores))


def name_of(scope: str) -> str:
    """Return whose list it is, in words."""
    kind, _, name = scope.partition("/")
    return words.GROUPS.get(name, name) if kind == "group" else words.capitalise(name)


def _agreed(agreements: pd.DataFrame, *, discloser: Discloser) -> Iterable[Agreed]:
    """Yield how far the lists of groups agree, and those of channels; outside the team in a word alone.

    The figures are of all themes, and so of those whose numbers are withheld too.
    """
    for row in records(agreements[agreements["comparison"].isin(("groups", "channels"))]):
        if pd.isna(row.kendall_w):
            continue
        yield Agreed(
            comparison=row.comparison,
            lists=tuple(name_of(scope) for scope in row.lists),
            themes=int(row.themes),
            w=f"{row.kendall_w:.2f}" if discloser.is_internal else "",
            interval="" if pd.isna(row.low) or not discloser.is_internal else f"{row.low:.2f} to {row.high:.2f}",
            word=agreement_word(float(row.kendall_w)),
            overlap=""
            if pd.isna(row.rank_biased_overlap) or not discloser.is_internal
            else f"{row.rank_biased_overlap:.2f}",
        )


def score_bar(line: Placed) -> Markup:
    """Return one bar of what each part adds to a score, of 100; nothing where a part may not be shown."""
    if line.points is None:
        return Markup("")
    left, shapes = 0.0, []
    for part in line.parts:
        width = _BAR_WIDTH * (part.points or 0) / 100
        if width:
            drawn, colour = f"{max(width - 1, 0.6):.1f}", rank_words.PART_COLOURS[part.name]
            shapes.append(f'<path fill="{colour}" d="M{left:.1f} 0h{drawn}v12H{left:.1f}z"/>')
        left += width
    return Markup(  # noqa: S704 (numbers of ours alone)
        f'<svg class="mark score" aria-hidden="true" focusable="false" width="{_BAR_WIDTH}" height="12" '
        f'viewBox="0 0 {_BAR_WIDTH} 12"><path fill="#eef1f3" d="M0 0h{_BAR_WIDTH}v12H0z"/>{"".join(shapes)}</svg>'
    )
