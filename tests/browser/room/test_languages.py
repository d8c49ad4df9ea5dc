"""The reader's side in Arabic and Russian in a real Chromium, for everybody."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.core.editions import Safety
from purport.core.ratings import Rating

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


def publish(folder: Path) -> str:
    """Stand behind one rating and publish the case; return the claim."""
    with Workspace.open(folder) as workspace:
        verdict = next(
            one
            for one in case_file(workspace).verdicts
            if one.links and one.rating is not Rating.NOT_CHECKABLE
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked at it."
        )
        draft = EditionDraft(
            key="case", title="Harbour Road", summary="Nobody could tell.", safety=Safety()
        )
        edition = ask_for_edition(workspace, draft, author="Ann")
        decide_edition(workspace, edition.number, publish=True, author="Ben")
    return verdict.claim


@pytest.fixture(scope="module")
def desk(
    serve_room: Room, checked_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A case with a comment that stands, one that waits, and an offer."""
    folder = tmp_path_factory.mktemp("tongues") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with ThreadPoolExecutor(1) as apart:  # Playwright's event loop is in this thread
        claim = apart.submit(publish, folder).result()
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
