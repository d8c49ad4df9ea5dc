"""What every vault promises: in a folder, and on a server of objects."""

import os
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from purport.core.digests import Digest, digest_bytes
from purport.core.errors import DigestMismatchError, InputError
from purport.vault import FolderVault, ObjectVault, Vault

LONG = os.urandom((11 << 20) + 7)
"""Sent in three parts of 5 MiB, which is the shortest that S3 takes."""


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Vault]:
    """Return what opens one and the same vault, each time as another process would."""
    if request.param == "folder":
        return lambda: FolderVault(tmp_path / "vault")
    request.getfixturevalue("s3")
    address = f"s3://archive/{uuid4().hex}/"
    return lambda: ObjectVault(address, tmp_path / uuid4().hex, part_bytes=5 << 20)


def alter(
    request: pytest.FixtureRequest, vault: Vault, digest: Digest, content: bytes | None
) -> None:
    """Change what lies under a digest behind the vault's back; None removes it."""
    if isinstance(vault, FolderVault):
        vault.path_of(digest).unlink()
        if content is not None:
            vault.path_of(digest).write_bytes(content)
        return
    assert isinstance(vault, ObjectVault)
    server = request.getfixturevalue("object_server")
    key = f"{vault.address.removeprefix('s3://')}{digest[:2]}/{digest[2:]}"
    if content is None:
        server.remove(key)
    else:
        server.put(key, content)


@pytest.mark.parametrize("content", [b"", b"some bytes", LONG])
def test_what_is_put_is_there_for_whoever_opens_it_next(
    place: Callable[[], Vault], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    digest = place().put_file(path)
    assert digest == digest_bytes(content)
    vault = place()
    assert vault.holds(digest)
    assert vault.size_of(digest) == len(content)
    assert vault.find_digest(digest) == digest
    vault.verify(digest, subject="clip.mp4")
    with vault.open(digest) as stream:
        assert stream.read() == content
    assert vault.local_copy(digest).read_bytes() == content
    assert list(vault.digests()) == [digest]
    assert vault.sweep() == 0


def test_putting_twice_changes_nothing(place: Callable[[], Vault]) -> None:
    vault = place()
    assert vault.put_bytes(b"once", name="a") == vault.put_bytes(b"once", name="b")
    assert place().put_bytes(b"once", name="c") in set(vault.digests())
    assert len(list(vault.digests())) == 1


def test_digests_come_in_order(place: Callable[[], Vault]) -> None:
    vault = place()
    put = {vault.put_bytes(bytes([number]), name="x") for number in range(8)}
    assert list(vault.digests()) == sorted(put)


def test_what_was_never_put_is_missing(place: Callable[[], Vault]) -> None:
    vault, digest = place(), digest_bytes(b"never")
    assert not vault.holds(digest)
    assert vault.find_digest(digest) is None
    assert list(vault.digests()) == []
    for ask in (vault.size_of, vault.open):
        with pytest.raises(DigestMismatchError, match="missing from the vault"):
            ask(digest)
    with pytest.raises(DigestMismatchError, match=r"^clip\.mp4: .*missing from the vault"):
        vault.verify(digest, subject="clip.mp4")


def test_an_altered_byte_is_found(
    place: Callable[[], Vault], request: pytest.FixtureRequest
) -> None:
    digest = place().put_bytes(b"evidence", name="a")
    alter(request, place(), digest, b"evidencE")
    assert place().find_digest(digest) == digest_bytes(b"evidencE")
    with pytest.raises(DigestMismatchError, match=r"^clip\.mp4: .*were altered"):
        place().verify(digest, subject="clip.mp4")


def test_what_was_lost_is_found(place: Callable[[], Vault], request: pytest.FixtureRequest) -> None:
    digest = place().put_bytes(b"evidence", name="a")
    alter(request, place(), digest, None)
    with pytest.raises(DigestMismatchError, match="missing"):
        place().verify(digest, subject="clip.mp4")


def test_file_that_cannot_be_read_is_named(place: Callable[[], Vault], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^gone\.mp4: cannot be read"):
        place().put_file(tmp_path / "gone.mp4")
    assert list(place().digests()) == []
