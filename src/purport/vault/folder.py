"""Evidentiary copies in a folder, each under the SHA-256 of its bytes.

Invariants: a file whose name is a digest was whole and on the disk before it got that name; it is
read-only and never written again, but gives way to the bytes that it should hold when it was
altered and they are put anew; whatever was under way when a process died has a name that
starts with `incoming-` and is not part of the vault.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from purport.core.digests import Digest, digest_file
from purport.core.errors import (
    DigestMismatchError,
    InputError,
    PurportError,
    UnavailableError,
)
from purport.vault.durable import sync_folder, translate_storage_faults

__all__ = ["FolderVault", "altered", "missing", "read_file"]

_CHUNK_BYTES = 1 << 20
_INCOMING = "incoming-"
_READ_ONLY = 0o444
_DIGEST = re.compile(r"[0-9a-f]{64}")
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

    def size_of(self, digest: Digest) -> int:
        """Return how long the bytes of `digest` are. [bytes]

        Raises:
            DigestMismatchError: There are none.
        """
        try:
            return self.path_of(digest).stat().st_size
        except FileNotFoundError as error:
            raise missing(digest, digest) from error

    def local_copy(self, digest: Digest) -> Path:
        """Return a file with the bytes of `digest`, only ever to be read; see `path_of`."""
        return self.path_of(digest)

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
        return self.put_chunks(read_file(path), name=path.name)

    def put_bytes(self, content: bytes, *, name: str) -> Digest:
        """Preserve bytes held in memory; see `put_file`."""
        return self.put_chunks([content], name=name)

    def put_chunks(
        self, chunks: Iterable[bytes], *, name: str, expected: Digest | None = None
    ) -> Digest:
        """Preserve bytes that come piece by piece; see `Vault.put_chunks`."""
        with translate_storage_faults(name):
            self._root.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=_INCOMING, dir=self._root)
            incoming = Path(temporary)
            try:
                with os.fdopen(handle, "wb") as sink:
                    digest = _copy(chunks, sink)
                    if expected is not None and digest != expected:
                        raise altered(expected, digest, name)
                    os.fchmod(sink.fileno(), _READ_ONLY)
                    sink.flush()
                    os.fsync(sink.fileno())
                self._admit(incoming, digest)
            finally:
                incoming.unlink(missing_ok=True)
        return digest

    def chunks(self, digest: Digest) -> Iterator[bytes]:
        """Read the bytes of `digest` piece by piece; whether they are whole is for the caller.

        Raises:
            DigestMismatchError: There are none.
        """
        if not self.holds(digest):
            raise missing(digest, digest)
        yield from read_file(self.path_of(digest))

    def open(self, digest: Digest) -> BinaryIO:
        """Open the bytes of `digest` for reading.

        Raises:
            DigestMismatchError: There are none.
        """
        try:
            return self.path_of(digest).open("rb")
        except FileNotFoundError as error:
            raise missing(digest, digest) from error

    def find_digest(self, digest: Digest) -> Digest | None:
        """Recompute the digest of what lies under `digest`; None when nothing does.

        Raises:
            UnavailableError: It cannot be read.
        """
        try:
            return digest_file(self.path_of(digest))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(
                digest,
                f"the preserved bytes cannot be read ({error.strerror})",
                remedy="Look at the disk and at who may read the vault; run again.",
            ) from error

    def verify(self, digest: Digest, *, subject: str) -> None:
        """Recompute the digest of preserved bytes.

        Args:
            digest: Under which they were recorded.
            subject: What the error calls them.

        Raises:
            DigestMismatchError: They are missing, or no longer the same.
            UnavailableError: They cannot be read.
        """
        found = self.find_digest(digest)
        if found is None:
            raise missing(digest, subject)
        if found != digest:
            raise altered(digest, found, subject)

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

    def _admit(self, incoming: Path, digest: Digest) -> None:
        """Give a durable file its name, durably, unless the same bytes have it already.

        What lies there and has another digest was altered: it gives way to what should be there.
        """
        final = self.path_of(digest)
        if not final.parent.is_dir():
            final.parent.mkdir(exist_ok=True)
            sync_folder(self._root)
        if self.find_digest(digest) != digest:
            incoming.rename(final)
        sync_folder(final.parent)


def read_file(path: Path) -> Iterator[bytes]:
    """Read a file in pieces of 1 MiB.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise InputError(
            path.name,
            f"cannot be read ({error.strerror})",
            remedy="Give a file that exists and that you may read.",
        ) from error


def missing(digest: Digest, subject: str) -> PurportError:
    """Return the error that there are no bytes under a digest."""
    return DigestMismatchError(
        subject,
        f"the preserved bytes are missing from the vault, recorded was {digest}",
        remedy=_ALTERED,
    )


def altered(digest: Digest, found: Digest, subject: str) -> PurportError:
    """Return the error that the bytes under a digest have another one."""
    return DigestMismatchError(
        subject,
        f"the preserved bytes were altered: their digest is {found}, recorded was {digest}",
        remedy=_ALTERED,
    )


def _copy(chunks: Iterable[bytes], sink: BinaryIO) -> Digest:
    hasher = hashlib.sha256()
    for chunk in chunks:
        hasher.update(chunk)
        sink.write(chunk)
    return Digest(hasher.hexdigest())
