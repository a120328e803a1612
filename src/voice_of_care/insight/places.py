"""Local or everywhere: shares of each place, drawn towards all, and what can be said of each theme.

See docs/methods/places.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.counting import funnel_limits
from voice_of_care.declaring import conform
from voice_of_care.insight.shrinkage import shrink_shares
from voice_of_care.insight_tables import CONCENTRATION, LEVELS, SPREAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voice_of_care.insight.shrinkage import Shrunken
    from voice_of_care.insight.voices import Voices

FEWEST_PLACES = 2
SURE_LOCAL, SURE_WIDE = 0.95, 0.9
"""Posterior probability from which a theme is called local, or organisation-wide."""
TIMES_THE_REST = 4.0
"""Each place a theme is local to raises it at least so many times as often as all others together."""
HARDLY = 0.03
"""Share up to which the others hardly raise a theme; above it, most of those who raise it must be in its places."""
FEWEST_RAISED = 5
"""Respondents who raise it in each place it is local to."""
MOST_PLACES = 2
FEWEST_WIDE_PLACES, FEWEST_HEARD = 3, 10
"""Places with that many heard, that a theme must be raised in to be called organisation-wide."""
FEWEST_RAISED_WIDE = 20
LEAST_WIDE_SHARE = 0.02
"""Share of all places together under which a theme is too rare to be called organisation-wide."""
NEARLY_ALL = 0.8
WITHIN_TIMES = 2.0
"""In an organisation-wide theme, shares of nearly all places lie within that many times of all places' share."""


class PlacesFound(NamedTuple):
    """Shares by place, and one verdict a theme and kind of place."""

    concentration: pd.DataFrame
    spread: pd.DataFrame


class Verdict(NamedTuple):
    """What can be said of a theme, how probable that is, and the numbers of the places it is local to."""

    verdict: str
    probability: float
    local_to: tuple[int, ...] = ()


def find_spread(voices: Voices, *, seed: int) -> PlacesFound:
    """Judge for each theme whether it is local to a service or site, or organisation-wide.

    Units are counted once a place, whatever they weigh: the model is one of who raises a theme or not.

    Args:
        voices: who is counted and what they raised.
        seed: of the posterior draws.

    Returns:
        The tables `concentration` and `spread`; no rows of a kind of place of which fewer than two are known.
    """
    rows: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for level in LEVELS:
        heard = _heard(voices, level)
        if len(heard) < FEWEST_PLACES:
            continue
        raised = _raised(voices, level, places=heard.index)
        for theme_id in voices.themes:
            counts, totals = raised.loc[theme_id].to_numpy(), heard.to_numpy()
            found = shrink_shares(counts, totals, seed=seed)
            judged = judge(counts, totals, found)
            about = {"theme_id": theme_id, "level": level}
            rows += _rows(about, heard.index, counts, totals, (found, judged))
            verdicts.append({**about, **_spread(heard.index, counts, found, judged)})
    return PlacesFound(
        conform(pd.DataFrame(rows, columns=list(CONCENTRATION.columns)), CONCENTRATION)
        if rows
        else CONCENTRATION.empty(),
        conform(pd.DataFrame(verdicts, columns=list(SPREAD.columns)), SPREAD) if verdicts else SPREAD.empty(),
    )


def judge(counts: NDArray[np.int64], totals: NDArray[np.int64], found: Shrunken) -> Verdict:
    """Return whether a theme is local, organisation-wide, or can't be told.

    Args:
        counts: who raise it, by place.
        totals: who were heard, by place.
        found: the posterior of the places' shares.
    """
    local = _judge_local(counts, totals, found)
    if local.probability >= SURE_LOCAL:
        return local
    wide = _probability_wide(counts, totals, found)
    if wide >= SURE_WIDE:
        return Verdict("organisation_wide", wide)
    return Verdict("cannot_tell", float(np.clip(1 - local.probability - wide, 0, 1)))


