"""Settings, where each comes from, and in which order: option, environment, file, default.

The file is `config.toml` in the user's configuration folder (`purport config show` names it).
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from purport.core.errors import InputError, SeveralFaultsError

__all__ = [
    "RULES_TABLE",
    "SETTINGS",
    "Setting",
    "SettingDefinition",
    "config_file",
    "read_rules",
    "resolve",
    "resolve_all",
]

RULES_TABLE = "judging"
"""The table of the settings file that holds judging rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDefinition:
    """A setting that exists."""

    name: str
    """Its name in the file."""
    variable: str
    """Its environment variable."""
    default: str | None
    """Its value when nothing sets it; None when it is then unset."""
    meaning: str
    """What it does, in a line."""
    whole_number: bool = False
    """Whether it takes a whole number of at least 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting as it stands."""

    definition: SettingDefinition
    """Which one."""
    value: str | None
    """Its value; None when unset."""
    origin: str
    """"default", the variable's name or the file's path."""


SETTINGS = (
    SettingDefinition(
        name="workspace",
        variable="PURPORT_WORKSPACE",
        default="purport-workspace",
        meaning="folder of the workspace when --workspace is not given",
    ),
    SettingDefinition(
        name="database",
        variable="PURPORT_DATABASE",
        default=None,
        meaning="postgresql:// address; unset: purport.sqlite3 in the workspace",
    ),
    SettingDefinition(
        name="vault",
        variable="PURPORT_VAULT",
        default=None,
        meaning="s3:// address for the files of new workspaces; unset: vault/ in the workspace",
    ),
    SettingDefinition(
        name="case",
        variable="PURPORT_CASE",
        default=None,
        meaning="key of a case that was made in the case room; unset: the workspace's first",
    ),
    SettingDefinition(
        name="mail",
        variable="PURPORT_MAIL",
        default=None,
        meaning="smtp:// address of the case room's mail server; unset: into the workspace",
    ),
    SettingDefinition(
        name="publisher",
        variable="PURPORT_PUBLISHER",
        default="Unnamed publisher",
        meaning="who publishes, as published cases name them",
    ),
    SettingDefinition(
        name="workers",
        variable="PURPORT_WORKERS",
        default=None,
        meaning="processes that work on items side by side; unset: one per core",
        whole_number=True,
    ),
    SettingDefinition(
        name="agent",
        variable="PURPORT_AGENT",
        default="purport",
        meaning="who the custody chain says acted",
    ),
    SettingDefinition(
        name="allow_private",
        variable="PURPORT_ALLOW_PRIVATE",
        default=None,
        meaning="yes: purport capture may ask machines of your own network; unset: no",
    ),
    SettingDefinition(
        name="keys",
        variable="PURPORT_KEYS",
        default=None,
        meaning="folder of your signing keys; unset: one in the user's data folder",
    ),
    SettingDefinition(
        name="tsa",
        variable="PURPORT_TSA",
        default=None,
        meaning="time-stamp authorities for purport seal, URL or URL,ROOT.pem, blanks between",
    ),
)


def config_file() -> Path:
    """Return where the user's settings file lies, whether or not it exists."""
    from platformdirs import user_config_path  # noqa: PLC0415 - keeps start-up fast

    return user_config_path("purport", appauthor=False) / "config.toml"


def resolve(name: str, option: str | None = None) -> str | None:
    """Return the value of one setting; an option on the command line goes before all."""
    if option is not None:
        return option
    return next(one.value for one in resolve_all() if one.definition.name == name)


def resolve_all() -> tuple[Setting, ...]:
    """Return every setting with its origin.

    Raises:
        InputError: The file cannot be read, names an unknown setting, or a value is wrong.
    """
    path = config_file()
    content = _read(path)
    from_file = {name: str(value) for name, value in content.items() if name != RULES_TABLE}
    settings = tuple(_resolve_one(definition, from_file, path) for definition in SETTINGS)
    for setting in settings:
        _require_sound(setting)
    return settings


def _resolve_one(definition: SettingDefinition, from_file: dict[str, str], path: Path) -> Setting:
    variable = os.environ.get(definition.variable)
    if variable:
        return Setting(definition=definition, value=variable, origin=definition.variable)
    if definition.name in from_file:
        return Setting(definition=definition, value=from_file[definition.name], origin=str(path))
    return Setting(definition=definition, value=definition.default, origin="default")


def read_rules() -> dict[str, object]:
    """Return the table of judging rules of the settings file; empty when there is none.

    Raises:
        InputError: The file cannot be read, or the member is no table.
    """
    path = config_file()
    table = _read(path).get(RULES_TABLE, {})
    if not isinstance(table, dict):
        raise InputError(str(path), f"{RULES_TABLE} is no table", remedy=f"Write [{RULES_TABLE}].")
    return table


def _read(path: Path) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            str(path), f"is no readable TOML file: {error}", remedy="Mend or remove the file."
        ) from error
    known = {definition.name for definition in SETTINGS} | {RULES_TABLE}
    faults = [
        InputError(
            str(path), f"unknown setting {name!r}", remedy=f"Known are: {', '.join(sorted(known))}."
        )
        for name in content
        if name not in known
    ]
    if faults:
        raise SeveralFaultsError.collect(str(path), faults)
    return content


def _require_sound(setting: Setting) -> None:
    value = setting.value
    if setting.definition.whole_number and value is not None and not _is_positive_whole(value):
        raise InputError(
            f"{setting.definition.name} (from {setting.origin})",
            f"must be a whole number of at least 1, got {value!r}",
            remedy="Set a number, or remove the setting.",
        )


def _is_positive_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) >= 1
