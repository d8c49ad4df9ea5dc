"""The hand-made case, drawn once a session."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path


def load_builder() -> ModuleType:
    """Load the module beside this one; pytest's import mode puts no folder on the path."""
    name = "hand_made_case"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
        if spec is None or spec.loader is None:
            message = f"{name}.py cannot be loaded"
            raise ImportError(message)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def builder() -> ModuleType:
    return load_builder()


@pytest.fixture(scope="session")
def hand_made(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> HandMade:
    return builder.make_hand_made_case(tmp_path_factory.mktemp("hand_made"))
