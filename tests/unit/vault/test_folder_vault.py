import errno
import os
import stat
from pathlib import Path

import pytest

from purport.core.digests import Digest, digest_bytes
from purport.core.errors import DigestMismatchError, InputError, StorageFullError
from purport.vault import FolderVault, translate_storage_faults

HELLO = b"hello"
DIGEST = digest_bytes(HELLO)


@pytest.fixture
def vault(tmp_path: Path) -> FolderVault:
    return FolderVault(tmp_path / "vault")


def test_bytes_lie_under_their_digest_and_read_only(vault: FolderVault, tmp_path: Path) -> None:
    assert vault.put_bytes(HELLO, name="hello") == DIGEST
    path = tmp_path / "vault" / DIGEST[:2] / DIGEST[2:]
    assert path == vault.path_of(DIGEST)
    assert path.read_bytes() == HELLO
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    with vault.open(DIGEST) as stream:
        assert stream.read() == HELLO


def test_file_of_several_pieces_is_kept_whole(vault: FolderVault, tmp_path: Path) -> None:
    source = tmp_path / "large"
    content = bytes(range(256)) * 10_000
    source.write_bytes(content)
    digest = vault.put_file(source)
    assert digest == digest_bytes(content)
    assert vault.path_of(digest).read_bytes() == content


@pytest.mark.parametrize("altered", [b"", b"hullo", b"longer than it was"])
def test_what_was_altered_is_whole_again_when_it_is_put_anew(
    vault: FolderVault, altered: bytes
) -> None:
    """It was reported as stored, and verification went on to fail."""
    vault.put_bytes(HELLO, name="first")
    path = vault.path_of(DIGEST)
    path.chmod(0o644)
    path.write_bytes(altered)
    assert vault.put_bytes(HELLO, name="again") == DIGEST
    vault.verify(DIGEST, subject="again")
    assert path.stat().st_mode & 0o777 == 0o444


def test_putting_twice_changes_nothing(vault: FolderVault) -> None:
    vault.put_bytes(HELLO, name="hello")
    before = vault.path_of(DIGEST).stat()
    assert vault.put_bytes(HELLO, name="again") == DIGEST
    after = vault.path_of(DIGEST).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(vault.digests()) == [DIGEST]


def test_nothing_unfinished_is_left(vault: FolderVault, tmp_path: Path) -> None:
    vault.put_bytes(HELLO, name="hello")
    assert [path.name for path in (tmp_path / "vault").iterdir()] == [DIGEST[:2]]


def test_leftovers_are_no_part_of_the_vault_and_are_swept(
    vault: FolderVault, tmp_path: Path
) -> None:
    vault.put_bytes(HELLO, name="hello")
    (tmp_path / "vault" / "incoming-abc").write_bytes(b"half")
    (tmp_path / "vault" / DIGEST[:2] / "stray").write_bytes(b"not by digest")
    assert list(vault.digests()) == [DIGEST]
    assert vault.sweep() == 1
    assert vault.sweep() == 0
    assert vault.holds(DIGEST)


def test_file_that_cannot_be_read_is_named(vault: FolderVault, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.mp4: cannot be read"):
        vault.put_file(tmp_path / "gone.mp4")


def test_verify_passes_what_is_whole(vault: FolderVault) -> None:
    vault.put_bytes(HELLO, name="hello")
    vault.verify(DIGEST, subject="hello")


def test_verify_names_an_altered_byte(vault: FolderVault) -> None:
    vault.put_bytes(HELLO, name="hello")
    path = vault.path_of(DIGEST)
    path.chmod(0o644)
    path.write_bytes(b"jello")
    with pytest.raises(DigestMismatchError, match=f"hello: .*altered.*recorded was {DIGEST}"):
        vault.verify(DIGEST, subject="hello")


def test_missing_bytes_are_an_integrity_error(vault: FolderVault) -> None:
    with pytest.raises(DigestMismatchError, match=r"hello: .*missing"):
        vault.verify(DIGEST, subject="hello")
    with pytest.raises(DigestMismatchError, match="missing"):
        vault.open(DIGEST)
    assert not vault.holds(DIGEST)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_leaves_nothing_behind(
    vault: FolderVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageFullError, match=r"clip\.mp4: there is no room"):
        vault.put_bytes(HELLO, name="clip.mp4")
    assert list((tmp_path / "vault").iterdir()) == []


def test_other_faults_of_the_system_are_passed_on() -> None:
    with pytest.raises(OSError, match="odd"), translate_storage_faults("x"):
        raise OSError(errno.EIO, "odd")


def test_digests_come_in_order(vault: FolderVault) -> None:
    put = [vault.put_bytes(bytes([number]), name="x") for number in range(20)]
    assert list(vault.digests()) == sorted(put)


def test_an_empty_vault_holds_nothing(vault: FolderVault) -> None:
    assert list(vault.digests()) == []
    assert vault.sweep() == 0
    assert not vault.holds(Digest("0" * 64))
