"""The self-check of docs/security.md: each requirement is there, each test that it names exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
IDENTIFIERS = Path(__file__).with_name("asvs_5_0_0_levels_1_2.txt")
ROW = re.compile(
    r"^\| (v5\.0\.0-\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE
)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
MET, UNTESTED, DEVIATION, NONE = (
    "met",
    "met, no test of ours",
    "**deviation**",
    "not applicable",
)
UNSAFE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml"}
ROWS = ROW.findall(PAGE)


def test_every_requirement_of_levels_1_and_2_is_there_once() -> None:
    lines = IDENTIFIERS.read_text(encoding="utf-8").splitlines()
    wanted = [tuple(line.split()) for line in lines if not line.startswith("#")]
    assert len(wanted) == 253
    assert Counter(level for _, level in wanted) == {"1": 70, "2": 183}
    assert [(name, level) for name, level, *_ in ROWS] == wanted


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_has_its_test_or_its_reason(row: tuple[str, str, str, str, str]) -> None:
    _, _, asks, status, shown = row
    assert asks.strip()
    assert status in {MET, UNTESTED, DEVIATION, NONE}
    named = NAMED.findall(shown)
    assert shown.count("`tests/") == len(named)
    if status == MET:
        assert named
    else:
        assert len(NAMED.sub("", shown).split()) >= 2  # a reason in words
    for path, name in named:
        assert name in names_in(path), f"{path}::{name}"


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_the_numbers_of_the_page_are_those_of_its_table() -> None:
    counted = Counter(status for _, _, _, status, _ in ROWS)
    head = PAGE.partition("## Signing in")[0]
    for number in (len(ROWS), *(counted[one] for one in (MET, UNTESTED, DEVIATION, NONE))):
        assert re.search(rf"\b{number}\b", head), number


def test_pickled_data_go_one_way() -> None:
    importing, reading = set(), set()
    for path in sorted((ROOT / "src" / "purport").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            importing |= {path.name for one in names if one.partition(".")[0] in UNSAFE}
            if (
                isinstance(node, ast.Attribute)
                and node.attr in {"load", "loads", "Unpickler"}
                and isinstance(node.value, ast.Name)
                and node.value.id in UNSAFE
            ):
                reading.add(path.name)
    assert importing == {"border.py", "_warden.py", "fanning_out.py"}
    assert reading == {"_warden.py", "fanning_out.py"}  # what reads footage answers otherwise
