"""Find in a batch what the project has already: copies, later exports that hold earlier ones, corrected files.

A source is a version of stored ones (a family) where enough of what they share is alike: of the response ids that both
have, those with the same words; in tables without ids, the same rows; in notes, passages with the same words.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from voice_of_care.intake.items import Item
    from voice_of_care.intake.known import Lookup, Record
    from voice_of_care.intake.marks import Marks

ALIKE = 0.5  # share of what two files have in common that must be alike for one to be a version of the other
ALIKE_BY_NAME = 0.25  # the same, where the files have one name
ALIKE_IF_SHORT = 0.9  # the same, where the only rows are so short that two people may have written them
STILL_THERE = 0.9  # share of a table's rows that a version under another name has; the rest are no longer there
STILL_THERE_BY_NAME = 0.5  # the same, where the files have one name, and for notes
TELLING = 20  # characters from which the same words with another date are the same answer


class Entry(NamedTuple):
    """One item of the batch and what it is known again by."""

    number: int
    item: Item
    marks: Marks


class Claim(NamedTuple):
    """A stored record that an item stands for; whether the item may correct it, and whether it stays in its place."""

    record: Record
    may_change: bool
    in_place: bool = False


@dataclass(frozen=True)
class Incoming:
    """A source of the batch, and what is known of its file."""

    name: str
    settings: str
    entries: tuple[Entry, ...]
    was: tuple[str, ...] = ()  # sources read before from the same bytes
    is_notes: bool = False


@dataclass(frozen=True)
class Matched:
    """What a source of the batch has in common with the project.

    claims: by number of an item, the stored record it stands for.
    attached: by number, a stored record of the same response, to whose response a new answer belongs.
    sessions: by number, a stored record of the same session, for new passages of notes.
    speakers: by number, a stored record of the same speaker.
    versions: families that the source is a version of, the nearest first.
    """

    claims: dict[int, Claim] = field(default_factory=dict)
    attached: dict[int, Record] = field(default_factory=dict)
    sessions: dict[int, Record] = field(default_factory=dict)
    speakers: dict[int, Record] = field(default_factory=dict)
    versions: tuple[str, ...] = ()


def match_source(source: Incoming, lookup: Lookup) -> Matched:
    """Find what a source has in common with the project."""
    if source.was:
        return _match_same_bytes(source, lookup)
    if source.is_notes:
        return _match_notes(source, lookup)
    answers = _match_answers(source, [entry for entry in source.entries if entry.marks.given is not None], lookup)
    rows = _match_rows(source, [entry for entry in source.entries if entry.marks.given is None], lookup)
    return Matched(
        {**answers.claims, **rows.claims},
        {**answers.attached, **rows.attached},
        versions=tuple(dict.fromkeys((*answers.versions, *rows.versions))),
    )


def _match_same_bytes(source: Incoming, lookup: Lookup) -> Matched:
    """Match by place: the file was read before under other settings."""
    claims = {}
    rows: dict[int, Record] = {}
    missed = []
    for entry in source.entries:
        there = [record for was in source.was for record in lookup.by_spot[(was, entry.marks.spot)]]
        if there:
            first = min(there, key=lambda record: record.duplicate_of is not None)
            claims[entry.number] = Claim(first, may_change=True, in_place=True)
            rows.setdefault(entry.item.place, first)
        else:
            missed.append(entry)
    attached = {entry.number: rows[entry.item.place] for entry in missed if entry.item.place in rows}
    families = dict.fromkeys(claim.record.family for claim in claims.values())
    return Matched(claims, {} if source.is_notes else attached, versions=tuple(families))


# --- tables with response ids ----------------------------------------------------------------------------------------


def _match_answers(source: Incoming, entries: Sequence[Entry], lookup: Lookup) -> Matched:
    candidates = {entry.number: _same_answer(entry, lookup) for entry in entries}
    versions = _alike_answers(source, entries, candidates, lookup)
    claims: dict[int, Claim] = {}
    taken: set[str] = set()
    for entry in entries:
        exact = [record for record in candidates[entry.number] if record.cells == entry.marks.cells]
        if exact:
            record = min(exact, key=lambda one: (not one.is_live, _rank(one.family, versions)))
            other = lookup.settings_of(record.source) != source.settings and record.family in versions
            claims[entry.number] = Claim(record, may_change=other)
            taken.add(record.comment_id)
    attached: dict[int, Record] = {}
    for entry in entries:
        if entry.number in claims:
            continue
        given = [record for record in lookup.by_given[entry.marks.given or ""] if record.family in versions]
        given.sort(key=lambda one: (not one.is_live, _rank(one.family, versions)))
        free = [one for one in given if one.slot == entry.marks.slot and one.comment_id not in taken]
        if free:
            claims[entry.number] = Claim(free[0], may_change=True)
            taken.add(free[0].comment_id)
        elif given:
            attached[entry.number] = given[0]
    return Matched(claims, attached, versions=versions)


def _same_answer(entry: Entry, lookup: Lookup) -> list[Record]:
    return [record for record in lookup.by_given[entry.marks.given or ""] if record.slot == entry.marks.slot]


def _alike_answers(
    source: Incoming, entries: Sequence[Entry], candidates: dict[int, list[Record]], lookup: Lookup
) -> tuple[str, ...]:
    """Return the families whose answers under the same response ids are mostly the same."""
    shared: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    for entry in entries:
        by_family: dict[str, list[Record]] = defaultdict(list)
        for record in candidates[entry.number]:
            by_family[record.family].append(record)
        for family, records in by_family.items():
            is_alike = any(_is_same_answer(entry, record) for record in records)
            if is_alike or entry.marks.words is not None or any(record.words is not None for record in records):
                shared[family] += 1
                alike[family] += is_alike
    found = [
        family
        for family, number in shared.items()
        if alike[family] and alike[family] >= _share(source, family, lookup) * number
    ]
    return tuple(sorted(found, key=lambda family: (-alike[family], family)))


def _is_same_answer(entry: Entry, record: Record) -> bool:
    if entry.marks.cells == record.cells:
        return True
    if entry.marks.words is None or entry.marks.words != record.words:
        return False
    return entry.item.received_on == record.received_on or len(entry.item.text) >= TELLING


# --- tables without them ---------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """A stored row: its answers by slot."""

    family: str
    source: str
    row: int
    answers: dict[str, Record]


def _match_rows(source: Incoming, entries: Sequence[Entry], lookup: Lookup) -> Matched:
    rows: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        rows[entry.item.place].append(entry)
    stored = {cells: _rows_of(lookup.by_cells[cells]) for cells in {entry.marks.cells for entry in entries}}
    versions = _alike_rows(source, list(rows.values()), stored, lookup)
    pairs: dict[int, _Row] = {}
    seen: Counter[str] = Counter()
    for place in sorted(rows):
        first = rows[place][0]
        is_telling = first.item.identity.is_telling
        pool = [row for row in stored[first.marks.cells] if is_telling or row.family in versions]
        if seen[first.marks.cells] < len(pool):
            pairs[place] = pool[seen[first.marks.cells]]
        seen[first.marks.cells] += 1
    corrected = _pair_corrected(rows, pairs, versions[0], lookup) if versions else {}
    return _claims_of_rows(source, rows, pairs, corrected, versions, lookup)


def _claims_of_rows(
    source: Incoming,
    rows: dict[int, list[Entry]],
    pairs: dict[int, _Row],
    corrected: dict[int, _Row],
    versions: tuple[str, ...],
    lookup: Lookup,
) -> Matched:
    claims: dict[int, Claim] = {}
    attached: dict[int, Record] = {}
    for place, row in {**pairs, **corrected}.items():
        other = lookup.settings_of(row.source) != source.settings and row.family in versions
        for entry in rows[place]:
            if entry.marks.slot in row.answers:
                record = row.answers[entry.marks.slot]
                claims[entry.number] = Claim(record, may_change=other or place in corrected)
            else:
                attached[entry.number] = next(iter(row.answers.values()))
    return Matched(claims, attached, versions=versions)


def _rows_of(records: Iterable[Record]) -> list[_Row]:
    """Return stored rows, those that stand before those that are gone."""
    answers: dict[tuple[str, bool], dict[str, Record]] = defaultdict(dict)
    for record in records:
        answers[(record.response or record.comment_id, record.is_live)].setdefault(record.slot, record)
    found = [_Row(first.family, first.source, first.row, by_slot) for by_slot in answers.values()
             for first in [next(iter(by_slot.values()))]]  # fmt: skip
    return sorted(found, key=lambda row: (not next(iter(row.answers.values())).is_live, row.source, row.row))


def _alike_rows(
    source: Incoming, rows: Sequence[Sequence[Entry]], stored: dict[str, list[_Row]], lookup: Lookup
) -> tuple[str, ...]:
    """Return the families that share enough rows with a table."""
    wanted = Counter(row[0].marks.cells for row in rows)
    telling = {row[0].marks.cells for row in rows if row[0].item.identity.is_telling}
    there: dict[str, Counter[str]] = defaultdict(Counter)
    for cells, found in stored.items():
        for row in found:
            if next(iter(row.answers.values())).is_live:
                there[row.family][cells] += 1
    alike = {}
    for family, common in there.items():
        size = len({record.response for record in lookup.family(family) if record.given is None})
        shared = (common & wanted).total()
        told = sum(min(number, wanted[each]) for each, number in common.items() if each in telling)
        of_telling = sum(number for each, number in wanted.items() if each in telling)
        share = _share(source, family, lookup)
        if telling:
            is_alike = shared >= share * min(len(rows), size) and told >= share * min(of_telling, size)
        else:
            is_alike = shared >= (ALIKE if share == ALIKE_BY_NAME else ALIKE_IF_SHORT) * min(len(rows), size)
        if is_alike:
            alike[family] = shared
    return tuple(sorted(alike, key=lambda family: (-alike[family], family)))


def _pair_corrected(
    rows: dict[int, list[Entry]], pairs: dict[int, _Row], family: str, lookup: Lookup
) -> dict[int, _Row]:
    """Pair rows that are left over: those with the same words, then those that stand between the same rows."""
    live = [record for record in lookup.family(family) if record.given is None]
    taken = {record.comment_id for row in pairs.values() for record in row.answers.values()}
    left = [row for row in _rows_of(live) if not any(one.comment_id in taken for one in row.answers.values())]
    places = [place for place in sorted(rows) if place not in pairs]
    corrected = _pair_by_words({place: rows[place] for place in places}, left)
    done = {id(row) for row in corrected.values()}
    place_of = {next(iter(row.answers.values())).comment_id: place for place, row in {**pairs, **corrected}.items()}
    by_source: dict[str, list[_Row]] = defaultdict(list)
    for row in _rows_of(live):
        by_source[row.source].append(row)
    free = [place for place in places if place not in corrected]
    for source in sorted(by_source):
        paired = _pair_by_neighbours(by_source[source], place_of, free, len(rows))
        corrected.update({place: row for place, row in paired.items() if id(row) not in done})
        free = [place for place in free if place not in corrected]
    return corrected


def _pair_by_words(rows: dict[int, list[Entry]], left: Sequence[_Row]) -> dict[int, _Row]:
    def words(answers: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((slot, said) for slot, said in answers if said is not None))

    by_words: dict[tuple[tuple[str, str], ...], list[_Row]] = defaultdict(list)
    for row in left:
        by_words[words((slot, record.words) for slot, record in row.answers.items())].append(row)
    places: dict[tuple[tuple[str, str], ...], list[int]] = defaultdict(list)
    for place, entries in rows.items():
        places[words((entry.marks.slot, entry.marks.words) for entry in entries)].append(place)
    return {
        found[0]: by_words[said][0]
        for said, found in places.items()
        if said and len(found) == 1 and len(by_words.get(said, ())) == 1
    }


def _pair_by_neighbours(
    stored: Sequence[_Row], place_of: dict[str, int], free: Sequence[int], count: int
) -> dict[int, _Row]:
    """Pair runs of rows without a pair, where a run of as many stands between the same rows in the other file."""
    pairs: dict[int, _Row] = {}
    run: list[_Row] = []
    before = -1
    ends: list[tuple[int, list[_Row], int]] = []
    for row in stored:
        place = place_of.get(next(iter(row.answers.values())).comment_id)
        if place is None:
            run.append(row)
            continue
        ends.append((before, run, place))
        before, run = place, []
    ends.append((before, run, max((*free, *place_of.values(), count)) + 1))
    for start, missing, end in ends:
        between = [place for place in free if start < place < end]
        others = any(start < place < end for place in place_of.values())
        if missing and not others and len(between) == len(missing):
            pairs.update(zip(between, missing, strict=True))
    return pairs


# --- notes -----------------------------------------------------------------------------------------------------------


def _match_notes(source: Incoming, lookup: Lookup) -> Matched:
    """Match notes with the stored notes they are a version of: passages with the same words are the same."""
    wanted: Counter[str | None] = Counter(
        entry.marks.words for entry in source.entries if entry.marks.words is not None
    )
    there: dict[str, Counter[str | None]] = defaultdict(Counter)
    for words in wanted:
        for record in lookup.by_words[words or ""]:
            if record.is_live and record.signature == source.entries[0].marks.signature:
                there[record.family][words] += 1
    alike = {}
    for family, common in there.items():
        size = sum(record.words is not None for record in lookup.family(family))
        shared = (common & wanted).total()
        if shared >= _share(source, family, lookup) * min(wanted.total(), size):
            alike[family] = shared
    if not alike:
        return Matched()
    family = min(alike, key=lambda name: (-alike[name], name))
    return _claims_of_notes(source, family, lookup)


def _claims_of_notes(source: Incoming, family: str, lookup: Lookup) -> Matched:
    claims: dict[int, Claim] = {}
    taken: set[str] = set()
    by_cells: dict[str | None, deque[Record]] = defaultdict(deque)
    by_words: dict[str | None, deque[Record]] = defaultdict(deque)
    for record in lookup.family(family):
        by_cells[record.cells].append(record)
        by_words[record.words].append(record)
    for entry in source.entries:
        if by_cells[entry.marks.cells]:
            record = by_cells[entry.marks.cells].popleft()
            taken.add(record.comment_id)
            claims[entry.number] = Claim(record, may_change=lookup.settings_of(record.source) != source.settings)
    for entry in source.entries:
        if entry.marks.words is None or entry.number in claims:
            continue
        free = by_words[entry.marks.words]
        while free and free[0].comment_id in taken:
            free.popleft()
        if free:
            claims[entry.number] = Claim(free.popleft(), may_change=True)
    sessions: dict[str | None, Record] = {}
    speakers: dict[tuple[str | None, str | None], Record] = {}
    for entry in source.entries:
        if entry.number in claims:
            own = entry.item.identity
            sessions.setdefault(own.session, claims[entry.number].record)
            speakers.setdefault((own.session, own.respondent), claims[entry.number].record)
    fresh = [entry for entry in source.entries if entry.number not in claims]
    return Matched(
        claims,
        {},
        {each.number: sessions[each.item.identity.session] for each in fresh if each.item.identity.session in sessions},
        {
            each.number: speakers[(each.item.identity.session, each.item.identity.respondent)]
            for each in fresh
            if each.item.identity.respondent and (each.item.identity.session, each.item.identity.respondent) in speakers
        },
        (family,),
    )


# --- what is no longer there -----------------------------------------------------------------------------------------


def find_gone(sources: Sequence[tuple[Incoming, Matched]], lookup: Lookup) -> list[Record]:
    """Return the stored records that corrected files no longer have, and no other file of the batch has either."""
    claimed = {claim.record.comment_id for _, matched in sources for claim in matched.claims.values()}
    gone: dict[str, Record] = {}
    for source, matched in sources:
        own = {claim.record.comment_id for claim in matched.claims.values()}
        for family in matched.versions if not _is_copy(source, matched, own, lookup) else ():
            missing = _missing(source, own, family, lookup)
            gone.update({record.comment_id: record for record in missing if record.comment_id not in claimed})
    return [gone[comment_id] for comment_id in sorted(gone, key=lambda one: (gone[one].source, gone[one].row))]


def _is_copy(source: Incoming, matched: Matched, own: set[str], lookup: Lookup) -> bool:
    """Say whether a table holds what a stored one held: what is gone was settled when that one was read."""
    claims = matched.claims
    is_same = all(entry.number in claims and claims[entry.number].record.cells == entry.marks.cells
                  for entry in source.entries)  # fmt: skip
    if source.is_notes or not is_same:
        return False
    there: dict[str, list[str]] = defaultdict(list)
    for family in matched.versions:
        for record in lookup.family(family):
            there[record.source].append(record.comment_id)
    return any(
        lookup.records_in.get(name) == len(source.entries) and own.issuperset(ids) for name, ids in there.items()
    )


def _missing(source: Incoming, own: set[str], family: str, lookup: Lookup) -> list[Record]:
    if source.was:
        return [record for record in lookup.family(family)
                if record.source in source.was and record.comment_id not in own]  # fmt: skip
    slots = {entry.marks.slot for entry in source.entries}
    records = [record for record in lookup.family(family) if record.slot in slots]
    within = records if source.is_notes else _within(source, records, own)
    there = sum(record.comment_id in own for record in within)
    is_lax = source.is_notes or lookup.has_file_named(family, source.name)
    least = STILL_THERE_BY_NAME if is_lax else STILL_THERE
    if source.is_notes and lookup.has_file_named(family, source.name):
        least = ALIKE_BY_NAME
    if there < least * len(within):
        return []
    return [record for record in within if record.comment_id not in own]


def _within(source: Incoming, records: Sequence[Record], own: set[str]) -> list[Record]:
    """Return the records that a version covers: in its range of dates; without dates, between rows that it has."""
    days = [entry.item.received_on for entry in source.entries if entry.item.received_on is not None]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for record in records:
        if record.comment_id in own:
            first.setdefault(record.source, record.row)
            last[record.source] = record.row
    adds_nothing = len(own) == len(source.entries)
    earliest, latest = min(days, default=None), max(days, default=None)

    def is_within(record: Record) -> bool:
        if earliest is not None and latest is not None and record.received_on is not None:
            return earliest <= record.received_on <= latest
        return adds_nothing or (record.source in first and first[record.source] <= record.row <= last[record.source])

    return [record for record in records if is_within(record)]


def _share(source: Incoming, family: str, lookup: Lookup) -> float:
    return ALIKE_BY_NAME if lookup.has_file_named(family, source.name) else ALIKE


def _rank(family: str, versions: Sequence[str]) -> int:
    return versions.index(family) if family in versions else len(versions)
