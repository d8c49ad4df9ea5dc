"""A workspace that a server keeps open: several cases, and several people at work in them.

Whoever opens a room sets Django up with the workspace's database as its default one; the room
itself knows none of it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar
from uuid import uuid4

from purport.casework.captured import Captures, captures_told
from purport.casework.collecting import describe_case
from purport.casework.glance import CaseFront, case_front, item_file
from purport.casework.holdings import live_items
from purport.casework.locking import WorkspaceLock
from purport.casework.options import parse_date
from purport.casework.publishing import ReadersEdition, editions_of, readers_edition
from purport.casework.reading import case_file
from purport.casework.workspace import (
    DATABASE_FILE,
    Workspace,
    first_case,
    lock_workspace,
    require_workspace,
    set_vault,
    sweep,
)
from purport.core.case import ItemRecord
from purport.core.casefile import CaseFile
from purport.core.editions import Edition
from purport.core.errors import AbsentError, InputError
from purport.reports.published import names_kept_back
from purport.store import CaseShelf, ShelvedCase, database_options, read_once

__all__ = ["CaseRoom", "list_cases", "room_database"]

_KEY_DIGITS = 12
_FILES_KEPT = 16
_OUTLINES_KEPT = 512
_FRONTS_KEPT = 512
_ITEMS_KEPT = 256
KeptT = TypeVar("KeptT")


def list_cases(folder: Path, *, database: str | None = None) -> tuple[ShelvedCase, ...]:
    """Return the cases of a workspace, from outside a server.

    Args:
        folder: Its folder.
        database: Address of a PostgreSQL database; None for the file in the folder.

    Raises:
        InputError: The folder is no workspace.
    """
    with Workspace.open(folder, writing=False, database=database) as workspace:
        return tuple(case for case in workspace.store.neighbours() if case.head is not None)


def room_database(folder: Path, database: str | None) -> Mapping[str, object]:
    """Return Django's settings of a workspace's database.

    Args:
        folder: The workspace's folder.
        database: Address of a PostgreSQL database; None for the file in the folder.
    """
    return database_options(folder / DATABASE_FILE if database is None else database)


class _Shelf(Generic[KeptT]):
    """What was put together of cases before, each as long as its custody chain stands still.

    Args:
        most: How much is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[object, KeptT]] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, workspace: Workspace, key: str, make: Callable[[Workspace, KeptT | None], KeptT]
    ) -> KeptT:
        """Return what is made of a case, anew when something was stored since.

        Args:
            workspace: The case.
            key: What it is kept under; of one case alone.
            make: Puts it together; is given what was kept before, if that is still there.
        """
        head = workspace.store.head()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] == head:
                self._kept.move_to_end(key)
                return kept[1]
        made = make(workspace, None if kept is None else kept[1])
        with self._lock:
            self._kept[key] = (head, made)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


@dataclass(frozen=True, slots=True)
class _Publication:
    """All that is needed to tell what readers are shown of a case."""

    editions: tuple[Edition, ...]
    items: tuple[ItemRecord, ...]


def _whole(workspace: Workspace, _before: CaseFile | None) -> CaseFile:
    workspace.store = read_once(workspace.store)
    return case_file(workspace)


def _in_outline(workspace: Workspace, _before: CaseFile | None) -> CaseFile:
    workspace.store = read_once(workspace.store, briefly=True)
    return case_file(workspace)


def _publication(workspace: Workspace, _before: _Publication | None) -> _Publication:
    editions = tuple(stored.record for stored in editions_of(workspace))
    return _Publication(editions, live_items(workspace) if editions else ())


