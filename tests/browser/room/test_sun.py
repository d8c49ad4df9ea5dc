"""Shadows marked in real Chromium: stored as marks, checked as a job, and the times drawn."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any
Sitting: TypeAlias = Any

pytestmark = pytest.mark.browser

READY = "!document.getElementById('frame-pane').hasAttribute('aria-busy')"
ROWS = "document.querySelectorAll('#shadows tbody tr').length"
SAVED = "document.getElementById('saved-state').textContent"
INK = (
    "(() => { const sheet = document.querySelector('#plot canvas'); if (!sheet) return 0;"
    " const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);"
    " let seen = 0; for (let at = 3; at < data.length; at += 4) seen += data[at] > 0;"
    " return seen; })()"
)
CHECKED_WITHIN_MS = 120_000


@pytest.fixture(scope="module")
def served(
    serve_room: Room, checked_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    """A room with a story and a clip of noise, checked."""
    folder = tmp_path_factory.mktemp("sun-browser") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with serve_room(folder) as room:
        yield room


@pytest.fixture(scope="module")
def keeper(served: Room) -> Person:
    return served.owner()


@pytest.fixture(scope="module")
def item(keeper: Person) -> str:
    return str(keeper.get("/api/v1/cases/case").json()["items"][0]["record"]["digest"])


def open_sun(sitting: Sitting, item: str) -> Any:  # noqa: ANN401 - a page
    page = sitting.visit(f"/cases/case/items/{item}/sun")
    sitting.settle(READY)
    return page


def live_marks(keeper: Person, item: str) -> list[dict[str, Any]]:
    told = keeper.get(f"/api/v1/cases/case/items/{item}/marks").json()["marks"]
    return [one["mark"] for one in told if one["version"]]


def click_at(page: Any, across: float, down: float) -> None:  # noqa: ANN401 - a page
    box = page.locator("#frame-pane").bounding_box()
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def test_a_shadow_is_placed_by_two_clicks_moved_by_a_key_and_taken_away(
    seat: Seat, served: Room, keeper: Person, item: str
) -> None:
    with seat(served, keeper, width=1440) as sitting:
        page = open_sun(sitting, item)
        click_at(page, 0.45, 0.45)
        assert "click the tip" in page.inner_text("#hint")
        click_at(page, 0.55, 0.40)
        sitting.settle(ROWS, wanted=1)
        page.get_by_label("Shadow 1: height in metres").fill("3.5")
        page.get_by_label("Time zone of the place").fill("Asia/Damascus")
        page.get_by_role("button", name="Save").click()
        sitting.settle(SAVED, wanted="Saved.")
        (mark,) = live_marks(keeper, item)
        assert (mark["kind"], mark["author"]) == ("shadow", "owner")
        values = mark["values"]
        assert (values["height_m"], values["zone"]) == (3.5, "Asia/Damascus")
        assert values["to_pixel"][0] > values["pixel"][0]
        assert values["to_pixel"][1] < values["pixel"][1]

        page.get_by_role("button", name="Shadow 1, tip").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Save").click()
        sitting.settle(SAVED, wanted="Saved.")
        sitting.settle("document.getElementById('save').disabled")
        (moved,) = live_marks(keeper, item)
        assert moved["supersedes"] == mark["id"]
        assert moved["values"]["to_pixel"][0] == pytest.approx(values["to_pixel"][0] + 1, abs=0.01)

        page.get_by_role("button", name="Shadow 1: take it away").click()
        page.get_by_role("button", name="Save").click()
        sitting.settle("document.getElementById('save').disabled")
        assert live_marks(keeper, item) == []
        sitting.require_calm()


def test_what_cannot_be_is_told_and_nothing_is_stored(
    seat: Seat, served: Room, keeper: Person, item: str
) -> None:
    with seat(served, keeper) as sitting:
        page = open_sun(sitting, item)
        page.get_by_role("button", name="Add a shadow by numbers").click()
        page.get_by_label("Time zone of the place").fill("Nowhere/Land")
        page.get_by_role("button", name="Save").click()
        page.locator("#notice:not([hidden])").wait_for()
        assert "no time zone" in page.inner_text("#notice")
        assert live_marks(keeper, item) == []
        assert page.get_by_label("Shadow 1: foot x").input_value() == "80"
        assert sitting.elsewhere == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_direction_is_checked_as_a_job_and_the_times_are_drawn(  # noqa: PLR0917 - who, where
    seat: Seat, served: Room, keeper: Person, item: str, scheme: str
) -> None:
    with seat(served, keeper, scheme=scheme) as sitting:
        page = open_sun(sitting, item)
        if scheme == "light":
            page.get_by_label("A shadow points to").fill("300")
            page.get_by_label("Where (longitude, latitude)").fill("36.3, 33.5")
            page.get_by_label("Time zone of the place").fill("Asia/Damascus")
            page.get_by_role("button", name="Record the direction").click()
            page.get_by_text("A shadow points to 300° ± 2°").wait_for()
            page.get_by_role("button", name="Run the checks").click()
            sitting.settle(
                "document.getElementById('progress').textContent",
                wanted="Checked.",
                within_ms=CHECKED_WITHIN_MS,
            )
        said = page.inner_text("#answer")
        assert "fit one stretch at 95 %" in said, said
        spans = page.inner_text("#spans")
        assert re.search(r"95 %\s+2019-03-13 \d\d:\d\d to \d\d:\d\d", spans), spans
        told = keeper.get(f"/api/v1/cases/case/items/{item}/sun").json()["result"]
        assert told["spans"][0]["words"][0] in spans
        sitting.settle(f"{INK} > 5000")
        assert "times that fit at 95 %" in page.inner_text("#plot-legend")
        assert sitting.violations() == []
        sitting.require_calm()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_it_is_no_wider_than_the_screen(  # noqa: PLR0917 - who, where, how it looks
    seat: Seat, served: Room, keeper: Person, item: str, width: int
) -> None:
    with seat(served, keeper, width=width) as sitting:
        open_sun(sitting, item)
        assert sitting.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reviewer_sees_the_times_and_places_nothing(
    seat: Seat, served: Room, keeper: Person, item: str
) -> None:
    rita = served.newcomer(keeper, "case", "reviewer", "rita")
    with seat(served, rita) as sitting:
        page = open_sun(sitting, item)
        click_at(page, 0.4, 0.4)
        assert sitting.ask(ROWS) == 0
        assert page.get_by_role("button", name="Save").count() == 0
        assert page.get_by_role("button", name="Run the checks").count() == 0
        sitting.require_calm()
