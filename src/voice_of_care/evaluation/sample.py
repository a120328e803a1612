"""Draw the comments that people are to code: enough for a wanted interval, from every part, blind to our labels."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from voice_of_care.counting import Z_95
from voice_of_care.errors import TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STRATA = ("source", "service", "respondent_group", "question")
FEWEST_IN_STRATUM = 5
"""Parts with fewer comments are drawn from together; from every other part at least so many are drawn."""

FEWEST_COMMENTS = 20
FEWEST_TWICE = 50
_UNCERTAIN = 0.5  # the share whose interval is widest


class Sample(NamedTuple):
    """The comments to code.

    Args:
        rows: comment_id, stratum, and coder_1 .. coder_n: whether that coder gets it; in the order to be shown.
        strata: stratum, comments there, and how many were drawn.
        wanted: the size that the interval needs, before what few comments and small parts change.
        half_width: of the 95% interval of a share of a half, as drawn.
        coded_twice: comments that every coder gets.
    """

    rows: pd.DataFrame
    strata: pd.DataFrame
    wanted: int
    half_width: float
    coded_twice: int


def size_for(width: float, population: int) -> int:
    """Return how many to draw so that the 95% interval of any share reaches at most `width` to each side.

    n0 = z^2 p (1 - p) / width^2 with p = 1/2, and n = n0 / (1 + (n0 - 1) / N) for a population of N (Cochran 1977,
    Sampling techniques, 4.4).
    """
    endless = Z_95**2 * _UNCERTAIN * (1 - _UNCERTAIN) / width**2
    return min(population, math.ceil(endless / (1 + (endless - 1) / population)))


def half_width_of(drawn: int, population: int) -> float:
    """Return half the width of the 95% interval of a share of a half, with so many drawn of a population."""
    if drawn >= population:
        return 0.0
    spread = Z_95 * math.sqrt(_UNCERTAIN * (1 - _UNCERTAIN) / drawn * (population - drawn) / (population - 1))
    return round(spread, 4)


def draw_sample(safe_comments: pd.DataFrame, *, width: float, coders: int, overlap: float, seed: int) -> Sample:
    """Return the comments to code, drawn from all of a project's by what they say and never by an id.

    Args:
        safe_comments: all comments; repeats of a record are passed over.
        width: wanted half width of the 95% interval of a share, such as 0.05.
        coders: how many people code.
        overlap: share of the sample that every coder gets, at least 50 comments; with one coder there is none.
        seed: another one draws others.

    Raises:
        TooLittleDataError: fewer than 20 comments.
    """
    comments = safe_comments[safe_comments["duplicate_of"].isna()].reset_index(drop=True)
    if len(comments) < FEWEST_COMMENTS:
        raise TooLittleDataError(have=len(comments), need=FEWEST_COMMENTS, purpose="a sample to code (comments)")
    stratum = _strata(comments)
    wanted = size_for(width, len(comments))
    numbers = _allocate({str(name): int(count) for name, count in stratum.value_counts().items()}, wanted)
    marked = comments.assign(stratum=stratum, order=_order(comments, f"{seed} draw"))
    drawn = pd.concat(
        [
            rows.sort_values("order", kind="stable").head(numbers[str(name)])
            for name, rows in marked.groupby("stratum", sort=True)
        ]
    )
    shown = drawn.assign(order=_order(drawn, f"{seed} show")).sort_values("order", kind="stable")
    twice = min(len(shown), max(FEWEST_TWICE, math.ceil(overlap * len(shown)))) if coders > 1 else len(shown)
    rows = shown[["comment_id", "stratum"]].reset_index(drop=True)
    for coder in range(1, coders + 1):
        rows[f"coder_{coder}"] = [place < twice or place % coders == coder - 1 for place in range(len(rows))]
    rows = rows.assign(mixed=_order(shown, f"{seed} mix")).sort_values("mixed", kind="stable").drop(columns="mixed")
    counts = stratum.value_counts()
    strata = pd.DataFrame(
        [(name, int(counts[name]), numbers[name]) for name in sorted(numbers)], columns=["stratum", "comments", "drawn"]
    )
    return Sample(
        rows.reset_index(drop=True),
        strata,
        wanted,
        half_width_of(len(rows), len(comments)),
        twice if coders > 1 else 0,
    )


def drawn_from(rows: pd.DataFrame, safe_comments: pd.DataFrame) -> dict[str, int]:
    """Return how many sources, services, groups and questions the comments drawn are of."""
    drawn = safe_comments[safe_comments["comment_id"].isin(rows["comment_id"])]
    return {column: int(drawn[column].nunique()) for column in STRATA}


def expected_counts(drawn: int, population: int, given: Mapping[str, int], labels: Sequence[str]) -> dict[str, int]:
    """Return how many codes of each priority a sample is likely to hold, if people code about as we do."""
    return {label: round(drawn * given.get(label, 0) / population) for label in labels}


def _strata(comments: pd.DataFrame) -> pd.Series:
    """Return each comment's part; a part that is small joins the others of its source and group, then of its source."""
    parts = {column: comments[column].fillna("not known").astype("str") for column in STRATA}
    varied = [column for column in STRATA if len(set(parts[column])) > 1]
    names = pd.Series(["all"] * len(comments), index=comments.index, dtype="str")
    small = names.eq("all")
    for kept in (varied, _only(varied, "source", "service", "respondent_group"), _only(varied, "source"), []):
        joined = _joined([parts[column] for column in kept], names.index) if kept else pd.Series("others", names.index)
        names = names.where(~small, joined)
        sizes = names.map(names.value_counts())
        small &= sizes < FEWEST_IN_STRATUM
    return names.astype("str")


def _only(columns: Sequence[str], *kept: str) -> list[str]:
    return [column for column in columns if column in kept]


def _joined(parts: Sequence[pd.Series], index: pd.Index) -> pd.Series:
    return pd.Series([" | ".join(each) for each in zip(*parts, strict=True)], index=index, dtype="str")


def _allocate(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """Share a number out in proportion (largest remainders), then raise each part to the least number."""
    total = sum(sizes.values())
    exact = {name: wanted * size / total for name, size in sizes.items()}
    numbers = {name: math.floor(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (numbers[name] - exact[name], name))
    for name in by_remainder[: wanted - sum(numbers.values())]:
        numbers[name] += 1
    least = min(FEWEST_IN_STRATUM, max(1, wanted // (2 * len(sizes))))
    return {name: min(sizes[name], max(least, number)) for name, number in numbers.items()}


def _order(comments: pd.DataFrame, salt: str) -> list[str]:
    """Return what to order by: chance, yet the same for the same words whatever their ids, files' or rows' order."""
    columns = ["text", "question", "source", "source_ref", "service", "respondent_group"]
    told = comments[columns].fillna("").astype("str").itertuples(index=False, name=None)
    return [hashlib.sha256("\x1f".join((salt, *parts)).encode("utf-8", "surrogatepass")).hexdigest() for parts in told]
