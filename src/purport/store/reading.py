"""Rows read as the records that they hold, those read before from the memo."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from purport.core.records import from_json
from purport.store.encoding import decode_body
from purport.store.memo import RecordMemo
from purport.store.models import CustodyRow, RecordRow

__all__ = ["ROWS_AT_ONCE", "read_records"]

RecordT = TypeVar("RecordT")
_BRIEF = 2000
"""About how many characters a record without its numbers takes."""
ROWS_AT_ONCE = 500
"""SQLite takes 32,766 values in a statement, older builds 999."""


def read_records(
    alias: str,
    record: type[RecordT],
    table: type[RecordRow | CustodyRow],
    rows: Sequence[int],
    *,
    memo: RecordMemo | None,
    brief: Callable[[str], Any] | None = None,
) -> Mapping[int, RecordT]:
    """Return the records of rows by primary key.

    Args:
        alias: Under which Django knows the database.
        record: What the rows hold.
        table: Where they lie.
        rows: Their primary keys.
        memo: Rows that were read before; None to keep none.
        brief: Reads a row's JSON without what takes room in it; None to read all of it.
    """
    name = table._meta.db_table  # noqa: SLF001 - Django's own way
    called = f"{alias} {name}{' briefly' if brief else ''}"
    known: dict[int, RecordT] = {}
    if memo is not None:
        kept = ((row, memo.get(called, row)) for row in rows)
        known = {row: one for row, one in kept if one is not None}
    missing = [row for row in rows if row not in known]
    for first in range(0, len(missing), ROWS_AT_ONCE):
        some = missing[first : first + ROWS_AT_ONCE]
        wanted = table.objects.using(alias).filter(pk__in=some)
        for row, body in wanted.values_list("pk", "body"):
            known[row] = from_json(record, (brief or decode_body)(body))
            if memo is not None:
                length = min(len(body), _BRIEF) if brief else len(body)
                memo.keep(called, row, known[row], length)
    return known
