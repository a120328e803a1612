"""Theme by plain question: how many answer which, and where nearly nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.reporting.overview import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from voice_of_care.frameworks import Framework
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView
    from voice_of_care.settings import InsightSettings, Settings

FEWEST_ANSWER = 20
"""Shown respondents who answer one question of a theme, from which too few at another make a hole."""
HOLE_BELOW = 0.1
"""Part of these that too few are fewer than."""
FEWEST_ASKED = 20
"""Shown respondents who were asked a question, from which it is listed."""
MOST_ASKED = 20


@dataclass(frozen=True)
class Question:
    """One of the four questions: what the table calls it, and the question in plain words."""

    question_id: str
    name: str
    plain: str
    people: Count


@dataclass(frozen=True)
class Row:
    """One theme: respondents who answer each question of it, and all who raise it."""

    theme: ThemeView
    counts: tuple[Count, ...]
    people: Count

    def shade(self, place: int) -> int:
        """Return how dark a cell is, by its part of those who raise the theme."""
        count, whole = self.counts[place].value, self.people.value
        if not count or not whole:
            return 0
        return 1 + sum(count >= step * whole for step in (0.1, 0.25, 0.5))


@dataclass(frozen=True)
class Hole:
    """A theme of which many answer one question and hardly anybody another; `few` says how many, as far as is shown."""

    theme: ThemeView
    many: Count
    answered: Question
    few: str
    missing: Question


@dataclass(frozen=True)
class Asked:
    """A question as it was asked: how many of those asked it answer which of the four."""

    text: str
    people: Count
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Questions:
    """What its section shows."""

    questions: tuple[Question, ...]
    rows: tuple[Row, ...]
    by_group: dict[str, tuple[Row, ...]]
    holes: tuple[Hole, ...]
    unanswered: tuple[tuple[Question, tuple[ThemeView, ...]], ...]
    asked: tuple[Asked, ...]
    is_formal: bool

    @property
    def least(self) -> Question | None:
        """Return the question answered least, where one is."""
        shown = sorted(question.people.rank for question in self.questions)
        fewest = [question for question in self.questions if question.people.rank == shown[0]]
        return fewest[0] if len(fewest) == 1 else None

    @property
    def most(self) -> Question:
        """Return the question answered most, the first of them in a tie."""
        return max(self.questions, key=lambda question: question.people.rank)


def view_questions(facts: Facts, overview: Overview, *, discloser: Discloser, settings: Settings) -> Questions | None:
    """Return it as a profile lets it out; None where the four questions are not among the frameworks."""
    framework = next((each for each in facts.analysis.frameworks if each.id == FOUR_QUESTIONS), None)
    table = facts.analysis.question_coverage
    if framework is None or table.empty:
        return None
    answers = _answers(facts, settings.insight)
    questions = _questions(framework, answers, discloser=discloser, settings=settings.insight)
    ids = [question.question_id for question in questions]
    groups = [group for group in GROUPS if group in set(table["respondent_group"])]
    counted = table.groupby(["theme_id", "question", "respondent_group"])["respondents"].sum().to_dict()
    exact = {
        (theme.theme_id, name): [int(counted.get((theme.theme_id, name, group), 0)) for group in groups]
        for theme in overview.themes
        for name in ids
    }
    rows = tuple(
        Row(theme, tuple(discloser.count(sum(exact[(theme.theme_id, name)])) for name in ids), theme.share.count)
        for theme in overview.themes
    )
    subjects = [row for row in rows if not row.theme.is_catch_all]
    holes = tuple(hole for row in subjects if (hole := _hole(row, questions, discloser)))
    return Questions(
        questions=questions,
        rows=rows,
        by_group=_by_group(overview, ids, groups, exact, discloser),
        holes=holes,
        unanswered=_unanswered(
            subjects, questions, {(hole.theme.theme_id, hole.missing.question_id) for hole in holes}
        ),
        asked=_asked(facts, answers, ids, discloser),
        is_formal=settings.insight.terms == "formal",
    )


def _questions(
    framework: Framework, answers: pd.DataFrame, *, discloser: Discloser, settings: InsightSettings
) -> tuple[Question, ...]:
    answering = answers.groupby("plain_question")["unit"].nunique()
    return tuple(
        Question(
            element.id,
            _named(element.id, element.label, settings),
            element.label,
            discloser.count(int(answering.get(element.id, 0))),
        )
        for element in framework.elements
    )


def _named(question_id: str, plain: str, settings: InsightSettings) -> str:
    return settings.pairing.get(question_id, plain) if settings.terms == "formal" else plain


def _answers(facts: Facts, settings: InsightSettings) -> pd.DataFrame:
    """Return who answers which question, a row for each segment that answers one."""
    coded = facts.analysis.statements[["segment_id", "plain_question"]].dropna()
    comments = facts.comments[["comment_id", "unit", "question", "respondent_id", "session_id"]]
    if settings.notes == "left_out":
        comments = comments[comments["respondent_id"].notna() | comments["session_id"].isna()]
    segments = facts.analysis.segments[["segment_id", "comment_id"]]
    return coded.merge(segments, on="segment_id", validate="one_to_one").merge(
        comments, on="comment_id", validate="many_to_one"
    )


def _by_group(
    overview: Overview,
    ids: list[str],
    groups: list[str],
    exact: dict[tuple[str, str], list[int]],
    discloser: Discloser,
) -> dict[str, tuple[Row, ...]]:
    """Return each group's table: withheld by theme and question, so that the total of all groups tells none of them."""
    lines = discloser.table(list(exact.values())) if exact else ()
    shown = dict(zip(exact, lines, strict=True))
    return {
        group: tuple(
            Row(
                theme,
                tuple(shown[(theme.theme_id, name)][place] for name in ids),
                theme.groups[group].count if group in theme.groups else discloser.count(0),
            )
            for theme in overview.themes
        )
        for place, group in enumerate(groups)
    }


