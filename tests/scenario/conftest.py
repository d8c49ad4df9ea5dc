"""What several scenarios need."""

from uuid import uuid4

import pytest


@pytest.fixture
def database(postgres_address: str) -> str:
    """An empty database of the cluster."""
    import psycopg  # noqa: PLC0415 - an extra

    name = f"scenario_{uuid4().hex}"
    with psycopg.connect(postgres_address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload, unused-ignore]
    return postgres_address.replace("/postgres?", f"/{name}?")
