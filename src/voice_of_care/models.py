"""The models we run and the proof that they are the ones we tested: `models/manifest.toml` and its sha256 sums.

Model files come in installed packages, or, for our own, in the project's `models` folder. No file is
opened before its sha256 has been compared with the manifest's; nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from voice_of_care.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spacy.language import Language

MANIFEST = "manifest.toml"
SENTENCE_ENCODER = "minilm-int8"
FEEDBACK_ENCODER = "feedback-encoder"
SENTENCE_TOKENIZER = "minilm-tokenizer"
ENGLISH_PIPELINE = "english-small"
FEEDBACK_HEADS = "feedback-heads"
_REMEDY = "Install again with make report, or from the lock."


@dataclass(frozen=True)
class Model:
    """One entry of the manifest. `package` is the importable package that carries the files; empty for our own."""

    name: str
    version: str
    licence: str
    package: str
    task: str
    made: str
    files: Mapping[str, str]


def models_folder() -> Path:
    """Return the folder of the manifest: inside the package in a wheel, the repository's in an editable install."""
    here = Path(__file__).resolve().parent
    packaged = here / "_models"
    return packaged if packaged.is_dir() else here.parents[1] / "models"


def read_manifest(folder: Path) -> Mapping[str, Model]:
    """Return the manifest's models by name, in the manifest's order.

    Raises:
        ModelError: the manifest is missing or not as it should be.
    """
    try:
        content = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries = [
            Model(**{**entry, "files": MappingProxyType(dict(entry["files"]))}) for entry in content.get("model", [])
        ]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        msg = f"models/{MANIFEST}: can't be read ({type(error).__name__}). {_REMEDY}"
        raise ModelError(msg) from None
    return MappingProxyType({entry.name: entry for entry in entries})


@cache
def manifest() -> Mapping[str, Model]:
    """Return the manifest of this installation."""
    return read_manifest(models_folder())


@cache
def _package_folder(package: str) -> Path | None:
    """Return where a package is installed, without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _folder_of(model: Model) -> Path:
    folder = _package_folder(model.package) if model.package else models_folder() / model.name
    if folder is None:
        msg = f"Model {model.name}: package {model.package} is not installed. {_REMEDY}"
        raise ModelError(msg)
    return folder


def verified(path: Path, expected: str, *, model: str) -> Path:
    """Return the path if the file's sha256 is the expected one.

    Raises:
        ModelError: the file is missing, unreadable or another one.
    """
    try:
        with path.open("rb") as stream:
            actual = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        msg = f"Model {model}: {path.name} can't be read ({error.strerror}). {_REMEDY}"
        raise ModelError(msg) from None
    if actual != expected:
        msg = f"Model {model}: {path.name} has sha256 {actual[:12]}, the manifest says {expected[:12]}. {_REMEDY}"
        raise ModelError(msg)
    return path


def _entry(name: str) -> Model:
    entry = manifest().get(name)
    if entry is None:
        msg = f"Model {name} is not in models/{MANIFEST}. {_REMEDY}"
        raise ModelError(msg)
    return entry


@cache
def model_folder(name: str) -> Path:
    """Return the folder of a model after comparing every file with the manifest; once a process.

    Raises:
        ModelError: a file is missing or is not the manifest's.
    """
    entry = _entry(name)
    folder = _folder_of(entry)
    for file, expected in entry.files.items():
        verified(folder / file, expected, model=name)
    return folder


def model_file(name: str) -> Path:
    """Return the path of a model that is one file, verified.

    Raises:
        ModelError: the file is missing or is not the manifest's.
    """
    return model_folder(name) / next(iter(_entry(name).files))


def model_hashes() -> dict[str, str]:
    """Return the manifest's sha256 of each model file, by `model/file`, sorted: what a run records."""
    return {
        f"{entry.name}/{file}": sha256
        for entry in sorted(manifest().values(), key=lambda model: model.name)
        for file, sha256 in sorted(entry.files.items())
    }


def check_models() -> list[str]:
    """Return one line for each model that is missing or is not the manifest's; empty where all is well."""
    try:
        entries = manifest()
    except ModelError as error:
        return [str(error)]
    problems = []
    for name in entries:
        try:
            model_folder(name)
        except ModelError as error:
            problems.append(str(error))
    return problems


@cache
def load_spacy(*, disable: tuple[str, ...] = ()) -> Language:
    """Return the English pipeline without the components named; the same object for the same names.

    Raises:
        ModelError: one of its files is missing or is not the manifest's.
    """
    import spacy

    folder = model_folder(ENGLISH_PIPELINE)
    config = next(file for file in _entry(ENGLISH_PIPELINE).files if file.endswith("/config.cfg"))
    pipeline: Any = spacy.load((folder / config).parent, disable=list(disable))
    return pipeline  # type: ignore[no-any-return]
