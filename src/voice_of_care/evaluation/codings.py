"""What people's codes say: the priorities and the sentiment each row was given, and which rows say nothing."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.evaluation.columns import QDC_FEEDBACK, priority_names, simplified

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from voice_of_care.evaluation.columns import Columns
    from voice_of_care.frameworks import Framework

CODED = "coded"
NO_TEXT = "no text"
NOT_POSSIBLE = "marked as one that could not be coded"
NO_PRIORITY = "coded, but with none of the priorities judged"
NOT_CODED = "not coded: no code, and no 0 or 'none' to say that none applies"
REASONS = (NO_TEXT, NOT_POSSIBLE, NO_PRIORITY, NOT_CODED)

_LEVELS = {
    "very positive": 1, "positive": 2, "pos": 2, "neutral": 3, "mixed": 3, "neutral mixed": 3, "neutral or mixed": 3,
    "negative": 4, "neg": 4, "very negative": 5,
}  # fmt: skip
_NONE = frozenset(("none", "0", "no code", "nothing", "none applies", "none of these"))
_SEPARATOR = re.compile(r"[;|]")
_NUMBERED = re.compile(r"([1-5])(?:\.0)?(?:\W.*)?")
_LONGEST_SHOWN = 60
_MOST_WORDS, _MOST_TOLD = 5, 10


class Codings(NamedTuple):
    """Coded rows as understood.

    Args:
        rows: record, comment_id, coder (numbered by name, 1 where none is named), level (1 very positive to 5 very
            negative, 0 where not coded) and status (`coded`, or why the row's priorities can't be judged).
        given: shape (rows, labels).
        labels: ids of the priorities that are judged: those we could give.
        remarks: one line each on what was not understood.
        codes: how many codes stand in columns of codes.
        unknown_codes: how many of them name no priority.
    """

    rows: pd.DataFrame
    given: NDArray[np.bool_]
    labels: tuple[str, ...]
    remarks: tuple[str, ...]
    codes: int = 0
    unknown_codes: int = 0


def judged_labels(framework: Framework) -> tuple[str, ...]:
    """Return the priorities that can be linked without a person: those with cues."""
    return tuple(element.id for element in framework.elements if element.include_cues)


def read_codings(
    cells: pd.DataFrame,
    *,
    columns: Columns,
    framework: Framework,
    yes: Collection[str],
    no: Collection[str],
    texts: Collection[str] = (),
) -> Codings:
    """Return what the codes of each row say.

    Args:
        cells: record, comment_id (none where the row has no text), and a column for each of `columns.wanted`.
        columns: as `find_columns` gives them.
        framework: names the priorities.
        yes: cells, in lower case, that mark a priority as given.
        no: cells that mark it as not given.
        texts: the comments' own words, casefolded; a code that is one of them is never shown.
    """
    names = priority_names(framework)
    every = [element.id for element in framework.elements]
    place = {priority: number for number, priority in enumerate(every)}
    given = np.zeros((len(cells), len(every)), dtype=np.bool_)
    says_none = np.zeros(len(cells), dtype=np.bool_)
    remarks: list[str] = []
    remarks += _read_marks(cells, columns.marks, place, given, says_none, yes=yes, no=no)
    unknown: list[_Unknown] = []
    codes = sum(_read_codes(cells, header, names, place, given, says_none, unknown) for header in columns.codes)
    remarks += _tell_unknown(unknown, names, texts)
    remarks += [
        f"Column '{header[:_LONGEST_SHOWN]}': no priority of {framework.id} has this name; its"
        f" {_number(_marks(cells[header], yes), 'mark')} not counted.{_near(header, framework)}"
        for header in columns.unknown
    ]
    judged = [place[label] for label in judged_labels(framework)]
    remarks += _by_people_only(given, judged, every)
    levels, odd = _levels(cells, columns.roles.get("sentiment"))
    if odd:
        remarks.append(
            f"Column '{columns.roles['sentiment']}': {_number(odd, 'cell')} no level of sentiment; not counted."
        )
    says_none |= given.any(axis=1)  # a row with only what we can't give is coded: with none of the others
    other, not_coded = (_any_mark(cells, headers, yes) for headers in (columns.no_priority, columns.not_coded))
    status = _status(
        cells, given[:, judged], says_none, other, not_coded=not_coded, blank_lacks=columns.preset == QDC_FEEDBACK
    )
    rows = pd.DataFrame(
        {
            "record": cells["record"].to_numpy(),
            "comment_id": cells["comment_id"].to_numpy(),
            "coder": _coders(cells, columns.roles.get("coder")),
            "level": levels,
            "status": status,
        }
    )
    labels = tuple(every[number] for number in judged)
    return Codings(rows, given[:, judged], labels, tuple(remarks), codes, len(unknown))


def not_understood(codings: Codings, framework: Framework) -> str | None:
    """Return what to say where no code was understood at all; none where one was, or there is none."""
    if not codings.codes or codings.unknown_codes < codings.codes or codings.given.any():
        return None
    return f"none of the {codings.codes} codes is a priority of {framework.id}; see 'frameworks show {framework.id}'."


def _read_marks(
    cells: pd.DataFrame,
    marks: Mapping[str, str],
    place: Mapping[str, int],
    given: NDArray[np.bool_],
    says_none: NDArray[np.bool_],
    *,
    yes: Collection[str],
    no: Collection[str],
) -> list[str]:
    """Fill in what columns of marks say; return a line for each with cells that are none."""
    remarks = []
    for header, priority in marks.items():
        values = cells[header].str.casefold()
        marked = values.isin(list(yes)).to_numpy()
        given[:, place[priority]] |= marked
        says_none |= values.isin(list(no)).to_numpy()
        odd = int((~marked & ~values.isin(list(no)).to_numpy() & (values != "").to_numpy()).sum())
        if odd:
            remarks.append(
                f"Column '{header[:_LONGEST_SHOWN]}': {_number(odd, 'cell')} neither 1 nor blank, counted as blank."
            )
    return remarks


class _Unknown(NamedTuple):
    """A code that names no priority, and where it stands."""

    code: str
    header: str
    record: str


def _read_codes(
    cells: pd.DataFrame,
    header: str,
    names: Mapping[str, str],
    place: Mapping[str, int],
    given: NDArray[np.bool_],
    says_none: NDArray[np.bool_],
    unknown: list[_Unknown],
) -> int:
    """Fill in what a column of codes says, add the codes that are not known, and return how many codes there are."""
    count = 0
    for row, cell in enumerate(cells[header]):
        for code in _codes_in(cell, names):
            count += 1
            plain = simplified(code)
            if plain in names:
                given[row, place[names[plain]]] = True
            elif plain in _NONE:
                says_none[row] = True
            else:
                unknown.append(_Unknown(code, header, str(cells["record"].iloc[row])))
    return count


def _codes_in(cell: str, names: Mapping[str, str]) -> list[str]:
    """Return a cell's codes: between semicolons, and between line breaks or commas where every part is known."""

    def is_known(code: str) -> bool:
        return simplified(code) in names or simplified(code) in _NONE

    codes: list[str] = []
    for part in _parts(_SEPARATOR.split(cell)):
        lines = [part] if is_known(part) else _parts(part.split("\n"))
        for line in lines if any(map(is_known, lines)) else [" ".join(lines)]:
            listed = _parts(line.split(","))
            codes += [line] if is_known(line) or not all(map(is_known, listed)) else listed
    return codes


