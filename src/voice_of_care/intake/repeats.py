"""Give every comment its ids, and find the records that were read twice.

A record's identity is the header signature of its table with its response id and question; without a response id, all
its cells and how-manieth time they stand in the file. Where one response id stands for different cells in two files, as
in two exports that both count from 1, the cells become part of the identity. Notes: the session's content, the words,
their headings and speaker.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.identity import (
    COMMENT_PREFIX,
    RESPONDENT_PREFIX,
    RESPONSE_PREFIX,
    SESSION_PREFIX,
    digest_of,
    keyed_ids,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from voice_of_care.intake.items import Item

_OVERLAP = 0.5  # share of the smaller table's rows found in the other, from which two tables are copies


class Ids(NamedTuple):
    """The ids of one item; `duplicate_of` is the comment_id of the same record read before."""

    comment_id: str
    response_id: str | None
    respondent_id: str | None
    session_id: str | None
    duplicate_of: str | None


class _RowKey(NamedTuple):
    table: str
    cells: str


class _Identities(NamedTuple):
    record: str
    response: str | None


def give_ids(items: Sequence[Item], *, key: bytes) -> list[Ids]:
    """Return the ids of items, in their order; the same for any order of the items."""
    identities = _identities(items)
    order = sorted(range(len(items)), key=lambda i: (items[i].source, items[i].place, items[i].position))
    first_of: dict[str, int] = {}
    seen: Counter[str] = Counter()
    records: list[str] = [""] * len(items)
    for i in order:
        record = identities[i].record
        first_of.setdefault(record, i)
        seen[record] += 1
        records[i] = record if seen[record] == 1 else f"{record}\x1frepeat {seen[record]}"
    respondents = [_respondent_of(item, identity) for item, identity in zip(items, identities, strict=True)]
    sessions = [_session_of(item) for item in items]
    comment_ids = keyed_ids(COMMENT_PREFIX, records, key=key)
    response_ids = keyed_ids(RESPONSE_PREFIX, _known(identity.response for identity in identities), key=key)
    respondent_ids = keyed_ids(RESPONDENT_PREFIX, _known(respondents), key=key)
    session_ids = keyed_ids(SESSION_PREFIX, _known(sessions), key=key)
    return [
        Ids(
            comment_ids[records[i]],
            _look_up(response_ids, identities[i].response),
            _look_up(respondent_ids, respondents[i]),
            _look_up(session_ids, sessions[i]),
            None if first_of[identities[i].record] == i else comment_ids[records[first_of[identities[i].record]]],
        )
        for i in range(len(items))
    ]


def _known(values: Iterable[str | None]) -> list[str]:
    return [value for value in values if value is not None]


def _look_up(ids: Mapping[str, str], identity: str | None) -> str | None:
    return None if identity is None else ids[identity]


def _respondent_of(item: Item, identity: _Identities) -> str | None:
    given = item.identity.respondent
    if given is None:
        return None
    if item.identity.answers_once and identity.response is not None:
        return digest_of("respondent of", identity.response)
    return digest_of("respondent", item.identity.table, given)


def _session_of(item: Item) -> str | None:
    given = item.identity.session
    return None if given is None else digest_of("session", item.identity.table, given)


def _identities(items: Sequence[Item]) -> list[_Identities]:
    with_response = [i for i, item in enumerate(items) if item.identity.response is not None]
    without = [i for i, item in enumerate(items) if item.identity.response is None]
    found: dict[int, _Identities] = {}
    found.update(_by_response([(i, items[i]) for i in with_response]))
    found.update(_by_cells([(i, items[i]) for i in without]))
    return [found[i] for i in range(len(items))]


# --- with a response id ----------------------------------------------------------------------------------------------


def _by_response(items: Sequence[tuple[int, Item]]) -> dict[int, _Identities]:
    responses: dict[str, list[tuple[int, Item]]] = defaultdict(list)
    for i, item in items:
        responses[digest_of("response", item.identity.table, item.identity.response or "")].append((i, item))
    found: dict[int, _Identities] = {}
    for response, members in responses.items():
        suffixes = _suffixes([item for _, item in members])
        bases: dict[str, set[str]] = defaultdict(set)
        of_item = {}
        for i, item in members:
            of_item[i] = response + suffixes.get(item.source, "")
            bases[of_item[i] + item.slot].add(item.identity.cells)
        for i, item in members:
            record = digest_of("record", of_item[i], item.slot)
            if len(bases[of_item[i] + item.slot]) > 1:
                record = digest_of(record, item.identity.cells)
            found[i] = _Identities(record, of_item[i])
    return found


def _suffixes(members: Sequence[Item]) -> dict[str, str]:
    """Return what tells a response's sources apart, where they answer one question with different cells."""
    by_source: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in members:
        by_source[item.source][item.slot].append(item.identity.cells)
    if len(by_source) < 2:
        return {}
    answers: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for slots in by_source.values():
        for slot, cells in slots.items():
            answers[slot].add(tuple(sorted(set(cells))))
    if all(len(different) == 1 for different in answers.values()):
        return {}
    return {
        source: digest_of(*(f"{slot}\x1f{cell}" for slot in sorted(slots) for cell in sorted(set(slots[slot]))))
        for source, slots in by_source.items()
    }


# --- without one -----------------------------------------------------------------------------------------------------


def _by_cells(items: Sequence[tuple[int, Item]]) -> dict[int, _Identities]:
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
    for source, place in sorted(rows):
        item = rows[(source, place)]
        row = _row_key(item)
        seen[(row, source)] += 1
        offset = 0 if item.identity.is_telling else offsets[(row, clusters[source])]
        identity_of[(source, place)] = digest_of("row", *row, str(seen[(row, source)] + offset))
    found = {}
    for i, item in items:
        row_identity = identity_of[(item.source, item.place)]
        record = digest_of("record", row_identity, item.slot)
        found[i] = _Identities(record, None if item.identity.is_notes else row_identity)
    return found


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
