"""From what a batch means for the project to its tables: every record read is in one of them, and counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.intake.channels import NOTES, name_channels
from voice_of_care.intake.cleaning import FILE_NOT_READ, NO_LONGER_READ, NO_LONGER_THERE, REPEATS_CORRECTED
from voice_of_care.intake.identity import digest_of, sealed
from voice_of_care.intake.known import NOT_READ, KnownFile, files_in
from voice_of_care.raw import COMMENTS, FILES, PEOPLE, RECORDS, REPEATS
from voice_of_care.tables import SET_ASIDE, SOURCES, conform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.batches import Settled
    from voice_of_care.intake.items import Item
    from voice_of_care.intake.known import Known
    from voice_of_care.intake.reading import SourceRead
    from voice_of_care.intake.repeats import Ids

STEP = "intake"
_WHY_GONE = {"gone": NO_LONGER_THERE, "unread": NO_LONGER_READ}
_ASIDE = ("set_aside", "gone", "unread")


def comments_of(kept: Sequence[tuple[Item, Ids]], *, run_id: int = 1) -> pd.DataFrame:
    """Return items with their ids as the table of comments."""
    frame = pd.DataFrame(
        {
            "comment_id": [ids.comment_id for _, ids in kept],
            "source": [item.source for item, _ in kept],
            "source_ref": [item.source_ref for item, _ in kept],
            "response_id": [ids.response_id for _, ids in kept],
            "respondent_id": [ids.respondent_id for _, ids in kept],
            "session_id": [ids.session_id for _, ids in kept],
            "respondent_group": [item.respondent_group for item, _ in kept],
            "service": [item.service for item, _ in kept],
            "site": [item.site for item, _ in kept],
            "question": [item.question for item, _ in kept],
            "score": pd.array([item.score for item, _ in kept], dtype="Float64").to_numpy(
                "float64", na_value=float("nan")
            ),
            "received_on": pd.to_datetime(pd.Series([item.received_on for item, _ in kept], dtype="object")),
            "may_quote": pd.array([item.may_quote for item, _ in kept], dtype="boolean"),
            "people_present": pd.array([item.people_present for item, _ in kept], dtype="Int64"),
            "run_id": run_id,
            "raw_text": [item.text for item, _ in kept],
        }
    )
    return conform(frame, COMMENTS)


def repeats_of(settled: Settled) -> pd.DataFrame:
    """Return the new comments that repeat another, with the one they repeat."""
    rows = [
        (each.ids.comment_id, each.ids.duplicate_of)
        for each in settled.taken
        if each.item.reason is None and each.before is None and each.ids.duplicate_of
    ]
    return conform(pd.DataFrame(rows, columns=list(REPEATS.columns)), REPEATS)


def set_aside_of(settled: Settled, sources: Sequence[SourceRead]) -> pd.DataFrame:
    """Return what was set aside, with the reason: items, files that can't be read, comments that are gone."""
    rows: list[tuple[str | None, ...]] = [
        (STEP, each.ids.comment_id, each.item.source, each.item.source_ref, each.item.reason)
        for each in settled.taken
        if each.item.reason is not None
    ]
    rows.extend((STEP, each.comment_id, each.source, each.source_ref, _WHY_GONE[each.state]) for each in settled.gone)
    rows.extend((STEP, each.comment_id, each.source, each.source_ref, REPEATS_CORRECTED) for each in settled.stale)
    rows.extend((STEP, source.source, source.source, None, FILE_NOT_READ) for source in sources if not source.is_read)
    return conform(pd.DataFrame(rows, columns=list(SET_ASIDE.columns)), SET_ASIDE)


def records_of(settled: Settled, known: pd.DataFrame) -> pd.DataFrame:
    """Return the table of records as it stands after the batch."""
    rows = [each.record for each in settled.taken]
    rows += [*settled.gone, *settled.stale, *settled.refreshed, *settled.traces]
    fresh = conform(pd.DataFrame(rows, columns=list(RECORDS.columns)), RECORDS)
    if known.empty:
        return fresh
    left = known[~known["comment_id"].isin(fresh["comment_id"])]
    return pd.concat([left, fresh], ignore_index=True)


