"""The captures of a case in a real browser: what failed, and pictures that open blurred."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Seat: TypeAlias = Any  # made in a conftest

pytestmark = pytest.mark.browser

CLEAR = "[...document.querySelectorAll('.page-picture details img')]"
VEILED = "[...document.querySelectorAll('.page-picture > img')]"
CARDS = "document.querySelectorAll('article.capture').length"
WORDS = b"<p>" + b"Residents heard two explosions near the depot at dawn. " * 30 + b"</p>"


def _capture(url: str, folder: Path) -> int:
    command = [sys.executable, "-m", "purport.cli", "capture", url, "--no-media", "-w", str(folder)]
    environment = {**os.environ, "PURPORT_ALLOW_PRIVATE": "yes"}
    return subprocess.run(command, check=False, capture_output=True, env=environment).returncode


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_captures_are_shown_and_pages_open_blurred(  # noqa: PLR0917 - who, where, how it looks
    seat: Seat,
    serve_room: Any,  # noqa: ANN401 - made in a conftest
    checked_folder: Path,
    site: Any,  # noqa: ANN401 - made in a conftest
    trouble: Any,  # noqa: ANN401 - made in a conftest
    tmp_path: Path,
    scheme: str,
    width: int,
) -> None:
    folder = tmp_path / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    film = (checked_folder.parent / "noise.mp4").read_bytes() + b"\0" * 8
    site.pages |= {
        "/raid": trouble.Given(
            b"<title>Raid</title><h1>Raid</h1><video src=/a.mp4></video>" + WORDS
        ),
        "/a.mp4": trouble.Given(film, "video/mp4"),
        "/wall": trouble.Given(b"<title>Log in</title><form><input type=password></form>"),
    }
    assert (_capture(site.url("/raid"), folder), _capture(site.url("/wall"), folder)) == (0, 5)
    with (
        serve_room(folder) as room,
        seat(room, room.owner(), scheme=scheme, width=width) as sitting,
    ):
        page = sitting.visit("/cases/case/")
        page.get_by_role("link", name="Captures").click()
        cards = page.locator("article.capture")
        sitting.settle(CARDS, wanted=2)
        assert "a demand to log in, not the page" in cards.first.inner_text()
        loaded = f"{CLEAR}.map(one => one.complete && one.naturalWidth > 0)"
        assert page.evaluate(loaded) == [False, False], "nothing clear is loaded unasked"
        cards.last.scroll_into_view_if_needed()
        sitting.settle(f"{VEILED}.at(-1).naturalWidth > 0")
        assert sitting.violations() == []
        page.screenshot(path=str(tmp_path / "captures.png"), full_page=True)
        cards.last.locator("summary", has_text="Show the page clear").click()
        sitting.settle(
            "[...document.querySelectorAll('.page-picture details img')].at(-1).naturalWidth > 0"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=str(tmp_path / "captures-clear.png"), full_page=True)
        cards.last.get_by_role("link", name="a.mp4").click()
        section = page.get_by_role("region", name="Where it came from")
        assert site.url("/raid") in section.inner_text()
        section.get_by_role("link").click()
        sitting.settle(CARDS, wanted=1)
        page.get_by_label("Which").select_option("failed")
        page.get_by_role("button", name="Show", exact=True).click()
        sitting.settle(CARDS, wanted=0)
        assert "None of that kind." in page.inner_text("main")
        sitting.require_calm()
