"""The player in real Chromium: frame numbers burnt into the footage are read back from the page."""

import importlib.util
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from purport.casework import Workspace, collect_item
from purport.casework.copies import scene_path
from purport.casework.workspace import Act
from purport.core.digests import Digest, digest_json
from purport.media import probe_media
from purport.scene import analyse_scene, save_scene
from purport.store import Outcome

pytestmark = pytest.mark.browser

Serve: TypeAlias = Callable[..., Any]

ROOT = Path(__file__).parents[3]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
STEPS = 300
STEPS_IN_A_DERIVATIVE = 80
SHOWN_WITHIN_S = 60.0


def _load(path: Path) -> ModuleType:
    """Load a module by its path: pytest's import mode puts no folder on Python's."""
    name = path.stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


numbered = _load(Path(__file__).with_name("numbered_clips.py"))
builder = _load(ROOT / "tests" / "unit" / "reports" / "hand_made_case.py")


@dataclass
class Opened:
    """A page of the room, and what went on behind it."""

    page: Page
    base: str
    log: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def until(self, expression: str, *, within_s: float = SHOWN_WITHIN_S) -> None:
        """Wait until an expression holds; the policy forbids Playwright's own way."""
        end = time.monotonic() + within_s
        while not self.page.evaluate(expression):
            if time.monotonic() > end:
                pytest.fail(f"{expression} did not hold within {within_s:g} s; log: {self.log}")
            self.page.wait_for_timeout(20)

    def shows(self, frame: int) -> None:
        """Wait until a frame is shown and confirmed."""
        self.until(f"document.getElementById('readout').dataset.frame === '{frame}'")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def clean(self) -> None:
        """No console message, and no request off the host."""
        assert self.log == []
        own = (self.base, "blob:", "data:")
        assert [url for url in self.requests if not url.startswith(own)] == []


@dataclass
class Room:
    """A room with numbered clips and the hand-made case's footage."""

    base: str
    context: BrowserContext
    digests: dict[str, Digest]

    def open(self, path: str, *, width: int = 1280, scheme: str = "light") -> Opened:
        """Open a page of it in a tab of its own."""
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        opened = Opened(page=page, base=self.base)
        page.on("console", lambda message: opened.log.append(message.text))
        page.on("pageerror", lambda error: opened.log.append(str(error)))
        page.on("request", lambda request: opened.requests.append(request.url))
        page.goto(self.base + path)
        return opened

    def player(self, name: str, *, width: int = 1280, scheme: str = "light") -> Opened:
        """Open the player of a clip, and wait for its first frame."""
        opened = self.open(f"/cases/case/items/{self.digests[name]}/", width=width, scheme=scheme)
        opened.shows(0)
        return opened


