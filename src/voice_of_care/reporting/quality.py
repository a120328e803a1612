"""Data quality and method: what came in, what was set aside and why, what is missing, and how it was done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care import counting
from voice_of_care.reporting import facts as facts_of
from voice_of_care.reporting import words
from voice_of_care.reporting.facts import records

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Count, Discloser, ShownShare
    from voice_of_care.reporting.facts import Facts

MOST_KINDS = 4
MOST_MONTHS = 18
_MISSING = {
    "received_on": "Date not known",
    "service": "Service not known",
    "site": "Site not known",
    "score": "No score given",
    "may_quote": "Permission to quote not known",
}


@dataclass(frozen=True)
class SourceLine:
    """The ledger of one source: comments in = analysed + set aside."""

    source: str
    kind: str
    comments_in: Count
    analysed: Count
    set_aside: Count
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Tally:
    """A named count, with its share of comments where that means something."""

    label: str
    count: Count
    share: ShownShare | None = None
    note: str = ""


@dataclass(frozen=True)
class MixCell:
    """Comments of one kind of source in one month."""

    kind: str
    month: str
    place: int
    count: Count


@dataclass(frozen=True)
class Quality:
    """What section 'Data quality' shows."""

    total: SourceLine
    sources: tuple[SourceLine, ...]
    reasons: tuple[Tally, ...]
    missing: tuple[Tally, ...]
    duplicates: Count
    without_duplicates: Count
    campaigns: int
    campaign_comments: Count
    people_once: Count
    people_each: Count
    redactions: tuple[Tally, ...]
    flags: tuple[Tally, ...]
    unthemed: ShownShare
    mix: tuple[MixCell, ...]
    mix_months: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """What section 'Method and limits' shows of this run; no times, so that the same run gives the same page."""

    models: tuple[tuple[str, str], ...]
    code_version: str
    settings_hash: str
    input_hash: str
    decisions: tuple[tuple[str, int], ...]

    @property
    def model_names(self) -> tuple[str, ...]:
        """Return the models, each once; a file is named after its model's folder."""
        return tuple(dict.fromkeys(name.split("/")[0] for name, _ in self.models))

    @property
    def decision_count(self) -> int:
        """Return how many decisions people took."""
        return sum(number for _, number in self.decisions)


def view_quality(facts: Facts, *, discloser: Discloser) -> Quality:
    """Return the data quality as a profile lets it out; comments are suppressed as people are."""
    analysis = facts.analysis
    everything = analysis.safe_comments
    lines = _ledger(facts, discloser)
    total = _total(facts, discloser)
    in_campaign = everything["campaign_id"].notna()
    repeats = int(everything["duplicate_of"].notna().sum())
    once, each = (
        int(counting.units(everything, count_campaigns=how).reindex(facts.comments["comment_id"]).nunique())
        for how in ("once", "each")
    )
    without = int((~analysis.segments["segment_id"].isin(facts.voices["segment_id"])).sum())
    mix_months, mix = _mix(facts, discloser)
    return Quality(
        total=total,
        sources=lines,
        reasons=_reasons(facts, discloser),
        missing=_missing(facts, discloser),
        duplicates=discloser.count(repeats),
        without_duplicates=discloser.count(len(everything) - repeats),
        campaigns=int(everything.loc[in_campaign, "campaign_id"].nunique()),
        campaign_comments=discloser.count(int(in_campaign.sum())),
        people_once=discloser.count(once),
        people_each=discloser.count(each),
        redactions=_tallies(analysis.redactions["kind"], discloser),
        flags=tuple(
            Tally(words.FLAG_KINDS[str(kind)], discloser.count(int(rows["comment_id"].nunique())))
            for kind, rows in analysis.flags.groupby("kind", sort=True)
        ),
        unthemed=discloser.share(without, len(analysis.segments)),
        mix=mix,
        mix_months=mix_months,
    )


def _aside_later(facts: Facts) -> pd.DataFrame:
    """Return the comments set aside after reading, one row each, with their source."""
    comments = facts.analysis.safe_comments[["comment_id", "source"]]
    left_out = comments[~comments["comment_id"].isin(facts.comments["comment_id"])]
    return left_out.reset_index(drop=True)


def _ledger(facts: Facts, discloser: Discloser) -> tuple[SourceLine, ...]:
    later = _aside_later(facts)["source"].value_counts()
    rows = facts.analysis.sources.sort_values("source", kind="stable")
    counts = []
    for row in records(rows):
        aside = int(row.set_aside) + int(later.get(row.source, 0))
        counts.append([int(row.comments) + int(row.set_aside) - aside, aside])
    shown = discloser.table(counts)
    return tuple(
        SourceLine(
            source=str(row.source),
            kind=_kind(row.format, row.preset),
            comments_in=discloser.count(sum(numbers)),
            analysed=cells[0],
            set_aside=cells[1],
            problems=tuple(row.problems) if discloser.is_internal else (),
        )
        for row, numbers, cells in zip(records(rows), counts, shown, strict=True)
    )


