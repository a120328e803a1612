"""Known exports, and the words by which headers tell a column's role: read from `presets.yaml`, once."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from voice_of_care.intake.vocabulary import Scale, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Patterns = tuple[re.Pattern[str], ...]

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]|[A-Z]+$)")
_NUMBERING = re.compile(r"^(?:(?:q|question)\s*)?\d+[a-z]?\s*[.):-]+\s*|^(?:q|question)\s*\d+[a-z]?\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Preset:
    """A known export: the columns it is recognised by, and the role of those it always has."""

    id: str
    name: str
    all_of: Patterns = ()
    any_of: Patterns = ()
    needs_any: int = 1
    raw_any: Patterns = ()
    roles: Mapping[str, Patterns] = field(default_factory=dict)
    comment: Patterns = ()
    ignored: Patterns = ()
    only_listed: bool = False
    questions: tuple[tuple[re.Pattern[str], str], ...] = ()
    scale: Scale | None = None

    def fits(self, headers: Sequence[str]) -> bool:
        """Say whether a table with these headers is such an export."""
        plain_headers = [plain_header(header) for header in headers]
        if not all(_any_matches(pattern, plain_headers) for pattern in self.all_of):
            return False
        if self.raw_any:
            return any(_any_matches(pattern, headers) for pattern in self.raw_any)
        return sum(_any_matches(pattern, plain_headers) for pattern in self.any_of) >= self.needs_any


@dataclass(frozen=True)
class HeaderWords:
    """The words by which a header tells a column's role, whatever the export."""

    never: Patterns
    roles: Mapping[str, Patterns]
    comment: Patterns


def plain_header(header: str) -> str:
    """Return a header for comparing: words split, lower case, without question number and edge punctuation."""
    words = _CAMEL.sub(" ", header.strip()) if " " not in header.strip() else header
    words = words.replace("_", " ").replace("\xa0", " ")
    bare = plain(words)
    return plain(_NUMBERING.sub("", bare)) or bare


def first_match(patterns: Iterable[re.Pattern[str]], header: str) -> int | None:
    """Return the place of the first pattern found in a plain header, None where there is none."""
    return next((place for place, pattern in enumerate(patterns) if pattern.search(header)), None)


@functools.cache
def presets() -> tuple[Preset, ...]:
    """Return the known exports, in the order in which they are tried."""
    return tuple(_preset(entry) for entry in _content()["presets"])


@functools.cache
def header_words() -> HeaderWords:
    """Return the words of headers that hold for every table."""
    content = _content()
    roles = {role: _compile(patterns) for role, patterns in content["roles"].items()}
    return HeaderWords(_compile(content["never"]), roles, _compile(content["comment"]))


def find_preset(headers: Sequence[str]) -> Preset | None:
    """Return the first known export that these headers fit."""
    return next((preset for preset in presets() if preset.fits(headers)), None)


@functools.cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        resources.files("voice_of_care.intake").joinpath("presets.yaml").read_text("utf-8")
    )
    return content


def _preset(entry: Mapping[str, Any]) -> Preset:
    scale = entry.get("scale")
    return Preset(
        id=entry["id"],
        name=entry["name"],
        all_of=_compile(entry.get("all", ())),
        any_of=_compile(entry.get("any", ())),
        needs_any=entry.get("needs_any", 1),
        raw_any=_compile(entry.get("raw_any", ())),
        roles={role: _compile(patterns) for role, patterns in entry.get("roles", {}).items()},
        comment=_compile(entry.get("comment", ())),
        ignored=_compile(entry.get("ignored", ())),
        questions=tuple((*_compile((key,)), asked) for key, asked in entry.get("questions", {}).items()),
        only_listed=entry.get("only_listed", False),
        scale=Scale(**scale) if scale else None,
    )


def _compile(patterns: Iterable[str]) -> Patterns:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _any_matches(pattern: re.Pattern[str], headers: Iterable[str]) -> bool:
    return any(pattern.search(header) for header in headers)
