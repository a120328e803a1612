"""Link segments and themes to quality priorities, with the evidence.

Zero-shot: a segment is compared with the words a framework holds for each of its priorities, by meaning (sentence
vectors) and by phrase. What a trained model knows, or what was learnt from examples, takes its place.
`docs/methods/priorities.md` gives the method and what it is worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.priorities.theme_links import link_themes
from voice_of_care.priorities.zero_shot import NEAR_BEST, hear, logits_of, near_best, score, strengths_of
from voice_of_care.tables import SEGMENT_LINKS, conform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedder
    from voice_of_care.frameworks.model import Framework, FrameworkElement
    from voice_of_care.priorities.trained import Trained
    from voice_of_care.settings import PrioritySettings

QDC = "qdc"
CONCERN_BONUS = 0.08  # where a trained model hears the same concern; chosen with benchmarks/crosswalk.py
CONCERN_FROM = 0.5  # strength from which it does

_KEY = ["segment_id", "framework_id", "priority_id"]


class PrioritiesLinked(NamedTuple):
    """What speaks of which priority."""

    segment_links: pd.DataFrame
    theme_links: pd.DataFrame


def link_priorities(
    segments: pd.DataFrame,
    assignments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    *,
    embedder: Embedder,
    frameworks: Sequence[Framework],
    settings: PrioritySettings,
    unit_of: pd.Series,
    trained: Sequence[Trained] = (),
    examples: pd.DataFrame | None = None,
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
        trained: what models say of the priorities they know; the first that knows one speaks for it, and cues for
            those that none knows. What the one trained on QDC hears counts for priorities of the same concern too.
        examples: what people have shown; a reviewer's word on a text stands above every model's.
    """
    asked = segments[["segment_id", "comment_id"]].merge(
        safe_comments[["comment_id", "question", "respondent_group"]], on="comment_id", how="left", validate="m:1"
    )
    known = {(each.framework_id, priority_id) for each in trained for priority_id in each.priority_ids}
    parts = list(
        _zero_shot(
            segments,
            asked,
            frameworks,
            known=known,
            trained=trained,
            embedder=embedder,
            threshold=settings.threshold,
        )
    )
    spoken_for: set[tuple[str, str]] = set()
    for each in trained:
        news = frozenset(name for name in each.priority_ids if (each.framework_id, name) not in spoken_for)
        spoken_for |= {(each.framework_id, name) for name in news}
        for framework in frameworks:
            if framework.id == each.framework_id:
                parts.append(_from_trained(each, news, asked, framework, threshold=settings.threshold))
    segment_links = _in_order(parts, segments, frameworks)
    if examples is not None:
        segment_links = _as_reviewed(segment_links, segments, frameworks, examples)
    segment_links = _one_question_each(segment_links)
    theme_links = link_themes(
        segment_links, segments, assignments, unit_of=unit_of, order=[each.id for each in frameworks]
    )
    return PrioritiesLinked(segment_links, theme_links)


def _zero_shot(
    segments: pd.DataFrame,
    asked: pd.DataFrame,
    frameworks: Sequence[Framework],
    *,
    known: set[tuple[str, str]],
    trained: Sequence[Trained],
    embedder: Embedder,
    threshold: float,
) -> Iterator[pd.DataFrame]:
    if segments.empty:
        return
    heard = hear(segments["text"], asked["question"], embedder=embedder)
    for framework in frameworks:
        linkable = [element for element in framework.elements if element.include_cues]
        wanted = np.array([(framework.id, element.id) not in known for element in linkable], dtype=np.bool_)
        if not wanted.any():
            continue
        scores = score(framework, linkable, heard, embedder=embedder)
        scores = scores + CONCERN_BONUS * _is_same_concern(linkable, segments, trained).astype(np.float32)
        strengths = strengths_of(logits_of(scores))
        decided = (strengths >= threshold) & near_best(scores, 0.0 if framework.id == FOUR_QUESTIONS else NEAR_BEST)
        decided &= _is_addressed(framework, asked["respondent_group"])[:, None] & wanted
        yield _rows(segments, framework, linkable, strengths, decided)


def _is_same_concern(
    elements: Sequence[FrameworkElement], segments: pd.DataFrame, trained: Sequence[Trained]
) -> NDArray[np.bool_]:
    """Say where a trained model hears a priority of its framework that is the same concern as an element's."""
    heard = np.zeros((len(segments), len(elements)), dtype=np.bool_)
    for model in trained:
        if model.framework_id != QDC:
            continue
        sure = model.strengths[model.strengths["strength"] >= CONCERN_FROM]
        for column, element in enumerate(elements):
            same = sure.loc[sure["priority_id"].isin(element.qdc), "segment_id"]
            heard[:, column] |= segments["segment_id"].isin(same).to_numpy()
    return heard


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


def _from_trained(
    trained: Trained, priority_ids: frozenset[str], asked: pd.DataFrame, framework: Framework, *, threshold: float
) -> pd.DataFrame:
    known = [element.id for element in framework.elements if element.id in priority_ids]
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


def _as_reviewed(
    links: pd.DataFrame, segments: pd.DataFrame, frameworks: Sequence[Framework], examples: pd.DataFrame
) -> pd.DataFrame:
    """Return the links as reviewers have decided them: on the very text they read."""
    said = examples[(examples["origin"] == "reviewer") & examples["priority_id"].notna()]
    said = said.merge(segments[["segment_id", "text"]], on="text", how="inner", validate="many_to_many")
    if said.empty:
        return links
    reviewed = pd.MultiIndex.from_frame(said[_KEY])
    kept = links[~pd.MultiIndex.from_frame(links[_KEY]).isin(reviewed)]
    known = {(framework.id, element.id) for framework in frameworks for element in framework.elements}
    pairs = zip(said["framework_id"], said["priority_id"], strict=True)
    confirmed = said[said["is_example"].astype(bool) & pd.Series([pair in known for pair in pairs], index=said.index)]
    added = confirmed[_KEY].assign(strength=1.0, origin="reviewer")
    return _in_order([kept, added], segments, frameworks)


def _one_question_each(links: pd.DataFrame) -> pd.DataFrame:
    """Keep one of the four questions a segment: a reviewer's, else the strongest, the first of them in a tie."""
    asked = links[links["framework_id"] == FOUR_QUESTIONS]
    best = asked.assign(by_model=asked["origin"].ne("reviewer"), place=range(len(asked)))
    best = best.sort_values(["by_model", "strength", "place"], ascending=[True, False, True], kind="stable")
    spare = best.index[best["segment_id"].duplicated() & best["by_model"]]
    return links.drop(index=spare).reset_index(drop=True)


def _in_order(parts: Sequence[pd.DataFrame], segments: pd.DataFrame, frameworks: Sequence[Framework]) -> pd.DataFrame:
    """Return the links by segment, framework and priority, each in its own order."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return SEGMENT_LINKS.empty()
    links = pd.concat(filled, ignore_index=True)
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
    if "origin" not in ordered:
        ordered = ordered.assign(origin="model")
    return conform(ordered, SEGMENT_LINKS)
