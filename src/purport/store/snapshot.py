"""A store whose every kind is read once, for whoever puts a whole case together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest
from purport.store.records import Entry, Later, Outcome, Past, ShelvedCase, Store, Stored
from purport.vault import EventDraft, Row

__all__ = ["read_once"]

RecordT = TypeVar("RecordT")


def read_once(store: Store, *, briefly: bool = False) -> Store:
    """Return the same records, each kind read when it is first asked for and then kept.

    What is stored meanwhile by others may be seen in kinds that were not read yet: compare `head`
    before and after where that matters. What is stored through it is seen.

    Args:
        store: Where it is read from.
        briefly: Whether findings come without their numbers, see `Store.live_briefly`.
    """
    return _ReadOnce(store, briefly=briefly)


class _ReadOnce:
    def __init__(self, store: Store, *, briefly: bool) -> None:
        self._store = store
        self._briefly = briefly
        self._kept: dict[type, tuple[Any, ...]] = {}

    def append(self, entries: Sequence[Entry], event: EventDraft) -> int:
        self._kept.clear()
        return self._store.append(entries, event)

    def head(self) -> tuple[int, Digest] | None:
        return self._store.head()

    def live(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        if kind not in self._kept:
            read = self._store.live_briefly if self._briefly else self._store.live
            self._kept[kind] = read(kind)
        return self._kept[kind]

    def live_briefly(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        return self._store.live_briefly(kind)

    def live_of(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Stored[RecordT], ...]:
        return self._store.live_of(kind, keys)

    def live_about(self, item: Digest) -> tuple[Stored[Outcome], ...]:
        return self._store.live_about(item)

    def live_page(
        self, kind: type[RecordT], *, skip: int, most: int
    ) -> tuple[tuple[Stored[RecordT], ...], bool]:
        return self._store.live_page(kind, skip=skip, most=most)

    def later(self, kind: type[RecordT], after: int, holding: str | None) -> Later[RecordT]:
        return self._store.later(kind, after, holding)

    def outcomes(
        self, outcome_of: tuple[Digest, str], *, version: str, parameters: Digest
    ) -> tuple[Outcome, ...]:
        return self._store.outcomes(outcome_of, version=version, parameters=parameters)

    def ever(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        return self._store.ever(kind)

    def past(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Past[RecordT], ...]:
        return self._store.past(kind, keys)

    def rows_named(self, digests: Collection[Digest]) -> tuple[Row, ...]:
        return self._store.rows_named(digests)

    def custody(self) -> tuple[CustodyEvent, ...]:
        return self._store.custody()

    def preserved(self) -> tuple[Digest, ...]:
        return self._store.preserved()

    def live_containing(
        self, kind: type[RecordT], words: Collection[str] = (), *, skip: int = 0
    ) -> Iterator[Stored[RecordT]]:
        return self._store.live_containing(kind, words, skip=skip)

    def tables(self) -> Mapping[str, type]:
        return self._store.tables()

    def rows(self) -> Iterator[Row]:
        return self._store.rows()

    def verify(self) -> int:
        return self._store.verify()

    def neighbours(self) -> tuple[ShelvedCase, ...]:
        return self._store.neighbours()

    def close(self) -> None:
        self._store.close()
