"""The record of the decision in the report, and the ballot on paper: what each profile lets out of a few votes."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests import made_ballots as made
from voice_of_care.ballots import Contending
from voice_of_care.insight.agreement import compare_lists
from voice_of_care.insight.consensus import count_ballots
from voice_of_care.insight_tables import RANKING
from voice_of_care.reporting import render_report
from voice_of_care.reporting.ballot_page import render_ballot, view_ballot
from voice_of_care.reporting.consensus import view_consensus
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.report import make_environment
from voice_of_care.settings import parse_settings

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.consensus import Consensus

SETTINGS = parse_settings({"project": {"title": "What people told us", "organisation": "A trust"}})
SEVEN = ("T01", "T02", "T03", "T04", "T05", "T06", "T07")
SECTION = '{% import "macros.html" as m %}{% include "consensus.html" %}'


def decisions(voters: int, *, is_closed: bool = True) -> list[made.Decision]:
    """Return a round in which all but the last rank alike; that one is of Finance and dissents."""
    roles = ["Ward manager"] * (voters - 3) + ["Carer", "Porter"]
    told = [made.opened(theme_ids=SEVEN)]
    told += [made.in_order(f"B{place:02d}", SEVEN, role=role) for place, role in enumerate(roles, start=1)]
    last = {"role": "Finance", "dissent": "Parking pays for itself.", "reasons": {"T07": "It wastes an hour a day."}}
    told.append(made.in_order(f"B{voters:02d}", SEVEN[::-1], **last))
    if is_closed:
        told.append(made.closed(["T01", "T02"], {"T07": "part of another programme"}))
    return told


def counted(analysis: Analysis, told: list[made.Decision]) -> Analysis:
    events = made.events(*told)
    found = count_ballots(events, analysis.themes)
    agreements = compare_lists(RANKING.empty(), consensus=found.consensus, ballots=found.ballots)
    return dataclasses.replace(
        analysis, events=events, ballots=found.ballots, consensus=found.consensus, agreements=agreements
    )


@pytest.fixture(scope="module")
def bare(made_up: ModuleType) -> Analysis:
    return made_up.build()


def view(analysis: Analysis, told: list[made.Decision], profile: str = "internal") -> Consensus | None:
    discloser = Discloser(profile)
    facts = gather(counted(analysis, told), settings=SETTINGS)
    return view_consensus(facts, view_overview(facts, discloser=discloser), discloser=discloser)


def section(analysis: Analysis, told: list[made.Decision], profile: str = "internal") -> str:
    """Return the section's words."""
    html = (
        make_environment()
        .from_string(SECTION)
        .render(consensus=view(analysis, told, profile), is_internal=profile == "internal")
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_the_team_sees_who_voted_the_list_the_dissenter_and_what_was_decided(bare):
    told = section(bare, decisions(9))
    assert "To be improved first, by ballot in one round: Waiting for an appointment and Getting through on" in told
    assert "Round 1, closed 3 May 2024" in told
    assert "Decided by Quality committee. first on all lists" in told
    assert "9 ballots: Ward manager (6), Carer (1), Finance (1), Porter (1)." in told
    assert "Moderate agreement. Kendall’s W is 0.60" in told
    assert "1 Waiting for an appointment 1.7 1 to 7 ✓ Chosen" in told
    assert "✕ Dropped: part of another programme" in told
    assert "Finance B09 : “Parking pays for itself.” Waiting for an appointment: ranked 7, 1 on the list;" in told
    assert "“It wastes an hour a day.” Finance" in told
    assert "It does not tell what those who were not asked would have put first" in told


def test_a_published_copy_names_no_small_role_and_tells_no_single_rank_or_reason(bare):
    told = section(bare, decisions(14), "publish")
    assert "15 ballots: Ward manager (10), and other roles too few to name." in told
    assert "Some ballots dissent, too few to say how many." in told
    assert "1 Waiting for an appointment 1.4 ✓ Chosen" in told
    assert "Dropped: part of another programme" in told
    for word in ("Finance", "Carer", "Porter", "pays for itself", "wastes", "1 to 7", "B14", "14 "):
        assert word not in told


def test_few_ballots_leave_the_decision_alone_in_a_published_copy(bare):
    """Of five voters neither number nor order nor agreement leaves the team, and the order of the rows tells none."""
    told = section(bare, decisions(5), "publish")
    assert "So few people voted that this copy shows neither how many nor how they ranked." in told
    assert "Decided by Quality committee." in told
    assert "✕ Dropped: part of another programme" in told
    for word in ("Kendall", "Place", "Mean rank", "dissent", "Ward manager"):
        assert word not in told
    found = view(bare, decisions(5), "publish")
    [only] = found.rounds
    assert [line.decision for line in only.lines] == ["chosen"] * 2 + ["dropped"] + ["open"] * 4
    labels = [line.theme.label for line in only.lines]
    assert labels[:2] == sorted(labels[:2])
    assert labels[3:] == sorted(labels[3:])


@pytest.mark.parametrize(("profile", "fewest"), [("publish", 8), ("threshold5", 5), ("threshold10", 10)])
def test_what_is_counted_is_shown_from_the_profiles_own_number_on(bare, profile, fewest):
    assert not view(bare, decisions(fewest - 1), profile).rounds[0].is_counted
    assert view(bare, decisions(fewest), profile).rounds[0].is_counted


def test_no_role_can_be_reckoned_from_the_others(bare):
    """Where one role is withheld a second is too, so that the number of ballots does not give it away."""
    told = [made.opened(theme_ids=SEVEN)]
    told += [made.in_order(f"B{place}", SEVEN, role="Nurse" if place < 6 else "Porter") for place in range(7)]
    [only] = view(bare, [*told, made.closed(["T01"])], "threshold5").rounds
    assert only.ballots.value == 7
    assert only.roles == ()
    assert only.has_other_roles


def test_a_round_that_is_not_closed_is_the_teams_alone(bare):
    assert view(bare, decisions(9, is_closed=False), "publish") is None
    assert "Not closed yet: nothing is decided" in section(bare, decisions(9, is_closed=False))


def test_without_ballots_there_is_no_section(bare):
    for told in ([], [made.opened(theme_ids=SEVEN)]):
        assert view(bare, told) is None
        assert section(bare, told) == ""


def test_a_round_closed_without_ballots_says_so(bare):
    told = section(bare, [made.opened(theme_ids=SEVEN), made.closed(reason="too few came")])
    assert "The ballots so far have not led to a choice." in told
    assert "too few came No ballot was read in this round." in told


def test_one_ballot_gives_a_list_and_no_agreement(bare):
    told = section(bare, [made.opened(theme_ids=SEVEN), made.in_order("B01", SEVEN), made.closed(["T01"])])
    assert "How far the ballots agree can’t be told" in told
    assert "Nobody dissents" in told


def test_the_last_decision_on_a_theme_holds(bare):
    later = [made.opened(2, ("T01", "T03", "T04")), made.in_order("B01", ("T03", "T04"), number=2)]
    found = view(bare, [*decisions(9), *later, made.closed(["T03"], {"T01": "done already"}, number=2)])
    assert [theme.label for theme in found.chosen] == ["Getting through on the phone", "Kindness and compassion"]
    assert [theme.reason for theme in found.dropped] == ["part of another programme", "done already"]
    assert "Being told what happens next" in [theme.label for theme in found.running]


def test_a_theme_that_is_gone_keeps_its_row_and_has_no_link(bare):
    gone = dataclasses.replace(bare, themes=bare.themes[bare.themes["theme_id"] != "T02"].reset_index(drop=True))
    found = view(gone, decisions(9))
    assert [theme.anchor for theme in found.chosen] == ["theme-T01", ""]
    assert found.chosen[1].label == "Phones"
    assert "Phones (no longer a theme)" in section(gone, decisions(9))


def test_the_section_stands_in_the_report_and_in_its_contents(bare):
    html = render_report(counted(bare, decisions(9)), settings=SETTINGS, profile="publish").html
    assert '<a href="#consensus">Record of the decision</a>' in html
    assert '<section id="consensus"' in html
    assert "Finance" not in html
    assert 'id="consensus"' not in render_report(bare, settings=SETTINGS, profile="publish").html


def ballot_of(analysis: Analysis):
    themes = [Contending(str(row.theme_id), str(row.label), str(row.theme_id)) for row in analysis.themes.itertuples()]
    leaves = [each for each in themes if each.theme_id.startswith("T")]
    return view_ballot(analysis, leaves, number=2, mark="0123456789ab", settings=SETTINGS)


def test_a_ballot_shows_numbers_as_they_may_be_published(made_up):
    analysis = made_up.build(rare=3)
    rows = [(theme_id, rank) for rank, theme_id in enumerate((*SEVEN, "T08", "T09"), start=1)]
    overall = pd.DataFrame(rows, columns=["theme_id", "rank_high"]).assign(scope="overall", rank_low=1)
    analysis = dataclasses.replace(analysis, ranking=overall)
    lines = {each.theme_id: each for each in ballot_of(analysis).contenders}
    assert (lines["T01"].people, lines["T01"].share, lines["T01"].by_score) == ("30", "50%", "1st")
    assert lines["T02"].by_score == "1st to 2nd"
    assert (lines["T09"].people, lines["T09"].share, lines["T09"].by_score) == ("too few to show", "–", "–")
    assert lines["T01"].description == "People speak of waiting for an appointment."
    assert lines["T04"].description == "Name not yet confirmed."
    assert ballot_of(analysis).heard == "60 respondents were heard."


def test_the_ballot_on_paper_is_the_same_each_time_and_escapes_what_it_shows(bare):
    ballot = ballot_of(bare)
    nasty = ballot.contenders[0]._replace(label="<b>Waiting & co</b>")
    page = render_ballot(ballot._replace(contenders=(nasty, *ballot.contenders[1:])))
    assert "&lt;b&gt;Waiting &amp; co&lt;/b&gt;" in page
    assert render_ballot(ballot) == render_ballot(ballot)
    assert "size: A4" in page
    assert "round 2<br>0123456789ab" in page
    assert page.count('class="answer big"') == len(ballot.contenders)
