"""The section on the four questions: counts, holes, terms, and what may be shown."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from voice_of_care.insight_tables import QUESTION_COVERAGE
from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.facts import gather
from voice_of_care.reporting.overview import view_overview
from voice_of_care.reporting.questions import view_questions
from voice_of_care.reporting.report import render_report
from voice_of_care.settings import Settings, parse_settings
from voice_of_care.tables import STATEMENTS, conform

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.analysis import Analysis
    from voice_of_care.reporting.questions import Questions

IDS = ("do-well", "know-well", "better", "difference")
PROFILES = ("publish", "threshold5", "threshold10", "internal")


def covered(analysis: Analysis, counts: dict[tuple[str, str, str], int]) -> Analysis:
    """Return the analysis with these counts of theme, question and group; all else nobody."""
    themes = analysis.themes.loc[analysis.themes["parent_id"].notna(), "theme_id"]
    rows = [
        (theme, name, group, counts.get((theme, name, group), 0))
        for theme in themes
        for name in IDS
        for group in ("carer", "service_user", "staff")
    ]
    table = conform(pd.DataFrame(rows, columns=list(QUESTION_COVERAGE.columns)), QUESTION_COVERAGE)
    question = pd.Series([IDS[place % 3] for place in range(len(analysis.statements))], dtype="object")
    statements = conform(analysis.statements.assign(plain_question=question), STATEMENTS)
    return dataclasses.replace(analysis, question_coverage=table, statements=statements)


COUNTS = {
    ("T01", "better", "staff"): 40,
    ("T01", "better", "service_user"): 170,
    ("T01", "difference", "staff"): 3,
    ("T01", "do-well", "service_user"): 60,
    ("T01", "know-well", "service_user"): 30,
    ("T03", "do-well", "service_user"): 25,
    ("T03", "do-well", "carer"): 2,
}


@pytest.fixture(scope="module")
def analysis(made_up: ModuleType) -> Analysis:
    return covered(made_up.build(staff=90, users=300, carers=40), COUNTS)


@pytest.fixture(scope="module")
def page(analysis: Analysis) -> str:
    return render_report(analysis, settings=Settings(), profile="internal").html


def view(analysis: Analysis, profile: str = "internal", settings: Settings | None = None) -> Questions | None:
    chosen = settings or Settings()
    facts = gather(analysis, settings=chosen)
    discloser = Discloser(profile)
    return view_questions(facts, view_overview(facts, discloser=discloser), discloser=discloser, settings=chosen)


def test_cells_are_respondents_of_all_groups_and_of_each(analysis: Analysis) -> None:
    questions = view(analysis)
    assert questions is not None
    row = next(row for row in questions.rows if row.theme.theme_id == "T01")
    assert [count.value for count in row.counts] == [60, 30, 210, 3]
    staff = next(row for row in questions.by_group["staff"] if row.theme.theme_id == "T01")
    assert [count.value for count in staff.counts] == [0, 0, 40, 3]
    assert list(questions.by_group) == ["staff", "service_user", "carer"]


def test_a_hole_is_called_out_in_a_sentence(analysis: Analysis, page: str) -> None:
    questions = view(analysis)
    assert questions is not None
    told = {
        hole.theme.theme_id: (hole.many.value, hole.answered.question_id, hole.few, hole.missing.question_id)
        for hole in questions.holes
    }
    assert told["T01"] == (210, "better", "3", "difference")
    assert told["T03"] == (27, "do-well", "nobody", "know-well")
    assert re.search(
        r"appointment</a>: 210 respondents answer “How do we do it better\?”, 3 “How do we know it has", page
    )


def test_a_withheld_count_makes_a_hole_only_where_any_it_may_be_would(made_up: ModuleType) -> None:
    few = covered(made_up.build(staff=90, users=300), {**COUNTS, ("T03", "know-well", "staff"): 2})
    questions = view(few, "publish")
    assert questions is not None
    told = {hole.theme.theme_id: hole.few for hole in questions.holes}
    assert told["T01"] == "fewer than 8"  # 7 would be fewer than a tenth of 210
    t03 = next(hole for hole in questions.holes if hole.theme.theme_id == "T03")
    assert t03.few == "nobody"
    assert t03.missing.question_id != "know-well"


def test_nobody_answers_is_told_once_a_question(analysis: Analysis) -> None:
    questions = view(analysis)
    assert questions is not None
    missing = {question.question_id: {theme.theme_id for theme in themes} for question, themes in questions.unanswered}
    assert "T03" not in missing["know-well"]  # told as a hole already
    assert "T03" in missing["difference"]
    assert "T01" not in set().union(*missing.values())


def test_the_question_answered_least_is_named(analysis: Analysis, page: str) -> None:
    questions = view(analysis)
    assert questions is not None
    assert questions.least is not None
    assert questions.least.question_id == "difference"
    assert "Answered least: “How do we know it has made a difference?”</b>, by nobody." in page


@pytest.mark.parametrize("profile", PROFILES)
def test_no_small_count_is_shown_and_no_total_tells_one(analysis: Analysis, profile: str) -> None:
    discloser = Discloser(profile)
    questions = view(analysis, profile)
    assert questions is not None
    rows = [*questions.rows, *(row for rows in questions.by_group.values() for row in rows)]
    for row in rows:
        assert all(count.value is None or not 0 < count.value < discloser.fewest_shown for count in row.counts)
    if profile.startswith("threshold"):
        for place in range(len(questions.rows)):
            for column in range(4):
                cells = [rows[place].counts[column] for rows in questions.by_group.values()]
                hidden = [cell for cell in cells if cell.is_suppressed]
                shown_others = [cell for cell in cells if cell.value]
                assert len(hidden) != 1 or not shown_others


def test_formal_terms_stand_for_the_questions_with_the_plain_words_once(analysis: Analysis, page: str) -> None:
    settings = parse_settings(
        {"insight": {"terms": "formal", "pairing": {"do-well": "Quality planning", "better": "Quality improvement"}}}
    )
    html = render_report(analysis, settings=settings, profile="internal").html
    part = html.split('id="four-questions"')[1].split("</section>")[0]
    assert "210 respondents speak to “Quality improvement”" in part
    assert part.count("How do we do it better?") == 1
    assert "“How do we know it has made a difference?”" in part  # not paired: stays plain
    assert "Quality improvement" not in page.split('id="four-questions"')[1].split("</section>")[0]


def test_what_was_asked_stands_beside_what_it_brought(analysis: Analysis) -> None:
    questions = view(analysis)
    assert questions is not None
    assert [asked.text for asked in questions.asked] == ["What could be better?"]
    assert questions.asked[0].people.value == 432  # two others besides
    assert questions.asked[0].counts[3].value == 0


def test_the_section_is_absent_where_the_four_questions_are_not_on(analysis: Analysis) -> None:
    off = dataclasses.replace(analysis, frameworks=analysis.frameworks[1:])
    assert view(off) is None


def test_the_same_is_not_said_twice(page: str) -> None:
    assert page.count('id="four-questions"') == 1
    assert page.index('id="four-questions"') < page.index('id="priority-coverage"')
    assert "Themes against Four plain questions" not in page
    assert 'href="#four-questions"' in page.split('id="priority-coverage"')[1]


def test_the_order_of_rows_does_not_matter(analysis: Analysis) -> None:
    mixed = dataclasses.replace(
        analysis,
        question_coverage=analysis.question_coverage.sample(frac=1, random_state=2),
        statements=analysis.statements.sample(frac=1, random_state=3),
    )
    assert view(mixed, "publish") == view(analysis, "publish")
