"""JSON and JSON lines: a list of objects becomes a table, nested keys joined with a point."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from voice_of_care.intake.readers.content import CannotReadError, Content, Grid
from voice_of_care.intake.readers.decoding import decode_text, mend_text

if TYPE_CHECKING:
    from voice_of_care.intake.readers.content import Cell

_MOST_COLUMNS = 5_000
_DEEPEST = 20


def read_json(data: bytes) -> Content:
    """Read a list of objects, an object that holds one, or one object a line, as one grid with a header row.

    Raises:
        CannotReadError: no JSON, or no list of objects in it.
    """
    text = decode_text(data).strip().lstrip("\ufeff")
    if not text:
        msg = "empty. Check that the export finished, and add it again."
        raise CannotReadError(msg)
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return _read_lines(text)
    if isinstance(value, dict) and "\n" not in text and _find_list(value) is None:
        return _grid("json", [value], [])
    found = value if isinstance(value, list) else _find_list(value)
    if found is None and isinstance(value, dict):
        found = [value]
    return _grid("json", found or [], [])


def _read_lines(text: str) -> Content:
    values, wrong = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values.append(json.loads(line, parse_constant=lambda _: None))
        except (ValueError, RecursionError):
            wrong.append(number)
    if not values or len(wrong) > len(values):
        msg = "not valid JSON. Export it again."
        raise CannotReadError(msg)
    shown = ", ".join(str(number) for number in wrong[:5]) + (" ..." if len(wrong) > 5 else "")
    problems = [f"{len(wrong)} lines are not valid JSON and were left out (line {shown})."] if wrong else []
    return _grid("jsonl", values, problems)


def _find_list(value: object, depth: int = 0) -> list[object] | None:
    """Find the list of objects an export wraps: the longest one nearest the top."""
    if not isinstance(value, dict) or depth > 3:
        return None
    lists = [inner for inner in value.values() if isinstance(inner, list) and any(isinstance(i, dict) for i in inner)]
    if lists:
        return max(lists, key=len)
    deeper = [found for inner in value.values() if (found := _find_list(inner, depth + 1)) is not None]
    return max(deeper, key=len) if deeper else None


def _grid(kind: str, values: list[object], problems: list[str]) -> Content:
    records: list[dict[str, Cell]] = []
    columns: dict[str, None] = {}
    for value in values:
        record: dict[str, Cell] = {}
        _flatten(value if isinstance(value, dict) else {"text": value}, "", record, 0)
        columns.update(dict.fromkeys(record))
        records.append(record)
    if not columns:
        msg = "no list of objects in it. Export a list with one object for each response."
        raise CannotReadError(msg)
    if len(columns) > _MOST_COLUMNS:
        msg = f"more than {_MOST_COLUMNS} different keys. Export a list with one object for each response."
        raise CannotReadError(msg)
    rows = [tuple(columns), *(tuple(record.get(column) for column in columns) for record in records)]
    return Content(kind, grids=(Grid(sheet="", rows=tuple(rows)),), problems=tuple(problems))


def _flatten(value: object, key: str, record: dict[str, Cell], depth: int) -> None:
    if isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            _flatten(inner, f"{key}.{mend_text(str(name))}" if key else mend_text(str(name)), record, depth + 1)
    elif isinstance(value, list):
        record[key] = "; ".join(filter(None, (_plain(item) for item in value))) or None
    else:
        record[key] = _scalar(value)


def _scalar(value: object) -> Cell:
    if isinstance(value, str):
        return mend_text(value) or None
    if isinstance(value, int) and abs(value) > 2**63 - 1:
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return json.dumps(value, ensure_ascii=False)


def _plain(item: object) -> str:
    if isinstance(item, dict) and isinstance(item.get("name"), str) and item["name"].strip():
        return mend_text(item["name"])  # a thing with a name is told by it; its codes and links say nothing
    if isinstance(item, dict):
        return ", ".join(filter(None, (_plain(inner) for inner in item.values())))
    if isinstance(item, list):
        return "; ".join(filter(None, (_plain(inner) for inner in item)))
    return "" if item is None else mend_text(str(item))
