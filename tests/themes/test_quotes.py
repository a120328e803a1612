"""Quotes are central, varied, allowed, and include voices against the grain."""

from __future__ import annotations

import numpy as np

from voice_of_care.themes.quotes import Candidate, pick_quotes


def candidate(place: int, **changes: object) -> Candidate:
    vector = np.zeros(64)
    vector[place % 64] = 1.0
    values = {
        "segment_id": f"S{place:03d}",
        "text": "The wait was far too long",
        "unit": f"u{place}",
        "group": "service_user",
        "source": "a.csv",
        "sentiment": "negative",
        "strength": 0.9 - place / 100,
        "vector": vector,
    }
    return Candidate(**(values | changes))


def picked(rows: list[dict[str, object]], role: str) -> list[object]:
    return [row["segment_id"] for row in rows if row["role"] == role]


def test_exemplars_come_from_different_units_and_are_ranked() -> None:
    rows = pick_quotes("T01", [candidate(place, unit=f"u{place // 2}") for place in range(20)])
    assert picked(rows, "exemplar") == ["S000", "S002", "S004", "S006", "S008", "S010"]
    assert [row["rank"] for row in rows if row["role"] == "exemplar"] == [1, 2, 3, 4, 5, 6]
    assert {row["status"] for row in rows} == {"proposed"}


def test_other_groups_and_sources_are_heard_first() -> None:
    many = [candidate(place) for place in range(10)]
    rows = pick_quotes("T01", [*many, candidate(11, group="staff"), candidate(12, source="b.csv")])
    assert {"S000", "S011", "S012"} <= set(picked(rows, "exemplar"))


def test_near_repeats_are_passed_over() -> None:
    same = np.eye(64)[0]
    rows = pick_quotes("T01", [candidate(place, vector=same) for place in range(10)])
    assert picked(rows, "exemplar") == ["S000"]


def test_voices_against_the_grain_are_found() -> None:
    rows = pick_quotes(
        "T01", [candidate(place, sentiment="positive" if place == 15 else "negative") for place in range(20)]
    )
    assert picked(rows, "disconfirming") == ["S015"]


def test_no_side_outweighs_then_nobody_is_against_it() -> None:
    rows = pick_quotes("T01", [candidate(place, sentiment=("positive", "negative")[place % 2]) for place in range(20)])
    assert picked(rows, "disconfirming") == []


def test_no_segment_is_picked_twice() -> None:
    rows = pick_quotes("T01", [candidate(place) for place in range(9)])
    ids = [row["segment_id"] for row in rows]
    assert len(ids) == len(set(ids))
