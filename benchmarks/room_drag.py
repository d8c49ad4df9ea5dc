"""How long a dragged point takes from the pointer's movement to new residuals and interval.

    python benchmarks/room_drag.py [--moves 60] [--out FILE.json]

A clip of 1280×720 is simulated (marked SYNTHETIC), put into a served room with its orthophoto, four
control points, a target and an impact are recorded, and one point is dragged in Chromium: once with
each movement waiting for its answer, once in a row at 60 movements a second, of which the time from
the last movement to the last answer counts. Timed in the page by its own clock, from the pointer's
event until the figures beside the pictures have been replaced. `processor_ms` is what one
question takes of the calculation alone, and what one movement takes of the server and of the
browser with its driver, which do not depend on what else the machine does.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from purport.casework import ItemDetails, Workspace, describe_case, mark, parse_publication
from purport.casework.bench import gather_bench
from purport.casework.checking import examine_item
from purport.casework.collecting import collect_item, collect_reference
from purport.casework.measuring import HandImpact, HandTarget, TargetKind, measure_by_hand
from purport.casework.placing import OnMap, PlacedPoint, fit_view
from purport.core.marks import MarkKind
from purport.core.positions import MapPoint, to_geographic
from purport.simulate import (
    Camera,
    ReferenceLook,
    Sensor,
    plain_script,
    procedural_ground,
    render,
    write_reference,
)

SIZE = (1280, 720)
FRAME = 10
POINTS = ((120.0, 100.0), (1150.0, 120.0), (1120.0, 600.0), (160.0, 590.0))
IMPACT, TARGET = (660.0, 350.0), (600.0, 380.0)
LISTEN = """() => {
  window.moves = []; window.answers = [];
  document.addEventListener('pointermove', () => window.moves.push(performance.now()), true);
  new MutationObserver(() => window.answers.push(performance.now())).observe(
    document.getElementById('offsets'), {childList: true});
}"""


def make_workspace(folder: Path) -> str:
    """Simulate a clip, take it in, and record points; return the item's digest."""
    ground = procedural_ground(5, size_m=420.0, gsd_m=0.25)
    camera = Camera(aim=ground.centre, gsd_m=0.2, sensor=Sensor(saturation_frames=0))
    script = plain_script(ground, camera, duration_s=1.2)
    truth = render(replace(script, width_px=SIZE[0], height_px=SIZE[1]), folder / "clip.mp4")
    reference = folder / "reference.tif"
    write_reference(ground, reference, look=ReferenceLook())
    to_map = np.array(truth.frames[FRAME].to_map)
    with Workspace.open(folder / "ws", create=True) as workspace:
        describe_case(workspace, name="Drag")
        collect_reference(workspace, reference)
        details = ItemDetails(publication=parse_publication("2019-03-14"))
        item = collect_item(workspace, folder / "clip.mp4", details=details)
        examine_item(workspace, item.digest)
        for pixel in POINTS:
            place = position(to_map, pixel, truth.crs)
            values: dict[str, Any] = {"frame": FRAME, "pixel": list(pixel), "position": place}
            mark(
                workspace, item=item.digest, kind=MarkKind.CONTROL_POINT, values=values, author="A"
            )
        for kind, pixel in ((MarkKind.IMPACT, IMPACT), (MarkKind.TARGET, TARGET)):
            values = {"frame": FRAME, "pixel": list(pixel)}
            mark(workspace, item=item.digest, kind=kind, values=values, author="A")
        print(f"processor_ms of one question: {processor_ms(workspace, item.digest, to_map):.1f}")
    return item.digest


def position(to_map: Any, pixel: tuple[float, float], crs: str) -> list[float]:  # noqa: ANN401
    x, y, w = to_map @ np.array([*pixel, 1.0])
    point = to_geographic(MapPoint(easting_m=float(x / w), northing_m=float(y / w), crs=crs))
    return [point.longitude_deg, point.latitude_deg]