def _judge_local(counts: NDArray[np.int64], totals: NDArray[np.int64], found: Shrunken) -> Verdict:
    """Return the places that a theme is most likely local to; two rather than one where each clearly stands out."""
    ranked = np.argsort(-found.means, kind="stable")
    likeliest = Verdict("local", 0.0)
    for size in range(1, min(MOST_PLACES, max(1, len(counts) // 3)) + 1):
        chosen = ranked[:size]
        if (counts[chosen] < FEWEST_RAISED).any():
            break
        probability = _probability_local(chosen, totals, found)
        if probability >= min(SURE_LOCAL, likeliest.probability):
            likeliest = Verdict("local", probability, tuple(sorted(int(number) for number in chosen)))
    return likeliest


def _probability_local(chosen: NDArray[np.int64], totals: NDArray[np.int64], found: Shrunken) -> float:
    others = np.setdiff1d(np.arange(len(totals)), chosen)
    people = found.draws * totals
    elsewhere = people[:, others].sum(axis=1)
    rest = elsewhere / totals[others].sum()
    is_far_above = found.draws[:, chosen].min(axis=1) >= TIMES_THE_REST * rest
    is_mostly_there = people[:, chosen].sum(axis=1) >= elsewhere
    return float((is_far_above & (is_mostly_there | (rest <= HARDLY))).mean())


def _probability_wide(counts: NDArray[np.int64], totals: NDArray[np.int64], found: Shrunken) -> float:
    """Return how probable it is that nearly all places raise it about as often, and at a share that matters."""
    kept = np.flatnonzero(totals >= FEWEST_HEARD)
    if len(kept) < FEWEST_WIDE_PLACES or counts.sum() < FEWEST_RAISED_WIDE:
        return 0.0
    pooled = (found.draws * totals).sum(axis=1) / totals.sum()
    times = found.draws[:, kept] / pooled[:, None]
    is_near = (times >= 1 / WITHIN_TIMES) & (times <= WITHIN_TIMES)
    return float(((is_near.mean(axis=1) >= NEARLY_ALL) & (pooled >= LEAST_WIDE_SHARE)).mean())


def _heard(voices: Voices, level: str) -> pd.Series:
    """Return how many units were heard in each place, by name."""
    known = voices.comments[voices.comments[level].fillna("") != ""]
    return known.groupby(level, sort=True)["unit"].nunique()


def _raised(voices: Voices, level: str, *, places: pd.Index) -> pd.DataFrame:
    """Return how many units raise each theme in each place: themes down, places across."""
    mentions = voices.mentions[voices.mentions["scope"] == "theme"]
    counted = mentions.pivot_table(index="item_id", columns=level, values="unit", aggfunc="nunique")
    return counted.reindex(index=list(voices.themes), columns=places).fillna(0).astype("int64")


def _rows(
    about: dict[str, str],
    places: pd.Index,
    counts: NDArray[np.int64],
    totals: NDArray[np.int64],
    told: tuple[Shrunken, Verdict],
) -> list[dict[str, Any]]:
    found, judged = told
    low, high = found.interval()
    lower, upper = funnel_limits(totals.tolist(), float(counts.sum() / totals.sum()), coverage=0.998)
    outside = "elsewhere" if judged.verdict == "local" else judged.verdict
    return [
        {
            **about,
            "place": str(place),
            "share": counts[number] / totals[number],
            "shrunken_share": found.means[number],
            "low": low[number],
            "high": high[number],
            "verdict": "local" if number in judged.local_to else outside,
            "respondents": counts[number],
            "heard": totals[number],
            "lower_998": lower[number],
            "upper_998": upper[number],
        }
        for number, place in enumerate(places)
    ]


def _spread(places: pd.Index, counts: NDArray[np.int64], found: Shrunken, judged: Verdict) -> dict[str, Any]:
    return {
        "verdict": judged.verdict,
        "places": [str(places[number]) for number in judged.local_to],
        "probability": judged.probability,
        "variation": found.variation[0],
        "variation_low": found.variation[1],
        "variation_high": found.variation[2],
        "respondents": int(counts.sum()),
        "compared": len(counts),
    }
