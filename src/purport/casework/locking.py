"""One program at a time writes to a workspace; the operating system lets go when it dies.

A server and its workers are one program: each of them holds a shared lock, which keeps every
other out.
"""

import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from purport.core.errors import InputError, WorkspaceBusyError
from purport.vault import translate_storage_faults

__all__ = ["REFUSED", "WorkspaceLock"]

_PID_BYTES = 32
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""What the operating system answers where we may not write."""


class WorkspaceLock:
    """An exclusive lock on a workspace, held until `release` or the end of the process.

    Args:
        path: The lock file; made when absent and never removed.
        subject: What error messages call the workspace.
        shared: Whether others that share it may hold it too.

    Raises:
        WorkspaceBusyError: Another process holds it, with its number.
        InputError: The folder does not let us write.
        StorageFullError: There is no room for the lock file.
    """

    def __init__(self, path: Path, *, subject: str, shared: bool = False) -> None:
        self._subject = subject
        with translate_storage_faults(subject):
            self._handle = _open(path, subject)
            try:
                kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
                fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
                os.ftruncate(self._handle, 0)
                os.pwrite(self._handle, str(os.getpid()).encode(), 0)
            except BlockingIOError as error:
                busy = _busy(self._handle, subject)
                os.close(self._handle)
                raise busy from error
            except BaseException:
                os.close(self._handle)
                raise

    def share(self) -> None:
        """Let others in that share it.

        Raises:
            WorkspaceBusyError: Another process took the lock in that instant.
        """
        try:
            fcntl.flock(self._handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(self._handle, self._subject) from error

    def release(self) -> None:
        """Let the next process in."""
        os.close(self._handle)

    def __enter__(self) -> Self:
        """Return the lock, held."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release it."""
        self.release()


def _busy(handle: int, subject: str) -> WorkspaceBusyError:
    holder = os.pread(handle, _PID_BYTES, 0).decode(errors="replace")
    return WorkspaceBusyError(
        subject,
        f"process {holder or 'unknown'} is working in this workspace",
        remedy="Wait until it has finished, or stop it; reading commands (claims, findings) "
        "work meanwhile.",
    )


def _open(path: Path, subject: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        raise InputError(
            subject,
            "the folder cannot be written to",
            remedy="Choose a folder that you may write to.",
        ) from error
