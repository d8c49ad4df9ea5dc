"""One request and its response over a connection of their own, kept byte for byte, within limits.

What goes out and what comes in is what the record holds; h11 tells where it begins and ends. The
connection goes through a `Door`, so that each machine is judged before it is asked.
"""

import hashlib
import os
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import BinaryIO
from urllib.parse import SplitResult

import h11

from purport.core.digests import Digest
from purport.core.errors import NotCapturedError
from purport.sources.addresses import Door, escaped, split_url
from purport.sources.records import Ending, Exchange, Limits

__all__ = ["Line", "exchange"]

_PIECE_BYTES = 1 << 16
_LONGEST_HEAD_BYTES = 256 << 10
"""Headers of one response; servers that people use send below 16 KiB, browsers stop at 256."""
_MOST_INTERIM = 16
_SHORTEST_S = 0.1


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Line:
    """What exchanges of one capture share: the door, limits, and how much came so far."""

    folder: Path
    """Where responses are kept."""
    door: Door = field(default_factory=Door)
    """The way to the network."""
    limits: Limits = field(default_factory=Limits)
    """What is taken at most."""
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    """Whose certificates hold."""
    clock: Callable[[], datetime] = _now
    """Gives the times on record."""
    bytes_came: int = 0
    """All responses so far."""
    exchanges: list[Exchange] = field(default_factory=list)
    """All exchanges so far, in order."""
    number: int = 0
    """Exchanges that were begun."""
    began_s: float = field(default_factory=time.monotonic)
    """When the capture began. [s]"""

    def numbered(self) -> int:
        """Return a number that no exchange had."""
        self.number += 1
        return self.number - 1

    def left_s(self) -> float:
        """Return how long the capture may still take. [s]"""
        return self.began_s + self.limits.capture_s - time.monotonic()


def exchange(
    line: Line,
    url: str,
    headers: Sequence[tuple[str, str]],
    *,
    method: str = "GET",
    content: bytes = b"",
    largest_bytes: int | None = None,
) -> Exchange:
    """Ask for one thing, and keep what comes.

    Args:
        line: What the exchanges of a capture share; the exchange is added to it.
        url: What to ask for.
        headers: Headers beside Host and Connection.
        method: How to ask.
        content: What to send along.
        largest_bytes: Longest body; None: as the limits say.

    Returns:
        The exchange, also when it did not end well.

    Raises:
        RefusedAddressError: The machine is not to be visited.
        NotCapturedError: It cannot be reached, or its certificate does not hold.
    """
    parts, host, port = split_url(url)
    _require_left(line, url)
    with _connected(line, host, port, tls=parts.scheme == "https") as (connection, address):
        secured = connection if isinstance(connection, ssl.SSLSocket) else None
        request = _request(method, (parts, host, port), headers, content)
        path = line.folder / f"{line.numbered():05d}.http"
        with path.open("xb") as sink:
            hearing = _Hearing(line, connection, sink, largest_bytes)
            started = line.clock()
            sent = hearing.ask(request, content)
            hearing.listen()
        found = Exchange(
            url=url,
            method=method,
            address=address,
            started_utc=started,
            ended_utc=line.clock(),
            request=sent,
            response=path,
            response_bytes=hearing.kept,
            head_at=hearing.head_at,
            body_at=hearing.body_at or hearing.kept,
            status=hearing.status,
            reason=hearing.reason,
            headers=hearing.headers,
            ending=hearing.ending,
            certificate=None if secured is None else _certificate(secured),
            tls=None if secured is None else secured.version(),
            excess_bytes=hearing.excess,
        )
    os.truncate(path, hearing.kept)
    line.exchanges.append(found)
    return found


def _request(
    method: str,
    place: tuple[SplitResult, str, int],
    headers: Sequence[tuple[str, str]],
    content: bytes,
) -> h11.Request:
    parts, host, port = place
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = f"[{host}]" if ":" in host else host
    standard = port == (443 if parts.scheme == "https" else 80)
    length = [("Content-Length", str(len(content)))] if content or method != "GET" else []
    try:
        return h11.Request(
            method=method,
            target=escaped(target),
            headers=[
                ("Host", named if standard else f"{named}:{port}"),
                *headers,
                *length,
                ("Connection", "close"),
            ],
        )
    except (h11.LocalProtocolError, ValueError) as error:
        raise NotCapturedError(
            parts.geturl()[:200],
            f"cannot be asked for ({error})",
            remedy="Give the address as a browser shows it.",
        ) from error


@contextmanager
def _connected(line: Line, host: str, port: int, *, tls: bool) -> Iterator[tuple[socket, str]]:
    """Give a connection to a host, with TLS if asked for, and the address that it goes to."""
    within_s = min(line.limits.connect_s, max(line.left_s(), _SHORTEST_S))
    connection, address = line.door.open(host, port, within_s=within_s)
    with connection:
        if not tls:
            yield connection, address
            return
        with _secured(connection, line, host) as secured:
            yield secured, address


