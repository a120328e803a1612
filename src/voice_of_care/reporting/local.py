"""Local or everywhere: which themes one service or site raises alone, which all do, and a table of shares by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.counting import funnel_limits
from voice_of_care.insight_tables import LEVELS
from voice_of_care.reporting import charts, words
from voice_of_care.reporting.disclosure import Count, half_up, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.local_words import view_local_words
from voice_of_care.reporting.places import funnel

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.disclosure import Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.local_words import LocalWord
    from voice_of_care.reporting.overview import Overview, ThemeView

ONE_OF = {"service": ("service", "services"), "site": ("site", "sites")}
FEWEST_SHOWN_PLACE = 10
"""Respondents heard in a place that has a column."""
MOST_COLUMNS = 16
MOST_FUNNELS, FEWEST_DRAWN = 3, 3
"""Funnels, and places in each."""
FEWEST_STANDING_OUT = 5
FEWEST_VARYING = 2
LITTLE_VARIATION = 0.01
"""Places that tell variation, and how much of it there is taken to be where none is seen."""
_SHADES = (5, 10, 20)  # per cent from which a cell is darker
_MUCH = 1 / 3  # of the difference, which whom was heard would explain
_FEWEST_OF_A_GROUP = 5


@dataclass(frozen=True)
class Cell:
    """One theme in one place: how many raise it, and the share drawn towards all places'."""

    place: str
    share: ShownShare
    percent: int | None
    is_local: bool
    stands_out: bool

    @property
    def shade(self) -> int:
        """Return how dark the cell is, 0 to 4; what is withheld is white."""
        if self.percent is None:
            return 0
        return 1 + sum(self.percent >= least for least in _SHADES) if self.share.count.value else 0


@dataclass(frozen=True)
class ThemeByPlace:
    """One theme over all places, and what can be said of it."""

    theme: ThemeView
    verdict: str
    sure: str
    variation: str
    cells: tuple[Cell, ...]
    elsewhere: ShownShare | None
    is_rare: bool
    cautions: tuple[str, ...] = ()

    @property
    def local_cells(self) -> tuple[Cell, ...]:
        """Return the places it is local to."""
        return tuple(cell for cell in self.cells if cell.is_local)

    @property
    def outstanding(self) -> tuple[Cell, ...]:
        """Return the places that raise it more than chance gives, most first."""
        return tuple(sorted((cell for cell in self.cells if cell.stands_out), key=lambda cell: -cell.share.rank))

    @property
    def exceptions(self) -> tuple[Cell, ...]:
        """Return the places whose share is less than half of all respondents', or more than twice."""
        of_all = self.theme.share.percent
        told = [cell for cell in self.cells if cell.percent is not None and of_all]
        return tuple(
            cell for cell in told if 2 * (cell.percent or 0) < (of_all or 0) or (cell.percent or 0) > 2 * (of_all or 0)
        )

    @property
    def span(self) -> tuple[int, int] | None:
        """Return the lowest and highest share of places; None where one is withheld, as these are the low ones."""
        shown = [cell.percent for cell in self.cells if cell.percent is not None]
        return (min(shown), max(shown)) if len(shown) == len(self.cells) else None

    def cell(self, place: str) -> Cell | None:
        """Return the theme in one place."""
        return next((cell for cell in self.cells if cell.place == place), None)


@dataclass(frozen=True)
class Level:
    """All themes over all places of one kind."""

    level: str
    people: dict[str, Count]
    columns: tuple[str, ...]
    rows: tuple[ThemeByPlace, ...]
    withheld: int
    words: dict[str, tuple[LocalWord, ...]]

    @property
    def one(self) -> str:
        """Return what a place of the kind is called."""
        return ONE_OF[self.level][0]

    @property
    def many(self) -> str:
        """Return what several are called."""
        return ONE_OF[self.level][1]

    @property
    def is_cut(self) -> bool:
        """Return whether some places have no column."""
        return len(self.columns) < len(self.people)

    def of(self, verdict: str) -> tuple[ThemeByPlace, ...]:
        """Return the themes of one subject with a verdict."""
        return tuple(row for row in self.rows if row.verdict == verdict and not row.theme.is_catch_all)

    def local_to(self, place: str) -> tuple[ThemeByPlace, ...]:
        """Return the themes that are local to a place."""
        return tuple(row for row in self.of("local") if any(cell.place == place for cell in row.local_cells))


@dataclass(frozen=True)
class Local:
    """What its section shows."""

    levels: tuple[Level, ...]
    funnels: tuple[Drawing, ...]

    @property
    def by_service(self) -> Level | None:
        """Return the themes over services; None where fewer than two are known."""
        return next((level for level in self.levels if level.level == "service"), None)

    @property
    def figures(self) -> tuple[Drawing, ...]:
        """Return the drawings, to be written beside the report."""
        return self.funnels


