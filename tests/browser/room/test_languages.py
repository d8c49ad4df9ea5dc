"""The reader's side in Arabic and Russian in a real Chromium, for everybody."""

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


@dataclass
class Desk:
    """A published case, and a reader who wrote about it."""

    room: Room
    reader: Person
    claim: str


@pytest.fixture(scope="module")
def desk(serve_room: Room, confirmed_case: Callable[..., tuple[Path, str]]) -> Iterator[Desk]:
    """A case with a comment that stands, one that waits, and an offer."""
    folder, claim = confirmed_case(publish=True)
    with serve_room(folder, "--publisher", "Harbour Desk", "--sign-up") as room:
        room.owner()
        reader = room.reader("amal")
        reader.post(f"{CASE}comments", {"body": "أعرف هذا الشارع: 36.20124, 37.13433"})
        reader.post(f"{CASE}evidence", {"kind": "correction", "words": "It closed in 2017."})
        reader.post(f"{CASE}follow", {"follow": "yes"})
        yield Desk(room, reader, claim)


def pages_of(desk: Desk) -> tuple[str, ...]:
    return (
        "/published/",
        CASE,
        f"{CASE}claims/{desk.claim}",
        f"{CASE}moderation",
        f"{CASE}evidence",
        "/published/notices",
        "/published/notices/wishes",
        "/me/offers",
        "/me/data",
        "/accounts/email/",
        "/accounts/2fa/",
        "/published/no-such-case/",
    )


def choose(sitting: Any, language: str) -> None:  # noqa: ANN401 - its class lives in a conftest
    sitting.context.add_cookies(
        [{"name": "purport_language", "value": language, "url": sitting.base}]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_for_everybody_in_arabic(seat: Seat, desk: Desk, scheme: str, width: int) -> None:
    with seat(desk.room, desk.reader, scheme=scheme, width=width) as sitting:
        choose(sitting, "ar")
        for path in pages_of(desk):
            page = sitting.visit(path)
            shown = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
            assert shown == ["ar", "rtl"], path
            assert sitting.violations() == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_pages_are_for_everybody_in_russian(seat: Seat, desk: Desk) -> None:
    with seat(desk.room, desk.reader, width=390) as sitting:
        choose(sitting, "ru")
        for path in pages_of(desk):
            page = sitting.visit(path)
            assert page.evaluate("document.documentElement.lang") == "ru", path
            assert sitting.violations() == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_reader_chooses_their_language_on_the_page(seat: Seat, desk: Desk) -> None:
    with seat(desk.room) as sitting:
        page = sitting.visit(CASE)
        page.get_by_role("button", name="العربية").click()
        page.get_by_role("heading", name="الادعاءات").wait_for()
        assert page.url.endswith(CASE)
        # the menu opens inside the page, also from the other side
        page.locator(".menu summary").click()
        box = page.locator(".menu > div").bounding_box()
        assert box["x"] >= 0
        page.get_by_role("button", name="Русский").click()
        page.get_by_role("heading", name="Утверждения").wait_for()
        page.get_by_role("button", name="English").click()
        page.get_by_role("heading", name="Claims", exact=True).wait_for()
        sitting.require_calm()
