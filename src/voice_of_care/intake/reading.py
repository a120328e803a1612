"""Read files into comments, each with its ids; what can't be read is set aside with the reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.errors import InputError
from voice_of_care.intake.batches import Settled, corrections_of, find_versions, settle
from voice_of_care.intake.items import Facts, Item, find_defaults
from voice_of_care.intake.known import NOT_READ, Known, KnownFile, files_in, is_silent, nothing_known, said_of
from voice_of_care.intake.layout import MAPPING, Layout, find_layout
from voice_of_care.intake.ledger import (
    comments_of,
    file_digest,
    files_of,
    people_of,
    records_of,
    repeats_of,
    set_aside_of,
    sources_of,
)
from voice_of_care.intake.memory import Memory, TableSeen
from voice_of_care.intake.notes import read_notes
from voice_of_care.intake.people import names_in
from voice_of_care.intake.readers import FoundFile, ReadFile, find_files, read_file
from voice_of_care.intake.records import read_table
from voice_of_care.intake.rounds import in_rounds, order_of
from voice_of_care.raw import FILES, LAYOUTS, PEOPLE, RECORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from voice_of_care.intake.readers import Grid
    from voice_of_care.settings import Settings

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
    records, files, people, layouts: these tables as they stand after the batch, whole.
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
    layouts: pd.DataFrame = LAYOUTS.empty()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    aside_gone: tuple[str, ...] = ()
    sources_gone: tuple[str, ...] = ()
    seen: tuple[SeenFile, ...] = ()
    already: int = 0


@dataclass(frozen=True)
class SourceRead:
    """One table, or the notes of one file, as read.

    file_name: the file's path below the folder given. read_as: the name by which the settings know it. part: the sheet
    or table of it. said: digest of what the settings say of it. was: the stored source that was read from the same
    bytes under other settings, if there is one.
    """

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
    file_name: str = ""
    read_as: str = ""
    part: str = ""
    said: str = ""
    was: tuple[str, ...] = ()


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
    before = known or nothing_known()
    shelf = Shelf(before, key, run_id)
    read = list(read_sources(paths, settings=settings, shelf=shelf, progress=progress))
    layouts = shelf.memory.keep(_layouts(read), run_id=run_id)
    memory = Memory(layouts, key)
    sources = list(read_alike(read, settings=settings, memory=memory))
    now, told, people = before._replace(layouts=layouts), [], before.people
    for own in in_rounds(sources, key=key):
        own = read_as_before(own, settings=settings, memory=memory, known=now, key=key)
        settled = settle(own, known=now, key=key, run_id=run_id)
        own = [replace(source, problems=(*source.problems, *corrections_of(source.source, settled))) for source in own]
        told.append(_tell(settled, own, known=now, run_id=run_id))
        names = frozenset().union(*(names_in(source.file.passages) for source in own if source.file))
        people = people_of(names, people, run_id=run_id)
        now = Known(
            told[-1].records, files_of(own, now.files, key=key, run_id=run_id), people,
            _overwritten([now.sources, told[-1].sources]), layouts,
        )  # fmt: skip
    one = _as_one(told, known=before)
    return one._replace(
        names=tuple(sorted(people["name"])),
        files=now.files,
        people=people,
        layouts=layouts,
        aside_gone=(*one.aside_gone, *shelf.reopened),
        seen=tuple(shelf.seen),
    )


def _as_one(told: Sequence[ReadComments], *, known: Known) -> ReadComments:
    """Return what the rounds of a batch bring together, against what was known before the first."""
    if len(told) == 1:
        return told[0]
    state_of = dict(zip(known.records["comment_id"], known.records["state"], strict=True))
    comments, aside = told[0].comments, told[0].set_aside
    for each in told[1:]:
        comments = _overwritten([comments[~comments["comment_id"].isin(each.gone)], each.comments])
        aside = pd.concat([aside[~aside["item_id"].isin(each.aside_gone)], each.set_aside], ignore_index=True)
    stand = set(comments["comment_id"])
    gone = dict.fromkeys(comment_id for each in told for comment_id in each.gone)
    back = dict.fromkeys(item_id for each in told for item_id in each.aside_gone)
    repeats = pd.concat([each.repeats for each in told], ignore_index=True)
    sources = _overwritten([each.sources for each in told])
    return ReadComments(
        comments,
        repeats[repeats["comment_id"].isin(stand)].reset_index(drop=True),
        aside,
        sources,
        (),
        records=told[-1].records,
        changed=tuple(each for each in comments["comment_id"] if state_of.get(each) == "comment"),
        gone=tuple(each for each in gone if each not in stand and state_of.get(each) == "comment"),
        aside_gone=tuple(each for each in back if state_of.get(each, "comment") != "comment"),
        sources_gone=tuple(sorted({*sources["source"]} & {*known.sources["source"]})),
        already=sum(each.already for each in told),
    )


def _overwritten(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other; of rows with one key (the first column) the last, where the first stood."""
    filled = [frame for frame in frames if len(frame)]
    if len(filled) < 2:
        return filled[0] if filled else frames[0]
    rows = pd.concat(filled, ignore_index=True)
    key = rows.columns[0]
    place = {name: number for number, name in reversed([*enumerate(rows[key])])}
    last = rows.drop_duplicates(key, keep="last")
    return last.iloc[last[key].map(place).argsort(kind="stable")].reset_index(drop=True)


