"""Make Office files the same on every day and machine."""

from __future__ import annotations

import io
import re
import zipfile

_STAMP = "2025-04-01T09:00:00Z"


def tidy_package(package: bytes) -> bytes:
    """Return a zip package with fixed times, in the same order."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + _STAMP.encode(), content)
            info = zipfile.ZipInfo(entry.filename, (2025, 4, 1, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            new.writestr(info, content)
    return out.getvalue()


def contents(path_bytes: bytes) -> dict[str, bytes] | bytes:
    """Return what two files must share to be the same: a package's members, else the bytes.

    How well deflate packs differs between builds of zlib, so that the packed bytes may differ between machines.
    """
    if not path_bytes.startswith(b"PK\x03\x04"):
        return path_bytes
    with zipfile.ZipFile(io.BytesIO(path_bytes)) as package:
        return {name: package.read(name) for name in package.namelist()}
