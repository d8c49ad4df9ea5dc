"""Trusted time: RFC 3161 tokens, asked for, kept whole, and verified at their own time.

A token says that an authority saw a digest at a time. It is worth what its authority is worth: a
root that the reader neither named nor finds in the system's store is reported as such.

References:
    Adams et al. (2001), RFC 3161; Santesson & Pope (2010), RFC 5816.
"""

import ssl
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from time import monotonic
from typing import NoReturn
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.utils import CryptographyDeprecationWarning
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from purport.core.errors import InputError, UnavailableError
from purport.seals._certificates import CERTIFICATE_FAULTS, has_issued, may_issue
from purport.seals._der import sort_certificates
from purport.seals.records import KnownToken

__all__ = [
    "CLOCK_SLACK",
    "Authority",
    "BadTokenError",
    "load_certificates",
    "read_certificates",
    "request_token",
    "system_roots",
    "verify_token",
    "write_chain",
]

CLOCK_SLACK = timedelta(minutes=5)
"""How far the clocks of sealer and authority may differ. A machine that keeps network time is off
by milliseconds, one without for years by minutes; what is dated back is dated back by more."""

_LARGEST_RESPONSE_BYTES = 1 << 20
_PIECE_BYTES = 1 << 16
_TIMEOUT_S = 30.0
_QUERY_TYPE = "application/timestamp-query"
_LONGEST_CHAIN = 8


class BadTokenError(InputError):
    """A time-stamp response does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A time-stamp authority."""

    url: str
    """Where it answers."""
    roots: tuple[x509.Certificate, ...] = ()
    """Its root certificate and those between; empty: one of the system's roots issued it."""


