"""Ways to sign in, in a real Chromium: passkeys by an authenticator that it plays, mailed links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Seat: TypeAlias = Any
Page: TypeAlias = Any
MailSink: TypeAlias = Any

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)
APART = re.compile(r"^-{79}\n", re.MULTILINE)
LINK = re.compile(r"http://\S+/me/confirm/\S+")
SIGNED_IN = "body:not([data-user=''])"
SAID = "[data-passkeys-said] p:not([hidden])"


@dataclass(frozen=True)
class ByName:
    """A room under its name: browsers keep passkeys for names, not for numbers."""

    base: str


@dataclass
class Authenticator:
    """What Chromium plays: a device that knows its owner and keeps passkeys."""

    session: Any
    key: str

    def credentials(self) -> list[dict[str, Any]]:
        """Return what it keeps."""
        told = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.key})
        return list(told["credentials"])

    def know_owner(self, *, known: bool) -> None:
        """Let the finger be the owner's, or not."""
        told = {"authenticatorId": self.key, "isUserVerified": known}
        self.session.send("WebAuthn.setUserVerified", told)


@pytest.fixture(scope="module")
def room(serve_room: Room, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A room that anybody may join."""
    folder = tmp_path_factory.mktemp("passkeys") / "room"
    with serve_room(folder, "--publisher", "Harbour Desk", "--sign-up") as served:
        yield served


@pytest.fixture(scope="module")
def named(room: Room) -> ByName:
    """The same, by its name."""
    return ByName(room.base.replace("127.0.0.1", "localhost"))


@pytest.fixture(scope="module")
def numbered(room: Room) -> ByName:
    """The same, by its number."""
    return ByName(room.base.replace("localhost", "127.0.0.1"))


def plug_in(page: Page) -> Authenticator:
    """Give a page's browser an authenticator of its own."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Authenticator(session, made["authenticatorId"])


def mailed_code(room: Room, name: str) -> str:
    """Return the code of the last mail to somebody."""
    files = sorted((room.folder / "web" / "mail").iterdir(), key=lambda one: one.stat().st_mtime)
    mails = [mail for one in files for mail in APART.split(one.read_text("utf-8"))]
    told = [mail for mail in mails if f"\nTo: {name}@" in mail]
    found = CODE.search(told[-1])
    assert found is not None
    return found.group(1)


def sign_out(page: Page) -> None:
    """Leave by the menu."""
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.locator("body[data-user='']").wait_for()


def sign_in_by_passkey(page: Page, base: str) -> None:
    """Ask for the passkey, and for nothing else."""
    page.goto(f"{base}/accounts/login/?next=/published/")
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_a_reader_adds_a_passkey_and_signs_in_with_it_alone(
    seat: Seat, room: Room, named: ByName
) -> None:
    room.reader("nadia")
    with seat(named) as other:
        page = other.page
        device = plug_in(page)
        # by password, as the account has nothing else yet
        other.visit("/accounts/login/?next=/accounts/2fa/webauthn/add/")
        page.get_by_label("Login").fill("nadia")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign In", exact=True).click()
        page.get_by_role("heading", name="Confirm Access").wait_for()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("heading", name="Add a passkey").wait_for()
        assert page.get_by_label("Sign in with it alone").is_checked()
        assert other.violations() == []
        page.get_by_label("Name of the passkey").fill("Phone")
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url(re.compile(r"/2fa/recovery-codes/"))
        kept = device.credentials()
        assert len(kept) == 1
        assert kept[0]["isResidentCredential"] is True
        assert kept[0]["rpId"] == "localhost"
        # the same device again: it says so
        other.visit("/accounts/2fa/webauthn/add/")
        page.get_by_role("button", name="Add it").click()
        page.locator(SAID).wait_for()
        assert "already holds" in page.locator(SAID).inner_text()
        sign_out(page)
        sign_in_by_passkey(page, named.base)
        page.locator(SIGNED_IN).wait_for()
        assert page.url == f"{named.base}/published/"
        assert page.locator("details.menu summary").inner_text() == "nadia"
        other.require_calm()


def test_by_a_number_the_page_says_to_use_the_name(seat: Seat, numbered: ByName) -> None:
    with seat(numbered) as sitting:
        plug_in(sitting.page)
        sign_in_by_passkey(sitting.page, numbered.base)
        sitting.page.locator(SAID).wait_for()
        assert "localhost" in sitting.page.locator(SAID).inner_text()


def test_whom_the_device_does_not_know_is_not_let_in(seat: Seat, room: Room, named: ByName) -> None:
    del room
    with seat(named) as sitting:
        page = sitting.page
        device = plug_in(page)
        sign_in_by_passkey(page, named.base)  # a device that holds nothing
        page.locator(SAID).wait_for()
        assert "No passkey was given" in page.locator(SAID).inner_text()
        assert sitting.violations() == []
        device.know_owner(known=False)
        sign_in_by_passkey(page, named.base)
        page.locator(SAID).wait_for()
        assert page.locator("body[data-user='']").count() == 1


def test_an_account_is_made_with_a_passkey_and_no_password(
    seat: Seat, room: Room, named: ByName
) -> None:
    with seat(named) as sitting:
        page = sitting.page
        device = plug_in(page)
        sitting.visit("/accounts/signup/?next=/published/")
        page.get_by_role("link", name="Sign up using a passkey").click()
        page.get_by_label("Email").fill("omar@example.org")
        page.get_by_label("Username").fill("omar")
        page.get_by_role("button", name=re.compile("sign up", re.IGNORECASE)).click()
        page.get_by_label("Code").fill(mailed_code(room, "omar"))
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("heading", name="Create Passkey").wait_for()
        assert sitting.violations() == []
        device.know_owner(known=False)
        page.get_by_role("button", name="Create").click()
        page.locator(SAID).wait_for()
        assert device.credentials() == []
        device.know_owner(known=True)
        page.get_by_role("button", name="Create").click()
        page.locator(SIGNED_IN).wait_for()
        assert len(device.credentials()) == 1
        sign_out(page)
        sign_in_by_passkey(page, named.base)
        page.locator(SIGNED_IN).wait_for()
        assert page.url == f"{named.base}/published/"
        assert page.locator("details.menu summary").inner_text() == "omar"
        sitting.require_calm()


def test_an_account_is_confirmed_by_the_link_of_the_mail(
    seat: Seat, serve_room: Room, mail_sink: MailSink, tmp_path: Path
) -> None:
    folder = tmp_path / "room"
    with (
        serve_room(folder, "--sign-up", "--mail", mail_sink.url) as served,
        seat(served) as sitting,
    ):
        page = sitting.visit("/accounts/signup/?next=/published/")
        page.get_by_label("Email").fill("salma@example.org")
        page.get_by_label("Username").fill("salma")
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_role("button", name="Sign Up", exact=True).click()
        page.get_by_label("Code").wait_for()
        mail = mail_sink.wait_for(1, "salma@example.org")[0].get_content()
        found = LINK.search(mail)
        assert found is not None
        with seat(served) as elsewhere:  # a scanner, or whoever reads the mail elsewhere
            elsewhere.page.goto(found.group())
            elsewhere.page.get_by_role("heading", name="This link does not work here").wait_for()
            assert elsewhere.violations() == []
        tab = sitting.context.new_page()
        tab.goto(found.group())
        tab.get_by_role("heading", name="Confirm your address").wait_for()
        assert tab.get_by_label("Code").input_value() in mail
        sitting.page = tab
        assert sitting.violations() == []
        tab.get_by_role("button", name="Confirm this address").click()
        tab.locator(SIGNED_IN).wait_for()
        assert tab.url == f"{served.base}/published/"
        assert tab.locator("details.menu summary").inner_text() == "salma"
        sitting.require_calm()
