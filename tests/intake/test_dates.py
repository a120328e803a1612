from __future__ import annotations

import datetime

import pytest

from voice_of_care.intake.dates import find_date, read_dates

D = datetime.date


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("05/03/2024", D(2024, 3, 5)),
        ("5.3.24", D(2024, 3, 5)),
        ("2024-03-05", D(2024, 3, 5)),
        ("2024-03-05T14:02:11Z", D(2024, 3, 5)),
        ("2024-03-05 14:02:11.123+00:00", D(2024, 3, 5)),
        ("05/03/2024 2:02 pm", D(2024, 3, 5)),
        ("3/15/2024 14:02:11", D(2024, 3, 15)),
        ("20240305", D(2024, 3, 5)),
        (45356, D(2024, 3, 5)),
        (45356.75, D(2024, 3, 5)),
        ("45356", D(2024, 3, 5)),
        ("Mar 2024", D(2024, 3, 1)),
        ("March 2024", D(2024, 3, 1)),
        ("Sept-24", D(2024, 9, 1)),
        ("03/2024", D(2024, 3, 1)),
        ("2024-03", D(2024, 3, 1)),
        ("3rd March 2024", D(2024, 3, 3)),
        ("Tuesday 5th of March, 2024", D(2024, 3, 5)),
        ("March 5, 2024", D(2024, 3, 5)),
        ("5-Mar-24", D(2024, 3, 5)),
        (datetime.datetime(2024, 3, 5, 9, 30), D(2024, 3, 5)),
        (D(2024, 3, 5), D(2024, 3, 5)),
        ("31/02/2024", None),
        ("45/13/2024", None),
        ("29/02/2023", None),
        ("soon", None),
        ("2024", None),
        (7, None),
        (True, None),
        ("01/01/1900", None),
        ("Marble 2024", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_as_people_write_them(written, day):
    assert read_dates([written], day_first=True).days == (day,)


def test_a_column_that_shows_its_order_is_read_so_whatever_the_setting():
    month_first = read_dates(["03/25/2024", "03/04/2024"], day_first=True)
    assert month_first.days[1] == D(2024, 3, 4)
    assert month_first.formats == {"month/day/year": 2}
    day_first = read_dates(["25/03/2024", "03/04/2024"], day_first=False)
    assert day_first.days[1] == D(2024, 4, 3)


def test_a_column_that_mixes_orders_falls_back_on_the_setting_and_says_how_many():
    values = ["25/03/2024", "03/25/2024", "03/04/2024", "7/7/2024"]
    read = read_dates(values, day_first=True)
    assert read.days[2] == D(2024, 4, 3)
    assert read.either == 2
    assert read.formats == {"day/month/year": 3, "month/day/year": 1}
    assert read_dates(values, day_first=False).days[2] == D(2024, 3, 4)


def test_impossible_dates_are_counted_with_their_place_and_blanks_are_not():
    read = read_dates(["31/02/2024", "", None, "n/a", "01/02/2024"], day_first=True)
    assert read.impossible == (0,)
    assert read.formats == {"blank": 3, "day/month/year": 1, "not a date": 1}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Carers workshop 12 March 2024", D(2024, 3, 12)),
        ("2024-03-12_ward_4", D(2024, 3, 12)),
        ("Notes, March 2024", D(2024, 3, 1)),
        ("Ward 4 notes", None),
        ("Meeting of 12.03.2024 at two", D(2024, 3, 12)),
    ],
)
def test_a_date_is_found_in_a_heading_or_file_name(text, day):
    assert find_date(text) == day
