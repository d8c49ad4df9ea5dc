"""Signing keys: Ed25519, made on first use, readable by their owner alone, replaced and not lost.

A key ring is a folder. `current` names the fingerprint of the key that signs; `<fingerprint>.pem`
are private keys, mode 0600; `public.json` tells which keys there were, from when to when, with a
statement signed by the old key for each that followed (none when the old key was stolen: then
nothing that it signs is worth anything).

References:
    Josefsson & Liusvaara (2017), RFC 8032 (Ed25519).
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from purport.core.digests import Digest, canonical_json, digest_bytes
from purport.core.errors import InputError, IntegrityError
from purport.core.instants import format_utc
from purport.core.records import from_json, to_json
from purport.vault import write_whole

__all__ = [
    "Ending",
    "KeyRing",
    "PublicKey",
    "fingerprint_of",
    "is_succession",
    "load_public_keys",
    "public_key_page",
    "read_public_pem",
    "verify_signature",
]

_MODE = 0o600
_FOLDER_MODE = 0o700
_SHOWN = 16
_BEGINS = "-----BEGIN"


class Ending(StrEnum):
    """Why a key signs no more."""

    ROTATED = "rotated"
    """Replaced in good order."""
    COMPROMISED = "compromised"
    """Somebody else may have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """The public half of a key, with its time."""

    fingerprint: Digest
    """SHA-256 of its SubjectPublicKeyInfo in DER."""
    pem: str
    """SubjectPublicKeyInfo in PEM."""
    made_utc: datetime
    """When it was made."""
    ended_utc: datetime | None = None
    """When it was replaced; None while it signs."""
    ending: Ending | None = None
    """Why; None while it signs."""
    vouched_by: Digest | None = None
    """The key before it, which signed that this one follows; None for a first key, or after a
    theft."""
    voucher: str | None = None
    """That signature, hexadecimal, over `succession_text`; None when there is none."""


