"""Show what would be read, before anything is: columns and their roles, dates, groups, problems, suggestions."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from voice_of_care.intake.dates import find_date
from voice_of_care.intake.items import find_defaults
from voice_of_care.intake.layout import clean_header
from voice_of_care.intake.notes import service_of
from voice_of_care.intake.reading import SourceRead, read_sources
from voice_of_care.intake.vocabulary import find_group

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from voice_of_care.settings import Settings

_MOST_VALUES = 20
_LONGEST_VALUE = 40
_LONGEST_HEADER = 160
_SITE = re.compile(
    r"\b((?:[A-Z][\w'’]+ ){1,4}(?:Hospital|Health Centre|Health Center|Centre|Care Centre|House|Lodge|Campus|Site"
    r"|Clinic))\b"
)


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
    sources = sorted(read_sources(paths, settings=settings), key=lambda source: source.source)
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


def suggest_settings(source: SourceRead, settings: Settings) -> str | None:
    """Return a [[sources]] entry for what names and headings of a file tell and no setting or column does."""
    if source.file is None or not source.is_read:
        return None
    known = find_defaults(source.file.name, settings)
    has = set() if source.layout is None else {column.use for column in source.layout.columns}
    words = _words_about(source)
    found: dict[str, str | int | datetime.date | None] = {}
    if known.respondent_group is None and "respondent_group" not in has:
        found["respondent_group"] = next(
            (
                group
                for text in words
                if (group := find_group(text, settings.intake.group_words)) not in (None, "unknown")
            ),
            None,
        )
    if known.service is None and "service" not in has:
        found["service"] = next((service for text in words if (service := service_of((text,)))), None)
    if known.site is None and "site" not in has:
        found["site"] = next((match[1] for text in words if (match := _SITE.search(text))), None)
    if known.date is None and "date" not in has:
        found["date"] = next((day for text in words if (day := find_date(text))), None)
    if known.people_present is None and source.facts.people_present:
        found["people_present"] = source.facts.people_present
    lines = [f"{name} = {_toml(value)}" for name, value in found.items() if value is not None]
    if not lines:
        return None
    return "\n".join(["[[sources]]", f"files = {_toml(source.file.name)}", *lines])


def _words_about(source: SourceRead) -> list[str]:
    """Return the first heading, then the names of file and folders, the nearest first, as words."""
    if source.file is None:
        return []
    headings = [passage.text for passage in source.file.passages if passage.kind == "heading"][:1]
    headings = headings or [passage.headings[0] for passage in source.file.passages if passage.headings][:1]
    parts = source.file.name.rsplit(".", 1)[0].split("/")
    names = [re.sub(r"_+|(?<!\d)-+|-+(?!\d)", " ", part) for part in reversed(parts)]
    return [" ".join(text.split()) for text in (*headings, *names) if text.strip()]


def _toml(value: str | int | datetime.date | None) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, int)) else f"{value:%Y-%m-%d}"
