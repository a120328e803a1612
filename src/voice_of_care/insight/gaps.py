"""Who raises what the other does not: shares of two groups, services or sites, with how sure their gap is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse, stats

from voice_of_care.comparing import FEWEST_COMPARED, Sides, judge_sides
from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.insight_tables import GROUP_GAPS, GROUPINGS, REST
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from voice_of_care.frameworks import Framework
    from voice_of_care.insight.voices import Voices

    Floats = NDArray[np.float64]

PAIRED = ("staff", "service_user", "carer")
"""Groups that are set against each other, each pair; a further group is set against all others together."""
FEWEST_FOR_TONE = 8
_UNKNOWN = "unknown"
_CATCH_ALL = "catch-all"
_THEMES = "themes"
_KEY = ["theme_id", "framework_id", "priority_id"]


class Item(NamedTuple):
    """A theme or priority: its item_id among the mentions, and the family it is tested in."""

    item_id: str
    family: str


class _Pair(NamedTuple):
    grouping: str
    group_a: str
    group_b: str


class _Side(NamedTuple):
    """What one side raises, an entry for each item, and the same in effective numbers."""

    heard: float
    raised: Floats
    effective: Floats
    tone: pd.DataFrame


def compare_groups(voices: Voices, *, frameworks: Sequence[Framework], false_discovery: float) -> pd.DataFrame:
    """Return the table `group_gaps`.

    Args:
        voices: who is counted, with what they weigh.
        frameworks: whose priorities are compared, between groups that each is made for. Not so the four questions:
            which of them somebody answers was decided by who asked.
        false_discovery: share of the gaps called different that may be chance, in each family of items.
    """
    mentions = voices.mentions[voices.mentions["scope"].isin(("theme", "priority"))]
    items = [*_themes(voices), *_priorities(frameworks)]
    found = []
    for pair in _pairs(voices.comments):
        compared = [item for item in items if _is_fair(item, pair, frameworks)]
        if compared:
            found.append(_compare(pair, compared, voices, mentions, false_discovery=false_discovery))
    return conform(pd.concat(found, ignore_index=True), GROUP_GAPS) if found else GROUP_GAPS.empty()


def _themes(voices: Voices) -> Iterator[Item]:
    for theme in voices.themes:
        yield Item(theme, _THEMES if theme in voices.subjects else _CATCH_ALL)


def _priorities(frameworks: Sequence[Framework]) -> Iterator[Item]:
    for framework in frameworks:
        if framework.id != FOUR_QUESTIONS:
            for element in framework.elements:
                yield Item(f"{framework.id}/{element.id}", framework.id)


def _is_fair(item: Item, pair: _Pair, frameworks: Sequence[Framework]) -> bool:
    """Say whether both sides could raise it: comments of staff are not linked to a framework made for service users."""
    if pair.grouping != "respondent_group":
        return True
    audience = next((each.audience for each in frameworks if each.id == item.family), "both")
    is_staff = [group == "staff" for group in (pair.group_a, pair.group_b)]
    return audience == "both" or (REST not in pair and all(flag == (audience == "staff") for flag in is_staff))


def _pairs(comments: pd.DataFrame) -> list[_Pair]:
    """Return who is compared with whom, of groups and places with units enough."""
    pairs = []
    for grouping in GROUPINGS:
        known = comments[_is_known(comments[grouping])]
        sizes = known.groupby(grouping, sort=True)["unit"].nunique()
        enough = list(sizes.index[sizes >= FEWEST_COMPARED])
        first = [group for group in PAIRED if group in enough] if grouping == "respondent_group" else []
        pairs += [_Pair(grouping, a, b) for place, a in enumerate(first) for b in first[place + 1 :]]
        others = [name for name in enough if name not in first]
        if len(sizes) == len(others) == 2:  # each is the other's rest
            pairs.append(_Pair(grouping, others[0], others[1]))
        elif len(sizes) > 1:
            pairs += [_Pair(grouping, name, REST) for name in others]
    return pairs


def _compare(
    pair: _Pair, items: list[Item], voices: Voices, mentions: pd.DataFrame, *, false_discovery: float
) -> pd.DataFrame:
    ids = [item.item_id for item in items]
    comments_a, comments_b = _comments_of(pair, voices.comments)
    a, b = (_side(comments, mentions, voices.units, ids) for comments in (comments_a, comments_b))
    family = np.array([item.family for item in items])
    judged = [
        pd.DataFrame(judge_sides(_effective(a, b, family == name), false_discovery=false_discovery)._asdict()).assign(
            place=np.flatnonzero(family == name)
        )
        for name in dict.fromkeys(family.tolist())
    ]
    found = pd.concat(judged, ignore_index=True).set_index("place").sort_index()
    tone = _tone(a.tone, b.tone, ids)
    return pd.DataFrame([_named(item) for item in items], columns=_KEY).assign(
        **pair._asdict(),
        share_a=a.raised / a.heard,
        share_b=b.raised / b.heard,
        raised_a=a.raised,
        heard_a=a.heard,
        raised_b=b.raised,
        heard_b=b.heard,
        **{str(name): found[name] for name in found},
        **{str(name): tone[name] for name in tone},
    )[list(GROUP_GAPS.columns)]


def _named(item: Item) -> tuple[str | None, str | None, str | None]:
    if item.family in (_THEMES, _CATCH_ALL):
        return item.item_id, None, None
    framework_id, _, priority_id = item.item_id.partition("/")
    return None, framework_id, priority_id


def _comments_of(pair: _Pair, comments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both sides' comments; the rest is everybody of known places who was not heard in this one."""
    is_a = comments[pair.grouping].eq(pair.group_a)
    if pair.group_b != REST:
        return comments[is_a], comments[comments[pair.grouping].eq(pair.group_b)]
    is_elsewhere = _is_known(comments[pair.grouping]) & ~comments["unit"].isin(comments.loc[is_a, "unit"])
    return comments[is_a], comments[is_elsewhere]


