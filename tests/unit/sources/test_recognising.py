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


ALL = (*TABLE.MADE_WITH, *TABLE.SECOND, *TABLE.FRESH)
OFF = {"404, deleted": TABLE.S.NOT_FOUND}
"""What comes out otherwise than it should: its status says less than its words."""


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_walls_are_told_from_pages(case: Any) -> None:  # noqa: ANN401 - see above
    found = case.recognised()
    assert found.state is OFF.get(case.name, case.state), found.signs
    assert bool(found.signs) is (case.state.value != "content")


def test_the_table_has_enough_of_both() -> None:
    content = [case for case in ALL if case.state is TABLE.S.CONTENT]
    assert len(ALL) - len(content) >= 100
    assert len(content) >= 60
    assert {case.state for case in ALL} == set(TABLE.S)


def test_a_wall_is_told_by_what_gave_it_away() -> None:
    case = next(case for case in ALL if case.name == "led to log-in")
    expected = "it led to https://site.example/login?next=/posts/123, which asks to log in"
    assert case.recognised().signs[0] == expected
