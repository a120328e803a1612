from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import Passage, ReadFile, read_file
from voice_of_care.settings import IntakeSettings


def read(tmp_path, document, name: str = "notes.docx") -> ReadFile:
    path = tmp_path / name
    document.save(str(path))
    return read_file(path, name, settings=IntakeSettings())


def test_headings_bullets_and_paragraphs_with_their_places(tmp_path):
    document = docx.Document()
    document.add_heading("Listening session", 0)
    document.add_heading("Cardiology", 1)
    document.add_paragraph("Several people said the clinic ran late.")
    document.add_paragraph("")
    document.add_heading("What could be better?", 2)
    document.add_paragraph("Parking is dear", style="List Bullet")
    document.add_paragraph("Letters come late", style="List Number")
    document.add_paragraph("• Typed bullet here")
    document.add_paragraph("v. good nurses.")
    document.add_heading("Eye clinic", 1)
    bold = document.add_paragraph()
    bold.add_run("What went ").bold = True
    bold.add_run("well?").bold = True
    document.add_paragraph("Quick and kind.")
    found = read(tmp_path, document)
    assert found.format == "docx"
    assert found.problems == ()
    assert [(passage.text, passage.place, passage.kind, passage.headings) for passage in found.passages] == [
        ("Listening session", "paragraph 1", "heading", ()),
        ("Cardiology", "paragraph 2", "heading", ()),
        ("Several people said the clinic ran late.", "paragraph 3", "paragraph", ("Cardiology",)),
        ("What could be better?", "paragraph 4", "heading", ("Cardiology",)),
        ("Parking is dear", "paragraph 5", "bullet", ("Cardiology", "What could be better?")),
        ("Letters come late", "paragraph 6", "bullet", ("Cardiology", "What could be better?")),
        ("Typed bullet here", "paragraph 7", "bullet", ("Cardiology", "What could be better?")),
        ("v. good nurses.", "paragraph 8", "paragraph", ("Cardiology", "What could be better?")),
        ("Eye clinic", "paragraph 9", "heading", ()),
        ("What went well?", "paragraph 10", "heading", ("Eye clinic",)),
        ("Quick and kind.", "paragraph 11", "paragraph", ("Eye clinic", "What went well?")),
    ]


def add_table(document, rows, *, bold_first: bool = False):
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cell(number, column)
            cell.text = ""
            run = cell.paragraphs[0].add_run(text)
            run.bold = bold_first and number == 0
    return table


def test_table_cells_stand_under_their_column_and_row(tmp_path):
    document = docx.Document()
    document.add_heading("Feedback", 1)
    add_table(
        document,
        [["Table", "What works", "What does not"], ["1", "Porters are great", "No seats"], ["2", "", "Noise at night"]],
        bold_first=True,
    )
    add_table(
        document, [["Food", "It was cold by the time it came to us."], ["Staff", "Run off their feet, all of them."]]
    )
    cells = [(p.text, p.place, p.kind, p.headings) for p in read(tmp_path, document).passages if p.kind == "cell"]
    assert cells == [
        ("Porters are great", "table 1 row 2", "cell", ("Feedback", "1", "What works")),
        ("No seats", "table 1 row 2", "cell", ("Feedback", "1", "What does not")),
        ("Noise at night", "table 1 row 3", "cell", ("Feedback", "2", "What does not")),
        ("It was cold by the time it came to us.", "table 2 row 1", "cell", ("Feedback", "Food")),
        ("Run off their feet, all of them.", "table 2 row 2", "cell", ("Feedback", "Staff")),
    ]


def test_a_form_at_the_top_and_a_table_of_short_cells(tmp_path):
    document = docx.Document()
    add_table(document, [["Date", "12/03/2024"], ["Venue", "Town Hall"], ["Attendees", "Ann Byrne, Joe Daly"]])
    document.add_paragraph("What people said at the tables is below.")
    add_table(document, [["Table no.", "What is good?", "What is bad?"], ["1", "Staff", "Parking"], ["2", "Care", ""]])
    found = [(p.text, p.kind, p.headings) for p in read(tmp_path, document).passages if p.kind != "paragraph"]
    assert found == [
        ("12/03/2024", "cell", ("Date",)),
        ("Town Hall", "cell", ("Venue",)),
        ("Ann Byrne, Joe Daly", "attendees", ("Attendees",)),
        ("Staff", "cell", ("1", "What is good?")),
        ("Parking", "cell", ("1", "What is bad?")),
        ("Care", "cell", ("2", "What is good?")),
    ]


def test_a_table_without_labels_keeps_every_cell(tmp_path):
    document = docx.Document()
    add_table(document, [["Food was cold", "Nurses kind"], ["Too loud", "Clean ward"]])
    assert [p.text for p in read(tmp_path, document).passages] == [
        "Food was cold",
        "Nurses kind",
        "Too loud",
        "Clean ward",
    ]