def files_of(sources: Sequence[SourceRead], known: pd.DataFrame, *, key: bytes, run_id: int) -> pd.DataFrame:
    """Return the table of files as it stands after the batch."""
    files: dict[str, KnownFile] = {file.file: file for file in files_in(known)}
    read: dict[str, KnownFile] = {}
    names = {source.file_name for source in sources}
    for file in list(files.values()):
        if file.settings == NOT_READ and file.name in names:
            del files[file.file]
    for source in sources:
        digest = file_digest(source.file.sha256 if source.file else source.file_name, key=key)
        said = source.said if source.is_read else NOT_READ
        before = read.get(digest)
        if before is None:
            read[digest] = KnownFile(
                digest, source.file_name, source.file_name, said, [source.source], [source.part], run_id
            )
        else:
            read[digest] = before._replace(sources=[*before.sources, source.source], parts=[*before.parts, source.part])
    for digest, file in read.items():
        stored = files.get(digest)
        if stored is not None:
            kept = [place for place, source in enumerate(stored.sources) if source not in file.sources]
            file = file._replace(
                name=stored.name,
                shown=stored.shown,
                sources=[*file.sources, *(stored.sources[place] for place in kept)],
                parts=[*file.parts, *(stored.parts[place] for place in kept)],
            )
        files[digest] = file
    return conform(pd.DataFrame(list(files.values()), columns=list(FILES.columns)), FILES)


def file_digest(sha256: str, *, key: bytes) -> str:
    """Return what a file is known again by."""
    return sealed(digest_of("file", sha256), key=key)


def people_of(names: frozenset[str], known: pd.DataFrame, *, run_id: int) -> pd.DataFrame:
    """Return the table of people as it stands after the batch."""
    new = sorted(names - set(known["name"]))
    fresh = conform(pd.DataFrame({"name": new, "run_id": run_id}), PEOPLE)
    return fresh if known.empty else pd.concat([known, fresh], ignore_index=True)


def sources_of(
    settled: Settled, sources: Sequence[SourceRead], records: pd.DataFrame, *, known: Known, run_id: int
) -> pd.DataFrame:
    """Return the rows of sources read, and of stored sources whose counts the batch has changed."""
    read = {source.source for source in sources}
    touched = {each.source for each in (*settled.gone, *settled.stale, *settled.traces)} - read
    counted = records.loc[records["source"].isin(read | touched), ["source", "state"]]
    states = Counter(zip(counted["source"], counted["state"], strict=True))
    channels = _channels(sources, settled.signatures, known)
    rows = []
    for source in sources:
        comments, aside = _counts(states, source.source)
        rows.append(
            (
                source.source,
                source.format,
                source.preset,
                source.facts.records,
                comments,
                aside + (not source.is_read),
                settled.elsewhere[source.source],
                list(source.problems),
                channels[source.source],
                run_id,
            )
        )
    fresh = conform(pd.DataFrame(rows, columns=list(SOURCES.columns)), SOURCES)
    recounted = _recounted(known.sources, touched, states)
    return fresh if recounted.empty else conform(pd.concat([fresh, recounted], ignore_index=True), SOURCES)


def _recounted(sources: pd.DataFrame, touched: set[str], states: Counter[tuple[str, str]]) -> pd.DataFrame:
    """Return the rows of stored sources that records were taken from, or are gone from, with their counts made anew."""
    rows = sources[sources["source"].isin(touched)]
    before = rows["comments"] + rows["set_aside"] + rows["elsewhere"].fillna(0)
    counts = [_counts(states, source) for source in rows["source"]]
    comments = pd.Series([number for number, _ in counts], index=rows.index, dtype="Int64")
    aside = pd.Series([number for _, number in counts], index=rows.index, dtype="Int64")
    return rows.assign(comments=comments, set_aside=aside, elsewhere=(before - comments - aside).clip(lower=0))


def _counts(states: Counter[tuple[str, str]], source: str) -> tuple[int, int]:
    return states[(source, "comment")], sum(states[(source, state)] for state in _ASIDE)


def _channels(sources: Sequence[SourceRead], signatures: Mapping[str, str], known: Known) -> dict[str, str]:
    """Return the channel of each source read."""
    stored: dict[str, str] = {}
    if len(known.records):
        channel_of = dict(zip(known.sources["source"], known.sources["channel"], strict=True))
        firsts = known.records.drop_duplicates(["signature", "source"])
        for source, signature in zip(firsts["source"], firsts["signature"], strict=True):
            if source in channel_of:
                stored.setdefault(signature, channel_of[source])
    tables = [
        (source.source, source.file_name, signatures[source.source])
        for source in sources
        if source.source in signatures and source.preset != NOTES
    ]
    names = name_channels(tables, known=stored)
    return {
        source.source: NOTES if source.preset == NOTES
        else names[signatures[source.source]] if source.source in signatures else NOT_READ
        for source in sources
    }  # fmt: skip