def _tell(settled: Settled, sources: Sequence[SourceRead], *, known: Known, run_id: int) -> ReadComments:
    """Return what a batch brings, without what is known of files, people and layouts."""
    records = records_of(settled, known.records)
    rows = sources_of(settled, sources, records, known=known, run_id=run_id)
    kept = [each for each in settled.taken if each.item.reason is None]
    stood = [each for each in settled.taken if each.before is not None and each.before.state == "comment"]
    back = [each for each in settled.taken if each.before is not None and each.before.state != "comment"]
    return ReadComments(
        comments_of([(each.item, each.ids) for each in kept], run_id=run_id),
        repeats_of(settled),
        set_aside_of(settled, sources),
        rows,
        (),
        records=records,
        changed=tuple(each.ids.comment_id for each in stood if each.item.reason is None),
        gone=(
            *(each.ids.comment_id for each in stood if each.item.reason is not None),
            *(each.comment_id for each in (*settled.gone, *settled.stale)),
        ),
        aside_gone=tuple(each.ids.comment_id for each in back),
        sources_gone=tuple(sorted({*rows["source"]} & {*known.sources["source"]})),
        already=settled.already,
    )


class Shelf:
    """The files read before: tells those that need not be read again, and gives sources names of their own."""

    def __init__(self, known: Known, key: bytes, run_id: int) -> None:
        """Take the files and sources that are known, and the number of this run."""
        files = files_in(known.files)
        self.memory = Memory(known.layouts, key)
        self._key = key
        self._run_id = run_id
        self._here: set[str] = set()
        self._by_digest = {file.file: file for file in files if file.settings != NOT_READ}
        self._not_read = {file.name: file.shown for file in files if file.settings == NOT_READ}
        self._names = {*known.sources["source"], *(file.shown for file in files)}
        self._taken_over: set[str] = set()
        self.seen: list[SeenFile] = []
        self.reopened: list[str] = []

    def find(self, path: Path) -> KnownFile | None:
        """Return the file that was read before with the same bytes."""
        if not self._by_digest:
            return None
        try:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return None
        return self._by_digest.get(file_digest(sha256, key=self._key))

    def note(self, content: ReadFile, read_as: str, said: str) -> None:
        """Note a file that this run has read, so that its copies are not read too."""
        digest = file_digest(content.sha256, key=self._key)
        if digest not in self._by_digest:
            self._here.add(digest)
            self._by_digest[digest] = KnownFile(digest, read_as, content.name, said, [], [], self._run_id)

    def is_here(self, file: KnownFile) -> bool:
        """Say whether a file was first read in this run."""
        return file.file in self._here

    def skip(self, name: str, file: KnownFile) -> None:
        """Note that a file was read before as it is."""
        self.seen.append(SeenFile(name, file.shown, file.run_id))

    def label(self, name: str) -> str:
        """Return what a file goes by: its name, numbered where another source has it."""
        if name in self._not_read:
            self.reopened.append(self._not_read[name])
            return self._not_read.pop(name)
        return _unused(name, self._names)

    def label_again(self, file: KnownFile, part: str, proposed: str) -> tuple[str, tuple[str, ...]]:
        """Return the name of a source that is read again, and the stored source it was, if it was one."""
        for stored, source in zip(file.parts, file.sources, strict=True):
            if stored == part and source not in self._taken_over:
                self._taken_over.add(source)
                return source, (source,)
        return _unused(proposed, self._names), ()


