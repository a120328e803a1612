"""Put the files of one batch in rounds, so that copies, corrections and later exports of others come after these.

The first round is every file that is no version of another before it. Each version has a round of its own, against what
is known by then: so it means what it would mean, had it been given by itself later.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.batches import find_versions, settle
from voice_of_care.intake.identity import digest_of
from voice_of_care.intake.known import nothing_known
from voice_of_care.intake.ledger import files_of, records_of
from voice_of_care.intake.marks import signature_of
from voice_of_care.intake.versions import ALIKE_BY_NAME, TELLING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from voice_of_care.intake.known import Known
    from voice_of_care.intake.reading import SourceRead

HANDFUL = 10  # under so many records, copied out of a file of ten times as many, are linked with these as repeats
_ALIKE_ANSWERS = 2  # answers alike under the same ids from which a file of the same batch may correct another
_ALIKE_ROWS = 3  # rows or passages in common from which it may, unless the smaller file has fewer
_EARLY = frozenset({"old", "original", "draft", "superseded", "backup", "uncorrected"})
_COPY = frozenset({"copy", "copies", "duplicate"})
_LATE = frozenset(
    {"corrected", "correction", "corrections", "final", "updated", "update", "new", "newest", "latest", "revised",
     "revision", "amended", "fixed"}
)  # fmt: skip
_WORD = re.compile(r"[a-z]+|\d+")
_VERSION = re.compile(r"(?:^|[^a-z])v(?:er|ersion)?[ ._-]?\d+(?![a-z\d])")
_NUMBERED = re.compile(r"\(\d+\)")


def order_of(name: str) -> tuple[int, tuple[tuple[int, int, str], ...], str]:
    """Return where a file stands in a batch: those whose names speak of a copy, a version or a correction come last."""
    plain = name.casefold()
    stem = plain.rsplit(".", 1)[0] if "." in plain.rsplit("/", 1)[-1] else plain
    said = _WORD.findall(stem)
    words = {*said}
    if words & _LATE or _VERSION.search(stem):
        rank = 2
    elif words & _COPY or _NUMBERED.search(stem):
        rank = 1
    else:
        rank = -1 if words & _EARLY else 0
    natural = tuple((0, int(word), "") if word.isdecimal() else (1, 0, word) for word in said)
    return rank, natural, name


def in_rounds(sources: Iterable[SourceRead], *, key: bytes) -> list[list[SourceRead]]:
    """Return the sources of a batch in rounds, those of one file in one round; each round in the order of names."""
    files: dict[str, list[SourceRead]] = defaultdict(list)
    for source in sources:
        files[source.file_name].append(source)
    ordered = sorted(files, key=order_of)
    shelf = _Compared([source for name in ordered for source in files[name]], key)
    later: list[str] = []
    handfuls: dict[str, list[SourceRead]] = defaultdict(list)
    for name in ordered:
        firsts = [first for source in files[name] for first in [shelf.first_of(source)] if first is not None]
        if not firsts:
            continue
        later.append(name)
        if len(files[name]) == 1 and shelf.is_extract(files[name][0], firsts[0]):
            handfuls[firsts[0].source].append(files[name][0])
    few = {
        source.file_name
        for own in handfuls.values()
        if sum(len(source.items) for source in own) < HANDFUL
        for source in own
    }
    later = [name for name in later if name not in few]
    first = [source for name in ordered if name not in later for source in files[name]]
    rounds = [first, *(files[name] for name in later)]
    return [sorted(own, key=lambda source: source.source) for own in rounds]


class _Has(NamedTuple):
    """What a source may have in common with others: response ids, answers under them, rows or passages without."""

    given: frozenset[tuple[str, str]]
    said: frozenset[tuple[str, str]]
    rows: frozenset[tuple[str, str]]


class _Compared:
    """Tells of which earlier source of the batch a source is a version."""

    def __init__(self, sources: Sequence[SourceRead], key: bytes) -> None:
        """Take the sources in their order."""
        self._key = key
        self._sources = sources
        self._place = {source.source: place for place, source in enumerate(sources)}
        self._has = [_has(source) for source in sources]
        self._index = [_index(each[number] for each in self._has) for number in range(len(_Has._fields))]
        self._alone: dict[int, Known] = {}

    def first_of(self, source: SourceRead) -> SourceRead | None:
        """Return the earlier source that a source is a version of, the one with most in common."""
        place = self._place[source.source]
        for other in self._candidates(place):
            if find_versions([source], known=self._known(other), key=self._key):
                return self._sources[other]
        return None

    def is_extract(self, source: SourceRead, other: SourceRead) -> bool:
        """Say whether a source is a few records of a large one, word for word."""
        own = {(item.slot, item.identity.cells) for item in source.items}
        theirs = {(item.slot, item.identity.cells) for item in other.items}
        return len(source.items) < HANDFUL and HANDFUL * len(source.items) <= len(other.items) and own <= theirs

    def _candidates(self, place: int) -> Iterator[int]:
        """Return earlier sources of other files that share enough to be looked at, those that share most first."""
        own = self._has[place]
        given, said, rows = (
            _shared(has, index, before=place) for has, index in zip(own, self._index, strict=True)
        )  # fmt: skip
        for other in sorted({*given, *rows}, key=lambda one: (-given[one] - rows[one], one)):
            least = min(len(own.rows), len(self._has[other].rows))
            alike = given[other] > 0 and said[other] >= min(_ALIKE_ANSWERS, given[other])
            near = rows[other] > 0 and rows[other] >= max(ALIKE_BY_NAME * least, min(_ALIKE_ROWS, least))
            if (alike or near) and self._sources[other].file_name != self._sources[place].file_name:
                yield other

    def _known(self, place: int) -> Known:
        """Return what would be known, had this source alone been read."""
        if place not in self._alone:
            nothing, own = nothing_known(), [self._sources[place]]
            settled = settle(own, known=nothing, key=self._key, run_id=1)
            self._alone[place] = nothing._replace(
                records=records_of(settled, nothing.records),
                files=files_of(own, nothing.files, key=self._key, run_id=1),
            )
        return self._alone[place]


def _has(source: SourceRead) -> _Has:
    given, said, rows = set(), set(), set()
    for item in source.items:
        own, words = item.identity, " ".join(item.text.split())
        if own.is_notes:
            if len(words) >= TELLING:
                rows.add((signature_of(item), words))
        elif own.response is not None:
            given.add((own.table, own.response))
            said.add((own.table, digest_of(own.response, item.slot, words)))
        else:
            rows.add((own.table, own.cells))
    return _Has(frozenset(given), frozenset(said), frozenset(rows))


def _index(sources: Iterable[frozenset[tuple[str, str]]]) -> Mapping[tuple[str, str], list[int]]:
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, own in enumerate(sources):
        for each in own:
            index[each].append(place)
    return index


def _shared(
    own: frozenset[tuple[str, str]], index: Mapping[tuple[str, str], list[int]], *, before: int
) -> Counter[int]:
    return Counter(other for each in own for other in index[each] if other < before)
