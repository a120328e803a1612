"""What people name at the prompt, found in a project: themes, parent themes, priorities, services and days."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from voice_of_care.errors import InputError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping, Sequence

    from voice_of_care.analysis import Analysis
    from voice_of_care.settings import PeriodKind, TrendSettings

_SUGGESTED = 3
_LIKENESS = 0.6
_LISTED = 12


class Aim(NamedTuple):
    """What a series or an action is about, as the tables name it."""

    scope: str
    item_id: str


def find_aim(analysis: Analysis, named: Mapping[str, str | None]) -> Aim:
    """Return what is meant by at most one of several options; overall where none is given.

    Args:
        analysis: the project as it stands.
        named: scope to what was given for it; scopes are those of the table `series`.
    """
    given = {scope: value for scope, value in named.items() if value is not None}
    if len(given) > 1:
        options = " and ".join(f"--{scope.removeprefix('respondent_')}" for scope in given)
        msg = f"{options} were given: give one of them, or none for all comments."
        raise InputError(msg)
    for scope, value in given.items():
        if scope in ("theme", "parent"):
            return Aim(scope, _find_theme(analysis, value, scope))
        if scope == "priority":
            return Aim(scope, _find(value, _priorities(analysis), "priority", "'voice-of-care frameworks list' shows"))
        return Aim(scope, _find(value, _values(analysis, scope), scope.replace("_", " "), "The comments name"))
    return Aim("overall", "")


def find_services(analysis: Analysis, names: Iterable[str]) -> list[str]:
    """Return services by the names the comments give them, sorted, each once."""
    known = _values(analysis, "service")
    return sorted({_find(name, known, "service", "The comments name") for name in names})


def label_of(analysis: Analysis, aim: Aim) -> str:
    """Return what people call it."""
    if aim.scope in ("theme", "parent"):
        labels = analysis.themes.set_index("theme_id")["label"]
        return f"{labels[aim.item_id]} ({aim.item_id})" if aim.item_id in labels.index else f"{aim.item_id} (gone)"
    return aim.item_id or "all comments"


def find_day(text: str) -> datetime.date:
    """Return a day given as 2024-09-01, 01/09/2024 or 1 September 2024; the first of a month given as 2024-09.

    Raises:
        InputError: it is none of these.
    """
    from voice_of_care.intake.dates import parse_date

    parsed = parse_date(text)
    if parsed.day is None or parsed.format == "spreadsheet day number":
        msg = f"'{text}' is no date. Give it as 2024-09-01 or 01/09/2024, or a month as 2024-09."
        raise InputError(msg)
    return parsed.day


def find_start(analysis: Analysis, text: str, *, settings: TrendSettings) -> datetime.date:
    """Return the first day of a period given by its label, such as 2024-W36 or 2024-25 Q2, or a day as `find_day`."""
    from voice_of_care.trends.periods import lay_periods

    kinds: tuple[PeriodKind, ...] = ("week", "month", "quarter")
    for kind in kinds:
        periods = lay_periods(
            analysis.safe_comments["received_on"], kind=kind, year_starts_in=settings.year_starts_in, report_date=None
        )
        named = periods.loc[periods["period"].str.casefold() == " ".join(text.split()).casefold(), "starts_on"]
        if len(named):
            day: datetime.date = named.iloc[0].date()
            return day
    return find_day(text)


def warn_of_day(analysis: Analysis, day: datetime.date) -> str:
    """Return a warning where a day lies before or after all comments, else nothing."""
    days = analysis.safe_comments["received_on"].dropna()
    if days.empty:
        return "Warning: no comment has a date, so nothing can be followed."
    first, last = days.min().date(), days.max().date()
    if day > last:
        return f"Warning: {day} is after the newest comment ({last}). It is kept, and waits for comments to come."
    if day <= first:
        return f"Warning: {day} is before the oldest comments ({first}), so nothing is known of what came before it."
    return ""


def _find_theme(analysis: Analysis, value: str, scope: str) -> str:
    from voice_of_care.tables import standing

    themes = standing(analysis.themes)
    is_parent = themes["theme_id"].isin(themes["parent_id"].dropna())
    themes = themes[is_parent] if scope == "parent" else themes[~is_parent]
    ids = themes["theme_id"].tolist()
    known = [*zip(themes["label"].tolist(), ids, strict=True), *zip(ids, ids, strict=True)]
    what = "theme" if scope == "theme" else "parent theme"
    saying = themes[[value.strip().casefold() in words for words in themes["keywords"]]]
    if value.strip().casefold() not in {name.casefold() for name, _ in known} and len(saying):
        named = " and ".join(f"{row.label} ({row.theme_id})" for row in saying.head(_SUGGESTED).itertuples())
        msg = f"No {what} is called '{value}' in this project, but it is a word of {named}."
        raise InputError(msg)
    return _find(value, known, what, "There are")


def _values(analysis: Analysis, column: str) -> list[tuple[str, str]]:
    return [(str(name), str(name)) for name in analysis.safe_comments[column].dropna().unique()]


def _priorities(analysis: Analysis) -> list[tuple[str, str]]:
    ids = [f"{each.id}/{element.id}" for each in analysis.frameworks for element in each.elements]
    return list(zip(ids, ids, strict=True))


def _find(value: str, known: Sequence[tuple[str, str]], what: str, where: str) -> str:
    """Return the one meant, letter for letter save capitals, or name the nearest; `known` are names and ids."""
    folded: dict[str, list[str]] = {}
    for name, found in known:
        folded.setdefault(name.casefold(), []).append(found)
    meant = folded.get(value.strip().casefold(), [])
    if len(set(meant)) == 1:
        return meant[0]
    if meant:
        msg = f"{len(meant)} {what}s are called '{value}': give the id instead ({', '.join(sorted(meant))})."
        raise InputError(msg)
    near = _nearest(value, [name for name, _ in known])
    names = sorted(name for name, found in known if name != found) or sorted(name for name, _ in known)
    rest = ["and more"] if len(names) > _LISTED else []
    hint = (
        f"Did you mean {' or '.join(near)}?" if near else f"{where} {', '.join([*names[:_LISTED], *rest]) or 'none'}."
    )
    msg = f"No {what} is called '{value}' in this project. {hint}"
    raise InputError(msg)


def _nearest(value: str, known: Iterable[str]) -> list[str]:
    """Return the names nearest to a value: those that hold it, else those that look like it."""
    folded = value.strip().casefold()
    names = sorted(known)
    holding = [name for name in names if len(folded) > 1 and folded in name.casefold()]
    if holding:
        return holding[:_SUGGESTED]
    looks = difflib.get_close_matches(folded, [name.casefold() for name in names], n=_SUGGESTED, cutoff=_LIKENESS)
    return list(dict.fromkeys(next(name for name in names if name.casefold() == look) for look in looks))
