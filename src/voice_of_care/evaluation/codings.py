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
    from collections.abc import Collection, Mapping, Sequence

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
_SEPARATOR = re.compile(r"[;\n|]")
_NUMBERED = re.compile(r"([1-5])(?:\.0)?(?:\W.*)?")
_LONGEST_SHOWN = 60


class Codings(NamedTuple):
    """Coded rows as understood.

    Args:
        rows: record, comment_id, coder (numbered by name, 1 where none is named), level (1 very positive to 5 very
            negative, 0 where not coded) and status (`coded`, or why the row's priorities can't be judged).
        given: shape (rows, labels).
        labels: ids of the priorities that are judged: those we could give.
        remarks: one line each on what was not understood.
    """

    rows: pd.DataFrame
    given: NDArray[np.bool_]
    labels: tuple[str, ...]
    remarks: tuple[str, ...]


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
) -> Codings:
    """Return what the codes of each row say.

    Args:
        cells: record, comment_id (none where the row has no text), and a column for each of `columns.wanted`.
        columns: as `find_columns` gives them.
        framework: names the priorities.
        yes: cells, in lower case, that mark a priority as given.
        no: cells that mark it as not given.
    """
    names = priority_names(framework)
    every = [element.id for element in framework.elements]
    place = {priority: number for number, priority in enumerate(every)}
    given = np.zeros((len(cells), len(every)), dtype=np.bool_)
    says_none = np.zeros(len(cells), dtype=np.bool_)
    remarks: list[str] = []
    remarks += _read_marks(cells, columns.marks, place, given, says_none, yes=yes, no=no)
    remarks += _read_codes(cells, columns.codes, names, place, given, says_none)
    remarks += [
        f"Column '{header[:_LONGEST_SHOWN]}': no priority of {framework.id} has this name; its"
        f" {_marks(cells[header], yes)} marks were not counted.{_near(header, framework)}"
        for header in columns.unknown
    ]
    judged = [place[label] for label in judged_labels(framework)]
    remarks += _by_people_only(given, judged, every)
    levels, odd = _levels(cells, columns.roles.get("sentiment"))
    if odd:
        remarks.append(f"Column '{columns.roles['sentiment']}': {odd} cells are no level of sentiment; not counted.")
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
    return Codings(rows, given[:, judged], tuple(every[number] for number in judged), tuple(remarks))


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
                f"Column '{header[:_LONGEST_SHOWN]}': {odd} cells are neither 1 nor blank; they count as blank."
            )
    return remarks


def _read_codes(
    cells: pd.DataFrame,
    headers: Sequence[str],
    names: Mapping[str, str],
    place: Mapping[str, int],
    given: NDArray[np.bool_],
    says_none: NDArray[np.bool_],
) -> list[str]:
    """Fill in what columns of codes say; return a line for each code that is not known."""
    unknown: Counter[str] = Counter()
    for header in headers:
        for row, cell in enumerate(cells[header]):
            for code in filter(None, map(str.strip, _SEPARATOR.split(cell))):
                plain = simplified(code)
                if plain in names:
                    given[row, place[names[plain]]] = True
                elif plain in _NONE:
                    says_none[row] = True
                else:
                    unknown[code[:_LONGEST_SHOWN]] += 1
    return [
        f"Code '{code}': no priority has this name; not counted ({count} cells).{_nearest(code, names)}"
        for code, count in sorted(unknown.items())
    ]


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
        f"Priority {priority}: only a person can give it, as it has no cues; not judged ({int(given[:, number].sum())}"
        " rows)."
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
