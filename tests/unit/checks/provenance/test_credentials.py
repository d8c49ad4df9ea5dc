"""read_credentials: each state of Content Credentials, made here with certificates of our own."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from purport.checks.content_credentials import settings_for
from purport.checks.provenance import Credentials, CredentialState, check
from purport.checks.provenance import _credentials as module
from purport.checks.provenance._credentials import read_credentials
from purport.core.errors import InputError
from purport.simulate.camera_files import CameraFile, write_camera_file

from .conftest import Ask

CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture(scope="session")
def certificates() -> tuple[bytes, bytes, str, str]:
    """Give a signer's chain, its key, the root that certifies it, and another root."""
    from cryptography import x509  # noqa: PLC0415 - comes with c2pa-python
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: PLC0415

    def name(common: str) -> x509.Name:
        organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Purport Tests")
        return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])

    def usage(*, root: bool) -> x509.KeyUsage:
        given = {"digital_signature": not root, "key_cert_sign": root, "crl_sign": root}
        rest = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                "encipher_only", "decipher_only")  # fmt: skip
        return x509.KeyUsage(**{**dict.fromkeys(rest, False), **given})

    begin = datetime.now(UTC) - timedelta(days=1)
    root_key, other_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))

    def certificate(
        common: str,
        public: ec.EllipticCurvePublicKey,
        *,
        root: bool,
        by: ec.EllipticCurvePrivateKey,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(common))
            .issuer_name(name("Other Root" if by is other_key else "Jane Root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
            .add_extension(usage(root=root), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
                critical=False,
            )
        )
        if not root:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, critical=True)
        return builder.sign(by, hashes.SHA256())

    root = certificate("Jane Root", root_key.public_key(), root=True, by=root_key)
    other = certificate("Other Root", other_key.public_key(), root=True, by=other_key)
    leaf = certificate("Jane Signer", key.public_key(), root=False, by=root_key)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = leaf.public_bytes(pem) + root.public_bytes(pem)
    return chain, private, root.public_bytes(pem).decode(), other.public_bytes(pem).decode()


@pytest.fixture
def signed(certificates: tuple[bytes, bytes, str, str], tmp_path: Path) -> Callable[..., Path]:
    """Sign a file of a camera with credentials of our own."""
    import c2pa  # noqa: PLC0415 - optional

    def sign(stated: CameraFile | None = None, *, source_type: str = CAPTURED) -> Path:
        plain = write_camera_file(tmp_path / "plain.mp4", stated or CameraFile())
        path = tmp_path / "signed.mp4"
        action = {"action": "c2pa.created", "digitalSourceType": source_type}
        manifest = {
            "claim_generator_info": [{"name": "Purport tests", "version": "1"}],
            "format": "video/mp4",
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
        }
        chain, key, *_ = certificates
        signer = c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(
                alg=c2pa.C2paSigningAlg.ES256, sign_cert=chain, private_key=key, ta_url=None
            )
        )
        with c2pa.Builder(json.dumps(manifest)) as builder:
            builder.sign_file(str(plain), str(path), signer)
        return path

    return sign


def read(path: Path, trusted: str | None = None) -> Credentials:
    return read_credentials(path, name=path.name, trusted=trusted)


class TestStates:
    def test_no_manifest_is_none(self, tmp_path: Path) -> None:
        found = read(write_camera_file(tmp_path / "a.mp4", CameraFile()))
        assert found == Credentials(state=CredentialState.NONE)

    def test_a_signer_whom_nobody_knows_is_valid_and_no_more(
        self, signed: Callable[..., Path]
    ) -> None:
        found = read(signed())
        assert found.state is CredentialState.VALID
        assert found.failures == ()
        assert found.generator == "Purport tests 1"
        assert found.manifests == 1

    def test_a_signer_on_the_list_is_trusted(
        self, signed: Callable[..., Path], certificates: tuple[bytes, bytes, str, str]
    ) -> None:
        assert read(signed(), trusted=certificates[2]).state is CredentialState.TRUSTED

    def test_another_list_does_not_make_it_trusted(
        self, signed: Callable[..., Path], certificates: tuple[bytes, bytes, str, str]
    ) -> None:
        assert read(signed(), trusted=certificates[3]).state is CredentialState.VALID

    def test_a_list_without_certificates_is_our_users_fault(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no certificate"):
            read(write_camera_file(tmp_path / "a.mp4", CameraFile()), trusted="Jane")

    def test_changed_bytes_are_well_formed_and_not_valid(self, signed: Callable[..., Path]) -> None:
        path = signed()
        content = bytearray(path.read_bytes())
        at = content.rindex(b"mdat") + 200
        content[at] ^= 0xFF
        path.write_bytes(content)
        found = read(path)
        assert found.state is CredentialState.WELL_FORMED
        assert any("mismatch" in code for code in found.failures)

    def test_a_manifest_of_rubbish_is_broken(self, signed: Callable[..., Path]) -> None:
        path = signed()
        content = bytearray(path.read_bytes())
        at = content.index(b"jumb")
        content[at + 4 : at + 400] = bytes(396)
        path.write_bytes(content)
        found = read(path)
        assert found.state in {CredentialState.BROKEN, CredentialState.WELL_FORMED}
        assert found.note or found.failures

    def test_a_format_it_does_not_know_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.ts"
        path.write_bytes(b"G" * 188 * 20)
        assert read(path).state is CredentialState.NOT_READ

    def test_names_of_people_in_certificates_are_not_kept(
        self, signed: Callable[..., Path]
    ) -> None:
        assert "Jane" not in str(read(signed()))


class TestFinding:
    def test_broken_credentials_contradict_the_file(
        self, ask: Ask, signed: Callable[..., Path]
    ) -> None:
        path = signed()
        content = bytearray(path.read_bytes())
        content[content.rindex(b"mdat") + 200] ^= 0xFF
        path.write_bytes(content)
        _, values = ask(path)
        assert [one.kind.value for one in values.contradictions] == ["credentials_do_not_hold"]

    def test_footage_said_to_be_generated_contradicts_a_device(
        self, ask: Ask, signed: Callable[..., Path]
    ) -> None:
        device = CameraFile(keys=(("com.apple.quicktime.make", "Apple"),))
        _, values = ask(signed(device, source_type=GENERATED))
        assert [one.kind.value for one in values.contradictions] == ["said_to_be_generated"]
        assert values.credentials.source_types == ("trainedAlgorithmicMedia",)

    def test_valid_credentials_contradict_nothing(
        self, ask: Ask, signed: Callable[..., Path]
    ) -> None:
        finding, values = ask(signed())
        assert values.contradictions == ()
        assert any("nor who the signer is" in limit for limit in finding.limits)


def test_what_was_signed_before_it_was_made_contradicts_itself(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = datetime(2022, 5, 14, 9, 20, 11, tzinfo=UTC)
    told = Credentials(state=CredentialState.VALID, signed_utc="2022-01-02T03:04:05+00:00")
    monkeypatch.setattr(check, "read_credentials", lambda *_, **__: told)
    _, values = ask(write_camera_file(tmp_path / "a.mp4", CameraFile(created=made)))
    (one,) = values.contradictions
    assert one.kind.value == "signed_before_created"
    assert one.one.says == "2022-01-02T03:04:05+00:00"


def test_nothing_is_fetched() -> None:
    verify = settings_for(None)["verify"]
    assert verify["remote_manifest_fetch"] is False
    assert verify["ocsp_fetch"] is False


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    found = read(tmp_path / "absent.mp4")
    assert found.state is CredentialState.NOT_READ
    assert found.note is not None
    assert "not installed" in found.note
