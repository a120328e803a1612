"""Learn priorities from examples: in seconds, on frozen sentence vectors, from what the cues say on.

Each priority that people have shown gets a small logistic correction of what was judged before (zero-shot from the
cues, or a trained model), fitted on the examples, on the framework's own cues, and on phrases that speak of other
things. Without examples a priority stays as it was. `docs/methods/priorities.md` gives the method and its worth.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from voice_of_care.cues import PLAIN_FACTS, phrases_of
from voice_of_care.frameworks.loader import available
from voice_of_care.priorities.logistic import fit_correction
from voice_of_care.priorities.trained import Trained
from voice_of_care.priorities.zero_shot import hear, logits_of, score, strengths_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from voice_of_care.embedding import Embedders
    from voice_of_care.frameworks.model import Framework, FrameworkElement
    from voice_of_care.priorities.logistic import Correction

    Matrix = NDArray[np.float64]
    Judge = Callable[[Sequence[str]], Trained]

# Chosen within the training respondents of benchmarks/learning_curve.py; the figures move little around these values.
CUES_TRUSTED = 0.4  # share of the zero-shot logit that is kept once there are examples
FEATURE_SCALE = 3.0  # length of each encoder's vectors among the features
RIDGE = 0.5
BIAS_RIDGE = 1.0
EXAMPLE_COUNTS = 2.0  # weight of an example of a priority
CUE_COUNTS = 0.5  # of a cue, beside an example
UNKNOWN_COUNTS = 0.1  # of a text on a priority nobody spoke about when giving it as an example of another
BACKGROUND_COUNTS = 0.3  # of a phrase that other frameworks hold
BACKGROUND_MOST = 0.7  # cosine from which such a phrase may mean what this framework means
NOT_TO_ONE = 8.0  # what speaks against a priority together counts as much as this times what speaks for it
PARTS = 4  # examples are held out in turn to see where links should be decided
LOW_EXAMPLES = 0.25
HIGH_OTHERS = 0.99
TRUSTED_FROM = 4.0
MOST_LOWERED = -2.0
_BACKGROUND_LOGIT = -2.0 * CUES_TRUSTED
_SMALLEST_STRENGTH = 0.05
_NOT_SAID = 0.02  # strength taken where a trained model gives none
_ROWS_AT_ONCE = 4096


class Lessons(NamedTuple):
    """What the examples of one framework say: texts in order, and for each priority to be learnt target and weight."""

    elements: tuple[FrameworkElement, ...]
    texts: list[str]
    targets: Matrix
    counts: Matrix


def learn_priorities(
    examples: pd.DataFrame,
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    *,
    embedders: Embedders,
    frameworks: Sequence[Framework],
    trained: Trained | None = None,
    judge: Judge | None = None,
) -> tuple[Trained, ...]:
    """Return what was learnt of each framework that has examples, said of the segments.

    The same examples give the same, whatever their order. A segment is judged together with its comment: the
    correction is the mean of what both ask for.

    Args:
        examples: as declared. Those of other frameworks, or of priorities a framework no longer has, are passed over.
        segments: as declared.
        safe_comments: as declared; each segment's comment must be there.
        embedders: both encoders.
        frameworks: those in use.
        trained: what a trained model says of the segments, for one framework; there, examples correct it.
        judge: what that model says of texts that stand alone, numbered from 0 as segments.
    """
    learnt: list[Trained] = []
    for framework in frameworks:
        lessons = read_lessons(examples, framework)
        if trained is not None and judge is not None and trained.framework_id == framework.id:
            known = np.array([element.id in trained.priority_ids for element in lessons.elements], dtype=np.bool_)
            from_model, lessons = _part(lessons, known), _part(lessons, ~known)
            if from_model.elements and len(segments):
                judged = _logits_in(trained, segments["segment_id"].tolist(), from_model.elements)
                correction = _from_model(from_model, judge, embedders)
                learnt.append(_said(from_model, judged, correction, segments, safe_comments, framework, embedders))
        if lessons.elements and len(segments):
            judged = _zero_shot_of(lessons.elements, segments, safe_comments, framework, embedders)
            correction = _from_cues(lessons, framework, embedders)
            learnt.append(_said(lessons, judged, correction, segments, safe_comments, framework, embedders))
    return tuple(learnt)


def read_lessons(examples: pd.DataFrame, framework: Framework) -> Lessons:
    """Return what the examples teach of the framework's priorities that anyone has shown.

    A coded text counts against every priority it was not given, those its coders disagree on apart. A reviewer's word
    counts for its own priority, and where it is an example, a little against the others.
    """
    mine = examples[examples["framework_id"] == framework.id]
    known = {element.id for element in framework.elements}
    mine = mine[mine["priority_id"].isna() | mine["priority_id"].isin(known)]
    shown = set(mine.loc[mine["priority_id"].notna() & _is_shown(mine), "priority_id"])
    elements = tuple(element for element in framework.elements if element.id in shown)
    texts = sorted(set(mine["text"]))
    row_of = {text: row for row, text in enumerate(texts)}
    column_of = {element.id: column for column, element in enumerate(elements)}
    targets = np.zeros((len(texts), len(elements)))
    counts = np.zeros_like(targets)
    in_order = mine.sort_values(["origin", "text", "priority_id"], kind="stable")  # coded first: reviewers have the say
    for example in in_order.to_dict("records"):
        row, column = row_of[str(example["text"])], column_of.get(str(example["priority_id"]))
        is_example, is_coded = bool(example["is_example"]), example["origin"] == "coded"
        if is_coded or is_example:
            counts[row] = np.maximum(counts[row], 1.0 if is_coded else UNKNOWN_COUNTS)
        if column is not None:
            is_disputed = example["origin"] == "disputed"  # coders disagree: it says nothing on this priority
            targets[row, column], counts[row, column] = float(is_example), float(not is_disputed)
    return Lessons(elements, texts, targets, counts)


def _is_shown(examples: pd.DataFrame) -> pd.Series:
    """Say which rows show a priority: an example of it, or a reviewer's word that a text is none."""
    return examples["is_example"].astype(bool) | examples["origin"].eq("reviewer")


