from __future__ import annotations

import hashlib
import io
import logging
import os
import struct
import zipfile

import docx
import hypothesis
import openpyxl
import pytest
from hypothesis import strategies

from voice_of_care.errors import InputError
from voice_of_care.intake.readers import ReadFile, read_file
from voice_of_care.settings import IntakeSettings

ENDINGS = (
    *("csv", "tsv", "txt", "md", "vtt", "srt", "json", "jsonl", "xlsx", "xlsm", "xls", "docx", "docm", "pdf", "pptx"),
    *("odt", "eml", "msg", "doc", "ods", "rtf", "zip", "png", "html", "xyz"),
)


def refusal(path, name: str, **settings) -> str:
    with pytest.raises(InputError) as caught:
        read_file(path, name, settings=IntakeSettings(**settings))
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert len(message.splitlines()) == 1
    assert caught.value.__cause__ is None
    return message


def write(path, data: bytes):
    path.write_bytes(data)
    return path


def package(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members:
            zipped.writestr(name, content)
    return out.getvalue()


def test_a_file_carries_its_name_format_and_hash(tmp_path):
    data = b"id,text\n1,fine\n"
    found = read_file(write(tmp_path / "Feb.CSV", data), "2024/Feb.CSV", settings=IntakeSettings())
    assert (found.name, found.format) == ("2024/Feb.CSV", "csv")
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pptx", "odt"])
def test_zip_bombs_are_refused_before_they_unpack(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", package(("word/document.xml", bytes(60_000_000))))
    assert "zip bomb" in refusal(path, path.name)
    assert "larger than 50 MB when unpacked" in refusal(path, path.name, largest_unpacked_mb=50)


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = write(tmp_path / "a.csv", b"x" * 1_000_001)
    assert refusal(path, "a.csv", largest_file_mb=1) == (
        "a.csv: larger than 1 MB. Split it, or raise largest_file_mb under [intake] in voice-of-care.toml."
    )


def compound(*names: str) -> bytes:
    """Make the smallest OLE container that holds empty streams of these names."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *([free] * 108))
    fat = struct.pack("<128I", 0xFFFFFFFD, end, *([free] * 126))
    entries = b""
    for number, (name, kind) in enumerate([("Root Entry", 5), *((name, 2) for name in names)]):
        child = 1 if number == 0 and names else free
        right = number + 1 if 0 < number < len(names) else free
        text = name.encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, free, right, child)
        entries += bytes(36) + struct.pack("<IQ", end, 0)
    return header + fat + entries.ljust(512, b"\0")


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pptx"])
def test_a_password_is_told(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", compound("EncryptedPackage", "EncryptionInfo"))
    assert refusal(path, path.name) == (
        f"a.{ending}: password-protected. Open it with its password, save a copy without one, and add that."
    )
    assert "old Office document" in refusal(write(path, compound("WordDocument")), path.name)
    assert "password-protected" in refusal(write(path, compound("EncryptedPackage")[:300]), path.name)


def test_an_old_workbook_is_read(tmp_path):
    def label(row: int, column: int, text: str) -> bytes:
        body = struct.pack("<HH3xB", row, column, len(text)) + text.encode("cp1252")
        return struct.pack("<HH", 4, len(body)) + body

    number = struct.pack("<HHHH3xd", 3, 15, 1, 1, 4.0)
    start = struct.pack("<HHHH", 9, 4, 2, 16)
    data = start + label(0, 0, "Comment") + label(0, 1, "Score") + label(1, 0, "Café was shut") + number
    found = read_file(write(tmp_path / "a.xls", data + struct.pack("<HH", 10, 0)), "a.xls", settings=IntakeSettings())
    assert found.grids[0].rows == (("Comment", "Score"), ("Café was shut", 4))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.doc", "Open it in Word and save it as .docx."),
        ("a.rtf", "Open it in Word and save it as .docx."),
        ("a.ods", "Open it in Excel or LibreOffice and save it as .xlsx."),
        ("a.png", "Type up the text on it and add that."),
        ("a.mp3", "Add its transcript as text."),
        ("a.zip", "Unpack it and add the files in it."),
        ("a.xyz", "Save it as CSV, Excel, Word, PDF, PowerPoint, text, JSON or e-mail."),
    ],
)
def test_other_formats_say_how_to_convert(tmp_path, name, advice):
    assert refusal(write(tmp_path / name, b"x"), name).endswith(advice)


def test_what_is_gone_or_no_file_is_told(tmp_path):
    assert "no longer there" in refusal(tmp_path / "gone.csv", "gone.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "not an ordinary file" in refusal(tmp_path / "folder.csv", "folder.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_told(tmp_path):
    path = write(tmp_path / "a.csv", b"id\n1\n")
    path.chmod(0)
    assert "no permission" in refusal(path, "a.csv")


def small_files() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    book.active.append(["Comment", "secret words of a respondent"])
    workbook, document = io.BytesIO(), io.BytesIO()
    book.save(workbook)
    text = docx.Document()
    text.add_paragraph("secret words of a respondent")
    text.save(document)
    return {
        "xlsx": workbook.getvalue(),
        "docx": document.getvalue(),
        "csv": b"id,comment\n1,secret words of a respondent\n",
        "json": b'[{"comment": "secret words of a respondent"}]',
        "eml": b"From: a@example.org\nSubject: b\n\nsecret words of a respondent\n",
        "pdf": b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF",
    }


def check(path, name: str) -> None:
    try:
        found = read_file(path, name, settings=IntakeSettings())
    except InputError as error:
        message = str(error)
        assert message.startswith(f"{name}: ")
        assert len(message.splitlines()) == 1
        assert "secret" not in message
    else:
        assert isinstance(found, ReadFile)
        assert found.grids or found.passages
        assert all("secret" not in problem for problem in found.problems)


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True, database=None)
@hypothesis.given(ending=strategies.sampled_from(ENDINGS), data=strategies.binary(max_size=600))
def test_random_bytes_give_a_file_or_one_line(tmp_path_factory, ending, data):
    path = write(tmp_path_factory.getbasetemp() / f"random.{ending}", data)
    check(path, path.name)


@hypothesis.settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],  # the log may gather over examples
)
@hypothesis.given(
    kind=strategies.sampled_from(sorted(small_files())),
    start=strategies.floats(0, 1),
    noise=strategies.binary(min_size=1, max_size=40),
    cut=strategies.booleans(),
)
def test_damaged_files_give_a_file_or_one_line(tmp_path_factory, caplog, kind, start, noise, cut):
    whole = small_files()[kind]
    at = int(start * len(whole))
    data = whole[:at] + noise + (b"" if cut else whole[at + len(noise) :])
    path = write(tmp_path_factory.getbasetemp() / f"damaged.{kind}", data)
    with caplog.at_level(logging.DEBUG):
        check(path, path.name)
    assert "secret" not in caplog.text
