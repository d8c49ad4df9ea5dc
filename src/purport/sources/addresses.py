"""Which machines may be asked: public ones, checked after the name was looked up, and then pinned.

A page can send a capture anywhere: by redirects, by what it embeds, by a name that means a public
machine when it is checked and an inner one when it is asked. So a name is looked up once, every
address that it has is judged, and the connection goes to the very address that was judged.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit, urlunsplit

from purport.core.errors import NotCapturedError, RefusedAddressError

__all__ = [
    "Door",
    "address_fault",
    "ascii_url",
    "dial",
    "escaped",
    "look_up",
    "shown_url",
    "split_url",
]

LookUp: TypeAlias = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host."""
Dial: TypeAlias = Callable[[str, int, float], socket.socket]
"""Opens a connection to an address and port, within so many seconds."""
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = frozenset(
    ipaddress.ip_address(each)
    for each in (
        "169.254.169.254",  # AWS, Google, Azure, OpenStack, DigitalOcean
        "169.254.170.2",  # AWS, containers
        "fd00:ec2::254",  # AWS
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure; a public address that means the host below
        "192.0.0.192",  # Oracle
    )
)
"""Where clouds tell a machine its keys."""
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""NAT64, RFC 6052: the last four bytes are an IPv4 address."""
_TRANSLATED_LOCALLY = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_ASSIGNED = ipaddress.ip_network("2000::/3")
"""All that was ever assigned to machines that the public reaches (RFC 4291, 2.4; IANA's registry of
global unicast addresses): the rest is site-local, translated, for documents, or nobody's."""
_DOCUMENTS = ipaddress.ip_network("3fff::/20")
"""RFC 9637, which Python knows since 3.13.1."""
_MOST_ADDRESSES = 4
"""Of one name, that are tried; a name may have thousands that never answer."""
_LONGEST_URL = 8000
_LONGEST_SHOWN = 500
_CREDENTIALS = re.compile(r"^(\s*(?:[\w+.-]*:)?[/\\]{2})[^/?#\\]*@")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REMEDY = "Give the address of a public page, or allow inner ones by --allow-private."


def address_fault(text: str, *, allow_private: bool = False) -> str | None:
    """Tell why an address is not visited; None when it is.

    Args:
        text: An IPv4 or IPv6 address.
        allow_private: Whether addresses of this machine and its network may be visited. Where
            clouds keep a machine's keys is never visited.

    Examples:
        >>> address_fault("192.168.0.1")
        'is not a public address'
        >>> address_fault("192.168.0.1", allow_private=True)
        >>> address_fault("::ffff:169.254.169.254", allow_private=True)
        'is where a cloud tells a machine its keys'
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    meant = (address, *_embedded(address))
    if any(each in _METADATA for each in meant):
        return "is where a cloud tells a machine its keys"
    if any(each.is_multicast or each.is_unspecified for each in meant):
        return "is no address of one machine"
    if allow_private or all(_is_public(each) for each in meant):
        return None
    return "is not a public address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The only way from a capture to the network."""

    allow_private: bool = False
    """Whether machines of the own network may be asked."""
    look_up: LookUp | None = None
    """How names are looked up; None: as the system does."""
    dial: Dial | None = None
    """How connections are opened; None: as the system does."""

    def judged(self, host: str, port: int) -> tuple[str, ...]:
        """Look a host up and judge all its addresses.

        Raises:
            RefusedAddressError: One of them is not to be visited.
            NotCapturedError: The name has none.
        """
        literal = _literal(host)
        found = (literal,) if literal is not None else tuple((self.look_up or look_up)(host, port))
        for address in found:
            fault = address_fault(address, allow_private=self.allow_private)
            if fault is not None:
                shown = address if literal is not None else f"{host} ({address})"
                raise RefusedAddressError(shown, f"{fault}, and is not visited", remedy=_REMEDY)
        return found

    def open(self, host: str, port: int, *, within_s: float) -> tuple[socket.socket, str]:
        """Connect to a host.

        Returns:
            The connection, and the address that was judged and is now connected.

        Raises:
            RefusedAddressError: An address of the host is not to be visited.
            NotCapturedError: Nothing answers there.
        """
        fault: OSError | None = None
        for address in self.judged(host, port)[:_MOST_ADDRESSES]:
            try:
                return (self.dial or dial)(address, port, within_s), address
            except OSError as error:
                fault = error
        raise NotCapturedError(
            f"{host}:{port}",
            f"cannot be reached ({_words(fault)})",
            remedy="Check the address, or try again later.",
        ) from fault