def _from_model(lessons: Lessons, judge: Judge, embedders: Embedders) -> Correction:
    """Return what the examples ask to change in what a trained model says, and leave what it says of other things."""
    anchors = [*PLAIN_FACTS, *_held_elsewhere("")]
    texts = [*lessons.texts, *anchors]
    judged = _logits_in(judge(texts), [str(row) for row in range(len(texts))], lessons.elements)
    of_examples = np.where(lessons.counts == 1, EXAMPLE_COUNTS, 0.0)
    kept = judged[len(lessons.texts) :]
    return fit_correction(
        _features(texts, embedders),
        np.vstack([lessons.targets, expit(kept)]),
        judged=judged,
        row_weights=np.vstack([of_examples, np.full(kept.shape, BACKGROUND_COUNTS)]),
        ridge=RIDGE,
        bias_ridge=BIAS_RIDGE,
    )


def _logits_in(trained: Trained, segment_ids: Sequence[str], elements: Sequence[FrameworkElement]) -> Matrix:
    """Return a trained model's strengths as logits, one row a segment and one column a priority."""
    table = trained.strengths.pivot_table(index="segment_id", columns="priority_id", values="strength", aggfunc="max")
    table = table.reindex(index=list(segment_ids), columns=[element.id for element in elements])
    strengths = np.clip(table.fillna(_NOT_SAID).to_numpy(dtype=np.float64), _NOT_SAID, 1 - _NOT_SAID)
    logits: Matrix = np.log(strengths / (1 - strengths))
    return logits


def _part(lessons: Lessons, wanted: NDArray[np.bool_]) -> Lessons:
    """Return the lessons on some of the priorities."""
    kept = tuple(element for element, is_wanted in zip(lessons.elements, wanted, strict=True) if is_wanted)
    return Lessons(kept, lessons.texts, lessons.targets[:, wanted], lessons.counts[:, wanted])


def _features(texts: Sequence[str], embedders: Embedders) -> Matrix:
    parts = [embedder.embed(texts).astype(np.float64) for embedder in (embedders.general, embedders.feedback)]
    return FEATURE_SCALE * np.hstack(parts)


def _from_cues(lessons: Lessons, framework: Framework, embedders: Embedders) -> Correction:
    """Return what examples, cues and background together ask to change in what the cues alone say."""
    phrases = [(column, phrase) for column, element in enumerate(lessons.elements) for phrase in phrases_of(element)]
    cues, owner = [phrase for _, phrase in phrases], np.array([column for column, _ in phrases])
    others = _background(lessons, framework, cues, embedders)
    texts = [*lessons.texts, *cues, *others]
    elements = lessons.elements
    heard = hear(
        pd.Series(lessons.texts, dtype="str"), pd.Series([""] * len(lessons.texts)), embedder=embedders.general
    )
    judged = CUES_TRUSTED * logits_of(score(framework, elements, heard, embedder=embedders.general))
    is_own = owner[:, None] == np.arange(len(elements))
    rest = (len(others), len(elements))
    targets = np.vstack([lessons.targets, is_own, np.zeros(rest)])
    counts = np.vstack([lessons.counts, np.full(is_own.shape, CUE_COUNTS), np.full(rest, BACKGROUND_COUNTS)])
    before = np.vstack([judged, CUES_TRUSTED * np.where(is_own, 1, -1), np.full(rest, _BACKGROUND_LOGIT)])
    features, weights = _features(texts, embedders), _balanced(targets, counts)
    fitted = fit_correction(features, targets, judged=before, row_weights=weights, ridge=RIDGE, bias_ridge=BIAS_RIDGE)
    out = np.zeros_like(before)
    part = np.array([hashlib.sha256(text.encode()).digest()[0] % PARTS for text in texts])
    for number in range(PARTS):
        rest, held = part != number, part == number
        again = fit_correction(
            features[rest],
            targets[rest],
            judged=before[rest],
            row_weights=_balanced(targets[rest], counts[rest]),
            ridge=RIDGE,
            bias_ridge=BIAS_RIDGE,
            start=fitted,
        )
        out[held] = before[held] + again.of(features[held])
    is_example = np.arange(len(texts)) < len(lessons.texts)
    return fitted._replace(bias=fitted.bias - _lowered(out, targets, counts, is_example))