def read_certificates(content: bytes, *, subject: str) -> tuple[x509.Certificate, ...]:
    """Read certificates in PEM.

    Raises:
        InputError: There is none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(content))
    except ValueError as error:
        raise InputError(
            subject, "holds no certificate", remedy="Give the authority's root in PEM."
        ) from error


def load_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """Read a file of certificates; see `read_certificates`."""
    return read_certificates(path.read_bytes(), subject=str(path))


def system_roots() -> tuple[x509.Certificate, ...]:
    """Return the roots that this system trusts, none when it keeps no list."""
    context = ssl.create_default_context()
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        for der in context.get_ca_certs(binary_form=True):
            # One of another age, against RFC 5280: no authority of today ends at it
            with suppress(ValueError, CryptographyDeprecationWarning):
                found.append(x509.load_der_x509_certificate(der))
    return tuple(found)


def request_token(authority: Authority, content: bytes) -> bytes:
    """Ask an authority for a token, and verify what it answers.

    Args:
        authority: Whom to ask; the only thing that leaves this machine is a SHA-256.
        content: What is to be stamped.

    Returns:
        The full response.

    Raises:
        UnavailableError: It does not answer.
        BadTokenError: Its answer does not hold.
    """
    query = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _post(authority.url, query.as_bytes())
    response = _decode(answer, subject=authority.url)
    if response.tst_info.nonce != query.nonce:
        _refuse(authority.url, "answers another question: the nonce differs")
    return answer


def verify_token(
    answer: bytes,
    content: bytes,
    *,
    chain: Sequence[x509.Certificate],
    trusted: Iterable[x509.Certificate],
    file: str,
) -> tuple[KnownToken, tuple[x509.Certificate, ...]]:
    """Verify a response over bytes, each certificate at the time that the token states.

    Args:
        answer: The full response.
        content: What it is to have stamped.
        chain: Certificates that may lead from the signer to a root.
        trusted: Roots that the reader trusts; others are only reported.
        file: What the token is called.

    Returns:
        The token, and its certificates from signer to root.

    Raises:
        BadTokenError: It does not hold, and why.
    """
    response = _decode(answer, subject=file)
    trust = tuple(trusted)
    try:
        path = _verified_path(response, content, chain=chain, trust=trust, file=file)
        return _known(response, path, trust, file=file), path
    except VerificationError as error:
        _refuse(file, _in_words(str(error)))
    except CERTIFICATE_FAULTS as error:
        raise _bad(file, f"or its certificates cannot be read ({str(error)[:120]})") from error


def _verified_path(
    response: TimeStampResponse,
    content: bytes,
    *,
    chain: Sequence[x509.Certificate],
    trust: Sequence[x509.Certificate],
    file: str,
) -> tuple[x509.Certificate, ...]:
    """Verify a response; return its certificates from signer to root, a trusted one if possible."""
    embedded = tuple(
        x509.load_der_x509_certificate(der) for der in response.signed_data.certificates
    )
    leaf = _signer(response, (*embedded, *chain), file=file)
    path = _path_to_root(leaf, (*trust, *embedded, *chain), file=file)
    _verify_path(path, response.tst_info.gen_time, file=file)
    builder = VerifierBuilder(
        tsa_certificate=leaf, intermediates=list(path[1:-1]), roots=[path[-1]]
    )
    builder.build().verify_message(response, content)
    return path


def _known(
    response: TimeStampResponse,
    path: Sequence[x509.Certificate],
    trust: Sequence[x509.Certificate],
    *,
    file: str,
) -> KnownToken:
    known = {certificate.fingerprint(hashes.SHA256()) for certificate in trust}
    return KnownToken(
        file=file,
        authority=path[0].subject.rfc4514_string(),
        root=path[-1].subject.rfc4514_string(),
        time_utc=response.tst_info.gen_time.astimezone(UTC),
        accuracy_s=_accuracy_s(response),
        trusted=path[-1].fingerprint(hashes.SHA256()) in known,
    )


def write_chain(path: Sequence[x509.Certificate]) -> bytes:
    """Write certificates in PEM, one after the other."""
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in path)


def _decode(answer: bytes, *, subject: str) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(sort_certificates(answer))
        if response.status != 0:
            _refuse(subject, f"was refused by its authority (status {response.status})")
        _ = response.tst_info.nonce, response.signed_data  # parsed when they are asked for
    except ValueError as error:
        raise _bad(subject, f"is no time-stamp response ({str(error)[:120]})") from error
    return response


def _signer(
    response: TimeStampResponse, pool: Sequence[x509.Certificate], *, file: str
) -> x509.Certificate:
    infos = list(response.signed_data.signer_infos)
    if len(infos) != 1:
        _refuse(file, f"has {len(infos)} signers, one is allowed")
    wanted = (infos[0].issuer, infos[0].serial_number)
    found = next((each for each in pool if (each.issuer, each.serial_number) == wanted), None)
    if found is None:
        raise _bad(file, "names a signer whose certificate is not there")
    return found


def _path_to_root(
    leaf: x509.Certificate, pool: Sequence[x509.Certificate], *, file: str
) -> tuple[x509.Certificate, ...]:
    path = [leaf]
    while path[-1].issuer != path[-1].subject:
        issuer = next((each for each in pool if has_issued(each, path[-1])), None)
        if issuer is None or len(path) >= _LONGEST_CHAIN:
            name = path[-1].issuer.rfc4514_string()
            _refuse(file, f"its chain of certificates breaks off at {name}, which is not there")
        path.append(issuer)
    if not has_issued(path[-1], path[-1]):
        _refuse(file, "its root certificate is not signed by itself")
    return tuple(path)


def _verify_path(path: Sequence[x509.Certificate], at: datetime, *, file: str) -> None:
    for place, certificate in enumerate(path):
        name = certificate.subject.rfc4514_string()
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            _refuse(
                file,
                f"states {at.isoformat()}, when the certificate of {name} was not valid "
                f"(from {certificate.not_valid_before_utc.isoformat()} "
                f"to {certificate.not_valid_after_utc.isoformat()})",
            )
        if place and not may_issue(certificate):
            _refuse(file, f"the certificate of {name} may not issue others")


def _accuracy_s(response: TimeStampResponse) -> float | None:
    stated = response.tst_info.accuracy
    if stated is None:
        return None
    return (stated.seconds or 0) + (stated.millis or 0) / 1e3 + (stated.micros or 0) / 1e6


def _in_words(message: str) -> str:
    if "Mismatch between messages" in message:
        return "is not of these bytes: it stamps another manifest"
    if "signature" in message:
        return "was altered: its signature does not fit"
    return f"does not hold: {message[:160]}"


class _NoRedirect(HTTPRedirectHandler):
    """A question goes to whom it was meant for."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def _post(url: str, query: bytes) -> bytes:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise InputError(url, "is no web address", remedy="Give it as https://tsa.example.org/tsr.")
    request = Request(  # noqa: S310 - http and https alone, see above
        url, data=query, headers={"Content-Type": _QUERY_TYPE}, method="POST"
    )
    try:
        with build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_S) as answer:
            return _read_in_time(answer)
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise UnavailableError(
            url,
            f"does not answer ({error})",
            remedy="Try again later, or name another authority; nothing was written.",
        ) from error


def _read_in_time(answer: HTTPResponse) -> bytes:
    """Read an answer that comes within a time in all, however it drips."""
    content, until = b"", monotonic() + _TIMEOUT_S
    while piece := answer.read1(_PIECE_BYTES):
        content += piece
        if len(content) > _LARGEST_RESPONSE_BYTES or monotonic() > until:
            message = f"{len(content)} bytes within {_TIMEOUT_S:g} s and no end"
            raise TimeoutError(message)
    if answer.length:
        raise IncompleteRead(content, answer.length)
    return content


def _refuse(subject: str, fault: str) -> NoReturn:
    raise _bad(subject, fault)


def _bad(subject: str, fault: str) -> BadTokenError:
    return BadTokenError(
        subject, fault, remedy="Name another authority, or give this one's root: URL,ROOT.pem."
    )
