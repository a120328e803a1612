"""Theme overview: every theme with its respondents, share, sentiment and groups, as it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import facts as facts_of
from voice_of_care.reporting import words
from voice_of_care.reporting.disclosure import Count, Discloser, ShownShare, parts_of, share_of
from voice_of_care.reporting.facts import records
from voice_of_care.tables import STABLE_FROM, UNSTABLE_BELOW
from voice_of_care.wording import is_catch_all

if TYPE_CHECKING:
    from voice_of_care.reporting.facts import Facts

GROUPS = ("staff", "service_user", "carer", "other", "unknown")
MONTHS_SHOWN = 12
FEWEST_MONTHS = 3
PLACES_SHOWN = 5


@dataclass(frozen=True)
class MonthCount:
    """People who raised a theme in one month."""

    label: str
    count: Count


@dataclass(frozen=True)
class PlaceCount:
    """People of one service who raised a theme."""

    service: str
    count: Count


@dataclass(frozen=True)
class Stability:
    """How well a theme comes back when some respondents are left out: a level, and how many tenths of it."""

    level: str
    tenths: int


@dataclass(frozen=True)
class ThemeView:
    """One theme, holding only what may be shown."""

    theme_id: str
    anchor: str
    label: str
    description: str
    keywords: tuple[str, ...]
    is_confirmed: bool
    share: ShownShare
    leanings: dict[str, Count]
    groups: dict[str, ShownShare]
    months: tuple[MonthCount, ...]
    places: tuple[PlaceCount, ...]
    mean_score: float | None
    severity: str
    severity_reason: str
    stability: Stability | None = None
    seed: str = ""

    @property
    def months_can_be_shown(self) -> bool:
        """Return whether people were heard in enough months that may be shown to draw them."""
        counts = [month.count for month in self.months]
        fewest = FEWEST_MONTHS if any(count.is_suppressed for count in counts) else 1
        return sum(count.rank > 0 for count in counts) >= fewest

    @property
    def is_unstable(self) -> bool:
        """Return whether the theme dissolves more often than it comes back."""
        return self.stability is not None and self.stability.level == "unstable"

    @property
    def is_catch_all(self) -> bool:
        """Return whether the theme holds what has no one subject, and so is not compared with others."""
        return is_catch_all(self.label)

    @property
    def leaning_shares(self) -> dict[str, ShownShare]:
        """Return each leaning's share of those who raise the theme: what every table, bar and sentence shows."""
        return parts_of(self.leanings, self.share.count)

    def leaning_percent(self, name: str) -> int | None:
        """Return a leaning's share of those who raise the theme, in whole per cent."""
        return self.leaning_shares[name].percent


@dataclass(frozen=True)
class ParentView:
    """A group of themes; the last may gather themes without a parent."""

    theme_id: str
    anchor: str
    label: str
    description: str
    is_confirmed: bool
    share: ShownShare | None
    themes: tuple[ThemeView, ...]


@dataclass(frozen=True)
class Overview:
    """All themes, most respondents first; catch-all themes come last."""

    people: Count
    group_people: dict[str, Count]
    parents: tuple[ParentView, ...]
    month_labels: tuple[str, ...]
    several: ShownShare

    @property
    def themes(self) -> tuple[ThemeView, ...]:
        """Return the leaf themes, most respondents first whatever their parent, catch-all themes last."""
        return tuple(sorted((theme for parent in self.parents for theme in parent.themes), key=_order))

    @property
    def subjects(self) -> tuple[ThemeView, ...]:
        """Return the themes that have a subject, which alone are named in headlines."""
        return tuple(theme for theme in self.themes if not theme.is_catch_all)

    @property
    def months_can_be_shown(self) -> bool:
        """Return whether at least half of the themes have months enough to draw."""
        drawn = sum(theme.months_can_be_shown for theme in self.themes)
        return bool(self.month_labels) and drawn > 0 and 2 * drawn >= len(self.themes)


def view_overview(facts: Facts, *, discloser: Discloser) -> Overview:
    """Return the overview as a profile lets it out."""
    people = facts.people()
    by_group = facts.people_by_group()
    present = [group for group in GROUPS if by_group.get(group, 0) > 0]
    group_people = dict(zip(present, discloser.vector([by_group[group] for group in present]), strict=True))
    months = facts_of.months_until(facts.newest, MONTHS_SHOWN)
    shown = _group_counts(facts, present, discloser)
    severities = {row.theme_id: (int(row.severity), row.reason) for row in records(facts.analysis.severities)}
    themes: dict[str, list[ThemeView]] = {}
    named = facts.themes.assign(seed=facts.themes["seed"].map(facts.seeded_with, na_action="ignore"))
    for row in records(named):
        voices = facts.voices[facts.voices["theme_id"] == row.theme_id]
        groups = {name: share_of(count, group_people[name]) for name, count in shown[row.theme_id].items()}
        view = _theme(row, voices, people, months, groups, severities.get(row.theme_id), discloser)
        themes.setdefault(row.parent_id, []).append(view)
    return Overview(
        people=discloser.count(people),
        group_people=group_people,
        parents=_parents(facts, themes, people, discloser),
        several=_several(facts, discloser),
        month_labels=tuple(words.short_month(month.year, month.month) for month in months),
    )


