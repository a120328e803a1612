"""Reading ballots back, all or none: filled-in workbooks, and a CSV into which paper ballots were typed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from openpyxl import load_workbook

from voice_of_care.ballots import LETTERS, Cast
from voice_of_care.errors import InputError
from voice_of_care.exports.ballot import (
    DISSENT_LABEL,
    ID_HEADER,
    MARK_LABEL,
    RANK_HEADER,
    ROLE_LABEL,
    ROUND_LABEL,
    SHEET,
    TOOL_SHEET,
    WHY_HEADER,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from voice_of_care.ballots import Round

_LARGEST_FILE = 5_000_000
_LARGEST_UNPACKED = 50_000_000
_ENDINGS = (".xlsx", ".csv")
_RANK = re.compile(r"(?:no\.?|number|rank|#)?\s*(\d{1,4})(?:[.,]0+)?\s*(?:st|nd|rd|th|\.|\))?", re.IGNORECASE)
_NO_RANK = {"", "-", "–", "—"}
_WORDS = (
    ("first", "one"),
    ("second", "two"),
    ("third", "three"),
    ("fourth", "four"),
    ("fifth", "five"),
    ("sixth", "six"),
    ("seventh", "seven"),
    ("eighth", "eight"),
    ("ninth", "nine"),
    ("tenth", "ten"),
    ("eleventh", "eleven"),
    ("twelfth", "twelve"),
)
_Row = tuple[str, dict[str, str]]
_SPELT = {word: place for place, pair in enumerate(_WORDS, start=1) for word in pair}


class BallotsRead(NamedTuple):
    """Ballots in the order they were read, and what to tell of them."""

    casts: tuple[Cast, ...]
    remarks: tuple[str, ...]


class _Problem(Exception):  # noqa: N818 (never leaves this file)
    """What is wrong with a file."""


class _NoBallot(_Problem):
    """It is no ballot at all, or nobody filled it in: in a folder it is passed over."""


def read_ballots(paths: Sequence[Path], *, rounds: Sequence[Round], mark: str) -> BallotsRead:
    """Read the ballots of the open round.

    Args:
        paths: files, and folders of them; what is no ballot is passed over in a folder and refused on its own.
        rounds: all rounds; the last is open. What was read in it before counts once.
        mark: the project's.

    Raises:
        InputError: a ballot can't be understood, or is another round's or project's. Then none is taken.
    """
    found = rounds[-1]
    seen = {cast.digest for cast in found.casts.values()}
    casts: list[Cast] = []
    remarks: list[str] = []
    for path, is_named in _files(paths):
        try:
            ballots = list(_read_file(path, rounds, mark))
        except _NoBallot as problem:
            if is_named:
                _refuse(path, problem)
            remarks.append(f"{path.name}: passed over, {problem}.")
            continue
        except _Problem as problem:
            _refuse(path, problem)
        fresh = [cast for cast in ballots if cast.digest not in seen]
        seen.update(cast.digest for cast in fresh)
        if len(fresh) < len(ballots):
            remarks.append(f"{path.name}: {_ballots(len(ballots) - len(fresh))} read before, counted once.")
        for cast in fresh:
            remarks += [f"{path.name}: {remark}" for remark in _remarks(cast, len(found.printed))]
        casts += fresh
    return BallotsRead(tuple(casts), tuple(remarks))


def _refuse(path: Path, problem: _Problem) -> None:
    msg = f"{path.name}: {problem}. No ballot was taken."
    raise InputError(msg) from None


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield each file once, and whether it was named itself."""
    seen = set()
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file() and each.suffix.lower() in _ENDINGS)
            files = [each for each in inside if not each.name.startswith(("~$", "."))]
            if not files:
                msg = f"{path}: there is no ballot in it. Ballots are .xlsx files, or .csv files of typed ones."
                raise InputError(msg)
        elif path.is_file():
            files = [path]
        else:
            msg = f"{path}: there is no such file or folder."
            raise InputError(msg)
        for each in files:
            if each.resolve() not in seen:
                seen.add(each.resolve())
                yield each, not path.is_dir()


