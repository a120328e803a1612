from __future__ import annotations

import io

import fpdf
import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings

PLACES = ("car park", "clinic", "pharmacy", "ward", "day room")


class Minutes(fpdf.FPDF):
    def header(self):
        self.set_font("Helvetica", size=8)
        self.cell(0, 6, "Northgate Trust - confidential", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def footer(self):
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of 3", align="C")


def read(tmp_path, document: fpdf.FPDF, name: str = "april.pdf") -> ReadFile:
    path = tmp_path / name
    path.write_bytes(bytes(document.output()))
    return read_file(path, name, settings=IntakeSettings())


def write(document: fpdf.FPDF, text: str, *, style: str = "", size: int = 11, gap: int = 4) -> None:
    document.set_font("Helvetica", style=style, size=size)
    document.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT", align="L")
    document.ln(gap)


def paragraph(place: str) -> str:
    return (
        f"People said that getting to the {place} was harder than it used to be, since the bus now stops at the far"
        f" gate and the path to the {place} has no lights, so that some of them do not come at all in the winter time."
    )


def test_minutes_give_headings_paragraphs_and_bullets_without_running_lines(tmp_path):
    document = Minutes()
    for place in PLACES[:3]:
        document.add_page()
        write(document, f"Visit to the {place}", size=16)
        write(document, "What people said", style="B")
        write(document, paragraph(place))
        write(document, paragraph(f"{place} door"))
        write(
            document,
            f"- The {place} was clean and bright and everyone there seemed to know what they were doing",
            gap=0,
        )
        write(document, "- No seats", gap=0)
    found = read(tmp_path, document)
    assert found.problems == ()
    expected = []
    for number, place in enumerate(PLACES[:3], start=1):
        under = (f"Visit to the {place}",)
        both = (*under, "What people said")
        expected += [
            (under[0], f"page {number}", "heading", ()),
            ("What people said", f"page {number}", "heading", under),
            (paragraph(place), f"page {number}", "paragraph", both),
            (paragraph(f"{place} door"), f"page {number}", "paragraph", both),
            (
                f"The {place} was clean and bright and everyone there seemed to know what they were doing",
                f"page {number}",
                "bullet",
                both,
            ),
            ("No seats", f"page {number}", "bullet", both),
        ]
    assert [(p.text, p.place, p.kind, p.headings) for p in found.passages] == expected


def test_a_paragraph_goes_on_over_a_page_and_divided_words_are_mended(tmp_path):
    document = fpdf.FPDF()
    document.add_page()
    document.set_font("Helvetica", size=11)
    document.set_y(-40)
    for line in ("We were told that the appointment would be in the next few weeks and then heard noth-",):
        document.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    document.add_page()
    document.cell(0, 6, "ing for the whole of the summer.", new_x="LMARGIN", new_y="NEXT")
    assert [(p.text, p.place) for p in read(tmp_path, document).passages] == [
        (
            "We were told that the appointment would be in the next few weeks and then heard nothing for the whole of"
            " the summer.",
            "page 1",
        )
    ]


def test_a_ruled_table_is_read_cell_by_cell(tmp_path):
    document = fpdf.FPDF()
    document.add_page()
    write(document, "Actions and comments", size=16)
    document.set_font("Helvetica", size=10)
    with document.table(width=180) as table:
        for row in (
            ("Theme", "What people said"),
            ("Noise", "It was loud at night and nobody closed the doors, so there was no rest to be had for anybody."),
            ("Food", "Cold by the time that it came round, and the same soup for four days in a row, which is not on."),
        ):
            drawn = table.row()
            for text in row:
                drawn.cell(text)
    write(document, "The meeting closed at four.")
    cells = [(p.text[:14], p.place, p.headings) for p in read(tmp_path, document).passages]
    assert cells == [
        ("Actions and co", "page 1", ()),
        ("It was loud at", "page 1 table 1 row 2", ("Actions and comments", "Noise", "What people said")),
        ("Cold by the ti", "page 1 table 1 row 3", ("Actions and comments", "Food", "What people said")),
        ("The meeting cl", "page 1", ("Actions and comments",)),
    ]


def test_two_columns_are_read_one_after_the_other(tmp_path):
    document = fpdf.FPDF()
    document.add_page()
    document.set_font("Helvetica", size=10)
    top = document.get_y()
    for left, place in ((10, "car park"), (110, "day room")):
        document.set_xy(left, top)
        document.multi_cell(85, 5, " ".join(paragraph(place) for _ in range(3)), align="L")
    texts = [p.text for p in read(tmp_path, document).passages]
    assert " ".join(texts) == " ".join([paragraph("car park")] * 3 + [paragraph("day room")] * 3)


def scan() -> fpdf.FPDF:
    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(picture, "PNG")
    document = fpdf.FPDF()
    document.add_page()
    document.image(picture, x=0, y=0, w=200)
    return document


def test_a_scan_is_refused_and_a_scanned_page_told(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, scan(), "minutes.pdf")
    assert str(caught.value) == (
        "minutes.pdf: no text layer (a scan). Run it through OCR, or type up the notes, and add the result."
    )
    document = scan()
    document.add_page()
    write(document, "One thing was said on this page.")
    assert read(tmp_path, document).problems == (
        "april.pdf: 1 pages have no text layer (page 1). Run them through OCR.",
    )


def test_a_password_and_damage_are_refused_in_one_line(tmp_path):
    document = fpdf.FPDF()
    document.add_page()
    write(document, "Private words")
    document.set_encryption(owner_password="o", user_password="u")  # noqa: S106
    with pytest.raises(InputError, match=r"^april\.pdf: password-protected\. [^\n]+$"):
        read(tmp_path, document)
    plain = fpdf.FPDF()
    plain.add_page()
    write(plain, "Words")
    whole = bytes(plain.output())
    path = tmp_path / "cut.pdf"
    for data in (whole[:200], b"%PDF-1.4\n" + bytes(300), b"nothing like it"):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"^cut\.pdf: [^\n]+$"):
            read_file(path, "cut.pdf", settings=IntakeSettings())


def test_those_present_are_marked(tmp_path):
    document = fpdf.FPDF()
    document.add_page()
    write(document, "Present: Una Kelly (chair), Tom Ward")
    write(document, "The bus is often late.")
    assert [p.kind for p in read(tmp_path, document).passages] == ["attendees", "paragraph"]
