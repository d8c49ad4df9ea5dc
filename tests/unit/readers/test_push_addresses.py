"""Addresses that a browser may not name, and those that it may."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.errors import InputError
from purport.core.notices import PushAddress
from purport.readers.push_addresses import require_endpoint, require_push_address

KEY = base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode().rstrip("=")
SECRET = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
NOBODY = frozenset[str]()
GOOD = (
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://region.push.services.mozilla.com/wpush/v2/gAAA",
    "https://wns2-par02p.notify.windows.com/w/?token=BQ",
    "https://web.push.apple.com/QGl",
)
HOSTILE = (
    "",
    "http://127.0.0.1",
    "http://127.0.0.1:8765/api/v1/cases",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "https://169.254.169.254/latest/meta-data/",
    "file:///etc/passwd",
    "ftp://fcm.googleapis.com/",
    "gopher://fcm.googleapis.com:70/_x",
    "//fcm.googleapis.com/x",
    "http://fcm.googleapis.com/fcm/send/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://user:pass@fcm.googleapis.com/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil-fcm.googleapis.com/x",
    "https://notify.windows.com.evil.example/x",
    "https://evilnotify.windows.com/x",
    "https://fcm.googleapis.com\\@127.0.0.1/x",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: other",
    "https://fcm.googleapis.com/\N{SNOWMAN}",
    "https://fcm.googleapis.com:port/x",
    "https://[fcm.googleapis.com/x",
    "https://fcm.googleapis.com/" + "x" * 1000,
)


@pytest.mark.parametrize("endpoint", GOOD)
def test_known_push_services_are_taken(endpoint: str) -> None:
    require_push_address(PushAddress(endpoint=endpoint, p256dh=KEY, auth=SECRET), NOBODY)


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_others_are_refused(endpoint: str) -> None:
    with pytest.raises(InputError, match="endpoint"):
        require_endpoint(endpoint, NOBODY)
    with pytest.raises(InputError, match="endpoint"):
        require_endpoint(endpoint, frozenset({"push.example:8080"}))


def test_a_service_that_is_named_is_taken_as_it_is_named() -> None:
    named = frozenset({"127.0.0.1:9000"})
    require_endpoint("http://127.0.0.1:9000/push/1", named)
    for other in ("http://127.0.0.1:9001/", "http://127.0.0.1/", "http://a@127.0.0.1:9000/"):
        with pytest.raises(InputError):
            require_endpoint(other, named)


@pytest.mark.parametrize("key", ["", KEY[:-4], "A" * len(KEY), "!" * len(KEY), "A" * 5000])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InputError, match="p256dh"):
        require_push_address(PushAddress(endpoint=GOOD[0], p256dh=key, auth=SECRET), NOBODY)


@pytest.mark.parametrize("secret", ["", "AA", SECRET + "AAAA", "é" * 22])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(InputError, match="auth"):
        require_push_address(PushAddress(endpoint=GOOD[0], p256dh=KEY, auth=secret), NOBODY)


@given(st.text())
def test_no_text_leads_to_another_host(endpoint: str) -> None:
    with pytest.raises(InputError):
        require_endpoint(endpoint, NOBODY)