def _several(facts: Facts, discloser: Discloser) -> ShownShare:
    """Return how many of the comments that raise a theme raise more than one."""
    themes = facts.voices.groupby("comment_id")["theme_id"].nunique()
    return discloser.share(int((themes > 1).sum()), len(themes))


def stability_of(value: float | None) -> Stability | None:
    """Return a theme's stability as it is spoken of; None where it was not measured."""
    if value is None or pd.isna(value):
        return None
    level = "stable" if value >= STABLE_FROM else "partly" if value >= UNSTABLE_BELOW else "unstable"
    return Stability(level, int(10 * value + 0.5))


def _group_counts(facts: Facts, present: list[str], discloser: Discloser) -> dict[str, dict[str, Count]]:
    ids = list(facts.themes["theme_id"])
    counted = facts.voices.groupby(["theme_id", "respondent_group"])["unit"].nunique().to_dict()
    rows = [[int(counted.get((theme, group), 0)) for group in present] for theme in ids]
    shown = discloser.table(rows) if present else ((),) * len(ids)
    return {theme: dict(zip(present, row, strict=True)) for theme, row in zip(ids, shown, strict=True)}


def _places(voices: pd.DataFrame, discloser: Discloser) -> tuple[PlaceCount, ...]:
    """Return the services where most people raise a theme; a service is named only with a number that may be shown."""
    people = voices.dropna(subset=["service"]).groupby("service")["unit"].nunique()
    shown = zip(people.index, discloser.vector(people.tolist()), strict=True)
    places = [PlaceCount(str(service), count) for service, count in shown if count.rank > 0]
    return tuple(sorted(places, key=lambda place: (-place.count.rank, place.service))[:PLACES_SHOWN])


def _theme(
    row: Any,  # noqa: ANN401 (a row)
    voices: pd.DataFrame,
    people: int,
    months: pd.PeriodIndex,
    groups: dict[str, ShownShare],
    severity: tuple[int, str] | None,
    discloser: Discloser,
) -> ThemeView:
    count = int(voices["unit"].nunique())
    leanings = facts_of.leanings(voices)
    is_confirmed = row.status == "confirmed"
    # What a machine wrote from people's words leaves the team only after a person has read it.
    may_describe = is_confirmed or discloser.is_internal
    scores = voices.drop_duplicates(["comment_id"])["score"].dropna()
    scored = int(voices.loc[voices["score"].notna(), "unit"].nunique())
    monthly = discloser.vector(facts_of.monthly_people(voices, months))
    return ThemeView(
        theme_id=row.theme_id,
        anchor=f"theme-{words.slug(row.theme_id)}",
        label=row.label,
        description=row.description if may_describe else "",
        keywords=tuple(row.keywords) if may_describe else (),
        is_confirmed=is_confirmed,
        share=discloser.share(count, people),
        leanings=dict(zip(leanings, discloser.vector(list(leanings.values())), strict=True)),
        groups=groups,
        places=_places(voices, discloser),
        months=tuple(
            MonthCount(words.long_month(month.year, month.month), shown)
            for month, shown in zip(months, monthly, strict=True)
        ),
        mean_score=discloser.mean([float(score) for score in scores], people=scored),
        severity=words.SEVERITIES.get(severity[0], "") if severity else "",
        severity_reason=severity[1] if severity and discloser.is_internal else "",
        stability=stability_of(row.stability),
        seed="" if pd.isna(row.seed) else str(row.seed),
    )


def _parents(
    facts: Facts, themes: dict[str, list[ThemeView]], people: int, discloser: Discloser
) -> tuple[ParentView, ...]:
    views = []
    for row in records(facts.parents):
        count = int(facts.voices.loc[facts.voices["parent_id"] == row.theme_id, "unit"].nunique())
        is_confirmed = row.status == "confirmed"
        views.append(
            ParentView(
                theme_id=str(row.theme_id),
                anchor=f"theme-{words.slug(str(row.theme_id))}",
                label=str(row.label),
                description=str(row.description) if is_confirmed or discloser.is_internal else "",
                is_confirmed=is_confirmed,
                share=discloser.share(count, people),
                themes=tuple(sorted(themes[str(row.theme_id)], key=_order)),
            )
        )
    views.sort(
        key=lambda view: (
            all(theme.is_catch_all for theme in view.themes),
            -view.share.count.rank if view.share else 0,
            view.label.casefold(),
            view.theme_id,
        )
    )
    alone = tuple(sorted(themes.get(facts_of.NO_PARENT, []), key=_order))
    if alone:
        label = "Further themes" if views else "Themes"
        views.append(ParentView("", "theme-further", label, "", True, None, alone))
    return tuple(views)


def _order(theme: ThemeView) -> tuple[bool, int, str, str]:
    return (theme.is_catch_all, -theme.share.count.rank, theme.label.casefold(), theme.theme_id)
