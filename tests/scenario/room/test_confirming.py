"""The link in the mail of a sign-up: good for one press in the browser that asked, and guessing."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

AGER = Path(__file__).with_name("age_codes.py")
PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)
APART = re.compile(rb"^-{79}\n", re.MULTILINE)
LINK = re.compile(r"http://\S+/me/confirm/\S+")
LIFE_S = 600
ATTEMPTS = 3
WRONG_PASSWORDS = 5
MAILS_AN_HOUR = 5


@dataclass
class Asked:
    """Somebody who signed up and was sent a mail."""

    browser: Person
    page: str
    code: str
    link: str

    def press(self, code: str) -> int:
        """Press the button with a code; return the status."""
        return int(self.browser.post(self.page, {"code": code}).status_code)

    @property
    def is_in(self) -> bool:
        """Whether this browser is signed in."""
        return self.browser.get("/me/session").json()["user"] is not None


@pytest.fixture(scope="module")
def room(
    serve_room: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    """A room that anybody may join."""
    with serve_room(tmp_path_factory.mktemp("confirm") / "room", "--sign-up") as served:
        yield served


def mails_to(room: Room, address: str) -> list[str]:
    """Return what somebody was sent, oldest first."""
    folder = room.folder / "web" / "mail"
    files = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime) if folder.exists() else []
    texts = [text for one in files for text in APART.split(one.read_bytes()) if text.strip()]
    mails = [message_from_bytes(text, policy=policy.default) for text in texts]
    return [str(mail.get_content()) for mail in mails if mail["to"] == address]


def sign_up(room: Room, name: str) -> Asked:
    """Ask for an account."""
    browser = room.stranger()
    browser.get("/accounts/signup/")
    form = {"email": f"{name}@example.org", "username": name, "password1": PASSWORD}
    signed = browser.post("/accounts/signup/", form)
    assert signed.status_code == HTTPStatus.FOUND, signed.text
    mail = mails_to(room, f"{name}@example.org")[-1]
    code, link = CODE.search(mail), LINK.search(mail)
    assert code is not None
    assert link is not None
    browser.get(signed.headers["location"])
    return Asked(browser, signed.headers["location"], code.group(1), urlsplit(link.group()).path)


def test_the_link_fills_the_code_in_and_a_press_confirms(room: Room) -> None:
    asked = sign_up(room, "lena")
    assert asked.code not in asked.link
    for _ in range(3):  # opening it changes nothing, however often
        shown = asked.browser.get(asked.link)
        assert shown.status_code == HTTPStatus.OK
        assert f'value="{asked.code}"' in shown.text
        assert "no-store" in shown.headers["cache-control"]
        assert not asked.is_in
    assert asked.browser.client.head(asked.link).status_code == HTTPStatus.OK
    assert not asked.is_in
    assert asked.browser.post(asked.link).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert not asked.is_in
    assert asked.press(asked.code) == HTTPStatus.FOUND
    assert asked.is_in


def test_a_used_link_is_worth_nothing(room: Room) -> None:
    asked = sign_up(room, "used")
    assert asked.press(asked.code) == HTTPStatus.FOUND
    again = asked.browser.get(asked.link)
    assert again.status_code == HTTPStatus.NOT_FOUND
    assert asked.code not in again.text


def test_in_another_browser_the_link_shows_nothing(room: Room) -> None:
    asked, other = sign_up(room, "mallory"), sign_up(room, "victim")
    for browser in (room.stranger(), other.browser):
        shown = browser.get(asked.link)
        assert shown.status_code == HTTPStatus.NOT_FOUND
        assert asked.code not in shown.text
        assert other.code not in shown.text
        assert "only in the browser" in shown.text
    assert asked.press(other.code) == HTTPStatus.OK  # another's code is a wrong code
    assert not asked.is_in


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("shorter", lambda token: token[:-1]),
        ("longer", lambda token: token + "A"),
        ("other", lambda token: token[::-1]),
    ],
)
def test_a_forged_link_shows_nothing(room: Room, name: str, change: Callable[[str], str]) -> None:
    asked = sign_up(room, name)
    head, _, token = asked.link.rpartition("/")
    shown = asked.browser.get(f"{head}/{change(token)}")
    assert shown.status_code == HTTPStatus.NOT_FOUND
    assert asked.code not in shown.text


def test_an_old_link_and_an_old_code_are_refused(room: Room) -> None:
    asked = sign_up(room, "late")
    age(room, LIFE_S - 60)
    assert asked.browser.get(asked.link).status_code == HTTPStatus.OK
    age(room, 61)
    shown = asked.browser.get(asked.link)
    assert shown.status_code == HTTPStatus.NOT_FOUND
    assert asked.code not in shown.text
    asked.press(asked.code)
    assert not asked.is_in


def age(room: Room, seconds: float) -> None:
    command = [sys.executable, str(AGER), str(room.folder), str(seconds)]
    subprocess.run(command, check=True, capture_output=True)


def test_codes_cannot_be_guessed(room: Room) -> None:
    asked = sign_up(room, "guess")
    for _ in range(ATTEMPTS):
        asked.press("AAAA-AAAA")
    asked.press(asked.code)
    assert not asked.is_in
    assert asked.browser.get(asked.link).status_code == HTTPStatus.NOT_FOUND


def test_passwords_cannot_be_guessed(room: Room) -> None:
    asked = sign_up(room, "strong")
    asked.press(asked.code)
    guesser = room.stranger()
    guesser.get("/accounts/login/")
    for number in range(WRONG_PASSWORDS):
        tried = guesser.post("/accounts/login/", {"login": "strong", "password": f"wrong {number}"})
        assert tried.status_code == HTTPStatus.OK
    right = guesser.post("/accounts/login/", {"login": "strong", "password": PASSWORD})
    assert right.status_code == HTTPStatus.OK
    assert guesser.get("/me/session").json()["user"] is None
    assert asked.is_in  # whoever is in already stays in


def test_nobody_is_flooded_with_mails_by_signing_them_up(room: Room) -> None:
    address = "flooded@example.org"
    for number in range(MAILS_AN_HOUR + 3):
        browser = room.stranger()
        browser.get("/accounts/signup/")
        form = {"email": address, "username": f"flood{number}", "password1": PASSWORD}
        browser.post("/accounts/signup/", form)
    assert 1 <= len(mails_to(room, address)) <= MAILS_AN_HOUR
