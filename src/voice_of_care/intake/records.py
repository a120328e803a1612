"""From a table to comments: one for each answer, with what its row tells of it."""

from __future__ import annotations

import datetime
import functools
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from voice_of_care.intake.cleaning import clean_text, find_reason
from voice_of_care.intake.dates import ReadDates, read_dates
from voice_of_care.intake.headers import signature_of_headers
from voice_of_care.intake.identity import digest_of
from voice_of_care.intake.items import Defaults, Facts, Identity, Item
from voice_of_care.intake.presets import plain_header
from voice_of_care.intake.vocabulary import as_number, find_group, plain, read_permission, read_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.intake.layout import Column, Layout
    from voice_of_care.intake.readers import Cell, Grid
    from voice_of_care.settings import Group, IntakeSettings

_BARE = frozenset(
    (
        "comment", "comments", "feedback", "text", "free text", "freetext", "answer", "response", "verbatim", "story",
        "statement", "statements", "notes", "note", "details", "message", "body", "opinion", "remarks", "comment text",
        "feedback text", "your comments", "your feedback", "response text", "answer text", "posting", "said",
        "patient comment", "patient comments", "fft answer", "fft comment", "fft comments", "description", "narrative",
    )
)  # fmt: skip
_NEGATED = re.compile(
    r"\b(not|don't|dont|never)\b.{0,60}\b(quot|publi|shar|use)|\bwithhold|\bkeep\b.{0,40}\b(private|confidential)"
)
_TELLING = 60  # characters in a row; a shorter one may be written alike by two people
_BLANK_PLACES = frozenset(("unknown", "not stated", "n/a", "na", "not known", "none", "-"))


class TableRead(NamedTuple):
    """The comments of a table and what was seen on the way."""

    items: tuple[Item, ...]
    facts: Facts


class _Row(NamedTuple):
    place: int
    cells: Sequence[Cell]
    day: datetime.date | None
    has_day: bool


def read_table(grid: Grid, layout: Layout, *, source: str, defaults: Defaults, settings: IntakeSettings) -> TableRead:
    """Read a table's comments; blank rows are no records."""
    rows = [
        (place, cells)
        for place, cells in enumerate(grid.rows[layout.first_data_row :], start=layout.first_data_row)
        if any(cell is not None and str(cell).strip() for cell in cells)
    ]
    date_place = layout.place("date")
    date_cells = [None if date_place is None else _cell(cells, date_place) for _, cells in rows]
    day_first = settings.day_first if layout.day_first is None else layout.day_first
    dates = read_dates(date_cells, day_first=day_first)
    reader = _RowReader(layout, source, defaults, settings)
    items = []
    for (place, cells), day, written in zip(rows, dates.days, date_cells, strict=True):
        has_day = written is not None and str(written).strip() != ""
        items.extend(reader.read(_Row(place, cells, day, has_day)))
    numbers = [reader.number(place) for place, _ in rows]
    return TableRead(tuple(items), _facts(items, layout, rows, dates, numbers, date_place is not None, settings))


def _facts(
    items: Sequence[Item],
    layout: Layout,
    rows: Sequence[tuple[int, Sequence[Cell]]],
    dates: ReadDates,
    numbers: Sequence[str],
    has_dates: bool,
    settings: IntakeSettings,
) -> Facts:
    first = layout.comments[0].place if layout.comments else None
    by_row = [item for item in items if item.position == first]
    group_place = layout.place("respondent_group")
    unmatched: Counter[str] = Counter()
    if group_place is not None:
        texts = (clean_text(_cell(cells, group_place)) for _, cells in rows)
        unmatched.update(text for text in texts if text and find_group(text, settings.group_words) is None)
    return Facts(
        records=len(rows),
        date_formats=dates.formats if has_dates else {},
        impossible_dates=tuple(numbers[place] for place in dates.impossible),
        either_dates=dates.either,
        groups=Counter(item.respondent_group for item in by_row),
        unknown_groups=unmatched,
        scores=Counter("unknown" if item.score is None else f"{item.score:g}" for item in by_row)
        if layout.place("score") is not None
        else Counter(),
    )