def _hole(row: Row, questions: Sequence[Question], discloser: Discloser) -> Hole | None:
    """Return the widest hole of a theme, if it has one: of what is withheld, the most that it can be is taken."""
    most = max(range(len(questions)), key=lambda place: row.counts[place].rank)
    many = row.counts[most]
    if many.rank < FEWEST_ANSWER:
        return None
    upper = [discloser.fewest_shown - 1 if count.value is None else count.value for count in row.counts]
    least = min(range(len(questions)), key=lambda place: (upper[place], row.counts[place].rank))
    if upper[least] >= HOLE_BELOW * many.rank:
        return None
    count = row.counts[least]
    few = f"fewer than {discloser.fewest_shown}" if count.value is None else "nobody" if not count.value else count.text
    return Hole(row.theme, many, questions[most], few, questions[least])


def _unanswered(
    rows: Sequence[Row], questions: Sequence[Question], told: set[tuple[str, str]]
) -> tuple[tuple[Question, tuple[ThemeView, ...]], ...]:
    """Return for each question the themes raised by many, of which nobody answers it, less those told already."""
    found = []
    for place, question in enumerate(questions):
        themes = tuple(
            row.theme
            for row in rows
            if row.people.rank >= FEWEST_ANSWER
            and row.counts[place].value == 0
            and (row.theme.theme_id, question.question_id) not in told
        )
        if themes:
            found.append((question, themes))
    return tuple(found)


def _asked(facts: Facts, answers: pd.DataFrame, ids: list[str], discloser: Discloser) -> tuple[Asked, ...]:
    """Return the questions asked of enough people, those asked of most first."""
    people = facts.comments.dropna(subset=["question"]).groupby("question")["unit"].nunique()
    counted = answers.groupby(["question", "plain_question"])["unit"].nunique().to_dict()
    asked = [
        Asked(
            str(text),
            discloser.count(int(number)),
            tuple(discloser.count(int(counted.get((text, name), 0))) for name in ids),
        )
        for text, number in people.items()
    ]
    listed = [each for each in asked if each.people.rank >= FEWEST_ASKED]
    listed.sort(key=lambda each: (-each.people.rank, each.text))
    return tuple(listed[:MOST_ASKED])
