"""Evidentiary copies in a folder, each under the SHA-256 of its bytes.

Invariants: a file whose name is a digest was whole and on the disk before it got that name; it is
read-only and never written again; whatever was under way when a process died has a name that
starts with `incoming-` and is not part of the vault.
"""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from purport.core.digests import Digest, digest_file
from purport.core.errors import DigestMismatchError, InputError, StorageFullError

__all__ = ["FolderVault", "translate_storage_faults"]

_CHUNK_BYTES = 1 << 20
_INCOMING = "incoming-"
_READ_ONLY = 0o444
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_ALTERED = "Restore the file from a backup; treat everything derived from it as unproven."


class FolderVault:
    """A content-addressed store below one folder: `ab/cdef…` for the digest `abcdef…`.

    Args:
        root: The folder; made, with its parents, when the first bytes arrive.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, digest: Digest) -> Path:
        """Return where the bytes of `digest` lie, or would lie."""
        return self._root / digest[:2] / digest[2:]

    def holds(self, digest: Digest) -> bool:
        """Tell whether there is a file under `digest`, without reading it."""
        return self.path_of(digest).is_file()

    def put_file(self, path: Path) -> Digest:
        """Preserve a file's bytes; it is enough to do it once.

        Args:
            path: The file to copy.

        Returns:
            The digest under which the bytes now lie, durably.

        Raises:
            InputError: The file cannot be read.
            StorageFullError: The disk or quota is full; nothing is left behind.
        """
        try:
            source = path.open("rb")
        except OSError as error:
            raise InputError(
                path.name,
                f"cannot be read ({error.strerror})",
                remedy="Give a file that exists and that you may read.",
            ) from error
        with source:
            return self._put(source, path.name)

    def put_bytes(self, content: bytes, *, name: str) -> Digest:
        """Preserve bytes held in memory; see `put_file`."""
        return self._put(BytesIO(content), name)

    def open(self, digest: Digest) -> BinaryIO:
        """Open the bytes of `digest` for reading.

        Raises:
            DigestMismatchError: There are none.
        """
        try:
            return self.path_of(digest).open("rb")
        except FileNotFoundError as error:
            raise _missing(digest, str(digest)) from error

    def verify(self, digest: Digest, *, subject: str) -> None:
        """Recompute the digest of preserved bytes.

        Args:
            digest: Under which they were recorded.
            subject: What the error calls them.

        Raises:
            DigestMismatchError: They are missing, or no longer the same.
        """
        try:
            found = digest_file(self.path_of(digest))
        except FileNotFoundError as error:
            raise _missing(digest, subject) from error
        if found != digest:
            raise DigestMismatchError(
                subject,
                f"the preserved bytes were altered: their digest is {found}, recorded was {digest}",
                remedy=_ALTERED,
            )

    def digests(self) -> Iterator[Digest]:
        """Name everything that the vault holds, in ascending order."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                name = folder.name + path.name
                if _DIGEST.fullmatch(name):
                    yield Digest(name)

    def sweep(self) -> int:
        """Remove what a process left half-written; only its sole user may call this.

        Returns:
            How many files were removed.
        """
        leftovers = list(self._root.glob(_INCOMING + "*"))
        for path in leftovers:
            path.unlink()
        return len(leftovers)

    def _put(self, source: BinaryIO, subject: str) -> Digest:
        with translate_storage_faults(subject):
            self._root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=self._root)
            incoming = Path(name)
            try:
                with os.fdopen(handle, "wb") as sink:
                    digest = _copy(source, sink)
                    os.fchmod(sink.fileno(), _READ_ONLY)
                    sink.flush()
                    os.fsync(sink.fileno())
                self._admit(incoming, digest)
            finally:
                incoming.unlink(missing_ok=True)
        return digest

    def _admit(self, incoming: Path, digest: Digest) -> None:
        """Give a durable file its name, durably, unless that name is already taken."""
        final = self.path_of(digest)
        if not final.parent.is_dir():
            final.parent.mkdir(exist_ok=True)
            _sync_folder(self._root)
        if not final.is_file():
            incoming.rename(final)
        _sync_folder(final.parent)


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


def _copy(source: BinaryIO, sink: BinaryIO) -> Digest:
    hasher = hashlib.sha256()
    while chunk := source.read(_CHUNK_BYTES):
        hasher.update(chunk)
        sink.write(chunk)
    return Digest(hasher.hexdigest())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(digest: Digest, subject: str) -> DigestMismatchError:
    return DigestMismatchError(
        subject,
        f"the preserved bytes are missing from the vault, recorded was {digest}",
        remedy=_ALTERED,
    )
