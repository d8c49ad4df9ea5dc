"""What events, notices and deliveries promise, on SQLite and on PostgreSQL."""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

LAWS = Path(__file__).with_name("notices_laws.py")
NAMES = [
    one.name
    for one in ast.parse(LAWS.read_text(encoding="utf-8")).body
    if isinstance(one, ast.FunctionDef) and one.name.startswith("law_")
]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("own", marks=pytest.mark.postgres)])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str]:
    """What broke each law; nothing where it held."""
    folder = tmp_path_factory.mktemp("notices")
    command = [sys.executable, "-P", str(LAWS), str(folder)]
    if request.param == "own":
        command.append(_own_database(request.getfixturevalue("postgres_address")))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: Mapping[str, str] = json.loads(ran.stdout)
    return found


def _own_database(address: str) -> str:
    """Make a database beside those of other tests; return its address."""
    import psycopg  # noqa: PLC0415 - of this one test

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS notices")
        connection.execute("CREATE DATABASE notices")
    return address.replace("/postgres?", "/notices?")


@pytest.mark.parametrize("name", NAMES)
def test_the_law_holds(told: Mapping[str, str], name: str) -> None:
    assert told[name] == ""


def test_there_are_laws() -> None:
    assert len(NAMES) > 15