def _lowered(held_out: Matrix, targets: Matrix, counts: Matrix, is_example: NDArray[np.bool_]) -> Matrix:
    """Return by how much a link may be decided earlier, where held-out examples stand well above all else.

    Halfway between what the lower quarter of the examples and the highest hundredth of the rest get, when they were not
    learnt from; never later than a strength of 0.5, and the less trusted the fewer the examples.
    """
    lowered = np.zeros(targets.shape[1])
    for column in range(targets.shape[1]):
        shown = is_example & (targets[:, column] == 1) & (counts[:, column] == 1)
        against = (targets[:, column] == 0) & (counts[:, column] > 0)
        if not shown.any() or not against.any():
            continue
        low = np.quantile(held_out[shown, column], LOW_EXAMPLES)
        high = np.quantile(held_out[against, column], HIGH_OTHERS)
        middle = (low + high) / 2 if low > high else 0.0
        trusted = shown.sum() / (shown.sum() + TRUSTED_FROM)
        lowered[column] = max(MOST_LOWERED, min(0.0, middle)) * trusted
    return lowered


def _balanced(targets: Matrix, counts: Matrix) -> Matrix:
    """Return weights under which what speaks for a priority and what speaks against it stand in a fixed relation.

    Examples are gathered for each priority, so that how many there are tells nothing of how often people speak of it.
    """
    speaks_for = EXAMPLE_COUNTS * counts * (targets == 1)
    against = counts * (targets == 0)
    share = NOT_TO_ONE * speaks_for.sum(axis=0) / np.maximum(against.sum(axis=0), 1e-9)
    balanced: Matrix = speaks_for + against * share
    return balanced


def _background(lessons: Lessons, framework: Framework, cues: Sequence[str], embedders: Embedders) -> list[str]:
    """Return phrases on other things: plain facts, and what shipped frameworks hold that this one does not mean."""
    phrases = _held_elsewhere(framework.id)
    meant = [text for text, row in zip(lessons.texts, lessons.targets, strict=True) if row.any()]
    own = [*(phrase for element in framework.elements for phrase in phrases_of(element)), *cues, *meant]
    likeness = (embedders.general.embed(phrases) @ embedders.general.embed(own).T).max(axis=1)
    far = [phrase for phrase, near in zip(phrases, likeness, strict=True) if near < BACKGROUND_MOST]
    return [*PLAIN_FACTS, *far]


def _held_elsewhere(framework_id: str) -> list[str]:
    """Return the phrases of the frameworks that ship, but for one, in order."""
    return sorted(
        {
            phrase
            for other in available()
            if other.id != framework_id
            for element in other.elements
            for phrase in phrases_of(element)
        }
    )


def _zero_shot_of(
    elements: Sequence[FrameworkElement],
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    framework: Framework,
    embedders: Embedders,
) -> Matrix:
    """Return what is left of the zero-shot logits: the mean of the segment's and its comment's."""
    parts = []
    asked = segments[["comment_id"]].merge(
        safe_comments[["comment_id", "text", "question"]], on="comment_id", how="left", validate="m:1"
    )
    for texts in (segments["text"], asked["text"]):
        heard = hear(texts, asked["question"], embedder=embedders.general)
        parts.append(logits_of(score(framework, elements, heard, embedder=embedders.general)))
    judged: Matrix = CUES_TRUSTED * (parts[0] + parts[1]) / 2
    return judged


def _said(
    lessons: Lessons,
    judged: Matrix,
    correction: Correction,
    segments: pd.DataFrame,
    safe_comments: pd.DataFrame,
    framework: Framework,
    embedders: Embedders,
) -> Trained:
    """Return what the segments say of the priorities learnt: judged before, and corrected."""
    row_of, comments = pd.factorize(segments["comment_id"])
    whole = safe_comments.set_index("comment_id")["text"].reindex(comments).tolist()
    added = _added(segments["text"].tolist(), correction, embedders)
    added_to_whole = _added(whole, correction, embedders)
    strengths = strengths_of(judged + (added + added_to_whole[row_of]) / 2)
    row, column = np.nonzero(strengths >= _SMALLEST_STRENGTH)
    ids = np.array([element.id for element in lessons.elements], dtype=object)
    said = pd.DataFrame(
        {
            "segment_id": segments["segment_id"].to_numpy()[row],
            "priority_id": ids[column],
            "strength": strengths[row, column],
        }
    )
    return Trained(framework.id, frozenset(ids), said)


def _added(texts: Sequence[str], correction: Correction, embedders: Embedders) -> Matrix:
    parts = [texts[start : start + _ROWS_AT_ONCE] for start in range(0, len(texts), _ROWS_AT_ONCE)]
    return np.vstack([correction.of(_features(part, embedders)) for part in parts])
