"""What to improve first: a transparent score, and how sure the ranks are.

Each theme of one subject is scored by five parts on fixed anchors (`scoring`); respondents are drawn anew
(`resampling`) and weights are drawn about the settings' own, and each draw ranks all themes. See
docs/methods/ranking.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.heard import NO_CHANNEL
from voice_of_care.insight.agreement import compare_lists
from voice_of_care.insight.evidence import BAD
from voice_of_care.insight.resampling import draw_sums, gather_strata
from voice_of_care.insight.scoring import Counts, momentum_of, rank, score, score_parts, weigh
from voice_of_care.insight_tables import FIRST_FIVE, HIGHEST_SEVERITY, RANKING, RANKING_PARTS
from voice_of_care.settings import RANKING_PRESETS
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from voice_of_care.insight.voices import Voices
    from voice_of_care.settings import RankingSettings, Settings

OVERALL = "overall"
GROUPS = ("staff", "service_user", "carer")
DRAWS = 2000
STEADINESS = 30.0
"""Weights are drawn from Dirichlet(30 w): a weight of .30 mostly lies between .17 and .45."""
FEWEST_HEARD = 20
"""Units from which a group or a channel has a list of its own, and two groups are set side by side."""
SECURE, LIKELY, CONTENDER = 0.9, 0.5, 0.1


class Ranked(NamedTuple):
    """The lists, and how far they agree."""

    ranking: pd.DataFrame
    agreements: pd.DataFrame


class _Given(NamedTuple):
    """What is known of each theme besides who raises it."""

    themes: tuple[str, ...]
    momentum: NDArray[np.float64] | None
    severity: NDArray[np.float64]


class _Scope(NamedTuple):
    """Whose list it is: the units heard with a row of counts each, and whether staff and users stand side by side."""

    name: str
    units: pd.DataFrame
    table: NDArray[np.int32]
    is_shared: bool


def rank_themes(
    voices: Voices,
    *,
    emerging: pd.DataFrame,
    severities: pd.DataFrame,
    consensus: pd.DataFrame,
    ballots: pd.DataFrame,
    settings: Settings,
) -> Ranked:
    """Return the tables `ranking` and `agreements`.

    Args:
        voices: who is counted and what they raise.
        emerging: as declared; the lower bound of the rate ratio is momentum.
        severities: as declared, as reviewers set them.
        consensus: the list after each round of ballots.
        ballots: the ballots.
        settings: the weights, and the seed of the draws.
    """
    given = _gather_given(voices, emerging, severities)
    rows: list[dict[str, Any]] = []
    if given.themes:
        for scope in _scopes(voices, given.themes):
            rows += _rank_scope(scope, given, weights=settings.ranking, seed=settings.themes.seed)
    ranking = conform(pd.DataFrame(rows, columns=list(RANKING.columns)), RANKING) if rows else RANKING.empty()
    return Ranked(ranking, compare_lists(ranking, consensus=consensus, ballots=ballots))


def verdict_of(p_top_five: float) -> str:
    """Return the word for the probability of being among the first five."""
    if p_top_five >= SECURE:
        return "secure"
    if p_top_five >= LIKELY:
        return "likely"
    return "contender" if p_top_five >= CONTENDER else "unlikely"


def _gather_given(voices: Voices, emerging: pd.DataFrame, severities: pd.DataFrame) -> _Given:
    themes = voices.subjects
    lows = dict(zip(emerging["theme_id"], emerging["low"].astype("float64"), strict=True))
    momentum = np.array([momentum_of(lows.get(theme)) for theme in themes]) if len(emerging) else None
    set_to = dict(zip(severities["theme_id"], severities["severity"].astype("int64"), strict=True))
    severity = np.array([min(1.0, set_to.get(theme, 0) / HIGHEST_SEVERITY) for theme in themes])
    return _Given(themes, momentum, severity)


def _scopes(voices: Voices, themes: tuple[str, ...]) -> Iterator[_Scope]:
    """Yield whose lists are made: everybody's, and those of each group and channel of which enough were heard."""
    comments = voices.comments
    mentions = voices.mentions[(voices.mentions["scope"] == "theme") & voices.mentions["item_id"].isin(themes)]
    if comments.empty:
        return
    yield _scope(OVERALL, voices.units, comments, mentions, themes)
    channels = sorted(set(comments["channel"].dropna()) - {NO_CHANNEL, ""})
    for prefix, column, parts in (("group", "respondent_group", GROUPS), ("channel", "channel", channels)):
        for part in parts:
            heard = comments[comments[column] == part]
            if heard["unit"].nunique() >= FEWEST_HEARD:
                yield _scope(f"{prefix}/{part}", voices.units, heard, mentions[mentions[column] == part], themes)


