"""Live rows by their keys, by page, and those inserted since: without a look at all the others.

Of a case of a hundred thousand items every question that goes over all rows takes longer than
somebody waits for a page. The first row of a key is found by the partial index that keeps it the
only one, and what supersedes a row by the index that keeps that the only one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Max, Q, Value, When

from purport.store.reading import ROWS_AT_ONCE

__all__ = ["LiveRow", "first_page", "latest_of_key", "live_by_key", "since", "superseded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRow:
    """A live row, its record not read yet."""

    row: int
    """Primary key."""
    digest: str
    """Digest of the row."""


_COLUMNS = ("pk", "digest", "withdrawn")


def live_by_key(rows: Any, keys: Sequence[str]) -> list[LiveRow]:  # noqa: ANN401 - a query set
    """Return the live rows of some keys, in the order in which the keys first came.

    Args:
        rows: All rows of the kind, as a query.
        keys: Which; of those that never were or are withdrawn, nothing is returned.
    """
    firsts: list[tuple[int, str, bool]] = []
    for start in range(0, len(keys), ROWS_AT_ONCE):
        asked = rows.filter(supersedes__isnull=True, key__in=keys[start : start + ROWS_AT_ONCE])
        firsts += asked.values_list(*_COLUMNS)
    return _live(rows, sorted(firsts))


def latest_of_key(rows: Any, key: str) -> Any | None:  # noqa: ANN401 - a query set, and a row
    """Return the row of a key that nothing supersedes, withdrawn or not; None when there is none.

    Args:
        rows: All rows of the kind, as a query.
        key: Which.
    """
    latest = rows.filter(supersedes__isnull=True, key=key).first()
    while latest is not None:
        later = rows.model.objects.using(rows.db).filter(supersedes=latest.pk).first()
        if later is None:
            break
        latest = later
    return latest


def first_page(rows: Any, *, skip: int, most: int) -> tuple[list[LiveRow], bool]:  # noqa: ANN401
    """Return the live rows of a page of keys, in the order in which the keys first came.

    Args:
        rows: All rows of the kind, as a query.
        skip: How many keys are left out.
        most: How many keys the page has; it has fewer rows where some are withdrawn.

    Returns:
        The rows, and whether further keys follow.
    """
    firsts = rows.filter(supersedes__isnull=True).order_by("pk").values_list(*_COLUMNS)
    page = list(firsts[skip : skip + most + 1])
    return _live(rows, page[:most]), len(page) > most


def since(rows: Any, after: int, holds: Any) -> tuple[int, int, list[tuple[int, str, bool]]]:  # noqa: ANN401
    """Return what changed after a row, as far as it bears on records that hold something.

    Args:
        rows: All rows of the kind, as a query.
        after: Primary key of the last row known; 0 for none.
        holds: Asks for the rows that hold it.

    Returns:
        Primary key of the last row; how many keys came first since; and primary key, key and
        whether it is live and holds it, of each row that holds it or supersedes another.
    """
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    if last <= after:
        return after, 0, []
    fresh = rows.filter(pk__gt=after, pk__lte=last)
    new = fresh.filter(supersedes__isnull=True).count()
    bearing = fresh.filter(holds | Q(supersedes__isnull=False)).order_by("pk")
    told = bearing.annotate(
        held=Case(When(holds & Q(withdrawn=False), then=Value(True)), default=Value(False))
    )
    return last, new, list(told.values_list("pk", "key", "held"))


def superseded(rows: Any, some: Sequence[int]) -> frozenset[int]:  # noqa: ANN401 - a query set
    """Return which of some rows another one supersedes.

    Args:
        rows: All rows of the kind, as a query.
        some: Primary keys.
    """
    return frozenset(before for before, *_ in _successors(rows, some, "pk"))


def _live(rows: Any, firsts: Sequence[tuple[int, str, bool]]) -> list[LiveRow]:  # noqa: ANN401
    """Follow each first row to the one that nothing supersedes; leave out the withdrawn."""
    ends: dict[int, tuple[int, str, bool]] = {first[0]: first for first in firsts}
    leading = {first[0]: first[0] for first in firsts}
    while leading:
        later: dict[int, int] = {}
        for before, *row in _successors(rows, list(leading), *_COLUMNS):
            ends[leading[before]] = (row[0], row[1], row[2])
            later[row[0]] = leading[before]
        leading = later
    return [
        LiveRow(row=row, digest=digest)
        for row, digest, withdrawn in (ends[first[0]] for first in firsts)
        if not withdrawn
    ]


def _successors(rows: Any, some: Sequence[int], *columns: str) -> Iterator[Any]:  # noqa: ANN401
    """Give which row each that supersedes one of some supersedes, and columns of it."""
    table = rows.model.objects.using(rows.db)
    for start in range(0, len(some), ROWS_AT_ONCE):
        found = table.filter(supersedes__in=some[start : start + ROWS_AT_ONCE])
        yield from found.values_list("supersedes_id", *columns)
