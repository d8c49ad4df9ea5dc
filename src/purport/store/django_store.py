"""A store on Django's ORM: SQLite in a workspace, or PostgreSQL."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, Q

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, canonical_json
from purport.core.errors import ConflictError, InputError
from purport.core.records import from_json, to_json
from purport.store.configuration import add_database, remove_database
from purport.store.encoding import decode_body, encode_record
from purport.store.faults import translate_database_faults
from purport.store.kinds import KINDS, Kind, kind_of
from purport.store.listing import list_cases
from purport.store.memo import RecordMemo
from purport.store.migrating import RECORDS_APP, is_up_to_date, migrate_database
from purport.store.models import CaseRow, CustodyRow, RecordRow
from purport.store.paging import (
    LiveRow,
    first_page,
    latest_of_key,
    live_by_key,
    since,
    superseded,
)
from purport.store.reading import ROWS_AT_ONCE, read_records
from purport.store.records import Entry, Later, Outcome, Past, ShelvedCase, Store, Stored
from purport.store.verification import verify_records
from purport.vault import EventDraft, Row, next_event, row_digest

__all__ = ["DjangoStore", "open_django_store"]

RecordT = TypeVar("RecordT")
_FOUND_AT_ONCE = 100
_MOST_AT_ONCE = 5000


def open_django_store(location: Path | str, *, case: str, migrate: bool) -> Store:
    """Open a case; see `purport.store.open_store`."""
    subject = location.name if isinstance(location, Path) else "database"
    alias = add_database(location)
    try:
        with translate_database_faults(subject):
            if migrate:
                migrate_database(alias, apps={RECORDS_APP})
                row, _ = CaseRow.objects.using(alias).get_or_create(key=case)
            else:
                row = _existing_case(alias, case=case, subject=subject)
    except BaseException:
        remove_database(alias)
        raise
    return DjangoStore(alias, row.pk, subject=subject)


def _existing_case(alias: str, *, case: str, subject: str) -> CaseRow:
    if not is_up_to_date(alias):
        raise InputError(
            subject,
            "its tables are of another version of purport",
            remedy="Run any command that writes to the workspace once; it brings them up to date.",
        )
    row: CaseRow | None = CaseRow.objects.using(alias).filter(key=case).first()
    if row is None:
        raise InputError(subject, f"holds no case {case!r}", remedy="Run purport init first.")
    return row


class DjangoStore:
    """The records of one case; see `purport.store.Store` for what each method promises.

    Args:
        alias: Under which Django knows the database.
        case: Primary key of the case.
        subject: What error messages call the database.
        own: Whether the opening is its own and ends with it; False where a server keeps it.
        memo: Keeps the records of rows that were read; None to read all anew each time.
    """

    def __init__(
        self,
        alias: str,
        case: int,
        *,
        subject: str,
        own: bool = True,
        memo: RecordMemo | None = None,
    ) -> None:
        self._alias = alias
        self._case = case
        self._subject = subject
        self._own = own
        self._memo = memo

    def append(self, entries: Sequence[Entry], event: EventDraft) -> int:
        """Store records and the custody event that names them, all or nothing."""
        with translate_database_faults(self._subject), transaction.atomic(using=self._alias):
            CaseRow.objects.using(self._alias).select_for_update().get(pk=self._case)
            named = [named for entry in entries if (named := self._insert(entry)) is not None]
            if named or not entries:
                self._insert_event(event, named)
        return len(named)

    def head(self) -> tuple[int, Digest] | None:
        """Return place and digest of the last custody event; None before the first."""
        with translate_database_faults(self._subject):
            last = self._events().order_by("-sequence").values_list("sequence", "digest").first()
        return None if last is None else (last[0], Digest(last[1]))

    def live(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of a kind, in the order in which their keys first came."""
        return self._live(kind_of(kind))

    def live_briefly(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of a kind without their numbers; see `Store.live_briefly`."""
        return self._live(kind_of(kind), briefly=True)

    def _live(self, stored: Kind[RecordT], *, briefly: bool = False) -> tuple[Stored[RecordT], ...]:
        with translate_database_faults(self._subject):
            shapes = self._rows(stored.table).order_by("pk")
            rows = list(shapes.values_list("pk", "key", "digest", "supersedes_id", "withdrawn"))
            superseded = {before for _, _, _, before, _ in rows}
            live = {
                key: (row, digest)
                for row, key, digest, _, withdrawn in rows
                if row not in superseded and not withdrawn
            }
            in_order = [live.pop(key) for _, key, _, _, _ in rows if key in live]
            records = self._records(stored, [row for row, _ in in_order], briefly=briefly)
        return tuple(Stored(record=records[row], digest=Digest(digest)) for row, digest in in_order)

    def live_of(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of some keys, in the order in which these first came."""
        stored = kind_of(kind)
        with translate_database_faults(self._subject):
            return self._stored(stored, live_by_key(self._rows(stored.table), sorted(keys)))

    def live_about(self, item: Digest) -> tuple[Stored[Outcome], ...]:
        """Return the live outcomes of an item, in the order of their rows."""
        stored = kind_of(Outcome)
        with translate_database_faults(self._subject):
            live = self._rows(stored.table).filter(item=item, successor__isnull=True)
            rows = live.filter(withdrawn=False).order_by("pk").values_list("pk", "digest")
            return self._stored(stored, [LiveRow(row=row, digest=digest) for row, digest in rows])

    def live_page(
        self, kind: type[RecordT], *, skip: int, most: int
    ) -> tuple[tuple[Stored[RecordT], ...], bool]:
        """Return the live records of a page of keys, and whether further keys follow."""
        stored = kind_of(kind)
        with translate_database_faults(self._subject):
            rows, more = first_page(self._rows(stored.table), skip=skip, most=most)
            return self._stored(stored, rows), more

    def later(self, kind: type[RecordT], after: int, holding: str | None) -> Later[RecordT]:
        """Return what was stored of a kind, or of the custody chain, after a row; see `Store`."""
        holds = Q(pk__in=()) if holding is None else Q(body__contains=holding)
        with translate_database_faults(self._subject):
            if kind is CustodyEvent:
                return self._later_events(kind, after, holds)
            stored = kind_of(kind)
            last, fresh, rows = since(self._rows(stored.table), after, holds)
            read = self._records(stored, [row for row, _, held in rows if held])
        return Later(last=last, fresh=fresh, records={key: read.get(row) for row, key, _ in rows})

    def _later_events(self, kind: type[RecordT], after: int, holds: Q) -> Later[RecordT]:
        last = self._events().aggregate(last=Max("pk"))["last"] or 0
        fresh = self._events().filter(pk__gt=after, pk__lte=last)
        rows = list(fresh.filter(holds).order_by("pk").values_list("pk", "sequence"))
        read = self._read(kind, CustodyRow, [row for row, _ in rows])
        records = {str(sequence): read[row] for row, sequence in rows}
        return Later(last=max(last, after), fresh=0, records=records)

    def past(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Past[RecordT], ...]:
        """Return all records that ever had one of some keys, in the order of insertion."""
        stored = kind_of(kind)
        with translate_database_faults(self._subject):
            chosen = self._rows(stored.table).filter(key__in=sorted(keys))
            columns = ("pk", "digest", "supersedes__digest", "withdrawn")
            rows = list(chosen.order_by("pk").values_list(*columns))
            records = self._records(stored, [row for row, _, _, _ in rows])
        return tuple(
            Past(
                record=records[row],
                digest=Digest(digest),
                supersedes=None if before is None else Digest(before),
                withdrawn=withdrawn,
            )
            for row, digest, before, withdrawn in rows
        )

    def rows_named(self, digests: Collection[Digest]) -> tuple[Row, ...]:
        """Return the rows of some digests, table by table, in the order of insertion."""
        wanted = sorted(digests)
        found: list[Row] = []
        with translate_database_faults(self._subject):
            for kind in KINDS:
                for start in range(0, len(wanted), ROWS_AT_ONCE):
                    asked = wanted[start : start + ROWS_AT_ONCE]
                    rows = self._rows(kind.table).filter(digest__in=asked).order_by("pk")
                    found += [_row_of(kind, row) for row in rows.select_related("supersedes")]
        return tuple(found)

    def ever(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return every record of a kind that was ever stored, superseded and withdrawn ones too."""
        stored = kind_of(kind)
        with translate_database_faults(self._subject):
            rows = self._rows(stored.table).filter(withdrawn=False).order_by("pk")
            in_order = list(rows.values_list("pk", "digest"))
            records = self._records(stored, [row for row, _ in in_order])
        return tuple(Stored(record=records[row], digest=Digest(digest)) for row, digest in in_order)

    def outcomes(
        self, outcome_of: tuple[Digest, str], *, version: str, parameters: Digest
    ) -> tuple[Outcome, ...]:
        """Return all that a check ever made of an item, latest first, superseded ones too."""
        item, check = outcome_of
        with translate_database_faults(self._subject):
            rows = list(
                self._rows(kind_of(Outcome).table)
                .filter(item=item, check_name=check, version=version)
                .filter(parameters=parameters, withdrawn=False)
                .order_by("-pk")
            )
        return tuple(from_json(Outcome, decode_body(row.body)) for row in rows)

    def custody(self) -> tuple[CustodyEvent, ...]:
        """Return all custody events, in order."""
        with translate_database_faults(self._subject):
            in_order = list(self._events().order_by("sequence").values_list("pk", flat=True))
            events = self._read(CustodyEvent, CustodyRow, in_order)
        return tuple(events[row] for row in in_order)

    def preserved(self) -> tuple[Digest, ...]:
        """Return the digests of what the custody chain says was preserved, each once, in order."""
        found: dict[Digest, None] = {}
        with translate_database_faults(self._subject):
            for body in self._events().order_by("sequence").values_list("body", flat=True):
                preserved = decode_body(body)["details"].get("bytes", [])
                if isinstance(preserved, list):
                    found.update({Digest(str(digest)): None for digest in preserved})
        return tuple(found)

    def live_containing(
        self, kind: type[RecordT], words: Collection[str] = (), *, skip: int = 0
    ) -> Iterator[Stored[RecordT]]:
        """Give the live records of a kind whose JSON holds some words; see `Store`."""
        stored = kind_of(kind)
        rows = self._rows(stored.table)
        found = rows.filter(withdrawn=False)
        for word in words:
            found = found.filter(_holds(word))
        columns = found.order_by("pk").values_list("pk", "body", "digest")
        last, at_once = 0, _FOUND_AT_ONCE
        with translate_database_faults(self._subject):
            # a cursor of the server's would be quick to begin and slow to end where little is
            # found; whoever goes deep into what is found gets more and more at once
            while some := list(columns.filter(pk__gt=last)[:at_once]):
                gone = superseded(rows, [row for row, _, _ in some])
                live = [(body, digest) for row, body, digest in some if row not in gone]
                for body, digest in live[skip:]:
                    record = from_json(kind, decode_body(body))
                    yield Stored(record=record, digest=Digest(digest))
                last, skip = some[-1][0], max(0, skip - len(live))
                at_once = min(2 * at_once, _MOST_AT_ONCE)

    def tables(self) -> Mapping[str, type]:
        """Return the name of every table with the kind of record that lies in it."""
        return {kind.name: kind.record for kind in KINDS}

    def rows(self) -> Iterator[Row]:
        """Give every row that was ever inserted, table by table, in the order of insertion."""
        for kind in KINDS:
            with translate_database_faults(self._subject):
                rows = list(self._rows(kind.table).order_by("pk").select_related("supersedes"))
            for row in rows:
                yield _row_of(kind, row)

    def verify(self) -> int:
        """Hold every row and event against the custody chain."""
        with translate_database_faults(self._subject):
            return verify_records(self._alias, self._case)

    def neighbours(self) -> tuple[ShelvedCase, ...]:
        """Return all cases of the database, this one too, the one changed last at the top."""
        with translate_database_faults(self._subject):
            return list_cases(self._alias)

    def close(self) -> None:
        """Let go of the database."""
        if self._own:
            remove_database(self._alias)

    def _stored(self, kind: Kind[RecordT], rows: Sequence[LiveRow]) -> tuple[Stored[RecordT], ...]:
        read = self._records(kind, [one.row for one in rows])
        return tuple(Stored(record=read[one.row], digest=Digest(one.digest)) for one in rows)

    def _records(
        self, kind: Kind[RecordT], rows: Sequence[int], *, briefly: bool = False
    ) -> Mapping[int, RecordT]:
        return self._read(kind.record, kind.table, rows, brief=kind.brief if briefly else None)

    def _read(
        self,
        record: type[RecordT],
        table: type[RecordRow | CustodyRow],
        rows: Sequence[int],
        *,
        brief: Callable[[str], Any] | None = None,
    ) -> Mapping[int, RecordT]:
        return read_records(self._alias, record, table, rows, memo=self._memo, brief=brief)

    def _rows(self, table: type[RecordRow]) -> Any:  # noqa: ANN401 - Django ships no types
        return table.objects.using(self._alias).filter(case_id=self._case)

    def _events(self) -> Any:  # noqa: ANN401 - Django ships no types
        return CustodyRow.objects.using(self._alias).filter(case_id=self._case)

    def _insert(self, entry: Entry) -> tuple[str, str, Digest] | None:
        """Insert a row that differs from the live one; return table, key and digest."""
        kind: Kind[Any] = kind_of(type(entry.record))
        key = kind.key(entry.record)
        body = encode_record(entry.record)
        latest = latest_of_key(self._rows(kind.table), key)
        _require_expected(entry, kind.name, latest)
        if _says_the_same(latest, body, withdrawn=entry.withdrawn):
            return None
        digest = row_digest(
            (kind.name, key), body, withdrawn=entry.withdrawn, supersedes=_digest_of(latest)
        )
        kind.table.objects.using(self._alias).create(
            case_id=self._case,
            key=key,
            body=body,
            withdrawn=entry.withdrawn,
            digest=digest,
            supersedes=latest,
            **kind.columns_of(entry.record),
        )
        return kind.name, key, digest

    def _insert_event(
        self, draft: EventDraft, named: Sequence[tuple[str, str, Digest]]
    ) -> CustodyEvent:
        latest = self._events().order_by("-sequence").first()
        previous = None if latest is None else from_json(CustodyEvent, decode_body(latest.body))
        rows = [list(triple) for triple in named]
        details = {**draft.details, "rows": rows} if rows else draft.details
        event = next_event(
            previous,
            EventDraft(
                kind=draft.kind,
                agent=draft.agent,
                tool_version=draft.tool_version,
                occurred_utc=draft.occurred_utc,
                subject=draft.subject,
                details=details,
            ),
        )
        CustodyRow.objects.using(self._alias).create(
            case_id=self._case,
            sequence=event.sequence,
            body=canonical_json(to_json(event)),
            digest=event.digest,
        )
        return event


def _holds(word: str) -> Any:  # noqa: ANN401 - Django ships no types
    """Ask for rows whose JSON holds a word, in capitals or not.

    SQLite, and PostgreSQL with the C locale, know capitals of ASCII alone: others are spelt out.
    """
    if word.isascii():
        return Q(body__icontains=json.dumps(word)[1:-1])
    either = Q()
    for spelling in sorted({word, word.lower(), word.upper(), word.title()}):
        either |= Q(body__contains=json.dumps(spelling, ensure_ascii=False)[1:-1])
    return either


def _require_expected(entry: Entry, called: str, latest: RecordRow | None) -> None:
    if entry.first and latest is not None and not latest.withdrawn:
        raise ConflictError(
            called,
            "somebody else has been here since you looked",
            remedy="Look at what stands there now, and decide again.",
        )
    if entry.replaces is None:
        return
    if latest is None or latest.withdrawn or latest.digest != entry.replaces:
        raise ConflictError(
            called,
            "somebody else has changed or withdrawn it since you looked",
            remedy="Look at what stands there now, and decide again.",
        )


def _says_the_same(latest: RecordRow | None, body: str, *, withdrawn: bool) -> bool:
    if latest is None:
        return withdrawn
    if withdrawn and latest.withdrawn:
        return True
    return bool(latest.body == body and latest.withdrawn == withdrawn)


def _row_of(kind: Kind[Any], row: Any) -> Row:  # noqa: ANN401 - Django ships no types
    return Row(
        table=kind.name,
        key=row.key,
        body=row.body,
        withdrawn=row.withdrawn,
        supersedes=_digest_of(row.supersedes),
        digest=Digest(row.digest),
    )


def _digest_of(row: RecordRow | None) -> Digest | None:
    return None if row is None else Digest(row.digest)
