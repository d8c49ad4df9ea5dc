"""Fixity checks: are the preserved bytes still what they were? A part at a time, round and round.

Invariants: what was checked longest ago comes first; one object that is off never ends a run, and
those that could not be read never keep a run from the others; what is off counts as checked only
once it is reported; each run stands in the custody chain with the digest of its report; nothing in
the vault is touched.

References:
    PREMIS Data Dictionary 3.0 (2015), the event type "fixity check".
"""

import json
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import cast

from purport import __version__
from purport.casework.locking import WorkspaceLock
from purport.casework.progress import Progress, quiet
from purport.casework.verifying import names_of
from purport.casework.workspace import DATABASE_FILE, Act, Workspace
from purport.core.digests import Digest, JsonObject, digest_bytes
from purport.core.errors import InputError, UnavailableError
from purport.core.instants import format_utc
from purport.core.records import to_json
from purport.store import open_store
from purport.vault import write_whole

__all__ = ["Condition", "FixityFault", "FixityReport", "check_fixity"]

_FOLDER = "fixity"
_STATE_FILE = "checked.json"
_UNREAD_FILE = "unread.json"
_FORMAT = "purport.fixity/1"
_SAVED_EVERY = 500
_MISSES = 3
"""Objects in a row that the store does not give before a run breaks off."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_NAMED = 100
"""Objects that are off which the custody event names; the report names all."""


class Condition(StrEnum):
    """What is wrong with a preserved object."""

    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityFault:
    """A preserved object that is not, or cannot be seen to be, what it was."""

    digest: Digest
    """Under which it was preserved."""
    names: tuple[str, ...]
    """What it was called, in every case that has it; empty when none has."""
    condition: Condition
    """What is wrong."""
    found: Digest | None
    """Digest of what lies there now; None when nothing does or it cannot be read."""
    told: str
    """What the disk or store said; empty when it said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityReport:
    """What came of one run."""

    started_utc: datetime
    """When it began."""
    ended_utc: datetime
    """When it ended."""
    tool_version: str
    """By which version of Purport."""
    objects: int
    """Preserved objects in all: what the cases name, and what else lies in the vault."""
    checked: int
    """Objects checked by this run."""
    whole: int
    """Of them, those whose bytes have the digest under which they were preserved."""
    faults: tuple[FixityFault, ...]
    """The others."""
    broken_off: bool
    """Whether the run ended early because the store did not answer."""
    never_checked: int
    """Objects that no run has come to yet, this one included."""
    oldest_check_utc: datetime | None
    """When the object that waits longest was checked; None while one was never checked."""
    left_out: tuple[str, ...]
    """Keys of cases of a shared database of whose files this vault holds none."""
    report: Path | None = None
    """Where this report lies; None in the file itself."""


def check_fixity(
    folder: Path,
    *,
    parts: int = 1,
    agent: str = "purport",
    database: str | None = None,
    progress: Progress = quiet,
) -> FixityReport:
    """Compute anew the digests of preserved objects, and report what is off; nothing is mended.

    It may run while the workspace is served.

    Args:
        folder: The workspace's folder.
        parts: Of how many parts one is checked, that checked longest ago: as many runs go round.
        agent: Who checks, as the custody chain names it.
        database: Address of a PostgreSQL database; None for the file in the folder.
        progress: Is told how far it has come.

    Raises:
        InputError: The folder is no workspace.
        WorkspaceBusyError: Another command writes to it, or checks it too.
        UnavailableError: The store does not even say what it holds.
    """
    with Workspace.open_beside(folder, agent=agent, database=database) as workspace:
        kept = workspace.folder / _FOLDER
        kept.mkdir(exist_ok=True)
        with WorkspaceLock(kept / "lock", subject=f"fixity check of {folder}"):
            return _Run(workspace, database, kept, progress).check(parts)


