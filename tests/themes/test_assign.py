"""A leaf of few units that does not come back is dissolved; a stable one, a large one and one kept stay."""

from __future__ import annotations

import numpy as np
import pytest

from voice_of_care.themes.assign import Leaves, Places, Voices, dissolve_fleeting

VECTORS = np.repeat(np.eye(3), (20, 20, 4), axis=0)
LEAVES = Leaves(np.eye(3), np.arange(3), np.eye(3), [[0], [1], [2]])
PLACES = Places(np.full(44, -1), np.full(44, -1), ())


@pytest.mark.parametrize(
    ("stability", "fewest", "kept", "left"),
    [
        ([0.9, 0.9, 0.1], 10, frozenset(), [[0], [1]]),
        ([0.9, 0.9, 0.6], 10, frozenset(), [[0], [1], [2]]),
        ([0.9, 0.1, 0.9], 10, frozenset(), [[0], [1], [2]]),
        ([0.9, 0.9, 0.1], 3, frozenset(), [[0], [1], [2]]),
        ([0.9, 0.9, 0.1], 10, frozenset({2}), [[0], [1], [2]]),
    ],
)
def test_only_what_few_raise_and_does_not_come_back_is_dissolved(
    stability: list[float], fewest: int, kept: frozenset[int], left: list[list[int]]
) -> None:
    voices = Voices([frozenset({f"u{row}"}) for row in range(44)], fewest)
    found = dissolve_fleeting(LEAVES, VECTORS, stability, places=PLACES, voices=voices, kept=kept)
    assert found.topics == left
