from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from purport.cli import _main
from purport.cli._settings import SETTINGS
from purport.core.claims import Part
from purport.core.ratings import Confidence, Likelihood, Rating

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CHECKS = sorted(point.name for point in entry_points(group="purport.checks"))


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", _main.purport.list_commands(click.Context(_main.purport)))
def test_every_command_is_named(command: str) -> None:
    assert command in page("command-line.md")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_every_setting_is_named_with_its_variable(setting: object) -> None:
    definition = next(one for one in SETTINGS if one is setting)
    assert f"`{definition.name}` | `{definition.variable}`" in page("command-line.md")


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5", "70", "130"])
def test_every_exit_code_is_explained(code: str) -> None:
    assert f"| {code} |" in page("command-line.md")


def test_there_are_checks() -> None:
    assert CHECKS == ["control", "edits", "impacts", "place", "provenance", "reuse", "sun"]


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_page_on_how_it_works_and_fails(check: str) -> None:
    text = page(f"checks/{check}.md")
    for heading in ("## What it answers", "## How it works", "## How it fails"):
        assert heading in text
    (point,) = entry_points(group="purport.checks", name=check)
    answers = {
        value
        for line in text.splitlines()
        if line.startswith("| `")
        for value in [line.split("`")[1]]
    }
    assert "cannot_tell" in answers
    assert point.load()().name == check


@pytest.mark.parametrize("word", [*Rating, *Likelihood, *Confidence, *Part], ids=str)
def test_every_word_of_a_verdict_is_explained(word: str) -> None:
    assert str(word).replace("_", " ") in page("verdicts.md")


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = page("index.md") + page("checks/index.md")
    pages = [path.relative_to(DOCS) for path in DOCS.rglob("*.md")]
    unlisted = [
        str(path)
        for path in pages
        if path.stem not in listed and path.parent.name != "decisions" and path.stem != "index"
    ]
    assert unlisted == []
