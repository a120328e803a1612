"""Write the notes of sessions: workshop notes, minutes, transcripts."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING

import docx
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from exercise.packages import tidy_package
from exercise.planted import CLOSING_TURN, FACILITATOR_TURNS
from exercise.world import TRUST, Session

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from exercise.gold import Record
    from exercise.tables_out import Outside

_ROLES = {
    "staff": ("staff nurse", "healthcare assistant", "ward sister", "physiotherapist", "ward clerk", "domestic",
              "charge nurse", "pharmacist"),
    "service_user": ("service user",),
    "carer": ("carer", "carer", "relative", "parent carer"),
}  # fmt: skip
_SPEAKERS = {"staff": "staff", "service_user": "service user", "carer": "carer"}


def _long_date(day: datetime.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _attendees(session: Session, file: str, rng: random.Random, outside: Outside) -> list[str]:
    return [f"{outside.name(file, 'attendees')} ({rng.choice(_ROLES[session.group])})" for _ in range(session.present)]


def write_workshop(path: Path, session: Session, records: list[Record], rng: random.Random, outside: Outside) -> None:
    """Write the notes of a workshop: headings, a list of those present, bullets, paraphrase and a table."""
    file = records[0].slot.file
    document = docx.Document()
    document.core_properties.author = TRUST
    document.core_properties.title = session.title
    document.add_heading(session.title, level=0)
    document.sections[0].header.paragraphs[0].text = f"{TRUST} (fictional)"
    document.add_paragraph(f"Date: {_long_date(session.date)}")
    document.add_paragraph(f"Venue: {session.site}")
    document.add_paragraph(f"Facilitator: {outside.name(file, 'facilitator')}")
    document.add_heading(f"Present ({session.present})", level=2)
    if rng.random() < 0.5:
        document.add_paragraph(", ".join(_attendees(session, file, rng, outside)))
    else:
        for name in _attendees(session, file, rng, outside):
            document.add_paragraph(name, style="List Bullet")
    in_table = [record for record in records[-6:] if record.slot.style == "note"]
    headed = ""
    for record in records:
        if any(record is other for other in in_table):
            continue
        if record.slot.question != headed:
            headed = record.slot.question
            document.add_heading(headed, level=1)
        bullet = "List Bullet" if record.slot.style == "note" else None
        quoted = record.slot.style == "note" and rng.random() < 0.3
        document.add_paragraph(f"“{record.comment.text}”" if quoted else record.comment.text, style=bullet)
        record.where = {"paragraph": len(document.paragraphs)}
    _add_table(document, in_table)
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(tidy_package(buffer.getvalue()))


def _add_table(document: docx.document.Document, records: list[Record]) -> None:
    if not records:
        return
    document.add_heading("Written on the flip chart", level=1)
    questions = list(dict.fromkeys(record.slot.question for record in records))
    columns = [[record for record in records if record.slot.question == question] for question in questions]
    table = document.add_table(rows=1 + max(len(column) for column in columns), cols=len(columns), style="Table Grid")
    for place, (question, column) in enumerate(zip(questions, columns, strict=True)):
        table.cell(0, place).text = question
        for row, record in enumerate(column, 1):
            table.cell(row, place).text = record.comment.text
            record.where = {"table": 1, "row": row + 1, "cell": place + 1}


def write_minutes(
    path: Path, session: Session, records: list[Record], rng: random.Random, outside: Outside
) -> list[str]:
    """Write minutes with a text layer; return the sentences that are only procedure."""
    file = records[0].slot.file
    pdf = FPDF(format="A4")
    pdf.set_compression(False)
    pdf.set_creation_date(datetime.datetime(2025, 4, 1, 9, 0, tzinfo=datetime.UTC))
    pdf.set_producer("minutes")
    pdf.set_title(f"{session.title}, {session.site}")
    pdf.set_margins(22, 20)
    pdf.add_page()
    procedure = [
        "The chair welcomed everyone and thanked them for coming.",
        "The notes of the last meeting were agreed.",
        "The next meeting will be announced by e-mail.",
    ]
    _put(pdf, f"{TRUST} (fictional)", size=9)
    _put(pdf, f"Minutes of the {session.title}", size=16, bold=True)
    _put(pdf, f"{_long_date(session.date)}, {session.site}")
    _put(pdf, f"Present: {', '.join(_attendees(session, file, rng, outside))}")
    _put(pdf, f"Apologies: {outside.name(file, 'apologies')}")
    for number, sentence in enumerate(procedure[:2], 1):
        _put(pdf, f"{number}. {('Welcome', 'Matters arising')[number - 1]}", bold=True)
        _put(pdf, sentence)
    _put(
        pdf, f"3. What {'staff' if session.group == 'staff' else 'members'} told us about {session.service}", bold=True
    )
    for number, record in enumerate(records, 1):
        words = record.comment.text
        if record.slot.style == "minute":
            words = f'"{words}"'
        _put(pdf, f"3.{number} {words}")
        record.where = {"page": pdf.page}
    _put(pdf, "4. Any other business", bold=True)
    _put(pdf, procedure[2])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(pdf.output()))
    return procedure


def _put(pdf: FPDF, words: str, *, size: int = 11, bold: bool = False) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.multi_cell(0, 6, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)


def write_transcript(path: Path, session: Session, records: list[Record], rng: random.Random, outside: Outside) -> None:
    """Write a transcript with speaker turns: by role, with times, or by forename, a different way each year."""
    file = records[0].slot.file
    word = _SPEAKERS[session.group]
    speakers = [f"Speaker {n} ({word})" for n in range(1, session.present + 1)]
    if session.date.year == 2024:
        speakers = [f"{outside.speaker(file)} ({word})" for _ in range(session.present)]
    lines = [f"{session.title}: {session.service}, {session.site}", f"Date: {session.date:%d/%m/%Y}",
             f"Transcript. {session.present} people took part.", ""]  # fmt: skip
    seconds, asked = 0, 0
    for number, record in enumerate(records):
        if number % 4 == 0:
            turn = FACILITATOR_TURNS[asked % len(FACILITATOR_TURNS)]
            asked += 1
            lines += [_turn("Facilitator", turn, session, seconds), ""]
            seconds += 9
        speaker = speakers[rng.randrange(len(speakers))]
        lines += [_turn(speaker, record.comment.text, session, seconds), ""]
        seconds += 6 + len(record.comment.text) // 12
        record.where = {"line": len(lines) - 1, "speaker": speaker}
    lines.append(_turn("Facilitator", CLOSING_TURN, session, seconds))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _turn(speaker: str, words: str, session: Session, seconds: int) -> str:
    stamp = f"[{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}] " if session.date.year == 2025 else ""
    return f"{stamp}{speaker}: {words}"
