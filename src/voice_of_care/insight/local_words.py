"""Words of concerns and suggestions that are said in one place and hardly elsewhere.

A subject of one ward alone may stand in no theme of its own: too few speak of it. Its words tell it all the same. They
are judged as themes are (`places.judge`), and must stand up among all the words that were looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.declaring import conform
from voice_of_care.insight.places import FEWEST_RAISED, TIMES_THE_REST, judge
from voice_of_care.insight.shrinkage import shrink_shares
from voice_of_care.insight.terms import terms_of, without_echoes
from voice_of_care.insight_tables import LEVELS, LOCAL_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from voice_of_care.insight.voices import Voices

FEWEST_HEARD = 20
"""Units heard of a place, for its words to be looked at."""
FEWEST_PLACES = 3
MOST_JUDGED = 24
"""Words of a place that are judged: those it says most often beside all others."""
MOST_WORDS = 8
"""Words told of a place, the surest first."""
_PRAISE = "praise"


class _Said(NamedTuple):
    """A term: who says it in each place and in which segments, and the form it is said in most often."""

    units: dict[str, set[str]]
    segments: dict[str, list[str]]
    forms: Counter[str]


def find_local_words(voices: Voices, segments: pd.DataFrame, statements: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the table `local_words`.

    Args:
        voices: who is counted; a unit is one whatever it weighs.
        segments: as declared, of the same analysis.
        statements: what each segment does; praise is passed over.
        seed: of the posterior draws.
    """
    kind = statements.set_index("segment_id")["kind"]
    said = segments.assign(kind=segments["segment_id"].map(kind))
    said = said[said["kind"].notna() & (said["kind"] != _PRAISE)].merge(
        voices.comments[["comment_id", "unit", *LEVELS]], on="comment_id", how="inner", validate="many_to_one"
    )
    rows = [row for level in LEVELS for row in _of_level(voices, said, level, seed=seed)]
    return conform(pd.DataFrame(rows, columns=list(LOCAL_WORDS.columns)), LOCAL_WORDS) if rows else LOCAL_WORDS.empty()


def _of_level(voices: Voices, said: pd.DataFrame, level: str, *, seed: int) -> Iterator[dict[str, Any]]:
    heard = voices.comments.dropna(subset=[level]).groupby(level, sort=True)["unit"].nunique()
    heard = heard[heard >= FEWEST_HEARD]
    if len(heard) < FEWEST_PLACES:
        return
    totals = np.asarray(heard, dtype=np.int64)
    by_place: dict[str, list[tuple[float, str, _Said]]] = defaultdict(list)
    terms = _gather(said[said[level].isin(heard.index)], level)
    for term, counts in _worth_judging(terms, heard.index, totals):
        told = terms[term]
        verdict = judge(counts, totals, shrink_shares(counts, totals, seed=seed))
        if verdict.verdict == "local" and len(verdict.local_to) == 1:
            by_place[heard.index[verdict.local_to[0]]].append((verdict.probability, term, told))
    for place in heard.index:
        ranked = sorted(by_place.get(place, []), key=lambda each: (-round(each[0], 6), each[1]))
        kept = without_echoes({term: frozenset(told.units[place]) for _, term, told in ranked})
        for probability, _, told in [each for each in ranked if each[1] in kept][:MOST_WORDS]:
            elsewhere = {unit for other, units in told.units.items() if other != place for unit in units}
            yield {
                "level": level,
                "place": place,
                "term": min(told.forms, key=lambda form: (-told.forms[form], form)),
                "respondents": len(told.units[place]),
                "heard": int(heard[place]),
                "elsewhere": len(elsewhere),
                "heard_elsewhere": int(totals.sum() - heard[place]),
                "probability": probability,
                "segment_ids": told.segments[place],
            }


def _gather(said: pd.DataFrame, level: str) -> dict[str, _Said]:
    found: dict[str, _Said] = defaultdict(lambda: _Said(defaultdict(set), defaultdict(list), Counter()))
    columns = ["text", "segment_id", "unit", level]
    for text, segment_id, unit, place in said[columns].itertuples(index=False, name=None):
        for key, form in dict(terms_of(text)).items():
            told = found[key]
            told.units[place].add(unit)
            told.segments[place].append(segment_id)
            told.forms[form] += 1
    return found


def _worth_judging(
    terms: dict[str, _Said], places: pd.Index, totals: NDArray[np.int64]
) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the terms that may be local, with who says them by place: of each place the likeliest, in their order.

    Likeliest by the lower end of the rate ratio of the place where it is said most, by the normal approximation.
    """
    found: dict[int, list[tuple[float, str, NDArray[np.int64]]]] = defaultdict(list)
    for term, told in sorted(terms.items()):
        counts = np.array([len(told.units.get(place, ())) for place in places], dtype=np.int64)
        most = int(np.argmax(counts / totals))
        here, rest = int(counts[most]), int(counts.sum() - counts[most])
        elsewhere = int(totals.sum() - totals[most])
        if here < FEWEST_RAISED or here * elsewhere < TIMES_THE_REST * rest * totals[most]:
            continue
        ratio = np.log(here / totals[most]) - np.log((rest + 0.5) / elsewhere)
        least = float(ratio - np.sqrt(1 / here + 1 / (rest + 0.5)))
        found[most].append((-round(least, 9), term, counts))
    chosen = [each for of_place in found.values() for each in sorted(of_place, key=lambda each: each[:2])[:MOST_JUDGED]]
    return sorted(((term, counts) for _, term, counts in chosen), key=lambda each: each[0])
