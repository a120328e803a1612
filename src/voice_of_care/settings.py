"""Settings of a project: `voice-of-care.toml`, validated.

Every setting has a default; the file only says what differs. Settings are frozen values handed to the steps.
"""

from __future__ import annotations

import datetime  # noqa: TC003 (pydantic reads it at run time)
import difflib
import hashlib
import json
import math
import tomllib
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from voice_of_care.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SETTINGS_FILE = "voice-of-care.toml"
_LONGEST_PATH = 1000
_LONGEST_QUOTED = 60

Group = Literal["staff", "service_user", "carer", "other", "unknown"]
Profile = Literal["publish", "threshold5", "threshold10", "internal"]
PeriodKind = Literal["week", "month", "quarter"]
Measure = Literal["raised", "negative", "sentiment", "fft"]
Scope = Literal["overall", "theme", "parent", "priority", "service", "site", "respondent_group"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectSettings(_Section):
    """Who asked, and what."""

    title: str = "What people told us"
    organisation: str = ""
    asked: str = Field("", description="What people were asked, for the report's cover.")
    reviewed_by: str = Field("", description="Who has read the de-identified texts, for the report's cover.")
    logo: str = Field("", description="Image file for the report's cover, relative to the settings file.")


class MappingSettings(_Section):
    """Columns of a table that no preset knows: role to column header (several for the comment)."""

    files: str = Field("**/*", description="Glob of the files it holds for.")
    comment: tuple[str, ...] = ()
    response_id: str = ""
    respondent_id: str = ""
    session_id: str = ""
    respondent_group: str = ""
    service: str = ""
    site: str = ""
    question: str = ""
    score: str = ""
    score_best: float | None = Field(None, description="Value of the score column that is best.")
    score_worst: float | None = Field(None, description="Value of the score column that is worst.")
    date: str = ""
    may_quote: str = ""
    people_present: str = ""


class SourceSettings(_Section):
    """What a file can't say of itself: what its comments carry unless a column tells. `files` is a glob."""

    files: str
    respondent_group: Group | None = None
    service: str | None = None
    site: str | None = None
    date: datetime.date | None = None
    people_present: int | None = Field(None, ge=1)
    question: str | None = None


class IntakeSettings(_Section):
    """How files are read."""

    day_first: bool = Field(True, description="Read 03/04/2024 as 3 April where a file does not tell.")
    languages: tuple[str, ...] = Field(("en",), description="Comments in other languages are set aside.")
    non_answers: tuple[str, ...] = Field((), description="Further texts that say nothing, such as 'as discussed'.")
    group_words: dict[str, Group] = Field(
        default_factory=dict, description="Further words for respondent groups: 'bank nurse' = 'staff'."
    )
    largest_file_mb: int = Field(200, ge=1)
    largest_unpacked_mb: int = Field(1000, ge=1)
    longest_cell: int = Field(100_000, ge=100, description="Longer cells are set aside, with the reason.")
    count_campaigns: Literal["once", "each"] = Field(
        "once", description="Near-identical texts from many senders: counted once, or each for itself."
    )


class DeidentifySettings(_Section):
    """What is taken out of texts."""

    names: tuple[str, ...] = Field((), description="Names to take out wherever they stand, e.g. the staff list.")
    names_file: str = Field("", description="The same, one a line, in a file beside the settings.")
    keep: tuple[str, ...] = Field((), description="Words never to take out: wards, places, charities.")
    pseudonym_scope: Literal["comment", "session", "project"] = Field(
        "session", description="How far [PERSON_1] stands for the same person: one comment, one session, or all files."
    )


class ThemeSettings(_Section):
    """How themes are found."""

    seed: int = 20240401
    most_themes: int = Field(28, ge=2, le=100)
    most_parents: int = Field(8, ge=1, le=30)
    fewest_units: int = Field(3, ge=2, description="A theme rests on at least this many respondents or sessions.")
    stop_words: tuple[str, ...] = Field((), description="Further words that say nothing here.")
    seeds: tuple[str, ...] = Field(
        (), description="Seed themes with these: ids of frameworks, or codebooks (YAML, CSV, XLSX) beside the settings."
    )
    sample_segments: int = Field(20_000, ge=500, description="At most this many distinct segments are fitted on.")


class PrioritySettings(_Section):
    """Which quality priorities the themes are mapped to."""

    frameworks: tuple[str, ...] | None = Field(None, description="Ids; by default all marked default_on.")
    files: tuple[str, ...] = Field((), description="Your own frameworks, YAML files beside the settings.")
    threshold: float = Field(0.5, ge=0, le=1, description="Higher for fewer and surer links.")


class TrendSettings(_Section):
    """How measures are followed over time."""

    period: PeriodKind = Field("month", description="Length of the periods: week, month or quarter.")
    year_starts_in: int = Field(4, ge=1, le=12, description="First month of the financial year, for quarters.")
    recent_months: int = Field(3, ge=1, le=12, description="Months that count as recent, for emerging themes.")
    baseline_months: int = Field(12, ge=3, le=60, description="Months before them that they are compared with.")
    false_discovery: float = Field(0.1, gt=0, lt=1, description="Share of emerging themes that may be chance.")


class TargetSettings(_Section):
    """A target for a measure, for assurance icons. Shares are in per cent; sentiment runs from -1 to 1."""

    measure: Measure
    value: float
    scope: Scope = "overall"
    item_id: str = Field("", description="theme_id, framework_id/priority_id, service, site or respondent group.")


_PAIRING = {
    "what-do-we-need-to-do-well": "Quality planning",
    "how-do-we-know-we-are-doing-it-well": "Quality control and assurance",
    "how-do-we-do-it-better": "Quality improvement",
    "how-do-we-know-it-has-made-a-difference": "Quality control and assurance after a change",
}


class InsightSettings(_Section):
    """How people are weighed, and in whose words the report speaks."""

    notes: Literal["once", "people_present", "left_out"] = Field(
        "once",
        description="Notes of a session weigh as one respondent, as many as were present, or nothing.",
    )
    terms: Literal["plain", "formal"] = Field(
        "plain", description="Name the four questions plainly, or by the formal components they are paired with."
    )
    pairing: dict[str, str] = Field(
        default_factory=lambda: dict(_PAIRING),
        description="Formal component of each plain question, by its id: a working pairing, yours to edit.",
    )

    @field_validator("pairing")
    @classmethod
    def _keep_others(cls, given: dict[str, str]) -> dict[str, str]:
        """Keep what is not given as it is by default."""
        for question, component in given.items():
            if not component.strip():
                msg = f"{question} has no component. Write one, or take the line out to keep the default"
                raise ValueError(msg)
        return {**_PAIRING, **given}


class RankingSettings(_Section):
    """What weighs how much in picking what to improve first; docs/methods/ranking.md explains the parts."""

    reach: float = Field(0.30, ge=0, description="How many raise it.")
    concern: float = Field(0.25, ge=0, description="How many have something bad to say of it.")
    shared: float = Field(0.20, ge=0, description="Whether staff and service users both raise it.")
    momentum: float = Field(0.10, ge=0, description="Whether it is raised more often of late.")
    severity: float = Field(0.15, ge=0, description="How serious a reviewer holds it to be.")

    @model_validator(mode="after")
    def _check_weights(self) -> RankingSettings:
        if not 0 < sum(self.model_dump().values()) < math.inf:
            msg = "give at least one weight above 0, and none that is infinite"
            raise ValueError(msg)
        return self


RANKING_PRESETS: tuple[tuple[str, RankingSettings | None], ...] = (
    ("settings", None),
    ("equal", RankingSettings(reach=0.2, concern=0.2, shared=0.2, momentum=0.2, severity=0.2)),
    ("reach", RankingSettings(reach=1, concern=0, shared=0, momentum=0, severity=0)),
    ("concern_and_severity", RankingSettings(reach=0.1, concern=0.4, shared=0.1, momentum=0.05, severity=0.35)),
)
"""Weights the list is also made with, so that a reader sees what rests on them; None stands for the settings' own."""


class ExpectedSettings(_Section):
    """Who should have been heard: the report names those of whom nobody was."""

    services: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    respondent_groups: tuple[Group, ...] = ()


class MetricSettings(_Section):
    """Another measure to set beside the themes, by month or quarter; docs/guide/other-measures.md tells how."""

    name: str = Field(
        "", description="What to call it; picks its rows where a file holds several. Without: all that the file holds."
    )
    file: str = Field(description="CSV file, relative to the settings file: period, value, and if you like service.")
    better: Literal["higher", "lower"] = Field("lower", description="Which way is better.")
    themes: tuple[str, ...] = Field((), description="Themes it speaks of, by id or name.")
    priorities: tuple[str, ...] = Field((), description="Priorities it speaks of: framework_id/priority_id.")

    @field_validator("name")
    @classmethod
    def _without_spare_spaces(cls, name: str) -> str:
        """Take a name of spaces alone for none."""
        return " ".join(name.split())

    @field_validator("file")
    @classmethod
    def _names_a_file(cls, file: str) -> str:
        if not file.strip(" ./\\"):
            msg = "names no file. Write the name of a CSV file beside the settings, such as complaints.csv"
            raise ValueError(msg)
        if len(file) > _LONGEST_PATH or not file.isprintable():
            msg = "is too long for the name of a file, or holds signs that no name has. Write the name alone"
            raise ValueError(msg)
        return file

    @model_validator(mode="after")
    def _speaks_by_name(self) -> Self:
        """Refuse themes for a whole file: they are set beside one measure."""
        if not self.name and (self.themes or self.priorities):
            msg = "themes and priorities go with one measure: give the entry its name"
            raise ValueError(msg)
        return self


class ReportSettings(_Section):
    """What the report shows."""

    profile: Profile = "publish"
    date: datetime.date | None = Field(
        None, description="The report's date; the default is the newest date in the data."
    )
    smallest_group_quoted: int = Field(10, ge=1, description="No quotes from a respondent group smaller than this.")


class Settings(_Section):
    """All settings of a project."""

    project: ProjectSettings = ProjectSettings()
    intake: IntakeSettings = IntakeSettings()
    mapping: tuple[MappingSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()
    deidentify: DeidentifySettings = DeidentifySettings()
    themes: ThemeSettings = ThemeSettings()
    priorities: PrioritySettings = PrioritySettings()
    trends: TrendSettings = TrendSettings()
    targets: tuple[TargetSettings, ...] = ()
    insight: InsightSettings = InsightSettings()
    ranking: RankingSettings = RankingSettings()
    expected: ExpectedSettings = ExpectedSettings()
    metrics: tuple[MetricSettings, ...] = ()
    report: ReportSettings = ReportSettings()

    def digest(self) -> str:
        """Return the sha256 of the settings, the same for the same values in any order."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


_SECTIONS: dict[str, type[BaseModel]] = {
    "project": ProjectSettings,
    "intake": IntakeSettings,
    "mapping": MappingSettings,
    "sources": SourceSettings,
    "deidentify": DeidentifySettings,
    "themes": ThemeSettings,
    "priorities": PrioritySettings,
    "trends": TrendSettings,
    "targets": TargetSettings,
    "insight": InsightSettings,
    "ranking": RankingSettings,
    "expected": ExpectedSettings,
    "metrics": MetricSettings,
    "report": ReportSettings,
}

_LISTS = frozenset(("mapping", "sources", "targets", "metrics"))

_EXAMPLES = {
    "intake.group_words": '{ "bank nurse" = "staff" }',
    "mapping.comment": '["What went well?", "What could be better?"]',
    "mapping.score_best": "5",
    "mapping.score_worst": "1",
    "sources.files": '"workshops/*.docx"',
    "sources.respondent_group": '"staff"',
    "sources.service": '"Children\'s services"',
    "sources.site": '"Main hospital"',
    "sources.date": "2024-03-14",
    "sources.people_present": "24",
    "sources.question": '"What do we need to do well?"',
    "priorities.frameworks": '["four-questions", "steeep"]',
    "targets.measure": '"fft"',
    "targets.value": "95",
    "targets.scope": '"service"',
    "targets.item_id": '"Maternity"',
    "expected.services": '["Maternity", "Home Care"]',
    "metrics.name": '"Complaints"',
    "metrics.file": '"complaints.csv"',
    "report.date": "2024-04-01",
}


def load_settings(path: Path) -> Settings:
    """Read and check a settings file.

    Raises:
        SettingsError: the file can't be read, is no TOML, or holds a key or value that is not allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        msg = f"{path.name}: can't be read ({error.strerror}). Check that the file is there and yours to read."
        raise SettingsError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path.name}: not UTF-8 text. Save it as UTF-8."
        raise SettingsError(msg) from None
    except tomllib.TOMLDecodeError as error:
        msg = f"{path.name}: not valid TOML ({error}). Mend that line."
        raise SettingsError(msg) from None
    if isinstance(content.get("mapping"), dict):
        content["mapping"] = [content["mapping"]]
    settings = parse_settings(content, name=path.name)
    if not settings.priorities.files:  # an own framework may ask its own four questions
        _check_questions(settings.insight.pairing, path.name)
    return _with_names(settings, path.parent)


def _check_questions(pairing: Iterable[str], name: str) -> None:
    """Refuse a pairing of a question that there is none of."""
    for question in pairing:
        if question not in _PAIRING:
            near = difflib.get_close_matches(question, _PAIRING, n=1, cutoff=0)[0]
            msg = f"{name}: insight.pairing: no question has the id {question}. Did you mean {near}?"
            raise SettingsError(msg)


def _with_names(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the names of the names file among the names to take out."""
    file_name = settings.deidentify.names_file
    if not file_name:
        return settings
    try:
        lines = (folder / file_name).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        msg = f"deidentify.names_file: {file_name} can't be read. Give a text file in UTF-8, one name a line."
        raise SettingsError(msg) from None
    names = (*settings.deidentify.names, *(line.strip() for line in lines if line.strip()))
    return settings.model_copy(update={"deidentify": settings.deidentify.model_copy(update={"names": names})})


def parse_settings(content: dict[str, object], *, name: str = SETTINGS_FILE) -> Settings:
    """Check settings given as nested values; `name` is what errors call them."""
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise SettingsError(_first_problem(error, name)) from None


def settings_template() -> str:
    """Return a settings file with every setting at its default, commented out, each with what it means."""
    lines = [
        "# Settings of this voice_of_care project. Every line is optional: take away the # to change a setting.",
        "",
    ]
    for name, kind in _SECTIONS.items():
        lines += [f"# {line}" for line in (kind.__doc__ or "").splitlines()]
        is_list = name in _LISTS
        lines.append(f"#[[{name}]]" if is_list else f"[{name}]")
        for key, field in kind.model_fields.items():
            if field.description:
                lines.append(f"# {field.description}")
            lines.append(
                f"#{key} = {_EXAMPLES.get(f'{name}.{key}') or _as_toml(field.get_default(call_default_factory=True))}"
            )
        lines.append("")
    return "\n".join(lines)


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(json.dumps(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{}"
    return json.dumps(value)


def _first_problem(error: ValidationError, name: str) -> str:
    problem = error.errors(include_url=False)[0]
    location = problem["loc"]
    where = _in_words(location)
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(location[-1]), _known_keys(location), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{name}: unknown key {where}.{hint}"
    has_other_shape = len(location) == 1 and problem["type"] != "value_error"
    if has_other_shape and location[0] in _LISTS:
        return f"{name}: {where}: write [[{where}]], in double brackets, above each entry."
    if has_other_shape and location[0] in _SECTIONS:
        return f"{name}: {where}: write [{where}], in single brackets, once."
    if problem["type"] == "tuple_type":
        return f"{name}: {where}: write a list, in brackets: {_as_list(location, problem['input'])}."
    return f"{name}: {where}: {problem['msg'].removeprefix('Value error, ')}."


def _in_words(location: tuple[str | int, ...]) -> str:
    """Return where a value stands, entries counted from 1: 'metrics, entry 1, file'."""
    words = ""
    for before, part in zip((None, *location), location, strict=False):
        if isinstance(part, int):
            words += f", entry {part + 1}"
        else:
            words += f"{', ' if isinstance(before, int) else '.' if words else ''}{part}"
    return words


def _as_list(location: tuple[str | int, ...], given: object) -> str:
    """Return what was given as a list; not names to take out of texts."""
    is_short = isinstance(given, str) and len(given) <= _LONGEST_QUOTED and given.isprintable()
    return json.dumps([given], ensure_ascii=False) if is_short and location[0] != "deidentify" else '["one", "other"]'


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    if len(location) == 1:
        return list(Settings.model_fields)
    section = _SECTIONS.get(str(location[0]))
    return list(section.model_fields) if section else []
