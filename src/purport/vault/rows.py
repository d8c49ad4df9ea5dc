"""Rows of records as the custody chain names them: table, key and digest of all that a row says.

Invariants: a row is never changed; of the rows with one key, the one that no other supersedes is
live, unless it says that the record no longer holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from purport.core.digests import Digest, digest_bytes, digest_json

__all__ = ["Row", "live_rows", "row_digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table of records."""

    table: str
    """Its table."""
    key: str
    """What tells the table's records apart."""
    body: str
    """The record as canonical JSON."""
    withdrawn: bool
    """Whether it says that the record no longer holds."""
    supersedes: Digest | None
    """Digest of the row that it replaces; None for a first one."""
    digest: Digest
    """As recorded."""


def row_digest(
    name: tuple[str, str], body: str, *, withdrawn: bool, supersedes: Digest | None
) -> Digest:
    """Digest all that a row says.

    Args:
        name: Its table and key.
        body: Its record as canonical JSON.
        withdrawn: Whether it says that the record no longer holds.
        supersedes: Digest of the row that it replaces; None for a first one.
    """
    return digest_json([*name, digest_bytes(body.encode()), withdrawn, supersedes])


def live_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows that hold, in the order in which their keys first came."""
    latest: dict[tuple[str, str], Row] = {}
    for row in rows:
        latest[row.table, row.key] = row
    return tuple(row for row in latest.values() if not row.withdrawn)
