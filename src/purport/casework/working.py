"""A worker: takes jobs from the lease ledger, and does each in a process of its own.

The worker itself only waits, says that it is alive, and listens: so a job that crashes, hangs or
eats all memory takes nobody with it, and one that is cancelled ends at once. It ends with the
process that started it.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from purport.casework.guarding import fault_of
from purport.casework.jobs import do_work
from purport.casework.room import CaseRoom
from purport.casework.workspace import DATABASE_FILE
from purport.core.digests import JsonObject
from purport.core.records import to_json
from purport.store import Job, JobState, LeaseLedger, LeaseLostError, serve_records

__all__ = ["do_one_job", "work"]

_POLL_S = 0.5
_BEAT_S = 2.0
_GRACE_S = 3.0


class _CancelledError(Exception):
    """Somebody asked to stop the job."""


def work(folder: Path, *, database: str | None = None, parent: int | None = None) -> None:
    """Do the background work of a served workspace, one job after the other.

    Args:
        folder: The workspace's folder.
        database: Address of a PostgreSQL database; None for the file in the folder.
        parent: The process that started this one, as that knows itself: work ends when it does,
            also when it has ended before this one got so far; None for whichever it is now.

    Raises:
        WorkspaceBusyError: A process that is not the server's is writing to it.
    """
    serve_records(folder.absolute() / DATABASE_FILE if database is None else database)
    owner = f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid4().hex[:8]}"
    parent = os.getppid() if parent is None else parent
    ledger = LeaseLedger()
    with CaseRoom.join(folder, database=database):
        while os.getppid() == parent:
            job = ledger.claim(owner)
            if job is None:
                time.sleep(_POLL_S)
            else:
                _see_through(job, owner, ledger, folder, database, parent)


def _see_through(  # noqa: PLR0917 - all of one piece of work
    job: Job,
    owner: str,
    ledger: LeaseLedger,
    folder: Path,
    database: str | None,
    parent: int,
) -> None:
    """Have a job done by a child, and keep its lease meanwhile."""
    child = subprocess.Popen(  # noqa: S603 - ourselves
        [
            sys.executable,
            "-m",
            "purport.casework.working",
            str(folder),
            database or "",
            job.id,
            owner,
            str(os.getpid()),
        ],
        start_new_session=True,
    )
    try:
        while True:
            try:
                child.wait(timeout=_BEAT_S)
                break
            except subprocess.TimeoutExpired:
                if os.getppid() != parent:
                    return
                if ledger.beat(job.id, owner).cancel_asked:
                    _end(child)
                    ledger.finish(job.id, owner, JobState.CANCELLED, {})
                    return
        if child.returncode != 0:
            ledger.finish(job.id, owner, JobState.FAILED, _died(child.returncode))
    except LeaseLostError:
        return
    finally:
        _end(child)


def _died(code: int) -> JsonObject:
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return {
        "subject": "the work",
        "fault": f"its process ended unexpectedly ({how})",
        "remedy": "Look whether the machine ran out of memory; what was stored is whole.",
    }


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and all that it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sign)
        except ProcessLookupError:
            break
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=_GRACE_S)
    child.wait()


def do_one_job(folder: Path, *, database: str | None, job: str, owner: str, worker: int) -> None:
    """Do one job that was claimed, and write down what came of it.

    Args:
        folder: The workspace's folder.
        database: Address of a PostgreSQL database; None for the file in the folder.
        job: Its identifier.
        owner: Who holds it.
        worker: The process that started this one; it ends with it.
    """
    _end_with(worker)
    serve_records(folder.absolute() / DATABASE_FILE if database is None else database)
    ledger = LeaseLedger()

    def tell(stage: str, *, done: int, total: int, label: str) -> None:
        standing = ledger.beat(job, owner, stage=stage, done=done, total=total, label=label)
        if standing.cancel_asked:
            raise _CancelledError

    claimed = ledger.get(job)
    with CaseRoom.join(folder, database=database) as room:
        try:
            outcome = do_work(room.case(claimed.case, agent=claimed.agent), claimed, progress=tell)
            ledger.finish(job, owner, JobState.DONE, outcome)
        except _CancelledError:
            ledger.finish(job, owner, JobState.CANCELLED, {})
        except LeaseLostError:
            return
        except Exception as error:  # noqa: BLE001 - the runner's broad catch, which records
            fault = to_json(fault_of("the work", error))
            ledger.finish(job, owner, JobState.FAILED, fault if isinstance(fault, dict) else {})


def _end_with(worker: int) -> None:
    """See to it that this process and all that it starts end when the worker does."""

    def watch() -> None:
        while os.getppid() == worker:
            time.sleep(_POLL_S)
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="watch").start()


if __name__ == "__main__":
    do_one_job(
        Path(sys.argv[1]),
        database=sys.argv[2] or None,
        job=sys.argv[3],
        owner=sys.argv[4],
        worker=int(sys.argv[5]),
    )
