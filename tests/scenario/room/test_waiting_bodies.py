"""What is sent slowly holds up nobody who reads."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow

_SENDERS = 30  # more than requests are answered at one time
_PATIENCE_S = 20.0


def test_published_cases_are_read_while_bodies_trickle_in(
    tmp_path: Path, serve_room: Callable[..., Any]
) -> None:
    with serve_room(tmp_path / "room") as served, ExitStack() as held:
        reader = served.stranger()
        reader.get("/accounts/login/")
        form_secret = reader.client.cookies["purport_csrf"].encode()
        address = urlsplit(served.base)
        for _ in range(_SENDERS):
            sender = held.enter_context(socket.create_connection((address.hostname, address.port)))
            sender.sendall(
                b"POST /accounts/login/ HTTP/1.1\r\n"
                b"Host: localhost\r\n"
                b"Cookie: purport_csrf=" + form_secret + b"\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 1000\r\n\r\nlogin="
            )
        for _ in range(5):
            assert reader.client.get("/published/", timeout=_PATIENCE_S).status_code == 200