def _scope(
    name: str, units: pd.DataFrame, comments: pd.DataFrame, mentions: pd.DataFrame, themes: tuple[str, ...]
) -> _Scope:
    heard = units.loc[sorted(set(comments["unit"]))]
    by_group = comments.groupby("respondent_group")["unit"].nunique()
    is_shared = not name.startswith("group/") and all(
        by_group.get(group, 0) >= FEWEST_HEARD for group in ("staff", "service_user")
    )
    blocks = [
        np.ones((len(heard), 1), dtype=np.int32),
        _who_raises(heard, mentions, themes),
        _who_raises(heard, mentions[mentions["sentiment"].isin(BAD)], themes),
    ]
    for group in ("staff", "service_user") if is_shared else ():
        of_group = comments.loc[comments["respondent_group"] == group, "unit"]
        blocks.append(heard.index.isin(of_group).astype(np.int32)[:, None])
        blocks.append(_who_raises(heard, mentions[mentions["respondent_group"] == group], themes))
    weights = heard["weight"].round().to_numpy(dtype=np.int32)
    return _Scope(name, heard, np.hstack(blocks) * weights[:, None], is_shared)


def _who_raises(units: pd.DataFrame, mentions: pd.DataFrame, themes: tuple[str, ...]) -> NDArray[np.int32]:
    """Return 1 where a unit, down, raises a theme, across."""
    found = np.zeros((len(units), len(themes)), dtype=np.int32)
    found[
        units.index.get_indexer(pd.Index(mentions["unit"])), pd.Index(themes).get_indexer(pd.Index(mentions["item_id"]))
    ] = 1
    return found


def _counts(sums: NDArray[np.float64], number: int, *, is_shared: bool) -> Counts:
    """Return the sums of a scope's columns as counts."""
    heard, raised, bad = sums[..., 0], sums[..., 1 : 1 + number], sums[..., 1 + number : 1 + 2 * number]
    if not is_shared:
        return Counts(heard, raised, bad)
    staff, users = (sums[..., 1 + place * number + shift :] for place, shift in ((2, 0), (3, 1)))
    return Counts(heard, raised, bad, staff[..., 0], staff[..., 1 : 1 + number], users[..., 0], users[..., 1:])


def _rank_scope(scope: _Scope, given: _Given, *, weights: RankingSettings, seed: int) -> list[dict[str, Any]]:
    number = len(given.themes)
    counts = _counts(scope.table.sum(axis=0, dtype=np.int64).astype(np.float64), number, is_shared=scope.is_shared)
    parts = score_parts(counts, momentum=given.momentum, severity=given.severity)
    weighed = weigh(weights, parts)
    if weighed is None:
        return []
    scores = score(parts, weighed)
    drawn = _draw_ranks(scope, given, weights=weighed, seed=seed)
    ranks = rank(scores)
    p_first = (drawn <= FIRST_FIVE).mean(axis=0)
    low, median, high = (
        np.quantile(drawn, share, axis=0, method="inverted_cdf").astype(int) for share in (0.05, 0.5, 0.95)
    )
    presets = _preset_ranks(parts, weights)
    left_out = {name: None for name in RANKING_PARTS if name not in parts}
    rows = [
        {
            "theme_id": theme,
            "scope": scope.name,
            "score": float(scores[place]),
            **left_out,
            **{name: float(part[place]) for name, part in parts.items()},
            "median_rank": int(median[place]),
            "rank_low": int(low[place]),
            "rank_high": int(high[place]),
            "p_top_five": float(p_first[place]),
            "verdict": verdict_of(float(p_first[place])),
            "rank": int(ranks[place]),
            "is_listed": bool(ranks[place] <= FIRST_FIVE or given.severity[place] >= 1),
            "respondents": int(counts.raised[place]),
            "heard": int(counts.heard),
            "negative": int(counts.bad[place]),
            "preset_ranks": presets[place],
        }
        for place, theme in enumerate(given.themes)
    ]
    return sorted(rows, key=lambda row: row["rank"])


def _draw_ranks(scope: _Scope, given: _Given, *, weights: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return each theme's rank in each draw of respondents and weights.

    The draws of one list rest on the seed and its name alone: another channel more leaves them as they were.
    """
    rng = np.random.default_rng([seed, *scope.name.encode()])
    strata = gather_strata(
        scope.table,
        clusters=scope.units["cluster"],
        groups=scope.units["respondent_group"],
        channels=scope.units["channel"],
    )
    sums = draw_sums(strata, draws=DRAWS, rng=rng)
    counts = _counts(sums, len(given.themes), is_shared=scope.is_shared)
    parts = score_parts(counts, momentum=given.momentum, severity=given.severity)
    drawn = rng.standard_gamma(STEADINESS * weights, size=(DRAWS, len(weights)))
    return rank(score(parts, drawn / drawn.sum(axis=1, keepdims=True)))


def _preset_ranks(parts: Mapping[str, NDArray[np.float64]], weights: RankingSettings) -> list[list[float]]:
    """Return for each theme its rank under each preset of weights."""
    ranks = []
    for _, preset in RANKING_PRESETS:
        weighed = weigh(preset or weights, parts)
        if weighed is not None:
            ranks.append(rank(score(parts, weighed)))
    return [[float(place) for place in row] for row in np.stack(ranks, axis=1)]
