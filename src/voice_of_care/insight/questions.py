"""Theme by plain question: who answers which, and where nobody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.frameworks.model import FOUR_QUESTIONS
from voice_of_care.insight_tables import QUESTION_COVERAGE
from voice_of_care.tables import conform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.frameworks import Framework
    from voice_of_care.insight.voices import Voices

_KEY = ["theme_id", "question", "respondent_group"]


def cover_questions(voices: Voices, statements: pd.DataFrame, *, frameworks: Sequence[Framework]) -> pd.DataFrame:
    """Return the table `question_coverage`; empty where the four questions are not among the frameworks.

    Args:
        voices: who is counted. A unit is one whatever it weighs, and counts in each group that it spoke as.
        statements: which question each segment answers, as declared.
        frameworks: those in use.
    """
    asked = [element.id for each in frameworks if each.id == FOUR_QUESTIONS for element in each.elements]
    groups = sorted(set(voices.comments["respondent_group"].dropna()))
    grid = pd.MultiIndex.from_product([voices.themes, asked, groups], names=_KEY)
    if grid.empty:
        return QUESTION_COVERAGE.empty()
    question = statements.set_index("segment_id")["plain_question"]
    themes = voices.mentions[voices.mentions["scope"] == "theme"]
    answers = themes.assign(theme_id=themes["item_id"], question=themes["segment_id"].map(question))
    counted = answers.groupby(_KEY)["unit"].nunique().reindex(grid, fill_value=0)
    return conform(counted.rename("respondents").reset_index(), QUESTION_COVERAGE)