def _parts(codes: Iterable[str]) -> list[str]:
    return [code.strip() for code in codes if code.strip()]


def _tell_unknown(unknown: Sequence[_Unknown], names: Mapping[str, str], texts: Collection[str]) -> list[str]:
    """Return a line for each code that is not known: the code where it looks like a label, else only where it is."""
    own = set(texts)
    shown = Counter(each.code for each in unknown if _is_label(each.code, own))
    told = [
        f"Code '{code[:_LONGEST_SHOWN]}': no priority has this name; not counted ({_number(count, 'cell')})."
        f"{_nearest(code, names)}"
        for code, count in sorted(shown.items())
    ]
    for header in dict.fromkeys(each.header for each in unknown):
        hidden = [each.record for each in unknown if each.header == header and each.code not in shown]
        if hidden:
            told.append(
                f"{len(hidden)} cells in column '{header[:_LONGEST_SHOWN]}' name no priority (first: row {hidden[0]});"
                " not counted."
            )
    more = len(told) - _MOST_TOLD
    return [*told[:_MOST_TOLD], *([f"{more} more codes are not known."] if more > 0 else [])]


def _is_label(code: str, texts: Collection[str]) -> bool:
    """Say whether a code may be shown: short, without digits, and nobody's answer."""
    words = code.casefold().split()
    return len(words) <= _MOST_WORDS and not any(map(str.isdigit, code)) and " ".join(words) not in texts


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _nearest(code: str, names: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(simplified(code), sorted(names), n=1, cutoff=0.6)
    return f" Did you mean {names[near[0]]}?" if near else ""


def _near(header: str, framework: Framework) -> str:
    return _nearest(header, priority_names(framework))


def _marks(values: pd.Series, yes: Collection[str]) -> int:
    return int(values.str.casefold().isin(list(yes)).sum())


def _any_mark(cells: pd.DataFrame, headers: Sequence[str], yes: Collection[str]) -> NDArray[np.bool_]:
    found = np.zeros(len(cells), dtype=np.bool_)
    for header in headers:
        found |= cells[header].str.casefold().isin(list(yes)).to_numpy()
    return found


def _by_people_only(given: NDArray[np.bool_], judged: Sequence[int], every: Sequence[str]) -> list[str]:
    return [
        f"Priority {priority}: only a person can give it, as it has no cues; not judged"
        f" ({_number(int(given[:, number].sum()), 'row')})."
        for number, priority in enumerate(every)
        if number not in judged and given[:, number].any()
    ]


def _levels(cells: pd.DataFrame, header: str | None) -> tuple[NDArray[np.int64], int]:
    if header is None:
        return np.zeros(len(cells), dtype=np.int64), 0
    levels = np.array([_level(cell) for cell in cells[header]], dtype=np.int64)
    odd = int(((levels == 0) & (cells[header] != "").to_numpy()).sum())
    return levels, odd


def _level(cell: str) -> int:
    numbered = _NUMBERED.fullmatch(cell)
    if numbered:
        return int(numbered.group(1))
    return _LEVELS.get(simplified(cell), 0)


def _coders(cells: pd.DataFrame, header: str | None) -> NDArray[np.int64]:
    if header is None:
        return np.ones(len(cells), dtype=np.int64)
    return np.asarray(pd.factorize(cells[header].str.casefold(), sort=True)[0] + 1, dtype=np.int64)


def _status(
    cells: pd.DataFrame,
    given: NDArray[np.bool_],
    says_none: NDArray[np.bool_],
    other: NDArray[np.bool_],
    *,
    not_coded: NDArray[np.bool_],
    blank_lacks: bool,
) -> NDArray[np.object_]:
    """Return why each row's priorities can't be judged, the first reason that holds, or that they can."""
    has_text = cells["comment_id"].notna().to_numpy()
    empty = ~given.any(axis=1)
    blank = empty & ~(says_none | other)
    lacking = empty if blank_lacks else empty & other
    status: NDArray[np.object_] = np.select(
        [~has_text, not_coded, lacking, blank], [NO_TEXT, NOT_POSSIBLE, NO_PRIORITY, NOT_CODED], CODED
    ).astype(object)
    return status
