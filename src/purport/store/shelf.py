"""The cases of the database that a server keeps open: on Django's own connections, one a thread."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from purport.core.editions import Edition
from purport.core.errors import AbsentError, InputError
from purport.store.memo import RecordMemo
from purport.store.records import ShelvedCase, Store

if TYPE_CHECKING:
    from purport.store.listing import CaseList

__all__ = ["CaseShelf"]

_SERVED = "default"


def translated(subject: str) -> AbstractContextManager[None]:
    """Return what puts a database's errors into our own words."""
    from purport.store.faults import translate_database_faults  # noqa: PLC0415 - needs Django

    return translate_database_faults(subject)


class CaseShelf:
    """All cases of the database that Django's settings name as the default one.

    Args:
        subject: What error messages call the database.
    """

    def __init__(self, *, subject: str) -> None:
        self._subject = subject
        self._memo = RecordMemo()
        self._list: CaseList | None = None
        self._cases: dict[str, int] = {}
        """Primary key of each case asked for so far; a case is never renamed or removed."""

    def bring_up_to_date(self) -> None:
        """Make and update all tables, those of accounts too."""
        from purport.store.migrating import migrate_database  # noqa: PLC0415 - needs Django

        with translated(self._subject):
            migrate_database(_SERVED)

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all cases, in the order in which they were made."""
        from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

        return tuple(CaseRow.objects.using(_SERVED).order_by("pk").values_list("key", flat=True))

    def add(self, key: str) -> None:
        """Make an empty case.

        Raises:
            InputError: There is one of this key.
        """
        from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

        _, made = CaseRow.objects.using(_SERVED).get_or_create(key=key)
        if not made:
            raise InputError(key, "there is a case of this key", remedy="Choose another.")

    def open(self, key: str) -> Store:
        """Return the records of a case; nothing has to be closed.

        Raises:
            AbsentError: There is no such case.
        """
        from purport.store.django_store import DjangoStore  # noqa: PLC0415 - needs Django
        from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

        if key not in self._cases:
            with translated(self._subject):
                found = CaseRow.objects.using(_SERVED).filter(key=key).values_list("pk", flat=True)
                case = found.first()
            if case is None:
                raise AbsentError(key, "there is no such case", remedy="Look at the list of cases.")
            self._cases[key] = case
        case = self._cases[key]
        return DjangoStore(_SERVED, case, subject=self._subject, own=False, memo=self._memo)

    def listed(self, keys: frozenset[str] | None = None) -> tuple[ShelvedCase, ...]:
        """Return the cases with how much is in them, the one changed last at the top.

        Args:
            keys: Which; None for all.
        """
        from purport.store.listing import CaseList  # noqa: PLC0415 - needs Django

        if self._list is None:
            self._list = CaseList(_SERVED)
        with translated(self._subject):
            return self._list.listed(keys)

    def editions(self) -> Mapping[str, tuple[Edition, ...]]:
        """Return the editions of every case that has any, by key of the case."""
        from purport.store.listing import list_editions  # noqa: PLC0415 - needs Django

        with translated(self._subject):
            return list_editions(_SERVED, self._memo)
