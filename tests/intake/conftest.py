"""A folder of files made by hand, and what intake reads of it."""

from __future__ import annotations

import csv
import io

import pytest

from voice_of_care.intake import inspect_paths, read_comments
from voice_of_care.settings import parse_settings

KEY = b"a key for tests, thirty-two long"


class Folder:
    """Writes files into a folder and reads them."""

    def __init__(self, path):
        self.path = path

    def write(self, name, content):
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return target

    def table(self, name, rows):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        return self.write(name, text.getvalue())

    def read(self, settings=None, *, key=KEY, paths=None):
        return read_comments(paths or [self.path], settings=parse_settings(settings or {}), key=key)

    def inspect(self, settings=None):
        return inspect_paths([self.path], settings=parse_settings(settings or {}))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