class CaseRoom:
    """An open room; close it when the server ends.

    Attributes:
        folder: The workspace's folder.
        shelf: Its cases.
        first: Key of the case that the command line works on when none is named.
    """

    def __init__(self, folder: Path, *, shelf: CaseShelf, lock: WorkspaceLock, first: str) -> None:
        self.folder = folder
        self.shelf = shelf
        self.first = first
        self._lock: WorkspaceLock | None = lock
        self._making = threading.Lock()
        self._files: _Shelf[CaseFile] = _Shelf(_FILES_KEPT)
        self._outlines: _Shelf[CaseFile] = _Shelf(_OUTLINES_KEPT)
        self._fronts: _Shelf[CaseFront] = _Shelf(_FRONTS_KEPT)
        self._items: _Shelf[CaseFile] = _Shelf(_ITEMS_KEPT)
        self._publications: _Shelf[_Publication] = _Shelf(_OUTLINES_KEPT)
        self._captures: _Shelf[Captures] = _Shelf(_FILES_KEPT)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        set_up: Callable[[], None],
        database: str | None = None,
        vault: str | None = None,
        create: bool = True,
    ) -> Self:
        """Open a workspace for a server, alone: what dead processes left is removed.

        Args:
            folder: Its folder.
            set_up: Sets Django up, once the folder is known to be ours.
            database: Address of a PostgreSQL database; None for the file in the folder.
            vault: Address of an S3 store for the files of a new workspace; None for a folder.
            create: Whether to make it when it does not exist.

        Raises:
            InputError: The folder is no workspace, or is in use for something else.
            WorkspaceBusyError: Another process is writing to it.
            StorageFullError: There is no room to make it.
        """
        folder = folder.absolute()
        known = require_workspace(folder, create=create, has_database=database is not None)
        lock = lock_workspace(folder, create=create)
        try:
            if vault is not None and not known:
                set_vault(folder, vault)
            set_up()
            room = cls(
                folder,
                shelf=CaseShelf(subject=DATABASE_FILE if database is None else "database"),
                lock=lock,
                first=first_case(folder, shared=database is not None, writing=True),
            )
            room.shelf.bring_up_to_date()
            if room.first not in room.shelf.keys():  # noqa: SIM118 - a method of the shelf
                room.shelf.add(room.first)
            sweep(room.case(room.first, agent="purport"))
            lock.share()
        except BaseException:
            lock.release()
            raise
        return room

    @classmethod
    def join(cls, folder: Path, *, database: str | None = None) -> Self:
        """Enter a room that a server has opened, from another process of its own.

        Raises:
            WorkspaceBusyError: A process that is not the server's is writing to it.
        """
        folder = folder.absolute()
        lock = lock_workspace(folder, create=False, shared=True)
        subject = DATABASE_FILE if database is None else "database"
        first = first_case(folder, shared=database is not None, writing=False)
        return cls(folder, shelf=CaseShelf(subject=subject), lock=lock, first=first)

    def close(self) -> None:
        """Let go of the lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        """Return the room."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the room."""
        self.close()

    def case(self, key: str, *, agent: str) -> Workspace:
        """Return a case of the room, to be worked on by somebody.

        Args:
            key: Key of the case.
            agent: Who acts, as the custody chain names it.

        Raises:
            AbsentError: There is no such case.
        """
        return Workspace(
            self.folder,
            store=self.shelf.open(key),
            lock=None,
            agent=agent,
            case=None if key == self.first else key,
        )

    def case_file(self, key: str) -> CaseFile:
        """Return everything of a case as it stands; read anew only when something was stored.

        Raises:
            AbsentError: There is no such case.
        """
        return self._files.get(self.case(key, agent="purport"), key, _whole)

    def captures(self, key: str) -> Captures:
        """Return what captures and archives brought into a case, failed ones too.

        Raises:
            AbsentError: There is no such case.
        """

        def make(workspace: Workspace, _before: Captures | None) -> Captures:
            return captures_told(workspace)

        return self._captures.get(self.case(key, agent="purport"), key, make)

    def outline(self, key: str) -> CaseFile:
        """Return a case as it stands, its findings without their numbers: for pages that name them.

        Raises:
            AbsentError: There is no such case.
        """
        return self._outlines.get(self.case(key, agent="purport"), key, _in_outline)

    def front(self, key: str) -> CaseFront:
        """Return a case without its footage as it stands: as quick with many items as with few.

        Raises:
            AbsentError: There is no such case.
        """
        return self._fronts.get(self.case(key, agent="purport"), key, case_front)

    def item_file(self, key: str, digest: str) -> CaseFile:
        """Return a case with one item alone, as it stands.

        Raises:
            AbsentError: There is no such case, or it has no such item.
        """

        def make(workspace: Workspace, _before: CaseFile | None) -> CaseFile:
            return item_file(workspace, self.front(key), digest)

        return self._items.get(self.case(key, agent="purport"), f"{key} {digest}", make)

    def published(self, now: datetime) -> Mapping[str, ReadersEdition]:
        """Return what readers are shown at a moment, by key of the case.

        Args:
            now: The moment, with a time zone.
        """
        shown = {key: readers_edition(all_, now) for key, all_ in self.shelf.editions().items()}
        return {key: edition for key, edition in shown.items() if edition is not None}

    def published_case(self, key: str, now: datetime) -> ReadersEdition | None:
        """Return what readers are shown of one case at a moment; None when nothing is published.

        Args:
            key: Key of the case.
            now: The moment, with a time zone.
        """
        try:
            told = self._publications.get(self.case(key, agent="purport"), key, _publication)
        except AbsentError:
            return None
        return readers_edition(told.editions, now, partial(names_kept_back, told.items))

    def listed(self, keys: frozenset[str] | None = None) -> tuple[ShelvedCase, ...]:
        """Return the cases that hold anything, the one changed last at the top.

        Args:
            keys: Which; None for all.
        """
        return tuple(case for case in self.shelf.listed(keys) if case.head is not None)

    def new_case(self, name: str, *, agent: str, date: str | None = None) -> str:
        """Make a case and say what it is called; the first one takes the workspace's own place.

        Args:
            name: What it is called.
            agent: Who makes it.
            date: When it is said to have happened; None when nobody says.

        Returns:
            Its key.

        Raises:
            InputError: It has no name, or the date cannot be read; no case is made.
        """
        if not name.strip():
            raise InputError("name", "is empty", remedy="Say what the case is called.")
        if date is not None:
            parse_date("date", date)
        with self._making:
            return self._make_case(name.strip(), agent=agent, date=date)

    def _make_case(self, name: str, *, agent: str, date: str | None) -> str:
        first = self.case(self.first, agent=agent)
        key = self.first if first.store.head() is None else uuid4().hex[:_KEY_DIGITS]
        if key != self.first:
            self.shelf.add(key)
        describe_case(self.case(key, agent=agent), name=name, date=date)
        return key

    def require(self, key: str) -> None:
        """Check that there is a case of this key, and that it holds anything.

        Raises:
            AbsentError: There is not.
        """
        if self.shelf.open(key).head() is None:
            raise AbsentError(key, "there is no such case", remedy="Look at the list of cases.")
