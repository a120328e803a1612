"""Link segments and themes to quality priorities, with the evidence.

Zero-shot: nothing is trained. A segment is compared with the words a framework holds for each of its priorities, by
meaning (sentence vectors) and by phrase. `docs/methods/priorities.md` gives the method and what it is worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.cues import Cues
from voice_of_care.frameworks.model import FOUR_QUESTIONS, Framework, FrameworkElement
from voice_of_care.tables import SEGMENT_LINKS, THEME_LINKS, conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedder
    from voice_of_care.settings import PrioritySettings

    Floats = NDArray[np.float32]

# Chosen on one half of the respondents of the benchmark (benchmarks/priorities_zero_shot.py); the other half judges.
DECIDED_AT = 0.41  # score that becomes strength 0.5
SOFTNESS = 0.08  # score from strength 0.5 to 0.73
NEAR_BEST = 0.03  # a priority counts when its score is this near the best of its framework
ASKED_FROM = 0.55  # score from which the question a comment answers is itself one of the four:
ASKED_BONUS = 0.45  # its answers then answer that one, unless they say nothing

FEWEST_SEGMENTS = 3  # a theme's link rests on at least this many segments,
FEWEST_SHARE = 0.10  # on this share of the theme's segments,
FEWEST_LIFT = 1.5  # and on more than comes by chance,
PLAIN_SHARE = 0.5  # unless half of the theme speaks of it anyway
SHARE_OF_BEST = 0.5  # and on at least half of what the theme's first priority in the framework has
MOST_EVIDENCE = 10

_LINK_COLUMNS = ["framework_id", "priority_id", "strength"]


class PrioritiesLinked(NamedTuple):
    """What speaks of which priority."""

    segment_links: pd.DataFrame
    theme_links: pd.DataFrame


class Trained(NamedTuple):
    """What a trained model says: segment_id, priority_id and strength (0.5 at its own threshold), and what it knows."""

    framework_id: str
    priority_ids: frozenset[str]
    strengths: pd.DataFrame


def link_priorities(
    segments: pd.DataFrame,
    assignments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    *,
    embedder: Embedder,
    frameworks: Sequence[Framework],
    settings: PrioritySettings,
    unit_of: pd.Series,
    trained: Trained | None = None,
) -> PrioritiesLinked:
    """Return the links of segments and of leaf themes to the priorities of the frameworks.

    A framework made for staff is not laid on service users' and carers' comments, nor the other way round.

    Args:
        segments: in canonical order.
        assignments: leaf themes of the segments.
        safe_comments: for the question answered and the respondent group.
        embedder: gives the sentence vectors.
        frameworks: as `load_frameworks` returns them.
        settings: `threshold` is the strength from which a segment's link is decided.
        unit_of: the unit of each comment_id; a theme's links are weighed by units.
        trained: what a trained model says of one framework's priorities; the others are linked by their cues.
    """
    asked = segments[["segment_id", "comment_id"]].merge(
        safe_comments[["comment_id", "question", "respondent_group"]], on="comment_id", how="left", validate="m:1"
    )
    by_cues = [_without_trained(framework, trained) for framework in frameworks]
    parts = list(_zero_shot(segments, asked, by_cues, embedder=embedder, threshold=settings.threshold))
    if trained is not None:
        parts += [
            _from_trained(trained, asked, framework, threshold=settings.threshold)
            for framework in frameworks
            if framework.id == trained.framework_id
        ]
    segment_links = _in_order(parts, segments, frameworks)
    theme_links = _link_themes(
        segment_links, segments, assignments, unit_of=unit_of, order=[each.id for each in frameworks]
    )
    return PrioritiesLinked(segment_links, theme_links)


def _zero_shot(
    segments: pd.DataFrame,
    asked: pd.DataFrame,
    frameworks: Sequence[Framework],
    *,
    embedder: Embedder,
    threshold: float,
) -> Iterator[pd.DataFrame]:
    if segments.empty:
        return
    texts, text_row = _distinct(segments["text"])
    questions, question_row = _distinct(asked["question"].fillna(""))
    text_vectors, question_vectors = embedder.embed(texts), embedder.embed(questions)
    for framework in frameworks:
        linkable = [element for element in framework.elements if element.include_cues]
        if not linkable:
            continue
        cues = Cues(linkable, embedder)
        if framework.id == FOUR_QUESTIONS:
            scores, is_excluded = cues.score(texts, text_vectors)
            hints, is_vague = cues.score(questions, question_vectors)
            hints = np.where(is_vague, 0, hints)
            lift = ASKED_BONUS * ((hints >= ASKED_FROM) & _near_best(hints, 0.0))
            scores = np.round(scores[text_row] + np.where(is_excluded[text_row], 0, lift[question_row]), 4)
            margin = 0.0
        else:
            scores = cues.score(texts, text_vectors)[0][text_row]
            margin = NEAR_BEST
        strengths = _strengths(scores)
        decided = (strengths >= threshold) & _near_best(scores, margin)
        decided &= _is_addressed(framework, asked["respondent_group"])[:, None]
        yield _rows(segments, framework, linkable, strengths, decided)


def _distinct(texts: pd.Series) -> tuple[list[str], NDArray[np.intp]]:
    """Return the distinct texts in order, and for each row which it is."""
    row_of, distinct = pd.factorize(texts, sort=True)
    return [str(text) for text in distinct], row_of


def _strengths(scores: Floats) -> NDArray[np.float64]:
    scaled: NDArray[np.float64] = np.round(1 / (1 + np.exp((DECIDED_AT - scores.astype(np.float64)) / SOFTNESS)), 4)
    return scaled


def _near_best(scores: Floats, margin: float) -> NDArray[np.bool_]:
    """Say which priorities are within the margin of the row's best; with no margin, the first best alone."""
    if margin == 0:
        alone = np.zeros(scores.shape, dtype=np.bool_)
        alone[np.arange(len(scores)), scores.argmax(axis=1)] = True
        return alone
    near: NDArray[np.bool_] = scores >= scores.max(axis=1, keepdims=True) - margin
    return near


