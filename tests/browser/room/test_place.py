"""Placing points and measuring in real Chromium, against what was simulated."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page

from purport.casework.example import example_folder

pytestmark = pytest.mark.browser

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

CLIP = "coordination-centre.mp4"
FRAME = 84
SPREAD = ((60.0, 50.0), (580.0, 60.0), (560.0, 300.0), (90.0, 290.0))
AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WITHIN_MS = 20_000  # a machine that does other things beside
STAGE = (
    "id => { const e = document.getElementById(id), r = e.getBoundingClientRect(); "
    "const s = e.querySelector('.stage').style.transform.match(/-?[0-9.]+(e-?[0-9]+)?/g); "
    "return [r.left + e.clientLeft, r.top + e.clientTop, ...s.map(Number)]; }"
)


@dataclass
class Hand:
    """Somebody's open page, with what went on behind it."""

    page: Page
    base: str
    clicks: int = 0
    console: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click()

    def at(self, pane: str, pixel: tuple[float, float]) -> tuple[float, float]:
        left, top, shift_x, shift_y, scale = self.page.evaluate(STAGE, pane)
        return (
            left + shift_x + (pixel[0] + 0.5) * scale,
            top + shift_y + (pixel[1] + 0.5) * scale,
        )

    def tap(self, pane: str, pixel: tuple[float, float]) -> None:
        self.clicks += 1
        self.page.mouse.click(*self.at(pane, pixel))

    def until(self, test: str) -> None:
        """Wait for a condition; Playwright's own way is stopped by the page's policy."""
        for _ in range(WITHIN_MS // 50):
            try:
                if self.page.evaluate(test):
                    return
            except Error as error:  # the page is just being left for the next one
                if "context was destroyed" not in str(error):
                    raise
            self.page.wait_for_timeout(50)
        pytest.fail(f"it did not come true: {test}")

    def figure(self) -> str:
        return str(self.page.locator(".offset-figure").first.inner_text())

    def saved(self) -> None:
        self.click("#save")
        self.until("document.getElementById('saved-state').textContent === ''")


@dataclass(frozen=True)
class Served:
    """The example in a served room, its frames gone over."""

    room: Room
    owner: Person
    key: str
    item: str
    truth: dict[str, Any]

    @property
    def api(self) -> str:
        return f"/api/v1/cases/{self.key}/items/{self.item}"

    def marks(self, person: Person | None = None) -> list[dict[str, Any]]:
        answer = (person or self.owner).send("GET", f"{self.api}/marks")
        assert answer.status_code == 200, answer.text
        return [one for one in answer.json()["marks"] if one["version"]]

    def on_map(self, pixel: tuple[float, float]) -> tuple[float, float]:
        x, y, w = np.array(self.truth["frames"][FRAME]["to_map"]) @ np.array([*pixel, 1.0])
        return float((x / w - 572100.08) / 0.22 - 0.5), float((3973399.92 - y / w) / 0.22 - 0.5)


@pytest.fixture(scope="module")
def served(room: Room, owner: Person, example: str) -> Served:
    case = owner.send("GET", f"/api/v1/cases/{example}").json()
    item = next(one["record"]["digest"] for one in case["items"] if one["record"]["name"] == CLIP)
    gone_over = owner.post(f"/cases/{example}/items/{item}/place")
    assert gone_over.status_code == 302, gone_over.text
    truth = json.loads((example_folder() / "truth.json").read_text())["files"][CLIP]
    return Served(room, owner, example, item, truth)


@pytest.fixture
def opened(chromium: Browser, served: Served) -> Callable[..., Any]:
    """Open the page as somebody; use as `with opened() as hand`."""

    @contextmanager
    def visiting(
        person: Person | None = None, *, path: str | None = None, scheme: str = "light"
    ) -> Iterator[Hand]:
        context = chromium.new_context(
            viewport={"width": 1440, "height": 1000},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        cookies = (person or served.owner).client.cookies.jar
        context.add_cookies(
            [
                {"name": one.name, "value": one.value or "", "url": served.room.base}
                for one in cookies
            ]
        )
        page = context.new_page()
        hand = Hand(page, served.room.base)
        page.on("console", lambda message: hand.console.append(message.text))
        page.on("pageerror", lambda error: hand.console.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((hand.base, "data:", "blob:"))
                else hand.elsewhere.append(request.url)
            ),
        )
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(hand.base + (path or f"/cases/{served.key}/items/{served.item}/place"))
        if path is None:
            ready(hand)
        yield hand
        assert hand.elsewhere == []
        context.close()

    return visiting


def ready(hand: Hand) -> None:
    hand.until("document.documentElement.dataset.placed === 'ready'")
    hand.until("!document.getElementById('frame-pane').hasAttribute('aria-busy')")


def place_four(hand: Hand, served: Served) -> None:
    for number, pixel in enumerate(SPREAD):
        hand.tap("frame-pane", pixel)
        hand.tap("map-pane", served.on_map(pixel))
        hand.until(f"document.querySelectorAll('#points tbody tr').length === {number + 1}")


def clear(served: Served) -> None:
    """Take away what an earlier test saved."""
    for one in served.marks():
        gone = served.owner.send(
            "DELETE", f"{served.api}/marks/{one['mark']['id']}?version={one['version']}"
        )
        assert gone.status_code == 204


def place_and_save(opened: Callable[..., Any], served: Served) -> tuple[int, str]:
    """Place four points, target and impact from the case's page on; clicks, and what it says."""
    clear(served)
    with opened(path=f"/cases/{served.key}/") as hand:
        hand.click(f"a[href$='{served.item}/place']")
        ready(hand)
        hand.click("#frame-number")
        hand.page.keyboard.press("Control+a")
        hand.page.keyboard.type(str(FRAME))
        hand.page.keyboard.press("Enter")
        hand.until(f"document.getElementById('frame-pane').dataset.frame === '{FRAME}'")
        place_four(hand, served)
        hand.click("[data-tool=target]")
        hand.tap("map-pane", served.on_map((300.0, 190.0)))
        hand.click("[data-tool=impact]")
        x, y = served.truth["strikes"][0]["point_px"]
        hand.tap("frame-pane", (x, y))
        hand.until("document.querySelector('.offset-figure') !== null")
        hand.saved()
        clicks, words = hand.clicks, hand.page.locator("#offsets").inner_text()
        assert hand.console == []
    return clicks, str(words)


@pytest.fixture
def placed(opened: Callable[..., Any], served: Served) -> None:
    """Points, target and impact are on record, whichever test of the module ran before."""
    if len(served.marks()) != len(SPREAD) + 2:
        place_and_save(opened, served)


def test_four_points_and_an_offset_take_few_clicks(
    opened: Callable[..., Any], served: Served
) -> None:
    clicks, words = place_and_save(opened, served)
    x, y = served.truth["strikes"][0]["point_px"]
    assert clicks <= 25
    assert re.search(r"\(95 %: \d+\.\d to \d+\.\d m; 68 %", words)
    kinds = sorted(one["mark"]["kind"] for one in served.marks())
    assert kinds == ["control_point"] * 4 + ["impact", "target"]
    # the truth of where the two lie from each other is inside the interval that is shown
    here, there = (
        np.array(served.truth["frames"][FRAME]["to_map"]) @ np.array([*pixel, 1.0])
        for pixel in ((300.0, 190.0), (x, y))
    )
    true_m = float(np.hypot(*(here[:2] / here[2] - there[:2] / there[2])))
    low, high = re.findall(r"95 %: (\d+\.\d) to (\d+\.\d) m", words)[0]
    assert float(low) <= true_m <= float(high)


@pytest.mark.usefixtures("placed")
def test_dragging_changes_residuals_and_offset_and_the_last_answer_wins(
    opened: Callable[..., Any], served: Served
) -> None:
    with opened() as hand:
        hand.until("document.querySelector('.offset-figure') !== null")
        hand.until("document.querySelector('#residuals:not([hidden]) canvas')?.width > 0")
        before = hand.figure()
        point = next(one for one in served.marks() if one["mark"]["kind"] == "control_point")
        x, y = hand.at("map-pane", tuple(point["on_map"]["position"][0]))
        hand.page.mouse.move(x, y)
        hand.page.mouse.down()
        for step in range(1, 13):
            hand.page.mouse.move(x + 3 * step, y)
        hand.until(f"document.querySelector('.offset-figure').textContent !== {json.dumps(before)}")
        for step in range(12, -1, -1):
            hand.page.mouse.move(x + 3 * step, y)
        hand.page.mouse.up()
        hand.until(f"document.querySelector('.offset-figure').textContent === {json.dumps(before)}")
        assert hand.page.locator("#saved-state").inner_text() == "Not saved yet"
        # it is here again after a reload, and thrown away on request
        hand.page.reload()
        ready(hand)
        hand.until("document.getElementById('notice').textContent.includes('is here again')")
        hand.click("#notice button:has-text('Throw it away')")
        hand.until("document.getElementById('saved-state').textContent === ''")
        assert hand.console == []


@pytest.mark.usefixtures("placed")
def test_keyboard_alone_is_enough(opened: Callable[..., Any]) -> None:
    with opened() as hand:
        page = hand.page
        hand.until("document.querySelector('.offset-figure') !== null")
        field_x = page.get_by_label("Point 1: x", exact=True)
        began = float(field_x.input_value())
        # by numbers
        field_x.fill(str(began + 12.5))
        page.keyboard.press("Tab")
        hand.until("document.getElementById('saved-state').textContent === 'Not saved yet'")
        # by arrow keys
        page.locator("#frame-pane [data-handle^='point|']").first.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowLeft")
        hand.until(
            f"document.querySelector('[aria-label=\"Point 1: x\"]').value === '{began + 1.5:g}'"
        )
        # tools by number, frames by comma and full stop
        page.locator("#frame-pane").focus()
        page.keyboard.press("4")
        hand.until("document.querySelector('[data-tool=impact]').ariaPressed === 'true'")
        page.keyboard.press(".")
        hand.until(f"document.getElementById('frame-pane').dataset.frame === '{FRAME + 1}'")
        page.keyboard.press(",")
        hand.until(f"document.getElementById('frame-pane').dataset.frame === '{FRAME}'")
        # the swipe
        page.locator("[data-layout=swipe]").first.press("Enter")
        hand.until("document.activeElement.id === 'swipe'")
        page.keyboard.press("Home")
        hand.until("document.querySelector('.veil').style.clipPath.includes('100%')")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        hand.until("document.querySelector('.veil').style.clipPath.includes('97%')")
        page.locator("[data-layout=pair]").first.press("Enter")
        assert hand.console == []
        page.evaluate("sessionStorage.clear()")


@pytest.mark.usefixtures("placed")
def test_the_frame_lies_on_the_orthophoto_to_the_pixel(
    opened: Callable[..., Any], served: Served
) -> None:
    """With four points the view is exact there: each pixel falls on its map point."""
    with opened() as hand:
        hand.until("document.querySelector('.offset-figure') !== null")
        hand.click("[data-layout=swipe]")
        hand.until("!document.querySelector('.veil').hidden")
        for pixel in SPREAD:
            found = hand.page.evaluate(
                "([x, y]) => { const m = new DOMMatrix(document.querySelector('.warped').style"
                ".transform), p = m.transformPoint(new DOMPoint(x + 0.5, y + 0.5)), "
                "r = document.getElementById('map-pane'), b = r.getBoundingClientRect(); "
                "return [p.x / p.w + b.left + r.clientLeft, p.y / p.w + b.top + r.clientTop]; }",
                list(pixel),
            )
            # a click falls on whole pixels of the screen, a third of a metre when all is shown
            assert found == pytest.approx(hand.at("map-pane", served.on_map(pixel)), abs=6.0)
        seen = hand.page.evaluate(
            "[...document.querySelectorAll('#map-pane [data-handle^=\"point|\"]')].map(e => "
            "e.getAttribute('transform').match(/-?[0-9.]+/g).map(Number))"
        )
        inner = hand.page.evaluate(
            "([points]) => points.map(([x, y]) => { const m = new DOMMatrix(document.querySelector("
            "'.warped').style.transform), p = m.transformPoint(new DOMPoint(x + 0.5, y + 0.5)); "
            "return [p.x / p.w, p.y / p.w]; })",
            [
                [
                    one["mark"]["values"]["pixel"]
                    for one in served.marks()
                    if one["mark"]["kind"] == "control_point"
                ]
            ],
        )
        assert np.array(inner) == pytest.approx(np.array(seen), abs=0.1)


@pytest.mark.usefixtures("placed")
def test_the_second_of_two_people_sees_where_the_point_is_now(
    opened: Callable[..., Any], served: Served
) -> None:
    editor = served.room.newcomer(served.owner, served.key, "editor", "ana")
    with opened() as hand:
        hand.until("document.querySelector('.offset-figure') !== null")
        point = next(one for one in served.marks() if one["mark"]["kind"] == "control_point")
        values = dict(point["mark"]["values"])
        x, y = values["pixel"]
        moved = editor.send(
            "PUT",
            f"{served.api}/marks/{point['mark']['id']}",
            {
                "kind": "control_point",
                "values": {**values, "pixel": [x + 2.0, y]},
                "note": "the corner",
                "version": point["version"],
            },
        )
        assert moved.status_code == 200, moved.text
        hand.page.get_by_label("Point 1: y", exact=True).fill(str(y + 3.0))
        hand.page.keyboard.press("Tab")
        hand.click("#save")
        hand.until("document.querySelector('[data-conflict]') !== null")
        told = hand.page.locator("#notice").inner_text()
        assert "ana moved it at" in told
        assert f"x {x + 2.0:.1f}, y {y:.1f}" in told
        assert len(served.marks()) == 6
        hand.click("#notice button:has-text('Take theirs')")
        hand.until(
            "Math.abs(document.querySelector('[aria-label=\"Point 1: x\"]').value - "
            f"{x + 2.0}) < 0.01"
        )
        history = hand.page.locator("#past details").first
        history.locator("summary").click()
        assert "ana" in history.inner_text()
        assert "the corner" in history.inner_text()
        # what the browser says of a 409 is all that it has to say
        assert all("409" in line for line in hand.console)
        hand.page.evaluate("sessionStorage.clear()")


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Callable[..., Any], scheme: str) -> None:
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: run npm ci in frontend/")
    with opened(scheme=scheme) as hand:
        hand.until("document.querySelector('.offset-figure') !== null")
        hand.page.evaluate(AXE.read_text())
        for layout in ("pair", "swipe"):
            hand.click(f"button[data-layout={layout}]")
            found = hand.page.evaluate(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', "
                "'wcag22aa']}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => "
                "[n.target.join(' '), n.failureSummary])]))"
            )
            assert found == []


