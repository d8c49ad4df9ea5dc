import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from purport.core.errors import IntegrityError
from purport.seals import Ending, KeyRing, public_key_page
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
