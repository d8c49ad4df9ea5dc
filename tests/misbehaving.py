"""A web server of our own that behaves, and that misbehaves in every way that a capture must bear.

Tests load this module by its path. `Server.pages` holds what it gives for a path: a page, or a
function that is handed the connection and may do with it what it likes.
"""

import contextlib
import datetime as dt
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Talk = Callable[[socket.socket, "Asked"], None]


@dataclass(frozen=True)
class Given:
    """A response that is what it says."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A server that runs on this machine."""

    host: str
    port: int
    scheme: str
    pages: dict[str, Given | Talk] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def url(self, path: str) -> str:
        return self.base + path

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


@contextlib.contextmanager
def served(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        server = Server(host, listening.getsockname()[1], "https" if tls else "http")
        over = threading.Event()
        accepting = threading.Thread(target=_accept, args=(listening, server, tls, over))
        accepting.start()
        try:
            yield server
        finally:
            over.set()
            accepting.join()


def _accept(
    listening: socket.socket, server: Server, tls: ssl.SSLContext | None, over: threading.Event
) -> None:
    while not over.is_set():
        try:
            client, _ = listening.accept()
        except TimeoutError:
            continue
        threading.Thread(target=_serve, args=(client, server, tls), daemon=True).start()


def _serve(client: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    client.settimeout(20)
    with contextlib.suppress(OSError), client:
        talking = client if tls is None else tls.wrap_socket(client, server_side=True)
        with talking:
            asked = _read(talking)
            if asked is None:
                return
            server.asked.append(asked)
            answer = server.pages.get(asked.path.partition("?")[0])
            if answer is None:
                answer = Given(b"no such page", "text/plain", "404 Not Found")
            if isinstance(answer, Given):
                talking.sendall(response(answer, asked))
            else:
                answer(talking, asked)


def _read(client: socket.socket) -> Asked | None:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(65536)
        if not piece:
            return None
        head += piece
    top, _, body = head.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += client.recv(65536)
    return Asked(method, path, headers, body)


def response(given: Given, asked: Asked | None = None) -> bytes:
    """Write a response; films are given in the parts that are asked for."""
    body, status, more = given.body, given.status, list(given.headers)
    wanted = asked.headers.get("range", "") if asked is not None else ""
    if given.kind.startswith("video/") and wanted.startswith("bytes="):
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, stop = int(first or 0), int(last or len(body) - 1)
        more.append(f"Content-Range: bytes {start}-{stop}/{len(body)}")
        body, status = body[start : stop + 1], "206 Partial Content"
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {given.kind}",
        f"Content-Length: {len(body)}",
        *more,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


def moved(to: str, *, cookie: str | None = None) -> Given:
    """A redirect."""
    headers = [f"Location: {to}"]
    if cookie is not None:
        headers.append(f"Set-Cookie: {cookie}; Path=/")
    return Given(b"", "text/plain", "302 Found", tuple(headers))


def says(*pieces: bytes, pause_s: float = 0.0) -> Talk:
    """Send bytes as they are, then close."""

    def talk(client: socket.socket, _: Asked) -> None:
        for piece in pieces:
            client.sendall(piece)
            if pause_s:
                time.sleep(pause_s)

    return talk


def endless(kind: str = "text/html") -> Talk:
    """Never stop."""

    def talk(client: socket.socket, _: Asked) -> None:
        client.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())
        while True:
            client.sendall(b"more and more " * 4096)

    return talk


def drip(every_s: float = 0.05) -> Talk:
    """Send a byte at a time, so that no silence is long."""

    def talk(client: socket.socket, _: Asked) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            client.sendall(b"x")
            time.sleep(every_s)

    return talk


def silent(client: socket.socket, _: Asked) -> None:
    """Take the request, and say nothing."""
    with contextlib.suppress(OSError):
        client.recv(1)


def bomb(unpacked_mib: int = 64) -> Given:
    """Little that unpacks to much."""
    return Given(gzip.compress(bytes(unpacked_mib << 20), 9), headers=("Content-Encoding: gzip",))


def certificate(folder: Path, name: str, *, days: int = 10) -> tuple[Path, Path]:
    """Make a certificate that vouches for itself; returns it with its key, and it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=20))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    whole, alone = folder / f"{name}-{days}.pem", folder / f"{name}-{days}-public.pem"
    whole.write_bytes(private + public)
    alone.write_bytes(public)
    return whole, alone
