"""Priority coverage: which themes speak to which quality priorities, and what nobody raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.unraised import view_silences

if TYPE_CHECKING:
    import pandas as pd

    from voice_of_care.frameworks import Framework, FrameworkElement
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.reporting.quotes import QuoteBook
    from voice_of_care.reporting.unraised import Silence

State = Literal["raised", "waiting", "unraised", "not_searched", "not_asked"]
_STRONG, _CLEAR = 0.75, 0.6


@dataclass(frozen=True)
class Cell:
    """A theme's link to a priority: people, strength, whether confirmed, and where its evidence stands."""

    count: Count
    strength: int
    is_confirmed: bool
    anchor: str
    shade: int


@dataclass(frozen=True)
class Priority:
    """One element of a framework, and how far it was raised."""

    priority_id: str
    label: str
    definition: str
    state: State
    people: Count
    themes: tuple[ThemeView, ...]
    waiting: int
    silence: Silence | None


@dataclass(frozen=True)
class Row:
    """One theme's cells, in the order of the framework's elements; None where there is no link."""

    theme: ThemeView
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Coverage:
    """One framework against all themes."""

    framework_id: str
    anchor: str
    name: str
    priorities: tuple[Priority, ...]
    rows: tuple[Row, ...]

    def of(self, state: State) -> tuple[Priority, ...]:
        """Return the priorities in a state."""
        return tuple(priority for priority in self.priorities if priority.state == state)

    @property
    def hardly_raised(self) -> tuple[Priority, ...]:
        """Return the priorities that next to nobody raised, by the computer's account alone."""
        return tuple(each for each in self.priorities if each.silence is not None and not each.silence.is_nobody)


@dataclass(frozen=True)
class LinkView:
    """One link of a theme, for its drill-down: the quotes that carry it and are shown."""

    anchor: str
    framework: str
    priority: str
    strength: int
    is_confirmed: bool
    count: Count
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CoverageBook:
    """All frameworks, the links of each theme, and the themes that no priority covers."""

    frameworks: tuple[Coverage, ...]
    links_by_theme: dict[str, tuple[LinkView, ...]]
    uncovered: tuple[ThemeView, ...]
    waiting: int


def view_coverage(facts: Facts, overview: Overview, quotes: QuoteBook, *, discloser: Discloser) -> CoverageBook:
    """Return the coverage as a profile lets it out: unconfirmed links are for the internal profile alone."""
    known = {theme.theme_id for theme in overview.themes}
    links = facts.analysis.theme_links
    links = links[(links["status"] != "rejected") & links["theme_id"].isin(known)]
    shown = links if discloser.is_internal else links[links["status"] == "confirmed"]
    people = _people(facts, shown)
    frameworks = facts.analysis.frameworks
    coverages = tuple(_coverage(item, facts, overview, links, shown, people, discloser) for item in frameworks)
    linked = set(links.loc[links["framework_id"] != FOUR_QUESTIONS, "theme_id"])  # these ask how, not what
    is_covering = any(framework.id != FOUR_QUESTIONS for framework in frameworks)
    return CoverageBook(
        coverages,
        _links_by_theme(coverages, shown, quotes),
        tuple(theme for theme in overview.subjects if is_covering and theme.theme_id not in linked),
        int((links["status"] == "proposed").sum()),
    )


def _people(facts: Facts, links: pd.DataFrame) -> dict[tuple[str, str, str], frozenset[str]]:
    """Return the respondents behind each link: those whose segment has both the theme and the priority."""
    voices = facts.voices[["segment_id", "theme_id", "unit"]]
    decided = facts.analysis.segment_links[["segment_id", "framework_id", "priority_id"]]
    both = voices.merge(decided, on="segment_id", how="inner", validate="many_to_many")
    found = both.groupby(["theme_id", "framework_id", "priority_id"])["unit"].agg(frozenset).to_dict()
    unit_of_segment = dict(zip(voices["segment_id"], voices["unit"], strict=True))
    people = {}
    for row in records(links):
        key = (str(row.theme_id), str(row.framework_id), str(row.priority_id))
        evidence = frozenset(unit_of_segment[item] for item in row.evidence_segment_ids if item in unit_of_segment)
        people[key] = found.get(key, frozenset()) | evidence
    return people


def _coverage(
    framework: Framework,
    facts: Facts,
    overview: Overview,
    links: pd.DataFrame,
    shown: pd.DataFrame,
    people: dict[tuple[str, str, str], frozenset[str]],
    discloser: Discloser,
) -> Coverage:
    mine = shown[shown["framework_id"] == framework.id]
    by_pair = {(str(row.theme_id), str(row.priority_id)): row for row in records(mine)}
    ids = [element.id for element in framework.elements]
    themes = [theme for theme in overview.themes if any((theme.theme_id, item) in by_pair for item in ids)]
    counts = discloser.table(
        [[len(people.get((theme.theme_id, framework.id, item), ())) for item in ids] for theme in themes]
    )
    cells = [
        tuple(
            _cell(framework.id, by_pair.get((theme.theme_id, item)), count, theme)
            for item, count in zip(ids, row, strict=True)
        )
        for theme, row in zip(themes, counts, strict=True)
    ]
    priorities = _priorities(framework, facts, links, people, list(zip(themes, cells, strict=True)), discloser)
    rows = tuple(Row(theme, row) for theme, row in zip(themes, cells, strict=True))
    return Coverage(framework.id, f"framework-{words.slug(framework.id)}", framework.name, priorities, rows)


