"""What came in place of a page is told from pages that only look like it."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


def _table() -> Any:  # noqa: ANN401 - a module that is loaded by its path
    spec = importlib.util.spec_from_file_location(
        "purport_page_table", Path(__file__).with_name("page_table.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLE = _table()


@pytest.mark.parametrize("case", TABLE.MADE_WITH, ids=lambda case: case.name)
def test_pages_that_the_rules_were_made_with(case: Any) -> None:  # noqa: ANN401 - see above
    found = case.recognised()
    assert found.state is case.state, found.signs
    assert bool(found.signs) is (case.state.value != "content")
