"""Opening a store: configure Django, bring the tables up to date, find the case."""

from collections.abc import Mapping
from pathlib import Path

from purport.store.records import Store

__all__ = ["database_options", "open_store", "serve_records"]


def open_store(location: Path | str, *, case: str = "case", migrate: bool = True) -> Store:
    """Open the records of one case.

    Args:
        location: The file of an SQLite database (made when absent), or a `postgresql://` address.
        case: Key of the case within the database.
        migrate: Whether to make and update tables and the case; False only reads what is there.

    Returns:
        The store; close it when done. It belongs to the thread that opened it.

    Raises:
        InputError: The address is not one of PostgreSQL's; or, without `migrate`, there is no such
            case or its tables are of another version.
        WorkspaceBusyError: Another process kept the database locked.
        StorageFullError: There is no room to make the tables.
        IntegrityError: The file is not a database, or is damaged.
    """
    from purport.store.configuration import configure  # noqa: PLC0415 - Django is slow to import

    configure()
    from purport.store.django_store import open_django_store  # noqa: PLC0415 - needs the line above

    return open_django_store(location, case=case, migrate=migrate)


def database_options(location: Path | str) -> Mapping[str, object]:
    """Return the settings by which Django opens a database, for a server that sets Django up.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.

    Raises:
        InputError: The address is not that of a PostgreSQL database.
    """
    from purport.store import configuration  # noqa: PLC0415 - Django is slow to import

    return configuration.database_options(location, served=True)


def serve_records(location: Path | str) -> None:
    """Set Django up for a database of records alone, in a process that works beside a server.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.

    Raises:
        InputError: The address is not that of a PostgreSQL database.
    """
    from purport.store.configuration import configure_for  # noqa: PLC0415 - Django is slow to import

    configure_for(location)
