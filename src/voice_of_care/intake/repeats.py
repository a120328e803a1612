"""Give every comment its ids, and find the records that were read twice.

A record's identity is the header signature of its table with its response id and question; without a response id, all
its cells and how-manieth time they stand in the file. Where one response id stands for different cells in two files, as
in two exports that both count from 1, the cells become part of the identity. Notes: the session's content, the words,
their headings and speaker.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.identity import (
    COMMENT_PREFIX,
    RESPONDENT_PREFIX,
    RESPONSE_PREFIX,
    SESSION_PREFIX,
    digest_of,
    keyed_ids,
    sealed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.items import Item

_OVERLAP = 0.5  # share of the smaller table's rows found in the other, from which two tables are copies


class Named(NamedTuple):
    """An id, and the sealed identity it was given to."""

    id: str
    sealed: str


class Ids(NamedTuple):
    """The ids of one item; `duplicate_of` is the comment_id of the same record read before; `record` is sealed."""

    comment_id: str
    response: Named | None
    respondent: Named | None
    session: Named | None
    duplicate_of: str | None
    record: str

    @property
    def response_id(self) -> str | None:
        """Return the response's id."""
        return self.response.id if self.response else None

    @property
    def respondent_id(self) -> str | None:
        """Return the respondent's id."""
        return self.respondent.id if self.respondent else None

    @property
    def session_id(self) -> str | None:
        """Return the session's id."""
        return self.session.id if self.session else None


class Standing(NamedTuple):
    """Ids that an item has already, from a stored record; those that are None are made."""

    comment: Named | None = None
    response: Named | None = None
    respondent: Named | None = None
    session: Named | None = None


class Before(NamedTuple):
    """What ids were given to before: sealed identities of records and responses, and who has each id, by its prefix."""

    identities: frozenset[str]
    owners: Mapping[str, Mapping[str, str]]


_NOTHING = Before(frozenset(), MappingProxyType({}))
_NO_ID: Mapping[str, str] = MappingProxyType({})


class _RowKey(NamedTuple):
    table: str
    cells: str


class _Identities(NamedTuple):
    record: str
    response: str | None


class _Past(NamedTuple):
    """Tells whether an identity was given an id before."""

    identities: frozenset[str]
    key: bytes

    def has(self, identity: str) -> bool:
        return bool(self.identities) and sealed(identity, key=self.key) in self.identities


def give_ids(
    items: Sequence[Item], *, key: bytes, standing: Mapping[int, Standing] | None = None, before: Before = _NOTHING
) -> list[Ids]:
    """Return the ids of items, in their order; the same for any order of the items.

    Args:
        items: what was read.
        key: the project's key.
        standing: by place in `items`, ids that an item has already.
        before: what ids were given to before; no other record gets these.
    """
    has = standing or {}
    made = [i for i in range(len(items)) if i not in has or has[i].comment is None]
    identities = _identities(items, made, has, _Past(before.identities, key))
    records, first_of = _number_repeats(items, identities)
    own = {i: has.get(i, Standing()) for i in range(len(items))}
    respondents = {i: _respondent_of(items[i], identities.get(i), own[i]) for i in own if own[i].respondent is None}
    sessions = {i: _session_of(items[i]) for i in own if own[i].session is None}
    responses = {i: identities[i].response for i in identities if own[i].response is None}

    def named(prefix: str, wanted: Mapping[int, str | None]) -> dict[int, Named]:
        given = {i: identity for i, identity in wanted.items() if identity is not None}
        ids = keyed_ids(prefix, given.values(), key=key, owners=before.owners.get(prefix, _NO_ID))
        seals = {identity: sealed(identity, key=key) for identity in ids}
        return {i: Named(ids[identity], seals[identity]) for i, identity in given.items()}

    comment = named(COMMENT_PREFIX, records)
    response, respondent = named(RESPONSE_PREFIX, responses), named(RESPONDENT_PREFIX, respondents)
    session = named(SESSION_PREFIX, sessions)
    return [
        Ids(
            (stored.comment or comment[i]).id,
            stored.response or response.get(i),
            stored.respondent or respondent.get(i),
            stored.session or session.get(i),
            comment[first_of[i]].id if first_of.get(i, i) != i else None,
            stored.comment.sealed if stored.comment else sealed(identities[i].record, key=key),
        )
        for i, stored in own.items()
    ]


def _number_repeats(
    items: Sequence[Item], identities: Mapping[int, _Identities]
) -> tuple[dict[int, str], dict[int, int]]:
    """Return each record's identity, told apart where it was read before, and the first item of each record."""
    order = sorted(identities, key=lambda i: (items[i].source, items[i].place, items[i].position))
    first_by: dict[str, int] = {}
    seen: Counter[str] = Counter()
    records: dict[int, str] = {}
    for i in order:
        record = identities[i].record
        first_by.setdefault(record, i)
        seen[record] += 1
        records[i] = record if seen[record] == 1 else f"{record}\x1frepeat {seen[record]}"
    return records, {i: first_by[identities[i].record] for i in order}


def _respondent_of(item: Item, identity: _Identities | None, stored: Standing) -> str | None:
    given = item.identity.respondent
    if given is None:
        return None
    if item.identity.answers_once:
        if stored.response is not None:
            return digest_of("respondent of", stored.response.id)
        if identity is not None and identity.response is not None:
            return digest_of("respondent of", identity.response)
    return digest_of("respondent", item.identity.table, given)


def _session_of(item: Item) -> str | None:
    given = item.identity.session
    return None if given is None else digest_of("session", item.identity.table, given)


