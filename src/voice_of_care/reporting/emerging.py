"""Emerging themes: what is raised more often of late, what might be a new theme, and what a refit made of the old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import trend_words, words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.quotes import quote_candidates

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Count, Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.followed import Item, Items
    from voice_of_care.reporting.quotes import Quote
    from voice_of_care.settings import Settings

MOVING = ("new", "growing", "watch", "fading")


@dataclass(frozen=True)
class Emerged:
    """One theme: how often it is raised of late and was before, and what can be said of it."""

    theme_id: str
    item: Item
    verdict: str
    recent: ShownShare
    baseline: ShownShare
    months_raised: int | None
    ratio: str
    interval: str
    smallest_rise: str
    first_seen: str
    cautions: tuple[str, ...]

    @property
    def word(self) -> str:
        """Return the verdict in a word or two."""
        return trend_words.VERDICTS[self.verdict]


@dataclass(frozen=True)
class Candidate:
    """A theme that may be new, found among comments that fit no other; it has no name until a person gives one."""

    theme_id: str
    label: str
    description: str
    people: Count
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Became:
    """What became of one theme in a refit: a link from an old theme to a new one."""

    old_id: str
    old: str
    new_id: str
    new: str
    relation: str
    people: Count
    of_old: str


@dataclass(frozen=True)
class Emerging:
    """All themes by their verdict, candidates, and the newest refit."""

    recent: str
    baseline: str
    recent_heard: Count | None
    baseline_heard: Count | None
    lines: tuple[Emerged, ...]
    candidates: tuple[Candidate, ...]
    became: tuple[Became, ...]
    theme_version: int
    missing: str

    def of(self, *verdicts: str) -> tuple[Emerged, ...]:
        """Return the themes with one of these verdicts."""
        return tuple(line for line in self.lines if line.verdict in verdicts)

    @property
    def moving(self) -> tuple[Emerged, ...]:
        """Return the themes that change, or may, but for those without one subject."""
        return tuple(line for line in self.of(*MOVING) if not line.item.is_catch_all)

    @property
    def catch_alls(self) -> tuple[Emerged, ...]:
        """Return those that change, or may, and have no one subject: no comparison rests on them."""
        return tuple(line for line in self.of(*MOVING) if line.item.is_catch_all)

    def verdict_of(self, theme_id: str) -> str:
        """Return a theme's verdict; empty where there is none."""
        return next((line.verdict for line in self.lines if line.theme_id == theme_id), "")


def view_emerging(facts: Facts, items: Items, *, discloser: Discloser, settings: Settings) -> Emerging:
    """Return what emerges, as a profile lets it out."""
    frame = facts.analysis.emerging
    lines = []
    for row in records(frame):
        item = items.get("theme", str(row.theme_id))
        if item is not None:
            line = _emerged(row, item, discloser)
            lines.append((_order(row, line), line))
    lines.sort(key=lambda each: each[0])
    first = frame.iloc[0] if len(frame) else None
    refitted = facts.analysis.lineage
    version = int(refitted["theme_version"].max()) if len(refitted) else 1
    return Emerging(
        recent="" if first is None else _span(first["recent_from"], first["recent_to"]),
        baseline="" if first is None else _span(first["baseline_from"], first["baseline_to"]),
        recent_heard=None if first is None else discloser.count(int(frame["recent_heard"].max())),
        baseline_heard=None if first is None else discloser.count(int(frame["baseline_heard"].max())),
        lines=tuple(line for _, line in lines),
        candidates=_candidates(facts, discloser=discloser, settings=settings),
        became=_became(_named_now(refitted[refitted["theme_version"] == version], facts), discloser),
        theme_version=version,
        missing=_missing(facts, settings) if first is None else "",
    )


def _order(row: Any, line: Emerged) -> tuple[int, bool, float, str]:  # noqa: ANN401 (a row)
    """Return what to rank by: the strongest first as far as it may be shown, else by name."""
    end, sign = (row.high, 1) if line.verdict == "fading" else (row.low, -1)
    size = sign * round(float(end), 1) if line.interval and not pd.isna(end) else 0.0
    return (trend_words.VERDICT_ORDER.index(line.verdict), line.item.is_catch_all, size, line.item.label.casefold())