def read_sources(
    paths: Sequence[Path],
    *,
    settings: Settings,
    shelf: Shelf | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[SourceRead]:
    """Read each source of files and folders, in the order of their names; those of the shelf only if need be."""
    found = find_files(paths)
    on = shelf or Shelf(nothing_known(), b"", 1)
    for problem in found.problems:
        yield SourceRead(
            on.label(problem.name), "not read", problems=(problem.reason,), is_read=False, file_name=problem.name,
            read_as=problem.name,
        )  # fmt: skip
    for done, file in enumerate(sorted(found.files, key=lambda file: order_of(file.name))):
        if progress is not None:
            progress(done, len(found.files))
        yield from _read_sources_of(file, settings=settings, shelf=on)
    if progress is not None:
        progress(len(found.files), len(found.files))


def _read_sources_of(file: FoundFile, *, settings: Settings, shelf: Shelf) -> Iterator[SourceRead]:
    known = shelf.find(file.path)
    read_as = file.name
    if known is not None:
        if is_silent(file.name, settings):
            read_as = known.name
        if said_of(read_as, settings) == known.settings:
            shelf.skip(file.name, known)
            return
        if shelf.is_here(known):
            known, read_as = None, file.name
    label = known.shown if known else shelf.label(file.name)
    try:
        content = read_file(file.path, label, settings=settings.intake)
    except InputError as error:
        ending = file.path.suffix.lstrip(".").lower() or "?"
        yield SourceRead(label, ending, problems=(str(error),), is_read=False, file_name=file.name,
                         read_as=file.name)  # fmt: skip
        return
    said = said_of(read_as, settings)
    shelf.note(content, read_as, said)
    for source in read_content(content, settings=settings, name=read_as, memory=shelf.memory):
        told = replace(source, file_name=file.name, read_as=read_as, said=said)
        if known is not None:
            name, was = shelf.label_again(known, source.part, source.source)
            items = tuple(replace(item, source=name) for item in source.items)
            told = replace(told, source=name, was=was, items=items)
        yield told


def read_alike(sources: Iterable[SourceRead], *, settings: Settings, memory: Memory) -> Iterator[SourceRead]:
    """Read the tables anew that were read otherwise than others of the same columns, in larger files or mapped ones."""
    for source in sources:
        is_alike = source.layout is None or source.preset == MAPPING or memory.agrees(source.layout, source.facts)
        yield source if is_alike else _read_again(source, source.read_as, settings=settings, memory=memory)


def read_as_before(
    sources: Sequence[SourceRead], *, settings: Settings, memory: Memory, known: Known, key: bytes
) -> list[SourceRead]:
    """Read versions of stored files anew, as the settings have it for these, where they say nothing of the new name."""
    if known.records.empty or not (settings.mapping or settings.sources):
        return list(sources)
    silent = [source for source in sources if source.file and not source.was and is_silent(source.file_name, settings)]
    names = find_versions(silent, known=known, key=key)
    found = []
    for source in sources:
        name = names.get(source.source)
        if name is None or is_silent(name, settings):
            found.append(source)
        else:
            told = replace(source, read_as=name, said=said_of(name, settings))
            found.append(_read_again(told, name, settings=settings, memory=memory))
    return found


def _read_again(source: SourceRead, name: str, *, settings: Settings, memory: Memory) -> SourceRead:
    """Read the same table or notes of a file as the settings have it for a file of this name."""
    if source.file is None:
        return source
    for other in read_content(source.file, settings=settings, name=name, memory=memory):
        if other.part == source.part:
            items = tuple(replace(item, source=source.source) for item in other.items)
            return replace(source, items=items, facts=other.facts, layout=other.layout, preset=other.preset,
                           problems=other.problems)  # fmt: skip
    return source


def read_to_inspect(paths: Sequence[Path], *, settings: Settings) -> list[SourceRead]:
    """Read the sources of files and folders as a first analysis would."""
    read = list(read_sources(paths, settings=settings))
    layouts = Memory(LAYOUTS.empty(), b"").keep(_layouts(read), run_id=1)
    return sorted(read_alike(read, settings=settings, memory=Memory(layouts, b"")), key=lambda each: each.source)


def _layouts(sources: Iterable[SourceRead]) -> list[TableSeen]:
    return [
        TableSeen(source.layout, source.facts, len({item.place for item in source.items if item.reason is None}))
        for source in sources
        if source.layout and source.is_read
    ]


def read_content(
    content: ReadFile, *, settings: Settings, name: str | None = None, memory: Memory | None = None
) -> Iterator[SourceRead]:
    """Read the sources of one file, its tables and its notes.

    Args:
        content: the file's.
        settings: mappings, sources and how files are read.
        name: what the settings know the file by.
        memory: how tables were read before.
    """
    read_as = name or content.name
    defaults = find_defaults(read_as, settings)
    grids = [grid for grid in content.grids if grid.rows]
    recall = memory.recall if memory is not None else None
    layouts = [find_layout(grid, name=read_as, settings=settings, recall=recall) for grid in grids]
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
            content.name, content.format, notes.items, notes.facts, preset="notes", problems=problems, file=content,
            part="notes",
        )  # fmt: skip
        problems = ()
    names: set[str] = {content.name} if has_notes else set()
    for number, (grid, layout) in enumerate(tables, start=1):
        label = grid.sheet or f"table {number}"
        source = _unused(f"{content.name} [{label}]" if several else content.name, names)
        table = read_table(grid, layout, source=source, defaults=defaults, settings=settings.intake)
        yield SourceRead(
            source, content.format, table.items, table.facts, layout, grid.first_row + layout.header_row,
            layout.preset, (*problems, *layout.problems, *problems_of_facts(table.facts)), content, part=label,
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