def _read_file(path: Path, rounds: Sequence[Round], mark: str) -> list[Cast]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            msg = "is far larger than a ballot"
            raise _NoBallot(msg)
        content = path.read_bytes()
    except OSError as error:
        msg = f"can't be read ({error.strerror})"
        raise _Problem(msg) from None
    if not content.strip():
        msg = "is empty"
        raise _NoBallot(msg)
    if content.startswith(b"PK"):  # whatever its name says
        return [_read_workbook(content, rounds[-1], mark)]
    if path.suffix.lower() != ".csv":
        msg = "can't be read as an Excel workbook. Give the .xlsx file that 'voice-of-care ballot' wrote, unprotected"
        raise _NoBallot(msg)
    return _read_csv(content, rounds)


def _read_workbook(content: bytes, found: Round, mark: str) -> Cast:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(item.file_size for item in package.infolist()) > _LARGEST_UNPACKED:
                msg = "is far larger than a ballot"
                raise _NoBallot(msg)
        workbook = load_workbook(io.BytesIO(content), data_only=True)
        as_typed = load_workbook(io.BytesIO(content))
    except _Problem:
        raise
    except Exception:  # openpyxl raises many kinds of error for a file that is no workbook
        msg = "is damaged, or is no Excel workbook"
        raise _NoBallot(msg) from None
    if TOOL_SHEET not in workbook.sheetnames or SHEET not in workbook.sheetnames:
        msg = f"is no ballot: it has no sheet '{SHEET}' as 'voice-of-care ballot' wrote it"
        raise _NoBallot(msg)
    sheet = workbook[SHEET]
    columns, first = _columns(sheet)
    _check_typed(as_typed[SHEET], columns, first)
    answers = list(_answers(sheet, columns, first))
    role, dissent = _beside(sheet, ROLE_LABEL), _beside(sheet, DISSENT_LABEL)
    if not dissent and not any(_text(rank) or why for _, _, rank, why in answers):
        msg = "nobody has filled it in"
        raise _NoBallot(msg)
    _check_mark(workbook, found, mark)
    ranks, reasons = _ranks_of(answers, found)
    return Cast(role, ranks, reasons, dissent, hashlib.sha256(content).hexdigest()[:32])


def _columns(sheet: Worksheet) -> tuple[dict[str, int], int]:
    """Return the places of the columns, and the first row below their headers."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        header = [_text(value) for value in row]
        if RANK_HEADER in header:
            if missing := [name for name in (WHY_HEADER, ID_HEADER) if name not in header]:
                msg = f"the column '{missing[0]}' is gone. Fill in a fresh ballot"
                raise _Problem(msg)
            return {name: header.index(name) for name in (RANK_HEADER, WHY_HEADER, ID_HEADER)}, number + 1
    msg = f"the column '{RANK_HEADER}' is gone. Fill in a fresh ballot"
    raise _Problem(msg)


def _check_typed(sheet: Worksheet, columns: Mapping[str, int], first: int) -> None:
    """Refuse formulas where a person answers, and cells of several ranks made one."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                msg = f"cell {cell.coordinate} holds a formula. Write the answer itself"
                raise _Problem(msg)
    column = columns[RANK_HEADER] + 1
    for area in sheet.merged_cells.ranges:
        if area.min_col <= column <= area.max_col and area.max_row > max(area.min_row, first - 1):
            msg = f"cells {area.coord} were made one, so that nobody can tell whose rank it is. Split them"
            raise _Problem(msg)


def _answers(sheet: Worksheet, columns: Mapping[str, int], first: int) -> Iterator[tuple[str, str, Any, str]]:
    """Yield where a row stands, its theme_id, its rank as it stands, and why."""
    for number, row in enumerate(sheet.iter_rows(min_row=first, values_only=True), start=first):
        theme_id = _text(row[columns[ID_HEADER]])
        rank, why = row[columns[RANK_HEADER]], row[columns[WHY_HEADER]]
        if theme_id:
            yield f"row {number}", theme_id, rank, _text(why)
        elif _text(rank) and not any(_text(value) == DISSENT_LABEL for value in row):
            msg = f"row {number}: there is a rank, but no theme of the ballot"
            raise _Problem(msg)


