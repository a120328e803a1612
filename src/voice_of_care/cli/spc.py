"""The command that charts one series from a CSV file."""

from __future__ import annotations

import math
from pathlib import Path  # noqa: TC003 (typer reads it)
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from voice_of_care.cli.app import AsJson, app, print_lines, refuse_other_ending, to_json
from voice_of_care.cli.targets import write_beside
from voice_of_care.console import say
from voice_of_care.errors import InputError, SettingsError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voice_of_care.reporting.charts import Drawing
    from voice_of_care.series_files.reading import SeriesFile
    from voice_of_care.trends.spc import ControlChart, ControlPoint, Method, Standing

ChartName = Literal["auto", "xmr", "p-prime", "p"]
DirectionName = Literal["increase", "decrease", "neutral"]

_FEWEST_FIXED = 12
_SVG_OF_OURS = b'<svg role="img" aria-labelledby="spc-'


@app.command(epilog="Example: voice-of-care spc negative.csv --direction decrease --target 10 --rebase 2024-04")
def spc(
    file: Annotated[
        Path,
        typer.Argument(help="CSV file: period and value, or period, numerator and denominator.", metavar="SERIES.csv"),
    ],
    direction: Annotated[DirectionName, typer.Option(help="Which way is better.")] = "increase",
    target: Annotated[
        str, typer.Option(help="The target, in the units of the values; per cent for shares.", metavar="NUMBER")
    ] = "",
    rebase: Annotated[
        list[str] | None,
        typer.Option(help="Start new limits at this period; may be given again.", metavar="PERIOD"),
    ] = None,
    fix_after: Annotated[
        int | None, typer.Option(min=2, help="Compute limits from the first N points of each phase.", metavar="N")
    ] = None,
    no_screening: Annotated[
        bool, typer.Option("--no-screening", help="Keep extreme moving ranges in the limits, as the Excel tools do.")
    ] = False,
    chart: Annotated[
        ChartName,
        typer.Option(help="Kind of chart of shares; auto takes p-prime where many are counted, and unevenly."),
    ] = "auto",
    period: Annotated[str, typer.Option(help="Header of the column of periods.", metavar="COLUMN")] = "",
    value: Annotated[str, typer.Option(help="Header of the column of values.", metavar="COLUMN")] = "",
    numerator: Annotated[str, typer.Option(help="Header of the column of numerators.", metavar="COLUMN")] = "",
    denominator: Annotated[str, typer.Option(help="Header of the column of denominators.", metavar="COLUMN")] = "",
    as_json: AsJson = False,
    to: Annotated[Path | None, typer.Option("--to", help="Draw the chart here.", metavar="FILE.svg")] = None,
) -> None:
    """Chart one series: limits, signals and what they say, as NHSRplotthedots computes them."""
    from voice_of_care.cli.series_doubts import doubts
    from voice_of_care.reporting import control_words
    from voice_of_care.series_files.columns import Named
    from voice_of_care.series_files.reading import read_series

    if to is not None:
        _refuse_drawing(to)
    series = read_series(file, Named(period, value, numerator, denominator))
    method = _method(series, chart, file)
    charted = _chart(
        series,
        method,
        direction=direction,
        target=_target(target),
        phasing=([_position(each, series, file) for each in rebase or ()], fix_after),
        is_screened=not no_screening,
    )
    standing = _standing(charted, fix_after)
    for remark in (*series.remarks, *_cautions(charted, fix_after, is_screened=not no_screening)):
        say(remark)
    notes = doubts(charted, series.periods, is_share=series.is_share, is_few=standing == "table_only")
    if to is not None:
        drawing = _draw(series, charted, standing)
        write_beside(drawing.wide, to)
    if as_json:
        print_lines(to_json(_as_dict(series, charted, standing, fix_after) | {"notes": notes}))
    else:
        few = [control_words.FEW, ""] if standing == "table_only" else []
        found = _finding_lines(series, charted, standing, notes)
        print_lines([*few, *_table_lines(series, charted), "", *found])


