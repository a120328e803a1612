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
    for term, told in sorted(_gather(said[said[level].isin(heard.index)], level).items()):
        counts = np.array([len(told.units.get(place, ())) for place in heard.index], dtype=np.int64)
        if not _may_be_local(counts, totals):
            continue
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


def _may_be_local(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> bool:
    """Say whether a term is raised often enough, and often enough in one place, to be worth judging."""
    most = int(np.argmax(counts / totals))
    rest = (counts.sum() - counts[most]) / (totals.sum() - totals[most])
    return bool(counts[most] >= FEWEST_RAISED and counts[most] / totals[most] >= TIMES_THE_REST * rest)