@pytest.fixture(scope="module")
def numbered_room(
    chromium: Browser, serve_room: Serve, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("numbered")
    # In a process of its own: beside Playwright's event loop Django refuses to work.
    with multiprocessing.get_context("fork").Pool(1) as pool:
        digests = pool.apply(fill, (folder,))
    with serve_room(folder / "room") as served:
        context = chromium.new_context()
        context.new_page().goto(served.link)
        yield Room(base=served.base, context=context, digests=digests)
        context.close()


def fill(folder: Path) -> dict[str, Digest]:
    """Make a workspace with the clips; what was found in the hand-made one is put on record."""
    with Workspace.open(folder / "room", create=True, agent="tester") as workspace:
        digests = {
            clip.name: collect_item(
                workspace, numbered.write_numbered(folder / clip.name, clip)
            ).digest
            for clip in numbered.CLIPS
        }
        made = builder.make_hand_made_case(folder)
        clip = made.case.items[0].record
        path = made.path_of(clip.digest)
        collect_item(workspace, path)
        outcomes = [
            Outcome(
                item=clip.digest,
                check=found.check,
                version=found.version,
                parameters=digest_json([]),
                inputs=digest_json([]),
                findings=(found,),
            )
            for found in made.case.findings
            if found.item == clip.digest
        ]
        workspace.record([clip, *made.case.marks, *outcomes], Act(kind="recorded"))
        scene = scene_path(workspace, clip.digest)
        scene.parent.mkdir(parents=True, exist_ok=True)
        save_scene(analyse_scene(path, probe=probe_media(path)), scene)
        return {**digests, "found.mp4": clip.digest}


# Each step is made as a person makes it, by key or by the field; the picture is read in the same
# instant in which the page says which frame it shows.
STEP_THROUGH = """async (steps) => {
  const readout = document.getElementById('readout'), still = document.getElementById('still');
  const video = document.getElementById('video'), field = document.getElementById('jump-to');
  const canvas = document.createElement('canvas'); canvas.width = 320; canvas.height = 240;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const read = () => {
    pen.drawImage(still.hidden ? video : still, 0, 0, 320, 240);
    const row = pen.getImageData(0, 18, 320, 1).data;
    let number = 0;
    for (let bit = 0; bit < 12; bit++) if (row[(18 + 24 * bit) * 4] > 127) number |= 1 << bit;
    return number;
  };
  const rows = [];
  for (const [how, what] of steps) {
    const began = performance.now();
    if (how === 'type') { field.value = what; document.getElementById('jump').requestSubmit(); }
    else document.body.dispatchEvent(new KeyboardEvent('keydown',
      {key: what, shiftKey: how === 'shift', bubbles: true, cancelable: true}));
    const number = document.getElementById('frame-number');
    const pending = readout.dataset.frame === '' ? number.textContent : '';
    while (readout.dataset.frame === '' && performance.now() - began < 8000)
      await new Promise(next => setTimeout(next, 2));
    rows.push({shown: number.textContent, read: read(), pending,
      by: readout.dataset.by, time: document.getElementById('frame-time').textContent,
      ms: performance.now() - began});
  }
  return rows;
}"""


def random_steps(
    generator: random.Random, seconds: Sequence[float], count: int
) -> tuple[list[tuple[str, str]], list[int]]:
    """Return steps and the frames to which they must lead."""
    steps, expected, at = [], [], 0
    last = len(seconds) - 1
    for _ in range(count):
        place = generator.randrange(last + 1)
        how, what, to = generator.choice(
            [
                *[("key", ".", at + 1), ("key", ",", at - 1)] * 3,
                *[("key", "ArrowRight", at + 1), ("key", "ArrowLeft", at - 1)] * 2,
                ("shift", "ArrowRight", at + 10),
                ("shift", "ArrowLeft", at - 10),
                ("key", "Home", 0),
                ("key", "End", last),
                *[("type", str(place), place)] * 3,
                ("type", time_code(seconds[place]), place),
            ]
        )
        at = min(max(to, 0), last)
        steps.append((how, what))
        expected.append(at)
    return steps, expected


def time_code(seconds: float) -> str:
    """Write a time as the player does."""
    ms = int(np.floor(seconds * 1000 + 0.5))
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def truth(name: str) -> list[float]:
    """Return when each frame of a clip is shown after the first, as it was written. [s]"""
    (clip,) = [clip for clip in numbered.CLIPS if clip.name == name]
    return [float((pts - clip.times[0]) * clip.time_base) for pts in clip.times]


@pytest.mark.parametrize("name", ["even.mp4", "uneven.mp4", "b-frames.mp4"])
def test_random_steps_show_the_frame_that_they_say(numbered_room: Room, name: str) -> None:
    opened = numbered_room.player(name)
    path = f"/api/v1/cases/case/items/{numbered_room.digests[name]}/frames"
    listed = opened.page.evaluate("path => fetch(path).then(answer => answer.json())", path)
    time_base = Fraction(listed["time_base"])
    seconds = [float((tick - listed["start"]) * time_base) for tick in listed["ticks"]]
    assert seconds == pytest.approx(truth(name), abs=1e-9)
    steps, expected = random_steps(random.Random(6), seconds, STEPS)
    rows = opened.page.evaluate(STEP_THROUGH, steps)
    assert [row["read"] for row in rows] == expected
    assert [row["shown"] for row in rows] == [str(frame) for frame in expected]
    assert [row["time"] for row in rows] == [time_code(seconds[frame]) for frame in expected]
    assert {row["pending"] for row in rows} <= {"", "–"}
    assert sum(row["by"] == "video" for row in rows) >= 0.9 * STEPS
    opened.clean()


def test_a_derivative_steps_by_the_same_times(numbered_room: Room) -> None:
    opened = numbered_room.player("uneven.mkv")
    assert "Browsers do not play its" in opened.page.inner_text("#note")
    opened.until("'derivative' in document.getElementById('player').dataset", within_s=60)
    assert "Derivative: made for looking at" in opened.page.inner_text("#note")
    opened.until("document.getElementById('readout').dataset.by === 'video'")
    steps, expected = random_steps(random.Random(7), truth("uneven.mkv"), STEPS_IN_A_DERIVATIVE)
    rows = opened.page.evaluate(STEP_THROUGH, steps)
    assert [row["read"] for row in rows] == expected
    assert [row["shown"] for row in rows] == [str(frame) for frame in expected]
    assert sum(row["by"] == "video" for row in rows) >= 0.5 * STEPS_IN_A_DERIVATIVE
    opened.clean()


def test_what_a_person_sees_is_that_frame(numbered_room: Room) -> None:
    opened = numbered_room.player("b-frames.mp4")
    opened.page.click("#unveil")
    for frame in (7, 8, 201, 319, 318, 0):
        opened.page.fill("#jump-to", str(frame))
        opened.press("Enter")
        opened.shows(frame)
        assert read_screen(opened.page) == frame
    opened.clean()


def read_screen(page: Page) -> int:
    """Read a frame's number off a picture of the screen."""
    content = page.locator("#stage").screenshot()
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    scale = picture.shape[1] / numbered.WIDTH
    row = picture[round(18 * scale)]
    return sum(
        int(row[round((numbered.BAR_LEFT + 10 + numbered.BAR_STEP_PX * bit) * scale)] > 127) << bit
        for bit in range(numbered.BITS)
    )


def test_without_video_frames_come_from_the_server(numbered_room: Room) -> None:
    page = numbered_room.context.new_page()
    page.add_init_script("delete HTMLVideoElement.prototype.requestVideoFrameCallback")
    opened = Opened(page=page, base=numbered_room.base)
    page.on("console", lambda message: opened.log.append(message.text))
    page.goto(f"{numbered_room.base}/cases/case/items/{numbered_room.digests['even.mp4']}/")
    opened.shows(0)
    steps, expected = random_steps(random.Random(8), truth("even.mp4"), 20)
    rows = page.evaluate(STEP_THROUGH, steps)
    assert [row["read"] for row in rows] == expected
    assert {row["by"] for row in rows} == {"server"}
    assert opened.log == []


def test_shuttle_and_loop_by_keys(numbered_room: Room) -> None:
    opened = numbered_room.player("even.mp4")
    frame = "Number(document.getElementById('readout').dataset.frame || -1)"
    for later in (12, 30, 60):
        opened.press("l")
        opened.until(f"{frame} > {later}")
        (row,) = opened.page.evaluate(STEP_THROUGH, [("key", "k")])
        assert row["shown"] == str(row["read"])
        opened.page.wait_for_timeout(100)
        (row,) = opened.page.evaluate(STEP_THROUGH, [("key", "k")])
        assert row["shown"] == str(row["read"])
    opened.press("j")
    opened.until(f"{frame} >= 0 && {frame} < 8")
    opened.press("k")
    opened.page.fill("#jump-to", "100")
    opened.press("Enter")
    opened.shows(100)
    opened.page.focus("#stage")
    opened.press("i", *["."] * 8)
    opened.shows(108)
    opened.press("o", "l")
    # how soon it turns is the machine's affair; that it does, and where to, is the player's
    seen = opened.page.evaluate("""async () => { const seen = []; let turns = 0;
      for (let n = 0; n < 3000 && turns < 2; n++) { await new Promise(next => setTimeout(next, 10));
        const frame = Number(document.getElementById('readout').dataset.frame || -1);
        if (frame >= 0) { if (seen.length && frame < seen.at(-1)) turns++; seen.push(frame); } }
      return seen; }""")
    assert 100 <= min(seen) < 108  # a busy screen skips frames, after a turn too
    assert sum(after < before for before, after in pairwise(seen)) == 2
    assert opened.page.inner_text("#range") == "100–108"
    opened.press("k")
    opened.clean()


def test_by_the_keyboard_alone(numbered_room: Room) -> None:
    opened = numbered_room.player("found.mp4")
    page = opened.page
    focused = """(() => { const one = document.activeElement;
      return one.id || one.dataset.do || one.dataset.first || one.className; })()"""
    reached = []
    for _ in range(60):
        opened.press("Tab")
        reached.append(page.evaluate(focused))
    for control in (
        "stage",
        "jump-to",
        "back",
        "play",
        "on",
        "in",
        "out",
        "loop",
        "scrub",
        "keys-on",
        "25",
    ):
        if control == "keys-on":
            continue  # within closed details
        assert control in reached, control
    page.focus(".jumps button[data-first='39']")
    opened.press("Enter")
    opened.shows(39)
    page.focus("#scrub")
    opened.press("ArrowRight")
    opened.shows(40)
    opened.press("g")
    page.keyboard.type("0:02.5")
    opened.press("Enter")
    opened.shows(25)
    page.fill("#jump-to", "no time")
    opened.press("Enter")
    assert page.inner_text("#jump-wrong") == "There is no such frame or time."
    page.click(".keys summary")
    page.uncheck("#keys-on")
    page.focus("#loop")
    opened.press(".")
    page.wait_for_timeout(200)
    opened.shows(25)
    page.check("#keys-on")
    opened.clean()


def test_what_was_found_is_laid_out_and_drawn(numbered_room: Room) -> None:
    opened = numbered_room.player("found.mp4")
    page = opened.page
    names = page.eval_on_selector_all(".bands .lane-name", "all => all.map(one => one.textContent)")
    assert {"Shots", "Frozen", "Repeats and reuse", "Strikes"} <= set(names)
    strike = page.locator(".band.strike").first
    track = page.locator(".bands .track").first.bounding_box()
    box = strike.bounding_box()
    assert track is not None
    assert box is not None
    assert (box["x"] - track["x"]) / track["width"] == pytest.approx(0.25, abs=0.01)
    assert page.is_hidden("#veil")
    strike.click()
    opened.shows(25)
    assert page.is_visible("#veil")
    page.click("#unveil")
    assert page.is_hidden("#veil")
    drawn = """() => { const canvas = document.getElementById('drawn');
      const copy = document.createElement('canvas');
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const pen = copy.getContext('2d', {willReadFrequently: true}); pen.drawImage(canvas, 0, 0);
      const all = pen.getImageData(0, 0, copy.width, copy.height).data;
      let n = 0; for (let k = 3; k < all.length; k += 4) if (all[k]) n++; return n; }"""
    opened.until(f"({drawn})() > 0")
    bare = page.evaluate(drawn)
    page.check("[data-layer=overlay]")
    whole = page.evaluate(drawn)
    assert whole > bare  # the scene of this clip takes "SYNTHETIC" for what it is
    page.uncheck("[data-layer=impact]")
    without = page.evaluate(drawn)
    assert 0 < without < whole
    for layer in ("overlay", "target", "mark"):
        box_of = page.locator(f"[data-layer={layer}]")
        if box_of.is_visible():
            box_of.uncheck()
    assert page.evaluate(drawn) == 0
    opened.until("document.getElementById('place').href.endsWith('/place?frame=25')")
    opened.clean()


def test_the_overview_shows_posters_that_lead_to_players(numbered_room: Room) -> None:
    opened = numbered_room.open("/cases/case/")
    opened.until(
        "[...document.querySelectorAll('.tile img')].slice(0, 2)"
        ".every(one => one.complete && one.naturalWidth > 0)"
    )
    opened.page.click(".tile h3 a >> nth=0")
    opened.until("location.pathname.includes('/items/')")
    opened.clean()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "width"), [("found.mp4", 1280), ("found.mp4", 390), ("", 1280)])
def test_no_barrier_is_found(numbered_room: Room, *, name: str, width: int, scheme: str) -> None:
    if name:
        opened = numbered_room.player(name, width=width, scheme=scheme)
    else:
        opened = numbered_room.open("/cases/case/", width=width, scheme=scheme)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = opened.page.evaluate(
        """() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
          .then(told => told.violations.map(
            one => [one.id, ...one.nodes.map(node => node.html)]))"""
    )
    assert found == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.clean()
