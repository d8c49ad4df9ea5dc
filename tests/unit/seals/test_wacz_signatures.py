"""Signatures of web archives: those that hold say by whom and when, those that do not say why."""

import base64
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID
from tests.unit.seals.authority import LocalAuthority, make_authority

from purport.core.errors import ForgedBagError
from purport.seals import load_certificates, verify_wacz_signature, write_chain

PACKAGE = json.dumps({"profile": "data-package", "resources": []}).encode()
HASH = f"sha256:{hashlib.sha256(PACKAGE).hexdigest()}"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def sign(key: ec.EllipticCurvePrivateKey, *, bare: bool = False) -> str:
    signature = key.sign(HASH.encode(), ec.ECDSA(hashes.SHA256()))
    if bare:
        size = (key.curve.key_size + 7) // 8
        signature = b"".join(part.to_bytes(size) for part in decode_dss_signature(signature))
    return b64(signature)


def anonymous(curve: ec.EllipticCurve | None = None, *, bare: bool = False) -> dict[str, str]:
    key = ec.generate_private_key(curve or ec.SECP384R1())
    encoded = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "hash": HASH,
        "created": NOW.isoformat(),
        "software": "a test",
        "signature": sign(key, bare=bare),
        "publicKey": b64(encoded),
    }


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=lambda one: one.name)
def test_a_signature_by_a_key_alone(curve: ec.EllipticCurve, *, bare: bool) -> None:
    said = anonymous(curve, bare=bare)
    found = verify_wacz_signature(said, PACKAGE, trusted=())
    key = hashlib.sha256(base64.b64decode(said["publicKey"])).hexdigest()
    assert (found.kind, found.signer, found.trusted) == ("anonymous", key, False)
    assert (found.stated_utc, found.stamped_utc) == (NOW, None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"hash": "sha256:" + "0" * 64}, "signs another datapackage.json"),
        ({"signature": b64(bytes(96))}, "does not fit"),
        ({"signature": "no base64 !"}, "is no base64"),
        ({"signature": anonymous()["signature"]}, "does not fit"),
        ({"publicKey": anonymous()["publicKey"]}, "does not fit"),
        ({"publicKey": b64(b"no key")}, "public key is none"),
        ({"created": "yesterday"}, "says no time"),
        ({"created": None}, "created"),
        ({"extra": "x"}, "holds what no signature has: extra"),
        ({"domain": "site.example"}, "holds what no signature has: domain"),
        ({"signature": 7}, "signature"),
    ],
)
def test_one_that_does_not_hold(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ForgedBagError, match=fault):
        verify_wacz_signature(anonymous() | change, PACKAGE, trusted=())


def test_a_key_of_another_kind_is_refused() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    encoded = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = anonymous() | {"publicKey": b64(encoded), "signature": b64(key.sign(HASH.encode()))}
    with pytest.raises(ForgedBagError, match="of another kind"):
        verify_wacz_signature(said, PACKAGE, trusted=())