class _Hearing:
    """One conversation: what was sent, what came, and how it ended."""

    def __init__(
        self, line: Line, connection: socket, sink: BinaryIO, largest_bytes: int | None
    ) -> None:
        self._line = line
        self._connection = connection
        self._sink = sink
        self._most = min(
            line.limits.largest_bytes if largest_bytes is None else largest_bytes,
            line.limits.bytes_in_all - line.bytes_came,
        )
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD_BYTES)
        self._began = time.monotonic()
        self._received = 0
        self._closed = False
        self._body = self._interim = 0
        self.kept = self.head_at = self.body_at = self.excess = 0
        self.status: int | None = None
        self.reason = ""
        self.headers: tuple[tuple[str, str], ...] = ()
        self.ending = Ending.CUT_OFF

    def ask(self, request: h11.Request, content: bytes) -> bytes:
        """Send the request; returns it as sent."""
        sent = self._protocol.send(request) or b""
        if content:
            sent += self._protocol.send(h11.Data(data=content)) or b""
        sent += self._protocol.send(h11.EndOfMessage()) or b""
        self._connection.settimeout(self._line.limits.silence_s)
        with suppress(OSError):  # it may answer and close before it heard all, and is heard below
            self._connection.sendall(sent)
        return sent

    def listen(self) -> None:
        """Hear the response out, or as far as the limits allow."""
        try:
            self.ending = self._hear()
        except h11.RemoteProtocolError:
            cut = self._received == 0 or (self.status is not None and self._closed)
            self.ending = Ending.CUT_OFF if cut else Ending.MALFORMED
        if self.ending is not Ending.WHOLE:
            self.kept = self._received
        self._line.bytes_came += self._received

    def _hear(self) -> Ending:
        while True:
            event = self._protocol.next_event()
            ending = self._receive() if event is h11.NEED_DATA else self._take(event)
            if ending is not None:
                return ending

    def _take(self, event: object) -> Ending | None:
        """Take in what h11 made of the bytes; returns how it ended, None when it goes on."""
        if isinstance(event, h11.InformationalResponse):
            self.head_at = self._read_up_to()
            self._interim += 1
            return Ending.MALFORMED if self._interim > _MOST_INTERIM else None
        if isinstance(event, h11.Response):
            self._note(event)
            return Ending.TOO_LONG if self._announced() > self._most else None
        if isinstance(event, h11.Data):
            self._body += len(event.data)
            return Ending.TOO_LONG if self._body > self._most else None
        if isinstance(event, h11.EndOfMessage):
            self.kept = self._read_up_to()
            self.excess = self._received - self.kept
            return Ending.WHOLE
        # closed before a response, or a switch of protocols
        return Ending.CUT_OFF if self.status is None else Ending.MALFORMED

    def _receive(self) -> Ending | None:
        """Take in what comes next; returns how it ended, None when it goes on."""
        limits = self._line.limits
        elapsed_s = time.monotonic() - self._began
        left_s = min(limits.exchange_s - elapsed_s, self._line.left_s())
        if left_s <= 0 or (
            elapsed_s > limits.grace_s and self._received < limits.least_rate * elapsed_s
        ):
            return Ending.TOO_SLOW
        if self._received > self._most + 2 * _LONGEST_HEAD_BYTES + self._most // 4:
            return Ending.TOO_LONG  # framing alone: chunks of one byte
        self._connection.settimeout(min(limits.silence_s, left_s))
        try:
            data = self._connection.recv(_PIECE_BYTES)
        except TimeoutError:
            return Ending.TOO_SLOW
        except OSError:
            return Ending.CUT_OFF
        self._closed = not data
        self._sink.write(data)  # a full disk is no fault of the server's
        self._received += len(data)
        self._protocol.receive_data(data)
        return None

    def _note(self, event: h11.Response) -> None:
        self.body_at = self._read_up_to()
        self.status = event.status_code
        self.reason = event.reason.decode("latin-1")
        self.headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in event.headers
        )

    def _announced(self) -> int:
        stated = next((value for name, value in self.headers if name == "content-length"), "0")
        return int(stated) if stated.isdigit() else 0

    def _read_up_to(self) -> int:
        return self._received - len(self._protocol.trailing_data[0])


def _require_left(line: Line, url: str) -> None:
    if line.left_s() <= 0 or line.bytes_came >= line.limits.bytes_in_all:
        raise NotCapturedError(
            url, "was not asked for: the capture had reached its limits", remedy="Raise the limits."
        )


def _secured(connection: socket, line: Line, host: str) -> ssl.SSLSocket:
    try:
        return line.tls.wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise NotCapturedError(
            host,
            f"its certificate does not hold: {error.verify_message}",
            remedy="Whoever answers may not be who is asked. If an authority of your own signed "
            "it, name its root by SSL_CERT_FILE.",
        ) from error
    except (OSError, ValueError) as error:
        raise NotCapturedError(
            host,
            f"no secure connection comes about ({error})",
            remedy="Try again later, or check the address.",
        ) from error


def _certificate(secured: ssl.SSLSocket) -> Digest | None:
    found = secured.getpeercert(binary_form=True)
    return None if found is None else Digest(hashlib.sha256(found).hexdigest())
