"""A proxy for downloaders that speak to the network themselves: the same door, the same bounds.

yt-dlp follows redirects and playlists wherever they lead. Through this proxy each machine is judged
after its name was looked up, the connection goes to the address that was judged, and the bytes are
counted. Connections with TLS pass through unread.
"""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from purport.core.errors import PurportError
from purport.sources.addresses import Door, shown_url, split_url
from purport.sources.records import Limits

__all__ = ["Proxy", "open_proxy"]

_PIECE_BYTES = 1 << 16
_LONGEST_HEAD = 1 << 16
_MOST_CONNECTIONS = 64


@dataclass(kw_only=True)
class Proxy:
    """A proxy that runs."""

    address: str
    """As "http://127.0.0.1:40000"."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What it did not connect to, and why."""
    bytes_came: int = 0
    """What came through it."""
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when it is over."""


@contextmanager
def open_proxy(door: Door, limits: Limits) -> Iterator[Proxy]:
    """Run a proxy on this machine for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        proxy = Proxy(address=f"http://127.0.0.1:{server.getsockname()[1]}")
        accepting = threading.Thread(
            target=_accept, args=(server, proxy, door, limits), name="proxy", daemon=True
        )
        accepting.start()
        try:
            yield proxy
        finally:
            proxy.stopped.set()
            accepting.join()


def _accept(server: socket.socket, proxy: Proxy, door: Door, limits: Limits) -> None:
    room = threading.BoundedSemaphore(_MOST_CONNECTIONS)
    while not proxy.stopped.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        if not room.acquire(blocking=False):
            client.close()
            continue

        def serve(client: socket.socket = client) -> None:
            try:
                with client, suppress(OSError):
                    _serve(client, proxy, door, limits)
            finally:
                room.release()

        threading.Thread(target=serve, name="proxied", daemon=True).start()


def _serve(client: socket.socket, proxy: Proxy, door: Door, limits: Limits) -> None:
    client.settimeout(limits.silence_s)
    head = _read_head(client)
    line, _, rest = head.partition(b"\r\n")
    try:
        method, target, _ = line.decode("ascii").split(" ", 2)
    except ValueError:
        return
    tunnel = method == "CONNECT"
    url = f"https://{target}/" if tunnel else target
    try:
        parts, host, port = split_url(url)
        server, _ = door.open(host, port, within_s=limits.connect_s)
    except PurportError as error:
        proxy.refused.append((shown_url(url), str(error)))
        words = str(error).encode("ascii", "replace")
        client.sendall(
            b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(words), words)
        )
        return
    with server:
        if tunnel:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            server.sendall(f"{method} {path} HTTP/1.1\r\n".encode("ascii") + _without_hops(rest))
        _pass_on(client, server, proxy, limits)


def _read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        piece = client.recv(_PIECE_BYTES)
        if not piece:
            break
        head += piece
    return head


def _without_hops(rest: bytes) -> bytes:
    """Ask for one answer a connection: each request is judged for itself."""
    head, mark, body = rest.partition(b"\r\n\r\n")
    kept = [
        line
        for line in head.split(b"\r\n")
        if not line.lower().startswith((b"proxy-", b"connection:", b"keep-alive:"))
    ]
    return b"\r\n".join([*kept, b"Connection: close"]) + mark + body


def _pass_on(client: socket.socket, server: socket.socket, proxy: Proxy, limits: Limits) -> None:
    began = time.monotonic()
    other = {client: server, server: client}
    while not proxy.stopped.is_set() and time.monotonic() - began < limits.exchange_s:
        readable, _, _ = select.select([client, server], [], [], limits.silence_s)
        if not readable:
            return
        for side in readable:
            piece = side.recv(_PIECE_BYTES)
            if not piece:
                return
            if side is server:
                proxy.bytes_came += len(piece)
                if proxy.bytes_came > limits.bytes_in_all:
                    proxy.refused.append(("", f"more than {limits.bytes_in_all:,} bytes came"))
                    return
            other[side].sendall(piece)