def _method(series: SeriesFile, chart: ChartName, file: Path) -> Method:
    from voice_of_care.trends.spc import choose_method

    if chart in ("p-prime", "p") and not series.is_share:
        msg = f"{file}: --chart {chart} needs the columns numerator and denominator. Add them, or leave --chart out."
        raise InputError(msg)
    if chart == "auto":
        return choose_method(series.denominators)
    return "p_prime" if chart == "p-prime" else chart


def _target(text: str) -> float | None:
    from voice_of_care.series_files.numbers import read_number

    if not text.strip():
        return None
    number = read_number(text)
    if number is None:
        msg = f"--target {text}: this is no number. Give one, such as 85."
        raise SettingsError(msg)
    return number


def _position(period: str, series: SeriesFile, file: Path) -> int:
    place = series.find(period)
    if place is None:
        msg = f"--rebase {period}: {file} has no such period. Write one of its periods as it stands there."
        raise SettingsError(msg)
    return place


def _chart(
    series: SeriesFile,
    method: Method,
    *,
    direction: DirectionName,
    target: float | None,
    phasing: tuple[Sequence[int], int | None],
    is_screened: bool,
) -> ControlChart:
    from voice_of_care.trends.spc import chart_p, chart_p_prime, chart_xmr

    rebase_at, fix_after = phasing
    if method == "xmr":
        return chart_xmr(
            series.values,
            direction=direction,
            target=target,
            rebase_at=rebase_at,
            fix_after=fix_after,
            is_screened=is_screened,
        )
    draw_shares = chart_p_prime if method == "p_prime" else chart_p
    return draw_shares(
        series.numerators,
        series.denominators,
        direction=direction,
        target=target,
        rebase_at=rebase_at,
        fix_after=fix_after,
    )


def _standing(charted: ControlChart, fix_after: int | None) -> Standing:
    from voice_of_care.trends.spc import standing_of

    return standing_of(_points_behind(charted, fix_after))


def _points_behind(charted: ControlChart, fix_after: int | None) -> int:
    """Return how many values the limits of the last phase rest on."""
    last = [point.value for point in charted.points if point.phase == charted.points[-1].phase]
    return sum(math.isfinite(value) for value in last[:fix_after])


def _cautions(charted: ControlChart, fix_after: int | None, *, is_screened: bool) -> list[str]:
    lines = []
    if fix_after is not None and fix_after < _FEWEST_FIXED:
        lines.append(f"Limits fixed on {fix_after} points: NHSRplotthedots asks for {_FEWEST_FIXED} at least.")
    if not is_screened and charted.method != "xmr":
        lines.append("--no-screening changes nothing here: only XmR charts screen moving ranges.")
    return lines


def _as_dict(series: SeriesFile, charted: ControlChart, standing: Standing, fix_after: int | None) -> dict[str, Any]:
    from voice_of_care.trends.rules import RULESET

    numbers = ("value", "centre", "lower_limit", "upper_limit")
    points = [
        {
            "period": period,
            **{name: _or_null(getattr(point, name)) for name in numbers},
            "phase": point.phase,
            "rule": point.rule,
            "point_type": point.point_type,
        }
        for period, point in zip(series.periods, charted.points, strict=True)
    ]
    icons = {"variation": charted.variation, "assurance": charted.assurance}
    return {
        "control_points": points,
        **icons,
        "icons": icons,
        "method": charted.method,
        "direction": charted.direction,
        "target": charted.target,
        "ruleset": RULESET,
        "sigma_z": None if charted.sigma_z is None else _or_null(charted.sigma_z),
        "points": _points_behind(charted, fix_after),
        "standing": standing,
    }


