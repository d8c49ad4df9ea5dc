"""Web Push: encrypted for one browser (RFC 8291), signed by this server (RFC 8292).

Nothing is sent but to the push services of `push_addresses`; no redirect is followed; who does not
answer in time is not waited for.
"""

import base64
import http.client
import json
import os
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from webpush.vapid import VAPID

from purport.core.errors import InputError
from purport.core.notices import DeliveryState, Parcel, Settled
from purport.readers.delivering import try_again
from purport.readers.push_addresses import require_endpoint

__all__ = [
    "MOST_PAYLOAD",
    "Answer",
    "NotSentError",
    "Pusher",
    "VapidKeys",
    "settle_push",
    "topic_of",
    "vapid_keys",
]

MOST_PAYLOAD = 3000
"""Longest payload: a push service takes 4,096 bytes with all that encryption adds. [bytes]"""
_TIME_OUT_S = 10.0
_LIFE_S = 24 * 3600
_TOKEN_S = 12 * 3600
_AT_ONCE = 16
_TOPIC_LENGTH = 32
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VapidKeys:
    """The keys by which push services know this server."""

    private: bytes
    """PEM, PKCS #8."""
    public: bytes
    """PEM."""
    application_server_key: str
    """The public one as browsers want it, base64url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a push service answered."""

    status: int
    """HTTP status."""
    retry_after_s: int | None = None
    """How long it wants to be left alone; None when it does not say. [s]"""


def vapid_keys(folder: Path) -> VapidKeys:
    """Return this server's keys, made on first use, for their owner alone to read.

    Args:
        folder: Where they lie.
    """
    path = folder / "vapid.json"
    if not path.exists():
        _make_keys(path)
    kept = json.loads(path.read_text(encoding="ascii"))
    return VapidKeys(
        private=kept["private"].encode(),
        public=kept["public"].encode(),
        application_server_key=kept["application_server_key"],
    )


def _make_keys(path: Path) -> None:
    """Make the keys; of two processes at once, one makes those that both use."""
    private, public, told = VAPID.generate_keys()
    written = json.dumps(
        {
            "private": private.decode(),
            "public": public.decode(),
            "application_server_key": told,
        }
    )
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(written, encoding="ascii")
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()


def topic_of(case: str) -> str:
    """Return the name under which a later push of a case takes the place of an earlier one.

    Examples:
        >>> len(topic_of("case"))
        32
    """
    digest = sha256(f"purport {case}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_TOPIC_LENGTH]


class Pusher:
    """Sends pushes, several at a time.

    Args:
        keys: This server's keys.
        contact: Address of mail at which whoever runs a push service reaches us.
        hosts: Push services that are taken beside those that everybody knows.
    """

    def __init__(self, keys: VapidKeys, *, contact: str, hosts: frozenset[str]) -> None:
        self._maker = WebPush(
            private_key=keys.private,
            public_key=keys.public,
            subscriber=contact,
            ttl=_LIFE_S,
            expiration=_TOKEN_S,
        )
        self._keys = keys
        self._contact = contact
        self._tokens: dict[str, tuple[float, str]] = {}
        self._lock = threading.Lock()
        self._hosts = hosts
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push")

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown()

    def send_all(self, parcels: Sequence[tuple[Parcel, bytes]]) -> tuple[Answer | Exception, ...]:
        """Send parcels with their payloads; return what came of each, in their order."""
        return tuple(self._threads.map(lambda one: self._send(*one), parcels))

    def _send(self, parcel: Parcel, payload: bytes) -> Answer | Exception:
        try:
            return self.send(parcel, payload)
        except (OSError, http.client.HTTPException, InputError, ValueError) as error:
            return error

    def send(self, parcel: Parcel, payload: bytes) -> Answer:
        """Send one push.

        Raises:
            InputError: Its address is not one of a known push service, or its key is none.
            ValueError: There is no browser, or the payload is too long.
            NotSentError: The push service cannot be reached.
            OSError: The connection was cut while it was being sent.
            http.client.HTTPException: What came back is no answer.
        """
        browser = parcel.browser
        if browser is None or len(payload) > MOST_PAYLOAD:
            raise ValueError("there is no browser, or the payload is too long")
        require_endpoint(browser.endpoint, self._hosts)
        try:
            message = self._maker.get(
                payload,
                WebPushSubscription(
                    endpoint=browser.endpoint,
                    keys=WebPushKeys(auth=browser.auth, p256dh=browser.p256dh),
                ),
            )
        except ValueError as error:
            raise InputError(
                "p256dh", "is no key of a browser", remedy="Subscribe anew."
            ) from error
        headers = {
            **message.headers,
            "authorization": self._authorization(browser.endpoint),
            "content-type": "application/octet-stream",
            "topic": topic_of(parcel.events[-1].case),
            "urgency": "normal",
        }
        return self._post(browser.endpoint, message.encrypted, headers)

    def _authorization(self, endpoint: str) -> str:
        """Return who we are, signed for one push service with its port, for half a day."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        now = time.time()
        with self._lock:
            made, token = self._tokens.get(origin, (0.0, ""))
            if now - made > _TOKEN_S / 2:
                said = {
                    "aud": origin,
                    "exp": int(now) + _TOKEN_S,
                    "sub": f"mailto:{self._contact}",
                }
                token = jwt.encode(said, self._keys.private, algorithm="ES256")
                self._tokens[origin] = now, token
        return f"vapid t={token}, k={self._keys.application_server_key}"

    def _post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(endpoint)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = _connect(parts.scheme, parts.netloc)
        try:
            connection.request("POST", path or "/", body=body, headers=dict(headers))
            response = connection.getresponse()
            wait = response.headers.get("Retry-After", "")
            return Answer(
                status=response.status,
                retry_after_s=int(wait) if wait.isascii() and wait.isdigit() else None,
            )
        finally:
            connection.close()


class NotSentError(OSError):
    """A push service could not be reached: what was to be sent certainly was not."""


def _connect(scheme: str, host: str) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, timeout=_TIME_OUT_S)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise NotSentError(str(error)) from error
    return connection


def settle_push(parcel: Parcel, answer: Answer | Exception, now: datetime) -> Settled:
    """Tell what became of a push by what came back.

    Args:
        parcel: The push.
        answer: What the service answered, or what went wrong before it did.
        now: The moment.
    """
    if isinstance(answer, Exception):
        return _settle_fault(parcel, answer, now)
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Settled(deliveries=parcel.deliveries, state=DeliveryState.SENT)
    fault = f"the push service answered {answer.status}"
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Settled(
            deliveries=parcel.deliveries,
            state=DeliveryState.FAILED,
            fault=fault,
            browser_is_gone=True,
        )
    busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
    if busy or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = None if answer.retry_after_s is None else timedelta(seconds=answer.retry_after_s)
        not_before = None if wait is None else now + min(wait, _LONGEST_WAIT)
        return try_again(parcel, fault, now, not_before=not_before)
    return Settled(deliveries=parcel.deliveries, state=DeliveryState.FAILED, fault=fault)


def _settle_fault(parcel: Parcel, error: Exception, now: datetime) -> Settled:
    fault = f"{type(error).__name__}: {error}"
    if isinstance(error, NotSentError):
        return try_again(parcel, fault, now)
    if isinstance(error, InputError | ValueError):
        return Settled(
            deliveries=parcel.deliveries,
            state=DeliveryState.FAILED,
            fault=fault,
            browser_is_gone=isinstance(error, InputError),
        )
    return Settled(deliveries=parcel.deliveries, state=DeliveryState.UNKNOWN, fault=fault)
