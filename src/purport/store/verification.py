"""Holding the rows against the custody chain, which names every one of them by digest."""

from collections.abc import Iterator, Mapping
from typing import Any

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, canonical_json
from purport.core.errors import BrokenChainError
from purport.core.records import from_json, to_json
from purport.store.encoding import decode_body
from purport.store.kinds import KINDS, Kind
from purport.store.models import CustodyRow
from purport.vault import row_digest, verify_chain

__all__ = ["verify_records"]

_REMEDY = "Stop working on this copy of the workspace and compare it with a backup."

Named = tuple[str, str, str]
"""Table, key and digest of a row."""


def verify_records(alias: str, case: int) -> int:
    """Recompute the chain and the digest of every row, and hold one against the other.

    Args:
        alias: Under which Django knows the database.
        case: Primary key of the case.

    Returns:
        How many rows were verified.

    Raises:
        BrokenChainError: Names the first event or record that is off.
    """
    events = _load_events(alias, case)
    verify_chain(events)
    rows = {named: row for kind in KINDS for named, row in _load_rows(kind, alias, case)}
    verified = 0
    for event in events:
        for named in _names_of(event):
            row = rows.pop(named, None)
            if row is None:
                raise _broken(named, f"event {event.sequence} names it, but it is not as recorded")
            _verify_row(named, row)
            verified += 1
    if rows:
        raise _broken(next(iter(rows)), "no custody event names it: it was altered or slipped in")
    return verified


def _load_events(alias: str, case: int) -> list[CustodyEvent]:
    events = []
    for row in CustodyRow.objects.using(alias).filter(case_id=case).order_by("sequence"):
        try:
            event = from_json(CustodyEvent, decode_body(row.body))
        except Exception as error:
            raise BrokenChainError(
                f"custody event {row.sequence}", "cannot be read any more", remedy=_REMEDY
            ) from error
        if canonical_json(to_json(event)) != row.body or (event.sequence, event.digest) != (
            row.sequence,
            row.digest,
        ):
            raise BrokenChainError(
                f"custody event {row.sequence}", "its columns were altered", remedy=_REMEDY
            )
        events.append(event)
    return events


def _load_rows(kind: Kind[Any], alias: str, case: int) -> Iterator[tuple[Named, Any]]:
    query = kind.table.objects.using(alias).filter(case_id=case).order_by("pk")
    for row in query.select_related("supersedes"):
        yield (kind.name, row.key, row.digest), row


def _names_of(event: CustodyEvent) -> Iterator[Named]:
    rows = event.details.get("rows", [])
    for table, key, digest in rows:  # type: ignore[union-attr, misc]  # verified by the chain
        yield str(table), str(key), str(digest)


def _verify_row(named: Named, row: Any) -> None:  # noqa: ANN401 - Django ships no types
    table, key, digest = named
    before = None if row.supersedes is None else Digest(row.supersedes.digest)
    computed = row_digest((table, key), row.body, withdrawn=row.withdrawn, supersedes=before)
    if computed != digest:
        raise _broken(named, f"it was altered: its content gives {computed[:12]}")
    columns = _columns(_KIND_OF_TABLE[table], row.body)
    if any(getattr(row, column) != value for column, value in columns.items()):
        raise _broken(named, "it was altered: its columns differ from its content")


def _columns(kind: Kind[Any], body: str) -> Mapping[str, str]:
    return kind.columns(from_json(kind.record, decode_body(body)))


_KIND_OF_TABLE = {kind.name: kind for kind in KINDS}


def _broken(named: Named, fault: str) -> BrokenChainError:
    table, key, digest = named
    return BrokenChainError(f"{table} {key}", f"{fault} (digest {digest[:12]})", remedy=_REMEDY)
