"""What goes with the score people give: the weight of each theme, and how it is spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_of_care.reporting import charts, trend_words
from voice_of_care.reporting.facts import records
from voice_of_care.reporting.measure_charts import importance

if TYPE_CHECKING:
    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.reporting.disclosure import Count, Discloser
    from voice_of_care.reporting.facts import Facts
    from voice_of_care.reporting.overview import Overview, ThemeView

FEWEST_SCORED = 300
MOST_DRAWN = 15
_FEWEST_DRAWN = 3


@dataclass(frozen=True)
class Driver:
    """One theme: how much of the differences in score goes with it, in per cent, and points of score."""

    number: int
    theme: ThemeView
    people: Count
    weight: float
    low: float
    high: float
    points: str
    points_interval: str
    tone: float
    is_clear: bool

    @property
    def tone_text(self) -> str:
        """Return the mean tone with its sign."""
        return trend_words.tone(self.tone)


@dataclass(frozen=True)
class Drivers:
    """All themes that could be looked at, the heaviest first; `missing` says why there are none."""

    scored: Count
    lines: tuple[Driver, ...]
    explained: int
    missing: str
    drawing: Drawing | None

    @property
    def clear(self) -> tuple[Driver, ...]:
        """Return the themes that can be told from chance."""
        return tuple(line for line in self.lines if line.is_clear)

    @property
    def unclear(self) -> tuple[Driver, ...]:
        """Return the themes that can't."""
        return tuple(line for line in self.lines if not line.is_clear)

    @property
    def widest(self) -> float:
        """Return the heaviest weight, which the bars are drawn by."""
        return max(1.0, *(line.weight for line in self.lines))


def view_drivers(facts: Facts, overview: Overview, *, discloser: Discloser) -> Drivers | None:
    """Return what goes with the score as a profile lets it out; None where nobody gave one."""
    scored = int(facts.comments.loc[facts.comments["score"].notna(), "unit"].nunique())
    if not scored:
        return None
    table = facts.analysis.drivers
    shown = discloser.count(scored)
    themes = {theme.theme_id: theme for theme in overview.themes}
    rows = [row for row in records(table) if row.theme_id in themes]
    counts = [discloser.count(int(row.respondents)) for row in rows]
    kept = [(row, count) for row, count in zip(rows, counts, strict=True) if not count.is_suppressed]
    digits = 2 if discloser.is_internal else 1  # of few people, a finer mean tells how many said what
    lines = tuple(
        _line(number, row, count, themes[row.theme_id], digits) for number, (row, count) in enumerate(kept, start=1)
    )
    if not lines:
        return Drivers(shown, (), 0, _why_missing(scored, shown), None)
    return Drivers(shown, lines, round(100 * float(table["explained"].iloc[0])), "", _draw(lines))


def _line(number: int, row: object, people: Count, theme: ThemeView, digits: int) -> Driver:
    told = {name: float(getattr(row, name)) for name in ("weight", "low", "high", "coefficient", "mean_tone")}
    ends = [trend_words.tone(float(getattr(row, f"coefficient_{end}"))) for end in ("low", "high")]
    return Driver(
        number=number,
        theme=theme,
        people=people,
        weight=round(100 * told["weight"], 1),
        low=round(100 * told["low"], 1),
        high=round(100 * told["high"], 1),
        points=trend_words.tone(told["coefficient"]),
        points_interval=f"{ends[0]} to {ends[1]}",
        tone=round(told["mean_tone"], digits),
        is_clear=bool(getattr(row, "is_clear", False)),
    )


def _why_missing(scored: int, shown: Count) -> str:
    if scored < FEWEST_SCORED:
        have = "too few to show" if shown.is_suppressed else shown.text
        return f"{FEWEST_SCORED} respondents who gave a score are needed; there are {have}."
    return (
        "Scores are all alike, come from too few workshops, or no theme is spoken of, well or ill, by ten people who "
        "gave one."
    )


def _draw(lines: tuple[Driver, ...]) -> Drawing | None:
    drawn = [line for line in lines if line.is_clear][:MOST_DRAWN]
    if len(drawn) < _FEWEST_DRAWN:
        return None
    rows = [
        {"number": line.number, "label": line.theme.label, "tone": line.tone, "weight": line.weight} for line in drawn
    ]
    first, second = (f"\u2018{line.theme.label}\u2019" for line in drawn[:2])
    stands_apart = drawn[0].low > drawn[1].weight
    title = f"{first} goes with the score more than any other theme"
    if not stands_apart:
        title = f"{first} and {second} are among the themes that go with the score most"
    told = "; ".join(f"{line.theme.label}: weight {line.weight:g}%, tone {line.tone_text}" for line in drawn[:5])
    description = (
        f"Scatter of {len(drawn)} themes: across, how they are spoken of; up, how much of the differences in score "
        f"goes with them. {told}. All figures are in the table below."
    )
    return charts.draw("importance", title, description, spec=importance, rows=rows)
