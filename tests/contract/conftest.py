"""Databases for the store's contract: SQLite, and a private PostgreSQL cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from purport.store import Store, open_store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a store lies: every test of the contract runs on each."""
    if request.param == "sqlite":
        return tmp_path / "purport.sqlite3"
    return str(request.getfixturevalue("postgres_address"))


@pytest.fixture
def store(database: Path | str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty case of its own."""
    opened = open_store(database, case=request.node.name)
    yield opened
    opened.close()
