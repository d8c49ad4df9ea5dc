"""What lies in a sealed bag, parsed; whatever cannot be read becomes a fault of the bag."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, canonical_json
from purport.core.records import from_json
from purport.seals.bags import CheckedBag
from purport.seals.layout import CUSTODY_FILE, RECORDS, STATEMENT_FILE
from purport.seals.records import FaultKind, SealStatement
from purport.vault import Row

__all__ = ["read_custody", "read_events", "read_rows", "read_statement", "write_row"]

RecordT = TypeVar("RecordT")
_LONGEST_LINE_BYTES = 256 << 20
_ENDING = ".jsonl"


def read_statement(bag: CheckedBag) -> SealStatement | None:
    """Return what the sealer says; None when it is absent or cannot be read, which is a fault."""
    content = bag.read(STATEMENT_FILE)
    if content is None:
        bag.blame(FaultKind.MISSING, STATEMENT_FILE, "is missing: nothing says what was sealed")
        return None
    try:
        value = json.loads(content)
        canonical_json(value).encode()  # fails of half a letter, which nobody could print
        return from_json(SealStatement, value)
    except Exception as error:  # noqa: BLE001 - a stranger's file may be anything
        bag.blame(FaultKind.STATEMENT, STATEMENT_FILE, f"cannot be read: {_short(error)}")
        return None


def read_custody(bag: CheckedBag) -> tuple[CustodyEvent, ...]:
    """Return the custody chain as far as it can be read."""
    if CUSTODY_FILE not in bag.files:
        bag.blame(FaultKind.MISSING, CUSTODY_FILE, "is missing: nothing says who did what when")
        return ()
    return read_events(bag, CUSTODY_FILE)


def read_events(bag: CheckedBag, path: str) -> tuple[CustodyEvent, ...]:
    """Return the events of a file as far as they can be read."""
    return tuple(
        event
        for number, value in _lines(bag, path)
        if (event := _parsed(bag, CustodyEvent, value, f"{path}, line {number}")) is not None
    )


def read_rows(bag: CheckedBag) -> tuple[Row, ...]:
    """Return every row of every table, in the order of the files, as far as they can be read."""
    rows = []
    for path in sorted(path for path in bag.files if path.startswith(RECORDS)):
        if not path.endswith(_ENDING):
            bag.blame(FaultKind.EXTRA, path, "is no table of records")
            continue
        table = path.removeprefix(RECORDS).removesuffix(_ENDING)
        for number, value in _lines(bag, path):
            row = _row(table, value)
            if row is None:
                bag.blame(FaultKind.RECORD, f"{path}, line {number}", "is no row of a table")
            else:
                rows.append(row)
    return tuple(rows)


def write_row(row: Row) -> str:
    """Write a row as a line; `read_rows` gives it back."""
    head = canonical_json(
        {
            "digest": row.digest,
            "key": row.key,
            "supersedes": row.supersedes,
            "withdrawn": row.withdrawn,
        }
    )
    return f'{head[:-1]},"record":{row.body}}}\n'


def _row(table: str, value: Any) -> Row | None:  # noqa: ANN401 - border: any JSON
    try:
        supersedes = value["supersedes"]
        return Row(
            table=table,
            key=str(value["key"]),
            body=canonical_json(value["record"]),
            withdrawn=bool(value["withdrawn"]),
            supersedes=None if supersedes is None else Digest(str(supersedes)),
            digest=Digest(str(value["digest"])),
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _lines(bag: CheckedBag, path: str) -> Iterator[tuple[int, Any]]:
    with bag.open(path) as stream:
        number = 0
        while line := stream.readline(_LONGEST_LINE_BYTES):
            number += 1
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                subject = f"{path}, line {number}"
                bag.blame(FaultKind.RECORD, subject, f"is no JSON: {_short(error)}")


def _parsed(bag: CheckedBag, kind: type[RecordT], value: object, subject: str) -> RecordT | None:
    try:
        return from_json(kind, value)
    except Exception as error:  # noqa: BLE001 - a stranger's file may be anything
        bag.blame(FaultKind.CUSTODY, subject, f"cannot be read: {_short(error)}")
        return None


def _short(error: Exception) -> str:
    return f"{type(error).__name__} {str(error)[:100]}".strip()
