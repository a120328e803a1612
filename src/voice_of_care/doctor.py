"""Checks of the installation: is everything there that a run needs, and is it what it should be."""

from __future__ import annotations

import importlib
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from voice_of_care.errors import VoiceOfCareError
from voice_of_care.models import check_models

_OLDEST_PYTHON = (3, 11)


class Check(NamedTuple):
    """One check: what was looked at, whether it is fine, and what was found or what to do."""

    name: str
    is_fine: bool
    finding: str


def check_installation() -> list[Check]:
    """Check Python, packages, models, frameworks, charts and the temporary folder; no network is used."""
    return [_check_python(), _check_packages(), _check_models(), _check_frameworks(), _check_charts(), _check_folder()]


def _check_python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return Check("Python", sys.version_info >= _OLDEST_PYTHON, f"{found} (3.11 or newer is needed)")


def _check_packages() -> Check:
    try:
        needed = [Requirement(line) for line in requires("voice-of-care") or []]
    except PackageNotFoundError:
        return Check("Packages", False, "voice-of-care is not installed as a package. Run 'make report' once.")
    problems = []
    count = 0
    for requirement in needed:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        count += 1
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            problems.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            problems.append(f"{requirement.name} is {found}, needed {requirement.specifier}")
    finding = "; ".join(problems) + ". Install again from requirements.lock." if problems else f"{count} as needed"
    return Check("Packages", not problems, finding)


def _check_models() -> Check:
    problems = check_models()
    return Check("Models", not problems, "; ".join(problems) or "every file is the one in the manifest")


def _check_frameworks() -> Check:
    loader = importlib.import_module("voice_of_care.frameworks.loader")
    try:
        found = loader.available()
    except VoiceOfCareError as error:
        return Check("Frameworks", False, str(error))
    return Check("Frameworks", True, f"{len(found)} ready")


def _check_charts() -> Check:
    try:
        converter = importlib.import_module("vl_convert")
        made = converter.vegalite_to_svg({"data": {"values": [{"a": 1}]}, "mark": "point"})
    except (ImportError, OSError, ValueError) as error:
        return Check("Charts", False, f"can't be drawn ({type(error).__name__}). Install vl-convert-python again.")
    return Check("Charts", "<svg" in made, "can be drawn")


def _check_folder() -> Check:
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "probe").write_text("probe", encoding="utf-8")
    except OSError as error:
        return Check("Temporary folder", False, f"can't be written ({error.strerror}). Free some space.")
    return Check("Temporary folder", True, "can be written")
