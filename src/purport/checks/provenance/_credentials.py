"""Content Credentials through c2pa-python, read behind the border and without the network.

No manifest is fetched from an address, no certificate is asked about, and the only trusted signers
are those of the list that the check is given.
"""

import ssl
from importlib.util import find_spec
from pathlib import Path

from purport.checks.content_credentials import send_credentials
from purport.checks.provenance.records import Credentials, CredentialState
from purport.core.errors import InputError
from purport.core.records import from_json
from purport.media import ask, believe, limits_for

__all__ = ["parse_signers", "read_credentials"]

_NOT_INSTALLED = "c2pa-python is not installed (pip install c2pa-python)"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def parse_signers(text: str, *, name: str) -> str:
    """Return a list of trusted signers as it is, after making sure that it can be used.

    Args:
        text: Certificates of signers or of those who certify them, PEM.
        name: What messages call it.

    Raises:
        InputError: It holds no certificate, or one that cannot be read.
    """
    fault = "the list holds no certificate in PEM form"
    if _CERTIFICATE in text:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
        except (ssl.SSLError, ValueError) as error:
            fault = f"a certificate of the list cannot be read ({error})"
        else:
            return text
    raise InputError(
        name, fault, remedy="Give a text with whole -----BEGIN CERTIFICATE----- blocks."
    )


def read_credentials(path: Path, *, name: str, trusted: str | None) -> Credentials:
    """Read the Content Credentials of a file.

    Args:
        path: The file.
        name: What messages call it.
        trusted: Certificates of trusted signers or of those who certify them, PEM; None: no signer
            is known.

    Raises:
        InputError: The list of trusted signers holds no certificate.
        UnreadableMediaError: Reading them crashed, hung, or took more than its limits.
    """
    if trusted is not None and _CERTIFICATE not in trusted:
        raise InputError(
            "trusted signers",
            "the list holds no certificate in PEM form",
            remedy="Give a text with -----BEGIN CERTIFICATE----- blocks, or no list.",
        )
    if find_spec("c2pa") is None:
        return Credentials(state=CredentialState.NOT_READ, note=_NOT_INSTALLED)
    limits = limits_for(path.stat().st_size)
    said = ask(send_credentials, path, trusted, subject=name, limits=limits)
    return believe(lambda: from_json(Credentials, said), subject=name)
