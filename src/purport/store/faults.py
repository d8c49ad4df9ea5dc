"""What a database reports, in our own words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError

from purport.core.errors import (
    IntegrityError,
    PurportError,
    StorageFullError,
    UnavailableError,
    WorkspaceBusyError,
)

__all__ = ["translate_database_faults"]

_FULL = re.compile(r"disk is full|no space left|disk full", re.IGNORECASE)
_FULL_CODES = frozenset({"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE"})
"""SQLite says "disk full" only for ENOSPC on the main file; a write or the growth of its index of
the log that is refused (quota, limit on file size) is an input or output error to it."""
_IO = re.compile(r"disk I/O error|unable to open database file|readonly database", re.IGNORECASE)
_BUSY = re.compile(r"is locked|lock timeout", re.IGNORECASE)
_DAMAGED = re.compile(r"malformed|not a database", re.IGNORECASE)


@contextmanager
def translate_database_faults(subject: str) -> Iterator[None]:
    """Turn the operational faults of SQLite and PostgreSQL into our errors.

    Args:
        subject: What to call the database.

    Raises:
        StorageFullError: The disk or quota is full.
        WorkspaceBusyError: Another process keeps it locked.
        IntegrityError: It is damaged, or no database.
        UnavailableError: It cannot be reached, read or written.
    """
    try:
        yield
    except DatabaseError as error:
        translated = _translate(subject, error)
        if translated is None:
            raise
        raise translated from error


def _translate(subject: str, error: DatabaseError) -> PurportError | None:
    message = " ".join(str(error).split())
    code = getattr(error.__cause__, "sqlite_errorname", None)
    if _FULL.search(message) or code in _FULL_CODES:
        return StorageFullError(
            subject,
            f"the database cannot grow: the disk or quota is full ({message})",
            remedy="Free disk space or quota, then run the command again; "
            "what was stored before is whole.",
        )
    if _BUSY.search(message):
        return WorkspaceBusyError(
            subject,
            "another process keeps the database locked",
            remedy="Wait until it has finished, then run the command again.",
        )
    if _DAMAGED.search(message):
        return IntegrityError(
            subject,
            f"the database is damaged ({message})",
            remedy="Restore the file from a backup; the preserved bytes in the vault are apart.",
        )
    if _IO.search(message) or isinstance(error, OperationalError):
        return UnavailableError(
            subject,
            f"the database cannot be used ({message})",
            remedy="Check that the disk has room, that you may write there, "
            "and that the server, if any, is running.",
        )
    return None