def _is_known(places: pd.Series) -> pd.Series:
    return places.fillna("").ne("") & places.ne(_UNKNOWN)


def _side(comments: pd.DataFrame, mentions: pd.DataFrame, units: pd.DataFrame, ids: list[str]) -> _Side:
    counted = units.loc[sorted(set(comments["unit"])), ["weight", "cluster"]]
    mine = mentions[mentions["comment_id"].isin(comments["comment_id"]) & mentions["item_id"].isin(ids)]
    said = mine[["unit", "item_id"]].drop_duplicates()
    raises = np.zeros((len(counted), len(ids)))
    rows, columns = (
        pd.Index(names).get_indexer(pd.Index(said[of])) for names, of in ((counted.index, "unit"), (ids, "item_id"))
    )
    raises[rows, columns] = 1.0
    weight = counted["weight"].to_numpy(dtype=np.float64)
    heard = float(weight.sum())
    spoken = mine.dropna(subset=["polarity"]).sort_values(["item_id", "unit", "polarity"])
    by_unit = spoken.groupby(["item_id", "unit"])["polarity"].mean().reset_index().sort_values(["item_id", "polarity"])
    tone = by_unit.groupby("item_id")["polarity"].agg(["count", "mean", "var"])
    return _Side(heard, weight @ raises, _effective_units(raises, weight, counted["cluster"]), tone)


def _effective_units(raises: Floats, weight: Floats, cluster: pd.Series) -> Floats:
    """Return for each item how many units, alike and alone, would tell as much: Kish's number by the design effect.

    The design effect is that of clusters, for people of one session may echo each other: the variance of the share
    between clusters by that between units (Rao and Scott 1992). It is the item's own, at least that of all items
    together: one cluster or none that raises a thing can't tell how alike clusters are.
    """
    alike = float(weight.sum() ** 2 / (weight**2).sum())
    if cluster.is_unique:
        return np.full(raises.shape[1], alike)
    residual = weight[:, None] * (raises - weight @ raises / weight.sum())
    code = pd.factorize(cluster, sort=True)[0]
    clusters, number = int(code.max()) + 1, len(code)
    member = sparse.csr_matrix((np.ones(number), (code, np.arange(number))), shape=(clusters, number))
    between = ((member @ residual) ** 2).sum(axis=0) * clusters / max(clusters - 1, 1)
    within = (residual**2).sum(axis=0) * number / max(number - 1, 1)
    own = np.divide(between, within, out=np.ones_like(within), where=within > 0)
    usual = between.sum() / within.sum() if within.sum() > 0 else 1.0
    # Rounded, for the sums were made in the order of keyed ids.
    effective: Floats = alike / np.maximum(np.round(np.maximum(own, usual), 9), 1.0)
    return effective


def _effective(a: _Side, b: _Side, chosen: NDArray[np.bool_]) -> Sides:
    parts = [(side.raised / side.heard * side.effective, side.effective) for side in (a, b)]
    return Sides(*(each[chosen] for part in parts for each in part))


def _tone(a: pd.DataFrame, b: pd.DataFrame, ids: list[str]) -> pd.DataFrame:
    """Return both sides' mean tone of each item and the interval of its difference (Welch 1947), where enough speak."""
    first, second = a.reindex(ids), b.reindex(ids)
    squares = [side["var"] / side["count"] for side in (first, second)]
    total = squares[0] + squares[1]
    freedom = total**2 / sum(part**2 / (side["count"] - 1) for part, side in zip(squares, (first, second), strict=True))
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(total)
    middle = first["mean"] - second["mean"]
    is_enough = (first["count"] >= FEWEST_FOR_TONE) & (second["count"] >= FEWEST_FOR_TONE)
    tone = pd.DataFrame(
        {
            "sentiment_a": first["mean"].where(first["count"] >= FEWEST_FOR_TONE),
            "sentiment_b": second["mean"].where(second["count"] >= FEWEST_FOR_TONE),
            "sentiment_low": (middle - reach).where(is_enough),
            "sentiment_high": (middle + reach).where(is_enough),
        }
    )
    return tone.reset_index(drop=True)
