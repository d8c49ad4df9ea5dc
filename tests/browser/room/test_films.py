"""Films of a published case in real Chromium: loaded when asked for, clear when asked twice."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Seat: TypeAlias = Any

pytestmark = pytest.mark.browser

CASE = "/published/case/"
SEEN = """async () => {
  const video = document.querySelector('.film video');
  if (!video || video.readyState < 2) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0);
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let colour = 0, detail = 0;
  for (let at = 0; at + 7 < pixels.length; at += 4) {
    const [red, green, blue] = pixels.slice(at, at + 3);
    colour = Math.max(colour, Math.abs(red - green), Math.abs(green - blue));
    detail += Math.abs(pixels[at + 1] - pixels[at + 5]);
  }
  return {colour, detail: detail / (pixels.length / 4), muted: video.muted, at: video.currentTime};
}"""


@pytest.fixture(scope="module")
def room(serve_room: Room, confirmed_case: Callable[..., tuple[Path, str]]) -> Iterator[Room]:
    """The story checked and published, its footage clear behind a warning; films are made."""
    folder, _ = confirmed_case()
    with serve_room(folder, "--publisher", "Harbour Desk") as served:
        owner = served.owner()
        reviewer = served.newcomer(owner, "case", "reviewer", "rev")
        digest = owner.get("/api/v1/cases/case").json()["items"][0]["record"]["digest"]
        asked = {
            "title": "Harbour Road",
            "summary": "Nobody could tell.",
            "embargo_h": "72",
            "shown_on_request": digest,
        }
        served.publish(owner, reviewer, asked)
        for _ in range(600):
            if "clear.mp4" in served.stranger().get(CASE).text:
                break
            time.sleep(0.1)
        yield served


def seen(sitting: Any) -> dict[str, float]:  # noqa: ANN401 - its class lives in a conftest
    """What the video shows, once it shows something."""
    for _ in range(200):
        told: dict[str, float] | None = sitting.page.evaluate(SEEN)
        if told is not None:
            return told
        sitting.page.wait_for_timeout(50)
    pytest.fail("the film did not play")


def test_it_plays_veiled_and_clear_only_behind_the_warning(seat: Seat, room: Room) -> None:
    with seat(room) as sitting:
        films: list[str] = []
        sitting.page.on(
            "request", lambda one: films.append(one.url) if one.url.endswith(".mp4") else None
        )
        page = sitting.visit(CASE)
        page.locator("img.still").first.scroll_into_view_if_needed()
        assert page.locator("video").count() == 0
        assert films == []
        # by the keyboard alone
        page.locator("[data-play]").focus()
        page.keyboard.press("Enter")
        veiled = seen(sitting)
        assert veiled["colour"] <= 6
        assert veiled["muted"] is True
        assert {url.rsplit("/", 1)[-1] for url in films} == {"film.mp4"}
        assert page.locator("[role=status]", has_text="grey and without sound").count() == 1
        assert page.evaluate("document.activeElement.tagName") == "VIDEO"
        assert page.locator("video").get_attribute("aria-label").startswith("Film of")
        assert sitting.violations() == []
        page.get_by_text("Show it clear").click()
        page.get_by_text("people who are hurt or killed").wait_for()
        assert {url.rsplit("/", 1)[-1] for url in films} == {"film.mp4"}
        assert sitting.violations() == []
        page.get_by_role("link", name="I want to see it").click()
        page.get_by_text("It plays clear, without sound.").first.wait_for()
        clear = seen(sitting)
        assert clear["colour"] > 30
        assert clear["detail"] > 3 * veiled["detail"]
        assert {url.rsplit("/", 1)[-1] for url in films} == {"film.mp4", "clear.mp4"}
        sitting.require_calm()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_for_everybody_in_arabic_too(seat: Seat, room: Room, scheme: str) -> None:
    with seat(room, scheme=scheme, width=390) as sitting:
        sitting.context.add_cookies(
            [{"name": "purport_language", "value": "ar", "url": sitting.base}]
        )
        page = sitting.visit(CASE)
        page.locator("[data-play]").click()
        seen(sitting)
        page.locator("[data-warning] summary").click()
        assert sitting.violations() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        sitting.require_calm()
