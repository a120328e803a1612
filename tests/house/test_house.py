"""The house rules that no linter checks."""

import re
from pathlib import Path

import pandas as pd
import pytest

import voice_of_care
from voice_of_care import errors
from voice_of_care.errors import PrivacyError, SchemaError
from voice_of_care.raw import COMMENTS
from voice_of_care.tables import SAFE_COMMENTS, TABLES, conform

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_the_public_names():
    assert sorted(voice_of_care.__all__) == [
        "Analysis",
        "Settings",
        "VoiceOfCareError",
        "analyse",
        "load_coder",
        "load_settings",
    ]


def test_every_error_stands_in_the_tree_that_the_module_draws():
    drawn = errors.__doc__
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert name in drawn
            assert issubclass(kind, errors.VoiceOfCareError)


@pytest.mark.parametrize("name", TABLES)
def test_no_table_beyond_the_wall_can_hold_raw_text(name):
    table = TABLES[name]
    assert "raw_text" not in table.columns
    with pytest.raises(PrivacyError):
        conform(table.empty().assign(raw_text=pd.Series([], dtype="str")), table)


def test_an_error_about_a_table_never_quotes_a_value():
    frame = TABLES["assignments"].empty()
    bad = pd.DataFrame({"segment_id": ["a"], "theme_id": ["b"], "strength": [7.0], "origin": ["what she said"]})
    for broken in (bad, bad.assign(strength="what she said"), pd.concat([frame, bad, bad])):
        with pytest.raises(SchemaError) as caught:
            conform(broken, TABLES["assignments"])
        assert "she said" not in str(caught.value)


def test_safe_comments_are_comments_with_safe_text_instead_of_raw():
    made = {"text", "language", "duplicate_of", "campaign_id"}
    assert set(SAFE_COMMENTS.columns) - made == set(COMMENTS.columns) - {"raw_text"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_stay_small_and_no_grab_bag_grows(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    assert path.stem not in {"utils", "helpers", "base", "manager", "factory", "handler"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_we_never_promise_anonymity(path):
    assert not re.search(
        r"anonymi[sz]", path.read_text(encoding="utf-8"), re.IGNORECASE
    ) or "presidio" in path.read_text(encoding="utf-8")


def test_no_address_of_a_package_registry_is_committed():
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"^(torch|sentence-transformers|umap-learn|numba)==", text, re.MULTILINE)
        assert "--hash=sha256:" in text
