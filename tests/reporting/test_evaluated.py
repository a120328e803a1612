"""What the report shows of a check against people: figures that enough comments bear, and nothing of small numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from voice_of_care.reporting.disclosure import Discloser
from voice_of_care.reporting.evaluated import view_evaluated
from voice_of_care.reporting.facts import gather
from voice_of_care.settings import Settings
from voice_of_care.tables import EVALUATIONS, conform

if TYPE_CHECKING:
    from types import ModuleType

    from voice_of_care.reporting.evaluated import Evaluated
    from voice_of_care.settings import Profile


def viewed(made_up: ModuleType, profile: Profile, *, comments: int, support: int) -> tuple[Evaluated, ...]:
    analysis = made_up.build()
    framework = analysis.frameworks[0]
    rows = [
        (framework.id, "priorities", "as_analysed", "ours, people", item, measure, 0.8, 0.7, 0.9, comments, number,
         number >= 10, "2025-05-02T10:00:00+00:00", "{}", "s")
        for item, number in (("", comments), (framework.elements[0].id, support))
        for measure in ("precision", "recall", "f1", "f1_micro")
    ]  # fmt: skip
    table = conform(pd.DataFrame(rows, columns=list(EVALUATIONS.columns)), EVALUATIONS)
    facts = gather(dataclasses.replace(analysis, evaluations=table), settings=Settings())
    return view_evaluated(facts, settings_hash="s", discloser=Discloser(profile))


def test_figures_that_enough_comments_bear_are_shown(made_up):
    (check,) = viewed(made_up, "publish", comments=203, support=23)
    (f1,) = check.figures
    assert (f1.comments.text, f1.value, f1.interval) == ("203", "0.80", "0.70 to 0.90")
    (priority,) = check.priorities
    assert (priority.times.text, priority.f1) == ("25", "0.80")
    assert check.day == "2025-05-02"
    assert not check.is_of_this_run


def test_small_numbers_are_not_shown(made_up):
    (check,) = viewed(made_up, "publish", comments=9, support=4)
    assert [figure.value for figure in check.figures] == ["too few to say"]
    assert check.priorities == ()
    assert check.unsaid == 1
    (other,) = viewed(made_up, "publish", comments=8, support=3)
    assert other == check


def test_without_a_check_there_is_nothing_to_show(made_up):
    analysis = made_up.build()
    assert (
        view_evaluated(gather(analysis, settings=Settings()), settings_hash="s", discloser=Discloser("publish")) == ()
    )