def view_local(facts: Facts, overview: Overview, *, discloser: Discloser) -> Local | None:
    """Return it as a profile lets it out; None where there is nothing to tell."""
    spread = facts.analysis.spread
    levels = tuple(
        _level(name, facts, overview, discloser=discloser) for name in LEVELS if (spread["level"] == name).any()
    )
    if not levels:
        return None
    drawn = [_draw(row, level) for level in levels[:1] for row in level.of("local")[:MOST_FUNNELS]]
    return Local(levels, tuple(drawing for drawing in drawn if drawing))


def _level(name: str, facts: Facts, overview: Overview, *, discloser: Discloser) -> Level:
    spread = {row.theme_id: row for row in records(facts.analysis.spread) if row.level == name}
    concentration = facts.analysis.concentration[facts.analysis.concentration["level"] == name]
    heard = concentration.groupby("place", sort=True)["heard"].max()
    nowhere = facts.comments.loc[facts.comments[name].isna(), "comment_id"]
    shown = discloser.vector([*(int(number) for number in heard), _only_in(facts.comments, nowhere)])
    people = dict(zip(heard.index, shown[:-1], strict=True))
    rows, withheld = [], 0
    for theme in overview.themes:
        if theme.theme_id not in spread:
            continue
        mine = concentration[concentration["theme_id"] == theme.theme_id].sort_values("place")
        unplaced = _only_in(facts.voices[facts.voices["theme_id"] == theme.theme_id], nowhere)
        row = _theme(theme, spread[theme.theme_id], mine, people, unplaced, discloser)
        if row.verdict in ("local", "withheld") and not _may_show(row):
            is_few = row.theme.share.percent is None
            withheld += is_few
            row = _without_verdict(row, "withheld" if is_few else "cannot_tell")
        elif row.verdict == "local":
            row = _with_cautions(row, facts, name)
        rows.append(row)
    said = view_local_words(facts.analysis.local_words, name, discloser=discloser)
    return Level(name, people, _columns(people), tuple(rows), withheld, said)


def _only_in(rows: pd.DataFrame, comment_ids: pd.Series) -> int:
    """Return the respondents of no known place: with exact totals they are what all places lack of these."""
    is_there = rows["comment_id"].isin(comment_ids)
    return len(set(rows.loc[is_there, "unit"]) - set(rows.loc[~is_there, "unit"]))


def _columns(people: dict[str, Count]) -> tuple[str, ...]:
    """Return the places that have a column: those where most were heard, in the order of their names."""
    enough = [place for place, count in people.items() if count.rank >= FEWEST_SHOWN_PLACE]
    return tuple(sorted(sorted(enough, key=lambda place: (-people[place].rank, place))[:MOST_COLUMNS]))


def _theme(
    theme: ThemeView,
    judged: Any,  # noqa: ANN401 (a row)
    mine: pd.DataFrame,
    people: dict[str, Count],
    unplaced: int,
    discloser: Discloser,
) -> ThemeByPlace:
    counts = discloser.vector([*(int(number) for number in mine["respondents"]), unplaced])[:-1]
    cells = []
    shares = [share_of(count, people[str(row.place)]) for row, count in zip(records(mine), counts, strict=True)]
    variation = float(judged.variation) if discloser.is_internal else _shown_variation(shares, theme)
    is_whole = discloser.is_internal or all(share.percent is not None for share in (theme.share, *shares))
    for row, share in zip(records(mine), shares, strict=True):
        is_above = row.share > row.upper_998 and row.respondents >= FEWEST_STANDING_OUT
        cells.append(
            Cell(
                str(row.place),
                share,
                _shrunken(row, share, variation, theme, discloser),
                row.verdict == "local",
                bool(is_above) and share.percent is not None,
            )
        )
    others = mine[mine["verdict"] == "elsewhere"]
    elsewhere = discloser.share(int(others["respondents"].sum()), int(others["heard"].sum())) if len(others) else None
    return ThemeByPlace(
        theme=theme,
        verdict=str(judged.verdict) if discloser.is_internal or theme.share.percent is not None else "withheld",
        sure=_sure(float(judged.probability)) if is_whole else "",
        variation=_variation(judged) if is_whole else "",
        cells=tuple(cells),
        elsewhere=elsewhere,
        is_rare=theme.share.count.rank < 20,
    )


def _shrunken(
    row: Any,  # noqa: ANN401 (a row)
    share: ShownShare,
    variation: float,
    theme: ThemeView,
    discloser: Discloser,
) -> int | None:
    """Return the share drawn towards all, in whole per cent; outside the team from the figures shown alone."""
    if share.percent is None:
        return None
    if discloser.is_internal:
        return half_up(100 * float(row.shrunken_share))
    held = (1 - variation) / max(variation, 1e-4)
    part, total = share.count.value or 0, share.total.value or 1
    return half_up(100 * min(1.0, (part + held * theme.share.length) / (total + held)))