def _is_addressed(framework: Framework, groups: pd.Series) -> NDArray[np.bool_]:
    if framework.audience == "staff":
        return ~groups.isin(["service_user", "carer"]).to_numpy()
    if framework.audience == "service_user":
        return ~groups.eq("staff").to_numpy()
    return np.ones(len(groups), dtype=np.bool_)


def _rows(
    segments: pd.DataFrame,
    framework: Framework,
    elements: Sequence[FrameworkElement],
    strengths: NDArray[np.float64],
    decided: NDArray[np.bool_],
) -> pd.DataFrame:
    row, column = np.nonzero(decided)
    return pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[row],
            "framework_id": framework.id,
            "priority_id": np.array([element.id for element in elements], dtype=object)[column],
            "strength": strengths[row, column],
        }
    )


def _without_trained(framework: Framework, trained: Trained | None) -> Framework:
    """Return the framework without the priorities that a trained model knows."""
    if trained is None or framework.id != trained.framework_id:
        return framework
    rest = tuple(element for element in framework.elements if element.id not in trained.priority_ids)
    return framework.model_copy(update={"elements": rest})


def _from_trained(trained: Trained, asked: pd.DataFrame, framework: Framework, *, threshold: float) -> pd.DataFrame:
    known = [element.id for element in framework.elements]
    addressed = asked["segment_id"][_is_addressed(framework, asked["respondent_group"])]
    found = trained.strengths
    rows = found[
        found["segment_id"].isin(addressed) & found["priority_id"].isin(known) & (found["strength"] >= threshold)
    ]
    return pd.DataFrame(
        {
            "segment_id": rows["segment_id"],
            "framework_id": framework.id,
            "priority_id": rows["priority_id"],
            "strength": rows["strength"].astype("float64").round(4),
        }
    )


