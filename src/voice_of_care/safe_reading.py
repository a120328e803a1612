"""Reading files into comments whose very names are safe: people in names of files and channels are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_of_care.deidentify import redact_labels
from voice_of_care.intake import read_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from voice_of_care.intake.known import Known
    from voice_of_care.intake.reading import ReadComments
    from voice_of_care.settings import DeidentifySettings, Settings


def read_safely_named(
    paths: Sequence[Path],
    *,
    settings: Settings,
    key: bytes,
    known: Known | None = None,
    run_id: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ReadComments:
    """Read comments, and take people's names out of the names of their files wherever these stand."""
    read = read_comments(paths, settings=settings, key=key, known=known, run_id=run_id, progress=progress)
    stored = set() if known is None else {*known.sources["source"], *known.files["shown"]}
    names = sorted(({*read.sources["source"], *read.set_aside["source"], *read.files["shown"]}) - stored)
    channels = set() if known is None else {*known.sources["channel"]}
    wanted = sorted({*names, *read.sources["channel"], *(file.name for file in read.seen)} - channels)
    redacted = redact_labels(wanted, settings=with_names(settings.deidentify, read.names), key=key, of="files")
    safe = _told_apart([name for name in wanted if name in set(names)], redacted, taken=stored)
    channel_of = _told_apart(
        [name for name in read.sources["channel"].unique() if name in redacted], redacted, taken=channels
    )
    changed = sorted((name for name in names if safe[name] != name), key=len, reverse=True)
    if not changed and all(channel_of[name] == name for name in channel_of) and not read.seen:
        return read

    def renamed(text: str) -> str:
        for name in changed:
            text = text.replace(name, safe[name])
        return text

    def in_column(frame: pd.DataFrame, column: str, names_of: Mapping[str, str] = safe) -> pd.Series:
        return frame[column].map(lambda name: names_of.get(name, name))

    aside, sources, records, files = read.set_aside, read.sources, read.records, read.files
    return read._replace(
        comments=read.comments.assign(source=in_column(read.comments, "source")),
        set_aside=aside.assign(source=in_column(aside, "source"), item_id=aside["item_id"].map(renamed)),
        sources=sources.assign(
            source=in_column(sources, "source"),
            problems=sources["problems"].map(lambda problems: [renamed(problem) for problem in problems]),
            channel=in_column(sources, "channel", channel_of),
        ),
        records=records.assign(source=in_column(records, "source"), family=in_column(records, "family")),
        files=files.assign(
            shown=in_column(files, "shown"),
            sources=files["sources"].map(lambda listed: [safe.get(name, name) for name in listed]),
        ),
        seen=tuple(file._replace(name=redacted.get(file.name, file.name)) for file in read.seen),
    )


def _told_apart(names: Sequence[str], redacted: Mapping[str, str], *, taken: set[str]) -> dict[str, str]:
    """Return the redacted form of each name, numbered where it is taken already."""
    safe: dict[str, str] = {}
    used = set(taken)
    for name in names:
        candidate, number = redacted[name], 1
        while candidate in used:
            number += 1
            candidate = f"{redacted[name]} ({number})"
        used.add(candidate)
        safe[name] = candidate
    return safe


def with_names(settings: DeidentifySettings, names: Sequence[str]) -> DeidentifySettings:
    """Return the settings with further names to take out: those of people whom notes list as present or speaking."""
    return settings.model_copy(update={"names": (*settings.names, *names)})


def why_none(read: ReadComments) -> str:
    """Say why no comment could be used."""
    problems = [
        each if each.startswith(row["source"]) else f"{row['source']}: {each}"
        for row in read.sources.to_dict("records")
        for each in row["problems"]
    ]
    reasons = [f"set aside: {reason}" for reason in sorted(set(read.set_aside["reason"]))]
    return " ".join(["no comment could be used.", *(problems or reasons or ["The folder is empty."])[:1]])
