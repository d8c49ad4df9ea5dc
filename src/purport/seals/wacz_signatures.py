"""Signatures of web archives (wacz-auth 0.1.0): by a key alone, or by the owner of a domain.

A signature by a key alone shows that nothing was changed since, and not by whom. One by a domain
shows that whoever held the domain's certificate signed it, at the time that an authority stamped.
It is worth what the roots are worth at which its certificates end; an unknown root is reported.

References:
    Kreymer, Cushman & Summers (2022), WACZ Signing and Verification 0.1.0, specs.webrecorder.net.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

from purport.core.digests import Digest
from purport.core.errors import ForgedBagError
from purport.seals._certificates import CERTIFICATE_FAULTS, has_issued, may_issue
from purport.seals.tokens import BadTokenError, verify_token

__all__ = ["WaczSignature", "verify_wacz_signature"]

_ALWAYS = frozenset({"hash", "created", "software", "version", "signature"})
_ANONYMOUS = _ALWAYS | {"publicKey"}
_DOMAIN = _ALWAYS | {"domain", "domainCert", "timeSignature", "timestampCert", "crossSignedCert"}
_STAMP_WITHIN = timedelta(minutes=10)
"""Between what is stated and what is stamped: section 4.2, step 7."""
_LONGEST_CHAIN = 8
_LONGEST_MEMBER = 1 << 18
_SUBJECT = "datapackage-digest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaczSignature:
    """A signature that holds."""

    kind: str
    """"anonymous" or "domain"."""
    signer: str
    """The domain; or SHA-256 of the public key, DER."""
    software: str
    """What signed, as it says itself."""
    stated_utc: datetime
    """When, as the signer says."""
    stamped_utc: datetime | None
    """When, as an authority says; None when none was asked."""
    root: str | None
    """At which root the signer's certificates end; None: none of them is there, or no domain."""
    trusted: bool
    """Whether the signer's certificates end at a root that the reader trusts."""
    authority: str | None
    """Who stamped; None when nobody did."""
    authority_trusted: bool
    """Whether the authority's certificates end at a root that the reader trusts."""


def verify_wacz_signature(
    signed: Mapping[str, object], package: bytes, *, trusted: Iterable[x509.Certificate]
) -> WaczSignature:
    """Verify the signature of a web archive's list of files.

    Args:
        signed: `signedData` of datapackage-digest.json.
        package: datapackage.json, byte for byte.
        trusted: Roots that the reader trusts; others are only reported.

    Raises:
        ForgedBagError: It does not hold, and why.
    """
    said = _members(signed)
    stated_hash = f"sha256:{hashlib.sha256(package).hexdigest()}"
    if said["hash"] != stated_hash:
        _refuse(f"signs another datapackage.json: {said['hash'][:80]}, not {stated_hash}")
    created = _instant(said["created"])
    if "publicKey" in said:
        return _anonymous(said, created)
    try:
        return _domain(said, created, tuple(trusted))
    except CERTIFICATE_FAULTS as error:
        raise _forged(f"or its certificates cannot be read ({str(error)[:120]})") from error


def _members(signed: Mapping[str, object]) -> Mapping[str, str]:
    said = {name: value for name, value in signed.items() if isinstance(value, str)}
    allowed = _ANONYMOUS if "publicKey" in said else _DOMAIN
    odd = sorted(set(signed) - {name for name in said if name in allowed})
    if odd:
        _refuse(f"holds what no signature has: {', '.join(odd)[:120]}")
    wanted = allowed - {"version", "software", "crossSignedCert"}
    lacking = sorted(wanted - set(said))
    if lacking:
        _refuse(f"lacks {', '.join(lacking)}")
    if any(len(value) > _LONGEST_MEMBER for value in said.values()):
        _refuse("is too long to be one")
    return said


def _anonymous(said: Mapping[str, str], created: datetime) -> WaczSignature:
    encoded = _decoded("publicKey", said["publicKey"])
    try:
        key = serialization.load_der_public_key(encoded)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _forged("its public key is none") from error
    _require_signed(key, said)
    return WaczSignature(
        kind="anonymous",
        signer=Digest(hashlib.sha256(encoded).hexdigest()),
        software=said.get("software", "")[:120],
        stated_utc=created,
        stamped_utc=None,
        root=None,
        trusted=False,
        authority=None,
        authority_trusted=False,
    )


