import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest

from purport.core.errors import InputError, IntegrityError
from purport.seals import Ending, KeyRing, PublicKey, public_key_page
from purport.seals.keys import is_succession, read_public_pem, verify_signature

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_the_first_key_is_made_on_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    key = ring.current(NOW)
    assert ring.current(NOW) == key
    path = ring.folder / f"{key.fingerprint}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signature = ring.sign(b"text", key=key)
    public = read_public_pem(key.pem, subject="key")
    assert verify_signature(public, signature, b"text")
    assert not verify_signature(public, signature, b"tex")


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    key = ring.current(NOW)
    (tmp_path / f"{key.fingerprint}.pem").chmod(0o644)
    with pytest.raises(IntegrityError, match="others may read"):
        ring.sign(b"text", key=key)


def test_a_key_that_follows_is_vouched_for(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    first = ring.current(NOW)
    second = ring.rotate(NOW)
    third = ring.rotate(NOW)
    keys = ring.public_keys()
    assert is_succession(keys, known=first.fingerprint, signer=third.fingerprint)
    assert not is_succession(keys[1:], known=first.fingerprint, signer=third.fingerprint)
    assert not is_succession(keys, known=third.fingerprint, signer=second.fingerprint)
    assert ring.current(NOW) == third


def test_a_stolen_key_vouches_for_nothing(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    stolen = ring.current(NOW)
    fresh = ring.rotate(NOW, ending=Ending.COMPROMISED)
    assert not is_succession(ring.public_keys(), known=stolen.fingerprint, signer=fresh.fingerprint)
    page = public_key_page(ring.public_keys(), owner="The desk")
    assert "Do not trust" in page
    assert fresh.fingerprint in page
    assert "PRIVATE" not in page


def test_two_that_make_the_first_key_at_once_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that there is none before either makes one."""
    both_saw = Barrier(2)
    seen = KeyRing.public_keys

    def seen_late(ring: KeyRing) -> tuple[PublicKey, ...]:
        keys = seen(ring)
        if not keys:
            with suppress(BrokenBarrierError):
                both_saw.wait(timeout=1.0)
        return keys

    monkeypatch.setattr(KeyRing, "public_keys", seen_late)
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(KeyRing(tmp_path).current, NOW) for _ in range(2)]
    first, second = (each.result() for each in made)
    assert first == second
    assert seen(KeyRing(tmp_path)) == (first,)


def test_a_list_of_keys_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is brought to the disk before it takes the place of the one before."""
    ring = KeyRing(tmp_path)
    ring.current(NOW)
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    ring.rotate(NOW)
    assert [name for name in synced if name.startswith((".public", "public"))]


def test_a_file_of_several_keys_is_no_key(tmp_path: Path) -> None:
    """A page may list a stolen one: none of several is taken for the one that is meant."""
    ring = KeyRing(tmp_path)
    ring.current(NOW)
    ring.rotate(NOW, ending=Ending.COMPROMISED)
    with pytest.raises(InputError, match="more than one key"):
        read_public_pem(public_key_page(ring.public_keys(), owner="The desk"), subject="page.md")


def test_a_private_key_that_is_none_or_another_signs_nothing(tmp_path: Path) -> None:
    """What it signed would not fit the public key that goes with it."""
    ring = KeyRing(tmp_path)
    first = ring.current(NOW)
    second = ring.rotate(NOW)
    path = tmp_path / f"{second.fingerprint}.pem"
    path.write_bytes((tmp_path / f"{first.fingerprint}.pem").read_bytes())
    with pytest.raises(IntegrityError, match="another key than its name says"):
        ring.sign(b"text", key=second)
    path.write_text("-----BEGIN PRIVATE KEY-----")
    with pytest.raises(IntegrityError, match="no private Ed25519 key"):
        ring.current(NOW)
