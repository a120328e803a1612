"""Where a theme was raised: services by people, and none with a number too small to show."""

import pandas as pd
import pytest

from voice_of_care.reporting.charts import NARROW, WIDE
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.overview import _places
from voice_of_care.reporting.places import _apart, funnel, short_names


def voices():
    """Twenty people of one ward, three of another, one of a third who speaks four times, and two of no service."""
    services = ["Ward One"] * 20 + ["Ward Two"] * 3 + ["Ward Three"] * 4 + [None] * 2
    units = [f"u{number}" for number in range(23)] + ["u99"] * 4 + ["u100", "u101"]
    return pd.DataFrame({"service": pd.Series(services, dtype="str"), "unit": units})


@pytest.mark.parametrize(
    ("profile", "shown"),
    [
        ("internal", [("Ward One", "20"), ("Ward Two", "3"), ("Ward Three", "1")]),
        ("publish", [("Ward One", "20")]),
    ],
)
def test_services_are_listed_by_people_and_only_with_a_number_that_may_be_shown(profile, shown):
    places = _places(voices(), Discloser(profile))
    assert [(place.service, place.count.text) for place in places] == shown


EAST, WEST = "Northern Community Nursing Service East", "Northern Community Nursing Service West"


def a_place(name, people, percent, standing="998"):
    limits = {"lower_998": 5, "lower_95": 10, "upper_95": 30, "upper_998": 35, "centre": 20}
    return {"name": name, "people": people, "percent": percent, "standing": standing, **limits}


def test_labels_of_places_that_begin_alike_are_told_apart():
    names = (EAST, WEST, "Day Centre", "A hospital with a long name")
    assert short_names([a_place(name, 50, 40) for name in names]) == [
        "Northern\u2026 Service East",
        "Northern\u2026 Service West",
        "Day Centre",
        "A hospital with a long\u2026",
    ]
    hard = [f"{EAST} {number} of the whole trust, all sites" for number in (1, 2)]
    assert len(set(short_names([a_place(name, 50, 40) for name in hard]))) == 2


def test_labels_that_would_meet_stand_a_line_apart_and_others_at_their_points():
    rows = [a_place("Ward One", 60, 44), a_place("Ward Two", 62, 45), a_place("Ward Three", 200, 44)]
    levels = {row["name"]: row["label_at"] for row in _apart(rows, top=60, widest=200, width=560)}
    assert levels["Ward One"] == 44
    assert levels["Ward Two"] == 44 + 15 * 60 / 300
    assert levels["Ward Three"] == 44


@pytest.mark.parametrize("layout", [WIDE, NARROW])
def test_a_funnel_names_its_axis_and_puts_white_under_labels_but_not_over_points(layout):
    rows = [a_place(EAST, 60, 44), a_place("Ward Two", 62, 20, "within"), a_place(WEST, 200, 44)]
    layers = funnel(rows, layout).to_dict(validate=False)["layer"]
    assert layers[0]["encoding"]["x"]["axis"]["title"] == "People heard"
    kinds = [f"{layer['mark']['type']} {layer['mark'].get('stroke', '')}".strip() for layer in layers]
    assert kinds == ["line"] * 5 + ["text #ffffff"] * 2 + ["point #ffffff"] + ["text"] * 2
