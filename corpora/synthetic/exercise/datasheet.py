"""The counts of the datasheet, written from the manifest so that they are never out of date."""

from __future__ import annotations

from typing import Any

START = "<!-- counts: written by make_listening_exercise.py -->\n"
END = "<!-- end of counts -->"


def with_counts(datasheet: str, manifest: dict[str, Any]) -> str:
    """Return the datasheet with its counts as the manifest has them."""
    before, rest = datasheet.split(START)
    return f"{before}{START}\n{_counts(manifest)}\n{END}{rest.split(END)[1]}"


def _counts(manifest: dict[str, Any]) -> str:
    flags, identifiers = manifest["flags"], manifest["identifiers"]
    before, after = manifest["improving"]["before"], manifest["improving"]["after"]
    months = manifest["growing"]["by_month"]
    early = [said for month, said in months.items() if month < "2025-01"]
    late = [said for month, said in months.items() if month >= "2025-01"]
    unraised = [f"{topic['label']} ({topic['framework_id']})" for topic in manifest["unraised"]]
    aside = f"{flags['empty']} empty, {flags['non_answer']} non-answers, {flags['not_english']} not English"
    rows = [
        ("hand-written statements", f"{manifest['statements']}"),
        ("rows in the gold file", f"{manifest['records']:,}"),
        ("comments with words", f"{manifest['comments_with_words']:,} ({manifest['distinct_texts']:,} distinct)"),
        ("by group", _listed(manifest["by_group"])),
        ("by service", _listed(manifest["by_service"])),
        ("by site", _listed(manifest["by_site"])),
        ("by sentiment", _listed(manifest["by_sentiment"])),
        ("by theme", _listed(manifest["by_theme"])),
        ("identifiers", _listed(identifiers)),
        ("terms that must stay", f"{manifest['protected_terms']}"),
        ("campaign", f"{flags['campaign']} letters about a treatment room, {flags['altered']} of them altered"),
        ("repeated records", f"{flags['repeat']}"),
        ("grows in the last months", f"it_systems: {_share(early)} before January 2025, {_share(late)} after"),
        ("improves after a dated action", f"parking, from {manifest['improving']['on']} on: {_listed(before)} before; "
                                          f"{_listed(after)} after"),
        ("in one service only", f"{manifest['single_service']['theme']}, in {manifest['single_service']['service']}"),
        ("raised by nobody", "; ".join(unraised)),
        ("to be set aside", aside),
        ("for a person to see", f"{flags['safeguarding']} safeguarding, {flags['residual_risk']} residual risk, "
                                f"{flags['third_party']} about a third person"),
    ]  # fmt: skip
    return "\n".join(["| what | how much |", "|---|---|", *(f"| {what} | {much} |" for what, much in rows), ""])


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _share(months: list[list[int]]) -> str:
    raised, asked = (sum(column) for column in zip(*months, strict=True))
    return f"{raised} of {asked} comments"
