"""A whole workspace copied to another folder, database and store, compared, and only then usable.

Invariants: of the source only the lock is touched; the target says that it is under way until
all objects and rows were compared, and no command opens it before; a copy that was broken off goes
on where it stopped. The custody chain of the copy is that of the source, to the byte, so that
whoever noted its head can compare; that it was copied stands in `copied.json` beside it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from purport import __version__
from purport.casework.progress import Progress, quiet
from purport.casework.workspace import (
    CASE_FILE,
    COPIED_FILE,
    COPYING_FILE,
    DATABASE_FILE,
    first_case,
    lock_workspace,
    open_vault,
    require_workspace,
    set_vault,
)
from purport.core.digests import JsonObject, canonical_json, digest_bytes
from purport.core.errors import InputError, IntegrityError
from purport.core.instants import format_utc
from purport.store import CopiedDatabase, copy_database, is_empty_database
from purport.vault import Vault, sync_folder, translate_storage_faults, write_whole

__all__ = ["Copied", "copy_workspace"]

_ALONG = ("dossier", "fixity", "map", "web")
"""Folders that are neither records nor evidence and are wanted in a copy all the same."""
_LEFT = shutil.ignore_patterns("uploads", "*.part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy that was made and compared."""

    objects: int
    """Preserved files; the digest of each was computed anew in the copy."""
    database: CopiedDatabase
    """Tables and cases, equal in both."""


def copy_workspace(
    source: Path,
    target: Path,
    *,
    database: str | None = None,
    to_database: str | None = None,
    to_vault: str | None = None,
    progress: Progress = quiet,
) -> Copied:
    """Copy a workspace with all its cases and accounts; the source stays as it is.

    Args:
        source: Its folder.
        target: Folder of the copy: new, empty, or one in which the same copy was begun.
        database: Address of the source's PostgreSQL database; None for the file in its folder.
        to_database: Address of the copy's PostgreSQL database; None for a file in its folder.
        to_vault: Address of the S3 store for the copy's files; None for its folder.
        progress: Is told how far it has come.

    Returns:
        What was compared.

    Raises:
        InputError: The source is no workspace, or the target holds something else.
        WorkspaceBusyError: Another process works in one of them.
        IntegrityError: Something of the source is altered, or the copy differs.
        UnavailableError: A store or database does not answer; run again to go on.
    """
    source, target = source.absolute(), target.absolute()
    require_workspace(source, create=False, has_database=database is not None)
    plan = {
        "source": str(source),
        "database": digest_bytes((to_database or "").encode()),
        "vault": to_vault,
    }
    copy = to_database or target / DATABASE_FILE
    with lock_workspace(source, create=False), _target(target, source):
        _begin(target, plan)
        if not (target / CASE_FILE).exists():
            _require_room(source, copy, to_vault, target)
            first = first_case(source, shared=database is not None, writing=False)
            write_whole(target / CASE_FILE, first)
        here, there = open_vault(source), open_vault(target)
        _copy_objects(here, there, progress)
        tables = copy_database(database or source / DATABASE_FILE, copy, tell=_teller(progress))
        _copy_along(source, target)
        copied = Copied(objects=_compare_objects(here, there, progress), database=tables)
        _finish(target, source, copied)
    return copied


@contextmanager
def _target(target: Path, source: Path) -> Iterator[None]:
    """Lock the copy's folder, made when absent.

    Raises:
        InputError: It is in use for something else.
    """
    if target == source or source in target.parents:
        raise InputError(
            str(target), "lies in the workspace that is copied", remedy="Name a folder elsewhere."
        )
    others = {path.name for path in target.iterdir()} if target.is_dir() else set()
    others -= {"lock", f"{COPYING_FILE}.part"}  # all that a kill at the very beginning leaves
    if others and not (target / COPYING_FILE).exists():
        raise InputError(
            str(target),
            f"holds something else ({', '.join(sorted(others)[:3])})",
            remedy="Name a new or empty folder for the copy.",
        )
    with lock_workspace(target, create=True):
        yield


def _begin(target: Path, plan: JsonObject) -> None:
    """Write down that a copy is under way.

    Raises:
        InputError: Another copy was begun there.
    """
    mark, wanted = target / COPYING_FILE, canonical_json(plan)
    if mark.exists():
        if mark.read_text(encoding="utf-8") != wanted:
            raise InputError(
                str(target),
                "a copy of something else, or to somewhere else, was begun here",
                remedy="Give the same workspace, database and vault as then, or a new folder.",
            )
        return
    write_whole(mark, wanted)


def _require_room(source: Path, copy: Path | str, to_vault: str | None, target: Path) -> None:
    """Check that nothing lies where the copy is to be, and write down where its files will lie.

    Raises:
        InputError: Something does.
    """
    if not is_empty_database(copy):
        raise InputError(
            "target database",
            "holds something else",
            remedy="Name an empty database for the copy.",
        )
    if to_vault is not None:
        set_vault(target, to_vault, may_hold=frozenset(open_vault(source).digests()))


def _copy_objects(here: Vault, there: Vault, progress: Progress) -> None:
    there.sweep()
    wanted, known = list(here.digests()), set(there.digests())
    for number, digest in enumerate(wanted, 1):
        if digest not in known:
            there.put_chunks(here.chunks(digest), name=digest, expected=digest)
        progress("copy", done=number, total=len(wanted), label=f"{digest[:12]}…")


def _teller(progress: Progress) -> Callable[[str, int, int], None]:
    def tell(name: str, done: int, total: int) -> None:
        progress("copy", done=done, total=total, label=name)

    return tell


def _copy_along(source: Path, target: Path) -> None:
    for name in _ALONG:
        if (source / name).is_dir():
            with translate_storage_faults(name):
                shutil.copytree(
                    source / name, target / name, dirs_exist_ok=True, symlinks=True, ignore=_LEFT
                )


def _compare_objects(here: Vault, there: Vault, progress: Progress) -> int:
    """Compute anew the digest of every file of the copy.

    Raises:
        IntegrityError: A file is missing, altered or too much.
    """
    wanted, found = list(here.digests()), list(there.digests())
    if wanted != found:
        odd = min(set(wanted) ^ set(found))
        raise IntegrityError(
            odd,
            "lies in one of source and copy alone",
            remedy="Is somebody else writing to one of them? Run the command again.",
        )
    for number, digest in enumerate(found, 1):
        there.verify(digest, subject=f"copy of {digest}")
        progress("compare", done=number, total=len(found), label=f"{digest[:12]}…")
    return len(found)


def _finish(target: Path, source: Path, copied: Copied) -> None:
    """Say of what it is a copy; from now on it may be opened."""
    report = {
        "copied_utc": format_utc(datetime.now(UTC)),
        "tool_version": f"purport {__version__}",
        "source": str(source),
        "objects": copied.objects,
        "tables": {
            one.name: {"rows": one.rows, "digest": one.digest} for one in copied.database.tables
        },
        "cases": {
            one.key: None if one.head is None else {"events": one.head[0] + 1, "head": one.head[1]}
            for one in copied.database.cases
        },
    }
    write_whole(target / COPIED_FILE, json.dumps(report, indent=1, sort_keys=True) + "\n")
    (target / COPYING_FILE).unlink()
    sync_folder(target)
