"""Databases for the store's contract: SQLite, and a private PostgreSQL cluster."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from purport.store import Store, open_store


def _server_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not versions:
        pytest.fail("PostgreSQL is not installed; run scripts/install-test-packages")
    return versions[-1]


def _as_postgres(*command: str | Path) -> None:
    subprocess.run(
        ["runuser", "-u", "postgres", "--", *map(str, command)],
        check=True,
        capture_output=True,
        cwd="/",
    )


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """Start a cluster of our own on a Unix socket; nothing listens on the network."""
    programs = _server_programs()
    folder = Path(tempfile.mkdtemp(prefix="purport-postgres-"))
    shutil.chown(folder, "postgres")
    data = folder / "data"
    try:
        _as_postgres(programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = programs / "pg_ctl"
        _as_postgres(control, "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _as_postgres(control, "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder)


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