def _domain(
    said: Mapping[str, str], created: datetime, trusted: Sequence[x509.Certificate]
) -> WaczSignature:
    chain = _certificates("domainCert", said["domainCert"])
    leaf = chain[0]
    _require_signed(leaf.public_key(), said)
    if said["domain"].lower() not in _domains(leaf):
        _refuse(f"is said to be by {said['domain'][:80]}; its certificate is of {_listed(leaf)}")
    stamps = _certificates("timestampCert", said["timestampCert"])
    try:
        token, _ = verify_token(
            _decoded("timeSignature", said["timeSignature"]),
            said["signature"].encode("ascii"),
            chain=stamps,
            trusted=trusted,
            file="its time stamp",
        )
    except BadTokenError as error:
        raise _forged(f"its time stamp {error.fault}") from error
    if abs(token.time_utc - created) > _STAMP_WITHIN:
        _refuse(
            f"is said to be of {created.isoformat()}, and was stamped at "
            f"{token.time_utc.isoformat()}"
        )
    path = _path(chain, trusted)
    if "crossSignedCert" in said:
        crossed = _certificates("crossSignedCert", said["crossSignedCert"])
        if crossed[0].public_key() != leaf.public_key():
            _refuse("its second certificate is of another key")
        path = path if _is_trusted(path, trusted) else _path(crossed, trusted)
    _require_valid(path, token.time_utc)
    ends = path[-1].issuer == path[-1].subject
    return WaczSignature(
        kind="domain",
        signer=said["domain"].lower(),
        software=said.get("software", "")[:120],
        stated_utc=created,
        stamped_utc=token.time_utc,
        root=path[-1].subject.rfc4514_string() if ends else None,
        trusted=_is_trusted(path, trusted),
        authority=token.authority,
        authority_trusted=token.trusted,
    )


def _require_signed(key: object, said: Mapping[str, str]) -> None:
    """Hold the signature against the hash as it is written, which is what is signed."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        _refuse("its key is of another kind than signatures of web archives have (ECDSA)")
    signature = _decoded("signature", said["signature"])
    size = (key.curve.key_size + 7) // 8
    if len(signature) == 2 * size and signature[:1] != b"\x30":
        signature = _as_der(signature, size)  # two bare numbers, as browsers sign
    content = said["hash"].encode("ascii", "replace")
    for candidate in (signature, *([_as_der(signature, size)] * (len(signature) == 2 * size))):
        try:
            key.verify(candidate, content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return
    _refuse("does not fit: it was made for something else, or by another key")


def _as_der(signature: bytes, size: int) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))


def _path(
    chain: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Climb from a certificate as far as there are issuers, to a trusted root where one fits."""
    path = [chain[0]]
    while path[-1].issuer != path[-1].subject and len(path) < _LONGEST_CHAIN:
        issuer = next(
            (each for each in (*trusted, *chain) if has_issued(each, path[-1]) and may_issue(each)),
            None,
        )
        if issuer is None:
            break
        path.append(issuer)
    return tuple(path)


def _is_trusted(path: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate]) -> bool:
    return path[-1].fingerprint(hashes.SHA256()) in {
        each.fingerprint(hashes.SHA256()) for each in trusted
    }


def _require_valid(path: Sequence[x509.Certificate], at: datetime) -> None:
    for each in path:
        if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
            _refuse(
                f"was stamped at {at.isoformat()}, when the certificate of "
                f"{each.subject.rfc4514_string()} was not valid"
            )


def _domains(certificate: x509.Certificate) -> frozenset[str]:
    names = {
        str(each.value).lower()
        for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    }
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return frozenset(names)
    return frozenset(
        names | {name.lower() for name in others.value.get_values_for_type(x509.DNSName)}
    )


def _listed(certificate: x509.Certificate) -> str:
    return ", ".join(sorted(_domains(certificate)))[:120] or "no domain"


def _certificates(name: str, text: str) -> tuple[x509.Certificate, ...]:
    try:
        found = tuple(x509.load_pem_x509_certificates(text.encode("ascii", "replace")))
    except ValueError as error:
        raise _forged(f"its {name} holds no certificate") from error
    return found


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _forged(f"its {name} is no base64") from error


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _forged(f"says no time: {text[:40]!r}") from error


def _refuse(fault: str) -> NoReturn:
    raise _forged(fault)


def _forged(fault: str) -> ForgedBagError:
    return ForgedBagError(
        _SUBJECT, f"the signature {fault}", remedy="Ask for the archive again by another way."
    )