def _priorities(
    framework: Framework,
    facts: Facts,
    links: pd.DataFrame,
    people: dict[tuple[str, str, str], frozenset[str]],
    rows: list[tuple[ThemeView, tuple[Cell | None, ...]]],
    discloser: Discloser,
) -> tuple[Priority, ...]:
    raised = set(links.loc[links["framework_id"] == framework.id, "priority_id"])
    segment_links = facts.analysis.segment_links
    raised |= set(segment_links.loc[segment_links["framework_id"] == framework.id, "priority_id"])
    waiting = links[(links["framework_id"] == framework.id) & (links["status"] == "proposed")]
    waiting_by_priority = waiting["priority_id"].value_counts().to_dict()
    silences = view_silences(facts, discloser=discloser)
    priorities = []
    for place, element in enumerate(framework.elements):
        cells = [cell for _, row in rows if (cell := row[place]) is not None]
        covering = tuple(theme for theme, row in rows if row[place] is not None)
        everyone = frozenset().union(*(people[(t.theme_id, framework.id, element.id)] for t in covering))
        silence = silences.get((framework.id, element.id))
        state = _state(framework, element, silence, is_covered=bool(covering), is_raised=element.id in raised)
        priorities.append(
            Priority(
                element.id,
                element.label,
                element.definition,
                state,
                # The total over one theme is its cell, and would give away a cell suppressed for another's sake.
                cells[0].count if len(cells) == 1 else discloser.count(len(everyone)),
                covering,
                int(waiting_by_priority.get(element.id, 0)),
                silence,
            )
        )
    return tuple(priorities)


def _state(
    framework: Framework, element: FrameworkElement, silence: Silence | None, *, is_covered: bool, is_raised: bool
) -> State:
    """Return how far a priority was raised.

    What nobody raised is counted in the table `unraised`. One without cues is linked by people alone, so nobody looked
    for it; the rest stands in a framework made for people of whom nobody was heard, or is a plain question.
    """
    if is_covered:
        return "raised"
    if is_raised or (silence is not None and not silence.is_nobody):
        return "waiting"
    if not element.include_cues:
        return "not_searched"
    return "unraised" if silence is not None or framework.id == FOUR_QUESTIONS else "not_asked"


def _cell(framework_id: str, link: Any, count: Count, theme: ThemeView) -> Cell | None:  # noqa: ANN401 (a row)
    if link is None:
        return None
    strength = float(link.strength)
    priority_id = str(link.priority_id)
    total = theme.share.count.value
    share = 0.0 if count.value is None or not total else count.value / total
    return Cell(
        count=count,
        strength=3 if strength >= _STRONG else 2 if strength >= _CLEAR else 1,
        is_confirmed=link.status == "confirmed",
        anchor=link_anchor(theme.theme_id, framework_id, priority_id),
        shade=0 if count.value is None else 1 + sum(share >= step for step in (0.25, 0.5, 0.75)),
    )


def link_anchor(theme_id: str, framework_id: str, priority_id: str) -> str:
    """Return the anchor of a link in its theme's drill-down."""
    return f"link-{words.slug(theme_id)}-{words.slug(framework_id)}-{words.slug(priority_id)}"


def _links_by_theme(
    coverages: tuple[Coverage, ...], shown: pd.DataFrame, quotes: QuoteBook
) -> dict[str, tuple[LinkView, ...]]:
    evidence = {
        (str(row.theme_id), str(row.framework_id), str(row.priority_id)): row.evidence_segment_ids
        for row in records(shown)
    }
    views: dict[str, list[LinkView]] = {}
    for coverage in coverages:
        for row in coverage.rows:
            anchors = quotes.anchors(row.theme.theme_id)
            for priority, cell in zip(coverage.priorities, row.cells, strict=True):
                if cell is None:
                    continue
                ids = evidence[(row.theme.theme_id, coverage.framework_id, priority.priority_id)]
                views.setdefault(row.theme.theme_id, []).append(
                    LinkView(
                        cell.anchor,
                        coverage.name,
                        priority.label,
                        cell.strength,
                        cell.is_confirmed,
                        cell.count,
                        tuple((item, anchors[item]) for item in ids if item in anchors),
                    )
                )
    return {theme: tuple(items) for theme, items in views.items()}
