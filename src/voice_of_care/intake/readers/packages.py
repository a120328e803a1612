"""Zip packages (DOCX, XLSX, PPTX, ODT): opened only after their size, unpacked, is known to be bearable."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

import olefile  # type: ignore[import-untyped]

from voice_of_care.intake.readers.content import CannotReadError

if TYPE_CHECKING:
    from voice_of_care.settings import IntakeSettings

_MEGABYTE = 1_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Deflate packs at most 1032 to 1. Office files of very repetitive tables reach about 100.
_HIGHEST_RATIO = 250
_SMALL_MB = 20
_MOST_MEMBERS = 20_000


def open_package(data: bytes, *, settings: IntakeSettings) -> zipfile.ZipFile:
    """Open a package after checking that it is none that would fill the memory.

    Raises:
        CannotReadError: not a zip file, too large unpacked, encrypted, or with a document type declaration.
    """
    if data.startswith(_OLE):
        raise CannotReadError(old_office_reason(data))
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        msg = "damaged, or not the kind of file its ending says. Open it in its program and save a new copy."
        raise CannotReadError(msg) from None
    _check_members(package, len(data), settings)
    return package


def old_office_reason(data: bytes) -> str:
    """Say what an OLE container is that stands where a zip package was expected."""
    streams = ole_streams(data)
    if "EncryptedPackage" in streams:
        return "password-protected. Open it with its password, save a copy without one, and add that."
    if not streams:
        return "password-protected or damaged. Open it in its program and save a copy without a password."
    return "an old Office document with a new ending. Open it in its program and save it in today's format."


def ole_streams(data: bytes) -> frozenset[str]:
    """Return the names of the top streams of an OLE container, none where it is damaged."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return frozenset(entry[0] for entry in container.listdir())
    except Exception:  # a damaged container may raise anything
        return frozenset()


def member(package: zipfile.ZipFile, name: str) -> bytes | None:
    """Return a member's bytes, None where it is absent."""
    try:
        return package.read(name)
    except KeyError:
        return None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError):
        msg = "damaged. Open it in its program and save a new copy."
        raise CannotReadError(msg) from None


def _check_members(package: zipfile.ZipFile, packed: int, settings: IntakeSettings) -> None:
    members = package.infolist()
    unpacked = sum(item.file_size for item in members)
    limit = settings.largest_unpacked_mb * _MEGABYTE
    # The zip module never unpacks more of a member than the size it declares, so declared sizes are a safe bound.
    if unpacked > limit or len(members) > _MOST_MEMBERS:
        msg = (
            f"larger than {settings.largest_unpacked_mb} MB when unpacked. If you trust it, raise largest_unpacked_mb"
            " under [intake] in voice-of-care.toml."
        )
        raise CannotReadError(msg)
    if unpacked > _SMALL_MB * _MEGABYTE and unpacked > _HIGHEST_RATIO * packed:
        msg = "packed far tighter than a real document (a zip bomb). Save it again from the program it came from."
        raise CannotReadError(msg)
    if any(item.flag_bits & 1 for item in members):
        msg = "password-protected. Open it with its password, save a copy without one, and add that."
        raise CannotReadError(msg)
    for item in members:
        if item.filename.lower().endswith((".xml", ".rels")) and _declares_entities(package, item):
            msg = "holds XML declarations that real documents don't. Save it again from the program it came from."
            raise CannotReadError(msg)


def _declares_entities(package: zipfile.ZipFile, item: zipfile.ZipInfo) -> bool:
    """Tell whether an XML part starts with a document type, through which entities could expand without end."""
    try:
        with package.open(item) as part:
            start = part.read(65_536)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError):
        msg = "damaged. Open it in its program and save a new copy."
        raise CannotReadError(msg) from None
    return b"<!DOCTYPE" in start.replace(b"\0", b"")
