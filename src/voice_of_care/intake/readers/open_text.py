"""OpenDocument texts (ODT): headings, paragraphs, lists and tables from content.xml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree  # type: ignore[import-untyped]

from voice_of_care.intake.readers.content import CannotReadError, Content, Passage
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.outline import Heading, descend, heading_texts, mark_attendees, strip_bullet
from voice_of_care.intake.readers.packages import member, open_package
from voice_of_care.intake.readers.tables import Table, TableRow, table_passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_of_care.settings import IntakeSettings

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_UNREAD = frozenset({f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}table-of-content"})


def read_open_text(data: bytes, *, settings: IntakeSettings) -> Content:
    """Read a text's body; margin remarks and deleted text are left out.

    Raises:
        CannotReadError: damaged, password-protected, a zip bomb or without text.
    """
    package = open_package(data, settings=settings)
    manifest = member(package, "META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        msg = "password-protected. Open it with its password, save a copy without one, and add that."
        raise CannotReadError(msg)
    content = member(package, "content.xml")
    if content is None:
        msg = "damaged, or not an OpenDocument text. Open it in its program and save it as .docx."
        raise CannotReadError(msg)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    body = etree.fromstring(content, parser=parser).find(f"{_OFFICE}body/{_OFFICE}text")
    passages = tuple(_passages(body)) if body is not None else ()
    if not passages:
        msg = "no text in it. If its pages are pictures, run them through OCR or type up the notes."
        raise CannotReadError(msg)
    return Content("odt", passages=mark_attendees(passages))


def _passages(body: etree._Element) -> Iterator[Passage]:
    headings: tuple[Heading, ...] = ()
    paragraphs = tables = 0
    for block, in_list in _blocks(body, in_list=False):
        if block.tag == f"{_TABLE}table":
            tables += 1
            yield from table_passages(_table(block), f"table {tables}", heading_texts(headings))
            continue
        text = _plain(block)
        if not text:
            continue
        paragraphs += 1
        if block.tag == f"{_TEXT}h":
            level = block.get(f"{_TEXT}outline-level", "1")
            headings = descend(headings, Heading(int(level) if level.isdigit() else 1, text))
            yield Passage(text, f"paragraph {paragraphs}", "heading", heading_texts(headings[:-1]))
            continue
        words, bullet = strip_bullet(text)
        kind = "bullet" if bullet or in_list else "paragraph"
        yield Passage(words, f"paragraph {paragraphs}", kind, heading_texts(headings))  # type: ignore[arg-type]


def _blocks(parent: etree._Element, *, in_list: bool) -> Iterator[tuple[etree._Element, bool]]:
    for child in parent:
        if child.tag in {f"{_TEXT}p", f"{_TEXT}h", f"{_TABLE}table"}:
            yield child, in_list
        elif isinstance(child.tag, str) and child.tag not in _UNREAD:
            yield from _blocks(child, in_list=in_list or child.tag == f"{_TEXT}list")


def _table(element: etree._Element) -> Table:
    rows = []
    for row in element.iter(f"{_TABLE}table-row"):
        parent = row.getparent()
        cells = [
            tuple(text for one in cell.iter(f"{_TEXT}p", f"{_TEXT}h") if (text := _plain(one)))
            for cell in row.findall(f"{_TABLE}table-cell")
        ]
        header = parent is not None and parent.tag == f"{_TABLE}table-header-rows"
        rows.append(TableRow(tuple(cells), is_header=header))
    return Table(tuple(rows))


def _plain(block: etree._Element) -> str:
    parts: list[str] = []
    _collect(block, parts)
    return " ".join(mend_text("".join(parts)).split())


def _collect(element: etree._Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if child.tag in {f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"}:
            parts.append(" ")
        elif isinstance(child.tag, str) and child.tag not in _UNREAD:
            _collect(child, parts)
        parts.append(child.tail or "")
