"""What themes are seeded with on request: a framework, or a codebook of one's own."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from openpyxl import load_workbook
from pydantic import ValidationError

from voice_of_care.errors import VocabularyError
from voice_of_care.frameworks.loader import SHIPPED, check_file, find_framework, nearest
from voice_of_care.frameworks.model import Framework, FrameworkElement
from voice_of_care.tables import NOT_STANDING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEADERS = {
    "id": ("id", "theme_id"),
    "label": ("label", "new_label", "theme", "code", "name"),
    "definition": ("definition", "description", "meaning"),
    "examples": ("examples", "example", "phrases", "include_cues", "cues"),
    "status": ("status",),
}
_LEFT_OUT = (*NOT_STANDING, "rejected")
_BETWEEN = re.compile(r"\s*[;|\n]\s*")


def load_seeds(
    names: Sequence[str], *, folder: Path | None = None, frameworks: Sequence[Framework] = ()
) -> tuple[Framework, ...]:
    """Return what themes are seeded with, each as a framework whose elements are the seeds.

    A name is the id of one of the project's frameworks or of one that ships, or a file: a framework's YAML, a codebook
    as YAML (a list of label, definition, examples), CSV or XLSX with such columns, or a table of themes as this project
    exports it. Several examples in a cell stand apart by semicolons. Retired themes are left out.

    Args:
        names: ids and files.
        folder: what files are relative to.
        frameworks: those the project maps to, its own among them; they go before those that ship.

    Raises:
        VocabularyError: a name is no framework and no file, or a file is not as it should be or lies elsewhere; or two
            names lead to the same id.
    """
    known = {each.id: each for each in frameworks}
    beside = (folder or Path()).resolve()
    seeds: dict[str, Framework] = {}
    places: set[str | Path] = set()
    for name in names:
        is_id = name in known or name in SHIPPED
        place = name if is_id else (beside / name).resolve()
        if place in places:
            continue
        places.add(place)
        if isinstance(place, Path) and not place.is_relative_to(beside):
            msg = f"themes.seeds: {name} lies outside the folder of the settings. Copy it there and name the copy."
            raise VocabularyError(msg)
        found = (known.get(name) or find_framework(name)) if is_id else _read(name, folder, known)
        if found.id in seeds:
            msg = f"themes.seeds: {name} and another of the seeds have the same id, {found.id}. Rename one of them."
            raise VocabularyError(msg)
        seeds[found.id] = found
    return tuple(seeds.values())


def codebook_id(name: str) -> str:
    """Return the id that a codebook's seeds stand under: its file's name without ending, in letters and digits."""
    return _slug(Path(name).stem) or "codebook"


def _read(name: str, folder: Path | None, known: Mapping[str, Framework]) -> Framework:
    path = (folder or Path()) / name
    if not path.is_file():
        told = nearest(name, list(dict.fromkeys((*known, *SHIPPED))))
        msg = f"themes.seeds: {name} is no file beside the settings and no framework's id.{told}"
        raise VocabularyError(msg)
    kind = path.suffix.lower()
    try:
        if kind == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows: list[Mapping[str, Any]] = list(csv.DictReader(file))
        elif kind == ".xlsx":
            rows = _sheet_rows(path)
        else:
            content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
            if isinstance(content, dict):
                return check_file(path).framework
            rows = content if isinstance(content, list) else []
    except VocabularyError:
        raise
    except Exception:  # csv, yaml and openpyxl raise many kinds of error for a file that is none
        msg = f"{path.name}: can't be read as a codebook. Give a YAML, CSV or XLSX file, text in UTF-8."
        raise VocabularyError(msg) from None
    return _as_framework(path, [row for row in rows if isinstance(row, dict)])


def _sheet_rows(path: Path) -> list[Mapping[str, Any]]:
    """Return the rows of the first sheet whose header has a label."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for place, row in enumerate(rows[:10]):
            header = [cell.strip().lower() for cell in row]
            if set(header) & set(_HEADERS["label"]):
                return [dict(zip(header, cells, strict=False)) for cells in rows[place + 1 :]]
    return []


def _as_framework(path: Path, rows: Sequence[Mapping[str, Any]]) -> Framework:
    elements: dict[str, FrameworkElement] = {}
    codebook = codebook_id(path.name)
    for place, row in enumerate(rows, start=1):
        cells = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
        label = _cell(cells, "label")
        if not label or _cell(cells, "status").lower() in _LEFT_OUT:
            continue
        number = 2
        base = _slug(_cell(cells, "id")) or _slug(label) or f"code-{place}"
        code = base
        while code in elements:
            code, number = f"{base}-{number}", number + 1
        elements[code] = FrameworkElement(
            id=code,
            label=label,
            definition=_cell(cells, "definition") or label,
            include_cues=tuple(_examples(cells)),
        )
    if not elements:
        msg = f"{path.name}: no codes were found in it. Give a column label, and definition and examples where you can."
        raise VocabularyError(msg)
    try:
        return Framework(id=codebook, version="1", name=path.stem, elements=tuple(elements.values()))
    except ValidationError:
        msg = f"{path.name}: can't be used as a codebook. Give it a file name of letters and digits."
        raise VocabularyError(msg) from None


def _cell(cells: Mapping[str, Any], role: str) -> str:
    for header in _HEADERS[role]:
        value = cells.get(header)
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    return ""


def _examples(cells: Mapping[str, Any]) -> list[str]:
    for header in _HEADERS["examples"]:
        value = cells.get(header)
        if isinstance(value, list | tuple):
            return [str(each).strip() for each in value if str(each).strip()]
        if isinstance(value, str) and value.strip():
            return [part for part in _BETWEEN.split(value.strip()) if part]
    return []


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
