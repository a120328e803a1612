"""Read frameworks from YAML: those that ship with the package and a project's own."""

from __future__ import annotations

import difflib
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pydantic import ValidationError

from voice_of_care.errors import VocabularyError
from voice_of_care.frameworks.model import Framework, FrameworkElement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from voice_of_care.settings import PrioritySettings

SHIPPED = (
    "four-questions",
    "qms",
    "pce-standards",
    "hsc-values",
    "quality-2020",
    "steeep",
    "rqia",
    "cqc",
    "nqb",
    "people-promise",
    "qdc",
)
FEWEST_CUES = 4


class FrameworkCheck(NamedTuple):
    """A framework that can be read, and remarks on what would make its links weak."""

    framework: Framework
    remarks: tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """YAML as data only, refusing a key that stands twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = [str(key) for key, count in Counter(map(str, keys)).items() if count > 1]
    if twice:
        msg = f"line {node.start_mark.line + 1}: key {twice[0]} stands twice"
        raise yaml.YAMLError(msg)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def available() -> tuple[Framework, ...]:
    """Return the frameworks that ship with the package, Northern Ireland's first."""
    folder = resources.files("voice_of_care.frameworks")
    return tuple(_read(folder / f"{framework_id}.yaml") for framework_id in SHIPPED)


def load_frameworks(
    settings: PrioritySettings, *, folder: Path | None = None, extra: Sequence[str] = ()
) -> tuple[Framework, ...]:
    """Return the frameworks a project maps its themes to.

    These are `settings.frameworks` (by default all marked default_on), `extra`, and the project's own files. An own
    file whose id is that of a shipped framework takes its place.

    Args:
        settings: which to take.
        folder: what the paths in `settings.files` are relative to: the folder of the settings.
        extra: ids to add.

    Raises:
        VocabularyError: an id is unknown, or a file is not as it should be.
    """
    own = [_read(path if folder is None else folder / path) for path in map(Path, settings.files)]
    for framework_id, count in Counter(framework.id for framework in own).items():
        if count > 1:
            msg = f"priorities.files: the framework id {framework_id} stands in two files. Give one another id."
            raise VocabularyError(msg)
    own_by_id = {framework.id: framework for framework in own}
    shipped = {framework.id: framework for framework in available()}
    known = {**shipped, **own_by_id}
    wanted = settings.frameworks
    if wanted is None:
        wanted = tuple(framework.id for framework in shipped.values() if framework.default_on)
    ids = list(dict.fromkeys((*wanted, *extra, *own_by_id)))
    for framework_id in ids:
        if framework_id not in known:
            msg = f"priorities.frameworks: no framework has the id {framework_id}.{nearest(framework_id, list(known))}"
            raise VocabularyError(msg)
    return tuple(known[framework_id] for framework_id in ids)


def find_framework(framework_id: str) -> Framework:
    """Return a shipped framework by its id.

    Raises:
        VocabularyError: none has that id.
    """
    if framework_id not in SHIPPED:
        msg = f"No framework has the id {framework_id}.{nearest(framework_id, SHIPPED)}"
        raise VocabularyError(msg)
    return _read(resources.files("voice_of_care.frameworks") / f"{framework_id}.yaml")


def check_file(path: Path) -> FrameworkCheck:
    """Read one framework file and say what would make its links weak.

    Raises:
        VocabularyError: the file is not as it should be.
    """
    framework = _read(path)
    remarks: list[str] = []
    told: dict[str, str] = {}
    for element in framework.elements:
        cues = element.include_cues
        if not cues:
            remarks.append(f"element {element.id}: no include_cues, so only a person can link it.")
        elif len(cues) < FEWEST_CUES:
            remarks.append(f"element {element.id}: only {len(cues)} include_cues; eight or more link better.")
        for cue in cues:
            first = told.setdefault(cue.casefold(), element.id)
            if first != element.id:
                remarks.append(f"element {element.id}: the cue '{cue}' also stands under {first}.")
    return FrameworkCheck(framework, tuple(remarks))


def _read(path: Path | Traversable) -> Framework:
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        msg = f"{path.name}: can't be read ({error.strerror}). Check that the file is there and yours to read."
        raise VocabularyError(msg) from None
    except UnicodeDecodeError:
        msg = f"{path.name}: not UTF-8 text. Save it as UTF-8."
        raise VocabularyError(msg) from None
    except (yaml.YAMLError, RecursionError) as error:
        msg = f"{path.name}: not valid YAML ({_one_line(error)}). Mend that line."
        raise VocabularyError(msg) from None
    if not isinstance(content, dict):
        msg = f"{path.name}: holds no framework. It must start with keys such as id, version, name and elements."
        raise VocabularyError(msg)
    try:
        framework = Framework.model_validate(content)
    except ValidationError as error:
        raise VocabularyError(_first_problem(error, path.name, content)) from None
    _refuse_twins(framework, path.name)
    return framework


def _refuse_twins(framework: Framework, name: str) -> None:
    for element_id, count in Counter(element.id for element in framework.elements).items():
        if count > 1:
            msg = f"{name}: element id {element_id} stands {count} times. Give each element an id of its own."
            raise VocabularyError(msg)


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or (str(error) if mark is None else "")
    where = f"line {mark.line + 1}: " if mark is not None else ""
    return f"{where}{problem or 'nested too deeply'}".replace("\n", " ")


def _first_problem(error: ValidationError, name: str, content: dict[str, Any]) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    location = problem["loc"]
    inside = len(location) > 2 and location[0] == "elements"
    where = f"{name}: {_element_name(content, location[1])}" if inside else name
    key = ".".join(str(part) for part in (location[2:] if inside else location))
    valid = list((FrameworkElement if inside else Framework).model_fields)
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key {key}.{nearest(key, valid)}"
    if problem["type"] == "missing":
        return f"{where}: the key {key} is missing. Add it."
    if problem["type"] == "string_type":
        return f"{where}: {key} must be text. Put it in quotes."
    if problem["type"] == "string_pattern_mismatch":
        return f"{where}: {key} may hold small letters, digits and single hyphens only."
    return f"{where}: {key}: {problem['msg']}."


def _element_name(content: dict[str, Any], position: int | str) -> str:
    elements = content.get("elements")
    if isinstance(elements, list) and isinstance(position, int):
        element = elements[position]
        if isinstance(element, dict) and isinstance(element.get("id"), str):
            return f"element {element['id']}"
        return f"element number {position + 1}"
    return "elements"


def nearest(word: str, valid: Sequence[str]) -> str:
    """Return a sentence that proposes the valid word nearest to this one, or lists all."""
    near = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else f" Known: {', '.join(valid)}."
