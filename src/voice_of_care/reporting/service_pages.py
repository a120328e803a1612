"""A page for each service, from the same run and under the same rules as the report of the whole organisation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote as as_address

from voice_of_care import counting
from voice_of_care.counting import LEANINGS
from voice_of_care.errors import StoreError
from voice_of_care.insight_tables import REST
from voice_of_care.reporting import words
from voice_of_care.reporting.disclosure import Count, Discloser, half_up
from voice_of_care.reporting.facts import gather, records
from voice_of_care.reporting.local import FEWEST_SHOWN_PLACE, view_local
from voice_of_care.reporting.overview import GROUPS, view_overview
from voice_of_care.reporting.quotes import view_quotes
from voice_of_care.reporting.report import make_environment, page_style, tell_about
from voice_of_care.reporting.shown_gaps import found_in, judge_shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.disclosure import ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.local import Cell, Level, ThemeByPlace
    from voice_of_care.reporting.local_words import LocalWord
    from voice_of_care.reporting.overview import ThemeView
    from voice_of_care.reporting.quotes import Quote, QuoteBook
    from voice_of_care.settings import Profile, Settings

FEW_RESPONDENTS = 30
"""Respondents under which a page warns that its shares are rough."""
QUOTES_A_THEME = 2
_LONGEST_SLUG = 60
_UNLIKE = 0.25  # difference of the mix of groups from all others', 0 to 1


class Page(NamedTuple):
    """One service's page: the service, the stem of the file, and the page."""

    service: str
    slug: str
    html: str


@dataclass(frozen=True)
class ThemeHere:
    """One theme in one service: its share there beside all respondents', and how those there speak of it."""

    theme: ThemeView
    here: ThemeView | None
    cell: Cell
    quotes: tuple[Quote, ...]

    @property
    def percent(self) -> int | None:
        """Return the share there, drawn towards all."""
        return self.cell.percent


@dataclass(frozen=True)
class GapHere:
    """One theme that the service raises more, or less, often than all others together."""

    theme: ThemeView
    share: ShownShare
    rest: ShownShare
    points: int
    low: int
    high: int


@dataclass(frozen=True)
class ServiceView:
    """What one service's page shows."""

    name: str
    people: Count
    comments: Count
    months: str
    groups: dict[str, Count]
    themes: tuple[ThemeHere, ...]
    local: tuple[ThemeByPlace, ...]
    words: tuple[LocalWord, ...]
    gaps: tuple[GapHere, ...]
    to_read: Count
    cautions: tuple[str, ...]

    @property
    def subjects(self) -> tuple[ThemeHere, ...]:
        """Return the themes of one subject that somebody raises here, as far as may be shown."""
        return tuple(row for row in self.themes if not row.theme.is_catch_all and row.percent and row.cell.share.length)

    @property
    def shown(self) -> tuple[ThemeHere, ...]:
        """Return the themes whose number may be shown."""
        return tuple(row for row in self.themes if row.percent is not None)

    @property
    def withheld(self) -> tuple[ThemeHere, ...]:
        """Return the themes whose number is too small to show."""
        return tuple(row for row in self.themes if row.percent is None)

    @property
    def is_confirmed(self) -> bool:
        """Return whether a person confirmed any theme."""
        return any(row.theme.is_confirmed for row in self.themes)

    @property
    def widest(self) -> int:
        """Return the largest share on the page, in per cent."""
        shares = [share or 0 for row in self.shown for share in (row.percent, row.theme.share.percent)]
        return max([1, *shares])

    @property
    def quoted(self) -> tuple[ThemeHere, ...]:
        """Return the themes with a quote from here."""
        return tuple(row for row in self.themes if row.quotes)