class _RowReader:
    """Read rows of one table; keeps what is the same for all of them."""

    def __init__(self, layout: Layout, source: str, defaults: Defaults, settings: IntakeSettings) -> None:
        self.layout, self.source, self.defaults, self.settings = layout, source, defaults, settings
        order = sorted(range(len(layout.headers)), key=lambda place: (plain(layout.headers[place]), place))
        self.order = [place for place in order if layout.headers[place]]
        self.table = signature_of_headers(layout.headers)
        self.services = layout.places("service")
        self.permission = _meaning_of_permission(layout)
        self.group = functools.lru_cache(maxsize=10_000)(self._group)
        self.response, self.respondent = layout.place("response_id"), layout.place("respondent_id")

    def number(self, place: int) -> str:
        """Return the record's number, counting the header as 1."""
        return str(place - self.layout.header_row + 1)

    def read(self, row: _Row) -> list[Item]:
        """Return the comments of one row, one for each comment column."""
        cells, layout, defaults = row.cells, self.layout, self.defaults
        identity = self._identity(cells)
        asked = _line(_at(cells, layout.place("question")))
        score_place = layout.place("score")
        score = None if score_place is None else read_score(_cell(cells, score_place), layout.scale)
        group = self.group(clean_text(_at(cells, layout.place("respondent_group"))))
        may_quote = read_permission(_at(cells, layout.place("may_quote")), meaning=self.permission)
        present = as_number(_at(cells, layout.place("people_present")))
        items = []
        for column in layout.comments:
            raw = _cell(cells, column.place)
            text = clean_text(raw)
            question = self._question(column, asked) or defaults.question
            items.append(
                Item(
                    source=self.source,
                    place=row.place,
                    position=column.place,
                    source_ref=self.number(row.place),
                    identity=identity,
                    slot=f"{plain(column.header)}\x1f{plain(asked or '')}",
                    text=text,
                    reason=find_reason(raw, text, has_question=question is not None, settings=self.settings),
                    respondent_group=group,
                    service=self._service(cells) or defaults.service,
                    site=_known(_at(cells, layout.place("site"))) or defaults.site,
                    question=question,
                    score=score,
                    received_on=row.day if row.has_day else defaults.date,
                    may_quote=may_quote,
                    people_present=int(present) if present and present >= 1 else defaults.people_present,
                )
            )
        return items

    def _identity(self, cells: Sequence[Cell]) -> Identity:
        texts = [_text_of(_cell(cells, place)) for place in self.order]
        return Identity(
            table=self.table,
            cells=digest_of(*texts),
            response=_line(_at(cells, self.response)),
            respondent=_line(_at(cells, self.respondent)),
            answers_once=self.response is not None and self.response == self.respondent,
            session=_line(_at(cells, self.layout.place("session_id"))),
            is_telling=sum(map(len, texts)) >= _TELLING,
        )

    def _question(self, column: Column, asked: str | None) -> str | None:
        if asked and len(self.layout.comments) == 1:
            return asked
        header = plain_header(column.question)
        if header.removeprefix("your ").removeprefix("the ") in _BARE:
            return None
        return column.question if " " in column.question else header[:1].upper() + header[1:]

    def _group(self, value: str) -> Group:
        if not value:
            return self.defaults.respondent_group or "unknown"
        return find_group(value, self.settings.group_words) or "unknown"

    def _service(self, cells: Sequence[Cell]) -> str | None:
        parts = [part for part in (_known(_cell(cells, place)) for place in self.services) if part]
        return ": ".join(dict.fromkeys(parts)) or None


def _meaning_of_permission(layout: Layout) -> Literal["may quote", "must not quote"]:
    place = layout.place("may_quote")
    if place is None:
        return "may quote"
    asked = plain_header(next(column.question for column in layout.columns if column.place == place))
    return "must not quote" if _NEGATED.search(asked) else "may quote"


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _at(cells: Sequence[Cell], place: int | None) -> Cell:
    return None if place is None else _cell(cells, place)


def _line(value: Cell) -> str | None:
    return " ".join(clean_text(value).split()) or None


def _known(value: Cell) -> str | None:
    text = _line(value)
    return None if text is None or plain(text) in _BLANK_PLACES else text


def _text_of(value: Cell) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return " ".join(clean_text(value).split())