@pytest.mark.usefixtures("placed")
def test_a_second_look_is_blind_until_it_is_handed_in(
    opened: Callable[..., Any], served: Served
) -> None:
    reviewer = served.room.newcomer(served.owner, served.key, "reviewer", "bea")
    assert len(served.marks(reviewer)) == 6
    with opened(reviewer) as hand:
        hand.click("#look-begin")
        hand.until("document.getElementById('blind') !== null")
        ready(hand)
        assert hand.page.locator("#points tbody tr").count() == 0
        assert served.marks(reviewer) == []
        case = reviewer.send("GET", f"/api/v1/cases/{served.key}").json()
        assert case["marks"] == []
        refused = reviewer.send("POST", f"{served.api}/marks", {"kind": "impact", "values": {}})
        assert refused.status_code == 403
        hand.page.evaluate("scrollTo(0, 0)")
        hand.page.fill("#frame-number", str(FRAME))
        hand.page.keyboard.press("Enter")
        hand.until(f"document.getElementById('frame-pane').dataset.frame === '{FRAME}'")
        place_four(hand, served)
        hand.click("[data-tool=impact]")
        x, y = served.truth["strikes"][0]["point_px"]
        hand.tap("frame-pane", (x + 1.0, y))
        hand.until("document.querySelector('.offset-figure') !== null")
        hand.click("#save")
        hand.until("document.querySelector('.look') !== null")
        told = hand.page.locator("#looks-told").inner_text()
        assert hand.console == []
    assert "bea" in told
    assert "px apart (stated: 2.8 px): they agree" in told
    assert "By each one's own points the picture lies" in told
    assert len(served.marks(reviewer)) == 6