def _beside(sheet: Worksheet, label: str) -> str:
    """Return what stands to the right of a label."""
    for row in sheet.iter_rows(values_only=True):
        texts = [_text(value) for value in row]
        if label in texts:
            return next((text for text in texts[texts.index(label) + 1 :] if text), "")
    msg = f"'{label}' is gone. Fill in a fresh ballot"
    raise _Problem(msg)


def _check_mark(workbook: Workbook, found: Round, mark: str) -> None:
    told = {_text(row[0]): _text(row[1]) for row in workbook[TOOL_SHEET].iter_rows(max_col=2, values_only=True)}
    if told.get(MARK_LABEL) != mark:
        msg = "is a ballot of another project"
        raise _Problem(msg)
    _check_round(told.get(ROUND_LABEL, ""), found)


def _check_round(text: str, found: Round) -> None:
    if text.removesuffix(".0") != str(found.number):
        known = f"round {text.removesuffix('.0')}" if text.removesuffix(".0").isdigit() else "another round"
        msg = f"is a ballot of {known}, and round {found.number} is open"
        raise _Problem(msg)


def _read_csv(content: bytes, rounds: Sequence[Round]) -> list[Cast]:
    """Return the ballots of a CSV: a row for each theme ranked, with role, theme, rank, reason, dissent.

    A ballot starts where the column `ballot` changes; without it, where the role changes or a theme comes again.
    """
    rows = _csv_rows(content)
    casts: list[Cast] = []
    repeats: dict[str, int] = {}
    for each in _split(rows):
        cast = _typed_cast(each, rounds[-1])
        told = cast.digest
        repeats[told] = repeats.get(told, 0) + 1  # two nurses may well rank alike
        casts.append(cast._replace(digest=_digest(f"{told}\0{repeats[told]}")))
    _check_rounds(rows, casts, rounds)
    return casts


def _typed_cast(rows: Sequence[_Row], found: Round) -> Cast:
    about = [(where, _theme_of(row["theme"], found, where), row["rank"], row["reason"]) for where, row in rows]
    ranks, reasons = _ranks_of(about, found)
    role, dissent, number = (
        next((row[name] for _, row in rows if row[name]), "") for name in ("role", "dissent", "ballot")
    )
    if not (ranks or reasons or dissent):
        msg = f"{rows[0][0]}: the ballot that starts here ranks nothing"
        raise _Problem(msg)
    typed = [[row["theme"].casefold(), row["rank"], row["reason"]] for _, row in rows]  # letters as of its own round
    told = json.dumps([role, typed, dissent, number], ensure_ascii=False)
    return Cast(role, ranks, reasons, dissent, _digest(told))


def _check_rounds(rows: Sequence[_Row], casts: Sequence[Cast], rounds: Sequence[Round]) -> None:
    """Refuse the ballots of an earlier round: by the column `round`, or where all of them were read in it."""
    told = [row["round"] for _, row in rows if row["round"]]
    for text in told:
        _check_round(text, rounds[-1])
    for before in rounds[:-1]:
        if not told and {cast.digest for cast in casts} <= {cast.digest for cast in before.casts.values()}:
            msg = (
                f"holds the ballots of round {before.number}, and round {rounds[-1].number} is open. Should they be the"
                f" same again, add a column 'round' that says {rounds[-1].number}"
            )
            raise _Problem(msg)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


_FIELDS = ("ballot", "round", "role", "theme", "rank", "reason", "dissent")


