"""From bytes to text: find the encoding, mend what an earlier program decoded wrongly."""

from __future__ import annotations

import codecs
import re

import charset_normalizer
import ftfy
import ftfy.bad_codecs

from voice_of_care.intake.readers.content import CannotReadError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"PK\x03\x04", "a zip file or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# What people in these islands type beyond ASCII; it tells Windows-1252 from the Macintosh and DOS encodings.
_USUAL = frozenset("’‘“”–—…£€°½¼•·´é áíóúÉÁÍÓÚèêëàâäçñôöüïîß®©™\xa0")
# ftfy's Windows-1252 gives the five bytes that the standard leaves out, as every browser does.
_SINGLE_BYTE = ("sloppy-windows-1252", "mac_roman", "cp850")
_LONGEST_MENDED = 200_000


def decode_text(data: bytes) -> str:
    """Decode a text file of any common encoding; lines end in a plain newline only where they did before.

    Raises:
        CannotReadError: the bytes are no text.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            msg = f"not a text file: it holds {what}. Give it the ending that fits, or save it again as text."
            raise CannotReadError(msg)
    text = _decode(data)
    sample = text[:200_000]
    strange = sum(len(found) for found in re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]+", sample))
    if strange > 0.02 * len(sample):
        msg = "not a text file: it holds binary data. Save it again from the program it came from."
        raise CannotReadError(msg)
    return text


def mend_text(text: str) -> str:
    """Undo a wrong decoding (`donâ€™t`) and take out control characters; nothing else changes."""
    if text.isascii() and text.isprintable():
        return text
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
        if len(text) <= _LONGEST_MENDED:
            text = ftfy.fix_encoding(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", text)


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    unmarked = _wide_encoding(data[:4000])
    if unmarked:
        return data.decode(unmarked, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data)


def _wide_encoding(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zero bytes, every other one in Latin text."""
    pairs = len(sample) // 2
    if not pairs:
        return None
    low, high = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if high > 0.7 * pairs and low < 0.05 * pairs:
        return "utf-16-le"
    if low > 0.7 * pairs and high < 0.05 * pairs:
        return "utf-16-be"
    return None


def _decode_legacy(data: bytes) -> str:
    """Decode line by line, as files put together from several exports mix UTF-8 with an older encoding."""
    lines = data.split(b"\n")
    old = [line for line in lines if not _is_utf8(line)]
    sample = b"\n".join(old)[:100_000]
    encoding = _legacy_encoding(sample)
    return "\n".join(line.decode("utf-8") if _is_utf8(line) else line.decode(encoding, "replace") for line in lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(sample: bytes) -> str:
    letters = sum(1 for byte in sample if byte > 64)
    beyond = sum(1 for byte in sample if byte > 127)
    if beyond > 0.25 * max(letters, 1):  # mostly not in the Latin alphabet: beyond what the islands' encodings hold
        best = charset_normalizer.from_bytes(sample).best()
        if best is not None:
            return best.encoding
    counts = [(_usual_share(sample, encoding), -rank) for rank, encoding in enumerate(_SINGLE_BYTE)]
    return _SINGLE_BYTE[-max(counts)[1]]


def _usual_share(sample: bytes, encoding: str) -> int:
    text = bytes(byte for byte in sample if byte > 127).decode(encoding, errors="replace")
    return sum(1 if character in _USUAL else -1 for character in text)