def _or_null(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _table_lines(series: SeriesFile, charted: ControlChart) -> list[str]:
    from voice_of_care.reporting.control_charts import POINT_STYLES

    rows: list[tuple[str, ...]] = [("Period", "Value", "Centre", "Lower", "Upper", "Rule", "What it is")]
    digits = _digits(charted.points)
    for period, point in zip(series.periods, charted.points, strict=True):
        numbers = (point.value, point.centre, point.lower_limit, point.upper_limit)
        shown = [f"{number:.{digits}f}" if math.isfinite(number) else "-" for number in numbers]
        rule = "" if point.rule == "none" else point.rule.replace("_", " ")
        rows.append((period, *shown, rule, POINT_STYLES[point.point_type].name if math.isfinite(point.value) else "-"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if 1 <= column <= 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _digits(points: Sequence[ControlPoint]) -> int:
    """Return how many decimals tell the values apart."""
    known = [point.value for point in points if math.isfinite(point.value)]
    spread = max(known) - min(known) or abs(known[0]) or 1.0
    return min(8, max(0, 2 - math.floor(math.log10(spread))))


def _finding_lines(series: SeriesFile, charted: ControlChart, standing: Standing, notes: Sequence[str]) -> list[str]:
    from voice_of_care.reporting import control_words

    better = {
        "increase": "higher is better",
        "decrease": "lower is better",
        "neutral": "neither way is better",
    }[charted.direction]
    name = control_words.METHOD_NAMES[charted.method]
    of = " of the share in per cent" if series.is_share else ""
    lines = [f"{name}{of}; {better} (--direction {charted.direction}); rules of NHSRplotthedots 0.2.2."]
    if charted.sigma_z is not None and math.isfinite(charted.sigma_z):
        lines.append(f"Sigma z {charted.sigma_z:.2f}: how many times as widely the periods scatter as by chance alone.")
    if standing == "table_only":
        return [*lines, *notes, *([] if charted.has_limits else [control_words.NO_LIMITS])]
    if standing != "full":
        lines.append(control_words.STANDING_WORDS[standing])
    return [*lines, *notes, *_sentences(series, charted)]


def _sentences(series: SeriesFile, charted: ControlChart) -> list[str]:
    from voice_of_care.reporting import control_words

    lines = [] if charted.has_limits else [control_words.NO_LIMITS]
    last = charted.points[-1]
    if charted.variation is not None and (charted.has_limits or last.rule != "none"):
        lines.append(control_words.variation_sentence(charted.variation, last.rule))
    if charted.assurance is not None and charted.target is not None and charted.has_limits:
        unit = "%" if series.is_percent else ""
        lines.append(
            control_words.assurance_sentence(
                charted.assurance, f"{charted.target:g}{unit}", direction=charted.direction
            )
        )
    return lines


def _draw(series: SeriesFile, charted: ControlChart, standing: Standing) -> Drawing:
    from voice_of_care.reporting.control_charts import PERCENT, PROVISIONAL, Canvas, Moment, draw_control
    from voice_of_care.reporting.control_words import VARIATION_NAMES, describe_chart

    points = charted.points
    rows = [
        {
            "label": series.label(place),
            "value": _or_null(point.value),
            "centre": _or_null(point.centre),
            "lower": _or_null(point.lower_limit),
            "upper": _or_null(point.upper_limit),
            "phase": point.phase,
            "point_type": point.point_type,
        }
        for place, point in enumerate(points)
    ]
    starts = [place for place in range(1, len(points)) if points[place].phase != points[place - 1].phase]
    unit = "%" if series.is_percent else ""
    limits = tuple(f"{number:.4g}{unit}" for number in charted.limits_at_end)
    described = describe_chart(
        charted.method,
        [point.point_type for point in points if math.isfinite(point.value)],
        (limits[0], limits[1], limits[2]) if charted.has_limits else None,
    )
    canvas = Canvas(
        unit=unit,
        target=charted.target,
        moments=tuple(Moment(place - 0.5, f"New limits from {series.label(place)}") for place in starts),
        note=PROVISIONAL if standing != "full" else "",
        bounds=PERCENT if series.is_share else None,
    )
    found = VARIATION_NAMES[charted.variation or "common_cause"]
    title = f"{series.value_name}: {found if standing != 'table_only' else 'fewer than 8 points'}"
    return draw_control("spc", title, described, rows=rows, canvas=canvas)


def _refuse_drawing(to: Path) -> None:
    """Refuse to draw over a file that is no drawing of this command, or into no folder."""
    refuse_other_ending(to, ".svg")
    if not to.parent.is_dir():
        msg = f"{to}: there is no folder {to.parent}. Make it first, or give another."
        raise StoreError(msg)
    try:
        is_ours = not to.exists() or (to.is_file() and to.read_bytes().startswith(_SVG_OF_OURS))
    except OSError:
        is_ours = False
    if not is_ours:
        msg = f"{to}: is there already and is no chart of ours: it would be lost. Give another name after --to."
        raise StoreError(msg)