def render_service_pages(
    analysis: Analysis, *, settings: Settings, profile: Profile, report: str, folder: Path | None = None
) -> tuple[Page, ...]:
    """Render a page for each service where enough were heard for the profile.

    Args:
        analysis: the tables, reviewers' decisions applied, with `concentration` and `spread` found.
        settings: as for the report.
        profile: what disclosure control lets out.
        report: name of the file of the organisation's report, one folder up.
        folder: where the logo's path starts from.
    """
    discloser = Discloser(profile)
    facts = gather(analysis, settings=settings)
    overview = view_overview(facts, discloser=discloser)
    local = view_local(facts, overview, discloser=discloser)
    if local is None or local.by_service is None:
        return ()
    level = local.by_service
    quotes = view_quotes(facts, discloser=discloser, settings=settings)
    least = max(FEWEST_SHOWN_PLACE, discloser.fewest_shown)
    named = [place for place, count in level.people.items() if count.rank >= least]
    groups, leanings = _groups(facts, discloser), _leanings(facts, discloser)
    groups = {name: _as_in_all(counts, overview.group_people, discloser) for name, counts in groups.items()}
    comments, to_read = _comments(facts, discloser), _to_read(facts, discloser)
    template = make_environment().get_template("service_page.html")
    about = {
        **tell_about(settings, discloser, folder),
        "report": f"../{as_address(report)}",
        "style": page_style(profile),
        "overview": overview,
        "date": words.long_date(facts.report_date) if facts.report_date else "",
    }
    pages = []
    for name, slug in zip(named, slugs_of(named), strict=True):
        here = (groups.get(name, {}), leanings, comments[name], to_read[name], _sum_of_others(groups, name))
        cut = _Cut(name, level, *here, settings.trends.false_discovery)
        view = _service(cut, facts, quotes, discloser=discloser)
        pages.append(Page(name, slug, template.render(**about, service=view)))
    return tuple(pages)


def addresses(pages: tuple[Page, ...], report: Path) -> dict[str, str]:
    """Return the address of each service's page, as seen from the report beside whose file it stands."""
    return {page.service: f"{as_address(_beside(report).name)}/{page.slug}.html" for page in pages}


def write_service_pages(pages: tuple[Page, ...], report: Path) -> tuple[Path, ...]:
    """Write the pages to a folder beside the report, all or none, and take out those of services no longer shown.

    What was written there for another profile must not stay behind; without pages all of ours go, and the folder is
    not made.

    Raises:
        StoreError: a file of that name is there that is none of ours.
    """
    beside = _beside(report)
    if not pages and not beside.is_dir():
        return ()
    beside.mkdir(parents=True, exist_ok=True)
    paths = [beside / f"{page.slug}.html" for page in pages]
    for path in paths:
        if path.exists() and not _is_ours(path):
            msg = f"{path}: is there already, and no page of voice-of-care. Move it, or name the report otherwise."
            raise StoreError(msg)
    unfinished = [path.with_name(f"{path.name}.unfinished") for path in paths]
    try:
        for page, path in zip(pages, unfinished, strict=True):
            path.write_text(page.html, encoding="utf-8", newline="\n")
    except OSError:
        for path in unfinished:
            path.unlink(missing_ok=True)
        raise
    for old in sorted(beside.glob("*.html")):
        if old not in paths and _is_ours(old):
            old.unlink()
    for path, finished in zip(unfinished, paths, strict=True):
        path.replace(finished)
    if not any(beside.iterdir()):
        beside.rmdir()
    return tuple(paths)


def _is_ours(path: Path) -> bool:
    return path.is_file() and _MARK in path.read_text(encoding="utf-8", errors="replace")[:2000]


_MARK = '<meta name="generator" content="voice-of-care service page">'


def slugs_of(names: list[str]) -> list[str]:
    """Return stems of files for names, told apart also where letters' case is not."""
    stems = [words.slug(name)[:_LONGEST_SLUG].strip("-").lower() or "x" for name in names]
    taken: set[str] = {stem for stem, number in Counter(stems).items() if number == 1}
    found = []
    for stem in stems:
        slug, number = stem, 1
        while slug in taken and (number > 1 or stems.count(stem) > 1):
            number += 1
            slug = f"{stem}-{number}"
        taken.add(slug)
        found.append(slug)
    return found


