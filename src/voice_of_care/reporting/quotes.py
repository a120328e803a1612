"""Quotes: which may be shown, and what may be said of the respondent beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.settings import Settings

EVIDENCE_QUOTED = 2
SHOWN_BESIDE = 4
"""Quotes of a candidate theme, or of what is said after an action."""
_ROLE_ORDER = {"exemplar": 0, "borderline": 1, "disconfirming": 2, "evidence": 3}


@dataclass(frozen=True)
class Quote:
    """One segment a reader may see, and what may be said beside it."""

    quote_id: str
    anchor: str
    text: str
    respondent_group: str
    group: str
    service: str
    month: str
    sentiment: str
    role: str
    why: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class QuoteBook:
    """The quotes of every theme, and how many wait for a decision."""

    by_theme: dict[str, tuple[Quote, ...]]
    waiting: int
    ids_by_theme: dict[str, tuple[str, ...]]

    def of(self, theme_id: str) -> tuple[Quote, ...]:
        """Return the quotes of a theme."""
        return self.by_theme.get(theme_id, ())

    def anchors(self, theme_id: str) -> dict[str, str]:
        """Return the anchor of each quoted segment of a theme."""
        return {quote.quote_id: quote.anchor for quote in self.of(theme_id)}


def view_quotes(facts: Facts, *, discloser: Discloser, settings: Settings) -> QuoteBook:
    """Return the quotes a profile lets out.

    All profiles but `internal` show approved quotes alone, from groups that are large enough, with permission not
    refused, and name the service only where enough of the group spoke of it.
    """
    rows = _candidates(facts, with_evidence=discloser.is_internal)
    waiting = int(facts.analysis.quotes.query("status == 'proposed'")["segment_id"].nunique())
    if not discloser.is_internal:
        rows = _releasable(rows, facts, smallest=settings.report.smallest_group_quoted)
    by_theme: dict[str, list[Quote]] = {}
    for row in records(rows):
        by_theme.setdefault(str(row.theme_id), []).append(_quote(row))
    return QuoteBook(
        {theme: tuple(quotes) for theme, quotes in by_theme.items()},
        waiting,
        _all_ids(facts) if discloser.is_internal else {},
    )


def quote_candidates(facts: Facts, *, discloser: Discloser, settings: Settings) -> dict[str, tuple[Quote, ...]]:
    """Return quotes of candidate themes: within the team those that fit best, in other copies approved ones alone."""
    themes = facts.analysis.themes
    waiting = set(themes.loc[themes["status"] == "candidate", "theme_id"])
    given = facts.analysis.assignments[facts.analysis.assignments["theme_id"].isin(waiting)]
    best = given.sort_values("strength", ascending=False, kind="stable").assign(role="exemplar", rank=1)
    return _few_of_each(best, facts, discloser=discloser, settings=settings)


def quote_segments(
    segments: dict[str, pd.DataFrame], facts: Facts, *, discloser: Discloser, settings: Settings
) -> dict[str, tuple[Quote, ...]]:
    """Return quotes of given segments, strongest first, under the same rules as all quotes.

    Args:
        segments: segment_id and strength, by a name of what they show.
        facts: what is known of the segments.
        discloser: what may be shown.
        settings: the smallest group that is quoted.
    """
    frames = [rows[["segment_id", "strength"]].assign(theme_id=name) for name, rows in segments.items() if len(rows)]
    if not frames:
        return {}
    given = pd.concat(frames, ignore_index=True).sort_values("strength", ascending=False, kind="stable")
    best = given.drop_duplicates(["theme_id", "segment_id"]).assign(role="speaks", rank=1)
    return _few_of_each(best, facts, discloser=discloser, settings=settings)


def _few_of_each(
    best: pd.DataFrame, facts: Facts, *, discloser: Discloser, settings: Settings
) -> dict[str, tuple[Quote, ...]]:
    status = facts.analysis.quotes.sort_values("status").drop_duplicates("segment_id").set_index("segment_id")["status"]
    picked = best.assign(status=best["segment_id"].map(status).fillna("proposed"))
    picked = picked[picked["status"] != "withheld"]
    rows = _about(picked, facts)
    if not discloser.is_internal:
        rows = _releasable(rows, facts, smallest=settings.report.smallest_group_quoted)
    rows = rows.sort_values(["theme_id", "strength", "text"], ascending=[True, False, True], kind="stable")
    few = rows.drop_duplicates(["theme_id", "text"]).groupby("theme_id").head(SHOWN_BESIDE)
    found: dict[str, list[Quote]] = {}
    for row in records(few):
        found.setdefault(str(row.theme_id), []).append(_quote(row))
    return {name: tuple(quotes) for name, quotes in found.items()}


def _candidates(facts: Facts, *, with_evidence: bool) -> pd.DataFrame:
    """Return picked segments with what is known of them, each once a theme, in an order that rests on content."""
    picked = facts.analysis.quotes[["theme_id", "segment_id", "role", "rank", "status"]]
    if with_evidence:
        picked = pd.concat([picked, _evidence(facts)], ignore_index=True) if len(picked) else _evidence(facts)
    known = set(facts.themes["theme_id"])
    rows = _about(picked[picked["theme_id"].isin(known)], facts)
    rows = rows.assign(role_order=rows["role"].map(_ROLE_ORDER)).sort_values(
        ["theme_id", "role_order", "rank", "text"], kind="stable"
    )
    return rows.drop_duplicates(["theme_id", "segment_id"])


def _about(picked: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    about = facts.comments[["comment_id", "unit", "respondent_group", "service", "month", "may_quote"]]
    return (
        picked.merge(facts.analysis.segments[["segment_id", "comment_id", "text"]], on="segment_id", validate="m:1")
        .merge(about, on="comment_id", validate="m:1")
        .merge(facts.analysis.sentiments[["segment_id", "label"]], on="segment_id", how="left", validate="m:1")
    )


def _evidence(facts: Facts) -> pd.DataFrame:
    links = facts.analysis.theme_links[facts.analysis.theme_links["status"] != "rejected"]
    rows = [
        (row.theme_id, segment, "evidence", rank, "proposed")
        for row in records(links)
        for rank, segment in enumerate(row.evidence_segment_ids[:EVIDENCE_QUOTED], start=1)
    ]
    return pd.DataFrame(rows, columns=["theme_id", "segment_id", "role", "rank", "status"])


def _releasable(rows: pd.DataFrame, facts: Facts, *, smallest: int) -> pd.DataFrame:
    group_size = facts.comments.groupby("respondent_group")["unit"].nunique()
    service_size = facts.comments.groupby(["respondent_group", "service"])["unit"].nunique()
    in_group = rows["respondent_group"].map(group_size).fillna(0)
    kept = rows[(rows["status"] == "approved") & (in_group >= smallest) & rows["may_quote"].fillna(value=True)]
    pairs = zip(kept["respondent_group"], kept["service"], strict=True)
    is_named = [bool(service_size.get(pair, 0) >= smallest) for pair in pairs]
    return kept.assign(service=kept["service"].where(pd.Series(is_named, index=kept.index, dtype=bool)))


def _quote(row: Any) -> Quote:  # noqa: ANN401 (a row)
    get = row._asdict().get
    month = get("month")
    marks = []
    if get("status") == "withheld":
        marks.append("Withheld: do not quote")
    elif get("status") == "proposed":
        marks.append("Not yet approved")
    may_quote = get("may_quote")
    if not pd.isna(may_quote) and not may_quote:
        marks.append("No permission to quote")
    sentiment = get("label")
    return Quote(
        quote_id=get("segment_id"),
        anchor=f"quote-{words.slug(get('theme_id'))}-{words.slug(get('segment_id').replace('.', '-'))}",
        text=get("text"),
        respondent_group=get("respondent_group"),
        group=words.GROUP_ONE[get("respondent_group")],
        service="" if pd.isna(get("service")) else get("service"),
        month="" if pd.isna(month) else words.long_month(month.year, month.month),
        sentiment="" if pd.isna(sentiment) else words.SENTIMENTS[sentiment],
        role=get("role"),
        why=words.WHY_INCLUDED[get("role")],
        marks=tuple(marks),
    )


def _all_ids(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Return every comment of each theme in the canonical order of comments."""
    place = {comment: number for number, comment in enumerate(facts.analysis.safe_comments["comment_id"])}
    return {
        str(theme): tuple(sorted(set(rows["comment_id"]), key=place.__getitem__))
        for theme, rows in facts.voices.groupby("theme_id", sort=True)
    }
