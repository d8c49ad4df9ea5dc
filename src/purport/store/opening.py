"""Opening a store: configure Django, bring the tables up to date, find the case."""

from collections.abc import Callable, Mapping
from pathlib import Path

from purport.store.records import CopiedDatabase, Store

__all__ = [
    "copy_database",
    "database_options",
    "is_empty_database",
    "open_store",
    "serve_records",
]


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


def is_empty_database(location: Path | str) -> bool:
    """Tell whether there are no tables at all, of ours or of others.

    Args:
        location: The file of an SQLite database, or a `postgresql://` address.
    """
    if isinstance(location, Path) and not location.exists():
        return True
    from purport.store.configuration import configure_whole  # noqa: PLC0415 - Django is slow to import

    configure_whole()
    from purport.store.copying import has_tables  # noqa: PLC0415 - needs the line above

    return not has_tables(location)


def copy_database(
    source: Path | str,
    target: Path | str,
    *,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> CopiedDatabase:
    """Copy every table of a database, a served room's too, and compare the copy row by row.

    A copy that was broken off is gone on with. Both databases must be left alone by others.

    Args:
        source: The file of an SQLite database, or a `postgresql://` address; only read.
        target: Where to, empty at first (see `is_empty_database`); tables are made.
        tell: Is told the name of each table with rows copied and rows in all.

    Returns:
        Rows and digest of every table, equal in both.

    Raises:
        InputError: The source is of another version, or the target holds something else.
        BrokenChainError: A record or event of the copy is off; so it was in the source.
        IntegrityError: The copy differs.
    """
    from purport.store.configuration import configure_whole  # noqa: PLC0415 - Django is slow to import

    configure_whole()
    from purport.store.copying import copy_tables  # noqa: PLC0415 - needs the line above

    return copy_tables(source, target, tell=tell)
