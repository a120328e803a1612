"""The closed lists of words that intake knows: read from `words.yaml`, once."""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping


class Words(NamedTuple):
    """Words for comparing: lower case, without edge punctuation; `scores` gives None where a word is no score."""

    non_answers: frozenset[str]
    nothing: frozenset[str]
    english: frozenset[str]
    scores: Mapping[str, float | None]
    yes: frozenset[str]
    no: frozenset[str]


@functools.cache
def known_words() -> Words:
    """Return the lists."""
    content = yaml.safe_load(resources.files("voice_of_care.intake").joinpath("words.yaml").read_text("utf-8"))
    scores: dict[str, float | None] = dict.fromkeys(content["no_score"])
    scores.update({word: float(score) for score, words in content["scores"].items() for word in words})
    return Words(
        frozenset(content["non_answers"]),
        frozenset(content["nothing"]),
        frozenset(content["english"]),
        scores,
        frozenset(content["yes"]),
        frozenset(content["no"]),
    )