def _beside(report: Path) -> Path:
    return report.with_name(f"{report.stem}-services")


class _Cut(NamedTuple):
    """What may be shown of one service: its name, all services, who was heard, and how they speak of each theme."""

    name: str
    level: Level
    groups: dict[str, Count]
    leanings: dict[tuple[str, str], dict[str, Count]]
    comments: Count
    to_read: Count
    others: dict[str, int]
    false_discovery: float


def _service(cut: _Cut, facts: Facts, quotes: QuoteBook, *, discloser: Discloser) -> ServiceView:
    comments = facts.comments[facts.comments["service"] == cut.name]
    dates = comments["received_on"].dropna()
    themes = tuple(
        _here(row, cell, cut, quotes, discloser) for row in cut.level.rows if (cell := row.cell(cut.name)) is not None
    )
    return ServiceView(
        name=cut.name,
        people=cut.level.people[cut.name],
        comments=cut.comments,
        months=_span(dates),
        groups=cut.groups,
        themes=tuple(sorted(themes, key=_order)),
        local=cut.level.local_to(cut.name),
        words=cut.level.words.get(cut.name, ()),
        gaps=_gaps(cut, facts, discloser),
        to_read=cut.to_read,
        cautions=_cautions(cut, comments),
    )


def _here(row: ThemeByPlace, cell: Cell, cut: _Cut, quotes: QuoteBook, discloser: Discloser) -> ThemeHere:
    here = None
    if cell.percent is not None and cell.share.count.value:
        leanings = _as_in_all(cut.leanings.get((row.theme.theme_id, cut.name), {}), row.theme.leanings, discloser)
        may_show = any(count.value for count in leanings.values())
        here = replace(row.theme, share=cell.share, leanings=leanings) if may_show else None
    of_place = tuple(quote for quote in quotes.of(row.theme.theme_id) if quote.service == cut.name)
    return ThemeHere(row.theme, here, cell, of_place[:QUOTES_A_THEME])


def _as_in_all(counts: dict[str, Count], of_all: Mapping[str, Count], discloser: Discloser) -> dict[str, Count]:
    """Return a service's parts as they may stand beside the same parts of all services.

    With exact numbers, a part that is withheld of all is withheld of each, as all services' would add up to it.
    """
    if discloser.profile == "publish":
        return counts
    return {name: of_all[name] if of_all[name].is_suppressed else count for name, count in counts.items()}


def _order(row: ThemeHere) -> tuple[bool, int, int, str]:
    percent = -1 if row.percent is None else row.percent
    return (row.theme.is_catch_all, -row.cell.share.rank, -percent, row.theme.label.casefold())


def _span(dates: pd.Series) -> str:
    if dates.empty:
        return ""
    first, last = (words.long_month(day.year, day.month) for day in (dates.min(), dates.max()))
    return first if first == last else f"{first} to {last}"


def _groups(facts: Facts, discloser: Discloser) -> dict[str, dict[str, Count]]:
    """Return the respondents of each group in each service, suppressed as one table."""
    named = facts.comments.assign(service=facts.comments["service"].fillna(""))
    counted = named.pivot_table(index="service", columns="respondent_group", values="unit", aggfunc="nunique")
    counted = counted.fillna(0).astype(int).reindex(columns=[each for each in GROUPS if each in counted.columns])
    shown = discloser.table(counted.to_numpy().tolist())
    return {
        str(service): dict(zip(counted.columns, row, strict=True))
        for service, row in zip(counted.index, shown, strict=True)
    }


def _sum_of_others(groups: dict[str, dict[str, Count]], name: str) -> dict[str, int]:
    """Return the respondents of each group in all other services, as far as they are shown."""
    others = [counts for service, counts in groups.items() if service not in ("", name)]
    return {group: sum(counts[group].value or 0 for counts in others) for group in groups.get(name, {})}


