"""Places keep an order while rows come and go between them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice_of_care.store.places import places_for, steady


@given(st.permutations(range(12)))
def test_rows_that_stay_rise_and_are_as_many_as_can(order):
    kept = steady(np.array(order, dtype=float))
    stay = np.array(order)[kept]
    assert (np.diff(stay) > 0).all()
    longest = [1] * len(order)
    for row in range(len(order)):
        longest[row] = 1 + max((longest[k] for k in range(row) if order[k] < order[row]), default=0)
    assert len(stay) == max(longest)


@given(st.sets(st.integers(0, 30)), st.integers(31, 40))
def test_places_rise_and_those_kept_stay(kept, count):
    rows = np.array(sorted(kept), dtype=int)
    held = rows * 0.25 - 3
    made = places_for(count, kept=rows, places=held)
    assert (np.diff(made) > 0).all()
    assert made[rows].tolist() == held.tolist()


def test_none_is_given_where_no_number_is_left():
    close = np.array([1.0, np.nextafter(1.0, 2.0)])
    assert places_for(3, kept=np.array([0, 2]), places=close) is None
    assert steady(np.array([])).tolist() == []
    assert places_for(0, kept=np.array([], dtype=int), places=np.array([])).tolist() == []
