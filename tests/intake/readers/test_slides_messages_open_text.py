from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage

import pptx
import pytest
from pptx.util import Inches

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings


def read(tmp_path, data: bytes, name: str) -> ReadFile:
    path = tmp_path / name
    path.write_bytes(data)
    return read_file(path, name, settings=IntakeSettings())


def test_slides_with_titles_bullets_and_tables(tmp_path):
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "What carers said"
    slide.placeholders[1].text = "Visiting hours are short\n\nParking is dear"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(6), Inches(1)).table
    for place, text in (((0, 0), "Good"), ((0, 1), "Bad"), ((1, 0), "Food"), ((1, 1), "Noise")):
        table.cell(*place).text = text
    slide.notes_slide.notes_text_frame.text = "do not read"
    out = io.BytesIO()
    deck.save(out)
    found = read(tmp_path, out.getvalue(), "talk.pptx")
    assert [(p.text, p.place, p.kind, p.headings) for p in found.passages] == [
        ("What carers said", "slide 1", "heading", ()),
        ("Visiting hours are short", "slide 1", "bullet", ("What carers said",)),
        ("Parking is dear", "slide 1", "bullet", ("What carers said",)),
        ("Food", "slide 1", "cell", ("What carers said", "Good")),
        ("Noise", "slide 1", "cell", ("What carers said", "Bad")),
    ]
    assert found.problems == ("talk.pptx: the speaker's notes of 1 slides were not read.",)


def mail(body: str, *, html: str | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = "Una Kelly <una.kelly@example.org>"
    message["To"] = "feedback@example.org"
    message["Subject"] = "Una Kelly complains"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return bytes(message)


def test_an_email_gives_its_body_and_no_people(tmp_path):
    body = "Dear team,\n\nThe café staff were lovely.\n\nFrom: Tom Ward\nEarlier words of somebody else\n"
    found = read(tmp_path, mail(body), "mail.eml")
    assert [p.text for p in found.passages] == ["Dear team,", "The café staff were lovely."]
    assert "Kelly" not in repr(found.passages)
    assert found.problems == ("mail.eml: earlier messages quoted in it were left out. Add those messages themselves.",)


def test_an_email_in_html_and_with_an_attachment(tmp_path):
    message = EmailMessage()
    message["From"] = "una.kelly@example.org"
    message.set_content(
        "<html><head><style>p {}</style></head><p>Too <b>cold</b> &amp; dark</p><ul><li>Noise</li></ul></html>",
        subtype="html",
    )
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
    found = read(tmp_path, bytes(message), "mail.eml")
    assert [(p.text, p.kind) for p in found.passages] == [("Too cold & dark", "paragraph"), ("Noise", "bullet")]
    assert found.problems == ("mail.eml: 1 attachments were not read. Save those needed and add them.",)


def open_text(content: str, manifest: str = "<m/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


BODY = (
    '<?xml version="1.0"?><o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:b="urn:oasis:names:tc:opendocument:xmlns:table:1.0">'
    "<o:body><o:text><t:tracked-changes><t:p>deleted</t:p></t:tracked-changes>"
    '<t:h t:outline-level="1">Dialysis</t:h><t:p>Long<t:s/>wait <t:span>today</t:span>'
    "<o:annotation><t:p>remark</t:p></o:annotation></t:p><t:list><t:list-item><t:p>No lift</t:p></t:list-item></t:list>"
    "<b:table><b:table-row><b:table-cell><t:p>Warm</t:p></b:table-cell></b:table-row></b:table>"
    "</o:text></o:body></o:document-content>"
)


def test_an_open_document_text(tmp_path):
    found = read(tmp_path, open_text(BODY), "notes.odt")
    assert [(p.text, p.place, p.kind, p.headings) for p in found.passages] == [
        ("Dialysis", "paragraph 1", "heading", ()),
        ("Long wait today", "paragraph 2", "paragraph", ("Dialysis",)),
        ("No lift", "paragraph 3", "bullet", ("Dialysis",)),
        ("Warm", "table 1 row 1", "cell", ("Dialysis",)),
    ]
    with pytest.raises(InputError, match="password-protected"):
        read(tmp_path, open_text(BODY, "<m><encryption-data/></m>"), "notes.odt")


def outlook(body: str) -> bytes:
    """Make an OLE container that holds a body and a sender, each stream in full sectors."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    texts = {0x1000: body, 0x0C1A: "Una Kelly"}
    tags = b"".join(struct.pack("<HHIII", 0x1F, tag, 6, 2 * len(text), 0) for tag, text in texts.items())
    streams = [("__properties_version1.0", (bytes(32) + tags).ljust(4096, b"\0"))]
    streams += [
        (f"__substg1.0_{tag:04X}001F", text.ljust(2048, "\n").encode("utf-16-le")) for tag, text in texts.items()
    ]
    fat, content, entries = [0xFFFFFFFD, 2, end], b"", b""
    for number, (name, stream) in enumerate([("Root Entry", b""), *sorted(streams)]):
        start = len(fat) if stream else end
        sectors = len(stream) // 512
        fat += [*range(start + 1, start + sectors), end] if stream else []
        content += stream
        right = number + 1 if 0 < number < len(streams) else free
        encoded = name.encode("utf-16-le")
        entries += encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded) + 2, 2 if stream else 5, 1)
        entries += struct.pack("<III", free, right, free if stream else 1) + bytes(36)
        entries += struct.pack("<IQ", start, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *([free] * 108))
    return header + struct.pack("<128I", *fat, *([free] * (128 - len(fat)))) + entries.ljust(1024, b"\0") + content


def test_an_outlook_message_gives_its_body_and_no_people(tmp_path):
    found = read(tmp_path, outlook("The porter was a gem.\r\n\r\nNo lift though."), "mail.msg")
    assert [p.text for p in found.passages] == ["The porter was a gem.", "No lift though."]
    assert found.format == "msg"
    with pytest.raises(InputError, match=r"^mail\.msg: damaged, or not an Outlook message"):
        read(tmp_path, outlook("x")[:700], "mail.msg")
