"""Show what would be read, before anything is: columns and their roles, dates, groups, problems, suggestions."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.intake.layout import clean_header
from voice_of_care.intake.reading import SourceRead, read_to_inspect
from voice_of_care.intake.suggestions import suggest_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from voice_of_care.settings import Settings

_MOST_VALUES = 20
_LONGEST_VALUE = 40
_LONGEST_HEADER = 160


@dataclass(frozen=True)
class InspectedColumn:
    """A column, the role it was given, and why."""

    header: str
    role: str
    why: str


@dataclass(frozen=True)
class InspectedSource:
    """What would be read from one table or one file of notes; never a comment's words."""

    source: str
    format: str
    preset: str | None
    header_row: int | None
    columns: tuple[InspectedColumn, ...]
    records: int
    questions: tuple[str, ...]
    comments: int
    set_aside: Mapping[str, int]
    dates: Mapping[str, int]
    groups: Mapping[str, int]
    unknown_groups: Mapping[str, int]
    scores: Mapping[str, int]
    people_present: int | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """What would be read from files and folders, and settings to paste where files can't say it themselves."""

    sources: tuple[InspectedSource, ...]
    suggestions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return nested values of JSON's types."""
        content = asdict(self)
        return {
            "sources": [dict(source) for source in content["sources"]],
            "suggestions": list(content["suggestions"]),
        }

    def as_json(self) -> str:
        """Return the inspection as JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2)


def inspect_paths(paths: Sequence[Path], *, settings: Settings) -> Inspection:
    """Return what would be read; nothing is stored.

    Raises:
        InputError: a path does not exist.
        SettingsError: a mapping names a column that its file does not have.
    """
    sources = read_to_inspect(paths, settings=settings)
    suggested: dict[str, str] = {}
    for source in sources:
        suggestion = suggest_settings(source, settings)
        if suggestion and source.file is not None:
            suggested.setdefault(source.file.name, suggestion)
    return Inspection(tuple(_inspect(source) for source in sources), tuple(suggested.values()))


def _inspect(source: SourceRead) -> InspectedSource:
    facts, layout = source.facts, source.layout
    columns = () if layout is None else layout.columns
    is_notes = source.preset == "notes"
    asked = Counter(item.question for item in source.items if item.question)
    return InspectedSource(
        source=source.source,
        format=source.format,
        preset=source.preset,
        header_row=source.header_row,
        columns=tuple(
            InspectedColumn(clean_header(column.header)[:_LONGEST_HEADER], column.use.replace("_", " "), column.why)
            for column in columns
            if column.header
        ),
        records=facts.records,
        questions=() if is_notes else tuple(sorted(asked))[: 5 * _MOST_VALUES],
        comments=sum(item.reason is None for item in source.items),
        set_aside=_sorted(Counter(item.reason for item in source.items if item.reason)),
        dates=dict(facts.date_formats),
        groups=_sorted(facts.groups),
        unknown_groups=_few_short(facts.unknown_groups),
        scores=dict(sorted(facts.scores.items())),
        people_present=facts.people_present,
        problems=source.problems,
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def _few_short(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the values of a closed answer; none where they are many or long, as people's own words are."""
    if len(counts) > _MOST_VALUES or any(len(value) > _LONGEST_VALUE for value in counts):
        return {"(many different or long values)": sum(counts.values())}
    return _sorted(counts)