def _shown_variation(shares: list[ShownShare], theme: ThemeView) -> float:
    """Return the share of the variation in who raises a theme that lies between places, from the figures shown.

    The shares' variance beyond that of chance, by that of a yes or no (method of moments, as for a beta-binomial).
    """
    shown = [share for share in shares if share.percent is not None and share.total.value]
    middle = theme.share.length
    if len(shown) < FEWEST_VARYING or not 0 < middle < 1:
        return LITTLE_VARIATION
    chance = middle * (1 - middle)
    beyond = sum((share.length - middle) ** 2 - chance / (share.total.value or 1) for share in shown)
    spread = sum(chance * (1 - 1 / (share.total.value or 1)) for share in shown)
    return min(1.0, max(LITTLE_VARIATION, beyond / spread))


def _sure(probability: float) -> str:
    percent = int(100 * probability)
    return "over 99%" if percent >= 99 else f"{percent}%"


def _variation(judged: Any) -> str:  # noqa: ANN401 (a row)
    ends = (judged.variation, judged.variation_low, judged.variation_high)
    middle, low, high = (half_up(100 * float(part)) for part in ends)
    return f"{middle}% ({low}\u2013{high}%)" if middle else f"under 1% (0\u2013{high}%)"


def _may_show(row: ThemeByPlace) -> bool:
    """Return whether a theme's own number, and that of each place it is local to, may be shown."""
    return not row.theme.share.count.is_suppressed and all(cell.percent is not None for cell in row.local_cells)


def _without_verdict(row: ThemeByPlace, verdict: str) -> ThemeByPlace:
    """Return a theme without its places; that it would be local to one of few people tells how many these are."""
    cells = tuple(Cell(cell.place, cell.share, cell.percent, False, False) for cell in row.cells)
    return ThemeByPlace(row.theme, verdict, "", "", cells, None, row.is_rare)


def _with_cautions(row: ThemeByPlace, facts: Facts, level: str) -> ThemeByPlace:
    cautions = {
        caution
        for cell in row.local_cells
        if (caution := mix_caution(facts, row.theme.theme_id, level=level, place=cell.place))
    }
    return ThemeByPlace(
        row.theme, row.verdict, row.sure, row.variation, row.cells, row.elsewhere, row.is_rare, tuple(sorted(cautions))
    )


def mix_caution(facts: Facts, theme_id: str, *, level: str, place: str) -> str:
    """Return whether the groups heard in a place may explain why a theme is raised there: group_only, mix, or nothing.

    The share that the place would have if each group raised it there as often as elsewhere (direct standardisation by
    respondent group) is set beside the share elsewhere.
    """
    known = facts.comments.dropna(subset=[level])
    raising = known["comment_id"].isin(facts.voices.loc[facts.voices["theme_id"] == theme_id, "comment_id"])
    is_there = known[level] == place
    there, heard = (known[rows].groupby("respondent_group")["unit"].nunique() for rows in (is_there, ~is_there))
    raised = known[~is_there & raising].groupby("respondent_group")["unit"].nunique()
    heard = heard[heard >= _FEWEST_OF_A_GROUP]
    met = there[there.index.isin(heard.index)]
    if 2 * met.sum() < there.sum():
        return "group_only"
    by_group = raised.reindex(heard.index).fillna(0) / heard
    expected = float((met * by_group.reindex(met.index)).sum() / met.sum())
    rest = float(raised.reindex(heard.index).fillna(0).sum() / heard.sum())
    share = known.loc[is_there & raising, "unit"].nunique() / max(1, int(there.sum()))
    return "mix" if share > rest and expected - rest >= _MUCH * (share - rest) else ""


def _draw(row: ThemeByPlace, level: Level) -> Drawing | None:
    """Return a funnel of one theme over the places that may be shown."""
    shown = [cell for cell in row.cells if cell.share.percent is not None]
    if len(shown) < FEWEST_DRAWN or not row.theme.share.length:
        return None
    totals = [cell.share.total.value or 1 for cell in shown]
    parts = [min(cell.share.count.value or 0, total) for cell, total in zip(shown, totals, strict=True)]
    centre = row.theme.share.length
    limits = {name: funnel_limits(totals, centre, coverage=part) for name, part in (("95", 0.95), ("998", 0.998))}
    rows = []
    for place, cell in enumerate(shown):
        ends = {
            f"{side}_{name}": half_up(100 * float(pair[number][place]))
            for name, pair in limits.items()
            for number, side in enumerate(("lower", "upper"))
        }
        share = parts[place] / totals[place]
        beyond = [name for name, (low, high) in limits.items() if not low[place] <= share <= high[place]]
        rows.append(
            {
                "name": cell.place,
                "people": totals[place],
                "percent": cell.share.percent,
                "standing": beyond[-1] if beyond else "within",
                "centre": half_up(100 * centre),
                **ends,
            }
        )
    names = words.join_words([cell.place for cell in row.local_cells])
    title = f"{row.theme.label}: raised far more in {names} than elsewhere"
    description = (
        f"Funnel chart of {len(rows)} {level.many}: share who raise the theme against the people heard, with 95% and"
        f" 99.8% limits about {rows[0]['centre']}%. All figures are in the table of shares by {level.one}."
    )
    return charts.draw(f"local-{words.slug(row.theme.theme_id)}", title, description, spec=funnel, rows=rows)
