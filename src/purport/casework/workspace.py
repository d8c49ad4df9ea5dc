"""A workspace: a folder with records, preserved bytes, a cache that may be deleted, and dossiers.

Invariant: bytes are durable in the vault before a record names them, and a record is written in
one transaction with its custody event. So a kill at any instant leaves all of it or nothing.
"""

import os
from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from purport import __version__
from purport.casework.locking import REFUSED, WorkspaceLock
from purport.core.digests import Digest, JsonObject
from purport.core.errors import InputError
from purport.store import Entry, Store, open_store
from purport.vault import (
    EventDraft,
    FolderVault,
    ObjectVault,
    Vault,
    translate_storage_faults,
    write_whole,
    writing,
)

__all__ = [
    "CASE_FILE",
    "COPIED_FILE",
    "COPYING_FILE",
    "DATABASE_FILE",
    "Act",
    "Workspace",
    "first_case",
    "keep_newest",
    "lock_workspace",
    "open_vault",
    "require_workspace",
    "set_vault",
    "sweep",
]

DATABASE_FILE = "purport.sqlite3"
_LOCK_FILE = "lock"
CASE_FILE = "case"
"""Names the workspace's first case where that may have any key."""
COPYING_FILE = "copying"
"""Says that a copy of another workspace is under way here."""
COPIED_FILE = "copied.json"
"""Says of which workspace this one is a copy, with what was compared."""
_FIRST_CASE = "case"
_VAULT_FILE = "vault-at"
_OWN = frozenset(
    {
        "vault",
        "cache",
        "fixity",
        "dossier",
        "map",
        "web",
        _LOCK_FILE,
        CASE_FILE,
        f"{CASE_FILE}.part",
    }
    | {_VAULT_FILE, f"{_VAULT_FILE}.part", COPIED_FILE, COPYING_FILE}
    | {DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to stand in the custody chain beside what was stored."""

    kind: str
    """"collected", "recorded", "analysed", "marked", "corrected", "linked", "judged", "published",
    "exported", "verified"."""
    subject: Digest | None = None
    """Digest of the bytes concerned; None for the workspace as a whole."""
    details: JsonObject | None = None
    """What else belongs to it; None for nothing."""


def _now() -> datetime:
    return datetime.now(UTC)


class Workspace:
    """An open workspace; use it as a context manager, and open it by `Workspace.open`.

    Attributes:
        folder: The folder.
        case: Key of the case; None for the workspace's first.
        vault: The preserved bytes.
        store: The records.
    """

    def __init__(
        self,
        folder: Path,
        *,
        store: Store,
        lock: WorkspaceLock | None,
        agent: str,
        clock: Callable[[], datetime] = _now,
        case: str | None = None,
    ) -> None:
        self.folder = folder
        self.case = case
        self.vault: Vault = open_vault(folder)
        self.store = store
        self._lock = lock
        self._agent = agent
        self._clock = clock

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        create: bool = False,
        writing: bool = True,
        agent: str = "purport",
        database: str | None = None,
        case: str | None = None,
        vault: str | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> Self:
        """Open a workspace.

        Args:
            folder: Its folder.
            create: Whether to make it when it does not exist.
            writing: Whether to lock it for writing; False only reads, beside a writer if need be.
            agent: Who acts, as the custody chain names it.
            database: Address of a PostgreSQL database; None for the file in the folder.
            case: Key of a case within it, as the case room makes them; None for its first.
            vault: Address of an S3 store for the files of a workspace that is made now, which
                remembers it; None for a folder in it.
            clock: Gives the time of custody events.

        Raises:
            InputError: The folder is no workspace, or is in use for something else.
            WorkspaceBusyError: Another process is writing to it.
            StorageFullError: There is no room to make it.
        """
        folder = folder.absolute()
        known = require_workspace(folder, create=create, has_database=database is not None)
        lock = lock_workspace(folder, create=create) if writing else None
        try:
            if vault is not None and not known:
                set_vault(folder, vault)
            store = _open_store(folder, database, case, writing=writing)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        workspace = cls(folder, store=store, lock=lock, agent=agent, clock=clock, case=case)
        if writing:
            sweep(workspace)
        return workspace

    @classmethod
    def open_beside(
        cls, folder: Path, *, agent: str = "purport", database: str | None = None
    ) -> Self:
        """Open a workspace for writing while a server and its workers may work in it.

        Raises:
            InputError: The folder is no workspace.
            WorkspaceBusyError: A process that is not the server's is writing to it.
        """
        folder = folder.absolute()
        require_workspace(folder, create=False, has_database=database is not None)
        lock = lock_workspace(folder, create=False, shared=True)
        try:
            store = _open_store(folder, database, None, writing=False)
        except BaseException:
            lock.release()
            raise
        return cls(folder, store=store, lock=lock, agent=agent)

    def close(self) -> None:
        """Let go of the database and the lock."""
        self.store.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        """Return the workspace."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the workspace."""
        self.close()

    @property
    def cache(self) -> Path:
        """Folder of what can be made again."""
        return self.folder / "cache"

    @property
    def dossiers(self) -> Path:
        """Folder of the case's dossiers."""
        folder = self.folder / "dossier"
        return folder if self.case is None else folder / self.case

    def now(self) -> datetime:
        """Return the time by the workspace's clock."""
        return self._clock()

    def record(self, entries: Sequence[object], act: Act) -> int:
        """Store records with the custody event that names them, all or nothing.

        Args:
            entries: Records, or `Entry`s where one is to be withdrawn.
            act: What was done.

        Returns:
            How many differed from what was already there.
        """
        return self.store.append(
            [entry if isinstance(entry, Entry) else Entry(record=entry) for entry in entries],
            EventDraft(
                kind=act.kind,
                agent=self._agent,
                tool_version=f"purport {__version__}",
                occurred_utc=self._clock(),
                subject=act.subject,
                details=act.details or {},
            ),
        )

    def working_copy(
        self, digest: Digest, name: str, *, companions: Sequence[tuple[str, Digest]] = ()
    ) -> Path:
        """Give preserved bytes the name that they had, with the files that belong to them.

        Args:
            digest: The bytes.
            name: Their file name.
            companions: Name and digest of the files that must lie beside it.

        Returns:
            A link to the evidentiary copy in the cache; only ever read.
        """
        files = [(name, digest), *companions]
        suffix = "".join("-" + part[:12] for _, part in companions)
        place = self.cache / "working" / (digest[:16] + suffix)
        with translate_storage_faults(name):
            place.mkdir(parents=True, exist_ok=True)
            for called, preserved in files:
                link = place / Path(called).name
                with suppress(FileExistsError):  # made before, or by another thread just now
                    link.symlink_to(os.path.relpath(self.vault.local_copy(preserved), place))
        return place / Path(name).name

    def writing(self, kept: Path, *, subject: str) -> AbstractContextManager[Path]:
        """Give a name under which to write a derived file; see `purport.vault.writing`.

        Args:
            kept: Where in the cache it is kept.
            subject: What errors call it.
        """
        return writing(kept, subject=subject, within=self.cache)  # where `sweep` looks


def open_vault(folder: Path) -> Vault:
    """Return the vault of a workspace: the store that it names, else the folder in it."""
    named = folder / _VAULT_FILE
    if not named.exists():
        return FolderVault(folder / "vault")
    address = named.read_text(encoding="utf-8").strip()
    return ObjectVault(address, folder / "cache" / "vault")


def set_vault(folder: Path, address: str, *, may_hold: Container[Digest] = ()) -> None:
    """Say where a workspace's bytes are preserved, before there are any.

    Args:
        folder: The workspace's folder, locked by the caller.
        address: `s3://bucket/prefix`.
        may_hold: What may be preserved there already.

    Raises:
        InputError: It is no such address, something else lies there, or bytes are preserved
            elsewhere already.
        UnavailableError: The store does not answer.
    """
    vault = ObjectVault(address, folder / "cache" / "vault")
    named = folder / _VAULT_FILE
    if named.exists():
        elsewhere = named.read_text(encoding="utf-8").strip() != address
    else:
        elsewhere = (folder / "vault").exists()
    if elsewhere:
        raise InputError(
            str(folder),
            f"its files are not preserved at {address}",
            remedy="Leave the setting out, or bring them there by purport copy.",
        )
    if named.exists():
        return
    if (found := next(vault.strangers(may_hold), None)) is not None:
        raise InputError(
            address,
            f"holds something else ({found})",
            remedy="Give each workspace a prefix of its own, below which there is nothing.",
        )
    write_whole(named, f"{address}\n")


def sweep(workspace: Workspace) -> None:
    """Remove what a dead process left half-written; call it while the lock is held alone."""
    workspace.vault.sweep()
    for place in (workspace.cache, workspace.dossiers):
        for leftover in place.glob(".*.part"):
            leftover.unlink()


def keep_newest(files: Iterable[Path], most: int) -> None:
    """Remove all files but the newest.

    Args:
        files: Files of a cache; one that another process removed meanwhile is well.
        most: How many stay.
    """
    ages: list[tuple[int, Path]] = []
    for path in files:
        with suppress(FileNotFoundError):
            ages.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(ages, reverse=True)[most:]:
        path.unlink(missing_ok=True)


def _open_store(folder: Path, database: str | None, case: str | None, *, writing: bool) -> Store:
    """Open a case of the file in the folder, or of a shared database."""
    location = folder / DATABASE_FILE if database is None else database
    key = case or first_case(folder, shared=database is not None, writing=writing)
    return open_store(location, case=key, migrate=writing)


def first_case(folder: Path, *, shared: bool, writing: bool) -> str:
    """Return the key of a workspace's first case.

    Args:
        folder: The workspace's folder.
        shared: Whether its database may hold cases of other workspaces; the folder then names its
            own, as it does when it is a copy of such a one.
        writing: Whether such a name may be made.
    """
    named = folder / CASE_FILE
    if not shared and not (named.exists() and (folder / COPIED_FILE).exists()):
        return _FIRST_CASE
    if writing and not named.exists():
        write_whole(named, uuid4().hex)
    return named.read_text(encoding="ascii")


def lock_workspace(folder: Path, *, create: bool, shared: bool = False) -> WorkspaceLock:
    """Lock a workspace's folder, made first when `create` says so.

    Args:
        folder: The folder.
        create: Whether to make it.
        shared: Whether others that share it, a server and its workers, may hold the lock too.

    Raises:
        InputError: It cannot be made or written to.
        WorkspaceBusyError: Another process is writing to it.
    """
    if create:
        with translate_storage_faults(str(folder)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                if error.errno not in REFUSED:
                    raise
                raise InputError(
                    str(folder),
                    "the folder cannot be made",
                    remedy="Choose a folder that you may write to.",
                ) from error
    return WorkspaceLock(folder / _LOCK_FILE, subject=str(folder), shared=shared)


def require_workspace(folder: Path, *, create: bool, has_database: bool) -> bool:
    """Check that a folder is a workspace, or can become one.

    Returns:
        Whether it is one.

    Raises:
        InputError: It is neither.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(
            str(folder), "is a file, not a folder", remedy="Name a folder for the workspace."
        )
    if (folder / COPYING_FILE).exists():
        raise InputError(
            str(folder),
            "a copy of another workspace is under way here, and not whole yet",
            remedy="Run the same purport copy again; it goes on where it stopped.",
        )
    if (folder / (CASE_FILE if has_database else DATABASE_FILE)).exists():
        return True
    if not create:
        raise InputError(
            str(folder),
            "is not a workspace",
            remedy="Make one with purport init, or name another with --workspace.",
        )
    others = {path.name for path in folder.iterdir()} - _OWN if folder.is_dir() else set()
    if others:
        raise InputError(
            str(folder),
            f"holds other files ({', '.join(sorted(others)[:3])}) and no workspace",
            remedy="Name an empty or new folder for the workspace.",
        )
    return False