def _in_order(parts: Sequence[pd.DataFrame], segments: pd.DataFrame, frameworks: Sequence[Framework]) -> pd.DataFrame:
    """Return the links by segment, framework and priority, each in its own order."""
    if not parts:
        return SEGMENT_LINKS.empty()
    links = pd.concat(parts, ignore_index=True)
    places = [(framework.id, element.id) for framework in frameworks for element in framework.elements]
    place = pd.Series(range(len(places)), index=pd.MultiIndex.from_tuples(places))
    segment_place = pd.Series(range(len(segments)), index=segments["segment_id"].to_numpy())
    keys = pd.DataFrame(
        {
            "segment": links["segment_id"].map(segment_place),
            "priority": place.reindex(pd.MultiIndex.from_frame(links[["framework_id", "priority_id"]])).to_numpy(),
        }
    )
    ordered = links.loc[keys.sort_values(["segment", "priority"], kind="stable").index]
    return conform(ordered.assign(origin="model"), SEGMENT_LINKS)


def _link_themes(
    segment_links: pd.DataFrame,
    segments: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    unit_of: pd.Series,
    order: Sequence[str],
) -> pd.DataFrame:
    """Return a link where enough of a theme speaks of a priority; its strength is the share of the theme's units."""
    place = pd.DataFrame(
        {
            "segment_id": segments["segment_id"],
            "unit": segments["comment_id"].map(unit_of).fillna(segments["comment_id"]),
            "place": range(len(segments)),
        }
    )
    in_themes = assignments[["segment_id", "theme_id"]].merge(place, on="segment_id", validate="many_to_one")
    linked = in_themes.merge(segment_links[["segment_id", *_LINK_COLUMNS]], on="segment_id", validate="many_to_many")
    if linked.empty:
        return THEME_LINKS.empty()
    key = ["theme_id", "framework_id", "priority_id"]
    found = linked.groupby(key, sort=False).agg(said=("segment_id", "nunique"), units=("unit", "nunique")).reset_index()
    size = in_themes.groupby("theme_id").agg(of=("segment_id", "nunique"), of_units=("unit", "nunique")).reset_index()
    found = found.merge(size, on="theme_id", validate="many_to_one")
    overall = (segment_links.groupby(["framework_id", "priority_id"]).size() / len(segments)).rename("overall")
    found = found.merge(overall.reset_index(), on=["framework_id", "priority_id"], validate="many_to_one")
    kept = found[_is_carried(found)].assign(strength=lambda rows: (rows["units"] / rows["of_units"]).round(4))
    evidence = (
        linked.sort_values(["strength", "place"], ascending=[False, True], kind="stable")
        .groupby(key)["segment_id"]
        .agg(lambda ids: list(ids.head(MOST_EVIDENCE)))
        .rename("evidence_segment_ids")
        .reset_index()
    )
    kept = kept.merge(evidence, on=key, validate="one_to_one")
    theme_place = {theme_id: row for row, theme_id in enumerate(dict.fromkeys(assignments["theme_id"]))}
    framework_place = {framework_id: row for row, framework_id in enumerate(order)}
    return _as_theme_links(kept, theme_place, framework_place)


def _is_carried(found: pd.DataFrame) -> pd.Series:
    share = found["said"] / found["of"]
    best = share.groupby([found["theme_id"], found["framework_id"]]).transform("max")
    above_chance = (share >= FEWEST_LIFT * found["overall"]) | (share >= PLAIN_SHARE)
    return (found["said"] >= FEWEST_SEGMENTS) & (share >= FEWEST_SHARE) & above_chance & (share >= SHARE_OF_BEST * best)


def _as_theme_links(kept: pd.DataFrame, theme_place: dict[str, int], framework_place: dict[str, int]) -> pd.DataFrame:
    """Return the declared table: themes in their order, frameworks in theirs, the strongest link first."""
    ordered = kept.assign(
        theme_place=kept["theme_id"].map(theme_place), framework_place=kept["framework_id"].map(framework_place)
    ).sort_values(["theme_place", "framework_place", "strength", "priority_id"], ascending=[True, True, False, True])
    columns = [name for name in THEME_LINKS.columns if name not in {"origin", "status"}]
    return conform(ordered[columns].assign(origin="model", status="proposed"), THEME_LINKS)
