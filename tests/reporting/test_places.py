"""Where a theme was raised: services by people, and none with a number too small to show."""

import pandas as pd
import pytest

from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.overview import _places


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
