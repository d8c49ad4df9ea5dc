"""Bringing the tables up to date: the shipped migrations, applied on first use."""

from collections.abc import Collection
from typing import Any

from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

__all__ = ["RECORDS_APP", "is_up_to_date", "migrate_database"]

RECORDS_APP = "purport"
"""Django's label of the application whose tables hold the records."""
_ADVISORY_LOCK = 0x707572706F7274  # "purport"


def is_up_to_date(alias: str) -> bool:
    """Tell whether every shipped migration of the records has been applied, and no other.

    What a server keeps in the same database beside the records (accounts, sessions) is not asked.
    """
    executor = MigrationExecutor(connections[alias])
    shipped = {one for one in executor.loader.graph.nodes if one[0] == RECORDS_APP}
    return {one for one in executor.loader.applied_migrations if one[0] == RECORDS_APP} == shipped


def migrate_database(alias: str, *, apps: Collection[str] | None = None) -> None:
    """Apply the migrations that are missing, one process at a time.

    Args:
        alias: Under which Django knows the database.
        apps: Of which applications; None for all that this process knows.
    """
    connection = connections[alias]
    if connection.vendor != "postgresql":
        _apply(alias, apps)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        try:
            _apply(alias, apps)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_LOCK])


class _WholeExecutor(MigrationExecutor):  # type: ignore[misc]  # Django ships no types
    """Changes the tables and notes that they are changed in one transaction.

    Django notes it in another one: who was killed between them would find tables that are to be
    made and are there, and no later process could open the workspace any more.
    """

    def apply_migration(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - Django's own
        with (
            self.connection.constraint_checks_disabled(),  # SQLite can't do so in a transaction
            transaction.atomic(using=self.connection.alias),
        ):
            return super().apply_migration(*arguments, **options)


def _apply(alias: str, apps: Collection[str] | None) -> None:
    executor = _WholeExecutor(connections[alias])
    leaves = executor.loader.graph.leaf_nodes()
    targets = [leaf for leaf in leaves if apps is None or leaf[0] in apps]
    if executor.migration_plan(targets):
        executor.migrate(targets)
