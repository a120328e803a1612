"""What the report counts, before disclosure control: who spoke, of which themes, when, and how.

Nothing here goes into a page. The view models take these facts through a `Discloser`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from voice_of_care import counting
from voice_of_care.counting import LEANINGS
from voice_of_care.frameworks.codebook import codebook_id
from voice_of_care.frameworks.loader import available
from voice_of_care.tables import standing

if TYPE_CHECKING:
    import datetime

    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import Settings

NO_PARENT = ""


@dataclass(frozen=True)
class Facts:
    """Finished joins of an analysis.

    `comments` are the analysed comments with `unit` and `month`; `voices` holds one row for each segment of each theme
    that is neither retired nor a candidate; `themes` and `parents` are the leaf and parent themes.
    """

    analysis: Analysis
    comments: pd.DataFrame
    voices: pd.DataFrame
    themes: pd.DataFrame
    parents: pd.DataFrame
    unit_of: pd.Series
    report_date: datetime.date | None
    newest: datetime.date | None
    oldest: datetime.date | None
    seeds: tuple[str, ...] = ()

    def seeded_with(self, seed: str) -> str:
        """Return in words what a theme was seeded with, by its framework_id/priority_id."""
        framework_id = seed.partition("/")[0]
        named = {each.id: each.name for each in (*available(), *self.analysis.frameworks)}
        if framework_id in named:
            return f"from the framework {named[framework_id]}"
        files = [Path(name).name for name in self.seeds if codebook_id(name) == framework_id]
        return f"from your codebook ({files[0]})" if files else "from your codebook"

    def people(self) -> int:
        """Return how many respondents there are."""
        return int(self.comments["unit"].nunique())

    def people_by_group(self) -> dict[str, int]:
        """Return the respondents of each group."""
        counted = self.comments.groupby("respondent_group", sort=True)["unit"].nunique()
        return {str(group): int(number) for group, number in counted.items()}


def gather(analysis: Analysis, *, settings: Settings) -> Facts:
    """Join the tables of an analysis into what the report counts."""
    unit_of = counting.units(analysis.safe_comments, count_campaigns=settings.intake.count_campaigns)
    comments = analysis.safe_comments[analysis.safe_comments["comment_id"].isin(analysis.segments["comment_id"])]
    comments = comments.assign(
        unit=comments["comment_id"].map(unit_of), month=comments["received_on"].dt.to_period("M")
    ).reset_index(drop=True)
    themes, parents = _leaves_and_parents(analysis.themes, analysis.assignments)
    dates = analysis.safe_comments["received_on"].dropna()
    newest = dates.max().date() if len(dates) else None
    return Facts(
        analysis=analysis,
        comments=comments,
        voices=_voices(analysis, comments, themes),
        themes=themes,
        parents=parents,
        unit_of=unit_of,
        report_date=settings.report.date or newest,
        newest=newest,
        oldest=dates.min().date() if len(dates) else None,
        seeds=settings.themes.seeds,
    )


def _leaves_and_parents(themes: pd.DataFrame, assignments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the leaf themes and the parents of any, without retired ones and candidates, which have no name yet."""
    kept = standing(themes)
    is_parent = kept["theme_id"].isin(set(kept["parent_id"].dropna()))
    is_used = kept["theme_id"].isin(set(assignments["theme_id"]))
    leaves = kept[is_used | (~is_parent & kept["parent_id"].notna())]
    parents = kept[kept["theme_id"].isin(set(leaves["parent_id"].dropna()))]
    leaves = leaves.assign(
        parent_id=leaves["parent_id"].where(leaves["parent_id"].isin(parents["theme_id"]), NO_PARENT)
    )
    return leaves.reset_index(drop=True), parents.reset_index(drop=True)


def _voices(analysis: Analysis, comments: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    about = comments[["comment_id", "unit", "respondent_group", "service", "month", "score"]]
    sentiments = analysis.sentiments[["segment_id", "label"]].rename(columns={"label": "sentiment"})
    return (
        analysis.assignments[["segment_id", "theme_id", "strength"]]
        .merge(themes[["theme_id", "parent_id"]], on="theme_id", how="inner", validate="many_to_one")
        .merge(analysis.segments[["segment_id", "comment_id"]], on="segment_id", how="inner", validate="many_to_one")
        .merge(about, on="comment_id", how="inner", validate="many_to_one")
        .merge(sentiments, on="segment_id", how="left", validate="many_to_one")
    )


def records(frame: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples, which the type checker can't see into."""
    return list(frame.itertuples(index=False))


def leanings(voices: pd.DataFrame) -> dict[str, int]:
    """Return how many respondents speak positively, mixed, neutrally or negatively in these segments.

    Who says both good and bad is mixed; neutral is who says neither.
    """
    counted = counting.leaning_of_units(voices).value_counts()
    return {name: int(counted.get(name, 0)) for name in LEANINGS}


def monthly_people(rows: pd.DataFrame, months: pd.PeriodIndex) -> list[int]:
    """Return the distinct respondents in each month; undated rows are left out."""
    counted = rows.groupby("month")["unit"].nunique()
    return [int(counted.get(month, 0)) for month in months]


def months_until(newest: datetime.date | None, number: int) -> pd.PeriodIndex:
    """Return the months that end with the newest date."""
    if newest is None:
        return pd.PeriodIndex([], freq="M")
    return pd.period_range(end=pd.Period(newest, freq="M"), periods=number, freq="M")
