"""A case with more footage than a page holds, in a real browser: paged, searched, with or without
script."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser

from purport.casework import Workspace
from purport.casework.workspace import Act
from purport.core.case import ItemRecord
from purport.core.digests import digest_bytes

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any

pytestmark = pytest.mark.browser

CASE = "/cases/case/"
NO_POSTER = "Failed to load resource: the server responded with a status of 410"
NAMES = [f"{word} {number:03d}.mp4" for number in range(60) for word in ("bridge", "جسر")]


def _fill(folder: Path) -> None:
    items = [
        ItemRecord(digest=digest_bytes(name.encode()), name=name, size_bytes=1) for name in NAMES
    ]
    with Workspace.open(folder) as workspace:
        workspace.record(items, Act(kind="recorded"))


@pytest.fixture(scope="module")
def served(
    serve_room: Any,  # noqa: ANN401 - its class lives in a conftest
    checked_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Room, Person]]:
    """A case with one clip that was checked and 120 items' records, and its owner."""
    folder = tmp_path_factory.mktemp("many") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with ThreadPoolExecutor(1) as apart:  # Playwright's event loop is in this thread
        apart.submit(_fill, folder).result()
    with serve_room(folder) as room:
        yield room, room.owner()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_footage_is_paged_and_searched(
    seat: Seat, served: tuple[Room, Person], scheme: str, tmp_path: Path
) -> None:
    room, owner = served
    with seat(room, owner, scheme=scheme) as sitting:
        page = sitting.visit(CASE)
        assert page.locator("li.tile").count() == 50
        assert page.locator("li.tile h3").first.inner_text() == "noise.mp4"
        page.get_by_role("link", name="Next").click()
        sitting.settle("location.search", wanted="?q=&page=2")
        assert page.locator("li.tile h3").first.inner_text() == NAMES[49]
        box = page.get_by_role("searchbox", name="Find footage")
        box.fill("جسر 01")
        box.press("Enter")
        sitting.settle("document.querySelectorAll('li.tile').length", wanted=11)
        assert "q=" in page.url
        page.reload()
        assert page.get_by_role("searchbox", name="Find footage").input_value() == "جسر 01"
        assert page.locator("li.tile").count() == 11
        page.go_back()
        sitting.settle("document.querySelectorAll('li.tile').length", wanted=50)
        page.go_forward()
        sitting.settle("document.querySelectorAll('li.tile').length", wanted=11)
        assert sitting.violations() == []
        page.screenshot(path=str(tmp_path / f"found-{scheme}.png"), full_page=True)
        page.get_by_role("link", name="All footage").click()
        sitting.settle("document.querySelectorAll('li.tile').length", wanted=50)
        assert sitting.violations() == []
        # the 120 items are records without bytes, so that no poster can be made of them
        assert {one for one in sitting.complaints if NO_POSTER not in one} == set()
        assert sitting.elsewhere == []


def test_it_works_without_script(chromium: Browser, served: tuple[Room, Person]) -> None:
    room, owner = served
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": room.base}
            for cookie in owner.client.cookies.jar
        ]
    )
    page = context.new_page()
    page.goto(room.base + CASE)
    page.get_by_role("link", name="Last").click()
    page.wait_for_url("**page=3*")
    assert page.locator("li.tile").count() == 21
    page.get_by_role("searchbox").fill("bridge 059")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**q=bridge*")
    assert page.locator("li.tile h3").all_inner_texts() == ["bridge 059.mp4"]
    context.close()
