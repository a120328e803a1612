"""The example of the guide is read, has no errors, and links as the guide says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from voice_of_care.frameworks import load_frameworks, load_seeds
from voice_of_care.frameworks.loader import check_file
from voice_of_care.settings import parse_settings

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "frameworks.md"


def block(language: str, number: int = 0) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return found[number]


def test_the_guides_framework_passes_the_check_without_remarks(tmp_path):
    path = tmp_path / "our-charter.yaml"
    path.write_text(block("yaml"), encoding="utf-8")
    checked = check_file(path)
    assert checked.remarks == ()
    assert [element.id for element in checked.framework.elements] == ["quiet-nights", "wishes"]


def test_the_guides_settings_load_it_beside_those_that_ship(tmp_path):
    (tmp_path / "our-charter.yaml").write_text(block("yaml"), encoding="utf-8")
    settings = parse_settings(tomllib.loads(block("toml"))).priorities
    loaded = load_frameworks(settings, folder=tmp_path)
    assert [framework.id for framework in loaded] == ["four-questions", "pce-standards", "qdc", "our-charter"]


def test_the_guides_codebook_and_its_seeds_are_read(tmp_path):
    (tmp_path / "our-charter.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "last-year.csv").write_text(block("csv"), encoding="utf-8")
    own = load_frameworks(parse_settings(tomllib.loads(block("toml"))).priorities, folder=tmp_path)
    names = parse_settings(tomllib.loads(block("toml", 1))).themes.seeds
    codebook, charter = load_seeds(names, folder=tmp_path, frameworks=own)
    assert [element.label for element in codebook.elements] == ["Parking", "Quiet nights", "Hearing loops"]
    assert codebook.elements[1].include_cues == ("too loud at night", "could not sleep", "lights on all night")
    assert charter.id == "our-charter"
