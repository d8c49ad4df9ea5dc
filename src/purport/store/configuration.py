"""Django outside a web server: the one place where it is configured."""

from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.db import connections

from purport.core.errors import InputError

__all__ = [
    "RECORDS_APPS",
    "SERVED_APPS",
    "add_database",
    "configure",
    "configure_for",
    "configure_whole",
    "database_options",
    "remove_database",
]

_BUSY_TIMEOUT_S = 30
_OPENINGS = count()
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
_POOL = {"min_size": 1, "max_size": 16, "timeout": _BUSY_TIMEOUT_S}
_IN_MEMORY: dict[str, object] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
RECORDS_APPS = ("purport.store",)
SERVED_APPS = (
    "purport.store.accounts",
    "purport.store.readers",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
)
"""Whose tables a server keeps beside the records."""
_DISTRUST_SCHEMA = "; PRAGMA trusted_schema=OFF"


def configure() -> None:
    """Set Django up, once a process; a program that has done so itself is left alone."""
    if not settings.configured:
        _configure(_IN_MEMORY)


def configure_for(location: Path | str) -> None:
    """Set Django up for one database of records and nothing else, as a worker process needs it.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.

    Raises:
        InputError: The address is not that of a PostgreSQL database.
    """
    _configure(database_options(location, served=True))


def configure_whole() -> None:
    """Set Django up with the tables of a served room too, for whoever copies a whole database."""
    if not settings.configured:
        _configure(_IN_MEMORY, apps=(*RECORDS_APPS, *SERVED_APPS))


def _configure(database: dict[str, object], *, apps: tuple[str, ...] = RECORDS_APPS) -> None:
    settings.configure(
        INSTALLED_APPS=list(apps),
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],  # allauth insists; none runs
        DATABASES={"default": database},
        DATABASE_ROUTERS=[],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        USE_I18N=False,
        LOGGING_CONFIG=None,
    )
    django.setup()


def add_database(location: Path | str, *, whole: bool = False) -> str:
    """Make a database known to Django.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.
        whole: Whether the tables of a served room are written too, see `database_options`.

    Returns:
        An alias under which Django knows this opening of it.

    Raises:
        InputError: The address is not that of a PostgreSQL database.
    """
    options = database_options(location, served=whole and isinstance(location, Path))
    alias = f"opening-{next(_OPENINGS)}"
    connections.settings[alias] = {**connections.settings["default"], **options}
    return alias


def database_options(location: Path | str, *, served: bool = False) -> dict[str, object]:
    """Return Django's settings of a database.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.
        served: Whether a server writes accounts into it too. Their tables check JSON by a function
            that SQLite calls unsafe in a schema that it is told to distrust; and a server keeps
            connections to PostgreSQL for the request that comes next.

    Raises:
        InputError: The address is not that of a PostgreSQL database.
    """
    if isinstance(location, Path):
        return _sqlite(location, served=served)
    return _postgresql(location, served=served)


def remove_database(alias: str) -> None:
    """Close this thread's connection to a database and forget it."""
    connections[alias].close()
    del connections[alias]
    connections.settings.pop(alias)


def _sqlite(path: Path, *, served: bool) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": _BUSY_TIMEOUT_S,
            "init_command": _SQLITE_PRAGMAS + ("" if served else _DISTRUST_SCHEMA),
        },
    }


def _postgresql(address: str, *, served: bool) -> dict[str, object]:
    parts = urlsplit(address)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise InputError(
            "database",
            f"{parts.scheme or address!r} is not the address of a PostgreSQL database",
            remedy="Write it as postgresql://USER@HOST:PORT/NAME, or leave it out for SQLite.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {**dict(parse_qsl(parts.query)), **({"pool": _POOL} if served else {})},
    }
