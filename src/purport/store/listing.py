"""All cases of a database at once, with how much is in each."""

import json
import threading
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Max

from purport.core.digests import Digest
from purport.core.editions import Edition
from purport.store.kinds import kind_of
from purport.store.memo import RecordMemo
from purport.store.models import CaseRow, ClaimRow, CustodyRow, ItemRow, SettingRow
from purport.store.reading import read_records
from purport.store.records import ShelvedCase

__all__ = ["CaseList", "list_cases", "list_editions"]


def list_cases(alias: str) -> tuple[ShelvedCase, ...]:
    """Return the cases of a database, the one changed last at the top.

    Args:
        alias: Under which Django knows the database.
    """
    return CaseList(alias).listed()


class CaseList:
    """The cases of a database; of those that did not change since, what was read before is kept.

    Args:
        alias: Under which Django knows the database.
    """

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._kept: dict[int, tuple[int, ShelvedCase]] = {}
        self._lock = threading.Lock()

    def listed(self, keys: frozenset[str] | None = None) -> tuple[ShelvedCase, ...]:
        """Return the cases, the one changed last at the top.

        Args:
            keys: Which; None for all.
        """
        cases = CaseRow.objects.using(self._alias).order_by("pk")
        if keys is not None:
            cases = cases.filter(key__in=keys)
        rows: Mapping[int, str] = dict(cases.values_list("pk", "key"))
        events = CustodyRow.objects.using(self._alias)
        last = dict(events.values_list("case").annotate(Max("pk")))
        with self._lock:
            kept = {pk: self._kept.get(pk, (0, None)) for pk in rows}
        stale = {pk: rows[pk] for pk in rows if kept[pk][0] != last.get(pk, -1)}
        fresh = {pk: (last.get(pk, -1), case) for pk, case in _read(self._alias, stale).items()}
        with self._lock:
            self._kept.update(fresh)
        told = {pk: fresh[pk][1] if pk in fresh else kept[pk][1] for pk in rows}
        order = sorted(rows, key=lambda pk: (-last.get(pk, 0), pk))
        return tuple(case for pk in order if (case := told[pk]) is not None)


def list_editions(alias: str, memo: RecordMemo) -> Mapping[str, tuple[Edition, ...]]:
    """Return the editions of every case that has any, by key of the case.

    Args:
        alias: Under which Django knows the database.
        memo: Rows that were read before.
    """
    table = kind_of(Edition).table
    rows = list(_live(table, alias).order_by("pk").values_list("pk", "case__key"))
    known = read_records(alias, Edition, table, [pk for pk, _ in rows], memo=memo)
    told: dict[str, list[Edition]] = {}
    for pk, of_case in rows:
        told.setdefault(of_case, []).append(known[pk])
    return {of_case: tuple(editions) for of_case, editions in told.items()}


def _read(alias: str, rows: Mapping[int, str]) -> Mapping[int, ShelvedCase]:
    """Read cases by primary key."""
    names = {
        case: json.loads(body)["value"]
        for case, body in _live(SettingRow, alias)
        .filter(key="name", case__in=rows)
        .values_list("case", "body")
    }
    items, claims = (
        dict(_live(table, alias).filter(case__in=rows).values_list("case").annotate(Count("pk")))
        for table in (ItemRow, ClaimRow)
    )
    heads = _heads(alias, rows)
    return {
        pk: ShelvedCase(
            key=key,
            name=names.get(pk),
            items=items.get(pk, 0),
            claims=claims.get(pk, 0),
            head=heads.get(pk),
        )
        for pk, key in rows.items()
    }


def _heads(alias: str, cases: Collection[int]) -> Mapping[int, tuple[int, Digest]]:
    """Return for each case sequence and digest of its last custody event."""
    events = CustodyRow.objects.using(alias)
    last = events.filter(case__in=cases).values("case").annotate(last=Max("pk")).values("last")
    rows = events.filter(pk__in=last).values_list("case", "sequence", "digest")
    return {case: (sequence, Digest(digest)) for case, sequence, digest in rows}


def _live(table: Any, alias: str) -> Any:  # noqa: ANN401 - Django ships no types
    return table.objects.using(alias).filter(successor__isnull=True, withdrawn=False)
