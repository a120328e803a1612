"""Read files into comments, each with its ids; what can't be read is set aside with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.errors import InputError
from voice_of_care.intake.cleaning import FILE_NOT_READ
from voice_of_care.intake.items import Facts, Item, find_defaults
from voice_of_care.intake.layout import Layout, find_layout
from voice_of_care.intake.notes import read_notes
from voice_of_care.intake.people import names_in
from voice_of_care.intake.readers import ReadFile, find_files, read_file
from voice_of_care.intake.records import read_table
from voice_of_care.intake.repeats import Ids, give_ids
from voice_of_care.raw import COMMENTS, FILES, PEOPLE, RECORDS, REPEATS
from voice_of_care.tables import SET_ASIDE, SOURCES, conform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from voice_of_care.intake.known import Known
    from voice_of_care.intake.readers import Grid
    from voice_of_care.settings import Settings

STEP = "intake"
NO_HEADER = (
    "No header row with data below was found. Give each column a header of its own, or name them in the settings: "
    "[mapping] files, comment."
)
_LISTED = 10  # record numbers named in a problem


class SeenFile(NamedTuple):
    """A file that was read before, by its name now and then, and the run that read it."""

    name: str
    was: str
    run_id: int


class ReadComments(NamedTuple):
    """What a batch of files brings: what is new or changed, and what it makes of what was stored.

    comments: the comments that are new, or that a corrected file changed (same comment_id, new content).
    repeats: which of them repeat another of this batch.
    set_aside: what was set aside, stored comments that are gone among them, each with its reason.
    sources: the sources read, and stored ones whose counts have changed; those named in `sources_gone` replace a row.
    names: the people whom notes list as present or speaking, earlier ones too: to be taken out of what was said.
    records, files, people: these tables as they stand after the batch, whole.
    changed: comment_ids of stored comments that stand in `comments` with new content.
    gone: comment_ids of stored comments that are comments no longer; `set_aside` says why.
    aside_gone: item_ids of stored rows of `set_aside` (of this step) that hold no longer.
    sources_gone: names of stored sources whose rows `sources` replaces.
    seen: files that were skipped, because they were read before as they are.
    already: comments found that were in the project already, skipped files not counted.
    """

    comments: pd.DataFrame
    repeats: pd.DataFrame
    set_aside: pd.DataFrame
    sources: pd.DataFrame
    names: tuple[str, ...]
    records: pd.DataFrame = RECORDS.empty()
    files: pd.DataFrame = FILES.empty()
    people: pd.DataFrame = PEOPLE.empty()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    aside_gone: tuple[str, ...] = ()
    sources_gone: tuple[str, ...] = ()
    seen: tuple[SeenFile, ...] = ()
    already: int = 0


@dataclass(frozen=True)
class SourceRead:
    """One table, or the notes of one file, as read."""

    source: str
    format: str
    items: tuple[Item, ...] = ()
    facts: Facts = field(default_factory=Facts)
    layout: Layout | None = None
    header_row: int | None = None
    preset: str | None = None
    problems: tuple[str, ...] = ()
    file: ReadFile | None = None
    is_read: bool = True


def read_comments(
    paths: Sequence[Path],
    *,
    settings: Settings,
    key: bytes,
    known: Known | None = None,
    run_id: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ReadComments:
    """Read every comment in files and folders that is not known yet.

    A file that can't be read is set aside and listed among the sources; the rest goes on.

    Args:
        paths: files, and folders that are read recursively.
        settings: mappings, sources and how files are read.
        key: the project's key, from which all ids are made.
        known: what earlier runs have read.
        run_id: number of this run.
        progress: called with the files done and their number.

    Raises:
        InputError: a path does not exist.
        SettingsError: a mapping names a column that its file does not have.
    """
    sources = tuple(read_sources(paths, settings=settings, progress=progress))
    items = [item for source in sources for item in source.items]
    ids = give_ids(items, key=key)
    order = sorted(range(len(items)), key=lambda i: (items[i].source, items[i].place, items[i].position))
    kept = [(items[i], ids[i]) for i in order if items[i].reason is None]
    aside = [(items[i], ids[i]) for i in order if items[i].reason is not None]
    return ReadComments(
        comments_of(kept),
        conform(
            pd.DataFrame(
                [(ids.comment_id, ids.duplicate_of) for _, ids in kept if ids.duplicate_of],
                columns=list(REPEATS.columns),
            ),
            REPEATS,
        ),
        _set_aside(aside, sources),
        _sources(sources),
        tuple(sorted(frozenset().union(*(names_in(source.file.passages) for source in sources if source.file)))),
    )


def read_sources(
    paths: Sequence[Path], *, settings: Settings, progress: Callable[[int, int], None] | None = None
) -> Iterator[SourceRead]:
    """Read each source of files and folders, in the order of their names."""
    found = find_files(paths)
    names: set[str] = set()
    for problem in found.problems:
        yield SourceRead(_unused(problem.name, names), "not read", problems=(problem.reason,), is_read=False)
    for done, file in enumerate(found.files):
        if progress is not None:
            progress(done, len(found.files))
        name = _unused(file.name, names)
        try:
            content = read_file(file.path, name, settings=settings.intake)
        except InputError as error:
            yield SourceRead(name, file.path.suffix.lstrip(".").lower() or "?", problems=(str(error),), is_read=False)
            continue
        yield from read_content(content, settings=settings)
    if progress is not None:
        progress(len(found.files), len(found.files))


def read_content(content: ReadFile, *, settings: Settings) -> Iterator[SourceRead]:
    """Read the sources of one file: its tables and its notes."""
    defaults = find_defaults(content.name, settings)
    grids = [grid for grid in content.grids if grid.rows]
    layouts = [find_layout(grid, name=content.name, settings=settings) for grid in grids]
    tables = [(grid, layout) for grid, layout in zip(grids, layouts, strict=True) if layout and layout.comments]
    has_notes = any(passage.kind not in {"heading", "attendees"} for passage in content.passages)
    several = len(tables) + has_notes > 1
    unread = _problems_of_unread(grids, layouts)
    problems = (*content.problems, *unread)
    if not tables and not has_notes:
        said = problems or ("Nothing to read was found in it.",)
        yield SourceRead(content.name, content.format, problems=said, file=content, is_read=False,
                         layout=next((layout for layout in layouts if layout), None))  # fmt: skip
        return
    if has_notes:
        notes = read_notes(content.passages, source=content.name, defaults=defaults, settings=settings.intake)
        yield SourceRead(
            content.name, content.format, notes.items, notes.facts, preset="notes", problems=problems, file=content
        )
        problems = ()
    names: set[str] = {content.name} if has_notes else set()
    for number, (grid, layout) in enumerate(tables, start=1):
        label = grid.sheet or f"table {number}"
        source = _unused(f"{content.name} [{label}]" if several else content.name, names)
        table = read_table(grid, layout, source=source, defaults=defaults, settings=settings.intake)
        yield SourceRead(
            source, content.format, table.items, table.facts, layout, grid.first_row + layout.header_row,
            layout.preset, (*problems, *layout.problems, *problems_of_facts(table.facts)), content,
        )  # fmt: skip
        problems = ()


def problems_of_facts(facts: Facts) -> tuple[str, ...]:
    """Return what a user should know of dates and groups, one line each."""
    problems = []
    if facts.impossible_dates:
        number, where = len(facts.impossible_dates), ", ".join(facts.impossible_dates[:_LISTED])
        more = ", ..." if number > _LISTED else ""
        problems.append(f"Dates that can't be read and are unknown: {number} (records {where}{more}).")
    day, month = facts.date_formats.get("day/month/year", 0), facts.date_formats.get("month/day/year", 0)
    if day and month:
        problems.append(
            f"Dates with the day first: {day}, with the month first: {month}; could be either and were read as "
            f"the settings say: {facts.either_dates}. Check the months."
        )
    elif facts.either_dates and facts.either_dates == day + month:
        problems.append(
            f"Dates that could have the day or the month first and were read as the settings say: {day + month}."
        )
    if facts.unknown_groups:
        number = sum(facts.unknown_groups.values())
        problems.append(
            f"Records with a respondent group that is not in the vocabulary: {number}. Add it to [intake.group_words]."
        )
    return tuple(problems)


def _problems_of_unread(grids: Sequence[Grid], layouts: Sequence[Layout | None]) -> tuple[str, ...]:
    problems = []
    for grid, layout in zip(grids, layouts, strict=True):
        where = f"Sheet {grid.sheet}: " if grid.sheet and len(grids) > 1 else ""
        if layout is None:
            problems.append(where + NO_HEADER)
        elif not layout.comments:
            problems.extend(where + problem for problem in layout.problems or ("There is no record below the header.",))
    return tuple(problems)


def _unused(name: str, names: set[str]) -> str:
    candidate, number = name, 1
    while candidate in names:
        number += 1
        candidate = f"{name} ({number})"
    names.add(candidate)
    return candidate


def comments_of(kept: Sequence[tuple[Item, Ids]]) -> pd.DataFrame:
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
            "run_id": 1,
            "raw_text": [item.text for item, _ in kept],
        }
    )
    return conform(frame, COMMENTS)


def _set_aside(aside: Sequence[tuple[Item, Ids]], sources: Sequence[SourceRead]) -> pd.DataFrame:
    rows: list[tuple[str | None, ...]] = [
        (STEP, ids.comment_id, item.source, item.source_ref, item.reason) for item, ids in aside
    ]
    rows.extend((STEP, source.source, source.source, None, FILE_NOT_READ) for source in sources if not source.is_read)
    return conform(pd.DataFrame(rows, columns=list(SET_ASIDE.columns)), SET_ASIDE)


def _sources(sources: Sequence[SourceRead]) -> pd.DataFrame:
    rows = []
    for source in sorted(sources, key=lambda source: source.source):
        aside = sum(item.reason is not None for item in source.items)
        rows.append(
            (
                source.source,
                source.format,
                source.preset,
                source.facts.records,
                len(source.items) - aside,
                aside + (not source.is_read),
                0,
                list(source.problems),
                source.preset or source.format,
                1,
            )
        )
    return conform(pd.DataFrame(rows, columns=list(SOURCES.columns)), SOURCES)
