"""What every vault promises, wherever its bytes lie.

Invariants: bytes lie under the SHA-256 of themselves; they get that name only when they are whole
and durable; nothing that has such a name is ever written again.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from purport.core.digests import Digest

__all__ = ["Vault"]


class Vault(Protocol):
    """Evidentiary copies, content-addressed."""

    def holds(self, digest: Digest) -> bool:
        """Tell whether there are bytes under `digest`, without reading them."""
        ...

    def size_of(self, digest: Digest) -> int:
        """Return how long the bytes of `digest` are. [bytes]

        Raises:
            DigestMismatchError: There are none.
        """
        ...

    def put_file(self, path: Path) -> Digest:
        """Preserve a file's bytes; it is enough to do it once.

        Returns:
            The digest under which the bytes now lie, durably.

        Raises:
            InputError: The file cannot be read.
            StorageFullError: There is no room; nothing is left behind.
            UnavailableError: The store did not take them; nothing of them is visible there.
        """
        ...

    def put_bytes(self, content: bytes, *, name: str) -> Digest:
        """Preserve bytes held in memory; see `put_file`."""
        ...

    def put_chunks(
        self, chunks: Iterable[bytes], *, name: str, expected: Digest | None = None
    ) -> Digest:
        """Preserve bytes that come piece by piece; see `put_file`.

        Args:
            chunks: The pieces, in order.
            name: What errors call them.
            expected: The digest that they must have; None to take whatever comes.

        Raises:
            DigestMismatchError: They have another; nothing is left behind.
        """
        ...

    def chunks(self, digest: Digest) -> Iterator[bytes]:
        """Read the bytes of `digest` piece by piece; whether they are whole is for the caller.

        Raises:
            DigestMismatchError: There are none.
        """
        ...

    def open(self, digest: Digest) -> BinaryIO:
        """Open the bytes of `digest` for reading.

        Raises:
            DigestMismatchError: There are none, or others came than were preserved.
        """
        ...

    def local_copy(self, digest: Digest) -> Path:
        """Return a file with the bytes of `digest` on this machine, only ever to be read.

        Raises:
            DigestMismatchError: There are none, or others came than were preserved.
        """
        ...

    def find_digest(self, digest: Digest) -> Digest | None:
        """Recompute the digest of what lies under `digest`; None when nothing does.

        Raises:
            UnavailableError: It cannot be read.
        """
        ...

    def verify(self, digest: Digest, *, subject: str) -> None:
        """Recompute the digest of preserved bytes.

        Args:
            digest: Under which they were recorded.
            subject: What the error calls them.

        Raises:
            DigestMismatchError: They are missing, or no longer the same.
            UnavailableError: They cannot be read.
        """
        ...

    def digests(self) -> Iterator[Digest]:
        """Name everything that the vault holds, in ascending order."""
        ...

    def sweep(self) -> int:
        """Remove what a process left half-written; only its sole user may call this.

        Returns:
            How many such leftovers were removed.
        """
        ...