def processor_ms(workspace: Workspace, digest: str, to_map: Any) -> float:  # noqa: ANN401
    """Return the least processor time of one fit and offset over some repetitions. [ms]"""
    times = []
    for _ in range(15):
        begun = time.process_time()
        bench = gather_bench(workspace, digest)
        chosen = bench.references[0]
        points = [
            PlacedPoint(
                key=str(number),
                frame=FRAME,
                pixel=pixel,
                pixel_sd_px=2.0,
                place=OnMap(position=tuple(position(to_map, pixel, chosen.reference.crs))),
                place_sd_m=0.0,
            )
            for number, pixel in enumerate(POINTS)
        ]
        _, view = fit_view(bench, chosen, points, frame=FRAME)
        measure_by_hand(
            bench,
            [HandImpact(key="i", frame=FRAME, pixel=IMPACT)],
            HandTarget(kind=TargetKind.FRAME, frame=FRAME, pixel=TARGET),
            view=view,
            chosen=chosen,
        )
        times.append(1000.0 * (time.process_time() - begun))
    return min(times)


def drag(page: Page, moves: int, server: int) -> dict[str, list[float]]:
    """Drag the first point; return the latencies one by one, and of ends of rows. [ms]"""
    box = page.locator("#map-pane [data-handle^='point|'] .sign.upper").first.bounding_box()
    if box is None:
        sys.exit("the page shows no point")
    x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
    page.evaluate(LISTEN)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y)
    settle(page)
    single = []
    before = processor_s(server), processor_s(os.getpid())
    for number in range(moves):
        page.evaluate("window.moves = []; window.answers = []")
        page.mouse.move(x + 6 + number % 7, y + number % 5)
        single.append(settle(page))
    served = (processor_s(server) - before[0]) / moves
    browsed = (processor_s(os.getpid()) - before[1]) / moves - served
    print(f"processor_ms of one movement: server {1000 * served:.0f}, browser {1000 * browsed:.0f}")
    rows = []
    for number in range(6):
        page.evaluate("window.moves = []; window.answers = []")
        for step in range(30):
            page.mouse.move(x + 6 + step + number, y + step % 4)
            page.wait_for_timeout(1000 / 60)
        rows.append(settle(page))
    page.mouse.up()
    return {"single_ms": single, "row_ms": rows}


def processor_s(root: int) -> float:
    """Return the processor time that a process and those below it have taken so far. [s]"""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has just ended
            continue
        pid = int(stat.parent.name)
        parents[pid], used[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    total = 0
    for pid, ticks in used.items():
        above = pid
        while above not in {root, 0}:
            above = parents.get(above, 0)
        total += ticks if above == root else 0
    return total / os.sysconf("SC_CLK_TCK")


def settle(page: Page) -> float:
    """Wait until the last movement is answered; return how long after it that was. [ms]"""
    quiet, before = 0, -1
    for _ in range(400):
        page.wait_for_timeout(25)
        count = page.evaluate("window.answers.length")
        quiet = quiet + 1 if count and count == before else 0
        before = count
        if quiet >= 8:  # nothing new for a fifth of a second
            break
    return float(
        page.evaluate("window.answers.length ? window.answers.at(-1) - window.moves.at(-1) : NaN")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        digest = make_workspace(Path(scratch))
        command = [sys.executable, "-m", "purport.cli", "serve", "-w", f"{scratch}/ws", "--port=0"]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, text=True, env=environment
        ) as server:
            try:
                lines = server.stdout or ()
                link = next(filter(None, (re.search(r"http\S+", line) for line in lines)))
                measured = look(link.group(), digest, options.moves, server.pid)
            finally:
                server.terminate()
    measured["load"] = list(os.getloadavg())
    for name in ("single_ms", "row_ms"):
        values = np.array(measured[name])
        print(
            f"{name}: median {np.median(values):.0f}, p95 {np.percentile(values, 95):.0f}, "
            f"largest {values.max():.0f}, within 150 ms: {100 * (values <= 150).mean():.0f} %"
        )
    print("load average:", *(f"{one:.1f}" for one in measured["load"]))
    if options.out:
        options.out.write_text(json.dumps(measured, indent=1) + "\n")


def look(link: str, digest: str, moves: int, server: int) -> dict[str, Any]:
    """Open the page in Chromium and drag."""
    base = link.split("/enter", maxsplit=1)[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(120_000)
        page.goto(link)
        address = page.locator("a[href^='/cases/']").first.get_attribute("href") or ""
        page.goto(f"{base}{address}items/{digest}/place", wait_until="networkidle")
        page.locator(".offset-figure").wait_for()
        page.wait_for_timeout(1500)
        measured: dict[str, Any] = drag(page, moves, server)
        browser.close()
    return measured


if __name__ == "__main__":
    main()
