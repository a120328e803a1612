from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from voice_of_care.errors import InputError
from voice_of_care.intake.files import find_files

if TYPE_CHECKING:
    from pathlib import Path


def make(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(*paths: Path) -> list[str]:
    return [file.name for file in find_files(paths).files]


def test_folders_are_walked_in_an_order_of_names(tmp_path):
    for name in ("b.csv", "A.csv", "sub/c.docx", "Sub2/a.txt", "a/z.csv"):
        make(tmp_path / name)
    assert names(tmp_path) == ["A.csv", "a/z.csv", "b.csv", "sub/c.docx", "Sub2/a.txt"]


def test_hidden_temporary_and_project_files_are_left_out(tmp_path):
    for name in (
        "notes.docx",
        "~$notes.docx",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "voice-of-care.toml",
        "half.tmp",
        ".git/config",
        "__MACOSX/notes.docx",
        "project/project.duckdb",
        "project/list.xlsx",
    ):
        make(tmp_path / name)
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["notes.docx"]
    assert found.problems == ()


def test_a_file_given_twice_is_found_once_whatever_the_order(tmp_path):
    file = make(tmp_path / "sub" / "a.csv")
    for paths in ([tmp_path, file], [file, tmp_path], [tmp_path / "sub", tmp_path, tmp_path]):
        assert names(*paths) == ["sub/a.csv"]


def test_equal_names_of_two_folders_are_told_apart(tmp_path):
    make(tmp_path / "april" / "notes.txt")
    make(tmp_path / "may" / "notes.txt")
    make(tmp_path / "may" / "other.txt")
    expected = ["april/notes.txt", "may/notes.txt", "other.txt"]
    assert names(tmp_path / "may", tmp_path / "april") == expected
    assert names(tmp_path / "april", tmp_path / "may") == expected


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_lead_in_a_circle_or_nowhere(tmp_path):
    make(tmp_path / "a" / "one.txt")
    make(tmp_path / "b" / "two.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "across").symlink_to(tmp_path / "b", target_is_directory=True)
    (tmp_path / "b" / "back").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "lost.txt").symlink_to(tmp_path / "gone.txt")
    found = find_files([tmp_path])
    assert sorted(os.path.realpath(file.path).rpartition("/")[2] for file in found.files) == ["one.txt", "two.txt"]
    assert [problem.reason for problem in found.problems] == [
        "lost.txt: a link that leads nowhere. Add the file itself."
    ]
    assert find_files([tmp_path]) == found


def test_a_path_that_does_not_exist_is_an_error_of_one_line(tmp_path):
    with pytest.raises(InputError, match=r"^feb\.csv: there is no such file or folder\. Check the spelling\.$"):
        find_files([tmp_path / "feb.csv"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_without_permission_is_told_and_the_rest_goes_on(tmp_path):
    make(tmp_path / "open.txt")
    closed = make(tmp_path / "closed" / "a.txt").parent
    closed.chmod(0)
    try:
        found = find_files([tmp_path])
    finally:
        closed.chmod(0o700)
    assert [file.name for file in found.files] == ["open.txt"]
    assert found.problems[0].reason.startswith("closed: no permission to look into this folder.")
