"""A server of objects in a process of its own (moto), and a proxy before it that misbehaves."""

import http.client
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

Misdeed = Callable[[str, str], str | None]
"""From a method and a path to what is done to request or answer; None for nothing."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "kept-by-nobody",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
"""What a client is told beside AWS_ENDPOINT_URL."""


class ObjectServer:
    """moto's server; it keeps everything in memory."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._log = log
        with log.open("wb") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                stdout=told,
                stderr=told,
            )
        self._wait()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def make_bucket(self, name: str) -> None:
        self._send("PUT", f"/{name}", b"")

    def put(self, key: str, content: bytes) -> None:
        """Put an object; `key` begins with the bucket."""
        self._send("PUT", f"/{quote(key)}", content)

    def get(self, key: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}/{quote(key)}") as told:  # noqa: S310
            return bytes(told.read())

    def remove(self, key: str) -> None:
        self._send("DELETE", f"/{quote(key)}", None)

    def _send(self, method: str, path: str, content: bytes | None) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.address + path,
            data=content,
            headers={
                "Content-Type": "application/octet-stream",
                "Authorization": "AWS4-HMAC-SHA256 Credential=nobody/20260101/us-east-1/s3/x",
            },
            method=method,
        )
        with urllib.request.urlopen(request):  # noqa: S310 - the same
            pass

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/moto-api/"):  # noqa: S310
                    return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        self.close()
        raise AssertionError(self._log.read_text())


class Proxy:
    """Passes requests on to the server of objects, and misbehaves on demand.

    Misdeeds: "gone" hangs up; "busy" answers 503; "cut" hangs up in the middle of the answer;
    "short" and "long" answer less or more than was asked for; "flip" changes a byte of the answer;
    "flip-sent" one of what is sent, with no checksum that would tell; "deaf" does what was asked
    and hangs up; "drop" says yes and does nothing.
    """

    def __init__(self, server: ObjectServer) -> None:
        self._behind = server
        self.upstream = server.address
        self.misdeed: Misdeed = lambda *_: None
        self.asked: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self})
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, key: str, content: bytes) -> None:
        """Put an object into the bucket `archive`, whatever the proxy does to others."""
        self._behind.put(f"archive/{key}", content)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers in the name of the proxy to which its server belongs."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_GET(self) -> None:
        path = unquote(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.proxy.asked.append((self.command, path))
        deed = self.proxy.misdeed(self.command, path)
        if deed == "gone":
            self._hang_up()
        elif deed == "busy":
            self._answer(503, {"Content-Type": "text/xml"}, b"")
        elif deed == "drop":
            self._answer(200, {"ETag": '"0"'}, b"")
        else:
            self._pass_on(deed, sent)

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - named by the protocol

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass_on(self, deed: str | None, sent: bytes) -> None:
        left = {"host", "expect", "connection"}
        kept = {key: self.headers[key] for key in self.headers if key.lower() not in left}
        if deed == "flip-sent":
            sent = _flipped(sent)
            kept = {k: v for k, v in kept.items() if "checksum" not in k.lower()}
        onward = http.client.HTTPConnection(urlsplit(self.proxy.upstream).netloc, timeout=60)
        try:
            onward.request(self.command, self.path, body=sent or None, headers=kept)
            told = onward.getresponse()
            status, headers, body = told.status, dict(told.getheaders()), told.read()
        finally:
            onward.close()
        if deed == "deaf":
            self._hang_up()
            return
        changed = {
            "short": body[: len(body) // 2],
            "long": body + b"\0" * 70_000,
            "flip": _flipped(body),
        }
        self._answer(status, headers, changed.get(deed or "", body), cut=deed == "cut")

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        is_head = self.command == "HEAD"
        told = {name.lower(): value for name, value in headers.items()}
        length = told.get("content-length", "0") if is_head else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        if not is_head:
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _flipped(content: bytes) -> bytes:
    if not content:
        return content
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
