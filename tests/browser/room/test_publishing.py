"""An edition on its way to readers, by the pages alone; and what readers find, for everybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any

pytestmark = pytest.mark.browser

TITLE = "What fell on Harbour Road"


@dataclass
class Desk:
    """A case with a confirmed rating, its owner and a reviewer."""

    room: Room
    owner: Person
    reviewer: Person
    claim: str


@pytest.fixture(scope="module")
def desk(serve_room: Room, confirmed_case: Callable[..., tuple[Path, str]]) -> Iterator[Desk]:
    """The story checked, and one rating confirmed."""
    folder, claim = confirmed_case()
    with serve_room(folder, "--publisher", "Harbour Desk") as room:
        owner = room.owner()
        reviewer = room.newcomer(owner, "case", "reviewer", "rev")
        yield Desk(room, owner, reviewer, claim)


def test_one_asks_another_publishes_and_anybody_reads(seat: Seat, desk: Desk) -> None:
    with seat(desk.room, desk.owner) as sitting:
        page = sitting.visit("/cases/case/publish")
        page.get_by_label("Title").fill(TITLE)
        page.get_by_label("What it comes to").fill("Nobody could tell.")
        page.get_by_role("button", name="Put it up for review").click()
        page.get_by_text("You asked for it").wait_for()
        assert page.get_by_role("button", name="Publish", exact=True).count() == 0
        assert sitting.violations() == []
        sitting.require_calm()
    with seat(desk.room, desk.reviewer) as sitting:
        page = sitting.visit("/cases/case/publish")
        page.get_by_text("Looked at it.").wait_for()
        page.get_by_role("button", name="Publish", exact=True).click()
        page.get_by_role("link", name=TITLE).wait_for()
        sitting.require_calm()
    with seat(desk.room) as sitting:
        page = sitting.visit("/published/")
        page.get_by_role("link", name=TITLE).click()
        page.get_by_role("heading", name=TITLE).wait_for()
        still = page.locator(".still").first
        still.scroll_into_view_if_needed()
        assert still.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
        page.locator("a.claimant").first.click()
        page.get_by_text("Looked at it.").wait_for()
        assert sitting.elsewhere == []
        sitting.require_calm()
    # whoever reads is not held up by how a page is made
    for scheme in ("light", "dark"):
        for width in (390, 1280):
            with seat(desk.room, scheme=scheme, width=width) as sitting:
                for path in (
                    "/published/",
                    "/published/case/",
                    f"/published/case/claims/{desk.claim}",
                ):
                    page = sitting.visit(path)
                    assert sitting.violations() == [], path
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                sitting.require_calm()
