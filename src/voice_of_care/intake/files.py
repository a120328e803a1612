"""Find the files to read: recursively, each once, in an order that does not depend on the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import InputError
from voice_of_care.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_DATABASE = "project.duckdb"
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx", SETTINGS_FILE})
_PASSING_ENDINGS = (".tmp", ".temp", ".lnk", ".duckdb", ".duckdb.wal", ".crdownload", ".part")


class FoundFile(NamedTuple):
    """A file to read, and the name it goes by: its path below the folder given, with forward slashes."""

    path: Path
    name: str


class Unreadable(NamedTuple):
    """A file or folder that can't be read, and why in one line that begins with its name."""

    path: Path
    name: str
    reason: str


class FoundFiles(NamedTuple):
    """The files to read, ordered by name, and what could not be looked into."""

    files: tuple[FoundFile, ...]
    problems: tuple[Unreadable, ...]


class _Found(NamedTuple):
    path: Path
    root: Path  # the folder given, or the folder of the file given
    name: str


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """Find the files to read under folders and files given, whatever the order they are given in.

    Left out without a word: hidden, temporary and system files, the settings file and project folders. A file
    reached twice is read once. Where two files of different folders would have one name, the folder's name is put
    before it.

    Raises:
        InputError: a path given does not exist.
    """
    found: list[_Found] = []
    problems: list[Unreadable] = []
    links: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            msg = f"{path.name or path}: there is no such file or folder. Check the spelling."
            raise InputError(msg)
        if path.is_dir():
            found += _walk(path, path, (), links, problems)
        elif path.is_file():
            found.append(_Found(path, path.parent, path.name))
        else:
            problems.append(_no_file(path, path.name))
    once: dict[str, _Found] = {}
    for one in sorted(found, key=lambda one: (-one.name.count("/"), _order(one.name), str(one.path))):
        once.setdefault(os.path.normcase(os.path.realpath(one.path)), one)
    files = sorted(_named_apart(list(once.values())), key=lambda file: (_order(file.name), str(file.path)))
    distinct = {(problem.name, problem.reason): problem for problem in problems}
    return FoundFiles(tuple(files), tuple(sorted(distinct.values(), key=lambda problem: _order(problem.name))))


def _order(name: str) -> tuple[str, str]:
    return (name.casefold(), name)


def _walk(
    folder: Path, root: Path, above: tuple[str, ...], links: set[str], problems: list[Unreadable]
) -> Iterator[_Found]:
    """Walk a folder; `above` are the real folders on the way down and `links` those links led to, to stop at loops."""
    name = "." if folder == root else folder.relative_to(root).as_posix()
    real = os.path.realpath(folder)
    if real in above or (folder.is_symlink() and folder != root and real in links):
        return
    if folder.is_symlink():
        links.add(real)
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_symlink(), _order(entry.name)))
    except OSError as error:
        shown = folder.name if name == "." else name
        why = "no permission to look into this folder" if isinstance(error, PermissionError) else "can't be looked into"
        problems.append(Unreadable(folder, shown, f"{shown}: {why}. Ask its owner for access, or copy the files out."))
        return
    for entry in entries:
        below = entry.relative_to(root).as_posix()
        if _is_passing(entry.name):
            continue
        try:
            if entry.is_dir():
                if not (entry / _DATABASE).exists():
                    yield from _walk(entry, root, (*above, real), links, problems)
            elif entry.is_file():
                yield _Found(entry, root, below)
            else:
                problems.append(_no_file(entry, below))
        except OSError:
            problems.append(
                Unreadable(entry, below, f"{below}: no permission to look into this folder. Ask its owner for access.")
            )


def _is_passing(name: str) -> bool:
    """Tell hidden, temporary and system files by their name."""
    lowered = name.lower()
    return lowered.startswith((".", "~$", "~")) or lowered in _SYSTEM_FILES or lowered.endswith(_PASSING_ENDINGS)


def _no_file(path: Path, name: str) -> Unreadable:
    what = "a link that leads nowhere" if path.is_symlink() else "neither a file nor a folder"
    return Unreadable(path, name, f"{name}: {what}. Add the file itself.")


def _named_apart(found: list[_Found]) -> Iterator[FoundFile]:
    """Put as many folder names before equal names as it takes to tell the files apart."""
    by_name: dict[str, list[_Found]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    for name, same in by_name.items():
        roots = [one.root.resolve().parts[1:] for one in same]
        taken = 0
        names = [name] * len(same)
        while len(set(names)) < len(names) and taken < max(map(len, roots)):
            taken += 1
            names = ["/".join((*parts[-taken:], name)) for parts in roots]
        yield from (FoundFile(one.path, unique) for one, unique in zip(same, names, strict=True))
