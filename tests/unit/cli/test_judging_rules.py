"""Judging rules are settings, each checked by name and value."""

from pathlib import Path

import pytest

from purport.cli import _rules, _settings
from purport.cli._rules import judging_rules, rules_with_origin
from purport.core.errors import InputError
from purport.verdicts import JudgingRules


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setattr(_settings, "config_file", lambda: path)
    monkeypatch.setattr(_rules, "config_file", lambda: path)
    return path


def test_without_a_table_the_usual_rules_hold(settings_file: Path) -> None:
    assert judging_rules() == JudgingRules()
    settings_file.write_text('agent = "A"\n', encoding="utf-8")
    assert judging_rules() == JudgingRules()
    assert {origin for _, _, origin in rules_with_origin()} == {"default"}


def test_what_the_table_says_goes_before_them(settings_file: Path) -> None:
    settings_file.write_text(
        '[judging]\nhit_radius_m = 10\nvague_amounts = [["several", 2, 20]]\n', encoding="utf-8"
    )
    rules = judging_rules()
    assert rules.hit_radius_m == 10.0
    assert rules.vague_amounts == (("several", 2.0, 20.0),)
    assert rules.supported_from == JudgingRules().supported_from
    origins = {name: origin for name, _, origin in rules_with_origin()}
    assert origins["hit_radius_m"] == str(settings_file)
    assert origins["supported_from"] == "default"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("hit_radius = 10", "is no rule"),
        ('hit_radius_m = "10"', "must be a number"),
        ("hit_radius_m = true", "must be a number"),
        ("hit_radius_m = -1", "not negative"),
        ("supported_from = 1.5", "between 0 and 1"),
        ("contradicted_to = 0.9", "below supported_from"),
        ("vague_amounts = 3", "in place of"),
        ('vague_amounts = [["several", 15, 2]]', "in place of"),
    ],
)
def test_a_rule_that_cannot_be_is_named(settings_file: Path, line: str, fault: str) -> None:
    settings_file.write_text(f"[judging]\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        judging_rules()


def test_a_rule_outside_its_table_is_refused(settings_file: Path) -> None:
    settings_file.write_text("judging = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no table"):
        judging_rules()
