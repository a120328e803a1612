"""Settle what a batch of sources means for the project: what is new, corrected, there already, or gone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.identity import (
    COMMENT_PREFIX,
    RESPONDENT_PREFIX,
    RESPONSE_PREFIX,
    SESSION_PREFIX,
)
from voice_of_care.intake.known import Lookup, Record
from voice_of_care.intake.marks import marks_of
from voice_of_care.intake.repeats import Before, Ids, Named, Standing, give_ids
from voice_of_care.intake.versions import Claim, Entry, Incoming, Matched, find_gone, match_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from voice_of_care.intake.items import Item
    from voice_of_care.intake.known import Known
    from voice_of_care.intake.reading import SourceRead

_TAKEN = "taken"  # owner of the id of every stored comment: no other record may get it


class Taken(NamedTuple):
    """An item that is taken in, with its ids and its row of records, and the record it corrects or brings back."""

    item: Item
    ids: Ids
    record: Record
    before: Record | None


@dataclass(frozen=True)
class Settled:
    """What a batch means for the project.

    taken: items that are new, corrected or back, in order.
    elsewhere: by source, how many of its items stand under another source.
    already: how many comments of the batch were in the project already.
    gone: stored comments that a corrected file no longer has, or that are read no longer, with their new state.
    stale: stored repeats of comments that were corrected or are gone, gone too.
    refreshed: stored records with other cells than before, though all that is read of them is the same.
    traces: what corrected records were before, under the source they stood under.
    signatures: what tells the columns of each source's table.
    versions: for each source that is a version of stored ones, their families, the nearest first.
    """

    taken: tuple[Taken, ...]
    elsewhere: Counter[str]
    already: int
    gone: tuple[Record, ...]
    stale: tuple[Record, ...]
    refreshed: tuple[Record, ...]
    traces: tuple[Record, ...]
    signatures: Mapping[str, str]
    versions: Mapping[str, tuple[str, ...]]


def settle(sources: Sequence[SourceRead], *, known: Known, key: bytes, run_id: int) -> Settled:
    """Settle what is new in sources, and what of the stored records they correct.

    Args:
        sources: as read, in the order of their names.
        known: what earlier runs have read.
        key: the project's key.
        run_id: number of this run.
    """
    entries = _entries(sources, key)
    matches: list[tuple[Incoming, Matched]] = []
    lookup = None
    if len(known.records):
        same = [name for source in sources for name in source.was]
        lookup = Lookup(known, (entry.marks for own in entries for entry in own), same_files=same)
        for source, own in zip(sources, entries, strict=True):
            if own:
                incoming = _incoming(source, own)
                matches.append((incoming, match_source(incoming, lookup)))
    verdicts = _judge(matches)
    every = [entry for own in entries for entry in own]
    kept = [entry for entry in every if entry.number not in verdicts.claimed or entry.number in verdicts.winners]
    ids = _name(kept, verdicts.winners, matches, known=known, key=key)
    families = {entry.number: matched.versions[0] for incoming, matched in matches if matched.versions
                for entry in incoming.entries}  # fmt: skip
    taken = tuple(
        Taken(entry.item, own, _record(entry, own, verdicts.winners.get(entry.number), families, run_id),
              verdicts.winners.get(entry.number))
        for entry, own in zip(kept, ids, strict=True)
    )  # fmt: skip
    gone = _gone(matches, lookup, read_again={name for source in sources for name in source.was})
    return Settled(
        taken,
        Counter(entry.item.source for entry in every if entry.number in verdicts.elsewhere),
        sum(entry.item.reason is None for entry in every if entry.number in verdicts.elsewhere),
        gone,
        _stale_repeats(taken, gone, lookup),
        verdicts.refreshed,
        _traces(taken, lookup),
        {source.source: own[0].marks.signature for source, own in zip(sources, entries, strict=True) if own},
        {incoming.entries[0].item.source: matched.versions for incoming, matched in matches
         if matched.versions and not incoming.was},
    )  # fmt: skip


def corrections_of(source: str, settled: Settled) -> tuple[str, ...]:
    """Return what a user should know of a source that corrects a stored one, in one line."""
    versions = settled.versions.get(source, ())
    replaced: dict[str, set[int]] = defaultdict(set)
    for each in settled.taken:
        if each.item.source == source and each.before is not None and each.before.is_live:
            replaced[each.before.source].add(each.item.place)
    gone = [record.source for record in settled.gone if record.family in versions]
    if not versions or not (replaced or gone):
        return ()
    told = Counter({name: len(places) for name, places in replaced.items()}) + Counter(gone)
    name = min(told, key=lambda one: (-told[one], one))
    number = sum(len(places) for places in replaced.values())
    what = [f"{number} {'row' if number == 1 else 'rows'} replaced"] if number else []
    what += [f"{len(gone)} no longer there"] if gone else []
    return (f"Read as a correction of {name}: {', '.join(what)}.",)


def _gone(
    matches: Sequence[tuple[Incoming, Matched]], lookup: Lookup | None, *, read_again: set[str]
) -> tuple[Record, ...]:
    return tuple(
        record._replace(state="unread" if record.source in read_again else "gone")
        for record in (find_gone(matches, lookup) if lookup else ())
        if record.state == "comment"
    )


def find_versions(sources: Sequence[SourceRead], *, known: Known, key: bytes) -> dict[str, str]:
    """Return for each source that is a version of a stored one the name by which the settings knew its file."""
    entries = _entries(sources, key)
    lookup = Lookup(known, (entry.marks for own in entries for entry in own), same_files=())
    found = {}
    for source, own in zip(sources, entries, strict=True):
        if own:
            matched = match_source(_incoming(source, own), lookup)
            files = [lookup.file_of[family].name for family in matched.versions if family in lookup.file_of]
            found.update({source.source: files[0]} if files else {})
    return found


def _incoming(source: SourceRead, entries: tuple[Entry, ...]) -> Incoming:
    is_notes = entries[0].item.identity.is_notes
    return Incoming(source.file_name, source.said, entries, source.was, is_notes)


def _entries(sources: Sequence[SourceRead], key: bytes) -> list[tuple[Entry, ...]]:
    found: list[tuple[Entry, ...]] = []
    number = 0
    for source in sources:
        items = sorted(source.items, key=lambda item: (item.place, item.position))
        own = tuple(
            Entry(number + place, item, marks_of(item, part=source.part, key=key)) for place, item in enumerate(items)
        )
        number += len(own)
        found.append(own)
    return found


# --- who is right ----------------------------------------------------------------------------------------------------


class _Verdicts(NamedTuple):
    """Items that stand for a stored record: those that correct it (or bring it back), and those counted elsewhere."""

    claimed: frozenset[int]
    winners: Mapping[int, Record]
    elsewhere: frozenset[int]
    refreshed: tuple[Record, ...]


def _judge(matches: Sequence[tuple[Incoming, Matched]]) -> _Verdicts:
    claims: dict[str, list[tuple[Entry, Claim]]] = defaultdict(list)
    for incoming, matched in matches:
        for entry in incoming.entries:
            if entry.number in matched.claims:
                claim = matched.claims[entry.number]
                claims[claim.record.comment_id].append((entry, claim))
    winners: dict[int, Record] = {}
    elsewhere: set[int] = set()
    refreshed: list[Record] = []
    for told in claims.values():
        record = told[0][1].record
        winner = _winner(record, told)
        if winner is not None:
            winners[winner] = record
        elif record.is_live:
            other = next((entry for entry, claim in told if entry.marks.cells != record.cells), None)
            if other is not None:
                refreshed.append(record._replace(cells=other.marks.cells))
        for entry, claim in told:
            stays = claim.in_place and winner is None and record.state != "replaced"
            if entry.number != winner and not stays:
                elsewhere.add(entry.number)
    claimed = frozenset(entry.number for told in claims.values() for entry, _ in told)
    return _Verdicts(claimed, winners, frozenset(elsewhere), tuple(refreshed))


def _winner(record: Record, told: Sequence[tuple[Entry, Claim]]) -> int | None:
    """Return the number of the item whose content the record takes, if it takes any."""
    if record.state == "replaced":
        return None
    if not record.is_live:
        return next((entry.number for entry, claim in told if record.state == "unread" or not claim.in_place), None)
    return next(
        (entry.number for entry, claim in told if claim.may_change and entry.marks.content != record.content), None
    )


# --- ids and records -------------------------------------------------------------------------------------------------


def _name(
    kept: Sequence[Entry],
    winners: Mapping[int, Record],
    matches: Sequence[tuple[Incoming, Matched]],
    *,
    known: Known,
    key: bytes,
) -> list[Ids]:
    place_of = {entry.number: place for place, entry in enumerate(kept)}
    standing: dict[int, Standing] = {}
    for place, entry in enumerate(kept):
        if entry.number in winners:
            standing[place] = _standing(entry.item, winners[entry.number], key)
    for _, matched in matches:
        for number, record in matched.attached.items():
            if number in place_of:
                standing[place_of[number]] = Standing(response=_named(record.response_id, record.response))
        for number, record in matched.sessions.items():
            if number in place_of:
                speaker = matched.speakers.get(number)
                standing[place_of[number]] = Standing(
                    session=_named(record.session_id, record.session),
                    respondent=_named(speaker.respondent_id, speaker.respondent) if speaker else None,
                )
    return give_ids([entry.item for entry in kept], key=key, standing=standing, before=_before(known))


def _standing(item: Item, record: Record, key: bytes) -> Standing:
    """Return the ids that a corrected record keeps; people and sessions that its table names are read anew."""
    comment, response = Named(record.comment_id, record.record), _named(record.response_id, record.response)
    if item.identity.is_notes:
        return Standing(comment, response, _named(record.respondent_id, record.respondent),
                        _named(record.session_id, record.session))  # fmt: skip
    if item.identity.answers_once and record.respondent_id is not None:
        return Standing(comment, response, _named(record.respondent_id, record.respondent))
    return Standing(comment, response)


def _named(given: str | None, identity: str | None) -> Named | None:
    return None if given is None or identity is None else Named(given, identity)


def _before(known: Known) -> Before:
    records = known.records
    if records.empty:
        return Before(frozenset(), {})

    def owners(ids: str, seals: str) -> dict[str, str]:
        pairs = records[[ids, seals]].dropna()
        return dict(zip(pairs[ids].tolist(), pairs[seals].tolist(), strict=True))

    identities = frozenset(records["record"].tolist()) | frozenset(records["response"].dropna().tolist())
    return Before(
        identities,
        {
            COMMENT_PREFIX: dict.fromkeys(records["comment_id"].tolist(), _TAKEN),
            RESPONSE_PREFIX: owners("response_id", "response"),
            RESPONDENT_PREFIX: owners("respondent_id", "respondent"),
            SESSION_PREFIX: owners("session_id", "session"),
        },
    )


def _record(entry: Entry, ids: Ids, before: Record | None, families: Mapping[int, str], run_id: int) -> Record:
    item = entry.item
    return Record(
        comment_id=ids.comment_id,
        source=item.source,
        source_ref=item.source_ref,
        family=before.family if before else families.get(entry.number, item.source),
        row=item.place,
        state="comment" if item.reason is None else "set_aside",
        received_on=item.received_on,
        response_id=ids.response_id,
        respondent_id=ids.respondent_id,
        session_id=ids.session_id,
        duplicate_of=before.duplicate_of if before else ids.duplicate_of,
        **entry.marks._asdict(),
        record=ids.record,
        response=ids.response.sealed if ids.response else None,
        respondent=ids.respondent.sealed if ids.respondent else None,
        session=ids.session.sealed if ids.session else None,
        run_id=run_id,
    )


def _traces(taken: Sequence[Taken], lookup: Lookup | None) -> tuple[Record, ...]:
    """Return what corrected records were, under their old source, so that this is known when it is read again."""
    return tuple(
        each.before._replace(
            comment_id=f"{each.before.comment_id} {lookup.replaced(each.before.comment_id) + 1}", state="replaced"
        )
        for each in taken
        if lookup and each.before is not None and each.before.source != each.item.source
    )


def _stale_repeats(taken: Sequence[Taken], gone: Sequence[Record], lookup: Lookup | None) -> tuple[Record, ...]:
    """Return the live repeats of records that were corrected or are gone."""
    firsts = [record.comment_id for record in gone]
    firsts += [each.before.comment_id for each in taken if each.before is not None and each.before.is_live]
    if lookup is None or not firsts:
        return ()
    done = {each.record.comment_id for each in taken}
    stale = [record for record in lookup.repeats_of(firsts) if record.comment_id not in done]
    return tuple(record._replace(state="gone") for record in stale if record.state == "comment")