@dataclass
class Signer:
    """Somebody who holds a domain's certificate, and who certified him."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def root(self) -> x509.Certificate:
        return self.chain[-1]


def certify(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: tuple[str, ec.EllipticCurvePrivateKey],
    *,
    ca: bool,
    days: tuple[int, int] = (-1, 30),
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(by[0]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + dt.timedelta(days=days[0]))
        .not_valid_after(NOW + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(by[1], hashes.SHA256())
    )


def signer(*, days: tuple[int, int] = (-1, 30), middle_ca: bool = True) -> Signer:
    root, middle, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    chain = (
        certify("site.example", leaf, ("middle", middle), ca=False, days=days),
        certify("middle", middle, ("root", root), ca=middle_ca),
        certify("root", root, ("root", root), ca=True),
    )
    return Signer(leaf, chain)


def domain(by: Signer, authority: LocalAuthority, *, without_root: bool = False) -> dict[str, str]:
    signature = sign(by.key)
    chain = by.chain[:-1] if without_root else by.chain
    return {
        "hash": HASH,
        "created": NOW.isoformat(),
        "software": "a test",
        "signature": signature,
        "domain": "site.example",
        "domainCert": write_chain(chain).decode(),
        "timeSignature": b64(authority.stamp(signature.encode())),
        "timestampCert": authority.root.read_text(),
    }


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return make_authority(tmp_path_factory.mktemp("tsa") / "one", name="one")


def test_a_signature_by_a_domain_at_a_stamped_time(authority: LocalAuthority) -> None:
    by = signer()
    trusted = (by.root, *load_certificates(authority.root))
    found = verify_wacz_signature(domain(by, authority), PACKAGE, trusted=trusted)
    assert (found.kind, found.signer) == ("domain", "site.example")
    assert (found.trusted, found.authority_trusted) == (True, True)
    assert found.root == "CN=root"
    assert found.stamped_utc is not None
    assert abs(found.stamped_utc - NOW) < dt.timedelta(minutes=5)


def test_unknown_roots_are_reported_and_not_hidden(authority: LocalAuthority) -> None:
    by = signer()
    found = verify_wacz_signature(domain(by, authority), PACKAGE, trusted=())
    assert (found.trusted, found.authority_trusted, found.root) == (False, False, "CN=root")
    found = verify_wacz_signature(domain(by, authority, without_root=True), PACKAGE, trusted=())
    assert (found.trusted, found.root) == (False, None)
    found = verify_wacz_signature(
        domain(by, authority, without_root=True), PACKAGE, trusted=(by.root,)
    )
    assert found.trusted


def test_a_second_certificate_is_another_way_to_a_trusted_root(authority: LocalAuthority) -> None:
    by, other = signer(), ec.generate_private_key(ec.SECP256R1())
    second = (
        certify("site.example", by.key, ("second", other), ca=False),
        certify("second", other, ("second", other), ca=True),
    )
    said = domain(by, authority) | {"crossSignedCert": write_chain(second).decode()}
    assert verify_wacz_signature(said, PACKAGE, trusted=(second[1],)).trusted
    strange = signer()
    said |= {"crossSignedCert": write_chain(strange.chain).decode()}
    with pytest.raises(ForgedBagError, match="second certificate is of another key"):
        verify_wacz_signature(said, PACKAGE, trusted=())


def test_the_domain_is_that_of_the_certificate(authority: LocalAuthority) -> None:
    said = domain(signer(), authority) | {"domain": "ministry.example"}
    with pytest.raises(ForgedBagError, match=r"by ministry\.example; its certificate is of site"):
        verify_wacz_signature(said, PACKAGE, trusted=())


def test_a_stamp_of_another_signature_is_refused(authority: LocalAuthority) -> None:
    said = domain(signer(), authority)
    said["timeSignature"] = b64(authority.stamp(b"something else"))
    with pytest.raises(ForgedBagError, match="its time stamp is not of these bytes"):
        verify_wacz_signature(said, PACKAGE, trusted=())


def test_a_signature_that_is_dated_back_is_refused(authority: LocalAuthority) -> None:
    earlier = (NOW - dt.timedelta(hours=1)).isoformat()
    said = domain(signer(), authority) | {"created": earlier}
    with pytest.raises(ForgedBagError, match="and was stamped at"):
        verify_wacz_signature(said, PACKAGE, trusted=())


def test_a_certificate_that_was_not_valid_then_is_refused(authority: LocalAuthority) -> None:
    by = signer(days=(-30, -2))
    with pytest.raises(ForgedBagError, match="was not valid"):
        verify_wacz_signature(domain(by, authority), PACKAGE, trusted=(by.root,))


def test_a_certificate_that_may_not_issue_others_leads_nowhere(authority: LocalAuthority) -> None:
    by = signer(middle_ca=False)
    found = verify_wacz_signature(domain(by, authority), PACKAGE, trusted=(by.root,))
    assert (found.trusted, found.root) == (False, None)


@pytest.mark.parametrize("name", ["domainCert", "timestampCert"])
def test_a_chain_that_is_none_is_refused(authority: LocalAuthority, name: str) -> None:
    with pytest.raises(ForgedBagError, match="holds no certificate"):
        verify_wacz_signature(
            domain(signer(), authority) | {name: "no certificate"}, PACKAGE, trusted=()
        )


@pytest.mark.parametrize("name", ["timeSignature", "timestampCert", "domain", "signature"])
def test_what_is_lacking_is_said(authority: LocalAuthority, name: str) -> None:
    said = domain(signer(), authority)
    del said[name]
    with pytest.raises(ForgedBagError, match=f"lacks .*{name}"):
        verify_wacz_signature(said, PACKAGE, trusted=())
