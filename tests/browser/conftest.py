from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="session")
def made_up() -> ModuleType:
    """Return the module that builds made-up analyses, shared with the report's own tests."""
    return _load("made_up")


@pytest.fixture(scope="session")
def followed() -> ModuleType:
    """Return the module that lays made-up rows of what is followed over time upon a made-up analysis."""
    return _load("followed")


def _load(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "reporting" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
