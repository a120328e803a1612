from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_of_care.reporting.disclosure import Count, Discloser, share_of

PUBLISH = Discloser("publish")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (22, "20"), (23, "25"), (1998, "2,000")],
)
def test_publish_follows_the_vectors(number: int, text: str) -> None:
    assert PUBLISH.count(number).text == text


@pytest.mark.parametrize(("profile", "hidden", "shown"), [("threshold5", 4, 5), ("threshold10", 9, 10)])
def test_thresholds_suppress_below_and_keep_the_rest(profile: str, hidden: int, shown: int) -> None:
    discloser = Discloser(profile)
    assert discloser.count(hidden) == Count(None)
    assert discloser.count(shown) == Count(shown)
    assert discloser.count(0) == Count(0)


def test_a_lone_suppressed_cell_takes_the_next_smallest_with_it() -> None:
    assert Discloser("threshold5").vector([3, 20, 9, 0]) == (Count(None), Count(20), Count(None), Count(0))


def test_a_lone_suppressed_cell_of_a_column_takes_another_with_it() -> None:
    shown = Discloser("threshold5").table([[3, 2, 40], [30, 20, 50], [25, 60, 70]])
    for column in range(3):
        assert sum(row[column].is_suppressed for row in shown) != 1
    for row in shown:
        assert sum(cell.is_suppressed for cell in row) != 1


@given(st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_line_is_left_with_one_cell_to_work_out(rows: list[list[int]]) -> None:
    shown = Discloser("threshold10").table(rows)
    for numbers, cells in zip(rows, shown, strict=True):
        hidden = [number for number, cell in zip(numbers, cells, strict=True) if cell.is_suppressed]
        assert len(hidden) != 1 or sum(number > 0 for number in numbers) == 1
        assert all(not 0 < (cell.value or 0) < 10 for cell in cells)


@given(st.integers(0, 5000))
def test_publish_shows_multiples_of_five_alone(number: int) -> None:
    shown = PUBLISH.count(number).value
    assert shown is None or (shown % 5 == 0 and abs(shown - number) <= 2)


def test_percentages_come_from_the_rounded_figures() -> None:
    assert PUBLISH.share(12, 22) == share_of(Count(10), Count(20))
    assert PUBLISH.share(12, 22).percent == 50


def test_a_share_of_a_suppressed_count_is_not_shown() -> None:
    assert PUBLISH.share(7, 100).percent is None
    assert PUBLISH.share(7, 100).high is None


def test_a_mean_rests_on_at_least_eight_people() -> None:
    assert PUBLISH.mean([4.0] * 20, people=7) is None
    assert PUBLISH.mean([4.0, 5.0] * 4, people=8) == 4.5
    assert Discloser("internal").mean([3.0], people=1) == 3.0


def test_internal_suppresses_nothing() -> None:
    assert [count.value for count in Discloser("internal").vector([0, 1, 7, 8])] == [0, 1, 7, 8]
