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

from voice_of_care.ballots import LETTERS, Cast, Remark, rank_told, remarks_on, summed_up
from voice_of_care.errors import InputError
from voice_of_care.exports.ballot import (
    DISSENT_LABEL,
    ID_HEADER,
    MARK_LABEL,
    RANK_HEADER,
    ROLE_LABEL,
    ROUND_LABEL,
    SHEET,
    THEME_HEADER,
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
_LARGEST_XML = 4_000_000
_MOST_ROWS, _MOST_COLUMNS = 500, 100  # of a sheet: one stray cell far away must not have a million rows read
_LONGEST_PATH = 200
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # turns what follows around when it is shown
_ENDINGS = (".xlsx", ".csv")
_NO_RANK = {"", "-", "–", "—"}
_Row = tuple[str, dict[str, str]]


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
    remarks: list[Remark] = []
    for path, is_named in _files(paths):
        try:
            ballots = list(_read_file(path, rounds, mark))
        except _NoBallot as problem:
            if is_named:
                _refuse(path, problem)
            remarks.append(Remark(f"{path.name}:", f"passed over, {problem}."))
            continue
        except _Problem as problem:
            _refuse(path, problem)
        fresh = [(name, cast) for name, cast in ballots if cast.digest not in seen]
        seen.update(cast.digest for _, cast in fresh)
        if len(fresh) < len(ballots):
            told = f"{_ballots(len(ballots) - len(fresh))} read before, counted once."
            remarks.append(Remark(f"{path.name}:", told))
        for name, cast in fresh:
            remarks += remarks_on(cast, len(found.printed), f"{path.name}: {name}".rstrip())
        casts += [cast for _, cast in fresh]
    return BallotsRead(tuple(casts), summed_up(remarks))


def _refuse(path: Path, problem: _Problem) -> None:
    msg = f"{path.name}: {problem}. No ballot was taken."
    raise InputError(msg) from None


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield each file once, and whether it was named itself."""
    seen: set[Path] = set()
    for path in paths:
        shown = str(path) if len(str(path)) <= _LONGEST_PATH else f"{str(path)[:_LONGEST_PATH]} ..."
        try:
            is_folder = path.is_dir()
            inside = sorted(path.iterdir()) if is_folder else [path]
            files = {each.resolve(): each for each in inside if each.is_file() and not (is_folder and _is_other(each))}
        except OSError as error:
            msg = f"{shown}: can't be read ({error.strerror}). Check its name and your rights there."
            raise InputError(msg) from None
        if not files:
            msg = f"{shown}: there is no such file or folder."
            if is_folder:
                msg = f"{shown}: there is no ballot in it. Ballots are .xlsx files, or .csv files of typed ones."
            raise InputError(msg)
        yield from ((each, not is_folder) for resolved, each in files.items() if resolved not in seen)
        seen.update(files)


def _is_other(path: Path) -> bool:
    return path.suffix.lower() not in _ENDINGS or path.name.startswith(("~$", "."))


def _read_file(path: Path, rounds: Sequence[Round], mark: str) -> list[tuple[str, Cast]]:
    """Return the ballots of a file, each with what tells it from the file's others."""
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
        return [("", _read_workbook(content, rounds[-1], mark))]
    if path.suffix.lower() != ".csv":
        msg = "can't be read as an Excel workbook. Give the .xlsx file that 'voice-of-care ballot' wrote, unprotected"
        raise _NoBallot(msg)
    return _read_csv(content, rounds)


def _read_workbook(content: bytes, found: Round, mark: str) -> Cast:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            sizes = {item.filename: item.file_size for item in package.infolist()}
            in_xml = sum(size for name, size in sizes.items() if name.endswith(".xml"))
            if sum(sizes.values()) > _LARGEST_UNPACKED or in_xml > _LARGEST_XML:
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
    role, dissent = (_beside(sheet, label, columns[THEME_HEADER]) for label in (ROLE_LABEL, DISSENT_LABEL))
    if not dissent and not any(_text(rank) or why for _, _, rank, why in answers):
        msg = "nobody has filled it in"
        raise _NoBallot(msg)
    _check_mark(workbook, found, mark)
    ranks, reasons = _ranks_of(answers, found)
    return Cast(role, ranks, reasons, dissent, hashlib.sha256(content).hexdigest()[:32])


def _columns(sheet: Worksheet) -> tuple[dict[str, int], int]:
    """Return the places of the columns, and the first row below their headers."""
    names = (RANK_HEADER, THEME_HEADER, WHY_HEADER, ID_HEADER)
    for number, row in enumerate(_rows(sheet), start=1):
        header = [_text(value) for value in row]
        if RANK_HEADER in header:
            if missing := [name for name in names if name not in header]:
                msg = f"the column '{missing[0]}' is gone. Fill in a fresh ballot"
                raise _Problem(msg)
            return {name: header.index(name) for name in names}, number + 1
    msg = f"the column '{RANK_HEADER}' is gone. Fill in a fresh ballot"
    raise _Problem(msg)


def _rows(sheet: Worksheet, first: int = 1) -> Iterator[tuple[Any, ...]]:
    last, width = min(sheet.max_row, _MOST_ROWS), min(sheet.max_column, _MOST_COLUMNS)
    return sheet.iter_rows(first, max(first, last), 1, width, values_only=True)


def _check_typed(sheet: Worksheet, columns: Mapping[str, int], first: int) -> None:
    """Refuse formulas where a person answers, answers far below the themes, and cells of several ranks made one."""
    for (row, place), cell in sheet._cells.items():
        if cell.data_type == "f":
            msg = f"cell {cell.coordinate} holds a formula. Write the answer itself"
            raise _Problem(msg)
        if row > _MOST_ROWS and place - 1 in columns.values() and _text(cell.value):
            msg = f"cell {cell.coordinate} is far below the ballot, and something is written in it. Empty it"
            raise _Problem(msg)
    column = columns[RANK_HEADER] + 1
    for area in sheet.merged_cells.ranges:
        if area.min_col <= column <= area.max_col and area.max_row > max(area.min_row, first - 1):
            msg = f"cells {area.coord} were made one, so that nobody can tell whose rank it is. Split them"
            raise _Problem(msg)


def _answers(sheet: Worksheet, columns: Mapping[str, int], first: int) -> Iterator[tuple[str, str, Any, str]]:
    """Yield where a row stands, its theme_id, its rank as it stands, and why."""
    for number, row in enumerate(_rows(sheet, first), start=first):
        theme_id = _text(row[columns[ID_HEADER]])
        rank, why = row[columns[RANK_HEADER]], row[columns[WHY_HEADER]]
        if theme_id:
            yield f"row {number}", theme_id, rank, _text(why)
        elif _text(rank) and _text(row[columns[THEME_HEADER]]) != DISSENT_LABEL:
            msg = f"row {number}: there is a rank, but no theme of the ballot"
            raise _Problem(msg)


def _beside(sheet: Worksheet, label: str, column: int) -> str:
    """Return what stands to the right of a label in its column: a person may have written the same elsewhere."""
    for row in _rows(sheet):
        texts = [_text(value) for value in row]
        if texts[column] == label:
            return next((text for text in texts[column + 1 :] if text), "")
    msg = f"'{label}' is gone. Fill in a fresh ballot"
    raise _Problem(msg)


def _check_mark(workbook: Workbook, found: Round, mark: str) -> None:
    told = {_text(row[0]): _text(row[1]) for row in _rows(workbook[TOOL_SHEET]) if len(row) > 1}
    if told.get(MARK_LABEL) != mark:
        msg = "is a ballot of another project"
        raise _Problem(msg)
    _check_round(told.get(ROUND_LABEL, ""), found)


def _check_round(text: str, found: Round) -> None:
    if text.removesuffix(".0") != str(found.number):
        known = f"round {text.removesuffix('.0')}" if text.removesuffix(".0").isdigit() else "another round"
        msg = f"is a ballot of {known}, and round {found.number} is open"
        raise _Problem(msg)


def _read_csv(content: bytes, rounds: Sequence[Round]) -> list[tuple[str, Cast]]:
    """Return the ballots of a CSV: a row for each theme ranked, with role, theme, rank, reason, dissent.

    The column `ballot` says whose a row is; without it a ballot starts where the role changes or a theme comes again.
    """
    rows = _csv_rows(content)
    casts: list[Cast] = []
    repeats: dict[str, int] = {}
    split = _by_number(rows) if any(row["ballot"] for _, row in rows) else list(_split(rows))
    for each in split:
        cast = _typed_cast(each, rounds[-1])
        told = cast.digest
        repeats[told] = repeats.get(told, 0) + 1  # two nurses may well rank alike
        casts.append(cast._replace(digest=_digest(f"{told}\0{repeats[told]}")))
    _check_rounds(rows, casts, rounds)
    return [(_named(each), cast) for each, cast in zip(split, casts, strict=True)]


def _named(rows: Sequence[_Row]) -> str:
    """Return what tells a ballot of a CSV from the others; a number that is none may be a name."""
    where, row = rows[0]
    return f"ballot {row['ballot']}" if re.fullmatch(r"\d{1,6}", row["ballot"]) else f"the ballot at {where}"


def _typed_cast(rows: Sequence[_Row], found: Round) -> Cast:
    about = [(where, _theme_of(row["theme"], found, where), row["rank"], row["reason"]) for where, row in rows]
    ranks, reasons = _ranks_of(about, found)
    role, dissent, number = (
        next((row[name] for _, row in rows if row[name]), "") for name in ("role", "dissent", "ballot")
    )
    if not (ranks or reasons or dissent):
        msg = f"{rows[0][0]}: the ballot that starts here ranks nothing"
        raise _Problem(msg)
    # letters as of its own round, in one order however the rows were sorted
    typed = sorted([row["theme"].casefold(), row["rank"], row["reason"]] for _, row in rows)
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


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _csv_rows(content: bytes) -> list[_Row]:
    """Return where each row stands, and its fields."""
    text = _decode(content)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    places: dict[str, int] = {}
    rows: list[_Row] = []
    line = width = 0
    try:
        for cells in reader:
            where, line = f"line {line + 1}", reader.line_num
            row = [_text(cell) for cell in cells]
            if not any(row):
                continue
            if not places:
                places, width = _csv_header(row), len(row)
                continue
            _check_cells(row, places, width=width, delimiter=delimiter, where=where)
            fields = {name: row[place] for name, place in places.items() if place < len(row)}
            rows.append((where, {**dict.fromkeys(_FIELDS, ""), **fields}))
    except csv.Error:
        msg = (
            f"line {line + 1}: a quotation mark is never closed, or one stands within quoted text. Write that one twice"
        )
        raise (_Problem(msg) if places else _NoBallot("can't be read as CSV")) from None
    if not rows:
        msg = "holds no ballot below its header"
        raise _NoBallot(msg)
    return rows


def _csv_header(row: Sequence[str]) -> dict[str, int]:
    header = [name.casefold() for name in row]
    if missing := [name for name in ("role", "theme", "rank") if name not in header]:
        msg = f"has no column '{missing[0]}'. A CSV of ballots has the columns role, theme, rank, reason, dissent"
        raise _NoBallot(msg)
    return {name: header.index(name) for name in _FIELDS if name in header}


def _check_cells(row: Sequence[str], places: Mapping[str, int], *, width: int, delimiter: str, where: str) -> None:
    """Refuse a row whose text ran over into other cells, or that holds further rows for want of a closing quote."""
    if len(row) > width:
        msg = f"{where} has more cells than the header: put quotes around text with {_DELIMITERS[delimiter]}"
        raise _Problem(msg)
    for inside in (line.split(delimiter) for cell in row for line in cell.splitlines()[1:]):
        if len(inside) > max(places["rank"], places["theme"]) and rank_told(_text(inside[places["rank"]])):
            msg = f"{where}: a quotation mark is not closed, so that the rows below are taken for its text. Close it"
            raise _Problem(msg)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _by_number(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Return the rows of each ballot by its number, wherever they stand; it may be typed once for rows that follow."""
    ballots: dict[str, list[_Row]] = {}
    roles: dict[str, str] = {}
    number, bare, is_mixed = "", "", False
    for where, row in rows:
        told = row["ballot"].casefold().removesuffix(".0")
        bare = bare or ("" if told else where)
        is_mixed = is_mixed or (bool(told) and told != number and told in ballots)
        number = told or number
        ballots.setdefault(number, []).append((where, row))
        role = " ".join(row["role"].split()).casefold()
        if role and roles.setdefault(number, role) != role:
            msg = f"{where}: {_named(ballots[number])} has another role above. Give each sheet a number of its own"
            raise _Problem(msg)
    if bare and is_mixed:
        msg = f"{bare}: no number stands in the column 'ballot', and the rows of the ballots are mixed. Write it there"
        raise _Problem(msg)
    return list(ballots.values())


def _split(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield the rows of one ballot after another."""
    current: list[_Row] = []
    for where, row in rows:
        is_again = bool(row["theme"]) and row["theme"].casefold() in {each["theme"].casefold() for _, each in current}
        if current and (is_again or (bool(row["role"]) and row["role"] != current[-1][1]["role"])):
            yield current
            current = []
        carried = row["role"] or (current[-1][1]["role"] if current else "")  # may be typed once for a ballot
        current.append((where, {**row, "role": carried}))
    if current:
        yield current


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
    told = _text(value)
    if told in _NO_RANK:
        return None
    rank = None if isinstance(value, bool) else rank_told(told)
    if rank is None:
        msg = f"{where}: the rank is no whole number from 1 to {most}"
        raise _Problem(msg)
    if not 1 <= rank <= most:
        msg = f"{where}: the rank {rank} is none of 1 to {most}"
        raise _Problem(msg)
    return rank


def _ballots(number: int) -> str:
    return "1 ballot was" if number == 1 else f"{number} ballots were"


def _text(value: object) -> str:
    return "" if value is None else _DIRECTION.sub("", str(value)).strip()