def test_merged_and_bulleted_cells_are_read_once(tmp_path):
    document = docx.Document()
    rows = [["Theme", "Said"], ["Waiting", ""], ["", "Third statement here, a good bit longer."]]
    table = add_table(document, rows, bold_first=True)
    cell = table.cell(1, 1)
    cell.text = "First statement here, rather long."
    cell.add_paragraph("Second statement here, also long.", style="List Bullet")
    table.cell(1, 0).merge(table.cell(2, 0))
    found = [p for p in read(tmp_path, document).passages if p.kind == "cell"]
    assert [p.text for p in found] == [
        "First statement here, rather long.",
        "Second statement here, also long.",
        "Third statement here, a good bit longer.",
    ]
    assert found[0].headings == ("Waiting", "Said")


def test_lists_of_those_present_are_marked(tmp_path):
    document = docx.Document()
    document.add_paragraph("Present: Aoife Murphy, Séamus Ó Néill (carer)")
    document.add_paragraph("Facilitator: Niamh Doherty")
    document.add_heading("Apologies", 2)
    document.add_paragraph("Conor Hughes", style="List Bullet")
    document.add_heading("Discussion", 2)
    document.add_paragraph("Present staff were kind to us.")
    document.add_paragraph("Attendance at the clinic is hard by bus.")
    kinds = [(p.kind, p.text) for p in read(tmp_path, document).passages]
    assert [kind for kind, _ in kinds] == [
        "attendees",
        "attendees",
        "heading",
        "attendees",
        "heading",
        "paragraph",
        "paragraph",
    ]


def test_insertions_are_read_deletions_and_remarks_not(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Kept ")
    w = nsdecls("w")
    paragraph._p.append(parse_xml(f'<w:ins {w} w:id="1" w:author="A"><w:r><w:t>added words</w:t></w:r></w:ins>'))
    paragraph._p.append(parse_xml(f'<w:del {w} w:id="2" w:author="A"><w:r><w:delText>gone</w:delText></w:r></w:del>'))
    document.add_comment(paragraph.runs, text="a remark", author="A")
    control = f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    inner = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    box = f"<w:p {w}><w:r><w:pict>{inner}</w:pict></w:r></w:p>"
    body = document.element.body
    body.insert(1, parse_xml(control))
    body.insert(2, parse_xml(box))
    found = read(tmp_path, document)
    assert [p.text for p in found.passages] == ["Kept added words", "In a control.", "In a box."]
    assert found.problems == ("notes.docx: 1 remarks in the margin were not read. Copy those needed into the text.",)


def test_a_transcript_in_word_has_speakers(tmp_path):
    document = docx.Document()
    for line in ("Interviewer: How was it?", "Participant 1: Grand.", "It was quick.", "Interviewer: And the food?"):
        document.add_paragraph(line)
    assert [(p.speaker, p.text, p.kind) for p in read(tmp_path, document).passages] == [
        ("Interviewer", "How was it?", "speech"),
        ("Participant 1", "Grand.", "speech"),
        ("Participant 1", "It was quick.", "speech"),
        ("Interviewer", "And the food?", "speech"),
    ]


def test_a_macro_document_is_read_without_its_macros(tmp_path):
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Something said.")
    document.save(out)
    path = tmp_path / "notes.docm"
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    with zipfile.ZipFile(out) as before, zipfile.ZipFile(path, "w") as after:
        for item in before.infolist():
            content = before.read(item).replace(plain, b"application/vnd.ms-word.document.macroEnabled.main+xml")
            after.writestr(item.filename, content)
        after.writestr("word/vbaProject.bin", b"macro")
    found = read_file(path, "notes.docm", settings=IntakeSettings())
    assert found.passages == (Passage("Something said.", "paragraph 1", "paragraph"),)
    assert found.problems == ("notes.docm: holds macros, which were not run; the text was read.",)


def test_a_corrupt_document_and_a_workbook_in_disguise_are_refused_in_one_line(tmp_path):
    out = io.BytesIO()
    docx.Document().save(out)
    whole = out.getvalue()
    path = tmp_path / "notes.docx"
    for data in (whole[: len(whole) // 2], whole[:3000] + bytes(500) + whole[3500:], b"PK\x03\x04 nothing"):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"^notes\.docx: [^\n]+$"):
            read_file(path, "notes.docx", settings=IntakeSettings())


def test_a_plain_first_row_of_labels_over_ideas_is_a_header(tmp_path):
    document = docx.Document()
    add_table(document, [["Idea", "Who could lead", "Priority"], ["A quiet room", "Estates", "High"]])
    found = [(p.text, p.headings) for p in read(tmp_path, document).passages]
    assert found == [("A quiet room", ("Idea",)), ("Estates", ("Who could lead",)), ("High", ("Priority",))]