def _identities(
    items: Sequence[Item], made: Sequence[int], standing: Mapping[int, Standing], past: _Past
) -> dict[int, _Identities]:
    found: dict[int, _Identities] = {}
    with_response, without = [], []
    for i in made:
        response = standing[i].response if i in standing else None
        if response is not None:
            answer = digest_of("answer of", response.id, items[i].slot, items[i].identity.cells)
            found[i] = _Identities(answer, None)
        elif items[i].identity.response is not None:
            with_response.append((i, items[i]))
        else:
            without.append((i, items[i]))
    found.update(_by_response(with_response, past))
    found.update(_by_cells(without, past))
    return found


# --- with a response id ----------------------------------------------------------------------------------------------


def _by_response(items: Sequence[tuple[int, Item]], past: _Past) -> dict[int, _Identities]:
    responses: dict[str, list[tuple[int, Item]]] = defaultdict(list)
    for i, item in items:
        responses[digest_of("response", item.identity.table, item.identity.response or "")].append((i, item))
    found: dict[int, _Identities] = {}
    for response, members in responses.items():
        suffixes = _suffixes([item for _, item in members], is_taken=past.has(response))
        bases: dict[str, set[str]] = defaultdict(set)
        of_item = {}
        for i, item in members:
            of_item[i] = _unused(response + suffixes.get(item.source, ""), past)
            bases[of_item[i] + item.slot].add(item.identity.cells)
        for i, item in members:
            record = digest_of("record", of_item[i], item.slot)
            if len(bases[of_item[i] + item.slot]) > 1:
                record = digest_of(record, item.identity.cells)
            found[i] = _Identities(record, of_item[i])
    return found


def _unused(response: str, past: _Past) -> str:
    """Return the response's identity, numbered where a stored one has it."""
    candidate, number = response, 1
    while past.has(candidate):
        number += 1
        candidate = f"{response}\x1f{number}"
    return candidate


def _suffixes(members: Sequence[Item], *, is_taken: bool) -> dict[str, str]:
    """Return what tells a response's sources apart, where they answer one question with different cells.

    A response whose identity a stored one has is told apart from it in the same way.
    """
    by_source: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in members:
        by_source[item.source][item.slot].append(item.identity.cells)
    if len(by_source) < 2 and not is_taken:
        return {}
    answers: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for slots in by_source.values():
        for slot, cells in slots.items():
            answers[slot].add(tuple(sorted(set(cells))))
    if not is_taken and all(len(different) == 1 for different in answers.values()):
        return {}
    return {
        source: digest_of(*(f"{slot}\x1f{cell}" for slot in sorted(slots) for cell in sorted(set(slots[slot]))))
        for source, slots in by_source.items()
    }


# --- without one -----------------------------------------------------------------------------------------------------


def _by_cells(items: Sequence[tuple[int, Item]], past: _Past) -> dict[int, _Identities]:
    rows: dict[tuple[str, int], Item] = {}
    for _, item in items:
        rows.setdefault((item.source, item.place), item)
    identity_of: dict[tuple[str, int], str] = {}
    clusters = _clusters(rows)
    times: Counter[tuple[_RowKey, str]] = Counter()
    most: dict[tuple[_RowKey, str], int] = {}
    offsets: dict[tuple[_RowKey, str], int] = {}
    ends: Counter[_RowKey] = Counter()
    for source, place in sorted(rows):
        times[(_row_key(rows[(source, place)]), source)] += 1
    for (row, source), number in sorted(times.items()):
        cluster = clusters[source]
        most[(row, cluster)] = max(number, most.get((row, cluster), 0))
    for (row, cluster), number in sorted(most.items()):
        offsets[(row, cluster)] = ends[row]
        ends[row] += number
    seen: Counter[tuple[_RowKey, str]] = Counter()
    stored = {row: _count_stored(row, past) for row in ends}
    for source, place in sorted(rows):
        item = rows[(source, place)]
        row = _row_key(item)
        seen[(row, source)] += 1
        offset = stored[row] + (0 if item.identity.is_telling else offsets[(row, clusters[source])])
        identity_of[(source, place)] = digest_of("row", *row, str(seen[(row, source)] + offset))
    found = {}
    for i, item in items:
        row_identity = identity_of[(item.source, item.place)]
        record = digest_of("record", row_identity, item.slot)
        found[i] = _Identities(record, None if item.identity.is_notes else row_identity)
    return found


def _count_stored(row: _RowKey, past: _Past) -> int:
    """Return how many rows of these cells have been given an id before."""
    number = 0
    while past.has(digest_of("row", *row, str(number + 1))):
        number += 1
    return number


def _row_key(item: Item) -> _RowKey:
    return _RowKey(item.identity.table, item.identity.cells)


def _clusters(rows: Mapping[tuple[str, int], Item]) -> dict[str, str]:
    """Return for each source the first of the sources that are copies of it, or overlap with it."""
    contents: dict[str, Counter[_RowKey]] = defaultdict(Counter)
    for (source, _), item in rows.items():
        contents[source][_row_key(item)] += 1
    tables: dict[str, list[str]] = defaultdict(list)
    for source in sorted(contents):
        for table in sorted({row.table for row in contents[source]}):
            tables[table].append(source)
    first = {source: source for source in contents}
    for sources in tables.values():
        for one, other in combinations(sources, 2):
            if first[one] == first[other]:
                continue
            shared = (contents[one] & contents[other]).total()
            if shared >= _OVERLAP * min(contents[one].total(), contents[other].total()):
                joined, gone = sorted((first[one], first[other]))
                first = {source: joined if root == gone else root for source, root in first.items()}
    return first
