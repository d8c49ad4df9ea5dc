"""All cases of a database at once, with how much is in each."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max

from purport.core.digests import Digest
from purport.store.models import CaseRow, ClaimRow, CustodyRow, ItemRow, SettingRow
from purport.store.records import ShelvedCase

__all__ = ["list_cases"]


def list_cases(alias: str, keys: frozenset[str] | None = None) -> tuple[ShelvedCase, ...]:
    """Return the cases of a database, the one changed last at the top.

    Args:
        alias: Under which Django knows the database.
        keys: Which; None for all.
    """
    cases = CaseRow.objects.using(alias).order_by("pk")
    if keys is not None:
        cases = cases.filter(key__in=keys)
    rows: Mapping[int, str] = dict(cases.values_list("pk", "key"))
    names = {
        case: json.loads(body)["value"]
        for case, body in _live(SettingRow, alias)
        .filter(key="name", case__in=cases)
        .values_list("case", "body")
    }
    items, claims = (
        dict(_live(table, alias).filter(case__in=cases).values_list("case").annotate(Count("pk")))
        for table in (ItemRow, ClaimRow)
    )
    heads = _heads(alias, cases)
    listed = [
        ShelvedCase(
            key=key,
            name=names.get(pk),
            items=items.get(pk, 0),
            claims=claims.get(pk, 0),
            head=heads[pk][1:] if pk in heads else None,
        )
        for pk, key in rows.items()
    ]
    changed = {rows[pk]: event for pk, (event, _, _) in heads.items()}
    return tuple(sorted(listed, key=lambda case: -changed.get(case.key, 0)))


def _live(table: Any, alias: str) -> Any:  # noqa: ANN401 - Django ships no types
    return table.objects.using(alias).filter(successor__isnull=True, withdrawn=False)


def _heads(alias: str, cases: Any) -> Mapping[int, tuple[int, int, Digest]]:  # noqa: ANN401
    """Return for each case row number, sequence and digest of its last custody event."""
    events = CustodyRow.objects.using(alias)
    last = events.filter(case__in=cases).values("case").annotate(last=Max("pk")).values("last")
    rows = events.filter(pk__in=last).values_list("case", "pk", "sequence", "digest")
    return {case: (pk, sequence, Digest(digest)) for case, pk, sequence, digest in rows}