def _leanings(facts: Facts, discloser: Discloser) -> dict[tuple[str, str], dict[str, Count]]:
    """Return how the respondents of each service speak of each theme, suppressed as one table a theme."""
    found = {}
    for theme_id, voices in facts.voices.groupby("theme_id", sort=True):
        named = voices.assign(service=voices["service"].fillna(""))
        leaning = counting.leaning_of_units(named, by=("service", "unit")).reset_index()
        counted = leaning.groupby(["service", "leaning"]).size()
        services = sorted(set(leaning["service"]))
        rows = [[int(counted.get((service, name), 0)) for name in LEANINGS] for service in services]
        for service, row in zip(services, discloser.table(rows) if rows else (), strict=True):
            found[(str(theme_id), str(service))] = dict(zip(LEANINGS, row, strict=True))
    return found


def _gaps(cut: _Cut, facts: Facts, discloser: Discloser) -> tuple[GapHere, ...]:
    """Return the themes whose share differs from all others' together, widest first, where all numbers may be shown."""
    table = facts.analysis.group_gaps
    mine = table[(table["grouping"] == "service") & (table["group_a"] == cut.name) & (table["group_b"] == REST)]
    by_id = {row.theme.theme_id: row for row in cut.level.rows if not row.theme.is_catch_all}
    rows, themes, pairs = [], [], []
    for row in records(mine.dropna(subset=["theme_id"])):
        theme = by_id.get(str(row.theme_id))
        cell = theme.cell(cut.name) if theme else None
        if theme is not None and cell is not None:
            rows.append(row)
            themes.append(theme.theme)
            pairs.append((cell.share, _rest(row, discloser)))
    judged = judge_shown(
        pairs, [found_in(row) for row in rows], false_discovery=cut.false_discovery, discloser=discloser
    )
    found = [
        GapHere(theme, gap.first, gap.second, gap.points, gap.low or 0, gap.high or 0)
        for theme, gap in zip(themes, judged, strict=True)
        if gap.verdict == "differ" and gap.points is not None
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.points, gap.theme.label.casefold())))


def _rest(row: Any, discloser: Discloser) -> ShownShare:  # noqa: ANN401 (a row)
    return discloser.share(half_up(float(row.raised_b)), half_up(float(row.heard_b)))


def _comments(facts: Facts, discloser: Discloser) -> dict[str, Count]:
    """Return the comments of each service, suppressed together as parts of all comments."""
    counted = facts.comments["service"].fillna("").value_counts().sort_index()
    return dict(zip(counted.index, discloser.vector(counted.tolist()), strict=True))


def _to_read(facts: Facts, discloser: Discloser) -> dict[str, Count]:
    """Return how many respondents of each service said something that is listed to be read for safety."""
    segments = facts.analysis.segments
    listed = segments[segments["segment_id"].isin(facts.analysis.safety_list["segment_id"])]
    named = facts.comments.assign(service=facts.comments["service"].fillna(""))
    counted = named[named["comment_id"].isin(listed["comment_id"])].groupby("service")["unit"].nunique()
    counted = counted.reindex(sorted(set(named["service"])), fill_value=0)
    return dict(zip(counted.index, discloser.vector(counted.tolist()), strict=True))


def _cautions(cut: _Cut, comments: pd.DataFrame) -> tuple[str, ...]:
    """Return what to bear in mind with the page: few, unlike, sessions."""
    found = []
    if cut.level.people[cut.name].rank < FEW_RESPONDENTS:
        found.append("few")
    mine = {group: count.value or 0 for group, count in cut.groups.items()}
    here, elsewhere = (max(1, sum(counts.values())) for counts in (mine, cut.others))
    apart = sum(abs(mine[group] / here - cut.others[group] / elsewhere) for group in mine) / 2
    if any(cut.others.values()) and apart >= _UNLIKE:
        found.append("unlike")
    if comments.loc[comments["respondent_id"].isna(), "session_id"].notna().any():
        found.append("sessions")
    return tuple(found)
