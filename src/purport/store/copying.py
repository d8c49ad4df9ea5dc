"""A whole database copied into another, of whatever make, and compared row by row.

Invariants: the source is only read; primary keys stay; records are written in order and never
twice, so that a copy that was broken off is gone on with; what a served room keeps beside the
records may change, so all of it is written in one transaction, anew each time.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from purport.core.digests import Digest, JsonValue, canonical_json, digest_bytes
from purport.core.errors import ConsistencyError, InputError, IntegrityError
from purport.core.instants import format_utc
from purport.store.configuration import add_database, remove_database
from purport.store.faults import translate_database_faults
from purport.store.listing import list_cases
from purport.store.migrating import RECORDS_APP, migrate_database
from purport.store.models import CaseRow, CustodyRow, RecordRow
from purport.store.records import CopiedDatabase, CopiedTable
from purport.store.verification import verify_records

__all__ = ["copy_tables", "has_tables"]

Model = Any
"""A class of Django's, which ships no types."""
Tell = Callable[[str, int, int], None]
_ROWS = 1000


def copy_tables(source: Path | str, target: Path | str, *, tell: Tell) -> CopiedDatabase:
    """Copy a database; see `purport.store.copy_database`."""
    with _opened(source, "source") as origin, _opened(target, "target") as copy:
        installed = _installed_apps(origin)
        migrate_database(copy, apps=installed)
        models = [
            model
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label in installed and not model._meta.proxy  # noqa: SLF001 - Django's own way
        ]
        recorded = [model for model in models if _is_recorded(model)]
        for model in recorded:
            _append_missing(model, origin, copy, tell)
        _write_rest([model for model in models if not _is_recorded(model)], origin, copy, tell)
        _go_on_counting(models, copy)
        return _compared(models, origin, copy, tell)


def has_tables(location: Path | str) -> bool:
    """Tell whether there is any table; see `purport.store.is_empty_database`."""
    with _opened(location, "target") as alias:
        return bool(connections[alias].introspection.table_names())


@contextmanager
def _opened(location: Path | str, subject: str) -> Iterator[str]:
    alias = add_database(location, whole=True)
    try:
        with translate_database_faults(f"{subject} database"):
            yield alias
    finally:
        remove_database(alias)


def _installed_apps(alias: str) -> frozenset[str]:
    """Return the applications whose tables a database has, all of them up to date.

    Raises:
        InputError: One is of another version.
        ConsistencyError: One is not known to this process.
    """
    executor = MigrationExecutor(connections[alias])
    applied = set(executor.loader.applied_migrations)
    shipped = set(executor.loader.graph.nodes)
    installed = frozenset(app for app, _ in applied)
    if unknown := installed - {app for app, _ in shipped}:
        raise ConsistencyError(
            "source database",
            f"has tables of {', '.join(sorted(unknown))}, which this process does not know",
            remedy="Copy it by the command purport copy.",
        )
    behind = {app for app, _ in shipped.symmetric_difference(applied) if app in installed}
    if behind or RECORDS_APP not in installed:
        raise InputError(
            "source database",
            "its tables are of another version of purport",
            remedy="Run any command that writes to the workspace once, or serve it when it is "
            "served; that brings them up to date.",
        )
    return installed


def _is_recorded(model: Model) -> bool:
    """Tell whether a table's rows are never changed."""
    return issubclass(model, RecordRow) or model in {CaseRow, CustodyRow}


def _append_missing(model: Model, origin: str, copy: str, tell: Tell) -> None:
    """Copy the rows of a table that the copy does not have, in the order of insertion."""
    name, total = model._meta.db_table, model.objects.using(origin).count()  # noqa: SLF001 - as above
    mark = "key" if model is CaseRow else "digest"
    done = 0
    there = model.objects.using(copy).order_by("pk").values_list("pk", mark)
    here = model.objects.using(origin).order_by("pk").values_list("pk", mark)
    last = 0
    for known, expected in zip(there.iterator(), here.iterator(), strict=False):
        if known != expected:
            raise _something_else(f"a row of {name} is not of this workspace")
        done, last = done + 1, known[0]
    if there.count() != done:
        raise _something_else(f"{name} has more rows than the workspace")
    rows = model.objects.using(origin).order_by("pk").filter(pk__gt=last)
    for some in _by_thousands(rows.iterator(chunk_size=_ROWS)):
        with transaction.atomic(using=copy):
            _create(model, some, copy)
        done += len(some)
        tell(name, done, total)


