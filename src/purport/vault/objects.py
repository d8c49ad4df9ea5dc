"""Evidentiary copies on an S3-compatible store, each under the SHA-256 of its bytes.

Invariants: an object whose key is a digest was read back from the store and found whole before it
got that key; it is never written again; what was under way when a process died has a key below
`incoming/`, is no part of the vault, and is written down on this machine so that it is removed.
Credentials and endpoint come from the environment, never from the address.
"""

import hashlib
import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from purport.core.digests import Digest
from purport.core.errors import DigestMismatchError, InputError, UnavailableError
from purport.vault.bucket import Bucket, split_s3_address
from purport.vault.folder import FolderVault, altered, missing, read_file

__all__ = ["ObjectVault"]

_PART_BYTES = 16 << 20
_TRIES = 3
"""How often an object is sent or fetched anew when other bytes arrive than were sent."""
_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{62})")


class ObjectVault:
    """A content-addressed store below an address: `ab/cdef…` for the digest `abcdef…`.

    Args:
        address: `s3://bucket/prefix`; the bucket exists.
        kept: Folder for what is on its way and for local copies; may be deleted when nobody works.
        part_bytes: Length of the parts in which longer objects are sent and read. [bytes]

    Raises:
        InputError: The address is none of an S3 store.
    """

    def __init__(self, address: str, kept: Path, *, part_bytes: int = _PART_BYTES) -> None:
        name, prefix = split_s3_address(address)
        self.address = address
        self._prefix = f"{prefix}/" if prefix else ""
        self._bucket = Bucket(name, part_bytes=part_bytes)
        self._local = FolderVault(kept)
        self._under_way = kept / "under-way"

    def holds(self, digest: Digest) -> bool:
        """Tell whether there is an object under `digest`, without reading it."""
        return self._bucket.find_size(self._key(digest)) is not None

    def size_of(self, digest: Digest) -> int:
        """Return how long the bytes of `digest` are; see `Vault`. [bytes]"""
        size = self._bucket.find_size(self._key(digest))
        if size is None:
            raise missing(digest, self._address_of(digest))
        return size

    def put_file(self, path: Path) -> Digest:
        """Preserve a file's bytes; see `Vault`. A local copy stays."""
        return self._send(self._local.put_chunks(read_file(path), name=path.name), path.name)

    def put_bytes(self, content: bytes, *, name: str) -> Digest:
        """Preserve bytes held in memory; see `Vault`."""
        return self._send(self._local.put_bytes(content, name=name), name)

    def put_chunks(
        self, chunks: Iterable[bytes], *, name: str, expected: Digest | None = None
    ) -> Digest:
        """Preserve bytes that come piece by piece; see `Vault`. No local copy stays."""
        digest = self._local.put_chunks(chunks, name=name, expected=expected)
        self._send(digest, name)
        self._local.path_of(digest).unlink(missing_ok=True)
        return digest

    def chunks(self, digest: Digest) -> Iterator[bytes]:
        """Read the bytes of `digest` piece by piece, from the store; see `Vault`."""
        try:
            yield from self._bucket.read(self._key(digest))
        except FileNotFoundError as error:
            raise missing(digest, self._address_of(digest)) from error

    def open(self, digest: Digest) -> BinaryIO:
        """Open the bytes of `digest` for reading; see `Vault`."""
        return self.local_copy(digest).open("rb")

    def local_copy(self, digest: Digest) -> Path:
        """Return a file with the bytes of `digest`, fetched when there is none; see `Vault`."""
        for tries_left in reversed(range(_TRIES)):
            if self._local.holds(digest):
                break
            try:
                chunks = self._bucket.read(self._key(digest))
                self._local.put_chunks(chunks, name=self._address_of(digest), expected=digest)
            except FileNotFoundError as error:
                raise missing(digest, self._address_of(digest)) from error
            except DigestMismatchError:
                if not tries_left:
                    raise
        return self._local.path_of(digest)

    def find_digest(self, digest: Digest) -> Digest | None:
        """Recompute the digest of the object under `digest`; see `Vault`."""
        return self._find_digest(self._key(digest))

    def verify(self, digest: Digest, *, subject: str) -> None:
        """Recompute the digest of an object, read from the store; see `Vault`."""
        found = self.find_digest(digest)
        if found is None:
            raise missing(digest, subject)
        if found != digest:
            raise altered(digest, found, subject)

    def digests(self) -> Iterator[Digest]:
        """Name everything that the vault holds, in ascending order."""
        for key in self._bucket.keys(self._prefix):
            digest = self._digest_of(key)
            if digest is not None:
                yield digest

    def strangers(self, known: Container[Digest]) -> Iterator[str]:
        """Name what lies below the address and is neither known nor on its way; one listing.

        Args:
            known: Evidence that may be there.
        """
        on_its_way = f"{self._prefix}incoming/"
        for key in self._bucket.keys(self._prefix):
            digest = self._digest_of(key)
            if digest not in known if digest is not None else not key.startswith(on_its_way):
                yield self._bucket.address_of(key)

    def sweep(self) -> int:
        """Remove what a process left half-sent; see `Vault`.

        Nothing is asked of the store unless something was left. What it does not answer about now
        stays written down for the next time.
        """
        removed = self._local.sweep()
        for note in list(self._under_way.glob("*")):
            digest = Digest(note.name.partition(".")[0])
            with suppress(UnavailableError):
                self._bucket.abort(self._incoming(note))
                self._bucket.abort(self._key(digest))
                self._clear(note)
                removed += 1
        return removed

    def _send(self, digest: Digest, name: str) -> Digest:
        """Send a local copy, read it back, and only then give it its key."""
        path = self._local.path_of(digest)
        sending = _Sending(
            digest=digest,
            path=path,
            size=path.stat().st_size,
            called=f"{name} ({self._address_of(digest)})",
        )
        try:
            if self._bucket.find_size(self._key(digest)) != sending.size:
                self._send_noted(sending)
        except FileNotFoundError as error:
            raise InputError(
                sending.called,
                f"the store has no place for it ({error})",
                remedy="Make the bucket, or check its name.",
            ) from error
        return digest

    def _send_noted(self, sending: "_Sending") -> None:
        """Send, with what is under way written down on this machine until it is removed."""
        note = self._under_way / f"{sending.digest}.{uuid4().hex}"
        incoming = self._incoming(note)
        self._under_way.mkdir(exist_ok=True)
        note.touch()
        try:
            self._send_checked(sending, incoming)
        except BaseException:
            with suppress(UnavailableError):  # it stays written down, and `sweep` removes it
                self._bucket.abort(incoming)
                self._clear(note)
            raise
        with suppress(UnavailableError):  # as above
            self._clear(note)

    def _send_checked(self, sending: "_Sending", incoming: str) -> None:
        digest, size = sending.digest, sending.size
        for tries_left in reversed(range(_TRIES)):
            self._bucket.write(incoming, _checked(sending), size=size)
            found = self._find_digest(incoming)
            if found == digest:
                break
            if not tries_left:
                raise _refused(sending, found)
        self._bucket.copy(incoming, self._key(digest), size=size)
        if self._bucket.find_size(self._key(digest)) != size:
            raise _refused(sending, None)

    def _clear(self, note: Path) -> None:
        """Remove what was sent for a note, whether or not it came to its end; then the note."""
        self._bucket.remove(self._incoming(note))
        note.unlink(missing_ok=True)

    def _find_digest(self, key: str) -> Digest | None:
        hasher = hashlib.sha256()
        try:
            for chunk in self._bucket.read(key):
                hasher.update(chunk)
        except FileNotFoundError:
            return None
        return Digest(hasher.hexdigest())

    def _incoming(self, note: Path) -> str:
        return f"{self._prefix}incoming/{note.name}"

    def _key(self, digest: Digest) -> str:
        return f"{self._prefix}{digest[:2]}/{digest[2:]}"

    def _digest_of(self, key: str) -> Digest | None:
        """Return of which bytes a key is; None when it is none of evidence."""
        matched = _KEY.fullmatch(key.removeprefix(self._prefix))
        return None if matched is None else Digest(matched.group(1) + matched.group(2))

    def _address_of(self, digest: Digest) -> str:
        return self._bucket.address_of(self._key(digest))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sending:
    """What is to be sent."""

    digest: Digest
    """Its digest."""
    path: Path
    """The local copy."""
    size: int
    """How long it is. [bytes]"""
    called: str
    """What errors call it."""


def _checked(sending: _Sending) -> Iterator[bytes]:
    """Read a local copy, and fail before its end is sent when it is not what was preserved."""
    hasher = hashlib.sha256()
    before: bytes | None = None
    for chunk in read_file(sending.path):
        hasher.update(chunk)
        if before is not None:
            yield before
        before = chunk
    found = Digest(hasher.hexdigest())
    if found != sending.digest:
        sending.path.unlink()
        raise altered(sending.digest, found, f"local copy of {sending.called}")
    if before is not None:
        yield before


def _refused(sending: _Sending, found: Digest | None) -> DigestMismatchError:
    came = "nothing came back" if found is None else f"what came back has the digest {found}"
    return DigestMismatchError(
        sending.called,
        f"the store did not keep what was sent: {came}, sent was {sending.digest}",
        remedy="Nothing was recorded. Look at the store and the network before you run again.",
    )
