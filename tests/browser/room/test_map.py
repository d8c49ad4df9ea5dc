"""The map of a case in real Chromium: it draws, the list says the same, the keyboard is enough."""

import struct
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.imagery import encode_picture

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any
Sitting: TypeAlias = Any

pytestmark = pytest.mark.browser

READY = "document.getElementById('map').dataset.ready"
CENTRE = "document.getElementById('map').dataset.centre"
ZOOM = "Number(document.getElementById('map').dataset.zoom)"
CANVAS = ".maplibregl-canvas"
MAGENTA = (230, 20, 200)


def open_map(sitting: Sitting, key: str) -> Any:  # noqa: ANN401 - a page
    page = sitting.visit(f"/cases/{key}/map")
    sitting.settle(READY, wanted="yes", within_ms=30_000)
    return page


def picture(sitting: Sitting) -> NDArray[np.uint8]:
    """Return what the map shows (h, w, 3), red, green, blue."""
    sitting.settle(READY, wanted="yes", within_ms=30_000)
    shot = sitting.page.locator(CANVAS).screenshot()
    pixels = np.asarray(cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR))
    return np.asarray(pixels[:, :, ::-1], dtype=np.uint8)


def share_of(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> float:
    """Return the share of pixels within 12 of a colour."""
    return float((np.abs(pixels.astype(int) - colour).max(axis=2) < 12).mean())


def write_tiles(path: Path) -> None:
    """Write a PMTiles file of one magenta picture that covers the world."""
    flat = np.full((256, 256, 4), (*MAGENTA, 254), dtype=np.uint8)
    tile, media_type = encode_picture(flat)
    assert media_type == "image/png"
    directory = bytes([1, 0, 1]) + varint(len(tile)) + bytes([1])
    described = b"{}"
    starts = (127, 127 + len(directory), 127 + len(directory) + len(described))
    header = bytearray(127)
    header[:8] = b"PMTiles\x03"
    struct.pack_into("<4Q", header, 8, starts[0], len(directory), starts[1], len(described))
    struct.pack_into("<4Q", header, 40, starts[2], 0, starts[2], len(tile))
    struct.pack_into("<3Q", header, 72, 1, 1, 1)
    header[96:102] = bytes([1, 1, 1, 2, 0, 0])
    struct.pack_into("<4i", header, 102, *(round(x * 1e7) for x in (-180, -85, 180, 85)))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(header) + directory + described + tile)


def varint(number: int) -> bytes:
    found = bytearray()
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_is_drawn_and_is_for_everybody(  # noqa: PLR0917 - who, where, how it looks
    seat: Seat, room: Room, owner: Person, example: str, scheme: str
) -> None:
    with seat(room, owner, scheme=scheme) as sitting:
        page = open_map(sitting, example)
        assert picture(sitting).std() > 10.0
        listed = page.inner_text(".map-list")
        assert "Where command-post.mp4 is said to have been filmed" in listed
        assert "Area held by Harbour Front" in listed
        assert "CC BY 4.0" in page.inner_text(".map-foot")
        assert sitting.violations() == []
        sitting.require_calm()


def test_the_keyboard_is_enough(seat: Seat, room: Room, owner: Person, example: str) -> None:
    with seat(room, owner) as sitting:
        page = open_map(sitting, example)
        before = sitting.ask(CENTRE)
        page.get_by_role("button", name="Show all of the case").focus()
        page.keyboard.press("Tab")
        assert sitting.ask(f"document.activeElement === document.querySelector('{CANVAS}')")
        page.keyboard.press("ArrowRight")
        sitting.settle(f"{CENTRE} !== {before!r}")
        zoom = float(sitting.ask(ZOOM))
        page.keyboard.press("-")
        sitting.settle(f"{ZOOM} < {zoom}")
        target = page.get_by_role("button", name="Target of coordination-centre.mp4")
        target.focus()
        page.keyboard.press("Enter")
        assert target.get_attribute("aria-current") == "true"
        sitting.settle(f"{CENTRE} === '-14.198751 35.900268'")
        sitting.require_calm()


