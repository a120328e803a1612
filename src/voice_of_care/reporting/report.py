"""Write the report: one HTML page that needs nothing else, and its figures beside it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from voice_of_care.counting import LEANINGS
from voice_of_care.errors import SettingsError
from voice_of_care.reporting import (
    charts,
    control_words,
    figures,
    group_words,
    icons,
    marks,
    sentences,
    trend_words,
    words,
)
from voice_of_care.reporting.big_five import view_big_five
from voice_of_care.reporting.brief import in_brief, top_five
from voice_of_care.reporting.consensus import view_consensus
from voice_of_care.reporting.coverage import view_coverage
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.evaluated import view_evaluated
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.flow import RIBBON_COLOURS
from voice_of_care.reporting.further_gaps import view_further_gaps
from voice_of_care.reporting.gaps import view_gaps
from voice_of_care.reporting.local import view_local
from voice_of_care.reporting.movement import view_movement
from voice_of_care.reporting.not_said import view_not_said
from voice_of_care.reporting.other_measures import view_other_measures
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.own_words import view_own_words
from voice_of_care.reporting.quality import view_method, view_quality
from voice_of_care.reporting.questions import view_questions
from voice_of_care.reporting.quotes import view_quotes
from voice_of_care.reporting.statements import view_statements
from voice_of_care.reporting.why import view_why

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.coverage import CoverageBook
    from voice_of_care.reporting.disclosure import Count
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.gaps import Gaps
    from voice_of_care.reporting.movement import Movement
    from voice_of_care.reporting.overview import Overview
    from voice_of_care.reporting.quality import Quality
    from voice_of_care.reporting.quotes import Quote, QuoteBook
    from voice_of_care.reporting.statements import StatementsView
    from voice_of_care.settings import Profile, ProjectSettings, Settings

_ROOM = Path(__file__).parent
_LOGO_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
PAIRS_SHOWN = 3


@dataclass(frozen=True)
class Report:
    """A rendered report: the page, and its figures as (file stem, SVG)."""

    html: str
    figures: tuple[tuple[str, str], ...]


def render_report(
    analysis: Analysis,
    *,
    settings: Settings,
    profile: Profile,
    folder: Path | None = None,
    before: Analysis | None = None,
    service_pages: Mapping[str, str] | None = None,
) -> Report:
    """Render the report as a profile lets it out; the same analysis gives the same bytes.

    Args:
        analysis: the tables, reviewers' decisions applied.
        settings: title, logo, date and smallest group quoted are taken from here.
        profile: what disclosure control lets out.
        folder: where the logo's path starts from; the current folder if not given.
        before: the analysis as it was before the newest run, to tell what has changed since.
        service_pages: addresses of pages of single services, by service, to be linked to.

    Raises:
        SettingsError: the logo can't be read, or is no PNG, JPEG or SVG.
    """
    discloser = Discloser(profile)
    facts = gather(analysis, settings=settings)
    overview = view_overview(facts, discloser=discloser)
    gaps = view_gaps(facts, overview, discloser=discloser, settings=settings)
    quality = view_quality(facts, discloser=discloser)
    movement = view_movement(facts, overview, discloser=discloser, settings=settings, before=before)
    drawings = _draw(overview, gaps, quality, movement)
    found = _found(facts, overview, gaps, quality, discloser=discloser, settings=settings)
    page = (
        make_environment()
        .get_template("page.html")
        .render(
            **tell_about(settings, discloser, folder),
            **found,
            **_moved(movement),
            drawings=drawings,
            service_pages=service_pages or {},
            style=page_style(profile),
            script=Markup(_static("report.js")),  # noqa: S704 (our own file)
        )
    )
    shown = (drawing for drawing in drawings.values() if drawing)
    by_place = found["local"].figures if found["local"] else ()
    beside = found["other_measures"].figures if found["other_measures"] else ()
    ranked = found["big_five"].figures if found["big_five"] else ()
    drawn = dict.fromkeys([*shown, *ranked, *movement.figures, *by_place, *beside])
    return Report(page, tuple((drawing.stem, drawing.wide) for drawing in drawn))


def tell_about(settings: Settings, discloser: Discloser, folder: Path | None) -> dict[str, Any]:
    """Return what each page says of the project and of what the copy may show."""
    return {
        "project": settings.project,
        "logo": _logo(settings.project, folder),
        "profile": discloser.profile,
        "is_internal": discloser.is_internal,
        "fewest_shown": discloser.fewest_shown,
        "smallest_quoted": settings.report.smallest_group_quoted,
    }


def _found(
    facts: Facts, overview: Overview, gaps: Gaps | None, quality: Quality, *, discloser: Discloser, settings: Settings
) -> dict[str, Any]:
    """Return what the page shows of one moment."""
    quotes = view_quotes(facts, discloser=discloser, settings=settings)
    coverage = view_coverage(facts, overview, quotes, discloser=discloser)
    statements = view_statements(facts, overview, discloser=discloser)
    return {
        "cover": _cover(facts, discloser),
        "overview": overview,
        "quotes": quotes,
        "gaps": gaps,
        "pairs": _pairs(gaps, quotes),
        "coverage": coverage,
        "quality": quality,
        "statements": statements,
        "big_five": view_big_five(facts, overview, discloser=discloser, settings=settings),
        "questions": view_questions(facts, overview, discloser=discloser, settings=settings),
        "further_gaps": view_further_gaps(
            facts, overview, discloser=discloser, false_discovery=settings.trends.false_discovery
        ),
        "own_words": view_own_words(facts, overview, discloser=discloser),
        "local": view_local(facts, overview, discloser=discloser),
        "other_measures": view_other_measures(facts, overview, discloser=discloser, settings=settings),
        "not_said": view_not_said(facts, overview, discloser=discloser),
        "consensus": view_consensus(facts, overview, discloser=discloser),
        "whys": view_why(facts, overview, quotes, discloser=discloser),
        "method": view_method(facts),
        "evaluated": view_evaluated(facts, settings_hash=settings.digest(), discloser=discloser),
        "brief": in_brief(overview, gaps, coverage, quality, quotes_waiting=quotes.waiting),
        "top": top_five(overview),
        "suppressed": _suppressed(overview, coverage, quality, statements),
        "widest": max((theme.share.high or 0 for theme in overview.themes), default=0),
    }


def _moved(movement: Movement) -> dict[str, Any]:
    """Return what the page shows of time."""
    return {
        "over_time": movement.over_time,
        "funnels": movement.funnels,
        "emerging": movement.emerging,
        "actions": movement.actions,
        "since_last": movement.since_last,
        "drawings_of_series": movement.drawings,
        "trails": movement.trails,
    }


def _draw(overview: Overview, gaps: Gaps | None, quality: Quality, movement: Movement) -> dict[str, Drawing | None]:
    return {
        "shares": figures.draw_shares(overview),
        "leanings": figures.draw_leanings(overview),
        "gaps": figures.draw_gaps(gaps),
        "mix": figures.draw_mix(quality),
        "flow": movement.flow,
    }


def write_report(report: Report, path: Path, *, png: bool = True) -> None:
    """Write the page to `path`, and its figures to a folder beside it as SVG and, if wanted, PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:  # a full disk must not leave half a page where a whole one was
        unfinished.write_text(report.html, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    beside = path.with_name(f"{path.stem}-figures")
    beside.mkdir(exist_ok=True)
    for stem, svg in report.figures:
        (beside / f"{stem}.svg").write_text(svg + "\n", encoding="utf-8", newline="\n")
        if png:
            (beside / f"{stem}.png").write_bytes(charts.png(svg))


def page_style(profile: Profile) -> Markup:
    """Return the style of each page."""
    return Markup(_static("report.css").replace("PROFILE-WORDS", words.PROFILES[profile]))  # noqa: S704 (our own words)


def make_environment() -> jinja2.Environment:
    """Return what templates of pages are rendered with."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ROOM / "templates", encoding="utf-8"),
        autoescape=True,
        finalize=lambda value: words.printable(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        words=words,
        LEANINGS=LEANINGS,
        sparkline=marks.sparkline,
        trail_line=marks.trail_line,
        leaning_bar=marks.leaning_bar,
        share_bar=marks.share_bar,
        kinds_bar=marks.kinds_bar,
        figure=_figure,
        trend_words=trend_words,
        control_words=control_words,
        group_words=group_words,
        icons=icons,
        sentences=sentences,
        ribbons=RIBBON_COLOURS,
    )
    return environment


def _figure(drawing: Drawing) -> Markup:
    return Markup(  # noqa: S704 (the drawing escapes its words)
        f'<div class="wide">{drawing.wide}</div><div class="narrow">{drawing.narrow}</div>'
    )


def _static(name: str) -> str:
    return (_ROOM / "static" / name).read_text(encoding="utf-8")


def _suppressed(overview: Overview, coverage: CoverageBook, quality: Quality, statements: StatementsView | None) -> int:
    """Return how many cells of the themes, priorities and sources are withheld."""
    cells: list[Count] = [*(statements.counts if statements else ())]
    for theme in overview.themes:
        cells += [theme.share.count, *theme.leanings.values()]
        cells += [share.count for share in theme.groups.values()] + [month.count for month in theme.months]
    cells += [cell.count for item in coverage.frameworks for row in item.rows for cell in row.cells if cell]
    cells += [count for line in quality.sources for count in (line.comments_in, line.analysed, line.set_aside)]
    cells += [cell.count for cell in quality.mix]
    return sum(cell.is_suppressed for cell in cells)


def _cover(facts: Facts, discloser: Discloser) -> dict[str, Any]:
    analysis = facts.analysis
    comments = facts.comments
    return {
        "date": words.long_date(facts.report_date) if facts.report_date else "",
        "from_month": words.long_month(facts.oldest.year, facts.oldest.month) if facts.oldest else "",
        "to_month": words.long_month(facts.newest.year, facts.newest.month) if facts.newest else "",
        "sources": len(analysis.sources),
        "services": int(comments["service"].nunique()),
        "sites": int(comments["site"].nunique()),
        "sessions": int(comments.loc[comments["respondent_id"].isna(), "session_id"].nunique()),
        "present": discloser.count(int(comments.groupby("session_id")["people_present"].max().sum())),
    }


def _pairs(gaps: Gaps | None, quotes: QuoteBook) -> list[dict[str, Any]]:
    """Return the widest gaps that have a quote from each side."""
    pairs: list[dict[str, Any]] = []
    for gap in gaps.rows if gaps else ():
        of_theme = quotes.of(gap.theme.theme_id)
        staff = _first(of_theme, "staff")
        user = _first(of_theme, "service_user")
        if staff and user and gap.points is not None and not gap.theme.is_catch_all:
            pairs.append({"gap": gap, "staff": staff, "user": user})
    return pairs[:PAIRS_SHOWN]


def _first(quotes: tuple[Quote, ...], group: str) -> Quote | None:
    return next((quote for quote in quotes if quote.respondent_group == group and quote.role == "exemplar"), None)


def _logo(project: ProjectSettings, folder: Path | None) -> str:
    if not project.logo:
        return ""
    path = (folder or Path()) / project.logo
    kind = _LOGO_TYPES.get(path.suffix.lower())
    if kind is None:
        msg = f"project.logo: {path.name} is no PNG, JPEG or SVG. Give one of these."
        raise SettingsError(msg)
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"project.logo: {path.name} can't be read ({error.strerror}). Check the path."
        raise SettingsError(msg) from None
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
