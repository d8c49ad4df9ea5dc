"""Readers in a real Chromium: from a sign-up through comment and flag to accepted evidence."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any

pytestmark = pytest.mark.browser

CASE = "/published/case/"
PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)


@dataclass
class Desk:
    """A published case, its owner and a moderator."""

    room: Room
    owner: Person
    moderator: Person
    claim: str


@pytest.fixture(scope="module")
def desk(serve_room: Room, confirmed_case: Callable[..., tuple[Path, str]]) -> Iterator[Desk]:
    """The story checked, and published to readers who may sign up."""
    folder, claim = confirmed_case(publish=True)
    with serve_room(folder, "--publisher", "Harbour Desk", "--sign-up") as room:
        owner = room.owner()
        moderator = room.newcomer(owner, "case", "moderator", "mod")
        yield Desk(room, owner, moderator, claim)


def mailed_code(room: Room, name: str) -> str:
    """Return the code of the last mail to somebody."""
    mails = sorted((room.folder / "web" / "mail").iterdir(), key=lambda one: one.stat().st_mtime)
    told = [text for one in mails if f"{name}@" in (text := one.read_text(encoding="utf-8"))]
    found = CODE.search(told[-1])
    assert found is not None
    return found.group(1)


def sign_up(page: Any, room: Room, name: str) -> None:  # noqa: ANN401 - Playwright's page
    """Make an account by the pages."""
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("sign up", re.IGNORECASE)).click()
    page.get_by_label("Code").fill(mailed_code(room, name))
    page.get_by_role("button", name=re.compile("confirm", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/published/"))


def test_from_sign_up_to_accepted_evidence(seat: Seat, desk: Desk) -> None:
    with seat(desk.room) as sitting, seat(desk.room, desk.moderator) as other:
        page = sitting.visit(CASE)
        # half a comment, then an account in another tab: this page learns of it and keeps the words
        page.get_by_label("Your comment").fill("The bakery stood *here*")
        with sitting.context.expect_page() as opened:
            page.get_by_role("link", name="Make an account").click()
        sign_up(opened.value, desk.room, "amal")
        page.get_by_text("You write as").wait_for()
        assert page.get_by_label("Your comment").input_value() == "The bakery stood *here*"
        page.get_by_role("button", name="Send").click()
        page.get_by_text("A moderator looks at it before others see it.").wait_for()
        page.locator(".comment .said em").wait_for()
        assert page.get_by_label("Your comment").input_value() == ""
        assert sitting.violations() == []
        # a moderator, who has the case open, shows it; the page shows it by itself
        watching = other.visit(CASE)
        queue = other.context.new_page()
        queue.goto(desk.room.base + "/moderation/")
        queue.get_by_text("new commenter").wait_for()
        queue.get_by_role("button", name="Show it").click()
        queue.get_by_text("Nothing waits.").first.wait_for()
        watching.get_by_text("The bakery stood").wait_for()
        # a moderator answers, and the reader hears of it at once, below their own words
        watching.get_by_role("link", name="Reply").click()
        watching.get_by_label("Your comment").fill("How do you know?")
        watching.get_by_role("button", name="Send").click()
        page.locator(".comment.depth-1").get_by_text("How do you know?").wait_for()
        # the reader flags the answer
        page.locator(".comment.depth-1").get_by_role("link", name="Flag").click()
        page.get_by_label("What is wrong with it?").select_option("spam")
        page.get_by_role("button", name="Flag it").click()
        page.get_by_text("Thank you. A moderator looks at it.").wait_for()
        queue.reload()
        queue.get_by_text("1 flag").wait_for()
        queue.get_by_role("button", name="Let it stand").click()
        # evidence
        page.get_by_role("link", name="Offer evidence").click()
        page.get_by_label("What do you offer?").select_option("correction")
        assert not page.get_by_label("Latitude").is_visible()
        page.get_by_label("In your words").fill("The bakery closed in 2017.")
        page.get_by_role("button", name="Offer it").click()
        page.get_by_text("The desk looks at it and tells you.").wait_for()
        sitting.require_calm()
    with seat(desk.room, desk.owner) as sitting:
        page = sitting.visit("/moderation/")
        page.get_by_text("The bakery closed in 2017.").wait_for()
        page.get_by_label("What you saw for yourself").fill("The register says so.")
        page.get_by_role("button", name="Take it over").click()
        page.get_by_text("The case has it").wait_for()
        assert sitting.violations() == []
        sitting.require_calm()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_for_everybody(seat: Seat, desk: Desk, scheme: str, width: int) -> None:
    with seat(desk.room, desk.owner, scheme=scheme, width=width) as sitting:
        for path in (
            CASE,
            f"{CASE}claims/{desk.claim}",
            f"{CASE}moderation",
            f"{CASE}evidence",
            "/me/offers",
            "/moderation/",
            "/moderation/words",
        ):
            page = sitting.visit(path)
            assert sitting.violations() == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        sitting.require_calm()
