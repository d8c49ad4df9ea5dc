from pathlib import Path

import pytest

from purport.cli import _settings
from purport.cli._settings import SETTINGS, resolve, resolve_all
from purport.core.errors import InputError, SeveralFaultsError


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setattr(_settings, "config_file", lambda: path)
    for definition in SETTINGS:
        monkeypatch.delenv(definition.variable, raising=False)
    return path


def test_without_anything_the_defaults_hold(settings_file: Path) -> None:
    assert not settings_file.exists()
    assert {one.origin for one in resolve_all()} == {"default"}
    assert resolve("workspace") == "purport-workspace"


def test_option_goes_before_environment_before_file(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_file.write_text('agent = "from file"\nworkers = 3\n', encoding="utf-8")
    assert resolve("agent") == "from file"
    assert resolve("workers") == "3"
    monkeypatch.setenv("PURPORT_AGENT", "from environment")
    assert resolve("agent") == "from environment"
    assert resolve("agent", "from option") == "from option"


def test_unknown_settings_are_named(settings_file: Path) -> None:
    settings_file.write_text("wrokers = 3\nagnt = 'a'\n", encoding="utf-8")
    with pytest.raises(SeveralFaultsError, match=r"'wrokers'.*'agnt'"):
        resolve_all()


def test_a_file_that_is_no_toml_is_an_input_error(settings_file: Path) -> None:
    settings_file.write_text("workers = = 3", encoding="utf-8")
    with pytest.raises(InputError, match="no readable TOML"):
        resolve_all()


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_workers_must_be_a_whole_number(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    del settings_file
    monkeypatch.setenv("PURPORT_WORKERS", value)
    with pytest.raises(InputError, match="whole number of at least 1"):
        resolve_all()