def split_url(url: str) -> tuple[SplitResult, str, int]:
    """Take a web address apart.

    Returns:
        Its parts, its host in ASCII, and its port.

    Raises:
        RefusedAddressError: It is none, or holds a name and password.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        named = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise _no_address(url, "is no web address") from error
    if parts.scheme not in _DEFAULT_PORTS or not named or len(url) > _LONGEST_URL:
        raise _no_address(url, "is no web address")
    if any(letter <= " " or letter == "\\" for letter in url):
        raise _no_address(url, "holds blanks or backslashes")
    if parts.username is not None or parts.password is not None:
        raise _no_address(url, "holds a name or password, which would be kept with the record")
    return parts, named, port if port is not None else _DEFAULT_PORTS[parts.scheme]


def ascii_url(url: str) -> str:
    """Write an address in ASCII, as it is asked for and as readers of archives look it up.

    Raises:
        RefusedAddressError: It is no web address.

    Examples:
        >>> ascii_url("https://bücher.example/ä?ö#ü")
        'https://xn--bcher-kva.example/%C3%A4?%C3%B6'
    """
    if url.isascii():
        return url
    parts, host, _ = split_url(url)
    named = f"[{host}]" if ":" in host else host
    place = named if parts.port is None else f"{named}:{parts.port}"
    return urlunsplit((parts.scheme, place, escaped(parts.path), escaped(parts.query), ""))


def escaped(text: str) -> str:
    """Write letters beyond ASCII as browsers do."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in text
    )


def look_up(host: str, port: int) -> Sequence[str]:
    """Look a name up as the system does.

    Raises:
        NotCapturedError: It has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotCapturedError(
            host,
            f"has no address ({_words(error)})",
            remedy="Check the address, and that this machine reaches the network.",
        ) from error
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def dial(address: str, port: int, within_s: float) -> socket.socket:
    """Open a connection as the system does."""
    return socket.create_connection((address, port), timeout=within_s)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global
    if address in _TRANSLATED:
        return True  # what it stands for is judged for itself
    return address.is_global and address in _ASSIGNED and address not in _DOCUMENTS


def _embedded(address: _Address) -> tuple[_Address, ...]:
    """Return the IPv4 addresses for which an IPv6 address stands."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[_Address] = []
    if address.ipv4_mapped is not None:
        found.append(address.ipv4_mapped)
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found.extend(address.teredo)
    if address in _TRANSLATED or address in _TRANSLATED_LOCALLY:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _COMPATIBLE and int(address) > 1:
        found.append(ipaddress.IPv4Address(int(address)))
    return tuple(found)


def _literal(host: str) -> str | None:
    """Return the address that a host is, in any of the spellings that systems take; None: a name.

    "2130706433", "0x7f.1" and "017700000001" are 127.0.0.1 to `inet_aton`.
    """
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def _words(error: OSError | None) -> str:
    return (error.strerror or str(error)) if error is not None else "no address"


def shown_url(url: str) -> str:
    """Return an address as messages and records call it: without name and password, and short.

    Examples:
        >>> shown_url("https://me:secret@site.example/a")
        'https://site.example/a'
    """
    return _CREDENTIALS.sub(r"\1", url, count=1)[:_LONGEST_SHOWN]


def _no_address(url: str, fault: str) -> RefusedAddressError:
    return RefusedAddressError(
        shown_url(url)[:200],
        fault,
        remedy="Give it as https://example.org/page, without a password.",
    )
