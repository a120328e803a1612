"""What is new becomes a candidate that a person takes on or refuses; what is known does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.themes.later import GardenEmbedder, Project, candidates_of, garden, in_batches
from tests.themes.test_find import planted
from voice_of_care.themes.novelty import Ground, Known, find_novel, first_by_hash


@pytest.fixture(scope="module")
def with_garden():
    first, later = in_batches()
    project = Project(first)
    project.add(pd.concat([later, garden(12)], ignore_index=True))
    return project, project.found


def test_a_new_matter_becomes_one_candidate_that_holds_its_segments(with_garden):
    project, found = with_garden
    waiting = candidates_of(found)
    assert len(waiting) == 1
    row = waiting.iloc[0]
    assert "garden" in row["label"].lower()
    assert pd.isna(row["parent_id"])
    assert int(row["theme_id"][1:]) == len(found.theme_vectors)
    held = found.assignments[found.assignments["theme_id"] == row["theme_id"]]
    said = project.planted_of(held["segment_id"])
    assert (said == "garden").mean() > 0.9
    assert (said == "garden").sum() >= 10
    assert row["size"] == len(held)
    assert row["theme_id"] in set(found.theme_prototypes["theme_id"])
    assert row["theme_id"] in set(found.quotes["theme_id"])


def test_it_keeps_its_id_and_gathers_what_comes_later(with_garden):
    first, later = in_batches()
    project = Project(first)
    one = project.add(pd.concat([later, garden(12)], ignore_index=True))
    more = garden(24)
    two = project.add(more[~more["text"].isin(project.rows["text"])])
    assert candidates_of(two)["theme_id"].tolist() == candidates_of(one)["theme_id"].tolist()
    assert candidates_of(two)["label"].tolist() == candidates_of(one)["label"].tolist()
    assert candidates_of(two)["size"].iloc[0] > candidates_of(one)["size"].iloc[0]


@pytest.mark.parametrize("verdict", ["accepted", "refused"])
def test_one_taken_on_is_joined_as_others_are_and_one_refused_is_not_proposed_again(with_garden, verdict):
    first, later = in_batches()
    project = Project(first)
    one = project.add(pd.concat([later, garden(12)], ignore_index=True))
    theme_id = str(candidates_of(one)["theme_id"].iloc[0])
    more = garden(30)
    two = project.add(more[~more["text"].isin(project.rows["text"])], **{verdict: frozenset({theme_id})})
    fresh = ~two.assignments["segment_id"].isin(one.assignments["segment_id"])
    fresh &= ~two.assignments["segment_id"].isin(one.set_aside["item_id"])
    taken = two.assignments[fresh & (two.assignments["theme_id"] == theme_id)]
    assert len(candidates_of(two)) == 1
    assert (len(taken) > 0) == (verdict == "accepted")
    if verdict == "accepted":
        others = two.assignments[two.assignments["segment_id"].isin(taken["segment_id"])]
        assert (others.groupby("segment_id")["strength"].idxmax().map(two.assignments["theme_id"]) == theme_id).all()


def test_too_few_people_or_sessions_make_none():
    first, later = in_batches()
    assert candidates_of(Project(first).add(pd.concat([later, garden(4)], ignore_index=True))).empty


def test_new_labels_are_nobody_elses(with_garden):
    _, found = with_garden
    assert found.themes["label"].str.lower().is_unique


def ground_of(texts: list[str], *, units: list[str] | None = None, gatherings: list[str] | None = None) -> Ground:
    own = units or [f"u{place}" for place in range(len(texts))]
    met = gatherings or own
    return Ground(
        texts, GardenEmbedder().embed(texts), [frozenset({each}) for each in own], [frozenset({each}) for each in met]
    )


def known_of(texts: list[str]) -> Known:
    vectors = GardenEmbedder().embed(texts)
    centre = vectors.mean(axis=0)
    return Known(texts, vectors, (centre / np.linalg.norm(centre))[None, :])


def scattered(seed: int, *, topics: int = 25, of_each: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors scattered about topics, and the topic of each."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((topics, 150))
    vectors = np.repeat(centres, of_each, axis=0) + rng.standard_normal((topics * of_each, 150))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.repeat(np.arange(topics), of_each)


def lettered(number: int) -> str:
    """Return a number in letters, as digits are no words."""
    return "".join("bcdfghjklm"[int(digit)] for digit in f"{number:04d}")


def compare(vectors: np.ndarray, topics: np.ndarray, is_later: np.ndarray) -> list[list[int]]:
    """Return the new groups among later texts whose words have nothing in common."""
    texts = [" ".join(f"{word}{lettered(row)}" for word in ("lamp", "moss", "tide")) for row in range(len(vectors))]
    rows = np.flatnonzero(is_later)
    units = [frozenset({f"u{row}"}) for row in rows]
    centroids = np.stack([vectors[~is_later & (topics == each)].mean(axis=0) for each in set(topics[~is_later])])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    known = Known([texts[row] for row in np.flatnonzero(~is_later)], vectors[~is_later], centroids)
    return find_novel(Ground([texts[row] for row in rows], vectors[rows], units, units), known)


@pytest.mark.parametrize("share", [0.1, 0.33, 0.7])
def test_a_random_part_of_what_is_known_is_nothing_new(share):
    false_alarms = 0
    for seed in range(10):
        vectors, topics = scattered(seed)
        is_later = np.random.default_rng(seed + 100).random(len(vectors)) < share
        false_alarms += len(compare(vectors, topics, is_later))
    assert false_alarms <= (1 if share > 0.5 else 0)


def test_a_topic_that_grows_is_not_new_and_one_that_nobody_raised_is():
    for seed in range(10):
        vectors, topics = scattered(seed)
        is_later = np.random.default_rng(seed + 100).random(len(vectors)) < 0.3
        assert compare(vectors, topics, is_later | (topics == 3) & (np.arange(len(topics)) % 4 > 0)) == []
        found = compare(vectors, topics, is_later | (topics == 3))
        places = np.flatnonzero(is_later | (topics == 3))
        assert len(found) == 1
        assert np.isin(np.flatnonzero(topics == 3), places[found[0]]).mean() > 0.7
        assert (topics[places[found[0]]] == 3).mean() > 0.9


def test_one_person_one_session_or_one_wording_is_nothing_new():
    rows = planted(60)["text"]
    known, usual = known_of(sorted(set(rows[rows.index % 3 > 0]))), sorted(set(rows[rows.index % 3 == 0]))
    new = sorted(garden(16)["text"])
    others = [f"o{place}" for place in range(len(usual))]
    alone = [f"u{place}" for place in range(len(new))]
    texts = [*new, *usual]
    assert len(find_novel(ground_of(texts), known)) == 1
    assert find_novel(ground_of(texts, units=["u"] * len(new) + others), known) == []
    two = [f"s{place % 2}" for place in range(len(new))]
    assert find_novel(ground_of(texts, units=alone + others, gatherings=two + others), known) == []
    letter = [
        f"The garden pond wants three new benches and lamps, {name}." for name in ("Ann", "Bob", "Cy", "Di", "Ed")
    ]
    assert find_novel(ground_of([*letter, *usual]), known) == []


def test_nothing_known_or_nothing_later_gives_nothing():
    texts = sorted(garden(12)["text"])
    assert find_novel(ground_of(texts), Known([], np.empty((0, 64)), np.empty((0, 64)))) == []
    assert find_novel(ground_of(texts[:1]), known_of(texts)) == []


def test_what_is_compared_is_bounded_whatever_the_order():
    texts = [f"text {number}" for number in range(50)]
    assert first_by_hash(texts, 10) == first_by_hash(texts[::-1], 10)
    assert len(first_by_hash(texts, 10)) == 10
    assert first_by_hash(texts[::-1], 99) == sorted(texts)


def test_candidates_do_not_depend_on_the_order_of_rows(with_garden):
    _, found = with_garden
    first, later = in_batches()
    mixed = Project(first).add(pd.concat([later, garden(12)], ignore_index=True), mixed=7)
    for name in ("themes", "theme_terms", "theme_vectors", "theme_prototypes", "quotes"):
        assert getattr(mixed, name).to_json() == getattr(found, name).to_json()
    key = ["segment_id", "theme_id"]
    one, other = (each.assignments.sort_values(key).to_csv(index=False) for each in (mixed, found))
    assert one == other
