"""Find a table's header row and the role of each column: from the settings, a known export, or words and content."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from voice_of_care.errors import SettingsError
from voice_of_care.intake.columns import (
    Profile,
    is_label,
    profile_column,
    share_of_groups,
    share_of_permissions,
)
from voice_of_care.intake.dates import read_dates
from voice_of_care.intake.globs import matches
from voice_of_care.intake.headers import numbered_headers, signature_of_headers
from voice_of_care.intake.presets import (
    Preset,
    find_preset,
    first_match,
    header_words,
    plain_header,
)
from voice_of_care.intake.vocabulary import FIVE_POINTS, Scale, find_scale, plain
from voice_of_care.settings import SETTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from voice_of_care.intake.readers import Cell, Grid
    from voice_of_care.settings import Group, MappingSettings, Settings

Use = Literal[
    "comment",
    "response_id",
    "respondent_id",
    "session_id",
    "respondent_group",
    "service",
    "site",
    "question",
    "score",
    "date",
    "may_quote",
    "people_present",
    "closed answer",
    "not read",
    "empty",
]
MAPPING = "mapping"
BY_HEADER_ALONE = "header asks for words; no cell is filled"
_SINGLE: tuple[Use, ...] = (
    "response_id", "respondent_id", "session_id", "people_present", "date", "may_quote", "question",
    "respondent_group", "score", "service", "site",
)  # fmt: skip
_SEVERAL = 3  # columns that may make up a service, e.g. service type 1 and 2
_SEARCHED_ROWS = 30
_MOST_PREAMBLE = 12
_NAMES_A_RECORD = re.compile(r"\b(id|ids|uuid|guid|ref|reference|code|url|link)$")


class Column(NamedTuple):
    """A column as it stands in the file, and what it is read as."""

    place: int
    header: str
    question: str
    use: Use
    why: str


@dataclass(frozen=True)
class Layout:
    """How a table is read."""

    header_row: int
    first_data_row: int
    headers: tuple[str, ...]
    columns: tuple[Column, ...]
    preset: str | None
    scale: Scale = FIVE_POINTS
    problems: tuple[str, ...] = ()
    day_first: bool | None = None

    def places(self, use: Use) -> tuple[int, ...]:
        """Return the places of the columns with this use."""
        return tuple(column.place for column in self.columns if column.use == use)

    def place(self, use: Use) -> int | None:
        """Return the place of the column with this use, None where there is none."""
        return next(iter(self.places(use)), None)

    @property
    def comments(self) -> tuple[Column, ...]:
        """Return the columns whose cells are comments."""
        return tuple(column for column in self.columns if column.use == "comment")


class Remembered(NamedTuple):
    """How a table of these columns was read before: uses by header and its number among columns of that header."""

    uses: Mapping[tuple[str, int], tuple[str, ...]]
    preset: str | None
    scale: Scale
    day_first: bool | None
    records: int


@dataclass(frozen=True)
class _Table:
    header_row: int
    first_data_row: int
    headers: tuple[str, ...]
    questions: tuple[str, ...]
    values: tuple[tuple[Cell, ...], ...]  # by column

    def profiles(self) -> tuple[Profile, ...]:
        return tuple(profile_column(column) for column in self.values)


def find_layout(
    grid: Grid, *, name: str, settings: Settings, recall: Callable[[str], Remembered | None] | None = None
) -> Layout | None:
    """Return how a table is read, None where it has no header row with data below.

    Args:
        grid: the table.
        name: its file's.
        settings: mappings and words.
        recall: gives by signature how a table of these columns was read before; from fewer records it counts for less.

    Raises:
        SettingsError: a mapping for this file names a column that is not there.
    """
    mapped = _find_mapping(grid, name, settings.mapping)
    if mapped is not None:
        mapping, row = mapped
        return _layout_of_mapping(_table(grid, row, None), mapping)
    row_and_preset = _find_header(grid.rows)
    if row_and_preset is None:
        return None
    row, preset = row_and_preset
    table = _table(grid, row, preset)
    if not table.values or not table.values[0]:
        return Layout(row, table.first_data_row, table.headers, (), preset.id if preset else None)
    known = recall(signature_of_headers(table.headers)) if recall is not None else None
    guess = _layout_by_words(table, preset, settings.intake.group_words, known)
    if known is not None and (known.preset == MAPPING or known.records >= len(table.values[0])):
        return _layout_as_before(guess, known)
    return guess


def _layout_as_before(guess: Layout, known: Remembered) -> Layout:
    """Return the layout remembered; of columns that were empty then, what is guessed now."""
    headers = numbered_headers(guess.headers)
    taken = {use for uses in known.uses.values() for use in uses if use in _SINGLE}
    columns: list[Column] = []
    for column in guess.columns:
        uses = known.uses.get(headers[column.place])
        if uses is None and column.use not in taken:
            is_unseen = column.why == BY_HEADER_ALONE
            columns.append(column._replace(use="empty", why="no cell is filled") if is_unseen else column)
        elif all(other.place != column.place for other in columns):
            columns += [column._replace(use=cast("Use", use), why="as in files read before")
                        for use in uses or ("not read",)]  # fmt: skip
    problems = () if any(column.use == "comment" for column in columns) else (_NO_COMMENT,)
    return replace(guess, columns=tuple(columns), preset=known.preset, scale=known.scale, problems=problems,
                   day_first=known.day_first)  # fmt: skip


def clean_header(value: Cell) -> str:
    """Return a header on one line, without the mark of a required question."""
    return " ".join(str("" if value is None else value).replace("\xa0", " ").split()).rstrip("* ").strip()


def _find_header(rows: Sequence[Sequence[Cell]]) -> tuple[int, Preset | None] | None:
    filled = [sum(cell is not None and str(cell).strip() != "" for cell in row) for row in rows[:_SEARCHED_ROWS]]
    searched = min(len(rows), _MOST_PREAMBLE + 1)
    for row in range(searched):
        preset = find_preset([clean_header(cell) for cell in rows[row]]) if filled[row] > 1 else None
        if preset is not None and _labels(rows[row]) >= 0.6 * filled[row]:
            return row, preset
    for row in range(searched):
        below = [count for count in filled[row + 1 :] if count]
        if not filled[row] or not below:
            continue
        widest = sorted(below)[len(below) // 2]
        if any(count >= 0.6 * widest for count in filled[:row]):  # records stand above: the table has no header
            return None
        if filled[row] >= max(1, 0.6 * widest) and _labels(rows[row]) == filled[row] and _looks_like_header(rows[row]):
            return row, None
    return None


def _labels(row: Sequence[Cell]) -> int:
    return sum(is_label(cell) for cell in row)


def _looks_like_header(row: Sequence[Cell]) -> bool:
    texts = [plain(cell) for cell in row if cell is not None and str(cell).strip()]
    if len(set(texts)) < len(texts):
        return False
    if len(texts) > 1:
        return True
    header = plain_header(texts[0])
    return len(header.split()) <= 15 and first_match(header_words().comment, header) is not None


def _table(grid: Grid, row: int, preset: Preset | None) -> _Table:
    width = max(len(cells) for cells in grid.rows[row:])
    headers = _padded(grid.rows[row], width)
    questions, first = headers, row + 1
    if preset is not None and preset.id == "qualtrics":
        below = [_padded(cells, width) for cells in grid.rows[row + 1 : row + 3]]
        if below and any("ImportId" in text for text in below[-1]):
            questions, first = below[0] if len(below) == 2 else headers, row + 1 + len(below)
        elif below and plain(below[0][_place_of(headers, "response id")]) == "response id":
            questions, first = below[0], row + 2
    elif row + 1 < len(grid.rows) and any("ImportId" in clean_header(cell) for cell in grid.rows[row + 1]):
        first = row + 2
    body = [cells for cells in grid.rows[first:] if any(cell is not None and str(cell).strip() for cell in cells)]
    values = tuple(tuple(cells[place] if place < len(cells) else None for cells in body) for place in range(width))
    if preset is not None and preset.questions:
        questions = tuple(_asked(preset, header) for header in headers)
    questions = tuple(question or header for question, header in zip(questions, headers, strict=True))
    return _Table(row, first, headers, questions, values)


def _asked(preset: Preset, header: str) -> str:
    text = plain_header(header)
    if first_match(preset.comment, text) is None:
        return header
    return next((asked for pattern, asked in preset.questions if pattern.search(text)), header)


def _padded(cells: Sequence[Cell], width: int) -> tuple[str, ...]:
    return tuple(clean_header(cells[place]) if place < len(cells) else "" for place in range(width))


def _place_of(headers: Sequence[str], wanted: str) -> int:
    return next((place for place, header in enumerate(headers) if plain_header(header) == wanted), 0)


# --- by mapping ------------------------------------------------------------------------------------------------------


def _mapped_columns(mapping: MappingSettings) -> list[tuple[Use, str]]:
    columns: list[tuple[Use, str]] = [("comment", header) for header in mapping.comment]
    columns.extend((role, getattr(mapping, role)) for role in _SINGLE if getattr(mapping, role))
    return columns


def _find_mapping(grid: Grid, name: str, mappings: Iterable[MappingSettings]) -> tuple[MappingSettings, int] | None:
    for mapping in mappings:
        wanted = {plain(clean_header(header)) for _, header in _mapped_columns(mapping)}
        if not wanted or not matches(mapping.files, name):
            continue
        rows = [{plain(clean_header(cell)) for cell in row} for row in grid.rows[:_SEARCHED_ROWS]]
        if not rows:
            continue
        found = [len(wanted & row) for row in rows]
        best = max(range(len(rows)), key=lambda place: (found[place], -place))
        if found[best] == len(wanted):
            return mapping, best
        is_meant = found[best] > 0 or mapping.files != "**/*" or _is_near_miss(wanted, rows)
        if is_meant and not (found[best] == 0 and grid.sheet):
            _refuse(mapping, name, grid.rows[best], rows[best])
    return None


def _is_near_miss(wanted: Iterable[str], rows: Iterable[set[str]]) -> bool:
    seen = sorted({header for row in rows for header in row if header and len(header) < 200})
    return any(difflib.get_close_matches(header, seen, n=1, cutoff=0.8) for header in wanted)


def _refuse(mapping: MappingSettings, name: str, cells: Sequence[Cell], known: set[str]) -> None:
    headers = [clean_header(cell) for cell in cells if is_label(cell)]
    role, missing = next(
        (role, header) for role, header in _mapped_columns(mapping) if plain(clean_header(header)) not in known
    )
    near = difflib.get_close_matches(missing, headers, n=1, cutoff=0.4)
    hint = f" Did you mean '{near[0]}'?" if near and len(near[0]) <= 120 else ""
    msg = f"{SETTINGS_FILE}: mapping.{role}: {name} has no column '{missing}'.{hint}"
    raise SettingsError(msg)


def _layout_of_mapping(table: _Table, mapping: MappingSettings) -> Layout:
    uses: dict[int, tuple[Use, str]] = {}
    extra: list[Column] = []
    headers = [plain(header) for header in table.headers]
    for role, wanted in _mapped_columns(mapping):
        place = headers.index(plain(clean_header(wanted)))
        if place in uses:
            extra.append(Column(place, table.headers[place], table.questions[place], role, "named in the settings"))
        else:
            uses[place] = (role, "named in the settings")
    columns = _columns(table, uses, unread="not named in the settings")
    scale = _mapped_scale(mapping, table, headers)
    problems = () if mapping.comment else (_NO_COMMENT,)
    return Layout(table.header_row, table.first_data_row, table.headers, (*columns, *extra), MAPPING, scale, problems)


def _mapped_scale(mapping: MappingSettings, table: _Table, headers: Sequence[str]) -> Scale:
    if mapping.score_best is not None or mapping.score_worst is not None:
        best = 5.0 if mapping.score_best is None else mapping.score_best
        return Scale(worst=1.0 if mapping.score_worst is None else mapping.score_worst, best=best)
    if not mapping.score:
        return FIVE_POINTS
    return find_scale(table.values[headers.index(plain(clean_header(mapping.score)))])


_NO_COMMENT = (
    "No column was recognised as comments. Name it in the settings: [mapping] files = this file, comment = its header."
)


def _columns(table: _Table, uses: Mapping[int, tuple[Use, str]], *, unread: str) -> tuple[Column, ...]:
    columns = []
    for place, header in enumerate(table.headers):
        use, why = uses.get(place, ("not read", unread))
        columns.append(Column(place, header, table.questions[place], use, why))
    return tuple(columns)


# --- by words and content --------------------------------------------------------------------------------------------


def _layout_by_words(
    table: _Table, preset: Preset | None, group_words: Mapping[str, Group], known: Remembered | None
) -> Layout:
    profiles = table.profiles()
    finder = _Finder(table, profiles, preset, group_words, {})
    uses = {**finder.find(), **_uses_of_empty(table, profiles, known)}
    columns = _columns(table, uses, unread="its header and content tell no role")
    if (
        preset is not None
        and "respondent_id" in preset.roles
        and not any(use == "response_id" for use, _ in uses.values())
    ):
        columns += tuple(
            column._replace(use="response_id", why=f"{preset.name}: a respondent answers once")
            for column in columns
            if column.use == "respondent_id"
        )
    layout = Layout(table.header_row, table.first_data_row, table.headers, columns, preset.id if preset else None)
    score = layout.place("score")
    scale = FIVE_POINTS if score is None else _scale_of(table.values[score], preset)
    return replace(layout, scale=scale, problems=() if layout.comments else (_NO_COMMENT,))


def _uses_of_empty(table: _Table, profiles: Sequence[Profile], known: Remembered | None) -> dict[int, tuple[Use, str]]:
    """Return what columns without a filled cell are: comments or not, as they were before."""
    if known is None:
        return {}
    return {
        place: ("comment", "as in files read before")
        if "comment" in known.uses[header]
        else ("empty", "no cell is filled")
        for place, header in enumerate(numbered_headers(table.headers))
        if profiles[place].is_empty and header in known.uses
    }


def _scale_of(values: Sequence[Cell], preset: Preset | None) -> Scale:
    return preset.scale if preset is not None and preset.scale is not None else find_scale(values)


@dataclass(frozen=True)
class _Finder:
    """Give each column at most one role; what a preset says goes before what words and content suggest."""

    table: _Table
    profiles: tuple[Profile, ...]
    preset: Preset | None
    group_words: Mapping[str, Group]
    uses: dict[int, tuple[Use, str]]

    def find(self) -> dict[int, tuple[Use, str]]:
        plain_headers = [plain_header(header) for header in self.table.headers]
        asked = [plain_header(question) for question in self.table.questions]
        self._take_ignored(plain_headers)
        if self.preset is not None:
            for role in _SINGLE:
                self._take(role, self.preset.roles.get(role, ()), plain_headers, f"{self.preset.name}: header")
            self._take_comments(self.preset.comment, plain_headers, f"{self.preset.name}: header")
        self._take("may_quote", header_words().roles["may_quote"], asked, "header and content")
        self._take_never(plain_headers, asked)
        if self.preset is None or not self.preset.only_listed:
            for role in _SINGLE:
                self._take(role, header_words().roles.get(role, ()), asked, "header and content")
            self._take_free_text(asked)
        for place, profile in enumerate(self.profiles):
            if place not in self.uses:
                self.uses[place] = ("empty", "no cell is filled") if profile.is_empty else self._closed(profile)
        return self.uses

    def _closed(self, profile: Profile) -> tuple[Use, str]:
        if profile.share_closed >= 0.8 or profile.distinct <= max(3, 0.12 * profile.filled):
            return "closed answer", f"{profile.distinct} different values"
        return "not read", "its header and content tell no role"

    def _take_ignored(self, headers: Sequence[str]) -> None:
        ignored = self.preset.ignored if self.preset is not None else ()
        roles = [pattern for patterns in (self.preset.roles.values() if self.preset else ()) for pattern in patterns]
        for place, header in enumerate(headers):
            if not header:
                self.uses[place] = ("not read", "no header")
            elif first_match(ignored, header) is not None and first_match(roles, header) is None:
                self.uses[place] = ("not read", "the program's own column")

    def _take_never(self, headers: Sequence[str], asked: Sequence[str]) -> None:
        never = header_words().never
        for place, (header, question) in enumerate(zip(headers, asked, strict=True)):
            if place not in self.uses and any(first_match(never, text) is not None for text in (header, question)):
                self.uses[place] = ("not read", "may say who somebody is, or a code")

    def _take(self, role: Use, patterns: Sequence[re.Pattern[str]], headers: Sequence[str], why: str) -> None:
        taken = {use for use, _ in self.uses.values()}
        if role in taken or (role == "response_id" and self.preset is not None and "respondent_id" in taken):
            return
        if role == "session_id" and "response_id" in taken:  # an event people went to, not notes of a meeting
            return
        ranked = sorted(
            (match, place)
            for place, header in enumerate(headers)
            if place not in self.uses
            and (match := first_match(patterns, header)) is not None
            and self._content_fits(role, place)
        )
        if not ranked:
            return
        best = ranked[0][0]
        most = _SEVERAL if role == "service" else 1
        for match, place in ranked[:most]:
            if match == best:
                self.uses[place] = (role, why)

    def _content_fits(self, role: Use, place: int) -> bool:
        profile, values = self.profiles[place], self.table.values[place]
        if profile.is_empty:
            return False
        is_name = profile.mean_words <= 5 and profile.most_words <= 12
        short = profile.mean_words <= 8 and profile.most_words <= 20
        tests: Mapping[str, Callable[[], bool]] = {
            "response_id": lambda: profile.mean_words <= 5 and profile.share_dates < 0.5,
            "respondent_id": lambda: profile.mean_words <= 5,
            "session_id": lambda: short,
            "people_present": lambda: profile.share_numbers >= 0.8,
            "date": lambda: profile.share_dates >= 0.6 or self._holds_serials(place),
            "may_quote": lambda: share_of_permissions(values) >= 0.6,
            "question": lambda: profile.distinct <= max(30, 0.2 * profile.filled),
            "respondent_group": lambda: short and share_of_groups(values, self.group_words) >= 0.5,
            "score": lambda: profile.share_scores >= 0.8,
            "service": lambda: is_name and profile.share_numbers < 0.5 and self._is_choice(profile),
            "site": lambda: is_name and profile.share_numbers < 0.5 and self._is_choice(profile),
        }
        return tests[role]()

    def _holds_serials(self, place: int) -> bool:
        read = read_dates(self.table.values[place], day_first=True)
        known = sum(day is not None for day in read.days)
        blank = read.formats.get("blank", 0)
        return known >= 0.6 * max(1, len(read.days) - blank)

    def _is_choice(self, profile: Profile) -> bool:
        if profile.share_closed >= 0.8 and profile.distinct <= 3:
            return False
        return profile.filled < 10 or profile.distinct <= max(40, 0.5 * profile.filled)

    def _take_comments(self, patterns: Sequence[re.Pattern[str]], headers: Sequence[str], why: str) -> None:
        for place, header in enumerate(headers):
            if place in self.uses or first_match(patterns, header) is None or _NAMES_A_RECORD.search(header):
                continue
            is_listed = self.preset is not None and self.preset.only_listed
            if is_listed or self.profiles[place].is_free_text(asks_for_words=True):
                self.uses[place] = ("comment", why)

    def _take_free_text(self, asked: Sequence[str]) -> None:
        for place, header in enumerate(asked):
            if place in self.uses or _NAMES_A_RECORD.search(header):
                continue
            asks = first_match(header_words().comment, header) is not None or self.table.questions[place].endswith("?")
            if self.profiles[place].is_free_text(asks_for_words=asks):
                why = BY_HEADER_ALONE if self.profiles[place].is_empty else "header asks for words"
                self.uses[place] = ("comment", why if asks else "long, varied texts")
