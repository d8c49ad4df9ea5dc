"""Files that are there whole or not at all, and names that are on the disk when told so."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from purport.core.errors import StorageFullError

__all__ = ["sync_folder", "translate_storage_faults", "write_whole", "writing"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all, and stays after a power cut.

    Args:
        path: The file; what it held before is replaced. `PATH.part` beside it is written first.
        text: What it is to hold.

    Raises:
        StorageFullError: There is no room.
    """
    unfinished = path.with_name(f"{path.name}.part")
    with translate_storage_faults(path.name):
        with unfinished.open("w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)


@contextmanager
def writing(kept: Path, *, subject: str, within: Path | None = None) -> Iterator[Path]:
    """Give a name under which to write a file that gets its own name when the block ends well.

    What was written is removed when the block fails; where it left nothing, nothing is kept. Two
    that write the same at once are not in each other's way. It is not brought to the disk.

    Args:
        kept: The file; what it held before is replaced, and its folder is made when absent.
        subject: What errors call it.
        within: Folder of the same file system in which it is written; None for its own.

    Yields:
        A name under which there is nothing: `.NAME.PROCESS-THREAD.part`.

    Raises:
        StorageFullError: There is no room.
    """
    folder = kept.parent if within is None else within
    unfinished = folder / f".{kept.name}.{os.getpid()}-{threading.get_ident()}.part"
    with translate_storage_faults(subject):
        folder.mkdir(parents=True, exist_ok=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)  # of a process that died and had the same number
        try:
            yield unfinished
            if unfinished.exists():
                unfinished.replace(kept)
        finally:
            unfinished.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def translate_storage_faults(subject: str) -> Iterator[None]:
    """Turn "no room" from the operating system into our own error.

    Raises:
        StorageFullError: The disk, a quota or a limit on file size is exhausted.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise StorageFullError(
            subject,
            f"there is no room to store it ({error.strerror})",
            remedy="Free disk space or quota, or move the workspace, then run the command again; "
            "what was stored before is whole.",
        ) from error
