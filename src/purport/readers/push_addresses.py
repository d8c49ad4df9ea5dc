"""Which addresses a browser may name to take pushes at: those of known push services, no others.

A server that posts to whatever address it is given can be made to call machines that only it can
reach; so the host is looked up in a list before anything is kept, and again before anything is
sent.
"""

import base64
import binascii
import re
from urllib.parse import urlsplit

from purport.core.errors import InputError
from purport.core.notices import PushAddress

__all__ = ["KNOWN_PUSH_HOSTS", "require_endpoint", "require_push_address"]

KNOWN_PUSH_HOSTS = frozenset(
    {"fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"}
)
"""Push services of browsers."""
_KNOWN_DOMAINS = (".push.services.mozilla.com", ".notify.windows.com")
_LONGEST_ENDPOINT = 1000
_PUBLIC_KEY_BYTES = 65
_UNCOMPRESSED = 4
_SECRET_BYTES = 16
_PLAIN = re.compile(r"[!-~]+")


def require_push_address(browser: PushAddress, hosts: frozenset[str]) -> None:
    """Check that a browser takes pushes at a known service, by keys that are some.

    Args:
        browser: Where it takes pushes.
        hosts: Further services, by host or host:port, which are also taken without TLS.

    Raises:
        InputError: The address is not one of a known push service, or a key is none.
    """
    require_endpoint(browser.endpoint, hosts)
    key = _decoded("p256dh", browser.p256dh)
    if len(key) != _PUBLIC_KEY_BYTES or key[0] != _UNCOMPRESSED:
        raise _no_key("p256dh")
    if len(_decoded("auth", browser.auth)) != _SECRET_BYTES:
        raise _no_key("auth")


def require_endpoint(endpoint: str, hosts: frozenset[str]) -> None:
    """Check that an address is one of a known push service.

    Args:
        endpoint: The address.
        hosts: Further services, by host or host:port, which are also taken without TLS.

    Raises:
        InputError: It is not.
    """
    if len(endpoint) > _LONGEST_ENDPOINT or _PLAIN.fullmatch(endpoint) is None:
        raise _unknown()
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _unknown() from error
    if parts.username is not None or parts.password is not None or "\\" in endpoint:
        raise _unknown()
    named = host if port is None else f"{host}:{port}"
    if parts.scheme in {"http", "https"} and named in hosts:
        return
    known = host in KNOWN_PUSH_HOSTS or host.endswith(_KNOWN_DOMAINS)
    if parts.scheme != "https" or port is not None or not known:
        raise _unknown()


def _decoded(name: str, text: str) -> bytes:
    if len(text) > 2 * _PUBLIC_KEY_BYTES:
        raise _no_key(name)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _no_key(name) from error


def _no_key(name: str) -> InputError:
    return InputError(name, "is no key of a browser", remedy="Let the browser subscribe anew.")


def _unknown() -> InputError:
    return InputError(
        "endpoint",
        "is not an address of a push service that is known here",
        remedy="Use a browser with a push service of its maker, or ask who runs this server.",
    )
