import sqlite3
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError

from purport.core.errors import (
    IntegrityError,
    StorageFullError,
    UnavailableError,
    WorkspaceBusyError,
)
from purport.store import open_store
from purport.store.faults import translate_database_faults


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("database or disk is full", StorageFullError),
        ('could not extend file "base/1": No space left on device', StorageFullError),
        ("database is locked", WorkspaceBusyError),
        ("canceling statement due to lock timeout", WorkspaceBusyError),
        ("database disk image is malformed", IntegrityError),
        ("file is not a database", IntegrityError),
        ("disk I/O error", UnavailableError),
        ("attempt to write a readonly database", UnavailableError),
        ("connection to server failed", UnavailableError),
    ],
)
def test_faults_of_databases_are_told_in_our_words(message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="cases: ") as caught, translate_database_faults("cases"):
        raise OperationalError(message)
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, DatabaseError)


@pytest.mark.parametrize("code", ["SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_WRITE"])
def test_refused_growth_is_a_full_disk(code: str) -> None:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorname = code
    with pytest.raises(StorageFullError), translate_database_faults("cases"):
        raise OperationalError("disk I/O error") from cause


def test_our_own_mistakes_are_passed_on() -> None:
    with pytest.raises(ProgrammingError), translate_database_faults("cases"):
        raise ProgrammingError("no such column")


def test_file_that_is_no_database_is_an_integrity_error(tmp_path: Path) -> None:
    path = tmp_path / "purport.sqlite3"
    path.write_bytes(b"this is not a database " * 100)
    with pytest.raises(IntegrityError, match=r"purport\.sqlite3: the database is damaged"):
        open_store(path)
