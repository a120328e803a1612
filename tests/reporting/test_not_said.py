"""What was not said, in the report: nothing small leaves the team, and silence is never called proof."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.insight.ledger import write_ledger
from voice_of_care.insight_tables import RARE_ARGUMENTS, UNHEARD, UNRAISED
from voice_of_care.reporting import render_report
from voice_of_care.reporting.coverage import view_coverage
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.not_said import view_not_said
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.quotes import view_quotes
from voice_of_care.settings import Settings
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.not_said import NotSaid

UNAPPROVED = "quokka"
UNRAISED_ROWS = (
    ("steeep", "effective", 180, 0, 0.0165045, 0.0165045),
    ("steeep", "equitable", 180, 1, 0.0165045, 0.0260719),
)
UNHEARD_ROWS = (
    ("service", "Home Care", True, 0, "not_heard"),
    ("service", "Ward 9", False, 3, "hardly_heard"),
    ("respondent_group", "carer", True, 0, "not_heard"),
)


@pytest.fixture(scope="module")
def analysis(made_up: ModuleType) -> Analysis:
    """Return a made-up analysis with silences, places hardly heard and twelve rare arguments, nine of them read."""
    made = made_up.build(secret=UNAPPROVED)
    ids = made.segments["segment_id"].iloc[:12]
    rare = pd.DataFrame(
        {
            "segment_id": ids,
            "rank": range(1, 13),
            "theme_id": ["T03"] * 11 + [None],
            "likeness": [round(0.1 + number / 100, 2) for number in range(12)],
            "reason": ["far"] * 11 + ["no_theme"],
            "is_read": [False] * 3 + [True] * 9,
            "note": [None] * 11 + ["Passed on to the wardens"],
        }
    )
    return dataclasses.replace(
        made,
        unraised=conform(pd.DataFrame(UNRAISED_ROWS, columns=list(UNRAISED.columns)), UNRAISED),
        unheard=conform(pd.DataFrame(UNHEARD_ROWS, columns=list(UNHEARD.columns)), UNHEARD),
        rare_arguments=conform(rare, RARE_ARGUMENTS),
        ledger=write_ledger(made),
    )


def view(analysis: Analysis, profile: str) -> NotSaid:
    """Return what the section shows."""
    facts = gather(analysis, settings=Settings())
    discloser = Discloser(profile)  # type: ignore[arg-type]
    return view_not_said(facts, view_overview(facts, discloser=discloser), discloser=discloser)


def section(analysis: Analysis, profile: str) -> str:
    """Return the section's words."""
    html = render_report(analysis, settings=Settings(), profile=profile).html  # type: ignore[arg-type]
    found = re.search(r'<section id="not-said".*?</section>', html, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_what_nobody_raised_stands_with_its_bound_and_no_proof(analysis: Analysis) -> None:
    text = section(analysis, "internal")
    assert "Not raised, which is not evidence of no problem." in text
    assert "Where none of 180 raises a thing, then with 95% confidence at most 1.7% of people like those asked" in text
    assert "if they were a random sample, which they are not" in text
    assert re.search(r"Effective Six made-up aims nobody 180 1\.7%", text)
    assert re.search(r"Equitable Six made-up aims 1 by the computer’s account 180 1\.7% 2\.7% if the computer", text)


def test_publish_shows_no_small_number_and_no_word_of_a_rare_argument(analysis: Analysis) -> None:
    text = section(analysis, "publish")
    assert UNAPPROVED not in text
    assert "VOC-" not in text
    assert "wardens" not in text
    assert re.search(r"Equitable Six made-up aims fewer than 8 by the computer’s account 180 1\.7% Asked", text)
    assert "2.7%" not in text
    assert "Services hardly heard (fewer than 8 respondents): Ward 9." in text
    assert "10 sentences are listed; a person has read nearly all of them." in text
    told = view(analysis, "publish")
    assert told.rare.arguments == ()
    numbers = [told.came_in, *(line.count for line in told.ledger)]
    assert all(count.value is None or count.value % 5 == 0 for count in numbers)


def test_the_team_reads_every_rare_argument_the_unread_first(analysis: Analysis) -> None:
    rare = view(analysis, "internal").rare
    assert [each.is_read for each in rare.arguments] == [False] * 3 + [True] * 9
    assert rare.arguments[0].segment_id == analysis.rare_arguments["segment_id"][0]
    assert [each.fits_no_theme for each in rare.arguments] == [False] * 11 + [True]
    text = section(analysis, "internal")
    assert "12 sentences are listed; a person has read 9." in text
    assert "Passed on to the wardens" in text
    assert not rare.is_whole
    assert "the list is not whole" in text


def test_who_was_not_heard_is_named(analysis: Analysis) -> None:
    text = section(analysis, "internal")
    assert "Services of which nobody was heard: Home Care." in text
    assert "Groups of which nobody was heard: Carers and families." in text
    assert "Services hardly heard (fewer than 5 respondents): Ward 9 (3)." in text


def test_the_ledger_adds_up(analysis: Analysis) -> None:
    told = view(analysis, "internal")
    sums = {line.outcome: line.count.value for line in told.ledger if not line.reason}
    assert sums["set_aside"] == 11
    assert told.came_in.value == sum(value or 0 for value in sums.values()) == len(analysis.safe_comments) + 11
    reasons = [line.count.value for line in told.ledger if line.outcome == "set_aside" and line.reason]
    assert reasons == [9, 2]


def test_an_empty_column_of_the_coverage_is_called_out_with_the_bound(analysis: Analysis) -> None:
    html = render_report(analysis, settings=Settings(), profile="internal").html
    assert '<td>not raised<small class="bound">at most 1.7%</small></td>' in html
    assert '<td>next to nobody<small class="bound">at most 1.7% if nobody</small></td>' in html
    assert "None of 180 respondents raised it: at most 1.7% of people like them would" in re.sub(r"<[^>]+>", "", html)


def test_an_answer_to_a_plain_question_covers_no_theme(analysis: Analysis) -> None:
    def uncovered(links: pd.DataFrame) -> list[str]:
        facts = gather(dataclasses.replace(analysis, theme_links=links), settings=Settings())
        discloser = Discloser("internal")
        overview = view_overview(facts, discloser=discloser)
        quotes = view_quotes(facts, discloser=discloser, settings=Settings())
        return [each.theme_id for each in view_coverage(facts, overview, quotes, discloser=discloser).uncovered]

    links = analysis.theme_links
    assert {"T05", "T06"} <= set(uncovered(links))
    assert "T03" not in uncovered(links)
    only_asked = links[(links["theme_id"] != "T03") | (links["framework_id"] == FOUR_QUESTIONS)]
    assert "T03" in uncovered(only_asked)
    rejected = links.assign(status=links["status"].where(links["theme_id"] != "T03", "rejected"))
    assert "T03" in uncovered(rejected)
