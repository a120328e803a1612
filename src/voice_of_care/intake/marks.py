"""What a comment is known again by: keyed digests of its place, record, words and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.intake.identity import digest_of, sealed

if TYPE_CHECKING:
    from voice_of_care.intake.items import Item

NOTES = "notes"


class Marks(NamedTuple):
    """Keyed digests of one item; see `raw.RECORDS`."""

    signature: str
    spot: str
    slot: str
    given: str | None
    cells: str
    words: str | None
    content: str


def signature_of(item: Item) -> str:
    """Return what tells an item's table from tables of other columns; all notes have one."""
    return NOTES if item.identity.is_notes else item.identity.table


def seal_signature(signature: str, *, key: bytes) -> str:
    """Return the keyed digest of a table's signature."""
    return sealed(digest_of("signature", signature), key=key)


def marks_of(item: Item, *, part: str, key: bytes) -> Marks:
    """Return an item's marks; `part` is the sheet or table of its file."""
    own, signature = item.identity, signature_of(item)

    def mark(*parts: str) -> str:
        return sealed(digest_of(*parts), key=key)

    told = (
        item.text, item.reason, item.respondent_group, item.service, item.site, item.question, item.score,
        item.received_on, item.may_quote, item.people_present, own.response, own.respondent,
        None if own.is_notes else own.session,
    )  # fmt: skip
    return Marks(
        signature=seal_signature(signature, key=key),
        spot=mark("spot", part, str(item.place), item.slot),
        slot=mark("slot", item.slot),
        given=None if own.response is None else mark("given", signature, own.response),
        cells=mark("cells", signature, own.cells),
        words=mark("words", " ".join(item.text.split())) if item.text.strip() else None,
        content=mark("content", *("" if value is None else f"={value}" for value in told)),
    )
