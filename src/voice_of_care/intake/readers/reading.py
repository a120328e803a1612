"""Read one file by the reader of its format."""

from __future__ import annotations

import hashlib
import logging
import stat
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voice_of_care.errors import InputError
from voice_of_care.intake.readers.content import CannotReadError, Content, ReadFile
from voice_of_care.intake.readers.delimited import read_delimited
from voice_of_care.intake.readers.json_lists import read_json
from voice_of_care.intake.readers.messages import read_mail, read_outlook
from voice_of_care.intake.readers.open_text import read_open_text
from voice_of_care.intake.readers.pdf import read_pdf
from voice_of_care.intake.readers.plain import read_plain
from voice_of_care.intake.readers.slides import read_slides
from voice_of_care.intake.readers.word import read_word
from voice_of_care.intake.readers.workbook import read_old_workbook, read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from voice_of_care.settings import IntakeSettings

_BYTES_READERS: dict[str, Callable[[bytes], Content]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".tab": read_delimited,
    ".psv": read_delimited,
    ".json": read_json,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_plain,
    ".markdown": read_plain,
    ".vtt": read_plain,
    ".srt": read_plain,
    ".pdf": read_pdf,
    ".eml": read_mail,
    ".msg": read_outlook,
}
_PACKAGE_READERS = {
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xltx": read_workbook,
    ".docx": read_word,
    ".docm": read_word,
    ".dotx": read_word,
    ".pptx": read_slides,
    ".pptm": read_slides,
    ".odt": read_open_text,
}
_CONVERT = {
    ".doc": "an old Word document. Open it in Word and save it as .docx.",
    ".dot": "an old Word document. Open it in Word and save it as .docx.",
    ".rtf": "an RTF document. Open it in Word and save it as .docx.",
    ".wps": "a Works document. Open it in Word and save it as .docx.",
    ".pages": "a Pages document. Export it from Pages as .docx.",
    ".ods": "an OpenDocument spreadsheet. Open it in Excel or LibreOffice and save it as .xlsx.",
    ".numbers": "a Numbers spreadsheet. Export it from Numbers as .xlsx.",
    ".xlsb": "a binary Excel workbook. Open it in Excel and save it as .xlsx.",
    ".ppt": "an old PowerPoint presentation. Open it in PowerPoint and save it as .pptx.",
    ".odp": "an OpenDocument presentation. Open it in PowerPoint or LibreOffice and save it as .pptx.",
    ".one": "a OneNote file. Export the page from OneNote as .docx.",
    ".html": "a web page. Open it in Word and save it as .docx.",
    ".htm": "a web page. Open it in Word and save it as .docx.",
    ".mht": "a web page. Open it in Word and save it as .docx.",
    ".sav": "an SPSS file. Export it from SPSS as .csv.",
    ".dta": "a Stata file. Export it from Stata as .csv.",
    ".accdb": "an Access database. Export the table from Access as .xlsx.",
    ".mdb": "an Access database. Export the table from Access as .xlsx.",
    ".parquet": "a Parquet file. Save it as .csv.",
    ".xml": "an XML file. Export it as .csv or .xlsx.",
    ".zip": "a zip archive. Unpack it and add the files in it.",
    ".7z": "an archive. Unpack it and add the files in it.",
    ".rar": "an archive. Unpack it and add the files in it.",
    ".gz": "an archive. Unpack it and add the files in it.",
}
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".webp", ".svg"})
_RECORDINGS = frozenset({".mp3", ".mp4", ".m4a", ".wav", ".mov", ".avi", ".wma", ".ogg", ".webm"})
_READ = "CSV, Excel, Word, PDF, PowerPoint, text, JSON or e-mail"


def read_file(path: Path, name: str, *, settings: IntakeSettings) -> ReadFile:
    """Read a file's tables and texts.

    Raises:
        InputError: the file can't be read; the message is one line: the name, what is wrong, what to do.
    """
    try:
        ending = path.suffix.lower()
        if ending not in _BYTES_READERS and ending not in _PACKAGE_READERS and ending != ".xls":
            raise CannotReadError(_foreign_reason(ending))
        data = _read_bytes(path, settings)
        with _quiet():
            content = _read_content(data, ending, settings)
    except CannotReadError as error:
        reason = str(error)
    except RecursionError:
        reason = "nested too deeply to be read. Save it again from the program it came from."
    except MemoryError:
        reason = "too large for this computer's memory. Split it and add the parts."
    except Exception:  # parsers raise anything on a damaged file; its content must not reach a message
        reason = "damaged, or not the kind of file its ending says. Open it in its program and save a new copy."
    else:
        return ReadFile(
            path=path,
            name=name,
            format=content.format,
            grids=content.grids,
            passages=content.passages,
            sha256=hashlib.sha256(data).hexdigest(),
            problems=tuple(f"{name}: {problem}" for problem in content.problems),
        )
    msg = f"{_one_line(name)}: {reason}"
    raise InputError(msg)


def _read_content(data: bytes, ending: str, settings: IntakeSettings) -> Content:
    if not data.strip(b"\0 \t\r\n"):
        msg = "empty. Check that the export finished, and add it again."
        raise CannotReadError(msg)
    if ending == ".xls":
        return _read_xls(data, settings)
    if ending in _PACKAGE_READERS:
        return _PACKAGE_READERS[ending](data, settings=settings)
    return _BYTES_READERS[ending](data)


def _read_xls(data: bytes, settings: IntakeSettings) -> Content:
    """Read what stands behind .xls: often a new workbook, a web page or a text table that a website named so."""
    if data.startswith(b"PK"):
        return read_workbook(data, settings=settings)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")):
        return read_old_workbook(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        msg = "a web page named .xls. Open it in Excel and save it as .xlsx."
        raise CannotReadError(msg)
    return read_delimited(data)


def _read_bytes(path: Path, settings: IntakeSettings) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            msg = "not an ordinary file. Add the file itself."
            raise CannotReadError(msg)
        if status.st_size > settings.largest_file_mb * 1_000_000:
            msg = (
                f"larger than {settings.largest_file_mb} MB. Split it, or raise largest_file_mb under [intake]"
                " in voice-of-care.toml."
            )
            raise CannotReadError(msg)
        return path.read_bytes()
    except FileNotFoundError:
        msg = "no longer there. Check that it was not moved or deleted."
    except PermissionError:
        msg = "no permission to read it, or open in another program. Close it there, or ask its owner for access."
    except OSError as error:
        msg = f"can't be read ({error.strerror or 'disk error'}). Copy it to this computer and add the copy."
    raise CannotReadError(msg)


def _foreign_reason(ending: str) -> str:
    if ending in _PICTURES:
        return "a picture. Type up the text on it and add that."
    if ending in _RECORDINGS:
        return "a recording. Add its transcript as text."
    return _CONVERT.get(ending, f"not a kind of file that is read. Save it as {_READ}.")


def _one_line(name: str) -> str:
    return " ".join(name.split()) if not name.isprintable() else name


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep parsers' remarks on a file's styling or damage from the log, where they might quote its content."""
    parsers = [logging.getLogger(name) for name in ("pdfminer", "pdfplumber", "charset_normalizer", "openpyxl")]
    before = [(parser.propagate, parser.disabled) for parser in parsers]
    silent = logging.NullHandler()
    for parser in parsers:
        parser.addHandler(silent)
        parser.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for parser, (propagate, disabled) in zip(parsers, before, strict=True):
            parser.removeHandler(silent)
            parser.propagate, parser.disabled = propagate, disabled
