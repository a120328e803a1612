"""How far our coding agreed with people's when it was last checked: what section 'Method and limits' shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from voice_of_care.reporting.disclosure import Count

if TYPE_CHECKING:
    from voice_of_care.reporting.disclosure import Discloser
    from voice_of_care.reporting.facts import Facts

_OURS_PEOPLE = "ours, people"


class _Line(NamedTuple):
    about: str
    judged_on: str
    measure: str
    name: str
    meaning: str


_MADE_FROM = "qdc"  # the framework of the public file of coded comments that the models were made from
_TOO_FEW = "too few to say"
_THREE = 3
_PRIORITIES = (
    ("precision_micro", "Priorities: precision", "share of the program’s links that people made too"),
    ("recall_micro", "Priorities: recall", "share of people’s links that the program made too"),
    ("f1_micro", "Priorities: F1", "precision and recall together"),
    ("f1_macro", "Priorities: F1, each alike", "rare priorities count as much as common ones"),
    ("exact_match", "Priorities: all the same", "comments without any difference"),
    ("kappa", "Priorities: kappa", "agreement beyond chance; 0 is chance"),
)
_LINES = (
    *(_Line("priorities", "", *line) for line in _PRIORITIES),
    _Line("sentiment", "all", "accuracy", "Tone: same of five levels", "very positive to very negative"),
    _Line("sentiment_3", "all", "accuracy", "Tone: same of three levels", "positive, between, negative"),
    _Line(
        "themes", "as_analysed", "ami", "Themes and people’s codes together", "beyond chance: 0 is chance, 1 the same"
    ),
    _Line(
        "stability",
        "as_analysed",
        "ari_shuffled",
        "Themes found again, comments shuffled",
        "0 is chance, 1 the same again",
    ),
    _Line(
        "stability",
        "as_analysed",
        "ari_without_a_tenth",
        "Themes found again, a tenth of people left out",
        "how far the others’ themes stay",
    ),
)
_BETWEEN_CODERS = (("f1_micro", "F1"), ("kappa", "kappa"))


@dataclass(frozen=True)
class Figure:
    """One measure, as shown: to two decimals, with its interval where there is one, or too few to say."""

    name: str
    meaning: str
    comments: Count
    value: str
    interval: str


@dataclass(frozen=True)
class PriorityFigure:
    """How one priority fared."""

    label: str
    times: Count
    precision: str
    recall: str
    f1: str
    interval: str


@dataclass(frozen=True)
class Evaluated:
    """The last check against people's coding with one framework."""

    framework: str
    day: str
    is_of_this_run: bool
    may_be_made_from_it: bool
    figures: tuple[Figure, ...]
    priorities: tuple[PriorityFigure, ...]
    unsaid: int


def view_evaluated(facts: Facts, *, settings_hash: str, discloser: Discloser) -> tuple[Evaluated, ...]:
    """Return the last check of each framework, counts as a profile lets them out."""
    rows = facts.analysis.evaluations
    names = {framework.id: framework for framework in facts.analysis.frameworks}
    runs = facts.analysis.runs
    models = str(runs.sort_values("run_id")["model_hashes"].iloc[-1]) if len(runs) else ""
    found = []
    for framework_id, of_one in rows.groupby("framework_id", sort=True):
        framework = names.get(str(framework_id))
        labels = {element.id: element.label for element in framework.elements} if framework else {}
        priorities, unsaid = _priorities(of_one, labels, discloser)
        first = of_one.iloc[0]
        found.append(
            Evaluated(
                framework=framework.name if framework else str(framework_id),
                day=str(first["evaluated_at"])[:10],
                is_of_this_run=str(first["model_hashes"]) == models and str(first["settings_hash"]) == settings_hash,
                may_be_made_from_it=str(framework_id) == _MADE_FROM,
                figures=tuple(_figures(of_one, discloser)),
                priorities=priorities,
                unsaid=unsaid,
            )
        )
    return tuple(found)


def _figures(rows: pd.DataFrame, discloser: Discloser) -> list[Figure]:
    overall = rows[rows["item"] == ""]
    priorities_on = _priorities_on(rows)
    shown = []
    for line in _LINES:
        if line.about == "sentiment" and not _has_five_levels(rows):
            continue
        chosen = overall[
            (overall["about"] == line.about)
            & (overall["judged_on"] == (priorities_on if line.about == "priorities" else line.judged_on))
            & (overall["measure"] == line.measure)
            & (overall["between"] == _OURS_PEOPLE)
        ]
        shown += [_figure(row, line.name, line.meaning, discloser) for row in chosen.to_dict("records")]
    people = overall[~overall["between"].str.contains("ours") & (overall["about"] == "priorities")]
    for measure, short in _BETWEEN_CODERS:
        for row in people[people["measure"] == measure].to_dict("records"):
            name = f"{str(row['between']).replace(', ', ' with ').capitalize()}: {short}"
            shown.append(_figure(row, name, "two people; no program can be asked for more", discloser))
    return shown


def _has_five_levels(rows: pd.DataFrame) -> bool:
    """Say whether people used more than three levels of sentiment."""
    chosen = rows[
        (rows["about"] == "sentiment")
        & (rows["judged_on"] == "all")
        & (rows["between"] == _OURS_PEOPLE)
        & (rows["item"] != "")
        & (rows["support"] > 0)
    ]
    return chosen["item"].nunique() > _THREE


def _priorities_on(rows: pd.DataFrame) -> str:
    """Return which rows to show priorities of: without the texts learnt from, where there are any."""
    return "texts_not_learnt" if (rows["judged_on"] == "texts_not_learnt").any() else "as_analysed"


def _figure(row: dict[Any, Any], name: str, meaning: str, discloser: Discloser) -> Figure:
    comments = discloser.count(int(row["comments"]))
    if not row["is_enough"] or comments.is_suppressed:
        return Figure(name, meaning, comments, _TOO_FEW, "")
    comments = Count(int(row["comments"]))  # the size of a sample, not a count of what people said: not rounded
    return Figure(name, meaning, comments, _number(row["value"]), _interval(row))


def _priorities(
    rows: pd.DataFrame, labels: dict[str, str], discloser: Discloser
) -> tuple[tuple[PriorityFigure, ...], int]:
    """Return the priorities that enough people's codes speak of, commonest first, and how many others there are."""
    chosen = rows[
        (rows["about"] == "priorities")
        & (rows["judged_on"] == _priorities_on(rows))
        & (rows["between"] == _OURS_PEOPLE)
        & (rows["item"] != "")
    ]
    shown, unsaid = [], 0
    for item, of_item in chosen.groupby("item", sort=True):
        measures = {row["measure"]: row for row in of_item.to_dict("records")}
        f1 = measures["f1"]
        times = discloser.count(int(f1["support"]))
        if not f1["is_enough"] or times.is_suppressed:
            unsaid += 1
            continue
        shown.append(
            PriorityFigure(
                labels.get(str(item), str(item)),
                times,
                _number(measures["precision"]["value"]),
                _number(measures["recall"]["value"]),
                _number(f1["value"]),
                _interval(f1),
            )
        )
    return tuple(sorted(shown, key=lambda each: (-each.times.rank, each.label))), unsaid


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}".replace("-", "−")


def _interval(row: dict[Any, Any]) -> str:
    return "" if pd.isna(row["low"]) else f"{_number(row['low'])} to {_number(row['high'])}"
