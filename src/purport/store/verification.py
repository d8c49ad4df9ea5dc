"""Holding the rows against the custody chain, which names every one of them by digest."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

_AT_ONCE = 1000
_LAST = sys.maxsize

Named = tuple[str, str, str]
"""Table, key and digest of a row."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What is verified of a row."""

    key: str
    digest: str
    body: str
    withdrawn: bool
    supersedes: str | None
    own: Mapping[str, str]
    """Its columns by which it is found, as they stand."""


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
    named: dict[Named, int] = {}
    verify_chain(_events(alias, case, named))
    verified = len(named)
    faults: list[tuple[int, BrokenChainError]] = []
    for kind in KINDS:
        for row in _rows(kind, alias, case):
            sequence = named.pop((kind.name, row.key, row.digest), None)
            fault = _fault_of(kind, row, known=sequence is not None)
            if fault is not None:
                faults.append((_LAST if sequence is None else sequence, fault))
    faults.extend(
        (sequence, _broken(one, f"event {sequence} names it, but it is not as recorded"))
        for one, sequence in named.items()
    )
    if faults:
        raise min(faults, key=lambda fault: fault[0])[1]
    return verified


def _events(alias: str, case: int, named: dict[Named, int]) -> Iterator[CustodyEvent]:
    """Read the chain one event after the other; of each, note which rows it names."""
    rows = CustodyRow.objects.using(alias).filter(case_id=case).order_by("sequence")
    columns = rows.values_list("sequence", "body", "digest")
    for sequence, body, digest in columns.iterator(chunk_size=_AT_ONCE):
        try:
            event = from_json(CustodyEvent, decode_body(body))
        except Exception as error:
            raise BrokenChainError(
                f"custody event {sequence}", "cannot be read any more", remedy=_REMEDY
            ) from error
        if canonical_json(to_json(event)) != body or (event.sequence, event.digest) != (
            sequence,
            digest,
        ):
            raise BrokenChainError(
                f"custody event {sequence}", "its columns were altered", remedy=_REMEDY
            )
        yield event
        # from here on the event is known to follow from the one before
        for one in _names_of(event):
            if one in named:
                raise _broken(one, f"event {event.sequence} names it once more")
            named[one] = event.sequence


def _rows(kind: Kind[Any], alias: str, case: int) -> Iterator[_Row]:
    rows = kind.table.objects.using(alias).filter(case_id=case).order_by("pk")
    own = tuple(kind.columns)
    columns = ("key", "digest", "body", "withdrawn", "supersedes__digest", *own)
    for key, digest, body, withdrawn, before, *values in rows.values_list(*columns).iterator(
        chunk_size=_AT_ONCE
    ):
        yield _Row(key, digest, body, withdrawn, before, dict(zip(own, values, strict=True)))


def _names_of(event: CustodyEvent) -> Iterator[Named]:
    rows = event.details.get("rows", [])
    for table, key, digest in rows:  # type: ignore[union-attr, misc]  # verified by the chain
        yield str(table), str(key), str(digest)


def _fault_of(kind: Kind[Any], row: _Row, *, known: bool) -> BrokenChainError | None:
    """Return what is off with a row; None when nothing is."""
    named = (kind.name, row.key, row.digest)
    if not known:
        return _broken(named, "no custody event names it: it was altered or slipped in")
    before = None if row.supersedes is None else Digest(row.supersedes)
    computed = row_digest(
        (kind.name, row.key), row.body, withdrawn=row.withdrawn, supersedes=before
    )
    if computed != row.digest:
        return _broken(named, f"it was altered: its content gives {computed[:12]}")
    if row.own and row.own != _columns(kind, row.body):
        return _broken(named, "it was altered: its columns differ from its content")
    return None


def _columns(kind: Kind[Any], body: str) -> Mapping[str, str]:
    return kind.columns_of(from_json(kind.record, (kind.brief or decode_body)(body)))


def _broken(named: Named, fault: str) -> BrokenChainError:
    table, key, digest = named
    return BrokenChainError(f"{table} {key}", f"{fault} (digest {digest[:12]})", remedy=_REMEDY)