def _write_rest(models: Sequence[Model], origin: str, copy: str, tell: Tell) -> None:
    """Copy the tables whose rows may change, in one transaction: all of it or nothing."""
    with transaction.atomic(using=copy), _unchecked(copy):
        for model in models:
            model._base_manager.using(copy).all()._raw_delete(copy)  # noqa: SLF001 - no cascades
        for model in models:
            name = model._meta.db_table  # noqa: SLF001 - as above
            rows = model._base_manager.using(origin).order_by("pk")  # noqa: SLF001 - as above
            total, done = rows.count(), 0
            for some in _by_thousands(rows.iterator(chunk_size=_ROWS)):
                _create(model, some, copy)
                done += len(some)
                tell(name, done, total)


@contextmanager
def _unchecked(alias: str) -> Iterator[None]:
    """Let rows name rows that come later; both makes check at the end of the transaction."""
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        else:
            cursor.execute("PRAGMA defer_foreign_keys = ON")
    yield


def _create(model: Model, rows: Sequence[Any], alias: str) -> None:
    fields = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - as above
    fresh = [model(**{name: getattr(row, name) for name in fields}) for row in rows]
    model._base_manager.using(alias).bulk_create(fresh)  # noqa: SLF001 - as above


def _by_thousands(rows: Iterator[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == _ROWS:
            yield some
            some = []
    if some:
        yield some


def _go_on_counting(models: Sequence[Model], alias: str) -> None:
    """Let new rows get the numbers after those that were copied; SQLite does so by itself."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def _compared(models: Sequence[Model], origin: str, copy: str, tell: Tell) -> CopiedDatabase:
    tables = []
    for number, model in enumerate(models):
        name = model._meta.db_table  # noqa: SLF001 - as above
        tell("comparing", number, len(models))
        one, other = _digest_of(model, origin), _digest_of(model, copy)
        if one != other:
            raise IntegrityError(
                name,
                f"the copy has {other.rows} rows of digest {other.digest[:12]}, the source "
                f"{one.rows} of {one.digest[:12]}",
                remedy="Is somebody else writing to one of the databases? Copy anew.",
            )
        tables.append(one)
    for pk in CaseRow.objects.using(copy).order_by("pk").values_list("pk", flat=True):
        verify_records(copy, pk)
    cases = list_cases(copy)
    return CopiedDatabase(tables=tuple(sorted(tables, key=lambda one: one.name)), cases=cases)


def _digest_of(model: Model, alias: str) -> CopiedTable:
    """Digest a table in an order that does not depend on how a database sorts text."""
    fields = [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - as above
    rows = model._base_manager.using(alias).values_list(*fields)  # noqa: SLF001 - as above
    digests = sorted(
        hashlib.sha256(canonical_json([_as_json(value) for value in row]).encode()).digest()
        for row in rows.iterator(chunk_size=_ROWS)
    )
    return CopiedTable(
        name=model._meta.db_table,  # noqa: SLF001 - as above
        rows=len(digests),
        digest=Digest(digest_bytes(b"".join(digests))),
    )


def _as_json(value: object) -> JsonValue:
    if isinstance(value, datetime):
        return format_utc(value.astimezone(UTC))
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    raise ConsistencyError(
        "a table", f"holds a {type(value).__name__}", remedy="Report this bug of purport copy."
    )


def _something_else(why: str) -> InputError:
    return InputError(
        "target database",
        f"holds something else ({why})",
        remedy="Name an empty database, or the same target as before to go on with a copy.",
    )