def _emerged(row: Any, item: Item, discloser: Discloser) -> Emerged:  # noqa: ANN401 (a row)
    recent = discloser.share(int(row.recent_raised), int(row.recent_heard))
    baseline = discloser.share(int(row.baseline_raised), int(row.baseline_heard))
    # A ratio to one decimal, beside rounded counts of eight and more, gives no small number away.
    is_open = not (recent.count.is_suppressed or baseline.count.is_suppressed)
    return Emerged(
        theme_id=str(row.theme_id),
        item=item,
        verdict=row.verdict,
        recent=recent,
        baseline=baseline,
        months_raised=int(row.months_raised) if is_open else None,
        ratio=_times(row.rate_ratio) if is_open else "",
        interval=_interval(row.low, row.high) if is_open and not pd.isna(row.low) else "",
        smallest_rise=_times(row.smallest_rise) if is_open else "",
        first_seen="" if pd.isna(row.first_seen) else words.long_month(row.first_seen.year, row.first_seen.month),
        cautions=tuple(trend_words.caution(code) for code in row.cautions),
    )


def _interval(low: float, high: float) -> str:
    return f"{_times(low)} or more" if pd.isna(high) else f"{_times(low)} to {_times(high)}"


def _times(ratio: float) -> str:
    if pd.isna(ratio):
        return ""
    return "over 20" if ratio > 20 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"


def _span(first: str, last: str) -> str:
    one, two = (trend_words.period_name("month", month) for month in (first, last))
    return one if one == two else f"{one} to {two}"


def _candidates(facts: Facts, *, discloser: Discloser, settings: Settings) -> tuple[Candidate, ...]:
    """Return the candidates; nobody has read their names yet, so that these stay in the team."""
    themes = facts.analysis.themes
    waiting = themes[themes["status"] == "candidate"].sort_values("theme_id", kind="stable")
    quoted = quote_candidates(facts, discloser=discloser, settings=settings)
    found = []
    for place, row in enumerate(records(waiting), start=1):
        label = f"{row.label} (working name)" if discloser.is_internal else f"Candidate {place}"
        description = str(row.description) if discloser.is_internal else ""
        people = discloser.count(int(row.size))
        found.append(Candidate(str(row.theme_id), label, description, people, quoted.get(str(row.theme_id), ())))
    return tuple(found)


def _named_now(lineage: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Return what became of each theme, new ones by the names they have now; retired ones are called so."""
    themes = facts.analysis.themes.set_index("theme_id")
    names = themes["label"].where(themes["status"] != "retired", themes["label"] + " (retired)")
    return lineage.assign(new_label=lineage["new_theme_id"].map(names).fillna(lineage["new_label"]))


def _became(frame: pd.DataFrame, discloser: Discloser) -> tuple[Became, ...]:
    """Return what became of each theme, old themes in the order of their people as far as these may be shown."""
    shown = frame.assign(
        units=[max(discloser.count(int(number)).rank, 0) for number in frame["units"]], exact=frame["units"]
    )
    ordered = shown.assign(
        left=shown.groupby("old_theme_id", dropna=True)["units"].transform("sum"), is_new=frame["old_theme_id"].isna()
    ).sort_values(["is_new", "left", "old_label", "units", "new_label"], ascending=[True, False, True, False, True])
    found = []
    for row in records(ordered):
        units = discloser.count(int(row.exact))
        share = row.share_of_old
        of_old = "" if pd.isna(share) or not discloser.is_internal else trend_words.percent(round(100 * share))
        names = [("", "") if pd.isna(key) else (str(key), str(label)) for key, label in _ends(row)]
        (old_id, old), (new_id, new) = names
        found.append(Became(old_id, old, new_id, new, row.relation, units, of_old))
    return tuple(found)


def _ends(row: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:  # noqa: ANN401 (a row)
    return (row.old_theme_id, row.old_label), (row.new_theme_id, row.new_label)


def _missing(facts: Facts, settings: Settings) -> str:
    """Return in words why nothing could be tested."""
    if facts.newest is None:
        return "No comment carries a date, so that nothing can be said of what is new."
    months = facts.comments["month"].nunique()
    wanted = settings.trends.recent_months + settings.trends.baseline_months
    return (
        f"Themes of late are compared with the time before: {settings.trends.recent_months} complete months against"
        f" {settings.trends.baseline_months}, {wanted} in all. Dated comments come from"
        f" {trend_words.periods(months, 'month')}, which is too few."
    )