def _total(facts: Facts, discloser: Discloser) -> SourceLine:
    sources = facts.analysis.sources
    comments_in = int(sources["comments"].sum()) + int(sources["set_aside"].sum())
    aside = int(sources["set_aside"].sum()) + len(_aside_later(facts))
    analysed, left = discloser.vector([comments_in - aside, aside])
    return SourceLine("All sources", "", discloser.count(comments_in), analysed, left, ())


def _kind(kind: str, preset: str | None) -> str:
    name = words.FORMATS.get(str(kind).lower(), str(kind))
    return (
        name
        if pd.isna(preset) or not preset
        else f"{words.PRESETS.get(str(preset), words.sentence_case(str(preset)))} ({name})"
    )


def _reasons(facts: Facts, discloser: Discloser) -> tuple[Tally, ...]:
    aside = facts.analysis.set_aside
    counted = aside.groupby(["step", "reason"], sort=True).size().rename("items").reset_index()
    tallies = [
        Tally(
            words.sentence_case(row.reason), discloser.count(int(row.items)), note=words.STEPS.get(row.step, row.step)
        )
        for row in records(counted)
    ]
    return tuple(sorted(tallies, key=lambda tally: (-tally.count.rank, tally.label, tally.note)))


def _missing(facts: Facts, discloser: Discloser) -> tuple[Tally, ...]:
    comments = facts.comments
    numbers = {label: int(comments[column].isna().sum()) for column, label in _MISSING.items()}
    numbers["Respondent group not known"] = int((comments["respondent_group"] == "unknown").sum())
    return tuple(
        Tally(label, discloser.count(number), discloser.share(number, len(comments)))
        for label, number in numbers.items()
    )


def _tallies(values: pd.Series, discloser: Discloser) -> tuple[Tally, ...]:
    tallies = [
        Tally(words.redaction_kind(str(kind)), discloser.count(int(number)))
        for kind, number in values.value_counts(sort=False).items()
    ]
    return tuple(sorted(tallies, key=lambda tally: (-tally.count.rank, tally.label)))


def _mix(facts: Facts, discloser: Discloser) -> tuple[tuple[str, ...], tuple[MixCell, ...]]:
    months = facts_of.months_until(facts.newest, MOST_MONTHS)
    comments = facts.analysis.safe_comments
    months = months[months >= comments["received_on"].min().to_period("M")] if len(months) else months
    sources = facts.analysis.sources
    kind_of = {row.source: _kind(row.format, row.preset) for row in records(sources)}
    dated = pd.DataFrame(
        {
            "kind": comments["source"].map(kind_of).fillna("Other sources"),
            "month": comments["received_on"].dt.to_period("M"),
        }
    ).dropna()
    # The commonest kinds keep a row of their own; ties go by name.
    sizes = sorted(dated["kind"].value_counts().items(), key=lambda item: (-discloser.count(item[1]).rank, item[0]))
    kept = [kind for kind, _ in sizes[: MOST_KINDS - 1]] if len(sizes) > MOST_KINDS else [kind for kind, _ in sizes]
    dated = dated.assign(kind=dated["kind"].where(dated["kind"].isin(kept), "Other sources"))
    kinds = [*kept, *(["Other sources"] if (~pd.Series(list(dated["kind"])).isin(kept)).any() else [])]
    counted = dated.groupby(["kind", "month"]).size().to_dict()
    shown = discloser.table([[int(counted.get((kind, month), 0)) for month in months] for kind in kinds])
    labels = tuple(words.long_month(month.year, month.month) for month in months)
    cells = tuple(
        MixCell(str(kind), label, place, count)
        for kind, row in zip(kinds, shown, strict=True)
        for place, (label, count) in enumerate(zip(labels, row, strict=True))
    )
    return labels, cells


def view_method(facts: Facts) -> Method:
    """Return how the latest run was made."""
    runs = facts.analysis.runs
    actions = facts.analysis.events["action"]
    decisions = actions[~actions.str.startswith("ballot.")].value_counts(sort=False)  # how many voted is told apart
    counted = tuple(sorted((str(action), int(number)) for action, number in decisions.items()))
    if runs.empty:
        return Method((), "", "", "", counted)
    run = runs.sort_values("run_id").iloc[-1]
    models = json.loads(run["model_hashes"] or "{}")
    return Method(
        tuple(sorted((str(name), str(digest)) for name, digest in models.items())),
        str(run["code_version"]),
        str(run["settings_hash"]),
        str(run["input_hash"]),
        counted,
    )
