"""What tests send to: a mail server, and a push service that trusts nothing.

The push service checks what RFC 8292 asks of the signature, and decrypts by RFC 8188 and RFC 8291,
with none of the code that encrypted.
"""

import asyncio
import base64
import json
import socket
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Given: TypeAlias = Any  # aiosmtpd ships no types
LONGEST_TOKEN_S = 24 * 3600


class MailSink:
    """A mail server that keeps what it is given, and answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, list[str]] = defaultdict(list)
        """By recipient: what is answered to the next mails, before they are taken."""
        self.slow_s = 0.0
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(  # noqa: N802, PLR0917 - aiosmtpd's own name and way
        self, server: Given, session: Given, envelope: Given, address: str, options: Given
    ) -> str:
        del server, session, options
        if self.answers[address]:
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Given, session: Given, envelope: Given) -> str:  # noqa: N802 - same
        del server, session
        await asyncio.sleep(self.slow_s)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    @property
    def url(self) -> str:
        """Address for `--mail`."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """Return what somebody got."""
        return [mail for mail in self.mails if mail["To"] == address]

    def wait_for(self, count: int, address: str, within_s: float = 40.0) -> list[EmailMessage]:
        """Return what somebody got, once it is so many mails."""
        until = time.monotonic() + within_s
        while len(self.to(address)) < count and time.monotonic() < until:
            time.sleep(0.1)
        return self.to(address)

    def close(self) -> None:
        """Stop listening."""
        self._controller.stop()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def unpadded(text: str) -> bytes:
    """Decode base64url without its padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def padless(content: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Subscriber:
    """A browser's keys, and how it reads what was encrypted for it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"

    @property
    def public(self) -> bytes:
        """Its public key, uncompressed."""
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def keys(self) -> dict[str, str]:
        """What it tells the server."""
        return {"p256dh": padless(self.public), "auth": padless(self._auth)}

    def read(self, body: bytes) -> bytes:
        """Decrypt a message."""
        salt, (size, id_length) = body[:16], struct.unpack("!LB", body[16:21])
        sender, sealed = body[21 : 21 + id_length], body[21 + id_length :]
        assert len(sealed) <= size
        shared = self._key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        info = b"WebPush: info\x00" + self.public + sender
        secret = _derive(shared, self._auth, info, 32)
        key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02"  # the last record
        return padded[:-1]


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


@dataclass
class Pushed:
    """A push that arrived."""

    path: str
    headers: dict[str, str]
    payload: dict[str, Any]


@dataclass
class PushService:
    """A push service: a browser subscribes at a path; what comes there is checked and read."""

    pushed: list[Pushed] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By path: what is answered next, in place of taking it."""
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    browsers: dict[str, Subscriber] = field(default_factory=dict)
    key: str = ""
    """The key by which whoever sends has to sign; empty for any."""

    def __post_init__(self) -> None:
        service = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, headers = service.take(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST  # noqa: N815 - same

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's own
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """Host and port, for `--push-host`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def subscribe(self, name: str) -> dict[str, str]:
        """Let a browser subscribe; return what it tells the server."""
        browser = self.browsers.setdefault(f"/push/{name}", Subscriber())
        return {"endpoint": f"http://{self.host}/push/{name}", **browser.keys()}

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Check a push, and keep it."""
        self.asked[path] += 1
        if self.answers[path]:
            return self.answers[path].pop(0)
        try:
            told = {name.lower(): value for name, value in headers.items()}
            self._check(told)
            payload = json.loads(self.browsers[path].read(body))
        except Exception as error:  # noqa: BLE001 - whatever is wrong fails the test
            self.faults.append(f"{path}: {type(error).__name__}: {error}")
            return 400, {}
        self.pushed.append(Pushed(path, told, payload))
        return 201, {}

    def _check(self, headers: dict[str, str]) -> None:
        assert headers["content-encoding"] == "aes128gcm"
        assert int(headers["ttl"]) > 0
        assert len(headers["topic"]) <= 32
        assert headers["urgency"] in {"very-low", "low", "normal", "high"}
        scheme, _, rest = headers["authorization"].partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        assert scheme == "vapid"
        assert not self.key or parts["k"] == self.key
        signed, _, signature = parts["t"].rpartition(".")
        point = unpadded(parts["k"])
        r, s = (int.from_bytes(half) for half in _halves(unpadded(signature)))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point).verify(
            encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256())
        )
        head, claims = (json.loads(unpadded(one)) for one in signed.split("."))
        assert head["alg"] == "ES256"
        assert claims["aud"] == f"http://{self.host}"
        assert claims["sub"].startswith("mailto:")
        assert time.time() < claims["exp"] <= time.time() + LONGEST_TOKEN_S

    def at(self, name: str) -> list[Pushed]:
        """Return what came for a browser."""
        return [one for one in self.pushed if one.path == f"/push/{name}"]

    def wait_for(self, count: int, name: str, within_s: float = 40.0) -> list[Pushed]:
        """Return what came for a browser, once it is so much."""
        until = time.monotonic() + within_s
        while len(self.at(name)) < count and time.monotonic() < until:
            assert self.faults == []
            time.sleep(0.1)
        return self.at(name)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _halves(content: bytes) -> tuple[bytes, bytes]:
    assert len(content) == 64
    return content[:32], content[32:]
