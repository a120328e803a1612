"""A planted theme is stable, a random split is not; stability hangs on nothing but what is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.themes.test_find import comments_of, find, leaves_of, planted
from voice_of_care.settings import ThemeSettings
from voice_of_care.tables import STABLE_FROM, UNSTABLE_BELOW
from voice_of_care.themes.consensus import WAYS, draw
from voice_of_care.themes.distinct import intruders_told, pair_overlap
from voice_of_care.themes.stability import join_unstable, stability_of

SIZES = (40, 40, 40)


@pytest.fixture
def truth() -> np.ndarray:
    return np.repeat(np.arange(len(SIZES)), SIZES)


def resamples(truth: np.ndarray, *, coin: int, ways: int = 8) -> list[np.ndarray]:
    """Return groupings in which one group is split by a coin in each way, and a tenth of the texts left out."""
    made = []
    for way in range(ways):
        chance = np.random.default_rng(way)
        labels = truth.copy()
        labels[(truth == coin) & (chance.random(len(truth)) < 0.5)] = 9
        labels[chance.random(len(truth)) < 0.1] = -1
        made.append(labels)
    return made


def test_a_theme_that_comes_back_is_stable_and_a_random_split_is_not(truth):
    halves = np.where(truth == 2, 2 + (np.arange(len(truth)) % 2), truth)
    members = np.eye(4, dtype=bool)[halves]
    stability = stability_of(members, resamples(truth, coin=2))
    assert (stability[:2] == 1.0).all()
    assert (stability[2:] < UNSTABLE_BELOW).all()


def test_a_piece_split_off_goes_back_and_stable_themes_stay(truth):
    pieces = np.where((truth == 2) & (np.arange(len(truth)) % 3 == 0), 3, truth)
    centroids = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, 0.1, 0.99], [0, 0, 1.0]])
    again = resamples(truth, coin=-5)
    assert join_unstable(pieces, centroids, again) == [[0], [1], [2, 3]]
    assert join_unstable(pieces, centroids, again, kept=frozenset({3})) == [[0], [1], [2], [3]]
    assert join_unstable(truth, centroids[:3], again) == [[0], [1], [2]]


def test_planted_themes_are_stable_on_the_whole():
    found = find(comments_of(planted()["text"].tolist()))
    stability = leaves_of(found)["stability"]
    assert stability.between(0, 1).all()
    assert stability.median() > STABLE_FROM
    assert found.themes["stability"].notna().all()


def test_draws_hang_on_what_is_said_alone():
    texts = [f"text {place:03d}" for place in range(100)]
    one = draw(texts, [frozenset({f"a{place // 2}"}) for place in range(100)])
    other = draw(texts, [frozenset({f"z{999 - place // 2}"}) for place in range(100)])
    assert (one.left_out == other.left_out).all()
    assert (one.numbers == other.numbers).all()
    assert one.left_out.shape == (100, WAYS)
    assert (one.left_out.sum(axis=0) == 10).all()


def test_a_theme_of_one_session_goes():
    sample = planted()
    people = [f"p{place}" for place in range(len(sample))]
    sessions = ["s0" if theme == "cleaning" else f"s{place % 9}" for place, theme in enumerate(sample["planted"])]
    comments = comments_of(sample["text"].tolist(), respondent_id=people, session_id=sessions)
    found = find(comments)
    session_of = dict(zip(comments["comment_id"], sessions, strict=True))
    heard = found.assignments.assign(
        session=found.assignments["segment_id"].str.rsplit(".", n=1).str[0].map(session_of)
    )
    assert (heard.groupby("theme_id")["session"].nunique() >= 2).all()


def test_an_intruder_is_told_in_a_theme_and_not_in_a_catch_all():
    chance = np.random.default_rng(1)
    tight = [np.eye(6)[place] + 0.05 * chance.standard_normal((6, 6)) for place in range(3)]
    loose = chance.standard_normal((6, 6))
    groups = [group / np.linalg.norm(group, axis=1, keepdims=True) for group in (*tight, loose)]
    told = intruders_told(groups)
    assert min(told[:3]) > 0.99
    assert told[3] < 0.9


def test_pairs_are_listed_the_most_alike_first():
    assignments = pd.DataFrame(
        {"theme_id": ["T01", "T01", "T02", "T02", "T03"], "segment_id": ["a", "b", "b", "c", "d"]}
    )
    vectors = pd.DataFrame({"theme_id": ["T01", "T02", "T03"], "vector": [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]})
    pairs = pair_overlap(assignments, vectors)
    assert pairs.iloc[0].to_list() == ["T01", "T02", 0.8, 0.5]
    assert len(pairs) == 3


@pytest.mark.parametrize("count", [12, 20, 60])
def test_few_comments_give_a_few_themes_with_a_stability(count):
    sample = planted().groupby("planted").head(count // 6 + 1).sample(frac=1, random_state=1).head(count)
    found = find(comments_of(sample["text"].tolist()), settings=ThemeSettings(fewest_units=2))
    assert 1 <= len(leaves_of(found)) <= count // 2
    assert found.themes["stability"].notna().all()