def test_what_is_clicked_on_the_map_is_shown_in_the_list(
    seat: Seat, room: Room, owner: Person, example: str
) -> None:
    with seat(room, owner) as sitting:
        page = open_map(sitting, example)
        target = page.get_by_role("button", name="Target of coordination-centre.mp4")
        target.click()
        sitting.settle(f"{CENTRE} === '-14.198751 35.900268' && {READY} === 'yes'")
        corner = page.locator(CANVAS)
        box = corner.bounding_box()
        corner.click(position={"x": 20, "y": 20})
        corner.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
        sitting.settle(
            "document.querySelector('[data-feature][aria-current]')?.innerText"
            ".includes('coordination-centre.mp4')"
        )
        sitting.require_calm()


def test_layers_are_turned_off_and_on_and_the_scheme_changes_on_the_spot(
    seat: Seat, room: Room, owner: Person, example: str
) -> None:
    with seat(room, owner) as sitting:
        page = open_map(sitting, example)
        whole = picture(sitting)
        page.get_by_label("Orthophotos").uncheck()
        bare = picture(sitting)
        assert bare.std() < 0.6 * whole.std()
        page.emulate_media(color_scheme="dark")
        page.wait_for_timeout(300)
        dark = picture(sitting)
        assert dark.mean() < bare.mean() - 60
        assert dark.std() < 0.6 * whole.std()  # still without the orthophoto
        page.get_by_label("Orthophotos").check()
        assert picture(sitting).std() > 1.5 * dark.std()
        sitting.require_calm()


def test_a_map_brought_along_lies_beneath(
    seat: Seat, room: Room, owner: Person, example: str
) -> None:
    path = room.folder / "map" / "our area.pmtiles"
    write_tiles(path)
    try:
        part = owner.get(
            f"/cases/{example}/map/tiles/our%20area.pmtiles", headers={"Range": "bytes=0-6"}
        )
        assert (part.status_code, part.content) == (206, b"PMTiles")
        assert part.headers["content-type"] == "application/vnd.pmtiles"
        assert owner.get(f"/cases/{example}/map/tiles/..%2Fpurport.sqlite3").status_code == 404
        with seat(room, owner) as sitting:
            page = open_map(sitting, example)
            page.get_by_label("Orthophotos").uncheck()
            page.get_by_label("Who held what").uncheck()
            assert share_of(picture(sitting), MAGENTA) > 0.5
            page.get_by_label("our area.pmtiles").uncheck()
            assert share_of(picture(sitting), MAGENTA) == 0.0
            sitting.require_calm()
    finally:
        path.unlink()


def test_without_webgl_the_list_remains(
    seat: Seat, room: Room, owner: Person, example: str
) -> None:
    with seat(room, owner) as sitting:
        sitting.context.add_init_script(
            "const asked = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
            " return kind.startsWith('webgl') ? null : asked.call(this, kind, ...rest); };"
        )
        page = sitting.visit(f"/cases/{example}/map")
        page.locator("#map-notice").wait_for()
        assert "The list tells the same facts" in page.inner_text("#map-notice")
        assert "Where command-post.mp4 is said to have been filmed" in page.inner_text(".map-list")
        assert sitting.elsewhere == []


def test_a_case_with_nothing_on_the_map_says_so(seat: Seat, room: Room, owner: Person) -> None:
    key = owner.post("/", {"name": "Bare"}).headers["location"].rstrip("/").rsplit("/", 1)[-1]
    with seat(room, owner) as sitting:
        page = open_map(sitting, key)
        assert "Nothing of the case lies on the map yet" in page.inner_text(".map-list")
        assert page.get_by_role("button", name="Show all of the case").count() == 0
        sitting.require_calm()
