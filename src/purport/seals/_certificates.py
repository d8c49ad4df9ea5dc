"""Who issued which certificate, asked of certificates that a stranger made."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

__all__ = ["CERTIFICATE_FAULTS", "has_issued", "may_issue"]

CERTIFICATE_FAULTS = (
    KeyError,
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises of certificates that are none, wherever they are looked at; `KeyError` of
names in letters that it does not know."""


def has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Tell whether one certificate is signed with the key of another, and names it."""
    if issuer.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, *CERTIFICATE_FAULTS):
        return False
    return True


def may_issue(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is one of an authority, by which others are issued."""
    try:
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return bool(limits.value.ca)
