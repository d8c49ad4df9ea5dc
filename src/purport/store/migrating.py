"""Bringing the tables up to date: the shipped migrations, applied on first use."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

__all__ = ["is_up_to_date", "migrate_database"]

_ADVISORY_LOCK = 0x707572706F7274  # "purport"


def is_up_to_date(alias: str) -> bool:
    """Tell whether every shipped migration has been applied, and no other.

    What a server keeps in the same database beside the records (accounts, sessions) is not asked.
    """
    executor = MigrationExecutor(connections[alias])
    shipped = set(executor.loader.graph.nodes)
    apps = {app for app, _ in shipped}
    return {one for one in executor.loader.applied_migrations if one[0] in apps} == shipped


def migrate_database(alias: str) -> None:
    """Apply the migrations that are missing, one process at a time."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        _apply(alias)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        try:
            _apply(alias)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])


def _apply(alias: str) -> None:
    executor = MigrationExecutor(connections[alias])
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)
