"""PowerPoint slides: titles as headings, bullets and table cells as statements."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pptx

from voice_of_care.intake.readers.content import CannotReadError, Content, Passage
from voice_of_care.intake.readers.decoding import mend_text
from voice_of_care.intake.readers.outline import mark_attendees, strip_bullet
from voice_of_care.intake.readers.packages import open_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_of_care.settings import IntakeSettings


def read_slides(data: bytes, *, settings: IntakeSettings) -> Content:
    """Read slides in order, their notes left out.

    Raises:
        CannotReadError: damaged, password-protected, a zip bomb or without text.
    """
    package = open_package(data, settings=settings)
    macros = any(item.filename.lower().endswith("vbaproject.bin") for item in package.infolist())
    presentation = pptx.Presentation(io.BytesIO(data))
    passages: list[Passage] = []
    notes = 0
    for number, slide in enumerate(presentation.slides, start=1):
        place = f"slide {number}"
        title = slide.shapes.title
        heading = _clean(title.text_frame.text) if title is not None else ""
        if heading:
            passages.append(Passage(heading, place, "heading"))
        headings = (heading,) if heading else ()
        for shape in slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                passages += _shape_passages(shape, place, headings, 0)
        notes += bool(slide.has_notes_slide and _clean(slide.notes_slide.notes_text_frame.text))
    if not passages:
        msg = "no text on any slide. If the slides are pictures, type up what they say and add that."
        raise CannotReadError(msg)
    problems = ["holds macros, which were not run; the slides were read."] if macros else []
    if notes:
        problems.append(f"the speaker's notes of {notes} slides were not read.")
    return Content("pptx", passages=mark_attendees(passages), problems=tuple(problems))


def _shape_passages(shape: Any, place: str, headings: tuple[str, ...], depth: int) -> Iterator[Passage]:  # noqa: ANN401
    if hasattr(shape, "shapes") and depth < 10:
        for inner in shape.shapes:
            yield from _shape_passages(inner, place, headings, depth + 1)
    elif getattr(shape, "has_table", False):
        rows = [[_clean(cell.text_frame.text) for cell in row.cells] for row in shape.table.rows]
        for row in rows[1:] or rows:
            for column, text in enumerate(row):
                if text:
                    label = (rows[0][column],) if len(rows) > 1 and rows[0][column] else ()
                    yield Passage(text, place, "cell", (*headings, *label))
    elif getattr(shape, "has_text_frame", False):
        filled = [_clean(paragraph.text) for paragraph in shape.text_frame.paragraphs]
        for text in filter(None, filled):
            words, _ = strip_bullet(text)
            yield Passage(words, place, "bullet", headings)


def _clean(text: str) -> str:
    return " ".join(mend_text(text.replace("\x0b", "\n")).split())
