"""What earlier runs have left for intake: records, files, people and sources, looked up when further files are read."""

from __future__ import annotations

import datetime  # noqa: TC003 (used in a NamedTuple)
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.globs import matches
from voice_of_care.intake.identity import digest_of
from voice_of_care.raw import FILES, LAYOUTS, PEOPLE, RECORDS
from voice_of_care.settings import MappingSettings
from voice_of_care.tables import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from voice_of_care.intake.marks import Marks
    from voice_of_care.settings import Settings

NOT_READ = "not read"
_LIVE = ("comment", "set_aside")
_ANY_FILE = MappingSettings().files


class Known(NamedTuple):
    """What earlier runs have read, as stored; nothing at all in a first analysis."""

    records: pd.DataFrame
    files: pd.DataFrame
    people: pd.DataFrame
    sources: pd.DataFrame
    layouts: pd.DataFrame = LAYOUTS.empty()


def nothing_known() -> Known:
    """Return what is known before the first run."""
    return Known(RECORDS.empty(), FILES.empty(), PEOPLE.empty(), SOURCES.empty())


class Record(NamedTuple):
    """One row of `raw.RECORDS`."""

    comment_id: str
    source: str
    source_ref: str
    family: str
    row: int
    state: str
    received_on: datetime.date | None
    response_id: str | None
    respondent_id: str | None
    session_id: str | None
    duplicate_of: str | None
    signature: str
    spot: str
    slot: str
    given: str | None
    cells: str
    words: str | None
    content: str
    record: str
    response: str | None
    respondent: str | None
    session: str | None
    run_id: int

    @property
    def is_live(self) -> bool:
        """Say whether it stands in the project, as a comment or set aside."""
        return self.state in _LIVE


class KnownFile(NamedTuple):
    """One row of `raw.FILES`."""

    file: str
    name: str
    shown: str
    settings: str
    sources: list[str]
    parts: list[str]
    run_id: int


def records_in(frame: pd.DataFrame) -> list[Record]:
    """Return rows of the table of records, in the order they stand."""
    plain = frame.astype("object").where(frame.notna(), None)
    plain["received_on"] = [None if day is None else day.date() for day in plain["received_on"]]
    return [Record(*row) for row in plain.itertuples(index=False, name=None)]


def files_in(frame: pd.DataFrame) -> list[KnownFile]:
    """Return rows of the table of files."""
    return [KnownFile(*row) for row in frame.itertuples(index=False, name=None)]


def said_of(name: str, settings: Settings) -> str:
    """Return a digest of what the settings say of reading a file of this name."""
    mappings = [entry.model_dump_json() for entry in settings.mapping if matches(entry.files, name)]
    sources = [entry.model_dump_json(exclude={"files"}) for entry in settings.sources if matches(entry.files, name)]
    return digest_of(settings.intake.model_dump_json(), *mappings, "sources", *sources)


def is_silent(name: str, settings: Settings) -> bool:
    """Say whether the settings have nothing to say of this file in particular."""
    mapped = any(entry.files != _ANY_FILE and matches(entry.files, name) for entry in settings.mapping)
    return not mapped and not any(matches(entry.files, name) for entry in settings.sources)


class Lookup:
    """The stored records that a batch may touch, found by what they have in common with it."""

    def __init__(self, known: Known, marks: Iterable[Marks], *, same_files: Iterable[str]) -> None:
        """Look up what a batch has in common with what is known.

        Args:
            known: what earlier runs have read.
            marks: those of the batch.
            same_files: sources read from files whose very bytes are read again.
        """
        self._frame = known.records
        self._families: dict[str, list[Record]] = {}
        self._replaced: Counter[str] | None = None
        self._names: dict[str, set[str]] = {}
        self.file_of = {source: file for file in files_in(known.files) for source in file.sources}
        self.records_in = dict(zip(known.sources["source"], known.sources["records"].tolist(), strict=True))
        self.by_given: dict[str, list[Record]] = defaultdict(list)
        self.by_cells: dict[str, list[Record]] = defaultdict(list)
        self.by_words: dict[str, list[Record]] = defaultdict(list)
        self.by_spot: dict[tuple[str, str], list[Record]] = defaultdict(list)
        listed = list(marks)
        frame = self._frame
        touched = (
            frame["given"].isin([each.given for each in listed if each.given])
            | frame["cells"].isin([each.cells for each in listed])
            | frame["words"].isin([each.words for each in listed if each.words]) & frame["given"].isna()
            | frame["source"].isin(list(same_files))
        )
        for record in sorted(records_in(frame[touched]), key=_in_order):
            self.by_spot[(record.source, record.spot)].append(record)
            if record.state == "replaced" or record.duplicate_of is not None:
                continue
            if record.given is not None:
                self.by_given[record.given].append(record)
            else:
                self.by_cells[record.cells].append(record)
                if record.words is not None:
                    self.by_words[record.words].append(record)

    def family(self, name: str) -> list[Record]:
        """Return the live records of a family, in order, without repeats."""
        if name not in self._families:
            frame = self._frame
            rows = frame[(frame["family"] == name) & frame["state"].isin(_LIVE) & frame["duplicate_of"].isna()]
            self._families[name] = sorted(records_in(rows), key=_in_order)
        return self._families[name]

    def repeats_of(self, comment_ids: Sequence[str]) -> list[Record]:
        """Return the live records that repeat these comments."""
        frame = self._frame
        return records_in(frame[frame["duplicate_of"].isin(comment_ids) & frame["state"].isin(_LIVE)])

    def replaced(self, comment_id: str) -> int:
        """Return how many times a record has been replaced before."""
        if self._replaced is None:
            frame = self._frame
            self._replaced = Counter(
                each.split(" ")[0] for each in frame.loc[frame["state"] == "replaced", "comment_id"]
            )
        return self._replaced[comment_id]

    def has_file_named(self, family: str, name: str) -> bool:
        """Say whether a file of a family had this name, whatever its folder."""
        if family not in self._names:
            sources = {family, *(record.source for record in self.family(family))}
            self._names[family] = {_base(self.file_of[source].name) for source in sources if source in self.file_of}
        return _base(name) in self._names[family]

    def settings_of(self, source: str) -> str:
        """Return the digest of the settings that a source was read under."""
        return self.file_of[source].settings if source in self.file_of else ""


def _in_order(record: Record) -> tuple[str, int]:
    return (record.source, record.row)


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1].casefold()
