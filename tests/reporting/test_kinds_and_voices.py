"""Praise, concerns, suggestions and whose words: people are counted, small numbers withheld."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from voice_of_care import tables
from voice_of_care.reporting import render_report
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.statements import KINDS, view_statements
from voice_of_care.settings import Settings

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.reporting.statements import StatementsView


def view(analysis, profile="internal") -> StatementsView | None:
    facts = gather(analysis, settings=Settings())
    discloser = Discloser(profile)
    return view_statements(facts, view_overview(facts, discloser=discloser), discloser=discloser)


def test_people_are_counted_not_statements(made_up: ModuleType) -> None:
    analysis = made_up.build()
    shown = view(analysis)
    said = analysis.assignments.merge(analysis.statements, on="segment_id").merge(analysis.segments, on="segment_id")
    for theme in shown.themes:
        theme_id = analysis.themes.set_index("label").loc[theme.label, "theme_id"]
        mine = said[said["theme_id"] == theme_id]
        for kind in KINDS:
            assert theme.kinds[kind].value == mine.loc[mine["kind"] == kind, "comment_id"].nunique()
        assert sum(count.value for count in theme.voices.values()) >= theme.people.value


def test_one_person_who_praises_and_complains_counts_in_both(made_up: ModuleType) -> None:
    analysis = made_up.build(staff=3, users=0, carers=0, others=0, rare=0)
    one = analysis.assignments["theme_id"].iloc[0]
    first = analysis.segments["comment_id"].iloc[0]
    mine = analysis.segments["segment_id"][analysis.segments["comment_id"] == first].tolist()
    assert len(mine) > 1
    coded = analysis.statements[analysis.statements["segment_id"].isin(mine)]
    analysis = dataclasses.replace(
        analysis,
        assignments=analysis.assignments[analysis.assignments["segment_id"].isin(mine)].assign(theme_id=one),
        statements=coded.assign(kind=["praise", *["concern"] * (len(coded) - 1)]),
    )
    theme = next(theme for theme in view(analysis).themes if theme.people.value)
    assert (theme.kinds["praise"].value, theme.kinds["concern"].value, theme.people.value) == (1, 1, 1)


@pytest.mark.parametrize("profile", ["publish", "threshold5", "threshold10"])
def test_small_numbers_are_withheld(made_up: ModuleType, profile: str) -> None:
    shown = view(made_up.build(), profile)
    fewest = Discloser(profile).fewest_shown
    assert any(count.is_suppressed for count in shown.counts)
    assert all(count.value == 0 or count.value >= fewest for count in shown.counts if not count.is_suppressed)


def test_an_analysis_without_statements_has_no_such_section(made_up: ModuleType) -> None:
    analysis = dataclasses.replace(made_up.build(), statements=tables.STATEMENTS.empty())
    assert view(analysis) is None
    page = render_report(analysis, settings=Settings(), profile="internal").html
    assert 'id="statements"' not in page
    assert "#statements" not in page


def test_the_page_says_whose_words_they_are(made_up: ModuleType) -> None:
    page = render_report(made_up.build(), settings=Settings(), profile="internal").html
    assert "pass on what others said" in page
    assert 'class="mark kinds"' in page
