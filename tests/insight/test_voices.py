"""Who is counted: notes weigh as the settings say, and a share of weights has an honest interval."""

import math

import pandas as pd
import pytest

from tests.trends.made import Place, make_heard
from voice_of_care.analysis import Analysis
from voice_of_care.counting import wilson_share
from voice_of_care.insight.voices import gather_voices, weighted_share
from voice_of_care.settings import InsightSettings
from voice_of_care.tables import TABLES

LABELS = {"T01": "Parking", "T02": "General praise"}


def analysis_of(**tables):
    themes = pd.DataFrame(
        [
            {
                "theme_id": theme_id,
                "label": label,
                "description": "",
                "keywords": [],
                "parent_id": None,
                "size": 1,
                "status": "confirmed",
                "stability": None,
                "seed": None,
            }
            for theme_id, label in LABELS.items()
        ]
    )
    assignments = pd.DataFrame({"theme_id": list(LABELS)})
    frames = {name: table.empty() for name, table in TABLES.items()}
    return Analysis(**{**frames, "themes": themes, "assignments": assignments, **tables})


def heard_with_notes(present):
    heard = make_heard([Place("Maternity", 20, 0.3), Place("Home Care", 5, 0.3)], months=3, theme_share=1.0)
    comments = heard.comments.assign(people_present=pd.NA)
    is_notes = comments["unit"].isin(comments["unit"].head(3))
    comments = comments.assign(
        is_session=is_notes, people_present=pd.array([present if each else None for each in is_notes], dtype="Int64")
    )
    return heard._replace(comments=comments), set(comments.loc[is_notes, "unit"])


@pytest.mark.parametrize(("notes", "weight"), [("once", 1.0), ("people_present", 12.0)])
def test_notes_weigh_as_the_settings_say(notes, weight):
    heard, sessions = heard_with_notes(12)
    voices = gather_voices(analysis_of(), heard, settings=InsightSettings(notes=notes))
    told = voices.units["weight"]
    assert (told[told.index.isin(sessions)] == weight).all()
    assert (told[~told.index.isin(sessions)] == 1.0).all()
    assert len(told) == heard.comments["unit"].nunique()


def test_notes_without_a_number_present_weigh_once():
    heard, _ = heard_with_notes(None)
    voices = gather_voices(analysis_of(), heard, settings=InsightSettings(notes="people_present"))
    assert (voices.units["weight"] == 1.0).all()


def test_notes_may_be_left_out_of_comments_and_mentions():
    heard, sessions = heard_with_notes(12)
    voices = gather_voices(analysis_of(), heard, settings=InsightSettings(notes="left_out"))
    assert not voices.units.index.isin(sessions).any()
    assert not set(voices.comments["unit"]) & sessions
    assert not set(voices.mentions["unit"]) & sessions
    assert set(heard.mentions["unit"]) & sessions


def test_a_catch_all_is_a_theme_but_no_subject():
    heard, _ = heard_with_notes(12)
    voices = gather_voices(analysis_of(), heard, settings=InsightSettings())
    assert voices.themes == ("T01", "T02")
    assert voices.subjects == ("T01",)


def test_a_unit_is_of_what_most_of_its_comments_are_of():
    heard, _ = heard_with_notes(12)
    unit = heard.comments["unit"].iloc[-1]
    more = heard.comments[heard.comments["unit"] == unit].assign(service="Maternity")
    more = pd.concat([more.assign(comment_id=f"X{number}") for number in range(2)])
    comments = pd.concat([heard.comments, more], ignore_index=True)
    voices = gather_voices(analysis_of(), heard._replace(comments=comments), settings=InsightSettings())
    assert voices.units.loc[unit, "service"] == "Maternity"


def test_a_share_of_equal_weights_is_wilsons():
    share = weighted_share(pd.Series([1.0] * 30), pd.Series([1.0] * 120))
    assert share == wilson_share(30, 120)


def test_uneven_weights_widen_the_interval():
    even = weighted_share(pd.Series([1.0] * 30), pd.Series([1.0] * 120))
    uneven = weighted_share(pd.Series([1.0] * 18 + [12.0]), pd.Series([1.0] * 108 + [12.0]))
    assert uneven.share == even.share
    assert uneven.high - uneven.low > 1.3 * (even.high - even.low)


def test_nobody_has_no_share():
    assert math.isnan(weighted_share(pd.Series(dtype=float), pd.Series(dtype=float)).share)
