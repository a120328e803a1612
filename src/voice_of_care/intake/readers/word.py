"""Word documents: headings, paragraphs, bullets and table cells in the order they stand.

The XML is walked directly, as python-docx shows neither inserted text nor text boxes nor content controls.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.package import Package
from docx.parts.document import DocumentPart

from voice_of_care.intake.readers.content import CannotReadError, Content, Passage
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.outline import Heading, descend, heading_texts, mark_attendees, strip_bullet
from voice_of_care.intake.readers.packages import open_package
from voice_of_care.intake.readers.tables import Table, TableRow, table_passages
from voice_of_care.intake.readers.transcripts import is_transcript, read_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_of_care.settings import IntakeSettings

_SKIPPED = frozenset(qn(tag) for tag in ("w:del", "w:moveFrom", "w:instrText", "w:delText", "w:rPr", "w:pPr"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BLOCKS = frozenset(qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml", "w:smartTag", "w:moveTo"))
_BOX = qn("w:txbxContent")
_BOLD_LEVEL = 8
_MOST_HEADING_WORDS = 14
_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_COMMENTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"


class _Style(NamedTuple):
    """What a paragraph's style says of it, its parents' word included."""

    name: str
    level: int
    is_list: bool
    is_bold: bool


def read_word(data: bytes, *, settings: IntakeSettings) -> Content:
    """Read a document's body, text boxes and footnotes; tracked insertions are read, deletions not.

    Raises:
        CannotReadError: damaged, password-protected, a zip bomb or without text.
    """
    package = open_package(data, settings=settings)
    problems = []
    if any(item.filename.lower().endswith("vbaproject.bin") for item in package.infolist()):
        problems.append("holds macros, which were not run; the text was read.")
    main = _document(data)
    styles = _styles(main)
    passages = tuple(_body_passages(main.element.body, styles)) + tuple(_footnotes(main))
    comments = _related_xml(main, _COMMENTS)
    remarks = 0 if comments is None else len(comments.findall(qn("w:comment")))
    if remarks:
        problems.append(f"{remarks} remarks in the margin were not read. Copy those needed into the text.")
    if not passages:
        msg = "no text in it. If its pages are pictures, run them through OCR or type up the notes."
        raise CannotReadError(msg)
    lines = [passage.text for passage in passages if passage.kind in {"paragraph", "bullet"}]
    if is_transcript([line for text in lines for line in text.split("\n")]) and len(lines) > 0.7 * len(passages):
        passages = read_turns([line for text in lines for line in (*text.split("\n"), "")])
    return Content("docx", passages=mark_attendees(passages), problems=tuple(problems))


def _document(data: bytes) -> Any:  # noqa: ANN401 (python-docx's parts are typed too loosely to be of use)
    package = Package.open(io.BytesIO(data))
    main = package.main_document_part
    if not isinstance(main, DocumentPart):
        # A document with macros and a template differ from a plain one only in their declared type.
        main = DocumentPart.load(main.partname, main.content_type, main.blob, package)
    if main.element.tag != qn("w:document"):
        msg = "not a Word document. Give it the ending that fits."
        raise CannotReadError(msg)
    return main


def _related_xml(main: Any, kind: str) -> Any:  # noqa: ANN401
    for relation in main.rels.values():
        if relation.reltype == kind and not relation.is_external:
            part = relation.target_part
            return part.element if hasattr(part, "element") else parse_xml(part.blob)
    return None


def _styles(main: Any) -> dict[str, _Style]:  # noqa: ANN401
    found: dict[str, _Style] = {}
    elements = {style.get(qn("w:styleId")): style for style in main._styles_part.element.findall(qn("w:style"))}
    for style_id in elements:
        level, is_list, is_bold, name = 0, False, False, ""
        current, seen = style_id, set()
        while current in elements and current not in seen:
            seen.add(current)
            style = elements[current]
            own = style.find(qn("w:name"))
            own_name = (own.get(qn("w:val")) or "") if own is not None else ""
            name = name or own_name
            level = level or _named_level(own_name) or _outline_level(style)
            is_list = is_list or own_name.lower().startswith("list") or style.find(f".//{qn('w:numPr')}") is not None
            is_bold = is_bold or _is_on(style.find(f"{qn('w:rPr')}/{qn('w:b')}"))
            based = style.find(qn("w:basedOn"))
            current = based.get(qn("w:val")) if based is not None else None
        found[style_id] = _Style(name, level, is_list, is_bold)
    return found


def _named_level(name: str) -> int:
    words = name.lower().split()
    if words[:1] == ["heading"] and len(words) > 1 and words[1].isdigit():
        return int(words[1])
    return {"title": 1, "subtitle": 2, "toc heading": 1}.get(name.lower(), 0)


def _outline_level(element: Any) -> int:  # noqa: ANN401
    outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = outline.get(qn("w:val")) if outline is not None else None
    return int(value) + 1 if value and value.isdigit() and int(value) < 9 else 0


def _is_on(toggle: Any) -> bool:  # noqa: ANN401
    return toggle is not None and toggle.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _body_passages(body: Any, styles: dict[str, _Style]) -> Iterator[Passage]:  # noqa: ANN401
    headings: tuple[Heading, ...] = ()
    paragraphs = tables = 0
    for block in _blocks(body):
        if block.tag == qn("w:tbl"):
            tables += 1
            yield from table_passages(_table(block, styles), f"table {tables}", heading_texts(headings))
            continue
        text = _text(block)
        if not text:
            continue
        paragraphs += 1
        style = _style(block, styles)
        if style.name.lower().startswith("toc ") and not style.level:
            continue
        place = f"paragraph {paragraphs}"
        is_list = _is_list(block, style)
        level = style.level or _outline_level(block) or (0 if is_list else _bold_level(block, style, text))
        if level:
            headings = descend(headings, Heading(level, text))
            yield Passage(text, place, "heading", heading_texts(headings[:-1]))
            continue
        words, bullet = strip_bullet(text)
        if words:
            yield Passage(words, place, "bullet" if bullet or is_list else "paragraph", heading_texts(headings))


def _blocks(parent: Any) -> Iterator[Any]:  # noqa: ANN401
    """Walk paragraphs and tables in order, through content controls and into text boxes."""
    for child in parent:
        if child.tag == qn("w:p"):
            boxes = [box for box in child.iter(_BOX) if not _in_fallback(box, child)]
            yield child
            for box in boxes:
                if not any(outer.tag == _BOX for outer in _ancestors(box, child)):
                    yield from _blocks(box)
        elif child.tag == qn("w:tbl"):
            yield child
        elif child.tag in _BLOCKS:
            yield from _blocks(child)


def _ancestors(element: Any, top: Any) -> Iterator[Any]:  # noqa: ANN401
    parent = element.getparent()
    while parent is not None and parent is not top:
        yield parent
        parent = parent.getparent()


def _in_fallback(element: Any, top: Any) -> bool:  # noqa: ANN401
    return any(outer.tag == _FALLBACK for outer in _ancestors(element, top))


def _text(paragraph: Any) -> str:  # noqa: ANN401
    parts: list[str] = []
    _collect(paragraph, parts)
    lines = (" ".join(line.split()) for line in mend_text("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def _collect(element: Any, parts: list[str]) -> None:  # noqa: ANN401
    for child in element:
        if child.tag in _SKIPPED or child.tag in {_BOX, _FALLBACK}:
            continue
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag in {qn("w:tab"), qn("w:ptab")}:
            parts.append(" ")
        elif child.tag in {qn("w:br"), qn("w:cr")}:
            parts.append("\n")
        elif child.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        else:
            _collect(child, parts)


def _style(paragraph: Any, styles: dict[str, _Style]) -> _Style:  # noqa: ANN401
    named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    style_id = str(named.get(qn("w:val"))) if named is not None else ""
    return styles.get(style_id, _Style("", 0, is_list=False, is_bold=False))


def _is_list(paragraph: Any, style: _Style) -> bool:  # noqa: ANN401
    number = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    return number.get(qn("w:val")) != "0" if number is not None else style.is_list


def _bold_level(paragraph: Any, style: _Style, text: str) -> int:  # noqa: ANN401
    """Take a short paragraph that is bold throughout for a heading, as most notes are typed that way."""
    ends = text.rstrip().endswith((".", "!", ";", ",")) or "\n" in text
    if ends or len(text.split()) > _MOST_HEADING_WORDS:
        return 0
    return _BOLD_LEVEL if _is_bold(paragraph, style) else 0


def _is_bold(paragraph: Any, style: _Style) -> bool:  # noqa: ANN401
    runs = [
        run for run in paragraph.iter(qn("w:r")) if "".join(text.text or "" for text in run.iter(qn("w:t"))).strip()
    ]
    if not runs:
        return False
    for run in runs:
        toggle = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
        strong = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        named = strong is not None and strong.get(qn("w:val")) == "Strong"
        if not (_is_on(toggle) if toggle is not None else (style.is_bold or named)):
            return False
    return True


def _table(element: Any, styles: dict[str, _Style]) -> Table:  # noqa: ANN401
    rows = []
    for row in element.iter(qn("w:tr")):
        if next(_ancestors_of(row, qn("w:tbl")), None) is not element:
            continue  # a row of a table within a cell: read with that cell
        marked = _is_on(row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}"))
        cells: list[tuple[str, ...]] = []
        bold = True
        for cell in _row_cells(row):
            merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
            paragraphs = [] if goes_on else [one for one in cell.iter(qn("w:p")) if not _in_fallback(one, cell)]
            texts = [text for one in paragraphs if (text := _text(one))]
            bold = bold and all(_is_bold(one, _style(one, styles)) for one in paragraphs if _text(one))
            cells.append(tuple(texts))
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            width = span.get(qn("w:val"), "1") if span is not None else "1"
            cells += [()] * (min(int(width), 100) - 1 if width.isdigit() else 0)
        rows.append(TableRow(tuple(cells), is_header=marked, is_bold=bold and any(cells)))
    return Table(tuple(rows))


def _row_cells(row: Any) -> Iterator[Any]:  # noqa: ANN401
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in _BLOCKS:
            yield from _row_cells(child)


def _ancestors_of(element: Any, tag: str) -> Iterator[Any]:  # noqa: ANN401
    return (outer for outer in element.iterancestors(tag))


def _footnotes(main: Any) -> Iterator[Passage]:  # noqa: ANN401
    notes = _related_xml(main, _FOOTNOTES)
    if notes is None:
        return
    number = 0
    for note in notes.findall(qn("w:footnote")):
        if note.get(qn("w:type")) in {"separator", "continuationSeparator", "continuationNotice"}:
            continue
        number += 1
        text = " ".join(filter(None, (_text(paragraph) for paragraph in note.iter(qn("w:p")))))
        if text:
            yield Passage(text, f"footnote {number}", "paragraph")