def read_public_pem(pem: str, *, subject: str) -> Ed25519PublicKey:
    """Read a public key, the only one of its file.

    Raises:
        InputError: It is no Ed25519 key, or there are several: a page may list stolen ones too.
    """
    if pem.count(_BEGINS) > 1:
        raise InputError(
            subject,
            "holds more than one key",
            remedy="Give the one that you mean: a PEM file of it alone, or its fingerprint.",
        )
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(
            subject, f"is no public key ({error})", remedy="Give a PEM file of an Ed25519 key."
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(
            subject, "is a key of another kind", remedy="Give a PEM file of an Ed25519 key."
        )
    return key


def fingerprint_of(key: Ed25519PublicKey) -> Digest:
    """Return the SHA-256 of a key's SubjectPublicKeyInfo in DER."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return digest_bytes(der)


def verify_signature(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Tell whether a signature fits."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def succession_text(old: Digest, new: PublicKey) -> bytes:
    """Return what the old key signs when a new one follows it."""
    stated = {"follows": old, "key": new.fingerprint, "made_utc": format_utc(new.made_utc)}
    return canonical_json({"purport": "key succession", **stated}).encode()


def is_succession(keys: Sequence[PublicKey], *, known: Digest, signer: Digest) -> bool:
    """Tell whether a known key vouches, over those between, for the one that signed.

    Args:
        keys: What the bag or page says of its keys; nothing of it is taken on trust.
        known: Fingerprint of the key that the reader knows.
        signer: Fingerprint of the key that signed.
    """
    by_print = {key.fingerprint: key for key in keys}
    reached, seen = signer, {signer}
    while reached != known:
        key = by_print.get(reached)
        if key is None or key.vouched_by is None or key.voucher is None:
            return False
        before = by_print.get(key.vouched_by)
        if before is None or before.fingerprint in seen or before.ending is Ending.COMPROMISED:
            return False
        if not _vouches(before, key):
            return False
        reached = before.fingerprint
        seen.add(reached)
    return True


def _vouches(before: PublicKey, key: PublicKey) -> bool:
    try:
        old = read_public_pem(before.pem, subject="key")
        new = read_public_pem(key.pem, subject="key")
        signature = bytes.fromhex(key.voucher or "")
    except (InputError, ValueError):
        return False
    if (fingerprint_of(old), fingerprint_of(new)) != (before.fingerprint, key.fingerprint):
        return False
    return verify_signature(old, signature, succession_text(before.fingerprint, key))


def load_public_keys(content: bytes, *, subject: str) -> tuple[PublicKey, ...]:
    """Read a list of public keys as `public.json` and sealed bags have it.

    Raises:
        InputError: It is none.
    """
    try:
        return tuple(from_json(PublicKey, each) for each in json.loads(content))
    except Exception as error:
        raise InputError(
            subject,
            "is no list of public keys",
            remedy="Give public.json of the sealer's key ring.",
        ) from error


class KeyRing:
    """The signing keys of one person or desk.

    Args:
        folder: Where they lie; made, mode 0700, with the first key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def public_keys(self) -> tuple[PublicKey, ...]:
        """Return the public halves of all keys that there ever were, oldest first.

        Raises:
            InputError: The list cannot be read.
        """
        path = self.folder / "public.json"
        return load_public_keys(path.read_bytes(), subject=str(path)) if path.is_file() else ()

    def current(self, now: datetime) -> PublicKey:
        """Return the key that signs; the first one is made now.

        Raises:
            IntegrityError: Others may read the private key, or it is gone.
        """
        keys = self.public_keys()
        if not keys:
            with self._held_alone():  # another process may make the first one too
                keys = self.public_keys()
                if not keys:
                    return self._make(now, keys=())
        self._private(keys[-1])
        return keys[-1]

    def sign(self, content: bytes, *, key: PublicKey) -> bytes:
        """Sign bytes with a key of the ring.

        Raises:
            IntegrityError: Others may read the private key, or it is gone.
        """
        return self._private(key).sign(content)

    def rotate(self, now: datetime, *, ending: Ending = Ending.ROTATED) -> PublicKey:
        """Make a new key; the old one vouches for it, unless it was stolen.

        Raises:
            InputError: There is no key yet.
            IntegrityError: Others may read the old private key, or it is gone.
        """
        if not self.public_keys():
            raise InputError("key", "there is none yet", remedy="The first seal makes one.")
        with self._held_alone():
            keys = self.public_keys()
            ended = replace(keys[-1], ended_utc=now, ending=ending)
            return self._make(now, keys=(*keys[:-1], ended))

    @contextmanager
    def _held_alone(self) -> Iterator[None]:
        """Keep others that would add a key waiting, so that none is lost."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _make(self, now: datetime, *, keys: tuple[PublicKey, ...]) -> PublicKey:
        private = Ed25519PrivateKey.generate()
        public = private.public_key()
        pem = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key = PublicKey(fingerprint=fingerprint_of(public), pem=pem.decode(), made_utc=now)
        before = keys[-1] if keys else None
        if before is not None and before.ending is not Ending.COMPROMISED:
            text = succession_text(before.fingerprint, key)
            signature = self._private(before).sign(text).hex()
            key = replace(key, vouched_by=before.fingerprint, voucher=signature)
        self._store(private, key, keys)
        return key

    def _store(
        self, private: Ed25519PrivateKey, key: PublicKey, keys: tuple[PublicKey, ...]
    ) -> None:
        secret = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        handle = os.open(self._path(key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(handle, "wb") as sink:
            sink.write(secret)
            sink.flush()
            os.fsync(sink.fileno())
        write_whole(self.folder / "public.json", json.dumps(to_json((*keys, key)), indent=1))

    def _path(self, key: PublicKey) -> Path:
        return self.folder / f"{key.fingerprint}.pem"

    def _private(self, key: PublicKey) -> Ed25519PrivateKey:
        path = self._path(key)
        if not path.is_file():
            raise IntegrityError(
                str(path),
                "the private key is gone",
                remedy="Restore it from a backup, or make a new one with purport key rotate.",
            )
        if path.stat().st_mode & 0o077:
            raise IntegrityError(
                str(path),
                f"others may read the private key (mode {path.stat().st_mode & 0o777:o})",
                remedy=f"chmod 600 {path}; if others did read it: "
                "purport key rotate --compromised.",
            )
        private = _read_private(path)
        if fingerprint_of(private.public_key()) != key.fingerprint:
            raise IntegrityError(
                str(path), "is another key than its name says", remedy="Restore it from a backup."
            )
        return private


def _read_private(path: Path) -> Ed25519PrivateKey:
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_private(path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_private(path)
    return private


def _no_private(path: Path) -> IntegrityError:
    return IntegrityError(
        str(path), "is no private Ed25519 key", remedy="Restore it from a backup."
    )


def public_key_page(keys: Sequence[PublicKey], *, owner: str) -> str:
    """Write the page to publish: which keys are ours, from when to when, and how to compare.

    Args:
        keys: All keys, oldest first.
        owner: Whose they are.

    Returns:
        Plain text that is also Markdown.
    """
    lines = [
        f"# Signing keys of {owner}",
        "",
        "Cases that we seal with Purport are signed with Ed25519. Compare the fingerprint that",
        "`purport verify BAG` prints with those below, on a page that you reached by another way",
        "than the bag, or give this page's keys to it: `purport verify BAG --key FILE.pem`.",
    ]
    for key in reversed(keys):
        lines += ["", f"## {key.fingerprint[:_SHOWN]}", "", *_key_lines(key), "", "```text"]
        lines += [key.pem.strip(), "```"]
    return "\n".join(lines) + "\n"


def _key_lines(key: PublicKey) -> list[str]:
    made = format_utc(key.made_utc.replace(microsecond=0))
    lines = [f"- Fingerprint (SHA-256 of the key in DER): `{key.fingerprint}`", f"- Made: {made}"]
    if key.ended_utc is None:
        lines.append("- Signs now.")
    else:
        ended = format_utc(key.ended_utc.replace(microsecond=0))
        if key.ending is Ending.COMPROMISED:
            lines.append(
                f"- **Do not trust**: somebody else may have it since {ended} or before. A bag "
                "signed with it counts only by a time stamp from before."
            )
        else:
            lines.append(f"- Replaced: {ended}; what it signed before stays valid.")
    if key.vouched_by is not None:
        lines.append(f"- The key before it, `{key.vouched_by[:_SHOWN]}`, vouches for it.")
    return lines