class _Run:
    """One run."""

    def __init__(
        self, workspace: Workspace, database: str | None, kept: Path, progress: Progress
    ) -> None:
        self._workspace = workspace
        self._kept = kept
        self._progress = progress
        self._started = workspace.now()
        held = tuple(workspace.vault.digests())
        self._names, self._left_out = _expected(workspace, database, frozenset(held))
        for digest in held:
            self._names.setdefault(digest, ())
        self._checked = _load_times(kept / _STATE_FILE, self._names, until=self._started)
        self._unread = _load_unread(kept / _UNREAD_FILE, self._names)

    def check(self, parts: int) -> FixityReport:
        """Check a part, write the report, record the run, and save when each was checked."""
        faults: list[FixityFault] = []
        misses = done = 0
        due = self._due(parts)
        for digest in due:
            fault = self._check_one(digest)
            if fault is None:
                self._checked[digest] = self._workspace.now()
                self._unread.discard(digest)
            else:
                faults.append(fault)
            misses = misses + 1 if _is_unreadable(fault) else 0
            done += 1
            self._progress("fixity", done=done, total=len(due), label=f"{digest[:12]}…")
            if done % _SAVED_EVERY == 0:
                self._save()
            if misses == _MISSES:
                break
        self._keep(faults)
        report = self._report(tuple(faults), done, broken_off=misses == _MISSES)
        self._save()
        return report

    def _due(self, parts: int) -> list[Digest]:
        """Return what is to be checked: a part of the others, then all that was not read last."""
        others = self._names.keys() - self._unread
        in_turn = sorted(others, key=lambda one: (self._checked.get(one, _NEVER), one))
        return [*in_turn[: -(-len(self._names) // parts)], *sorted(self._unread)]

    def _check_one(self, digest: Digest) -> FixityFault | None:
        try:
            found = self._workspace.vault.find_digest(digest)
        except UnavailableError as error:
            return self._fault(digest, Condition.UNREADABLE, told=str(error))
        if found is None:
            return self._fault(digest, Condition.MISSING)
        return None if found == digest else self._fault(digest, Condition.ALTERED, found=found)

    def _fault(
        self, digest: Digest, condition: Condition, *, found: Digest | None = None, told: str = ""
    ) -> FixityFault:
        return FixityFault(
            digest=digest, names=self._names[digest], condition=condition, found=found, told=told
        )

    def _keep(self, faults: Sequence[FixityFault]) -> None:
        """Note what became of the objects that are off; it is saved when they are reported."""
        for fault in faults:
            if _is_unreadable(fault):
                self._unread.add(fault.digest)
            else:
                self._checked[fault.digest] = self._workspace.now()
                self._unread.discard(fault.digest)

    def _report(
        self, faults: tuple[FixityFault, ...], done: int, *, broken_off: bool
    ) -> FixityReport:
        times = [self._checked[digest] for digest in self._names if digest in self._checked]
        never = len(self._names) - len(times)
        report = FixityReport(
            started_utc=self._started,
            ended_utc=self._workspace.now(),
            tool_version=f"purport {__version__}",
            objects=len(self._names),
            checked=done,
            whole=done - len(faults),
            faults=faults,
            broken_off=broken_off,
            never_checked=never,
            oldest_check_utc=min(times) if times and not never else None,
            left_out=self._left_out,
        )
        members = cast("JsonObject", to_json(report))
        told = {"format": _FORMAT, **{k: v for k, v in members.items() if k != "report"}}
        text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        name = format_utc(self._started).replace(":", "").replace("-", "")
        path = self._kept / f"report-{name}.json"
        write_whole(path, f"{text}\n")
        self._record(report, digest_bytes(f"{text}\n".encode()))
        return replace(report, report=path)

    def _record(self, report: FixityReport, digest: Digest) -> None:
        named: dict[str, list[Digest]] = {condition: [] for condition in Condition}
        for fault in report.faults[:_NAMED]:
            named[fault.condition].append(fault.digest)
        details: JsonObject = {
            "what": "fixity",
            "objects": report.objects,
            "checked": report.checked,
            "whole": report.whole,
            "broken_off": report.broken_off,
            "report": digest,
            **{str(condition): digests for condition, digests in named.items() if digests},
        }
        self._workspace.record([], Act(kind="verified", details=details))

    def _save(self) -> None:
        times = {digest: format_utc(time) for digest, time in self._checked.items()}
        for name, state in ((_STATE_FILE, times), (_UNREAD_FILE, sorted(self._unread))):
            write_whole(self._kept / name, json.dumps(state, indent=0, sort_keys=True))


def _is_unreadable(fault: FixityFault | None) -> bool:
    return fault is not None and fault.condition is Condition.UNREADABLE


def _expected(
    workspace: Workspace, database: str | None, held: frozenset[Digest]
) -> tuple[dict[Digest, tuple[str, ...]], tuple[str, ...]]:
    """Return the names of all that the workspace's cases say is preserved.

    A PostgreSQL database may hold cases of other workspaces, whose files lie elsewhere: those of
    whose files this vault holds none are left out, and named.
    """
    location = workspace.folder / DATABASE_FILE if database is None else database
    own = workspace.store.head()
    names: dict[Digest, set[str]] = {}
    left_out = []
    for shelved in workspace.store.neighbours():
        store = open_store(location, case=shelved.key, migrate=False)
        try:
            preserved, called = set(store.preserved()), list(names_of(store))
        finally:
            store.close()
        elsewhere = database is not None and shelved.head != own and not preserved & held
        if preserved and elsewhere:
            left_out.append(shelved.key)
            continue
        for digest in preserved:
            names.setdefault(digest, set())
        for digest, name in called:
            if digest in preserved:
                names[digest].add(name)
    return {digest: tuple(sorted(said)) for digest, said in names.items()}, tuple(left_out)


def _load_times(path: Path, known: Container[Digest], *, until: datetime) -> dict[Digest, datetime]:
    """Return when each object was checked last; what a clock dated ahead does not count.

    Raises:
        InputError: That was written down, and cannot be read.
    """
    with _blaming(path):
        stated = json.loads(path.read_bytes()) if path.exists() else {}
        times = {Digest(one): datetime.fromisoformat(time) for one, time in stated.items()}
        return {one: time for one, time in times.items() if one in known and time <= until}


def _load_unread(path: Path, known: Container[Digest]) -> set[Digest]:
    """Return the objects that could not be read when they were last to be checked.

    Raises:
        InputError: That was written down, and cannot be read.
    """
    with _blaming(path):
        stated = json.loads(path.read_bytes()) if path.exists() else []
        return {Digest(one) for one in stated if one in known}


@contextmanager
def _blaming(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(
            str(path),
            f"cannot be read ({error})",
            remedy="Remove it; all objects then count as never checked.",
        ) from error