def _csv_rows(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return where each row stands, and its fields."""
    text = _decode(content)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error:
        msg = "can't be read as CSV"
        raise _NoBallot(msg) from None
    header = [name.casefold() for name in lines[0][1]] if lines else []
    if missing := [name for name in ("role", "theme", "rank") if name not in header]:
        msg = f"has no column '{missing[0]}'. A CSV of ballots has the columns role, theme, rank, reason, dissent"
        raise _NoBallot(msg)
    if len(lines) == 1:
        msg = "holds no ballot below its header"
        raise _NoBallot(msg)
    places = {name: header.index(name) for name in _FIELDS if name in header}
    return [
        (
            f"line {number}",
            {name: row[places[name]] if name in places and places[name] < len(row) else "" for name in _FIELDS},
        )
        for number, row in lines[1:]
    ]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _split(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield the rows of one ballot after another."""
    has_numbers = any(row["ballot"] for _, row in rows)
    current: list[_Row] = []
    for where, row in rows:
        if current and _starts_anew(row, current, has_numbers=has_numbers):
            yield current
            current = []
        carried = row["role"] or (current[-1][1]["role"] if current else "")  # may be typed once for a ballot
        current.append((where, {**row, "role": carried}))
    if current:
        yield current


def _starts_anew(row: Mapping[str, str], current: Sequence[_Row], *, has_numbers: bool) -> bool:
    before = current[-1][1]
    if has_numbers:
        return bool(row["ballot"]) and row["ballot"] != current[0][1]["ballot"]
    is_again = bool(row["theme"]) and row["theme"].casefold() in {each["theme"].casefold() for _, each in current}
    return is_again or (bool(row["role"]) and row["role"] != before["role"])


def _theme_of(text: str, found: Round, where: str) -> str:
    """Return the theme that was typed: its letter on the ballot, its id or its name."""
    wanted = " ".join(text.split()).casefold()
    for letter, (theme_id, label) in zip(LETTERS, found.printed, strict=False):
        now = found.labels[found.letters[letter]]
        if wanted in {each.casefold() for each in (letter, theme_id, " ".join(label.split()), " ".join(now.split()))}:
            return theme_id
    if not wanted:
        return ""
    msg = f"{where}: no such theme is on the ballot of round {found.number}. Write its letter, A to "
    msg += LETTERS[len(found.printed) - 1]
    raise _Problem(msg)


def _ranks_of(answers: Iterable[tuple[str, str, Any, str]], found: Round) -> tuple[dict[str, int], dict[str, str]]:
    """Return ranks and reasons by theme_id."""
    printed = {theme_id for theme_id, _ in found.printed}
    ranks: dict[str, int] = {}
    reasons: dict[str, str] = {}
    seen = set()
    for where, theme_id, value, why in answers:
        if not theme_id and not _text(value):
            continue  # a line that only says who dissents
        if theme_id not in printed:
            msg = f"{where}: a theme that is not on the ballot of round {found.number}"
            raise _Problem(msg)
        if theme_id in seen:
            msg = f"{where}: a theme that this ballot has ranked before"
            raise _Problem(msg)
        seen.add(theme_id)
        rank = _rank(value, where, most=len(printed))
        if rank is not None:
            ranks[theme_id] = rank
        if why:
            reasons[theme_id] = why
    return ranks, reasons


def _rank(value: Any, where: str, *, most: int) -> int | None:  # noqa: ANN401 (a cell holds many kinds)
    """Return a rank however it was written, or None for an empty cell."""
    told = _text(value).casefold()
    if told in _NO_RANK:
        return None
    matched = _RANK.fullmatch(told)
    if isinstance(value, bool) or not (matched or told in _SPELT):
        msg = f"{where}: the rank is no whole number from 1 to {most}"
        raise _Problem(msg)
    rank = _SPELT.get(told) or int(matched[1])  # type: ignore[index]
    if not 1 <= rank <= most:
        msg = f"{where}: the rank {rank} is none of 1 to {most}"
        raise _Problem(msg)
    return rank


def _remarks(cast: Cast, themes: int) -> list[str]:
    """Return what the reader of a ballot should know of how it counts."""
    given = list(cast.ranks.values())
    tied = sorted({rank for rank in given if given.count(rank) > 1})
    remarks = []
    if tied:
        ranks = ", ".join(map(str, tied))
        remarks.append(f"rank {ranks} is given more than once: these themes count as tied.")
    if not given:
        remarks.append("ranks nothing: all its themes count alike.")
    elif len(given) < themes:
        remarks.append(f"leaves {themes - len(given)} of {themes} unranked: they count as the mean of the ranks left.")
    return remarks


def _ballots(number: int) -> str:
    return "1 ballot was" if number == 1 else f"{number} ballots were"


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
