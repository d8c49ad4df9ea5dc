"""What docs/security.md says of headers, cookies, sessions and passwords."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

SECURE = Path(__file__).with_name("show_secure.py")
PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
YEAR_S = 365 * 24 * 3600
SIGN_IN = "/accounts/login/"


@pytest.fixture(scope="module")
def room(
    serve_room: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    """A room that anybody may join."""
    with serve_room(tmp_path_factory.mktemp("secure") / "room", "--sign-up") as served:
        yield served


def sign_in(room: Room, name: str, password: str = PASSWORD) -> Person:
    """Come in by password in another browser."""
    browser = room.stranger()
    browser.get(SIGN_IN)
    browser.post(SIGN_IN, {"login": name, "password": password})
    return browser


def is_in(browser: Person) -> bool:
    return browser.get("/me/session").json()["user"] is not None


@pytest.mark.parametrize(
    "path",
    ["/published/", SIGN_IN, "/static/room/app.js", "/nothing", "/published/feed.atom", "/me/data"],
)
def test_every_answer_has_its_headers(room: Room, path: str) -> None:
    headers = room.stranger().get(path, headers={"Origin": "https://elsewhere.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    if not path.startswith("/static/"):
        policy = headers["content-security-policy"]
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'"):
            assert part in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    if path == "/published/":
        assert headers["content-type"] == "text/html; charset=utf-8"


def test_by_https_cookies_are_the_hosts_alone_and_the_host_stays_with_it(tmp_path: Path) -> None:
    command = [sys.executable, str(SECURE), str(tmp_path / "room")]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert told["headers"]["Strict-Transport-Security"] == f"max-age={YEAR_S}"
    assert all(name.startswith("__Host-") for name in told["named"])
    assert told["secure"] == [True, True, True]
    assert told["cookies"]
    for name, cookie in told["cookies"].items():
        assert name.startswith("__Host-")
        assert cookie["secure"] is True
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert cookie["samesite"] == "Lax"


def test_the_session_is_out_of_reach_of_scripts_and_new_at_sign_in(room: Room) -> None:
    room.reader("sara")
    browser = room.stranger()
    browser.get(SIGN_IN)
    before = browser.client.cookies.get("purport_session")
    answer = browser.post(SIGN_IN, {"login": "sara", "password": PASSWORD})
    told = next(one for one in answer.headers.get_list("set-cookie") if "purport_session=" in one)
    assert "HttpOnly" in told
    assert "SameSite=Lax" in told
    after = browser.client.cookies.get("purport_session")
    assert after
    assert after != before
    assert is_in(browser)
    again = sign_in(room, "sara")
    assert again.client.cookies.get("purport_session") != after
    browser.get("/published/")
    browser.post("/accounts/logout/")
    with httpx.Client(base_url=room.base, cookies={"purport_session": after}) as stolen:
        assert stolen.get("/me/session").json()["user"] is None


@pytest.mark.parametrize(
    ("number", "password", "taken"),
    [
        (1, "short7!", False),
        (2, "password123", False),
        (3, "73910284655", False),
        (4, "abcdefgh zyx", True),
        (5, "пароль из слов без цифр", True),
        (6, "x1" * 40, True),
        (7, "purport2026", False),
        (8, "weak8weak", False),
    ],
)
def test_which_passwords_are_taken(room: Room, number: int, password: str, taken: bool) -> None:  # noqa: FBT001 - a parameter of a test
    browser = room.stranger()
    page = browser.get("/accounts/signup/").text
    assert 'type="password"' in page
    form = {
        "email": f"weak{number}@example.org",
        "username": f"weak{number}",
        "password1": password,
    }
    assert (browser.post("/accounts/signup/", form).status_code == HTTPStatus.FOUND) is taken


def test_a_changed_password_wants_the_old_one_and_ends_other_sessions(room: Room) -> None:
    room.reader("tarek")
    here, other = sign_in(room, "tarek"), sign_in(room, "tarek")
    here.get("/accounts/password/change/")
    fresh = "another horse battery"
    form = {"oldpassword": "wrong", "password1": fresh, "password2": fresh}
    assert here.post("/accounts/password/change/", form).status_code == HTTPStatus.OK
    assert is_in(other)
    changed = here.post("/accounts/password/change/", {**form, "oldpassword": PASSWORD})
    assert changed.status_code == HTTPStatus.FOUND
    assert is_in(here)
    assert not is_in(other)
    assert not is_in(sign_in(room, "tarek"))
    assert not is_in(sign_in(room, "tarek", fresh.upper()))
    assert is_in(sign_in(room, "tarek", fresh))


def test_somebody_sees_and_ends_their_other_sessions(room: Room) -> None:
    room.reader("rania")
    here, other = sign_in(room, "rania"), sign_in(room, "rania")
    is_in(other)
    page = here.get("/accounts/sessions/")
    assert page.status_code == HTTPStatus.OK
    assert "Sign out" in page.text
    here.post("/accounts/sessions/")
    assert is_in(here)
    assert not is_in(other)


@pytest.mark.parametrize("path", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_second_factors_are_changed_after_showing_again_who_one_is(room: Room, path: str) -> None:
    name = f"reauth{len(path)}"
    room.reader(name)
    answer = sign_in(room, name).get(path)
    assert answer.status_code == HTTPStatus.FOUND
    assert "/reauthenticate/" in answer.headers["location"]


def test_an_address_is_added_after_showing_again_who_one_is(room: Room) -> None:
    room.reader("adds")
    browser = sign_in(room, "adds")
    browser.get("/accounts/email/")
    form = {"action_add": "", "email": "adds-more@example.org"}
    answer = browser.post("/accounts/email/", form)
    assert "/reauthenticate/" in answer.headers["location"]
    browser.get(answer.headers["location"])
    browser.post(answer.headers["location"], {"password": PASSWORD})
    assert "adds-more@example.org" in browser.get("/accounts/email/").text


def test_the_owner_of_the_terminals_link_sets_a_first_password_and_is_asked_from_then_on(
    serve_room: Callable[..., Any], tmp_path: Path
) -> None:
    adding, address = "/accounts/2fa/webauthn/add/", {"action_add": "", "email": "o@example.org"}
    with serve_room(tmp_path / "room") as room:
        owner = room.owner()
        for path in ("/accounts/password/set/", adding, "/accounts/2fa/totp/activate/"):
            assert owner.get(path).status_code == HTTPStatus.OK, path
        form = {"password1": PASSWORD, "password2": PASSWORD}
        assert owner.post("/accounts/password/set/", form).status_code == HTTPStatus.FOUND
        owner.get("/published/")
        for answer in (owner.get(adding), owner.post("/accounts/email/", address)):
            assert answer.status_code == HTTPStatus.FOUND
            assert "/reauthenticate/" in answer.headers["location"]
        assert "o@example.org" not in owner.get("/accounts/email/").text
        again = owner.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert again.status_code == HTTPStatus.FOUND
        assert owner.get(adding).status_code == HTTPStatus.OK


def test_an_unknown_name_is_told_from_a_wrong_password_by_nothing(room: Room) -> None:
    room.reader("known")
    told = []
    for name in ("known", "unknown"):
        browser = room.stranger()
        browser.get(SIGN_IN)
        page = browser.post(SIGN_IN, {"login": name, "password": "not the password"})
        bare = re.sub(r'value="[^"]*"', "", page.text)
        told.append((page.status_code, bare.replace("unknown", "known")))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["admin", "root", "owner", "guest", "test"])
def test_there_are_no_accounts_of_the_makers(room: Room, name: str) -> None:
    assert not is_in(sign_in(room, name, name))


def test_methods_that_nobody_needs_and_folders_are_refused(room: Room) -> None:
    stranger = room.stranger()
    assert stranger.client.request("TRACE", "/published/").status_code >= HTTPStatus.BAD_REQUEST
    for path in (
        "/static/",
        "/static/room/",
        "/.git/config",
        "/web/secret",
        "/static/../web/secret",
    ):
        assert stranger.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:1"]
)
def test_signing_in_leads_to_no_other_host(room: Room, there: str) -> None:
    name = f"away{abs(len(there))}"
    room.reader(name)
    browser = room.stranger()
    browser.get(SIGN_IN)
    answer = browser.post(SIGN_IN, {"login": name, "password": PASSWORD, "next": there})
    assert "elsewhere" not in answer.headers["location"]
    assert "javascript" not in answer.headers["location"]


def test_a_name_that_is_none_of_the_rooms_is_refused(room: Room) -> None:
    stranger = room.stranger()
    answer = stranger.get("/published/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Traceback" not in answer.text
